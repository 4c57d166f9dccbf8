// Repositories, roles and keys as the data that the module takes: what is as usual is left out.
// It must not know files, nor what is live.
import type { Statement } from '../../access/index.js';
import type { LifecycleRule } from '../../lifecycle/index.js';
import type { CiRole, EncryptionKey, PullRole } from '../../registry/companions/model.js';
import { isKnown } from '../../registry/companions/model.js';
import {
  type DesiredRegistry,
  type DesiredRepository,
  type Place,
  repositoryOfArn,
  type Tags,
} from '../../registry/index.js';
import { keyPolicyOf } from '../key-policy.js';
import { most, ownTags } from '../settings.js';
import { code, type Member, membersOf, type ObjectValue, object, type Value } from './hcl.js';

/** What many repositories have alike is written once, as a local. */
export interface Common {
  /** The texts by which repositories that have it are known. */
  readonly rules: string | undefined;
  readonly statements: string | undefined;
  readonly locals: readonly Member[];
}

export function commonOf(repositories: readonly DesiredRepository[]): Common {
  const rules = most(repositories.flatMap(({ lifecyclePolicy }) => (lifecyclePolicy ? [lifecyclePolicy.rules] : [])));
  const statements = most(repositories.flatMap((one) => (one.statements.length === 0 ? [] : [one.statements])));
  return {
    rules: rules && JSON.stringify(rules),
    statements: statements && JSON.stringify(statements),
    locals: [
      ...(rules === undefined
        ? []
        : [
            {
              key: 'lifecycle_rules',
              value: rules.map(ruleValue),
              comment: 'Which images go, in most repositories: ECR takes the rules in the order of their priority.',
            },
          ]),
      ...(statements === undefined
        ? []
        : [
            {
              key: 'policy_statements',
              value: statements.map((one) => statementValue(one)),
              comment: 'Who may do what, in most repositories.',
            },
          ]),
    ],
  };
}

export interface RepositoryOptions {
  readonly provider: '5' | '6';
  readonly common: Common;
  readonly defaultTags: Tags;
  /** In place of the manifest's: what ECR calls the key that the repository has. */
  readonly kmsKey?: string;
}

export function repositoryMember(repository: DesiredRepository, options: RepositoryOptions): Member {
  const { key, name, tagMutability, encryption, scanOnPush, forceDelete, statements } = repository;
  const { provider, common, defaultTags } = options;
  const known = encryption.kmsKey !== undefined && isKnown(encryption.kmsKey) ? encryption.kmsKey : undefined;
  const mode = provider === '5' ? plainMode(tagMutability.mode) : tagMutability.mode;
  const exclusions = provider === '5' ? [] : tagMutability.exclusions;
  return {
    key,
    value: {
      kind: 'object',
      members: [
        ...membersOf({
          name,
          tag_mutability: mode === 'IMMUTABLE' ? undefined : mode,
          tag_mutability_exclusions: exclusions.length === 0 ? undefined : exclusions,
          encryption_type: encryption.type === 'AES256' ? undefined : encryption.type,
          kms_key: options.kmsKey ?? known,
          use_registry_key: encryption.kmsKey !== undefined && known === undefined ? true : undefined,
          scan_on_push: scanOnPush ? undefined : false,
          force_delete: forceDelete ? true : undefined,
          tags: ownTagsObject(repository.tags, defaultTags),
        }),
        ...lifecycleMember(repository, common),
        ...membersOf({
          policy_statements:
            statements.length === 0
              ? undefined
              : JSON.stringify(statements) === common.statements
                ? code('local.policy_statements')
                : statements.map((one) => statementValue(one)),
        }),
      ],
    },
  };
}

/** Provider 5 has no exceptions. */
function plainMode(mode: DesiredRepository['tagMutability']['mode']): 'IMMUTABLE' | 'MUTABLE' {
  return mode.startsWith('IMMUTABLE') ? 'IMMUTABLE' : 'MUTABLE';
}

/** What has no policy says so, since it is seldom meant. */
function lifecycleMember({ lifecyclePolicy: policy }: DesiredRepository, { rules }: Common): readonly Member[] {
  const member = (value: Value, comment?: string) => [
    { key: 'lifecycle_rules', value, ...(comment === undefined ? {} : { comment }) },
  ];
  if (policy === undefined) return member(null, 'Somebody else keeps the lifecycle policy.');
  if (policy === null) return member(null, 'No lifecycle policy: images stay until somebody deletes them.');
  return JSON.stringify(policy.rules) === rules
    ? member(code('local.lifecycle_rules'))
    : member(policy.rules.map(ruleValue));
}

