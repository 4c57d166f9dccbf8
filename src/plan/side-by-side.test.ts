// Holds that items are worked through side by side, each once.
import { describe, expect, it } from 'vitest';
import { sideBySide } from './side-by-side.js';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('side by side', () => {
  it.each([
    [0, 3, 0],
    [2, 3, 2],
    [10, 1, 1],
    [10, 3, 3],
  ])('%i items, at most %i at once', async (length, atOnce, most) => {
    const items = Array.from({ length }, (_, index) => index);
    const done: number[] = [];
    let now = 0;
    let peak = 0;
    await sideBySide(items, atOnce, async (item) => {
      now += 1;
      peak = Math.max(peak, now);
      await turn();
      now -= 1;
      done.push(item);
    });
    expect(done).toEqual(items);
    expect(peak).toBe(most);
  });

  it('rejects with the first failure, and begins nothing after it', async () => {
    const begun: number[] = [];
    const working = sideBySide([0, 1, 2, 3, 4, 5], 2, async (item) => {
      begun.push(item);
      await turn();
      if (item === 1) throw new Error('one failed');
      await turn();
    });
    await expect(working).rejects.toThrow('one failed');
    await turn();
    await turn();
    expect(begun).toEqual([0, 1]);
  });
});
