// Chores under a clock of the tests' own: when they run, that they never overlap, and that they end with the server.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Housekeeping } from './housekeeping.js';

const defects: string[] = [];
const onDefect = (error: unknown, name: string): void => void defects.push(`${name}: ${String(error)}`);
beforeEach(() => {
  defects.length = 0;
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

describe('a chore', () => {
  it('runs at its first time, and again when it says', async () => {
    const run = vi.fn(() => 50);
    const house = new Housekeeping([{ name: 'a', first: 100, run }], onDefect);
    house.start();
    await vi.advanceTimersByTimeAsync(99);
    expect(run).toHaveBeenCalledTimes(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(run).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(150);
    expect(run).toHaveBeenCalledTimes(4);
    await house.stop();
    await vi.advanceTimersByTimeAsync(1000);
    expect(run).toHaveBeenCalledTimes(4);
  });

  it('that is to rest for long is left alone for so long', async () => {
    const run = vi.fn(() => 900_000);
    const house = new Housekeeping([{ name: 'a', first: 0, run }], onDefect);
    house.start();
    await vi.advanceTimersByTimeAsync(899_999);
    expect(run).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(run).toHaveBeenCalledTimes(2);
    await house.stop();
  });

  it('runs when it is called for, once for many calls, at the earliest time asked for', async () => {
    const run = vi.fn(() => undefined);
    const house = new Housekeeping([{ name: 'a', run }], onDefect);
    house.start();
    for (const within of [500, 200, 900]) house.callFor('a', within);
    house.callFor('unknown', 0);
    await vi.advanceTimersByTimeAsync(200);
    expect(run).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('does not overlap itself; one called for meanwhile runs afterwards', async () => {
    let under = 0;
    let most = 0;
    let end = (): void => undefined;
    const run = vi.fn(async () => {
      most = Math.max(most, (under += 1));
      await new Promise<void>((done) => (end = done));
      under -= 1;
      return undefined;
    });
    const house = new Housekeeping([{ name: 'a', first: 0, run }], onDefect);
    house.start();
    await vi.advanceTimersByTimeAsync(0);
    house.callFor('a', 10);
    house.callFor('a', 5);
    await vi.advanceTimersByTimeAsync(1000);
    expect(run).toHaveBeenCalledTimes(1);
    end();
    await vi.advanceTimersByTimeAsync(5);
    expect(run).toHaveBeenCalledTimes(2);
    expect(most).toBe(1);
    const stopped = vi.fn();
    const stop = house.stop().then(stopped);
    await vi.advanceTimersByTimeAsync(0);
    expect(stopped).not.toHaveBeenCalled();
    end();
    await stop;
  });

  it('that fails is told of and tried again', async () => {
    const run = vi.fn(() => {
      throw new Error('no');
    });
    const house = new Housekeeping([{ name: 'a', first: 0, run }], onDefect);
    house.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(defects).toEqual(['a: Error: no', 'a: Error: no']);
    await house.stop();
  });

  it('keeps no process alive', () => {
    vi.useRealTimers();
    const timer = vi.spyOn(globalThis, 'setTimeout');
    const house = new Housekeeping([{ name: 'a', first: 1000, run: () => undefined }], onDefect);
    house.start();
    const made = timer.mock.results[0]?.value as NodeJS.Timeout;
    expect(made.hasRef()).toBe(false);
    timer.mockRestore();
    return house.stop();
  });
});
