// Time that passes: what is due is done at its time, in order, once; whatever the steps in which the clock is moved.
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { LocalClock } from './clock.js';
import { openMemoryStore } from './store/memory.js';
import type { Store } from './store/store.js';
import { type Duty, Timekeeper } from './timekeeper.js';
import { bringForward, type Due, firstDue, schedule, scheduledAt, unschedule } from './timetable.js';

const start = 1_700_000_000_000;
const hour = 3_600_000;

interface World {
  readonly store: Store;
  readonly clock: LocalClock;
  readonly keeper: Timekeeper;
  /** What was done, with the time the clock showed. */
  readonly log: string[];
  readonly defects: string[];
}

/** Duties: `once` is done, `daily` again after a day, `hourly` after an hour, `chain` puts another thing on; `broken` fails. */
function world(machine = { now: () => start }, durable?: Store['durable']): World {
  const store: Store = { ...openMemoryStore(), ...(durable !== undefined && { durable }) };
  const clock = new LocalClock(store, machine);
  const log: string[] = [];
  const defects: string[] = [];
  const done = ({ duty, subject }: Due, again?: number): void => {
    log.push(`${clock.now() - start} ${duty} ${subject}`);
    store.transaction(() => {
      unschedule(store, duty, subject);
      if (again !== undefined) schedule(store, { duty, subject, at: clock.now() + again });
    });
  };
  const duties = new Map<string, Duty>([
    ['once', (due) => done(due)],
    ['daily', (due) => done(due, 24 * hour)],
    ['hourly', (due) => done(due, hour)],
    [
      'chain',
      async (due) => {
        await Promise.resolve();
        schedule(store, { duty: 'once', subject: due.subject, at: clock.now() });
        done(due);
      },
    ],
    [
      'broken',
      () => {
        throw new Error('it broke');
      },
    ],
    ['forgetful', () => undefined],
    [
      'counting',
      (due) => {
        done(due, hour);
        return { taken: 2, left: 1 };
      },
    ],
    [
      'idle',
      (due) => {
        done(due);
        return { taken: 0 };
      },
    ],
    [
      'long',
      async (due, signal) => {
        log.push('begun');
        await new Promise<void>((done) => signal.addEventListener('abort', () => done()));
        log.push(`left ${due.subject}`);
      },
    ],
  ]);
  const onDefect = (error: unknown, operation: string): void => {
    defects.push(`${operation}: ${error instanceof Error ? error.message : String(error)}`);
  };
  return { store, clock, log, defects, keeper: new Timekeeper({ store, clock, duties, onDefect }) };
}

const put = ({ store }: World, duty: string, subject: string, after: number): void =>
  schedule(store, { duty, subject, at: start + after });

describe('the timetable', () => {
  it('has one entry for each duty and subject', () => {
    const { store } = world();
    schedule(store, { duty: 'a', subject: 's', at: 5 });
    schedule(store, { duty: 'a', subject: 's', at: 3 });
    schedule(store, { duty: 'b', subject: 's', at: 4 });
    expect(firstDue(store)).toEqual({ duty: 'a', subject: 's', at: 3 });
    expect(scheduledAt(store, 'a', 's')).toBe(3);
    expect(unschedule(store, 'a', 's')).toBe(true);
    expect(unschedule(store, 'a', 's')).toBe(false);
    expect(firstDue(store)).toEqual({ duty: 'b', subject: 's', at: 4 });
    expect(scheduledAt(store, 'a', 's')).toBeUndefined();
  });

  it('is brought forward as a whole', () => {
    const { store } = world();
    schedule(store, { duty: 'a', subject: 's', at: 10 });
    schedule(store, { duty: 'b', subject: 's', at: 25 });
    bringForward(store, 20);
    expect(firstDue(store)).toEqual({ duty: 'a', subject: 's', at: 0 });
    unschedule(store, 'a', 's');
    expect(firstDue(store)).toEqual({ duty: 'b', subject: 's', at: 5 });
  });
});

