// The commands that reach a registry, whole, against a local ECR: what they print, and every exit code.
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { awsPorts } from '../aws/index.js';
import { type LocalEcr, startLocalEcr } from '../local/index.js';
import { acquireLock, readPlan, savePlan } from '../plan/index.js';
import { Folder, type RunOptions, twoEnvironments } from './testing/harness.js';

let local: LocalEcr;
let folder: Folder;
beforeAll(async () => {
  local = await startLocalEcr({ memory: true, port: 0 });
});
afterAll(() => local.close());
beforeEach(() => {
  // Where the SDK would go by itself is the machine's affair, and not to be asked here.
  for (const name of ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_ECR', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
  folder = new Folder();
  folder.call(String(local.port), '<port>');
  folder.write('slipway.yaml', twoEnvironments);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  local.clearFaults();
  for (const environment of ['dev', 'prod']) await slipway(['destroy', '-e', environment, '--auto-approve']);
  folder.remove();
});

/** What every run here says first: the server keeps nothing, and so nothing of the folder's. */
const joined = 'joined the local ECR on http://127.0.0.1:<port> (in memory)\n';

async function slipway(argv: readonly string[], options: RunOptions = {}) {
  const result = await folder.run([...argv, '--local'], {
    ...options,
    env: { SLIPWAY_LOCAL_PORT: String(local.port), ...options.env },
  });
  return { ...result, stderr: result.stderr.replace(joined, '') };
}

/** Without `--local`: the server as any endpoint. */
function atEndpoint(argv: readonly string[]) {
  for (const [name, value] of Object.entries({
    AWS_ENDPOINT_URL: local.url,
    AWS_ACCESS_KEY_ID: '222222222222',
    AWS_SECRET_ACCESS_KEY: 'x',
  }))
    vi.stubEnv(name, value);
  return folder.run(argv);
}

function ecr() {
  return awsPorts({ account: '222222222222', region: 'eu-west-1', local: { endpoint: local.url } });
}

async function applied() {
  const result = await slipway(['apply', '-e', 'prod', '--auto-approve']);
  expect(result.code).toBe(0);
  return result;
}

describe('plan and apply', () => {
  it('make it so, and then there is nothing to do', async () => {
    expect((await slipway(['plan', '-e', 'prod', '--detailed-exitcode'])).code).toBe(2);
    expect(await applied()).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "
      [1/2] + payments/api  created
      [2/2] + payments/web  created
      ",
        "stdout": "payments in prod (222222222222, eu-west-1)

        + payments/api  create
            tag mutability  IMMUTABLE
            scan on push    yes
            encryption      AES256
            tags            Environment=prod, ManagedBy=slipway,
                            Repository=payments/api, slipway:environment=prod,
                            slipway:project=payments
            lifecycle policy
              + 200  expire images tagged v* beyond the newest 50
              + 800  expire untagged images 14 days after their push
              + 900  expire tagged images beyond the newest 50
            repository policy
              + Slipwaycdc8225aPull
                  allow account 444444444444 to pull

        + payments/web  create
            tag mutability  IMMUTABLE except latest
            scan on push    yes
            encryption      AES256
            tags            Environment=prod, ManagedBy=slipway,
                            Repository=payments/web, slipway:environment=prod,
                            slipway:project=payments
            lifecycle policy
              + 800  expire untagged images 14 days after their push
              + 900  expire tagged images beyond the newest 50
            repository policy
              + Slipwaycdc8225aPull
                  allow account 444444444444 to pull

      Plan: 2 to create

      Applied: 2 repositories done
      ",
      }
    `);
    expect(await slipway(['plan', '-e', 'prod', '--detailed-exitcode'])).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "Nothing to do: 2 repositories of payments in prod (222222222222, eu-west-1) as
      declared
      ",
      }
    `);
    expect(await slipway(['apply', '-e', 'prod'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('take one environment by name, or the only one', async () => {
    expect(await slipway(['plan'])).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error[cli/missing-environment]: the project has 2 environments, and none was
          named
        = help: add -e dev or -e prod
      ",
        "stdout": "",
      }
    `);
    expect(await slipway(['plan', '-e', 'prdo'])).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error[manifest/unknown-environment]: the project has no environment "prdo"
        = help: the environments are dev and prod
      ",
        "stdout": "",
      }
    `);
    folder.write('slipway.yaml', twoEnvironments.replace(/ {4}prod:\n( {6}.*\n)+/, ''));
    expect((await slipway(['plan'])).code).toBe(0);
  });

  it('do what --only selects, and refuse a pattern that selects nothing', async () => {
    expect((await slipway(['plan', '-e', 'dev', '--only', 'w*'])).stdout).toContain('Plan: 1 to create');
    expect(await slipway(['plan', '-e', 'dev', '--only', 'wbe'])).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error[plan/no-match]: no repository matches "wbe"
        = help: name a repository by its name in ECR or its key in the manifest; \`*\`
                stands for any run of characters
      ",
        "stdout": "",
      }
    `);
  });

  it('ask on a terminal; only yes will do', async () => {
    const no = await slipway(['apply', '-e', 'dev'], { answers: ['y'] });
    expect(no.code).toBe(3);
    expect(no.stderr).toMatchInlineSnapshot(`
      "
      Apply this in dev? Only yes will do: 
      error[cli/not-approved]: not approved, so nothing was changed
        = help: answer \`yes\` to go on
      "
    `);
    expect((await slipway(['apply', '-e', 'dev'], { answers: [undefined] })).code).toBe(3);
    expect(await slipway(['apply', '-e', 'dev'], { answers: ['yes'] })).toMatchObject({ code: 0 });
  });

  it('refuse without a terminal and without --auto-approve', async () => {
    const { code, stderr } = await slipway(['apply', '-e', 'dev']);
    expect(code).toBe(3);
    expect(stderr).toMatchInlineSnapshot(`
      "error[cli/no-terminal]: slipway apply asks before it changes anything, and
          there is no terminal to ask on
        = help: add \`--auto-approve\` where the plan has been looked at
      "
    `);
  });

  it('refuse a hazard without consent, show the flag, and take it', async () => {
    await applied();
    folder.write('slipway.yaml', twoEnvironments.replace('      access: {pull: ["account:444444444444"]}\n', ''));
    const refused = await slipway(['apply', '-e', 'prod', '--auto-approve']);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatchInlineSnapshot(`
      "error[plan/consent-needed]: payments/api: account 444444444444 loses pull
        = help: --accept lose-access:payments/api

      error[plan/consent-needed]: payments/web: account 444444444444 loses pull
        = help: --accept lose-access:payments/web

      2 errors
      "
    `);
    expect(await slipway(['apply', '-e', 'prod', '--auto-approve', '--accept', 'lose-access'])).toMatchObject({
      code: 0,
    });
  });

  it('refuse to accept what is no hazard before anything is read', async () => {
    local.resetCalls();
    for (const command of ['apply', 'destroy']) {
      const refused = await slipway([command, '-e', 'prod', '--auto-approve', '--accept', 'lose-acces:api']);
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toMatchInlineSnapshot(`
        "error[plan/unknown-hazard]: "lose-acces:api" is not a hazard
          = help: did you mean "lose-access:api"
        "
      `);
    }
    expect(local.calls()).toEqual({});
  });

  it('take a consent by name in ECR or by key, and warn of one that is for nothing', async () => {
    await applied();
    folder.write('slipway.yaml', twoEnvironments.replace('      access: {pull: ["account:444444444444"]}\n', ''));
    const apply = ['apply', '-e', 'prod', '--auto-approve'];
    const refused = await slipway([...apply, '--accept', 'lose-access:api', '--accept', 'lose-access:wbe']);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatchInlineSnapshot(`
      "error[plan/consent-needed]: payments/web: account 444444444444 loses pull
        = help: --accept lose-access:payments/web

      warning[plan/consent-unused]: the plan has no hazard "lose-access:wbe"
        = help: the plan has lose-access:payments/api, lose-access:payments/web

      1 error and 1 warning
      "
    `);
    const more = ['--accept', 'lose-access:api', '--accept', 'lose-access:payments/web', '--accept', 'take-over:web'];
    const done = await slipway([...apply, ...more, '--output', 'json']);
    expect(done.code).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({
      outcome: { done: 2 },
      diagnostics: [{ code: 'plan/consent-unused', severity: 'warning', mend: expect.any(String) as string }],
    });
    // Nothing is left to consent to: still only a warning.
    const idle = await slipway([...apply, '--accept', 'lose-access:api']);
    expect(idle.code).toBe(0);
    expect(idle.stderr).toMatchInlineSnapshot(`
      "warning[plan/consent-unused]: the plan has no hazard "lose-access:api"
        = help: the plan has no hazards: leave it out
      "
    `);
  });

  it('end with 1 where a part failed, say what was done, and go on the next time', async () => {
    local.setFaults([{ operation: 'SetRepositoryPolicy', kind: 'deny', times: 1 }]);
    const partly = await slipway(['apply', '-e', 'prod', '--auto-approve', '--parallelism', '1']);
    expect(partly.code).toBe(1);
    expect(partly.stderr).toMatchInlineSnapshot(`
      "
      [1/2] x payments/api  failed: ecr:SetRepositoryPolicy, AccessDeniedException
      [2/2] + payments/web  created

      failed payments/api (eu-west-1)
        ecr:SetRepositoryPolicy: AccessDeniedException
        User: arn:aws:iam::222222222222:user/local is not authorized to perform:
        ecr:SetRepositoryPolicy on resource:
        arn:aws:ecr:eu-west-1:222222222222:repository/payments/api because no
        identity-based policy allows the ecr:SetRepositoryPolicy action
      "
    `);
    expect(partly.stdout.split('\n').slice(-4).join('\n')).toMatchInlineSnapshot(`
      "
      Partly applied: 1 repository done, 1 failed
      mend the cause and run the command again: it goes on where this run ended
      "
    `);
    expect(await slipway(['apply', '-e', 'prod', '--auto-approve'])).toMatchObject({ code: 0 });
    expect((await slipway(['plan', '-e', 'prod'])).stdout).toContain('Nothing to do');
  });

  it('name the operation and a way out where AWS cannot be asked', async () => {
    local.setFaults([{ operation: 'DescribeRepositories', kind: 'deny' }]);
    const denied = await slipway(['output', '-e', 'prod']);
    expect(denied).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('ecr:DescribeRepositories') as string,
    });
    local.setFaults([{ operation: 'GetCallerIdentity', kind: 'deny' }]);
    const unknown = await slipway(['plan', '-e', 'prod']);
    expect([unknown.code, unknown.stderr]).toMatchInlineSnapshot(`
      [
        1,
        "error[cli/access-denied]: sts:GetCallerIdentity was denied: User:
          arn:aws:iam::222222222222:user/local is not authorized to perform:
          sts:GetCallerIdentity on resource: * because no identity-based policy allows
          the sts:GetCallerIdentity action
        = help: allow sts:GetCallerIdentity to the identity in use, or use another
                with AWS_PROFILE
      ",
      ]
    `);
  });

  it('print one JSON object, whatever happens', async () => {
    const plan = JSON.parse((await slipway(['plan', '-e', 'prod', '--output', 'json'])).stdout) as Record<
      string,
      unknown
    >;
    expect(plan).toMatchObject({
      version: 1,
      changes: true,
      consent: [],
      plan: { version: 1, summary: { create: 2 } },
      diagnostics: [],
    });
    const apply = await slipway(['apply', '-e', 'prod', '--auto-approve', '--output', 'json']);
    expect(JSON.parse(apply.stdout)).toMatchObject({
      version: 1,
      outcome: { done: 2, failed: 0, skipped: 0, interrupted: false },
      failures: [],
      skipped: [],
      plan: { version: 1 },
    });
    expect(apply.stderr).toContain('[2/2]');
    const again = JSON.parse(
      (await slipway(['apply', '-e', 'prod', '--auto-approve', '--output', 'json'])).stdout,
    ) as unknown;
    expect(again).toMatchObject({ version: 1, outcome: { done: 0 } });
    const refused = await slipway(['destroy', '-e', 'prod', '--output', 'json']);
    expect(refused.code).toBe(3);
    expect(JSON.parse(refused.stdout)).toMatchObject({ version: 1, diagnostics: [{ code: 'cli/no-terminal' }] });
    local.setFaults([{ operation: 'DeleteRepository', kind: 'deny' }]);
    const failed = await slipway(['destroy', '-e', 'prod', '--auto-approve', '--output', 'json']);
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout)).toMatchObject({
      outcome: { failed: 2 },
      failures: [
        { repository: 'payments/api', operation: 'ecr:DeleteRepository', awsCode: 'AccessDeniedException' },
        {},
      ],
    });
  });
});

