// What a call is about, and which policies and tags that has: ECR's repositories with the policy of their registry, KMS's keys, and for
// all other services the resource alone.
// It must not know who calls, nor how policies are evaluated.

import type { ResourcePolicies } from '../../access/index.js';
import { actionsOnRegistries } from '../../access/names.js';
import { registryPolicyScope } from '../ecr/registry/account-settings.js';
import { registryPolicyText } from '../ecr/registry/registry-policy.js';
import { readRepository, repositoryArn } from '../ecr/repository.js';
import { compiled } from '../iam/compiled.js';
import { readKey } from '../kms/key.js';
import type { ServiceContext } from '../service.js';
import { parameterArn } from '../ssm/parameter.js';
import { partitionOf } from '../wire/caller.js';

type Input = Readonly<Record<string, unknown>>;

const onRegistries: ReadonlySet<string> = new Set(actionsOnRegistries);

/** Where an operation has no action of its own. */
const actions: Readonly<Record<string, string>> = { 'ecr:ListImageReferrers': 'ecr:BatchGetImage' };

export function actionOf(service: string, operation: string): string {
  const name = `${service}:${operation}`;
  return Object.hasOwn(actions, name) ? (actions[name] ?? name) : name;
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function ofEcr(operation: string, input: Input, context: ServiceContext): readonly string[] {
  if (onRegistries.has(actionOf('ecr', operation))) return ['*'];
  const { registryId, repositoryName, repositoryNames, resourceArn } = input;
  if (typeof resourceArn === 'string') return [resourceArn];
  const account = typeof registryId === 'string' ? registryId : context.account;
  const names = typeof repositoryName === 'string' ? [repositoryName] : textsIn(repositoryNames);
  // Without a name it is about all of them, and the refusal says so.
  return (names.length === 0 ? ['*'] : names).map((name) =>
    repositoryArn(context.partition, context.region, account, name),
  );
}

function ofSsm(input: Input, context: ServiceContext): readonly string[] {
  const { Name, Names, Path } = input;
  const names = [Name, ...textsIn(Names), Path].filter((one) => typeof one === 'string');
  return names.length === 0
    ? ['*']
    : names.map((name) => (name.startsWith('arn:') ? name : parameterArn(context, name)));
}

/** ARNs, or `*`; one that is told is what the service says of itself. */
export function resourcesOf(
  service: string,
  operation: string,
  input: Input,
  context: ServiceContext,
  told: () => string,
): readonly string[] {
  if (service === 'ecr') return ofEcr(operation, input, context);
  if (service === 'ssm') return ofSsm(input, context);
  return [told()];
}

export interface Guarded {
  readonly policies: ResourcePolicies;
  readonly tags: Readonly<Record<string, string>>;
}

const unguarded: Guarded = { policies: { resource: [] }, tags: {} };

function repositoryGuard(context: ServiceContext, region: string, account: string, name: string): Guarded {
  const { store } = context;
  const repository = readRepository(store, account, region, name);
  const registry = { ...context, account, region, partition: partitionOf(region) };
  const registryText = registryPolicyText(registry);
  return {
    policies: {
      resource: [
        ...(repository?.policyText === undefined ? [] : [compiled('repository', name, repository.policyText)]),
        ...(registryText === undefined ? [] : [compiled('registry', account, registryText)]),
      ],
      registryScope: registryPolicyScope(registry) === 'V1' ? 'V1' : 'V2',
    },
    tags: Object.fromEntries((repository?.tags ?? []).map(({ Key, Value }) => [Key, Value])),
  };
}

function keyGuard({ store }: ServiceContext, region: string, account: string, id: string): Guarded {
  const key = readKey({ store, region }, account, id);
  if (key === undefined) return unguarded;
  return {
    policies: { resource: [compiled('key', id, key.policy)] },
    tags: Object.fromEntries(key.tags.map(({ TagKey, TagValue }) => [TagKey, TagValue])),
  };
}

/** What guards a resource, whichever account it is of. */
export function guardOf(resource: string, context: ServiceContext): Guarded {
  const [, service, region = '', account = '', kind, name = ''] =
    /^arn:[^:]+:(ecr|kms):([^:]+):(\d{12}):(repository|key)\/(.+)$/.exec(resource) ?? [];
  if (service === 'ecr' && kind === 'repository') return repositoryGuard(context, region, account, name);
  if (service === 'kms' && kind === 'key') return keyGuard(context, region, account, name);
  return unguarded;
}

function tagPairs(input: Input): [key: string, value: string][] {
  const list: unknown = input['tags'] ?? input['Tags'];
  if (!Array.isArray(list)) return [];
  return list.flatMap((tag: unknown): [string, string][] => {
    if (typeof tag !== 'object' || tag === null) return [];
    const { Key, Value, TagKey, TagValue } = tag as Record<string, unknown>;
    const key = Key ?? TagKey;
    const value = Value ?? TagValue;
    return typeof key === 'string' && typeof value === 'string' ? [[key, value]] : [];
  });
}

/** Condition keys that the input of a call fixes. */
export function keysOf(service: string, input: Input): Record<string, string | readonly string[] | null> {
  const tags = tagPairs(input);
  const names = [...tags.map(([key]) => key), ...textsIn(input['tagKeys'] ?? input['TagKeys'])];
  const text = (name: string): string | null => {
    const value = input[name];
    return typeof value === 'string' ? value : null;
  };
  return {
    ...Object.fromEntries(tags.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': names.length === 0 ? null : names,
    ...(service === 'ecr' && { 'ecr:AccountSetting': text('name') }),
    ...(service === 'iam' && {
      'iam:PolicyARN': text('PolicyArn'),
      'iam:PermissionsBoundary': text('PermissionsBoundary'),
    }),
  };
}
