// JSON as a tree in which every value and every key knows its place, read strictly, with what is wrong with it in words.
// It must not know lifecycle policies. It never throws, whatever the text.
import type { Json } from '../schema.js';

export interface JsonScalar {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
  readonly start: number;
  readonly end: number;
}

export interface JsonList {
  readonly kind: 'list';
  readonly items: readonly JsonNode[];
  readonly start: number;
  readonly end: number;
}

export interface JsonEntry {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: JsonNode;
}

export interface JsonMap {
  readonly kind: 'map';
  /** The last of each key, as JSON.parse takes it. */
  readonly entries: readonly JsonEntry[];
  readonly start: number;
  readonly end: number;
}

export type JsonNode = JsonScalar | JsonList | JsonMap;

/** A stretch of the text, and what is wrong there. Offsets are those of the text; the end is exclusive. */
export interface JsonProblem {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly mend?: string;
}

export interface JsonReading {
  /** Absent where the text cannot be understood at all. */
  readonly node?: JsonNode;
  /** Why it is no JSON; with slips that everybody sees through (a comma too many, a comment) the tree is there all the same. */
  readonly problems: readonly JsonProblem[];
  /** Members given twice: JSON all the same, but the first is lost. */
  readonly repeated: readonly JsonProblem[];
}

/** Deeper than anybody means; the reader calls itself. */
const deepest = 200;

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

export function readJson(text: string): JsonReading {
  return new Reader(text).read();
}

/** The way out of a text that cannot be read on. */
class Unreadable extends Error {}

class Reader {
  readonly #text: string;
  readonly #problems: JsonProblem[] = [];
  readonly #repeated: JsonProblem[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): JsonReading {
    const lists = { problems: this.#problems, repeated: this.#repeated };
    try {
      // Editors on Windows put it there; JSON does not take it.
      if (this.#text.startsWith('\ufeff')) this.#skip(1, 'a byte order mark before the text', 'save the file as UTF-8');
      const node = this.#value(0);
      this.#space();
      if (this.#at < this.#text.length) this.#stop('there is more after the end of the value');
      return { node, ...lists };
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return lists;
    }
  }

  #value(depth: number): JsonNode {
    this.#space();
    const start = this.#at;
    const character = this.#text[start];
    if (depth > deepest) this.#stop(`values are nested more than ${deepest} deep`);
    if (character === '{') return this.#map(depth);
    if (character === '[') return this.#list(depth);
    if (character === '"') return { kind: 'scalar', value: this.#string(), start, end: this.#at };
    return this.#word(start);
  }

  #word(start: number): JsonScalar {
    const scalar = (value: JsonScalar['value'], length: number): JsonScalar => {
      this.#at = start + length;
      return { kind: 'scalar', value, start, end: this.#at };
    };
    const rest = this.#text.slice(start, start + 400);
    const number = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?(?![\w.+-])/.exec(rest)?.[0];
    if (number !== undefined) return scalar(Number(number), number.length);
    const word = /^[\w.+$-]+/.exec(rest)?.[0] ?? '';
    if (word === 'true' || word === 'false') return scalar(word === 'true', word.length);
    if (word === 'null') return scalar(null, word.length);
    if (rest === '') return this.#stop('the text ends before its value does', 'close every bracket, brace and quote');
    if (rest.startsWith("'")) return this.#stop('a text in single quotes', 'JSON takes double quotes only');
    if (word === '')
      return this.#stop(
        `a value is expected, and "${String.fromCodePoint(rest.codePointAt(0) ?? 0)}" stands here`,
        'write a value, or remove the comma or colon before it',
      );
    return this.#stop(
      `"${word}" is no value of JSON`,
      hintFor(word, this.#text) ?? 'put texts in double quotes',
      word.length,
    );
  }

  #map(depth: number): JsonMap {
    const start = this.#at;
    const entries = new Map<string, JsonEntry>();
    this.#at += 1;
    for (let comma = -1; ; ) {
      this.#space();
      if (this.#text[this.#at] === '}') {
        this.#trailing(comma, '}');
        this.#at += 1;
        return { kind: 'map', entries: [...entries.values()], start, end: this.#at };
      }
      if (entries.size > 0 && comma < 0) this.#missing('a comma between two members');
      const keyStart = this.#at;
      const key = this.#key();
      const keyEnd = this.#at;
      this.#space();
      if (this.#text[this.#at] !== ':')
        this.#stop(`a colon is expected after "${key}"`, hintFor(this.#text[this.#at] ?? '', this.#text));
      this.#at += 1;
      const value = this.#value(depth + 1);
      if (entries.has(key)) {
        this.#repeated.push({
          start: keyStart,
          end: keyEnd,
          message: `"${key}" is given twice, and the last one counts`,
        });
        entries.delete(key);
      }
      entries.set(key, { key, keyStart, keyEnd, value });
      comma = this.#comma();
    }
  }

