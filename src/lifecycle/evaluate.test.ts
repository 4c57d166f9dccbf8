// Exercises evaluate.ts with the worked examples of the user guide, the sentences it states, and properties.
// It must not know a clock.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import recorded from '../../test/cases/lifecycle-evaluation.json' with { type: 'json' };
import { compileLifecycle } from './compile.js';
import { evaluate, summarise } from './evaluate.js';
import type { Image, LifecyclePolicy, LifecycleRule, LifecycleSelection } from './model.js';

const day = 86_400_000;
const now = 2_000 * day;

interface RecordedImage {
  id: string;
  tags: string[];
  pushedAgoDays: number;
  storageClass?: string;
  lastArchivedAgoDays?: number;
  children?: string[];
}

describe('the cases', () => {
  test.each(recorded)('$name', (one) => {
    const images = (one.images as RecordedImage[]).map(
      (image): Image => ({
        digest: image.id,
        tags: image.tags,
        pushedAt: now - image.pushedAgoDays * day,
        ...(image.storageClass === undefined
          ? {}
          : { storageClass: image.storageClass === 'ARCHIVE' ? 'archive' : 'standard' }),
        ...(image.lastArchivedAgoDays === undefined ? {} : { lastArchivedAt: now - image.lastArchivedAgoDays * day }),
        ...(image.children === undefined ? {} : { children: image.children }),
      }),
    );
    const outcomes = evaluate(one.policy as LifecyclePolicy, images, now);
    const acted = (action: string) =>
      outcomes
        .filter((outcome) => outcome.action === action)
        .map(({ digest, rulePriority }) => ({ id: digest, rulePriority }));
    expect(acted('expire')).toEqual(one.expectExpired);
    expect(acted('archive')).toEqual(one.expectTransitioned);
    expect(acted('fail')).toEqual('expectFailed' in one ? one.expectFailed : []);
  });
});

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
const run = (rules: LifecycleRule[], ...images: Image[]) =>
  evaluate({ rules }, images, now).map(({ digest, action, rulePriority }) => `${digest} ${action} ${rulePriority}`);
const archive = { type: 'transition', targetStorageClass: 'archive' } as const;

describe('ages', () => {
  const pushed = rule(1, { countType: 'sinceImagePushed', countUnit: 'days', countNumber: 2 });
  test('older means strictly older', () => {
    expect(run([pushed], image('a', 2), image('b', 2, { pushedAt: now - 2 * day - 1 }))).toEqual([
      'a keep null',
      'b expire 1',
    ]);
  });
  test('a restored image is as old as its restoration, by age and by rank', () => {
    expect(run([pushed], image('a', 9, { lastActivatedAt: now - day }))).toEqual(['a keep null']);
    expect(run([rule(1, {})], image('a', 9, { lastActivatedAt: now - day }), image('b', 3))).toEqual([
      'a keep null',
      'b expire 1',
    ]);
  });
  test('pulls', () => {
    const pulled = rule(1, { countType: 'sinceImagePulled', countUnit: 'days', countNumber: 2 }, archive);
    const at = (daysAgo: number) => now - daysAgo * day;
    expect(
      run(
        [pulled],
        image('recently', 9, { lastPulledAt: at(1) }),
        image('long-ago', 9, { lastPulledAt: at(3) }),
        image('never', 3),
        image('new', 1),
        image('restored', 9, { lastActivatedAt: at(1) }),
        image('restored-since', 9, { lastPulledAt: at(8), lastActivatedAt: at(1) }),
        image('pulled-since', 9, { lastPulledAt: at(3), lastActivatedAt: at(4) }),
      ),
    ).toEqual([
      'recently keep null',
      'long-ago archive 1',
      'never archive 1',
      'new keep null',
      'restored keep null',
      'restored-since keep null',
      'pulled-since archive 1',
    ]);
  });
  test('time in archive', () => {
    const transitioned = rule(1, {
      countType: 'sinceImageTransitioned',
      countUnit: 'days',
      countNumber: 90,
      storageClass: 'archive',
    });
    const archived = (daysAgo: number): Partial<Image> => ({
      storageClass: 'archive',
      lastArchivedAt: now - daysAgo * day,
    });
    expect(
      run(
        [transitioned],
        image('a', 400, archived(90)),
        image('b', 400, archived(91)),
        image('c', 400),
        image('d', 400, { storageClass: 'archive' }),
      ),
    ).toEqual(['a keep null', 'b expire 1', 'c keep null', 'd keep null']);
  });
});

describe('selection', () => {
  test('prefixes, all of which must match', () => {
    const both = rule(1, {
      tagStatus: 'tagged',
      tagPrefixList: ['a', 'b'],
      countType: 'sinceImagePushed',
      countUnit: 'days',
    });
    expect(run([both], image('x', 9, { tags: ['a1', 'b1'] }), image('y', 9, { tags: ['a1'] }), image('z', 9))).toEqual([
      'x expire 1',
      'y keep null',
      'z keep null',
    ]);
  });
  test('a tag list with one all-embracing pattern selects no untagged image', () => {
    expect(
      run(
        [rule(1, { tagStatus: 'tagged', tagPatternList: ['*'] })],
        image('x', 9),
        image('y', 8, { tags: ['t'] }),
        image('z', 7, { tags: ['u'] }),
      ),
    ).toEqual(['x keep null', 'y expire 1', 'z keep null']);
  });
  test('rules apply by priority, however they are listed; images of one push time by digest', () => {
    expect(
      run(
        [rule(2, {}), rule(1, { tagStatus: 'untagged' })],
        image('b', 5),
        image('a', 5),
        image('c', 5, { tags: ['t'] }),
      ),
    ).toEqual(['b expire 1', 'a keep null', 'c expire 2']);
  });
});

