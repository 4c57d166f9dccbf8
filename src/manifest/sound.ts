// The parts of a project without what is wrong in them, so that the rooms which come later can look at the rest in the same run.
// It must not know what those rooms look for, nor report anything.
import type { EnvironmentParts, ProjectParts, RepositoryParts, SetParts, Shared, Stated } from './parts.js';
import type { Json } from './project.js';
import { entriesOf, mapOf, type Values } from './stated.js';
import { madeMap, type Tree, type TreeEntry, type TreeList, valueAt } from './tree.js';

class Sieve {
  readonly #tainted: ReadonlySet<Tree>;

  constructor(tainted: ReadonlySet<Tree>) {
    this.#tainted = tainted;
  }

  #bad(tree: Tree | undefined): boolean {
    return tree !== undefined && this.#tainted.has(tree);
  }

  /** The statements that are whole. Where one was not even read, values and tree no longer match, and none is kept. */
  #statements(values: Json | undefined, tree: Tree): { values: readonly Json[]; tree: TreeList } | undefined {
    if (tree.kind !== 'list' || !Array.isArray(values) || values.length !== tree.items.length) return undefined;
    const whole = tree.items.map((item) => !this.#bad(item));
    const items = tree.items.filter((_, index) => whole[index]);
    return { values: values.filter((_, index) => whole[index]), tree: { ...tree, items } };
  }

  #access(values: Values, entry: TreeEntry): { values: Values; entry: TreeEntry } {
    const kept: { [list: string]: Json } = { ...values };
    const entries = entriesOf(entry.value).map((list) => {
      if (!this.#bad(list.value)) return list;
      const whole = list.key === 'statements' ? this.#statements(values['statements'], list.value) : undefined;
      // Empty, not left out: weaker layers would show through, which they do not. A consent with a mistake is a consent.
      kept[list.key] = list.key === 'allowBroadTrust' ? { reason: '' } : (whole?.values ?? []);
      return whole === undefined ? list : { ...list, value: whole.tree };
    });
    return { values: kept, entry: { ...entry, value: madeMap(entry.value, entries) } };
  }

  stated({ values, tree }: Stated): Stated {
    if (tree === undefined) return { values, tree };
    const kept: { [field: string]: Json } = { ...values };
    const entries = entriesOf(tree).map((entry) => {
      if (!this.#bad(entry.value)) return entry;
      if (entry.key === 'access') {
        const access = this.#access(mapOf(values['access']), entry);
        kept['access'] = access.values;
        return access.entry;
      }
      if (entry.key === 'lifecyclePolicy') kept['lifecyclePolicy'] = null;
      else delete kept[entry.key];
      return entry;
    });
    return { values: kept, tree: madeMap(tree, entries) };
  }

  shared({ common, repositoryDefaults }: Shared): Shared {
    return {
      ...(common === undefined ? {} : { common: this.stated(common) }),
      ...(repositoryDefaults === undefined ? {} : { repositoryDefaults: this.stated(repositoryDefaults) }),
    };
  }

  all(stated: ReadonlyMap<string, Stated>): ReadonlyMap<string, Stated> {
    return new Map([...stated].map(([key, one]) => [key, this.stated(one)]));
  }

  environment(parts: EnvironmentParts): EnvironmentParts {
    return { ...parts, ...this.shared(parts), overrides: this.all(parts.overrides), tainted: false };
  }

  repository(parts: RepositoryParts): RepositoryParts {
    return { ...parts, stated: this.stated(parts.stated), tainted: false };
  }

  set(parts: SetParts): SetParts {
    const environments = [...parts.environments].map(
      ([name, one]) => [name, { ...this.shared(one), overrides: this.all(one.overrides) }] as const,
    );
    return { ...this.shared(parts), environments: new Map(environments), repositories: this.all(parts.repositories) };
  }
}

/** Leaves out environments without a place, what Planton's documents with a mistake say, and every setting with a mistake. */
export function soundParts(parts: ProjectParts, tainted: ReadonlySet<Tree>): ProjectParts {
  const sieve = new Sieve(tainted);
  const environments = [...parts.environments].filter(([, one]) => one.placed);
  const repositories = [...parts.repositories].filter(
    ([, one]) => !(one.tainted && one.repository.dialect === 'planton'),
  );
  return {
    ...parts,
    ...sieve.shared(parts),
    ...(parts.set === undefined ? {} : { set: sieve.set(parts.set) }),
    environments: new Map(environments.map(([name, one]) => [name, sieve.environment(one)])),
    repositories: new Map(repositories.map(([key, one]) => [key, sieve.repository(one)])),
    tainted: false,
  };
}

/** Whether none of the fields of a map has a mistake in it. */
export function areSound(tree: Tree | undefined, fields: readonly string[], tainted: ReadonlySet<Tree>): boolean {
  return fields.every((field) => {
    const value = valueAt(tree, field);
    return value === undefined || !tainted.has(value);
  });
}
