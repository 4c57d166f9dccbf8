// Changes one value in a JSON text and leaves every other byte as it is: numbers, order, layout, members nobody here knows.
// It must not know what the text means.

/** The text is no JSON, or has something else where an object is needed. */
export class JsonProblem extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'JsonProblem';
    this.offset = offset;
  }
}

interface Member {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

interface ObjectText {
  readonly kind: 'object';
  readonly members: readonly Member[];
  /** Of its braces. */
  readonly open: number;
  readonly close: number;
}

/** Deeper texts are nobody's configuration. */
const deepest = 200;

const space = /[ \t\n\r]*/y;
const literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

class Reader {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  fail(offset: number): never {
    const found = this.#text[offset];
    throw new JsonProblem(found === undefined ? 'it ends too early' : `'${found}' does not belong here`, offset);
  }

  afterSpace(offset: number): number {
    space.lastIndex = offset;
    space.exec(this.#text);
    return space.lastIndex;
  }

  /** The end of the whole document's value, when nothing but space follows. */
  document(): void {
    const end = this.afterSpace(this.value(this.afterSpace(0), 0));
    if (end < this.#text.length) this.fail(end);
  }

  /** Where the value that begins here ends. */
  value(offset: number, depth: number): number {
    if (depth > deepest) throw new JsonProblem('it is nested too deeply', offset);
    const first = this.#text[offset];
    if (first === '{') return this.object(offset, depth).close + 1;
    if (first === '[') return this.#list(offset, depth);
    if (first === '"') return this.#string(offset);
    literal.lastIndex = offset;
    return literal.test(this.#text) ? literal.lastIndex : this.fail(offset);
  }

  object(open: number, depth: number): ObjectText {
    if (this.#text[open] !== '{') this.fail(open);
    const members: Member[] = [];
    let offset = this.afterSpace(open + 1);
    if (this.#text[offset] === '}') return { kind: 'object', members, open, close: offset };
    for (;;) {
      if (this.#text[offset] !== '"') this.fail(offset);
      const nameEnd = this.#string(offset);
      const name = JSON.parse(this.#text.slice(offset, nameEnd)) as string;
      const colon = this.afterSpace(nameEnd);
      if (this.#text[colon] !== ':') this.fail(colon);
      const start = this.afterSpace(colon + 1);
      const end = this.value(start, depth + 1);
      members.push({ name, start, end });
      const next = this.afterSpace(end);
      if (this.#text[next] === '}') return { kind: 'object', members, open, close: next };
      if (this.#text[next] !== ',') this.fail(next);
      offset = this.afterSpace(next + 1);
    }
  }

  #list(open: number, depth: number): number {
    let offset = this.afterSpace(open + 1);
    if (this.#text[offset] === ']') return offset + 1;
    for (;;) {
      const next = this.afterSpace(this.value(offset, depth + 1));
      if (this.#text[next] === ']') return next + 1;
      if (this.#text[next] !== ',') this.fail(next);
      offset = this.afterSpace(next + 1);
    }
  }

  #string(open: number): number {
    let offset = open + 1;
    for (;;) {
      const code = this.#text.charCodeAt(offset);
      if (code === 0x22) return offset + 1;
      if (code === 0x5c) {
        escape.lastIndex = offset;
        offset = escape.test(this.#text) ? escape.lastIndex : this.fail(offset);
      } else if (code >= 0x20) offset += 1;
      else this.fail(offset);
    }
  }
}

/** How a text is laid out: what ends a line and what indents one, or that it has but one line. */
interface Layout {
  readonly line: string;
  readonly indent: string;
}

function layoutOf(text: string): Layout | undefined {
  const indent = /[{[]\r?\n([ \t]+)\S/.exec(text)?.[1];
  if (indent !== undefined) return { line: text.includes('\r\n') ? '\r\n' : '\n', indent };
  // What is empty becomes what docker writes.
  return /^\s*\{\s*\}\s*$/.test(text) ? { line: '\n', indent: '\t' } : undefined;
}

function printed(value: unknown, layout: Layout | undefined, depth: number): string {
  if (layout === undefined) return JSON.stringify(value);
  const { line, indent } = layout;
  return JSON.stringify(value, null, indent).replaceAll('\n', line + indent.repeat(depth));
}

function inserted(
  text: string,
  { members, open, close }: ObjectText,
  name: string,
  value: unknown,
  depth: number,
): string {
  const layout = layoutOf(text);
  const member = `${JSON.stringify(name)}:${layout === undefined ? '' : ' '}${printed(value, layout, depth + 1)}`;
  const start = layout === undefined ? '' : layout.line + layout.indent.repeat(depth + 1);
  const last = members.at(-1);
  if (last !== undefined) return `${text.slice(0, last.end)},${start}${member}${text.slice(last.end)}`;
  const end = layout === undefined ? '' : layout.line + layout.indent.repeat(depth);
  return text.slice(0, open + 1) + start + member + end + text.slice(close);
}

/** The last of that name: of several, readers take that one. */
function memberOf({ members }: ObjectText, name: string): Member | undefined {
  return members.findLast((one) => one.name === name);
}

/**
 * The text with `value` at the path of names, objects on the way made where they are missing or null. Throws {@link JsonProblem}.
 * An empty text is an empty object, as docker reads one.
 */
export function withValue(text: string, path: readonly [string, ...string[]], value: unknown): string {
  if (text.trim() === '') return withValue('{}\n', path, value);
  const reader = new Reader(text);
  reader.document();
  let object = reader.object(reader.afterSpace(0), 0);
  for (const [depth, name] of path.entries()) {
    const rest = path.slice(depth + 1);
    const nested = rest.reduceRight<unknown>((inner, one) => ({ [one]: inner }), value);
    const member = memberOf(object, name);
    if (member === undefined) return inserted(text, object, name, nested, depth);
    const before = text.slice(member.start, member.end);
    if (rest.length === 0 || before === 'null') {
      return text.slice(0, member.start) + printed(nested, layoutOf(text), depth + 1) + text.slice(member.end);
    }
    if (!before.startsWith('{')) throw new JsonProblem(`'${name}' is not an object`, member.start);
    object = reader.object(member.start, depth + 1);
  }
  return text;
}

/** Where the value at a path begins and ends. Throws {@link JsonProblem} where the text is no JSON. */
export function spanOf(
  text: string,
  path: readonly string[],
): { readonly start: number; readonly end: number } | undefined {
  const reader = new Reader(text);
  reader.document();
  let start = reader.afterSpace(0);
  let end = start;
  for (const name of path) {
    if (text[start] !== '{') return undefined;
    const member = memberOf(reader.object(start, 0), name);
    if (member === undefined) return undefined;
    ({ start, end } = member);
  }
  return { start, end };
}
