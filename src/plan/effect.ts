// What a changed lifecycle policy does to the images that exist, against the policy in place. Pure.
// It must not know repositories, who uses an image, or what needs consent.
import {
  actionsInTheEnd,
  type Image,
  type ImageOutcome,
  parseLifecycle,
  saves,
  sized,
  storedBytes,
} from '../lifecycle/index.js';
import { byText } from '../registry/index.js';
import { hidesChildren } from './images.js';
import type { Change, ImageInBrief, LifecycleEffect, Saving } from './model.js';

export type LifecycleChange = Extract<Change, { aspect: 'lifecyclePolicy' }>;

const mostExamples = 10;

/** An effect, and the images behind its numbers. */
export interface Affected {
  readonly effect: LifecycleEffect;
  /** Those that expire because of the change, oldest first. */
  readonly expiring: readonly Image[];
  /** Those that go to the archive because of the change, oldest first. */
  readonly archiving: readonly Image[];
}

type Action = ImageOutcome['action'];

/** `undefined` without images. A policy in place that cannot be read takes nothing: all that goes is the new one's doing. */
export function affectedBy(
  { before, after }: Pick<LifecycleChange, 'before' | 'after'>,
  images: readonly Image[],
  region: string,
  now: number,
): Affected | undefined {
  if (images.length === 0) return undefined;
  const old = before === null ? [] : actionsBefore(before, images, now);
  const then = actionsUnder(after, images, now);
  // Without a policy there is no action: nothing goes.
  const where = (test: (was: Action | undefined, is: Action | undefined) => boolean): readonly Image[] =>
    images.filter((_, index) => test(old[index], then[index])).toSorted(byAge);
  const expiring = where((was, is) => is === 'expire' && was !== 'expire');
  const archiving = where((was, is) => is === 'archive' && was !== 'archive');
  const spared = where((was, is) => was === 'expire' && is !== 'expire');
  const unarchived = where((was, is) => was === 'archive' && is !== 'archive' && is !== 'expire');
  const going = expiring.length > 0 ? expiring : archiving;
  return {
    expiring,
    archiving,
    effect: {
      images: images.length,
      expiring: expiring.length,
      archiving: archiving.length,
      expiringBytes: sum(expiring),
      archivingBytes: sum(archiving),
      examples: namesOf(expiring),
      ...agesOf(going),
      sparing: spared.length,
      sparingBytes: sum(spared),
      spared: namesOf(spared),
      unarchiving: unarchived.length,
      saving: savingOf(images, old, then, region),
      digests: expiring.map(({ digest }) => digest).toSorted(byText),
    },
  };
}

function actionsUnder(text: string | null, images: readonly Image[], now: number): readonly Action[] {
  const policy = text === null ? null : parseLifecycle(text);
  return policy === null ? [] : actionsInTheEnd(policy, images, now);
}

/**
 * Children that a list holds seem to go where nobody could read the list: what seems so of the policy in place is no reason to call it no
 * doing of the new one's, which may take the list.
 */
function actionsBefore(text: string, images: readonly Image[], now: number): readonly Action[] {
  const actions = actionsUnder(text, images, now);
  if (!images.some(hidesChildren)) return actions;
  return actions.map((action, index) => (images[index]?.tags.length === 0 ? 'keep' : action));
}

function sum(images: readonly Image[]): number {
  const { standardBytes, archiveBytes } = storedBytes(sized(images));
  return standardBytes + archiveBytes;
}

/** What is left to pay for once each policy has acted, and the difference: what both take anyway saves nothing. */
function savingOf(images: readonly Image[], old: readonly Action[], then: readonly Action[], region: string): Saving {
  const stored = sized(images);
  const under = (actions: readonly Action[]) =>
    saves(
      stored,
      images.map((_, index) => ({ action: actions[index] ?? 'keep' })),
      region,
    );
  const { monthly, prices } = under(then);
  // Millionths of a dollar: what adding up in another order would change is no difference.
  const dollarsPerMonth = Math.round((monthly - under(old).monthly) * 1e6) / 1e6;
  return {
    dollarsPerMonth: dollarsPerMonth === 0 ? 0 : dollarsPerMonth,
    region,
    assumed: prices.assumed,
    asOf: prices.asOf,
  };
}

function byAge(one: Image, other: Image): number {
  return one.pushedAt - other.pushedAt || byText(one.digest, other.digest);
}

/** Of images that come oldest first. */
function agesOf([oldest, ...others]: readonly Image[]): Pick<LifecycleEffect, 'oldest' | 'newest'> {
  return oldest === undefined ? {} : { oldest: inBrief(oldest), newest: inBrief(others.at(-1) ?? oldest) };
}

function inBrief({ digest, tags, pushedAt }: Image): ImageInBrief {
  return { digest, tags, pushedAt: new Date(pushedAt).toISOString() };
}

/** A tag, or else the digest. */
export function nameOf({ digest, tags: [first] }: Pick<Image, 'digest' | 'tags'>): string {
  return first ?? digest;
}

/** The first ten by name: tags as people count (v9 before v10), then digests. */
function namesOf(images: readonly Image[]): readonly string[] {
  const tagged = images.filter(({ tags }) => tags.length > 0).map(nameOf);
  const untagged = images.filter(({ tags }) => tags.length === 0).map(nameOf);
  return [...tagged.sort(asCounted), ...untagged.sort(byText)].slice(0, mostExamples);
}

/** Runs of digits by their number, everything else by its text. By hand: a collator costs more than starting does. */
export function asCounted(one: string, other: string): number {
  const left = one.match(pieces) ?? [];
  const right = other.match(pieces) ?? [];
  for (const [index, piece] of left.entries()) {
    const opposite = right[index];
    if (opposite === undefined) return 1;
    if (piece === opposite) continue;
    const [number, than] = [numberIn(piece), numberIn(opposite)];
    if (number !== undefined && than !== undefined && number !== than) return number < than ? -1 : 1;
    return byText(piece, opposite);
  }
  return left.length - right.length;
}

const pieces = /\d+|\D+/g;

function numberIn(piece: string): bigint | undefined {
  return /^\d/.test(piece) ? BigInt(piece) : undefined;
}
