// What images mean to each other when a policy acts: a list holds what it refers to, a referrer follows its subject (user guide,
// "Lifecycle policies"). It must not know rules beyond what was decided by them.
import type { Corners } from './corners.js';
import { type Decisions, verdicts } from './decide.js';
import type { Image } from './model.js';

/** Who holds an image, or whom it follows. */
export interface Relations {
  /** Of an image that cannot go, by its digest: the place of a list that refers to it, one that stays if there is such. */
  readonly heldBy: ReadonlyMap<string, number>;
  /** Of a referrer that goes, or would, with its subject: the place of the subject. */
  readonly follows: ReadonlyMap<number, number>;
}

/** Digests that a list refers to. */
export function childrenOf(images: readonly Image[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { children } of images) for (const child of children ?? []) found.add(child);
  return found;
}

/** Turns verdicts into `fail` where an image is held, and gives referrers that of the subjects which they follow. */
export function relate(images: readonly Image[], { verdict }: Pick<Decisions, 'verdict'>, corners: Corners): Relations {
  const follows = new Map<number, number>();
  const references = hold(images, verdict, corners);
  if (corners.referrersOfTheGone === 'follow') follow(images, verdict, references, follows);
  return { heldBy: holdersOf(images, verdict, corners), follows };
}

/** How many lists that still stand refer to a digest. */
type References = Map<string, number>;

function holds(image: Image, corners: Corners): boolean {
  return corners.archivedLists === 'hold' || image.storageClass !== 'archive';
}

/** Whether a list that has this verdict refers to nothing any more. */
export function letsGo(verdict: number | undefined, corners: Corners): boolean {
  return verdict === verdicts.expire || (verdict === verdicts.archive && corners.archivedLists === 'release');
}

/** Acting oldest first: a list must be gone before what it refers to. */
function hold(images: readonly Image[], verdict: Uint8Array, corners: Corners): References {
  const references: References = new Map();
  const count = (children: readonly string[], by: number): void => {
    // A list that refers twice refers; a set for each list would cost more than a look back over the few children that most have.
    const once =
      children.length > 16 ? [...new Set(children)] : children.filter((child, at) => children.indexOf(child) === at);
    for (const child of once) references.set(child, (references.get(child) ?? 0) + by);
  };
  for (const image of images) if (image.children !== undefined && holds(image, corners)) count(image.children, 1);
  if (references.size === 0) return references;
  for (let at = images.length - 1; at >= 0; at -= 1) {
    const image = images[at];
    if (image === undefined || verdict[at] === verdicts.keep) continue;
    if ((references.get(image.digest) ?? 0) > 0) verdict[at] = verdicts.fail;
    else if (image.children !== undefined && holds(image, corners) && letsGo(verdict[at], corners))
      count(image.children, -1);
  }
  return references;
}

/** Each referrer from its subject, whose own subject is settled first. */
function follow(
  images: readonly Image[],
  verdict: Uint8Array,
  references: References,
  follows: Map<number, number>,
): void {
  const referrers: number[] = [];
  images.forEach(({ subject }, at) => {
    if (subject !== undefined) referrers.push(at);
  });
  if (referrers.length === 0) return;
  const subjects = new Set(referrers.map((at) => images[at]?.subject));
  const places = new Map<string, number>();
  images.forEach(({ digest }, at) => {
    if (subjects.has(digest)) places.set(digest, at);
  });
  const settled = new Set<number>();
  for (const referrer of referrers) {
    const chain: number[] = [];
    for (let at: number | undefined = referrer; at !== undefined && !settled.has(at); ) {
      settled.add(at);
      chain.push(at);
      const subject: string | undefined = images[at]?.subject;
      at = subject === undefined ? undefined : places.get(subject);
    }
    for (const at of chain.toReversed()) {
      const image = images[at];
      const subject = image?.subject === undefined ? undefined : places.get(image.subject);
      if (image === undefined || subject === undefined) continue;
      const fate = verdict[subject];
      if (!goesFurther(fate, verdict[at], image)) continue;
      follows.set(at, subject);
      verdict[at] = (references.get(image.digest) ?? 0) > 0 ? verdicts.fail : (fate ?? verdicts.keep);
    }
  }
}

/** Whether following its subject takes a referrer further than its own rule does. */
function goesFurther(fate: number | undefined, own: number | undefined, { storageClass }: Image): boolean {
  if (fate === verdicts.expire) return own === verdicts.keep || own === verdicts.archive;
  return fate === verdicts.archive && own === verdicts.keep && storageClass !== 'archive';
}

function holdersOf(images: readonly Image[], verdict: Uint8Array, corners: Corners): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const held = new Set<string>();
  images.forEach(({ digest }, at) => {
    if (verdict[at] === verdicts.fail) held.add(digest);
  });
  if (held.size === 0) return found;
  images.forEach((image, list) => {
    if (image.children === undefined || !holds(image, corners)) return;
    for (const child of image.children) {
      if (!held.has(child)) continue;
      const other = found.get(child);
      if (other === undefined || (letsGo(verdict[other], corners) && !letsGo(verdict[list], corners)))
        found.set(child, list);
    }
  });
  return found;
}
