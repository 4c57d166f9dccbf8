// Every remark both ways: a policy that deserves it, and the nearest one that does not.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { presets } from '../../manifest/presets.js';
import { compileLifecycle } from '../compile.js';
import type { Image, LifecycleIntent, LifecycleRule } from '../model.js';
import { validateLifecyclePolicyText } from '../validate.js';
import { archiveRemarks } from './archive.js';
import { lintIntent } from './intent.js';
import { lint, lintWithImages } from './lint.js';
import { pushesADay } from './model.js';
import { stockOf } from './stock.js';
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
  tagged,
  untagged,
} from './testing/build.js';
import { viewOf } from './view.js';

const sha = (index: number) => `${(index * 7919 + 0x1a2b3c).toString(16).padStart(7, '0').slice(0, 6)}a1`;

describe('tag lists', () => {
  test('entries that no one tag can match need one rule each', () => {
    const trap = [rule(10, { ...tagged('prod-*', 'release-*'), ...last(20) }), ...rest];
    expect(brief(trap)).toEqual(['warning and-trap rules.0.selection.tagPatternList']);
    expect(messages('and-trap', trap)).toEqual([
      'warning: an image must match "prod-*" and "release-*" at once, with a tag for each | for images that match any of them, write one rule for each: "prod-*" with priority 10 and "release-*" with priority 11',
    ]);
    expect(replacements('and-trap', trap)).toEqual([
      [rule(10, { ...tagged('prod-*'), ...last(20) }), rule(11, { ...tagged('release-*'), ...last(20) })],
    ]);
    expect(
      brief([
        rule(10, { ...tagged('prod-*'), ...last(20) }),
        rule(11, { ...tagged('release-*'), ...last(20) }),
        ...rest,
      ]),
    ).toEqual([]);
  });
  test('entries that one tag can match are meant so', () => {
    expect(brief([rule(10, { ...tagged('prod-*', '*-arm64'), ...last(20) }), ...rest])).toEqual([]);
    expect(brief([rule(10, { ...prefixed('prod-'), ...last(20) }), ...rest])).toEqual([]);
    expect(brief([rule(10, { ...tagged('prod-*', 'prod-*'), ...last(20) }), ...rest])).toEqual([]);
  });
  test('prefixes trap as patterns do, and are proposed as prefixes', () => {
    const trap = [
      rule(1, { ...prefixed('alpha', 'beta', 'gamma'), ...last(20) }),
      rule(5, { ...tagged('*'), ...last(30) }),
      rule(6, untagged()),
    ];
    expect(brief(trap)).toEqual(['warning and-trap rules.0.selection.tagPrefixList']);
    expect(replacements('and-trap', trap)[0]?.map((one) => [one.rulePriority, one.selection.tagPrefixList])).toEqual([
      [1, ['alpha']],
      [2, ['beta']],
      [3, ['gamma']],
    ]);
  });
  test('where there is no room for the rules, none are proposed', () => {
    const tight = [
      rule(1, { ...tagged('a*', 'b*'), ...last(20) }),
      rule(2, { ...tagged('*'), ...last(30) }),
      rule(3, untagged()),
    ];
    expect(replacements('and-trap', tight)).toEqual([undefined]);
    expect(messages('and-trap', tight)[0]).toContain('| for images that match any of them, write one rule for each');
    // Below it there may be room.
    const below = [
      rule(9, { ...tagged('a*', 'b*'), ...last(20) }),
      rule(10, { ...tagged('*'), ...last(30) }),
      rule(11, untagged()),
    ];
    expect(replacements('and-trap', below)[0]?.map((one) => one.rulePriority)).toEqual([8, 9]);
  });
  test('images tell whether the author knew', () => {
    const trap = [rule(10, { ...tagged('a-*', 'b-*'), ...last(20) }), ...rest];
    const both = images(2, (index) => [`a-${index}`, `b-${index}`]);
    const one = images(3, (index) => `a-${index}`);
    expect(brief(trap, { images: [...both, ...one.slice(0, 2)], now })).toEqual([]);
    expect(brief(trap, { images: [...both, ...one], now })).toEqual(['info and-trap rules.0.selection.tagPatternList']);
    expect(messages('and-trap', trap, { images: [...both, ...one], now })[0]).toContain(
      '; of 5 images that match one of them, 2 match all',
    );
    expect(messages('and-trap', trap, { images: [...one, image('b-1', 1)], now })[0]).toContain(
      'warning: an image must match "a-*" and "b-*" at once, with a tag for each; of 4 images that match one of them, none matches all',
    );
    expect(messages('and-trap', trap, { images: [image('a-1', 1)], now })[0]).toContain(
      '; of 1 image that matches one of them, none matches all',
    );
    expect(messages('and-trap', trap, { images: [image([], 1)], now })[0]).toContain('with a tag for each |');
  });
  test('an entry that another implies says nothing', () => {
    const idle = [rule(10, { ...tagged('v*', 'v1*', 'v1.2*'), ...last(20) }), ...rest];
    expect(messages('redundant-entry', idle)).toEqual([
      'info: "v*" and "v1*" say nothing beside "v1.2*": every entry must match, and the narrower is the one that decides | for images that match either, write "v*" and "v1*" alone; for those of "v1.2*", remove the wider',
    ]);
    expect(brief(idle)).toEqual(['info redundant-entry rules.0.selection.tagPatternList']);
    expect(messages('redundant-entry', [rule(10, { ...tagged('v*', 'v1*'), ...last(20) })])[0]).toContain(
      '"v*" says nothing beside "v1*"',
    );
  });
  test('an entry that no tag can match', () => {
    const dead = (selection: Parameters<typeof rule>[1]) => brief([rule(10, { ...selection, ...last(20) }), ...rest]);
    expect(dead(tagged('feature/*'))).toEqual(['warning never-matches rules.0.selection.tagPatternList.0']);
    expect(dead(tagged('-x*'))).toEqual(['warning never-matches rules.0.selection.tagPatternList.0']);
    expect(dead(tagged('.x*'))).toEqual(['warning never-matches rules.0.selection.tagPatternList.0']);
    expect(dead(tagged('ok*', 'x y'))).toEqual(['warning never-matches rules.0.selection.tagPatternList.1']);
    expect(dead(prefixed('v*'))).toEqual(['warning never-matches rules.0.selection.tagPrefixList.0']);
    expect(dead(prefixed('feature/'))).toEqual(['warning never-matches rules.0.selection.tagPrefixList.0']);
    expect(dead(tagged('_x-*'))).toEqual([]);
    expect(dead(tagged('*-x'))).toEqual([]);
    expect(messages('never-matches', [rule(1, prefixed('v*'))])).toEqual([
      'warning: a prefix takes "*" literally, so no tag can match "v*" and the rule never acts | write tagPatternList ["v*"] instead, or the prefix without "*"',
    ]);
    expect(messages('never-matches', [rule(1, tagged('a/b'))])).toEqual([
      'warning: no tag can match "a/b", so the rule never acts | write a pattern that tags can match',
    ]);
  });
  test('an entry that matches none of the tags there are, with the nearest that would', () => {
    const found = (pattern: string, ...tags: string[]) =>
      messages('matches-nothing', [rule(10, { ...tagged(pattern), ...last(20) }), ...rest], {
        images: tags.map((tag, index) => image(tag, index)),
        now,
      });
    expect(found('prod', 'prod-1', 'prod-2')).toEqual([
      'warning: "prod" matches none of the repository\'s 2 tags; "prod-*" would match 2 tags, "prod-1" among them | write the pattern "prod-*"',
    ]);
    expect(found('Prod-*', 'prod-1')[0]).toContain('"prod-*" would match 1 tag,');
    expect(found('prod_*', 'prod-1')[0]).toContain('"prod-*" would match');
    expect(found('v1.*', '1.2.3')[0]).toContain('"1.*" would match');
    expect(found('1.*', 'v1.2.3')[0]).toContain('"v1.*" would match');
    expect(found('prodution-*', 'production-7')[0]).toContain('"production-*" would match');
    expect(found('qa-*', 'prod-1', 'latest', '1.2.3')).toEqual([
      'info: "qa-*" matches none of the repository\'s 3 tags; there are prod-*, latest and versions like 1.2.3 | correct it, or remove the rule where no such tag will come',
    ]);
    expect(found('prod-*', 'prod-1')).toEqual([]);
    expect(found('prod-*')).toEqual([]);
    // Untagged images have no tags to match.
    expect(messages('matches-nothing', [rule(1, tagged('a*'))], { images: [image([], 1)], now })).toEqual([]);
  });
  test('of prefixes, the nearest prefix; of a second entry, its own place', () => {
    const context = { images: [image('prod-1', 1)], now };
    expect(messages('matches-nothing', [rule(10, prefixed('Prod-'))], context)).toEqual([
      'warning: "Prod-" matches none of the repository\'s 1 tag; "prod-*" would match 1 tag, "prod-1" among them | write the prefix "prod-"',
    ]);
    expect(brief([rule(10, { ...tagged('prod-*', '*-amd'), ...last(20) }), ...rest], context)).toEqual([
      'info matches-nothing rules.0.selection.tagPatternList.1',
    ]);
    // Rules for what the protective tags mark, and for the archive, wait for what may come.
    expect(brief([rule(10, { ...tagged('slipway-in-use-*'), ...last(100_000) }), ...rest], context)).toEqual([]);
  });
});

