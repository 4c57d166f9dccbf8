// The diagnostics of the room `registry`.
import { type Definition, defineCodes } from '../definition.js';

function mistake(title: string, meaning: string, mend: string): Definition {
  return { severity: 'error', fault: 'user', title, meaning, mend };
}

export const registryCodes = defineCodes({
  'registry/duplicate-name': mistake(
    'one name for two repositories',
    'ECR has one repository of a name in each account and Region.',
    'give one of the two another name, or use `naming` to tell them apart',
  ),
  'registry/too-many-tags': mistake(
    'too many tags',
    'ECR takes at most 50 tags on a repository, and Slipway puts two of its own on each.',
    'declare at most 48 tags, defaults included',
  ),
  'registry/reserved-tag': mistake(
    'a tag that is not yours to set',
    'Tags that begin with `slipway:` say whose a repository is, and AWS keeps `aws:` to itself.',
    'choose another key',
  ),
  'registry/too-many-patterns': mistake(
    'too many exceptions to tag mutability',
    'ECR takes at most five filters on a repository.',
    'join patterns with a wildcard, or drop some',
  ),
  'registry/key-without-kms': mistake(
    'a key without KMS',
    'A KMS key goes with the encryption types KMS and KMS_DSSE; AES256 uses keys of Amazon.',
    'set `encryptionType: KMS`, or remove `kmsKeyId`',
  ),
  'registry/replica-partition': mistake(
    'a replica in another partition',
    'ECR copies images between Regions of one partition; AWS China, GovCloud and the rest of AWS are one each.',
    'name a Region of the same partition, or make an environment of its own there',
  ),
  'registry/bad-companion': mistake(
    'a companion that cannot be made so',
    'Companions are the roles, keys and identity providers beside the repositories, as `AwsEcrRegistry` tunes them.',
    'change the field that the message names',
  ),
});
