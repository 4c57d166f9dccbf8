// The inputs of KMS's operations: sizes, patterns and words, from the API model (botocore 1.43.11).
// Data only. It must not know what the operations do.
import type { StructureShape } from '../ecr/check.js';
import { specNames } from './specs.js';

const keyId = { kind: 'string', min: 1, max: 2048 } as const;
const flag = { kind: 'boolean' } as const;
const limit = { kind: 'integer', min: 1, max: 1000 } as const;
const marker = { kind: 'string', min: 1, max: 1024 } as const;
const paging = { Limit: limit, Marker: marker } as const;
const aliasName = {
  kind: 'string',
  min: 1,
  max: 256,
  pattern: /^[a-zA-Z0-9:/_-]+$/,
  patternText: '^[a-zA-Z0-9:/_-]+$',
} as const;
const policy = {
  kind: 'string',
  min: 1,
  max: 131_072,
  pattern: /^[\t\n\r -\u00ff]+$/,
  patternText: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+',
} as const;
const policyName = { kind: 'string', min: 1, max: 128, pattern: /^\w+$/, patternText: '[\\w]+' } as const;
const description = { kind: 'string', max: 8192 } as const;
const tags = {
  kind: 'list',
  of: {
    kind: 'structure',
    members: { TagKey: { kind: 'string', min: 1, max: 128 }, TagValue: { kind: 'string', max: 256 } },
    required: ['TagKey', 'TagValue'],
  },
} as const;
const principal = {
  kind: 'string',
  min: 1,
  max: 256,
  pattern: /^[\w+=,.@:/-]+$/,
  patternText: '^[\\w+=,.@:/-]+$',
} as const;
const grantId = { kind: 'string', min: 1, max: 128 } as const;
const tokens = { kind: 'list', max: 10, of: { kind: 'string', min: 1, max: 8192 } } as const;
const encryptionContext = { kind: 'map', of: { kind: 'string' } } as const;

/** What a grant may allow. */
const grantOperations = [
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
  'Sign',
  'Verify',
  'GetPublicKey',
  'CreateGrant',
  'RetireGrant',
  'DescribeKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateMac',
  'VerifyMac',
  'DeriveSharedSecret',
] as const;

const oneKey = { kind: 'structure', members: { KeyId: keyId }, required: ['KeyId'] } as const;
const pagesOfKey = { kind: 'structure', members: { KeyId: keyId, ...paging }, required: ['KeyId'] } as const;

export const shapes = {
  CreateKey: {
    kind: 'structure',
    members: {
      Policy: policy,
      Description: description,
      KeyUsage: { kind: 'string', oneOf: ['SIGN_VERIFY', 'ENCRYPT_DECRYPT', 'GENERATE_VERIFY_MAC', 'KEY_AGREEMENT'] },
      CustomerMasterKeySpec: { kind: 'string', oneOf: specNames },
      KeySpec: { kind: 'string', oneOf: specNames },
      Origin: { kind: 'string', oneOf: ['AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'] },
      CustomKeyStoreId: { kind: 'string', min: 1, max: 64 },
      BypassPolicyLockoutSafetyCheck: flag,
      Tags: tags,
      MultiRegion: flag,
    },
  },
  DescribeKey: { kind: 'structure', members: { KeyId: keyId, GrantTokens: tokens }, required: ['KeyId'] },
  ListKeys: { kind: 'structure', members: paging },
  EnableKey: oneKey,
  DisableKey: oneKey,
  UpdateKeyDescription: {
    kind: 'structure',
    members: { KeyId: keyId, Description: description },
    required: ['KeyId', 'Description'],
  },
  ScheduleKeyDeletion: {
    kind: 'structure',
    // The model says 1 to 365, the service 7 to 30 (API reference).
    members: { KeyId: keyId, PendingWindowInDays: { kind: 'integer', min: 7, max: 30 } },
    required: ['KeyId'],
  },
  CancelKeyDeletion: oneKey,
  CreateAlias: {
    kind: 'structure',
    members: { AliasName: aliasName, TargetKeyId: keyId },
    required: ['AliasName', 'TargetKeyId'],
  },
  UpdateAlias: {
    kind: 'structure',
    members: { AliasName: aliasName, TargetKeyId: keyId },
    required: ['AliasName', 'TargetKeyId'],
  },
  DeleteAlias: { kind: 'structure', members: { AliasName: aliasName }, required: ['AliasName'] },
  ListAliases: { kind: 'structure', members: { KeyId: keyId, ...paging } },
  EnableKeyRotation: {
    kind: 'structure',
    members: { KeyId: keyId, RotationPeriodInDays: { kind: 'integer', min: 90, max: 2560 } },
    required: ['KeyId'],
  },
  DisableKeyRotation: oneKey,
  GetKeyRotationStatus: oneKey,
  RotateKeyOnDemand: oneKey,
  ListKeyRotations: {
    kind: 'structure',
    members: {
      KeyId: keyId,
      IncludeKeyMaterial: { kind: 'string', oneOf: ['ALL_KEY_MATERIAL', 'ROTATIONS_ONLY'] },
      ...paging,
    },
    required: ['KeyId'],
  },
  TagResource: { kind: 'structure', members: { KeyId: keyId, Tags: tags }, required: ['KeyId', 'Tags'] },
  UntagResource: {
    kind: 'structure',
    members: { KeyId: keyId, TagKeys: { kind: 'list', of: { kind: 'string', min: 1, max: 128 } } },
    required: ['KeyId', 'TagKeys'],
  },
  ListResourceTags: pagesOfKey,
  GetKeyPolicy: { kind: 'structure', members: { KeyId: keyId, PolicyName: policyName }, required: ['KeyId'] },
  PutKeyPolicy: {
    kind: 'structure',
    members: { KeyId: keyId, PolicyName: policyName, Policy: policy, BypassPolicyLockoutSafetyCheck: flag },
    required: ['KeyId', 'Policy'],
  },
  ListKeyPolicies: pagesOfKey,
  CreateGrant: {
    kind: 'structure',
    members: {
      KeyId: keyId,
      GranteePrincipal: principal,
      RetiringPrincipal: principal,
      Operations: { kind: 'list', of: { kind: 'string', oneOf: grantOperations } },
      Constraints: {
        kind: 'structure',
        members: { EncryptionContextSubset: encryptionContext, EncryptionContextEquals: encryptionContext },
      },
      GrantTokens: tokens,
      Name: aliasName,
      DryRun: flag,
    },
    required: ['KeyId', 'GranteePrincipal', 'Operations'],
  },
  ListGrants: {
    kind: 'structure',
    members: { KeyId: keyId, GrantId: grantId, GranteePrincipal: principal, ...paging },
    required: ['KeyId'],
  },
  ListRetirableGrants: {
    kind: 'structure',
    members: { RetiringPrincipal: principal, ...paging },
    required: ['RetiringPrincipal'],
  },
  RevokeGrant: {
    kind: 'structure',
    members: { KeyId: keyId, GrantId: grantId, DryRun: flag },
    required: ['KeyId', 'GrantId'],
  },
  RetireGrant: {
    kind: 'structure',
    members: {
      GrantToken: { kind: 'string', min: 1, max: 8192 },
      KeyId: keyId,
      GrantId: grantId,
      DryRun: flag,
    },
  },
} as const satisfies Record<string, StructureShape>;