  #list(depth: number): JsonList {
    const start = this.#at;
    const items: JsonNode[] = [];
    this.#at += 1;
    for (let comma = -1; ; ) {
      this.#space();
      if (this.#text[this.#at] === ']') {
        this.#trailing(comma, ']');
        this.#at += 1;
        return { kind: 'list', items, start, end: this.#at };
      }
      if (items.length > 0 && comma < 0) this.#missing('a comma between two entries');
      items.push(this.#value(depth + 1));
      comma = this.#comma();
    }
  }

  #key(): string {
    const character = this.#text[this.#at];
    if (character === '"') return this.#string();
    if (character === undefined)
      this.#stop('the text ends before its value does', 'close every bracket, brace and quote');
    const word = /^[\w$-]+/.exec(this.#text.slice(this.#at, this.#at + 100))?.[0] ?? '';
    if (word === '')
      return this.#stop(
        `a name in double quotes is expected, and "${character}" stands here`,
        'JSON takes double quotes only',
      );
    return this.#stop(
      `the name ${word} has no double quotes`,
      hintFor(word, this.#text) ?? `write "${word}"`,
      word.length,
    );
  }

  /** Where the next comma stands, which is then read; -1 where there is none. */
  #comma(): number {
    this.#space();
    if (this.#text[this.#at] !== ',') return -1;
    this.#at += 1;
    return this.#at - 1;
  }

