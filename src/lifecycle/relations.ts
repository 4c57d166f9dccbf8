// What images mean to each other when a policy acts: a list holds what it refers to, a referrer follows its subject (user guide,
// "Lifecycle policies"). It must not know rules beyond what was decided by them.
import type { Corners } from './corners.js';
import { type Decisions, verdicts } from './decide.js';
import type { Image } from './model.js';

const none: readonly number[] = [];

/** Who holds an image, or whom it follows: places among the images. */
export interface Relations {
  /** Of an image that cannot go, a list that refers to it, one that stays if there is such; -1 of any other. */
  readonly heldBy: Int32Array;
  /** Of a referrer that goes, or would, with its subject: that subject. */
  readonly follows: ReadonlyMap<number, number>;
}

/** Digests that a list refers to. */
export function childrenOf(images: readonly Image[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { children } of images) for (const child of children ?? []) found.add(child);
  return found;
}

/** Turns verdicts into `fail` where an image is held, and gives referrers that of the subjects which they follow. */
export function relate(
  images: readonly Image[],
  order: Uint32Array,
  { verdict }: Pick<Decisions, 'verdict'>,
  corners: Corners,
): Relations {
  const links = linksOf(images, corners);
  const references = hold(links, order, verdict, corners);
  const follows = corners.referrersOfTheGone === 'follow' ? follow(images, links, verdict, references) : new Map();
  return { heldBy: holdersOf(links, order, verdict, corners), follows };
}

/** Which image refers to which, by their places: digests are long, and are looked up once. */
interface Links {
  /** Of each list that holds what it refers to, those of it that are there. */
  readonly lists: ReadonlyMap<number, readonly number[]>;
  /** Of each referrer whose subject is there, that subject. */
  readonly subjects: ReadonlyMap<number, number>;
}

function linksOf(images: readonly Image[], corners: Corners): Links {
  const named = new Map<string, number | undefined>();
  const listed: [at: number, children: readonly string[]][] = [];
  const referring: [at: number, subject: string][] = [];
  images.forEach(({ children, storageClass, subject }, at) => {
    if (children !== undefined && (corners.archivedLists === 'hold' || storageClass !== 'archive')) {
      listed.push([at, children]);
      for (const child of children) named.set(child, undefined);
    }
    if (subject !== undefined) {
      referring.push([at, subject]);
      named.set(subject, undefined);
    }
  });
  if (named.size > 0) {
    images.forEach(({ digest }, at) => {
      if (named.has(digest)) named.set(digest, at);
    });
  }
  const placesOf = (digests: readonly string[]): number[] => digests.flatMap((digest) => named.get(digest) ?? []);
  return {
    lists: new Map(listed.map(([at, children]) => [at, placesOf(children)])),
    subjects: new Map(
      referring.flatMap(([at, subject]) => placesOf([subject]).map((place): [number, number] => [at, place])),
    ),
  };
}

/** Whether a list that has this verdict refers to nothing any more. */
export function letsGo(verdict: number | undefined, corners: Corners): boolean {
  return verdict === verdicts.expire || (verdict === verdicts.archive && corners.archivedLists === 'release');
}

/** Acting oldest first: a list must be gone before what it refers to. Returns how often lists that still stand refer to each image. */
function hold({ lists }: Links, order: Uint32Array, verdict: Uint8Array, corners: Corners): Int32Array {
  const references = new Int32Array(verdict.length);
  const count = (children: readonly number[], by: number): void => {
    for (const child of children) references[child] = (references[child] ?? 0) + by;
  };
  for (const children of lists.values()) count(children, 1);
  for (let rank = order.length - 1; rank >= 0; rank -= 1) {
    const at = order[rank] as number;
    if (verdict[at] === verdicts.keep) continue;
    if ((references[at] ?? 0) > 0) verdict[at] = verdicts.fail;
    else if (letsGo(verdict[at], corners)) count(lists.get(at) ?? none, -1);
  }
  return references;
}

/** Each referrer from its subject, whose own subject is settled first. */
function follow(
  images: readonly Image[],
  { subjects }: Links,
  verdict: Uint8Array,
  references: Int32Array,
): ReadonlyMap<number, number> {
  const follows = new Map<number, number>();
  const settled = new Set<number>();
  for (const referrer of subjects.keys()) {
    const chain: [referrer: number, subject: number][] = [];
    let at = referrer;
    for (;;) {
      const subject = subjects.get(at);
      if (subject === undefined || settled.has(at)) break;
      settled.add(at);
      chain.push([at, subject]);
      at = subject;
    }
    for (const [one, subject] of chain.reverse()) {
      const fate = verdict[subject] ?? verdicts.keep;
      if (!goesFurther(fate, verdict[one], images[one])) continue;
      follows.set(one, subject);
      verdict[one] = (references[one] ?? 0) > 0 ? verdicts.fail : fate;
    }
  }
  return follows;
}

/** Whether following its subject takes a referrer further than its own rule does. */
function goesFurther(fate: number, own: number | undefined, image: Image | undefined): boolean {
  if (fate === verdicts.expire) return own === verdicts.keep || own === verdicts.archive;
  return fate === verdicts.archive && own === verdicts.keep && image?.storageClass !== 'archive';
}

function holdersOf({ lists }: Links, order: Uint32Array, verdict: Uint8Array, corners: Corners): Int32Array {
  const found = new Int32Array(verdict.length).fill(-1);
  for (const list of order) {
    const stays = !letsGo(verdict[list], corners);
    for (const child of lists.get(list) ?? none) {
      const other = found[child] ?? -1;
      if (other < 0 || (stays && letsGo(verdict[other], corners))) found[child] = list;
    }
  }
  return found;
}
