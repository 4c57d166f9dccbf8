// The table of the manifest in, JSON Schema (draft 2020-12) out, for editors and any other tool.
// It must not know protobuf. What it accepts is what the walker accepts; a test holds the two together.
import { parse } from 'yaml';
import { granteePattern } from '../../src/manifest/grantee.js';
import type { Json } from '../../src/manifest/project.js';
import type { FieldRow, MessageRow, Rules, Table } from '../../src/manifest/table.js';

type Schema = { [key: string]: Json };

const int32 = { minimum: -2_147_483_648, maximum: 2_147_483_647 };

function escaped(text: string): string {
  return text.replace(/[.*+?^$()[\]{}|\\]/g, '\\$&');
}

/** One value; `orNull` where a layer may unset it. */
function scalar(type: string, rules: Rules, orNull: boolean): Schema {
  const base = type === 'int32' ? 'integer' : type === 'bool' ? 'boolean' : 'string';
  const schema: Schema = { type: orNull ? [base, 'null'] : base };
  if (type === 'int32') Object.assign(schema, int32);
  if (rules.const !== undefined) schema[orNull ? 'enum' : 'const'] = orNull ? [rules.const, null] : rules.const;
  if (rules.in !== undefined) schema['enum'] = orNull ? [...rules.in, null] : [...rules.in];
  if (rules.pattern !== undefined) schema['pattern'] = rules.pattern;
  if (rules.prefix !== undefined) schema['pattern'] = `^${escaped(rules.prefix)}`;
  if (rules.minLen !== undefined) schema['minLength'] = rules.minLen;
  if (rules.maxLen !== undefined) schema['maxLength'] = rules.maxLen;
  if (rules.gte !== undefined) schema['minimum'] = rules.gte;
  if (rules.lte !== undefined) schema['maximum'] = rules.lte;
  return schema;
}

const oneCondition: Schema = {
  anyOf: [
    { type: ['string', 'number', 'boolean'] },
    { type: 'array', minItems: 1, items: { type: ['string', 'number', 'boolean'] } },
  ],
};

function struct(orNull: boolean): Schema {
  return {
    type: orNull ? ['object', 'null'] : 'object',
    additionalProperties: { type: 'object', minProperties: 1, additionalProperties: oneCondition },
  };
}

/** The value of a field, or the element of a list or map. */
function element(field: FieldRow, table: Table, orNull: boolean): Schema {
  if (field.type === 'struct') return struct(orNull);
  if (field.type !== 'message') return scalar(field.type, field.rules ?? {}, orNull);
  const choices: Schema[] = [{ $ref: `#/$defs/${field.message ?? ''}` }];
  const row = table[field.message ?? ''];
  if (field.shorthand === 'grantee' && row !== undefined)
    choices.unshift({ type: 'string', pattern: granteePattern(row) });
  else if (field.shorthand !== undefined)
    choices.unshift(scalar('string', row?.fields.find(({ name }) => name === field.shorthand)?.rules ?? {}, false));
  if (orNull) choices.push({ type: 'null' });
  return choices.length === 1 ? (choices[0] ?? {}) : { anyOf: choices };
}

/** In a map, `null` unsets a value; for a message it is the same as `{}`, which is not enough where something is required. */
function mayBeNull(field: FieldRow, table: Table): boolean {
  return field.type !== 'message' || table[field.message ?? '']?.fields.every((one) => one.required !== true) === true;
}

function property(field: FieldRow, table: Table): Schema {
  const orNull = field.required !== true;
  let schema: Schema;
  if (field.many === 'list') {
    schema = { type: orNull ? ['array', 'null'] : 'array', items: element(field, table, false) };
    if (field.minItems !== undefined) schema['minItems'] = field.minItems;
    if (field.maxItems !== undefined) schema['maxItems'] = field.maxItems;
    if (field.unique === true) schema['uniqueItems'] = true;
  } else if (field.many === 'map') {
    schema = {
      type: orNull ? ['object', 'null'] : 'object',
      additionalProperties: element(field, table, mayBeNull(field, table)),
    };
    if (field.keys !== undefined) schema['propertyNames'] = scalar('string', field.keys, false);
    if (field.minItems !== undefined) schema['minProperties'] = field.minItems;
    if (field.maxItems !== undefined) schema['maxProperties'] = field.maxItems;
  } else {
    schema = element(field, table, orNull);
  }
  if (field.doc !== undefined) schema['description'] = field.doc;
  if (field.default !== undefined) schema['default'] = field.default;
  if (field.example !== undefined) schema['examples'] = [parse(field.example) as Json];
  return schema;
}

/** `null` is the same as nothing said, so "is there" means "is there and not null". */
function given(name: string): Schema {
  return { required: [name], properties: { [name]: { not: { type: 'null' } } } };
}

/** The same of a field to choose, of which an empty list says nothing either. */
function chosen(name: string): Schema {
  return { required: [name], properties: { [name]: { not: { enum: [null, []] } } } };
}

function definition(row: MessageRow, table: Table): Schema {
  const required = row.fields.filter((field) => field.required === true).map((field) => field.name);
  const needs = row.fields.filter((field) => field.needs !== undefined);
  const all: Schema[] = needs.map((field) => {
    const needed = (field.needs ?? '').split(' or ').map(given);
    // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own keyword
    return { if: given(field.name), then: needed.length === 1 ? (needed[0] ?? {}) : { anyOf: needed } };
  });
  const choices: readonly Schema[] = (row.exactlyOne ?? []).map((group) => ({ oneOf: group.map(chosen) }));
  const [choice] = choices;
  if (choices.length > 1) all.push(...choices);
  return {
    type: 'object',
    ...(row.doc === undefined ? {} : { description: row.doc }),
    properties: Object.fromEntries(row.fields.map((field) => [field.name, property(field, table)])),
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
    ...(choices.length === 1 ? choice : {}),
    ...(all.length === 0 ? {} : { allOf: all }),
  };
}

/** A schema for a document of either kind. */
export function jsonSchemaOf(table: Table, kinds: readonly string[]): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Slipway manifest',
    description:
      'Amazon ECR repositories, declared: a Project, one repository of it, or what a registry has beside them.',
    type: 'object',
    required: ['apiVersion', 'kind'],
    properties: { kind: { enum: [...kinds] } },
    allOf: kinds.map((kind) => ({
      if: { properties: { kind: { const: kind } }, required: ['kind'] },
      // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own keyword
      then: { $ref: `#/$defs/${kind}` },
    })),
    $defs: Object.fromEntries(Object.entries(table).map(([name, row]) => [name, definition(row, table)])),
  };
}
