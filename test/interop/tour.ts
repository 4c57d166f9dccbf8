// A tour of every ECR operation that configures a repository or a registry, as plain steps which any client can take.
// It must not know which client takes them, nor anything of the local ECR's code.
import { expect } from 'vitest';
import type { Answer, Boto3Step, Endpoint, JsonObject } from '../support/clients.js';

export interface TourStep extends Boto3Step {
  /** What the step shows, for the test's title. */
  readonly shows: string;
  /** Members that the output must have, at least. */
  readonly output?: JsonObject;
  /** The error's code, and a part of its text. */
  readonly error?: { readonly code: string; readonly message?: string };
}

const lifecycle = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      description: 'untagged images go',
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
      action: { type: 'expire' },
    },
    {
      rulePriority: 2,
      selection: { tagStatus: 'tagged', tagPatternList: ['*'], countType: 'imageCountMoreThan', countNumber: 50 },
      action: { type: 'expire' },
    },
  ],
});
const statement = (sid: string, action: string): JsonObject => ({
  Sid: sid,
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::444444444444:root' },
  Action: [action],
});
const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement('Pull', 'ecr:BatchGetImage')] });

/** The operations of the tour, each of which it must take at least once. */
export const configurationOperations = [
  'CreateRepository',
  'DescribeRepositories',
  'DeleteRepository',
  'PutImageTagMutability',
  'PutImageScanningConfiguration',
  'BatchGetRepositoryScanningConfiguration',
  'TagResource',
  'UntagResource',
  'ListTagsForResource',
  'PutLifecyclePolicy',
  'GetLifecyclePolicy',
  'DeleteLifecyclePolicy',
  'SetRepositoryPolicy',
  'GetRepositoryPolicy',
  'DeleteRepositoryPolicy',
  'DescribeRegistry',
  'PutRegistryPolicy',
  'GetRegistryPolicy',
  'DeleteRegistryPolicy',
  'PutReplicationConfiguration',
  'PutRegistryScanningConfiguration',
  'GetRegistryScanningConfiguration',
  'CreatePullThroughCacheRule',
  'DescribePullThroughCacheRules',
  'UpdatePullThroughCacheRule',
  'ValidatePullThroughCacheRule',
  'DeletePullThroughCacheRule',
  'CreateRepositoryCreationTemplate',
  'DescribeRepositoryCreationTemplates',
  'UpdateRepositoryCreationTemplate',
  'DeleteRepositoryCreationTemplate',
  'PutAccountSetting',
  'GetAccountSetting',
  'PutSigningConfiguration',
  'GetSigningConfiguration',
  'DeleteSigningConfiguration',
  'RegisterPullTimeUpdateExclusion',
  'ListPullTimeUpdateExclusions',
  'DeregisterPullTimeUpdateExclusion',
] as const;

