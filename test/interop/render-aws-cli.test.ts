// What `slipway render aws-cli` writes, where things are not as they should be: drift, what belongs to others, refusals, and runs that were
// cut off. It must not know how the scripts are made.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseProject } from '../../src/manifest/index.js';
import { type RenderedFile, render } from '../../src/render/index.js';
import { Scripts } from '../equivalence/aws-cli.js';
import { writeAsOthers } from '../equivalence/engine.js';
import { equivalentProjects, region, registryProjects } from '../equivalence/projects.js';
import { readMade, readRegistry } from '../equivalence/read.js';
import { type AwsCli, startAwsCli } from '../support/aws-cli-server.js';
import { type Endpoint, type JsonObject, wireOk } from '../support/clients.js';
import { companionsManifest } from '../support/companions.js';
import { toolPath } from '../support/find-tool.js';
import { type LocalEcr, startLocal } from '../support/local.js';
import { run, until } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const manifest = (account: string, encryption = 'AES256'): string => `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  naming: "{project}/{name}"
  environments: {prod: {account: "${account}", region: ${region}}}
  repositories:
    api: {encryptionType: ${encryption}, mutableTagPatterns: [latest], access: {pull: ["account:444444444444"]}}
    bare: {lifecyclePolicy: {none: true}}
`;

const granted = '{grants: [{repositories: ["mirror/*"], replicate: ["account:444444444444"]}]}';

const governed = (account: string, replicas: string, policy: string): string => `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  naming: "{project}/{name}"
  environments: {prod: {account: "${account}", region: ${region}, replicas: ${replicas}}}
  repositories: {api: {}}
---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: prod}
spec: {environments: [prod], registryPolicy: ${policy}}
`;

/** Of the environment `prod`, which every project here has. */
async function filesOf(text: string): Promise<readonly RenderedFile[]> {
  const project = parseProject([{ file: 'slipway.yaml', text, own: true }]);
  return (await render('aws-cli', project, { environments: ['prod'] })).files;
}

