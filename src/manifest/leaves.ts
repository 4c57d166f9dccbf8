// Reads the ends of a tree: strings, whole numbers, true or false, a grantee in short form, conditions of IAM.
// It must not know messages, nor where in a document it is.

import { listed, nearest } from '../diagnostics/suggest.js';
import type { Complaints } from './complaints.js';
import { readGrantee } from './grantee.js';
import type { Json } from './project.js';
import { checkInteger, checkString, quoted } from './rules.js';
import type { FieldRow, MessageRow } from './table.js';
import { plainOf, spotOf, type Tree, type TreeMap, textOf } from './tree.js';

type Values = { [field: string]: Json };

export class Leaves {
  readonly #complaints: Complaints;
  readonly #partial: boolean;

  /** `partial`: what a shell took the quotes from, so that 12 may stand for "12". */
  constructor(complaints: Complaints, partial: boolean) {
    this.#complaints = complaints;
    this.#partial = partial;
  }

  string(field: FieldRow, tree: Tree, path: string, label: string): Json | undefined {
    let value = tree.kind === 'scalar' ? tree.value : null;
    if (tree.kind === 'scalar' && value !== null && typeof value !== 'string') {
      const text = textOf(tree);
      if (this.#partial) value = text;
      else {
        const why =
          typeof value === 'boolean'
            ? `without quotes YAML reads true or false`
            : `without quotes YAML reads a number${/^0\d/.test(text) ? ' and drops the leading 0' : ''}`;
        this.#complaints.wrongType(tree, 'a string', path, label, `put it in quotes: "${text}"; ${why}`);
        return undefined;
      }
    }
    if (typeof value !== 'string') {
      this.#complaints.wrongType(tree, 'a string', path, label);
      return undefined;
    }
    const complaint = field.rules === undefined ? undefined : checkString(value, field.rules, label, field.wants);
    if (complaint === undefined) return value;
    this.#complaints.broken(complaint, tree, path);
    return undefined;
  }

  integer(field: FieldRow, tree: Tree, path: string, label: string): Json | undefined {
    if (tree.kind !== 'scalar' || typeof tree.value !== 'number') {
      const text = tree.kind === 'scalar' && typeof tree.value === 'string' ? tree.value : '';
      const mend = /^-?\d+$/.test(text) ? `write ${text}, without quotes` : undefined;
      this.#complaints.wrongType(tree, 'a whole number', path, label, mend);
      return undefined;
    }
    const complaint = checkInteger(tree.value, field.rules ?? {}, label, textOf(tree));
    if (complaint === undefined) return tree.value;
    this.#complaints.broken(complaint, tree, path);
    return undefined;
  }

  boolean(field: FieldRow, tree: Tree, path: string, label: string): Json | undefined {
    const only = field.rules?.const;
    if (tree.kind === 'scalar' && typeof tree.value === 'boolean') {
      if (only === undefined || tree.value === only) return tree.value;
      const mend = `write ${String(only)}, or remove it`;
      this.#complaints.report('manifest/bad-value', `${label} can only be ${String(only)}`, tree, path, mend);
      return undefined;
    }
    const text = tree.kind === 'scalar' ? String(tree.value).toLowerCase() : '';
    const yes = ['yes', 'on', 'true', 'y', '1', 'enabled'].includes(text);
    const no = ['no', 'off', 'false', 'n', '0', 'disabled'].includes(text);
    const mend = yes || no ? `write ${yes ? 'true' : 'false'}, without quotes` : undefined;
    this.#complaints.wrongType(tree, 'true or false', path, label, mend);
    return undefined;
  }

  struct(field: FieldRow, tree: Tree, path: string, label: string): Json | undefined {
    if (tree.kind !== 'map') {
      this.#complaints.wrongType(tree, 'a map', path, label);
      return undefined;
    }
    return field.shape === 'conditions' ? this.#conditions(tree, path) : plainOf(tree);
  }

  /** `account:111111111111`: a member of the message by its name, and its value. */
  grantee(tree: Tree & { kind: 'scalar' }, row: MessageRow | undefined, path: string, label: string): Json | undefined {
    const kinds = row?.exactlyOne?.[0] ?? [];
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
      this.#complaints.report(
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
    this.#complaints.broken(complaint, tree, path);
    return undefined;
  }

  /** Conditions of IAM; their values become strings, as IAM's JSON has them. */
  #conditions(tree: TreeMap, path: string): Json {
    const values: Values = {};
    for (const operator of tree.entries) {
      if (operator.value.kind !== 'map' || operator.value.entries.length === 0) {
        this.#complaints.report(
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
          this.#complaints.report(
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
