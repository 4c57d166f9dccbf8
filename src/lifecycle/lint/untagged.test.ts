// Remarks about images without tags, both ways: a policy that deserves each, and the nearest one that does not.
import { describe, expect, test } from 'vitest';
import type { Image } from '../model.js';
import {
  archive,
  brief,
  image,
  images,
  last,
  messages,
  now,
  replacements,
  rule,
  tagged,
  untagged,
} from './testing/build.js';

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
