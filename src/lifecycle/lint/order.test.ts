// Remarks about rules beside each other, both ways: a policy that deserves each, and the nearest one that does not.
import { describe, expect, test } from 'vitest';
import type { LifecycleRule } from '../model.js';
import { validateLifecyclePolicyText } from '../validate.js';
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
