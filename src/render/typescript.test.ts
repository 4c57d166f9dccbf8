import { runInNewContext } from 'node:vm';
import { transformSync } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { call, code, constant, docText, type Expression, expression, literal, statement } from './typescript.js';

/** What TypeScript reads. */
function read(text: string): unknown {
  const { code: script } = transformSync(`globalThis.value = ${text};`, { loader: 'ts' });
  const scope: { value?: unknown } = {};
  runInNewContext(script, scope);
  return JSON.parse(JSON.stringify(scope.value));
}

function plain(value: unknown): Expression {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null)
    return literal(Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)])));
  return value as string | number | boolean;
}

describe('expressions', () => {
  it('have comments for keys of their own alone', () => {
    const made = literal({ constructor: 1, toString: 2 }, { toString: 'why' });
    expect(made.properties.map(({ key, comment }) => [key, comment])).toEqual([
      ['constructor', undefined],
      ['toString', 'why'],
    ]);
  });

  it('mean what they were made of, whatever is in a text or a key', () => {
    const key = fc.string({ unit: 'binary' }).filter((one) => one !== '...' && one !== '__proto__');
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'binary' }),
        fc.constantFrom('it\'s "so"', '`${x}`', '\\', '\u2028', "'", '"'),
        fc.integer(),
        fc.boolean(),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(read(expression(plain(value), {}))).toEqual(value);
      }),
    );
  });

  it('take one line where that is short, and lines of their own where it is not', () => {
    expect(expression(literal({ a: 1, 'b-c': ['x', true], d: undefined }), {})).toBe("{ a: 1, 'b-c': ['x', true] }");
    const long = 'x'.repeat(60);
    expect(constant('const all', [long, long])).toBe(`const all = [\n  '${long}',\n  '${long}',\n];`);
    expect(expression(literal({ a: 'say "it"', b: "it's" }), {})).toBe(`{ a: 'say "it"', b: "it's" }`);
    expect(expression([literal({ a: 1, b: 2 }), literal({ a: 3, b: 4 })], {})).toBe(
      '[\n  { a: 1, b: 2 },\n  { a: 3, b: 4 },\n]',
    );
  });

  it('keep the head of a call with the lines of its last argument', () => {
    const made = call('new Thing', code('this'), 'Id', literal({ name: 'n'.repeat(80), tags: code('tags') }));
    expect(statement(made, 1)).toBe(`  new Thing(this, 'Id', {\n    name: '${'n'.repeat(80)}',\n    tags,\n  });`);
    const long = 'x'.repeat(90);
    expect(constant('const role', call('new Role', long))).toBe(`const role = new Role(\n  '${long}',\n);`);
  });

  it('spread, and say in a comment why', () => {
    const shared = literal({ '...': code('environment'), stackName: 'one' }, { stackName: 'not\n the other */' });
    expect(expression(shared, {})).toBe("{\n  ...environment,\n  // not  the other *\\/\n  stackName: 'one',\n}");
    expect(docText('a */ b')).toBe('a *\\/ b');
  });
});
