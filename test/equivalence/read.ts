// What an engine has made in one account and Region, read back through ECR, IAM and KMS, in one spelling: without account ids, ids of keys,
// the order of JSON, and Slipway's ownership tags. It must not know which engine that was, nor what was wanted.
import {
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListOpenIDConnectProvidersCommand,
  ListRolePoliciesCommand,
  paginateListRoles,
} from '@aws-sdk/client-iam';
import { type Endpoint, type JsonObject, wire, wireOk } from '../support/clients.js';

export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/** By name; a key by its alias. */
export interface Made {
  readonly repositories: Readonly<Record<string, Plain>>;
  readonly roles: Readonly<Record<string, Plain>>;
  readonly providers: Readonly<Record<string, Plain>>;
  readonly keys: Readonly<Record<string, Plain>>;
}

/** What is made where a project has replicas or a policy of the registry, and the account to itself. */
export interface MadeRegistry extends Made {
  /** Repositories by Region. */
  readonly replicas: Readonly<Record<string, Plain>>;
  /** What the registry has once: `policy`, `scope` and `rules`. */
  readonly once: Readonly<Record<string, Plain>>;
}

/** Aliases by which a key of nobody's project is known: the one of the scene, and AWS's own. */
const foreign = /^alias\/(aws\/|given$)/;

/** As each service spells it. */
interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
  readonly TagKey?: string;
  readonly TagValue?: string;
}

export async function readMade(at: Endpoint): Promise<Made> {
  const keys = await aliasesOf(at);
  const plain = (value: unknown): Plain => spelled(value, at.account, keys);
  const [repositories, roles, providers, ours] = await Promise.all([
    repositoriesOf(at, plain),
    rolesOf(at, plain),
    providersOf(at, plain),
    keysOf(at, keys, plain),
  ]);
  return { repositories, roles, providers, keys: ours };
}

/** The repositories alone. */
export async function readRepositories(at: Endpoint): Promise<Made['repositories']> {
  const keys = await aliasesOf(at);
  return repositoriesOf(at, (value) => spelled(value, at.account, keys));
}

/** `regions`: where replicas may be. */
export async function readRegistry(at: Endpoint, regions: readonly string[]): Promise<MadeRegistry> {
  const [made, replicas, policy, scope, { replicationConfiguration }] = await Promise.all([
    readMade(at),
    Promise.all(regions.map(async (region) => [region, await readRepositories({ ...at, region })] as const)),
    wire(at, 'ecr', 'GetRegistryPolicy'),
    wire(at, 'ecr', 'GetAccountSetting', { name: 'REGISTRY_POLICY_SCOPE' }),
    wireOk(at, 'ecr', 'DescribeRegistry'),
  ]);
  const { rules = [] } = (replicationConfiguration ?? {}) as { readonly rules?: readonly LiveRule[] };
  const once = {
    policy: policy.error === undefined ? policyOf(String(policy.output['policyText'])) : policy.error.code,
    scope: scope.error === undefined ? scope.output['value'] : scope.error.code,
    rules: rules.map(({ destinations, repositoryFilters = [] }) => ({
      to: destinations.map((one) => `${one.registryId} ${one.region}`).sort(),
      filters: repositoryFilters.map(({ filterType, filter }) => `${filterType} ${filter}`).sort(),
    })),
  };
  return {
    ...made,
    replicas: Object.fromEntries(replicas),
    once: spelled(once, at.account, new Map()) as MadeRegistry['once'],
  };
}

interface LiveRule {
  readonly destinations: readonly { readonly region: string; readonly registryId: string }[];
  readonly repositoryFilters?: readonly { readonly filter: string; readonly filterType: string }[];
}

/** ARNs of keys, and the alias of each. */
async function aliasesOf(at: Endpoint): Promise<ReadonlyMap<string, string>> {
  const { Aliases = [] } = (await wireOk(at, 'kms', 'ListAliases')) as {
    Aliases?: readonly { AliasName: string; TargetKeyId?: string }[];
  };
  return new Map(
    Aliases.flatMap(({ AliasName, TargetKeyId }) =>
      TargetKeyId === undefined ? [] : [[`arn:aws:kms:${at.region}:${at.account}:key/${TargetKeyId}`, AliasName]],
    ),
  );
}

type Spell = (value: unknown) => Plain;

