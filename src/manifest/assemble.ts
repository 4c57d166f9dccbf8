// Walked documents in, the parts of a project out, with every reference between documents checked.
// It must not know files, nor how layers are merged.
import { type Diagnostic, type DiagnosticCode, diagnostic } from '../diagnostics/index.js';
import { checkCommon, checkSpec } from './check-layer.js';
import type { ManifestDocument } from './documents.js';
import { schema } from './gen/schema.js';
import type { EnvironmentParts, ProjectParts, RepositoryParts, SetParts, Shared, Stated } from './parts.js';
import { fromPlanton, plantonTable } from './planton.js';
import type { Json, ProjectEnvironment, ProjectRepository } from './project.js';
import { readSettings } from './set.js';
import { didYouMean, listed } from './suggest.js';
import { entryOf, isNull, madeMap, type Place, rangeOf, spotOf, type Tree, type TreeEntry, valueAt } from './tree.js';
import { camelCase, type WalkContext, walk } from './walk.js';

type Values = { readonly [field: string]: Json };

function mapOf(value: Json | undefined): Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {};
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function stringsOf(value: Json | undefined): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined;
}

function entriesOf(tree: Tree | undefined): readonly TreeEntry[] {
  return tree?.kind === 'map' ? tree.entries : [];
}

/** `defaultTags` and `access` as the layer they are. */
function commonOf(values: Values, tree: Tree | undefined): Stated | undefined {
  const { defaultTags, access } = values;
  if (defaultTags === undefined && access === undefined) return undefined;
  const entries: TreeEntry[] = [];
  const tagEntry = entryOf(tree, 'defaultTags');
  const accessEntry = entryOf(tree, 'access');
  if (tagEntry !== undefined) entries.push({ ...tagEntry, key: 'tags' });
  if (accessEntry !== undefined) entries.push(accessEntry);
  return {
    values: {
      ...(defaultTags === undefined ? {} : { tags: defaultTags }),
      ...(access === undefined ? {} : { access }),
    },
    tree: tree === undefined ? undefined : madeMap(tree, entries),
  };
}

function statedOf(values: Json | undefined, tree: Tree | undefined): Stated {
  return { values: mapOf(values), tree };
}

export class Assembly {
  readonly #problems: Diagnostic[];
  readonly #context: WalkContext;
  readonly #settings: readonly string[];
  readonly #environments = new Map<string, EnvironmentParts>();
  readonly #repositories = new Map<string, RepositoryParts>();
  readonly #overrideKeys = new Map<Stated, Place>();
  #org: string | undefined;
  #set: SetParts | undefined;

  constructor(problems: Diagnostic[], settings: readonly string[]) {
    this.#problems = problems;
    this.#context = { table: schema, problems, tainted: new Set() };
    this.#settings = settings;
  }

