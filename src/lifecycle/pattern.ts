// Tag patterns: what one matches, when one covers another, and when two overlap. `*` stands for any run of characters, nothing else is special.
// It must not know rules or images.

// A tag as the registry takes it (OCI distribution specification; ECR's own message names the same letters).
const inTags = /^[A-Za-z0-9._-]*$/;

/** Matches every tag. */
export const everyTag = '*';

/** Whether some tag can match: only what tags consist of, and wildcards. */
export function canMatchTags(pattern: string): boolean {
  return pattern !== '' && inTags.test(pattern.replaceAll('*', ''));
}

/**
 * Makes a matcher of a pattern. Each fixed piece is looked for once, from where the piece before it ended: taking the
 * leftmost place is always right when `*` is the only wildcard, so nothing is ever tried twice.
 */
export function compilePattern(pattern: string): (tag: string) => boolean {
  if (!pattern.includes('*')) return (tag) => tag === pattern;
  const [first, last] = [beginning(pattern), ending(pattern)];
  // Most patterns are of this kind.
  if (first.length === pattern.length - 1) return (tag) => tag.startsWith(first);
  const middle = pattern.split('*').slice(1, -1);
  return (tag) => {
    if (tag.length < first.length + last.length || !tag.startsWith(first) || !tag.endsWith(last)) return false;
    const end = tag.length - last.length;
    let from = first.length;
    for (const piece of middle) {
      const at = tag.indexOf(piece, from);
      if (at < 0 || at + piece.length > end) return false;
      from = at + piece.length;
    }
    return true;
  };
}

/**
 * Whether every tag that `narrow` matches is matched by `wide` too. Exact: a character that stands in neither can only
 * be taken up by a `*` of `wide`, and then so can anything else in its place.
 */
export function covers(wide: string, narrow: string): boolean {
  return compilePattern(wide)(narrow.replaceAll('*', '\u0000'));
}

/**
 * Whether some tag matches both patterns. Exact but for the greatest length of a tag: where both have a `*`, the longer
 * beginning, the pieces in the middle of one, those of the other, and the longer end make a tag that both match, unless
 * their beginnings or their ends contradict each other.
 */
export function overlap(one: string, other: string): boolean {
  if (!one.includes('*')) return compilePattern(other)(one);
  if (!other.includes('*')) return compilePattern(one)(other);
  const [a, b] = [beginning(one), beginning(other)];
  const [y, z] = [ending(one), ending(other)];
  return (a.startsWith(b) || b.startsWith(a)) && (y.endsWith(z) || z.endsWith(y));
}

function beginning(pattern: string): string {
  return pattern.slice(0, pattern.indexOf('*'));
}

function ending(pattern: string): string {
  return pattern.slice(pattern.lastIndexOf('*') + 1);
}