describe('rules beside each other', () => {
  test('one that another shadows', () => {
    expect(
      messages('shadowed-rule', [
        rule(1, { ...tagged('v*'), ...last(20) }),
        rule(2, { ...tagged('v1*'), ...last(20) }),
        ...rest,
      ]),
    ).toEqual([
      'warning: the rule of priority 2 never acts: the rule of priority 1 selects every image it selects | give it a rulePriority below 1, or remove it',
    ]);
    expect(
      brief([rule(1, { ...tagged('v1*'), ...last(20) }), rule(2, { ...tagged('v*'), ...last(20) }), ...rest]),
    ).toEqual([]);
    expect(
      messages('shadowed-rule', [
        rule(1, { ...tagged('v*'), ...last(20) }),
        rule(2, { ...prefixed('v'), ...last(20) }),
        ...rest,
      ])[0],
    ).toContain('| both select the same images and only the first acts on them: remove one');
    // The order in the text means nothing.
    expect(
      brief([rule(2, { ...tagged('v1*'), ...last(20) }), rule(1, { ...tagged('v*'), ...last(20) }), ...rest]),
    ).toEqual(['warning shadowed-rule rules.0']);
  });
  test('expiry behind an archive never acts: archived images expire where they are', () => {
    const both = [
      rule(1, { ...tagged('*'), ...days(90, 'sinceImagePulled') }, archive),
      rule(2, { ...tagged('*'), ...last(50) }),
      rule(3, untagged()),
    ];
    expect(messages('shadowed-rule', both)[0]).toContain(
      '| expire the images where they are then: storageClass "archive" with "sinceImageTransitioned"',
    );
    const right = [
      both[0] as LifecycleRule,
      rule(2, { ...days(90, 'sinceImageTransitioned'), storageClass: 'archive' }),
      rule(3, untagged()),
    ];
    expect(messages('shadowed-rule', right)).toEqual([]);
  });
  test('the rule for all images, where others select all tagged and all untagged ones', () => {
    const all = [rule(1, untagged()), rule(2, { ...tagged('*'), ...last(20) }), rule(3, last(20))];
    expect(messages('shadowed-rule', all)).toEqual([
      'warning: the rule of priority 3 never acts: the rules of priority 1 and 2 select all untagged and all tagged images before it | remove it',
    ]);
    // Only the rule for all images takes both.
    const tagged5 = rule(3, { ...tagged('v*'), ...last(5) });
    expect(messages('shadowed-rule', [all[0] as LifecycleRule, all[1] as LifecycleRule, tagged5])[0]).toContain(
      'the rule of priority 2 selects every image',
    );
    expect(messages('shadowed-rule', [all[0] as LifecycleRule, all[2] as LifecycleRule])).toEqual([]);
    expect(messages('shadowed-rule', [all[1] as LifecycleRule, all[2] as LifecycleRule])).toEqual([]);
  });
  test('a count of one tag never acts, unless it keeps the image from a later rule', () => {
    const pinned = rule(1, { ...tagged('prod'), ...last(1) });
    expect(messages('never-acts', [pinned, rule(2, untagged())])).toEqual([
      'warning: the rule of priority 1 never acts: a tag names one image at a time, so there are never more than 1 of "prod" | write "prod*" for every tag that begins so, or remove the rule',
    ]);
    expect(messages('never-acts', [pinned, ...rest])).toEqual([]);
    expect(messages('never-acts', [pinned, rule(2, { ...tagged('p*'), ...last(20) })])).toEqual([]);
    expect(messages('never-acts', [pinned, rule(2, last(20))])).toEqual([]);
    expect(messages('never-acts', [pinned, rule(2, { ...tagged('q*'), ...last(20) })]).length).toBe(1);
    expect(messages('never-acts', [rule(1, { ...tagged('prod*'), ...last(1) })])).toEqual([]);
    expect(messages('never-acts', [rule(1, { ...prefixed('prod'), ...last(1) })])).toEqual([]);
    expect(messages('never-acts', [rule(1, { ...tagged('prod'), ...days(30) })])).toEqual([]);
    expect(brief([pinned, rule(2, untagged())])).toContain('warning never-acts rules.0.selection.tagPatternList');
  });
  test('the rule for all images may be filled by what others keep', () => {
    const keeps = (any: number) => [
      rule(1, { ...tagged('v*'), ...last(6) }),
      rule(2, { ...tagged('w*'), ...last(4) }),
      rule(3, untagged()),
      rule(9, last(any)),
    ];
    expect(messages('any-outpaced', keeps(10))).toEqual([
      'info: the rule for all images keeps the newest 10, and counts among them up to 10 that the 2 rules before it keep: of others nothing may be left | count beyond 20, which leaves room for 10 others, or give the others patterns of their own',
    ]);
    expect(messages('any-outpaced', keeps(11))).toEqual([]);
    expect(brief(keeps(10))).toContain('info any-outpaced rules.3.selection.countNumber');
    const aged = [rule(1, { ...tagged('v*'), ...days(30) }), rule(9, last(1))];
    expect(messages('any-outpaced', aged)).toEqual([]);
    const protective = [rule(1, { ...tagged('slipway-in-use-*'), ...last(100_000) }), rule(9, last(20))];
    expect(messages('any-outpaced', protective)).toEqual([]);
  });
  test('the images show whether it is', () => {
    const policy = [rule(1, { ...tagged('v*'), ...last(50) }), rule(9, last(10))];
    const releases = images(8, (index) => `v1.${index}`, 0);
    const builds = images(6, (index) => `b-${index}`, 20);
    expect(messages('any-outpaced', policy, { images: [...releases, ...builds], now })).toEqual([
      'warning: of 6 images that no rule before it selects, the rule for all images keeps 2 and not 10: it counts the images that the rule before it keeps as well | count beyond 60, which leaves room for 10 others, or give the others patterns of their own',
    ]);
    expect(messages('any-outpaced', policy, { images: [...releases.slice(4), ...builds], now })).toEqual([]);
    expect(messages('any-outpaced', policy, { images: [...releases, ...builds.slice(4)], now })).toEqual([]);
  });
  test('the rule for all images counts those without tags', () => {
    const cdk = [rule(1, untagged()), rule(2, last(30))];
    expect(brief(cdk)).toEqual(['info any-counts-untagged rules.1.selection.tagStatus']);
    expect(replacements('any-counts-untagged', cdk)).toEqual([[rule(2, { ...tagged('*'), ...last(30) })]]);
    const alone = [rule(2, last(30))];
    expect(replacements('any-counts-untagged', alone)).toEqual([
      [rule(2, { ...tagged('*'), ...last(30) }), rule(10, untagged())],
    ]);
    expect(messages('any-counts-untagged', alone)[0]).toContain(
      'with tagPatternList ["*"], and a rule for untagged ones',
    );
    expect(messages('any-counts-untagged', cdk)[0]).toMatch(/\["\*"\]$/);
    // As good as any proposal: ECR takes it.
    for (const replacement of replacements('any-counts-untagged', alone))
      expect(validateLifecyclePolicyText(JSON.stringify({ rules: replacement })).valid).toBe(true);
    expect(messages('any-counts-untagged', [rule(2, days(30))])).toEqual([]);
    expect(messages('any-counts-untagged', [rule(2, last(30), archive)])).toEqual([]);
  });
  test('the images show how many it counts', () => {
    const policy = [rule(2, last(6))];
    const some = (without: number) => [
      ...images(6 - without, (index) => `v1.${index}`),
      ...images(without, () => [], 7),
      image('v0', 40),
    ];
    expect(messages('any-counts-untagged', policy, { images: some(2), now })).toEqual([
      'warning: of the newest 6 images that it keeps, 2 have no tag: it keeps 4 tagged images | count tagged images alone: tagStatus "tagged" with tagPatternList ["*"], and a rule for untagged ones',
    ]);
    expect(messages('any-counts-untagged', policy, { images: some(1), now })).toEqual([]);
    expect(messages('any-counts-untagged', policy, { images: [], now })[0]).toContain(
      'info: it counts images without tags',
    );
  });
  test('protective tags, and no rule that keeps them', () => {
    const context = { images: [image(['v1.0', 'slipway-in-use-0123456789ab'], 1)], now };
    const protective = rule(1, { ...tagged('slipway-in-use-*'), ...last(100_000) });
    expect(brief(rest, context)).toEqual(['warning unprotected rules']);
    expect(messages('unprotected', rest, context)[0]).toContain('1 image carries a tag of `slipway protect`');
    const two = [...context.images, image(['v2.0', 'slipway-in-use-00000000abcd'], 1)];
    expect(messages('unprotected', rest, { images: two, now })[0]).toContain(
      '2 images carry a tag of `slipway protect`',
    );
    expect(brief([protective, ...rest], context)).toEqual([]);
    expect(brief(rest, { images: [image('v1.0', 1)], now })).toEqual([]);
  });
});

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

