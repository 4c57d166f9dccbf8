// AWS::ECR::Repository.
// It must not know ECR beyond its API.
import type { Json } from '../../store/store.js';
import { isJsonMap, type JsonMap, scalarText } from '../template/read.js';
import {
  differs,
  documentOf,
  fields,
  ifFound,
  type Made,
  nameOf,
  ownTags,
  parsed,
  type ResourceContext,
  type ResourceType,
  tagChanges,
  textOf,
} from './type.js';

const filters = 'ImageTagMutabilityExclusionFilters';

function exclusions(value: Json | undefined): Record<string, unknown>[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return (value as readonly Json[]).map((one) => ({
    filterType: fields(one)['ImageTagMutabilityExclusionFilterType'],
    filter: fields(one)['ImageTagMutabilityExclusionFilterValue'],
  }));
}

function mutability(properties: JsonMap): Record<string, unknown> {
  const excluded = exclusions(properties[filters]);
  return {
    imageTagMutability: textOf(properties, 'ImageTagMutability') ?? 'MUTABLE',
    ...(excluded !== undefined && { imageTagMutabilityExclusionFilters: excluded }),
  };
}

function scanning(properties: JsonMap): Record<string, unknown> {
  const scanOnPush = fields(properties['ImageScanningConfiguration'])['ScanOnPush'];
  return { imageScanningConfiguration: { scanOnPush: scanOnPush === true || scanOnPush === 'true' } };
}

function encryption(properties: JsonMap): Record<string, unknown> {
  const value = properties['EncryptionConfiguration'];
  if (!isJsonMap(value)) return {};
  const { EncryptionType: encryptionType, KmsKey: kmsKey } = value;
  return { encryptionConfiguration: { encryptionType, ...(kmsKey !== undefined && { kmsKey }) } };
}

function lifecycleText(properties: JsonMap): string | undefined {
  const policy = properties['LifecyclePolicy'];
  return isJsonMap(policy) ? documentOf(policy, 'LifecyclePolicyText') : undefined;
}

function sync(context: ResourceContext, name: string, before: JsonMap, after: JsonMap): void {
  const repositoryName = name;
  if (differs(before, after, 'LifecyclePolicy')) {
    const lifecyclePolicyText = lifecycleText(after);
    if (lifecyclePolicyText !== undefined) {
      context.call('ecr', 'PutLifecyclePolicy', { repositoryName, lifecyclePolicyText });
    } else ifFound(() => context.call('ecr', 'DeleteLifecyclePolicy', { repositoryName }));
  }
  if (differs(before, after, 'RepositoryPolicyText')) {
    const policyText = documentOf(after, 'RepositoryPolicyText');
    if (policyText !== undefined) context.call('ecr', 'SetRepositoryPolicy', { repositoryName, policyText });
    else ifFound(() => context.call('ecr', 'DeleteRepositoryPolicy', { repositoryName }));
  }
}

function madeOf(answer: Record<string, unknown>): Made {
  const { repositoryName, repositoryArn, repositoryUri } = fields(answer['repository']);
  return {
    id: String(repositoryName),
    attributes: { Arn: String(repositoryArn), RepositoryUri: String(repositoryUri) },
  };
}

