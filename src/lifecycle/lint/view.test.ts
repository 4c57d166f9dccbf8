// A policy and a repository as the linter looks at them: rules in their order, entries as patterns, images by what they are.
import { describe, expect, test } from 'vitest';
import { stockOf } from './stock.js';
import { archive, days, image, last, now, prefixed, rule, tagged, untagged } from './testing/build.js';
import { after, before, lastPriority, prioritiesAt, protectsOnly, type RuleView, selectsTag, viewOf } from './view.js';

const inArchive = { storageClass: 'archive', ...days(90, 'sinceImageTransitioned') } as const;
const only = (...given: Parameters<typeof rule>): RuleView => viewOf({ rules: [rule(...given)] }).rules[0] as RuleView;

describe('rules', () => {
  const view = viewOf({
    rules: [rule(30, last(5)), rule(10, tagged('v*')), rule(20, inArchive), rule(25, untagged(14)), rule(5, inArchive)],
  });
  const priorities = (rules: readonly RuleView[]) => rules.map(({ priority }) => priority);
  test('stand in the order in which they act, each with its place in the policy', () => {
    expect(view.rules.map(({ priority, path }) => `${priority} ${path}`)).toEqual([
      '5 rules.4',
      '10 rules.1',
      '20 rules.2',
      '25 rules.3',
      '30 rules.0',
    ]);
    expect(priorities(view.standard)).toEqual([10, 25, 30]);
  });
  test('have others of their own class before and after them', () => {
    const [oldArchive, versions, newArchive, , all] = view.rules as [RuleView, RuleView, RuleView, RuleView, RuleView];
    expect(priorities(before(all, view))).toEqual([10, 25]);
    expect(priorities(after(versions, view))).toEqual([25, 30]);
    expect(priorities(before(newArchive, view))).toEqual([5]);
    expect(priorities(after(oldArchive, view))).toEqual([20]);
    expect(priorities(after(all, view))).toEqual([]);
  });
  test('make room between their neighbours', () => {
    const [, versions, , without, all] = view.rules as [RuleView, RuleView, RuleView, RuleView, RuleView];
    expect(prioritiesAt(versions, view, 3)).toEqual([10, 11, 12]);
    expect(prioritiesAt(without, view, 9)).toEqual([21, 22, 23, 24, 25, 26, 27, 28, 29]);
    expect(prioritiesAt(without, view, 10)).toBeUndefined();
    expect(prioritiesAt(all, view, 2)).toEqual([30, 31]);
    expect(prioritiesAt(only(1, {}), viewOf({ rules: [] }), 1)).toEqual([1]);
  });
  test.each<readonly [readonly number[], number]>([
    [[], 10],
    [[9], 10],
    [[10], 20],
    [[11, 3], 20],
    [[119], 120],
  ])('after %j comes %d', (numbers, next) => {
    expect(lastPriority(viewOf({ rules: numbers.map((one) => rule(one, {})) }))).toBe(next);
  });
});

describe('a rule', () => {
  test.each<readonly [string, RuleView, Partial<RuleView>]>([
    [
      'of patterns',
      only(1, { ...tagged('v*', 'v**', 'a***b'), ...last(3) }),
      { field: 'tagPatternList', entries: ['v*', 'a*b'], written: ['v*', 'v**', 'a***b'], counts: true, number: 3 },
    ],
    [
      'of prefixes, where a star is no wildcard',
      only(1, { ...prefixed('v', 'a*'), ...days(7) }),
      { field: 'tagPrefixList', entries: ['v*', 'a\u0001*'], written: ['v', 'a*'], counts: false, number: 7 },
    ],
    ['of no tags', only(1, untagged(3)), { field: 'tagStatus', entries: [], written: [], storageClass: 'standard' }],
    ['of a list that ECR would refuse', only(1, { tagPatternList: ['v*'] }), { entries: [], whole: 'all' }],
    ['of archived images', only(1, inArchive), { storageClass: 'archive', whole: 'all' }],
    ['of all tagged images', only(1, tagged('*')), { whole: 'tagged' }],
    ['of all tagged images by a prefix of nothing', only(1, prefixed('')), { whole: 'tagged', entries: ['*'] }],
    ['of some tagged images', only(1, tagged('*', 'v*')), { whole: undefined }],
    ['of releases', only(1, tagged('v*', 'x-*')), { purpose: 'release' }],
    ['of what passes, whatever else it is', only(1, tagged('v*', 'pr-*')), { purpose: 'passing' }],
    ['of who knows what', only(1, tagged('x-*')), { purpose: 'unknown' }],
  ])('%s', (_, view, expected) => {
    expect(view).toMatchObject(expected);
  });
  test('selects a tag by all of its entries', () => {
    expect(selectsTag(only(1, tagged('v*', '*1')), 'v1')).toBe(true);
    expect(selectsTag(only(1, tagged('v*', '*1')), 'v2')).toBe(false);
    expect(selectsTag(only(1, untagged()), 'v1')).toBe(false);
    expect(selectsTag(only(1, {}), 'v1')).toBe(true);
  });
  test('protects only where its number is never reached', () => {
    expect(protectsOnly(only(1, { ...tagged('v*'), ...last(999_999) }))).toBe(true);
    expect(protectsOnly(only(1, { ...tagged('v*'), ...last(9) }, archive))).toBe(false);
  });
});

describe('a repository', () => {
  const list = image('v1', 5, { children: ['sha256:child'] });
  const child = image([], 5, { digest: 'sha256:child' });
  const signature = image([], 4, { subject: list.digest });
  const old = image([], 9);
  const away = image(['v0'], 1, { storageClass: 'archive', children: [old.digest] });
  const newest = image(['latest', 'v2'], 2);
  const stock = stockOf({ images: [old, list, child, signature, away, newest], now: now + 1 });
  test('is its standard images, newest first', () => {
    expect(stock?.standard).toEqual([newest, signature, list, child, old]);
    expect(stock?.tags).toEqual(['latest', 'v2', 'v1']);
    expect(stock?.now).toBe(now + 1);
  });
  test('has untagged images of three kinds; what an archived list names is named', () => {
    expect(stock?.untagged).toEqual({ children: [child, old], referrers: [signature], others: [] });
    expect(stockOf({ images: [old, list] })?.untagged).toEqual({ children: [], referrers: [], others: [old] });
  });
  test('is looked at when its newest image came, where nobody says when', () => {
    expect(stockOf({ images: [old, newest, away] })?.now).toBe(newest.pushedAt);
    expect(stockOf({ images: [] })).toMatchObject({ now: 0, standard: [], tags: [] });
    expect(stockOf({ now })).toBeUndefined();
  });
});
