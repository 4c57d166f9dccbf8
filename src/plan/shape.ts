// The shape of what a file holds, and whether anybody touched it since.
// It must not know which files there are.
import { createHash } from 'node:crypto';

export type Fields = { readonly [name: string]: unknown };

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isListOf<T>(value: unknown, member: (one: unknown) => one is T): value is readonly T[] {
  return Array.isArray(value) && value.every(member);
}

export const isText = (value: unknown): value is string => typeof value === 'string';

/** Finds accidents and edits; it is no signature. */
export function checksumOf(content: Fields): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(content)).digest('hex')}`;
}
