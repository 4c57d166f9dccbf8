import { describe, expect, it } from 'vitest';
import { attributes, block, code, keyText, membersOf, object, text } from './hcl.js';

describe('a string', () => {
  it.each([
    ['plain', '"plain"'],
    ['say "hi"\\', '"say \\"hi\\"\\\\"'],
    ['a\nb\tc\r', '"a\\nb\\tc\\r"'],
    ['${aws:username}', '"$${aws:username}"'],
    ['%{if}', '"%%{if}"'],
    ['$${x} 100% $5', '"$\\u0024{x} 100% $5"'],
    ['\u0000\u001b', '"\\u0000\\u001b"'],
    ['Zürich 🚢', '"Zürich 🚢"'],
  ])('%j', (value, printed) => {
    expect(text(value)).toBe(printed);
  });
});

describe('a key', () => {
  it.each([
    ['api', 'api'],
    ['api-v2', 'api-v2'],
    ['team/api', '"team/api"'],
    ['aws:PrincipalOrgID', '"aws:PrincipalOrgID"'],
    ['4711', '"4711"'],
    ['for', '"for"'],
    ['null', '"null"'],
    ['', '""'],
  ])('%j', (key, printed) => {
    expect(keyText(key)).toBe(printed);
  });
});

describe('attributes', () => {
  it('have their values in one column as long as they follow each other', () => {
    const members = [
      ...membersOf({ a: 1, longer: true, list: ['x', 'y'] }),
      { key: 'rules', value: [object({ priority: 1, tag_status: 'any' })] },
      { key: 'b', value: code('local.x') },
      { key: 'commented', value: null, comment: 'Why.' },
      { key: 'c', value: object({ AWS: ['*'] }) },
    ];
    expect(`\n${attributes(members, 1)}\n`).toBe(`
  a      = 1
  longer = true
  list   = ["x", "y"]
  rules = [
    {
      priority   = 1
      tag_status = "any"
    },
  ]
  b = local.x
  # Why.
  commented = null
  c         = { AWS = ["*"] }
`);
  });

  it('take a line for each item where one line would be too long', () => {
    const long = ['a'.repeat(60), 'b'.repeat(60)];
    expect(attributes([{ key: 'actions', value: long }], 0)).toBe(`actions = [\n  "${long[0]}",\n  "${long[1]}",\n]`);
  });

  it('count what a reader takes for one character as one', () => {
    expect(attributes(membersOf({ 'Ort ü': 1, 'n 🚢': 2 }), 0)).toBe('"Ort ü" = 1\n"n 🚢"   = 2');
  });

  it('a block holds them; without a value they are left out', () => {
    expect(block('locals', membersOf({ a: object({}), b: undefined, c: [] }))).toBe(
      'locals {\n  a = {}\n  c = []\n}\n',
    );
  });
});
