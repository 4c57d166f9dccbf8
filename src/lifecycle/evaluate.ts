// Says what a lifecycle policy does to images at a given moment, by ECR's own rules (user guide, "Lifecycle policy
// evaluation rules" and its worked examples; docs/lifecycle-evaluation.md). It must not know a clock: the moment is given. It changes nothing.
import { type Corners, cornersOf } from './corners.js';
import { byPriority, type Decisions, decide, type Event, eventOf, pushTime, verdicts } from './decide.js';
import type { Image, LifecyclePolicy, LifecycleRule } from './model.js';
import { childrenOf, letsGo, type Relations, relate } from './relations.js';
import { compileTags } from './selection.js';

/** Why an outcome is what it is: what `reasonOf` makes a sentence of. */
export type Why =
  /** No rule selects the image. */
  | { readonly kind: 'unselected' }
  /** Nor can one: it is on its way back from the archive. */
  | { readonly kind: 'activating' }
  /** The rule counts: its place among the images that the rule counts, newest first from 1. */
  | { readonly kind: 'place'; readonly place: number; readonly of: number }
  /** The rule counts, but neither this image nor its likes (`Corners.children`, `Corners.referrers`). */
  | { readonly kind: 'unranked' }
  /** The rule goes by age: the milliseconds since, `null` where ECR did not say when. */
  | { readonly kind: 'age'; readonly since: Event; readonly ms: number | null }
  /** The rule keeps what a later rule, this one, would act on. */
  | { readonly kind: 'overruled'; readonly rulePriority: number }
  /** A manifest list or index refers to the image: one that stays, or one that goes too, but after it. */
  | { readonly kind: 'held'; readonly by: string; readonly stays: boolean }
  /** A referrer goes with its subject. */
  | { readonly kind: 'follows'; readonly subject: string };

export interface ImageOutcome {
  readonly digest: string;
  readonly tags: readonly string[];
  /** `fail`: a rule would act, but a manifest list that stays refers to the image. */
  readonly action: 'expire' | 'archive' | 'keep' | 'fail';
  /** Of the rule that acts or fails to, on the image or on the subject that it follows; `null` with `keep`. */
  readonly rulePriority: number | null;
  /** With `keep`, the rule that selected the image first and so keeps it from every other; `null` where none selects it. */
  readonly shieldedBy: number | null;
  readonly why: Why;
}

/** What happens to the images that exist; the shape of a plan's `LifecycleEffect`. */
export interface LifecycleSummary {
  readonly images: number;
  readonly expiring: number;
  readonly archiving: number;
  readonly expiringBytes: number;
  /** The first ten that expire, in the order of the images: a tag, or else the digest. */
  readonly examples: readonly string[];
}

const examplesShown = 10;

/**
 * Evaluates a policy at `now` (milliseconds since the epoch). Outcomes come in the order of the images. Takes the time of one sort and of
 * one pass for each rule.
 */
export function evaluate(
  policy: LifecyclePolicy,
  images: readonly Image[],
  now: number,
  corners?: Partial<Corners>,
): ImageOutcome[] {
  const settled = cornersOf(corners);
  const rules = byPriority(policy.rules);
  const order = newestFirst(images, settled);
  const rows = matchTags(rules, images, settled);
  const width = rules.length;
  const judged = judge(
    { rules, images, order, now, corners: settled },
    (rule, image) => rows[image * width + rule] === 1,
  );
  const outcomes: ImageOutcome[] = [];
  for (let at = 0; at < images.length; at += 1) outcomes.push(judged.outcome(at));
  return outcomes;
}

/** Whether the tags of an image meet a rule, 1 or 0: all rules of the first image, then those of the next. As images lie, they are quick to fetch. */
function matchTags(rules: readonly LifecycleRule[], images: readonly Image[], { patternCase }: Corners): Uint8Array {
  const tests = rules.map(({ selection }) => compileTags(selection, patternCase));
  const rows = new Uint8Array(images.length * rules.length);
  let at = 0;
  for (const { tags } of images) {
    for (const matches of tests) {
      if (matches(tags)) rows[at] = 1;
      at += 1;
    }
  }
  return rows;
}

/**
 * Places of images, the newest first. Nobody documents the order of images of one push time: by digest, so that it is stable.
 * A merge sort: times travel with their places, and a digest is looked at only where times are equal.
 */
export function newestFirst(images: readonly Image[], { ties }: Pick<Corners, 'ties'>): Uint32Array {
  const { length } = images;
  let [times, order] = [new Float64Array(length), new Uint32Array(length)];
  images.forEach((image, at) => {
    times[at] = pushTime(image);
    order[at] = at;
  });
  let [timesNext, orderNext] = [new Float64Array(length), new Uint32Array(length)];
  const lower = ties === 'lower-digest-newer';
  /** Whether the one place comes before the other, whose image was pushed at the same time. */
  const wins = (one: number, other: number): boolean => {
    const [a, b] = [images[one] as Image, images[other] as Image];
    return a.digest < b.digest === lower;
  };
  for (let width = 1; width < length; width *= 2) {
    for (let start = 0; start < length; start += 2 * width) {
      const middle = Math.min(start + width, length);
      const end = Math.min(middle + width, length);
      let [left, right] = [start, middle];
      for (let at = start; at < end; at += 1) {
        const later = right === end ? 1 : left === middle ? -1 : (times[left] ?? 0) - (times[right] ?? 0);
        const from = later > 0 || (later === 0 && wins(order[left] ?? 0, order[right] ?? 0)) ? left++ : right++;
        timesNext[at] = times[from] ?? 0;
        orderNext[at] = order[from] ?? 0;
      }
    }
    [times, timesNext, order, orderNext] = [timesNext, times, orderNext, order];
  }
  return order;
}

