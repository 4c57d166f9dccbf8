// What one place of the manifest states: its checked values, beside the tree they stand in.
// It must not know which place it is, nor check anything.
import type { Stated } from './parts.js';
import type { Json } from './project.js';
import { entryOf, madeMap, type Tree, type TreeEntry } from './tree.js';

export type Values = { readonly [field: string]: Json };

export function mapOf(value: Json | undefined): Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {};
}

export function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function stringsOf(value: Json | undefined): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined;
}

export function entriesOf(tree: Tree | undefined): readonly TreeEntry[] {
  return tree?.kind === 'map' ? tree.entries : [];
}

export function statedOf(values: Json | undefined, tree: Tree | undefined): Stated {
  return { values: mapOf(values), tree };
}

/** An environment's short forms of lists in `access`. */
export const shortLists = ['pull', 'push'] as const;

/** `defaultTags` and `access` as the layer they are; `push` of an environment stands in its `access`. */
export function commonOf(values: Values, tree: Tree | undefined): Stated | undefined {
  const { defaultTags } = values;
  const short = shortLists.filter((list) => values[list] !== undefined);
  const lists = Object.fromEntries(short.map((list) => [list, values[list] ?? null]));
  const access = short.length === 0 ? values['access'] : { ...mapOf(values['access']), ...lists };
  if (defaultTags === undefined && access === undefined) return undefined;
  const entries: TreeEntry[] = [];
  const tagEntry = entryOf(tree, 'defaultTags');
  const accessEntry = entryOf(tree, 'access');
  const shortEntries = short.flatMap((list) => entryOf(tree, list) ?? []);
  const [first = accessEntry] = shortEntries;
  if (tagEntry !== undefined) entries.push({ ...tagEntry, key: 'tags' });
  if (first !== undefined) {
    const all = [...entriesOf(accessEntry?.value), ...shortEntries];
    const made = accessEntry ?? { ...first, key: 'access' };
    entries.push(shortEntries.length === 0 ? made : { ...made, value: madeMap(made.value, all) });
  }
  return {
    values: {
      ...(defaultTags === undefined ? {} : { tags: defaultTags }),
      ...(access === undefined ? {} : { access }),
    },
    tree: tree === undefined ? undefined : madeMap(tree, entries),
  };
}
