// The reader of JSON by itself: every value at its place, every slip with its words, and what it does with texts that are none.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, entryOf, type JsonNode, plainOf, readJson, stretchOf } from './json.js';

/** The value, and every problem as `start-end message | mend`. */
function told(text: string): { value: unknown; problems: string[] } {
  const { node, problems, repeated } = readJson(text);
  return {
    value: node === undefined ? 'unreadable' : plainOf(node),
    problems: [...problems, ...repeated].map(
      ({ start, end, message, mend }) => `${start}-${end} ${message}${mend === undefined ? '' : ` | ${mend}`}`,
    ),
  };
}
const nodeOf = (text: string): JsonNode => {
  const { node } = readJson(text);
  if (node === undefined) throw new Error(`unreadable: ${text}`);
  return node;
};
const ends = 'the text ends before its value does | close every bracket, brace and quote';
const comment = 'a comment | JSON takes no comments: remove it, or say it in `description`';
const terraform = 'this is Terraform: give what `terraform show -json` or `aws ecr get-lifecycle-policy` prints';
const yaml = 'this is YAML: give the JSON of the policy itself';

describe('what is JSON', () => {
  test('is read as JSON.parse reads it, without a word', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 1, '\t'), (text, indent) => {
        const source = JSON.stringify(JSON.parse(text), null, indent);
        expect(told(source)).toEqual({ value: JSON.parse(text), problems: [] });
      }),
    );
  });
  test.each(['true', 'false', 'null', '0', '-0.125', '10.25', '12.5e+10', '3E-2', '1e7', ' \t\r\n7\n', '"\\"\\\\\\/"'])(
    '%s',
    (text) => {
      expect(told(text)).toEqual({ value: JSON.parse(text), problems: [] });
    },
  );
  test('escapes, each with its place', () => {
    const text = String.raw`"a\"\\\/\b\f\n\r\té\u0041z"`;
    expect(decode(text, 0)).toEqual({
      value: 'a"\\/\b\f\n\r\téAz',
      offsets: [1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 19, 25, 26],
      end: 27,
    });
  });
  test('places', () => {
    expect(nodeOf(' {"a": [1, "x"], "b": {}} ')).toEqual({
      kind: 'map',
      start: 1,
      end: 25,
      entries: [
        {
          key: 'a',
          keyStart: 2,
          keyEnd: 5,
          value: {
            kind: 'list',
            start: 7,
            end: 15,
            items: [
              { kind: 'scalar', value: 1, start: 8, end: 9 },
              { kind: 'scalar', value: 'x', start: 11, end: 14 },
            ],
          },
        },
        { key: 'b', keyStart: 17, keyEnd: 20, value: { kind: 'map', entries: [], start: 22, end: 24 } },
      ],
    });
    expect(nodeOf('true')).toEqual({ kind: 'scalar', value: true, start: 0, end: 4 });
  });
  test('of a member given twice the last counts', () => {
    expect(told('{"a":1,"b":2,"a":3}')).toEqual({
      value: { a: 3, b: 2 },
      problems: ['13-16 "a" is given twice, and the last one counts'],
    });
  });
});

describe('slips that everybody sees through', () => {
  test.each<readonly [string, unknown, readonly string[]]>([
    ['[1,]', [1], ['2-3 a comma before "]" | remove the comma']],
    ['{"a":1,}', { a: 1 }, ['6-7 a comma before "}" | remove the comma']],
    ['[1 2]', [1, 2], ['3-4 a comma between two entries is missing | put a comma before it']],
    ['[1"x"]', [1, 'x'], ['2-3 a comma between two entries is missing | put a comma before it']],
    ['{"a":1"b":2}', { a: 1, b: 2 }, ['6-7 a comma between two members is missing | put a comma before it']],
    ['// one\n1', 1, [`0-6 ${comment}`]],
    ['/* a\n * b **/ 1', 1, [`0-13 ${comment}`]],
    ['/**/1', 1, [`0-4 ${comment}`]],
    ['/* a */ 1 /* b */', 1, [`0-7 ${comment}`, `10-17 ${comment}`]],
    ['1 # one', 1, [`2-7 ${comment}`]],
    ['\ufeff1', 1, ['0-1 a byte order mark before the text | save the file as UTF-8']],
  ])('%j', (text, value, problems) => {
    expect(told(text)).toEqual({ value, problems });
  });
});

