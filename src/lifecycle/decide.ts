// The heart of the evaluation: which rule identifies each image first, and what becomes of it by count and age (user guide, "Lifecycle
// policy evaluation rules"). It must not know lists, referrers, or how an outcome is told; nor does it sort or match tags itself.
import type { Corners } from './corners.js';
import type { CountType, Image, LifecycleRule } from './model.js';

export const dayInMs = 86_400_000;

/** What becomes of an image: numbers, as there may be a million. */
export const verdicts = { keep: 0, expire: 1, archive: 2, fail: 3 } as const;

/**
 * What was decided, in columns, each as long as the images and in their order. A rule is its place in the order of
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
  readonly images: readonly Image[];
  /** Their places, the newest first. */
  readonly order: Uint32Array;
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

/** What a rule comes to. */
interface Term {
  /** Of each image, the milliseconds since; `null` where the rule counts. */
  readonly ages: Float64Array | null;
  /** Images, or milliseconds. */
  readonly limit: number;
  readonly archived: number;
  readonly acts: number;
}

/** Beside 0 for the standard class and 1 for the archive: on its way back, in neither. */
const returning = 2;

export function decide({ rules, images, order, now, corners, selects, unranked }: Given): Decisions {
  const { length } = images;
  const verdict = new Uint8Array(length);
  const first = new Uint16Array(length);
  const overruled = new Uint16Array(length);
  const measured = new Float64Array(length);
  const counted = rules.map(() => 0);
  const ages = agesOf(rules, images, now, corners);
  const terms = rules.map(({ selection: { countType, countNumber, storageClass }, action }): Term => {
    const own = ages.get(countType) ?? null;
    return {
      ages: own,
      limit: own === null ? countNumber : countNumber * dayInMs,
      archived: storageClass === 'archive' ? 1 : 0,
      acts: action.type === 'expire' ? verdicts.expire : verdicts.archive,
    };
  });
  // A million images lie far from each other: all is fetched of them as they lie, and what follows by age goes over columns.
  const archived = new Uint8Array(length);
  const ranked = new Uint8Array(length);
  images.forEach((image, at) => {
    if (image.storageClass === 'archive') archived[at] = 1;
    if (image.activating === true) archived[at] = returning;
    if (!unranked(image)) ranked[at] = 1;
  });
  for (const at of order) {
    if (archived[at] === returning) continue;
    for (let place = 0; place < terms.length; place += 1) {
      const term = terms[place] as Term;
      const own = archived[at] === term.archived;
      if (!own && (term.archived === 1 || corners.archivedImages === 'apart')) continue;
      if (!selects(place, at)) continue;
      // Identified is enough: a rule that keeps an image keeps it from every later rule too. Later rules still count it.
      let measure = 0;
      if (term.ages !== null) measure = term.ages[at] ?? Number.NaN;
      else if (ranked[at] === 1) measure = counted[place] = (counted[place] ?? 0) + 1;
      const candidate = own && measure > term.limit;
      if (first[at] === 0) {
        first[at] = place + 1;
        measured[at] = measure;
        if (candidate) verdict[at] = term.acts;
      } else if (candidate && verdict[at] === verdicts.keep && overruled[at] === 0) {
        overruled[at] = place + 1;
      }
    }
  }
  return { verdict, first, overruled, measured, counted };
}

/** By each count type that goes by age and that some rule has: of each image, the milliseconds since, NaN where unknown. */
function agesOf(
  rules: readonly LifecycleRule[],
  images: readonly Image[],
  now: number,
  corners: Corners,
): ReadonlyMap<CountType, Float64Array> {
  const types = new Set(rules.map(({ selection }) => selection.countType));
  types.delete('imageCountMoreThan');
  return new Map(
    Array.from(types, (type): [CountType, Float64Array] => {
      const ages = new Float64Array(images.length);
      images.forEach((image, at) => {
        ages[at] = now - measuredFrom(type, image, corners);
      });
      return [type, ages];
    }),
  );
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
