// What is said of what exists, where an engine of the AWS provider would make of it something else than `slipway apply`.
import { expect, it } from 'vitest';
import { parseProject } from '../manifest/index.js';
import { compile, type DesiredRegistry, type ObservedRepository } from '../registry/index.js';
import { existingResources, ignoredTags, keyInUse, remarksOnExisting } from './existing.js';
import type { RenderedRegistry } from './model.js';
import { liveRegistry, liveRepository } from './testing/live.js';

const key = (id: string): string => `arn:aws:kms:eu-west-1:222222222222:key/${id}`;
const [one, other] = ['11111111-1111-1111-1111-111111111111', '22222222-2222-2222-2222-222222222222'];

function desiredOf(api: string): DesiredRegistry {
  const text = `
apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: shop}
spec:
  environments: {prod: {account: "222222222222", region: eu-west-1}}
  repositories: {api: ${api}}
`;
  const [registry] = compile(parseProject([{ file: 'slipway.yaml', text, own: true }]), 'prod');
  if (registry === undefined) throw new Error('nothing is desired');
  return registry;
}

const policyOf = (...sids: readonly (string | undefined)[]): ObservedRepository['repositoryPolicy'] => ({
  state: 'present',
  value: JSON.stringify({
    Version: '2012-10-17',
    Statement: sids.map((Sid) => ({
      ...(Sid === undefined ? {} : { Sid }),
      Effect: 'Allow',
      Principal: { AWS: '444444444444' },
      Action: 'ecr:BatchGetImage',
    })),
  }),
});

/** The repository as it is, but for what is given. */
function rendered(
  api: string,
  live: Partial<ObservedRepository>,
  stacks: readonly (readonly [string, Readonly<Record<string, string>>])[] = [],
): RenderedRegistry {
  return {
    desired: desiredOf(api),
    live: liveRegistry([liveRepository('api', live)], { stacks: new Map(stacks) }),
  };
}

const remarks = (registry: RenderedRegistry, ignored: readonly string[] = []): readonly string[] =>
  remarksOnExisting(registry, { engine: 'Terraform', ignored }).map(
    ({ code, message, path }) => `${code} ${path}: ${message}`,
  );

it('says of a replica in which Region', () => {
  const live = { tags: { state: 'present', value: { Team: 'x' } } } as const;
  const { desired, ...rest } = rendered('{}', live);
  const told = remarks({ ...rest, desired: { ...desired, region: 'us-east-1', replicaOf: 'eu-west-1' } });
  expect(told).toEqual([expect.stringContaining(': prod in us-east-1: ')]);
});

const granting = '{access: {pull: ["account:444444444444"]}}';
const ownSid = desiredOf(granting).repositories[0]?.statements[0]?.Sid;

it('says nothing where nobody looked, where nothing is there, and where all is as it is to be', () => {
  const { live, ...unseen } = rendered(granting, {});
  expect(remarks(unseen)).toEqual([]);
  expect(existingResources(unseen)).toEqual([]);
  if (live === undefined) throw new Error('nobody looked');
  const empty = { ...live, observed: { ...live.observed, repositories: new Map() } };
  expect(remarks({ ...unseen, live: empty })).toEqual([]);
  expect(existingResources({ ...unseen, live: empty })).toEqual([]);
  expect(remarks(rendered(granting, { repositoryPolicy: policyOf(ownSid) }))).toEqual([]);
});

