// Walks a tree beside the table of messages: reports every unknown key, wrong type and broken rule where it stands, and gives
// back the values with shorthands expanded. It must not know what any field means, nor any other document.
import { type Diagnostic, type DiagnosticCode, diagnostic } from '../diagnostics/index.js';
import { readGrantee } from './grantee.js';
import type { Json } from './project.js';
import { checkInteger, checkString, quoted } from './rules.js';
import { listed, nearest } from './suggest.js';
import type { FieldRow, MessageRow, Table } from './table.js';
import {
  headOf,
  isNull,
  madeMap,
  type Place,
  plainOf,
  rangeOf,
  spotOf,
  type Tree,
  type TreeEntry,
  type TreeMap,
  textOf,
} from './tree.js';

export interface WalkContext {
  readonly table: Table;
  readonly problems: Diagnostic[];
  /** Trees with a problem in them: checks that would only repeat it leave them out. */
  readonly tainted: Set<Tree>;
  /** Planton takes `image_immutable` for `imageImmutable`. */
  readonly snakeCase?: boolean;
  /** A part of a message, as `--set` gives it: nothing is missing, and 12 may stand for "12" since a shell takes quotes away. */
  readonly partial?: boolean;
}

type Values = { [field: string]: Json };

/** What people call a field who come from other tools. */
const synonyms: Readonly<Record<string, string>> = {
  push: 'access.push',
  pull: 'access.pull',
  immutable: 'imageImmutable',
  imageTagMutability: 'imageImmutable',
  imageScanningConfiguration: 'scanOnPush',
  encryption: 'encryptionType',
  encryptionConfiguration: 'encryptionType',
  kmsKey: 'kmsKeyId',
  kmsKeyArn: 'kmsKeyId',
  lifecycle: 'lifecyclePolicy',
  name: 'repositoryName',
  defaults: 'repositoryDefaults',
  envs: 'environments',
  repos: 'repositories',
  accountId: 'account',
  count: 'last',
  tagPatterns: 'tags',
};

const rows = new WeakMap<MessageRow, ReadonlyMap<string, FieldRow>>();

function fieldsOf(row: MessageRow): ReadonlyMap<string, FieldRow> {
  const known = rows.get(row);
  if (known !== undefined) return known;
  const made = new Map(row.fields.map((field) => [field.name, field]));
  rows.set(row, made);
  return made;
}

