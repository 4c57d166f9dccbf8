// Makes the desired state of a registry from effective settings: tags, mutability, encryption, lifecycle and statements.
// It must not know layers, files, or what is live.
import { type AccessVerb, type CiAccess, type CiPrincipal, ciText, type Statement } from '../access/index.js';
import { type Diagnostic, type DiagnosticCode, diagnostic, SlipwayError } from '../diagnostics/index.js';
import {
  checkIntent,
  checkRules,
  compileLifecycle,
  compileRules,
  endangers,
  type LifecyclePolicy,
  lint,
  lintIntent,
} from '../lifecycle/index.js';
import type { LifecycleSpec, ResolvedRepository } from '../manifest/project.js';
import { type CompanionSettings, companionsOf } from './companions/index.js';
import { companionKey } from './companions/key.js';
import type { Value } from './companions/model.js';
import { accessOf, type Grants, grantsOf } from './grants.js';
import type { DesiredRegistry, DesiredRepository, Encryption, Owner, TagMutability } from './model.js';
import { byText, canonicalEncryption, canonicalMutability, canonicalTags, sortedSet } from './normalise.js';
import { ownershipTags } from './ownership.js';
import { matches } from './pattern.js';
import type { Place } from './place.js';
import { Shared } from './shared.js';

/** Tags on one repository (service quotas; TooManyTagsException). */
const mostTags = 50;
/** ImageTagMutabilityExclusionFilters (API model). */
const mostFilters = 5;

/** What was made, and everything that is wrong or worth a remark. With an error among them the registry is not to be used. */
export interface Desired {
  readonly registry: DesiredRegistry;
  readonly diagnostics: readonly Diagnostic[];
}

type Report = (code: DiagnosticCode, path: string, message: string) => void;

/** A value and what is to be said of the setting that it was made of. */
interface Made<T> {
  readonly value: T;
  readonly found: readonly Diagnostic[];
}

/** What else of the project and its environment decides. */
export interface Circumstances {
  /** Whether images in use are known of, so that they are to be protected. */
  readonly usage: boolean;
  /** Whether the environment has the preset `production`. */
  readonly production: boolean;
  /** Keys of repositories that are not in this environment, but in another. */
  readonly elsewhere: readonly string[];
}

/** What holds for all repositories of a registry. */
interface Registry {
  readonly owner: Owner;
  readonly place: Place;
  readonly circumstances: Circumstances;
  readonly lifecycles: Shared<Made<LifecyclePolicy | null | undefined>>;
  readonly grants: Shared<Grants>;
  /** By the text of the CI principal. */
  readonly jobs: Map<string, { readonly principal: CiPrincipal; readonly repositories: CiAccess['repositories'] }>;
}

/** Never throws because of the settings: all problems of all repositories come back together. */
export function desire(
  resolved: readonly ResolvedRepository[],
  owner: Owner,
  place: Place,
  circumstances: Circumstances,
  settings: CompanionSettings = noSettings,
): Desired {
  const diagnostics: Diagnostic[] = [];
  const repositories: DesiredRepository[] = [];
  const keys = new Map<string, string>();
  const registry: Registry = {
    owner,
    place,
    circumstances,
    lifecycles: new Shared(),
    grants: new Shared(),
    jobs: new Map(),
  };
  for (const repository of resolved.toSorted(
    (one, other) => byText(one.name, other.name) || byText(one.key, other.key),
  )) {
    const add = (found: readonly Diagnostic[], prefix = '') => {
      for (const one of found) diagnostics.push(located(one, repository, `${prefix}${one.path ?? ''}`));
    };
    const heard = <T>({ value, found }: Made<T>, prefix: string): T => {
      add(found, prefix);
      return value;
    };
    const report: Report = (code, path, message) => add([diagnostic(code, message, { path })]);
    const holder = keys.get(repository.name);
    if (holder !== undefined) {
      report(
        'registry/duplicate-name',
        'repositoryName',
        `"${holder}" and "${repository.key}" are both named "${repository.name}"`,
      );
      continue;
    }
    keys.set(repository.name, repository.key);
    repositories.push(desireRepository(repository, registry, report, heard));
  }
  diagnostics.push(...unmatched(resolved, circumstances.elsewhere));
  const { account, region, partition } = place;
  const ciAccess = [...registry.jobs].sort(([one], [other]) => byText(one, other)).map(([, job]) => job);
  const companions = companionsOf({ owner, place, repositories, ciAccess }, settings);
  diagnostics.push(...companions.diagnostics);
  return {
    registry: {
      owner,
      account,
      region,
      partition,
      repositories,
      ...(ciAccess.length === 0 ? {} : { ciAccess }),
      companions: companions.stacks,
    },
    diagnostics,
  };
}

