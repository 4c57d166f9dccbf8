// Each operation on keys, aliases, rotation, policies, grants and tags: what it does, and its refusals; and what becomes of repositories.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkKeyOf, encryptionOf, grantOf, leaveKey } from '../ecr/encryption.js';
import type { EcrContext } from '../ecr/operation.js';
import { ServiceError } from '../service.js';
import { openMemoryStore } from '../store/memory.js';
import type { Store } from '../store/store.js';
import { firstDue } from '../timetable.js';
import { keyDeletion } from './deletion.js';
import { deletionDuty } from './key.js';
import { kmsService } from './service.js';

const account = '123456789012';
const day = 86_400_000;
let store: Store;
let now = 0;
let context: EcrContext;

function contextOf(owner: string, region = 'eu-west-1'): EcrContext {
  return {
    account: owner,
    region,
    partition: 'aws',
    callerArn: `arn:aws:iam::${owner}:user/local`,
    now: () => now,
    store,
  };
}

beforeEach(() => {
  store = openMemoryStore();
  now = 1_700_000_000_000;
  context = contextOf(account);
});
afterEach(() => store.close());

function call(name: string, input: Record<string, unknown> = {}, as = context): Record<string, unknown> {
  const operation = kmsService.operations.get(name);
  if (operation === undefined) throw new Error(`no operation ${name}`);
  return store.transaction(() => operation(input, as));
}

/** `Code: message` of the refusal. */
function told(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ServiceError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}
const refusal = (name: string, input: Record<string, unknown> = {}, as = context): string =>
  told(() => call(name, input, as));

function create(input: Record<string, unknown> = {}): string {
  const { KeyMetadata } = call('CreateKey', input) as { KeyMetadata: { KeyId: string } };
  return KeyMetadata.KeyId;
}
const arnOf = (id: string): string => `arn:aws:kms:eu-west-1:${account}:key/${id}`;
const describeKey = (KeyId: string): Record<string, unknown> =>
  (call('DescribeKey', { KeyId }) as { KeyMetadata: Record<string, unknown> }).KeyMetadata;
const none = '00000000-0000-4000-8000-000000000000';

/** As the server's timekeeper does. */
function pass(milliseconds: number): void {
  now += milliseconds;
  for (let due = firstDue(store); due !== undefined && due.at <= now; due = firstDue(store)) {
    expect(due.duty).toBe(deletionDuty);
    void keyDeletion({ store })(due, new AbortController().signal);
  }
}