export interface Judgement {
  /** By place among the images. */
  readonly verdict: Uint8Array;
  outcome(at: number): ImageOutcome;
}

interface Case {
  /** In ascending priority. */
  readonly rules: readonly LifecycleRule[];
  readonly images: readonly Image[];
  /** Their places, the newest first. */
  readonly order: Uint32Array;
  readonly now: number;
  readonly corners: Corners;
}

/** The whole evaluation of images whose order is known and whose tags are matched: outcomes are made as they are asked for. */
export function judge(given: Case, selects: (rule: number, image: number) => boolean): Judgement {
  const { rules, images, order, now, corners } = given;
  const children = corners.children === 'unranked' ? childrenOf(images) : undefined;
  const unranked = ({ digest, subject }: Image): boolean =>
    children?.has(digest) === true || (subject !== undefined && corners.referrers === 'unranked');
  const decisions = decide({ rules, images, order, now, corners, selects, unranked });
  const relations = relate(images, order, decisions, corners);
  return {
    verdict: decisions.verdict,
    outcome: (at) => {
      const { digest, tags } = images[at] as Image;
      const action = actions[decisions.verdict[at] as Verdict];
      const acting = action === 'keep' ? undefined : rules[actingOn(at, decisions, relations)];
      const rule = acting === undefined ? null : acting.rulePriority;
      const first = rules[(decisions.first[at] ?? 0) - 1]?.rulePriority ?? null;
      const shieldedBy = action === 'keep' ? first : null;
      return { digest, tags, action, rulePriority: rule, shieldedBy, why: whyOf(at, given, decisions, relations) };
    },
  };
}

type Verdict = (typeof verdicts)[keyof typeof verdicts];
const actions = ['keep', 'expire', 'archive', 'fail'] as const;
const unselected: Why = { kind: 'unselected' };
const unranked: Why = { kind: 'unranked' };

/** The rule that acts on an image, or on the subject that it follows in the end; a place, from 0. */
function actingOn(image: number, { first }: Decisions, { follows }: Relations): number {
  let at = image;
  for (let subject = follows.get(at); subject !== undefined; subject = follows.get(at)) at = subject;
  return (first[at] ?? 0) - 1;
}

function whyOf(at: number, given: Case, decisions: Decisions, { heldBy, follows }: Relations): Why {
  const { rules, images, corners } = given;
  const verdict = decisions.verdict[at];
  const image = images[at] as Image;
  const first = (decisions.first[at] ?? 0) - 1;
  if (verdict === verdicts.fail) {
    const list = heldBy[at] as number;
    return { kind: 'held', by: (images[list] as Image).digest, stays: !letsGo(decisions.verdict[list], corners) };
  }
  const subject = follows.get(at);
  if (subject !== undefined) return { kind: 'follows', subject: (images[subject] as Image).digest };
  const rule = rules[first];
  if (image.activating === true) return { kind: 'activating' };
  if (rule === undefined) return unselected;
  const overruled = rules[(decisions.overruled[at] ?? 0) - 1];
  if (overruled !== undefined) return { kind: 'overruled', rulePriority: overruled.rulePriority };
  const measured = decisions.measured[at] ?? Number.NaN;
  const { countType } = rule.selection;
  if (countType !== 'imageCountMoreThan') {
    const ms = Number.isNaN(measured) ? null : measured;
    return { kind: 'age', since: eventOf(countType, image, corners), ms };
  }
  if (measured === 0) return unranked;
  return { kind: 'place', place: measured, of: decisions.counted[first] ?? 0 };
}

/** Whether a preview of ECR's tells of an outcome: of what a rule acts on, not of what goes on its own. */
export function inPreview({ action, why }: Pick<ImageOutcome, 'action' | 'why'>, corners?: Partial<Corners>): boolean {
  if (action === 'keep' || why.kind === 'follows') return false;
  return action !== 'fail' || cornersOf(corners).heldInPreview === 'shown';
}

/** Adds outcomes up; `outcomes` are those of `images`, in the same order. */
export function summarise(images: readonly Image[], outcomes: readonly ImageOutcome[]): LifecycleSummary {
  const examples: string[] = [];
  let [expiring, archiving, expiringBytes] = [0, 0, 0];
  outcomes.forEach(({ action, tags, digest }, at) => {
    if (action === 'archive') archiving += 1;
    if (action !== 'expire') return;
    expiring += 1;
    expiringBytes += (images[at] as Image).sizeInBytes ?? 0;
    if (examples.length < examplesShown) examples.push(tags[0] ?? digest);
  });
  return { images: images.length, expiring, archiving, expiringBytes, examples };
}
