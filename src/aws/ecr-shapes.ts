// Between ECR's shapes on the wire and the models of a registry.
// It must not know clients, calls or errors.
import type { ImageDetail, Repository, Tag } from '@aws-sdk/client-ecr';
import type { Image } from '../lifecycle/model.js';
import type { NewRepository, RepositoryDescription } from '../plan/ports.js';
import type { TagMutability, Tags } from '../registry/model.js';

/** Where ECR says nothing, its documented default holds: mutable tags, AES256, no scan on push. */
export function descriptionOf(repository: Repository): RepositoryDescription {
  const { encryptionConfiguration: encryption } = repository;
  return {
    name: repository.repositoryName ?? '',
    arn: repository.repositoryArn ?? '',
    uri: repository.repositoryUri ?? '',
    registryId: repository.registryId ?? '',
    tagMutability: {
      mode: repository.imageTagMutability ?? 'MUTABLE',
      exclusions: (repository.imageTagMutabilityExclusionFilters ?? [])
        .flatMap(({ filter }) => (filter === undefined ? [] : [filter]))
        .sort(),
    },
    encryption: {
      type: encryption?.encryptionType ?? 'AES256',
      ...(encryption?.kmsKey === undefined ? {} : { kmsKey: encryption.kmsKey }),
    },
    scanOnPush: repository.imageScanningConfiguration?.scanOnPush ?? false,
  };
}

/** ECR refuses an empty list of filters as much as a list beside a mode that takes none. */
export function mutabilityInput({ mode, exclusions }: TagMutability) {
  if (exclusions.length === 0) return { imageTagMutability: mode };
  return {
    imageTagMutability: mode,
    imageTagMutabilityExclusionFilters: exclusions.map((filter) => ({ filterType: 'WILDCARD' as const, filter })),
  };
}

export function creationInput(repository: NewRepository) {
  const { type, kmsKey } = repository.encryption;
  return {
    repositoryName: repository.name,
    ...mutabilityInput(repository.tagMutability),
    imageScanningConfiguration: { scanOnPush: repository.scanOnPush },
    encryptionConfiguration: { encryptionType: type, ...(kmsKey === undefined ? {} : { kmsKey }) },
    tags: tagList(repository.tags),
  };
}

export function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

export function tagsOf(list: readonly Partial<Tag>[] | undefined): Tags {
  const pairs = (list ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? ''] as const]));
  return Object.fromEntries(pairs);
}

/** `undefined` for an entry without a digest, which names no image. */
export function imageOf(detail: ImageDetail): Image | undefined {
  const { imageDigest: digest, imageStatus: status } = detail;
  if (digest === undefined) return undefined;
  return {
    digest,
    tags: detail.imageTags ?? [],
    // ECR always tells. Were it ever silent, the oldest time makes a forecast name the image rather than miss it.
    pushedAt: detail.imagePushedAt?.getTime() ?? 0,
    ...(detail.imageSizeInBytes === undefined ? {} : { sizeInBytes: detail.imageSizeInBytes }),
    // An image that is being restored is still in the archive until ECR calls it active.
    ...(status === undefined
      ? {}
      : { storageClass: status === 'ACTIVE' ? ('standard' as const) : ('archive' as const) }),
    ...time('lastPulledAt', detail.lastRecordedPullTime),
    ...time('lastArchivedAt', detail.lastArchivedAt),
    ...time('lastActivatedAt', detail.lastActivatedAt),
  };
}

function time<Key extends string>(key: Key, date: Date | undefined): { readonly [K in Key]?: number } {
  return date === undefined ? {} : ({ [key]: date.getTime() } as { readonly [K in Key]?: number });
}
