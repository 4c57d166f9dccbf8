// The images of a repository as the linter counts them: children, referrers, tags, pace.
// It must not know rules.
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

const day = 86_400_000;

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
  return (now - image.pushedAt) / day;
}

/** The days a pace is read from, at most. */
const paceDays = 30;
/** Fewer images than this say nothing of a pace. */
const fewest = 3;

/** Pushes a day among some images, over the last month or as long as there have been any; `undefined` where there are too few. */
export function paceAmong(images: readonly Image[], now: number): number | undefined {
  const recent = images.map((image) => ageInDays(image, now)).filter((age) => age <= paceDays);
  if (recent.length < fewest) return undefined;
  const oldest = images.reduce((most, image) => Math.max(most, ageInDays(image, now)), 0);
  return recent.length / Math.max(1, Math.min(paceDays, oldest));
}
