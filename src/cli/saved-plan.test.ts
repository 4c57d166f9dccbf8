// A plan that was saved, against a local ECR: where it is carried out, and where it is refused.
import { describe, expect, it } from 'vitest';
import { readPlan, savePlan } from '../plan/index.js';
import { twoEnvironments } from './testing/harness.js';
import { RegistryScene } from './testing/registry-scene.js';

const scene = new RegistryScene();
const { slipway, atEndpoint, ecr, applied } = scene;

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
    const inAws = await scene.folder.run(['apply', 'prod.plan']);
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
    const elsewhere = await scene.folder.run(['apply', 'prod.plan', '--local'], {
      env: { SLIPWAY_LOCAL_PORT: '4599' },
    });
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
    const { plan } = readPlan(scene.folder.read('prod.plan'));
    scene.folder.write('aws.plan', savePlan(plan, { kind: 'aws' }));
    scene.local.resetCalls();
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
    expect(scene.local.calls()).toEqual({});
  });

  it('is refused where the folder is another project', async () => {
    await slipway(['plan', '-e', 'prod', '--out', 'prod.plan']);
    scene.folder.write('other/slipway.yaml', twoEnvironments.replace('name: payments', 'name: shop'));
    scene.local.resetCalls();
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
    expect(scene.local.calls()).toEqual({});
    // What lies below belongs to nobody here, and a folder without a project will do.
    scene.folder.write('empty/readme.txt', '');
    expect(await slipway(['apply', 'prod.plan', '-C', 'empty'])).toMatchObject({ code: 0 });
  });

  it('of a project elsewhere is carried out from there', async () => {
    scene.folder.write('mine/app/slipway.yaml', twoEnvironments);
    scene.folder.write('slipway.yaml', twoEnvironments.replace('name: payments', 'name: shop'));
    const saved = await slipway(['plan', '-C', 'mine/app', '-e', 'prod', '--out', 'app.plan']);
    expect(saved.stderr).toBe('\nsaved; carry it out with: slipway apply app.plan -C mine/app --local\n');
    expect(await slipway(['apply', 'app.plan', '-C', 'mine/app'])).toMatchObject({ code: 0 });
    expect(await slipway(['destroy', '-C', 'mine/app', '-e', 'prod', '--auto-approve'])).toMatchObject({ code: 0 });
  });

  it('is refused where AWS has moved on', async () => {
    await applied();
    scene.folder.write('slipway.yaml', twoEnvironments.replace('last: 50', 'last: 60'));
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
