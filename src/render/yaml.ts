// Writes values as YAML that every reader understands alike, those of YAML 1.1 included; with comments, tags and room between members.
// It must not know any target, and it reads nothing.

/** A value as YAML has it: JSON, and scalars or lists with a tag (`!Sub text`). */
export type Yaml = null | boolean | number | string | Tagged | readonly Yaml[] | { readonly [key: string]: Yaml };

/** A value with a tag of its own; lists are written in one line. */
export class Tagged {
  readonly tag: string;
  readonly value: null | boolean | number | string | readonly Yaml[];

  constructor(tag: string, value: Tagged['value']) {
    this.tag = tag;
    this.value = value;
  }
}

export interface YamlLayout {
  /** Comments above a member, by its path: keys joined with `/`; the empty path is the head of the document. May have several lines. */
  readonly comments?: ReadonlyMap<string, string> | undefined;
  /** Whether an empty line stands between the members of the mapping at this path. */
  readonly spaced?: ((path: string) => boolean) | undefined;
}

/** The document, with a line feed at its end. Mappings keep their order. */
export function yamlText(value: Yaml, layout: YamlLayout = {}): string {
  const lines: string[] = [];
  const to: Writer = { lines, comments: layout.comments, spaced: layout.spaced };
  comment(layout.comments?.get(''), '', lines);
  if (isBlock(value)) members(value, '', '', to);
  else lines.push(scalar(value, ''));
  lines.push('');
  return lines.join('\n');
}

/** What stands above a document or within it, as its comment. */
export function yamlComment(of: string): string {
  const lines: string[] = [];
  comment(of, '', lines);
  return `${lines.join('\n')}\n`;
}

/** Where lines go, and what is to be said beside them: a large document has many, each of which is written once. */
interface Writer extends YamlLayout {
  readonly lines: string[];
}

type Mapping = { readonly [key: string]: Yaml };

function isList(value: Yaml): value is readonly Yaml[] {
  return Array.isArray(value);
}

function isMapping(value: Yaml): value is Mapping {
  return typeof value === 'object' && value !== null && !(value instanceof Tagged) && !isList(value);
}

/** What takes lines of its own below its key. */
function isBlock(value: Yaml): value is readonly Yaml[] | Mapping {
  return isList(value) ? value.length > 0 : isMapping(value) && Object.keys(value).length > 0;
}

function members(value: readonly Yaml[] | Mapping, path: string, indent: string, to: Writer): void {
  if (isList(value)) {
    for (const one of value) item(one, path, indent, to);
    return;
  }
  const { lines, comments, spaced } = to;
  const room = spaced?.(path) === true;
  const start = lines.length;
  for (const [key, one] of Object.entries(value)) {
    const at = comments === undefined && spaced === undefined ? '' : path === '' ? key : `${path}/${key}`;
    if (room && lines.length > start) lines.push('');
    comment(comments?.get(at), indent, lines);
    const head = `${indent}${text(key)}:`;
    if (isBlock(one)) {
      lines.push(head);
      members(one, at, `${indent}  `, to);
    } else lines.push(`${head} ${scalar(one, indent)}`);
  }
}

/** The first line of an item stands behind its dash. In a list nothing is said beside. */
function item(value: Yaml, path: string, indent: string, to: Writer): void {
  const { lines, spaced } = to;
  if (!isBlock(value)) {
    lines.push(`${indent}- ${scalar(value, indent)}`);
    return;
  }
  const inner = `${indent}  `;
  const start = lines.length;
  members(value, path, inner, { lines, spaced });
  lines[start] = `${indent}- ${(lines[start] ?? '').slice(inner.length)}`;
}

function comment(of: string | undefined, indent: string, lines: string[]): void {
  if (of === undefined) return;
  for (const line of of.split('\n')) lines.push(`${indent}# ${line}`.trimEnd());
}

function scalar(value: Yaml, indent: string): string {
  if (value instanceof Tagged) {
    return isList(value.value) ? `${value.tag} ${flow(value.value)}` : `${value.tag} ${scalar(value.value, indent)}`;
  }
  if (typeof value === 'string') return block(value, indent) ?? text(value);
  return flow(value);
}

/** In one line. */
function flow(value: Yaml): string {
  if (value instanceof Tagged) return `${value.tag} ${flow(value.value)}`;
  if (isList(value)) return `[${value.map(flow).join(', ')}]`;
  if (isMapping(value)) {
    const all = Object.entries(value).map(([key, one]) => `${flow(key)}: ${flow(one)}`);
    return all.length === 0 ? '{}' : `{ ${all.join(', ')} }`;
  }
  if (typeof value === 'string') return /[,[\]{}]/.test(value) ? quoted(value) : text(value);
  return JSON.stringify(value);
}

/** Words that YAML 1.1 takes for something else (yaml.org/type: bool, null, merge, value), and those that some readers of it take for numbers. */
const reserved = /^(y|n|yes|no|on|off|true|false|null|e[-+]?[0-9_]+)$/i;
/** Begins with a letter, a slash or an underscore, so it is neither number nor date nor indicator; has no `: ` and no ` #`. */
const plain = /^[A-Za-z/_](?:[\w/.,@+=()*?<>$!&;|~^%'"{}[\]-]|:(?! |$)| (?! |#|$))*$/;

function text(value: string): string {
  return plain.test(value) && !reserved.test(value) ? value : quoted(value);
}

/** Printable within a quoted scalar of one line (YAML 1.1, c-printable), line separators left out. */
const printable = /^[ -~\u00A0-\u2027\u202A-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD]*$/;

const printableLines = new RegExp(printable.source.replace('[', '[\\n'));

function quoted(value: string): string {
  if (printable.test(value)) return `'${value.replaceAll("'", "''")}'`;
  // JSON's strings are YAML's, once what is not printable is escaped.
  return JSON.stringify(value).replaceAll(
    /[\u007F-\u009F\u2028\u2029\uD800-\uDFFF\uFEFF\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Several lines as they are, where nothing in them would be lost; otherwise nothing. */
function block(value: string, indent: string): string | undefined {
  if (!value.includes('\n')) return undefined;
  const key = `${indent.length} ${value}`;
  if (!blocks.has(key)) {
    if (blocks.size === 256) blocks.clear();
    blocks.set(key, blockOf(value, indent));
  }
  return blocks.get(key);
}

/** What was written last, by indent and text: the documents of many repositories have the same policies in them. */
const blocks = new Map<string, string | undefined>();

function blockOf(value: string, indent: string): string | undefined {
  const lines = value.split('\n');
  const last = lines.at(-1) === '' ? lines.pop() : undefined;
  const [first = '', final = ''] = [lines[0], lines.at(-1)];
  if (first === '' || /^\s/.test(first) || final === '' || !printableLines.test(value)) return undefined;
  // A line of nothing but spaces.
  if (/^[^\S\n]+$/m.test(value)) return undefined;
  const body = lines.map((line) => (line === '' ? '' : `${indent}  ${line}`));
  return [`|${last === undefined ? '-' : ''}`, ...body].join('\n');
}
