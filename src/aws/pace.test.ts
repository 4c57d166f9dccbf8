// Holds the pace of operations to its promises, on a clock of its own.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.js';
import { Pace, type PaceOptions } from './pace.js';

/** A clock that jumps over every wait. */
function jumpingClock() {
  let now = 5_000_000;
  return {
    now: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds;
    },
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

const options: PaceOptions = { slowest: 2, unlimited: 100, recovery: 10, deafMilliseconds: 1000 };

async function turns(pace: Pace, count: number, operation = 'X'): Promise<void> {
  for (let call = 0; call < count; call += 1) await pace.turn(operation);
}

describe('a pace', () => {
  it('holds nothing back before anything was throttled', async () => {
    const clock = jumpingClock();
    const pace = new Pace(clock, options);
    const start = clock.now();
    await turns(pace, 5000);
    expect(clock.now()).toBe(start);
    expect(pace.rateOf('X')).toBeUndefined();
  });

  it('halves what was really sent, and spaces calls out from then on', async () => {
    const clock = jumpingClock();
    const pace = new Pace(clock, options);
    await turns(pace, 20);
    pace.throttled('X');
    expect(pace.rateOf('X')).toBe(10);
    const start = clock.now();
    await turns(pace, 11);
    expect(clock.now() - start).toBeCloseTo(1000);
  });

  it('takes a burst of refusals for one message', async () => {
    const clock = jumpingClock();
    const pace = new Pace(clock, options);
    await turns(pace, 80);
    for (let times = 0; times < 32; times += 1) pace.throttled('X');
    expect(pace.rateOf('X')).toBe(40);
    clock.pass(999);
    pace.throttled('X');
    expect(pace.rateOf('X')).toBe(40);
    clock.pass(1);
    pace.throttled('X');
    expect(pace.rateOf('X')).toBe(20);
  });

  it('wins back a fixed amount in a second of calls, until the limit is lifted', async () => {
    const clock = jumpingClock();
    const pace = new Pace(clock, options);
    await turns(pace, 80);
    pace.throttled('X');
    for (let call = 0; call < 40; call += 1) pace.succeeded('X');
    expect(pace.rateOf('X')).toBeGreaterThan(48);
    expect(pace.rateOf('X')).toBeLessThanOrEqual(50);
    for (let call = 0; call < 600; call += 1) pace.succeeded('X');
    expect(pace.rateOf('X')).toBeUndefined();
  });

  it('slows down no other operation', async () => {
    const clock = jumpingClock();
    const pace = new Pace(clock, options);
    await turns(pace, 40);
    await turns(pace, 1, 'Y');
    pace.throttled('X');
    pace.succeeded('Y');
    expect(pace.rateOf('Y')).toBeUndefined();
  });

  it('stays within its bounds and keeps calls apart, whatever happens', async () => {
    const step = fc.oneof(
      fc.constantFrom('call' as const, 'throttled' as const, 'succeeded' as const),
      fc.integer({ min: 0, max: 3000 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 300 }), async (steps) => {
        const clock = jumpingClock();
        const pace = new Pace(clock, options);
        let last: { readonly at: number; readonly rate: number } | undefined;
        for (const one of steps) {
          if (one === 'call') {
            const rate = pace.rateOf('X');
            await pace.turn('X');
            const at = clock.now();
            if (last !== undefined) expect(at - last.at).toBeGreaterThanOrEqual(1000 / last.rate - 1e-6);
            last = rate === undefined ? undefined : { at, rate };
          } else if (one === 'throttled') pace.throttled('X');
          else if (one === 'succeeded') {
            pace.succeeded('X');
            // Once lifted, the next call may go at once.
            if (pace.rateOf('X') === undefined) last = undefined;
          } else clock.pass(one);
          const rate = pace.rateOf('X');
          if (rate === undefined) continue;
          expect(rate).toBeGreaterThanOrEqual(options.slowest);
          expect(rate).toBeLessThan(options.unlimited);
        }
      }),
    );
  });

  it('wakes at once when the signal fires', async () => {
    const stop = new AbortController();
    const pace = new Pace(systemClock, { ...options, slowest: 0.001 });
    await pace.turn('X');
    pace.throttled('X');
    await pace.turn('X');
    const waiting = pace.turn('X', stop.signal);
    stop.abort();
    await waiting;
    await systemClock.sleep(60_000, stop.signal);
    expect(stop.signal.aborted).toBe(true);
  });
});
