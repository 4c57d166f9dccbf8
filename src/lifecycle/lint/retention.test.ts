// Remarks about how much is kept, both ways: a policy that deserves each, and the nearest one that does not.
import { describe, expect, test } from 'vitest';
import { pushesADay } from './model.js';
import {
  archive,
  brief,
  days,
  image,
  images,
  last,
  messages,
  now,
  prefixed,
  replacements,
  rest,
  rule,
  sha,
  tagged,
  untagged,
} from './testing/build.js';

describe('how much is kept', () => {
  const branchRule = (pattern: string, count: number) => [rule(1, { ...tagged(pattern), ...last(count) }), ...rest];
  test('one count for many branches', () => {
    expect(messages('shared-count', branchRule('feature-*', 3))).toEqual([
      'warning: the last 3 of "feature-*" are 3 of all branches together, not of each | ECR cannot count for each branch; the nearest is an age: "sinceImagePushed" with 14 days keeps every branch that is worked on',
    ]);
    expect(brief(branchRule('pr-*', 5))).toEqual(['warning shared-count rules.0.selection.countNumber']);
    expect(brief(branchRule('pr-*', 6))).toEqual(['info shared-count rules.0.selection.countNumber']);
    expect(brief(branchRule('pr-*', 99))).toEqual(['info shared-count rules.0.selection.countNumber']);
    expect(brief(branchRule('pr-*', 100))).toEqual([]);
    expect(brief(branchRule('prod-*', 5))).toEqual([]);
    expect(brief([rule(1, { ...prefixed('feature-'), ...last(3) }), ...rest])).toEqual([
      'warning shared-count rules.0.selection.countNumber',
    ]);
    expect(brief([rule(1, { ...tagged('pr-*'), ...days(14) }), ...rest])).toEqual([]);
    expect(replacements('shared-count', branchRule('pr-*', 3))).toEqual([
      [rule(1, { ...tagged('pr-*'), ...days(14) })],
    ]);
  });
  test('the branches there are', () => {
    const branch = (...names: string[]) => ({
      images: names.map((name, index) => image(`feature-${name}`, index)),
      now,
    });
    expect(messages('shared-count', branchRule('feature-*', 2), branch('a-1', 'b-1', 'c-1', 'c-2'))[0]).toContain(
      'not of each; there are 3 now',
    );
    expect(brief(branchRule('feature-*', 2), branch('a-1', 'b-1', 'c-1'))).toEqual([
      'warning shared-count rules.0.selection.countNumber',
    ]);
    expect(brief(branchRule('feature-*', 3), branch('a-1', 'b-1', 'c-1'))).toEqual([
      'info shared-count rules.0.selection.countNumber',
    ]);
    expect(brief(branchRule('feature-*', 2), branch('a-1', 'a-2', 'a-3'))).toEqual([]);
  });
  test('a pace of ten or more a day has no digits behind the point', () => {
    expect([9.96, 10, 10.4, 12.5, 1, 0.96].map(pushesADay)).toEqual([
      '10 pushes a day',
      '10 pushes a day',
      '10 pushes a day',
      '13 pushes a day',
      '1 push a day',
      '1 push a day',
    ]);
  });
  test('too few to roll back to, at the pace there is', () => {
    const policy = (count: number) => [rule(1, { ...tagged('v*'), ...last(count) }), ...rest];
    const releases = images(20, (index) => `v1.${index}`, 0, 0.5);
    // Two a day: a week takes fourteen, and the one before.
    expect(brief(policy(14), { images: releases, now })).toEqual([
      'warning short-rollback rules.0.selection.countNumber',
    ]);
    expect(messages('short-rollback', policy(5), { images: releases, now })).toEqual([
      'warning: at 2 pushes a day the last 5 reach back 2 days; going back 7 days takes 15 | keep 15, or give what is deployed a tag and a rule of its own',
    ]);
    expect(brief(policy(15), { images: releases, now })).toEqual([]);
    expect(brief(policy(7), { images: releases, now, rollbackWindowDays: 3 })).toEqual([]);
    expect(brief(policy(6), { images: releases, now, rollbackWindowDays: 3 })).toEqual([
      'warning short-rollback rules.0.selection.countNumber',
    ]);
    // Builds that pass by are not rolled back to.
    const builds = images(20, (index) => `ci-${index}`, 0, 0.5);
    expect(brief([rule(1, { ...tagged('ci-*'), ...last(5) }), ...rest], { images: builds, now })).toEqual([]);
  });
  test('a rule about everything is judged by a window that somebody gave', () => {
    const all = images(40, sha, 0, 0.25);
    // Four a day: a week takes twenty-eight, and the one before.
    const keeping = (count: number) => [rule(800, untagged()), rule(900, { ...tagged('*'), ...last(count) })];
    expect(brief(keeping(29), { images: all.slice(0, 12), now })).toEqual([]);
    expect(brief(keeping(28), { images: all.slice(0, 12), now })).toEqual([
      'info short-rollback rules.1.selection.countNumber',
    ]);
    expect(brief([rule(800, untagged()), rule(900, { ...tagged('*'), ...last(10) })], { images: all, now })).toEqual([
      'info short-rollback rules.1.selection.countNumber',
    ]);
    expect(
      brief([rule(800, untagged()), rule(900, { ...tagged('*'), ...last(10) })], {
        images: all,
        now,
        rollbackWindowDays: 7,
      }),
    ).toEqual(['warning short-rollback rules.1.selection.countNumber']);
    expect(brief([rule(800, untagged()), rule(900, { ...tagged('*'), ...last(40) })], { images: all, now })).toEqual(
      [],
    );
  });
  test('the newest alone', () => {
    expect(messages('short-rollback', [rule(1, { ...tagged('prod-*'), ...last(1) }), ...rest])).toEqual([
      'warning: it keeps the newest of "prod-*" alone: there is nothing to roll back to, and a push deletes what is running | keep 10',
    ]);
    expect(messages('short-rollback', [rule(1, last(1))])[0]).toContain('it keeps the newest image alone');
    expect(brief([rule(1, { ...tagged('prod-*'), ...last(2) }), ...rest])).toEqual([]);
    expect(brief([rule(1, { ...tagged('test-*'), ...last(1) }), ...rest])).toEqual([]);
    expect(brief([rule(1, { ...tagged('other-*'), ...last(1) }), ...rest])).toEqual([]);
  });
  test('an age alone can take the last image', () => {
    const aged = (number: number) => [rule(1, { ...tagged('v*'), ...days(number) }), ...rest];
    expect(messages('may-empty', aged(30))).toEqual([
      'warning: 30 days without a push, and it deletes the last image of "v*", running or not | keep a number instead: "imageCountMoreThan" with 10',
    ]);
    expect(brief(aged(179))).toEqual(['warning may-empty rules.0.selection.countType']);
    expect(brief(aged(180))).toEqual(['info may-empty rules.0.selection.countType']);
    expect(replacements('may-empty', aged(30))).toEqual([[rule(1, { ...tagged('v*'), ...last(10) })]]);
    expect(brief([rule(1, { ...tagged('pr-*'), ...days(30) }), ...rest])).toEqual([]);
    expect(brief([rule(1, { ...tagged('other-*'), ...days(30) }), ...rest])).toEqual([]);
    expect(messages('may-empty', [rule(1, days(30))])[0]).toContain('it deletes the last image, running or not');
    expect(messages('may-empty', [rule(1, { ...tagged('*'), ...days(30) })])[0]).toContain('the last tagged image');
    expect(messages('may-empty', [rule(1, { ...tagged('*'), ...days(30) }, archive)])[0]).toContain(
      'it archives the last tagged image',
    );
    expect(messages('may-empty', [rule(1, untagged(30))])).toEqual([]);
    // What a rule before it keeps by number is there to run; what it keeps by tag alone may be nothing.
    expect(messages('may-empty', [rule(1, { ...tagged('prod-*'), ...last(10) }), rule(2, days(30))])).toEqual([]);
    expect(messages('may-empty', [rule(1, { ...tagged('prod-*'), ...days(90) }), rule(2, days(30))]).length).toBe(2);
    expect(
      messages('may-empty', [rule(1, { ...tagged('slipway-in-use-*'), ...last(100_000) }), rule(2, days(30))]).length,
    ).toBe(1);
    expect(
      messages('may-empty', [rule(1, { ...tagged('x-*'), ...last(10) }), rule(2, { ...tagged('v*'), ...days(30) })])
        .length,
    ).toBe(1);
  });
  test('all that there are', () => {
    const aged = [rule(1, { ...tagged('v*'), ...days(200) }), ...rest];
    expect(messages('may-empty', aged, { images: images(3, (index) => `v1.${index}`, 201), now })[0]).toContain(
      'warning: it deletes all 3 images of "v*" there are: the newest',
    );
    expect(brief(aged, { images: [image('v1', 200)], now })).toEqual(['info may-empty rules.0.selection.countType']);
    expect(brief(aged, { images: [image('v1', 201)], now })).toEqual(['warning may-empty rules.0.selection.countType']);
    expect(messages('may-empty', aged, { images: [image('v1', 201)], now })[0]).toContain(
      'there is: the newest was pushed 201 days ago',
    );
  });
});
