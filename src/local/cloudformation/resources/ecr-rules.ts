// AWS::ECR::PullThroughCacheRule, RepositoryCreationTemplate and PullTimeUpdateExclusion.
// It must not know ECR beyond its API.
import type { Json } from '../../store/store.js';
import type { JsonMap } from '../template/read.js';
import { fromApi, toApi } from './ecr-registry.js';
import { documentOf, fields, ifFound, type ResourceType, textOf } from './type.js';

/** Everything replaces it, though the API could update (the type's schema). */
export const pullThroughCacheRule: ResourceType = {
  type: 'AWS::ECR::PullThroughCacheRule',
  properties: {
    EcrRepositoryPrefix: { kind: 'text', replaces: true },
    UpstreamRegistryUrl: { kind: 'text', replaces: true },
    UpstreamRegistry: { kind: 'text', replaces: true, untold: true },
    UpstreamRepositoryPrefix: { kind: 'text', replaces: true },
    CredentialArn: { kind: 'text', replaces: true, untold: true },
    CustomRoleArn: { kind: 'text', replaces: true, untold: true },
  },
  attributes: [],
  create({ properties }, context) {
    const answer = context.call('ecr', 'CreatePullThroughCacheRule', fields(toApi(properties)));
    return { id: String(answer['ecrRepositoryPrefix']), attributes: {} };
  },
  update: (made) => made,
  remove: ({ id }, _properties, context) =>
    void context.call('ecr', 'DeletePullThroughCacheRule', { ecrRepositoryPrefix: id }),
  read({ id }, context) {
    const found = ifFound(() => context.call('ecr', 'DescribePullThroughCacheRules', { ecrRepositoryPrefixes: [id] }));
    const [rule] = (found?.['pullThroughCacheRules'] ?? []) as readonly Record<string, unknown>[];
    if (rule === undefined) return undefined;
    const { ecrRepositoryPrefix, upstreamRegistryUrl, upstreamRepositoryPrefix } = rule;
    return fromApi({
      ecrRepositoryPrefix,
      upstreamRegistryUrl,
      ...(upstreamRepositoryPrefix !== undefined && { upstreamRepositoryPrefix }),
    }) as JsonMap;
  },
};

function settings(properties: JsonMap): Record<string, unknown> {
  const {
    ImageTagMutabilityExclusionFilters: filters,
    ResourceTags: tags,
    LifecyclePolicy: _,
    RepositoryPolicy: __,
    ...rest
  } = properties;
  const excluded = Array.isArray(filters)
    ? (filters as readonly Json[]).map((one) => ({
        filterType: fields(one)['ImageTagMutabilityExclusionFilterType'],
        filter: fields(one)['ImageTagMutabilityExclusionFilterValue'],
      }))
    : undefined;
  const lifecyclePolicy = documentOf(properties, 'LifecyclePolicy');
  const repositoryPolicy = documentOf(properties, 'RepositoryPolicy');
  return {
    ...fields(toApi(rest)),
    ...(excluded !== undefined && { imageTagMutabilityExclusionFilters: excluded }),
    ...(tags !== undefined && { resourceTags: tags }),
    ...(lifecyclePolicy !== undefined && { lifecyclePolicy }),
    ...(repositoryPolicy !== undefined && { repositoryPolicy }),
  };
}

function times(answer: Record<string, unknown>): Readonly<Record<string, string>> {
  const { createdAt, updatedAt } = fields(answer['repositoryCreationTemplate']);
  const time = (seconds: unknown): string => new Date(Number(seconds) * 1000).toISOString();
  return { CreatedAt: time(createdAt), UpdatedAt: time(updatedAt) };
}

export const repositoryCreationTemplate: ResourceType = {
  type: 'AWS::ECR::RepositoryCreationTemplate',
  properties: {
    Prefix: { kind: 'text', required: true, replaces: true },
    AppliedFor: { kind: 'texts', required: true },
    Description: { kind: 'text' },
    CustomRoleArn: { kind: 'text' },
    EncryptionConfiguration: { kind: 'map' },
    ImageTagMutability: { kind: 'text' },
    ImageTagMutabilityExclusionFilters: { kind: 'list' },
    LifecyclePolicy: { kind: 'document' },
    RepositoryPolicy: { kind: 'document' },
    ResourceTags: { kind: 'list' },
  },
  attributes: ['CreatedAt', 'UpdatedAt'],
  create({ properties }, context) {
    const answer = context.call('ecr', 'CreateRepositoryCreationTemplate', settings(properties));
    return { id: textOf(properties, 'Prefix') ?? '', attributes: times(answer) };
  },
  update(made, _before, after, context) {
    const answer = context.call('ecr', 'UpdateRepositoryCreationTemplate', settings(after.properties));
    return { ...made, attributes: times(answer) };
  },
  remove: ({ id }, _properties, context) =>
    void context.call('ecr', 'DeleteRepositoryCreationTemplate', { prefix: id }),
  read({ id }, context) {
    const found = ifFound(() => context.call('ecr', 'DescribeRepositoryCreationTemplates', { prefixes: [id] }));
    const [live] = (found?.['repositoryCreationTemplates'] ?? []) as readonly Record<string, unknown>[];
    if (live === undefined) return undefined;
    const { createdAt: _, updatedAt: __, imageTagMutabilityExclusionFilters: filters, resourceTags, ...rest } = live;
    return {
      ...(fromApi(rest) as JsonMap),
      ...(Array.isArray(filters) && {
        ImageTagMutabilityExclusionFilters: filters.map((one) => ({
          ImageTagMutabilityExclusionFilterType: String(fields(one)['filterType']),
          ImageTagMutabilityExclusionFilterValue: String(fields(one)['filter']),
        })),
      }),
      ...(Array.isArray(resourceTags) && { ResourceTags: resourceTags as readonly Json[] }),
    };
  },
};

export const pullTimeUpdateExclusion: ResourceType = {
  type: 'AWS::ECR::PullTimeUpdateExclusion',
  properties: { PrincipalArn: { kind: 'text', required: true, replaces: true } },
  attributes: [],
  create({ properties }, context) {
    const principalArn = textOf(properties, 'PrincipalArn') ?? '';
    context.call('ecr', 'RegisterPullTimeUpdateExclusion', { principalArn });
    return { id: principalArn, attributes: {} };
  },
  update: (made) => made,
  remove: ({ id }, _properties, context) =>
    void context.call('ecr', 'DeregisterPullTimeUpdateExclusion', { principalArn: id }),
};
