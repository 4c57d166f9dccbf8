// The tour's chapter on repositories: how they are made, changed, tagged, and given policies.
// It must not know which client takes it.
import { expect } from 'vitest';
import type { Endpoint } from '../../support/clients.js';
import { ecr, like, type Step, statement } from './step.js';

export const lifecycle = JSON.stringify({
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
export const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement('Pull', 'ecr:BatchGetImage')] });

export function repositories(at: Endpoint): Step[] {
  const arn = `arn:aws:ecr:${at.region}:${at.account}:repository/team/api`;
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
