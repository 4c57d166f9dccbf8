// The policy of a companion key, the same for every target: nobody is locked out of it, and it is used through ECR alone.
// It must not know any target.
import type { PolicyDocument, Statement } from '../access/index.js';
import type { EncryptionKey } from '../registry/companions/model.js';
import type { Place } from '../registry/index.js';

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

export function keyPolicyOf({ administrators }: EncryptionKey, { account, region, partition }: Place): PolicyDocument {
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
      ...(administrators.length === 0 ? [] : [administratorsOf(administrators)]),
    ],
  };
}

function administratorsOf(arns: readonly string[]): Statement {
  return { Sid: 'Administrators', Effect: 'Allow', Principal: { AWS: arns }, Action: administration, Resource: '*' };
}
