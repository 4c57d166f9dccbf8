// Replicas through the command line, against a local ECR: what plan, apply, drift, output and destroy say, and an image that arrives.
// It must not know how rules are compared.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { awsPorts } from '../aws/index.js';
import type { LocalEcr } from '../local/index.js';
import { type FreshLocal, freshLocal } from './testing/fresh-local.js';
import type { Folder } from './testing/harness.js';
import { pushImage } from './testing/pusher.js';

const account = '222222222222';
let world: FreshLocal;
let local: LocalEcr;
let folder: Folder;
beforeEach(async () => {
  world = await freshLocal();
  ({ local, folder } = world);
});
afterEach(() => world.close());

function declare(replicas: string): void {
  folder.write(
    'slipway.yaml',
    `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments:
    prod:
      account: "${account}"
      region: eu-west-1${replicas === '' ? '' : `\n      replicas: ${replicas}`}
  access: {pull: ["account:444444444444"], push: ["github:acme/payments@main"]}
  repositoryDefaults: {forceDelete: true}
  repositories: {payments/api: {}, payments/web: {mutableTagPatterns: [latest]}}
`,
  );
}

async function slipway(...argv: readonly string[]) {
  const { code, stdout, stderr } = await folder.run([...argv, '--local'], {
    env: { SLIPWAY_LOCAL_PORT: String(local.port) },
  });
  return { code, stdout, stderr: stderr.replace('joined the local ECR on http://127.0.0.1:<port> (in memory)\n', '') };
}

const ecr = (region: string) => awsPorts({ account, region, local: { endpoint: local.url } }).ecr;

it('has what is pushed in every Region, under the settings of the manifest', async () => {
  declare('[{region: us-east-1}]');
  const theirs = { destinations: [{ region: 'ap-south-1', registryId: account }], repositoryFilters: [] };
  await ecr('eu-west-1').putReplicationRules([
    { ...theirs, repositoryFilters: [{ filter: 'team/', filterType: 'PREFIX_MATCH' }] },
  ]);
  const plan = await slipway('plan');
  expect(plan.code).toBe(0);
  expect(plan.stdout).toMatchSnapshot();
  expect((await slipway('apply', '--auto-approve')).code).toBe(0);
  const digest = await pushImage(local.url, { account, region: 'eu-west-1' }, 'payments/api', 'v1');
  await vi.waitFor(async () => expect(await ecr('us-east-1').imageTags('payments/api', digest)).toEqual(['v1']), {
    timeout: 20_000,
    interval: 50,
  });
  const settings = async (region: string) => {
    const [live] = (await ecr(region).describeRepositories(['payments/web'])) ?? [];
    const policy = await ecr(region).getRepositoryPolicy('payments/web');
    const lifecycle = await ecr(region).getLifecyclePolicy('payments/web');
    return { ...live, arn: '', uri: '', policy: policy?.replaceAll(region, ''), lifecycle };
  };
  expect(await settings('us-east-1')).toEqual(await settings('eu-west-1'));
  expect(await slipway('plan', '--detailed-exitcode')).toMatchObject({ code: 0, stderr: '' });
  expect((await slipway('output')).stdout).toMatchSnapshot();
  const { repositories } = JSON.parse((await slipway('output', '--output', 'json')).stdout) as {
    readonly repositories: Readonly<Record<string, unknown>>;
  };
  expect(repositories['payments/api']).toMatchObject({
    region: 'eu-west-1',
    replicas: { 'us-east-1': { arn: `arn:aws:ecr:us-east-1:${account}:repository/payments/api` } },
  });

  await ecr('eu-west-1').putReplicationRules([]);
  const drift = await slipway('drift');
  expect(drift.code).toBe(2);
  expect(drift.stdout).toMatchSnapshot();
  expect((await slipway('apply', '--auto-approve')).code).toBe(0);

  const { stdout } = await slipway('permissions');
  expect(stdout).toContain(`arn:aws:ecr:us-east-1:${account}:repository/payments/api`);
  const destroyed = await slipway('destroy', '--auto-approve', '--accept', 'delete-images');
  expect(destroyed).toMatchObject({ code: 0 });
  expect(await ecr('eu-west-1').replicationRules()).toEqual([]);
  expect(await ecr('us-east-1').describeRepositories(['payments/api'])).toBeUndefined();
});

it('leaves replication alone where nothing is said of it, and takes its rule away where the list is empty', async () => {
  declare('[{region: us-east-1}]');
  expect((await slipway('apply', '--auto-approve')).code).toBe(0);
  declare('');
  expect((await slipway('apply', '--auto-approve')).code).toBe(0);
  expect(await ecr('eu-west-1').replicationRules()).toHaveLength(1);
  declare('[]');
  expect((await slipway('apply', '--auto-approve')).code).toBe(0);
  expect(await ecr('eu-west-1').replicationRules()).toEqual([]);
  // What it made there stays: nobody but a person says that it may go.
  expect(await ecr('us-east-1').describeRepositories(['payments/api'])).toHaveLength(1);
});