describe('a key', () => {
  it('is described as it was asked for', () => {
    const id = create({ Description: 'images' });
    expect(describeKey(id)).toEqual({
      AWSAccountId: account,
      KeyId: id,
      Arn: arnOf(id),
      CreationDate: now / 1000,
      Enabled: true,
      Description: 'images',
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeyState: 'Enabled',
      Origin: 'AWS_KMS',
      KeyManager: 'CUSTOMER',
      CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      KeySpec: 'SYMMETRIC_DEFAULT',
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      MultiRegion: false,
    });
    expect(describeKey(arnOf(id))).toEqual(describeKey(id));
  });

  it('of many Regions says so, and is its own primary', () => {
    const id = create({ MultiRegion: true });
    expect(id).toMatch(/^mrk-[0-9a-f]{32}$/);
    expect(describeKey(id)).toMatchObject({
      MultiRegion: true,
      MultiRegionConfiguration: { MultiRegionKeyType: 'PRIMARY', ReplicaKeys: [] },
    });
  });

  it('has the algorithms of its spec and use', () => {
    expect(describeKey(create({ KeySpec: 'ECC_NIST_P384', KeyUsage: 'SIGN_VERIFY' }))).toMatchObject({
      SigningAlgorithms: ['ECDSA_SHA_384'],
    });
    expect(describeKey(create({ CustomerMasterKeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }))).toMatchObject({
      EncryptionAlgorithms: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
    });
    expect(describeKey(create({ Origin: 'EXTERNAL' }))).toMatchObject({ KeyState: 'PendingImport', Enabled: false });
  });

  it.each([
    [
      { KeySpec: 'HMAC_256' },
      'ValidationException: You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    ],
    [
      { KeySpec: 'HMAC_256', KeyUsage: 'SIGN_VERIFY' },
      'ValidationException: KeyUsage SIGN_VERIFY is not compatible with KeySpec HMAC_256',
    ],
    [
      { KeySpec: 'SYMMETRIC_DEFAULT', CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT' },
      'ValidationException: You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    ],
    [{ Origin: 'AWS_CLOUDHSM' }, 'UnsupportedOperationException: The local KMS has no custom key stores.'],
    [{ Policy: '{' }, 'MalformedPolicyDocumentException: The policy is not valid JSON.'],
    [{ Policy: '{}' }, 'MalformedPolicyDocumentException: Policy document must contain a Statement element.'],
    [
      { Tags: [{ TagKey: 'aws:x', TagValue: '' }] },
      'TagException: aws: prefixed tag key names are not allowed for external use.',
    ],
    [
      {
        Tags: [
          { TagKey: 'a', TagValue: '' },
          { TagKey: 'a', TagValue: 'b' },
        ],
      },
      'TagException: Duplicate tag keys',
    ],
  ])('is refused: %j', (input, text) => {
    expect(refusal('CreateKey', input)).toBe(text);
    expect(call('ListKeys')).toEqual({ Keys: [], Truncated: false });
  });

  it('is disabled, enabled and renamed', () => {
    const id = create();
    call('DisableKey', { KeyId: id });
    expect(describeKey(id)).toMatchObject({ Enabled: false, KeyState: 'Disabled' });
    call('UpdateKeyDescription', { KeyId: id, Description: 'x' });
    call('EnableKey', { KeyId: arnOf(id) });
    expect(describeKey(id)).toMatchObject({ Enabled: true, Description: 'x' });
  });

  it.each([
    [none, `NotFoundException: Key '${arnOf(none)}' does not exist`],
    ['nonsense', "NotFoundException: Invalid keyId 'nonsense'"],
    ['alias/none', `NotFoundException: Alias arn:aws:kms:eu-west-1:${account}:alias/none is not found.`],
    [`arn:aws:kms:us-east-1:${account}:key/${none}`, 'NotFoundException: Invalid arn us-east-1'],
  ])('is not found by %s', (KeyId, text) => {
    expect(refusal('DescribeKey', { KeyId })).toBe(text);
  });

  it('of AWS comes to be when it is described, once, and cannot be touched', () => {
    const { KeyId, KeyManager } = describeKey('alias/aws/ecr');
    expect(KeyManager).toBe('AWS');
    expect(describeKey('alias/aws/ecr')['KeyId']).toBe(KeyId);
    for (const operation of ['DisableKey', 'ScheduleKeyDeletion', 'EnableKeyRotation']) {
      expect(refusal(operation, { KeyId })).toMatch(/^AccessDeniedException: .* kms:\w+ on resource: arn:aws:kms:/);
    }
    expect(call('GetKeyRotationStatus', { KeyId })).toMatchObject({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 365,
    });
  });
});

describe('a key policy', () => {
  it('is the account’s where none is given, and is given back as KMS prints it', () => {
    const id = create();
    expect(JSON.parse(String(call('GetKeyPolicy', { KeyId: id })['Policy']))).toMatchObject({
      Id: 'key-default-1',
      Statement: [{ Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*' }],
    });
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action: 'kms:Put*', Resource: '*' }],
    });
    call('PutKeyPolicy', { KeyId: id, Policy, PolicyName: 'default' });
    expect(call('GetKeyPolicy', { KeyId: id })['Policy']).toContain(`"AWS" : "arn:aws:iam::${account}:root"`);
    expect(call('ListKeyPolicies', { KeyId: id })).toEqual({ PolicyNames: ['default'], Truncated: false });
    expect(refusal('GetKeyPolicy', { KeyId: id, PolicyName: 'other' })).toBe(
      'NotFoundException: No such policy exists',
    );
  });

  it('may lock everybody out only where that is asked for', () => {
    const id = create();
    const Policy = JSON.stringify({
      Statement: { Effect: 'Allow', Principal: '*', Action: ['kms:Decrypt'], Resource: '*' },
    });
    expect(refusal('PutKeyPolicy', { KeyId: id, Policy })).toBe(
      'MalformedPolicyDocumentException: The new key policy will not allow you to update the key policy in the future.',
    );
    call('PutKeyPolicy', { KeyId: id, Policy, BypassPolicyLockoutSafetyCheck: true });
    expect(call('GetKeyPolicy', { KeyId: id })['Policy']).toContain('kms:Decrypt');
  });
});

describe('an alias', () => {
  it('is made, moved and deleted, and finds its key', () => {
    const [one, other] = [create(), create()];
    call('CreateAlias', { AliasName: 'alias/images', TargetKeyId: one });
    expect(refusal('CreateAlias', { AliasName: 'alias/images', TargetKeyId: other })).toBe(
      `AlreadyExistsException: An alias with the name arn:aws:kms:eu-west-1:${account}:alias/images already exists`,
    );
    expect(describeKey('alias/images')['KeyId']).toBe(one);
    now += 1000;
    call('UpdateAlias', { AliasName: 'alias/images', TargetKeyId: arnOf(other) });
    expect(call('ListAliases', { KeyId: other })).toEqual({
      Aliases: [
        {
          AliasName: 'alias/images',
          AliasArn: `arn:aws:kms:eu-west-1:${account}:alias/images`,
          TargetKeyId: other,
          CreationDate: now / 1000 - 1,
          LastUpdatedDate: now / 1000,
        },
      ],
      Truncated: false,
    });
    call('DeleteAlias', { AliasName: 'alias/images' });
    expect(refusal('DeleteAlias', { AliasName: 'alias/images' })).toMatch(
      /^NotFoundException: Alias .* is not found\.$/,
    );
  });

  it.each([
    ['images', /^ValidationException: Alias must start with the prefix "alias\/"/],
    ['alias/aws/x', /^NotAuthorizedException: $/],
    ['alias/a b', /^ValidationException: 1 validation error detected: Value 'alias\/a b' at 'aliasName'/],
    ['alias/a:b', /^InvalidAliasNameException: alias\/a:b contains/],
  ])('is not called %s', (AliasName, text) => {
    expect(refusal('CreateAlias', { AliasName, TargetKeyId: create() })).toMatch(text);
  });

  it('stands for a key, not for an alias', () => {
    expect(refusal('CreateAlias', { AliasName: 'alias/b', TargetKeyId: 'alias/a' })).toBe(
      'ValidationException: Aliases must refer to keys. Not aliases',
    );
  });
});

describe('rotation', () => {
  it('goes by the clock', () => {
    const id = create();
    expect(call('GetKeyRotationStatus', { KeyId: id })).toEqual({ KeyId: id, KeyRotationEnabled: false });
    call('EnableKeyRotation', { KeyId: id, RotationPeriodInDays: 90 });
    const start = now;
    now += 100 * day;
    call('EnableKeyRotation', { KeyId: id });
    expect(call('GetKeyRotationStatus', { KeyId: id })).toEqual({
      KeyId: id,
      KeyRotationEnabled: true,
      RotationPeriodInDays: 90,
      NextRotationDate: (start + 180 * day) / 1000,
    });
    call('RotateKeyOnDemand', { KeyId: id });
    expect(call('ListKeyRotations', { KeyId: id })['Rotations']).toEqual([
      { KeyId: id, RotationDate: (start + 90 * day) / 1000, RotationType: 'AUTOMATIC' },
      { KeyId: id, RotationDate: now / 1000, RotationType: 'ON_DEMAND' },
    ]);
    call('DisableKeyRotation', { KeyId: id });
    expect(call('GetKeyRotationStatus', { KeyId: id })).toEqual({ KeyId: id, KeyRotationEnabled: false });
  });

  it('is refused where it cannot be', () => {
    const id = create();
    expect(refusal('EnableKeyRotation', { KeyId: id, RotationPeriodInDays: 89 })).toContain(
      "Value '89' at 'rotationPeriodInDays' failed to satisfy constraint: Member must have value greater than or equal to 90",
    );
    expect(
      refusal('EnableKeyRotation', { KeyId: create({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }) }),
    ).toMatch(/^UnsupportedOperationException/);
    call('DisableKey', { KeyId: id });
    expect(refusal('EnableKeyRotation', { KeyId: id })).toBe(`DisabledException: ${arnOf(id)} is disabled.`);
    expect(refusal('RotateKeyOnDemand', { KeyId: id })).toBe(`DisabledException: ${arnOf(id)} is disabled.`);
  });
});

describe('deletion', () => {
  it('waits, can be called off, and then comes', () => {
    const id = create();
    call('CreateAlias', { AliasName: 'alias/images', TargetKeyId: id });
    expect(call('ScheduleKeyDeletion', { KeyId: id })).toEqual({
      KeyId: arnOf(id),
      DeletionDate: (now + 30 * day) / 1000,
      KeyState: 'PendingDeletion',
      PendingWindowInDays: 30,
    });
    expect(refusal('EnableKey', { KeyId: id })).toBe(`KMSInvalidStateException: ${arnOf(id)} is pending deletion.`);
    expect(call('CancelKeyDeletion', { KeyId: id })).toEqual({ KeyId: arnOf(id) });
    expect(refusal('CancelKeyDeletion', { KeyId: id })).toBe(
      `KMSInvalidStateException: ${arnOf(id)} is not pending deletion.`,
    );
    expect(describeKey(id)).toMatchObject({ KeyState: 'Disabled' });
    call('ScheduleKeyDeletion', { KeyId: id, PendingWindowInDays: 7 });
    pass(7 * day - 1);
    expect(describeKey(id)).toMatchObject({ KeyState: 'PendingDeletion', DeletionDate: (now + 1) / 1000 });
    pass(1);
    expect(refusal('DescribeKey', { KeyId: id })).toMatch(/^NotFoundException/);
    expect(refusal('DescribeKey', { KeyId: 'alias/images' })).toMatch(/^NotFoundException: Alias/);
  });
});

describe('a grant', () => {
  const grant = {
    GranteePrincipal: 'arn:aws:iam::123456789012:role/ci',
    RetiringPrincipal: 'me',
    Operations: ['Decrypt'],
    Name: 'ci',
  };
  it('is made once by its name, listed, and revoked', () => {
    const id = create();
    const { GrantId } = call('CreateGrant', { KeyId: id, ...grant });
    expect(call('CreateGrant', { KeyId: id, ...grant })['GrantId']).toBe(GrantId);
    expect(call('CreateGrant', { KeyId: id, ...grant, Operations: ['Encrypt'] })['GrantId']).not.toBe(GrantId);
    expect(call('ListGrants', { KeyId: id, GrantId })['Grants']).toEqual([
      {
        KeyId: arnOf(id),
        GrantId,
        Name: 'ci',
        CreationDate: now / 1000,
        GranteePrincipal: grant.GranteePrincipal,
        RetiringPrincipal: 'me',
        IssuingAccount: `arn:aws:iam::${account}:root`,
        Operations: ['Decrypt'],
      },
    ]);
    expect(call('ListRetirableGrants', { RetiringPrincipal: 'me' })['Grants']).toHaveLength(2);
    call('RevokeGrant', { KeyId: id, GrantId });
    expect(refusal('RevokeGrant', { KeyId: id, GrantId })).toBe(
      `NotFoundException: Grant ID ${String(GrantId)} not found`,
    );
  });

  it('is retired by its token, or by its key and id', () => {
    const id = create();
    const { GrantToken } = call('CreateGrant', { KeyId: id, ...grant });
    call('RetireGrant', { GrantToken });
    expect(refusal('RetireGrant', { GrantToken })).toBe('InvalidGrantTokenException: The grant token is not valid.');
    const { GrantId } = call('CreateGrant', { KeyId: id, ...grant });
    expect(refusal('RetireGrant', { GrantId })).toMatch(/^ValidationException/);
    expect(refusal('RetireGrant', { KeyId: id, GrantId, DryRun: true })).toMatch(/^DryRunOperationException/);
    call('RetireGrant', { KeyId: id, GrantId });
    expect(call('ListGrants', { KeyId: id })['Grants']).toEqual([]);
  });
});

it('tags are set, replaced and taken away', () => {
  const id = create({ Tags: [{ TagKey: 'a', TagValue: '1' }] });
  call('TagResource', {
    KeyId: id,
    Tags: [
      { TagKey: 'a', TagValue: '2' },
      { TagKey: 'b', TagValue: '' },
    ],
  });
  call('UntagResource', { KeyId: id, TagKeys: ['b', 'c'] });
  expect(call('ListResourceTags', { KeyId: id })).toEqual({ Tags: [{ TagKey: 'a', TagValue: '2' }], Truncated: false });
  expect(
    refusal('TagResource', {
      KeyId: id,
      Tags: Array.from({ length: 51 }, (_, n) => ({ TagKey: `t${n}`, TagValue: '' })),
    }),
  ).toMatch(/^LimitExceededException/);
});

it('every list comes whole, whatever the size of its pages', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 5 }), (count, Limit) => {
      const as = contextOf('111111111111', 'us-east-1');
      for (const [key] of store.list('kms-key', '111111111111/us-east-1'))
        store.delete('kms-key', '111111111111/us-east-1', key);
      for (let number = 0; number < count; number += 1) call('CreateKey', {}, as);
      const found: unknown[] = [];
      let Marker: unknown;
      do {
        const page = call('ListKeys', { Limit, ...(Marker !== undefined && { Marker }) }, as);
        found.push(...(page['Keys'] as unknown[]));
        Marker = page['NextMarker'];
        expect(page['Truncated']).toBe(Marker !== undefined);
      } while (Marker !== undefined);
      expect(new Set(found.map((one) => JSON.stringify(one))).size).toBe(count);
    }),
  );
  expect(refusal('ListKeys', { Marker: 'nonsense' })).toBe('InvalidMarkerException: Could not deserialize marker');
});