describe('untagged images', () => {
  const soon = (number: number) => [rule(1, untagged(number)), rule(2, { ...tagged('*'), ...last(30) })];
  test('that go soon', () => {
    expect(brief(soon(2))).toEqual(['info untagged-too-soon rules.0.selection.countNumber']);
    expect(brief(soon(3))).toEqual([]);
    expect(messages('untagged-too-soon', soon(1))[0]).toContain(
      'info: untagged images go 1 day after their push; these are images whose tag moved on, layers',
    );
    expect(brief([rule(1, { tagStatus: 'untagged', ...last(1) }), rule(2, { ...tagged('*'), ...last(30) })])).toEqual(
      [],
    );
    expect(brief([rule(1, untagged(1), archive), rule(2, { ...tagged('*'), ...last(30) })])).not.toContain(
      'info untagged-too-soon rules.0.selection.countNumber',
    );
  });
  test('which they are', () => {
    const child = image([], 1);
    const index = image('v1.0', 1, { children: [child.digest] });
    const referrer = image([], 1, { subject: index.digest });
    const moved = image([], 1);
    const found = (...all: Image[]) => messages('untagged-too-soon', soon(1), { images: all, now })[0];
    expect(found(index, child)).toContain(
      'info: untagged images go 1 day after their push; these are 1 part of multi-architecture images and attestations (which ECR keeps as long as an index names them)',
    );
    expect(found(index, child, referrer)).toContain('and 1 signatures, SBOMs or attestations of other images |');
    expect(found(index, child, referrer)).toMatch(/^warning/);
    expect(found(index, moved)).toMatch(/^warning: .*these are 1 image whose tag moved on or that never had one \|/);
    expect(found(index)).toBeUndefined();
  });
  test('tags that only move', () => {
    const policy = (number: number) => [rule(1, untagged(number)), rule(2, { ...tagged('*'), ...last(30) })];
    const context = { images: [image('latest', 0), image('prod', 1), ...images(3, () => [], 2)], now };
    expect(messages('moved-tags', policy(6), context)).toEqual([
      'warning: the only tags are "latest" and "prod", which move: 3 images that had one before are untagged and go 6 days after their push | push every release with a tag of its own as well, its version or commit, and keep a number of those',
    ]);
    expect(brief(policy(7), context)).toEqual(['info moved-tags rules.0.selection.countNumber']);
    expect(brief(policy(7), { ...context, rollbackWindowDays: 8 })).toEqual([
      'warning moved-tags rules.0.selection.countNumber',
    ]);
    expect(brief(policy(7), { images: [...context.images, image('v1.2.3', 1)], now })).toEqual([]);
    expect(brief(policy(7), { images: [image('latest', 0)], now })).toEqual([]);
    const byCount = [rule(1, { tagStatus: 'untagged', ...last(5) }), rule(2, { ...tagged('*'), ...last(30) })];
    expect(
      messages('moved-tags', byCount, {
        images: [...['a', 'b', 'c', 'd'].map((tag) => image(tag, 0)), image([], 2)],
        now,
      }),
    ).toEqual([
      'info: the only tags are "a", "b", "c" and 1 more, which move: 1 image that had one before is untagged and goes beyond the newest 5 | push every release with a tag of its own as well, its version or commit, and keep a number of those',
    ]);
  });
  test('that stay for ever', () => {
    const policy = [rule(5, { ...tagged('*'), ...last(30) })];
    expect(brief(policy)).toEqual(['info untagged-kept rules']);
    expect(replacements('untagged-kept', policy)).toEqual([[rule(10, untagged())]]);
    expect(brief([rule(5, last(30))])).not.toContain('info untagged-kept rules');
    const left = (count: number) => ({ images: [image('v1.0', 1), ...images(count, () => [])], now });
    expect(brief(policy, left(9))).toEqual(['info untagged-kept rules']);
    expect(brief(policy, left(10))).toEqual(['warning untagged-kept rules']);
    expect(messages('untagged-kept', policy, left(9))[0]).toContain('they stay for ever, 9 so far');
    expect(brief(policy, left(0))).toEqual([]);
  });
});

