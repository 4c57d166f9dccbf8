// Exercises reason.ts with the outcomes that evaluate.ts gives. It must not know a clock.
import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.js';
import type { Image, LifecyclePolicy, LifecycleRule, LifecycleSelection } from './model.js';
import { reasonOf, shortDigest } from './reason.js';

const day = 86_400_000;
const now = 20_000 * day;
const image = (digest: string, daysAgo: number, rest: Partial<Image> = {}): Image => ({
  digest,
  tags: [],
  pushedAt: now - daysAgo * day,
  ...rest,
});
const rule = (
  rulePriority: number,
  selection: Partial<LifecycleSelection>,
  action: LifecycleRule['action'] = { type: 'expire' },
): LifecycleRule => ({
  rulePriority,
  selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1, ...selection },
  action,
});
const archive = { type: 'transition', targetStorageClass: 'archive' } as const;
const days = (countType: LifecycleSelection['countType'], countNumber: number): Partial<LifecycleSelection> => ({
  countType,
  countUnit: 'days',
  countNumber,
});
const tagged = (...tagPatternList: string[]): Partial<LifecycleSelection> => ({ tagStatus: 'tagged', tagPatternList });
function reasons(rules: LifecycleRule[], images: Image[], corners?: Parameters<typeof evaluate>[3]): string[] {
  const policy: LifecyclePolicy = { rules };
  return evaluate(policy, images, now, corners).map(
    (outcome) => `${outcome.action} ${outcome.shieldedBy ?? '-'}: ${reasonOf(outcome, policy)}`,
  );
}
const many = (count: number, tag?: string): Image[] =>
  Array.from({ length: count }, (_, at) => image(`d${at}`, at + 1, tag === undefined ? {} : { tags: [`${tag}${at}`] }));

describe('an image on its way back from the archive', () => {
  it('is selected by no rule, takes no place in a count, and holds what it refers to', () => {
    const images = [image('back', 1, { activating: true, children: ['child'] }), image('newest', 2), image('child', 3)];
    expect(reasons([rule(1, {})], images)).toEqual([
      'keep -: on its way back from the archive, no rule selects it',
      'keep 1: kept by rule 1 as the newest image',
      'fail -: rule 1 would expire it, but the index back that stays refers to it',
    ]);
    expect(reasons([rule(1, { ...days('sinceImageTransitioned', 90), storageClass: 'archive' })], images)[0]).toBe(
      'keep -: on its way back from the archive, no rule selects it',
    );
  });
});

describe('a count', () => {
  it('tells the place of an image, and how many there are', () => {
    const found = reasons([rule(10, { ...tagged('prod-*'), countNumber: 10 })], many(14, 'prod-'));
    expect(found[11]).toBe('expire -: the 12th newest of 14 images tagged prod-*, beyond the newest 10');
    expect(found[0]).toBe('keep 10: kept by rule 10 as one of the newest 10 tagged prod-*');
  });
  it.each([
    [1, 'expire -: the 2nd newest of 123 untagged images, beyond the newest'],
    [2, 'expire -: the 3rd newest of 123 untagged images, beyond the newest'],
    [3, 'expire -: the 4th newest of 123 untagged images, beyond the newest'],
    [10, 'expire -: the 11th newest of 123 untagged images, beyond the newest'],
    [12, 'expire -: the 13th newest of 123 untagged images, beyond the newest'],
    [20, 'expire -: the 21st newest of 123 untagged images, beyond the newest'],
    [109, 'expire -: the 110th newest of 123 untagged images, beyond the newest'],
    [110, 'expire -: the 111th newest of 123 untagged images, beyond the newest'],
    [112, 'expire -: the 113th newest of 123 untagged images, beyond the newest'],
    [122, 'expire -: the 123rd newest of 123 untagged images, beyond the newest'],
  ])('place %i has its ending', (at, reason) => {
    expect(reasons([rule(1, { tagStatus: 'untagged' })], many(123))[at]).toBe(reason);
  });
  it('of one keeps the newest', () => {
    expect(reasons([rule(1, {})], many(2))).toEqual([
      'keep 1: kept by rule 1 as the newest image',
      'expire -: the 2nd newest of 2 images, beyond the newest',
    ]);
  });
  it('of lists of tags and prefixes names them all', () => {
    const both = many(2).map((one) => ({ ...one, tags: ['a1', 'b1'] }));
    const prefixes = { tagStatus: 'tagged', tagPrefixList: ['a', 'b'] } as const;
    expect(reasons([rule(1, prefixes)], both)[1]).toContain('of 2 images tagged a* and b*, beyond');
    expect(reasons([rule(1, { ...tagged('a*', '*1'), countNumber: 1 })], both)[0]).toBe(
      'keep 1: kept by rule 1 as the newest tagged a* and *1',
    );
  });
  it('that leaves an image out says so', () => {
    const images = [image('l', 1, { children: ['c'] }), image('c', 2)];
    expect(reasons([rule(1, {})], images, { children: 'unranked' })[1]).toBe(
      'keep 1: kept by rule 1, which does not count it',
    );
  });
});

