// The heart of the evaluation: which rule identifies each image first, and what becomes of it by count and age (user guide, "Lifecycle
// policy evaluation rules"). It must not know lists, referrers, or how an outcome is told; nor does it sort or match tags itself.
import type { Corners } from './corners.js';
import type { CountType, Image, LifecycleRule } from './model.js';

export const dayInMs = 86_400_000;

/** What becomes of an image: numbers, as there may be a million. */
export const verdicts = { keep: 0, expire: 1, archive: 2, fail: 3 } as const;

/**
 * What was decided, in columns, each as long as the images and in their order, newest first. A rule is its place in the order of
 * priorities, from 1; 0 is none.
 */
export interface Decisions {
  readonly verdict: Uint8Array;
  /** The rule that identified the image first, and alone may act on it. */
  readonly first: Uint16Array;
  /** The first rule that would act on it, were it not for `first`. */
  readonly overruled: Uint16Array;
  /** Its place among the images that `first` counts, newest first from 1, 0 where it takes none; or its age in milliseconds, NaN where unknown. */
  readonly measured: Float64Array;
  /** Of each rule, how many images it counts. */
  readonly counted: readonly number[];
}

export interface Given {
  /** In ascending priority. */
  readonly rules: readonly LifecycleRule[];
  /** Newest first. */
  readonly images: readonly Image[];
  readonly now: number;
  readonly corners: Corners;
  /** Whether the tags of an image meet a rule; both are places, from 0. */
  readonly selects: (rule: number, image: number) => boolean;
  /** Images that take no place in a count. */
  readonly unranked: (image: Image) => boolean;
}

/** In ascending priority, as rules apply. */
export function byPriority(rules: readonly LifecycleRule[]): LifecycleRule[] {
  return rules.toSorted((one, other) => one.rulePriority - other.rulePriority);
}

export function decide({ rules, images, now, corners, selects, unranked }: Given): Decisions {
  const { length } = images;
  const verdict = new Uint8Array(length);
  const first = new Uint16Array(length);
  const overruled = new Uint16Array(length);
  const measured = new Float64Array(length);
  const counted = rules.map(() => 0);
  const terms = rules.map(({ selection: { countType, countNumber, storageClass }, action }) => ({
    countType,
    counts: countType === 'imageCountMoreThan',
    limit: countType === 'imageCountMoreThan' ? countNumber : countNumber * dayInMs,
    archived: storageClass === 'archive',
    acts: action.type === 'expire' ? verdicts.expire : verdicts.archive,
  }));
  // Image by image, each before all rules: a million of them lie far from each other, and fetching one costs more than asking a rule.
  images.forEach((image, at) => {
    const archived = image.storageClass === 'archive';
    terms.forEach((term, place) => {
      const own = archived === term.archived;
      if (!own && (term.archived || corners.archivedImages === 'apart')) return;
      if (!selects(place, at)) return;
      // Identified is enough: a rule that keeps an image keeps it from every later rule too. Later rules still count it.
      let measure = 0;
      if (!term.counts) measure = now - measuredFrom(term.countType, image, corners);
      else if (!unranked(image)) measure = counted[place] = (counted[place] ?? 0) + 1;
      const candidate = own && measure > term.limit;
      if (first[at] === 0) {
        first[at] = place + 1;
        measured[at] = measure;
        if (candidate) verdict[at] = term.acts;
      } else if (candidate && verdict[at] === verdicts.keep && overruled[at] === 0) {
        overruled[at] = place + 1;
      }
    });
  });
  return { verdict, first, overruled, measured, counted };
}

/** A restored image counts as pushed when it was restored (user guide). */
export function pushTime(image: Image): number {
  return image.lastActivatedAt ?? image.pushedAt;
}

/** What happened to an image last, of that which a rule by age measures. */
export type Event = 'pushed' | 'restored' | 'pulled' | 'archived';

export function eventOf(countType: CountType, image: Image, { restoredAge }: Corners): Event {
  const { lastPulledAt, lastActivatedAt } = image;
  switch (countType) {
    case 'sinceImagePulled':
      // The last pull; the restoration, if there was none since; the push, if there was never one (API model, LifecyclePolicy).
      if (lastActivatedAt !== undefined && (lastPulledAt === undefined || lastPulledAt < lastActivatedAt))
        return 'restored';
      return lastPulledAt === undefined ? 'pushed' : 'pulled';
    case 'sinceImageTransitioned':
      return 'archived';
    default:
      return lastActivatedAt !== undefined && restoredAge === 'restoration' ? 'restored' : 'pushed';
  }
}

/** When that was; NaN where it is not known. */
function measuredFrom(countType: CountType, image: Image, corners: Corners): number {
  switch (eventOf(countType, image, corners)) {
    case 'pushed':
      return image.pushedAt;
    case 'restored':
      return image.lastActivatedAt ?? Number.NaN;
    case 'pulled':
      return image.lastPulledAt ?? Number.NaN;
    case 'archived':
      return image.lastArchivedAt ?? Number.NaN;
  }
}
