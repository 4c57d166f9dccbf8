// The tour's chapter on pull-through caches, and on the templates that say how repositories are made.
// It must not know which client takes it.
import { expect } from 'vitest';
import type { Endpoint } from '../../support/clients.js';
import { lifecycle, policy } from './repositories.js';
import { ecr, type Step } from './step.js';

export function caches(at: Endpoint): Step[] {
  const secret = `arn:aws:secretsmanager:${at.region}:${at.account}:secret:ecr-pullthroughcache/hub-AbCdEf`;
  return [
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
      'whether a rule works: nobody answers for its upstream here',
      'ValidatePullThroughCacheRule',
      { ecrRepositoryPrefix: 'quay' },
      {
        output: {
          ecrRepositoryPrefix: 'quay',
          isValid: false,
          failure: expect.stringContaining('quay.io at http://127.0.0.1:1: connect ECONNREFUSED') as string,
        },
      },
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
  ];
}
