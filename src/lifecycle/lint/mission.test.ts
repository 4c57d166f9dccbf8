// Policies that guides and examples on the web teach, as people paste them, and what the linter finds in each.
import { describe, expect, test } from 'vitest';
import { image, images, last, now, prefixed, rule, tagged, untagged } from './testing/build.js';
import { lintText } from './text.js';

function findings(rules: readonly unknown[], context: Parameters<typeof lintText>[2] = {}): string[] {
  return lintText(JSON.stringify({ rules }, null, 2), 'policy.json', context).flatMap(({ remarks }) =>
    remarks.map(({ severity, code, message }) => `${severity} ${code.slice('lifecycle/'.length)}: ${message}`),
  );
}

describe('a guide to production registries', () => {
  const guide = [
    rule(1, { ...prefixed('prod-'), ...last(10) }),
    rule(2, { ...prefixed('staging-'), ...last(5) }),
    rule(3, untagged(7)),
    rule(4, { ...prefixed('feature-'), ...last(3) }),
  ];
  test('its features share three images, and the commit ids it tags with are covered by no rule', () => {
    expect(findings(guide)).toEqual([
      'info uncovered-tags: no rule is about tags that match none of "prod-*", "staging-*" and "feature-*", such as commit ids: their images stay for ever',
      'warning shared-count: the last 3 of "feature-*" are 3 of all branches together, not of each',
    ]);
  });
  test('with the images that its pipeline pushes, the growth is seen', () => {
    const pushed = [
      ...images(40, (index) => [(0xabc1230 + index * 97).toString(16)], 0, 0.5),
      image('prod-1', 1),
      image('staging-1', 1),
      image('feature-a-1', 1),
      image('latest', 0),
    ];
    expect(findings(guide, { images: pushed, now })[0]).toMatch(
      /^warning uncovered-tags: no rule covers 40 images tagged with commit ids, such as "abc1230", 40 of them pushed in the last 30 days: they stay for ever$/,
    );
  });
  test('its reusable module counts children and attestations as releases', () => {
    expect(findings([rule(1, last(30))])).toEqual([
      'info any-counts-untagged: it counts images without tags as well, such as the platforms of a multi-architecture image and attestations: the newest 30 may be far fewer releases',
    ]);
  });
});

describe('a guide from manual to production', () => {
  test('its policy is refused: tagged, but which tags; and untagged images go after a day', () => {
    const { tagPatternList: _, ...bare } = { ...tagged('*') };
    const found = findings([rule(1, { ...bare, ...last(50) }), rule(2, untagged(1))]);
    expect(found).toEqual([
      'error missing-tag-list: tagStatus "tagged" has neither tagPatternList nor tagPrefixList; ECR would answer "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED."',
      expect.stringMatching(/^info untagged-too-soon: untagged images go 1 day after their push; /),
    ]);
  });
  test('its CDK example: untagged after 14 days, and the newest thirty of all', () => {
    expect(findings([rule(1, untagged(14)), rule(2, last(30))])).toEqual([
      expect.stringMatching(/^info any-counts-untagged: /),
    ]);
  });
  test('the minimum it recommends: untagged after 14 days, the last thirty tagged', () => {
    expect(findings([rule(1, untagged(14)), rule(2, { ...tagged('*'), ...last(30) })])).toEqual([]);
  });
  test('what it says of a component that expires untagged images after a day', () => {
    expect(findings([rule(1, untagged(1))])).toEqual([
      'info uncovered-tags: no rule is about tagged images: they all stay for ever',
      expect.stringMatching(/^info untagged-too-soon: /),
    ]);
  });
});
