// ECR itself, on the SDK's client.
// It must not know what is wanted, only how to read and write it.
import type {
  ReplicationRule as AwsRule,
  ImageDetail,
  LifecyclePolicyPreviewResult,
  Repository,
} from '@aws-sdk/client-ecr';
import type { Image } from '../lifecycle/model.js';
import { AwsFault, type EcrPort, type Layer, type PreviewedImage, type RepositoryDescription } from '../plan/ports.js';
import type { MutabilityMode, TagMutability, Tags } from '../registry/model.js';
import type { ReplicationRule } from '../registry/replication.js';
import { type Caller, isFault, unless } from './caller.js';
import { clientOptions, lazily, type Place } from './client.js';
import { takeShortcut } from './sdk/shortcut.js';

/** The most entries a page may hold (API reference). */
const pageSize = 1000;
const previewPageSize = 100;
/** BatchGetImage takes at most so many ids (API reference). */
const manifestsInOneCall = 100;

/** What an image's manifest may be: left to itself, ECR may give another one than was pushed (API reference, BatchGetImage). */
const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
];

/** Some ten seconds in all, milliseconds. */
const usualPrincipalWaits: readonly number[] = [500, 1000, 2000, 4000];

export function ecrPort(place: Place, caller: Caller, principalWaits = usualPrincipalWaits): EcrPort {
  const ecr = lazily(place, async () => {
    const sdk = await import('./sdk/ecr.js');
    const client = new sdk.ECRClient(clientOptions(place));
    takeShortcut(client);
    return { sdk, client };
  });
  /** Without the filter only active images are told of (API reference, DescribeImages); older endpoints do not know it. */
  let filter: { imageStatus: 'ANY' } | undefined = { imageStatus: 'ANY' };
  /** Reads the manifests of images, so many in a call as it takes. */
  async function manifestsOf(
    repositoryName: string,
    wanted: readonly string[],
    hear: (digest: string, manifest: string) => void,
  ): Promise<void> {
    const { sdk, client } = await ecr();
    const read = async (digests: readonly string[]): Promise<void> => {
      const imageIds = digests.map((imageDigest) => ({ imageDigest }));
      try {
        const answer = await caller.call('ecr:BatchGetImage', () =>
          client.send(new sdk.BatchGetImageCommand({ repositoryName, imageIds })),
        );
        for (const { imageId, imageManifest } of answer.images ?? []) {
          if (imageId?.imageDigest !== undefined) hear(imageId.imageDigest, imageManifest ?? '');
        }
      } catch (error) {
        // So many manifests are too large for one answer.
        if (!isFault(error, 'invalid') || error.awsCode !== 'LimitExceededException' || digests.length < 2) throw error;
        const half = digests.length >> 1;
        await read(digests.slice(0, half));
        await read(digests.slice(half));
      }
    };
    const parts: (readonly string[])[] = [];
    for (let start = 0; start < wanted.length; start += manifestsInOneCall) {
      parts.push(wanted.slice(start, start + manifestsInOneCall));
    }
    await Promise.all(parts.map(read));
  }
  const port: EcrPort = {
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
      // Without names ECR would describe the whole registry.
      if (names.length === 0) return [];
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
    async getRegistryPolicy() {
      const { sdk, client } = await ecr();
      const answer = await unless(
        ['RegistryPolicyNotFoundException'],
        caller.call('ecr:GetRegistryPolicy', () => client.send(new sdk.GetRegistryPolicyCommand({}))),
      );
      return answer?.policyText;
    },
    async registryPolicyScope() {
      const { sdk, client } = await ecr();
      const answer = await caller.call('ecr:GetAccountSetting', () =>
        client.send(new sdk.GetAccountSettingCommand({ name: 'REGISTRY_POLICY_SCOPE' })),
      );
      return answer.value === 'V1' ? 'V1' : 'V2';
    },
    async putRegistryPolicy(policyText) {
      const { sdk, client } = await ecr();
      await caller.call('ecr:PutRegistryPolicy', () => client.send(new sdk.PutRegistryPolicyCommand({ policyText })));
    },
    async deleteRegistryPolicy() {
      const { sdk, client } = await ecr();
      await caller.call('ecr:DeleteRegistryPolicy', () => client.send(new sdk.DeleteRegistryPolicyCommand({})));
    },
    async putRegistryPolicyScope(value) {
      const { sdk, client } = await ecr();
      await caller.call('ecr:PutAccountSetting', () =>
        client.send(new sdk.PutAccountSettingCommand({ name: 'REGISTRY_POLICY_SCOPE', value })),
      );
    },
    async replicationRules() {
      const { sdk, client } = await ecr();
      const answer = await caller.call('ecr:DescribeRegistry', () => client.send(new sdk.DescribeRegistryCommand({})));
      return (answer.replicationConfiguration?.rules ?? []).map(ruleOf);
    },
    async putReplicationRules(rules) {
      const { sdk, client } = await ecr();
      const replicationConfiguration = {
        rules: rules.map(({ destinations, repositoryFilters }) => ({
          destinations: [...destinations],
          ...(repositoryFilters === undefined ? {} : { repositoryFilters: [...repositoryFilters] }),
        })),
      };
      await caller.call('ecr:PutReplicationConfiguration', () =>
        client.send(new sdk.PutReplicationConfigurationCommand({ replicationConfiguration })),
      );
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
      const input = {
        repositoryName: name,
        ...mutabilityInput(tagMutability),
        imageScanningConfiguration: { scanOnPush },
        encryptionConfiguration: {
          encryptionType: encryption.type,
          ...(encryption.kmsKey === undefined ? {} : { kmsKey: encryption.kmsKey }),
        },
        tags: tagList(tags),
      };
      let repeated = false;
      try {
        const answer = await caller.call('ecr:CreateRepository', (attempt) => {
          repeated = attempt.repeated;
          return client.send(new sdk.CreateRepositoryCommand(input));
        });
        return description(answer.repository ?? {});
      } catch (error) {
        // The answer to an earlier try may have been lost on the way: then this is the repository that it made.
        const made = repeated && isFault(error, 'exists') ? (await port.describeRepositories([name]))?.[0] : undefined;
        if (made === undefined) throw error;
        const live = await port.listTags(made.arn);
        if (Object.entries(tags).some(([key, value]) => live[key] !== value)) throw error;
        return made;
      }
    },
    async deleteRepository(repositoryName, force) {
      const { sdk, client } = await ecr();
      let repeated = false;
      try {
        await caller.call('ecr:DeleteRepository', (attempt) => {
          repeated = attempt.repeated;
          return client.send(new sdk.DeleteRepositoryCommand({ repositoryName, force }));
        });
      } catch (error) {
        // As above: an earlier try may have deleted it.
        if (!(repeated && isFault(error, 'gone'))) throw error;
      }
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
      await withNewPrincipals(policyText, caller, principalWaits, () =>
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
    async *describeImages(repositoryName, answeredBy) {
      const { sdk, client } = await ecr();
      const page = (token: string | undefined) =>
        caller.call('ecr:DescribeImages', () =>
          client.send(
            new sdk.DescribeImagesCommand({
              repositoryName,
              maxResults: pageSize,
              ...(filter === undefined ? {} : { filter }),
              ...(token === undefined ? {} : { nextToken: token }),
            }),
          ),
        );
      let token: string | undefined;
      do {
        const filtered = filter !== undefined;
        const answer = await page(token).catch((error: unknown) => {
          // An endpoint older than archived images has none to miss.
          if (!filtered || token !== undefined || !isFault(error, 'invalid')) throw error;
          filter = undefined;
          return page(undefined);
        });
        const registry = answer.imageDetails?.[0]?.registryId;
        if (registry !== undefined) answeredBy?.(registry);
        yield (answer.imageDetails ?? []).filter(({ imageDigest }) => imageDigest !== undefined).map(imageOf);
        token = answer.nextToken;
      } while (token !== undefined);
    },
    async childrenOf(repositoryName, lists) {
      const found = new Map<string, readonly string[]>();
      await manifestsOf(repositoryName, lists, (digest, manifest) => {
        const children = childrenIn(manifest);
        if (children !== undefined) found.set(digest, children);
      });
      return found;
    },
    async layersOf(repositoryName, images) {
      const found = new Map<string, readonly Layer[]>();
      await manifestsOf(repositoryName, images, (digest, manifest) => {
        const layers = layersIn(manifest);
        if (layers !== undefined) found.set(digest, layers);
      });
      return found;
    },
    async startLifecyclePreview(repositoryName, lifecyclePolicyText) {
      const { sdk, client } = await ecr();
      await caller.call('ecr:StartLifecyclePolicyPreview', () =>
        client.send(new sdk.StartLifecyclePolicyPreviewCommand({ repositoryName, lifecyclePolicyText })),
      );
    },
    async getLifecyclePreview(repositoryName, token) {
      const { sdk, client } = await ecr();
      const answer = await caller.call('ecr:GetLifecyclePolicyPreview', () =>
        client.send(
          new sdk.GetLifecyclePolicyPreviewCommand({
            repositoryName,
            maxResults: previewPageSize,
            ...(token === undefined ? {} : { nextToken: token }),
          }),
        ),
      );
      return {
        status: answer.status ?? 'FAILED',
        text: answer.lifecyclePolicyText ?? '',
        images: (answer.previewResults ?? []).map(previewed),
        ...(answer.nextToken === undefined ? {} : { next: answer.nextToken }),
      };
    },
    async imageTags(repositoryName, imageDigest) {
      const { sdk, client } = await ecr();
      const input = { repositoryName, imageIds: [{ imageDigest }] };
      const answer = await unless(
        ['ImageNotFoundException'],
        caller.call('ecr:DescribeImages', () => client.send(new sdk.DescribeImagesCommand(input))),
      );
      return answer === undefined ? undefined : (answer.imageDetails?.[0]?.imageTags ?? []);
    },
    async getManifest(repositoryName, digest) {
      const { sdk, client } = await ecr();
      const answer = await caller.call('ecr:BatchGetImage', () =>
        client.send(
          new sdk.BatchGetImageCommand({
            repositoryName,
            imageIds: [{ imageDigest: digest }],
            acceptedMediaTypes: [...manifestTypes],
          }),
        ),
      );
      const [image] = answer.images ?? [];
      if (image?.imageManifest !== undefined) {
        const { imageManifest: text, imageManifestMediaType: mediaType } = image;
        return { digest, text, ...(mediaType === undefined ? {} : { mediaType }) };
      }
      const [failure] = answer.failures ?? [];
      const { failureCode = 'no reason', failureReason = 'ECR gave neither the image nor a reason' } = failure ?? {};
      if (failureCode === 'ImageNotFound' || failureCode === 'ImageInaccessible') return undefined;
      throw new AwsFault('other', 'ecr:BatchGetImage', failureCode, failureReason);
    },
    async addImageTag(repositoryName, { digest, text, mediaType }, imageTag) {
      const { sdk, client } = await ecr();
      const input = {
        repositoryName,
        imageManifest: text,
        imageTag,
        // What ECR makes of the manifest must be the image that was meant.
        imageDigest: digest,
        ...(mediaType === undefined ? {} : { imageManifestMediaType: mediaType }),
      };
      await unless(
        ['ImageAlreadyExistsException'],
        caller.call('ecr:PutImage', () => client.send(new sdk.PutImageCommand(input))),
      );
    },
    async removeImageTag(repositoryName, imageTag) {
      const { sdk, client } = await ecr();
      const answer = await caller.call('ecr:BatchDeleteImage', () =>
        client.send(new sdk.BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageTag }] })),
      );
      const [failure] = answer.failures ?? [];
      if (failure === undefined) return true;
      const { failureCode = 'no reason', failureReason = failureCode } = failure;
      if (failureCode === 'ImageNotFound' || failureCode === 'ImageReferencedByManifestList') return false;
      throw new AwsFault('other', 'ecr:BatchDeleteImage', failureCode, failureReason);
    },
  };
  return port;
}

