// Matches texts against patterns with `*` and `?`, in time that grows with the product of their lengths and no faster.
// It must not know what a pattern stands for, nor where its parts come from.

/** A text taken letter by letter, one letter, any letters, or any letters but a colon. */
export type Part = string | { readonly any: 'one' | 'many' | 'one in segment' | 'many in segment' };

export type Matcher = (text: string) => boolean;

/** `*` is any run of characters, `?` any one. */
export function parseWildcards(text: string): readonly Part[] {
  return split(text, (character) => ({ any: character === '*' ? 'many' : 'one' }));
}

/**
 * The same within an ARN, whose segments are what stands between colons: a wildcard stays within its segment, but for a `*` at
 * the end of one, which "can expand to match beyond the colon boundaries" (IAM user guide, "Using wildcards in resource ARNs").
 * `isEnd`: nothing follows the text.
 */
export function parseArnWildcards(text: string, isEnd = true): readonly Part[] {
  return split(text, (character, next) => {
    if (character === '?') return { any: 'one in segment' };
    const last = next === undefined ? isEnd : next === ':';
    return { any: last ? 'many' : 'many in segment' };
  });
}

function split(text: string, wildcard: (character: string, next: string | undefined) => Part): readonly Part[] {
  const parts: Part[] = [];
  let literal = '';
  for (const [at, character] of text.split('').entries()) {
    if (character !== '*' && character !== '?') {
      literal += character;
      continue;
    }
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push(wildcard(character, text[at + 1]));
  }
  if (literal !== '') parts.push(literal);
  return parts;
}

/** Neighbouring literals are one: what a variable stands for is text, whatever characters it holds. */
export function matcherOf(parts: readonly Part[]): Matcher {
  const all = joined(parts);
  const literals = all.filter((part) => typeof part === 'string');
  const simple = all.every((part) => typeof part === 'string' || part.any === 'many');
  if (!simple) return (text) => matches(all, text);
  const [only = ''] = literals;
  if (all.length === literals.length) return (text) => text === only;
  const start = typeof all[0] === 'string' ? all[0] : '';
  const last = all.at(-1);
  const end = typeof last === 'string' ? last : '';
  const inner = literals.slice(start === '' ? 0 : 1, end === '' ? undefined : -1);
  return (text) => matchesInOrder(text, start, inner, end);
}

/** Between runs of any characters the first place that fits is as good as any. */
function matchesInOrder(text: string, start: string, inner: readonly string[], end: string): boolean {
  if (!text.startsWith(start)) return false;
  let at = start.length;
  for (const literal of inner) {
    const found = text.indexOf(literal, at);
    if (found < 0) return false;
    at = found + literal.length;
  }
  return text.length - end.length >= at && text.endsWith(end);
}

function joined(parts: readonly Part[]): readonly Part[] {
  const result: Part[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (typeof part === 'string' && typeof last === 'string') result[result.length - 1] = last + part;
    else result.push(part);
  }
  return result;
}

/** Follows every place in the text that the parts so far can end at, so that no pattern is slow. */
function matches(parts: readonly Part[], text: string): boolean {
  let ends = new Uint8Array(text.length + 1);
  ends[0] = 1;
  for (const part of parts) {
    const next = new Uint8Array(text.length + 1);
    // What is marked beyond the end is lost, as it should be.
    for (let at = 0; at <= text.length; at += 1) {
      if (ends[at] === 0) continue;
      if (typeof part === 'string') {
        if (text.startsWith(part, at)) next[at + part.length] = 1;
      } else if (part.any === 'one' || part.any === 'one in segment') {
        if (part.any === 'one' || text[at] !== ':') next[at + 1] = 1;
      } else {
        let end = at;
        // A place that is marked already has marked all that follow.
        while (next[end] === 0) {
          next[end] = 1;
          if (part.any === 'many in segment' && text[end] === ':') break;
          end += 1;
        }
      }
    }
    ends = next;
  }
  return ends[text.length] === 1;
}
