// Exercises forecast.ts and growth.ts: against evaluate.ts run day by day, and on repositories whose future is plain.
// It must not know a clock.
import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.js';
import { type Forecast, type ForecastOptions, forecast } from './forecast.js';
import type { Image, LifecyclePolicy, LifecycleRule, LifecycleSelection } from './model.js';
import { type Pace, type Push, paceOf } from './pace.js';
import { randomCase } from './testing/random-case.js';

const day = 86_400_000;
const now = 20_000 * day;
const image = (digest: string, daysAgo: number, rest: Partial<Image> = {}): Image => ({
  digest,
  tags: [],
  pushedAt: now - daysAgo * day,
  sizeInBytes: 10,
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
const untagged = { tagStatus: 'untagged' } as const;
const look = (rules: LifecycleRule[], images: readonly Image[], options: Partial<ForecastOptions> = {}): Forecast =>
  forecast({ rules }, images, { now, days: 30, pushes: 'auto', ...options });
const push = (rest: Partial<Push> = {}): Push => ({
  tags: [],
  moves: [],
  sizeInBytes: 10,
  children: { count: 0, sizeInBytes: 0 },
  referrers: { count: 0, sizeInBytes: 0 },
  ...rest,
});
const paced = (...families: { name?: string; perDay?: number; push?: Partial<Push> }[]): Pace => ({
  families: families.map(({ name = 'v*', perDay = 1, push: one }) => ({ name, perDay, push: push(one) })),
  familyOf: [],
});

/** The same without pushes, by running `evaluate` anew each day. */
function dayByDay(policy: LifecyclePolicy, images: readonly Image[], from: number, count: number): string[] {
  const events: string[] = [];
  let left = images.map((one) => (one.activating === true ? { ...one, lastActivatedAt: from } : one));
  for (let at = 0; at <= count; at += 1) {
    const time = from + at * day;
    const outcomes = evaluate(policy, left, time);
    outcomes.forEach(({ action, digest, rulePriority }) => {
      if (action === 'expire' || action === 'archive') events.push(`${at} ${action} ${digest} ${rulePriority}`);
    });
    left = left.flatMap((one, place): Image[] => {
      const action = outcomes[place]?.action;
      if (action === 'expire') return [];
      const { activating: _, ...back } = one;
      return [action === 'archive' ? { ...back, storageClass: 'archive', lastArchivedAt: time } : back];
    });
    events.push(`${at} standing ${left.filter((one) => one.storageClass !== 'archive').length} ${left.length}`);
  }
  return events.sort();
}
const eventsOf = ({ days: told }: Forecast): string[] =>
  told
    .flatMap(({ day: at, expired, archived, standardImages, archiveImages }) => [
      ...[...expired, ...archived].map(
        ({ action, digest, rulePriority }) => `${at} ${action} ${digest} ${rulePriority}`,
      ),
      `${at} standing ${standardImages} ${standardImages + archiveImages}`,
    ])
    .sort();

describe('without pushes', () => {
  it('is what evaluate says, run day after day, on random cases', () => {
    let events = 0;
    for (let seed = 1; seed <= 150; seed += 1) {
      const { policy, images, now: from } = randomCase(seed);
      const found = eventsOf(forecast(policy, images, { now: from, days: 12, pushes: 'none' }));
      expect({ seed, events: found }).toEqual({ seed, events: dayByDay(policy, images, from, 12) });
      events += found.length;
    }
    expect(events).toBeGreaterThan(150 * 14);
  });
  it('of no days is what evaluate says now', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const { policy, images, now: from, corners } = randomCase(seed);
      const found = forecast(policy, images, { now: from, days: 0, pushes: 'none', corners });
      expect(found.days).toHaveLength(1);
      expect(found.images.map(({ outcome }) => outcome)).toEqual(evaluate(policy, images, from, corners));
    }
  });
  it('tells of each image when it goes, and why; of the rest why it stays', () => {
    const images = [image('a', 5), image('b', 9, { tags: ['v1'] }), image('c', 100, { tags: ['x'] })];
    const policy = [
      rule(1, { ...tagged('v*'), ...days('sinceImagePushed', 10) }, archive),
      rule(2, { ...untagged, ...days('sinceImagePushed', 14) }),
      rule(3, { storageClass: 'archive', ...days('sinceImageTransitioned', 90) }),
    ];
    const found = look(policy, images, { pushes: 'none', days: 200 });
    expect(found.images.map(({ archivedOn, expiresOn, outcome }) => [archivedOn, expiresOn, outcome.action])).toEqual([
      [null, 10, 'expire'],
      [2, 93, 'expire'],
      [null, null, 'keep'],
    ]);
    expect(found.images[0]?.outcome.why).toEqual({ kind: 'age', since: 'pushed', ms: 15 * day });
    expect(found.images[1]?.outcome.rulePriority).toBe(3);
    const short = look(policy, images, { pushes: 'none', days: 50 }).images[1];
    expect(short).toMatchObject({ archivedOn: 2, expiresOn: null, outcome: { action: 'archive', rulePriority: 1 } });
  });
  it('tells bytes in each class, and what went; a list counts for nothing beside its children', () => {
    const images = [
      image('list', 3, { tags: ['v1'], sizeInBytes: 40, children: ['c'] }),
      image('c', 3, { sizeInBytes: 40 }),
      image('old', 1, { tags: ['w'], sizeInBytes: 7 }),
      image('unknown', 1, { tags: ['u'], children: ['elsewhere'], sizeInBytes: 5 }),
    ];
    const found = look([rule(1, { ...tagged('w'), ...days('sinceImagePushed', 2) }, archive)], images, {
      pushes: 'none',
      days: 2,
    });
    expect(found.days.map(({ standardBytes, archiveBytes }) => [standardBytes, archiveBytes])).toEqual([
      [52, 0],
      [52, 0],
      [45, 7],
    ]);
    const going = look([rule(1, days('sinceImagePushed', 2))], images, { pushes: 'none', days: 2 });
    expect(going.days.map(({ expiredBytes, standardImages }) => [expiredBytes, standardImages])).toEqual([
      // One time, and the lower digest is the newer: the list goes first, then its child.
      [40, 2],
      [0, 2],
      [12, 0],
    ]);
  });
});