describeWith({ tools: ['aws'] }, 'the rendered script', () => {
  let local: LocalEcr;
  let cli: AwsCli;
  let scripts: Scripts;
  let count = 0;

  /** An account of its own for each test. */
  const elsewhere = (): Endpoint => {
    count += 1;
    return { endpoint: local.url, account: String(600_000_000_000 + count), region };
  };
  const linesOf = (text: string): readonly string[] => text.trimEnd().split('\n');

  beforeAll(async () => {
    local = await startLocal();
    cli = await startAwsCli();
    scripts = new Scripts(cli);
  }, 60_000);
  afterAll(async () => {
    scripts?.remove();
    await cli?.stop();
    await local?.close();
  });

  it('says what it would do and does nothing, a line a step, within 80 columns', async () => {
    const at = elsewhere();
    const files = await filesOf(companionsManifest(at.account, region, { ci: true }));
    const done = await scripts.apply(at, files, ['--dry-run']);
    expect(done.code, done.stderr).toBe(2);
    expect(linesOf(done.stdout).slice(2, 5)).toEqual([
      'key alias/slipway/payments/prod  create',
      'key alias/slipway/payments/prod  alias',
      'key alias/slipway/payments/prod  rotation every 180 days',
    ]);
    expect(linesOf(done.stdout).filter((line) => line.length > 80)).toEqual([]);
    expect(await readMade(at)).toEqual({ repositories: {}, roles: {}, providers: {}, keys: {} });
  }, 60_000);

  it('does nothing with the credentials of another account', async () => {
    const [at, other] = [elsewhere(), elsewhere()];
    const done = await scripts.apply(other, await filesOf(manifest(at.account)));
    expect(done.code).toBe(1);
    expect(done.stderr).toContain(`These credentials are of account ${other.account}, and this is for ${at.account}:`);
    expect((await readMade(other)).repositories).toEqual({});
  }, 60_000);

  it('mends what differs, and leaves what belongs to others', async () => {
    const at = elsewhere();
    const files = await filesOf(manifest(at.account));
    expect((await scripts.apply(at, files)).code).toBe(0);
    const made = await readMade(at);
    const api = { repositoryName: 'payments/api' };
    const arn = `arn:aws:ecr:${region}:${at.account}:repository/payments/api`;
    const theirs = {
      Sid: 'LambdaECRImageRetrievalPolicy',
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: ['ecr:BatchGetImage'],
    };
    await wireOk(at, 'ecr', 'SetRepositoryPolicy', {
      ...api,
      policyText: JSON.stringify({ Version: '2012-10-17', Statement: [theirs] }),
    });
    await wireOk(at, 'ecr', 'PutImageTagMutability', { ...api, imageTagMutability: 'MUTABLE' });
    await wireOk(at, 'ecr', 'PutImageScanningConfiguration', {
      ...api,
      imageScanningConfiguration: { scanOnPush: false },
    });
    await wireOk(at, 'ecr', 'DeleteLifecyclePolicy', api);
    await wireOk(at, 'ecr', 'PutLifecyclePolicy', {
      repositoryName: 'payments/bare',
      lifecyclePolicyText: JSON.stringify({
        rules: [
          {
            rulePriority: 1,
            selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 },
            action: { type: 'expire' },
          },
        ],
      }),
    });
    await wireOk(at, 'ecr', 'TagResource', {
      resourceArn: arn,
      tags: [
        { Key: 'ManagedBy', Value: 'nobody' },
        { Key: 'Theirs', Value: 'a b' },
      ],
    });
    const done = await scripts.apply(at, files);
    expect(done.code, done.stderr).toBe(0);
    expect(linesOf(done.stdout).slice(2)).toEqual([
      'payments/api  tags are IMMUTABLE_WITH_EXCLUSION but latest',
      'payments/api  scan on push is true',
      'payments/api  tags ManagedBy',
      'payments/api  lifecycle policy',
      'payments/api  policy',
      'payments/bare  no lifecycle policy',
      'Changed: 6.',
    ]);
    const { policyText } = await wireOk(at, 'ecr', 'GetRepositoryPolicy', api);
    const { Statement } = JSON.parse(String(policyText)) as { Statement: readonly JsonObject[] };
    expect(Statement).toHaveLength(2);
    expect(Statement[0]).toMatchObject({ Sid: theirs.Sid, Principal: theirs.Principal });
    await wireOk(at, 'ecr', 'UntagResource', { resourceArn: arn, tagKeys: ['Theirs'] });
    await wireOk(at, 'ecr', 'SetRepositoryPolicy', {
      ...api,
      policyText: JSON.stringify({ Version: '2012-10-17', Statement: Statement.slice(1) }),
    });
    expect(await readMade(at)).toEqual(made);
    expect(linesOf((await scripts.apply(at, files)).stdout).at(-1)).toBe('Nothing to change.');
  }, 120_000);

  it('tells of another encryption, and never makes a repository anew', async () => {
    const at = elsewhere();
    expect((await scripts.apply(at, await filesOf(manifest(at.account)))).code).toBe(0);
    const made = await readMade(at);
    const done = await scripts.apply(at, await filesOf(manifest(at.account, 'KMS')));
    expect(done.code).toBe(1);
    expect(done.stderr).toContain('payments/api is encrypted otherwise, and ECR cannot change that:');
    expect(await readMade(at)).toEqual(made);
  }, 60_000);

  it('puts what is ours beside what others have in the documents that a registry has once, and takes it out again', async () => {
    const at = elsewhere();
    const once = async (): Promise<{ readonly [key: string]: unknown }> => {
      const { once: found, replicas } = await readRegistry(at, ['us-east-1']);
      return { ...found, replicas: Object.keys(replicas['us-east-1'] ?? {}) };
    };
    await writeAsOthers(at);
    const before = await once();
    // One of ours that is out of date, between two of others.
    const { replicationConfiguration } = await wireOk(at, 'ecr', 'DescribeRegistry');
    const [theirs] = (replicationConfiguration as { rules: readonly JsonObject[] }).rules;
    const rule = (filter: string, region: string) => ({
      destinations: [{ region, registryId: at.account }],
      repositoryFilters: [{ filter, filterType: 'PREFIX_MATCH' }],
    });
    const prefix = rule('payments/', 'eu-south-1');
    await wireOk(at, 'ecr', 'PutReplicationConfiguration', {
      replicationConfiguration: { rules: [theirs, rule('payments/api', 'eu-west-3'), prefix] },
    });
    const files = await filesOf(governed(at.account, '[{region: us-east-1}]', granted));
    const done = await scripts.apply(at, files);
    expect(done.code, done.stderr).toBe(0);
    expect(linesOf(done.stdout).slice(2)).toEqual([
      'the registry  policy',
      'payments/api  create',
      'payments/api  lifecycle policy',
      'us-east-1 payments/api  create',
      'us-east-1 payments/api  lifecycle policy',
      'the registry  rules of replication',
      'Changed: 6.',
    ]);
    const { rules, policy, replicas } = await once();
    expect(rules).toEqual([
      ...(before['rules'] as readonly unknown[]),
      { filters: ['PREFIX_MATCH payments/api'], to: ['ACCOUNT us-east-1'] },
      { filters: ['PREFIX_MATCH payments/'], to: ['ACCOUNT eu-south-1'] },
    ]);
    const sids = (policy as { Statement: readonly { Sid: string }[] }).Statement.map(({ Sid }) => Sid);
    expect(sids).toHaveLength(2);
    expect(sids).toContain('Theirs');
    expect(replicas).toEqual(['payments/api']);
    const taken = await scripts.apply(at, await filesOf(governed(at.account, '[]', '{}')));
    expect(taken.code, taken.stderr).toBe(0);
    expect(linesOf(taken.stdout).slice(2)).toEqual([
      'the registry  policy',
      'the registry  no rule of replication',
      'Changed: 2.',
    ]);
    expect(await once()).toMatchObject({
      policy: before['policy'],
      rules: [...(before['rules'] as readonly unknown[]), { filters: ['PREFIX_MATCH payments/'] }],
      replicas: ['payments/api'],
    });
  }, 120_000);

  it('goes on with a key that a run was cut off from, and makes no second one', async () => {
    const at = elsewhere();
    const alias = 'alias/slipway/payments/prod';
    await wireOk(at, 'kms', 'CreateKey', { Tags: [{ TagKey: 'slipway:unfinished', TagValue: alias }] });
    const files = await filesOf(companionsManifest(at.account, region));
    const done = await scripts.apply(at, files);
    expect(done.code, done.stderr).toBe(0);
    expect(linesOf(done.stdout)).not.toContain(`key ${alias}  create`);
    expect((await wireOk(at, 'kms', 'ListKeys'))['Keys']).toHaveLength(1);
    expect(linesOf((await scripts.apply(at, files)).stdout).at(-1)).toBe('Nothing to change.');
  }, 120_000);

  it('lets calls come to their end when it is interrupted, and the next run does the rest', async () => {
    const at = elsewhere();
    const project = equivalentProjects().find(({ name }) => name === 'lifecycle');
    if (project === undefined) throw new Error('there is no such project');
    const { files } = await render('aws-cli', project.project({ account: at.account, keyArn: '' }));
    const running = scripts.start(at, files, ['--parallel=1']);
    await until('the first repository', () => running.output().stdout.includes('create') || undefined);
    running.kill('SIGINT');
    const ended = await running.finished;
    expect(ended.code).toBe(130);
    expect(ended.stderr).toContain('Run it again to do the rest.');
    expect((await scripts.apply(at, files)).code).toBe(0);
    expect(linesOf((await scripts.apply(at, files)).stdout).at(-1)).toBe('Nothing to change.');
  }, 120_000);

  describeWith({ tools: ['shellcheck'] }, 'by shellcheck', () => {
    it('has no findings in any project', async () => {
      const world = { account: '111111111111', keyArn: 'alias/given' };
      const all = await Promise.all(
        [...equivalentProjects(), ...registryProjects].map((one) => render('aws-cli', one.project(world))),
      );
      const paths = all.flatMap(({ files }) => {
        const folder = scripts.write(files);
        return files.filter(({ path }) => path.endsWith('.sh')).map(({ path }) => join(folder, path));
      });
      // The common part is the same everywhere, and read once.
      const scriptsAlone = paths.filter((path) => path.endsWith('apply.sh'));
      const common = paths.find((path) => path.endsWith('converge.sh')) ?? '';
      const done = await run(toolPath('shellcheck'), ['--exclude=SC1091', common, ...scriptsAlone], { env: {} });
      expect(done.stdout).toBe('');
      expect(done.code, done.stderr).toBe(0);
    }, 120_000);
  });
});