/** The steps, for one account and Region that are still empty. */
export function tour(at: Endpoint): TourStep[] {
  const arn = `arn:aws:ecr:${at.region}:${at.account}:repository/team/api`;
  const secret = `arn:aws:secretsmanager:${at.region}:${at.account}:secret:ecr-pullthroughcache/hub-AbCdEf`;
  const profile = `arn:aws:signer:${at.region}:${at.account}:/signing-profiles/release`;
  const role = `arn:aws:iam::${at.account}:role/scanner`;
  const like = (pattern: RegExp): unknown => expect.stringMatching(pattern) as unknown;
  const ecr = (
    shows: string,
    operation: string,
    input: JsonObject,
    result: { output?: JsonObject; error?: { code: string; message?: string }; pageSize?: number } = {},
  ): TourStep => ({ service: 'ecr', shows, operation, input, ...result });

  return [
    {
      service: 'sts',
      shows: 'the account',
      operation: 'GetCallerIdentity',
      input: {},
      output: { Account: at.account, Arn: like(new RegExp(`^arn:aws:(iam|sts)::${at.account}:`)) },
    },

    ecr(
      'a repository made with everything',
      'CreateRepository',
      {
        repositoryName: 'team/api',
        imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
        imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'latest' }],
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfiguration: { encryptionType: 'AES256' },
        tags: [{ Key: 'Team', Value: 'a' }],
      },
      {
        output: {
          repository: expect.objectContaining({
            repositoryName: 'team/api',
            repositoryArn: arn,
            registryId: at.account,
            imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
            imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'latest' }],
            imageScanningConfiguration: { scanOnPush: true },
            encryptionConfiguration: { encryptionType: 'AES256' },
          }) as unknown,
        },
      },
    ),
    ecr(
      'a second with nothing said',
      'CreateRepository',
      { repositoryName: 'team/web' },
      {
        output: {
          repository: expect.objectContaining({
            imageTagMutability: 'MUTABLE',
            imageScanningConfiguration: { scanOnPush: false },
            encryptionConfiguration: { encryptionType: 'AES256' },
          }) as unknown,
        },
      },
    ),
    ecr(
      "a third under Amazon's own key",
      'CreateRepository',
      { repositoryName: 'vault', encryptionConfiguration: { encryptionType: 'KMS' } },
      {
        output: {
          repository: expect.objectContaining({
            encryptionConfiguration: { encryptionType: 'KMS', kmsKey: like(/^arn:aws:kms:.*:key\//) },
          }) as unknown,
        },
      },
    ),
    ecr(
      'that a name is taken',
      'CreateRepository',
      { repositoryName: 'team/api' },
      {
        error: {
          code: 'RepositoryAlreadyExistsException',
          message: `The repository with name 'team/api' already exists in the registry with id '${at.account}'`,
        },
      },
    ),
    ecr(
      'that filters need a mode with exclusions',
      'CreateRepository',
      {
        repositoryName: 'bad',
        imageTagMutability: 'IMMUTABLE',
        imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'latest' }],
      },
      { error: { code: 'InvalidParameterException' } },
    ),
    ecr(
      'all of them, a page at a time',
      'DescribeRepositories',
      {},
      {
        pageSize: 2,
        output: {
          repositories: [
            expect.objectContaining({ repositoryName: 'team/api' }),
            expect.objectContaining({ repositoryName: 'team/web' }),
            expect.objectContaining({ repositoryName: 'vault' }),
          ],
        },
      },
    ),
    ecr(
      'one that is not there',
      'DescribeRepositories',
      { repositoryNames: ['nowhere'] },
      {
        error: {
          code: 'RepositoryNotFoundException',
          message: `The repository with name 'nowhere' does not exist in the registry with id '${at.account}'`,
        },
      },
    ),

    ecr(
      'mutability changed',
      'PutImageTagMutability',
      { repositoryName: 'team/api', imageTagMutability: 'IMMUTABLE' },
      { output: { repositoryName: 'team/api', imageTagMutability: 'IMMUTABLE' } },
    ),
    ecr(
      'scanning changed',
      'PutImageScanningConfiguration',
      { repositoryName: 'team/web', imageScanningConfiguration: { scanOnPush: true } },
      { output: { imageScanningConfiguration: { scanOnPush: true } } },
    ),
    ecr(
      'how two are scanned, and one that is not there',
      'BatchGetRepositoryScanningConfiguration',
      { repositoryNames: ['team/api', 'team/web', 'nowhere'] },
      {
        output: {
          scanningConfigurations: [
            expect.objectContaining({ repositoryName: 'team/api' }),
            expect.objectContaining({ repositoryName: 'team/web' }),
          ],
          failures: [expect.objectContaining({ repositoryName: 'nowhere', failureCode: 'REPOSITORY_NOT_FOUND' })],
        },
      },
    ),

    ecr('tags added', 'TagResource', {
      resourceArn: arn,
      tags: [
        { Key: 'Cost', Value: '4711' },
        { Key: 'Team', Value: 'b' },
      ],
    }),
    ecr('a tag removed', 'UntagResource', { resourceArn: arn, tagKeys: ['Cost'] }),
    ecr('the tags', 'ListTagsForResource', { resourceArn: arn }, { output: { tags: [{ Key: 'Team', Value: 'b' }] } }),
    {
      service: 'resourcegroupstaggingapi',
      shows: 'the tags in bulk',
      operation: 'GetResources',
      input: { ResourceTypeFilters: ['ecr:repository'], TagFilters: [{ Key: 'Team', Values: ['b'] }] },
      output: { ResourceTagMappingList: [{ ResourceARN: arn, Tags: [{ Key: 'Team', Value: 'b' }] }] },
    },

    ecr(
      'no lifecycle policy',
      'GetLifecyclePolicy',
      { repositoryName: 'team/api' },
      { error: { code: 'LifecyclePolicyNotFoundException' } },
    ),
    ecr(
      'a lifecycle policy',
      'PutLifecyclePolicy',
      { repositoryName: 'team/api', lifecyclePolicyText: JSON.stringify(JSON.parse(lifecycle), null, 2) },
      { output: { repositoryName: 'team/api', lifecyclePolicyText: lifecycle } },
    ),
    ecr(
      'the lifecycle policy',
      'GetLifecyclePolicy',
      { repositoryName: 'team/api' },
      { output: { lifecyclePolicyText: lifecycle } },
    ),
    ecr(
      'a lifecycle policy refused',
      'PutLifecyclePolicy',
      { repositoryName: 'team/api', lifecyclePolicyText: lifecycle.replace('"rulePriority":2', '"rulePriority":1') },
      { error: { code: 'InvalidParameterException', message: 'Duplicate priority in multiple rules' } },
    ),
    ecr(
      'the lifecycle policy deleted',
      'DeleteLifecyclePolicy',
      { repositoryName: 'team/api' },
      { output: { lifecyclePolicyText: lifecycle } },
    ),

    ecr(
      'no repository policy',
      'GetRepositoryPolicy',
      { repositoryName: 'team/api' },
      { error: { code: 'RepositoryPolicyNotFoundException' } },
    ),
    ecr(
      'a repository policy',
      'SetRepositoryPolicy',
      { repositoryName: 'team/api', policyText: policy },
      { output: { repositoryName: 'team/api' } },
    ),
    ecr(
      'the repository policy',
      'GetRepositoryPolicy',
      { repositoryName: 'team/api' },
      { output: { policyText: like(/BatchGetImage/) } },
    ),
    ecr(
      'a repository policy refused',
      'SetRepositoryPolicy',
      { repositoryName: 'team/api', policyText: '{"Version":"2012-10-17"' },
      { error: { code: 'InvalidParameterException' } },
    ),
    ecr(
      'the repository policy deleted',
      'DeleteRepositoryPolicy',
      { repositoryName: 'team/api' },
      { output: { policyText: like(/BatchGetImage/) } },
    ),

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

    ecr(
      'a pull-through cache',
      'CreatePullThroughCacheRule',
      { ecrRepositoryPrefix: 'quay', upstreamRegistryUrl: 'quay.io' },
      { output: { ecrRepositoryPrefix: 'quay', upstreamRegistryUrl: 'quay.io', registryId: at.account } },
    ),
    ecr(
      'a second, with a secret',
      'CreatePullThroughCacheRule',
      { ecrRepositoryPrefix: 'hub', upstreamRegistryUrl: 'registry-1.docker.io', credentialArn: secret },
      { output: { credentialArn: secret } },
    ),
    ecr(
      'that a prefix is taken',
      'CreatePullThroughCacheRule',
      { ecrRepositoryPrefix: 'quay', upstreamRegistryUrl: 'quay.io' },
      { error: { code: 'PullThroughCacheRuleAlreadyExistsException' } },
    ),
    ecr(
      'that an upstream is unknown',
      'CreatePullThroughCacheRule',
      { ecrRepositoryPrefix: 'odd', upstreamRegistryUrl: 'registry.example.org' },
      { error: { code: 'UnsupportedUpstreamRegistryException' } },
    ),
    ecr(
      'both, a page at a time',
      'DescribePullThroughCacheRules',
      {},
      {
        pageSize: 1,
        output: {
          pullThroughCacheRules: [
            expect.objectContaining({ ecrRepositoryPrefix: 'hub' }),
            expect.objectContaining({ ecrRepositoryPrefix: 'quay' }),
          ],
        },
      },
    ),
    ecr(
      'another secret',
      'UpdatePullThroughCacheRule',
      { ecrRepositoryPrefix: 'hub', credentialArn: secret.replace('AbCdEf', 'GhIjKl') },
      { output: { ecrRepositoryPrefix: 'hub', credentialArn: secret.replace('AbCdEf', 'GhIjKl') } },
    ),
    ecr(
      'whether a rule works',
      'ValidatePullThroughCacheRule',
      { ecrRepositoryPrefix: 'quay' },
      { output: { ecrRepositoryPrefix: 'quay', isValid: true } },
    ),
    ecr(
      'a rule deleted',
      'DeletePullThroughCacheRule',
      { ecrRepositoryPrefix: 'quay' },
      { output: { ecrRepositoryPrefix: 'quay' } },
    ),
    ecr(
      'that it is gone',
      'DeletePullThroughCacheRule',
      { ecrRepositoryPrefix: 'quay' },
      { error: { code: 'PullThroughCacheRuleNotFoundException' } },
    ),

    ecr(
      'a creation template',
      'CreateRepositoryCreationTemplate',
      {
        prefix: 'quay',
        description: 'cached',
        imageTagMutability: 'IMMUTABLE',
        appliedFor: ['PULL_THROUGH_CACHE'],
        lifecyclePolicy: lifecycle,
        repositoryPolicy: policy,
      },
      {
        output: {
          registryId: at.account,
          repositoryCreationTemplate: expect.objectContaining({
            prefix: 'quay',
            imageTagMutability: 'IMMUTABLE',
            appliedFor: ['PULL_THROUGH_CACHE'],
          }) as unknown,
        },
      },
    ),
    ecr(
      'a template for the rest',
      'CreateRepositoryCreationTemplate',
      { prefix: 'ROOT', appliedFor: ['REPLICATION'] },
      { output: { repositoryCreationTemplate: expect.objectContaining({ prefix: 'ROOT' }) as unknown } },
    ),
    ecr(
      'that a template is there',
      'CreateRepositoryCreationTemplate',
      { prefix: 'ROOT', appliedFor: ['REPLICATION'] },
      { error: { code: 'TemplateAlreadyExistsException' } },
    ),
    ecr(
      'both templates, a page at a time',
      'DescribeRepositoryCreationTemplates',
      {},
      {
        pageSize: 1,
        output: {
          repositoryCreationTemplates: expect.arrayContaining([
            expect.objectContaining({ prefix: 'ROOT' }),
            expect.objectContaining({ prefix: 'quay' }),
          ]) as unknown,
        },
      },
    ),
    ecr(
      'a template changed',
      'UpdateRepositoryCreationTemplate',
      { prefix: 'quay', imageTagMutability: 'MUTABLE' },
      {
        output: {
          repositoryCreationTemplate: expect.objectContaining({
            prefix: 'quay',
            imageTagMutability: 'MUTABLE',
          }) as unknown,
        },
      },
    ),
    ecr(
      'a template deleted',
      'DeleteRepositoryCreationTemplate',
      { prefix: 'quay' },
      { output: { repositoryCreationTemplate: expect.objectContaining({ prefix: 'quay' }) as unknown } },
    ),
    ecr(
      'that the template is gone',
      'DeleteRepositoryCreationTemplate',
      { prefix: 'quay' },
      { error: { code: 'TemplateNotFoundException' } },
    ),

    ecr(
      'an account setting',
      'PutAccountSetting',
      { name: 'BLOB_MOUNTING', value: 'ENABLED' },
      { output: { name: 'BLOB_MOUNTING', value: 'ENABLED' } },
    ),
    ecr(
      'the account setting',
      'GetAccountSetting',
      { name: 'BLOB_MOUNTING' },
      { output: { name: 'BLOB_MOUNTING', value: 'ENABLED' } },
    ),
    ecr(
      'a value the setting does not take',
      'PutAccountSetting',
      { name: 'BLOB_MOUNTING', value: 'V2' },
      {
        error: {
          code: 'InvalidParameterException',
        },
      },
    ),

    ecr('no signing', 'GetSigningConfiguration', {}, { error: { code: 'SigningConfigurationNotFoundException' } }),
    ecr('signing', 'PutSigningConfiguration', {
      signingConfiguration: {
        rules: [
          { signingProfileArn: profile, repositoryFilters: [{ filter: 'team/*', filterType: 'WILDCARD_MATCH' }] },
        ],
      },
    }),
    ecr(
      'the signing',
      'GetSigningConfiguration',
      {},
      {
        output: {
          registryId: at.account,
          signingConfiguration: {
            rules: [
              { signingProfileArn: profile, repositoryFilters: [{ filter: 'team/*', filterType: 'WILDCARD_MATCH' }] },
            ],
          },
        },
      },
    ),
    ecr('signing off', 'DeleteSigningConfiguration', {}, { output: { registryId: at.account } }),

    ecr(
      'an exclusion from pull times',
      'RegisterPullTimeUpdateExclusion',
      { principalArn: role },
      { output: { principalArn: role } },
    ),
    ecr(
      'that it is excluded already',
      'RegisterPullTimeUpdateExclusion',
      { principalArn: role },
      { error: { code: 'ExclusionAlreadyExistsException' } },
    ),
    ecr('the exclusions', 'ListPullTimeUpdateExclusions', {}, { output: { pullTimeUpdateExclusions: [role] } }),
    ecr(
      'the exclusion gone',
      'DeregisterPullTimeUpdateExclusion',
      { principalArn: role },
      { output: { principalArn: role } },
    ),
    ecr(
      'that it was not there',
      'DeregisterPullTimeUpdateExclusion',
      { principalArn: role },
      { error: { code: 'ExclusionNotFoundException' } },
    ),

    {
      service: 'ssm',
      shows: 'a parameter',
      operation: 'PutParameter',
      input: { Name: '/tour/lock', Value: 'held', Type: 'String' },
      output: { Version: 1 },
    },
    {
      service: 'ssm',
      shows: 'that a parameter is there',
      operation: 'PutParameter',
      input: { Name: '/tour/lock', Value: 'mine', Type: 'String' },
      error: { code: 'ParameterAlreadyExists' },
    },
    {
      service: 'ssm',
      shows: 'the parameter',
      operation: 'GetParameter',
      input: { Name: '/tour/lock' },
      output: { Parameter: expect.objectContaining({ Name: '/tour/lock', Value: 'held', Type: 'String' }) as unknown },
    },
    { service: 'ssm', shows: 'the parameter deleted', operation: 'DeleteParameter', input: { Name: '/tour/lock' } },
    {
      service: 'ssm',
      shows: 'that it is gone',
      operation: 'GetParameter',
      input: { Name: '/tour/lock' },
      error: { code: 'ParameterNotFound' },
    },

    ecr(
      'a repository deleted',
      'DeleteRepository',
      { repositoryName: 'vault' },
      { output: { repository: expect.objectContaining({ repositoryName: 'vault' }) as unknown } },
    ),
    ecr('another deleted by force', 'DeleteRepository', { repositoryName: 'team/web', force: true }),
    ecr('the last deleted', 'DeleteRepository', { repositoryName: 'team/api' }),
    ecr('nothing left', 'DescribeRepositories', {}, { output: { repositories: [] } }),
  ];
}

/** Compares an answer with what its step promises. */
export function check(step: TourStep, answer: Answer | undefined): void {
  if (step.error !== undefined) {
    expect(answer?.error?.code, JSON.stringify(answer)).toEqual(step.error.code);
    if (step.error.message !== undefined) expect(answer?.error?.message).toContain(step.error.message);
    return;
  }
  expect(answer?.error, JSON.stringify(answer)).toBeUndefined();
  expect(answer?.output).toMatchObject(step.output ?? {});
}