describe('with pushes', () => {
  it('a count settles at its number', () => {
    const images = Array.from({ length: 14 }, (_, at) => image(`d${at}`, at + 0.5, { tags: [`v${at}`] }));
    const found = look([rule(1, { ...tagged('v*'), countNumber: 10 })], images, { days: 60 });
    expect(found.days[0]).toMatchObject({ pushed: 0, standardImages: 10, expired: { length: 4 } });
    expect(found.days.every(({ standardImages }) => standardImages === 10)).toBe(true);
    // Ten stay of today's until later ones push them out, oldest first, and then later ones push out each other.
    const gone = found.days.flatMap(({ expired }) => expired.map(({ digest }) => digest));
    expect(gone).toEqual(Array.from({ length: 14 }, (_, at) => `d${13 - at}`));
    expect(found.days.at(-1)?.expiredLater).toBeGreaterThan(0);
    const pushed = found.days.reduce((sum, one) => sum + one.pushed, 0);
    expect(pushed).toBe(Math.round((60 * 13) / 13.5));
    expect(found.grows).toEqual([]);
    expect(found.families).toEqual([
      {
        name: 'v*',
        perDay: 13 / 13.5,
        before: 14,
        after: 10,
        trend: 'settles',
        settlesAfterDays: Math.ceil(10 / (13 / 13.5)),
        rulePriority: 1,
      },
    ]);
  });
  it('an age settles after its days', () => {
    const found = look([rule(1, days('sinceImagePushed', 7))], [], { pushes: paced({ perDay: 3 }), days: 20 });
    const standing = found.days.map(({ standardImages }) => standardImages);
    expect(standing.slice(0, 4)).toEqual([0, 3, 6, 9]);
    // A push in the middle of its third of a day is older than seven days after the run of the eighth day.
    expect(new Set(standing.slice(8))).toEqual(new Set([21]));
    expect(found.families[0]).toMatchObject({ trend: 'settles', settlesAfterDays: 7, rulePriority: 1 });
    expect(found.days[20]).toMatchObject({ expiredLater: 3, expiredBytes: 30, standardBytes: 210, at: now + 20 * day });
  });
  it('no rule lets a family grow without end', () => {
    const pushes = paced({ name: 'main-*', push: { tags: ['main-1'] } }, { push: { tags: ['v1'] } });
    const found = look([rule(1, { ...tagged('v*'), countNumber: 5 })], [], { pushes, days: 50 });
    expect(found.grows).toEqual(['main-*']);
    expect(found.families).toMatchObject([
      { name: 'main-*', after: 50, trend: 'grows', rulePriority: null },
      { name: 'v*', after: 5, trend: 'settles', settlesAfterDays: 5 },
    ]);
    expect(found.fullOn).toBeNull();
  });
  it('says when the quota of images is passed', () => {
    const found = look([], [], { pushes: paced({ perDay: 60_000 }), days: 2 });
    expect(found.fullOn).toBe(2);
  });
  it('a tag that moves leaves images without a tag behind', () => {
    const images = [image('old', 3, { tags: ['latest'] }), image('other', 4, { tags: ['stable'] })];
    const pushes = paced({ name: 'latest', push: { tags: ['latest'], moves: ['latest'] } });
    const found = look([rule(1, { ...untagged, ...days('sinceImagePushed', 7) })], images, { pushes, days: 30 });
    expect(found.images.map(({ expiresOn, outcome }) => [expiresOn, outcome.tags])).toEqual([
      [5, []],
      [null, ['stable']],
    ]);
    // The newest has the tag; seven more are not old enough.
    expect(found.days.at(-1)).toMatchObject({ standardImages: 8 });
    expect(found.families[0]).toMatchObject({ trend: 'settles', settlesAfterDays: 7 });
    expect(look([rule(1, { ...tagged('latest') })], images, { pushes }).grows).toEqual(['latest']);
  });
  it('lists bring children, and signatures follow', () => {
    const bundle = { tags: ['v1'], children: { count: 2, sizeInBytes: 20 }, referrers: { count: 1, sizeInBytes: 1 } };
    const pushes = paced({ push: bundle });
    const keep = rule(1, { ...tagged('v*'), countNumber: 5 });
    const clean = rule(2, { ...untagged, ...days('sinceImagePushed', 3) });
    const settled = look([keep, clean], [], { pushes, days: 40 });
    // The untagged rule takes signatures of images that stay; children are held by their lists, and wait a run when those go.
    expect(settled.families[0]).toMatchObject({ trend: 'settles', rulePriority: 2 });
    const last = settled.days.at(-1);
    expect(last).toMatchObject({ pushed: 4, standardImages: 5 + 2 * 6 + 3, standardBytes: 12 * 20 + 3 });
    expect(look([keep], [], { pushes, days: 40 }).grows).toEqual(['v*']);
    const alone = paced({ push: { ...bundle, children: { count: 0, sizeInBytes: 0 } } });
    expect(look([keep], [], { pushes: alone, days: 40 })).toMatchObject({
      grows: [],
      families: [{ trend: 'settles', after: 10, rulePriority: 1 }],
    });
    expect(look([keep], [], { pushes: alone, days: 40, corners: { referrersOfTheGone: 'wait' } })).toMatchObject({
      grows: ['v*'],
      families: [{ after: 45 }],
    });
  });
  it('an archive grows unless a rule empties it', () => {
    const pushes = paced({ push: { tags: ['v1'] } });
    const away = rule(1, { ...tagged('v*'), countNumber: 5 }, archive);
    const found = look([away], [], { pushes, days: 200 });
    expect(found.families[0]).toMatchObject({ trend: 'grows', rulePriority: 1, after: 200 });
    expect(found.days.at(-1)).toMatchObject({ standardImages: 5, archiveImages: 195, archivedLater: 1 });
    const empty = rule(2, { storageClass: 'archive', ...days('sinceImageTransitioned', 90) });
    const settled = look([away, empty], [], { pushes, days: 200 });
    expect(settled.families[0]).toMatchObject({ trend: 'settles', settlesAfterDays: 95, rulePriority: 2 });
    expect(settled.days.at(-1)).toMatchObject({ standardImages: 5, archiveImages: 91 });
    const held = rule(2, { storageClass: 'archive', ...days('sinceImageTransitioned', 36_500) });
    expect(look([away, held], [], { pushes, days: 2 }).families[0]).toMatchObject({ trend: 'grows', rulePriority: 2 });
  });
  it('a rule that keeps shields from the one that would take; a count shared by families is sooner full', () => {
    const pushes = paced({ push: { tags: ['v1'] } }, { name: 'x', perDay: 3, push: { tags: ['x'] } });
    const found = look([rule(1, { countNumber: 20 })], [], { pushes });
    expect(found.families.map(({ settlesAfterDays }) => settlesAfterDays)).toEqual([5, 5]);
    const guarded = [rule(1, { ...tagged('v*'), countNumber: 100_000 }), rule(2, { countNumber: 20 })];
    expect(look(guarded, [], { pushes }).families).toMatchObject([
      { trend: 'grows', settlesAfterDays: null, rulePriority: 1, after: 30 },
      { trend: 'settles', settlesAfterDays: 5 },
    ]);
  });
  it('what does not come any more is still', () => {
    const found = look([rule(1, {})], [image('a', 3, { tags: ['v1'] })]);
    expect(found.families).toEqual([
      { name: 'v*', perDay: 0, before: 1, after: 1, trend: 'still', settlesAfterDays: null, rulePriority: null },
    ]);
    expect(found.grows).toEqual([]);
  });
  it('none and auto differ by what comes alone', () => {
    const images = Array.from({ length: 10 }, (_, at) => image(`d${at}`, at + 1, { tags: [`v${at}`] }));
    const none = look([], images, { pushes: 'none' });
    expect(none.days.every(({ pushed, standardImages }) => pushed === 0 && standardImages === 10)).toBe(true);
    expect(none.families[0]).toMatchObject({ perDay: 0, trend: 'still' });
    expect(look([], images)).toEqual(look([], images, { pushes: paceOf(images, now) }));
  });
});

