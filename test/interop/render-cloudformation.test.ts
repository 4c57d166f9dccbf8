// What `slipway render cloudformation` writes, deployed by the AWS CLI to the local cloud and to moto, then looked at by `slipway plan`.
// It must not know how templates are made.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsOk, type Endpoint, motoAccount, startMoto } from '../support/clients.js';
import { awsEnvironment } from '../support/environment.js';
import { toolPath } from '../support/find-tool.js';
import { type LocalEcr, startLocal } from '../support/local.js';
import { run, type Server } from '../support/processes.js';
import { type Workspace, workspace } from '../support/slipway.js';
import { describeWith } from '../support/tools.js';

const region = 'eu-west-1';
const manifest = (account: string): string => `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments, org: acme}
spec:
  naming: "{project}/{name}"
  environments:
    prod: {account: "${account}", region: ${region}, preset: production}
  access: {pull: ["account:444444444444"]}
  repositories:
    api: {mutableTagPatterns: [latest], encryptionType: KMS}
    worker: {lifecyclePolicy: {none: true}, forceDelete: true}
`;

/** The AWS CLI asks every second whether a stack is done. */
const plugin = join(import.meta.dirname, '..', 'support', 'aws-cli');
const eagerly = { AWS_CONFIG_FILE: join(plugin, 'config'), PYTHONPATH: plugin, PYTHONDONTWRITEBYTECODE: '1' };

/** Renders, and carries out what it says comes next. */
async function deploy(project: Workspace, at: Endpoint): Promise<string> {
  const rendered = await project.slipway(['render', 'cloudformation', '-e', 'prod', '-o', 'infra', '--output', 'json']);
  expect(rendered.code, rendered.stderr).toBe(0);
  const { next } = JSON.parse(rendered.stdout) as { next: readonly string[] };
  expect(next).toHaveLength(1);
  const [command, ...args] = (next[0] ?? '').split(' ');
  expect(command).toBe('aws');
  const env = { ...awsEnvironment(at), ...eagerly };
  const done = await run(toolPath('aws'), args, { env, cwd: join(project.folder, 'infra') });
  expect(done.code, `${done.stdout}\n${done.stderr}`).toBe(0);
  return `${done.stdout}${done.stderr}`;
}

describeWith({ tools: ['aws'] }, 'a rendered template on the local cloud', () => {
  const account = '222222222222';
  let local: LocalEcr;
  let at: Endpoint;
  let project: Workspace;

  beforeAll(async () => {
    local = await startLocal();
    at = { endpoint: local.url, account, region };
    project = await workspace({ 'slipway.yaml': manifest(account) }, awsEnvironment(at));
  }, 240_000);
  afterAll(async () => {
    project?.remove();
    await local?.close();
  });

  it('is deployed, deployed again without changes, and has ownership tags alone left for slipway plan', async () => {
    expect(await deploy(project, at)).toContain('Successfully created/updated stack');
    expect(await deploy(project, at)).toContain('No changes to deploy');
    const planned = await project.slipway(['plan', '-e', 'prod', '--output', 'json']);
    const text = planned.stdout;
    expect([...text.matchAll(/"aspect": "(\w+)"/g)].map(([, aspect]) => aspect)).toEqual(['tags', 'tags']);
    expect(new Set([...text.matchAll(/"(slipway:\w+)": "/g)].map(([, key]) => key))).toEqual(
      new Set(['slipway:environment', 'slipway:project']),
    );
  }, 300_000);
});

describeWith({ tools: ['aws', 'moto_server'] }, 'a rendered template on moto', () => {
  let moto: Server;
  let at: Endpoint;
  let project: Workspace;

  beforeAll(async () => {
    moto = await startMoto();
    at = { endpoint: moto.url, account: motoAccount, region };
    project = await workspace({ 'slipway.yaml': manifest(motoAccount) }, awsEnvironment(at));
  }, 240_000);
  afterAll(async () => {
    project?.remove();
    await moto?.stop();
  });

  it('makes the repositories', async () => {
    // moto takes their scanning as the template spells it, and so has none: what they are like is proven on the local cloud.
    await deploy(project, at);
    const { repositories } = (await awsOk(at, 'ecr', 'DescribeRepositories')) as {
      repositories: readonly { repositoryName: string }[];
    };
    expect(repositories.map(({ repositoryName }) => repositoryName).sort()).toEqual([
      'payments/api',
      'payments/worker',
    ]);
  }, 300_000);
});
