// Exercises nearest-pattern.ts: what people write, and what they are told to write.
// It must not know the manifest.
import { expect, test } from 'vitest';
import { nearestPattern } from './nearest-pattern.js';

const only = '"*" is the only wildcard ECR knows: the nearest is';

test.each<[string, string | undefined]>([
  ['^v[0-9]+$', `${only} "v*"`],
  ['^v', `${only} "v*"`],
  ['^v$', `${only} "v"`],
  ['v\\d+\\.\\d+', `${only} "v*.*"`],
  ['^v\\d{1,3}$', `${only} "v*"`],
  ['release-.+', `${only} "release-*"`],
  ['v?', `${only} "v*"`],
  ['v1.?', `${only} "v1*"`],
  ['v(1|2)*', `${only} "v1*", "v2*"`],
  ['(?:dev|test)-*', `${only} "dev-*", "test-*"`],
  ['{dev,test}-*', `${only} "dev-*", "test-*"`],
  ['dev|test', `${only} "dev", "test"`],
  ['(a|b)(c|d)', `${only} "ac", "ad", "bc", "bd"`],
  ['(a|b|c|d|e)', undefined],
  ['(dev)+', undefined],
  ['feature/*', 'tags have no "/": the nearest is "feature-*"'],
  ['!latest', 'ECR cannot exclude tags: give "latest" an entry of its own before the one for the rest'],
  ['[a]b[c]d[e]f[g]', `${only} "*b*d*f*"`],
  ['[a]b[c]d[e]f[g]h[i]', undefined],
  ['(dev|é)-*', undefined],
  ['(dev)-*', `${only} "dev-*"`],
  ['{dev,1}-*', `${only} "dev-*", "1-*"`],
  ['{1,dev}-*', `${only} "1-*", "dev-*"`],
  ['v1{,-rc}', `${only} "v1", "v1-rc"`],
  ['v1{-rc,}', `${only} "v1-rc", "v1"`],
  ['v.{2,10}', `${only} "v*"`],
  ['v{2,10}', undefined],
  ['v.*+', `${only} "v*"`],
  ['v[0-9][a-z]', `${only} "v*"`],
  ['v??', `${only} "v*"`],
  ['a^b', undefined],
  ['a$b', undefined],
  ['', undefined],
  ['a b', undefined],
  ['é*', undefined],
])('%s: %s', (pattern, wanted) => {
  expect(nearestPattern(pattern)).toBe(wanted);
});