/** Where nothing is tuned. */
const noSettings: CompanionSettings = { spec: {}, tags: {}, neighbours: [], replicas: [], locate: () => undefined };

/** What is wrong with lifecycle rules and grants alone, which the manifest does not look into. */
export function checkIntents(
  resolved: readonly ResolvedRepository[],
  owner: Owner,
  place: Place,
  { usage, production }: Circumstances,
): readonly Diagnostic[] {
  const lifecycles = new Shared<readonly Diagnostic[]>();
  const granted = new Shared<readonly Diagnostic[]>();
  return resolved.flatMap((repository) => {
    const { access, lifecyclePolicy: lifecycle } = repository.spec;
    const rules = lifecycle === undefined ? [] : lifecycles.of(lifecycle, () => lifecycleOf(lifecycle, usage).found);
    const own = accessOf(access, repository);
    const grants = granted.of(own, () => grantsOf(own, owner, place, production).found);
    return [
      ...rules.map((one) => located(one, repository, `lifecyclePolicy.${one.path ?? ''}`)),
      ...grants.map((one) => located(one, repository, `access.${one.path ?? ''}`)),
    ];
  });
}

/** The registry, unless something is wrong with it; then every problem at once. */
export function assertDesired({ registry, diagnostics }: Desired): DesiredRegistry {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new SlipwayError(errors);
  return registry;
}

function desireRepository(
  repository: ResolvedRepository,
  { owner, place, circumstances, lifecycles, grants, jobs }: Registry,
  report: Report,
  heard: <T>(made: Made<T>, prefix: string) => T,
): DesiredRepository {
  const { key, name, spec } = repository;
  const { lifecyclePolicy: lifecycle } = spec;
  const access = accessOf(spec.access, repository);
  const statements = (): readonly Statement[] => {
    const granted = heard(
      grants.of(access, () => grantsOf(access, owner, place, circumstances.production)),
      'access.',
    );
    for (const { principal, verb } of granted.jobs) grantJob(jobs, principal, verb, name);
    return granted.statements;
  };
  return {
    key,
    name,
    tagMutability: mutabilityOf(repository, report),
    encryption: encryptionOf(repository, report),
    scanOnPush: spec.scanOnPush,
    tags: tagsOf(repository, owner, report),
    lifecyclePolicy:
      lifecycle === undefined
        ? undefined
        : heard(
            lifecycles.of(lifecycle, () => lifecycleOf(lifecycle, circumstances.usage)),
            'lifecyclePolicy.',
          ),
    statements: statements(),
    forceDelete: spec.forceDelete,
  };
}

/** Exceptions of the other kind (mutable tags where all are) say nothing, so that presets can be shifted freely. */
function mutabilityOf({ spec }: ResolvedRepository, report: Report): TagMutability {
  const field = spec.imageImmutable ? 'mutableTagPatterns' : 'immutableTagPatterns';
  const exclusions = sortedSet(spec[field]);
  if (exclusions.length > mostFilters) {
    report(
      'registry/too-many-patterns',
      field,
      `${field} lists ${exclusions.length} patterns, more than the ${mostFilters} of ECR`,
    );
  }
  return canonicalMutability({
    mode: spec.imageImmutable ? 'IMMUTABLE_WITH_EXCLUSION' : 'MUTABLE_WITH_EXCLUSION',
    exclusions,
  });
}