describe('the trend of a family', () => {
  const release = rule(1, { ...tagged('v*'), ...days('sinceImagePushed', 10) });
  const clean = (countNumber: number): LifecycleRule =>
    rule(2, { ...untagged, ...days('sinceImagePushed', countNumber) });
  const some = (count: number): Push['children'] => ({ count, sizeInBytes: 1 });
  const list = { children: some(2) };
  const signed = { referrers: some(2) };
  const wait = { referrersOfTheGone: 'wait' } as const;
  it.each<[string, LifecycleRule[], Partial<Push>, ForecastOptions['corners'], number | null, number | null]>([
    ['goes by its age', [release], {}, wait, 10, 1],
    [
      'goes by its own class of storage',
      [rule(1, { storageClass: 'archive' }), { ...release, rulePriority: 3 }],
      {},
      {},
      10,
      3,
    ],
    ['goes by no pattern of another case', [rule(1, tagged('V*'))], {}, {}, null, null],
    ['unless case is nothing', [rule(1, tagged('V*'))], {}, { patternCase: 'insensitive' }, 1, 1],
    ['never goes where no rule selects it, whatever goes with it', [clean(3)], list, {}, null, null],
    ['counts children', [rule(1, { countNumber: 6 })], list, {}, 2, 1],
    ['counts referrers', [rule(1, { countNumber: 6 })], signed, {}, 2, 1],
    ['children go after their list', [release, clean(3)], list, {}, 10, 2],
    ['children go when they are old enough', [release, clean(20)], list, {}, 20, 2],
    ['children that no rule selects never go', [release], list, {}, null, null],
    ['signatures may go first', [release, clean(3)], signed, {}, 10, 1],
    ['signatures may go at the same time', [release, clean(10)], signed, {}, 10, 2],
    ['signatures go with their subject', [release, clean(20)], signed, {}, 10, 1],
    ['signatures that no rule selects go with their subject', [release], signed, {}, 10, 1],
    ['signatures wait for their own rule', [release, clean(20)], signed, wait, 20, 2],
    ['signatures may go first all the same', [release, clean(3)], signed, wait, 10, 1],
    ['signatures that no rule selects wait for ever', [release], signed, wait, null, null],
    ['signatures go with lists, too', [release, clean(20)], { ...list, ...signed }, {}, 20, 2],
  ])('%s', (_, rules, what, corners, settlesAfterDays, rulePriority) => {
    const pushes = paced({ push: { tags: ['v1'], ...what } });
    expect(look(rules, [], { pushes, days: 0, ...(corners && { corners }) }).families).toMatchObject([
      { trend: settlesAfterDays === null ? 'grows' : 'settles', settlesAfterDays, rulePriority },
    ]);
  });
});

