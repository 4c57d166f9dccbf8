// The entries of `keep` as the rules they become: what each selects, for how long, and in which order they act.
// It must not know priorities, nor judge an entry.
import type { Keep } from './model.js';
import { covers, overlap } from './pattern.js';

/** One rule's worth of an entry. */
export interface Kept {
  /** An image must match all of them. */
  readonly patterns: readonly string[];
  readonly keep: Keep;
  /** Number of the entry in `keep`. */
  readonly entry: number;
  /** Where it stands: `keep.0.tags.1`, `keep.2.allOf`. */
  readonly path: string;
}

/** In the order of the manifest. Entries that name no tags become nothing. */
export function keptOf(keep: readonly Keep[] | null | undefined): readonly Kept[] {
  const kept = keep?.flatMap((entry, index): Kept[] => [
    ...(entry.tags ?? []).map((pattern, at) => ({
      patterns: [pattern],
      keep: entry,
      entry: index,
      path: `keep.${index}.tags.${at}`,
    })),
    ...(entry.allOf === undefined || entry.allOf.length === 0
      ? []
      : [{ patterns: entry.allOf, keep: entry, entry: index, path: `keep.${index}.allOf` }]),
  ]);
  return kept ?? [];
}

/**
 * In the order in which they act: `forever` before all others, so that an image which is to stay for ever does whatever
 * else it is tagged.
 */
export function inOrder(kept: readonly Kept[]): readonly Kept[] {
  const isForever = ({ keep }: Kept) => keep.forever === true;
  return [...kept.filter(isForever), ...kept.filter((one) => !isForever(one))];
}

/** Whether `first` selects every image that `second` selects. Exact: each pattern has a tag of its own in some image. */
export function keepsAll(first: readonly string[], second: readonly string[]): boolean {
  return first.every((wide) => second.some((narrow) => covers(wide, narrow)));
}

/**
 * Whether one tag can match all patterns of both. Exact but for the greatest length of a tag: where each two have a tag in
 * common, so have all, since of beginnings that do not contradict each other the longest continues all others, and so for
 * ends.
 */
export function meet(one: readonly string[], other: readonly string[]): boolean {
  const all = [...one, ...other];
  return all.every((pattern) => all.every((wanted) => overlap(pattern, wanted)));
}

/** `v*`, `v* and *-arm64`. */
export function named({ patterns }: Kept): string {
  return patterns.length < 2 ? patterns.join() : `${patterns.slice(0, -1).join(', ')} and ${patterns.at(-1)}`;
}
