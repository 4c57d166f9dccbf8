// Bad weather: throttling, server errors, lost connections and lost answers, for half of all calls. The run still ends right.
// It must not know how calls are retried.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../support/clients.js';
import { type LocalEcr, startLocal } from '../support/local.js';
import { startProxy } from '../support/proxy.js';
import { must, picture, type Scenario, type Stage, scenarios, stage } from '../support/scene.js';

let local: LocalEcr;
const stages: Stage[] = [];
beforeAll(async () => {
  local = await startLocal();
});
afterAll(async () => {
  for (const each of stages) each.remove();
  await local?.close();
});

async function prepared(scenario: Scenario): Promise<Stage> {
  const where = stage(local.url);
  stages.push(where);
  await scenario.prepare(where);
  return where;
}

async function calm(scenario: Scenario): Promise<JsonObject> {
  const where = await prepared(scenario);
  await must(where, 0, scenario.args);
  return picture(where.at);
}

const weathers = [
  { weather: 'half of all calls throttled', kind: 'throttle' },
  { weather: 'half of all calls answered with a server error', kind: 'server-error' },
  { weather: 'half of all connections lost before the call was done', kind: 'drop' },
  { weather: 'half of all connections lost after the call was done', kind: 'drop-after' },
] as const;

describe.each(scenarios)('$name', (scenario) => {
  it.each(weathers)(
    'ends right with $weather',
    async ({ kind }) => {
      const want = await calm(scenario);
      const where = await prepared(scenario);
      local.setFaults([{ operation: '*', kind, probability: 0.5, seed: 7 }]);
      try {
        await must(where, 0, scenario.args);
      } finally {
        local.clearFaults();
      }
      if (scenario.leavesProject) await must(where, 0, ['plan', '-e', 'prod', '--detailed-exitcode']);
      expect(await picture(where.at)).toEqual(want);
    },
    300_000,
  );
});

describe('an answer lost after the work was done', () => {
  const first = scenarios[0];
  if (first === undefined) throw new Error('the scenario is missing');
  it('is no failure, whichever call it was', async () => {
    const want = await calm(first);
    const counting = await startProxy(local.url);
    await must(await prepared(first), 0, [...first.args, '--parallelism', '1'], counting.url);
    await counting.close();
    for (let k = 1; k <= counting.calls.length; k += 1) {
      const where = await prepared(first);
      const proxy = await startProxy(local.url, { decide: (call) => (call.number === k ? 'lose-answer' : 'pass') });
      try {
        await must(where, 0, [...first.args, '--parallelism', '1'], proxy.url);
      } finally {
        await proxy.close();
      }
      expect(await picture(where.at), `the answer of call ${k} was lost`).toEqual(want);
    }
  }, 300_000);
});

describe('an endpoint that stays broken', () => {
  it.each(['throttle', 'server-error', 'drop'] as const)(
    '%s for ever: the run gives up, says so, and writes nothing',
    async (kind) => {
      const first = scenarios[0];
      if (first === undefined) throw new Error('the scenario is missing');
      const where = await prepared(first);
      local.setFaults([{ operation: '*', kind }]);
      try {
        const said = await must(where, 1, first.args);
        expect(said).toMatch(/sts:GetCallerIdentity|ecr:DescribeRepositories|ssm:/);
      } finally {
        local.clearFaults();
      }
      expect(await picture(where.at)).toMatchObject({ repositories: {} });
    },
    300_000,
  );
});