/** A manifest's members; none where the text is no JSON object. */
function membersIn(manifest: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(manifest);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function descriptorsIn(value: unknown): readonly Layer[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) =>
    typeof one === 'object' && one !== null && 'digest' in one && typeof one.digest === 'string'
      ? [{ digest: one.digest, size: 'size' in one && typeof one.size === 'number' ? one.size : 0 }]
      : [],
  );
}

/** Digests that an index names; `undefined` where the text is none. */
function childrenIn(manifest: string): readonly string[] | undefined {
  const { manifests } = membersIn(manifest);
  return Array.isArray(manifests) ? descriptorsIn(manifests).map(({ digest }) => digest) : undefined;
}

/** What an image is made of; `undefined` where the text is none. */
function layersIn(manifest: string): readonly Layer[] | undefined {
  const { layers, config } = membersIn(manifest);
  return Array.isArray(layers) ? descriptorsIn([config, ...layers]) : undefined;
}

function previewed({
  imageDigest,
  imageTags,
  action,
  appliedRulePriority,
}: LifecyclePolicyPreviewResult): PreviewedImage {
  return {
    digest: imageDigest ?? '',
    tags: imageTags ?? [],
    action: action?.type === 'TRANSITION' ? 'archive' : 'expire',
    rulePriority: appliedRulePriority ?? 0,
  };
}