export function camelCase(key: string): string {
  return key.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function typeName(tree: Tree): string {
  if (tree.kind === 'map') return 'a map';
  if (tree.kind === 'list') return 'a list';
  if (tree.value === null) return 'nothing';
  return typeof tree.value === 'string'
    ? `the string ${quoted(tree.value)}`
    : `the ${typeof tree.value} ${textOf(tree)}`;
}

/** Reads a message out of a tree that must be a map. `path` is for people and tools; `holder` is shown where something is missing. */
export function walk(tree: Tree, message: string, path: string, holder: Place, context: WalkContext): Values {
  return new Walker(context).message(tree, message, path, holder);
}

class Walker {
  readonly #context: WalkContext;

  constructor(context: WalkContext) {
    this.#context = context;
  }

  #report(code: DiagnosticCode, text: string, place: Place, path: string, mend?: string): void {
    const details = { range: rangeOf(place), path, ...(mend === undefined ? {} : { mend }) };
    this.#context.problems.push(diagnostic(code, text, details));
  }

  message(tree: Tree, name: string, path: string, holder: Place): Values {
    const before = this.#context.problems.length;
    const values = this.#message(tree, name, path, holder);
    if (this.#context.problems.length > before) this.#context.tainted.add(tree);
    return values;
  }

  #message(tree: Tree, name: string, path: string, holder: Place): Values {
    const row = this.#context.table[name];
    if (row === undefined) return {};
    const map = isNull(tree) ? madeMap(tree, []) : tree;
    if (map.kind !== 'map') {
      this.#wrongType(map, 'a map', path, path.split('.').at(-1) ?? path);
      return {};
    }
    const fields = fieldsOf(row);
    const values: Values = {};
    const seen = new Map<string, TreeEntry>();
    for (const entry of map.entries) {
      const field =
        fields.get(entry.key) ?? (this.#context.snakeCase === true ? fields.get(camelCase(entry.key)) : undefined);
      if (field === undefined) {
        this.#unknown(entry, fields, path);
        continue;
      }
      if (seen.has(field.name)) {
        this.#report(
          'manifest/duplicate-key',
          `"${entry.key}" and "${seen.get(field.name)?.key ?? ''}" are the same field`,
          entry.keyPlace,
          path,
        );
        continue;
      }
      seen.set(field.name, entry);
      const value = this.#field(field, entry, path === '' ? field.name : `${path}.${field.name}`);
      if (value !== undefined) values[field.name] = value;
    }
    this.#together(row, seen, path, holder);
    return values;
  }

  /** What is missing, and what does not go together. */
  #together(row: MessageRow, seen: ReadonlyMap<string, TreeEntry>, path: string, holder: Place): void {
    const given = (name: string): boolean => {
      const entry = seen.get(name);
      return entry !== undefined && !isNull(entry.value);
    };
    const where = path === '' ? 'the document' : path;
    for (const field of row.fields) {
      if (field.required === true && !given(field.name) && this.#context.partial !== true) {
        const example = field.example === undefined ? '' : `, for instance \`${field.name}: ${field.example}\``;
        const place = seen.get(field.name)?.keyPlace ?? holder;
        this.#report(
          'manifest/missing-field',
          `${where} lacks ${field.name}`,
          place,
          path,
          `add ${field.name}${example}`,
        );
      }
      const entry = seen.get(field.name);
      if (field.needs !== undefined && entry !== undefined && given(field.name) && !given(field.needs)) {
        this.#report('manifest/needs-field', `${field.name} goes with ${field.needs} only`, entry.keyPlace, path);
      }
    }
    if (row.exactlyOne === undefined) return;
    const there = row.exactlyOne.filter(given);
    if (there.length === 0 && this.#context.partial !== true) {
      this.#report('manifest/bad-grantee', `${where} names none of ${listed(row.exactlyOne, 'or')}`, holder, path);
    }
    for (const second of there.slice(1)) {
      const place = seen.get(second)?.keyPlace ?? holder;
      this.#report(
        'manifest/bad-grantee',
        `a grantee is one of ${listed(row.exactlyOne, 'or')}: here are ${there[0] ?? ''} and ${second}`,
        place,
        path,
      );
    }
  }

  #unknown(entry: TreeEntry, fields: ReadonlyMap<string, FieldRow>, path: string): void {
    const known = [...fields.keys()];
    const synonym = synonyms[camelCase(entry.key)];
    const fits = synonym !== undefined && fields.has(synonym.split('.')[0] ?? '');
    const near = nearest(entry.key, known) ?? (fits ? synonym : undefined);
    const where = path === '' ? '' : ` in ${path}`;
    this.#report(
      'manifest/unknown-field',
      `unknown field "${entry.key}"${where}${near === undefined ? '' : `; did you mean "${near}"?`}`,
      entry.keyPlace,
      path,
      near === undefined ? `the fields here are ${listed(known)}` : `write "${near}"`,
    );
  }

  #wrongType(tree: Tree, wanted: string, path: string, label: string, mend?: string): void {
    // A map or list is shown by where it begins: all of it would be too much.
    this.#report(
      'manifest/wrong-type',
      `${label} must be ${wanted}, not ${typeName(tree)}`,
      tree.kind === 'scalar' ? tree : headOf(tree),
      path,
      mend,
    );
  }

  #field(field: FieldRow, entry: TreeEntry, path: string): Json | undefined {
    const tree = entry.value;
    const before = this.#context.problems.length;
    // Nothing said, or unset on purpose. Where the field is required, `#together` says that it is missing.
    if (isNull(tree)) return null;
    const value =
      field.many === 'list'
        ? this.#list(field, tree, path)
        : field.many === 'map'
          ? this.#map(field, tree, path, entry)
          : this.#one(field, tree, path, field.name, entry.keyPlace);
    if (this.#context.problems.length > before) this.#context.tainted.add(tree);
    return value;
  }

  #count(field: FieldRow, count: number, place: Place, path: string): void {
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = field;
    if (count >= minItems && count <= maxItems) return;
    const wanted = count < minItems ? `at least ${minItems}` : `at most ${maxItems}`;
    this.#report('manifest/item-count', `${field.name} has ${count} entries; it takes ${wanted}`, place, path);
  }

  #list(field: FieldRow, tree: Tree, path: string): Json | undefined {
    if (tree.kind !== 'list') {
      const mend =
        tree.kind === 'scalar' ? `write it as a list: [${textOf(tree)}]` : 'write it as a list, each entry after a "-"';
      this.#wrongType(tree, 'a list', path, field.name, mend);
      return undefined;
    }
    this.#count(field, tree.items.length, tree.items.length === 0 ? tree : headOf(tree), path);
    const seen = new Set<Json>();
    const values: Json[] = [];
    for (const [index, item] of tree.items.entries()) {
      const label = `${field.name}[${index}]`;
      const value = this.#one(field, item, `${path}.${index}`, label, item.kind === 'map' ? headOf(item) : item);
      if (value === undefined) continue;
      if (field.unique === true && seen.has(value)) {
        this.#report(
          'manifest/duplicate-item',
          `${field.name} has ${quoted(typeof value === 'string' ? value : JSON.stringify(value))} twice`,
          item,
          path,
        );
      }
      seen.add(value);
      values.push(value);
    }
    return values;
  }

  #map(field: FieldRow, tree: Tree, path: string, holder: TreeEntry): Json | undefined {
    if (tree.kind !== 'map') {
      const first = tree.kind === 'list' ? tree.items[0] : undefined;
      const name = first?.kind === 'scalar' && typeof first.value === 'string' ? first.value : 'name';
      const value = field.type === 'message' ? '{}' : 'value';
      this.#wrongType(tree, 'a map', path, field.name, `write "name: value" pairs, for instance {${name}: ${value}}`);
      return undefined;
    }
    this.#count(field, tree.entries.length, holder.keyPlace, path);
    const values: Values = {};
    for (const entry of tree.entries) {
      const complaint =
        field.keys === undefined ? undefined : checkString(entry.key, field.keys, `the name`, field.keyWants);
      if (complaint !== undefined) {
        this.#report(complaint.code, `${complaint.message} (in ${field.name})`, entry.keyPlace, path, complaint.mend);
        this.#context.tainted.add(entry.value);
      }
      const inner = `${path}.${entry.key}`;
      if (isNull(entry.value) && field.type !== 'message') {
        values[entry.key] = null;
        continue;
      }
      const value = this.#one(field, entry.value, inner, `${field.name}.${entry.key}`, entry.keyPlace);
      if (value !== undefined) values[entry.key] = value;
    }
    return values;
  }

  /** One value, or one element of a list or map. */
  #one(field: FieldRow, tree: Tree, path: string, label: string, holder: Place): Json | undefined {
    switch (field.type) {
      case 'message':
        return this.#messageOrShorthand(field, tree, path, label, holder);
      case 'struct':
        return this.#struct(field, tree, path, label);
      case 'string':
        return this.#string(field, tree, path, label);
      case 'int32':
        return this.#integer(field, tree, path, label);
      case 'bool':
        return this.#boolean(tree, path, label);
    }
  }

  #messageOrShorthand(field: FieldRow, tree: Tree, path: string, label: string, holder: Place): Json | undefined {
    const name = field.message ?? '';
    if (tree.kind === 'scalar' && tree.value !== null && field.shorthand !== undefined) {
      if (field.shorthand === 'grantee') return this.#grantee(tree, name, path, label);
      if (typeof tree.value === 'string') return { [field.shorthand]: tree.value };
    }
    if (tree.kind !== 'map' && !(isNull(tree) && field.many === 'map')) {
      const wanted = field.shorthand === undefined ? 'a map' : 'a string or a map';
      this.#wrongType(tree, wanted, path, label);
      return undefined;
    }
    return this.message(tree, name, path, holder);
  }

  #grantee(tree: Tree & { kind: 'scalar' }, message: string, path: string, label: string): Json | undefined {
    const row = this.#context.table[message];
    const kinds = row?.exactlyOne ?? [];
    const text = typeof tree.value === 'string' ? tree.value : textOf(tree);
    const reading = readGrantee(text, kinds);
    if (reading.kind === undefined) {
      const kind = text.includes(':') ? (text.split(':')[0] ?? '') : '';
      const near = reading.instead ?? (kind === '' || kind === 'arn' ? undefined : nearest(kind, kinds));
      const hint =
        near === undefined
          ? ''
          : reading.instead === undefined
            ? `; did you mean "${near}:"?`
            : `; did you mean "${near}"?`;
      const mend = reading.instead === undefined ? undefined : `write "${reading.instead}"`;
      const all = listed(kinds.map((one) => `${one}:`));
      this.#report(
        'manifest/bad-grantee',
        `${label} ${quoted(text)} is no grantee; the kinds are ${all}${hint}`,
        tree,
        path,
        mend,
      );
      return undefined;
    }
    const field = row?.fields.find((one) => one.name === reading.kind);
    const complaint = checkString(reading.value, field?.rules ?? {}, reading.kind, field?.wants);
    if (complaint === undefined) return { [reading.kind]: reading.value };
    this.#report(complaint.code, complaint.message, tree, path, complaint.mend);
    return undefined;
  }

  #string(field: FieldRow, tree: Tree, path: string, label: string): Json | undefined {
    let value = tree.kind === 'scalar' ? tree.value : null;
    if (tree.kind === 'scalar' && value !== null && typeof value !== 'string') {
      const text = textOf(tree);
      if (this.#context.partial === true) value = text;
      else {
        const why =
          typeof value === 'boolean'
            ? `without quotes YAML reads true or false`
            : `without quotes YAML reads a number${/^0\d/.test(text) ? ' and drops the leading 0' : ''}`;
        this.#wrongType(tree, 'a string', path, label, `put it in quotes: "${text}"; ${why}`);
        return undefined;
      }
    }
    if (typeof value !== 'string') {
      this.#wrongType(tree, 'a string', path, label);
      return undefined;
    }
    const complaint = field.rules === undefined ? undefined : checkString(value, field.rules, label, field.wants);
    if (complaint === undefined) return value;
    this.#report(complaint.code, complaint.message, tree, path, complaint.mend);
    return undefined;
  }

  #integer(field: FieldRow, tree: Tree, path: string, label: string): Json | undefined {
    if (tree.kind !== 'scalar' || typeof tree.value !== 'number') {
      const text = tree.kind === 'scalar' && typeof tree.value === 'string' ? tree.value : '';
      const mend = /^-?\d+$/.test(text) ? `write ${text}, without quotes` : undefined;
      this.#wrongType(tree, 'a whole number', path, label, mend);
      return undefined;
    }
    const complaint = checkInteger(tree.value, field.rules ?? {}, label, textOf(tree));
    if (complaint === undefined) return tree.value;
    this.#report(complaint.code, complaint.message, tree, path, complaint.mend);
    return undefined;
  }

  #boolean(tree: Tree, path: string, label: string): Json | undefined {
    if (tree.kind === 'scalar' && typeof tree.value === 'boolean') return tree.value;
    const text = tree.kind === 'scalar' ? String(tree.value).toLowerCase() : '';
    const yes = ['yes', 'on', 'true', 'y', '1', 'enabled'].includes(text);
    const no = ['no', 'off', 'false', 'n', '0', 'disabled'].includes(text);
    const mend = yes || no ? `write ${yes ? 'true' : 'false'}, without quotes` : undefined;
    this.#wrongType(tree, 'true or false', path, label, mend);
    return undefined;
  }

  #struct(field: FieldRow, tree: Tree, path: string, label: string): Json | undefined {
    if (tree.kind !== 'map') {
      this.#wrongType(tree, 'a map', path, label);
      return undefined;
    }
    return field.shape === 'conditions' ? this.#conditions(tree, path) : plainOf(tree);
  }

  /** Conditions of IAM; their values become strings, as IAM's JSON has them. */
  #conditions(tree: TreeMap, path: string): Json {
    const values: Values = {};
    for (const operator of tree.entries) {
      if (operator.value.kind !== 'map' || operator.value.entries.length === 0) {
        this.#report(
          'manifest/bad-condition',
          `the operator "${operator.key}" takes a map from a key to its values`,
          operator.keyPlace,
          path,
        );
        continue;
      }
      const keys: Values = {};
      for (const entry of operator.value.entries) {
        const items = entry.value.kind === 'list' ? entry.value.items : [entry.value];
        const texts = items.map((item) =>
          item.kind === 'scalar' && item.value !== null
            ? typeof item.value === 'string'
              ? item.value
              : textOf(item)
            : undefined,
        );
        if (texts.length === 0 || texts.includes(undefined)) {
          this.#report(
            'manifest/bad-condition',
            `the condition key "${entry.key}" takes one value or a list of them`,
            spotOf(entry),
            path,
          );
          continue;
        }
        const strings = texts.filter((text) => text !== undefined);
        keys[entry.key] = entry.value.kind === 'list' ? strings : (strings[0] ?? '');
      }
      values[operator.key] = keys;
    }
    return values;
  }
}
