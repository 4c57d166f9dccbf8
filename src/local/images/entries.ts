// Reads indexes: what lies under the beginning of a key, and several such runs as one, in order, so that a page costs what it holds.
// It must not know what any index is of.
import type { Json, Store } from '../store/store.js';

export interface Run {
  readonly kind: string;
  readonly scope: string;
  /** What the keys begin with; ends with a slash. */
  readonly start: string;
}

/** What the keys of a run end with, and the values; only ends that sort after `after`. */
export function entriesUnder(
  store: Store,
  { kind, scope, start }: Run,
  after: string | undefined,
  limit: number,
): [end: string, value: Json][] {
  // What begins with `start` sorts before what has the sign after the slash in its place.
  const found = store.list(kind, scope, { after: start + (after ?? ''), before: `${start.slice(0, -1)}0`, limit });
  return found.map(([key, value]) => [key.slice(start.length), value]);
}

export function hasEntries(store: Store, run: Run): boolean {
  return entriesUnder(store, run, undefined, 1).length > 0;
}

/** The ends of several runs in one order. Ends are ASCII, so strings compare as the store does. */
export function mergedEnds(store: Store, runs: readonly Run[], after: string | undefined, limit: number): string[] {
  const ends = runs.flatMap((run) => entriesUnder(store, run, after, limit).map(([end]) => end));
  return ends.sort((left, right) => (left < right ? -1 : 1)).slice(0, limit);
}
