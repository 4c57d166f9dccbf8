// Tests of a prediction against a later day: what time, pushes, tags and pulls explain, and what nothing does.
import { describe, expect, it } from 'vitest';
import { type Image, type LifecycleRule, lifecycleText } from '../../lifecycle/index.js';
import { compareRepository, type Present } from './compare.js';

const day = 86_400_000;
const start = Date.parse('2026-01-01T00:00:00Z');
const at = (days: number): number => start + days * day;

/** `days`: of the push, from the recording on. */
const image = (name: string, days: number, tags: readonly string[] = [name], more: Partial<Image> = {}): Image => ({
  digest: `sha256:${name}`,
  tags,
  pushedAt: at(days),
  ...more,
});

const newest = (countNumber: number, tagPatternList: readonly string[] = ['*'], rulePriority = 20): LifecycleRule => ({
  rulePriority,
  selection: { tagStatus: 'tagged', tagPatternList, countType: 'imageCountMoreThan', countNumber },
  action: { type: 'expire' },
});
const untagged = (countNumber: number): LifecycleRule => ({
  rulePriority: 10,
  selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber },
  action: { type: 'expire' },
});
const unpulled = (countNumber: number): LifecycleRule => ({
  rulePriority: 30,
  selection: { tagStatus: 'any', countType: 'sinceImagePulled', countUnit: 'days', countNumber },
  action: { type: 'transition', targetStorageClass: 'archive' },
});
const fromArchive = (countNumber: number): LifecycleRule => ({
  rulePriority: 40,
  selection: {
    tagStatus: 'any',
    storageClass: 'archive',
    countType: 'sinceImageTransitioned',
    countUnit: 'days',
    countNumber,
  },
  action: { type: 'expire' },
});
const policy = (...rules: readonly LifecycleRule[]): string => lifecycleText({ rules });

/** Compares `days` later; the policy in place is the recorded one unless another is given. */
function compare(
  text: string | null,
  recorded: readonly Image[],
  now: readonly Image[],
  days: number,
  inPlace: Present['policy'] = text,
) {
  const repository = { name: 'api', policy: text, images: recorded };
  return compareRepository(repository, { images: now, policy: inPlace }, { from: start, to: at(days) });
}

const brief = (found: ReturnType<typeof compare>): readonly string[] =>
  found.images.map(({ digest, verdict, rulePriority, dueAt, cause }) =>
    [
      digest.slice(7),
      verdict,
      ...(rulePriority === undefined ? [] : [String(rulePriority)]),
      ...(dueAt === undefined ? [] : [`day ${(Date.parse(dueAt) - start) / day}`]),
      ...(cause === undefined ? [] : [cause]),
    ].join(' '),
  );