function ruleValue({ rulePriority, description, selection, action }: LifecycleRule): ObjectValue {
  return object({
    priority: rulePriority,
    description,
    tag_status: selection.tagStatus,
    tag_patterns: filled(selection.tagPatternList),
    tag_prefixes: filled(selection.tagPrefixList),
    storage_class: selection.storageClass,
    count_type: selection.countType,
    count_number: selection.countNumber,
    ...(action.type === 'expire' ? {} : { action: action.type, target_storage_class: action.targetStorageClass }),
  });
}

function filled(list: readonly string[] | undefined): readonly string[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}

/** `*` by itself means what `{AWS: "*"}` does, but Terraform sees a difference between them: it stays as it is. */
function statementValue(statement: Statement, values: StatementValues = plainValues): ObjectValue {
  const { Sid, Effect, Principal, Action, Resource, Condition, ...others } = statement;
  const [stranger] = Object.keys(others);
  if (stranger !== undefined || Action === undefined) {
    throw new TypeError(`a statement with ${stranger ?? 'no Action'} cannot be written as data of the module`);
  }
  const principals = Principal === '*' ? { '*': '*' } : Principal;
  return object({
    sid: Sid,
    effect: Effect === 'Allow' ? undefined : Effect,
    principals: principals === undefined ? undefined : lists(principals, values.principal),
    actions: listOf(Action),
    ...(Resource === undefined ? {} : values.resources(listOf(Resource))),
    conditions:
      Condition === undefined
        ? undefined
        : object(Object.fromEntries(Object.entries(Condition).map(([operator, keys]) => [operator, lists(keys)]))),
  });
}

interface StatementValues {
  readonly principal: (name: string) => Value;
  readonly resources: (arns: readonly string[]) => Readonly<Record<string, Value>>;
}

const plainValues: StatementValues = { principal: (name) => name, resources: (resources) => ({ resources }) };

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

/** Each member's values as a list, since the module's maps hold lists. */
function lists(
  of: Readonly<Record<string, string | readonly string[]>>,
  make: (value: string) => Value = (value) => value,
): ObjectValue {
  return object(Object.fromEntries(Object.entries(of).map(([key, value]) => [key, listOf(value).map(make)])));
}

export function roleMember(role: CiRole | PullRole, { registry, defaultTags, providers }: RoleOptions): Member {
  const keys = new Map(registry.repositories.map(({ key, name }) => [name, key]));
  const values: StatementValues = {
    principal: (name) => {
      const provider = providers.get(name);
      return provider === undefined ? name : code(`data.aws_iam_openid_connect_provider.${provider}.arn`);
    },
    resources(arns) {
      const named = arns.map((arn) => keys.get(repositoryOfArn(registry, arn) ?? ''));
      const all = named.filter((one) => one !== undefined);
      return all.length === named.length ? { repositories: all } : { resources: arns };
    },
  };
  const { name, path, description, maxSessionSeconds, permissionsBoundary, managedPolicies } = role;
  return {
    key: role.key,
    value: object({
      name,
      path: path === '/' ? undefined : path,
      description,
      max_session_duration: maxSessionSeconds === 3600 ? undefined : maxSessionSeconds,
      permissions_boundary: permissionsBoundary,
      managed_policies: managedPolicies.length === 0 ? undefined : managedPolicies,
      tags: ownTagsObject(role.tags, defaultTags),
      trust: role.trust.Statement.map((one) => statementValue(one, values)),
      permissions: role.permissions.Statement.map((one) => statementValue(one, values)),
    }),
  };
}

interface RoleOptions {
  readonly registry: DesiredRegistry;
  readonly defaultTags: Tags;
  /** What identity providers are called in the code, by their ARNs. */
  readonly providers: ReadonlyMap<string, string>;
}

export function keyValue(key: EncryptionKey, place: Place, defaultTags: Tags): ObjectValue {
  return object({
    alias: key.alias,
    description: key.description,
    rotation_period_in_days: key.rotationPeriodDays === 365 ? undefined : key.rotationPeriodDays,
    deletion_window_in_days: key.deletionWindowDays === 30 ? undefined : key.deletionWindowDays,
    tags: ownTagsObject(key.tags, defaultTags),
    policy_statements: keyPolicyOf(key, place).Statement.map((one) => statementValue(one)),
  });
}

function ownTagsObject(tags: Tags, defaultTags: Tags): ObjectValue | undefined {
  const own = ownTags(tags, defaultTags);
  return Object.keys(own).length === 0 ? undefined : object(own);
}
