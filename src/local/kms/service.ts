// KMS as a service of the local cloud: which operations there are, and which of them are served.
// It must not know HTTP or what an operation does.
import type { JsonService, Operation, ServiceContext } from '../service.js';
import { readAlias } from './alias.js';
import { aliasOperations } from './aliases.js';
import { deletionOperations } from './deletion.js';
import { grantOperations } from './grants.js';
import { keyArn, parseReference } from './key.js';
import { keyOperations } from './keys.js';
import { rotationOperations } from './rotation.js';
import { tagOperations } from './tags.js';

/** Each operation that is served, by name. */
export const kmsOperations: Readonly<Record<string, Operation>> = {
  ...keyOperations,
  ...aliasOperations,
  ...rotationOperations,
  ...deletionOperations,
  ...grantOperations,
  ...tagOperations,
};

/** What is left of the API model (botocore 1.43.11): everything that needs a key's material, and key stores of one's own. */
export const unservedKms = [
  'ConnectCustomKeyStore',
  'CreateCustomKeyStore',
  'Decrypt',
  'DeleteCustomKeyStore',
  'DeleteImportedKeyMaterial',
  'DeriveSharedSecret',
  'DescribeCustomKeyStores',
  'DisconnectCustomKeyStore',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateMac',
  'GenerateRandom',
  'GetKeyLastUsage',
  'GetParametersForImport',
  'GetPublicKey',
  'ImportKeyMaterial',
  'ReEncrypt',
  'ReplicateKey',
  'Sign',
  'UpdateCustomKeyStore',
  'UpdatePrimaryRegion',
  'Verify',
  'VerifyMac',
] as const;

/** The ARN of the key a call is about; `*` where there is none, or it cannot be told. */
function resourceOf(input: Record<string, unknown>, context: ServiceContext): string {
  const reference = input['KeyId'] ?? input['TargetKeyId'] ?? input['AliasName'];
  if (typeof reference !== 'string') return '*';
  try {
    const named = parseReference(context, reference);
    if (named.kind === 'key') return keyArn(context, named);
    const alias = readAlias(context, named.account, named.name);
    return alias === undefined ? '*' : keyArn(context, { account: named.account, id: alias.keyId });
  } catch {
    return '*';
  }
}

export const kmsService: JsonService = {
  name: 'kms',
  target: 'TrentService',
  operations: new Map(Object.entries(kmsOperations)),
  unserved: new Set(unservedKms),
  resourceOf,
};