it.each<readonly [string, string, Partial<ObservedRepository>, readonly string[]]>([
  [
    'statements of others go with a policy that is written whole',
    granting,
    { repositoryPolicy: policyOf(ownSid, 'Lambda', undefined) },
    [
      'render/whole-policy spec.repositories.api.access: prod: the policy of api has statements of others: Lambda, one without a Sid',
    ],
  ],
  ['and stay where no policy is written', '{}', { repositoryPolicy: policyOf('Lambda') }, []],
  [
    'a policy with statements of ours stays where nobody is granted anything',
    '{}',
    { repositoryPolicy: policyOf(ownSid) },
    [
      'render/left-behind spec.repositories.api.access: prod: the policy of api stays, and nobody is granted anything any more',
    ],
  ],
  [
    'a lifecycle policy stays where there shall be none',
    '{lifecyclePolicy: {none: true}}',
    { lifecyclePolicy: { state: 'present', value: '{"rules":[]}' } },
    [
      'render/left-behind spec.repositories.api.lifecyclePolicy: prod: the lifecycle policy of api stays, and there shall be none',
    ],
  ],
  [
    'but not where somebody else keeps it',
    '{lifecyclePolicy: null}',
    { lifecyclePolicy: { state: 'present', value: '{"rules":[]}' } },
    [],
  ],
  [
    'tags that nobody declared',
    '{}',
    {
      tags: {
        state: 'present',
        value: { Left: 'a', Cost: 'b', 'aws:x': 'c', 'slipway:project': 'shop', Repository: 'api' },
      },
    },
    ['render/tags-of-others spec.repositories.api.tags: prod: api has tags that nobody declared there: Cost'],
  ],
  [
    'another type of encryption',
    '{encryptionType: KMS}',
    {},
    [
      'render/replacement spec.repositories.api.encryptionType: prod: api is encrypted otherwise: Terraform would replace it',
    ],
  ],
  [
    'another key',
    `{encryptionType: KMS, kmsKeyId: "${key(one)}"}`,
    { encryption: { type: 'KMS', kmsKey: key(other) } },
    [
      'render/replacement spec.repositories.api.encryptionType: prod: api is encrypted otherwise: Terraform would replace it',
    ],
  ],
  [
    'the same key by its id',
    `{encryptionType: KMS, kmsKeyId: "${one}"}`,
    { encryption: { type: 'KMS', kmsKey: key(one) } },
    [],
  ],
  [
    'a key by its alias, of which nobody knows',
    '{encryptionType: KMS, kmsKeyId: alias/a}',
    { encryption: { type: 'KMS', kmsKey: key(one) } },
    [],
  ],
  [
    'what could not be read, each by itself',
    '{lifecyclePolicy: {none: true}}',
    {
      tags: { state: 'unknown', operation: 'ListTagsForResource', reason: 'denied' },
      lifecyclePolicy: { state: 'unknown', operation: 'GetLifecyclePolicy', reason: 'denied' },
      repositoryPolicy: { state: 'unknown', operation: 'GetRepositoryPolicy', reason: 'denied' },
    },
    [
      'render/unread spec.repositories.api.repositoryName: prod: not all of api could be read (ListTagsForResource: denied)',
      'render/unread spec.repositories.api.repositoryName: prod: not all of api could be read (GetRepositoryPolicy: denied)',
      'render/unread spec.repositories.api.repositoryName: prod: not all of api could be read (GetLifecyclePolicy: denied)',
    ],
  ],
])('%s', (_title, api, live, expected) => {
  expect(remarks(rendered(api, live), ['Left'])).toEqual(expected);
});

const companion = '{encryptionType: KMS, kmsKeyId: {companion: key}}';
const keyStack = desiredOf(companion).companions.find(({ kind }) => kind === 'key');
const output = keyStack?.resources.map(({ id }) => `${id}Arn`)[0] ?? '';

it.each([
  ['of the stack that has made it', key(one), []],
  ['of another', key(other), ['render/replacement']],
])('a key that a stack makes is compared %s', (_title, made, codes) => {
  const registry = rendered(companion, { encryption: { type: 'KMS', kmsKey: key(one) } }, [
    [keyStack?.name ?? '', { [output]: made }],
  ]);
  expect(remarks(registry).map((text) => text.split(' ')[0])).toEqual(codes);
  expect(existingResources(registry).map(({ type, id }) => `${type} ${id}`)).toEqual([
    'aws_ecr_repository api',
    `aws_kms_key ${made.slice(-36)}`,
    'aws_kms_alias alias/slipway/shop/prod',
  ]);
});

it('a key that is yet to be made is none that the repository has', () => {
  const registry = rendered(companion, { encryption: { type: 'KMS', kmsKey: key(one) } });
  expect(remarks(registry).map((text) => text.split(' ')[0])).toEqual(['render/replacement']);
  expect(existingResources(registry).map(({ type }) => type)).toEqual(['aws_ecr_repository']);
});

it('names the key by what ECR calls it, where the manifest’s name cannot be compared', () => {
  const encrypted = { encryption: { type: 'KMS', kmsKey: key(one) } } as const;
  const inUse = (api: string) => {
    const { desired, live } = rendered(api, encrypted);
    return desired.repositories.map((repository) => keyInUse(repository, live));
  };
  expect(inUse('{encryptionType: KMS, kmsKeyId: alias/a}')).toEqual([key(one)]);
  expect(inUse(`{encryptionType: KMS, kmsKeyId: "${key(one)}"}`)).toEqual([undefined]);
});

it('leaves alone its own tags, and those of others whose keys nothing in the code has', () => {
  const registry = rendered('{tags: {Team: api}}', {
    tags: { state: 'present', value: { Team: 'web', Cost: '1', Shared: 'x', 'aws:y': 'z' } },
  });
  expect(ignoredTags(registry, { Shared: 'y' })).toEqual(['Cost', 'slipway:environment', 'slipway:project']);
});