/**
 * IAM tells ECR of a new role with a delay, during which ECR calls a policy that names it invalid
 * (hashicorp/terraform-provider-aws retries the same message).
 */
async function withNewPrincipals(
  text: string,
  { clock, signal }: Caller,
  waits: readonly number[],
  send: () => Promise<unknown>,
): Promise<void> {
  const mayBeNew = /arn:aws[a-z-]*:iam::\d{12}:(role|user)\//.test(text);
  for (const wait of mayBeNew ? [...waits, undefined] : [undefined]) {
    try {
      await send();
      return;
    } catch (error) {
      const again = isFault(error, 'invalid') && /Invalid repository policy provided/.test(error.message);
      if (!again || wait === undefined || signal?.aborted === true) throw error;
      await clock.sleep(wait, signal);
    }
  }
}

/** No filters, and a list that is empty, are the same to ECR in answers, and the second is refused when written (API model: at least one). */
function ruleOf({ destinations = [], repositoryFilters = [] }: AwsRule): ReplicationRule {
  return {
    destinations: destinations.map(({ region = '', registryId = '' }) => ({ region, registryId })),
    ...(repositoryFilters.length === 0
      ? {}
      : {
          repositoryFilters: repositoryFilters.map(({ filter = '', filterType = 'PREFIX_MATCH' }) => ({
            filter,
            filterType,
          })),
        }),
  };
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
  const known = {
    sizeInBytes: detail.imageSizeInBytes,
    lastPulledAt: detail.lastRecordedPullTime?.getTime(),
    lastArchivedAt: detail.lastArchivedAt?.getTime(),
    lastActivatedAt: detail.lastActivatedAt?.getTime(),
    subject: detail.subjectManifestDigest,
    mediaType: detail.imageManifestMediaType,
    artifactMediaType: detail.artifactMediaType,
    activating: detail.imageStatus === 'ACTIVATING' ? true : undefined,
  };
  return {
    digest: detail.imageDigest ?? '',
    tags: detail.imageTags ?? [],
    pushedAt: detail.imagePushedAt?.getTime() ?? 0,
    storageClass: detail.imageStatus === 'ARCHIVED' ? 'archive' : 'standard',
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)),
  };
}
