// Walked documents in, the parts of a project out, with every reference between documents checked.
// It must not know files, nor how layers are merged.
import type { Diagnostic } from '../diagnostics/index.js';
import { checkCommon, checkSpec } from './check-layer.js';
import { Declarations } from './declarations.js';
import type { Documents, ManifestDocument } from './documents.js';
import { schema } from './gen/schema.js';
import type { ProjectParts, SetParts, Shared, Stated } from './parts.js';
import type { ProjectEnvironment } from './project.js';
import { References } from './references.js';
import { readRegistries } from './registry-documents.js';
import { replicasOf } from './replicas.js';
import { readSettings } from './set.js';
import { areSound, soundParts } from './sound.js';
import { commonOf, entriesOf, mapOf, shortLists, statedOf, stringsOf, textOf, type Values } from './stated.js';
import { entryOf, isNull, type Place, rangeOf, type Tree, type TreeEntry, valueAt } from './tree.js';
import { type UsagePlace, usageOf } from './usage.js';
import { type WalkContext, walk } from './walk.js';

export class Assembly {
  readonly #problems: Diagnostic[];
  readonly #context: WalkContext;
  readonly #settings: readonly string[];
  readonly #references: References;
  readonly #overrideKeys = new Map<Stated, Place>();

  constructor(problems: Diagnostic[], settings: readonly string[]) {
    this.#problems = problems;
    this.#context = { table: schema, problems, tainted: new Set() };
    this.#settings = settings;
    this.#references = new References(problems);
  }

