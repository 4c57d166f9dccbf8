// Exercises read-intent.ts: policies people have, and the intent that says the same or the lack of one.
// It must not know the manifest.
import { expect, test } from 'vitest';
import { compileLifecycle } from './compile.js';
import type { LifecycleIntent, LifecyclePolicy, LifecycleRule, LifecycleSelection } from './model.js';
import { obstacles, readIntent } from './read-intent.js';

const count = (countNumber: number) => ({ countType: 'imageCountMoreThan', countNumber }) as const;
const pushed = (countNumber: number) => ({ countType: 'sinceImagePushed', countUnit: 'days', countNumber }) as const;
const pulled = (countNumber: number) => ({ countType: 'sinceImagePulled', countUnit: 'days', countNumber }) as const;
const archived = (countNumber: number) =>
  ({ storageClass: 'archive', countType: 'sinceImageTransitioned', countUnit: 'days', countNumber }) as const;
const tagged = (...tagPatternList: string[]) => ({ tagStatus: 'tagged', tagPatternList }) as const;
const any = { tagStatus: 'any' } as const;
const untagged = { tagStatus: 'untagged' } as const;
const expire = (selection: LifecycleSelection) => ({ selection, action: { type: 'expire' } }) as const;
const move = (selection: LifecycleSelection) =>
  ({ selection, action: { type: 'transition', targetStorageClass: 'archive' } }) as const;
const policy = (...rules: readonly Omit<LifecycleRule, 'rulePriority'>[]): LifecyclePolicy => ({
  rules: rules.map((rule, index) => ({ rulePriority: index + 1, ...rule })),
});
const nothing = { expireUntaggedAfterDays: null, maxImageCount: null };
const read = (...rules: readonly Omit<LifecycleRule, 'rulePriority'>[]) => readIntent(policy(...rules));

