// Remarks on what a manifest says stand at its fields, in its words. It must not know how rules are judged.
import { describe, expect, test } from 'vitest';
import { compileLifecycle } from '../compile.js';
import type { LifecycleIntent } from '../model.js';
import { lintIntent } from './intent.js';
import { image, images, now } from './testing/build.js';

function found(intent: LifecycleIntent, context: Parameters<typeof lintIntent>[2] = {}): string[] {
  const policy = compileLifecycle(intent);
  if (policy === null) return [];
  return lintIntent(intent, policy, context).map(
    ({ severity, code, path, mend }) => `${severity} ${code.slice('lifecycle/'.length)} [${path}] ${mend}`,
  );
}
const rest: LifecycleIntent = { expireUntaggedAfterDays: 14, maxImageCount: 30 };

describe('remarks on a manifest', () => {
  test.each<readonly [string, LifecycleIntent, readonly string[]]>([
    [
      'the entry of a list of tags',
      {
        ...rest,
        keep: [
          { tags: ['v*'], last: 20 },
          { tags: ['x-*', 'feature-*'], last: 3 },
        ],
      },
      [
        'warning shared-count [keep.1.tags.1] ECR cannot count for each branch; the nearest is an age: `forDays: 14` in place of `last`',
      ],
    ],
    [
      'an age alone',
      { ...rest, keep: [{ tags: ['v*'], forDays: 30 }] },
      ['warning may-empty [keep.0.tags.0] keep a number: `last: 10` in place of `forDays`'],
    ],
    [
      'tags that must all be there, in whatever order',
      {
        ...rest,
        keep: [
          { tags: ['w*'], last: 20 },
          { allOf: ['release-*', 'v*'], last: 20 },
        ],
      },
      ['warning and-trap [keep.1.allOf] for images that match any of them, write one rule for each: '],
    ],
    [
      'untagged images that go soon',
      { ...rest, expireUntaggedAfterDays: 1 },
      [
        'info untagged-too-soon [expireUntaggedAfterDays] 3 to 7 days leave builds their caches, and people a digest to go back to',
      ],
    ],
    ['the number of all', { ...rest, maxImageCount: 1 }, ['warning short-rollback [maxImageCount] keep 10']],
    [
      'the archive',
      { expireUntaggedAfterDays: 14, archive: { notPulledForDays: 90 } },
      [
        'info archive-saves-nothing [archive] expire what nobody needs; archive what must be kept and hardly ever read',
        'info archive-never-expires [archive] add `expireAfterDays: 90`, or more, to archive',
        'info archives-running [archive] ',
      ],
    ],
    [
      'what no field says',
      { expireUntaggedAfterDays: 14 },
      ['info uncovered-tags [] where they are not to stay, set `maxImageCount`: it counts every tagged image'],
    ],
    [
      'untagged images that nothing is said of',
      { maxImageCount: 30 },
      ['info untagged-kept [] set `expireUntaggedAfterDays: 14`'],
    ],
  ])('%s', (_, intent, expected) => {
    const told = found(intent);
    expect(told.length).toBe(expected.length);
    told.forEach((one, index) => expect(one.startsWith(expected[index] ?? '-')).toBe(true));
  });
  test('the eleventh rule is not the second', () => {
    const keep = Array.from({ length: 12 }, (_, index) => ({ tags: [`${'abcdefghijkl'[index]}-*`], last: 20 }));
    const [first, ...others] = found({ ...rest, keep: [...keep, { tags: ['pr-*'], last: 3 }] });
    expect([first?.startsWith('warning shared-count [keep.12.tags.0]'), others]).toEqual([true, []]);
  });
  test('tags of `slipway protect` without its rule', () => {
    const marked = [image(['v1.0', 'slipway-in-use-0123456789ab'], 1), ...images(2, (index) => `v2.${index}`)];
    expect(found(rest, { images: marked, now })).toEqual(['warning unprotected [] set `protectInUse: true`']);
  });
  test('rules are no replacement for what a manifest says', () => {
    const intent = { ...rest, keep: [{ tags: ['pr-*'], last: 3 }] };
    const policy = compileLifecycle(intent);
    const [first] = policy === null ? [] : lintIntent(intent, policy);
    expect(Object.keys(first ?? {})).toEqual(['code', 'severity', 'message', 'path', 'mend']);
  });
});
