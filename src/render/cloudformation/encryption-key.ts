// A key as CloudFormation makes it: it rotates, it stays when its stack goes, and nobody is locked out of it.
// It must not know repositories.
import type { EncryptionKey } from '../../registry/companions/model.js';
import type { Place } from '../../registry/index.js';
import { type Json, type Part, tagList } from './model.js';

/** What AWS gives key administrators (KMS developer guide, "Allows key administrators to administer the KMS key"), but for its deletion. */
const administration = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:CreateGrant',
  'kms:DeleteAlias',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:DisableKeyRotation',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListGrants',
  'kms:ListKeyRotations',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:RevokeGrant',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
];

/** What ECR does with a key in the name of whoever calls it (ECR user guide, "Encryption at rest", the policy of AWS's own key). */
const use = [
  'kms:CreateGrant',
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey*',
  'kms:ReEncrypt*',
  'kms:RetireGrant',
];

export function encryptionKeyPart(key: EncryptionKey, place: Place): Part {
  const { id, alias, description, rotationPeriodDays, deletionWindowDays, tags } = key;
  return {
    resources: {
      [id]: {
        Type: 'AWS::KMS::Key',
        // Images die with their key: neither the end of the stack nor a replacement may take it. A key whose creation is rolled back has none.
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          Description: description,
          EnableKeyRotation: true,
          RotationPeriodInDays: rotationPeriodDays,
          PendingWindowInDays: deletionWindowDays,
          KeyPolicy: policyOf(key, place),
          Tags: tagList(tags),
        },
      },
      [`${id}Alias`]: {
        Type: 'AWS::KMS::Alias',
        Properties: { AliasName: alias, TargetKeyId: { Ref: id } },
      },
    },
    outputs: {
      [`${id}Alias`]: { Description: 'Alias of the key', Value: alias },
      [`${id}Arn`]: { Description: 'ARN of the key', Value: { 'Fn::GetAtt': [id, 'Arn'] } },
    },
  };
}

function policyOf({ administrators }: EncryptionKey, { account, region, partition }: Place): Json {
  // KMS names the services of the China Regions by their own suffix (KMS developer guide, `kms:ViaService`).
  const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return {
    Version: '2012-10-17',
    Statement: [
      {
        // Without it, a key whose administrators are gone can be managed by nobody, not even by AWS's support (KMS, "Default key policy").
        Sid: 'Account',
        Effect: 'Allow',
        Principal: { AWS: `arn:${partition}:iam::${account}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
      {
        Sid: 'ThroughEcr',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: use,
        Resource: '*',
        Condition: {
          StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': `ecr.${region}.${suffix}` },
        },
      },
      ...(administrators.length === 0
        ? []
        : [
            {
              Sid: 'Administrators',
              Effect: 'Allow',
              Principal: { AWS: administrators },
              Action: administration,
              Resource: '*',
            },
          ]),
    ],
  };
}