async function repositoriesOf(at: Endpoint, plain: Spell): Promise<Made['repositories']> {
  const repositories: JsonObject[] = [];
  for (let nextToken: unknown; ; ) {
    const page = await wireOk(at, 'ecr', 'DescribeRepositories', {
      maxResults: 1000,
      ...(typeof nextToken === 'string' ? { nextToken } : {}),
    });
    repositories.push(...(page['repositories'] as JsonObject[]));
    nextToken = page['nextToken'];
    if (typeof nextToken !== 'string') break;
  }
  const read = repositories.map(async (repository) => {
    const { repositoryName, repositoryArn } = repository;
    const [{ tags }, lifecycle, policy] = await Promise.all([
      wireOk(at, 'ecr', 'ListTagsForResource', { resourceArn: repositoryArn }),
      textOf(at, 'GetLifecyclePolicy', 'lifecyclePolicyText', 'LifecyclePolicyNotFoundException', repositoryName),
      textOf(at, 'GetRepositoryPolicy', 'policyText', 'RepositoryPolicyNotFoundException', repositoryName),
    ]);
    const filters = (repository['imageTagMutabilityExclusionFilters'] ?? []) as readonly JsonObject[];
    const { encryptionType = 'AES256', kmsKey = null } = (repository['encryptionConfiguration'] ?? {}) as JsonObject;
    const settings = {
      tagMutability: repository['imageTagMutability'],
      exclusions: filters.map(({ filterType, filter }) => `${String(filterType)} ${String(filter)}`).sort(),
      encryptionType,
      kmsKey,
      scanOnPush: (repository['imageScanningConfiguration'] as JsonObject | undefined)?.['scanOnPush'] ?? false,
      tags: tagsOf(tags as readonly Tag[]),
      lifecyclePolicy: lifecycle === null ? null : rulesOf(lifecycle),
      policy: policy === null ? null : policyOf(policy),
    };
    return [String(repositoryName), plain(settings)] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

async function textOf(
  at: Endpoint,
  operation: string,
  member: string,
  absent: string,
  repositoryName: unknown,
): Promise<string | null> {
  const answer = await wire(at, 'ecr', operation, { repositoryName });
  if (answer.error === undefined) return String(answer.output[member]);
  if (answer.error.code === absent) return null;
  throw new Error(`${operation}: ${answer.error.code}: ${answer.error.message}`);
}

async function rolesOf(at: Endpoint, plain: Spell): Promise<Made['roles']> {
  const client = clientOf(at);
  try {
    const names: string[] = [];
    for await (const { Roles = [] } of paginateListRoles({ client }, {}))
      names.push(...Roles.map(({ RoleName = '' }) => RoleName));
    const read = names.map(async (RoleName) => {
      const [{ Role }, { PolicyNames = [] }, { AttachedPolicies = [] }] = await Promise.all([
        client.send(new GetRoleCommand({ RoleName })),
        client.send(new ListRolePoliciesCommand({ RoleName })),
        client.send(new ListAttachedRolePoliciesCommand({ RoleName })),
      ]);
      const inline = await Promise.all(
        PolicyNames.map(async (PolicyName) => {
          const { PolicyDocument = '' } = await client.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
          return [PolicyName, policyOf(decodeURIComponent(PolicyDocument))] as const;
        }),
      );
      const settings = {
        path: Role?.Path,
        description: Role?.Description ?? null,
        maxSessionSeconds: Role?.MaxSessionDuration ?? null,
        permissionsBoundary: Role?.PermissionsBoundary?.PermissionsBoundaryArn ?? null,
        trust: policyOf(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')),
        permissions: Object.fromEntries(inline),
        managedPolicies: AttachedPolicies.map(({ PolicyArn = '' }) => PolicyArn).sort(),
        tags: tagsOf(Role?.Tags),
      };
      return [RoleName, plain(settings)] as const;
    });
    return Object.fromEntries(await Promise.all(read));
  } finally {
    client.destroy();
  }
}

async function providersOf(at: Endpoint, plain: Spell): Promise<Made['providers']> {
  const client = clientOf(at);
  try {
    const { OpenIDConnectProviderList = [] } = await client.send(new ListOpenIDConnectProvidersCommand({}));
    const read = OpenIDConnectProviderList.map(async ({ Arn }) => {
      const provider = await client.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: Arn }));
      const settings = {
        audiences: (provider.ClientIDList ?? []).toSorted(),
        thumbprints: (provider.ThumbprintList ?? []).toSorted(),
        tags: tagsOf(provider.Tags),
      };
      return [provider.Url ?? '', plain(settings)] as const;
    });
    return Object.fromEntries(await Promise.all(read));
  } finally {
    client.destroy();
  }
}

async function keysOf(at: Endpoint, keys: ReadonlyMap<string, string>, plain: Spell): Promise<Made['keys']> {
  const read = [...keys]
    .filter(([, alias]) => !foreign.test(alias))
    .map(async ([KeyId, alias]) => {
      const [{ KeyMetadata }, rotation, { Policy }, { Tags }] = await Promise.all([
        wireOk(at, 'kms', 'DescribeKey', { KeyId }),
        wireOk(at, 'kms', 'GetKeyRotationStatus', { KeyId }),
        wireOk(at, 'kms', 'GetKeyPolicy', { KeyId, PolicyName: 'default' }),
        wireOk(at, 'kms', 'ListResourceTags', { KeyId }),
      ]);
      const { Description, KeySpec, KeyUsage, MultiRegion } = KeyMetadata as JsonObject;
      const settings = {
        description: Description,
        spec: KeySpec,
        usage: KeyUsage,
        multiRegion: MultiRegion,
        rotation: rotation['KeyRotationEnabled'],
        rotationPeriodDays: rotation['RotationPeriodInDays'],
        policy: policyOf(String(Policy)),
        tags: tagsOf(Tags as readonly Tag[]),
      };
      return [alias, plain(settings)] as const;
    });
  return Object.fromEntries(await Promise.all(read));
}

function clientOf({ endpoint, account, region }: Endpoint): IAMClient {
  return new IAMClient({ endpoint, region, credentials: { accessKeyId: account, secretAccessKey: 'local' } });
}

/** Without Slipway's ownership tags, which no code of another engine carries, and those of AWS itself. */
function tagsOf(tags: readonly Tag[] = []): JsonObject {
  return Object.fromEntries(
    tags
      .map(({ Key, Value, TagKey = '', TagValue = '' }) => [Key ?? TagKey, Value ?? TagValue] as const)
      .filter(([key]) => !/^(slipway|aws):/.test(key)),
  );
}

/** By priority: their order in the text says nothing. Lists of patterns are sets. */
export function rulesOf(text: string): unknown {
  const { rules } = JSON.parse(text) as { rules: readonly { rulePriority: number }[] };
  return Object.fromEntries(rules.map(({ rulePriority, ...rule }) => [rulePriority, asSets(rule)]));
}

/** Statements by Sid, those without one in the order in which JSON sorts them; a value and a list of that value are the same to IAM. */
export function policyOf(text: string): unknown {
  const { Statement, ...rest } = JSON.parse(text) as { Statement: JsonObject | readonly JsonObject[] };
  const statements = (Array.isArray(Statement) ? Statement : [Statement]) as readonly JsonObject[];
  const spelledOut = statements.map(({ Sid = '', ...statement }) => ({ Sid, ...asLists(statement) }));
  return { ...rest, Statement: spelledOut.toSorted((one, other) => (textFor(one) < textFor(other) ? -1 : 1)) };
}

function asLists(statement: JsonObject): JsonObject {
  const lists = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.toSorted();
    if (typeof value !== 'object' || value === null) return [value];
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, lists(one)]));
  };
  const { Effect, Principal, ...others } = statement;
  // `"*"` and `{"AWS": "*"}` mean the same (IAM user guide, "All principals").
  const principal = Principal === '*' ? { AWS: '*' } : Principal;
  const principals = principal === undefined ? {} : { Principal: lists(principal) };
  return { Effect, ...principals, ...(lists(others) as JsonObject) };
}

function asSets(value: unknown): unknown {
  if (Array.isArray(value)) return value.toSorted();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asSets(one)]));
}

function textFor(value: unknown): string {
  return JSON.stringify(value);
}

/** Keys in order; the account as `ACCOUNT`, a key as its alias. */
function spelled(value: unknown, account: string, keys: ReadonlyMap<string, string>): Plain {
  const spell = (one: unknown): Plain => {
    if (typeof one === 'string') return (keys.get(one) ?? one).replaceAll(account, 'ACCOUNT');
    if (typeof one === 'number' || typeof one === 'boolean') return one;
    if (Array.isArray(one)) return one.map(spell);
    if (typeof one !== 'object' || one === null) return null;
    const members = Object.entries(one).sort(([first], [second]) => (first < second ? -1 : 1));
    return Object.fromEntries(members.map(([key, member]) => [key, spell(member)]));
  };
  return spell(value);
}