describe('a saved plan', () => {
  it('is carried out without a question, once', async () => {
    const saved = await slipway(['plan', '-e', 'prod', '--out', 'prod.plan']);
    expect(saved.stderr).toMatchInlineSnapshot(`
      "
      saved; carry it out with: slipway apply prod.plan --local
      "
    `);
    expect(await slipway(['apply', 'prod.plan'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Applied: 2 repositories done') as string,
    });
    expect((await slipway(['plan', '-e', 'prod'])).stdout).toContain('Nothing to do');
    // Once more: it is done already, and nobody is told that it was done again.
    const again = await slipway(['apply', 'prod.plan']);
    expect(again.code).toBe(0);
    expect(again.stderr).toMatchInlineSnapshot(`
      "
      [1/2] = payments/api  already as planned
      [2/2] = payments/web  already as planned
      "
    `);
    expect(again.stdout.split('\n').slice(-3).join('\n')).toMatchInlineSnapshot(`
      "
      Applied: 2 repositories already as planned
      "
    `);
    expect(JSON.parse((await slipway(['apply', 'prod.plan', '--output', 'json'])).stdout)).toMatchObject({
      outcome: { done: 0, already: 2, failed: 0, skipped: 0, interrupted: false },
      failures: [],
    });
  });

  it('says what is left of it where half was done since', async () => {
    await slipway(['plan', '-e', 'prod', '--out', 'prod.plan']);
    await slipway(['apply', '-e', 'prod', '--only', 'api', '--auto-approve']);
    const rest = await slipway(['apply', 'prod.plan', '--parallelism', '1']);
    expect(rest).toMatchObject({
      code: 0,
      stderr: '\n[1/2] = payments/api  already as planned\n[2/2] + payments/web  created\n',
      stdout: expect.stringContaining('Applied: 1 repository done, 1 already as planned\n') as string,
    });
  });

  it('of nothing is saved, and said to be of nothing', async () => {
    await applied();
    const saved = await slipway(['plan', '-e', 'prod', '--out', 'prod.plan']);
    expect(saved.stderr).toBe('\nsaved; there is nothing to carry out\n');
    expect(await slipway(['apply', 'prod.plan'])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('Nothing to do') as string,
    });
  });

  it('made on the local ECR goes nowhere else', async () => {
    await slipway(['plan', '-e', 'prod', '--out', 'prod.plan']);
    const inAws = await folder.run(['apply', 'prod.plan']);
    expect(inAws).toMatchObject({ code: 3, stdout: '' });
    expect(inAws.stderr).toMatchInlineSnapshot(`
      "error[plan/wrong-place]: prod.plan was made on the local ECR, and this would
          carry it out in AWS
       --> prod.plan:6:5
        |
      6 |     "kind": "local",
        |     ^^^^^^^^^^^^^^^
        = help: slipway apply prod.plan --local
      "
    `);
    // By its address it is the same server.
    expect(await atEndpoint(['apply', 'prod.plan'])).toMatchObject({ code: 0 });
  });

  it('made in AWS or at an endpoint does not go to the local ECR', async () => {
    expect((await atEndpoint(['plan', '-e', 'prod', '--out', 'prod.plan'])).stderr).toBe(
      '\nsaved; carry it out with: slipway apply prod.plan\n',
    );
    const elsewhere = await folder.run(['apply', 'prod.plan', '--local'], { env: { SLIPWAY_LOCAL_PORT: '4599' } });
    expect(elsewhere).toMatchObject({ code: 3, stdout: '' });
    expect(elsewhere.stderr).toMatchInlineSnapshot(`
      "error[plan/wrong-place]: prod.plan was made at http://127.0.0.1:<port>, and
          this would carry it out on the local ECR
       --> prod.plan:6:5
        |
      6 |     "kind": "endpoint",
        |     ^^^^^^^^^^^^^^^^^^
        = help: set AWS_ENDPOINT_URL to http://127.0.0.1:<port>, then: slipway apply
                prod.plan
      "
    `);
    // The plan of AWS itself, as the same file says it.
    const { plan } = readPlan(folder.read('prod.plan'));
    folder.write('aws.plan', savePlan(plan, { kind: 'aws' }));
    local.resetCalls();
    const toLocal = await slipway(['apply', 'aws.plan']);
    expect(toLocal.code).toBe(3);
    expect(toLocal.stderr).toMatchInlineSnapshot(`
      "error[plan/wrong-place]: aws.plan was made in AWS, and this would carry it
          out on the local ECR
       --> aws.plan:6:5
        |
      6 |     "kind": "aws"
        |     ^^^^^^^^^^^^^
        = help: slipway apply aws.plan
      "
    `);
    expect((await atEndpoint(['apply', 'aws.plan'])).stderr).toContain(
      'unset AWS_ENDPOINT_URL, then: slipway apply aws.plan',
    );
    expect(local.calls()).toEqual({});
  });

  it('is refused where the folder is another project', async () => {
    await slipway(['plan', '-e', 'prod', '--out', 'prod.plan']);
    folder.write('other/slipway.yaml', twoEnvironments.replace('name: payments', 'name: shop'));
    local.resetCalls();
    const elsewhere = await slipway(['apply', 'prod.plan', '-C', 'other']);
    expect(elsewhere).toMatchObject({ code: 3, stdout: '' });
    expect(elsewhere.stderr).toMatchInlineSnapshot(`
      "error[plan/wrong-project]: prod.plan is a plan of project "payments", and
          other holds "shop"
        --> prod.plan:13:7
         |
      13 |       "project": "payments",
         |       ^^^^^^^^^^^^^^^^^^^^^
         = help: go to the folder of payments, or name it with -C
      "
    `);
    expect(await slipway(['apply', 'prod.plan', '-C', 'nowhere'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('manifest/not-found') as string,
    });
    expect(local.calls()).toEqual({});
    // What lies below belongs to nobody here, and a folder without a project will do.
    folder.write('empty/readme.txt', '');
    expect(await slipway(['apply', 'prod.plan', '-C', 'empty'])).toMatchObject({ code: 0 });
  });

  it('of a project elsewhere is carried out from there', async () => {
    folder.write('mine/app/slipway.yaml', twoEnvironments);
    folder.write('slipway.yaml', twoEnvironments.replace('name: payments', 'name: shop'));
    const saved = await slipway(['plan', '-C', 'mine/app', '-e', 'prod', '--out', 'app.plan']);
    expect(saved.stderr).toBe('\nsaved; carry it out with: slipway apply app.plan -C mine/app --local\n');
    expect(await slipway(['apply', 'app.plan', '-C', 'mine/app'])).toMatchObject({ code: 0 });
    expect(await slipway(['destroy', '-C', 'mine/app', '-e', 'prod', '--auto-approve'])).toMatchObject({ code: 0 });
  });

  it('is refused where AWS has moved on', async () => {
    await applied();
    folder.write('slipway.yaml', twoEnvironments.replace('last: 50', 'last: 60'));
    await slipway(['plan', '-e', 'prod', '--out', 'prod.plan']);
    await ecr().ecr.deleteLifecyclePolicy('payments/api');
    const stale = await slipway(['apply', 'prod.plan']);
    expect(stale.code).toBe(3);
    expect(stale.stderr).toContain('error[plan/stale]');
  });

  it('takes no choice of what to plan, and must be a plan', async () => {
    await slipway(['plan', '-e', 'prod', '--out', 'prod.plan']);
    expect(await slipway(['apply', 'prod.plan', '--only', 'api'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cli/saved-plan-is-fixed') as string,
    });
    expect(await slipway(['apply', 'prod.plan', '-e', 'dev'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('prod.plan is a plan for "prod"') as string,
    });
    expect(await slipway(['apply', 'missing.plan'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cannot read missing.plan: no such file or directory') as string,
    });
    expect(await slipway(['apply', 'slipway.yaml'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('plan/unreadable') as string,
    });
    expect(await slipway(['plan', '-e', 'prod', '--out', 'no/such/folder.plan'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cannot write no/such/folder.plan') as string,
    });
  });
});

describe('the lock', () => {
  const somebody = { holder: 'anna@build-7', host: 'build-7', pid: 1, isAlive: () => true };
  const owner = { project: 'payments', environment: 'prod' };

  it('of somebody else refuses with the name, and can be broken', async () => {
    await acquireLock(ecr(), owner, somebody, () => undefined);
    const refused = await slipway(['apply', '-e', 'prod', '--auto-approve']);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('anna@build-7');
    const broken = await slipway(['apply', '-e', 'prod', '--auto-approve', '--break-lock']);
    expect(broken).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('broke the lock of anna@build-7') as string,
    });
  });
});

describe('--local', () => {
  it('says whose data it works on where they are not the own', async () => {
    const result = await folder.run(['plan', '-e', 'prod', '--local'], {
      env: { SLIPWAY_LOCAL_PORT: String(local.port) },
    });
    expect(result).toMatchObject({ code: 0, stderr: joined });
  });

  it('starts nothing to find that a pattern selects nothing', async () => {
    const probe = createServer();
    const port = await new Promise<number>((done) => {
      probe.listen(0, '127.0.0.1', () => {
        const address = probe.address();
        done(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    await new Promise((done) => probe.close(done));
    for (const command of ['plan', 'apply', 'drift', 'output', 'destroy']) {
      const result = await folder.run([command, '-e', 'prod', '--only', 'zz*', '--local'], {
        env: { SLIPWAY_LOCAL_PORT: String(port) },
      });
      expect(result).toMatchObject({ code: 1, stdout: '' });
      expect(result.stderr).toContain('error[plan/no-match]: no repository matches "zz*"');
    }
    expect(existsSync(`${folder.path}/.slipway`)).toBe(false);
  });
});

describe('drift, output and destroy', () => {
  it('find tampering, and mend it', async () => {
    await applied();
    expect(await slipway(['drift', '-e', 'prod'])).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "No drift: 2 repositories of payments in prod as declared
      ",
      }
    `);
    await ecr().ecr.putTagMutability('payments/api', { mode: 'MUTABLE', exclusions: [] });
    await ecr().ecr.deleteLifecyclePolicy('payments/api');
    expect(await slipway(['drift', '-e', 'prod'])).toMatchInlineSnapshot(`
      {
        "code": 2,
        "stderr": "",
        "stdout": "payments in prod (222222222222, eu-west-1): declared -> in AWS

        ~ payments/api  changed in AWS
            tag mutability  IMMUTABLE -> MUTABLE
            lifecycle policy  3 rules -> none
              - 200  expire images tagged v* beyond the newest 50
              - 800  expire untagged images 14 days after their push
              - 900  expire tagged images beyond the newest 50

      Drift in 1 of 2 repositories

      Next
        slipway plan -e prod --local   shows what would be done
        slipway apply -e prod --local  makes it as declared again
      ",
      }
    `);
    expect(JSON.parse((await slipway(['drift', '-e', 'prod', '--output', 'json'])).stdout)).toMatchObject({
      version: 1,
      drifted: true,
      drift: { purpose: 'drift' },
    });
    expect((await slipway(['apply', '-e', 'prod', '--auto-approve'])).code).toBe(0);
    expect((await slipway(['drift', '-e', 'prod'])).code).toBe(0);
  });

  it('are loud about access that others gave, in JSON too', async () => {
    await applied();
    const theirs = { Sid: 'Public', Effect: 'Allow', Principal: '*', Action: 'ecr:GetDownloadUrlForLayer' };
    await ecr().ecr.setRepositoryPolicy('payments/web', JSON.stringify({ Version: '2012-10-17', Statement: [theirs] }));
    const told = { code: 'access/open-to-everyone', severity: 'warning' };
    for (const command of ['plan', 'drift']) {
      const { stdout } = await slipway([command, '-e', 'prod', '--output', 'json', '--only', 'web']);
      expect(JSON.parse(stdout)).toMatchObject({ diagnostics: [told] });
    }
    for (const command of [['plan'], ['drift'], ['apply', '--auto-approve']]) {
      const { stdout } = await slipway([...command, '-e', 'prod', '--only', 'web']);
      expect(stdout).toContain('warning[access/open-to-everyone]: payments/web: statement Public');
    }
    const settled = await slipway(['apply', '-e', 'prod', '--output', 'json']);
    expect(settled.code).toBe(0);
    expect(JSON.parse(settled.stdout)).toMatchObject({ diagnostics: [told] });
  });

  it('print URLs for people, programs, shells and GitHub', async () => {
    expect((await slipway(['output', '-e', 'prod'], { tty: true })).stdout).toMatchInlineSnapshot(`
      "payments in prod (222222222222, eu-west-1)

        api  (does not exist yet)
        web  (does not exist yet)
      "
    `);
    expect(await slipway(['output', 'api', '-e', 'prod'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cli/no-url') as string,
    });
    await applied();
    expect((await slipway(['output', '-e', 'prod'], { tty: true })).stdout).toMatchInlineSnapshot(`
      "payments in prod (222222222222, eu-west-1)

        api  localhost:<port>/222222222222.eu-west-1/payments/api
        web  localhost:<port>/222222222222.eu-west-1/payments/web
      "
    `);
    expect((await slipway(['output', '-e', 'prod', '--output', 'env', '--only', 'api'])).stdout).toMatchInlineSnapshot(`
      "SLIPWAY_API_URL=localhost:<port>/222222222222.eu-west-1/payments/api
      SLIPWAY_API_ARN=arn:aws:ecr:eu-west-1:222222222222:repository/payments/api
      "
    `);
    expect((await slipway(['output', 'payments/web', '-e', 'prod'])).stdout).toBe(
      'localhost:<port>/222222222222.eu-west-1/payments/web\n',
    );
    folder.write('github', 'before=1\n');
    expect(
      (await slipway(['output', '-e', 'prod', '--output', 'github'], { env: { GITHUB_OUTPUT: 'github' } })).stdout,
    ).toBe('');
    expect(folder.read('github').replaceAll(String(local.port), '<port>')).toMatchInlineSnapshot(`
      "before=1
      api_url=localhost:<port>/222222222222.eu-west-1/payments/api
      api_arn=arn:aws:ecr:eu-west-1:222222222222:repository/payments/api
      web_url=localhost:<port>/222222222222.eu-west-1/payments/web
      web_arn=arn:aws:ecr:eu-west-1:222222222222:repository/payments/web
      "
    `);
    expect(
      JSON.parse((await slipway(['output', '-e', 'prod', '--output', 'json', '--only', 'web'])).stdout),
    ).toMatchObject({ version: 1, repositories: { web: { name: 'payments/web', account: '222222222222' } } });
  });

  it('say what they are about to delete, and what went: repositories, stacks, or both', async () => {
    const jobs = '      push: [{github: acme/api@main, orgId: "12", repoId: "7"}]\n';
    const pull = '      access: {pull: ["account:444444444444"]}\n';
    folder.write('slipway.yaml', twoEnvironments.replace(pull, pull + jobs));
    expect(await slipway(['apply', '-e', 'prod', '--auto-approve'])).toMatchObject({ code: 0 });
    const asked = await slipway(['destroy', '-e', 'prod'], { answers: ['no'] });
    expect(asked.code).toBe(3);
    expect(asked.stderr).toContain('Delete these repositories and stacks in prod? Only yes will do:');
    expect(asked.stdout).toMatch(/\nPlan: 1 stack to delete, 2 repositories to delete\n$/);
    const gone = await slipway(['destroy', '-e', 'prod', '--only', 'web'], { answers: ['yes'] });
    expect(gone.stderr).toContain('Delete these repositories in prod? Only yes will do:');
    expect(gone.stdout).toMatch(/\nPlan: 1 to delete\n\nDestroyed: 1 repository done\n$/);
    const { stdout } = await slipway(['destroy', '-e', 'prod', '--auto-approve']);
    expect(stdout).toMatch(
      /\nPlan: 1 stack to delete, 1 repository to delete\n\nDestroyed: 1 stack and 1 repository done\n$/,
    );
  });

  it('delete what is ours and nothing else', async () => {
    await applied();
    expect((await slipway(['destroy', '-e', 'prod', '--only', 'web', '--auto-approve'])).code).toBe(0);
    expect((await slipway(['destroy', '-e', 'prod', '--auto-approve'])).stdout).toMatchInlineSnapshot(`
      "payments in prod (222222222222, eu-west-1)

        - payments/api  delete

      Plan: 1 to delete

      Destroyed: 1 repository done
      "
    `);
    expect((await slipway(['destroy', '-e', 'prod', '--auto-approve'])).code).toBe(0);
  });

  it('show orphans, and delete them with --prune', async () => {
    await applied();
    folder.write('slipway.yaml', twoEnvironments.replace(/ {4}web:.*\n/, ''));
    expect((await slipway(['plan', '-e', 'prod'])).stdout).toMatchInlineSnapshot(`
      "payments in prod (222222222222, eu-west-1)

        o payments/web  orphan: ours, but no longer declared; --prune deletes it

      Nothing to do: 1 unchanged and 1 orphan
      "
    `);
    expect(await slipway(['apply', '-e', 'prod', '--auto-approve', '--prune'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('- payments/web  delete') as string,
    });
  });
});

describe('Ctrl-C', () => {
  it('before anything is done ends with 130', async () => {
    const { code, stderr } = await slipway(['plan', '-e', 'prod'], { signal: AbortSignal.abort() });
    expect(code).toBe(130);
    expect(stderr).toContain('interrupted before anything was changed');
  });

  it('at the question is an interruption, before anything was changed', async () => {
    const controller = new AbortController();
    const { code, stderr } = await slipway(['apply', '-e', 'prod'], {
      answers: [undefined],
      signal: controller.signal,
      onOutput: (text) => {
        if (text.includes('2 to create')) controller.abort();
      },
    });
    expect(code).toBe(130);
    expect(stderr).toContain('interrupted before anything was changed');
  });

  it('while it waits for a lock is one before any repository was changed', async () => {
    const owner = { project: 'payments', environment: 'prod' };
    const somebody = { holder: 'anna@build-7', host: 'build-7', pid: 1, isAlive: () => true };
    const lock = await acquireLock(ecr(), owner, somebody, () => undefined);
    const controller = new AbortController();
    const { code, stderr } = await slipway(['apply', '-e', 'prod', '--auto-approve', '--lock-timeout', '600'], {
      signal: controller.signal,
      onOutput: (text) => {
        if (text.includes('waiting for anna@build-7')) controller.abort();
      },
    });
    await lock?.release();
    expect(code).toBe(130);
    expect(stderr).toContain('interrupted before any repository was changed');
  });

  it('during an apply stops cleanly, says where things stand, and the next run goes on', async () => {
    const controller = new AbortController();
    const onOutput = (text: string) => {
      if (text.includes('[1/2]')) controller.abort();
    };
    const { code, stdout, stderr } = await slipway(['apply', '-e', 'prod', '--auto-approve', '--parallelism', '1'], {
      signal: controller.signal,
      onOutput,
    });
    expect(code).toBe(130);
    expect(stderr).toMatchInlineSnapshot(`
      "
      [1/2] + payments/api  created
      [2/2] . payments/web
              skipped: interrupted before put-lifecycle-policy (done: create)
      "
    `);
    expect(stdout).toContain('Interrupted: 1 repository done, 1 skipped');
    expect((await slipway(['apply', '-e', 'prod', '--auto-approve'])).code).toBe(0);
  });
});
