// ECR itself, on the SDK's client.
// It must not know what is wanted, only how to read and write it.
import type { ImageDetail, Repository } from '@aws-sdk/client-ecr';
import type { Image } from '../lifecycle/model.js';
import { AwsFault, type EcrPort, type RepositoryDescription } from '../plan/ports.js';
import type { MutabilityMode, TagMutability, Tags } from '../registry/model.js';
import { type Caller, unless } from './caller.js';
import { clientOptions, lazily, type Place } from './client.js';

/** The most entries a page may hold (API reference). */
const pageSize = 1000;

export function ecrPort(place: Place, caller: Caller): EcrPort {
  const ecr = lazily(async () => {
    const sdk = await import('@aws-sdk/client-ecr');
    return { sdk, client: new sdk.ECRClient(clientOptions(place)) };
  });
  return {
    async *listRepositories() {
      const { sdk, client } = await ecr();
      let token: string | undefined;
      do {
        const input = { maxResults: pageSize, ...(token === undefined ? {} : { nextToken: token }) };
        const answer = await caller.call('ecr:DescribeRepositories', () =>
          client.send(new sdk.DescribeRepositoriesCommand(input)),
        );
        yield (answer.repositories ?? []).map(description);
        token = answer.nextToken;
      } while (token !== undefined);
    },
    async describeRepositories(names) {
      const { sdk, client } = await ecr();
      const answer = await unless(
        ['RepositoryNotFoundException'],
        caller.call('ecr:DescribeRepositories', () =>
          client.send(new sdk.DescribeRepositoriesCommand({ repositoryNames: [...names] })),
        ),
      );
      return answer?.repositories?.map(description);
    },
    async getLifecyclePolicy(repositoryName) {
      const { sdk, client } = await ecr();
      const answer = await unless(
        ['LifecyclePolicyNotFoundException'],
        caller.call('ecr:GetLifecyclePolicy', () => client.send(new sdk.GetLifecyclePolicyCommand({ repositoryName }))),
      );
      return answer?.lifecyclePolicyText;
    },
    async getRepositoryPolicy(repositoryName) {
      const { sdk, client } = await ecr();
      const answer = await unless(
        ['RepositoryPolicyNotFoundException'],
        caller.call('ecr:GetRepositoryPolicy', () =>
          client.send(new sdk.GetRepositoryPolicyCommand({ repositoryName })),
        ),
      );
      return answer?.policyText;
    },
    async listTags(resourceArn) {
      const { sdk, client } = await ecr();
      const answer = await caller.call('ecr:ListTagsForResource', () =>
        client.send(new sdk.ListTagsForResourceCommand({ resourceArn })),
      );
      return Object.fromEntries((answer.tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
    },
    async createRepository({ name, tagMutability, encryption, scanOnPush, tags }) {
      const { sdk, client } = await ecr();
      const answer = await caller.call('ecr:CreateRepository', () =>
        client.send(
          new sdk.CreateRepositoryCommand({
            repositoryName: name,
            ...mutabilityInput(tagMutability),
            imageScanningConfiguration: { scanOnPush },
            encryptionConfiguration: {
              encryptionType: encryption.type,
              ...(encryption.kmsKey === undefined ? {} : { kmsKey: encryption.kmsKey }),
            },
            tags: tagList(tags),
          }),
        ),
      );
      return description(answer.repository ?? {});
    },
    async deleteRepository(repositoryName, force) {
      const { sdk, client } = await ecr();
      await caller.call('ecr:DeleteRepository', () =>
        client.send(new sdk.DeleteRepositoryCommand({ repositoryName, force })),
      );
    },
    async putTagMutability(repositoryName, mutability) {
      const { sdk, client } = await ecr();
      await caller.call('ecr:PutImageTagMutability', () =>
        client.send(new sdk.PutImageTagMutabilityCommand({ repositoryName, ...mutabilityInput(mutability) })),
      );
    },
    async putScanOnPush(repositoryName, scanOnPush) {
      const { sdk, client } = await ecr();
      await caller.call('ecr:PutImageScanningConfiguration', () =>
        client.send(
          new sdk.PutImageScanningConfigurationCommand({ repositoryName, imageScanningConfiguration: { scanOnPush } }),
        ),
      );
    },
    async putLifecyclePolicy(repositoryName, lifecyclePolicyText) {
      const { sdk, client } = await ecr();
      await caller.call('ecr:PutLifecyclePolicy', () =>
        client.send(new sdk.PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText })),
      );
    },
    async deleteLifecyclePolicy(repositoryName) {
      const { sdk, client } = await ecr();
      await unless(
        ['LifecyclePolicyNotFoundException'],
        caller.call('ecr:DeleteLifecyclePolicy', () =>
          client.send(new sdk.DeleteLifecyclePolicyCommand({ repositoryName })),
        ),
      );
    },
    async setRepositoryPolicy(repositoryName, policyText) {
      const { sdk, client } = await ecr();
      await withNewPrincipals(policyText, caller, () =>
        caller.call('ecr:SetRepositoryPolicy', () =>
          client.send(new sdk.SetRepositoryPolicyCommand({ repositoryName, policyText })),
        ),
      );
    },
    async deleteRepositoryPolicy(repositoryName) {
      const { sdk, client } = await ecr();
      await unless(
        ['RepositoryPolicyNotFoundException'],
        caller.call('ecr:DeleteRepositoryPolicy', () =>
          client.send(new sdk.DeleteRepositoryPolicyCommand({ repositoryName })),
        ),
      );
    },
    async tag(resourceArn, tags) {
      const { sdk, client } = await ecr();
      await caller.call('ecr:TagResource', () =>
        client.send(new sdk.TagResourceCommand({ resourceArn, tags: tagList(tags) })),
      );
    },
    async untag(resourceArn, keys) {
      const { sdk, client } = await ecr();
      await caller.call('ecr:UntagResource', () =>
        client.send(new sdk.UntagResourceCommand({ resourceArn, tagKeys: [...keys] })),
      );
    },
    async *describeImages(repositoryName) {
      const { sdk, client } = await ecr();
      // Without the filter only active images are told of (API reference, DescribeImages); older endpoints do not know it.
      let filter: { imageStatus: 'ANY' } | undefined = { imageStatus: 'ANY' };
      let token: string | undefined;
      do {
        const page: Promise<{ imageDetails?: ImageDetail[] | undefined; nextToken?: string | undefined }> = caller.call(
          'ecr:DescribeImages',
          () =>
            client.send(
              new sdk.DescribeImagesCommand({
                repositoryName,
                maxResults: pageSize,
                ...(filter === undefined ? {} : { filter }),
                ...(token === undefined ? {} : { nextToken: token }),
              }),
            ),
        );
        const answer = await (filter === undefined || token !== undefined ? page : refusable(page));
        if (answer === undefined) {
          filter = undefined;
          continue;
        }
        yield (answer.imageDetails ?? []).map(imageOf);
        token = answer.nextToken;
      } while (token !== undefined || filter === undefined);
    },
  };
}

