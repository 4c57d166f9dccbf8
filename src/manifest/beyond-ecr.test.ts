// Exercises beyond-ecr.ts: which fields people reach for, and that each is told something to write instead.
// It must not know where in a manifest they stand.
import { expect, test } from 'vitest';
import { beyondEcr } from './beyond-ecr.js';

const exclusion = 'exclude tags from a rule';
const expression = 'match tags by regular expressions';
const bytes = 'count bytes';
const versions = 'compare versions';
const pulls = 'expire images by their last pull';
const both = 'keep an image by its age and by its rank at once';
const findings = 'expire images by the findings of scans';
const tagged = 'archive some tags with `archive` and leave the others alone';
const exclusions = ['except', 'exclude', 'excluding', 'unless', 'not'];
const common: readonly [string, readonly string[]][] = [
  [exclusion, exclusions],
  [expression, ['regex', 'regexp']],
  [bytes, ['maxSize', 'maxBytes']],
  ['be told when to run a policy', ['schedule']],
];

test.each<[string, readonly [string, readonly string[]][]]>([
  [
    'LifecyclePolicy',
    [
      ...common,
      [pulls, ['notPulledForDays', 'expireNotPulledAfterDays', 'expireUnusedAfterDays']],
      [bytes, ['maxSizeInBytes']],
      [findings, ['expireVulnerable', 'severity']],
    ],
  ],
  [
    'Keep',
    [
      ...common,
      [pulls, ['notPulledForDays', 'pulledWithinDays']],
      [versions, ['from', 'to', 'range', 'semver', 'versions']],
      [both, ['atLeast', 'minimum', 'min']],
    ],
  ],
  [
    'Archive',
    [
      [exclusion, exclusions],
      [tagged, ['tags', 'allOf']],
      [bytes, ['maxSize']],
    ],
  ],
])('what ECR cannot do for %s', (message, wishes) => {
  for (const [wanted, fields] of wishes)
    for (const field of fields) {
      const wish = beyondEcr(message, field);
      expect([field, wish?.wanted]).toEqual([field, wanted]);
      expect(wish?.nearest).not.toBe('');
    }
});

test.each([
  ['Keep', 'last'],
  ['Keep', 'toString'],
  ['Archive', 'notPulledForDays'],
  ['Project', 'except'],
])('nothing is known of %s.%s', (message, field) => {
  expect(beyondEcr(message, field)).toBeUndefined();
});
