// CreateKey, DescribeKey, ListKeys, EnableKey, DisableKey, UpdateKeyDescription, and a key's policy.
// It must not know aliases, grants, or how a key goes.
import { randomBytes, randomUUID } from 'node:crypto';
import { checkedJson } from '../query/check.js';
import { type Operation, type ServiceContext, ServiceError } from '../service.js';
import { findByAnyName, findKey } from './alias.js';
import { notYours, unsupported, validation } from './errors.js';
import { checkKept, deletionOf, type Key, keyArn, listKeys, stateOf, writeKey } from './key.js';
import { pageOf } from './paging.js';
import { defaultPolicy, keptPolicy } from './policy.js';
import { shapes } from './shapes.js';
import { algorithmMembers, type KeySpec, type KeyUsage, usesOf } from './specs.js';
import { mergeKeyTags } from './tags.js';

/** The `KeyMetadata` of an answer. */
export function describeKey(context: ServiceContext, key: Key): Record<string, unknown> {
  const arn = keyArn(context, key);
  const state = stateOf(context, key);
  const deletion = deletionOf(context, key);
  return {
    AWSAccountId: key.account,
    KeyId: key.id,
    Arn: arn,
    CreationDate: key.createdAt / 1000,
    Enabled: state === 'Enabled',
    Description: key.description,
    KeyUsage: key.usage,
    KeyState: state,
    ...(deletion !== undefined && { DeletionDate: deletion / 1000 }),
    Origin: key.origin,
    KeyManager: key.manager,
    CustomerMasterKeySpec: key.spec,
    KeySpec: key.spec,
    [algorithmMembers[key.usage]]: usesOf(key.spec)[key.usage] ?? [],
    MultiRegion: key.multiRegion,
    ...(key.multiRegion && {
      MultiRegionConfiguration: {
        MultiRegionKeyType: 'PRIMARY',
        PrimaryKey: { Arn: arn, Region: context.region },
        ReplicaKeys: [],
      },
    }),
  };
}

/** What a key of a spec is for, as asked or as there is one use alone. Throws ValidationException. */
function usageOf(spec: KeySpec, asked: KeyUsage | undefined): KeyUsage {
  const uses = usesOf(spec);
  if (asked === undefined) {
    if (spec === 'SYMMETRIC_DEFAULT') return 'ENCRYPT_DECRYPT';
    throw validation('You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.');
  }
  if (uses[asked] === undefined) throw validation(`KeyUsage ${asked} is not compatible with KeySpec ${spec}`);
  return asked;
}

const CreateKey = checkedJson(shapes.CreateKey, (input, context) => {
  const origin = input.Origin ?? 'AWS_KMS';
  if (origin === 'AWS_CLOUDHSM' || origin === 'EXTERNAL_KEY_STORE' || input.CustomKeyStoreId !== undefined) {
    throw unsupported('The local KMS has no custom key stores.');
  }
  if (input.KeySpec !== undefined && input.CustomerMasterKeySpec !== undefined) {
    throw validation(
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    );
  }
  const spec = input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';
  const usage = usageOf(spec, input.KeyUsage);
  const multiRegion = input.MultiRegion ?? false;
  const key: Key = {
    id: multiRegion ? `mrk-${randomBytes(16).toString('hex')}` : randomUUID(),
    account: context.account,
    createdAt: context.now(),
    description: input.Description ?? '',
    spec,
    usage,
    origin,
    manager: 'CUSTOMER',
    multiRegion,
    enabled: true,
    policy:
      input.Policy === undefined
        ? defaultPolicy(context)
        : keptPolicy(context, input.Policy, input.BypassPolicyLockoutSafetyCheck ?? false),
    tags: mergeKeyTags([], input.Tags ?? [], context.invokedBy),
    rotatedAt: [],
  };
  writeKey(context, key);
  return { KeyMetadata: describeKey(context, key) };
});

const DescribeKey = checkedJson(shapes.DescribeKey, (input, context) => ({
  KeyMetadata: describeKey(context, findByAnyName(context, input.KeyId)),
}));

const ListKeys = checkedJson(shapes.ListKeys, (input, context) => {
  const keys = listKeys(context, context.account).map(([, key]) => ({ KeyId: key.id, KeyArn: keyArn(context, key) }));
  return pageOf('Keys', keys, input);
});

/** A key of the caller's that may be changed. Throws where it is one of AWS's, or about to go. */
export function ownKey(context: ServiceContext, reference: string, action: string): Key {
  const key = findKey(context, reference);
  if (key.manager === 'AWS') throw notYours(action, keyArn(context, key), context.callerArn);
  checkKept(context, key);
  return key;
}

const EnableKey = checkedJson(shapes.EnableKey, (input, context) => {
  writeKey(context, { ...ownKey(context, input.KeyId, 'EnableKey'), enabled: true });
  return {};
});

const DisableKey = checkedJson(shapes.DisableKey, (input, context) => {
  writeKey(context, { ...ownKey(context, input.KeyId, 'DisableKey'), enabled: false });
  return {};
});

const UpdateKeyDescription = checkedJson(shapes.UpdateKeyDescription, (input, context) => {
  writeKey(context, { ...ownKey(context, input.KeyId, 'UpdateKeyDescription'), description: input.Description });
  return {};
});

/** A key has one policy, and this is what it is called. */
const onlyPolicy = 'default';

const GetKeyPolicy = checkedJson(shapes.GetKeyPolicy, (input, context) => {
  const { policy } = findKey(context, input.KeyId);
  if ((input.PolicyName ?? onlyPolicy) !== onlyPolicy)
    throw new ServiceError('NotFoundException', 'No such policy exists');
  return { Policy: policy, PolicyName: onlyPolicy };
});

const PutKeyPolicy = checkedJson(shapes.PutKeyPolicy, (input, context) => {
  const key = ownKey(context, input.KeyId, 'PutKeyPolicy');
  if ((input.PolicyName ?? onlyPolicy) !== onlyPolicy)
    throw new ServiceError('NotFoundException', 'No such policy exists');
  writeKey(context, {
    ...key,
    policy: keptPolicy(context, input.Policy, input.BypassPolicyLockoutSafetyCheck ?? false),
  });
  return {};
});

const ListKeyPolicies = checkedJson(shapes.ListKeyPolicies, (input, context) => {
  findKey(context, input.KeyId);
  return pageOf('PolicyNames', [onlyPolicy], input);
});

export const keyOperations = {
  CreateKey,
  DescribeKey,
  ListKeys,
  EnableKey,
  DisableKey,
  UpdateKeyDescription,
  GetKeyPolicy,
  PutKeyPolicy,
  ListKeyPolicies,
} satisfies Record<string, Operation>;
