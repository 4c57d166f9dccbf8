// Exercises pattern.ts against regular expressions as its oracle.
// It must not know rules or images.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canMatchTags, compilePattern, covers, overlap } from './pattern.js';

const text = (letters: string[], maxLength: number) =>
  fc.array(fc.constantFrom(...letters), { maxLength }).map((all) => all.join(''));
const regular = (pattern: string) => new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);

test('matches like the regular expression it stands for', () => {
  fc.assert(
    fc.property(text(['a', 'b', '.', '*'], 7), text(['a', 'b', '.'], 9), (pattern, tag) => {
      expect(compilePattern(pattern)(tag)).toBe(regular(pattern).test(tag));
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ['v*', 'v', true],
  ['v*', 'v1', true],
  ['v*', 'av', false],
  ['*', '', true],
  ['*prod*', 'repo-production', true],
  ['prod', 'prod', true],
  ['prod', 'prod1', false],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['a*b*b', 'ab', false],
  ['a*b*b', 'abb', true],
  ['v1.*', 'v1x3', false],
])('%s on "%s": %s', (pattern, tag, matches) => {
  expect(compilePattern(pattern)(tag)).toBe(matches);
});

test('a pattern covers another only if it matches all that the other matches', () => {
  fc.assert(
    fc.property(
      text(['a', 'b', '*'], 5),
      text(['a', 'b', '*'], 5),
      fc.array(text(['a', 'b', 'c'], 3), { minLength: 5, maxLength: 5 }),
      (wide, narrow, fillings) => {
        const pieces = narrow.split('*');
        const instance = pieces.map((piece, at) => (at === 0 ? piece : (fillings[at - 1] ?? '') + piece)).join('');
        if (covers(wide, narrow)) expect(compilePattern(wide)(instance)).toBe(true);
      },
    ),
    { numRuns: 5000 },
  );
});

test.each([
  ['*', 'v*', true],
  ['v*', 'v1*', true],
  ['v1*', 'v*', false],
  ['v*', '*', false],
  ['*-rc*', 'v*-rc1', true],
  ['v*', 'v1', true],
  ['v', 'v*', false],
  ['a*b', 'a*c*b', true],
])('%s covers %s: %s', (wide, narrow, expected) => {
  expect(covers(wide, narrow)).toBe(expected);
});

test('patterns overlap just where some tag matches both', () => {
  // Every text of two letters that is long enough for the pieces of both, one after the other.
  const texts = (length: number): string[] =>
    length === 0
      ? ['']
      : texts(length - 1).flatMap((one) => [one, ...(one.length === length - 1 ? [`${one}a`, `${one}b`] : [])]);
  const all = texts(8);
  fc.assert(
    fc.property(text(['a', 'b', '*'], 4), text(['a', 'b', '*'], 4), (one, other) => {
      const both = all.some((tag) => regular(one).test(tag) && regular(other).test(tag));
      expect(overlap(one, other)).toBe(both);
      expect(overlap(other, one)).toBe(both);
    }),
    { numRuns: 400 },
  );
});

test.each([
  ['v*', '*-rc', true],
  ['v*', 'w*', false],
  ['*-arm', '*-amd', false],
  ['v1*', 'v*', true],
  ['v*', 'v1*', true],
  ['*1', '*21', true],
  ['v1', 'v*', true],
  ['v1', 'v1', true],
  ['v1', 'v2', false],
  ['v*', 'w', false],
  ['a*z', 'ab*yz', true],
  ['a*', '*', true],
])('%s overlaps %s: %s', (one, other, expected) => {
  expect(overlap(one, other)).toBe(expected);
});

test.each([
  ['v*', true],
  ['A-z_0.9*', true],
  ['*', true],
  ['', false],
  ['feature/*', false],
  ['v?', false],
  ['^v', false],
  ['a b', false],
])('a tag can match "%s": %s', (pattern, expected) => {
  expect(canMatchTags(pattern)).toBe(expected);
});
