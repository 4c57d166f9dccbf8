// Plan and apply, whole, against a local ECR: what they print, every exit code, the lock, and what an interruption leaves.
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { acquireLock } from '../plan/index.js';
import { twoEnvironments } from './testing/harness.js';
import { joined, RegistryScene } from './testing/registry-scene.js';

const scene = new RegistryScene();
const { slipway, ecr, applied } = scene;

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
    scene.folder.write('slipway.yaml', twoEnvironments.replace(/ {4}prod:\n( {6}.*\n)+/, ''));
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
    scene.folder.write('slipway.yaml', twoEnvironments.replace('      access: {pull: ["account:444444444444"]}\n', ''));
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
    scene.local.resetCalls();
    for (const command of ['apply', 'destroy']) {
      const refused = await slipway([command, '-e', 'prod', '--auto-approve', '--accept', 'lose-acces:api']);
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toMatchInlineSnapshot(`
        "error[plan/unknown-hazard]: "lose-acces:api" is not a hazard
          = help: did you mean "lose-access:api"
        "
      `);
    }
    expect(scene.local.calls()).toEqual({});
  });

  it('take a consent by name in ECR or by key, and warn of one that is for nothing', async () => {
    await applied();
    scene.folder.write('slipway.yaml', twoEnvironments.replace('      access: {pull: ["account:444444444444"]}\n', ''));
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
    scene.local.setFaults([{ operation: 'SetRepositoryPolicy', kind: 'deny', times: 1 }]);
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
    scene.local.setFaults([{ operation: 'DescribeRepositories', kind: 'deny' }]);
    const denied = await slipway(['output', '-e', 'prod']);
    expect(denied).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('ecr:DescribeRepositories') as string,
    });
    scene.local.setFaults([{ operation: 'GetCallerIdentity', kind: 'deny' }]);
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
    scene.local.setFaults([{ operation: 'DeleteRepository', kind: 'deny' }]);
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
    const result = await scene.folder.run(['plan', '-e', 'prod', '--local'], {
      env: { SLIPWAY_LOCAL_PORT: String(scene.local.port) },
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
      const result = await scene.folder.run([command, '-e', 'prod', '--only', 'zz*', '--local'], {
        env: { SLIPWAY_LOCAL_PORT: String(port) },
      });
      expect(result).toMatchObject({ code: 1, stdout: '' });
      expect(result.stderr).toContain('error[plan/no-match]: no repository matches "zz*"');
    }
    expect(existsSync(`${scene.folder.path}/.slipway`)).toBe(false);
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