describe('time', () => {
  it('passes through what is due, each at its time, then stands where it was to', async () => {
    const here = world();
    put(here, 'daily', 'x', 5 * hour);
    put(here, 'once', 'y', 30 * hour);
    put(here, 'once', 'z', 31 * hour);
    expect(await here.keeper.advance(30 * hour)).toEqual({
      now: start + 30 * hour,
      machine: start,
      offset: 30 * hour,
      done: { daily: 2, once: 1 },
      came: {},
    });
    expect(here.log).toEqual([`${5 * hour} daily x`, `${29 * hour} daily x`, `${30 * hour} once y`]);
    expect(here.clock.now()).toBe(start + 30 * hour);
  });

  it('adds up what duties say came of them, by subject', async () => {
    const here = world();
    put(here, 'counting', 'x', hour);
    put(here, 'counting', 'y', 2 * hour);
    put(here, 'idle', 'x', hour);
    const { came } = await here.keeper.advance(3 * hour);
    expect(came).toEqual({ counting: { x: { taken: 6, left: 3 }, y: { taken: 4, left: 2 } } });
    expect((await here.keeper.advance(0)).came).toEqual({});
  });

  it('does what is overdue now, and no earlier', async () => {
    let now = start;
    const here = world({ now: () => now });
    put(here, 'once', 'x', hour);
    expect(await here.keeper.catchUp()).toBe(start + hour);
    now += 3 * hour;
    expect(await here.keeper.catchUp()).toBeUndefined();
    expect(here.log).toEqual([`${3 * hour} once x`]);
  });

  it('goes on to what is put on the timetable on the way', async () => {
    const here = world();
    put(here, 'chain', 'x', hour);
    await here.keeper.advance(2 * hour);
    expect(here.log).toEqual([`${hour} chain x`, `${hour} once x`]);
  });

  it('is not set back, nor beyond the calendar', async () => {
    const here = world();
    await here.keeper.set(start + hour);
    await expect(here.keeper.set(start)).rejects.toThrow(
      "local/clock-backwards: 2023-11-14T22:13:20.000Z is before the clock's 2023-11-14T23:13:20.000Z",
    );
    await expect(here.keeper.set(Date.UTC(10_000, 0, 1))).rejects.toThrow('local/bad-time');
    expect(here.clock.now()).toBe(start + hour);
  });

  it('is reset to that of the machine; what was due in some hours still is', async () => {
    const here = world();
    await here.keeper.advance(48 * hour);
    put(here, 'once', 'x', 50 * hour);
    expect(await here.keeper.reset()).toEqual({ now: start, machine: start, offset: 0, done: {}, came: {} });
    expect(firstDue(here.store)).toEqual({ duty: 'once', subject: 'x', at: start + 2 * hour });
  });

  it('stops for no duty that fails, nobody knows or that stays due; each is a defect', async () => {
    const here = world();
    for (const duty of ['broken', 'unheard-of', 'forgetful']) put(here, duty, 's', hour);
    put(here, 'once', 'x', 2 * hour);
    await here.keeper.advance(2 * hour + 1);
    expect(here.log).toEqual([`${2 * hour} once x`]);
    expect(here.defects).toEqual([
      'broken of s: it broke',
      'forgetful of s: it is still due',
      'unheard-of of s: nobody knows this duty',
      // Again an hour later.
      'broken of s: it broke',
      'forgetful of s: it is still due',
    ]);
    expect(scheduledAt(here.store, 'broken', 's')).toBe(start + 3 * hour);
    expect(scheduledAt(here.store, 'unheard-of', 's')).toBeUndefined();
  });

  it('stops where the disk takes nothing: what was done would be due again at once', async () => {
    const here = world(undefined, () => Promise.reject(new Error('the disk is full')));
    put(here, 'hourly', 'x', hour);
    let time = 0;
    // Each duty takes longer than others are to wait.
    const watch = vi.spyOn(performance, 'now').mockImplementation(() => (time += 1_000));
    await expect(here.keeper.advance(5 * hour)).rejects.toThrow('the disk is full');
    watch.mockRestore();
    expect(here.log).toEqual([`${hour} hourly x`]);
  });

  it('passes for one after the other', async () => {
    const here = world();
    put(here, 'hourly', 'x', hour);
    const both = await Promise.all([here.keeper.advance(3 * hour), here.keeper.advance(2 * hour)]);
    expect(both.map(({ now }) => now - start)).toEqual([3 * hour, 5 * hour]);
    expect(here.log).toHaveLength(5);
  });

  it('begins nothing once it has ended; the rest is done by whoever opens the store next', async () => {
    const here = world();
    put(here, 'hourly', 'x', hour);
    const ended = here.keeper.end();
    await here.keeper.advance(3 * hour);
    await ended;
    expect(here.log).toEqual([]);
    // As a process does that was killed on the way: the clock shows where it was to go.
    expect(new LocalClock(here.store, { now: () => start }).now()).toBe(start + 3 * hour);
  });

  it('leaves what takes long to the next start', async () => {
    const here = world();
    put(here, 'long', 'x', hour);
    const passing = here.keeper.advance(2 * hour);
    while (here.log.length === 0) await Promise.resolve();
    await here.keeper.end();
    await passing;
    expect(here.log).toEqual(['begun', 'left x']);
    expect(here.defects).toEqual([]);
    expect(scheduledAt(here.store, 'long', 'x')).toBe(start + hour);
  });

  it('has one order, in whatever steps it passes', async () => {
    const thing = fc.record({
      duty: fc.constantFrom('once', 'daily', 'hourly', 'chain'),
      subject: fc.constantFrom('p', 'q', 'r'),
      after: fc.integer({ min: 0, max: 50 * hour }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(thing, { maxLength: 12 }),
        fc.array(fc.integer({ min: 0, max: 20 * hour }), { minLength: 1, maxLength: 5 }),
        async (things, steps) => {
          const [whole, parts] = [world(), world()];
          for (const { duty, subject, after } of things) {
            put(whole, duty, subject, after);
            put(parts, duty, subject, after);
          }
          const sum = steps.reduce((total, step) => total + step, 0);
          await whole.keeper.advance(sum);
          for (const step of steps) await parts.keeper.advance(step);
          expect(parts.log).toEqual(whole.log);
          const times = whole.log.map((line) => Number(line.split(' ')[0]));
          expect(times).toEqual(times.toSorted((one, other) => one - other));
          expect(firstDue(whole.store)?.at ?? Number.POSITIVE_INFINITY).toBeGreaterThan(start + sum);
          expect(whole.defects).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
