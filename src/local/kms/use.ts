// What another service asks of KMS when it encrypts with a key: which key a name means, whether it can be used, and a grant on it.
// It must not know what is encrypted.
import { type ServiceContext, ServiceError } from '../service.js';
import { aliasArn, findByAnyName } from './alias.js';
import { notFound } from './errors.js';
import { addGrant, endGrant, hasGrant } from './grant.js';
import { checkUsable, type Key, keyArn, keyNotFound, parseReference, wasDeleted } from './key.js';

export { checkUsable, type Key, keyArn } from './key.js';

/**
 * The key that a service is to encrypt with. Nothing where nobody here has ever heard of it. Throws NotFoundException for the ARN of
 * another Region, for a key that was deleted, and for what can be no name of a key.
 */
export function knownKey(context: ServiceContext, reference: string): Key | undefined {
  const named = parseReference(context, reference);
  if (named.kind === 'key' && wasDeleted(context, named.account, named.id)) return findByAnyName(context, reference);
  try {
    return findByAnyName(context, reference);
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'NotFoundException') return undefined;
    throw error;
  }
}

/** The error that says that there is no such key. */
export function unknownKey(context: ServiceContext, reference: string): Error {
  const named = parseReference(context, reference);
  if (named.kind === 'alias') return notFound(`Alias ${aliasArn(context, named.account, named.name)} is not found.`);
  return keyNotFound(context, named);
}

/**
 * Throws where data cannot be encrypted with the key now, in KMS's words: it is disabled or about to go, it is not symmetric, or it is
 * another account's and its policy does not name this one.
 */
export function checkEncrypts(context: ServiceContext, key: Key): void {
  checkUsable(context, key);
  const arn = keyArn(context, key);
  if (key.usage !== 'ENCRYPT_DECRYPT' || key.spec !== 'SYMMETRIC_DEFAULT') {
    throw new ServiceError(
      'InvalidKeyUsageException',
      key.usage === 'ENCRYPT_DECRYPT'
        ? `${arn} key spec is ${key.spec} which is not valid for GenerateDataKey.`
        : `${arn} key usage is ${key.usage} which is not valid for GenerateDataKey.`,
    );
  }
  if (key.account !== context.account && !key.policy.includes(context.account))
    throw denied(context, arn, 'CreateGrant');
}

function denied({ callerArn }: ServiceContext, arn: string, action: string): ServiceError {
  return new ServiceError(
    'AccessDeniedException',
    `User: ${callerArn} is not authorized to perform: kms:${action} on resource: ${arn} because no resource-based policy allows the kms:${action} action`,
  );
}

/** A grant for a service to encrypt and decrypt what belongs to a resource, and to give the grant back itself. Returns its id. */
export function grantTo(
  context: ServiceContext,
  key: Key,
  service: string,
  contextKey: string,
  resourceArn: string,
): string {
  const principal = `${service}.${context.region}.amazonaws.com`;
  return addGrant(context, key, {
    grantee: principal,
    retiring: principal,
    issuer: `arn:${context.partition}:iam::${context.account}:root`,
    operations: ['Decrypt', 'GenerateDataKey', 'RetireGrant'],
    constraints: { EncryptionContextSubset: { [contextKey]: resourceArn } },
  }).id;
}

/** Throws where the grant is no longer there: somebody has revoked it. */
export function checkGranted(context: ServiceContext, key: Key, grantId: string): void {
  if (!hasGrant(context, key, grantId)) throw denied(context, keyArn(context, key), 'Decrypt');
}

export function giveBack(context: ServiceContext, key: Key, grantId: string): void {
  endGrant(context, key, grantId);
}