  #report(code: DiagnosticCode, message: string, place: Place, mend?: string): void {
    this.#problems.push(diagnostic(code, message, { range: rangeOf(place), ...(mend === undefined ? {} : { mend }) }));
  }

  assemble(
    document: ManifestDocument,
    others: readonly ManifestDocument[],
    planton: readonly ManifestDocument[],
    directory: string,
  ): ProjectParts {
    const project = walk(document.tree, 'Project', '', document.head, this.#context);
    const metadata = mapOf(project['metadata']);
    this.#org = textOf(metadata['org']);
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
      (key) => keys.has(key),
      this.#problems,
    );
    const set =
      setTree === undefined ? {} : walk(setTree, 'ProjectSpec', '', setTree, { ...this.#context, partial: true });
    this.#readEnvironments(mapOf(spec['environments']), valueAt(specTree, 'environments'), mapOf(set['environments']));
    for (const entry of entriesOf(repositoriesTree)) this.#shortForm(entry, mapOf(spec['repositories'])[entry.key]);
    for (const one of others) this.#longForm(one);
    for (const one of planton) this.#planton(one);
    this.#checkOverrides();
    if (setTree !== undefined) this.#readSet(set, setTree);
    const shared = this.#shared(spec, specTree);
    const naming = entryOf(setTree, 'naming') ?? entryOf(specTree, 'naming');
    const pattern = textOf(set['naming']) ?? textOf(spec['naming']);
    // Where something could not be read, the repositories may be in it.
    if (this.#repositories.size === 0 && this.#problems.every((one) => one.severity !== 'error')) {
      this.#report(
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
      ...(this.#org === undefined ? {} : { org: this.#org }),
      directory,
      naming: {
        pattern: pattern ?? '{name}',
        ...(pattern === undefined || naming === undefined ? {} : { entry: naming }),
      },
      environments: this.#environments,
      repositories: this.#repositories,
      ...(this.#set === undefined ? {} : { set: this.#set }),
      ...shared,
      tainted:
        taintedParts.some((tree) => this.#isTainted(tree)) ||
        this.#isTainted(valueAt(document.tree, 'metadata')) ||
        this.#isTainted(setTree),
    };
  }

  #isTainted(tree: Tree | undefined): boolean {
    return tree !== undefined && this.#context.tainted.has(tree);
  }

  #shared(values: Values, tree: Tree | undefined): Shared {
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

  #readEnvironments(values: Values, tree: Tree | undefined, set: Values): void {
    for (const entry of entriesOf(tree)) {
      const own = mapOf(values[entry.key]);
      const said = mapOf(set[entry.key]);
      const account = textOf(said['account']) ?? textOf(own['account']);
      const region = textOf(said['region']) ?? textOf(own['region']);
      const preset = said['preset'] === undefined ? own['preset'] : said['preset'];
      const environment: ProjectEnvironment = {
        name: entry.key,
        account: account ?? '',
        region: region ?? '',
        ...(typeof preset === 'string' ? { preset: preset as NonNullable<ProjectEnvironment['preset']> } : {}),
        range: rangeOf(entry.keyPlace),
      };
      this.#environments.set(entry.key, {
        environment,
        ...this.#shared(own, entry.value),
        overrides: this.#overrides(own, entry.value),
        place: entry.keyPlace,
        tainted: account === undefined || region === undefined || this.#isTainted(entry.value),
      });
    }
  }

  #add(key: string, parts: RepositoryParts, longForm: boolean): void {
    const first = this.#repositories.get(key);
    if (first === undefined) this.#repositories.set(key, parts);
    else {
      const place = rangeOf(first.keyPlace);
      const hint = longForm ? ' (a document of its own and an entry of the project count alike)' : '';
      this.#report(
        'manifest/duplicate-repository',
        `repository "${key}" is declared twice; the first is in ${place.file}, line ${place.line}${hint}`,
        parts.keyPlace,
      );
    }
  }

  /** The environments a list names; those that do not exist are reported and left out. */
  #named(names: readonly string[] | undefined, entry: TreeEntry | undefined): readonly string[] | undefined {
    if (names === undefined || entry === undefined) return undefined;
    if (names.length === 0) {
      this.#report(
        'manifest/empty-environments',
        'environments is empty, so the repository would exist nowhere',
        entry.keyPlace,
      );
      return undefined;
    }
    const items = entry.value.kind === 'list' ? entry.value.items : [];
    const known = names.filter((name) => this.#environments.has(name));
    for (const name of names) {
      if (!known.includes(name))
        this.#unknownEnvironment(
          name,
          items.find((item) => item.kind === 'scalar' && item.value === name) ?? entry.keyPlace,
        );
    }
    return known.length === 0 ? undefined : known;
  }

  #unknownEnvironment(name: string, place: Place): void {
    // Without environments, that they are missing is all there is to say.
    if (this.#environments.size === 0) return;
    const names = [...this.#environments.keys()];
    this.#report(
      'manifest/unknown-environment',
      `the project has no environment "${name}"${didYouMean(name, names)}`,
      place,
      `the environments are ${listed(names)}`,
    );
  }

  #checkRegion(values: Values, tree: Tree | undefined, environments: Iterable<string>): void {
    const entry = entryOf(tree, 'region');
    const region = textOf(values['region']);
    if (entry === undefined || region === undefined) return;
    for (const name of environments) {
      const there = this.#environments.get(name);
      if (there === undefined || there.tainted || there.environment.region === region) continue;
      this.#report(
        'manifest/contradiction',
        `region ${region} is not that of environment "${name}", ${there.environment.region}`,
        spotOf(entry),
        'remove region, or name only environments of that Region',
      );
      return;
    }
  }

  #shortForm(entry: TreeEntry, value: Json | undefined): void {
    const stated = statedOf(value, entry.value);
    checkSpec(stated, 'repository', this.#problems);
    const environments = this.#named(stringsOf(stated.values['environments']), entryOf(entry.value, 'environments'));
    this.#checkRegion(stated.values, entry.value, environments ?? this.#environments.keys());
    this.#add(
      entry.key,
      this.#parts(entry.key, 'slipway', stated, environments, entry.keyPlace, this.#isTainted(entry.value)),
      false,
    );
  }

  #parts(
    key: string,
    dialect: ProjectRepository['dialect'],
    stated: Stated,
    environments: readonly string[] | undefined,
    keyPlace: Place,
    tainted: boolean,
  ): RepositoryParts {
    const repository: ProjectRepository = {
      key,
      dialect,
      ...(environments === undefined ? {} : { environments }),
      range: rangeOf(keyPlace),
    };
    return { repository, stated, keyPlace, tainted };
  }

  /** Organisation and environment of a document of its own; what it says must be the project's. */
  #metadata(tree: Tree, metadata: Values, dialect: ProjectRepository['dialect']): string | undefined {
    const orgEntry = entryOf(valueAt(tree, 'metadata'), 'org');
    const org = textOf(metadata['org']);
    const differs = org !== undefined && org !== this.#org && !(dialect === 'planton' && this.#org === undefined);
    if (differs && orgEntry !== undefined) {
      const ours = this.#org === undefined ? 'which names none' : `"${this.#org}"`;
      this.#report(
        'manifest/contradiction',
        `org "${org}" is not that of the project, ${ours}`,
        orgEntry.value,
        'make them the same, or remove metadata.org here',
      );
    }
    const envEntry = entryOf(valueAt(tree, 'metadata'), 'env');
    const env = textOf(metadata['env']);
    if (env === undefined || env === '' || envEntry === undefined) return undefined;
    if (!this.#environments.has(env)) {
      this.#unknownEnvironment(env, envEntry.value);
      return undefined;
    }
    return env;
  }

  #longForm({ tree, head }: ManifestDocument): void {
    const document = walk(tree, 'AwsEcrRepo', '', head, this.#context);
    const metadata = mapOf(document['metadata']);
    const key = textOf(metadata['name']);
    const specEntry = entryOf(tree, 'spec');
    const stated = statedOf(document['spec'], specEntry?.value);
    checkSpec(stated, 'repository', this.#problems);
    const env = this.#metadata(tree, metadata, 'slipway');
    const listEntry = entryOf(specEntry?.value, 'environments');
    const list = this.#named(stringsOf(stated.values['environments']), listEntry);
    if (env !== undefined && list !== undefined && !list.includes(env) && listEntry !== undefined) {
      this.#report(
        'manifest/contradiction',
        `environments leaves out "${env}", which metadata.env names`,
        listEntry.keyPlace,
        'keep one of the two',
      );
    }
    const environments = env === undefined ? list : [env];
    this.#checkRegion(stated.values, specEntry?.value, environments ?? this.#environments.keys());
    if (key === undefined) return;
    const keyPlace = entryOf(valueAt(tree, 'metadata'), 'name')?.value ?? head;
    this.#add(key, this.#parts(key, 'slipway', stated, environments, keyPlace, this.#isTainted(tree)), true);
  }

  #planton({ tree, head }: ManifestDocument): void {
    const context: WalkContext = { ...this.#context, table: plantonTable, snakeCase: true };
    const document = walk(tree, 'Document', '', head, context);
    const metadata = mapOf(document['metadata']);
    const specTree = valueAt(tree, 'spec');
    const spec = fromPlanton(mapOf(document['spec']), specTree, this.#problems);
    const env = this.#metadata(tree, metadata, 'planton');
    let environments = env === undefined ? undefined : [env];
    if (spec.region !== undefined) {
      const place = entriesOf(specTree).find((entry) => camelCase(entry.key) === 'region')?.value ?? head;
      const here = [...this.#environments.values()]
        .filter((one) => one.tainted || one.environment.region === spec.region)
        .map((one) => one.environment.name);
      const fits = env === undefined ? here.length > 0 : here.includes(env);
      if (!fits && this.#environments.size > 0) {
        const what =
          env === undefined
            ? `no environment is in region ${spec.region}`
            : `region ${spec.region} is not that of environment "${env}"`;
        this.#report(
          'manifest/contradiction',
          what,
          place,
          'add an environment in that Region, or change one of the two',
        );
      } else if (env === undefined && here.length < this.#environments.size) environments = here;
    }
    const key = textOf(metadata['name']);
    if (key === undefined) return;
    const keyPlace = entryOf(valueAt(tree, 'metadata'), 'name')?.value ?? head;
    this.#add(
      key,
      this.#parts(
        key,
        'planton',
        { values: spec.values, tree: specTree },
        environments,
        keyPlace,
        this.#isTainted(tree),
      ),
      true,
    );
  }

  #unknownRepository(key: string, place: Place): boolean {
    if (this.#repositories.has(key)) return false;
    this.#report(
      'manifest/unknown-repository',
      `the project has no repository "${key}"${didYouMean(key, this.#repositories.keys())}`,
      place,
    );
    return true;
  }

  #checkOverrides(): void {
    for (const [name, { overrides, place }] of this.#environments) {
      for (const [key, stated] of overrides) {
        const keyPlace = this.#overrideKeys.get(stated) ?? stated.tree ?? place;
        if (this.#unknownRepository(key, keyPlace)) continue;
        const named = this.#repositories.get(key)?.repository.environments;
        if (named !== undefined && !named.includes(name)) {
          this.#report(
            'manifest/override-without-effect',
            `repository "${key}" is not in ${name}, so these settings have no effect`,
            keyPlace,
          );
        }
        this.#checkRegion(stated.values, stated.tree, [name]);
      }
    }
  }

  #readSet(values: Values, tree: Tree): void {
    const environments = new Map<string, Shared & { overrides: ReadonlyMap<string, Stated> }>();
    for (const entry of entriesOf(valueAt(tree, 'environments'))) {
      if (!this.#environments.has(entry.key)) {
        this.#unknownEnvironment(entry.key, entry.keyPlace);
        continue;
      }
      const own = mapOf(mapOf(values['environments'])[entry.key]);
      const overrides = this.#overrides(own, entry.value);
      for (const one of entriesOf(valueAt(entry.value, 'repositories'))) this.#unknownRepository(one.key, one.keyPlace);
      environments.set(entry.key, { ...this.#shared(own, entry.value), overrides });
    }
    const repositories = new Map<string, Stated>();
    for (const entry of entriesOf(valueAt(tree, 'repositories'))) {
      if (this.#unknownRepository(entry.key, entry.keyPlace)) continue;
      const stated = statedOf(mapOf(values['repositories'])[entry.key], entry.value);
      checkSpec(stated, 'repository', this.#problems);
      repositories.set(entry.key, stated);
      this.#setEnvironments(entry, stated);
    }
    this.#set = { ...this.#shared(values, tree), environments, repositories };
  }

  /** `--set repositories.api.environments=[dev]` changes where a repository exists. */
  #setEnvironments(entry: TreeEntry, stated: Stated): void {
    const parts = this.#repositories.get(entry.key);
    const said = stated.values['environments'];
    if (parts === undefined || said === undefined) return;
    const environments = this.#named(stringsOf(said), entryOf(entry.value, 'environments'));
    const { environments: _before, ...repository } = parts.repository;
    this.#repositories.set(entry.key, {
      ...parts,
      repository: { ...repository, ...(environments === undefined ? {} : { environments }) },
    });
  }
}

function nameOf(tree: Tree): string {
  const name = valueAt(tree, 'metadata', 'name');
  return name?.kind === 'scalar' && !isNull(name) ? String(name.value) : '';
}