describe('what cannot be read on', () => {
  test.each<readonly [string, string]>([
    ['', `0-1 ${ends}`],
    ['[', `0-1 ${ends}`],
    ['[1', `1-2 ${ends}`],
    ['{"a":1', `5-6 ${ends}`],
    ['{"a":1,', `6-7 ${ends}`],
    ['{"a":1,  \n', `6-7 ${ends}`],
    ['{"a":', `4-5 ${ends}`],
    ['1 2', '2-3 there is more after the end of the value'],
    ['[1)', '2-3 a comma between two entries is missing | close every bracket, brace and quote'],
    ['{"a":1)', '6-7 a comma between two members is missing | close every bracket, brace and quote'],
    ['[,1]', '1-2 a value is expected, and "," stands here | write a value, or remove the comma or colon before it'],
    ['[😀]', '1-2 a value is expected, and "😀" stands here | write a value, or remove the comma or colon before it'],
    ["['a']", '1-2 a text in single quotes | JSON takes double quotes only'],
    ['/x', '0-1 a value is expected, and "/" stands here | write a value, or remove the comma or colon before it'],
    ['/* a', '0-1 a value is expected, and "/" stands here | write a value, or remove the comma or colon before it'],
    ['yes', '0-3 "yes" is no value of JSON | put texts in double quotes'],
    [':yes', '0-1 a value is expected, and ":" stands here | write a value, or remove the comma or colon before it'],
    ['1.', '0-2 "1." is no value of JSON | put texts in double quotes'],
    ['01', '0-2 "01" is no value of JSON | put texts in double quotes'],
    ['1e5x', '0-4 "1e5x" is no value of JSON | put texts in double quotes'],
    ['{a:1}', '1-2 the name a has no double quotes | write "a"'],
    ['{-:1}', '1-2 the name - has no double quotes | write "-"'],
    ['{,}', '1-2 a name in double quotes is expected, and "," stands here | JSON takes double quotes only'],
    ['{"a" 1}', '5-6 a colon is expected after "a"'],
    ['{"a" = 1}', `5-6 a colon is expected after "a" | ${terraform}`],
    ['"a', '1-2 a text has no closing quote | close every quote'],
    ['"a\nb"', '2-3 a text goes over the end of its line | close the quote, or write the line feed as \\n'],
    ['"\\x"', '1-2 "\\x" is no escape of JSON | write a backslash as \\\\'],
    ['"\\u12"', '1-2 "\\u" is no escape of JSON | write a backslash as \\\\'],
    ['"\\xu0041"', '1-2 "\\x" is no escape of JSON | write a backslash as \\\\'],
    ['"\\', '1-2 "\\" is no escape of JSON | write a backslash as \\\\'],
    ['policy = jsonencode({})', `0-6 "policy" is no value of JSON | ${terraform}`],
    ['\n  resource  "x" "y" {}', `3-11 "resource" is no value of JSON | ${terraform}`],
    ['resource "x" "y" {}', `0-8 "resource" is no value of JSON | ${terraform}`],
    ['a resource "x"', '0-1 "a" is no value of JSON | put texts in double quotes'],
    ['x { rules  = [] }', `0-1 "x" is no value of JSON | ${terraform}`],
    ['x { rules= [] }', `0-1 "x" is no value of JSON | ${terraform}`],
    ['rules:\n- 1', `0-5 "rules" is no value of JSON | ${yaml}`],
    ['---\n  Properties :\n', `0-3 "---" is no value of JSON | ${yaml}`],
  ])('%j', (text, problem) => {
    expect(told(text)).toEqual({ value: 'unreadable', problems: [problem] });
  });
  test('what is nested deeper than anybody means, of lists and of members', () => {
    const deep = (open: string, close: string, times: number) => `${open.repeat(times)}1${close.repeat(times)}`;
    expect(told(deep('[', ']', 200)).problems).toEqual([]);
    expect(told(deep('[', ']', 201)).problems).toEqual(['201-202 values are nested more than 200 deep']);
    expect(told(deep('{"a":', '}', 200)).problems).toEqual([]);
    expect(told(deep('{"a":', '}', 201)).problems).toEqual(['1005-1006 values are nested more than 200 deep']);
  });
});

describe('the stretch of a path', () => {
  const text = '{"rules":[{"a":{"b":1},"c.d":{"e":2},"f":[]}],"n":null}';
  const shown = (path: string, key: boolean) => {
    const { start, end } = stretchOf(nodeOf(text), path, key);
    return text.slice(start, end);
  };
  test.each<readonly [path: string, expected: string, key: boolean]>([
    ['', '"rules"', false],
    ['rules', '"rules"', false],
    ['rules.0', '"a"', false],
    ['rules.1', '"rules"', false],
    ['rules.0.a', '"a"', false],
    ['rules.0.a.b', '1', false],
    ['rules.0.a.b', '"b"', true],
    ['rules.0.a.b.deeper', '1', false],
    ['rules.0.c.d', '"c.d"', false],
    ['rules.0.f', '"f"', false],
    ['rules.0.missing.b', '"a"', false],
    ['n', 'null', false],
    ['n.x', 'null', false],
    ['nowhere', '"rules"', false],
  ])('%s is %s', (path, expected, key) => {
    expect(shown(path, key)).toBe(expected);
  });
  test('of a list, of nothing and of a value alone', () => {
    expect(stretchOf(nodeOf(' [1]'), '')).toEqual({ start: 1, end: 2 });
    expect(stretchOf(nodeOf(' {}'), '')).toEqual({ start: 1, end: 2 });
    expect(stretchOf(nodeOf(' 123'), '')).toEqual({ start: 1, end: 4 });
    expect(stretchOf(nodeOf('[[], 12]'), '1')).toEqual({ start: 5, end: 7 });
  });
  test('entries are those of maps', () => {
    expect(entryOf(nodeOf('{"a":1}'), 'a')?.value).toMatchObject({ value: 1 });
    expect([entryOf(nodeOf('[1]'), '0'), entryOf(undefined, 'a')]).toEqual([undefined, undefined]);
  });
});
