// Exercises cost.ts and prices.ts. It must not know AWS: the prices are those of the table.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  archivePaysFrom,
  earlyLeaveCost,
  monthlyCost,
  retrievalCost,
  type StoredImage,
  saves,
  storedBytes,
} from './cost.js';
import { bytesInGB, pricedRegions, pricesOf } from './prices.js';

const GB = bytesInGB;
const TB = 1024 * GB;

describe('prices', () => {
  it('of a Region that is known have a date and a source', () => {
    expect(pricedRegions).toEqual(['us-east-1', 'ap-northeast-1']);
    for (const region of pricedRegions) {
      expect(pricesOf(region)).toMatchObject({ region, assumed: false });
      expect(pricesOf(region).asOf).toMatch(/^20\d\d-\d\d(-\d\d)?$/);
      expect(pricesOf(region).source).toMatch(/^https:/);
    }
  });
  it('of another are those of us-east-1, and say so', () => {
    expect(pricesOf('eu-west-1')).toEqual({ ...pricesOf('us-east-1'), region: 'eu-west-1', assumed: true });
    expect(monthlyCost({ standardBytes: GB, archiveBytes: 0 }, 'eu-west-1').prices).toEqual({
      region: 'eu-west-1',
      assumed: true,
      asOf: '2026-03',
      source: expect.stringContaining('pointfive') as string,
    });
  });
  it('begin at nothing and end at no amount', () => {
    for (const region of pricedRegions) {
      for (const tiers of [pricesOf(region).standard, pricesOf(region).archive]) {
        expect(tiers.at(-1)?.upTo).toBeNull();
        const ends = tiers.map(({ upTo }) => upTo ?? Number.POSITIVE_INFINITY);
        expect(ends).toEqual(ends.toSorted((one, other) => one - other));
      }
    }
  });
});

describe('a month', () => {
  it('of a TB in the standard class is 102.40, as AWS counts TB', () => {
    const cost = monthlyCost({ standardBytes: TB, archiveBytes: 0 }, 'ap-northeast-1');
    expect(cost.total).toBeCloseTo(102.4, 9);
    expect(cost.standard).toBe(cost.total);
    expect(cost.archive).toBe(0);
  });
  it('in the archive costs the same up to 150 TB, and less beyond', () => {
    const archive = (archiveBytes: number): number =>
      monthlyCost({ standardBytes: 0, archiveBytes }, 'us-east-1').archive;
    expect(archive(150 * TB)).toBeCloseTo(150 * 102.4, 6);
    expect(archive(151 * TB) - archive(150 * TB)).toBeCloseTo(71.68, 6);
    expect(archive(0)).toBe(0);
    expect(archivePaysFrom('us-east-1')).toBe(150 * TB);
    expect(archivePaysFrom('eu-west-1')).toBe(150 * TB);
  });
  it('of both is the sum', () => {
    const cost = monthlyCost({ standardBytes: 10 * GB, archiveBytes: 5 * GB }, 'us-east-1');
    expect([cost.standard, cost.archive, cost.total]).toEqual([1, 0.5, 1.5]);
  });
});

describe('leaving the archive', () => {
  it('costs by the GB to bring back', () => expect(retrievalCost(100 * GB, 'us-east-1')).toBeCloseTo(3, 9));
  it('is charged for the rest of 90 days', () => {
    expect(earlyLeaveCost(10 * GB, 0, 'us-east-1')).toBeCloseTo(3, 9);
    expect(earlyLeaveCost(10 * GB, 60, 'us-east-1')).toBeCloseTo(1, 9);
    expect(earlyLeaveCost(10 * GB, 90, 'us-east-1')).toBe(0);
    expect(earlyLeaveCost(10 * GB, 200, 'us-east-1')).toBe(0);
  });
});

const layer = (digest: string, size: number): { digest: string; size: number } => ({ digest, size });

