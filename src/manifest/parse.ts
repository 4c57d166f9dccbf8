// YAML text in, trees with places out; what is wrong with the YAML itself is reported here.
// It must not know what a manifest is.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  type Node,
  type Pair,
  parseAllDocuments,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { type Diagnostic, type DiagnosticCode, diagnostic } from '../diagnostics/index.js';
import type { Source } from './source.js';
import { type Place, rangeOf, type Tree, type TreeEntry } from './tree.js';

/** Values that aliases may add to a document. Honest manifests stay far below; "billion laughs" does not. */
const maxAliased = 100_000;

export interface ParsedDocument {
  /** Absent where the YAML cannot be read, or the document is empty. */
  readonly tree: Tree | undefined;
  /** The YAML itself is broken. */
  readonly broken: boolean;
}

const mends: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces; YAML allows no tabs',
  BAD_INDENT: 'give keys of one map the same indentation',
  MISSING_CHAR: 'close the bracket or quote, or put a comma or colon where it is missing',
  UNEXPECTED_TOKEN: 'put quotes around values that hold `: `, `#`, brackets or a leading `*`, `&` or `@`',
  BLOCK_AS_IMPLICIT_KEY: 'put quotes around a value that holds `: `',
  MULTILINE_IMPLICIT_KEY: 'look for a missing colon or quote in the line before',
  TAG_RESOLVE_FAILED: 'remove the tag; Slipway knows none beyond those of YAML itself',
};

class Converter {
  readonly #source: Source;
  readonly #offset: number;
  readonly #problems: Diagnostic[];
  readonly #anchors = new Map<string, Tree>();
  readonly #open = new Set<string>();
  #aliased = 0;

  constructor(source: Source, offset: number, problems: Diagnostic[]) {
    this.#source = source;
    this.#offset = offset;
    this.#problems = problems;
  }

  node(node: Node | null | undefined, otherwise: Place): Tree {
    if (node === null || node === undefined) return this.#none(otherwise);
    if (isAlias(node)) return this.#alias(node.source, this.#place(node, otherwise));
    const anchor = (node as { anchor?: string }).anchor;
    if (anchor !== undefined) this.#open.add(anchor);
    const tree = this.#content(node, this.#place(node, otherwise));
    if (anchor !== undefined) {
      this.#open.delete(anchor);
      this.#anchors.set(anchor, tree);
    }
    return tree;
  }