describe('the archive', () => {
  const archiving = rule(1, { ...tagged('*'), ...days(90, 'sinceImagePulled') }, archive);
  const leaving = rule(2, { ...days(90, 'sinceImageTransitioned'), storageClass: 'archive' });
  test('saves nothing below 150 TB', () => {
    expect(brief([archiving, leaving, rule(3, untagged())])).toEqual([
      'info archive-saves-nothing rules.0.action',
      'info archives-running rules.0.selection.countNumber',
    ]);
    expect(messages('archive-saves-nothing', [archiving, leaving])[0]).toMatch(
      /^info: below 150 TB the archive costs what standard storage costs; each/,
    );
    const holding = (sizeInBytes: number) => ({ images: [image('v1', 1, { sizeInBytes })], now });
    const threshold = 150 * 1024 * 2 ** 30;
    expect(messages('archive-saves-nothing', [archiving, leaving], holding(threshold - 1))[0]).toBe(
      'info: below 150 TB the archive costs what standard storage costs, and this repository holds 153600 GB; each image is paid for 90 days at least, and taking it back is paid by the gigabyte | expire what nobody needs; archive what must be kept and hardly ever read',
    );
    expect(messages('archive-saves-nothing', [archiving, leaving], holding(threshold))).toEqual([]);
    expect(messages('archive-saves-nothing', [archiving, leaving], holding(5))[0]).toContain('holds less than 1 GB');
    expect(messages('archive-saves-nothing', [archiving, leaving], holding(2 ** 30))[0]).toContain('holds 1 GB');
  });
  test('never saves where no Region has it cheaper, whatever it holds', () => {
    const view = viewOf({ rules: [archiving, leaving] });
    const stock = stockOf({ images: [image('v1', 1, { sizeInBytes: 2 ** 60 })], now });
    expect(archiveRemarks(view, stock, 2 ** 59).map(({ code }) => code)).toEqual(['lifecycle/archives-running']);
    expect(archiveRemarks(view, stock, null)[0]?.message).toMatch(
      /^the archive costs what standard storage costs, and this repository holds \d+ GB; /,
    );
  });
  test('is never left', () => {
    expect(messages('archive-never-expires', [archiving])).toEqual([
      'info: no rule expires archived images, so they stay and are paid for ever | add a rule with storageClass `archive` and `sinceImageTransitioned` of 90 days or more',
    ]);
    expect(brief([archiving, rule(3, untagged())])).toContain('info archive-never-expires rules.0.action');
    expect(messages('archive-never-expires', [archiving, leaving])).toEqual([]);
  });
  test('takes what runs and is not pulled', () => {
    expect(messages('archives-running', [archiving, leaving])[0]).toContain(
      'a container that has run for 90 days has not pulled',
    );
    expect(messages('archives-running', [rule(1, { ...tagged('*'), ...last(50) }, archive), leaving])).toEqual([]);
  });
  test('is empty', () => {
    expect(brief([...rest, rule(950, { ...days(90, 'sinceImageTransitioned'), storageClass: 'archive' })])).toEqual([
      'info nothing-archived rules.2',
    ]);
    expect(messages('nothing-archived', [leaving])[0]).toMatch(
      /^info: no rule archives images: this one is about those alone that are archived by hand \|/,
    );
  });
});