describe('as predicted', () => {
  const three = [image('v1', -3), image('v2', -2), image('v3', -1)];

  it('is what was due and went, and what stayed', () => {
    const found = compare(policy(newest(2)), three, three.slice(1), 2);
    expect(found).toEqual({
      name: 'api',
      state: 'as-predicted',
      policy: 'same',
      counts: { recorded: 3, kept: 2, expired: 1, archived: 0, waiting: 0, overdue: 0, unforeseen: 0, new: 0 },
      images: [
        {
          digest: 'sha256:v1',
          tags: ['v1'],
          pushedAt: '2025-12-29T00:00:00.000Z',
          verdict: 'expired',
          rulePriority: 20,
          dueAt: '2026-01-01T00:00:00.000Z',
        },
      ],
    });
  });

  it('is everything where there is no policy, and nothing went', () => {
    expect(compare(null, three, three, 400)).toMatchObject({ state: 'as-predicted', counts: { kept: 3 }, images: [] });
  });

  it('is what becomes old enough meanwhile, and not what does not', () => {
    const two = [image('a', -9, []), image('b', -1, [])];
    expect(brief(compare(policy(untagged(10)), two, [two[1] as Image], 5))).toEqual(['a expired 10 day 2']);
    expect(brief(compare(policy(untagged(10)), two, [], 20))).toEqual(['a expired 10 day 2', 'b expired 10 day 10']);
  });

  it('is what pushes since have pushed out, from their day on', () => {
    const later = [image('v4', 3.5), image('v5', 7)];
    expect(brief(compare(policy(newest(3)), three, [...three.slice(2), ...later], 10))).toEqual([
      'v1 expired 20 day 4',
      'v2 expired 20 day 7',
      'v4 new',
      'v5 new',
    ]);
  });

  it('is what lost its tag to a push, and went as untagged images do', () => {
    const latest = image('old', -20, ['latest']);
    const next = image('next', 2, ['latest']);
    expect(brief(compare(policy(untagged(10)), [latest], [next], 5))).toEqual(['old expired 10 day 2', 'next new']);
    // Before it lost the tag there was nothing to take it.
    expect(brief(compare(policy(untagged(10)), [latest], [latest], 5))).toEqual([]);
  });

  it('is what went to the archive, and in the end from there', () => {
    const rules = policy(unpulled(10), fromArchive(90));
    const one = image('v1', -9);
    const archived = { ...one, storageClass: 'archive', lastArchivedAt: at(3) } as const;
    expect(brief(compare(rules, [one], [archived], 5))).toEqual(['v1 archived 30 day 2']);
    expect(brief(compare(rules, [one], [], 100))).toEqual(['v1 expired 40 day 93']);
    expect(brief(compare(rules, [one], [archived], 92.5))).toEqual(['v1 waiting 40 day 92.5']);
    // What was in the archive already, and stayed there.
    expect(compare(rules, [archived], [archived], 5)).toMatchObject({ counts: { kept: 1 }, images: [] });
  });

  it('is what was pulled, and stays because of it', () => {
    const one = image('v1', -9);
    expect(brief(compare(policy(unpulled(10)), [one], [{ ...one, lastPulledAt: at(1) }], 5))).toEqual([]);
    expect(brief(compare(policy(unpulled(10)), [one], [one], 5))).toEqual(['v1 overdue 30 day 2 late']);
  });

  it('is a child that goes once its list is gone', () => {
    const child = image('child', -20, []);
    const list = image('list', -19, ['v1'], { children: [child.digest] });
    const rules = policy(untagged(10), newest(1));
    const other = image('v2', -1);
    expect(brief(compare(rules, [child, list, other], [other], 5))).toEqual([
      'child expired 10 day 1',
      'list expired 20 day 0',
    ]);
    expect(brief(compare(policy(untagged(10)), [child, list], [child, list], 5))).toEqual([]);
  });
});

describe('within the time that ECR takes', () => {
  it('is what is due for less than a day', () => {
    const one = image('a', -9, []);
    expect(brief(compare(policy(untagged(10)), [one], [one], 1.5))).toEqual(['a waiting 10 day 1.5']);
    expect(brief(compare(policy(untagged(10)), [one], [one], 2.5))).toEqual(['a overdue 10 day 1.5 late']);
    expect(brief(compare(policy(untagged(1)), [one], [one], 0.99))).toEqual(['a waiting 10 day 0']);
    expect(brief(compare(policy(untagged(1)), [one], [one], 1))).toEqual(['a overdue 10 day 0 late']);
  });

  it('is what changed at a time that nobody knows', () => {
    const two = [image('a', -20, ['v1']), image('b', -20, ['v2'])];
    const moved = [image('a', -20, []), image('b', -20, ['v2', 'v1'])];
    expect(brief(compare(policy(untagged(10)), two, moved, 5))).toEqual(['a waiting 10 day 0 tags-changed']);
    const again = [image('a', -15, [])];
    expect(brief(compare(policy(untagged(10)), [image('a', -20, [])], again, 5))).toEqual([
      'a waiting 10 day 0 pushed-again',
    ]);
    expect(compare(policy(untagged(10)), two, moved, 5).state).toBe('as-predicted');
  });
});