  assemble(
    document: ManifestDocument,
    { repositories: others, registries, planton }: Documents,
    directory: string,
  ): ProjectParts {
    const project = walk(document.tree, 'Project', '', document.head, this.#context);
    const metadata = mapOf(project['metadata']);
    const org = textOf(metadata['org']);
    const spec = mapOf(project['spec']);
    const specTree = valueAt(document.tree, 'spec');
    const repositoriesTree = valueAt(specTree, 'repositories');
    const keys = new Set([
      ...entriesOf(repositoriesTree).map((entry) => entry.key),
      ...[...others, ...planton].map((one) => nameOf(one.tree)),
    ]);
    const setTree = readSettings(
      this.#settings,
      new Set(schema['ProjectSpec']?.fields.map((field) => field.name)),
      keys,
      new Set(schema['AwsEcrRegistrySpec']?.fields.map((field) => field.name)),
      this.#problems,
    );
    const set =
      setTree === undefined ? {} : walk(setTree, 'ProjectSpec', '', setTree, { ...this.#context, partial: true });
    this.#readEnvironments({ values: spec, tree: specTree }, { values: set, tree: setTree });
    readRegistries(registries, this.#context, this.#references);
    const declarations = new Declarations(this.#context, this.#references, org);
    for (const entry of entriesOf(repositoriesTree))
      declarations.shortForm(entry, mapOf(spec['repositories'])[entry.key]);
    for (const one of others) declarations.longForm(one);
    for (const one of planton) declarations.planton(one);
    this.#checkOverrides();
    const setParts = setTree === undefined ? undefined : this.#readSet(set, setTree);
    const shared = this.#shared(spec, specTree);
    const naming = entryOf(setTree, 'naming') ?? entryOf(specTree, 'naming');
    const pattern = textOf(set['naming']) ?? textOf(spec['naming']);
    // A project may be about the policy of its registry alone. Where something could not be read, the repositories may be in it.
    const isAboutPolicy = registries.some(({ tree }) => valueAt(tree, 'spec', 'registryPolicy') !== undefined);
    const isEmpty = this.#references.repositories.size === 0 && !isAboutPolicy;
    if (isEmpty && this.#problems.every((one) => one.severity !== 'error')) {
      this.#references.report(
        'manifest/no-repositories',
        'the project has no repositories',
        entryOf(document.tree, 'spec')?.keyPlace ?? document.head,
      );
    }
    const taintedParts = ['naming', 'defaultTags', 'access', 'repositoryDefaults'].map((field) =>
      valueAt(specTree, field),
    );
    return {
      name: textOf(metadata['name']) ?? '',
      ...(org === undefined ? {} : { org }),
      directory,
      naming: {
        pattern: pattern ?? '{name}',
        ...(pattern === undefined || naming === undefined ? {} : { entry: naming }),
      },
      environments: this.#references.environments,
      repositories: this.#references.repositories,
      ...(setParts === undefined ? {} : { set: setParts }),
      ...shared,
      tainted: [...taintedParts, valueAt(document.tree, 'metadata'), setTree].some((tree) => this.#isTainted(tree)),
    };
  }

  /** The same project without its mistakes. */
  sound(parts: ProjectParts): ProjectParts {
    return soundParts(parts, this.#context.tainted);
  }

  #isTainted(tree: Tree | undefined): boolean {
    return tree !== undefined && this.#context.tainted.has(tree);
  }

  #shared(values: Values, tree: Tree | undefined): Shared {
    for (const list of shortLists) {
      const twice = entryOf(tree, list);
      if (twice === undefined || entryOf(valueAt(tree, 'access'), list) === undefined) continue;
      const mend = `keep one of the two: ${list} here is short for ${list} in access`;
      this.#references.report('manifest/duplicate-key', `${list} stands here and in access`, twice.keyPlace, mend);
    }
    const common = commonOf(values, tree);
    const defaults = values['repositoryDefaults'];
    const repositoryDefaults =
      defaults === undefined ? undefined : statedOf(defaults, valueAt(tree, 'repositoryDefaults'));
    if (common !== undefined) checkCommon(common, this.#problems);
    if (repositoryDefaults !== undefined) checkSpec(repositoryDefaults, 'defaults', this.#problems);
    return {
      ...(common === undefined ? {} : { common }),
      ...(repositoryDefaults === undefined ? {} : { repositoryDefaults }),
    };
  }

  #readEnvironments(project: UsagePlace, set: UsagePlace): void {
    const values = mapOf(project.values['environments']);
    const setValues = mapOf(set.values['environments']);
    for (const entry of entriesOf(valueAt(project.tree, 'environments'))) {
      const own = mapOf(values[entry.key]);
      const said = mapOf(setValues[entry.key]);
      const setTree = valueAt(set.tree, 'environments', entry.key);
      const account = textOf(said['account']) ?? textOf(own['account']);
      const region = textOf(said['region']) ?? textOf(own['region']);
      const preset = said['preset'] === undefined ? own['preset'] : said['preset'];
      const running = usageOf(
        [project, set, { values: own, tree: entry.value }, { values: said, tree: setTree }],
        this.#problems,
        this.#context.tainted,
      );
      const replicas = entryOf(setTree, 'replicas') ?? entryOf(entry.value, 'replicas');
      const elsewhere = replicasOf(replicas, region, this.#context.tainted, this.#references);
      const environment: ProjectEnvironment = {
        name: entry.key,
        account: account ?? '',
        region: region ?? '',
        ...(typeof preset === 'string' ? { preset: preset as NonNullable<ProjectEnvironment['preset']> } : {}),
        ...(running === undefined ? {} : { usage: running.usage }),
        ...(elsewhere === undefined ? {} : { replicas: elsewhere }),
        range: rangeOf(entry.keyPlace),
      };
      const regionEntry = entryOf(setTree, 'region') ?? entryOf(entry.value, 'region');
      if (regionEntry !== undefined && !this.#isTainted(regionEntry.value))
        this.#references.knownRegion(region, regionEntry);
      this.#references.environments.set(entry.key, {
        environment,
        ...this.#shared(own, entry.value),
        overrides: this.#overrides(own, entry.value),
        ...(running === undefined ? {} : { protection: running.protection }),
        place: entry.keyPlace,
        placed:
          account !== undefined &&
          region !== undefined &&
          [entry.value, setTree].every((tree) =>
            areSound(tree, ['account', 'region', 'preset'], this.#context.tainted),
          ),
        tainted: account === undefined || region === undefined || this.#isTainted(entry.value),
      });
    }
  }

  #overrides(values: Values, tree: Tree | undefined): Map<string, Stated> {
    const overrides = new Map<string, Stated>();
    for (const entry of entriesOf(valueAt(tree, 'repositories'))) {
      const stated = statedOf(mapOf(values['repositories'])[entry.key], entry.value);
      checkSpec(stated, 'override', this.#problems);
      this.#overrideKeys.set(stated, entry.keyPlace);
      overrides.set(entry.key, stated);
    }
    return overrides;
  }

  #checkOverrides(): void {
    const { environments, repositories } = this.#references;
    for (const [name, { overrides, place }] of environments) {
      for (const [key, stated] of overrides) {
        const keyPlace = this.#overrideKeys.get(stated) ?? stated.tree ?? place;
        if (this.#references.unknownRepository(key, keyPlace)) continue;
        const named = repositories.get(key)?.repository.environments;
        if (named !== undefined && !named.includes(name)) {
          this.#references.report(
            'manifest/override-without-effect',
            `repository "${key}" is not in ${name}, so these settings have no effect`,
            keyPlace,
          );
        }
        this.#references.checkRegion(stated.values, stated.tree, [name]);
      }
    }
  }

  #readSet(values: Values, tree: Tree): SetParts {
    const environments = new Map<string, Shared & { overrides: ReadonlyMap<string, Stated> }>();
    for (const entry of entriesOf(valueAt(tree, 'environments'))) {
      if (!this.#references.environments.has(entry.key)) {
        this.#references.unknownEnvironment(entry.key, entry.keyPlace);
        continue;
      }
      const own = mapOf(mapOf(values['environments'])[entry.key]);
      const overrides = this.#overrides(own, entry.value);
      for (const one of entriesOf(valueAt(entry.value, 'repositories')))
        this.#references.unknownRepository(one.key, one.keyPlace);
      environments.set(entry.key, { ...this.#shared(own, entry.value), overrides });
    }
    const repositories = new Map<string, Stated>();
    for (const entry of entriesOf(valueAt(tree, 'repositories'))) {
      if (this.#references.unknownRepository(entry.key, entry.keyPlace)) continue;
      const stated = statedOf(mapOf(values['repositories'])[entry.key], entry.value);
      checkSpec(stated, 'repository', this.#problems);
      repositories.set(entry.key, stated);
      this.#setEnvironments(entry, stated);
    }
    return { ...this.#shared(values, tree), environments, repositories };
  }

  /** `--set repositories.api.environments=[dev]` changes where a repository exists. */
  #setEnvironments(entry: TreeEntry, stated: Stated): void {
    const parts = this.#references.repositories.get(entry.key);
    const said = stated.values['environments'];
    if (parts === undefined || said === undefined) return;
    const environments = this.#references.named(stringsOf(said), entryOf(entry.value, 'environments'));
    const { environments: _before, ...repository } = parts.repository;
    this.#references.repositories.set(entry.key, {
      ...parts,
      repository: { ...repository, ...(environments === undefined ? {} : { environments }) },
    });
  }
}

function nameOf(tree: Tree): string {
  const name = valueAt(tree, 'metadata', 'name');
  return name?.kind === 'scalar' && !isNull(name) ? String(name.value) : '';
}
