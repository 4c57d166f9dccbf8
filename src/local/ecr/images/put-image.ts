// PutImage.
// It must not know what a manifest may be, nor what it may name.
import { digestDoesNotMatch, imageAlreadyExists, invalidManifest } from '../../images/errors.js';
import { putImage } from '../../images/index.js';
import { checked } from '../check.js';
import { readableRepositoryOf } from '../encryption.js';
import { shapes } from './shapes.js';

export const PutImage = checked(shapes.PutImage, (input, context) => {
  const repository = readableRepositoryOf(context, input, 'PutImage');
  const { imageManifest, imageManifestMediaType, imageTag, imageDigest } = input;
  const manifest = Buffer.from(imageManifest, 'utf8');
  // Half a surrogate pair has no bytes, and so no digest.
  if (manifest.toString('utf8') !== imageManifest) throw invalidManifest();
  // ECR calculates sha256 alone.
  if (imageDigest?.startsWith('sha256:') === false) throw digestDoesNotMatch();
  const { image, existed } = putImage(context, repository, {
    manifest,
    origin: 'push',
    ...(imageManifestMediaType !== undefined && { mediaType: imageManifestMediaType }),
    ...(imageTag !== undefined && { tag: imageTag }),
    ...(imageDigest !== undefined && { digest: imageDigest }),
  });
  if (existed) throw imageAlreadyExists(repository, image.digest, imageTag);
  return {
    image: {
      registryId: repository.account,
      repositoryName: repository.name,
      imageId: { imageDigest: image.digest, ...(imageTag !== undefined && { imageTag }) },
      imageManifest,
      imageManifestMediaType: image.mediaType,
    },
  };
});
