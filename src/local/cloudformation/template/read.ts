// Reads a template's text: JSON, or YAML with CloudFormation's short tags (`!Ref`, `!Sub`), into the long form of both.
// It must not know what any of it means.
import { type Document, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Json } from '../../store/store.js';
import { templateFormat } from '../errors.js';

export type JsonMap = { readonly [name: string]: Json };

export function isJsonMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A scalar as a text. */
export function scalarText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** Deeper than any template, and than a hostile one is followed. */
const deepest = 100;

/** Functions by their short tag. `Ref` and `Condition` have no prefix in the long form. */
function functionOf(tag: string | undefined): string | undefined {
  if (tag === undefined || !tag.startsWith('!') || tag === '!') return undefined;
  const name = tag.slice(1);
  return name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`;
}

/** `!GetAtt Key.Arn` is a list of two in the long form; an attribute may hold dots itself. */
function attribute(value: Json): Json {
  if (typeof value !== 'string') return value;
  const dot = value.indexOf('.');
  return dot < 0 ? value : [value.slice(0, dot), value.slice(dot + 1)];
}

class Reader {
  readonly #document: Document;
  #nodes = 0;

  constructor(document: Document) {
    this.#document = document;
  }

  read(node: unknown, depth = 0): Json {
    this.#nodes += 1;
    // An alias may name what holds aliases: a small text becomes a large template.
    if (depth > deepest || this.#nodes > 200_000)
      throw templateFormat('the template is nested too deeply or too large.');
    if (isAlias(node)) return this.read(node.resolve(this.#document), depth + 1);
    const plain = this.#plain(node, depth);
    const name = functionOf(isScalar(node) || isMap(node) || isSeq(node) ? node.tag : undefined);
    if (name === undefined) return plain;
    return { [name]: name === 'Fn::GetAtt' ? attribute(plain) : plain };
  }

  #plain(node: unknown, depth: number): Json {
    if (isMap(node)) {
      return Object.fromEntries(
        node.items.map(({ key, value }) => {
          const name = isScalar(key) ? String(isScalar(key) && key.source !== undefined ? key.source : key.value) : '';
          const read = this.read(value, depth + 1);
          return [name, name === 'Fn::GetAtt' ? attribute(read) : read];
        }),
      );
    }
    if (isSeq(node)) return node.items.map((one) => this.read(one, depth + 1));
    if (!isScalar(node)) return null;
    const { value, source } = node;
    // An account id is no number: `012345678901` keeps its zero, as in CloudFormation, where every number is a text in the end.
    if (typeof value === 'number' && source !== undefined && String(value) !== source) return source;
    if (typeof value === 'bigint') return source ?? String(value);
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
  }
}

/** The template a text holds. Throws ValidationError. */
export function readTemplate(text: string): JsonMap {
  const json = text.trimStart().startsWith('{') ? parseJson(text) : undefined;
  const value = json ?? parseYaml(text);
  if (!isJsonMap(value)) throw templateFormat('unsupported structure.');
  return value;
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // It may still be YAML's flow style.
    return undefined;
  }
}

function parseYaml(text: string): Json {
  const document = parseDocument(text, { schema: 'core', logLevel: 'silent', uniqueKeys: true, merge: true });
  const [error] = document.errors;
  if (error !== undefined) {
    const [at] = error.linePos ?? [];
    const json = text.trimStart().startsWith('{');
    if (json)
      throw templateFormat(`JSON not well-formed.${at === undefined ? '' : ` (line ${at.line}, column ${at.col})`}`);
    throw templateFormat(`YAML not well-formed.${at === undefined ? '' : ` (line ${at.line}, column ${at.col})`}`);
  }
  return new Reader(document).read(document.contents);
}
