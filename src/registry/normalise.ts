// The values by which settings are compared, so that two spellings of one thing are one thing.
// It must not know how a difference is shown or mended.
import { isKnown, type Value } from './companions/model.js';
import type { Encryption, MutabilityMode, TagMutability, Tags } from './model.js';

/** Compares by code units, so that every machine sorts alike. */
export function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Sorted, without repetitions. */
export function sortedSet(values: Iterable<string>): readonly string[] {
  return [...new Set(values)].sort(byText);
}

/** Filters go with the exclusion modes alone, and their order means nothing. A mode that lacks its filters is its plain one. */
export function canonicalMutability(mutability: TagMutability): TagMutability {
  const plain: MutabilityMode = mutability.mode.startsWith('IMMUTABLE') ? 'IMMUTABLE' : 'MUTABLE';
  const exclusions = mutability.mode === plain ? [] : sortedSet(mutability.exclusions);
  return { mode: exclusions.length === 0 ? plain : `${plain}_WITH_EXCLUSION`, exclusions };
}

export function sameMutability(one: TagMutability, other: TagMutability): boolean {
  return JSON.stringify(canonicalMutability(one)) === JSON.stringify(canonicalMutability(other));
}

/** The alias of the key that AWS manages for ECR: naming it is the same as naming none. */
const managedAlias = 'alias/aws/ecr';

/** ECR leaves the configuration out where it is the default (API reference, CreateRepository). */
export function canonicalEncryption<Key extends Value>(encryption: Encryption<Key> | undefined): Encryption<Key> {
  if (encryption === undefined || encryption.type === 'AES256') return { type: 'AES256' };
  const key = encryption.kmsKey;
  if (key === undefined || key === '' || (isKnown(key) && keyName(key) === managedAlias))
    return { type: encryption.type };
  return { type: encryption.type, kmsKey: key };
}

/** What an ARN of KMS ends in: a key's bare id, or `alias/NAME`. Anything else stays as it is. */
function keyName(key: string): string {
  const resource = /^arn:[^:]+:kms:[^:]*:[^:]*:(.+)$/.exec(key)?.[1] ?? key;
  return resource.startsWith('key/') ? resource.slice('key/'.length) : resource;
}

/**
 * Whether what is there is what is wanted. `unknown`: one side names a key by its alias and the other by its id, and ECR
 * does not tell which key an alias stands for. A side that wants KMS without naming a key takes whichever key ECR chose. A key
 * that has yet to be made is none that a repository can have.
 */
export function compareEncryption(wanted: Encryption<Value>, live: Encryption): 'same' | 'different' | 'unknown' {
  const one = canonicalEncryption(wanted);
  const other = canonicalEncryption(live);
  if (one.type !== other.type) return 'different';
  if (one.kmsKey === undefined) return 'same';
  if (other.kmsKey === undefined || !isKnown(one.kmsKey)) return 'different';
  // Two whole ARNs must agree in account and Region as well.
  if (
    one.kmsKey.startsWith('arn:') &&
    other.kmsKey.startsWith('arn:') &&
    isAlias(one.kmsKey) === isAlias(other.kmsKey)
  ) {
    return one.kmsKey === other.kmsKey ? 'same' : 'different';
  }
  if (isAlias(one.kmsKey) !== isAlias(other.kmsKey)) return 'unknown';
  return keyName(one.kmsKey) === keyName(other.kmsKey) ? 'same' : 'different';
}

function isAlias(key: string): boolean {
  return keyName(key).startsWith('alias/');
}

/** The same tags with their keys in order, so that they print and compare alike. */
export function canonicalTags(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).sort(([one], [other]) => byText(one, other)));
}

/** Whether `live` has every one of the `wanted` tags with its value; it may have others. */
export function hasTags(live: Tags, wanted: Tags): boolean {
  return Object.entries(wanted).every(([key, value]) => Object.hasOwn(live, key) && live[key] === value);
}
