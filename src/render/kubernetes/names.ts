// What objects are called in a cluster: readable, legal, and no two of one kind alike.
// It must not know what the objects are.
import { shortHash } from '../../registry/companions/context.js';

/** Kubernetes, "Object Names and IDs": a DNS subdomain of up to 253 characters, of which a label has 63. Room is left for a hash. */
const longest = { label: 54, key: 100 } as const;

/**
 * `PROJECT.PLACE.KEY`, the place being an environment or an account. A part that cannot stand as it is gets a hash behind two hyphens, which
 * no other part has. In a key, `separator` is a dot; the other of the two makes it a part with a hash, so that `a/b` and `a.b` are two names.
 */
export function objectName(project: string, place: string, key: string, separator: '/' | '.' = '/'): string {
  return [labelOf(project), place, keyName(key, separator)].join('.');
}

/** The last part of the name: what the file of an object is called. */
export function keyName(key: string, separator: '/' | '.' = '/'): string {
  const words = key.split(separator);
  return key.length <= longest.key && words.every(isPlain) ? words.join('.') : hashed(key);
}

/** An environment in its own account and Region, or, with `more`, in another. */
export function labelOf(text: string, more?: string): string {
  const label = isPlain(text) ? text : hashed(text);
  return more === undefined ? label : `${label}--${more}`;
}

/** Of small letters and digits with single hyphens between them. */
function isPlain(text: string): boolean {
  return text.length <= longest.label && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text);
}

function hashed(text: string): string {
  const words = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longest.label - 10)
    .replace(/^-|-$/g, '');
  return `${words === '' ? 'x' : words}--${shortHash(text)}`;
}
