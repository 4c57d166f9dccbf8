// Advice on retention for a repository whose images are known.
// It must not know policies.
import type { Image } from '../model.js';
import { paceAmong } from '../pace.js';
import { adviseRetention, type RetentionAdvice, type RetentionQuestion } from './advice.js';
import { stockOf } from './stock.js';

/** The pace is that of tagged images over the last month: each is a release, or may have been one. */
export function adviseForImages(
  images: readonly Image[],
  now: number,
  question: Omit<RetentionQuestion, 'pace'> = {},
): RetentionAdvice {
  const tagged = stockOf({ images, now })?.standard.filter((image) => image.tags.length > 0) ?? [];
  const pace = paceAmong(tagged, now);
  return adviseRetention({ ...question, ...(pace === undefined ? {} : { pace }) });
}
