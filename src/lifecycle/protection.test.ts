// Exercises protection.ts: the tags, the rules that never act, and when a policy protects.
// It must not know how an image comes to be in use.
import { describe, expect, test } from 'vitest';
import { compileLifecycle } from './compile.js';
import { evaluate } from './evaluate.js';
import type { LifecyclePolicy, LifecycleSelection } from './model.js';
import {
  endangers,
  isProtective,
  isProtectiveTag,
  neverActs,
  protectivePattern,
  protectiveRule,
  protectiveTag,
  protects,
} from './protection.js';

const digest = `sha256:0123456789abcdef${'0'.repeat(48)}`;

test('the tag of an image', () => {
  expect(protectiveTag(digest)).toBe('slipway-in-use-0123456789ab');
  expect(protectiveTag(digest.toUpperCase().replace('SHA256:', ''))).toBe('slipway-in-use-0123456789ab');
  expect(isProtectiveTag(protectiveTag(digest))).toBe(true);
});

test.each([
  ['slipway-in-use-*', true],
  ['slipway-in-use-0123456789ab', true],
  ['slipway-in-use-', true],
  ['slipway-in-use*', false],
  ['slipway-*', false],
  ['v*', false],
])('%s is about protected images alone: %s', (pattern, expected) => {
  expect(isProtective(pattern)).toBe(expected);
});

test.each<[LifecycleSelection['countType'], number, boolean]>([
  ['imageCountMoreThan', 99_999, false],
  ['imageCountMoreThan', 100_000, true],
  ['sinceImagePushed', 36_499, false],
  ['sinceImagePushed', 36_500, true],
  ['sinceImageTransitioned', 36_500, true],
])('%s %i never acts: %s', (countType, countNumber, expected) => {
  expect(neverActs({ tagStatus: 'any', countType, countNumber })).toBe(expected);
});

describe('a policy protects', () => {
  const rule = (rulePriority: number, selection: Partial<LifecycleSelection>): LifecyclePolicy['rules'][number] => ({
    rulePriority,
    selection: { tagStatus: 'tagged', countType: 'imageCountMoreThan', countNumber: 1, ...selection },
    action: { type: 'expire' },
  });
  const all = { tagPatternList: ['*'] };
  const guard = protectiveRule(5);
  const untagged = rule(1, { tagStatus: 'untagged' });
  const never = { tagPatternList: ['v*'], countNumber: 100_000 };

  test.each<[string, LifecyclePolicy['rules'], boolean]>([
    ['nothing', [], false],
    ['the rule alone', [guard], true],
    ['the rule before others, wherever it stands', [rule(9, all), guard], true],
    ['the rule behind one that acts', [rule(1, all), guard], false],
    ['the rule behind one for untagged images', [untagged, guard], true],
    ['the rule behind one for images in archive', [rule(1, { ...all, storageClass: 'archive' }), guard], true],
    ['the rule behind one that never acts', [rule(1, never), guard], true],
    ['a rule that never acts on every tag', [rule(1, { ...all, countNumber: 100_000 })], true],
    ['a rule that never acts on any image', [rule(1, { tagStatus: 'any', countNumber: 100_000 })], true],
    ['a rule that never acts on other tags', [rule(1, never)], false],
    ['its tags by prefix', [rule(1, { tagPrefixList: ['slipway-in-use-'], countNumber: 100_000 })], true],
    ['some of its tags', [rule(1, { tagPrefixList: ['slipway-in-use-0'], countNumber: 100_000 })], false],
    [
      'its tags only with others',
      [rule(1, { tagPatternList: ['slipway-in-use-*', 'v*'], countNumber: 100_000 })],
      false,
    ],
    ['a rule that acts', [rule(1, { tagPatternList: [protectivePattern], countNumber: 99_999 })], false],
  ])('%s', (_, rules, expected) => {
    expect(protects({ rules })).toBe(expected);
  });

  test.each<[string, LifecyclePolicy['rules'], boolean]>([
    ['nothing', [], false],
    [
      'rules for untagged images and images in archive',
      [untagged, rule(2, { ...all, storageClass: 'archive' })],
      false,
    ],
    ['a rule that never acts', [rule(1, never)], false],
    ['a rule that acts, on whatever tags', [rule(1, never), rule(2, { tagPatternList: ['w*'] })], true],
    ['a rule for any image', [rule(1, { tagStatus: 'any' })], true],
    ['a rule that acts behind the one that protects', [guard, rule(9, all)], false],
    ['a rule that acts before the one that protects', [rule(4, all), guard], true],
  ])('or endangers: %s', (_, rules, expected) => {
    expect(endangers({ rules })).toBe(expected);
  });

  test('with protectInUse, of standard images and of those in archive', () => {
    const policy = compileLifecycle({
      protectInUse: true,
      keep: [{ tags: ['v*'], last: 1 }],
      archive: { olderThanDays: 1, expireAfterDays: 90 },
    });
    if (policy === null) throw new Error('there is something to do');
    expect(protects(policy)).toBe(true);
    const day = 86_400_000;
    const old = { pushedAt: 0, lastArchivedAt: 0 };
    const tags = ['v1', protectiveTag(digest)];
    const outcomes = evaluate(
      policy,
      [
        { digest: 'a', tags, ...old },
        { digest: 'b', tags, storageClass: 'archive', ...old },
        { digest: 'c', tags: ['v2'], ...old, pushedAt: 1 },
        { digest: 'd', tags: ['v3'], ...old, pushedAt: 2 },
        { digest: 'e', tags: ['v4'], storageClass: 'archive', ...old },
      ],
      999 * day,
    );
    expect(outcomes.map(({ action }) => action)).toEqual(['keep', 'keep', 'expire', 'keep', 'expire']);
  });
});
