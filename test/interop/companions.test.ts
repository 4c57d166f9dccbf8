// Companions deployed by Slipway's command line to CloudFormation of other people (moto), looked at with their AWS CLI.
// It must not know templates: what is right is written out here by hand.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aws, awsOk, type Endpoint, type JsonObject, motoAccount, startMoto } from '../support/clients.js';
import { companionsManifest } from '../support/companions.js';
import { awsEnvironment } from '../support/environment.js';
import type { Server } from '../support/processes.js';
import { type Workspace, workspace } from '../support/slipway.js';
import { describeWith } from '../support/tools.js';

const region = 'eu-west-1';

describeWith({ tools: ['moto_server', 'aws'] }, 'companions on moto', () => {
  let moto: Server;
  let at: Endpoint;
  let project: Workspace;

  beforeAll(async () => {
    moto = await startMoto();
    at = { endpoint: moto.url, account: motoAccount, region };
    project = await workspace(
      { 'slipway.yaml': companionsManifest(motoAccount, region, { key: false }) },
      awsEnvironment(at),
    );
  }, 240_000);

  afterAll(async () => {
    project?.remove();
    await moto?.stop();
  });

  async function slipway(args: readonly string[], code: number): Promise<string> {
    const done = await project.slipway([...args, '-e', 'prod']);
    expect(done.code, `slipway ${args.join(' ')}\n${done.stdout}\n${done.stderr}`).toBe(code);
    return `${done.stdout}\n${done.stderr}`;
  }

  it('are made before the repositories that need them, and there is nothing to do afterwards', async () => {
    const shown = await slipway(['plan', '--detailed-exitcode'], 2);
    expect(shown).toContain('+ slipway-payments-prod  create stack');
    await slipway(['apply', '--auto-approve'], 0);
    expect(await slipway(['plan', '--detailed-exitcode'], 0)).toContain('Nothing to do');
    expect(await slipway(['apply', '--auto-approve'], 0)).toContain('Nothing to do');
    await slipway(['drift'], 0);
  }, 120_000);

  it('a role has its trust, its path and its permissions', async () => {
    const { Role: role } = (await awsOk(at, 'iam', 'GetRole', { RoleName: 'payments-prod-eu-west-1-tasks' })) as {
      Role: JsonObject;
    };
    expect(role['Path']).toBe('/slipway/');
    expect(JSON.stringify(role['AssumeRolePolicyDocument'])).toContain('ecs-tasks.amazonaws.com');
    const policy = await awsOk(at, 'iam', 'GetRolePolicy', {
      RoleName: 'payments-prod-eu-west-1-tasks',
      PolicyName: 'slipway',
    });
    expect(JSON.stringify(policy['PolicyDocument'])).toContain(
      `arn:aws:ecr:${region}:${motoAccount}:repository/payments/api-of-prod`,
    );
    expect(JSON.stringify(policy['PolicyDocument'])).not.toContain('payments/worker');
  }, 60_000);

  it('a changed role is shown with what changes in it, and handed to CloudFormation', async () => {
    const manifest = companionsManifest(motoAccount, region, { key: false });
    project.write('slipway.yaml', manifest.replace('externalId: deploy-4711', 'externalId: deploy-4712'));
    expect(await slipway(['plan'], 0)).toMatch(/~ role payments-prod-eu-west-1-deploy\n +~ AssumeRolePolicyDocument/);
    await slipway(['apply', '--auto-approve'], 0);
    // moto itself changes no role's trust by a template; that it was handed the new one is what can be seen there.
    const { TemplateBody } = await awsOk(at, 'cloudformation', 'GetTemplate', { StackName: 'slipway-payments-prod' });
    expect(JSON.stringify(TemplateBody)).toContain('deploy-4712');
    await slipway(['plan', '--detailed-exitcode'], 0);
  }, 120_000);

  it('destroy leaves nothing', async () => {
    await slipway(['destroy', '--auto-approve'], 0);
    const all = (await awsOk(at, 'cloudformation', 'ListStacks'))['StackSummaries'] as JsonObject[];
    expect(all.filter((stack) => stack['StackStatus'] !== 'DELETE_COMPLETE')).toEqual([]);
    expect(((await awsOk(at, 'iam', 'ListRoles'))['Roles'] as JsonObject[]).length).toBe(0);
  }, 120_000);

  it('moto still makes no key with tags from a template, which is why the key is proven elsewhere', async () => {
    const template = {
      Resources: { Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: {}, Tags: [{ Key: 'a', Value: 'b' }] } } },
    };
    const answer = await aws(at, [
      'cloudformation',
      'create-stack',
      '--stack-name',
      'k',
      '--template-body',
      JSON.stringify(template),
    ]);
    expect(answer.code).not.toBe(0);
  }, 60_000);
});
