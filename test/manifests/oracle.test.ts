// The walker beside two others that read the same rules: protovalidate over the descriptors, and ajv over the JSON Schema.
// Values are generated from the table, right and wrong in turns; all three must agree on which are right.

import { readFileSync } from 'node:fs';
import { createFileRegistry, fromBinary, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { createValidator } from '@bufbuild/protovalidate';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Diagnostic } from '../../src/diagnostics/index.js';
import { jsonSchema } from '../../src/manifest/gen/json-schema.js';
import { schema } from '../../src/manifest/gen/schema.js';
import { parseDocuments } from '../../src/manifest/parse.js';
import { Source } from '../../src/manifest/source.js';
import type { FieldRow, MessageRow } from '../../src/manifest/table.js';
import { headOf } from '../../src/manifest/tree.js';
import { walk } from '../../src/manifest/walk.js';

type Value = JsonValue | undefined;

const image = Buffer.from(readFileSync('test/manifests/oracle/descriptors.txt', 'utf8').replace(/\s/g, ''), 'base64');
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, image));
const validator = createValidator();
const ajv = new Ajv2020({ strict: false });
const schemaOf = ajv.compile(jsonSchema);

function byWalker(kind: string, value: JsonValue): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  const tree = parseDocuments(new Source('generated', JSON.stringify(value)), problems)[0]?.tree;
  if (tree === undefined) throw new Error('JSON is YAML');
  walk(tree, kind, '', headOf(tree), { table: schema, problems, tainted: new Set() });
  return problems;
}

/** Rules that protobuf cannot say. */
const beyondProto = new Set(['manifest/needs-field', 'manifest/bad-condition']);

/** Null in a map stands for "unset" or "nothing said", which protobuf's JSON has no word for. */
function withoutNulls(value: JsonValue, row: MessageRow | undefined): JsonValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || row === undefined) return value;
  const fields = Object.entries(value).map(([name, one]): [string, JsonValue] => {
    const field = row.fields.find((other) => other.name === name);
    const inner = schema[field?.message ?? ''];
    if (field?.many === 'map' && typeof one === 'object' && one !== null && !Array.isArray(one)) {
      const entries = Object.entries(one).filter(([, item]) => item !== null || field.type === 'message');
      return [
        name,
        Object.fromEntries(entries.map(([key, item]) => [key, item === null ? {} : withoutNulls(item, inner)])),
      ];
    }
    if (field?.many === 'list' && Array.isArray(one)) return [name, one.map((item) => withoutNulls(item, inner))];
    return [name, field?.many === undefined ? withoutNulls(one, inner) : one];
  });
  return Object.fromEntries(fields);
}

function byProtovalidate(kind: string, value: JsonValue): string | undefined {
  const desc = registry.getMessage(`slipway.ecr.v1.${kind}`);
  if (desc === undefined) throw new Error(`no message ${kind}`);
  try {
    const result = validator.validate(desc, fromJson(desc, withoutNulls(value, schema[kind])));
    return result.kind === 'valid' ? undefined : String(result.error);
  } catch (error) {
    return String(error);
  }
}

const junk: fc.Arbitrary<Value> = fc.constantFrom<Value[]>(
  '',
  'x',
  'Upper Case',
  'é',
  'a'.repeat(300),
  true,
  2.5,
  [],
  {},
  ['x', 'x'],
  { x: 'y' },
  null,
);
const goodStrings = ['payments', 'v*', 'latest', 'Allow', 'eu-west-1', '111111111111'];

function goodString(field: FieldRow): fc.Arbitrary<Value> {
  const { rules = {}, example } = field;
  if (rules.const !== undefined) return fc.constant(rules.const);
  if (rules.in !== undefined) return fc.constantFrom(...rules.in);
  const said = example === undefined || field.many !== undefined ? undefined : (parse(example) as Value);
  if (typeof said === 'string') return fc.constant(said);
  if (rules.prefix !== undefined) return fc.constant(`${rules.prefix}aws:x`);
  const fits = goodStrings.filter((one) => new RegExp(rules.pattern ?? '').test(one));
  return fits.length === 0 ? fc.constant('ecr:BatchGetImage') : fc.constantFrom(...fits);
}

