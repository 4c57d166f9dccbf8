// Each operation denied in turn: the denial is named, nothing unread is taken for absent, no write follows from it, the rest is done.
// It must not know how Slipway is built; it knows which write would follow from which read.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../support/clients.js';
import { type LocalEcr, startLocal } from '../support/local.js';
import { type Call, startProxy } from '../support/proxy.js';
import { must, picture, type Scenario, type Stage, scenarios, stage } from '../support/scene.js';

const writing = /^ecr:(Create|Put|Set|Delete|Tag|Untag)/;

/** Reads, and the writes that nobody may make who could not read. `all`: none at all. */
const reads: Readonly<Record<string, RegExp>> = {
  'sts:GetCallerIdentity': writing,
  'ecr:DescribeRepositories': writing,
  'ecr:GetLifecyclePolicy': /^ecr:(Put|Delete)LifecyclePolicy$/,
  'ecr:GetRepositoryPolicy': /^ecr:(Set|Delete)RepositoryPolicy$/,
};

/** What may be denied without harm: there is another way, and the run says which way it took. */
const dispensable = /^(ssm:|tag:)/;

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

async function operationsOf(scenario: Scenario): Promise<{ operations: string[]; left: JsonObject }> {
  const where = await prepared(scenario);
  const proxy = await startProxy(local.url);
  await must(where, 0, scenario.args, proxy.url);
  await proxy.close();
  return { operations: [...new Set(proxy.calls.map((call) => call.operation))].sort(), left: await picture(where.at) };
}

/** Runs with some operations denied, and tells what was said and which calls were made nevertheless. */
async function runDenied(
  where: Stage,
  args: readonly string[],
  denied: (operation: string) => boolean,
): Promise<{ code: number; said: string; calls: Call[] }> {
  const proxy = await startProxy(local.url, {
    decide: ({ operation }) =>
      denied(operation)
        ? {
            answer: 400,
            code: 'AccessDeniedException',
            message: `User: arn:aws:iam::${where.account}:user/ci is not authorized to perform: ${operation}`,
          }
        : 'pass',
  });
  const done = await where.run(args, { endpoint: proxy.url });
  await proxy.close();
  return {
    code: done.code,
    said: `${done.stdout}\n${done.stderr}`,
    calls: proxy.calls.filter((call) => !denied(call.operation)),
  };
}

describe.each(scenarios)('$name', (scenario) => {
  it('names whichever operation is denied, writes nothing because of it, and is finished once it is allowed', async () => {
    const { operations, left } = await operationsOf(scenario);
    expect(operations).toEqual(expect.arrayContaining(['ecr:DescribeRepositories', 'sts:GetCallerIdentity']));
    for (const operation of operations) {
      const where = await prepared(scenario);
      const before = await picture(where.at);
      const { code, said, calls } = await runDenied(where, scenario.args, (each) => each === operation);
      const told = `${operation} denied\n${said}`;
      const forbidden = reads[operation];
      const existed = Object.keys(before['repositories'] as JsonObject);
      if (forbidden !== undefined) {
        // What is new needs no reading: nobody else can have written to it.
        const about = calls.filter(
          (call) => forbidden.test(call.operation) && existed.some((name) => call.body.includes(name)),
        );
        expect(
          about.map((call) => call.operation),
          told,
        ).toEqual([]);
      }
      if (forbidden === writing) expect(await picture(where.at), told).toEqual(before);
      if (code === 0) {
        // Only what has another way may be done without.
        if (!dispensable.test(operation)) expect(await picture(where.at), told).toEqual(left);
      } else {
        expect(said, told).toContain(operation);
      }
      await must(where, 0, [
        ...scenario.args,
        ...(said.includes('--break-lock') || operation === 'ssm:DeleteParameter' ? ['--break-lock'] : []),
      ]);
      if (scenario.leavesProject) await must(where, 0, ['plan', '-e', 'prod', '--detailed-exitcode']);
      // A lock that could not be removed is taken over by the next run that has something to do, or expires.
      expect((await picture(where.at))['repositories'], told).toEqual(left['repositories']);
    }
  }, 300_000);
});

describe('a denial in an apply that mends every aspect', () => {
  const mend = scenarios[1];
  if (mend === undefined) throw new Error('the scenario is missing');

  it.each(['ecr:GetLifecyclePolicy', 'ecr:GetRepositoryPolicy'])(
    '%s: plan says the aspect is unknown, ends with an error under --detailed-exitcode, and never calls it absent',
    async (operation) => {
      const where = await prepared(mend);
      const { code, said } = await runDenied(
        where,
        ['plan', '-e', 'prod', '--detailed-exitcode'],
        (each) => each === operation,
      );
      expect(said).toContain(operation);
      expect([1, 2]).toContain(code);
    },
    60_000,
  );

  it('all of SSM denied: a warning, and everything is done', async () => {
    const { left } = await operationsOf(mend);
    const where = await prepared(mend);
    const { code, said } = await runDenied(where, mend.args, (operation) => operation.startsWith('ssm:'));
    expect(code, said).toBe(0);
    expect(said).toContain('ssm:');
    expect(await picture(where.at)).toEqual(left);
  }, 60_000);

  it('one write denied: the other repositories and the other aspects are done, and the end says what was not', async () => {
    const where = await prepared(mend);
    const { code, said, calls } = await runDenied(
      where,
      mend.args,
      (operation) => operation === 'ecr:PutImageTagMutability',
    );
    expect(code).toBe(1);
    expect(said).toContain('ecr:PutImageTagMutability');
    expect(said).toContain('payments/api');
    const done = calls.map((call) => call.operation);
    expect(done).toContain('ecr:DeleteLifecyclePolicy');
    expect(done).toContain('ecr:SetRepositoryPolicy');
  }, 60_000);
});
