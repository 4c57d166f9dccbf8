// The images of a repository as the linter counts them: children, referrers, tags, ages.
// It must not know rules.
import { dayInMs } from '../decide.js';
import type { Image } from '../model.js';
import type { LintContext } from './model.js';

export interface Stock {
  /** Images of standard storage, newest first. */
  readonly standard: readonly Image[];
  readonly now: number;
  /** Images without a tag, by why they have none. */
  readonly untagged: {
    /** Some index names them: platforms and attestations of multi-architecture images. */
    readonly children: readonly Image[];
    /** They name another image as their subject: signatures, SBOMs, attestations. */
    readonly referrers: readonly Image[];
    /** Nothing names them: their tag moved on, or they never had one. */
    readonly others: readonly Image[];
  };
  /** Every tag of standard images. */
  readonly tags: readonly string[];
}

export function stockOf({ images, now }: LintContext): Stock | undefined {
  if (images === undefined) return undefined;
  const standard = images
    .filter((image) => image.storageClass !== 'archive')
    .sort((one, other) => other.pushedAt - one.pushedAt);
  const named = new Set(images.flatMap((image) => image.children ?? []));
  const untagged = standard.filter((image) => image.tags.length === 0);
  const isReferrer = (image: Image) => image.subject !== undefined;
  return {
    standard,
    now: now ?? standard[0]?.pushedAt ?? 0,
    untagged: {
      children: untagged.filter((image) => named.has(image.digest)),
      referrers: untagged.filter((image) => !named.has(image.digest) && isReferrer(image)),
      others: untagged.filter((image) => !named.has(image.digest) && !isReferrer(image)),
    },
    tags: standard.flatMap((image) => image.tags),
  };
}

export function ageInDays(image: Image, now: number): number {
  return (now - image.pushedAt) / dayInMs;
}