describe('lists and what they refer to', () => {
  const old = rule(1, { countType: 'sinceImagePushed', countUnit: 'days', countNumber: 5 });
  test('an image that a list refers to stays, and says which rule failed', () => {
    expect(run([old], image('child', 9), image('list', 4, { children: ['child'] }))).toEqual([
      'child fail 1',
      'list keep null',
    ]);
  });
  test('oldest first: what is older than its list waits for the next run', () => {
    expect(run([old], image('child', 9), image('list', 8, { children: ['child'] }))).toEqual([
      'child fail 1',
      'list expire 1',
    ]);
    expect(run([old], image('list', 9, { children: ['child', 'child'] }), image('child', 8))).toEqual([
      'list expire 1',
      'child expire 1',
    ]);
  });
  test('every list must be gone; one that is archived is not', () => {
    expect(run([old], image('l1', 9, { children: ['c'] }), image('c', 8), image('l2', 1, { children: ['c'] }))).toEqual(
      ['l1 expire 1', 'c fail 1', 'l2 keep null'],
    );
    expect(run([{ ...old, action: archive }], image('l', 9, { children: ['c'] }), image('c', 8))).toEqual([
      'l archive 1',
      'c fail 1',
    ]);
  });
  test('an image that fails shields its own children', () => {
    expect(
      run([old], image('l1', 9, { children: ['c'] }), image('c', 8), image('l0', 1, { children: ['l1'] })),
    ).toEqual(['l1 fail 1', 'c fail 1', 'l0 keep null']);
  });
});

test('outcomes added up', () => {
  const images = [
    image('u', 9, { sizeInBytes: 5 }),
    image('t', 8, { tags: ['t1', 't2'], sizeInBytes: 7 }),
    image('n', 7, { tags: ['n'] }),
    image('s', 9, { storageClass: 'archive', sizeInBytes: 11 }),
  ];
  const policy: LifecyclePolicy = {
    rules: [
      rule(
        1,
        { tagStatus: 'tagged', tagPatternList: ['n'], countType: 'sinceImagePushed', countUnit: 'days' },
        archive,
      ),
      rule(2, { countType: 'sinceImagePushed', countUnit: 'days' }),
    ],
  };
  expect(summarise(images, evaluate(policy, images, now))).toEqual({
    images: 4,
    expiring: 2,
    archiving: 1,
    expiringBytes: 12,
    examples: ['u', 't1'],
  });
  const many = Array.from({ length: 12 }, (_, at) => image(`d${at}`, 20 - at));
  expect(summarise(many, evaluate(policy, many, now)).examples).toEqual(many.slice(0, 10).map(({ digest }) => digest));
  const unknown = [image('x', 9)];
  expect(summarise(unknown, evaluate(policy, unknown, now)).expiringBytes).toBe(0);
});

describe('properties', () => {
  const images = fc
    .array(
      fc.record({
        tags: fc.uniqueArray(fc.constantFrom('v1', 'v2', 'pr-1', 'main', 'x'), { maxLength: 3 }),
        daysAgo: fc.integer({ min: 0, max: 40 }),
      }),
      { maxLength: 25 },
    )
    .map((all) =>
      all.map(({ tags, daysAgo }, at) => image(`sha256:${String(at).padStart(3, '0')}`, daysAgo, { tags })),
    );
  const policy = compileLifecycle({
    expireUntaggedAfterDays: 14,
    maxImageCount: 4,
    keep: [
      { tags: ['v*'], last: 2 },
      { tags: ['pr-*'], last: 1 },
    ],
  }) ?? { rules: [] };

  test('the order of the images does not matter', () => {
    fc.assert(
      fc.property(images, (all) => {
        expect(evaluate(policy, all.toReversed(), now).toReversed()).toEqual(evaluate(policy, all, now));
      }),
    );
  });
  test('what a keep pattern keeps is never touched, and no more than asked for is kept of it', () => {
    fc.assert(
      fc.property(images, (all) => {
        const outcomes = evaluate(policy, all, now);
        const kept = outcomes.filter(
          ({ tags, action }) => action === 'keep' && tags.some((tag) => tag.startsWith('v')),
        );
        const matching = outcomes.filter(({ tags }) => tags.some((tag) => tag.startsWith('v')));
        expect(kept.length).toBe(Math.min(2, matching.length));
      }),
    );
  });
  test('untagged images go by age alone', () => {
    fc.assert(
      fc.property(images, (all) => {
        evaluate(policy, all, now).forEach(({ tags, action, rulePriority }, at) => {
          if (tags.length > 0) return;
          const gone = now - (all[at]?.pushedAt ?? now) > 14 * day;
          expect([action, rulePriority]).toEqual(gone ? ['expire', 800] : ['keep', null]);
        });
      }),
    );
  });
  test('a second run right after the first finds nothing', () => {
    fc.assert(
      fc.property(images, (all) => {
        const gone = new Set(
          evaluate(policy, all, now)
            .filter(({ action }) => action === 'expire')
            .map(({ digest }) => digest),
        );
        const rest = all.filter(({ digest }) => !gone.has(digest));
        expect(evaluate(policy, rest, now).filter(({ action }) => action !== 'keep')).toEqual([]);
      }),
    );
  });
});
