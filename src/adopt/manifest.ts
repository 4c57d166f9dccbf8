// Repositories that were found, as a manifest that wants them to stay exactly as they are.
// It must not know where they were found, nor write files.
import { Document, isMap } from 'yaml';
import type { Principal } from '../access/index.js';
import { type Diagnostic, diagnostic, isSlipwayError, SlipwayError } from '../diagnostics/index.js';
import { canonicalLifecycle, checkRules, readIntent, readPolicyText } from '../lifecycle/index.js';
import { byText, environmentTag, partitionOf, projectTag } from '../registry/index.js';
import { readAccess } from './access.js';
import type { Found, FoundRepository } from './model.js';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Settings = Readonly<Record<string, Json>>;

export interface AdoptOptions {
  /** The project's name. */
  readonly project: string;
  /** Of the environment; with several places, the beginning of their names. */
  readonly environment: string;
  /** For repositories of which the source does not say it. */
  readonly account?: string;
  readonly region?: string;
  /** Lifecycle rules word for word, priorities and descriptions too, instead of intent that does the same. */
  readonly keepRules?: boolean;
}

export interface Adoption {
  /** Text of a slipway.yaml that loads as it stands. */
  readonly text: string;
  readonly environments: readonly string[];
  /** Names, in the order of the text. */
  readonly repositories: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

interface Placed {
  readonly found: FoundRepository;
  readonly environment: string;
  readonly settings: Settings;
}

/** Throws where nothing was found, or where it is not known in which account and Region a repository is. */
export function adopt({ repositories, diagnostics: before }: Found, options: AdoptOptions): Adoption {
  const diagnostics = [...before];
  if (repositories.length === 0) {
    throw new SlipwayError([diagnostic('adopt/nothing-found', 'there is no repository of ECR in it'), ...before]);
  }
  const places = placesOf(repositories, options);
  const remarks: Remark[] = [];
  const placed = repositories.flatMap((found): Placed[] => {
    const place = placeOf(found, options);
    if (place === undefined) {
      diagnostics.push(
        diagnostic(
          'adopt/unknown-place',
          `it is not known in which account and Region ${found.name} is (${found.from})`,
        ),
      );
      return [];
    }
    const environment = places.get(place.text) ?? options.environment;
    const report = (problem: Diagnostic): void => {
      remarks.push({ name: found.name, problem });
    };
    return [{ found, environment, settings: settingsOf(found, place, { ...options, environment }, report) }];
  });
  diagnostics.push(...putTogether(remarks));
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new SlipwayError(errors);
  return {
    text: textOfProject(placed, places, options),
    environments: [...places.values()],
    repositories: [...new Set(placed.map(({ found }) => found.name))].sort(byText),
    diagnostics,
  };
}

/** What is to be said of one repository. */
interface Remark {
  readonly name: string;
  readonly problem: Diagnostic;
}

/** A module gives many repositories one policy: what is to be said of it is said once. */
function putTogether(remarks: readonly Remark[]): readonly Diagnostic[] {
  const alike = new Map<string, { readonly problem: Diagnostic; readonly names: Set<string> }>();
  for (const { name, problem } of remarks) {
    const key = `${problem.code} ${problem.message}`;
    const known = alike.get(key) ?? { problem, names: new Set() };
    alike.set(key, known);
    known.names.add(name);
  }
  return [...alike.values()].map(({ problem, names: all }) => {
    const [first = '', ...others] = all;
    const more = others.length > 1 ? ` and ${others.length} more` : others.map((name) => ` and ${name}`).join('');
    return { ...problem, message: `${first}${more}: ${problem.message}` };
  });
}

interface PlaceText {
  readonly account: string;
  readonly region: string;
  readonly text: string;
}

function placeOf(found: FoundRepository, options: AdoptOptions): PlaceText | undefined {
  const account = found.account ?? options.account;
  const region = found.region ?? options.region;
  return account === undefined || region === undefined ? undefined : { account, region, text: `${account} ${region}` };
}

/** Names of environments by account and Region: one is named as it was asked for, several by what tells them apart. */
function placesOf(repositories: readonly FoundRepository[], options: AdoptOptions): ReadonlyMap<string, string> {
  const places = [
    ...new Map(
      repositories.flatMap((one) => {
        const place = placeOf(one, options);
        return place === undefined ? [] : [[place.text, place] as const];
      }),
    ).values(),
  ].sort((one, other) => byText(one.text, other.text));
  if (places.length <= 1) return new Map(places.map(({ text }) => [text, options.environment]));
  const accounts = new Set(places.map(({ account }) => account)).size > 1;
  const regions = new Set(places.map(({ region }) => region)).size > 1;
  return new Map(
    places.map(({ account, region, text }) => [
      text,
      [options.environment, ...(accounts ? [account] : []), ...(regions ? [region] : [])].join('-'),
    ]),
  );
}

function settingsOf(
  found: FoundRepository,
  { account, region }: PlaceText,
  { environment, keepRules = false }: AdoptOptions,
  report: (problem: Diagnostic) => void,
): Settings {
  const { tagMutability, encryption, scanOnPush, forceDelete } = found;
  const immutable = tagMutability.mode.startsWith('IMMUTABLE');
  const patterns = immutable ? 'mutableTagPatterns' : 'immutableTagPatterns';
  const context = { account, region, partition: partitionOf(region) };
  const access = found.repositoryPolicy === undefined ? {} : accessOf(found.repositoryPolicy, context, report);
  return {
    ...(immutable ? {} : { imageImmutable: false }),
    ...(tagMutability.exclusions.length === 0 ? {} : { [patterns]: tagMutability.exclusions }),
    ...(encryption.type === 'AES256' ? {} : { encryptionType: encryption.type }),
    ...(encryption.kmsKey === undefined ? {} : { kmsKeyId: encryption.kmsKey }),
    ...(scanOnPush ? {} : { scanOnPush: false }),
    ...(forceDelete ? { forceDelete: true } : {}),
    lifecyclePolicy: lifecycleOf(found.lifecyclePolicy, keepRules, report),
    ...(Object.keys(access).length === 0 ? {} : { access }),
    tags: tagsOf(found, environment),
  };
}

/** The tags that Slipway adds unless it is told otherwise are unset where the repository has not got them; its own come with `apply`. */
function tagsOf({ tags, name: _name }: FoundRepository, environment: string): Settings {
  const added = { Environment: environment, ManagedBy: 'slipway', Repository: undefined };
  const unset = Object.keys(added).filter((key) => !Object.hasOwn(tags, key));
  const kept = Object.entries(tags).filter(([key]) => key !== projectTag && key !== environmentTag);
  return Object.fromEntries(
    [...kept, ...unset.map((key) => [key, null] as const)].sort(([one], [other]) => byText(one, other)),
  );
}

function lifecycleOf(text: string | undefined, keepRules: boolean, report: (problem: Diagnostic) => void): Json {
  if (text === undefined) return { none: true };
  try {
    const policy = canonicalLifecycle(readPolicyText(text));
    const value = (keepRules ? null : readIntent(policy)) ?? { rules: policy.rules };
    for (const problem of 'rules' in value ? checkRules(policy.rules) : []) report(problem);
    // Plain JSON: what both are already, but for their types.
    return JSON.parse(JSON.stringify(value)) as Json;
  } catch (error) {
    if (!isSlipwayError(error)) throw error;
    for (const { message } of error.diagnostics) report(diagnostic('adopt/bad-value', message));
    return null;
  }
}

function accessOf(
  text: string,
  context: Parameters<typeof readAccess>[1],
  report: (problem: Diagnostic) => void,
): Settings {
  let read: ReturnType<typeof readAccess>;
  try {
    read = readAccess(text, context, report);
  } catch (error) {
    if (!isSlipwayError(error)) throw error;
    for (const { message } of error.diagnostics) report(diagnostic('adopt/bad-value', message));
    return {};
  }
  const { grants, statements } = read;
  return {
    ...Object.fromEntries(Object.entries(grants).map(([field, list]) => [field, list.map(granteeOf)])),
    ...(statements.length === 0 ? {} : { statements: JSON.parse(JSON.stringify(statements)) as Json }),
  };
}

function granteeOf(principal: Principal): Json {
  switch (principal.kind) {
    case 'account':
      return `account:${principal.account}`;
    case 'org':
      return `org:${principal.id}`;
    case 'ou':
      return `ou:${principal.organization}/${principal.unit}`;
    case 'service': {
      const { service, sourceAccount, sourceArn } = principal;
      const name = service.replace(/\.amazonaws\.com$/, '');
      if (sourceAccount === undefined && sourceArn === undefined) return `service:${name}`;
      return {
        service: name,
        ...(sourceAccount === undefined ? {} : { sourceAccount }),
        ...(sourceArn === undefined ? {} : { sourceArn }),
      };
    }
    default:
      return `${principal.kind}:${principal.arn}`;
  }
}

/** What all repositories say alike is said once. */
function textOfProject(
  placed: readonly Placed[],
  places: ReadonlyMap<string, string>,
  { project, keepRules = false }: AdoptOptions,
): string {
  const tags = common(placed.map(({ settings }) => settings['tags'] as Settings));
  const several = placed.length > 1;
  const shared = several ? common(placed.map(({ settings: { tags: _tags, ...rest } }) => rest)) : {};
  const byName = new Map<string, Placed[]>();
  for (const one of placed) byName.set(one.found.name, [...(byName.get(one.found.name) ?? []), one]);
  const environments = [...places].map(([place, name]): [string, Record<string, Json>] => {
    const [account = '', region = ''] = place.split(' ');
    return [name, { account, region }];
  });
  const overrides = new Map<string, Record<string, Json>>();
  const repositories = [...byName]
    .sort(([one], [other]) => byText(one, other))
    .map(([name, all]): [string, Json] => {
      const everywhere = all.length === places.size;
      const own = all.map(({ settings }) => ownSettings(settings, shared, tags));
      const [first = {}] = own;
      const same = own.every((one) => JSON.stringify(one) === JSON.stringify(first));
      // Different in each place: each says it for itself.
      if (!same) {
        for (const [index, { environment }] of all.entries()) {
          overrides.set(environment, { ...overrides.get(environment), [name]: own[index] ?? {} });
        }
      }
      return [
        name,
        { ...(everywhere ? {} : { environments: all.map(({ environment }) => environment) }), ...(same ? first : {}) },
      ];
    });
  const spec: Record<string, Json> = {
    ...(Object.keys(tags).length === 0 ? {} : { defaultTags: tags }),
    environments: Object.fromEntries(
      environments.map(([name, where]) => {
        const override = overrides.get(name);
        return [name, { ...where, ...(override === undefined ? {} : { repositories: override }) }];
      }),
    ),
    ...(Object.keys(shared).length === 0 ? {} : { repositoryDefaults: shared }),
    repositories: Object.fromEntries(repositories),
  };
  const document = new Document({
    apiVersion: 'ecr.slipway.dev/v1',
    kind: 'Project',
    metadata: { name: project },
    spec,
  });
  document.commentBefore = [
    ...(keepRules
      ? [
          ' Repositories as they are today. The first plan tags them as owned by this project. Grants it words in its own way: what',
          ' they do stays as it is, and statements that are there stay beside its own until you remove them.',
        ]
      : [
          ' Repositories as they are today. The first plan tags them as owned by this project. Lifecycle rules and grants it words',
          ' in its own way: what they do stays as it is, and statements that are there stay beside its own until you remove them.',
        ]),
    ' What differs from the secure defaults is said below, so that it can be taken back line by line.',
  ].join('\n');
  const metadata = document.get('metadata');
  if (isMap(metadata)) metadata.flow = true;
  return document.toString({ lineWidth: 120 });
}

function ownSettings(settings: Settings, shared: Settings, tags: Settings): Settings {
  const { tags: said = {}, ...rest } = settings;
  const own = without(said as Settings, tags);
  return { ...without(rest, shared), ...(Object.keys(own).length === 0 ? {} : { tags: own }) };
}

function common(all: readonly Settings[]): Settings {
  const [first = {}, ...rest] = all;
  return Object.fromEntries(
    Object.entries(first).filter(([key, value]) => rest.every((one) => sameJson(one[key], value))),
  );
}

function without(settings: Settings, shared: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([key, value]) => !sameJson(shared[key], value)));
}

function sameJson(one: Json | undefined, other: Json | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
