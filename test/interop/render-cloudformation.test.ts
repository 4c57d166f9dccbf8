// What `slipway render cloudformation` writes, deployed by the AWS CLI to the local cloud and to moto, then looked at by `slipway plan`.
// It must not know how templates are made.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { differences } from '../equivalence/compare.js';
import { readRegistry } from '../equivalence/read.js';
import { type AwsCli, startAwsCli } from '../support/aws-cli-server.js';
import { aws, awsOk, type Endpoint, type JsonObject, motoAccount, startMoto, wireOk } from '../support/clients.js';
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

const replica = 'us-east-1';
/** The same with a replica, and with a policy of the registry. */
const replicated = (
  account: string,
): string => `${manifest(account).replace('preset: production', `preset: production, replicas: [{region: ${replica}}]`)}---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: once}
spec: {registryPolicy: {grants: [{repositories: ["mirror/*"], replicate: ["account:555555555555"]}]}}
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

const withGrants = (account: string, grants: readonly string[]): string => `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: shop, org: acme}
spec:
  environments:
    prod: {account: "${account}", region: ${region}}
  repositories:
    api: {access: {push: ${JSON.stringify(grants)}}}
`;

describeWith({ tools: ['aws'] }, 'what is there already, on the local cloud', () => {
  const account = '333333333333';
  let local: LocalEcr;
  let cli: AwsCli;
  let project: Workspace;

  beforeAll(async () => {
    [local, cli] = await Promise.all([startLocal(), startAwsCli()]);
    const env = awsEnvironment({ endpoint: local.url, account, region });
    project = await workspace({ 'slipway.yaml': replicated(account) }, env);
  }, 240_000);
  afterAll(async () => {
    project?.remove();
    await cli?.stop();
    await local?.close();
  });

  it('is taken over by CloudFormation as it is, once, in every Region; what differs is then deployed', async () => {
    const at: Endpoint = { endpoint: local.url, account, region };
    const ok = async (...args: readonly string[]): Promise<string> => {
      const done = await project.slipway(args);
      expect(done.code, `${args.join(' ')}\n${done.stdout}\n${done.stderr}`).toBe(0);
      return done.stdout;
    };
    await ok('apply', '-e', 'prod', '--auto-approve');
    // Lambda puts a statement of its own into a policy; and somebody has turned scanning off.
    const repositoryName = 'payments/api';
    const { policyText } = await wireOk(at, 'ecr', 'GetRepositoryPolicy', { repositoryName });
    const policy = JSON.parse(String(policyText)) as { Statement: JsonObject[] };
    const foreign = {
      Sid: 'LambdaECRImageRetrievalPolicy',
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    };
    const both = JSON.stringify({ ...policy, Statement: [...policy.Statement, foreign] });
    await wireOk(at, 'ecr', 'SetRepositoryPolicy', { repositoryName, policyText: both });
    await wireOk(at, 'ecr', 'PutImageScanningConfiguration', {
      repositoryName,
      imageScanningConfiguration: { scanOnPush: false },
    });
    // Somebody else copies within the registry.
    const { replicationConfiguration } = await wireOk(at, 'ecr', 'DescribeRegistry');
    const { rules } = replicationConfiguration as { readonly rules: readonly JsonObject[] };
    const theirs = {
      destinations: [{ region: 'eu-north-1', registryId: account }],
      repositoryFilters: [{ filter: 'theirs/', filterType: 'PREFIX_MATCH' }],
    };
    await wireOk(at, 'ecr', 'PutReplicationConfiguration', {
      replicationConfiguration: { rules: [theirs, ...rules] },
    });
    const before = await readRegistry(at, [replica]);
    expect(before.once['rules']).toHaveLength(2);

    const rendered = await ok('render', 'cloudformation', '-e', 'prod', '-o', 'infra', '--import', '--output', 'json');
    const { next } = JSON.parse(rendered) as { next: readonly string[] };
    const [takeOver = '', deployment = ''] = next;
    expect(next).toHaveLength(2);
    async function shell(command: string): Promise<string> {
      const env = { ...awsEnvironment(at), ...eagerly, ...cli.env };
      // By a pipe: what Node gives a child to write to is a socket, which the shared AWS CLI cannot open.
      const done = await run('bash', ['-o', 'pipefail', '-c', `(${command}) 2>&1 | cat`], {
        env,
        cwd: join(project.folder, 'infra'),
      });
      expect(done.code, `${command}\n${done.stdout}\n${done.stderr}`).toBe(0);
      return done.stdout;
    }
    await shell(takeOver);
    expect(await readRegistry(at, [replica])).toEqual(before);
    // The repositories of two Regions, and what the registry has once.
    expect((await shell(takeOver)).match(/^.* has taken over already$/gm)).toHaveLength(3);

    await shell(deployment);
    const after = await readRegistry(at, [replica]);
    const changed = differences({ ...before }, { ...after });
    expect(changed).toEqual(['repositories.payments/api.scanOnPush: false, not true']);
    const planned = await ok('plan', '-e', 'prod', '--output', 'json');
    expect([...planned.matchAll(/"aspect": "(\w+)"/g)].map(([, aspect]) => aspect)).toEqual([]);
  }, 300_000);

  it('is left to others where it is an identity provider: made by hand, or one that left the stack and comes back', async () => {
    const at: Endpoint = { endpoint: local.url, account: '666666666666', region };
    const [gitHub, gitLab] = ['github:acme/api@main', 'gitlab:acme/api@main'];
    const shop = await workspace({ 'slipway.yaml': '' }, awsEnvironment(at));
    async function script(grants: readonly string[], more: Readonly<Record<string, string>> = {}) {
      writeFileSync(join(shop.folder, 'slipway.yaml'), withGrants(at.account, grants));
      const rendered = await shop.slipway(['render', 'cloudformation', '-e', 'prod', '-o', 'infra']);
      expect(rendered.code, rendered.stderr).toBe(0);
      const env = { ...awsEnvironment(at), ...eagerly, ...cli.env, ...more };
      const command = '(infra/prod/deploy.sh) 2>&1 | cat';
      const { code, stdout: output } = await run('bash', ['-o', 'pipefail', '-c', command], { env, cwd: shop.folder });
      return { code, output };
    }
    async function choices(): Promise<unknown> {
      const { Stacks } = await awsOk(at, 'cloudformation', 'DescribeStacks', { StackName: 'slipway-account-shop' });
      const [stack] = Stacks as readonly { readonly Parameters: readonly Readonly<Record<string, string>>[] }[];
      return stack?.Parameters.map(({ ParameterValue }) => ParameterValue);
    }
    try {
      const url = 'https://token.actions.githubusercontent.com';
      const byHand = ['iam', 'create-open-id-connect-provider', '--url', url, '--client-id-list', 'sts.amazonaws.com'];
      expect((await aws(at, byHand)).code).toBe(0);
      for (const [grants, made] of [
        [[gitLab], ['true']],
        // That of GitHub is there before its first grant; the stack holds that of GitLab.
        [
          [gitHub, gitLab],
          ['false', 'true'],
        ],
        [[gitHub], ['false']],
        [
          [gitHub, gitLab],
          ['false', 'false'],
        ],
      ] as const) {
        const { code, output } = await script(grants);
        expect(code, output).toBe(0);
        expect(await choices()).toEqual(made);
      }

      // Who may not ask does not know: nothing is deployed.
      const bin = join(shop.folder, 'bin');
      mkdirSync(bin);
      writeFileSync(
        join(bin, 'aws'),
        `#!/bin/sh
case "$*" in
sts*) echo ${at.account} ;;
*describe*) echo 'An error occurred (AccessDenied) when calling the DescribeStackResource operation: no' >&2; exit 254 ;;
*) echo "called: $*" ;;
esac
`,
        { mode: 0o755 },
      );
      const { code, output } = await script([gitHub], { PATH: `${bin}:${process.env['PATH'] ?? ''}` });
      expect(code).toBe(1);
      expect(output).toBe('An error occurred (AccessDenied) when calling the DescribeStackResource operation: no\n');
    } finally {
      shop.remove();
    }
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