test.each<[string, readonly Omit<LifecycleRule, 'rulePriority'>[], LifecycleIntent | null]>([
  ['untagged images', [expire({ ...untagged, ...pushed(7) })], { ...nothing, expireUntaggedAfterDays: 7 }],
  [
    'untagged images, as long as a manifest takes',
    [expire({ ...untagged, ...pushed(3650) })],
    { ...nothing, expireUntaggedAfterDays: 3650 },
  ],
  ['untagged images after longer', [expire({ ...untagged, ...pushed(3651) })], null],
  ['untagged images by number', [expire({ ...untagged, ...count(3) })], null],
  ['untagged images to archive', [move({ ...untagged, ...pushed(3) })], null],
  ['a cap', [expire({ ...tagged('*'), ...count(30) })], { ...nothing, maxImageCount: 30 }],
  ['the largest cap', [expire({ ...tagged('*'), ...count(100_000) })], { ...nothing, maxImageCount: 100_000 }],
  [
    'a larger one',
    [expire({ ...tagged('*'), ...count(100_001) })],
    { ...nothing, keep: [{ tags: ['*'], last: 100_001 }] },
  ],
  [
    'all tagged images for ever',
    [expire({ ...tagged('*'), ...count(999_999) })],
    { ...nothing, keep: [{ tags: ['*'], forever: true }] },
  ],
  [
    'the largest number',
    [expire({ ...tagged('v*'), ...count(1_000_000) })],
    { ...nothing, keep: [{ tags: ['v*'], last: 1_000_000 }] },
  ],
  ['a larger number', [expire({ ...tagged('v*'), ...count(1_000_001) })], null],
  [
    'the most days',
    [expire({ ...tagged('v*'), ...pushed(36_500) })],
    { ...nothing, keep: [{ tags: ['v*'], forDays: 36_500 }] },
  ],
  ['more days', [expire({ ...tagged('v*'), ...pushed(36_501) })], null],
  ['images of any kind by number', [expire({ ...any, ...count(30) })], null],
  [
    'images of any kind by age',
    [expire({ ...any, ...pushed(30) })],
    { ...nothing, expireUntaggedAfterDays: 30, keep: [{ tags: ['*'], forDays: 30 }] },
  ],
  [
    'images of any kind by age, behind untagged ones',
    [expire({ ...untagged, ...pushed(3) }), expire({ ...any, ...pushed(30) })],
    { ...nothing, expireUntaggedAfterDays: 3, keep: [{ tags: ['*'], forDays: 30 }] },
  ],
  [
    'images of any kind by number, behind untagged ones',
    [expire({ ...untagged, ...pushed(3) }), expire({ ...any, ...count(30) })],
    null,
  ],
  [
    'the storage class that holds anyway',
    [expire({ ...tagged('v*'), storageClass: 'standard', ...count(3) })],
    { ...nothing, keep: [{ tags: ['v*'], last: 3 }] },
  ],
  ['tags by their last pull', [move({ ...tagged('v*'), ...pulled(3) }), expire({ ...tagged('*'), ...count(3) })], null],
  [
    'neighbours that keep otherwise',
    [
      expire({ ...tagged('a'), ...pushed(3) }),
      expire({ ...tagged('b'), ...pushed(4) }),
      expire({ ...tagged('c'), ...count(4) }),
      expire({ ...tagged('d'), ...count(5) }),
    ],
    {
      ...nothing,
      keep: [
        { tags: ['a'], forDays: 3 },
        { tags: ['b'], forDays: 4 },
        { tags: ['c'], last: 4 },
        { tags: ['d'], last: 5 },
      ],
    },
  ],
  [
    'neighbours that are for ever',
    [expire({ ...tagged('a'), ...count(999_999) }), expire({ ...tagged('b'), ...count(999_999) })],
    { ...nothing, keep: [{ tags: ['a', 'b'], forever: true }] },
  ],
  [
    'neighbours that keep alike',
    [
      expire({ ...tagged('a'), ...count(3) }),
      expire({ ...tagged('b'), ...count(3) }),
      expire({ ...tagged('c'), ...pushed(3) }),
    ],
    {
      ...nothing,
      keep: [
        { tags: ['a', 'b'], last: 3 },
        { tags: ['c'], forDays: 3 },
      ],
    },
  ],
  [
    'neighbours of several patterns',
    [
      expire({ ...tagged('a', 'b'), ...count(3) }),
      expire({ ...tagged('c'), ...count(3) }),
      expire({ ...tagged('e', 'd'), ...count(3) }),
    ],
    {
      ...nothing,
      keep: [
        { allOf: ['a', 'b'], last: 3 },
        { tags: ['c'], last: 3 },
        { allOf: ['d', 'e'], last: 3 },
      ],
    },
  ],
  [
    'prefixes',
    [expire({ tagStatus: 'tagged', tagPrefixList: ['v'], ...count(3) })],
    { ...nothing, keep: [{ tags: ['v*'], last: 3 }] },
  ],
  [
    'for ever, in front',
    [expire({ ...tagged('v*'), ...count(999_999) }), expire({ ...tagged('w*'), ...count(3) })],
    {
      ...nothing,
      keep: [
        { tags: ['v*'], forever: true },
        { tags: ['w*'], last: 3 },
      ],
    },
  ],
  [
    'for ever, behind what acts',
    [expire({ ...tagged('w*'), ...count(3) }), expire({ ...tagged('v*'), ...count(999_999) })],
    null,
  ],
  [
    'images in use',
    [expire({ ...tagged('slipway-in-use-*'), ...count(999_999) }), expire({ ...tagged('*'), ...count(3) })],
    { ...nothing, protectInUse: true, maxImageCount: 3 },
  ],
  ['images in use, but not all', [expire({ ...tagged('slipway-in-use-*'), ...count(3) })], null],
  [
    'images in use, but not in front',
    [expire({ ...tagged('v*'), ...count(3) }), expire({ ...tagged('slipway-in-use-*'), ...count(999_999) })],
    null,
  ],
  ['archive by pulls', [move({ ...tagged('*'), ...pulled(90) })], { ...nothing, archive: { notPulledForDays: 90 } }],
  ['archive by age', [move({ ...tagged('*'), ...pushed(90) })], { ...nothing, archive: { olderThanDays: 90 } }],
  [
    'archive by number, and from there',
    [move({ ...tagged('*'), ...count(9) }), expire({ ...any, ...archived(365) })],
    { ...nothing, archive: { beyondLast: 9, expireAfterDays: 365 } },
  ],
  [
    'from the archive in two rules',
    [
      move({ ...tagged('*'), ...count(9) }),
      expire({ ...tagged('*'), ...archived(365) }),
      expire({ ...untagged, ...archived(365) }),
    ],
    { ...nothing, archive: { beyondLast: 9, expireAfterDays: 365 } },
  ],
  [
    'from the archive, tagged ones alone',
    [move({ ...tagged('*'), ...count(9) }), expire({ ...tagged('*'), ...archived(365) })],
    null,
  ],
  [
    'from the archive, untagged ones alone',
    [move({ ...tagged('*'), ...count(9) }), expire({ ...untagged, ...archived(365) })],
    null,
  ],
  ['from the archive only', [expire({ ...any, ...archived(365) })], null],
  ['archive of images of any kind', [move({ ...any, ...pulled(90) })], null],
  [
    'archive of images of any kind, behind untagged ones',
    [expire({ ...untagged, ...pushed(3) }), move({ ...any, ...pulled(90) })],
    { ...nothing, expireUntaggedAfterDays: 3, archive: { notPulledForDays: 90 } },
  ],
  ['archive of some tags', [move({ ...tagged('v*'), ...pulled(90) })], null],
  [
    'archive of some tags before others',
    [move({ ...tagged('v*'), ...pushed(90) }), expire({ ...tagged('*'), ...count(3) })],
    null,
  ],
  [
    'what goes from the archive but what is kept for ever does not',
    [
      expire({ ...tagged('v*'), ...count(999_999) }),
      move({ ...tagged('*'), ...pulled(90) }),
      expire({ ...tagged('v*'), ...archived(36_500) }),
      expire({ ...any, ...archived(90) }),
    ],
    { ...nothing, keep: [{ tags: ['v*'], forever: true }], archive: { notPulledForDays: 90, expireAfterDays: 90 } },
  ],
  [
    'what is kept for ever and yet goes from the archive',
    [
      expire({ ...tagged('v*'), ...count(999_999) }),
      move({ ...tagged('*'), ...pulled(90) }),
      expire({ ...any, ...archived(90) }),
    ],
    null,
  ],
  [
    'rules that never act',
    [
      expire({ ...tagged('v*'), ...count(3) }),
      expire({ ...tagged('v1*'), ...pushed(3) }),
      expire({ ...tagged('a/b', 'c'), ...count(1) }),
      expire({ tagStatus: 'tagged', tagPrefixList: ['x*'], ...count(1) }),
    ],
    { ...nothing, keep: [{ tags: ['v*'], last: 3 }] },
  ],
  [
    'patterns twice, runs of wildcards',
    [expire({ ...tagged('v*', 'v*'), ...count(3) })],
    { ...nothing, keep: [{ tags: ['v*'], last: 3 }] },
  ],
])('%s', (_, rules, wanted) => {
  expect(read(...rules)).toEqual(wanted);
});

