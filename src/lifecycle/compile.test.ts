// Exercises compile.ts and check.ts: intent and typed rules in, exact policies and exact diagnostics out.
// It must not know the manifest's text.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Diagnostic, isSlipwayError } from '../diagnostics/index.js';
import { lifecycleText } from './canonical.js';
import { checkIntent, checkRules } from './check.js';
import { compileLifecycle, compileRules } from './compile.js';
import type { Keep, LifecycleIntent, LifecycleSelection, RawRule } from './model.js';
import { validateLifecyclePolicyText } from './validate.js';

const brief = (found: readonly Diagnostic[]) => found.map(({ code, path, message }) => `${code} ${path} ${message}`);
function thrown(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (isSlipwayError(error)) return brief(error.diagnostics);
    throw error;
  }
  return [];
}

describe('intent', () => {
  test('everything, in the order of evaluation', () => {
    const intent: LifecycleIntent = {
      expireUntaggedAfterDays: 14,
      maxImageCount: 30,
      keep: [
        { tags: ['v*', 'release-*'], last: 50 },
        { tags: ['pr-*'], last: 1 },
      ],
    };
    expect(compileLifecycle(intent)).toEqual({
      rules: [
        {
          rulePriority: 200,
          description: 'keep the last 50 of v*',
          selection: { tagStatus: 'tagged', tagPatternList: ['v*'], countType: 'imageCountMoreThan', countNumber: 50 },
          action: { type: 'expire' },
        },
        {
          rulePriority: 201,
          description: 'keep the last 50 of release-*',
          selection: {
            tagStatus: 'tagged',
            tagPatternList: ['release-*'],
            countType: 'imageCountMoreThan',
            countNumber: 50,
          },
          action: { type: 'expire' },
        },
        {
          rulePriority: 210,
          description: 'keep the last 1 of pr-*',
          selection: { tagStatus: 'tagged', tagPatternList: ['pr-*'], countType: 'imageCountMoreThan', countNumber: 1 },
          action: { type: 'expire' },
        },
        {
          rulePriority: 800,
          description: 'expire untagged images after 14 days',
          selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
          action: { type: 'expire' },
        },
        {
          rulePriority: 900,
          description: 'keep the last 30 tagged images',
          selection: { tagStatus: 'tagged', tagPatternList: ['*'], countType: 'imageCountMoreThan', countNumber: 30 },
          action: { type: 'expire' },
        },
      ],
    });
  });
  test('one of a thing', () => {
    const descriptions = compileLifecycle({ expireUntaggedAfterDays: 1, maxImageCount: 1 })?.rules.map(
      (rule) => rule.description,
    );
    expect(descriptions).toEqual(['expire untagged images after 1 day', 'keep the last 1 tagged image']);
  });
  test('nothing asked for is no policy', () => {
    expect(compileLifecycle({})).toBeNull();
    expect(compileLifecycle({ expireUntaggedAfterDays: null, maxImageCount: null, keep: [] })).toBeNull();
  });
  test('no cap behind a pattern that matches every tag', () => {
    expect(
      compileLifecycle({ maxImageCount: 30, keep: [{ tags: ['*'], last: 5 }] })?.rules.map((rule) => rule.rulePriority),
    ).toEqual([200]);
    expect(
      compileLifecycle({ maxImageCount: 30, keep: [{ tags: ['*a*'], last: 5 }] })?.rules.map(
        (rule) => rule.rulePriority,
      ),
    ).toEqual([200, 900]);
  });
  test('problems, all at once, each at its place', () => {
    const intent: LifecycleIntent = {
      expireUntaggedAfterDays: 0,
      maxImageCount: 1.5,
      keep: [
        { tags: [], last: 1 },
        { tags: ['v*', 'feature/*', 'a*b*c*d*e*'], last: -2 },
        { tags: ['v*', 'v1*'], last: 3 },
      ],
    };
    const expected = [
      'lifecycle/empty-keep keep.0.tags keep entry 1 names no tags',
      'lifecycle/bad-pattern keep.1.tags.1 no tag can match the pattern "feature/*"',
      'lifecycle/too-many-wildcards keep.1.tags.2 pattern "a*b*c*d*e*" has 5 wildcards, more than 4',
      'lifecycle/bad-number keep.1.last last is -2, not a whole number of at least 1',
      'lifecycle/duplicate-pattern keep.2.tags.0 pattern "v*" is listed twice',
      'lifecycle/covered-pattern keep.2.tags.1 pattern "v1*" never acts: "v*" before it matches every such tag',
      'lifecycle/bad-number expireUntaggedAfterDays expireUntaggedAfterDays is 0, not a whole number of at least 1',
      'lifecycle/bad-number maxImageCount maxImageCount is 1.5, not a whole number of at least 1',
    ];
    expect(brief(checkIntent(intent))).toEqual(expected);
    expect(thrown(() => compileLifecycle(intent))).toEqual(expected);
  });
  test('a narrower pattern before a wider one is in order', () => {
    expect(checkIntent({ keep: [{ tags: ['v1*', 'v*', 'x*b*c*'], last: 1 }] })).toEqual([]);
  });
  test('fifty rules, untagged images and the cap among them', () => {
    const keep = (count: number) => [{ tags: Array.from({ length: count }, (_, at) => `p${at}-`), last: 1 }];
    expect(compileLifecycle({ keep: keep(50) })?.rules.at(-1)?.rulePriority).toBe(249);
    expect(compileLifecycle({ keep: keep(48), maxImageCount: 1, expireUntaggedAfterDays: 1 })?.rules.length).toBe(50);
    expect(thrown(() => compileLifecycle({ keep: keep(49), maxImageCount: 1, expireUntaggedAfterDays: 1 }))).toEqual([
      'lifecycle/too-many-rules keep 49 keep patterns make 51 rules, more than the 50 of ECR',
    ]);
    expect(thrown(() => compileLifecycle({ keep: keep(51), maxImageCount: null }))).toEqual([
      'lifecycle/too-many-rules keep 51 keep patterns make 51 rules, more than the 50 of ECR',
    ]);
  });
  test('30,720 characters', () => {
    const one = (length: number) => ({ keep: [{ tags: ['x'.repeat(length)], last: 1 }] });
    // The pattern stands in the rule twice, in its description and in its list.
    const frame = lifecycleText(compileLifecycle(one(1)) ?? { rules: [] }).length - 2;
    const most = Math.floor((30_720 - frame) / 2);
    expect(compileLifecycle(one(most))?.rules.length).toBe(1);
    const size = frame + 2 * (most + 1);
    expect(thrown(() => compileLifecycle(one(most + 1)))).toEqual([
      `lifecycle/policy-too-large keep the policy has ${size} characters, more than the 30720 of ECR`,
    ]);
  });
  const briefly = (intent: LifecycleIntent) =>
    (compileLifecycle(intent)?.rules ?? []).map(({ rulePriority, description, selection, action }) => {
      const {
        tagStatus,
        tagPatternList,
        storageClass = 'standard',
        countType,
        countUnit = '',
        countNumber,
      } = selection;
      const tags = tagPatternList?.join('+') ?? tagStatus;
      return `${rulePriority} ${action.type} ${storageClass} ${tags} ${countType} ${countNumber}${countUnit}: ${description}`;
    });
  test('keeps of every kind: those for ever first, each entry in a place of its own', () => {
    const keep: LifecycleIntent['keep'] = [
      { tags: ['v1*', 'v2*', 'v3*'], forever: true },
      { tags: ['pr-*'], forDays: 7 },
      { tags: ['one'], forDays: 1 },
      { allOf: ['main-*', '*-arm64', '*-signed'], last: 20 },
      { allOf: ['eu-*', 'us-*'], forever: true },
    ];
    expect(briefly({ keep, protectInUse: true })).toEqual([
      '10 expire standard slipway-in-use-* imageCountMoreThan 999999: keep images in use',
      '100 expire standard v1* imageCountMoreThan 999999: keep v1* for ever',
      '101 expire standard v2* imageCountMoreThan 999999: keep v2* for ever',
      '102 expire standard v3* imageCountMoreThan 999999: keep v3* for ever',
      '110 expire standard eu-*+us-* imageCountMoreThan 999999: keep eu-* and us-* for ever',
      '210 expire standard pr-* sinceImagePushed 7days: keep pr-* for 7 days',
      '220 expire standard one sinceImagePushed 1days: keep one for 1 day',
      // The canonical form sorts the patterns that must all match.
      '230 expire standard *-arm64+*-signed+main-* imageCountMoreThan 20: keep the last 20 of main-*, *-arm64 and *-signed',
    ]);
    expect(briefly({ keep, protectInUse: false })).toHaveLength(7);
    expect(briefly({ keep, protectInUse: null })).toHaveLength(7);
  });
  test('an archive in place of the cap, and what never goes from it', () => {
    const keep: LifecycleIntent['keep'] = [
      { tags: ['v*'], forever: true },
      { tags: ['pr-*'], last: 3 },
    ];
    expect(briefly({ keep, archive: { notPulledForDays: 90, expireAfterDays: 365 }, protectInUse: true })).toEqual([
      '10 expire standard slipway-in-use-* imageCountMoreThan 999999: keep images in use',
      '100 expire standard v* imageCountMoreThan 999999: keep v* for ever',
      '210 expire standard pr-* imageCountMoreThan 3: keep the last 3 of pr-*',
      '900 transition standard * sinceImagePulled 90days: archive tagged images not pulled for 90 days',
      '1010 expire archive slipway-in-use-* sinceImageTransitioned 36500days: keep images in use, in archive',
      '1100 expire archive v* sinceImageTransitioned 36500days: keep v* for ever, in archive',
      '1900 expire archive any sinceImageTransitioned 365days: expire archived images after 365 days',
    ]);
    expect(briefly({ archive: { olderThanDays: 1 }, maxImageCount: null })).toEqual([
      '900 transition standard * sinceImagePushed 1days: archive tagged images after 1 day',
    ]);
    expect(briefly({ archive: { beyondLast: 30 }, protectInUse: true })).toEqual([
      '10 expire standard slipway-in-use-* imageCountMoreThan 999999: keep images in use',
      '900 transition standard * imageCountMoreThan 30: archive tagged images beyond the last 30',
    ]);
    expect(briefly({ archive: null, maxImageCount: 1 })).toEqual([
      '900 expire standard * imageCountMoreThan 1: keep the last 1 tagged image',
    ]);
  });
  test('a cap behind patterns that match every tag only together', () => {
    expect(briefly({ maxImageCount: 1, keep: [{ allOf: ['*', 'a*'], last: 1 }] })).toHaveLength(2);
    expect(briefly({ maxImageCount: 1, keep: [{ allOf: ['*'], last: 1 }] })).toHaveLength(1);
    expect(briefly({ maxImageCount: 1, keep: [{ tags: ['**'], last: 1 }] })).toHaveLength(1);
  });
  test('what an entry must say', () => {
    const found = (...keep: Keep[]) => brief(checkIntent({ keep }));
    expect(found({ tags: ['a'], last: 1 }, { allOf: ['b', 'c'], forDays: 1 }, { tags: ['d'], forever: true })).toEqual(
      [],
    );
    expect(found({ last: 1 }, { allOf: [], last: 1 })).toEqual([
      'lifecycle/empty-keep keep.0.tags keep entry 1 names no tags',
      'lifecycle/empty-keep keep.1.tags keep entry 2 names no tags',
    ]);
    expect(found({ tags: ['a'], allOf: ['b'], last: 1 })).toEqual([
      'lifecycle/unclear-keep keep.0.allOf keep entry 1 has both tags and allOf',
    ]);
    expect(found({ tags: ['a'] })).toEqual(['lifecycle/unclear-keep keep.0 keep entry 1 does not say how long']);
    expect(found({ tags: ['a'], last: 1, forever: true }, { tags: ['b'], last: 1, forDays: 2 })).toEqual([
      'lifecycle/unclear-keep keep.0.forever keep entry 1 has both last and forever',
      'lifecycle/unclear-keep keep.1.forDays keep entry 2 has both last and forDays',
    ]);
    expect(found({ tags: ['a'], forDays: 0 }, { allOf: ['b', 'v?', 'a*b*c*d*e*'], last: 0 })).toEqual([
      'lifecycle/bad-number keep.0.forDays forDays is 0, not a whole number of at least 1',
      'lifecycle/bad-pattern keep.1.allOf.1 no tag can match the pattern "v?"',
      'lifecycle/too-many-wildcards keep.1.allOf.2 pattern "a*b*c*d*e*" has 5 wildcards, more than 4',
      'lifecycle/bad-number keep.1.last last is 0, not a whole number of at least 1',
    ]);
    expect(checkIntent({ keep: [{ tags: ['a'] }, { tags: ['v?', ''], last: 1 }] }).map(({ mend }) => mend)).toEqual([
      'give one of `last`, `forDays` and `forever: true`',
      '"*" is the only wildcard ECR knows: the nearest is "v*"',
      'use letters, digits, `.`, `_`, `-` and `*` only',
    ]);
    expect(checkIntent({ keep: [{ tags: ['a'], last: 1, forDays: 1 }] }).map(({ mend }) => mend)).toEqual([
      'give one of `last`, `forDays` and `forever: true`',
    ]);
    // Four wildcards are the most, a number of one the least.
    expect(found({ tags: ['a*b*c*d*'], last: 1 }, { allOf: ['e*f*g*h*'], forDays: 1 })).toEqual([]);
    expect(found({ tags: ['slipway-in-use-1', 'slipway-*'], last: 1 })).toEqual([
      'lifecycle/reserved-pattern keep.0.tags.0 pattern "slipway-in-use-1" matches only tags that `slipway protect` puts on images in use',
    ]);
  });
  test('entries that never act, in the order in which they act', () => {
    const found = (...keep: Keep[]) => brief(checkIntent({ keep }));
    expect(found({ tags: ['v1*'], last: 1 }, { tags: ['v*'], forever: true })).toEqual([
      'lifecycle/covered-pattern keep.0.tags.0 pattern "v1*" never acts: "v*", kept for ever, matches every such tag',
    ]);
    expect(found({ tags: ['v*'], forever: true }, { tags: ['v1*'], forever: true })).toEqual([
      'lifecycle/covered-pattern keep.1.tags.0 pattern "v1*" never acts: "v*" before it matches every such tag',
    ]);
    expect(found({ tags: ['v*'], last: 1 }, { allOf: ['x*', 'v1*'], last: 1 })).toEqual([
      'lifecycle/covered-pattern keep.1.allOf pattern "x*" with "v1*" never acts: "v*" before it matches every such tag',
    ]);
    expect(found({ allOf: ['x*', 'v1*'], last: 1 }, { tags: ['v*', 'x*'], last: 1 })).toEqual([]);
    expect(found({ allOf: ['x*', 'v*'], last: 1 }, { allOf: ['v*', 'x*'], last: 1 })).toEqual([
      'lifecycle/duplicate-pattern keep.1.allOf pattern "v*" with "x*" is listed twice',
    ]);
  });
  test('entries that share tags', () => {
    const found = (...keep: Keep[]) => brief(checkIntent({ keep }));
    const shared = (first: string, second: string, path = 'keep.1.tags.0') => [
      `lifecycle/shared-tags ${path} one tag can match both ${first} and ${second}: the former governs such an image, and each counts it`,
    ];
    expect(found({ tags: ['v*'], last: 1 }, { tags: ['*-rc'], last: 2 })).toEqual(shared('"v*"', '"*-rc"'));
    expect(found({ tags: ['v*'], last: 1 }, { tags: ['*-rc'], forever: true })).toEqual(
      shared('"*-rc"', '"v*"', 'keep.0.tags.0'),
    );
    expect(found({ tags: ['v*', '*a', '*b*'], last: 1 })).toEqual([
      ...shared('"v*"', '"*a"', 'keep.0.tags.1'),
      ...shared('"v*" (and 1 more)', '"*b*"', 'keep.0.tags.2'),
    ]);
    expect(found({ tags: ['v*'], forDays: 1 }, { tags: ['*-rc'], forDays: 2 })).toEqual(shared('"v*"', '"*-rc"'));
    expect(found({ tags: ['v*'], forDays: 1 }, { tags: ['*-rc'], last: 1 })).toEqual(shared('"v*"', '"*-rc"'));
    // It makes no difference which of them governs.
    expect(found({ tags: ['v*'], forDays: 1 }, { tags: ['*-rc'], forDays: 1 })).toEqual([]);
    expect(found({ tags: ['v*'], forever: true }, { tags: ['*-rc'], forever: true })).toEqual([]);
    // The narrower first is how one says an exception.
    expect(found({ tags: ['v1*'], last: 1 }, { tags: ['v*'], last: 2 })).toEqual([]);
    expect(found({ tags: ['v*'], last: 1 }, { tags: ['w*'], last: 2 })).toEqual([]);
    expect(found({ allOf: ['v*', '*a*'], last: 1 }, { allOf: ['*1', '*b*'], last: 1 })).toEqual(
      shared('"v*" with "*a*"', '"*1" with "*b*"', 'keep.1.allOf'),
    );
    // One tag cannot match all of them, though several of an image may.
    expect(found({ tags: ['v*'], last: 1 }, { allOf: ['*1', '*2'], last: 1 })).toEqual([]);
    expect(found({ allOf: ['v*', 'w*'], last: 1 }, { tags: ['*1'], last: 1 })).toEqual([]);
    expect(found({ tags: ['v*'], last: 1 }, { allOf: ['*1', 'w*'], last: 1 })).toEqual([]);
    // A pattern that no tag can match shares nothing, and neither does an entry with one.
    expect(found({ tags: ['v*'], last: 1 }, { allOf: ['v*', 'v?'], last: 1 })).toEqual([
      'lifecycle/bad-pattern keep.1.allOf.1 no tag can match the pattern "v?"',
    ]);
    expect(found({ tags: ['v*'], last: 1 }, { tags: ['*?'], last: 1 }).filter((one) => one.includes('shared'))).toEqual(
      [],
    );
  });
  test('when images go to archive', () => {
    const found = (intent: LifecycleIntent) => brief(checkIntent(intent));
    for (const archive of [{ notPulledForDays: 1 }, { olderThanDays: 1, expireAfterDays: 90 }, { beyondLast: 1 }])
      expect(found({ archive })).toEqual([]);
    expect(found({ archive: {} })).toEqual(['lifecycle/unclear-archive archive archive does not say when']);
    expect(found({ archive: { olderThanDays: 1, beyondLast: 1 } })).toEqual([
      'lifecycle/unclear-archive archive.beyondLast archive has both olderThanDays and beyondLast',
    ]);
    expect(found({ archive: { notPulledForDays: 0, expireAfterDays: 89 } })).toEqual([
      'lifecycle/bad-number archive.notPulledForDays notPulledForDays is 0, not a whole number of at least 1',
      'lifecycle/archive-too-short archive.expireAfterDays 89 days in archive are fewer than the 90 that ECR demands',
    ]);
    expect(checkIntent({ archive: { beyondLast: 1, expireAfterDays: 89 } }).map(({ mend }) => mend)).toEqual([
      'set expireAfterDays to 90 or more',
    ]);
    expect(found({ archive: { olderThanDays: 0.5 } })).toEqual([
      'lifecycle/bad-number archive.olderThanDays olderThanDays is 0.5, not a whole number of at least 1',
    ]);
    expect(found({ archive: { beyondLast: -1, expireAfterDays: 0 } })).toEqual([
      'lifecycle/bad-number archive.beyondLast beyondLast is -1, not a whole number of at least 1',
      'lifecycle/bad-number archive.expireAfterDays expireAfterDays is 0, not a whole number of at least 1',
    ]);
    expect(found({ archive: { beyondLast: 1 }, maxImageCount: 7 })).toEqual([
      'lifecycle/cap-beside-archive maxImageCount maxImageCount 7 stands beside archive: ECR lets one of the two act on an image',
    ]);
    expect(checkIntent({ archive: { beyondLast: 1 }, maxImageCount: 7 }).map(({ mend }) => mend)).toEqual([
      'remove it; `archive: {beyondLast: 7}` archives what it would expire',
    ]);
    expect(found({ archive: { beyondLast: 1 }, maxImageCount: null })).toEqual([]);
    expect(found({ archive: null, maxImageCount: 7 })).toEqual([]);
    expect(found({ archive: { beyondLast: 1 }, keep: [{ tags: ['a', '*'], last: 1 }] })).toEqual([
      'lifecycle/idle-archive archive archive never acts: keep entry 1 matches every tagged image',
    ]);
    expect(found({ archive: { beyondLast: 1 }, keep: [{ allOf: ['*', '*a'], last: 1 }] })).toEqual([]);
  });
  test('fifty rules, those of the archive among them', () => {
    const tags = (count: number) => Array.from({ length: count }, (_, at) => `p${at}-`);
    const intent = (count: number): LifecycleIntent => ({
      keep: [{ tags: tags(count), forever: true }],
      archive: { beyondLast: 1, expireAfterDays: 90 },
      protectInUse: true,
    });
    expect(compileLifecycle(intent(23))?.rules).toHaveLength(50);
    expect(brief(checkIntent(intent(24)))).toEqual([
      'lifecycle/too-many-rules keep 24 keep patterns make 52 rules, more than the 50 of ECR',
    ]);
  });
  test('whatever compiles, ECR takes', () => {
    const pattern = fc
      .array(fc.constantFrom('a', 'b', '-', '*'), { minLength: 1, maxLength: 4 })
      .map((all) => all.join(''));
    const intent = fc.record(
      {
        expireUntaggedAfterDays: fc.option(fc.integer({ min: 1, max: 400 })),
        maxImageCount: fc.option(fc.integer({ min: 1, max: 400 })),
        keep: fc.array(
          fc.record({ tags: fc.array(pattern, { minLength: 1, maxLength: 2 }), last: fc.integer({ min: 1, max: 99 }) }),
          { maxLength: 3 },
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(intent, (wanted) => {
        fc.pre(checkIntent(wanted).length === 0);
        const policy = compileLifecycle(wanted);
        if (policy === null) return;
        expect(validateLifecyclePolicyText(lifecycleText(policy))).toEqual({ valid: true, policy });
        expect(checkRules(policy.rules).filter(({ severity }) => severity === 'error')).toEqual([]);
      }),
    );
  });
});

describe('typed rules', () => {
  const rule = (selection: Partial<LifecycleSelection> = {}, rest: Partial<RawRule> = {}): RawRule => ({
    rulePriority: 1,
    selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1, ...selection },
    action: { type: 'expire' },
    ...rest,
  });
  const at = (rulePriority: number, selection: Partial<LifecycleSelection> = {}) => rule(selection, { rulePriority });
  const check = (...rules: RawRule[]) => brief(checkRules(rules));
  const noVariant = 'ECR would answer "instance failed to match exactly one schema (matched 0 out of 4)"';
  const mapping = 'ECR would answer "Could not map policyString into LifecyclePolicy."';
  const tagged = (...tagPatternList: string[]) => ({ tagStatus: 'tagged', tagPatternList }) as const;
  const age = { countType: 'sinceImagePushed', countUnit: 'days' } as const;

  test('good ones become the canonical policy', () => {
    expect(check(at(2), at(1, tagged('v*')))).toEqual([]);
    expect(compileRules([at(2, { storageClass: 'standard' }), at(1, tagged('v*'))])).toEqual({
      rules: [at(1, tagged('v*')), at(2)],
    });
  });
  test('how many', () => {
    expect(check()).toEqual(['lifecycle/no-rules rules the list of rules is empty']);
    const many = Array.from({ length: 51 }, (_, index) => at(index + 1, tagged(`p${index}-`)));
    expect(check(...many.slice(1))).toEqual([]);
    expect(check(...many)).toEqual([
      'lifecycle/too-many-rules rules there are 51 rules; ECR would answer "array is too long: must have at most 50 elements but instance has 51 elements"',
    ]);
  });
  test('how large', () => {
    const large = (length: number) => rule({}, { description: 'x'.repeat(length) });
    const frame = lifecycleText(compileRules([large(1)])).length - 1;
    expect(check(large(30_720 - frame))).toEqual([]);
    expect(check(large(30_721 - frame))).toEqual([
      'lifecycle/policy-too-large rules the policy has 30721 characters, more than the 30720 of ECR',
    ]);
  });
  test('numbers', () => {
    expect(check(rule({ countNumber: 0 }, { rulePriority: 1.5 }))).toEqual([
      'lifecycle/bad-number rules.0.rulePriority rulePriority is 1.5, not a whole number of at least 1; ECR would answer "instance type (number) does not match any allowed primitive type (allowed: ["integer"])"',
      'lifecycle/bad-number rules.0.selection.countNumber countNumber is 0, not a whole number of at least 1; ECR would answer "numeric instance is lower than the required minimum (minimum: 1, found: 0)"',
    ]);
  });
  test('units', () => {
    expect(check(rule({ countUnit: 'days' }))).toEqual([
      `lifecycle/unit-not-allowed rules.0.selection.countUnit countUnit "days" stands beside countType "imageCountMoreThan", which counts images; ${noVariant}`,
    ]);
    expect(check(rule({ countType: 'sinceImagePushed' }))).toEqual([
      `lifecycle/missing-unit rules.0.selection.countUnit countType "sinceImagePushed" has no countUnit; ${noVariant}`,
    ]);
    expect(check(rule(age))).toEqual([]);
  });
  test('storage classes', () => {
    const archived = { countType: 'sinceImageTransitioned', countUnit: 'days', countNumber: 90 } as const;
    expect(check(rule({ ...archived, storageClass: 'archive' }))).toEqual([]);
    expect(check(rule(archived))).toEqual([
      `lifecycle/storage-class rules.0.selection.storageClass countType "sinceImageTransitioned" is about archived images, but storageClass is "standard"; ${noVariant}`,
    ]);
    expect(check(rule({ ...archived, storageClass: 'archive', countNumber: 89 }))).toEqual([
      'lifecycle/archive-too-short rules.0.selection.countNumber 89 days in archive are fewer than the 90 that ECR demands; ECR would answer "numeric instance is lower than the required minimum (minimum: 90, found: 89)"',
    ]);
    for (const [countNumber, codes] of [
      [0, ['lifecycle/bad-number']],
      [1, ['lifecycle/archive-too-short']],
      [90, []],
    ] as const)
      expect(checkRules([rule({ ...archived, storageClass: 'archive', countNumber })]).map(({ code }) => code)).toEqual(
        codes,
      );
    expect(check(rule({ storageClass: 'archive' }))).toEqual([
      'lifecycle/storage-class rules.0.selection.storageClass countType "imageCountMoreThan" is about standard images, but storageClass is "archive"; ECR would answer "SINCE_IMAGE_PUSHED, SINCE_IMAGE_PULLED and IMAGE_COUNT_MORE_THAN support the STANDARD storage class only"',
    ]);
  });
  test('tag lists', () => {
    expect(check(rule({ tagStatus: 'tagged' }))).toEqual([
      'lifecycle/missing-tag-list rules.0.selection.tagStatus tagStatus "tagged" has neither tagPatternList nor tagPrefixList; ECR would answer "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED."',
    ]);
    expect(check(rule({ ...tagged('a'), tagPrefixList: ['a'] }))).toEqual([
      'lifecycle/both-tag-lists rules.0.selection.tagPrefixList tagPrefixList stands beside tagPatternList; ECR would answer "If policy has a tagged rule, it must specify only one of tagPrefixList or tagPatternList"',
    ]);
    expect(check(rule({ tagStatus: 'untagged', tagPatternList: ['a'] }))).toEqual([
      'lifecycle/tag-list-not-allowed rules.0.selection.tagPatternList tagPatternList stands beside tagStatus "untagged"; ECR would answer "Cannot specify tagPatternList with tagStatus UNTAGGED"',
    ]);
    expect(check(rule(tagged('a*****')))).toEqual([
      'lifecycle/too-many-wildcards rules.0.selection.tagPatternList.0 pattern "a*****" has 5 wildcards, more than 4; ECR would answer "Invalid tag pattern provided. Total number of * must not exceed 4"',
    ]);
    expect(check(rule(tagged('a/b')))).toEqual([
      'lifecycle/bad-pattern rules.0.selection.tagPatternList.0 no tag can match "a/b"',
    ]);
    expect(check(rule({ tagStatus: 'tagged', tagPrefixList: ['v*'] }))).toEqual([
      'lifecycle/bad-pattern rules.0.selection.tagPrefixList.0 a prefix takes "*" literally, so no tag can match "v*"',
    ]);
  });
  test('a rule is wrong whatever its size, which is told of sound rules alone', () => {
    expect(check(rule({ tagStatus: 'tagged', tagPatternList: ['a'.repeat(40_000), '?'] }))).toEqual([
      'lifecycle/bad-pattern rules.0.selection.tagPatternList.1 no tag can match "?"',
    ]);
  });
  test('a storage class that is written out is the one that holds anyway', () => {
    const standard = { storageClass: 'standard' } as const;
    expect(check(at(1, { tagStatus: 'untagged' }), at(2, { tagStatus: 'untagged', ...standard }))).toEqual([
      'lifecycle/two-untagged rules.1.selection.tagStatus untagged images are already selected by the rule of priority 1; ECR would answer "Only one rule can select Untagged images per storage class"',
    ]);
  });
  test('tags of images in use', () => {
    const reserved = (list: string, entry: string) => [
      `lifecycle/reserved-pattern rules.0.selection.${list} the rule would act on images in use: "${entry}" matches only tags that \`slipway protect\` puts on them`,
    ];
    expect(check(rule({ ...tagged('slipway-in-use-*'), countNumber: 99_999 }))).toEqual(
      reserved('tagPatternList', 'slipway-in-use-*'),
    );
    expect(check(rule({ ...tagged('slipway-in-use-*'), countNumber: 100_000 }))).toEqual([]);
    expect(check(rule({ tagStatus: 'tagged', tagPrefixList: ['slipway-in-use-'] }))).toEqual(
      reserved('tagPrefixList', 'slipway-in-use-'),
    );
    expect(check(rule({ tagStatus: 'tagged', tagPrefixList: ['slipway-in-use'] }))).toEqual([]);
    expect(checkRules([rule(tagged('slipway-in-use-*'))]).map(({ mend }) => mend)).toEqual(['remove the rule']);
  });
  test('what to write instead of a pattern that matches nothing', () => {
    const mends = (part: Partial<LifecycleSelection>) =>
      checkRules([rule({ tagStatus: 'tagged', ...part })]).map(({ mend }) => mend);
    expect(mends({ tagPatternList: ['v?'] })).toEqual(['"*" is the only wildcard ECR knows: the nearest is "v*"']);
    expect(mends({ tagPatternList: ['é'] })).toEqual(['use letters, digits, `.`, `_`, `-` and `*` only']);
    expect(mends({ tagPrefixList: ['v*'] })).toEqual(['write it as a pattern, in tagPatternList']);
    expect(mends({ tagPrefixList: ['a/b'] })).toEqual(['tags have no "/": the nearest is "a-b"']);
  });
  test('actions', () => {
    expect(check(rule({}, { action: { type: 'expire', targetStorageClass: 'archive' } }))).toEqual([
      'lifecycle/target-not-allowed rules.0.action.targetStorageClass targetStorageClass "archive" stands beside action "expire"; ECR would answer "instance failed to match exactly one schema (matched 0 out of 2)"',
    ]);
    expect(check(rule(age, { action: { type: 'transition' } }))).toEqual([
      `lifecycle/missing-target rules.0.action.targetStorageClass action "transition" has no targetStorageClass; ${mapping}`,
    ]);
    expect(check(rule({ countType: 'sinceImagePulled', countUnit: 'days' }))).toEqual([
      'lifecycle/action-not-allowed rules.0.action.type countType "sinceImagePulled" can archive images, not expire them; ECR would answer "SINCE_IMAGE_PULLED supports the TRANSITION action only"',
    ]);
    expect(
      check(
        rule(
          { countType: 'sinceImageTransitioned', countUnit: 'days', countNumber: 90, storageClass: 'archive' },
          { action: { type: 'transition', targetStorageClass: 'archive' } },
        ),
      ),
    ).toEqual([
      'lifecycle/action-not-allowed rules.0.action.type countType "sinceImageTransitioned" can expire images, not archive them again; ECR would answer "SINCE_IMAGE_TRANSITIONED supports the EXPIRE action only"',
    ]);
  });
  test('between rules', () => {
    expect(check(at(4, { tagStatus: 'untagged' }), at(4))).toEqual([
      'lifecycle/duplicate-priority rules.1.rulePriority priority 4 is given to more than one rule; ECR would answer "Duplicate priority in multiple rules"',
    ]);
    expect(check(at(1, { tagStatus: 'untagged' }), at(2, { tagStatus: 'untagged' }))).toEqual([
      'lifecycle/two-untagged rules.1.selection.tagStatus untagged images are already selected by the rule of priority 1; ECR would answer "Only one rule can select Untagged images per storage class"',
    ]);
    expect(check(at(7), at(8))).toEqual([
      'lifecycle/two-any rules.1.selection.tagStatus all images are already selected by the rule of priority 7; ECR would answer "Only one rule can specify tagStatus=ANY"',
    ]);
    expect(check(at(1), at(2, tagged('a')))).toEqual([
      'lifecycle/any-not-last rules.0.rulePriority the rule for all images has priority 1, before the rule of priority 2; ECR would answer "Rule for tagStatus=ANY must have the lowest priority per storage class"',
    ]);
    const prefixes = { tagStatus: 'tagged', tagPrefixList: ['a'] } as const;
    expect(check(at(1, prefixes), at(2, prefixes))).toEqual([
      'lifecycle/duplicate-prefixes rules.1.selection.tagPrefixList the same prefixes are already selected by the rule of priority 1; ECR would answer "Duplicate tag prefixes in multiple rules per storage class"',
    ]);
  });
  test('what ECR takes but hardly anybody means is left to the linter', () => {
    expect(check(at(1, tagged('v*')), at(2, tagged('v1*')), at(3, tagged('a*', 'b*')))).toEqual([]);
    expect(compileRules([at(1, tagged('b*', 'a*'))]).rules[0]?.selection.tagPatternList).toEqual(['a*', 'b*']);
  });
  test('what is wrong is thrown, without the warnings', () => {
    expect(thrown(() => compileRules([at(0, tagged('a', 'b'))]))).toEqual([
      'lifecycle/bad-number rules.0.rulePriority rulePriority is 0, not a whole number of at least 1; ECR would answer "numeric instance is lower than the required minimum (minimum: 1, found: 0)"',
    ]);
  });
});