describe('tags that no rule covers', () => {
  const only = [rule(3, { ...tagged('prod-*'), ...last(20) }), rule(7, untagged())];
  test('are stated, where the images are not known', () => {
    expect(messages('uncovered-tags', only)).toEqual([
      'info: no rule is about tags that match none of "prod-*", such as commit ids: their images stay for ever | where they are not to stay, add a last rule: tagPatternList ["*"], "imageCountMoreThan" 30',
    ]);
    expect(replacements('uncovered-tags', only)).toEqual([[rule(10, { ...tagged('*'), ...last(30) })]]);
    expect(messages('uncovered-tags', [rule(1, untagged())])[0]).toContain(
      'no rule is about tagged images: they all stay for ever',
    );
    expect(messages('uncovered-tags', rest)).toEqual([]);
    expect(messages('uncovered-tags', [rule(1, last(5))])).toEqual([]);
  });
  test('are counted by family, where they are', () => {
    const context = {
      images: [
        ...images(12, (index) => [sha(index), 'latest'].slice(0, index === 0 ? 2 : 1)),
        ...images(4, (index) => `build-${index}`),
        ...images(30, (index) => `v1.2.${index}`),
        image('prod-1', 0),
        image('main', 0),
      ],
      now,
    };
    expect(messages('uncovered-tags', only, context)).toEqual([
      `info: no rule covers 30 images tagged with versions like v1.2.3, such as "v1.2.0", 30 of them pushed in the last 30 days: they stay for ever | add a rule of priority 10: tagPatternList ["v*"], "imageCountMoreThan" 30`,
      `warning: no rule covers 12 images tagged with commit ids, such as "${sha(0)}", 12 of them pushed in the last 30 days: they stay for ever | add a rule of priority 10: tagPatternList ["*"], "imageCountMoreThan" 30, which picks every tag that no rule before it does`,
      'info: no rule covers 4 images tagged with build-*, such as "build-0", 4 of them pushed in the last 30 days: they stay for ever | add a rule of priority 10: tagPatternList ["build-*"], "imageCountMoreThan" 30',
    ]);
  });
  test('are likely a mistake where many are pushed still', () => {
    const found = (count: number, from: number) =>
      brief(only, { images: [image('prod-1', 0), ...images(count, sha, from)], now });
    expect(found(10, 30)).toEqual(['warning uncovered-tags rules']);
    expect(found(9, 0)).toEqual(['info uncovered-tags rules']);
    expect(found(10, 31)).toEqual(['info uncovered-tags rules']);
    expect(found(0, 0)).toEqual([]);
  });
  test('an image of several families is one of the largest', () => {
    const pushed = [
      image(['latest', 'aa-1', 'bb-1'], 40),
      image(['bb-2', 'cc-2'], 40),
      image(['cc-1', 'bb-3'], 40),
      image('aa-4', 40),
      image([], 40),
    ];
    const told = messages('uncovered-tags', only, { images: pushed, now }).map((one) => one.split(':')[1]);
    expect(told).toEqual([
      ' no rule covers 3 images tagged with bb-*, such as "bb-1"',
      ' no rule covers 1 image tagged with aa-*, such as "aa-4"',
    ]);
  });
  test('signatures are kept on purpose, however many', () => {
    const signature = (index: number) => `sha256-${String(index).padStart(64, '0')}.sig`;
    expect(brief(only, { images: images(12, signature), now })).toEqual([
      'info matches-nothing rules.0.selection.tagPatternList.0',
      'info uncovered-tags rules',
    ]);
  });
  test('five families at most, and none where there is no room for a rule', () => {
    const many = ['aa', 'bb', 'cc', 'dd', 'ee', 'ff'].map((name) => image(`${name}x-1`, 1));
    expect(brief(only, { images: [image('prod-1', 0), ...many], now }).length).toBe(5);
    const full = [
      ...Array.from({ length: 49 }, (_, index) => rule(index + 1, { ...tagged(`prod-${index}-*`), ...last(100_000) })),
      rule(60, untagged()),
    ];
    expect(messages('uncovered-tags', full, { images: [image('xy-1', 0)], now })).toEqual([
      'info: no rule covers 1 image tagged with xy-*, such as "xy-1", 1 of them pushed in the last 30 days: they stay for ever | join rules with a wildcard to make room for one more',
    ]);
  });
});

