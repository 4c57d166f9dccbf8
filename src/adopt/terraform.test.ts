// States and plans of Terraform, as it writes them: kept states, `show -json` of a state and of a plan, modules within modules.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isSlipwayError } from '../diagnostics/index.js';
import { readTerraform } from './terraform.js';

const attributes = {
  name: 'shop/api',
  arn: 'arn:aws:ecr:eu-west-1:222222222222:repository/shop/api',
  registry_id: '222222222222',
  image_tag_mutability: 'IMMUTABLE_WITH_EXCLUSION',
  image_tag_mutability_exclusion_filter: [{ filter: 'latest', filter_type: 'WILDCARD' }],
  encryption_configuration: [{ encryption_type: 'KMS', kms_key: 'arn:aws:kms:eu-west-1:222222222222:key/k' }],
  image_scanning_configuration: [{ scan_on_push: true }],
  force_delete: true,
  tags: { Team: 'shop' },
  tags_all: { Team: 'shop', ManagedBy: 'terraform' },
};
const found = {
  name: 'shop/api',
  account: '222222222222',
  region: 'eu-west-1',
  tagMutability: { mode: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest'] },
  encryption: { type: 'KMS', kmsKey: 'arn:aws:kms:eu-west-1:222222222222:key/k' },
  scanOnPush: true,
  forceDelete: true,
  tags: { Team: 'shop', ManagedBy: 'terraform' },
};

it('reads a kept state, with policies by the name of their repository', () => {
  const state = {
    version: 4,
    terraform_version: '1.11.4',
    resources: [
      {
        mode: 'managed',
        type: 'aws_ecr_repository',
        name: 'this',
        module: 'module.ecr["api"]',
        instances: [{ index_key: 0, attributes }],
      },
      { mode: 'data', type: 'aws_ecr_repository', name: 'other', instances: [{ attributes }] },
      {
        mode: 'managed',
        type: 'aws_ecr_lifecycle_policy',
        name: 'this',
        instances: [{ attributes: { repository: 'shop/api', policy: '{"rules":[]}' } }],
      },
      {
        mode: 'managed',
        type: 'aws_ecr_repository_policy',
        name: 'this',
        instances: [{ attributes: { repository: 'shop/api', policy: '{"Statement":[]}' } }],
      },
      {
        mode: 'managed',
        type: 'aws_ecr_repository_policy',
        name: 'stray',
        instances: [{ attributes: { repository: 'gone', policy: '{}' } }],
      },
      { mode: 'managed', type: 'aws_ecr_registry_policy', name: 'all', instances: [{ attributes: {} }] },
      { mode: 'managed', type: 'aws_s3_bucket', name: 'b', instances: [{ attributes: {} }] },
    ],
  };
  const { repositories, diagnostics } = readTerraform(JSON.stringify(state));
  expect(repositories).toEqual([
    {
      ...found,
      from: 'module.ecr["api"].aws_ecr_repository.this[0]',
      lifecyclePolicy: '{"rules":[]}',
      repositoryPolicy: '{"Statement":[]}',
    },
  ]);
  expect(diagnostics.map(({ message }) => message)).toEqual([
    'aws_ecr_registry_policy.all is not taken over',
    'aws_ecr_repository_policy.stray is for gone, which is not declared here',
  ]);
});

const shown = (key: 'values' | 'planned_values', resource: object): string =>
  JSON.stringify({
    format_version: '1.2',
    [key]: {
      root_module: {
        child_modules: [
          { address: 'module.a', child_modules: [{ address: 'module.a.module.b', resources: [resource] }] },
        ],
      },
    },
  });

it.each(['values', 'planned_values'] as const)(
  'reads what terraform show prints of %s, whatever module it is in',
  (key) => {
    const address = 'module.a.module.b.aws_ecr_repository.this["x"]';
    const resource = { address, mode: 'managed', type: 'aws_ecr_repository', name: 'this', values: attributes };
    expect(readTerraform(shown(key, resource)).repositories).toEqual([{ ...found, from: address }]);
  },
);

it('of a plan, what is not known yet is said, and the provider’s defaults hold for what is not stated', () => {
  const resources = [
    {
      address: 'aws_ecr_repository.new',
      mode: 'managed',
      type: 'aws_ecr_repository',
      values: { name: 'new', image_tag_mutability: 'MUTABLE' },
    },
    { address: 'aws_ecr_repository.unnamed', mode: 'managed', type: 'aws_ecr_repository', values: {} },
    {
      address: 'aws_ecr_repository_policy.new',
      mode: 'managed',
      type: 'aws_ecr_repository_policy',
      values: { repository: 'new' },
    },
  ];
  const { repositories, diagnostics } = readTerraform(
    JSON.stringify({ planned_values: { root_module: { resources } } }),
  );
  expect(repositories).toEqual([
    {
      name: 'new',
      from: 'aws_ecr_repository.new',
      tagMutability: { mode: 'MUTABLE', exclusions: [] },
      encryption: { type: 'AES256' },
      scanOnPush: false,
      forceDelete: false,
      tags: {},
    },
  ]);
  expect(diagnostics.map(({ message }) => message)).toEqual([
    'aws_ecr_repository_policy.new is known only once it is applied',
    'the name of aws_ecr_repository.unnamed is known only once it is applied',
  ]);
});

it('two Regions may have a repository of one name', () => {
  const inRegion = (region: string) => ({
    address: `aws_ecr_repository.${region}`,
    mode: 'managed',
    type: 'aws_ecr_repository',
    values: { name: 'api', region },
  });
  const policy = (region: string) => ({
    address: `aws_ecr_lifecycle_policy.${region}`,
    mode: 'managed',
    type: 'aws_ecr_lifecycle_policy',
    values: { repository: 'api', region, policy: `"${region}"` },
  });
  const resources = ['us-east-1', 'eu-west-1'].flatMap((region) => [inRegion(region), policy(region)]);
  const { repositories } = readTerraform(JSON.stringify({ values: { root_module: { resources } } }));
  expect(repositories.map(({ region, lifecyclePolicy }) => [region, lifecyclePolicy])).toEqual([
    ['us-east-1', '"us-east-1"'],
    ['eu-west-1', '"eu-west-1"'],
  ]);
});

it.each(['', '{', 'null', '[]', '{}', '{"version":3,"modules":[]}', 'resource "aws_ecr_repository" "a" {}'])(
  'says of %j what it takes instead',
  (text) => {
    expect(() => readTerraform(text)).toThrow('adopt/not-readable');
  },
);

it('whatever the JSON, it throws nothing but on purpose', () => {
  const any = fc.jsonValue();
  const resource = fc.record({
    mode: fc.constant('managed'),
    type: fc.constantFrom('aws_ecr_repository', 'aws_ecr_lifecycle_policy'),
    name: fc.constant('a'),
    address: fc.constant('a.a'),
    instances: fc.array(fc.record({ attributes: any })),
    values: any,
  });
  fc.assert(
    fc.property(
      fc.oneof(
        any,
        fc.record({ version: fc.constant(4), resources: fc.array(fc.oneof(resource, any)) }),
        fc.record({ values: fc.record({ root_module: fc.record({ resources: fc.array(fc.oneof(resource, any)) }) }) }),
      ),
      (value) => {
        try {
          readTerraform(JSON.stringify(value));
        } catch (error) {
          expect(isSlipwayError(error)).toBe(true);
        }
      },
    ),
  );
});
