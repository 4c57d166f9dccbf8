// The clock over a store: what it says as the machine's goes on, stands, is put back, and as the process is started again.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LocalClock } from './clock.js';
import { formatDuration, parseDuration, parseMoment } from './duration.js';
import { openMemoryStore } from './store/memory.js';

const start = 1_700_000_000_000;
const day = 86_400_000;

function machine(): { time: number; now(): number } {
  return {
    time: start,
    now() {
      return this.time;
    },
  };
}

describe('the clock', () => {
  it('is that of the machine until it is moved, and goes on from there', () => {
    const real = machine();
    const clock = new LocalClock(openMemoryStore(), real);
    expect(clock.now()).toBe(start);
    clock.leap(start + 30 * day);
    expect(clock.now()).toBe(start + 30 * day);
    real.time += 5;
    expect(clock.reading()).toEqual({ now: start + 30 * day + 5, machine: start + 5, offset: 30 * day });
  });

  it('stays moved when it is opened again', () => {
    const store = openMemoryStore();
    const real = machine();
    new LocalClock(store, real).leap(start + day);
    real.time += 1000;
    expect(new LocalClock(store, real).now()).toBe(start + day + 1000);
  });

  it('stands still while the machine is put back, also over a restart', () => {
    const store = openMemoryStore();
    const real = machine();
    const clock = new LocalClock(store, real);
    clock.now();
    clock.keep();
    real.time -= day;
    expect(clock.now()).toBe(start);
    expect(new LocalClock(store, real).now()).toBe(start);
    real.time = start + 1;
    expect(clock.now()).toBe(start + 1);
  });

  it('goes back only where it is reset', () => {
    const store = openMemoryStore();
    const real = machine();
    const clock = new LocalClock(store, real);
    clock.leap(start + day);
    expect(clock.reset()).toBe(day);
    expect(clock.reading()).toEqual({ now: start, machine: start, offset: 0 });
    expect(new LocalClock(store, real).now()).toBe(start);
  });

  it('stands at the time it is held at', () => {
    const real = machine();
    const clock = new LocalClock(openMemoryStore(), real);
    clock.hold(start + 7);
    real.time += 1000;
    clock.leap(start + day);
    expect(clock.now()).toBe(start + 7);
    clock.release();
    expect(clock.now()).toBe(start + day);
  });

  it('writes down how far it has come only after so long', () => {
    const store = openMemoryStore();
    const real = machine();
    const clock = new LocalClock(store, real);
    clock.keepAfter(0);
    real.time += 999;
    clock.keepAfter(1000);
    expect(store.get('clock', 'all', 'reading')).toEqual({ offset: 0, reached: start });
    real.time += 1;
    clock.keepAfter(1000);
    expect(store.get('clock', 'all', 'reading')).toEqual({ offset: 0, reached: start + 1000 });
  });

  it('never goes back, whatever the machine does and however often it is opened', () => {
    const step = fc.record({
      machine: fc.integer({ min: -day, max: day }),
      leap: fc.option(fc.integer({ min: 0, max: day }), { nil: undefined }),
      restart: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const store = openMemoryStore();
        const real = machine();
        let clock = new LocalClock(store, real);
        let last = clock.now();
        for (const one of steps) {
          real.time = Math.max(0, real.time + one.machine);
          if (one.leap !== undefined) clock.leap(clock.now() + one.leap);
          if (one.restart) {
            clock.keep();
            clock = new LocalClock(store, real);
          }
          const now = clock.now();
          expect(now).toBeGreaterThanOrEqual(last);
          last = now;
        }
      }),
    );
  });
});

describe('lengths of time', () => {
  it('are written with units', () => {
    expect(parseDuration('30d')).toBe(30 * day);
    expect(parseDuration('2w1d')).toBe(15 * day);
    expect(parseDuration('1h30m5s')).toBe(5_405_000);
    for (const text of ['', '30', 'd', '-1d', '1.5h', '1d ', '1D', '1y', '1234567890s'])
      expect(parseDuration(text)).toBeUndefined();
  });

  it('read as they are written', () => {
    expect(formatDuration(90 * day + 3_600_000)).toBe('90d1h');
    expect(formatDuration(-61_999)).toBe('1m1s');
    expect(formatDuration(999)).toBe('0s');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e8 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
  });

  it('moments have a zone, or are a day or seconds', () => {
    expect(parseMoment('2026-10-01')).toBe(Date.UTC(2026, 9, 1));
    expect(parseMoment('2026-10-01T12:30Z')).toBe(Date.UTC(2026, 9, 1, 12, 30));
    expect(parseMoment('2026-10-01T12:30:15.25+02:00')).toBe(Date.UTC(2026, 9, 1, 10, 30, 15, 250));
    expect(parseMoment('1700000000')).toBe(start);
    for (const text of ['', 'tomorrow', '2026-13-01', '2026-10-01T12:30', '2026-10-01 12:30Z', '-5', '999999999999'])
      expect(parseMoment(text)).toBeUndefined();
  });
});