describe('children and referrers that a rule does not rank', () => {
  const bundle = { tags: ['v1'], children: { count: 1, sizeInBytes: 20 } };
  it('never go by a count', () => {
    const all = [rule(1, { countNumber: 6 })];
    expect(look(all, [], { pushes: paced({ push: bundle }) }).grows).toEqual([]);
    expect(look(all, [], { pushes: paced({ push: bundle }), corners: { children: 'unranked' } })).toMatchObject({
      grows: ['v*'],
      families: [{ rulePriority: 1 }],
    });
    const signed = paced({ push: { tags: ['v1'], referrers: { count: 1, sizeInBytes: 1 } } });
    const corners = { referrers: 'unranked', referrersOfTheGone: 'wait' } as const;
    expect(look(all, [], { pushes: signed }).families).toMatchObject([{ settlesAfterDays: 3 }]);
    expect(look(all, [], { pushes: signed, corners: { referrers: 'unranked' } }).families).toMatchObject([
      { trend: 'settles', settlesAfterDays: 6 },
    ]);
    expect(look(all, [], { pushes: signed, corners }).grows).toEqual(['v*']);
  });
  it('children of an archived list stay, or are let go', () => {
    const policy = [
      rule(1, { ...tagged('v*'), ...days('sinceImagePushed', 2) }, archive),
      rule(2, { ...untagged, ...days('sinceImagePushed', 4) }),
    ];
    for (const archivedLists of ['hold', 'release'] as const) {
      const found = look(policy, [], { pushes: paced({ push: bundle }), days: 30, corners: { archivedLists } });
      expect(found.grows).toEqual(['v*']);
      expect(found.days.at(-1)?.standardImages).toBe(archivedLists === 'hold' ? 2 + 30 : 2 + 4);
    }
  });
});

