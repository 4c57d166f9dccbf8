// The three forms a repository is declared in: an entry of the project, a document of Slipway's, a document of Planton's.
// It must not know what a project says beside its repositories, nor how layers are merged.
import type { Diagnostic } from '../diagnostics/index.js';
import { checkSpec } from './check-layer.js';
import type { ManifestDocument } from './documents.js';
import { camelCase } from './field-names.js';
import type { RepositoryParts, Stated } from './parts.js';
import { fromPlanton, plantonTable } from './planton.js';
import type { Json, ProjectRepository } from './project.js';
import type { References } from './references.js';
import { entriesOf, mapOf, statedOf, stringsOf, textOf, type Values } from './stated.js';
import { entryOf, type Place, rangeOf, type Tree, type TreeEntry, valueAt } from './tree.js';
import { type WalkContext, walk } from './walk.js';

type Dialect = ProjectRepository['dialect'];

export class Declarations {
  readonly #context: WalkContext;
  readonly #references: References;
  /** The project's. */
  readonly #org: string | undefined;

  constructor(context: WalkContext, references: References, org: string | undefined) {
    this.#context = context;
    this.#references = references;
    this.#org = org;
  }

  get #problems(): Diagnostic[] {
    return this.#context.problems;
  }

  /** `spec.repositories.api` of the project. */
  shortForm(entry: TreeEntry, value: Json | undefined): void {
    const references = this.#references;
    const stated = statedOf(value, entry.value);
    checkSpec(stated, 'repository', this.#problems);
    const environments = references.named(
      stringsOf(stated.values['environments']),
      entryOf(entry.value, 'environments'),
    );
    references.checkRegion(stated.values, entry.value, environments ?? references.environments.keys());
    const parts = this.#parts(entry.key, 'slipway', stated, environments, entry.keyPlace, entry.value);
    references.addRepository(entry.key, parts, false);
  }

  /** A document of kind AwsEcrRepo. */
  longForm({ tree, head }: ManifestDocument): void {
    const references = this.#references;
    const document = walk(tree, 'AwsEcrRepo', '', head, this.#context);
    const metadata = mapOf(document['metadata']);
    const specEntry = entryOf(tree, 'spec');
    const stated = statedOf(document['spec'], specEntry?.value);
    checkSpec(stated, 'repository', this.#problems);
    const env = this.#environmentOf(tree, metadata, 'slipway');
    const listEntry = entryOf(specEntry?.value, 'environments');
    const list = references.named(stringsOf(stated.values['environments']), listEntry);
    if (env !== undefined && list !== undefined && !list.includes(env) && listEntry !== undefined) {
      references.report(
        'manifest/contradiction',
        `environments leaves out "${env}", which metadata.env names`,
        listEntry.keyPlace,
        'keep one of the two',
      );
    }
    const environments = env === undefined ? list : [env];
    references.checkRegion(stated.values, specEntry?.value, environments ?? references.environments.keys());
    this.#addDocument(tree, head, metadata, 'slipway', stated, environments);
  }

  /** A document of Planton's. */
  planton({ tree, head }: ManifestDocument): void {
    const context: WalkContext = { ...this.#context, table: plantonTable, snakeCase: true };
    const document = walk(tree, 'Document', '', head, context);
    const metadata = mapOf(document['metadata']);
    const specTree = valueAt(tree, 'spec');
    const spec = fromPlanton(mapOf(document['spec']), specTree, this.#problems);
    const env = this.#environmentOf(tree, metadata, 'planton');
    const environments = this.#ofRegion(spec.region, env, specTree, head);
    this.#addDocument(tree, head, metadata, 'planton', { values: spec.values, tree: specTree }, environments);
  }

  #addDocument(
    tree: Tree,
    head: Place,
    metadata: Values,
    dialect: Dialect,
    stated: Stated,
    environments: readonly string[] | undefined,
  ): void {
    const key = textOf(metadata['name']);
    if (key === undefined) return;
    const keyPlace = entryOf(valueAt(tree, 'metadata'), 'name')?.value ?? head;
    this.#references.addRepository(key, this.#parts(key, dialect, stated, environments, keyPlace, tree), true);
  }

  #parts(
    key: string,
    dialect: Dialect,
    stated: Stated,
    environments: readonly string[] | undefined,
    keyPlace: Place,
    tree: Tree,
  ): RepositoryParts {
    const repository: ProjectRepository = {
      key,
      dialect,
      ...(environments === undefined ? {} : { environments }),
      range: rangeOf(keyPlace),
    };
    return { repository, stated, keyPlace, tainted: this.#context.tainted.has(tree) };
  }

  /** The environment a document of its own names; its organisation must be the project's. */
  #environmentOf(tree: Tree, metadata: Values, dialect: Dialect): string | undefined {
    const orgEntry = entryOf(valueAt(tree, 'metadata'), 'org');
    const org = textOf(metadata['org']);
    const differs = org !== undefined && org !== this.#org && !(dialect === 'planton' && this.#org === undefined);
    if (differs && orgEntry !== undefined) {
      const ours = this.#org === undefined ? 'which names none' : `"${this.#org}"`;
      this.#references.report(
        'manifest/contradiction',
        `org "${org}" is not that of the project, ${ours}`,
        orgEntry.value,
        'make them the same, or remove metadata.org here',
      );
    }
    const envEntry = entryOf(valueAt(tree, 'metadata'), 'env');
    const env = textOf(metadata['env']);
    if (env === undefined || env === '' || envEntry === undefined) return undefined;
    if (this.#references.environments.has(env)) return env;
    this.#references.unknownEnvironment(env, envEntry.value);
    return undefined;
  }

  /** Planton says where by a Region: the environments there, or the one that is named. */
  #ofRegion(
    region: string | undefined,
    env: string | undefined,
    specTree: Tree | undefined,
    head: Place,
  ): readonly string[] | undefined {
    const named = env === undefined ? undefined : [env];
    if (region === undefined) return named;
    const { environments } = this.#references;
    const here = [...environments.values()]
      .filter((one) => one.tainted || one.environment.region === region)
      .map((one) => one.environment.name);
    const fits = env === undefined ? here.length > 0 : here.includes(env);
    if (fits || environments.size === 0) return env === undefined && here.length < environments.size ? here : named;
    this.#references.report(
      'manifest/contradiction',
      env === undefined
        ? `no environment is in region ${region}`
        : `region ${region} is not that of environment "${env}"`,
      entriesOf(specTree).find((entry) => camelCase(entry.key) === 'region')?.value ?? head,
      'add an environment in that Region, or change one of the two',
    );
    return named;
  }
}
