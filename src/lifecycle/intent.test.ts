// Exercises intent by its meaning: what a compiled policy does to random images is what the intent says, told here a second
// time and naively; and what the numbers of rules promise. It must not know how the compiler works.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lifecycleText } from './canonical.js';
import { checkIntent, checkRules } from './check.js';
import { compileLifecycle } from './compile.js';
import { diffLifecycle } from './diff.js';
import { evaluate } from './evaluate.js';
import type { Archive, Image, Keep, LifecycleIntent, LifecyclePolicy, LifecycleRule } from './model.js';
import { readIntent } from './read-intent.js';
import { validateLifecyclePolicyText } from './validate.js';

const day = 86_400_000;
const now = 1_000 * day;
type Action = 'expire' | 'archive' | 'keep';

const small = fc.integer({ min: 1, max: 6 });
const pattern = fc.constantFrom('v*', 'v1*', 'v1.0', 'pr-*', '*-arm', '*0', 'x', 'p*r*', '*');
const howLong: fc.Arbitrary<Keep> = fc.oneof(
  small.map((last) => ({ last })),
  small.map((forDays) => ({ forDays })),
  fc.constant({ forever: true as const }),
);
const keep: fc.Arbitrary<Keep> = fc
  .tuple(fc.uniqueArray(pattern, { minLength: 1, maxLength: 2 }), howLong, fc.boolean())
  .map(([patterns, long, all]) => ({ ...(all ? { allOf: patterns } : { tags: patterns }), ...long }));
const archive: fc.Arbitrary<Archive> = fc
  .tuple(
    fc.oneof(
      small.map((notPulledForDays): Archive => ({ notPulledForDays })),
      small.map((olderThanDays): Archive => ({ olderThanDays })),
      small.map((beyondLast): Archive => ({ beyondLast })),
    ),
    fc.option(fc.integer({ min: 90, max: 95 })),
  )
  .map(([when, gone]) => (gone === null ? when : { ...when, expireAfterDays: gone }));
const intents: fc.Arbitrary<LifecycleIntent> = fc
  .record({
    expireUntaggedAfterDays: fc.option(small),
    maxImageCount: fc.option(small),
    keep: fc.array(keep, { maxLength: 4 }),
    archive: fc.option(archive),
    protectInUse: fc.boolean(),
  })
  .map((one) => (one.archive === null ? one : { ...one, maxImageCount: null }))
  .filter((one) => checkIntent(one).every(({ severity }) => severity !== 'error'));

const tag = fc.constantFrom(
  'v1',
  'v1.0',
  'v2',
  'v2-arm',
  'pr-1',
  'pr-20',
  'pr-arm',
  'x',
  'main',
  'slipway-in-use-0123456789ab',
);
const images: fc.Arbitrary<readonly Image[]> = fc
  .array(
    fc.record({
      tags: fc.uniqueArray(tag, { maxLength: 3 }),
      hours: fc.integer({ min: 0, max: 7 * 24 }),
      pulled: fc.option(fc.integer({ min: 0, max: 7 * 24 })),
      archived: fc.option(fc.integer({ min: 80, max: 100 }), { freq: 3 }),
    }),
    { maxLength: 12 },
  )
  .map((all) =>
    all.map(({ tags, hours, pulled, archived }, index): Image => {
      // No two were pushed at one time, since nobody says what holds then.
      const pushedAt = now - hours * 3_600_000 - index;
      return archived === null
        ? { digest: `${index}`, tags, pushedAt, ...(pulled === null ? {} : { lastPulledAt: now - pulled * 3_600_000 }) }
        : { digest: `${index}`, tags, pushedAt, storageClass: 'archive', lastArchivedAt: now - archived * day };
    }),
  );

