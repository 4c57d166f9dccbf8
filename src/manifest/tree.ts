// YAML as a plain tree in which every value and every key knows its place; aliases and merge keys are already followed.
// It must not know what a manifest is.
import type { SourceRange } from '../diagnostics/index.js';
import type { Json } from './project.js';
import type { Source } from './source.js';

export interface Place {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

export interface TreeScalar extends Place {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
  /** Whether it was written without quotes. */
  readonly plain: boolean;
  readonly weight: number;
}

export interface TreeList extends Place {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly weight: number;
}

export interface TreeEntry {
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: Tree;
}

export interface TreeMap extends Place {
  readonly kind: 'map';
  readonly entries: readonly TreeEntry[];
  readonly weight: number;
}

/** `weight` counts the values in it, those behind aliases as often as they are used. */
export type Tree = TreeScalar | TreeList | TreeMap;

export function rangeOf(place: Place): SourceRange {
  return place.source.range(place.start, place.end);
}

/** The text a scalar was written as. */
export function textOf(scalar: TreeScalar): string {
  return scalar.source.text.slice(scalar.start, scalar.end);
}

export function isNull(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null;
}

/** A map made of parts of others, for layers that are put together. */
export function madeMap(place: Place, entries: readonly TreeEntry[]): TreeMap {
  return { kind: 'map', source: place.source, start: place.start, end: place.end, entries, weight: 1 };
}

export function entryOf(tree: Tree | undefined, key: string): TreeEntry | undefined {
  return tree?.kind === 'map' ? tree.entries.find((entry) => entry.key === key) : undefined;
}

/** The value under a path of keys. */
export function valueAt(tree: Tree | undefined, ...path: readonly string[]): Tree | undefined {
  let current = tree;
  for (const key of path) current = entryOf(current, key)?.value;
  return current;
}

/** The place to show for an entry: its value where that stands on one line, else its key. */
export function spotOf(entry: TreeEntry): Place {
  const { value } = entry;
  if (value.start >= value.end) return entry.keyPlace;
  return value.source.text.slice(value.start, value.end).trimEnd().includes('\n') ? entry.keyPlace : value;
}

/** The place to show for a value that has no key: of a map, its first key. */
export function headOf(tree: Tree): Place {
  if (tree.kind === 'map') return tree.entries[0]?.keyPlace ?? tree;
  return tree.kind === 'list' && tree.items[0] !== undefined ? headOf(tree.items[0]) : tree;
}

/**
 * Where a dotted path stands, or the nearest enclosing place. Keys may hold dots; `sameKey` compares a key with a segment.
 */
export function locate(
  tree: Tree | undefined,
  path: string,
  sameKey: (key: string, wanted: string) => boolean = (key, wanted) => key === wanted,
): SourceRange | undefined {
  if (tree === undefined) return undefined;
  let current: Tree = tree;
  let place: Place | undefined;
  let rest = path;
  while (rest !== '') {
    const tail: string = rest;
    if (current.kind === 'list') {
      const index = tail.split('.', 1)[0] ?? '';
      const item: Tree | undefined = current.items[Number(index)];
      if (item === undefined) break;
      place = item.kind === 'scalar' ? item : headOf(item);
      current = item;
      rest = tail.slice(index.length + 1);
      continue;
    }
    if (current.kind !== 'map') break;
    const entry: TreeEntry | undefined = current.entries.find((one) => {
      const end = tail.length === one.key.length ? undefined : tail[one.key.length];
      return (
        (tail.startsWith(one.key) && (end === undefined || end === '.')) ||
        sameKey(one.key, tail.split('.', 1)[0] ?? '')
      );
    });
    if (entry === undefined) break;
    place = spotOf(entry);
    current = entry.value;
    rest = tail.startsWith(entry.key)
      ? tail.slice(entry.key.length + 1)
      : tail.slice((tail.split('.', 1)[0] ?? '').length + 1);
  }
  return place === undefined ? undefined : rangeOf(place);
}

/** The values alone. */
export function plainOf(tree: Tree): Json {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(plainOf);
  return Object.fromEntries(tree.entries.map((entry) => [entry.key, plainOf(entry.value)]));
}
