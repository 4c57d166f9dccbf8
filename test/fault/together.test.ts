// Two runs at the same time: the lock names its holder, a waiting run goes on, an interrupted run leaves no lock behind,
// and without a lock no statement is lost. It must not know where the lock is kept.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JsonObject, wireOk } from '../support/clients.js';
import { type LocalEcr, startLocal } from '../support/local.js';
import { until } from '../support/processes.js';
import { type Call, type Fate, startProxy } from '../support/proxy.js';
import { foreignStatement, manifest, must, picture, type Stage, scenarios, stage } from '../support/scene.js';
import { workspace } from '../support/slipway.js';

const writing = /^ecr:(Create|Put|Set|Delete|Tag|Untag)/;
const apply = ['apply', '-e', 'prod', '--auto-approve'] as const;

let local: LocalEcr;
const stages: Stage[] = [];
beforeAll(async () => {
  local = await startLocal();
});
afterAll(async () => {
  for (const each of stages) each.remove();
  await local?.close();
});

function fresh(): Stage {
  const where = stage(local.url);
  stages.push(where);
  return where;
}

/** The rules of an account in which nobody may use SSM, and so no lock is to be had. */
function withoutSsm({ operation }: Call): Fate {
  return operation.startsWith('ssm:')
    ? { answer: 400, code: 'AccessDeniedException', message: 'not authorized' }
    : 'pass';
}

interface Gate {
  readonly reached: Promise<Call>;
  open(): void;
  readonly decide: (call: Call) => Promise<Fate>;
}

/** Holds the first call that `test` is true of until the gate is opened. */
function gate(test: (call: Call) => boolean): Gate {
  let open: () => void = () => undefined;
  let reach: (call: Call) => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<Call>((resolve) => {
    reach = resolve;
  });
  let held = false;
  return {
    reached,
    open: () => {
      open();
    },
    decide: async (call) => {
      if (!held && test(call)) {
        held = true;
        reach(call);
        await opened;
      }
      return 'pass';
    },
  };
}

describe('two applies of one project', () => {
  it('the second is refused, with the name of the holder, and writes nothing', async () => {
    const where = fresh();
    const first = gate((call) => writing.test(call.operation));
    const slow = await startProxy(local.url, { decide: first.decide });
    const quick = await startProxy(local.url);
    const holder = where.run(apply, { endpoint: slow.url });
    await first.reached;
    const refused = await where.run(apply, { endpoint: quick.url });
    const said = `${refused.stdout}\n${refused.stderr}`;
    expect(refused.code, said).toBe(3);
    // The holder is the caller's ARN, or the machine and process: something a person can find.
    expect(said).toMatch(new RegExp(`arn:aws:[a-z]+::${where.account}:|@`));
    expect(said).toContain('--break-lock');
    expect(quick.calls.filter((call) => writing.test(call.operation))).toEqual([]);
    first.open();
    expect((await holder).code).toBe(0);
    await slow.close();
    await quick.close();
    await must(where, 0, ['plan', '-e', 'prod', '--detailed-exitcode']);
    await must(where, 0, apply);
  }, 60_000);

  it('the second waits where it was told to, and then finds nothing left to do', async () => {
    const where = fresh();
    const first = gate((call) => writing.test(call.operation));
    const slow = await startProxy(local.url, { decide: first.decide });
    const patient = await startProxy(local.url);
    const holder = where.run(apply, { endpoint: slow.url });
    await first.reached;
    const waiting = where.run([...apply, '--lock-timeout', '50'], { endpoint: patient.url });
    await until('the second run to find the lock held', () =>
      patient.calls.some((call) => call.operation.startsWith('ssm:Put')) ? true : undefined,
    );
    first.open();
    const [one, two] = await Promise.all([holder, waiting]);
    expect(one.code, one.stderr).toBe(0);
    expect([0, 3], `${two.stdout}\n${two.stderr}`).toContain(two.code);
    await slow.close();
    await patient.close();
    await must(where, 0, ['plan', '-e', 'prod', '--detailed-exitcode']);
  }, 90_000);

  it('started as two processes at the same moment, one does the work and the other is refused or has nothing to do', async () => {
    const want = fresh();
    await must(want, 0, apply);
    const where = fresh();
    const project = await workspace({}, where.env());
    const [one, two] = await Promise.all([
      project.slipway(['-C', where.folder, ...apply]),
      project.slipway(['-C', where.folder, ...apply]),
    ]);
    project.remove();
    expect([one.code, two.code], `${one.stderr}\n${two.stderr}`).toContain(0);
    for (const each of [one, two]) expect([0, 3], each.stderr).toContain(each.code);
    await must(where, 0, ['plan', '-e', 'prod', '--detailed-exitcode']);
    expect(await picture(where.at)).toEqual(await picture(want.at));
  }, 90_000);

  it('started together where SSM is denied, both end right', async () => {
    const want = fresh();
    await must(want, 0, apply);
    const where = fresh();
    const denied = await startProxy(local.url, {
      decide: withoutSsm,
    });
    const runs = await Promise.all([
      where.run(apply, { endpoint: denied.url }),
      where.run(apply, { endpoint: denied.url }),
    ]);
    await denied.close();
    for (const each of runs) expect(each.code, `${each.stdout}\n${each.stderr}`).toBe(0);
    await must(where, 0, ['plan', '-e', 'prod', '--detailed-exitcode']);
    const left = await picture(where.at);
    const { parameters: _locks, ...wanted } = await picture(want.at);
    expect(left).toMatchObject(wanted);
  }, 60_000);
});