it('is the same each time, and leaves its input alone', () => {
  const images = Array.from({ length: 9 }, (_, at) =>
    image(`d${at}`, at, { tags: at === 0 ? ['latest'] : at % 2 === 0 ? [`v${at}`] : [] }),
  );
  const before = structuredClone(images);
  const policy = [rule(1, { ...untagged, ...days('sinceImagePushed', 3) }), rule(2, { countNumber: 6 })];
  expect(look(policy, images)).toEqual(look(policy, images));
  expect(images).toEqual(before);
});

describe('an image on its way back from the archive', () => {
  it('is there the day after, and counts as pushed today', () => {
    const images = [image('old', 2), image('back', 50, { activating: true })];
    const { images: fates } = look([rule(1, days('sinceImagePushed', 5))], images, { pushes: 'none' });
    expect(fates.map(({ expiresOn }) => expiresOn)).toEqual([4, 6]);
    const counted = look([rule(1, {})], images, { pushes: 'none' });
    expect(counted.images.map(({ expiresOn }) => expiresOn)).toEqual([1, null]);
  });
});

describe('what comes', () => {
  it('comes in the middle of its share of time, in the order of its time, and of its family at one', () => {
    const pushes = paced(
      { name: 'b', push: { tags: ['b'] } },
      { name: 'a', perDay: 2, push: { tags: ['a'] } },
      { name: 'c', push: { tags: ['c'] } },
    );
    // Of the newest three after a day and three quarters, none is the second family's first.
    const counts = (count: number, pattern: string) =>
      look([rule(1, { countNumber: count })], [], { pushes, days: 1 }).families.find(({ name }) => name === pattern)
        ?.after;
    expect(['a', 'b', 'c'].map((name) => counts(9, name))).toEqual([2, 1, 1]);
    expect(['a', 'b', 'c'].map((name) => counts(1, name))).toEqual([1, 0, 0]);
    // At noon one of each of the others came: at one time, the later family is the newer.
    expect(['a', 'b', 'c'].map((name) => counts(2, name))).toEqual([1, 0, 1]);
    expect(['a', 'b', 'c'].map((name) => counts(3, name))).toEqual([1, 1, 1]);
  });
  it('is there on the day on which it comes, and a pace of nothing brings nothing', () => {
    const found = look([], [], { pushes: paced({ perDay: 0.5 }, { name: 'none', perDay: 0 }), days: 5 });
    expect(found.days.map(({ pushed }) => pushed)).toEqual([0, 1, 0, 1, 0, 1]);
  });
  it('takes the tags that move, and leaves the others', () => {
    const images = [image('old', 3, { tags: ['v1', 'latest', 'stable'] }), image('same', 2, { tags: ['v2'] })];
    const pushes = paced({ push: { tags: ['v3', 'latest'], moves: ['latest', 'nobody'] } });
    const found = look([], images, { pushes, days: 2 });
    expect(found.images.map(({ outcome }) => outcome.tags)).toEqual([['v1', 'stable'], ['v2']]);
  });
  it('is of the family of what it was, of an image that is of none, of none', () => {
    const images = [image('a', 1, { tags: ['v1'] }), image('b', 2)];
    const pushes = { ...paced({ perDay: 1 }, { name: 'w', perDay: 0 }), familyOf: [1] };
    expect(look([], images, { pushes, days: 1 }).families.map(({ before, after }) => [before, after])).toEqual([
      [0, 1],
      [1, 1],
    ]);
  });
});

