// BatchGetImage.
// It must not know how an image is found.
import { type Image, manifestOf, recordPull } from '../../images/index.js';
import { checked } from '../check.js';
import { checkKeyOf } from '../encryption.js';
import { type EcrContext, EcrError } from '../operation.js';
import { type Repository, repositoryOf } from '../repository.js';
import { distinct, type Failure, identify, isFailure } from './identify.js';
import { shapes } from './shapes.js';

/** Bytes of manifests in one answer. ECR names LimitExceededException among the errors, but no limit; this one is ours (?). */
const most = 32 * 1024 * 1024;

/**
 * An archived image is refused with the newest of the model's codes, in words that nobody has shown (?). Images are not translated
 * into other media types: the user guide no longer says that ECR does.
 */
function refusal(image: Image, accepted: readonly string[] | undefined): Failure | undefined {
  if (image.status !== 'ACTIVE') {
    return { failureCode: 'ImageInaccessible', failureReason: 'Requested image is archived' };
  }
  if (accepted?.includes(image.mediaType) === false) {
    return { failureCode: 'ImageNotFound', failureReason: 'Requested image not found' };
  }
  return undefined;
}

/** Why nothing in the repository can be read (the code is the model's, the reason KMS's). */
function lockOf(context: EcrContext, repository: Repository): Failure | undefined {
  try {
    checkKeyOf(context, repository);
    return undefined;
  } catch (error) {
    if (error instanceof EcrError) return { failureCode: 'KmsError', failureReason: error.message };
    throw error;
  }
}

export const BatchGetImage = checked(shapes.BatchGetImage, (input, context) => {
  const repository = repositoryOf(context, input, 'BatchGetImage');
  const images: Record<string, unknown>[] = [];
  const failures: Record<string, unknown>[] = [];
  const locked = lockOf(context, repository);
  let bytes = 0;
  for (const imageId of distinct(input.imageIds)) {
    const found = identify(context, repository, imageId);
    const failure = isFailure(found) ? found : (locked ?? refusal(found, input.acceptedMediaTypes));
    if (failure !== undefined || isFailure(found)) {
      failures.push({ imageId, ...failure });
      continue;
    }
    bytes += found.manifestSize;
    if (bytes > most) {
      throw new EcrError('LimitExceededException', `The manifests of the images asked for exceed ${most} bytes`);
    }
    recordPull(context, repository, found);
    images.push({
      registryId: repository.account,
      repositoryName: repository.name,
      imageId: {
        imageDigest: found.digest,
        ...(imageId.imageTag !== undefined && { imageTag: imageId.imageTag }),
      },
      imageManifest: manifestOf(context, repository, found.digest),
      imageManifestMediaType: found.mediaType,
    });
  }
  return { images, failures };
});