  #none(place: Place): Tree {
    return {
      kind: 'scalar',
      value: null,
      plain: true,
      source: place.source,
      start: place.start,
      end: place.start,
      weight: 1,
    };
  }

  #place(node: { range?: [number, number, number] | null | undefined }, otherwise: Place): Place {
    const range = node.range;
    if (range === null || range === undefined) return otherwise;
    return { source: this.#source, start: range[0] + this.#offset, end: range[1] + this.#offset };
  }

  #report(code: DiagnosticCode, message: string, place: Place, mend?: string): void {
    this.#problems.push(diagnostic(code, message, { range: rangeOf(place), ...(mend === undefined ? {} : { mend }) }));
  }

  #alias(name: string, place: Place): Tree {
    if (this.#open.has(name)) {
      this.#report('manifest/bad-alias', `"*${name}" stands within what "&${name}" names`, place);
      return this.#none(place);
    }
    const tree = this.#anchors.get(name);
    if (tree === undefined) {
      this.#report('manifest/bad-alias', `"*${name}" has no "&${name}" before it`, place);
      return this.#none(place);
    }
    const before = this.#aliased;
    this.#aliased += tree.weight;
    if (this.#aliased <= maxAliased) return tree;
    if (before <= maxAliased) {
      this.#report('manifest/too-many-aliases', `aliases add more than ${maxAliased} values to this document`, place);
    }
    return this.#none(place);
  }

  #content(node: Node, place: Place): Tree {
    if (isMap(node)) return this.#map(node, place);
    if (isScalar(node)) {
      const value = node.value;
      const plain = node.type === undefined || node.type === 'PLAIN';
      const ok = value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      return {
        kind: 'scalar',
        value: ok ? value : place.source.text.slice(place.start, place.end),
        plain,
        ...place,
        weight: 1,
      };
    }
    const items = (node as unknown as { items: (Node | Pair)[] }).items.map((item) => this.node(item as Node, place));
    return { kind: 'list', items, ...place, weight: items.reduce((sum, item) => sum + item.weight, 1) };
  }

  #map(node: YAMLMap, place: Place): Tree {
    const entries = new Map<string, TreeEntry>();
    const merged: Tree[] = [];
    for (const pair of node.items) {
      const keyNode = pair.key as Node | null;
      const keyPlace = keyNode === null ? place : this.#place(keyNode, place);
      const value = this.node(pair.value as Node | null, keyPlace);
      if (!isScalar(keyNode) || keyNode.value === null) {
        this.#report('manifest/bad-key', 'a key must be plain text', keyPlace);
        continue;
      }
      const text =
        typeof keyNode.value === 'string' ? keyNode.value : keyPlace.source.text.slice(keyPlace.start, keyPlace.end);
      if (text === '<<' && (keyNode.type === undefined || keyNode.type === 'PLAIN')) {
        merged.push(...this.#merged(value, keyPlace));
        continue;
      }
      const first = entries.get(text);
      if (first !== undefined) {
        const line = rangeOf(first.keyPlace).line;
        this.#report('manifest/duplicate-key', `"${text}" is given twice; the first is in line ${line}`, keyPlace);
        continue;
      }
      entries.set(text, { key: text, keyPlace, value });
    }
    for (const one of merged) {
      if (one.kind !== 'map') continue;
      for (const entry of one.entries) if (!entries.has(entry.key)) entries.set(entry.key, entry);
    }
    const list = [...entries.values()];
    return { kind: 'map', entries: list, ...place, weight: list.reduce((sum, entry) => sum + entry.value.weight, 1) };
  }

  /** The maps that `<<` names: an earlier one wins over a later one. */
  #merged(value: Tree, place: Place): readonly Tree[] {
    const maps = value.kind === 'list' ? value.items : [value];
    if (maps.every((one) => one.kind === 'map')) return maps;
    this.#report('manifest/bad-merge', '"<<" takes a map or a list of maps', place);
    return [];
  }
}

function syntax(error: YAMLError, source: Source, offset: number): Diagnostic {
  const [start, end] = error.pos;
  const message = error.message.replace(/\s+at line \d+[\s\S]*$/, '').replace(/[.:]$/, '');
  const mend = mends[error.code];
  return diagnostic('manifest/syntax', `not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`, {
    range: source.range(start + offset, Math.max(end, start + 1) + offset),
    ...(mend === undefined ? {} : { mend }),
  });
}

/** Every document of a text. `offset` is where the text stands in its source. */
export function parseDocuments(
  source: Source,
  problems: Diagnostic[],
  text: string = source.text,
  offset = 0,
): readonly ParsedDocument[] {
  const documents = parseAllDocuments(text, { prettyErrors: false, uniqueKeys: false, logLevel: 'silent' });
  const list: readonly Document[] = Array.isArray(documents) ? documents : [];
  return list.map((document) => {
    const unknownTags = document.warnings.filter((warning) => warning.code === 'TAG_RESOLVE_FAILED');
    const errors = [...document.errors, ...unknownTags];
    if (errors.length > 0) {
      // One slip makes several errors in a row: the first of a line says it.
      const lines = new Set<number>();
      for (const error of errors) {
        const found = syntax(error, source, offset);
        const line = found.range?.line ?? 0;
        if (lines.has(line)) continue;
        lines.add(line);
        problems.push(found);
      }
      return { tree: undefined, broken: true };
    }
    if (document.contents === null) return { tree: undefined, broken: false };
    const start: Place = { source, start: offset, end: offset };
    return { tree: new Converter(source, offset, problems).node(document.contents, start), broken: false };
  });
}
