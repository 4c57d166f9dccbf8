// Walks a tree beside the table of messages: reports every unknown key, wrong type and broken rule where it stands, and gives
// back the values with shorthands expanded. It must not know what any field means, nor any other document.
import type { Diagnostic } from '../diagnostics/index.js';
import { listed } from '../diagnostics/suggest.js';
import { beyondEcr } from './beyond-ecr.js';
import { Complaints } from './complaints.js';
import { camelCase, fieldsOf, meantField } from './field-names.js';
import { Leaves } from './leaves.js';
import type { Json } from './project.js';
import { checkString, quoted } from './rules.js';
import type { FieldRow, MessageRow, Table } from './table.js';
import { headOf, isNull, madeMap, type Place, type Tree, type TreeEntry, textOf } from './tree.js';

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

/** Reads a message out of a tree that must be a map. `path` is for people and tools; `holder` is shown where something is missing. */
export function walk(tree: Tree, message: string, path: string, holder: Place, context: WalkContext): Values {
  return new Walker(context).message(tree, message, path, holder);
}

class Walker {
  readonly #context: WalkContext;
  readonly #complaints: Complaints;
  readonly #leaves: Leaves;

  constructor(context: WalkContext) {
    this.#context = context;
    this.#complaints = new Complaints(context.problems);
    this.#leaves = new Leaves(this.#complaints, context.partial === true);
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
      this.#complaints.wrongType(map, 'a map', path, path.split('.').at(-1) ?? path);
      return {};
    }
    const fields = fieldsOf(row);
    const values: Values = {};
    const seen = new Map<string, TreeEntry>();
    for (const entry of map.entries) {
      const field =
        fields.get(entry.key) ?? (this.#context.snakeCase === true ? fields.get(camelCase(entry.key)) : undefined);
      if (field === undefined) {
        this.#unknown(entry, name, fields, path);
        continue;
      }
      if (seen.has(field.name)) {
        this.#complaints.report(
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
        this.#complaints.report(
          'manifest/missing-field',
          `${where} lacks ${field.name}`,
          place,
          path,
          `add ${field.name}${example}`,
        );
      }
      const entry = seen.get(field.name);
      const needed = field.needs?.split(' or ').some(given) ?? true;
      if (entry !== undefined && given(field.name) && !needed) {
        this.#complaints.report(
          'manifest/needs-field',
          `${field.name} goes with ${field.needs ?? ''} only`,
          entry.keyPlace,
          path,
        );
      }
    }
    for (const group of row.exactlyOne ?? []) this.#choice(group, seen, path, holder);
  }

  /** Exactly one field of a group, where an empty list says nothing. */
  #choice(group: readonly string[], seen: ReadonlyMap<string, TreeEntry>, path: string, holder: Place): void {
    const there = group.filter((name) => {
      const value = seen.get(name)?.value;
      return value !== undefined && !isNull(value) && !(value.kind === 'list' && value.items.length === 0);
    });
    // A message with a short form is a grantee: what it may be has words of its own.
    const grantee = group.includes('account');
    const code = grantee ? 'manifest/bad-grantee' : 'manifest/one-of';
    const all = listed(group, 'or');
    if (there.length === 0 && this.#context.partial !== true) {
      const where = path === '' ? 'the document' : path;
      const mend = grantee ? undefined : `give one of ${all}`;
      this.#complaints.report(code, `${where} names none of ${all}`, holder, path, mend);
    }
    for (const second of there.slice(1)) {
      const place = seen.get(second)?.keyPlace ?? holder;
      const both = `${there[0] ?? ''} and ${second}`;
      const text = grantee
        ? `a grantee is one of ${all}: here are ${both}`
        : `${both} stand together: one of ${all} it is`;
      this.#complaints.report(code, text, place, path, grantee ? undefined : `remove ${there[0] ?? ''} or ${second}`);
    }
  }

  #unknown(entry: TreeEntry, message: string, fields: ReadonlyMap<string, FieldRow>, path: string): void {
    const wish = beyondEcr(message, entry.key);
    if (wish !== undefined) {
      const text = `"${entry.key}" is beyond ECR, which cannot ${wish.wanted}`;
      this.#complaints.report('manifest/beyond-ecr', text, entry.keyPlace, path, wish.nearest);
      return;
    }
    const near = meantField(entry.key, fields);
    const where = path === '' ? '' : ` in ${path}`;
    this.#complaints.report(
      'manifest/unknown-field',
      `unknown field "${entry.key}"${where}${near === undefined ? '' : `; did you mean "${near}"?`}`,
      entry.keyPlace,
      path,
      near === undefined ? `the fields here are ${listed([...fields.keys()])}` : `write "${near}"`,
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
    this.#complaints.report(
      'manifest/item-count',
      `${field.name} has ${count} entries; it takes ${wanted}`,
      place,
      path,
    );
  }

  #list(field: FieldRow, tree: Tree, path: string): Json | undefined {
    if (tree.kind !== 'list') {
      const mend =
        tree.kind === 'scalar' ? `write it as a list: [${textOf(tree)}]` : 'write it as a list, each entry after a "-"';
      this.#complaints.wrongType(tree, 'a list', path, field.name, mend);
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
        this.#complaints.report(
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
      this.#complaints.wrongType(
        tree,
        'a map',
        path,
        field.name,
        `write "name: value" pairs, for instance {${name}: ${value}}`,
      );
      return undefined;
    }
    this.#count(field, tree.entries.length, holder.keyPlace, path);
    const values: Values = {};
    for (const entry of tree.entries) {
      const complaint =
        field.keys === undefined ? undefined : checkString(entry.key, field.keys, `the name`, field.keyWants);
      if (complaint !== undefined) {
        const message = `${complaint.message} (in ${field.name})`;
        this.#complaints.broken({ ...complaint, message }, entry.keyPlace, path);
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
        return this.#leaves.struct(field, tree, path, label);
      case 'string':
        return this.#leaves.string(field, tree, path, label);
      case 'int32':
        return this.#leaves.integer(field, tree, path, label);
      case 'bool':
        return this.#leaves.boolean(field, tree, path, label);
    }
  }

  #messageOrShorthand(field: FieldRow, tree: Tree, path: string, label: string, holder: Place): Json | undefined {
    const name = field.message ?? '';
    if (tree.kind === 'scalar' && tree.value !== null && field.shorthand !== undefined) {
      if (field.shorthand === 'grantee') return this.#leaves.grantee(tree, this.#context.table[name], path, label);
      if (typeof tree.value === 'string') {
        // What the member would be held to, the string is held to.
        const member = this.#context.table[name]?.fields.find((one) => one.name === field.shorthand);
        const value = member === undefined ? tree.value : this.#leaves.string(member, tree, path, label);
        return value === undefined ? undefined : { [field.shorthand]: value };
      }
    }
    if (tree.kind !== 'map' && !(isNull(tree) && field.many === 'map')) {
      const wanted = field.shorthand === undefined ? 'a map' : 'a string or a map';
      this.#complaints.wrongType(tree, wanted, path, label);
      return undefined;
    }
    return this.message(tree, name, path, holder);
  }
}
