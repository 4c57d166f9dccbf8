// How a repository is encrypted: what may be asked for, what it becomes, and whether its key can be used.
// It must not know who asks: a caller, or a repository creation template.
import {
  checkEncrypts,
  checkGranted,
  checkUsable,
  giveBack,
  grantTo,
  type Key,
  keyArn,
  knownKey,
  unknownKey,
} from '../kms/use.js';
import { ServiceError } from '../service.js';
import { type EcrContext, EcrError, invalidParameter } from './operation.js';
import { type Repository, repositoryArn, repositoryOf } from './repository.js';

/** What KMS refuses, as ECR passes it on. */
function passedOn<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new EcrError('KmsException', error.message, 400, { kmsError: error.code });
  }
}

/**
 * The key a repository names, where the local KMS has it. A key that it has never heard of may well exist on AWS: it is taken by its name,
 * unless unknown keys are refused.
 */
function keyOf(context: EcrContext, account: string, reference: string): Key | undefined {
  const asOwner = { ...context, account };
  const known = knownKey(asOwner, reference);
  if (known !== undefined || context.unknownKeys !== 'refuse') return known;
  throw unknownKey(asOwner, reference);
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
  return { encryptionType, kmsKey: passedOn(() => keyArnOf(context, account, kmsKey ?? ownKey)) };
}

/** The key that AWS keeps for ECR in an account. */
const ownKey = 'alias/aws/ecr';

function keyArnOf(context: EcrContext, account: string, reference: string): string {
  const key = keyOf(context, account, reference);
  if (key === undefined) return reference;
  checkEncrypts({ ...context, account }, key);
  return keyArn(context, key);
}

/** What ECR takes of the key of a new repository, to use it from then on (user guide, "Encryption at rest"). */
export function grantOf(
  context: EcrContext,
  { account, name, encryption }: Pick<Repository, 'account' | 'name' | 'encryption'>,
): Pick<Repository, 'keyGrant'> {
  const key = encryption.kmsKey === undefined ? undefined : keyOf(context, account, encryption.kmsKey);
  if (key === undefined) return {};
  const arn = repositoryArn(context.partition, context.region, account, name);
  return { keyGrant: grantTo({ ...context, account }, key, 'ecr', 'aws:ecr:arn', arn) };
}

/** Gives a repository's grant back. */
export function leaveKey(context: EcrContext, { account, encryption, keyGrant }: Repository): void {
  if (encryption.kmsKey === undefined || keyGrant === undefined) return;
  const key = readable(() => knownKey({ ...context, account }, encryption.kmsKey ?? ''));
  if (key !== undefined) giveBack(context, key, keyGrant);
}

/** Nothing where the key has been deleted. */
function readable<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof ServiceError) return undefined;
    throw error;
  }
}

/** Throws KmsException where what is in a repository cannot be read or written now: its key is disabled or gone, or its grant revoked. */
export function checkKeyOf(context: EcrContext, { account, encryption, keyGrant }: Repository): void {
  const { kmsKey } = encryption;
  if (kmsKey === undefined) return;
  passedOn(() => {
    const asOwner = { ...context, account };
    // Whether unknown keys are taken was asked when the repository was made.
    const key = knownKey(asOwner, kmsKey);
    if (key === undefined) return;
    checkUsable(asOwner, key);
    if (keyGrant !== undefined) checkGranted(asOwner, key, keyGrant);
  });
}

/** The repository that a call is to read or write the content of. Throws as {@link repositoryOf}, and KmsException. */
export function readableRepositoryOf(
  context: EcrContext,
  input: { readonly registryId?: string; readonly repositoryName: string },
  action: string,
): Repository {
  const repository = repositoryOf(context, input, action);
  checkKeyOf(context, repository);
  return repository;
}
