// Exercises selection.ts: which images a rule is about, and when one rule leaves nothing to another.
// It must not know counting, ages or actions.
import { expect, test } from 'vitest';
import type { Image, LifecycleSelection } from './model.js';
import { compileSelection, compileTags, selectsAll } from './selection.js';

type Part = Partial<LifecycleSelection>;
const selection = (part: Part): LifecycleSelection => ({
  tagStatus: 'tagged',
  countType: 'imageCountMoreThan',
  countNumber: 1,
  ...part,
});
const patterns = (...tagPatternList: string[]): Part => ({ tagPatternList });
const prefixes = (...tagPrefixList: string[]): Part => ({ tagPrefixList });
const any: Part = { tagStatus: 'any' };
const untagged: Part = { tagStatus: 'untagged' };
const archived: Part = { storageClass: 'archive' };

test.each<[Part, Part, boolean]>([
  [any, any, true],
  [any, untagged, true],
  [any, patterns('v*'), true],
  [any, { ...any, ...archived }, false],
  [{ ...any, ...archived }, any, false],
  [{ ...any, storageClass: 'standard' }, any, true],
  [any, { ...any, storageClass: 'standard' }, true],
  [untagged, untagged, true],
  [untagged, any, false],
  [untagged, patterns('v*'), false],
  [patterns('*'), untagged, false],
  [patterns('*'), any, false],
  [patterns('v*'), patterns('v1*'), true],
  [patterns('v1*'), patterns('v*'), false],
  [prefixes('v'), patterns('v1'), true],
  [patterns('v*'), prefixes('v'), true],
  [prefixes('v1'), prefixes('v'), false],
  // Every entry must match: more entries select fewer images.
  [patterns('a*'), patterns('a*', 'b*'), true],
  [patterns('a*', 'b*'), patterns('a*'), false],
  [patterns('a*', 'b*'), patterns('b1*', 'a1*'), true],
  // A prefix takes a wildcard literally.
  [prefixes('v*'), patterns('v1'), false],
  [patterns('v*'), prefixes('v*'), true],
])('%j selects all of %j: %s', (first, second, expected) => {
  expect(selectsAll(selection(first), selection(second))).toBe(expected);
});

test.each<[Part, string[], Image['storageClass'], boolean]>([
  [any, [], undefined, true],
  [any, ['t'], 'standard', true],
  [any, ['t'], 'archive', false],
  [{ ...any, ...archived }, ['t'], 'archive', true],
  [{ ...any, ...archived }, ['t'], undefined, false],
  [untagged, [], undefined, true],
  [untagged, ['t'], undefined, false],
  [patterns('a*', '*b'), ['ab'], undefined, true],
  [patterns('a*', '*b'), ['a1', '1b'], undefined, true],
  [patterns('a*', '*b'), ['a1'], undefined, false],
  [patterns('a*'), ['b', 'a'], undefined, true],
  [patterns('*'), [], undefined, false],
  [patterns(), [], undefined, false],
  [prefixes('a'), ['ba'], undefined, false],
  [prefixes('a'), ['ab'], undefined, true],
  [prefixes('a', 'b'), ['ab'], undefined, false],
  [prefixes('a', 'b'), ['ab', 'ba'], undefined, true],
  [prefixes('a*'), ['ab'], undefined, false],
  // Tags differ by case.
  [patterns('V*'), ['v1'], undefined, false],
])('%j is about %j in %s: %s', (part, tags, storageClass, expected) => {
  const image: Image = { digest: 'd', tags, pushedAt: 0, ...(storageClass === undefined ? {} : { storageClass }) };
  expect(compileSelection(selection(part))(image)).toBe(expected);
});

test.each<[Part, string[], boolean]>([
  [patterns('V*'), ['v1'], true],
  [patterns('v*'), ['V1'], true],
  [patterns('v*'), ['w1'], false],
  [prefixes('Va'), ['vA1'], true],
  [prefixes('va'), ['VA1'], true],
  [prefixes('va'), ['b'], false],
  [untagged, [], true],
  [untagged, ['v1'], false],
])('%j is about %j, were case nothing: %s', (part, tags, expected) => {
  expect(compileTags(selection(part), 'insensitive')(tags)).toBe(expected);
});
