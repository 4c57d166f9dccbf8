// Exercises variables.ts: templates and what becomes of them.
// It must not know statements.
import { expect, test } from 'vitest';
import type { Context } from './context.js';
import { fill, isPlain, parseTemplate, supportsVariables } from './variables.js';
import { parseArnWildcards, parseWildcards } from './wildcard.js';

const context: Context = (key) =>
  key === 'a:one' ? ['1'] : key === 'a:two' ? ['1', '2'] : key === 'a:none' ? 'absent' : 'unknown';
const filled = (text: string) => fill(parseTemplate(text, parseWildcards), context);

test.each([
  ['x', { parts: ['x'] }],
  ['${a:one}', { parts: ['1'] }],
  ['x${a:one}y*', { parts: ['x', '1', 'y', { any: 'many' }] }],
  ['${ a:one }', { parts: ['1'] }],
  ["${a:none, 'z'}", { parts: ['z'] }],
  ["${a:none,'z'}", { parts: ['z'] }],
  ["${a:none, ''}", { parts: [''] }],
  ["${a:one, 'z'}", { parts: ['1'] }],
  ["${a:none , 'z'}", { parts: ['z'] }],
  ["${a:two, 'z'}", 'unresolved'],
  ['${a:none, z}', 'unresolved'],
  ["${a:none, x'z'}", 'unresolved'],
  ["${a:none, 'z'x}", 'unresolved'],
  ['${a:none}', 'unresolved'],
  ['${a:two}', 'unresolved'],
  ['${a:open}', 'unknown'],
  ["${a:open, 'z'}", 'unknown'],
  // What can never be resolved is no matter of what is not known.
  ['${a:open}${a:none}', 'unresolved'],
  ['${a:none}${a:open}', 'unresolved'],
  ['${*}${?}${$}', { parts: ['*', '?', '$'] }],
  ['${}', 'unknown'],
  ['${a:one', { parts: ['${a:one'] }],
  ['$a', { parts: ['$a'] }],
])('%s', (text, expected) => {
  expect(filled(text)).toEqual(expected);
});

test('the end of a text before a variable is no end', () => {
  expect(parseTemplate('a*${a:one}*', parseArnWildcards)).toEqual([
    'a',
    { any: 'many in segment' },
    { variable: 'a:one', otherwise: undefined },
    { any: 'many' },
  ]);
});

test('a default may stand for a variable without a name', () => {
  expect(parseTemplate("${, 'z'}", parseWildcards)).toEqual([{ variable: '', otherwise: 'z' }]);
});

test('which templates have none', () => {
  expect(['x', 'x*', '${*}', 'x${a:one}'].map((text) => isPlain(parseTemplate(text, parseWildcards)))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test('which versions have them', () => {
  expect(['2012-10-17', '2008-10-17', undefined, 1].map(supportsVariables)).toEqual([true, false, false, false]);
});
