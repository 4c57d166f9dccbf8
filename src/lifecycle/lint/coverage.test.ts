// Remarks about tags that no rule covers, both ways: a policy that deserves each, and the nearest one that does not.
import { describe, expect, test } from 'vitest';
import {
  brief,
  image,
  images,
  last,
  messages,
  now,
  replacements,
  rest,
  rule,
  sha,
  tagged,
  untagged,
} from './testing/build.js';

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