describe('stored bytes', () => {
  it('are the sizes ECR tells, by class; nothing where it does not', () => {
    expect(
      storedBytes([
        { digest: 'a', sizeInBytes: 5 },
        { digest: 'b', sizeInBytes: 7, storageClass: 'standard' },
        { digest: 'c', sizeInBytes: 11, storageClass: 'archive' },
        { digest: 'd' },
      ]),
    ).toEqual({ standardBytes: 12, archiveBytes: 11 });
  });
  it('count a layer once in a class, where layers are known', () => {
    const base = layer('base', 100);
    expect(
      storedBytes([
        { digest: 'a', sizeInBytes: 999, layers: [base, layer('a', 1), layer('a', 1)] },
        { digest: 'b', sizeInBytes: 999, layers: [base, layer('b', 2)] },
        { digest: 'c', sizeInBytes: 999, storageClass: 'archive', layers: [base, layer('c', 4)] },
        { digest: 'd', sizeInBytes: 10 },
      ]),
    ).toEqual({ standardBytes: 113, archiveBytes: 104 });
  });
  it('of a list are those of its children, where they are there', () => {
    const children: StoredImage[] = [
      { digest: 'amd64', sizeInBytes: 30 },
      { digest: 'arm64', sizeInBytes: 40 },
    ];
    const list: StoredImage = { digest: 'list', sizeInBytes: 40, children: ['amd64', 'arm64', 'other'] };
    expect(storedBytes([list, ...children])).toEqual({ standardBytes: 70, archiveBytes: 0 });
    expect(storedBytes([list])).toEqual({ standardBytes: 40, archiveBytes: 0 });
    expect(storedBytes([{ ...list, children: [] }, ...children])).toEqual({ standardBytes: 110, archiveBytes: 0 });
  });
  it('never are more than the sum of the sizes', () => {
    const images = fc.array(
      fc.record({
        digest: fc.string(),
        storageClass: fc.constantFrom('standard' as const, 'archive' as const),
        layers: fc
          .uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 4 })
          .map((all) => all.map((size) => layer(`l${size}`, size))),
      }),
    );
    fc.assert(
      fc.property(images, (all) => {
        const { standardBytes, archiveBytes } = storedBytes(all);
        const sum = all.flatMap(({ layers }) => layers).reduce((total, { size }) => total + size, 0);
        expect(standardBytes + archiveBytes).toBeLessThanOrEqual(sum);
        expect(storedBytes(all.toReversed())).toEqual({ standardBytes, archiveBytes });
      }),
    );
  });
});

describe('what a policy saves', () => {
  const images: StoredImage[] = [
    { digest: 'a', sizeInBytes: 10 * GB },
    { digest: 'b', sizeInBytes: 20 * GB },
    { digest: 'c', sizeInBytes: 30 * GB },
    { digest: 'd', sizeInBytes: 40 * GB },
  ];
  it('is what goes; the archive saves nothing below 150 TB', () => {
    const savings = saves(
      images,
      [{ action: 'expire' }, { action: 'archive' }, { action: 'keep' }, { action: 'fail' }],
      'us-east-1',
    );
    expect(savings).toMatchObject({
      before: { standardBytes: 100 * GB, archiveBytes: 0 },
      after: { standardBytes: 70 * GB, archiveBytes: 20 * GB },
      prices: { region: 'us-east-1', assumed: false },
    });
    expect(savings.monthly).toBeCloseTo(1, 9);
  });
  it('leaves what the rest shares', () => {
    const base = layer('base', 90 * GB);
    const shared: StoredImage[] = [
      { digest: 'a', layers: [base, layer('a', 10 * GB)] },
      { digest: 'b', layers: [base] },
    ];
    expect(saves(shared, [{ action: 'expire' }, { action: 'keep' }], 'us-east-1').monthly).toBeCloseTo(1, 9);
  });
  it('is nothing without outcomes', () => expect(saves(images, [], 'us-east-1').monthly).toBe(0));
});
