import { expect, it } from 'vitest';
import { account, invalid, openRegistry } from './fixture.js';

function rules(count: number, destinations: unknown[] = [{ region: 'us-west-2', registryId: account }]) {
  return { replicationConfiguration: { rules: Array.from({ length: count }, () => ({ destinations })) } };
}

it('has no rules to begin with', () => {
  expect(openRegistry().call('DescribeRegistry')).toEqual({
    registryId: account,
    replicationConfiguration: { rules: [] },
  });
});

it('keeps rules with and without filters, and nothing the model does not name', () => {
  const registry = openRegistry();
  const configuration = {
    rules: [
      {
        destinations: [
          { region: 'us-west-2', registryId: account },
          { region: 'eu-west-1', registryId: '210987654321' },
        ],
        repositoryFilters: [{ filter: 'prod/', filterType: 'PREFIX_MATCH' }],
      },
      { destinations: [] },
    ],
  };
  const sent = {
    rules: configuration.rules.map((rule) => ({ ...rule, note: 'unknown', repositoryFilters: null, ...rule })),
  };
  expect(registry.call('PutReplicationConfiguration', { replicationConfiguration: sent })).toEqual({
    replicationConfiguration: configuration,
  });
  expect(registry.call('DescribeRegistry')).toEqual({ registryId: account, replicationConfiguration: configuration });
});

it('is taken away by an empty list of rules', () => {
  const registry = openRegistry();
  registry.call('PutReplicationConfiguration', rules(1));
  expect(registry.call('PutReplicationConfiguration', rules(0))).toEqual({ replicationConfiguration: { rules: [] } });
  expect(registry.call('DescribeRegistry')).toMatchObject({ replicationConfiguration: { rules: [] } });
});

it('is one registry’s own: another account or Region has none of it', () => {
  const registry = openRegistry();
  registry.call('PutReplicationConfiguration', rules(1));
  for (const other of [{ account: '210987654321' }, { region: 'us-east-1' }]) {
    expect(registry.in(other).call('DescribeRegistry')).toMatchObject({ replicationConfiguration: { rules: [] } });
  }
});

it.each([
  [{}, invalid('replicationConfiguration', 'must not be null')],
  [{ replicationConfiguration: {} }, invalid('replicationConfiguration.rules', 'must not be null')],
  [rules(11), invalid('replicationConfiguration.rules', 'must have length less than or equal to 10')],
  [
    rules(1, [{ region: 'eu-west-1', registryId: account }]),
    invalid('replicationConfiguration', 'Replication destination cannot be the same as the source registry'),
  ],
  [rules(1, [{ region: 'cn-north-1', registryId: account }]), "InvalidParameterException: Invalid region 'cn-north-1'"],
  [rules(1, [{ region: 'nowhere', registryId: account }]), "InvalidParameterException: Invalid region 'nowhere'"],
  [
    rules(1, [{ region: 'us-west-2', registryId: '12' }]),
    invalid(
      'replicationConfiguration.rules.1.member.destinations.1.member.registryId',
      "must satisfy regular expression '[0-9]{12}'",
    ),
  ],
  [
    rules(
      1,
      Array.from({ length: 26 }, (_, index) => ({ region: 'us-west-2', registryId: String(100_000_000_000 + index) })),
    ),
    invalid('replicationConfiguration', 'Member must have at most 25 unique destinations'),
  ],
  [
    {
      replicationConfiguration: {
        rules: [{ destinations: [], repositoryFilters: [{ filter: 'prod', filterType: 'GLOB' }] }],
      },
    },
    invalid(
      'replicationConfiguration.rules.1.member.repositoryFilters.1.member.filterType',
      'Member must satisfy enum value set: [PREFIX_MATCH]',
    ),
  ],
  [
    { replicationConfiguration: { rules: [{ destinations: [], repositoryFilters: [] }] } },
    invalid('replicationConfiguration.rules.1.member.repositoryFilters', 'must have length greater than or equal to 1'),
  ],
])('refuses %j', (input, refusal) => {
  const registry = openRegistry();
  expect(registry.refusal('PutReplicationConfiguration', input)).toBe(refusal);
  expect(registry.call('DescribeRegistry')).toMatchObject({ replicationConfiguration: { rules: [] } });
});

it('counts a destination once, however many rules name it', () => {
  const destinations = Array.from({ length: 25 }, (_, index) => ({
    region: 'us-west-2',
    registryId: String(100_000_000_000 + index),
  }));
  expect(() => openRegistry().call('PutReplicationConfiguration', rules(10, destinations))).not.toThrow();
});

it('stays within the partition of the registry', () => {
  const china = openRegistry().in({ region: 'cn-north-1', partition: 'aws-cn' });
  const to = (region: string) => rules(1, [{ region, registryId: account }]);
  expect(() => china.call('PutReplicationConfiguration', to('cn-northwest-1'))).not.toThrow();
  expect(china.refusal('PutReplicationConfiguration', to('eu-west-1'))).toMatch(/Invalid region 'eu-west-1'$/);
});
