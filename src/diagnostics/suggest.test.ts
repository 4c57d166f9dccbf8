// The nearest word: near enough to help, far enough not to mislead.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distance, nearest } from './suggest.js';

describe('nearest', () => {
  it.each([
    ['image_immutable', 'imageImmutable'],
    ['lifecyclePolcy', 'lifecyclePolicy'],
    ['prod', 'production'],
    ['regoin', 'region'],
    ['colour', undefined],
    ['x', undefined],
  ])('%s: %s', (word, expected) => {
    expect(nearest(word, ['imageImmutable', 'lifecyclePolicy', 'region', 'production', 'tags'])).toBe(expected);
  });

  it('is a distance', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (left, right) => {
        expect(distance(left, left)).toBe(0);
        expect(distance(left, right)).toBe(distance(right, left));
        expect(distance(left, right)).toBeLessThanOrEqual(Math.max(left.length, right.length));
        expect(distance(left, right) === 0).toBe(left === right);
      }),
    );
  });
});
