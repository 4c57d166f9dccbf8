// Drift, output and destroy, whole, against a local ECR: what they find, print and delete.
import { describe, expect, it } from 'vitest';
import { twoEnvironments } from './testing/harness.js';
import { RegistryScene } from './testing/registry-scene.js';

const scene = new RegistryScene();
const { slipway, ecr, applied } = scene;

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
    scene.folder.write('github', 'before=1\n');
    expect(
      (await slipway(['output', '-e', 'prod', '--output', 'github'], { env: { GITHUB_OUTPUT: 'github' } })).stdout,
    ).toBe('');
    expect(scene.folder.read('github').replaceAll(String(scene.local.port), '<port>')).toMatchInlineSnapshot(`
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
    scene.folder.write('slipway.yaml', twoEnvironments.replace(pull, pull + jobs));
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
    scene.folder.write('slipway.yaml', twoEnvironments.replace(/ {4}web:.*\n/, ''));
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