describe('each day', () => {
  it('begins with what the policy does at once, before anything comes', () => {
    const found = look([rule(1, { countNumber: 1 })], [image('a', 1), image('b', 2)], {
      pushes: paced({ perDay: 4 }),
      days: 1,
    });
    expect(found.days.map(({ pushed, expired, expiredLater }) => [pushed, expired.length, expiredLater])).toEqual([
      [0, 1, 0],
      [4, 1, 3],
    ]);
  });
  it('archives oldest first, and counts what stands in both classes', () => {
    const images = [image('a', 1), image('b', 3), image('c', 2)];
    const found = look([rule(1, {}, archive)], images, { pushes: 'none', days: 1 });
    expect(found.days[0]).toMatchObject({ standardImages: 1, archiveImages: 2, standardBytes: 10, archiveBytes: 20 });
    expect(found.days[0]?.archived.map(({ digest }) => digest)).toEqual(['b', 'c']);
    expect(found.images.map(({ archivedOn, outcome }) => [archivedOn, outcome.action])).toEqual([
      [null, 'keep'],
      [0, 'archive'],
      [0, 'archive'],
    ]);
  });
  it('is full one image beyond the quota, archived ones among them', () => {
    const found = (perDay: number, rules: LifecycleRule[] = []) =>
      look(rules, [], { pushes: paced({ perDay }), days: 1 }).fullOn;
    expect([found(100_000), found(100_001)]).toEqual([null, 1]);
  });
  it('a list counts for nothing where any of its children is there', () => {
    const images = [image('list', 2, { tags: ['v1'], children: ['here', 'away'] }), image('here', 3)];
    expect(look([], images, { pushes: 'none', days: 0 }).days[0]).toMatchObject({ standardBytes: 10 });
    expect(look([], [image('list', 2, { children: ['away'] })], { pushes: 'none', days: 0 }).days[0]).toMatchObject({
      standardBytes: 10,
    });
  });
  it('tags of two words are not those of one: a b is not ab', () => {
    const images = [image('x', 1, { tags: ['a', 'b'] }), image('y', 2, { tags: ['ab'] })];
    const found = look([rule(1, { ...tagged('ab'), ...days('sinceImagePushed', 1) })], images, {
      pushes: 'none',
      days: 0,
    });
    expect(found.days[0]?.expired.map(({ digest }) => digest)).toEqual(['y']);
  });
});
