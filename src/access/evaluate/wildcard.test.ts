// Exercises wildcard.ts, with regular expressions as the oracle.
// It must not know policies.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matcherOf, parseArnWildcards, parseWildcards } from './wildcard.js';

const matches = (pattern: string, text: string) => matcherOf(parseWildcards(pattern))(text);
const matchesArn = (pattern: string, text: string) => matcherOf(parseArnWildcards(pattern))(text);

describe('patterns', () => {
  test.each([
    ['', '', true],
    ['', 'a', false],
    ['a', 'a', true],
    ['a', 'A', false],
    ['a', 'ab', false],
    ['*', '', true],
    ['*', 'a:b/c', true],
    ['?', '', false],
    ['?', 'a', true],
    ['?', 'ab', false],
    ['a*', 'a', true],
    ['a*', 'ba', false],
    ['*a', 'ba', true],
    ['*a', 'ab', false],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'axbxc', true],
    ['a*b*c', 'acb', false],
    ['a**c', 'abc', true],
    ['*?', '', false],
    ['*?', 'ab', true],
    ['a?c*', 'abcd', true],
    ['ab*ab', 'ab', false],
    ['*a*a*', 'a', false],
    ['*ab*ab*', 'abab', true],
    ['a.c', 'abc', false],
    ['(a|b)', '(a|b)', true],
  ])('%j and %j: %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  test('are those of regular expressions', () => {
    const piece = fc.stringMatching(/^[ab:*?]{0,8}$/);
    fc.assert(
      fc.property(piece, fc.stringMatching(/^[ab:]{0,10}$/), (pattern, text) => {
        const source = pattern.replaceAll('*', '.*').replaceAll('?', '.');
        expect(matches(pattern, text)).toBe(new RegExp(`^${source}$`).test(text));
        const segments = pattern.replace(/\*(?=:|$)|\*|\?/g, (found, at: number) => {
          const next = pattern[at + 1];
          return found === '?' ? '[^:]' : next === undefined || next === ':' ? '.*' : '[^:]*';
        });
        expect(matchesArn(pattern, text)).toBe(new RegExp(`^${segments}$`).test(text));
      }),
      { numRuns: 1000 },
    );
  });

  test('that would take a regular expression for ever', () => {
    expect(matches(`${'*a'.repeat(40)}b`, 'a'.repeat(2000))).toBe(false);
  });
});

test('a part is what it says, and neighbours are one text', () => {
  expect(parseWildcards('a*?b')).toEqual(['a', { any: 'many' }, { any: 'one' }, 'b']);
  expect(parseArnWildcards('a*b*:?*')).toEqual([
    'a',
    { any: 'many in segment' },
    'b',
    { any: 'many' },
    ':',
    { any: 'one in segment' },
    { any: 'many' },
  ]);
  expect(parseArnWildcards('a*', false)).toEqual(['a', { any: 'many in segment' }]);
  expect(matcherOf(['a', '*', 'b'])('a*b')).toBe(true);
  expect(matcherOf(['a', '*', 'b'])('axb')).toBe(false);
  expect(matcherOf(['', 'a', '', { any: 'many' }])('abc')).toBe(true);
  expect(matcherOf(['a', { any: 'many in segment' }])('a:')).toBe(false);
  expect(matcherOf(['a', { any: 'many in segment' }])('ab')).toBe(true);
});
