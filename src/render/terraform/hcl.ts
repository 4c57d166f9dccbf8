// HCL as `terraform fmt` leaves it: values, attributes with their `=` in one column, comments.
// It must not know Terraform's resources.

/** Code as it stands: `each.value.name`, `local.rules`. */
export interface Code {
  readonly kind: 'code';
  readonly text: string;
}

export interface Member {
  /** An attribute's name, or the key of an object; printed in quotes where it has to be. */
  readonly key: string;
  readonly value: Value;
  /** Printed above, broken into lines. */
  readonly comment?: string;
}

export interface ObjectValue {
  readonly kind: 'object';
  readonly members: readonly Member[];
}

export type Value = string | number | boolean | null | readonly Value[] | Code | ObjectValue;

export function code(text: string): Code {
  return { kind: 'code', text };
}

/** Members without a value are left out, the others stay in order. */
export function object(members: Readonly<Record<string, Value | undefined>>): ObjectValue {
  return { kind: 'object', members: membersOf(members) };
}

export function membersOf(members: Readonly<Record<string, Value | undefined>>): readonly Member[] {
  return Object.entries(members).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }]));
}

const named: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A string, whatever is in it (HCL native syntax specification, "Template Expressions"). After another `$` or `%` the doubled sign would be
 * read otherwise, so there the sign goes by its number.
 */
export function text(value: string): string {
  const escaped = value.replace(/["\\\p{Cc}\u2028\u2029]|[$%](?=\{)/gu, (found, at: number) => {
    if (found === '$' || found === '%') return value[at - 1] === found ? unicode(found) : `${found}${found}`;
    return named[found] ?? unicode(found);
  });
  return `"${escaped}"`;
}

function unicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Words that an object's key cannot be without quotes. */
const keywords = new Set(['true', 'false', 'null', 'for']);

export function keyText(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) && !keywords.has(key) ? key : text(key);
}

/** Longer than this, a list or an object takes a line for each of what is in it. */
const widest = 120;

/** Attributes, or members of an object, each on lines of its own; `depth` in steps of two spaces. */
export function attributes(members: readonly Member[], depth: number): string {
  const indent = '  '.repeat(depth);
  const printed = members.map(({ key, value, comment }) => {
    const name = keyText(key);
    return { name, comment, value: valueText(value, depth, indent.length + name.length + ' = '.length) };
  });
  return printed
    .map(({ name, comment, value }, index) => {
      const pad = ' '.repeat(columnOf(printed, index) - width(name));
      const above = comment === undefined ? '' : `${commentText(comment, depth)}\n`;
      return `${above}${indent}${name}${pad} = ${value}`;
    })
    .join('\n');
}

/** `terraform fmt` aligns what stands on lines that follow each other; a longer value or a comment ends such a run. */
function columnOf(
  printed: readonly { readonly name: string; readonly comment: string | undefined; readonly value: string }[],
  index: number,
): number {
  const own = printed[index];
  if (own === undefined || own.value.includes('\n')) return width(own?.name ?? '');
  let column = width(own.name);
  for (let at = index; at > 0; at -= 1) {
    const before = printed[at - 1];
    if (printed[at]?.comment !== undefined || before === undefined || before.value.includes('\n')) break;
    column = Math.max(column, width(before.name));
  }
  for (let at = index + 1; at < printed.length; at += 1) {
    const next = printed[at];
    if (next === undefined || next.comment !== undefined || next.value.includes('\n')) break;
    column = Math.max(column, width(next.name));
  }
  return column;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** In columns as `terraform fmt` counts them: what a reader takes for one character is one. */
function width(of: string): number {
  // What is printed without quotes, and most of the rest, is plain.
  return /^[\x20-\x7e]*$/.test(of) ? of.length : [...graphemes.segment(of)].length;
}

function commentText(comment: string, depth: number): string {
  const indent = '  '.repeat(depth);
  const room = widest - indent.length - '# '.length;
  const lines: string[] = [];
  let line = '';
  for (const word of comment.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => `${indent}# ${one}`).join('\n');
}

/** `column`: where the value begins. */
function valueText(value: Value, depth: number, column: number): string {
  const short = inline(value);
  if (short !== undefined && column + short.length <= widest) return short;
  const indent = '  '.repeat(depth);
  const inner = `${indent}  `;
  if (isList(value)) {
    const items = value.map((one) => `${inner}${valueText(one, depth + 1, inner.length)},`);
    return items.length === 0 ? '[]' : `[\n${items.join('\n')}\n${indent}]`;
  }
  if (isObject(value)) {
    return value.members.length === 0 ? '{}' : `{\n${attributes(value.members, depth + 1)}\n${indent}}`;
  }
  return scalar(value);
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** On one line, where that reads well: lists of what is short, and objects with one member. */
function inline(value: Value): string | undefined {
  if (isList(value)) {
    const items = value.map(inline);
    // Objects in a list stand below each other.
    if (items.includes(undefined) || value.some(isObject)) return value.length === 0 ? '[]' : undefined;
    return `[${items.join(', ')}]`;
  }
  if (!isObject(value)) return scalar(value);
  const [only, ...others] = value.members;
  if (only === undefined) return '{}';
  const inner = others.length > 0 || only.comment !== undefined ? undefined : inline(only.value);
  return inner === undefined ? undefined : `{ ${keyText(only.key)} = ${inner} }`;
}

function isObject(value: Value): value is ObjectValue {
  return typeof value === 'object' && value !== null && !isList(value) && value.kind === 'object';
}

function scalar(value: string | number | boolean | null | Code): string {
  if (typeof value === 'string') return text(value);
  return typeof value === 'object' && value !== null ? value.text : String(value);
}

/** A block with attributes alone. */
export function block(head: string, members: readonly Member[]): string {
  return members.length === 0 ? `${head} {\n}\n` : `${head} {\n${attributes(members, 1)}\n}\n`;
}
