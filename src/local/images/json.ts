// What JSON.parse does not refuse and a registry must: names that occur twice in an object, and nesting without end.
// It must not know manifests.

/** Jackson's own limit, which AWS's services have (StreamReadConstraints). */
const maxDepth = 1_000;

const quote = 34;
const backslash = 92;
const colon = 58;

/** Where the string ends that begins at `start`: behind its closing quote, or at the end of the text. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    at += code === backslash ? 2 : 1;
  }
  return text.length;
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13;
}

/**
 * The value of a JSON text; nothing where it is no JSON, nests too deeply, or names a member twice: readers disagree about which of
 * the two counts (CVE-2021-41190 is of this kind). One pass before the parser, without recursion.
 */
export function parseStrictJson(text: string): { readonly value: unknown } | undefined {
  if (!isPlain(text)) return undefined;
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function isPlain(text: string): boolean {
  // The names of each object that is open; nothing for an array.
  const open: (Set<string> | undefined)[] = [];
  let at = 0;
  while (at < text.length) {
    switch (text[at]) {
      case '"': {
        const end = stringEnd(text, at);
        let next = end;
        while (next < text.length && isSpace(text.charCodeAt(next))) next += 1;
        if (text.charCodeAt(next) === colon && !addName(open.at(-1), text.slice(at, end))) return false;
        at = end;
        continue;
      }
      case '{':
        open.push(new Set());
        break;
      case '[':
        open.push(undefined);
        break;
      case '}':
      case ']':
        open.pop();
        break;
      default:
    }
    if (open.length > maxDepth) return false;
    at += 1;
  }
  return true;
}

/** False where the name is there already, however it is written, or is no string. */
function addName(names: Set<string> | undefined, literal: string): boolean {
  let name: unknown;
  try {
    name = JSON.parse(literal);
  } catch {
    return false;
  }
  if (names === undefined || typeof name !== 'string' || names.has(name)) return false;
  names.add(name);
  return true;
}
