// Holds how a call is tried again, without any network and on a clock that jumps.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AwsFault } from '../plan/ports.js';
import { Caller, type CallerOptions } from './caller.js';

function jumpingClock() {
  let now = 0;
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    sleep: async (milliseconds: number) => {
      waits.push(milliseconds);
      now += milliseconds;
    },
  };
}

const sdkError = (name: string, more: object = {}) =>
  Object.assign(new Error('because'), { name, $metadata: { httpStatusCode: 400 }, ...more });
const throttled = () => sdkError('ThrottlingException');
const broken = () => sdkError('ServerException', { $metadata: { httpStatusCode: 500 } });

/** Runs one call whose first attempts fail with these errors. */
async function run(errors: readonly Error[], options: Partial<CallerOptions> = {}) {
  const clock = jumpingClock();
  const sent: string[] = [];
  const repeated: boolean[] = [];
  const caller = new Caller({ clock, onCall: (operation) => sent.push(operation), random: () => 1, ...options });
  const left = [...errors];
  const outcome = await caller
    .call('ecr:PutX', async (attempt) => {
      repeated.push(attempt.repeated);
      const error = left.shift();
      if (error !== undefined) throw error;
      return 'done';
    })
    .catch((error: unknown) => error);
  return { outcome, sent, repeated, waits: clock.waits };
}

describe('a call', () => {
  it('is made once when all is well', async () => {
    expect(await run([])).toEqual({ outcome: 'done', sent: ['ecr:PutX'], repeated: [false], waits: [] });
  });

  it.each([
    'AccessDeniedException',
    'InvalidParameterException',
    'UnknownOperationException',
    'LimitExceededException',
  ])('is made once when AWS answers %s', async (name) => {
    const { outcome, sent } = await run([sdkError(name), sdkError(name)]);
    expect(outcome).toBeInstanceOf(AwsFault);
    expect(sent).toHaveLength(1);
  });

  it('backs off twice as far each time, up to the cap', async () => {
    const backoff = { base: 100, cap: 1000 };
    const { outcome, waits } = await run(Array.from({ length: 6 }, broken), { backoff });
    expect(outcome).toBe('done');
    expect(waits).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  it('waits at random below that, so that callers do not come back together', async () => {
    const { waits } = await run([broken(), broken()], { random: () => 0.25 });
    expect(waits).toEqual([12.5, 25]);
  });

  it.each<[string, () => Error, number]>([
    ['throttled', throttled, 20],
    ['broken', broken, 14],
    ['unreachable', () => sdkError('Error', { code: 'ECONNREFUSED', $metadata: {} }), 5],
  ])('that stays %s ends with the fault `unavailable`', async (_title, make, attempts) => {
    const { outcome, sent } = await run(Array.from({ length: 50 }, make));
    expect(outcome).toMatchObject({ kind: 'unavailable', operation: 'ecr:PutX' });
    expect(String(outcome)).toContain(`after ${attempts} attempts`);
    expect(sent).toHaveLength(attempts);
  });

  it('says when an earlier attempt may have done it already', async () => {
    expect((await run([throttled(), throttled()])).repeated).toEqual([false, false, false]);
    expect((await run([throttled(), broken(), throttled()])).repeated).toEqual([false, false, true, true]);
  });

  it('ends right though half of all calls are throttled', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const clock = jumpingClock();
        const coins = fc.sample(fc.boolean(), { seed, numRuns: 400 });
        const caller = new Caller({ clock });
        let flips = 0;
        const calls = Array.from({ length: 60 }, () =>
          caller.call('ecr:PutX', async () => {
            flips += 1;
            if (coins[flips % coins.length] === true) throw throttled();
            return 'done';
          }),
        );
        expect(new Set(await Promise.all(calls))).toEqual(new Set(['done']));
      }),
      { numRuns: 20 },
    );
  });

  it('slows down the operation that was throttled and no other', async () => {
    const clock = jumpingClock();
    const caller = new Caller({ clock, random: () => 0 });
    let first = true;
    await caller.call('ecr:PutX', async () => {
      if (!first) return;
      first = false;
      throw throttled();
    });
    await caller.call('ecr:PutX', async () => undefined);
    const waitsOfX = clock.waits.length;
    expect(clock.waits.some((wait) => wait > 0)).toBe(true);
    await caller.call('ecr:PutY', async () => undefined);
    expect(clock.waits).toHaveLength(waitsOfX);
  });

  it('is not made once the signal has fired, nor tried again', async () => {
    const early = await run([], { signal: AbortSignal.abort() });
    expect(early.outcome).toMatchObject({ kind: 'interrupted', operation: 'ecr:PutX' });
    expect(early.sent).toEqual([]);

    const stop = new AbortController();
    const late = await run([broken(), broken()], { signal: stop.signal, onCall: () => stop.abort() });
    expect(late.outcome).toMatchObject({ kind: 'interrupted' });
    expect(late.repeated).toHaveLength(1);
  });
});