/** A value for one element; `wrong` says how often it is junk. */
function element(field: FieldRow, wrong: number, strings: boolean): fc.Arbitrary<Value> {
  const odd = { weight: wrong, arbitrary: junk };
  const right = (arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value> => fc.oneof({ weight: 40, arbitrary }, odd);
  switch (field.type) {
    case 'string':
      return right(goodString(field));
    case 'bool':
      return right(typeof field.rules?.const === 'boolean' ? fc.constant(field.rules.const) : fc.boolean());
    case 'int32': {
      const { gte = -5, lte = 2_147_483_647 } = field.rules ?? {};
      return right(
        fc.oneof(
          { weight: 30, arbitrary: fc.constantFrom(gte, Math.min(gte + 3, lte), lte) },
          { weight: wrong, arbitrary: fc.constantFrom(gte - 1, lte + 1, 0) },
        ),
      );
    }
    case 'struct':
      return right(
        fc.constantFrom<Value[]>(
          { StringEquals: { 'aws:x': 'y' } },
          { Bool: { 'aws:x': false }, In: { k: ['a', 1] } },
          { StringEquals: {} },
          { a: { b: [] } },
        ),
      );
    case 'message': {
      const inner = message(field.message ?? '', wrong, strings);
      const shorthand = fc.constantFrom(
        'account:444444444444',
        'org:o-a1b2c3d4e5',
        'service:lambda',
        'account:1',
        'github:x',
        '444444444444',
        'role:',
      );
      return strings && field.shorthand !== undefined ? fc.oneof(inner, shorthand) : right(inner);
    }
  }
}

function fieldValue(field: FieldRow, wrong: number, strings: boolean): fc.Arbitrary<Value> {
  const one = element(field, wrong, strings);
  const odd = { weight: wrong, arbitrary: junk };
  if (field.many === 'list') {
    return fc.oneof(
      { weight: 40, arbitrary: fc.array(one, { minLength: field.minItems ?? 0, maxLength: 3 }) as fc.Arbitrary<Value> },
      odd,
    );
  }
  if (field.many !== 'map') return one;
  const key = fc.oneof(
    { weight: 40, arbitrary: fc.constantFrom('dev', 'prod', 'api') },
    { weight: wrong, arbitrary: fc.constantFrom('', '-a', 'Dev', 'x'.repeat(300)) },
  );
  const map = fc.dictionary(key, one, { minKeys: field.minItems ?? 0, maxKeys: 2, noNullPrototype: true });
  return fc.oneof({ weight: 40, arbitrary: map as fc.Arbitrary<Value> }, odd);
}

const made = new Map<string, fc.Arbitrary<Value>>();

function message(name: string, wrong: number, strings: boolean): fc.Arbitrary<Value> {
  const key = JSON.stringify([name, wrong, strings]);
  const known = made.get(key);
  if (known !== undefined) return known;
  const arbitrary = makeMessage(name, wrong, strings);
  made.set(key, arbitrary);
  return arbitrary;
}

function makeMessage(name: string, wrong: number, strings: boolean): fc.Arbitrary<Value> {
  const row = schema[name];
  if (row === undefined) throw new Error(`no message ${name}`);
  const required = row.fields.filter((field) => field.required === true).map((field) => field.name);
  const groups = row.exactlyOne ?? [];
  const choice = groups.flat();
  const rest = row.fields.filter((field) => !choice.includes(field.name));
  const shape = Object.fromEntries(rest.map((field) => [field.name, fieldValue(field, wrong, strings)]));
  const optional = rest.map((field) => field.name).filter((field) => !required.includes(field));
  // Mostly what is required is there, and exactly one of each choice.
  const base = fc.record(shape, { requiredKeys: rest.map((field) => field.name), noNullPrototype: true });
  const bounds = wrong > 0 ? { minLength: 0, maxLength: 2 } : { minLength: 1, maxLength: 1 };
  const chosen = fc.tuple(...groups.map((group) => fc.subarray([...group], bounds))).map((picked) => picked.flat());
  const values = fc.record(
    Object.fromEntries(
      row.fields
        .filter((field) => choice.includes(field.name))
        .map((field) => [field.name, fieldValue(field, wrong, strings)]),
    ),
    { noNullPrototype: true },
  );
  const extra = fc.oneof(
    { weight: 60, arbitrary: fc.constant({}) },
    { weight: wrong, arbitrary: fc.constant({ unknownField: 1 }) },
  );
  const drop = fc.oneof(
    { weight: 60, arbitrary: fc.constant<string[]>([]) },
    { weight: wrong, arbitrary: fc.subarray(required) },
  );
  return fc
    .tuple(base, fc.subarray(optional), drop, chosen, values, extra)
    .map(([all, kept, dropped, picked, choices, more]) => {
      const names = [...required.filter((one) => !dropped.includes(one)), ...kept];
      const entries = names.map((one): [string, Value] => [one, (all as Record<string, Value>)[one]]);
      for (const one of picked) entries.push([one, (choices as Record<string, Value>)[one]]);
      const said = Object.fromEntries(entries.filter(([, value]) => value !== undefined));
      // Without mistakes, what goes with another field stands beside it.
      for (const { name: field, needs } of wrong > 0 ? [] : row.fields)
        if (needs?.split(' or ').every((one) => said[one] === undefined) === true) delete said[field];
      return { ...said, ...more };
    });
}

const rates = [0, 1, 4];
const kinds = ['Project', 'AwsEcrRepo', 'AwsEcrRegistry'];

describe('the walker agrees', () => {
  it.each(kinds.flatMap((kind) => rates.map((wrong) => [kind, wrong] as const)))(
    'with protovalidate on %s, mistakes at %i',
    (kind, wrong) => {
      fc.assert(
        fc.property(message(kind, wrong, false), (value) => {
          const json = value as JsonValue;
          const ours = byWalker(kind, json).filter((one) => !beyondProto.has(one.code));
          const theirs = byProtovalidate(kind, json);
          expect({ wrong: ours.length > 0, said: ours.map((one) => one.message), theirs }).toMatchObject({
            wrong: theirs !== undefined,
          });
        }),
        { numRuns: 80 },
      );
    },
  );

  it.each(kinds.flatMap((kind) => rates.map((wrong) => [kind, wrong] as const)))(
    'with the JSON Schema on %s, mistakes at %i',
    (kind, wrong) => {
      fc.assert(
        fc.property(message(kind, wrong, true), (value) => {
          const json = { ...(value as object), apiVersion: 'ecr.slipway.dev/v1', kind } as JsonValue;
          const ours = byWalker(kind, json);
          const right = schemaOf(json);
          expect({
            right: ours.length === 0,
            said: ours.map((one) => one.message),
            theirs: schemaOf.errors,
          }).toMatchObject({ right });
        }),
        { numRuns: 80 },
      );
    },
  );

  it('on the mistakes it makes on purpose: both sides see some', () => {
    const values = fc.sample(message('Project', 4, false), { numRuns: 200, seed: 1 }) as JsonValue[];
    const wrong = values.filter((value) => byWalker('Project', value).length > 0).length;
    expect(wrong).toBeGreaterThan(20);
    expect(
      fc
        .sample(message('Project', 0, false), { numRuns: 200, seed: 1 })
        .filter((value) => byWalker('Project', value as JsonValue).length === 0).length,
    ).toBeGreaterThan(20);
  });
});
