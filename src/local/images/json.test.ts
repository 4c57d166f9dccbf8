// The strict JSON reader: what JSON.parse takes, it takes too, but for names that occur twice and for endless nesting.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrictJson } from './json.js';

describe('parseStrictJson', () => {
  it.each([
    '{"a":1,"a":2}',
    '{"a":{"b":1,"c":[{"d":1 , "d" :2}]}}',
    String.raw`{"mediaType":1,"\u006dediaType":2}`,
    '{"a":1,"b":{"a":1},"a":3}',
    '',
    '{',
    '{"a"',
    '{"a":}',
    '["a":1]',
    '"a":1',
    '{a:1}',
    '{"a":1}}',
    '\ufeff{}',
    String.raw`{"\x":1}`,
    '{"a\nb":1}',
    `${'['.repeat(1_001)}${']'.repeat(1_001)}`,
    '['.repeat(4_000_000),
    '{"a":'.repeat(800_000),
  ])('refuses %#', (text) => {
    expect(parseStrictJson(text)).toBeUndefined();
  });

  it.each([
    ['{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}', { a: 1, b: { a: 2 }, c: [{ a: 3 }, { a: 4 }] }],
    ['["a","a",":"]', ['a', 'a', ':']],
    [String.raw`{"a\"":"b\":","a":"\\"}`, { 'a"': 'b":', a: '\\' }],
    [' { "__proto__" : 1 } ', JSON.parse('{"__proto__":1}')],
    ['null', null],
  ])('reads %s', (text, value) => {
    expect(parseStrictJson(text)).toEqual({ value });
  });

  it('goes as deep as others do', () => {
    expect(parseStrictJson(`${'['.repeat(1_000)}${']'.repeat(1_000)}`)).toBeDefined();
  });

  it('reads whatever JSON writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(parseStrictJson(text)).toEqual({ value: JSON.parse(text) as unknown });
      }),
    );
  });

  it('never takes what JSON.parse refuses, and never throws', () => {
    const pieces = fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', 'a', '1', ' ', 'null', '"a"', '"a":');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        const read = parseStrictJson(text);
        if (read !== undefined) expect(read.value).toEqual(JSON.parse(text));
      }),
      { numRuns: 2_000 },
    );
  });
});
