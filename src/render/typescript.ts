// Writes values as TypeScript, laid out as the common formatters do: single quotes, trailing commas, what fits on a line on one line.
// It must not know any target, and it reads nothing.

/** An expression as it stands: `key.keyArn`, `iam.Effect.DENY`. */
interface Code {
  readonly kind: 'code';
  readonly text: string;
}

/** `callee(args)`, or with `new` before it. */
interface Call {
  readonly kind: 'call';
  readonly callee: string;
  readonly args: readonly Expression[];
}

interface Property {
  /** Printed in quotes where it has to be; `...` spreads the value. */
  readonly key: string;
  readonly value: Expression;
  /** Printed above, in one line. */
  readonly comment?: string;
}

interface ObjectLiteral {
  readonly kind: 'object';
  readonly properties: readonly Property[];
}

export type Expression = string | number | boolean | readonly Expression[] | Code | Call | ObjectLiteral;

export function code(text: string): Code {
  return { kind: 'code', text };
}

export function call(callee: string, ...args: readonly Expression[]): Call {
  return { kind: 'call', callee, args };
}

/** Properties without a value are left out, the others stay in order. `comments`: by key. */
export function literal(
  properties: Readonly<Record<string, Expression | undefined>>,
  comments: Readonly<Record<string, string>> = {},
): ObjectLiteral {
  return {
    kind: 'object',
    properties: Object.entries(properties).flatMap(([key, value]): readonly Property[] => {
      if (value === undefined) return [];
      const comment = Object.hasOwn(comments, key) ? comments[key] : undefined;
      return [{ key, value, ...(comment === undefined ? {} : { comment }) }];
    }),
  };
}

/** A longer line is broken where it can be. */
const widest = 100;

/**
 * The expression, from where it begins on. `depth`: of its line, in steps of two spaces; `before` and `after`: how much of the first and of
 * the last line is taken by what stands around it.
 */
export function expression(
  value: Expression,
  { depth = 0, before = 0, after = 1 }: { readonly depth?: number; readonly before?: number; readonly after?: number },
): string {
  return broken(value, depth, depth * 2 + before, after);
}

/** `const name = value;`, with what stands above it and before it. */
export function constant(head: string, value: Expression, depth = 0): string {
  return `${'  '.repeat(depth)}${head} = ${expression(value, { depth, before: head.length + ' = '.length })};`;
}

/** A call as a statement: `new Thing(this, 'Id', {…});`. */
export function statement(value: Expression, depth: number): string {
  return `${'  '.repeat(depth)}${expression(value, { depth })};`;
}

/** Text in JSDoc or a line comment cannot end it. */
export function docText(text: string): string {
  return text.replaceAll('*/', '*\\/').replaceAll(/[\r\n\u2028\u2029]+/g, ' ');
}

function broken(value: Expression, depth: number, column: number, after: number): string {
  const short = inline(value);
  if (short !== undefined && column + short.length + after <= widest) return short;
  const indent = '  '.repeat(depth);
  if (isList(value))
    return `[${block(
      value.map((one) => [one, ''] as const),
      depth,
    )}${indent}]`;
  if (typeof value !== 'object' || value.kind === 'code') return short ?? '';
  if (value.kind === 'object') return `{${properties(value, depth)}${indent}}`;
  const last = value.args.at(-1);
  const others = value.args.slice(0, -1).map(inline);
  // The last argument takes lines of its own, where the others are short.
  if (last !== undefined && isObject(last) && last.properties.length > 0 && !others.includes(undefined)) {
    const head = `${value.callee}(${others.map((one) => `${one}, `).join('')}`;
    return `${head}{${properties(last, depth)}${indent}})`;
  }
  return `${value.callee}(${block(
    value.args.map((one) => [one, ''] as const),
    depth,
  )}${indent})`;
}

/** One in a line, each with a comma behind it. */
function block(items: readonly (readonly [Expression, string])[], depth: number): string {
  const inner = '  '.repeat(depth + 1);
  const lines = items.map(
    ([value, head]) => `${inner}${head}${broken(value, depth + 1, inner.length + head.length, 1)},\n`,
  );
  return `\n${lines.join('')}`;
}

function properties({ properties: all }: ObjectLiteral, depth: number): string {
  const inner = '  '.repeat(depth + 1);
  const lines = all.map(({ key, value, comment }) => {
    const above = comment === undefined ? '' : `${inner}// ${docText(comment)}\n`;
    if (isShorthand(key, value)) return `${above}${inner}${key},\n`;
    const head = headText(key);
    return `${above}${inner}${head}${broken(value, depth + 1, inner.length + head.length, 1)},\n`;
  });
  return `\n${lines.join('')}`;
}

function isList(value: Expression): value is readonly Expression[] {
  return Array.isArray(value);
}

function isObject(value: Expression): value is ObjectLiteral {
  return typeof value === 'object' && !isList(value) && value.kind === 'object';
}

/** `{ tags }` for `{ tags: tags }`. */
function isShorthand(key: string, value: Expression): boolean {
  return typeof value === 'object' && !isList(value) && value.kind === 'code' && value.text === key;
}

/** On one line, where that is how it is written at all: comments and lists of objects take lines of their own. */
function inline(value: Expression): string | undefined {
  if (isList(value)) {
    if (value.length > 1 && value.every((one) => isObject(one) && one.properties.length > 1)) return undefined;
    const items = value.map(inline);
    return items.includes(undefined) ? undefined : `[${items.join(', ')}]`;
  }
  if (typeof value === 'string') return text(value);
  if (typeof value !== 'object') return String(value);
  if (value.kind === 'code') return value.text;
  if (value.kind === 'call') {
    const args = value.args.map(inline);
    return args.includes(undefined) ? undefined : `${value.callee}(${args.join(', ')})`;
  }
  if (value.properties.length === 0) return '{}';
  const members = value.properties.map((one) => {
    const inside = one.comment === undefined ? inline(one.value) : undefined;
    if (inside === undefined) return undefined;
    return isShorthand(one.key, one.value) ? one.key : `${headText(one.key)}${inside}`;
  });
  return members.includes(undefined) ? undefined : `{ ${members.join(', ')} }`;
}

function headText(key: string): string {
  if (key === '...') return key;
  return `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : text(key)}: `;
}

/** A string, whatever is in it, in the quotes that leave fewer of them to be escaped. */
function text(value: string): string {
  const body = JSON.stringify(value).slice(1, -1);
  const count = (quote: string): number => value.split(quote).length - 1;
  if (count("'") > count('"')) return `"${body}"`;
  return `'${body.replaceAll(/\\.|'/g, (found) => (found === '\\"' ? '"' : found === "'" ? "\\'" : found))}'`;
}
