// Two registries, field by field.
// It must not know what the fields mean, nor who made either.
import type { Plain } from './read.js';

/** A field in which they differ: `repositories.silent/app.scanOnPush: true, not false`. */
export function differences(wanted: Plain, made: Plain, path = ''): readonly string[] {
  if (isObject(wanted) && isObject(made)) {
    const keys = [...new Set([...Object.keys(wanted), ...Object.keys(made)])].sort();
    return keys.flatMap((key) =>
      differences(member(wanted, key), member(made, key), path === '' ? key : `${path}.${key}`),
    );
  }
  if (Array.isArray(wanted) && Array.isArray(made) && wanted.length === made.length)
    return wanted.flatMap((one, index) =>
      differences(one as Plain, (made[index] ?? null) as Plain, `${path}.${index}`),
    );
  return JSON.stringify(wanted) === JSON.stringify(made)
    ? []
    : [`${path}: ${JSON.stringify(wanted)}, not ${JSON.stringify(made)}`];
}

/** Each value in it, by its path: what a comparison must not overlook. */
export function leavesOf(value: Plain, path: readonly string[] = []): readonly (readonly string[])[] {
  if (!isObject(value) && !Array.isArray(value)) return [path];
  const members = Object.entries(value);
  return members.length === 0 ? [path] : members.flatMap(([key, one]) => leavesOf(one as Plain, [...path, key]));
}

function member(object: { readonly [key: string]: Plain }, key: string): Plain {
  return object[key] ?? null;
}

function isObject(value: Plain): value is { readonly [key: string]: Plain } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
