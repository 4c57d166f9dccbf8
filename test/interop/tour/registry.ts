// The tour's chapter on a registry: its policy, replication and scanning.
// It must not know which client takes it.
import type { Endpoint } from '../../support/clients.js';
import { ecr, like, type Step, statement } from './step.js';

export function registry(at: Endpoint): Step[] {
  return [
    ecr(
      'a fresh registry',
      'DescribeRegistry',
      {},
      { output: { registryId: at.account, replicationConfiguration: { rules: [] } } },
    ),
    ecr('no registry policy', 'GetRegistryPolicy', {}, { error: { code: 'RegistryPolicyNotFoundException' } }),
    ecr(
      'a registry policy',
      'PutRegistryPolicy',
      {
        policyText: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              ...statement('Replicate', 'ecr:ReplicateImage'),
              Resource: `arn:aws:ecr:${at.region}:${at.account}:repository/*`,
            },
          ],
        }),
      },
      { output: { registryId: at.account } },
    ),
    ecr('the registry policy', 'GetRegistryPolicy', {}, { output: { policyText: like(/ReplicateImage/) } }),
    ecr('the registry policy deleted', 'DeleteRegistryPolicy', {}, { output: { policyText: like(/ReplicateImage/) } }),
    ecr('replication', 'PutReplicationConfiguration', {
      replicationConfiguration: {
        rules: [
          {
            destinations: [{ region: 'us-east-1', registryId: at.account }],
            repositoryFilters: [{ filter: 'team/', filterType: 'PREFIX_MATCH' }],
          },
        ],
      },
    }),
    ecr(
      'replication in the registry',
      'DescribeRegistry',
      {},
      {
        output: {
          replicationConfiguration: {
            rules: [
              {
                destinations: [{ region: 'us-east-1', registryId: at.account }],
                repositoryFilters: [{ filter: 'team/', filterType: 'PREFIX_MATCH' }],
              },
            ],
          },
        },
      },
    ),
    ecr(
      'replication off',
      'PutReplicationConfiguration',
      { replicationConfiguration: { rules: [] } },
      { output: { replicationConfiguration: { rules: [] } } },
    ),
    ecr('scanning of the registry', 'PutRegistryScanningConfiguration', {
      scanType: 'ENHANCED',
      rules: [{ scanFrequency: 'CONTINUOUS_SCAN', repositoryFilters: [{ filter: 'team/*', filterType: 'WILDCARD' }] }],
    }),
    ecr(
      'scanning of the registry as it is',
      'GetRegistryScanningConfiguration',
      {},
      {
        output: {
          registryId: at.account,
          scanningConfiguration: {
            scanType: 'ENHANCED',
            rules: [
              { scanFrequency: 'CONTINUOUS_SCAN', repositoryFilters: [{ filter: 'team/*', filterType: 'WILDCARD' }] },
            ],
          },
        },
      },
    ),
    ecr('basic scanning again', 'PutRegistryScanningConfiguration', { scanType: 'BASIC', rules: [] }),
  ];
}
