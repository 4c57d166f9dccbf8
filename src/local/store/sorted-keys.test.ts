// The sorted keys against a plain sorted list, through any course of additions and deletions.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys, SortedKeys } from './sorted-keys.js';

const byBytes = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right));

describe('compareKeys', () => {
  it('goes by the bytes of UTF-8', () => {
    const unit = fc.constantFrom('a', 'b', 'é', '\ud7ff', '\ue000', '\uff5e', '\u{10000}', '\u{1f600}', '\u{10ffff}');
    const text = fc.string({ unit, maxLength: 5 });
    fc.assert(
      fc.property(text, text, (left, right) => {
        expect(compareKeys(left, right)).toBe(byBytes(left, right));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('SortedKeys', () => {
  it('are those that were added and not deleted, in order, from any key on', () => {
    const key = fc.integer({ min: 0, max: 3_000 }).map((number) => `k${number}`);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(key, fc.boolean()), { maxLength: 3_000 }),
        key,
        key,
        fc.nat(1_500),
        (steps, after, before, limit) => {
          const model = new Set<string>();
          const keys = new SortedKeys();
          for (const [one, add] of steps) {
            if (add && !model.has(one)) {
              model.add(one);
              keys.add(one);
            } else if (!add && model.delete(one)) keys.delete(one);
          }
          const sorted = [...model].sort(byBytes);
          expect(keys.isEmpty).toBe(model.size === 0);
          expect(keys.between(undefined, undefined, Number.POSITIVE_INFINITY)).toEqual(sorted);
          const later = sorted.filter((one) => byBytes(one, after) > 0);
          expect(keys.between(after, undefined, limit)).toEqual(later.slice(0, limit));
          const inside = later.filter((one) => byBytes(one, before) < 0);
          expect(keys.between(after, before, limit)).toEqual(inside.slice(0, limit));
          const earlier = sorted.filter((one) => byBytes(one, before) < 0);
          expect(keys.between(undefined, before, limit)).toEqual(earlier.slice(0, limit));
          expect(keys.between('k', undefined, Number.POSITIVE_INFINITY)).toEqual(sorted);
          expect(keys.between('l', undefined, 1)).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are in order however they come', () => {
    const wanted = Array.from({ length: 5_000 }, (_, index) => String(index).padStart(4, '0'));
    const orders: ((left: string, right: string) => number)[] = [
      () => 0,
      (left, right) => (left < right ? 1 : -1),
      (left, right) => (left.slice(2) + left < right.slice(2) + right ? -1 : 1),
    ];
    for (const order of orders) {
      const keys = new SortedKeys();
      for (const one of [...wanted].sort(order)) keys.add(one);
      expect(keys.between(undefined, undefined, Number.POSITIVE_INFINITY)).toEqual(wanted);
      for (const one of wanted) keys.delete(one);
      expect(keys.isEmpty).toBe(true);
    }
  });
});