/** What an intent means, image by image, in the words of the manifest's reference. */
function meant(intent: LifecycleIntent, all: readonly Image[]): Action[] {
  const tagIs = (wanted: string, one: string) =>
    new RegExp(`^${wanted.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(one);
  const matches = (patterns: readonly string[]) => (image: Image) =>
    patterns.every((wanted) => image.tags.some((one) => tagIs(wanted, one)));
  const standard = all.filter(({ storageClass }) => storageClass !== 'archive');
  const newer = (image: Image, among: (one: Image) => boolean) =>
    standard.filter((other) => among(other) && other.pushedAt > image.pushedAt).length;
  const olderThan = (time: number, days: number) => now - time > days * day;
  const claims = (intent.keep ?? []).flatMap((entry) =>
    (entry.allOf === undefined ? (entry.tags ?? []).map((one) => [one]) : [entry.allOf]).map((patterns) => ({
      ...entry,
      matches: matches(patterns),
    })),
  );
  return all.map((image): Action => {
    if (intent.protectInUse === true && image.tags.some((one) => one.startsWith('slipway-in-use-'))) return 'keep';
    if (claims.some((claim) => claim.forever === true && claim.matches(image))) return 'keep';
    if (image.storageClass === 'archive') {
      const days = intent.archive?.expireAfterDays;
      return days !== undefined && olderThan(image.lastArchivedAt ?? 0, days) ? 'expire' : 'keep';
    }
    const claim = claims.find((one) => one.forever !== true && one.matches(image));
    if (claim?.last !== undefined) return newer(image, claim.matches) >= claim.last ? 'expire' : 'keep';
    if (claim?.forDays !== undefined) return olderThan(image.pushedAt, claim.forDays) ? 'expire' : 'keep';
    if (image.tags.length === 0) {
      const days = intent.expireUntaggedAfterDays ?? null;
      return days !== null && olderThan(image.pushedAt, days) ? 'expire' : 'keep';
    }
    const rank = newer(image, ({ tags }) => tags.length > 0);
    const { notPulledForDays, olderThanDays, beyondLast } = intent.archive ?? {};
    if (notPulledForDays !== undefined)
      return olderThan(image.lastPulledAt ?? image.pushedAt, notPulledForDays) ? 'archive' : 'keep';
    if (olderThanDays !== undefined) return olderThan(image.pushedAt, olderThanDays) ? 'archive' : 'keep';
    if (beyondLast !== undefined) return rank >= beyondLast ? 'archive' : 'keep';
    return typeof intent.maxImageCount === 'number' && rank >= intent.maxImageCount ? 'expire' : 'keep';
  });
}

const done = (policy: LifecyclePolicy | null, all: readonly Image[]) =>
  evaluate(policy ?? { rules: [] }, all, now).map(({ action }) => action);

describe('a compiled policy', () => {
  test('does to images what its intent says', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(intents, images, (intent, all) => {
        const wanted = meant(intent, all);
        for (const one of wanted) seen.add(one);
        expect(done(compileLifecycle(intent), all)).toEqual(wanted);
      }),
      { numRuns: 700 },
    );
    expect([...seen].sort()).toEqual(['archive', 'expire', 'keep']);
  });

  test('is one that ECR takes, and nobody warns of', () => {
    fc.assert(
      fc.property(intents, (intent) => {
        const policy = compileLifecycle(intent);
        if (policy === null) return;
        expect(validateLifecyclePolicyText(lifecycleText(policy))).toEqual({ valid: true, policy });
        const found = checkRules(policy.rules).filter(({ code }) => code !== 'lifecycle/and-trap');
        expect(found).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('has every rule in the place of its kind, fifty of them too', () => {
    const many = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.boolean()), { minLength: 1, maxLength: 48 });
    fc.assert(
      fc.property(many, (sizes) => {
        let left = 48;
        const entries = sizes.flatMap(([size, ever], index): Keep[] => {
          const count = Math.min(size, left);
          left -= count;
          const tags = Array.from({ length: count }, (_, at) => `t${index}x${at}`);
          return count === 0 ? [] : [{ tags, ...(ever ? { forever: true } : { last: 1 }) }];
        });
        const rules = compileLifecycle({ keep: entries, protectInUse: true, maxImageCount: 1 })?.rules ?? [];
        const kinds = rules.map(({ rulePriority, selection }) => {
          const [first = ''] = selection.tagPatternList ?? [];
          const kind =
            first === '*' ? 'cap' : first.startsWith('slipway') ? 'use' : selection.countNumber === 1 ? 'keep' : 'ever';
          const [from, to] = { use: [10, 10], ever: [100, 199], keep: [200, 799], cap: [900, 900] }[kind];
          return (from ?? 0) <= rulePriority && rulePriority <= (to ?? 0);
        });
        expect(kinds.every(Boolean)).toBe(true);
        expect(new Set(rules.map(({ rulePriority }) => rulePriority)).size).toBe(rules.length);
      }),
    );
  });
});

describe('a small change of intent', () => {
  const texts = (intent: LifecycleIntent) =>
    new Set((compileLifecycle(intent)?.rules ?? []).map((rule) => JSON.stringify(rule)));
  /** Rules that are gone or new. */
  const changed = (before: LifecycleIntent, after: LifecycleIntent) =>
    diffLifecycle(compileLifecycle(before), compileLifecycle(after));
  const valid = (intent: LifecycleIntent) => checkIntent(intent).every(({ severity }) => severity !== 'error');
  // Neither is covered by any pattern of the rest, nor covers one.
  const more: Keep = { tags: ['zz-*'], last: 1 };
  const capless = intents.filter(({ keep: entries = [] }) => !JSON.stringify(entries).includes('"*"'));

  test.each<[string, (intent: LifecycleIntent) => LifecycleIntent]>([
    ['one more entry', (intent) => ({ ...intent, keep: [...(intent.keep ?? []), more] })],
    [
      'one more entry, for ever',
      (intent) => ({ ...intent, keep: [...(intent.keep ?? []), { tags: ['zz-*'], forever: true }] }),
    ],
    [
      'one more pattern',
      ({ keep: entries = [], ...intent }) => ({
        ...intent,
        keep: (entries ?? []).map((one, at) =>
          at === 0 && one.tags?.length === 1 ? { ...one, tags: [...one.tags, 'zz-*'] } : one,
        ),
      }),
    ],
    ['untagged images', (intent) => ({ ...intent, expireUntaggedAfterDays: intent.expireUntaggedAfterDays ?? 3 })],
    ['a cap', (intent) => ({ ...intent, maxImageCount: intent.maxImageCount ?? (intent.archive === null ? 3 : null) })],
    ['protection', (intent) => ({ ...intent, protectInUse: true })],
    [
      'an end of the archive',
      (intent) => ({
        ...intent,
        archive:
          intent.archive === null || intent.archive === undefined ? null : { expireAfterDays: 99, ...intent.archive },
      }),
    ],
  ])('%s changes no other rule', (_, change) => {
    fc.assert(
      fc.property(capless, (before) => {
        const after = change(before);
        fc.pre(valid(after));
        const now = texts(after);
        expect([...texts(before)].filter((rule) => !now.has(rule))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('another number changes the rules of its entry', () => {
    fc.assert(
      fc.property(capless, fc.nat(3), howLong, ({ keep: entries, ...before }, at, long) => {
        const all = entries ?? [];
        const entry = all[at];
        fc.pre(entry !== undefined);
        const { tags, allOf } = entry ?? {};
        const other: Keep = {
          ...(tags === undefined ? {} : { tags }),
          ...(allOf === undefined ? {} : { allOf }),
          ...long,
        };
        const after = { ...before, keep: all.map((one, index) => (index === at ? other : one)) };
        fc.pre(valid(after));
        const mine = JSON.stringify((tags ?? allOf ?? []).map((one) => one));
        for (const { before: was, after: is } of changed({ ...before, keep: all }, after)) {
          for (const rule of [was, is].filter((one) => one !== undefined))
            expect(rule.selection.tagPatternList?.every((one) => mine.includes(JSON.stringify(one)))).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('reading back', () => {
  test('an intent that was compiled', () => {
    fc.assert(
      fc.property(intents, images, (intent, all) => {
        const policy = compileLifecycle(intent);
        if (policy === null) return;
        const read = readIntent(policy);
        expect(read).not.toBeNull();
        const again = compileLifecycle(read ?? {});
        expect(done(again, all)).toEqual(done(policy, all));
        expect(readIntent(again ?? { rules: [] })).toEqual(read);
      }),
      { numRuns: 400 },
    );
  });

  const selection = fc.oneof(
    fc.record({
      tagStatus: fc.constant('tagged' as const),
      tagPatternList: fc.uniqueArray(pattern, { minLength: 1, maxLength: 2 }),
    }),
    fc.record({
      tagStatus: fc.constant('tagged' as const),
      tagPrefixList: fc.uniqueArray(fc.constantFrom('v', 'v1', 'pr-', 'x*'), { minLength: 1, maxLength: 2 }),
    }),
    fc.constant({ tagStatus: 'untagged' as const }),
    fc.constant({ tagStatus: 'any' as const }),
  );
  const counted = fc.oneof(
    { weight: 3, arbitrary: small.map((countNumber) => ({ countType: 'imageCountMoreThan' as const, countNumber })) },
    { weight: 1, arbitrary: fc.constant({ countType: 'imageCountMoreThan' as const, countNumber: 999_999 }) },
    {
      weight: 3,
      arbitrary: small.map((countNumber) => ({
        countType: 'sinceImagePushed' as const,
        countUnit: 'days' as const,
        countNumber,
      })),
    },
  );
  const expire = fc.constant({ type: 'expire' } as const);
  const transition = fc.constant({ type: 'transition', targetStorageClass: 'archive' } as const);
  const rule = fc
    .oneof(
      {
        weight: 5,
        arbitrary: fc.tuple(
          selection,
          counted,
          fc.oneof({ weight: 4, arbitrary: expire }, { weight: 1, arbitrary: transition }),
        ),
      },
      {
        weight: 1,
        arbitrary: fc.tuple(
          selection,
          small.map((countNumber) => ({
            countType: 'sinceImagePulled' as const,
            countUnit: 'days' as const,
            countNumber,
          })),
          transition,
        ),
      },
      {
        weight: 1,
        arbitrary: fc.tuple(
          selection,
          fc.integer({ min: 90, max: 95 }).map((countNumber) => ({
            storageClass: 'archive' as const,
            countType: 'sinceImageTransitioned' as const,
            countUnit: 'days' as const,
            countNumber,
          })),
          expire,
        ),
      },
    )
    .map(([which, count, action]) => ({ selection: { ...which, ...count }, action }));
  /** Rules for all images come last, as ECR wants them. */
  const policies = fc
    .array(rule, { minLength: 1, maxLength: 5 })
    .map((rules): LifecyclePolicy => {
      const last = (one: (typeof rules)[number]) => (one.selection.tagStatus === 'any' ? 1 : 0);
      return {
        rules: rules
          .toSorted((one, other) => last(one) - last(other))
          .map((one, index): LifecycleRule => ({ rulePriority: index + 1, ...one })),
      };
    })
    .filter(({ rules }) => checkRules(rules).every(({ severity }) => severity !== 'error'));

  test('anything else, or nothing', () => {
    let read = 0;
    let left = 0;
    fc.assert(
      fc.property(policies, fc.array(images, { minLength: 4, maxLength: 4 }), (policy, sets) => {
        const intent = readIntent(policy);
        if (intent === null) {
          left++;
          return;
        }
        read++;
        for (const all of sets) expect(done(compileLifecycle(intent), all)).toEqual(done(policy, all));
      }),
      { numRuns: 700 },
    );
    // Both happen, so that neither is proven of nothing.
    expect(read).toBeGreaterThan(100);
    expect(left).toBeGreaterThan(100);
  });
});