describe('not as predicted', () => {
  const three = [image('v1', -3), image('v2', -2), image('v3', -1)];

  it('is what somebody deleted', () => {
    const found = compare(policy(newest(9, ['x*'])), three, three.slice(0, 2), 5);
    expect(found).toMatchObject({ state: 'differs', counts: { kept: 2, unforeseen: 1 } });
    expect(brief(found)).toEqual(['v3 unforeseen deleted']);
    expect(brief(compare(null, three, three.slice(1), 5))).toEqual(['v1 unforeseen deleted']);
    // Neither the newest of those that a rule counts is next in line.
    expect(brief(compare(policy(newest(3)), three, three.slice(0, 2), 5))).toEqual(['v3 unforeseen deleted']);
  });

  it('is what was next in line, where nobody can tell which of two it was', () => {
    expect(brief(compare(policy(newest(3)), three, three.slice(1), 5))).toEqual([
      'v1 unforeseen pushed-out-or-deleted',
    ]);
  });

  it('is what went although only the archive was to have it', () => {
    const one = image('v1', -9);
    expect(brief(compare(policy(unpulled(10)), [one], [], 5))).toEqual(['v1 unforeseen 30 day 2 deleted']);
  });

  it('is what is in the archive although no rule puts it there', () => {
    const one = image('v1', -9);
    const archived = { ...one, storageClass: 'archive', lastArchivedAt: at(1) } as const;
    expect(brief(compare(policy(newest(3)), [one], [archived], 5))).toEqual(['v1 unforeseen archived-by-hand']);
    expect(brief(compare(policy(newest(3)), [one], [archived], 5, policy(unpulled(1))))).toEqual([
      'v1 unforeseen policy-changed',
    ]);
  });

  it('is what another policy took', () => {
    const found = compare(policy(newest(3)), three, three.slice(1), 5, policy(newest(2)));
    expect(found).toMatchObject({ state: 'differs', policy: 'changed' });
    expect(brief(found)).toEqual(['v1 unforeseen policy-changed']);
    expect(compare(policy(newest(3)), three, three, 5, policy(newest(4)))).toMatchObject({
      state: 'differs',
      policy: 'changed',
      images: [],
    });
    const unread: Present = { images: three, policy: undefined };
    const recorded = { name: 'api', policy: policy(newest(3)), images: three };
    expect(compareRepository(recorded, unread, { from: start, to: at(5) })).toMatchObject({
      state: 'as-predicted',
      policy: 'unknown',
    });
  });

  it('is what another policy left', () => {
    expect(brief(compare(policy(newest(2)), three, three, 5, policy(newest(3))))).toEqual([
      'v1 overdue 20 day 0 policy-gone',
    ]);
    expect(brief(compare(policy(newest(2)), three, three, 5, null))).toEqual(['v1 overdue 20 day 0 policy-gone']);
    expect(brief(compare(policy(newest(2)), three, three, 5, policy(newest(1))))).toEqual(['v1 overdue 20 day 0 late']);
  });

  it('is what a list pushed since may hold', () => {
    const list = image('list', 1, ['v9'], { children: ['sha256:a'] });
    const one = image('a', -20, []);
    expect(brief(compare(policy(untagged(10)), [one], [one, list], 5))).toEqual([
      'a overdue 10 day 0 referenced',
      'list new',
    ]);
  });

  it('names the image that has its tag now', () => {
    const two = [image('a', -5, ['v1']), image('b', -5, ['v2'])];
    const found = compare(policy(untagged(30)), two, [image('b', -5, ['v1', 'v2'])], 5);
    expect(found.images).toMatchObject([
      { digest: 'sha256:a', verdict: 'unforeseen', cause: 'tag-moved', moved: { tag: 'v1', to: 'sha256:b' } },
    ]);
  });

  it('comes first, then what is due, each oldest first', () => {
    const some = [image('d', -2), image('c', -4), image('b', -30, []), image('a', -40, []), image('e', -35, [])];
    const now = [image('d', -2), some[2] as Image, some[3] as Image, image('z', 1), image('y', 2)];
    expect(brief(compare(policy(untagged(10)), some, now, 5))).toEqual([
      'c unforeseen deleted',
      'a overdue 10 day 0 late',
      'b overdue 10 day 0 late',
      'e expired 10 day 0',
      'z new',
      'y new',
    ]);
  });
});

describe('an image that was on its way back from the archive when it was recorded', () => {
  it('counts from then on', () => {
    const back = image('back', -50, [], { activating: true });
    const later = image('back', -50, [], { lastActivatedAt: at(0) });
    expect(brief(compare(policy(untagged(3)), [back], [later], 2))).toEqual([]);
    expect(compare(policy(untagged(3)), [back], [later], 9).counts).toMatchObject({ overdue: 1 });
    expect(compare(policy(untagged(3)), [back], [], 9).counts).toMatchObject({ expired: 1, unforeseen: 0 });
  });
});