describe('a repository', () => {
  const encryption = (kmsKey?: string, as = context): unknown =>
    encryptionOf({ encryptionType: 'KMS', ...(kmsKey !== undefined && { kmsKey }) }, as, account);
  const repository = (kmsKey: string) => {
    const made = {
      name: 'app',
      account,
      encryption: { encryptionType: 'KMS', kmsKey },
      imageTagMutability: 'MUTABLE',
      createdAt: 0,
      scanOnPush: false,
      tags: [],
    };
    return { ...made, ...grantOf(context, made) };
  };

  it('names its key by its ARN, whatever it was asked for by', () => {
    const id = create();
    call('CreateAlias', { AliasName: 'alias/images', TargetKeyId: id });
    for (const name of [id, arnOf(id), 'alias/images', `arn:aws:kms:eu-west-1:${account}:alias/images`]) {
      expect(encryption(name)).toEqual({ encryptionType: 'KMS', kmsKey: arnOf(id) });
    }
    expect(encryption()).toEqual({ encryptionType: 'KMS', kmsKey: describeKey('alias/aws/ecr')['Arn'] });
  });

  it.each([
    ['is disabled', 'DisableKey', 'KmsException: ARN is disabled.'],
    ['is to be deleted', 'ScheduleKeyDeletion', 'KmsException: ARN is pending deletion.'],
  ])('is not made with a key that %s, nor read', (_, operation, text) => {
    const id = create();
    const made = repository(arnOf(id));
    call(operation, { KeyId: id });
    const wanted = text.replace('ARN', arnOf(id));
    expect(told(() => encryption(id))).toBe(wanted);
    expect(told(() => checkKeyOf(context, made))).toBe(wanted);
  });

  it('is not made with a key for signatures, or of another Region', () => {
    const id = create({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' });
    expect(told(() => encryption(id))).toBe(
      `KmsException: ${arnOf(id)} key usage is SIGN_VERIFY which is not valid for GenerateDataKey.`,
    );
    expect(told(() => encryption(`arn:aws:kms:us-east-1:${account}:key/${none}`))).toBe(
      'KmsException: Invalid arn us-east-1',
    );
  });

  it('takes a key nobody here has heard of, unless such keys are refused; one that was deleted is known', () => {
    expect(encryption(arnOf(none))).toEqual({ encryptionType: 'KMS', kmsKey: arnOf(none) });
    expect(encryption('alias/elsewhere')).toEqual({ encryptionType: 'KMS', kmsKey: 'alias/elsewhere' });
    const strict: EcrContext = { ...context, unknownKeys: 'refuse' };
    expect(told(() => encryption(arnOf(none), strict))).toBe(`KmsException: Key '${arnOf(none)}' does not exist`);
    expect(told(() => encryption('alias/elsewhere', strict))).toMatch(/^KmsException: Alias .* is not found\.$/);
    const id = create();
    const made = repository(arnOf(id));
    call('ScheduleKeyDeletion', { KeyId: id, PendingWindowInDays: 7 });
    pass(7 * day);
    expect(told(() => encryption(id))).toBe(`KmsException: Key '${arnOf(id)}' does not exist`);
    expect(told(() => checkKeyOf(context, made))).toBe(`KmsException: Key '${arnOf(id)}' does not exist`);
    expect(told(() => leaveKey(context, made))).toBe('accepted');
  });

  it('holds a grant, cannot be read without it, and gives it back', () => {
    const id = create();
    const made = repository(arnOf(id));
    const grants = (): { GrantId: string }[] => call('ListGrants', { KeyId: id })['Grants'] as { GrantId: string }[];
    expect(grants()).toMatchObject([
      {
        Constraints: { EncryptionContextSubset: { 'aws:ecr:arn': `arn:aws:ecr:eu-west-1:${account}:repository/app` } },
      },
    ]);
    expect(told(() => checkKeyOf(context, made))).toBe('accepted');
    leaveKey(context, made);
    expect(grants()).toEqual([]);
    const again = repository(arnOf(id));
    call('RevokeGrant', { KeyId: id, GrantId: grants()[0]?.GrantId });
    expect(told(() => checkKeyOf(context, again))).toMatch(/^KmsException: .* not authorized to perform: kms:Decrypt/);
  });

  it('of an account is made with the key of another that lets it', () => {
    const theirs = contextOf('999999999999');
    const id = create();
    const asTheirs = (): unknown => encryptionOf({ encryptionType: 'KMS', kmsKey: arnOf(id) }, theirs, '999999999999');
    expect(told(asTheirs)).toMatch(/^KmsException: .*kms:CreateGrant/);
    const Policy = JSON.stringify({
      Statement: { Effect: 'Allow', Principal: { AWS: [account, '999999999999'] }, Action: 'kms:*', Resource: '*' },
    });
    call('PutKeyPolicy', { KeyId: id, Policy });
    expect(asTheirs()).toEqual({ encryptionType: 'KMS', kmsKey: arnOf(id) });
  });
});

it('a call is about a key, by its alias too', () => {
  const id = create();
  call('CreateAlias', { AliasName: 'alias/images', TargetKeyId: id });
  for (const KeyId of [id, arnOf(id), 'alias/images'])
    expect(kmsService.resourceOf({ KeyId }, context)).toBe(arnOf(id));
  for (const KeyId of ['alias/none', 'nonsense', undefined])
    expect(kmsService.resourceOf({ KeyId }, context)).toBe('*');
});
