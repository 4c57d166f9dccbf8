// Token buckets: never more than the rate and a burst, never less for who keeps to it, and each registry its own.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { publishedRates, Quotas } from './quotas.js';

const take = (quotas: Quotas, now: number, account = '111111111111', region = 'r', operation = 'PutImage'): boolean =>
  quotas.take(account, region, operation, now);

describe('quotas', () => {
  it('let ten images in at once, then ten a second', () => {
    const quotas = new Quotas();
    const passed = (now: number, tries: number): number =>
      Array.from({ length: tries }, () => take(quotas, now)).filter(Boolean).length;
    expect(passed(0, 12)).toBe(10);
    expect(passed(99, 5)).toBe(0);
    expect(passed(100, 5)).toBe(1);
    expect(passed(1100, 50)).toBe(10);
  });

  it('are those that ECR publishes', () => {
    expect(publishedRates).toEqual({
      GetAuthorizationToken: 500,
      BatchCheckLayerAvailability: 1000,
      BatchGetImage: 2000,
      GetDownloadUrlForLayer: 3000,
      InitiateLayerUpload: 100,
      UploadLayerPart: 500,
      CompleteLayerUpload: 100,
      PutImage: 10,
    });
  });

  it('belong to an operation of an account in a Region, and know no others', () => {
    const quotas = new Quotas({ PutImage: 1, BatchGetImage: 1 });
    expect(take(quotas, 0)).toBe(true);
    expect(take(quotas, 0)).toBe(false);
    expect(take(quotas, 0, '222222222222')).toBe(true);
    expect(take(quotas, 0, '111111111111', 's')).toBe(true);
    expect(take(quotas, 0, '111111111111', 'r', 'BatchGetImage')).toBe(true);
    for (let index = 0; index < 5000; index += 1) expect(take(quotas, 0, '1', 'r', 'DescribeImages')).toBe(true);
    expect(take(quotas, 0, '1', 'r', 'toString')).toBe(true);
  });

  it('are not refilled by a clock that is put back', () => {
    const quotas = new Quotas({ PutImage: 1 });
    expect(take(quotas, 10_000)).toBe(true);
    expect(take(quotas, 0)).toBe(false);
    expect(take(quotas, 999)).toBe(false);
    expect(take(quotas, 1000)).toBe(true);
  });

  it('do not forget who is over the rate, however many others there are', () => {
    const quotas = new Quotas({ PutImage: 1 });
    for (let index = 0; index < 10_000; index += 1) take(quotas, 0, String(index));
    expect(take(quotas, 500, 'me')).toBe(true);
    expect(take(quotas, 1000, 'another')).toBe(true);
    expect(take(quotas, 1000, 'me')).toBe(false);
  });

  const rates = fc.integer({ min: 1, max: 50 });
  const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 });

  it('never let more through in any span than the rate and one burst', () => {
    fc.assert(
      fc.property(rates, gaps, (rate, waits) => {
        const quotas = new Quotas({ PutImage: rate });
        let now = 0;
        const passed: number[] = [];
        for (const wait of waits) {
          now += wait;
          if (take(quotas, now)) passed.push(now);
        }
        passed.forEach((from, index) => {
          passed.slice(index).forEach((to, count) => {
            expect(count + 1).toBeLessThanOrEqual(rate + ((to - from) * rate) / 1000 + 1e-6);
          });
        });
      }),
    );
  });

  it('never refuse who keeps to the rate, and refuse only when the bucket is empty', () => {
    fc.assert(
      fc.property(rates, gaps, (rate, waits) => {
        const quotas = new Quotas({ PutImage: rate });
        // The same bucket, kept exactly: in thousandths of a token.
        let level = rate * 1000;
        let now = 0;
        for (const wait of waits) {
          now += wait;
          level = Math.min(rate * 1000, level + wait * rate);
          const expected = level >= 1000;
          if (expected) level -= 1000;
          expect(take(quotas, now)).toBe(expected);
        }
      }),
    );
  });
});
