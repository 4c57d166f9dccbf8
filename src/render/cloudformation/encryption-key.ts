// A key as CloudFormation makes it: it rotates, it stays when its stack goes, and nobody is locked out of it.
// It must not know repositories.
import type { EncryptionKey } from '../../registry/companions/model.js';
import type { Place } from '../../registry/index.js';
import { keyPolicyOf } from '../key-policy.js';
import { documentJson, type Part, tagList } from './model.js';

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
          KeyPolicy: documentJson(keyPolicyOf(key, place)),
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