function encryptionOf({ spec }: ResolvedRepository, report: Report): Encryption<Value> {
  const { encryptionType: type, kmsKeyId } = spec;
  if (type === 'AES256' && kmsKeyId !== undefined) {
    const named = typeof kmsKeyId === 'string' ? `"${kmsKeyId}"` : `{companion: ${kmsKeyId.companion}}`;
    report('registry/key-without-kms', 'kmsKeyId', `kmsKeyId ${named} stands beside encryptionType AES256`);
  }
  if (kmsKeyId === undefined) return canonicalEncryption<Value>({ type });
  return canonicalEncryption<Value>({ type, kmsKey: typeof kmsKeyId === 'string' ? kmsKeyId : companionKey });
}

function tagsOf({ spec }: ResolvedRepository, owner: Owner, report: Report): Readonly<Record<string, string>> {
  for (const key of Object.keys(spec.tags)) {
    if (/^(slipway|aws):/i.test(key)) report('registry/reserved-tag', `tags.${key}`, `the tag "${key}" is reserved`);
  }
  const tags = canonicalTags({ ...spec.tags, ...ownershipTags(owner) });
  const { length } = Object.keys(tags);
  if (length > mostTags) {
    report(
      'registry/too-many-tags',
      'tags',
      `the repository has ${length} tags, Slipway's own two included, more than the ${mostTags} of ECR`,
    );
  }
  return tags;
}

function lifecycleOf(spec: LifecycleSpec, usage: boolean): Made<LifecyclePolicy | null | undefined> {
  if (spec.none === true) return { value: null, found: [] };
  const found = spec.rules === undefined ? checkIntent(spec) : checkRules(spec.rules);
  if (found.some(({ severity }) => severity === 'error')) return { value: undefined, found };
  try {
    if (spec.rules === undefined) {
      const value = compileLifecycle(spec);
      return { value, found: [...found, ...(value === null ? [] : lintIntent(spec, value))] };
    }
    const value = compileRules(spec.rules);
    // Against the list as it was typed, whose places are those of the manifest; all is known to be sound by now.
    const typed = { rules: spec.rules as LifecyclePolicy['rules'] };
    return { value, found: [...found, ...lint(typed), ...(usage ? unprotected(typed) : [])] };
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error;
    return { value: undefined, found: [...found, ...error.diagnostics] };
  }
}

/** Typed rules replace what weaker layers say, the protection of images in use with it. */
function unprotected(policy: LifecyclePolicy): readonly Diagnostic[] {
  if (!endangers(policy)) return [];
  const message =
    'the rules could act on images in use: they replace `protectInUse`, and none before them keeps "slipway-in-use-*"';
  return [diagnostic('lifecycle/rules-unprotected', message, { path: 'rules' })];
}

/** Repositories come by name, so that their lists stay sorted. */
function grantJob(jobs: Registry['jobs'], principal: CiPrincipal, verb: AccessVerb, repository: string): void {
  const key = ciText(principal);
  const job = jobs.get(key) ?? { principal, repositories: { pull: [], push: [], read: [], manage: [] } };
  const names = job.repositories[verb];
  if (names.includes(repository)) return;
  jobs.set(key, { principal, repositories: { ...job.repositories, [verb]: [...names, repository] } });
}

/** Patterns of grants that match no repository, each told of once. */
function unmatched(resolved: readonly ResolvedRepository[], elsewhere: readonly string[]): readonly Diagnostic[] {
  const all = [...resolved, ...elsewhere.map((key) => ({ key, name: key }))];
  const seen = new Map<string, boolean>();
  return resolved.flatMap((repository) =>
    repository.spec.access.grants.flatMap(({ repositories }, index) =>
      repositories.flatMap((pattern, at) => {
        if (seen.has(pattern)) return [];
        const found = all.some((one) => matches(pattern, one));
        seen.set(pattern, found);
        const path = `access.grants.${index}.repositories.${at}`;
        const message = `no repository matches "${pattern}"`;
        return found ? [] : [located(diagnostic('access/pattern-matches-nothing', message), repository, path)];
      }),
    ),
  );
}

/** Gives a problem its place in the manifest. */
function located(problem: Diagnostic, repository: ResolvedRepository, path: string): Diagnostic {
  const range = problem.range ?? repository.locate(path);
  return { ...problem, range, path: `spec.repositories.${repository.key}.${path}` };
}
