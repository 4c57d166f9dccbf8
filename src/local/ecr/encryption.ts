// How a repository is encrypted: what may be asked for, and what it becomes.
// It must not know who asks: a caller, or a repository creation template.
import { createHash } from 'node:crypto';
import { type EcrContext, invalidParameter } from './operation.js';
import type { Repository } from './repository.js';

/** The key AWS keeps for ECR in an account: some stable id, as KMS would have made one. */
function managedKey(context: EcrContext, account: string): string {
  const hex = createHash('sha256').update(`aws/ecr ${account} ${context.region}`).digest('hex');
  const id = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
  return `arn:${context.partition}:kms:${context.region}:${account}:key/${id}`;
}

export function encryptionOf(
  asked: { readonly encryptionType: string; readonly kmsKey?: string } | undefined,
  context: EcrContext,
  account: string,
): Repository['encryption'] {
  if (asked === undefined) return { encryptionType: 'AES256' };
  const { encryptionType, kmsKey } = asked;
  if (encryptionType === 'AES256') {
    if (kmsKey === undefined) return { encryptionType };
    throw invalidParameter('Invalid encryption configuration: Encryption key should not be set for AES256 encryption.');
  }
  // "Supported only in the AWS GovCloud (US) Regions" (user guide); the text is ours.
  if (encryptionType === 'KMS_DSSE' && context.partition !== 'aws-us-gov') {
    throw invalidParameter(
      `Invalid encryption configuration: KMS_DSSE encryption is not supported in ${context.region}.`,
    );
  }
  return { encryptionType, kmsKey: kmsKey ?? managedKey(context, account) };
}