describe('the whole', () => {
  test('nothing is said of what the presets come to', () => {
    const builtIn: LifecycleIntent = { expireUntaggedAfterDays: 14, maxImageCount: 30 };
    const all = [
      builtIn,
      ...Object.values(presets).map((preset) => ({ ...builtIn, ...(preset.lifecyclePolicy as LifecycleIntent) })),
    ];
    for (const intent of all) {
      const policy = compileLifecycle(intent);
      expect(policy === null ? [] : lintIntent(intent, policy)).toEqual([]);
      expect(policy === null ? [] : lint(policy)).toEqual([]);
    }
  });
  test('by the place of what they are about, what is about the whole at the end', () => {
    const policy = [rule(2, { ...tagged('feature-*'), ...last(3) }), rule(1, { ...tagged('v*'), ...days(3) })];
    expect(brief(policy)).toEqual([
      'warning shared-count rules.0.selection.countNumber',
      'warning may-empty rules.1.selection.countType',
      'info untagged-kept rules',
      'info uncovered-tags rules',
    ]);
  });
  test('with images at a moment, the same', () => {
    const context = { images: images(12, sha), now };
    expect(lintWithImages({ rules: rest }, context.images, now, { rollbackWindowDays: 40 })).toEqual(
      lint({ rules: rest }, { ...context, rollbackWindowDays: 40 }),
    );
  });
  test('without a moment, the push of the newest is one', () => {
    const policy = [rule(1, { ...tagged('v*'), ...days(200) }), ...rest];
    expect(brief(policy, { images: [image('v1.0', 500)] })).toEqual(['info may-empty rules.0.selection.countType']);
  });

  const pattern = fc.constantFrom(
    '*',
    'v*',
    'v1*',
    'prod',
    'prod-*',
    'feature-*',
    'latest',
    '*-arm64',
    'a/b',
    '-x',
    'sha-*',
    '1.*',
    'slipway-in-use-*',
  );
  const selection = fc.record(
    {
      tagStatus: fc.constantFrom('tagged' as const, 'untagged' as const, 'any' as const),
      tagPatternList: fc.array(pattern, { maxLength: 3 }),
      storageClass: fc.constantFrom('standard' as const, 'archive' as const),
      countNumber: fc.integer({ min: 1, max: 40 }),
      countType: fc.constantFrom(
        'imageCountMoreThan' as const,
        'sinceImagePushed' as const,
        'sinceImagePulled' as const,
        'sinceImageTransitioned' as const,
      ),
    },
    { requiredKeys: ['tagStatus', 'countNumber', 'countType'] },
  );
  const anyRule = fc.record({
    rulePriority: fc.integer({ min: 1, max: 60 }),
    selection,
    action: fc.constantFrom({ type: 'expire' as const }, archive),
  });
  const anyImage = fc.record(
    {
      digest: fc.constantFrom('sha256:1', 'sha256:2', 'sha256:3', 'sha256:4'),
      tags: fc.array(
        fc.constantFrom(
          'v1.2.3',
          'prod',
          'prod-1',
          'feature-a-1',
          'latest',
          '1a2b3c4',
          '20260101',
          '77',
          'x',
          `sha256-${'0'.repeat(64)}`,
        ),
        { maxLength: 3 },
      ),
      pushedAt: fc.integer({ min: 0, max: now }),
      storageClass: fc.constantFrom('standard' as const, 'archive' as const),
      children: fc.array(fc.constantFrom('sha256:1', 'sha256:2'), { maxLength: 2 }),
      subject: fc.constantFrom('sha256:1', 'sha256:9'),
      sizeInBytes: fc.nat(),
    },
    { requiredKeys: ['digest', 'tags', 'pushedAt'] },
  );
  test('never throws, and every remark names a place in the policy', () => {
    fc.assert(
      fc.property(
        fc.array(anyRule, { maxLength: 5 }),
        fc.option(fc.array(anyImage, { maxLength: 12 }), { nil: undefined }),
        (rules, known) => {
          const found = lint({ rules }, known === undefined ? {} : { images: known, now });
          for (const { path, message, mend } of found) {
            expect(path).toMatch(/^rules(\.\d+(\.[a-zA-Z]+)*(\.\d+)?)?$/);
            const index = /^rules\.(\d+)/.exec(path ?? '')?.[1];
            if (index !== undefined) expect(rules[Number(index)]).toBeDefined();
            expect(message).not.toMatch(/undefined|NaN|Infinity|\.$/);
            expect(mend).not.toMatch(/undefined|NaN|Infinity/);
          }
        },
      ),
    );
  });
  test('what is proposed in the place of a rule, ECR takes', () => {
    fc.assert(
      fc.property(fc.array(anyRule, { minLength: 1, maxLength: 5 }), (rules) => {
        const policy = { rules: rules as LifecycleRule[] };
        fc.pre(validateLifecyclePolicyText(JSON.stringify(policy)).valid);
        for (const { path = '', replacement, code } of lint(policy)) {
          if (replacement === undefined || replacement.length === 0) continue;
          const index = Number(/^rules\.(\d+)/.exec(path)?.[1] ?? -1);
          const mended = [...policy.rules.filter((_, at) => at !== index), ...replacement];
          const checked = validateLifecyclePolicyText(JSON.stringify({ rules: mended }));
          expect([code, checked]).toEqual([code, { valid: true, policy: { rules: mended } }]);
        }
      }),
    );
  });
});
