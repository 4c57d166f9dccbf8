// What documents of kind AwsEcrRegistry say of each environment: one for all of them, and one for any of its own, put together.
// It must not know what is made of it.
import type { ManifestDocument } from './documents.js';
import type { Json, ProjectRegistry } from './project.js';
import type { References } from './references.js';
import { mapOf, stringsOf, type Values } from './stated.js';
import { entryOf, locate, type Place, rangeOf, type Tree, valueAt } from './tree.js';
import { type WalkContext, walk } from './walk.js';

interface Said {
  readonly values: Values;
  readonly tree: Tree | undefined;
  readonly place: Place;
  /** Absent: all environments. */
  readonly environments?: readonly string[];
}

/** Reads the documents, and gives each environment its own. */
export function readRegistries(
  documents: readonly ManifestDocument[],
  context: WalkContext,
  references: References,
): void {
  const all = documents.map(({ tree, head }): Said => {
    const document = walk(tree, 'AwsEcrRegistry', '', head, context);
    const specTree = valueAt(tree, 'spec');
    const { environments: names, ...values } = mapOf(document['spec']);
    const environments = references.named(stringsOf(names), entryOf(specTree, 'environments'));
    const place = entryOf(tree, 'kind')?.value ?? head;
    return { values, tree: specTree, place, ...(environments === undefined ? {} : { environments }) };
  });
  const common = all.filter((one) => one.environments === undefined);
  onlyOne(common, 'all environments', references);
  for (const [name, parts] of references.environments) {
    const own = all.filter((one) => one.environments?.includes(name));
    onlyOne(own, `environment "${name}"`, references);
    // Strongest last.
    const layers = [...common.slice(0, 1), ...own.slice(0, 1)];
    if (layers.length === 0) continue;
    const environment = { ...parts.environment, registry: registryOf(layers, context.tainted) };
    references.environments.set(name, { ...parts, environment });
  }
}

function onlyOne([first, ...more]: readonly Said[], what: string, references: References): void {
  if (first === undefined) return;
  const { file, line } = rangeOf(first.place);
  for (const { place } of more) {
    const where = file === place.source.file ? `line ${line}` : `${file}, line ${line}`;
    references.report(
      'manifest/duplicate-registry',
      `two documents of kind AwsEcrRegistry are for ${what}; the first is in ${where}`,
      place,
    );
  }
}

function registryOf(layers: readonly Said[], tainted: ReadonlySet<Tree>): ProjectRegistry {
  const sound = layers.map(({ values, tree }) => withoutTainted(values, tree, tainted));
  return {
    // The walker has checked every value.
    spec: sound.reduce<Values>((weaker, stronger) => merged(weaker, stronger), {}),
    locate(path) {
      for (const { tree } of layers.toReversed()) {
        // The strongest layer that says it; where none does, its nearest enclosing place in the strongest.
        if (valueAt(tree, ...path.split('.')) !== undefined) return locate(tree, path);
      }
      const [last] = layers.toReversed();
      return locate(last?.tree, path) ?? (last === undefined ? undefined : rangeOf(last.place));
    },
  };
}

/** Members with a mistake in them are reported already: later rooms are not told of them. */
function withoutTainted(values: Values, tree: Tree | undefined, tainted: ReadonlySet<Tree>): Values {
  const kept: Record<string, Json> = {};
  for (const [name, value] of Object.entries(values)) {
    const inner = valueAt(tree, name);
    if (inner === undefined || !tainted.has(inner)) kept[name] = value;
    else if (inner.kind === 'map') kept[name] = withoutTainted(mapOf(value), inner, tainted);
  }
  return kept;
}

/** Maps merge, lists replace, `null` unsets. */
function merged(weaker: Values, stronger: Values): Values {
  const result: Record<string, Json> = { ...weaker };
  for (const [name, value] of Object.entries(stronger)) {
    const before = result[name];
    if (value === null) delete result[name];
    else if (isMap(value)) result[name] = merged(isMap(before) ? before : {}, value);
    else result[name] = value;
  }
  return result;
}

function isMap(value: Json | undefined): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