export const repository: ResourceType = {
  type: 'AWS::ECR::Repository',
  properties: {
    RepositoryName: { kind: 'text', replaces: true },
    EncryptionConfiguration: { kind: 'map', replaces: true },
    ImageTagMutability: { kind: 'text' },
    [filters]: { kind: 'list' },
    ImageScanningConfiguration: { kind: 'map' },
    LifecyclePolicy: { kind: 'map' },
    RepositoryPolicyText: { kind: 'document' },
    EmptyOnDelete: { kind: 'flag', untold: true },
    Tags: { kind: 'list' },
  },
  attributes: ['Arn', 'RepositoryUri'],
  name: { property: 'RepositoryName', max: 256, lower: true },
  tagged: true,
  create(wanted, context) {
    const { properties } = wanted;
    const repositoryName = nameOf(repository, wanted, context);
    const answer = context.call('ecr', 'CreateRepository', {
      repositoryName,
      ...mutability(properties),
      ...scanning(properties),
      ...encryption(properties),
      tags: [...ownTags(wanted), ...context.systemTags],
    });
    sync(context, repositoryName, {}, properties);
    return madeOf(answer);
  },
  update(made, before, after, context) {
    const repositoryName = made.id;
    // What the template no longer says stays as it was (cdk-real-drift #1580, #1603); the policies do go.
    if (
      differs(before.properties, after.properties, 'ImageTagMutability', filters) &&
      after.properties['ImageTagMutability'] !== undefined
    ) {
      context.call('ecr', 'PutImageTagMutability', { repositoryName, ...mutability(after.properties) });
    }
    if (
      differs(before.properties, after.properties, 'ImageScanningConfiguration') &&
      after.properties['ImageScanningConfiguration'] !== undefined
    ) {
      context.call('ecr', 'PutImageScanningConfiguration', { repositoryName, ...scanning(after.properties) });
    }
    sync(context, repositoryName, before.properties, after.properties);
    const { set, gone } = tagChanges(ownTags(before), ownTags(after));
    const resourceArn = made.attributes['Arn'];
    if (gone.length > 0) context.call('ecr', 'UntagResource', { resourceArn, tagKeys: gone });
    if (set.length > 0) context.call('ecr', 'TagResource', { resourceArn, tags: set });
    return made;
  },
  take(repositoryName, wanted, context) {
    const found = ifFound(() => context.call('ecr', 'DescribeRepositories', { repositoryNames: [repositoryName] }));
    if (found === undefined) return undefined;
    const [live] = found['repositories'] as readonly unknown[];
    const made = madeOf({ repository: live });
    // Tags of others stay, which is why those that are there are not compared.
    const { Tags: _, ...properties } = repository.read?.(made, context) ?? {};
    repository.update(made, { properties, tags: [] }, wanted, context);
    const resourceArn = made.attributes['Arn'];
    context.call('ecr', 'TagResource', { resourceArn, tags: context.systemTags });
    return made;
  },
  remove({ id }, properties, context) {
    context.call('ecr', 'DeleteRepository', { repositoryName: id, force: properties['EmptyOnDelete'] === true });
  },
  read({ id, attributes }, context) {
    const repositoryName = id;
    const found = ifFound(() => context.call('ecr', 'DescribeRepositories', { repositoryNames: [repositoryName] }));
    if (found === undefined) return undefined;
    const [live] = found['repositories'] as readonly Record<string, unknown>[];
    const { imageTagMutability, imageTagMutabilityExclusionFilters: excluded } = live ?? {};
    const { encryptionType, kmsKey } = fields(live?.['encryptionConfiguration']);
    const { scanOnPush } = fields(live?.['imageScanningConfiguration']);
    const lifecycle = ifFound(() => context.call('ecr', 'GetLifecyclePolicy', { repositoryName }));
    const policy = ifFound(() => context.call('ecr', 'GetRepositoryPolicy', { repositoryName }));
    const { tags } = context.call('ecr', 'ListTagsForResource', { resourceArn: attributes['Arn'] });
    return {
      RepositoryName: repositoryName,
      ImageTagMutability: String(imageTagMutability),
      ...(Array.isArray(excluded) && {
        [filters]: excluded.map((one) => ({
          ImageTagMutabilityExclusionFilterType: String(fields(one)['filterType']),
          ImageTagMutabilityExclusionFilterValue: String(fields(one)['filter']),
        })),
      }),
      ImageScanningConfiguration: { ScanOnPush: scanOnPush === true },
      EncryptionConfiguration: {
        EncryptionType: String(encryptionType),
        ...(kmsKey !== undefined && { KmsKey: scalarText(kmsKey) }),
      },
      ...(lifecycle !== undefined && {
        LifecyclePolicy: { LifecyclePolicyText: String(lifecycle['lifecyclePolicyText']) },
      }),
      ...(policy !== undefined && { RepositoryPolicyText: parsed(policy['policyText']) }),
      Tags: tags as Json,
    };
  },
};