describe('a policy that changes between being read and being written', () => {
  it("keeps another team's statement, put there at the last moment", async () => {
    const where = fresh();
    await must(where, 0, apply);
    const pull = 'account:444444444444';
    writeFileSync(join(where.folder, 'slipway.yaml'), manifest(where.account).replaceAll(pull, 'account:666666666666'));
    // Whatever Slipway read for its plan: when it is about to write the policy, somebody else just has.
    let intruded = 0;
    const proxy = await startProxy(local.url, {
      done: async (call) => {
        if (call.operation !== 'ecr:GetRepositoryPolicy' || intruded > 0 || !call.body.includes('payments/api')) return;
        intruded += 1;
        await intrude(where);
      },
    });
    await where.run([...apply, '--accept', 'lose-access'], { endpoint: proxy.url });
    await proxy.close();
    expect(intruded).toBe(1);
    await must(where, 0, [...apply, '--accept', 'lose-access']);
    const policy = await policyOf(where);
    expect(policy.map((statement) => statement['Sid'])).toContain(foreignStatement.Sid);
    expect(JSON.stringify(policy)).toContain('666666666666');
    expect(JSON.stringify(policy)).not.toContain('444444444444');
  }, 60_000);

  // After the read for the plan, after the write, after it was read back. A write between our last read and our own write is
  // lost to everybody: ECR has no conditional write, which is why there is a lock.
  it.each([1, 3, 4])(
    'keeps a statement that somebody adds after the call number %i on the policy, with no lock to be had',
    async (position) => {
      const where = fresh();
      await must(where, 0, apply);
      writeFileSync(
        join(where.folder, 'slipway.yaml'),
        manifest(where.account).replaceAll('account:444444444444', 'account:666666666666'),
      );
      let seen = 0;
      const proxy = await startProxy(local.url, {
        decide: withoutSsm,
        done: async (call) => {
          if (!call.operation.endsWith('RepositoryPolicy') || !call.body.includes('payments/api')) return;
          seen += 1;
          if (seen === position) await intrude(where);
        },
      });
      const done = await where.run([...apply, '--accept', 'lose-access'], { endpoint: proxy.url });
      await proxy.close();
      expect(seen).toBeGreaterThanOrEqual(position);
      expect(done.code, `${done.stdout}\n${done.stderr}`).toBe(0);
      const text = JSON.stringify(await policyOf(where));
      expect(text).toContain(foreignStatement.Sid);
      expect(text).toContain('666666666666');
      expect(text).not.toContain('444444444444');
    },
    60_000,
  );

  it.each([
    ['first', 'second'],
    ['second', 'first'],
  ])(
    'two projects that both read before either wrote lose no statement, though there is no lock: the %s writes first',
    async (leader) => {
      const shared = (account: string, name: string, grantee: string): string =>
        `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: ${name}}
spec:
  environments:
    prod: {account: "${account}", region: eu-west-1, preset: production}
  repositories:
    base: {repositoryName: shared/base, access: {pull: ["account:${grantee}"]}}
`;
      const first = stage(local.url, { project: 'first' });
      const second = stage(local.url, { project: 'second', account: first.account });
      stages.push(first, second);
      writeFileSync(join(first.folder, 'slipway.yaml'), shared(first.account, 'first', '100000000001'));
      await must(first, 0, apply);
      writeFileSync(join(first.folder, 'slipway.yaml'), shared(first.account, 'first', '100000000002'));
      writeFileSync(join(second.folder, 'slipway.yaml'), shared(first.account, 'second', '200000000001'));

      // Both have read the policy when both want to write it; then one write follows the other.
      const wanting = new Set<string>();
      let written: () => void = () => undefined;
      const leaderWrote = new Promise<void>((resolve) => {
        written = resolve;
      });
      const through = (name: string): ReturnType<typeof startProxy> =>
        startProxy(local.url, {
          decide: async (call) => {
            if (call.operation === 'ecr:SetRepositoryPolicy' && !wanting.has(name)) {
              wanting.add(name);
              await until('both to want to write', () => (wanting.size === 2 ? true : undefined));
              if (name !== leader) await leaderWrote;
            }
            return withoutSsm(call);
          },
          done: (call) => {
            if (call.operation === 'ecr:SetRepositoryPolicy' && name === leader) written();
          },
        });
      const [one, two] = [await through('first'), await through('second')];
      const runs = await Promise.all([
        first.run([...apply, '--accept', 'lose-access'], { endpoint: one.url }),
        second.run([...apply, '--accept', 'take-over:shared/base'], { endpoint: two.url }),
      ]);
      await one.close();
      await two.close();
      for (const done of runs) expect(done.code, `${done.stdout}\n${done.stderr}`).toBe(0);
      const answer = await wireOk(first.at, 'ecr', 'GetRepositoryPolicy', { repositoryName: 'shared/base' });
      const text = String(answer['policyText']);
      expect(text).toContain('100000000002');
      expect(text).toContain('200000000001');
      expect(text).not.toContain('100000000001');
    },
    60_000,
  );

  async function policyOf(where: Stage): Promise<JsonObject[]> {
    const answer = await wireOk(where.at, 'ecr', 'GetRepositoryPolicy', { repositoryName: 'payments/api' });
    return (JSON.parse(String(answer['policyText'])) as { Statement: JsonObject[] }).Statement;
  }

  /** What another team's tool does: read, add its statement, write. */
  async function intrude(where: Stage): Promise<void> {
    const statements = await policyOf(where);
    const others = statements.filter((statement) => statement['Sid'] !== foreignStatement.Sid);
    await wireOk(where.at, 'ecr', 'SetRepositoryPolicy', {
      repositoryName: 'payments/api',
      policyText: JSON.stringify({ Version: '2012-10-17', Statement: [...others, foreignStatement] }),
    });
  }
});

