// A run that dies at its k-th call, for every k, before the call was done and after: the next run converges, nothing is doubled or lost.
// It must not know which calls Slipway makes, nor in which order.
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliResult } from '../support/cli.js';
import type { JsonObject } from '../support/clients.js';
import { type LocalEcr, startLocal } from '../support/local.js';
import { until } from '../support/processes.js';
import { type Fate, type Proxy, startProxy } from '../support/proxy.js';
import { must, picture, type Scenario, type Stage, scenarios, stage } from '../support/scene.js';
import { workspace } from '../support/slipway.js';

let local: LocalEcr;
/** Runs that were left for dead. They can reach nothing any more; they must still come to an end. */
const abandoned: Promise<CliResult | undefined>[] = [];
const proxies: Proxy[] = [];
const stages: Stage[] = [];

beforeAll(async () => {
  local = await startLocal();
});
afterAll(async () => {
  await Promise.all(abandoned);
  for (const proxy of proxies) await proxy.close();
  for (const each of stages) each.remove();
  await local?.close();
}, 120_000);

async function prepared(scenario: Scenario): Promise<Stage> {
  const where = stage(local.url);
  stages.push(where);
  await scenario.prepare(where);
  return where;
}

/** What an undisturbed run leaves, and how many calls it takes. */
async function undisturbed(
  scenario: Scenario,
  parallel: readonly string[],
): Promise<{ left: JsonObject; calls: number }> {
  const where = await prepared(scenario);
  const proxy = await startProxy(local.url);
  proxies.push(proxy);
  await must(where, 0, [...scenario.args, ...parallel], proxy.url);
  return { left: await picture(where.at), calls: proxy.calls.length };
}

type Moment = 'before' | 'after';

/** Runs until the k-th call, and lets nothing through from then on. Calls that were on their way come through, as they would. */
async function dieAt(where: Stage, args: readonly string[], k: number, moment: Moment): Promise<string> {
  let underWay = 0;
  let met: string | undefined;
  let dead = false;
  const proxy = await startProxy(local.url, {
    decide: (call): Fate => {
      if (dead) return 'lose-request';
      if (call.number > k || (call.number === k && moment === 'before')) {
        if (call.number === k) met = call.operation;
        return 'hang';
      }
      underWay += 1;
      return 'pass';
    },
    done: async (call) => {
      underWay -= 1;
      if (call.number !== k) return;
      met = call.operation;
      // Its answer never arrives.
      await until('the end of the dead run', () => (dead ? true : undefined));
    },
  });
  proxies.push(proxy);
  const death = new AbortController();
  const run = where.run(args, { endpoint: proxy.url, signal: death.signal });
  const ended = run.then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );
  let over: object | undefined;
  void ended.then((end) => {
    over = end;
  });
  const operation = await until(`call ${k}`, () => {
    if (met !== undefined && underWay === 0) return met;
    if (over !== undefined) throw new Error(`the run ended before its call ${k}: ${JSON.stringify(over)}`);
    return undefined;
  });
  dead = true;
  death.abort();
  abandoned.push(run.catch(() => undefined));
  await proxy.close();
  return operation;
}

/** The next run, as a person would go about it: again, and with --break-lock if the dead run still holds the lock. */
async function goOn(where: Stage, scenario: Scenario): Promise<void> {
  const again = await where.run(scenario.args);
  if (again.code === 0) return;
  const said = `${again.stdout}\n${again.stderr}`;
  expect(again.code, said).toBe(3);
  expect(said).toContain('--break-lock');
  await must(where, 0, [...scenario.args, '--break-lock']);
}

/** Everything but the lock, which a run that finds nothing to do does not need, and so leaves to expire. */
async function leftIn(where: Stage): Promise<JsonObject> {
  const { parameters, ...rest } = await picture(where.at);
  expect([[], ['/slipway/payments/prod/lock']]).toContainEqual(parameters);
  return rest;
}

/** Kills at each call of 1 to `calls`, a few at a time: accounts share nothing. */
async function killAtEach(
  scenario: Scenario,
  calls: number,
  more: readonly string[],
  moment: (k: number) => Moment,
  left: JsonObject,
): Promise<number> {
  const limit = pLimit(4);
  const { parameters: _lock, ...want } = left;
  const met = await Promise.all(
    Array.from({ length: calls }, (_, index) =>
      limit(async () => {
        const k = index + 1;
        const where = await prepared(scenario);
        const operation = await dieAt(where, [...scenario.args, ...more], k, moment(k));
        const told = `killed ${moment(k)} call ${k}, ${operation}`;
        await goOn(where, scenario);
        if (scenario.leavesProject) await must(where, 0, ['plan', '-e', 'prod', '--detailed-exitcode']);
        expect(await leftIn(where), told).toEqual(want);
        return operation;
      }),
    ),
  );
  return met.length;
}

describe.each(scenarios)('$name, killed', (scenario) => {
  it.each(['before', 'after'] as const)(
    '%s any one of its calls was done, goes on in the next run',
    async (moment) => {
      const want = await undisturbed(scenario, ['--parallelism', '1']);
      expect(want.calls).toBeGreaterThan(3);
      expect(want.left).toHaveProperty('parameters', []);
      expect(await killAtEach(scenario, want.calls, ['--parallelism', '1'], () => moment, want.left)).toBe(want.calls);
    },
    300_000,
  );
});

describe('an apply with many calls under way at once, killed', () => {
  const scenario = scenarios[1];
  if (scenario === undefined) throw new Error('the scenario is missing');
  it('at any one of them, goes on in the next run', async () => {
    const want = await undisturbed(scenario, []);
    const met = await killAtEach(scenario, want.calls, [], (k) => (k % 2 === 0 ? 'before' : 'after'), want.left);
    expect(met).toBe(want.calls);
  }, 300_000);
});

describe('a process that is really killed', () => {
  const scenario = scenarios[1];
  if (scenario === undefined) throw new Error('the scenario is missing');
  it.each([0.1, 0.35, 0.6, 0.85, 1])(
    'with SIGKILL after %f of its calls, is followed by one that converges',
    async (share) => {
      const want = await undisturbed(scenario, []);
      const k = Math.max(1, Math.round(want.calls * share));
      const where = await prepared(scenario);
      const project = await workspace({}, {});
      let kill: () => void = () => undefined;
      const proxy = await startProxy(local.url, {
        decide: (call) => {
          if (call.number < k) return 'pass';
          if (call.number === k) kill();
          return 'hang';
        },
      });
      proxies.push(proxy);
      const child = project.start(['-C', where.folder, ...scenario.args], where.env(proxy.url));
      kill = () => {
        child.kill('SIGKILL');
      };
      const done = await child.finished;
      project.remove();
      expect(done.signal, done.stderr).toBe('SIGKILL');
      await goOn(where, scenario);
      await must(where, 0, ['plan', '-e', 'prod', '--detailed-exitcode']);
      const { parameters: _lock, ...left } = want.left;
      expect(await leftIn(where)).toEqual(left);
    },
    120_000,
  );
});
