// Tests of the lock: held, waited for, expired, left behind, broken, and where parameters cannot be used.
import { describe, expect, it } from 'vitest';
import { acquireLock, breakLock, lockName } from './lock.js';
import { applyOn, lockOf, memory, outcomeOf, owner, planOn, registry, repository } from './testing/fixtures.js';

const name = '/slipway/payments/prod/lock';
const desired = registry([repository('api')]);
const info = (live: ReturnType<typeof memory>) =>
  JSON.parse(live.parameters.get(name) ?? 'null') as Record<string, unknown>;

function take(live: ReturnType<typeof memory>, options = lockOf(1, [1, 2]), how = {}, signal?: AbortSignal) {
  const warnings: string[] = [];
  return { warnings, lock: acquireLock(live.process(how), owner, options, (text) => warnings.push(text), signal) };
}

describe('the lock', () => {
  it('says who holds it and until when, and goes when released', async () => {
    const live = memory();
    expect(lockName(owner)).toBe(name);
    const held = await take(live).lock;
    expect(info(live)).toEqual({
      holder: 'user1@laptop',
      host: 'laptop',
      pid: 1,
      since: '2026-01-01T00:00:00.000Z',
      expires: '2026-01-01T00:15:00.000Z',
      id: expect.any(String),
    });
    expect(held?.held()).toBe(true);
    await held?.release();
    expect(held?.held()).toBe(false);
    expect(live.parameters.size).toBe(0);
  });

  it('is renewed while it is held', async () => {
    const live = memory();
    const held = await take(live).lock;
    await live.clock.advance(5 * 60_000);
    expect(info(live)).toMatchObject({ since: '2026-01-01T00:00:00.000Z', expires: '2026-01-01T00:20:00.000Z' });
    await live.clock.advance(5 * 60_000);
    expect(info(live)).toMatchObject({ expires: '2026-01-01T00:25:00.000Z' });
    await held?.release();
    expect(live.parameters.size).toBe(0);
  });

  it('is refused to a second, with the name of the first', async () => {
    const live = memory();
    const first = await take(live).lock;
    await expect(take(live, lockOf(2, [1, 2])).lock).rejects.toThrow(
      'plan/locked: environment "prod" of "payments" is being applied by user1@laptop (process 1) since 2026-01-01T00:00:00.000Z',
    );
    await first?.release();
  });

  it('is waited for', async () => {
    const live = memory();
    const first = await take(live).lock;
    const second = take(live, lockOf(2, [1, 2], 60_000));
    await live.clock.sleep(0);
    expect(second.warnings).toEqual(['waiting for user1@laptop (process 1) since 2026-01-01T00:00:00.000Z']);
    await first?.release();
    expect((await second.lock)?.held()).toBe(true);
    expect(second.warnings).toHaveLength(1);
  });

  it('is waited for no longer than allowed, nor after an interrupt', async () => {
    const live = memory();
    const first = await take(live).lock;
    const started = live.clock.now();
    await expect(take(live, lockOf(2, [1, 2], 5000)).lock).rejects.toThrow('plan/locked');
    expect(live.clock.now() - started).toBe(5000);
    const controller = new AbortController();
    const waiting = take(live, lockOf(2, [1, 2], 60_000), {}, controller.signal).lock;
    controller.abort();
    await expect(waiting).rejects.toThrow('interrupted while waiting for the lock');
    await first?.release();
  });

  it('of a dead process is taken over; that of another host is not', async () => {
    const live = memory();
    await take(live).lock;
    await expect(take(live, { ...lockOf(2, []), host: 'elsewhere' }).lock).rejects.toThrow('plan/locked');
    const second = take(live, lockOf(2, [2]));
    expect((await second.lock)?.held()).toBe(true);
    expect(second.warnings).toEqual([
      'the lock of user1@laptop (process 1) since 2026-01-01T00:00:00.000Z was left by a process that is dead and is taken over',
    ]);
    expect(info(live)).toMatchObject({ pid: 2 });
  });

  it('is taken over once it has expired', async () => {
    const live = memory();
    const text = {
      holder: 'ci@runner',
      host: 'runner',
      pid: 9,
      since: '2025-12-31T23:00:00.000Z',
      expires: '2025-12-31T23:15:00.000Z',
      id: 'x',
    };
    live.parameters.set(name, JSON.stringify(text));
    const second = take(live, lockOf(2));
    expect((await second.lock)?.held()).toBe(true);
    expect(second.warnings).toEqual([
      'the lock of ci@runner (process 9) since 2025-12-31T23:00:00.000Z had expired and is taken over',
    ]);
  });

  it('goes to one of two that take it over at once', async () => {
    const live = memory();
    live.parameters.set(
      name,
      JSON.stringify({ holder: 'ci', host: 'laptop', pid: 9, expires: '2027-01-01T00:00:00Z', id: 'x' }),
    );
    const results = await Promise.allSettled([take(live, lockOf(1, [1, 2])).lock, take(live, lockOf(2, [1, 2])).lock]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it.each(['what', '[]', '{}', 'null', '{"pid":"x"}'])('that nobody can read (%s) still is one', async (text) => {
    const live = memory();
    live.parameters.set(name, text);
    await expect(take(live).lock).rejects.toThrow('is being applied by somebody');
    expect(live.parameters.get(name)).toBe(text);
  });

  it('whose holder may not be read is held all the same', async () => {
    const live = memory();
    await take(live).lock;
    await expect(take(live, lockOf(2, []), { faults: { 'ssm:GetParameter': 'denied' } }).lock).rejects.toThrow(
      'is being applied by somebody',
    );
  });

  it('can be broken, which its holder notices', async () => {
    const live = memory();
    const first = take(live);
    const held = await first.lock;
    expect(await breakLock(live.process(), owner)).toMatchObject({ holder: 'user1@laptop', pid: 1 });
    expect(await breakLock(live.process(), owner)).toBeUndefined();
    const second = await take(live, lockOf(2)).lock;
    await live.clock.advance(5 * 60_000);
    expect(held?.held()).toBe(false);
    expect(first.warnings).toEqual(['the lock was broken by somebody else']);
    await held?.release();
    expect(info(live)).toMatchObject({ pid: 2 });
    await second?.release();
  });

  it('that cannot be renewed or released is warned of', async () => {
    const live = memory();
    const first = take(live, lockOf(1), { faults: { 'ssm:DeleteParameter': 'denied' } });
    await (await first.lock)?.release();
    expect(first.warnings).toEqual([
      'the lock could not be released (ssm:DeleteParameter: AccessDeniedException: injected denied)',
    ]);
  });

  it.each(['denied', 'not-implemented', 'unavailable'] as const)(
    'where parameters are %s, apply goes on with a warning',
    async (kind) => {
      const live = memory();
      const process = live.process({ faults: { 'ssm:PutParameter': kind } });
      const events = await applyOn(process, await planOn(process, desired), { lock: lockOf(1) });
      expect(events[0]).toEqual({
        type: 'warning',
        message: expect.stringMatching(
          /^no lock could be taken \(ssm:PutParameter: .*\), so another apply at the same time would not be noticed$/,
        ),
      });
      expect(outcomeOf(events)).toMatchObject({ done: 1, failed: 0 });
    },
  );

  it('is released when something fails, and not taken where there is nothing to do', async () => {
    const live = memory();
    const process = live.process({ faults: { 'ecr:CreateRepository': 'denied' } });
    const events = await applyOn(process, await planOn(process, desired), { lock: lockOf(1) });
    expect(outcomeOf(events)).toMatchObject({ failed: 1 });
    expect(live.parameters.size).toBe(0);
    const idle = live.process();
    await applyOn(idle, await planOn(idle, registry([])), { lock: lockOf(1) });
    expect(idle.calls.some((call) => call.startsWith('ssm:'))).toBe(false);
  });
});
