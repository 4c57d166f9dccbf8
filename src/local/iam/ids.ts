// Ids and secrets as IAM makes them.
// It must not know what they stand for beyond their prefix.
// Source: IAM user guide, "IAM identifiers" (unique ID prefixes).
import { randomBytes } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function letters(count: number): string {
  return Array.from(randomBytes(count), (byte) => alphabet[byte % alphabet.length]).join('');
}

export type IdPrefix = 'AIDA' | 'AROA' | 'AGPA' | 'ANPA' | 'AIPA';

/** `AROA…`, of 21 characters; never the same again. */
export function uniqueId(prefix: IdPrefix): string {
  return prefix + letters(17);
}

/** `AKIA…` of a user, `ASIA…` of a session, of 20 characters. */
export function accessKeyId(prefix: 'AKIA' | 'ASIA'): string {
  return prefix + letters(16);
}

/** 40 characters of base64. */
export function secretAccessKey(): string {
  return randomBytes(30).toString('base64');
}
