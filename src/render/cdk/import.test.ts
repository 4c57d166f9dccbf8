// What `cdk import` takes over, and what it would overlook: in each Region, and of what a registry has once.
import { describe, expect, it } from 'vitest';
import { parseProject } from '../../manifest/index.js';
import type { LiveSettings } from '../model.js';
import { render } from '../request.js';
import { liveRegistry, liveRepository } from '../testing/live.js';

const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments: {prod: {account: "222222222222", region: eu-west-1, replicas: [{region: us-east-1}]}}
  repositories: {api: {lifecyclePolicy: {none: true}}}
---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: prod}
spec: {registryPolicy: {grants: [{repositories: ["mirror/*"], replicate: ["account:444444444444"]}]}}
`;

/** `scanOnPush`: of the repository as it is, in both Regions; `settings`: of the environment's own registry. */
async function imported(scanOnPush: boolean, settings: LiveSettings) {
  const tags = { state: 'present', value: { Environment: 'prod', ManagedBy: 'slipway', Repository: 'api' } } as const;
  const { files, diagnostics, next } = await render('cdk', parseProject([{ file: 'slipway.yaml', text, own: true }]), {
    look: async (desired) =>
      liveRegistry(
        [liveRepository('api', { scanOnPush, tags }, desired)],
        { settings: desired.replicaOf === undefined ? settings : {} },
        desired,
      ),
  });
  return {
    mappings: Object.fromEntries(
      files.flatMap((one) => (one.path.startsWith('import/') ? [[one.path, JSON.parse(one.text) as unknown]] : [])),
    ),
    overlooked: diagnostics.flatMap(({ code, path, message }) =>
      code === 'render/import-overlooks' ? [`${path} ${message}`] : [],
    ),
    imports: next.filter((one) => one.includes('cdk import')),
  };
}

const rule = {
  destinations: [{ region: 'us-east-1', registryId: '222222222222' }],
  repositoryFilters: [{ filter: 'api', filterType: 'PREFIX_MATCH' }],
} as const;

describe('an import', () => {
  it('has a mapping for each stack in each Region, and overlooks nothing where all is as the code says', async () => {
    const ids = ['prod-repositories', 'prod--us-east-1-repositories', 'prod-registry'];
    expect(await imported(true, { replication: [rule] })).toEqual({
      mappings: {
        'import/prod-repositories.json': { ApiRepository: { RepositoryName: 'api' } },
        'import/prod--us-east-1-repositories.json': { ApiRepository: { RepositoryName: 'api' } },
        'import/prod-registry.json': { ReplicationConfiguration: { RegistryId: '222222222222' } },
      },
      overlooked: [],
      imports: ids.map((id) => `npx cdk import ${id} --resource-mapping import/${id}.json`),
    });
  });

  it('tells of what differs, once for all Regions, where the manifest has it', async () => {
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
    const { overlooked } = await imported(false, { policy, replication: [{ destinations: rule.destinations }] });
    const believed = 'and `cdk import` believes the code';
    expect(overlooked).toEqual([
      `spec.repositories.api prod, prod in us-east-1: api is not as the code says (ImageScanningConfiguration), ${believed}`,
      `spec.registryPolicy prod: the policy of the registry is not as the code says, ${believed}`,
      `spec.environments.prod.replicas prod: the replication configuration is not as the code says, ${believed}`,
    ]);
  });
});
