// The errors of images, layers and uploads, in ECR's words where they have been seen; (?) marks words that nobody has shown.
// It must not know when any of them is given.
import type { Digest } from '../blobs/blob-store.js';
import { EcrError, invalidMember } from '../ecr/operation.js';
import type { Repository } from '../ecr/repository.js';
import { maxImages, maxLayerSize, maxParts, maxTags } from './limits.js';

/** How a caller names an image. */
export interface ImageId {
  readonly digest?: string;
  readonly tag?: string;
}

const inRepository = ({ name, account }: Repository): string =>
  `in the repository with name '${name}' in registry with id '${account}'`;
const withinRepository = ({ name, account }: Repository): string =>
  `within the repository with name '${name}' in the registry with id '${account}'`;
const pushingInto = ({ name, account }: Repository): string =>
  `required for pushing image into repository with name '${name}' in the registry with id '${account}' do not exist`;

export function imageNotFound(repository: Repository, { digest, tag }: ImageId): EcrError {
  const id = `{imageDigest:'${digest ?? 'null'}', imageTag:'${tag ?? 'null'}'}`;
  return new EcrError(
    'ImageNotFoundException',
    `The image with imageId ${id} does not exist ${withinRepository(repository)}`,
  );
}

/** aws/aws-sdk-js-v3#6642 and moto; the `null` of an image that is put again without a tag is a guess (?). */
export function imageAlreadyExists(repository: Repository, digest: Digest, tag: string | undefined): EcrError {
  return new EcrError(
    'ImageAlreadyExistsException',
    `Image with digest '${digest}' and tag '${tag ?? 'null'}' already exists ${inRepository(repository)}`,
  );
}

/** Since exclusion filters came (2025); before, it was the repository that was immutable, as in moby/buildkit#3776. */
export function tagIsImmutable(repository: Repository, tag: string): EcrError {
  return new EcrError(
    'ImageTagAlreadyExistsException',
    `The image tag '${tag}' already exists in the '${repository.name}' repository and cannot be overwritten because the tag is immutable.`,
  );
}

/** oras-project/oras-py#54 */
export function layersNotFound(repository: Repository, digests: readonly Digest[]): EcrError {
  return new EcrError(
    'LayersNotFoundException',
    `Layers with digests '[${digests.join(', ')}]' ${pushingInto(repository)}`,
  );
}

export function childrenNotFound(repository: Repository, digests: readonly Digest[]): EcrError {
  return new EcrError(
    'ReferencedImagesNotFoundException',
    `Images with digests '[${digests.join(', ')}]' ${pushingInto(repository)}`,
  );
}

/** The sentence of the API model (?). */
export function digestDoesNotMatch(): EcrError {
  return new EcrError(
    'ImageDigestDoesNotMatchException',
    'The specified image digest does not match the digest that Amazon ECR calculated for the image.',
  );
}

/** vllm-project/vllm#48065 */
export function tooManyImages({ name, account }: Repository): EcrError {
  return new EcrError(
    'LimitExceededException',
    `The repository with name '${name}' in registry with id '${account}' already has the maximum allowed number of images which is '${maxImages}'`,
  );
}

/** medic/cht-core#11099 */
export function tooManyTags(repository: Repository, tag: string): EcrError {
  return new EcrError(
    'LimitExceededException',
    `Adding tag '${tag}' to an image ${inRepository(repository)} exceeds the maximum allowed number of tags per image which is '${maxTags}'`,
  );
}

/** Also of manifests that are JSON but none that ECR takes: other media types (chainguard-dev/apko#450), none (aws/aws-sdk#193). */
export function invalidManifest(constraint = 'Invalid JSON syntax'): EcrError {
  return invalidMember('ImageManifest', constraint);
}

export function layerNotFound(repository: Repository, digest: string): EcrError {
  return new EcrError(
    'LayersNotFoundException',
    `The layer with digest ${digest} does not exist ${withinRepository(repository)}`,
  );
}

/** The sentences of the API model (?). */
export function layerInaccessible(): EcrError {
  return new EcrError(
    'LayerInaccessibleException',
    'The specified layer is not available because it is not associated with an image. Unassociated image layers may be cleaned up at any time.',
  );
}

/** In the form of its neighbours (?). */
export function layerAlreadyExists(repository: Repository, digest: Digest): EcrError {
  return new EcrError(
    'LayerAlreadyExistsException',
    `Layer with digest '${digest}' already exists ${inRepository(repository)}`,
  );
}

/** In the form of its neighbours (?). */
export function uploadNotFound(repository: Repository, upload: string): EcrError {
  return new EcrError(
    'UploadNotFoundException',
    `The upload with id '${upload}' ${inRepository(repository)} does not exist`,
  );
}

/** devcontainers/cli#814 */
export function emptyUpload(repository: Repository, upload: string): EcrError {
  return new EcrError(
    'EmptyUploadException',
    `The upload with id '${upload}' ${inRepository(repository)} cannot be completed because it does not have any parts`,
  );
}

export function invalidLayer(): EcrError {
  return new EcrError('InvalidLayerException', 'None of the provided layer digests match the calculated layer digest');
}

/** dotnet/sdk-container-builds#424 */
export function partTooSmall(): EcrError {
  return new EcrError('LayerPartTooSmallException', 'All layer parts except the last part should be at least 5MB');
}

/** The sentence of the API model (?). `received` is how many bytes the upload has. */
export function invalidPart(repository: Repository, upload: string, received: number): EcrError {
  return new EcrError(
    'InvalidLayerPartException',
    'The layer part size is not valid, or the first byte specified is not consecutive to the last byte of a previous layer part upload.',
    400,
    {
      registryId: repository.account,
      repositoryName: repository.name,
      uploadId: upload,
      ...(received > 0 && { lastValidByteReceived: received - 1 }),
    },
  );
}

/** In the form of its neighbours (?). */
export function tooManyParts(repository: Repository, upload: string): EcrError {
  return new EcrError(
    'LimitExceededException',
    `The upload with id '${upload}' ${inRepository(repository)} already has the maximum allowed number of parts which is '${maxParts}'`,
  );
}

/** In the form of its neighbours (?). */
export function layerTooLarge(repository: Repository, upload: string): EcrError {
  return new EcrError(
    'LimitExceededException',
    `The upload with id '${upload}' ${inRepository(repository)} exceeds the maximum allowed size of a layer which is '${maxLayerSize}'`,
  );
}

/** As deletions say it (user guide; the lifecycle sample of CloudTrail); at most some of the lists are named. */
export function referencedByList(lists: readonly Digest[]): string {
  return `Requested image referenced by manifest list: [${lists.join(', ')}]`;
}

/** The sentence of the API reference, or why (?). */
export function storageClassNotSupported(
  reason = 'The requested image storage class update is not supported.',
): EcrError {
  return new EcrError('ImageStorageClassUpdateNotSupportedException', reason);
}