describe('Ctrl-C', () => {
  const mend = scenarios[1];
  if (mend === undefined) throw new Error('the scenario is missing');

  it('ends with 130, says where things stand, holds no lock, and the next run converges', async () => {
    const want = fresh();
    await mend.prepare(want);
    await must(want, 0, mend.args);
    const where = fresh();
    await mend.prepare(where);
    const held = gate((call) => writing.test(call.operation));
    const proxy = await startProxy(local.url, { decide: held.decide });
    const project = await workspace({}, where.env(proxy.url));
    const child = project.start(['-C', where.folder, ...mend.args]);
    await held.reached;
    child.kill('SIGINT');
    await until('the run to notice', () => (child.output().stderr.includes('stopping') ? true : undefined));
    const atSignal = proxy.calls.filter((call) => writing.test(call.operation)).length;
    held.open();
    const done = await child.finished;
    const said = `${done.stdout}\n${done.stderr}`;
    expect(done.code, said).toBe(130);
    // Not one write was begun after the signal.
    expect(proxy.calls.filter((call) => writing.test(call.operation))).toHaveLength(atSignal);
    expect(said).toMatch(/interrupt|stopped/i);
    await proxy.close();
    project.remove();
    // No --break-lock: the lock was given back.
    await must(where, 0, mend.args);
    expect(await picture(where.at)).toEqual(await picture(want.at));
  }, 60_000);

  it('twice ends at once with 130, even where a call hangs', async () => {
    const where = fresh();
    let hanging = false;
    const proxy = await startProxy(local.url, {
      decide: (call) => {
        if (!writing.test(call.operation)) return 'pass';
        hanging = true;
        return 'hang';
      },
    });
    const project = await workspace({}, where.env(proxy.url));
    const child = project.start(['-C', where.folder, ...apply]);
    await until('a call that hangs', () => (hanging ? true : undefined));
    child.kill('SIGINT');
    await until('the run to notice', () => (child.output().stderr.includes('stopping') ? true : undefined));
    child.kill('SIGINT');
    const done = await child.finished;
    expect(done.code, done.stderr).toBe(130);
    await proxy.close();
    project.remove();
    const again = await where.run(apply);
    if (again.code !== 0) await must(where, 0, [...apply, '--break-lock']);
    await must(where, 0, ['plan', '-e', 'prod', '--detailed-exitcode']);
  }, 60_000);
});