describe('an age', () => {
  const pushed = rule(800, days('sinceImagePushed', 14));
  it.each([
    [image('a', 31), 'expire -: pushed 31 days ago, more than 14'],
    [image('a', 14.5), 'expire -: pushed just over 14 days ago'],
    [image('a', 14), 'keep 800: kept by rule 800: pushed 14 days ago, not more than 14'],
    [image('a', 1), 'keep 800: kept by rule 800: pushed 1 day ago, not more than 14'],
    [image('a', 0.9), 'keep 800: kept by rule 800: pushed less than a day ago, not more than 14'],
    [image('a', 2000), 'expire -: pushed 2,000 days ago, more than 14'],
    [image('a', 90, { lastActivatedAt: now - 20 * day }), 'expire -: restored 20 days ago, more than 14'],
  ])('of a push: %o', (one, reason) => {
    expect(reasons([pushed], [one])).toEqual([reason]);
  });
  it('of a pull, and of time in the archive', () => {
    const policy = [
      rule(1, days('sinceImagePulled', 90), archive),
      rule(2, { storageClass: 'archive', ...days('sinceImageTransitioned', 100) }),
    ];
    const images = [
      image('a', 200, { lastPulledAt: now - 91 * day }),
      image('b', 91),
      image('c', 300, { storageClass: 'archive', lastArchivedAt: now - 99 * day }),
      image('d', 300, { storageClass: 'archive', lastArchivedAt: now - 101 * day }),
      image('e', 300, { storageClass: 'archive' }),
    ];
    expect(reasons(policy, images)).toEqual([
      'archive -: last pulled 91 days ago, more than 90',
      'archive -: pushed 91 days ago, more than 90',
      'keep 2: kept by rule 2: archived 99 days ago, not more than 100',
      'expire -: archived 101 days ago, more than 100',
      'keep 2: kept by rule 2, as ECR does not say when it was archived',
    ]);
  });
});

describe('other images and rules', () => {
  it('no rule', () => {
    expect(reasons([rule(1, tagged('a'))], [image('x', 1)])).toEqual(['keep -: no rule selects it']);
  });
  it('a rule that comes first keeps what a later one would take', () => {
    const policy = [rule(10, { ...tagged('v*'), countNumber: 9 }), rule(20, {}), rule(30, days('sinceImagePushed', 1))];
    const images = [image('new', 1), image('old', 9, { tags: ['v1'] })];
    expect(reasons(policy, images)[1]).toBe(
      'keep 10: rule 20 would expire it, but rule 10 selects it first and keeps it',
    );
    expect(reasons([policy[0] as LifecycleRule, rule(20, {}, archive)], images)[1]).toBe(
      'keep 10: rule 20 would archive it, but rule 10 selects it first and keeps it',
    );
  });
  it('an index that refers to it', () => {
    const list = `sha256:${'ab'.repeat(32)}`;
    const old = rule(1, days('sinceImagePushed', 5));
    expect(reasons([old], [image('c', 9), image(list, 4, { children: ['c'] })])[0]).toBe(
      'fail -: rule 1 would expire it, but the index sha256:abababababab that stays refers to it',
    );
    expect(reasons([old], [image('c', 9), image(list, 8, { children: ['c'] })])[0]).toBe(
      'fail -: rule 1 would expire it, but the index sha256:abababababab that goes after it still refers to it',
    );
  });
  it('a subject', () => {
    const subject = `sha256:${'cd'.repeat(32)}`;
    const images = [image(subject, 9, { tags: ['v1'] }), image('s', 8, { subject }), image('n', 1, { tags: ['v2'] })];
    expect(reasons([rule(1, tagged('v*'))], images)[1]).toBe(
      'expire -: it refers to sha256:cdcdcdcdcdcd, which rule 1 expires, and goes with it',
    );
    expect(reasons([rule(1, tagged('v*'), archive)], images)[1]).toBe(
      'archive -: it refers to sha256:cdcdcdcdcdcd, which rule 1 archives, and goes with it',
    );
  });
});

it('digests are short where they are ones', () => {
  expect(shortDigest(`sha256:${'0123456789abcdef'.repeat(4)}`)).toBe('sha256:0123456789ab');
  expect(shortDigest('sha512:abc')).toBe('sha512:abc');
});