test('the order of a list is nothing, the order of rules is all', () => {
  const rules = policy(
    expire({ ...tagged('v*'), ...count(3) }),
    expire({ ...untagged, ...pushed(3) }),
    expire({ ...tagged('w*'), ...count(4) }),
  );
  const intent = {
    ...nothing,
    expireUntaggedAfterDays: 3,
    keep: [
      { tags: ['v*'], last: 3 },
      { tags: ['w*'], last: 4 },
    ],
  };
  expect(readIntent(rules)).toEqual(intent);
  expect(readIntent({ rules: rules.rules.toReversed() })).toEqual(intent);
  expect(compileLifecycle(intent)?.rules.map(({ rulePriority }) => rulePriority)).toEqual([200, 210, 800]);
});

test.each<[string, readonly Omit<LifecycleRule, 'rulePriority'>[], readonly number[]]>([
  ['nothing', [], []],
  ['intent', [expire({ ...tagged('v*'), ...count(3) })], []],
  ['one rule', [expire({ ...any, ...count(3) })], [1]],
  ['one of two rules', [expire({ ...tagged('v*'), ...count(3) }), expire({ ...any, ...count(3) })], [2]],
  [
    'either of two rules that do not go together',
    [expire({ ...tagged('w*'), ...count(3) }), expire({ ...tagged('v*'), ...count(999_999) })],
    [1, 2],
  ],
  ['two rules together', [expire({ ...untagged, ...count(3) }), expire({ ...any, ...count(3) })], []],
])('what stands in the way of intent: %s', (_, rules, wanted) => {
  expect(obstacles(policy(...rules))).toEqual(wanted);
});
