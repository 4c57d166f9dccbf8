// Where values stand in a JSON text, so that what is wrong with one can be shown at its line and column.
// It must not know what the text means, nor read files.
import type { Diagnostic, SourceRange } from './diagnostic.js';

/** Why a text is no JSON, and where. Offsets count UTF-16 units from 0. */
export interface JsonSyntax {
  readonly message: string;
  readonly offset: number;
}

export type JsonReading = { readonly value: unknown } | { readonly syntax: JsonSyntax };

/** Reads a JSON text; the problem of one that is none names its place, which JSON.parse does in some cases only. */
export function readJson(text: string): JsonReading {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    const syntax = new Scan(text, () => undefined).problem();
    return { syntax: syntax ?? { message: error instanceof Error ? error.message : String(error), offset: 0 } };
  }
}

/** The path of a place that is no value's: where the text stops being JSON. */
export function pathOfOffset(offset: number): string {
  return `@${offset}`;
}

/**
 * The same diagnostics, each at its place in the text: `path` is dotted, `imageDetails.3.imageTags.0`. What is missing is shown
 * where it should be: at the nearest value around it. Those that have a place, or no path, stay as they are.
 */
export function placed(diagnostics: readonly Diagnostic[], text: string, file: string): readonly Diagnostic[] {
  const open = diagnostics.flatMap(({ path, range }) => (path === undefined || range !== undefined ? [] : [path]));
  if (open.length === 0) return diagnostics;
  const wanted = new Set(open.flatMap(around));
  const spans = new Map<string, readonly [number, number]>();
  new Scan(text, (path, start, end) => {
    if (wanted.has(path)) spans.set(path, [start, end]);
  }).problem();
  const lines = new Lines(text, file);
  return diagnostics.map((one) => {
    if (one.path === undefined || one.range !== undefined) return one;
    const offset = /^@(\d+)$/.exec(one.path)?.[1];
    if (offset !== undefined) return { ...one, range: lines.range(Number(offset), Number(offset) + 1) };
    const [start, end] = around(one.path).flatMap((path) => [spans.get(path)].filter(isSpan))[0] ?? [0, 0];
    return { ...one, range: lines.range(start, end) };
  });
}

function isSpan(span: readonly [number, number] | undefined): span is readonly [number, number] {
  return span !== undefined;
}

/** A path and those of the values around it, the innermost first; the last is that of the whole text. */
function around(path: string): string[] {
  const names = path === '' ? [] : path.split('.');
  return names.map((_, index) => names.slice(0, names.length - index).join('.')).concat('');
}

class Lines {
  readonly #text: string;
  readonly #file: string;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  range(start: number, end: number): SourceRange {
    const first = this.#at(start);
    const last = this.#at(end);
    // Of a value over many lines, its opening is enough.
    const sameLine = first.line === last.line;
    return {
      file: this.#file,
      line: first.line,
      column: first.column,
      endLine: first.line,
      endColumn: sameLine ? Math.max(last.column, first.column + 1) : first.column + 1,
    };
  }

  #at(offset: number): { readonly line: number; readonly column: number } {
    const before = this.#text.slice(0, offset);
    return { line: before.split('\n').length, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
  }
}

type Visit = (path: string, start: number, end: number) => void;

/** Deeper texts are nobody's. */
const deepest = 200;
const space = /[ \t\n\r]*/y;
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const quote = 0x22;
const backslash = 0x5c;
/** What comes before it must be escaped. */
const firstPrintable = 0x20;
const literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

class Bad extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** One walk over the text, which tells each value's place once it is over. */
class Scan {
  readonly #text: string;
  readonly #visit: Visit;

  constructor(text: string, visit: Visit) {
    this.#text = text;
    this.#visit = visit;
  }

  problem(): JsonSyntax | undefined {
    try {
      const end = this.#spaced(this.#value(this.#spaced(0), '', 0));
      if (end < this.#text.length) this.#bad(end);
      return undefined;
    } catch (error) {
      if (error instanceof Bad) return { message: error.message, offset: error.offset };
      throw error;
    }
  }

  #bad(offset: number): never {
    const found = this.#text.codePointAt(offset);
    throw new Bad(
      found === undefined ? 'it ends too early' : `${JSON.stringify(String.fromCodePoint(found))} does not belong here`,
      offset,
    );
  }

  #spaced(offset: number): number {
    space.lastIndex = offset;
    space.exec(this.#text);
    return space.lastIndex;
  }

  /** Where the value that begins here ends. */
  #value(start: number, path: string, depth: number): number {
    if (depth > deepest) throw new Bad('it is nested too deeply', start);
    const end =
      this.#text[start] === '{'
        ? this.#object(start, path, depth)
        : this.#text[start] === '['
          ? this.#array(start, path, depth)
          : this.#plain(start);
    this.#visit(path, start, end);
    return end;
  }

  #plain(start: number): number {
    if (this.#text[start] === '"') return this.#string(start);
    literal.lastIndex = start;
    if (literal.exec(this.#text) === null) this.#bad(start);
    return literal.lastIndex;
  }

  #string(start: number): number {
    for (let at = start + 1; at < this.#text.length; at += 1) {
      const code = this.#text.charCodeAt(at);
      if (code === quote) return at + 1;
      if (code < firstPrintable) this.#bad(at);
      if (code !== backslash) continue;
      escape.lastIndex = at;
      if (escape.exec(this.#text) === null) this.#bad(at);
      at = escape.lastIndex - 1;
    }
    return this.#bad(this.#text.length);
  }

  #object(start: number, path: string, depth: number): number {
    let at = this.#spaced(start + 1);
    if (this.#text[at] === '}') return at + 1;
    for (;;) {
      if (this.#text[at] !== '"') this.#bad(at);
      const end = this.#plain(at);
      const name = JSON.parse(this.#text.slice(at, end)) as string;
      at = this.#spaced(end);
      if (this.#text[at] !== ':') this.#bad(at);
      at = this.#spaced(this.#value(this.#spaced(at + 1), inside(path, name), depth + 1));
      if (this.#text[at] === '}') return at + 1;
      if (this.#text[at] !== ',') this.#bad(at);
      at = this.#spaced(at + 1);
    }
  }

  #array(start: number, path: string, depth: number): number {
    let at = this.#spaced(start + 1);
    if (this.#text[at] === ']') return at + 1;
    for (let index = 0; ; index += 1) {
      at = this.#spaced(this.#value(at, inside(path, String(index)), depth + 1));
      if (this.#text[at] === ']') return at + 1;
      if (this.#text[at] !== ',') this.#bad(at);
      at = this.#spaced(at + 1);
    }
  }
}

function inside(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