  #trailing(comma: number, bracket: string): void {
    if (comma >= 0)
      this.#problems.push({
        start: comma,
        end: comma + 1,
        message: `a comma before "${bracket}"`,
        mend: 'remove the comma',
      });
  }

  #missing(what: string): void {
    // A value where a comma should be was meant as the next; anything else cannot be read on.
    if (!/^["{[\w-]/.test(this.#text.slice(this.#at, this.#at + 1)))
      this.#stop(
        this.#at >= this.#text.length ? 'the text ends before its value does' : `${what} is missing`,
        'close every bracket, brace and quote',
      );
    this.#problems.push({
      start: this.#at,
      end: this.#at + 1,
      message: `${what} is missing`,
      mend: 'put a comma before it',
    });
  }

  #string(): string {
    const start = this.#at;
    const { value, end, problem } = decode(this.#text, start);
    if (problem !== undefined) {
      this.#at = problem.at;
      this.#stop(problem.message, problem.mend);
    }
    this.#at = end;
    return value;
  }

  /** White space, and comments, which JSON does not take. */
  #space(): void {
    for (;;) {
      while (/^[ \t\r\n]$/.test(this.#text[this.#at] ?? '')) this.#at += 1;
      if (!/^[/#]$/.test(this.#text[this.#at] ?? '')) return;
      const comment = /^(\/\/[^\n]*|\/\*[\s\S]*?\*\/|#[^\n]*)/.exec(this.#text.slice(this.#at))?.[0];
      if (comment === undefined) return;
      this.#skip(comment.length, 'a comment', 'JSON takes no comments: remove it, or say it in `description`');
    }
  }

  #skip(length: number, message: string, mend: string): void {
    this.#problems.push({ start: this.#at, end: this.#at + length, message, mend });
    this.#at += length;
  }

  #stop(message: string, mend?: string, length = 1): never {
    const start = Math.min(this.#at, Math.max(0, this.#text.trimEnd().length - 1));
    this.#problems.push({ start, end: start + length, message, ...(mend === undefined ? {} : { mend }) });
    throw new Unreadable();
  }
}

/** What a text that is no JSON probably is. */
function hintFor(word: string, text: string): string | undefined {
  if (/jsonencode|^\s*resource\s+"|\brules\s*=/.test(text) || word === '=')
    return 'this is Terraform: give what `terraform show -json` or `aws ecr get-lifecycle-policy` prints';
  if (/^\s*(rules|Resources|Properties|lifecyclePolicyText)\s*:/m.test(text))
    return 'this is YAML: give the JSON of the policy itself';
  return undefined;
}

interface Decoded {
  readonly value: string;
  /** Where each character of the value stands in the text, and at the end the closing quote. */
  readonly offsets: readonly number[];
  readonly end: number;
  readonly problem?: { readonly at: number; readonly message: string; readonly mend?: string };
}

/** The string literal whose opening quote stands at `start`. */
export function decode(text: string, start: number): Decoded {
  const offsets: number[] = [];
  let value = '';
  let at = start + 1;
  const bad = (message: string, mend?: string): Decoded => ({
    value,
    offsets,
    end: at,
    problem: { at, message, ...(mend === undefined ? {} : { mend }) },
  });
  for (;;) {
    const character = text[at];
    if (character === undefined) return bad('a text has no closing quote', 'close every quote');
    if (character === '"') return { value, offsets: [...offsets, at], end: at + 1 };
    if (character < ' ')
      return bad('a text goes over the end of its line', 'close the quote, or write the line feed as \\n');
    let made = character;
    let length = 1;
    if (character === '\\') {
      const hexadecimal = /^u([0-9a-fA-F]{4})/.exec(text.slice(at + 1, at + 6))?.[1];
      const escape = escapes[text[at + 1] ?? ''];
      if (hexadecimal !== undefined) [made, length] = [String.fromCharCode(Number.parseInt(hexadecimal, 16)), 6];
      else if (escape !== undefined) [made, length] = [escape, 2];
      else return bad(`"\\${text[at + 1] ?? ''}" is no escape of JSON`, 'write a backslash as \\\\');
    }
    value += made;
    offsets.push(at);
    at += length;
  }
}

/** The values alone. */
export function plainOf(node: JsonNode): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plainOf);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, plainOf(value)]));
}

export function entryOf(node: JsonNode | undefined, key: string): JsonEntry | undefined {
  return node?.kind === 'map' ? node.entries.find((entry) => entry.key === key) : undefined;
}

/**
 * The stretch to show for a path: the value where it is a scalar, else its key, else the nearest that encloses it.
 * `key`: the last key whatever its value.
 */
export function stretchOf(root: JsonNode, path: string, key = false): { readonly start: number; readonly end: number } {
  let node = root;
  let stretch = headOf(root);
  for (const name of namesIn(path, root)) {
    if (node.kind === 'list') {
      const item = node.items[Number(name)];
      if (item === undefined) break;
      node = item;
      stretch = headOf(item);
    } else {
      const entry = entryOf(node, name);
      if (entry === undefined) break;
      node = entry.value;
      stretch =
        node.kind === 'scalar' && !key
          ? { start: node.start, end: node.end }
          : { start: entry.keyStart, end: entry.keyEnd };
    }
  }
  return stretch;
}

/** The names of a path; a member's own name may hold dots, and comes last then. */
function namesIn(path: string, root: JsonNode): readonly string[] {
  if (path === '') return [];
  const names = path.split('.');
  let node: JsonNode | undefined = root;
  for (const [index, name] of names.entries()) {
    if (node === undefined || node.kind === 'scalar') break;
    const rest = names.slice(index).join('.');
    if (entryOf(node, rest) !== undefined) return [...names.slice(0, index), rest];
    node = node.kind === 'list' ? node.items[Number(name)] : entryOf(node, name)?.value;
  }
  return names;
}

/** Of a map its first key, of a list its bracket. */
function headOf(node: JsonNode): { readonly start: number; readonly end: number } {
  if (node.kind === 'scalar') return { start: node.start, end: node.end };
  const [first] = node.kind === 'map' ? node.entries : [];
  return first === undefined
    ? { start: node.start, end: node.start + 1 }
    : { start: first.keyStart, end: first.keyEnd };
}
