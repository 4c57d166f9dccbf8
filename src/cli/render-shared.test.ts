// Two environments in one registry of a local cloud: the stack that `slipway render cloudformation` writes for both leaves what `slipway apply` would.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { account, clientOf, region, Stacks } from '../../test/support/stacks.js';
import { type FreshLocal, freshLocal } from './testing/fresh-local.js';
import { call } from './testing/pusher.js';

let fresh: FreshLocal;
let stacks: Stacks;
beforeEach(async () => {
  fresh = await freshLocal();
  stacks = new Stacks(clientOf(fresh.local));
  fresh.folder.write(
    'slipway.yaml',
    `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: shop}
spec:
  naming: "{env}/{name}"
  environments:
    dev: {account: "${account}", region: ${region}, replicas: [{region: us-east-1}]}
    prod: {account: "${account}", region: ${region}, replicas: [{region: eu-north-1}]}
  repositories: {api: {}, web: {}}
---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: once}
spec: {registryPolicy: {grants: [{repositories: ["*"], replicate: ["account:444444444444"]}]}}
`,
  );
});
afterEach(async () => {
  stacks.client.destroy();
  await fresh.close();
});

async function slipway(...argv: readonly string[]): Promise<string> {
  const done = await fresh.folder.run(argv, { env: { SLIPWAY_LOCAL_PORT: String(fresh.local.port) } });
  expect(done.code, `${argv.join(' ')}\n${done.stderr}`).toBe(0);
  return done.stdout;
}

async function settingsLeft(environment: string): Promise<readonly unknown[]> {
  const { plan } = JSON.parse(await slipway('plan', '-e', environment, '--local', '--output', 'json')) as {
    plan: { registries: readonly { settings?: { changes: readonly unknown[] } }[] };
  };
  return plan.registries.flatMap(({ settings }) => settings?.changes ?? []);
}

it('has nothing left to do for either, and keeps the rules of others that an import has found', async () => {
  const theirs = {
    destinations: [{ region: 'ap-south-1', registryId: account }],
    repositoryFilters: [{ filter: 'theirs/', filterType: 'PREFIX_MATCH' }],
  };
  expect((await settingsLeft('dev')).length + (await settingsLeft('prod')).length).toBe(4);
  await call(fresh.local.url, { account, region }, 'PutReplicationConfiguration', {
    replicationConfiguration: { rules: [theirs] },
  });
  const folder = `registries/${account}/${region}`;
  const render = ['render', 'cloudformation', '--local', '--import', '--with', 'format=json', '-o', 'out'];
  const told = JSON.parse(await slipway(...render, '--output', 'json')) as { next: readonly string[] };
  expect(told.next.slice(-2)).toEqual([
    `./${folder}/import.sh`,
    `aws cloudformation deploy --stack-name slipway-shared-registry-shop --template-file ${folder}/registry.json --region ${region} --no-fail-on-empty-changeset`,
  ]);
  await call(fresh.local.url, { account, region }, 'PutReplicationConfiguration', {
    replicationConfiguration: { rules: [] },
  });
  const made = await stacks.create('slipway-shared-registry-shop', fresh.folder.read(`out/${folder}/registry.json`));
  expect(made.StackStatus).toBe('CREATE_COMPLETE');
  expect([await settingsLeft('dev'), await settingsLeft('prod')]).toEqual([[], []]);
  const { replicationConfiguration } = (await call(fresh.local.url, { account, region }, 'DescribeRegistry', {})) as {
    replicationConfiguration: { rules: readonly object[] };
  };
  expect(replicationConfiguration.rules).toHaveLength(3);
  expect(replicationConfiguration.rules).toContainEqual(theirs);
});