async function refusable<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AwsFault && error.kind === 'invalid') return undefined;
    throw error;
  }
}

/**
 * IAM tells ECR of a new role with a delay, during which ECR calls a policy that names it invalid
 * (hashicorp/terraform-provider-aws retries the same message).
 */
async function withNewPrincipals(text: string, { clock, signal }: Caller, send: () => Promise<unknown>): Promise<void> {
  const mayBeNew = /arn:aws[a-z-]*:iam::\d{12}:(role|user)\//.test(text);
  for (const wait of mayBeNew ? [500, 1000, 2000, 4000, undefined] : [undefined]) {
    try {
      await send();
      return;
    } catch (error) {
      const again = error instanceof AwsFault && /Invalid repository policy provided/.test(error.message);
      if (!again || wait === undefined || signal?.aborted === true) throw error;
      await clock.sleep(wait, signal);
    }
  }
}

function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

function mutabilityInput({ mode, exclusions }: TagMutability): {
  imageTagMutability: MutabilityMode;
  imageTagMutabilityExclusionFilters?: { filterType: 'WILDCARD'; filter: string }[];
} {
  if (exclusions.length === 0) return { imageTagMutability: mode };
  const filters = exclusions.map((filter) => ({ filterType: 'WILDCARD' as const, filter }));
  return { imageTagMutability: mode, imageTagMutabilityExclusionFilters: filters };
}

function description(repository: Repository): RepositoryDescription {
  const encryption = repository.encryptionConfiguration;
  return {
    name: repository.repositoryName ?? '',
    arn: repository.repositoryArn ?? '',
    uri: repository.repositoryUri ?? '',
    registryId: repository.registryId ?? '',
    tagMutability: {
      mode: repository.imageTagMutability ?? 'MUTABLE',
      exclusions: (repository.imageTagMutabilityExclusionFilters ?? []).map(({ filter }) => filter ?? '').sort(),
    },
    encryption: {
      type: encryption?.encryptionType ?? 'AES256',
      ...(encryption?.kmsKey === undefined ? {} : { kmsKey: encryption.kmsKey }),
    },
    scanOnPush: repository.imageScanningConfiguration?.scanOnPush ?? false,
  };
}

function imageOf(detail: ImageDetail): Image {
  const times = {
    lastPulledAt: detail.lastRecordedPullTime?.getTime(),
    lastArchivedAt: detail.lastArchivedAt?.getTime(),
    lastActivatedAt: detail.lastActivatedAt?.getTime(),
  };
  return {
    digest: detail.imageDigest ?? '',
    tags: detail.imageTags ?? [],
    pushedAt: detail.imagePushedAt?.getTime() ?? 0,
    storageClass: detail.imageStatus === 'ARCHIVED' ? 'archive' : 'standard',
    ...(detail.imageSizeInBytes === undefined ? {} : { sizeInBytes: detail.imageSizeInBytes }),
    ...Object.fromEntries(Object.entries(times).filter(([, time]) => time !== undefined)),
  };
}
