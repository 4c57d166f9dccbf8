// How many images to keep, and why.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adviseRetention, neededFor } from './advice.js';
import { adviseForImages } from './advice-for.js';
import { images, now } from './testing/build.js';

describe('advice on retention', () => {
  test('without a pace, what is usual', () => {
    expect(adviseRetention()).toEqual({
      keep: 10,
      untaggedDays: 7,
      reasons: [
        'Without a known pace of pushes, 5 to 10 are usual in production: several releases back without building anything again. Keep 10.',
        'Images without a tag may go after 3 to 7 days: caches and tags that moved need the first days, nobody needs more; here 7.',
      ],
    });
    expect(adviseRetention({ stage: 'staging' }).keep).toBe(5);
    expect(adviseRetention({ stage: 'development', pace: 0 }).reasons[0]).toContain('3 to 5 are usual in development');
  });
  test('with one, what the window takes', () => {
    expect(adviseRetention({ pace: 1, rollbackWindowDays: 7 })).toEqual({
      keep: 8,
      untaggedDays: 7,
      reachDays: 7,
      reasons: [
        'At 1 push a day, going back 7 days takes 8 images: those of the window, and the one that ran before it.',
        'Images without a tag may go after 3 to 7 days: caches and tags that moved need the first days, nobody needs more; here 7.',
      ],
    });
    expect(adviseRetention({ pace: 2.5, rollbackWindowDays: 2 }).reasons[0]).toContain(
      'At 2.5 pushes a day, going back 2 days takes 6 images',
    );
  });
  test('never fewer than usual', () => {
    const rare = adviseRetention({ pace: 0.1, rollbackWindowDays: 7 });
    expect([rare.keep, rare.reachDays]).toEqual([5, 40]);
    expect(rare.reasons[1]).toBe(
      'In production at least 5 are kept all the same, for several releases back without building anything again: they reach back 40 days.',
    );
    expect(adviseRetention({ pace: 4 / 7, rollbackWindowDays: 7 }).reasons.length).toBe(2);
  });
  test('more than usual is said', () => {
    expect(adviseRetention({ pace: 10 / 7, rollbackWindowDays: 7 }).reasons[1]).toContain(
      'That is more than the usual 5 to 10 of production',
    );
    expect(adviseRetention({ pace: 9 / 7, rollbackWindowDays: 7 }).reasons.length).toBe(2);
  });
  test('untagged images as long as the window, within 3 to 7 days', () => {
    const of = (rollbackWindowDays: number) => adviseRetention({ rollbackWindowDays }).untaggedDays;
    expect([1, 3, 3.5, 7, 30].map(of)).toEqual([3, 3, 4, 7, 7]);
  });
  test('what is advised is enough for the window', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        fc.integer({ min: 1, max: 90 }),
        (pace, rollbackWindowDays) => {
          const { keep, reachDays = 0 } = adviseRetention({ pace, rollbackWindowDays });
          expect(keep).toBeGreaterThanOrEqual(neededFor(pace, rollbackWindowDays));
          expect(reachDays).toBeGreaterThanOrEqual(rollbackWindowDays - 1e-9);
        },
      ),
    );
  });
});

describe('advice for the images there are', () => {
  const tagged = images(20, (index) => `v1.${index}`, 0, 0.5);
  const without = images(20, () => [], 0, 0.25);
  test('is by the pace of tagged ones, and by the window asked for', () => {
    expect(adviseForImages([...without, ...tagged], now)).toEqual(adviseRetention({ pace: 2 }));
    expect(adviseForImages([...without, ...tagged], now, { rollbackWindowDays: 2, stage: 'staging' })).toEqual(
      adviseRetention({ pace: 2, rollbackWindowDays: 2, stage: 'staging' }),
    );
  });
  test('is what is usual, where they tell no pace', () => {
    expect(adviseForImages(without, now, { stage: 'staging' })).toEqual(adviseRetention({ stage: 'staging' }));
    expect(adviseForImages(tagged.slice(0, 2), now)).toEqual(adviseRetention());
  });
});
