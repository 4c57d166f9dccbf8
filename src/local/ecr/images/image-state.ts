// UpdateImageStorageClass and DescribeImageSigningStatus: what one image is in, and how it came through.
// It must not know when an image may be archived, nor sign anything.
import { imageNotFound } from '../../images/errors.js';
import { archiveImage, type Image, restoreImage } from '../../images/index.js';
import { signingProfilesOf } from '../../images/signing.js';
import { checked } from '../check.js';
import type { EcrContext } from '../operation.js';
import { defined } from '../registry/state.js';
import { type Repository, repositoryOf } from '../repository.js';
import { findIdentified, type ImageIdentifier } from './identify.js';
import { shapes } from './shapes.js';

function imageOf(context: EcrContext, repository: Repository, id: ImageIdentifier): Image {
  const image = findIdentified(context, repository, id);
  if (image === undefined) throw imageNotFound(repository, defined({ digest: id.imageDigest, tag: id.imageTag }));
  return image;
}

function about(repository: Repository, image: Image, { imageTag }: ImageIdentifier): Record<string, unknown> {
  return {
    registryId: repository.account,
    repositoryName: repository.name,
    imageId: { imageDigest: image.digest, ...(imageTag !== undefined && { imageTag }) },
  };
}

export const UpdateImageStorageClass = checked(shapes.UpdateImageStorageClass, (input, context) => {
  const repository = repositoryOf(context, input, 'UpdateImageStorageClass');
  const image = imageOf(context, repository, input.imageId);
  const update = input.targetStorageClass === 'ARCHIVE' ? archiveImage : restoreImage;
  const { status } = update(context, repository, image);
  return { ...about(repository, image, input.imageId), imageStatus: status };
});

/** One status for each profile that was to sign the image when it was pushed. There is no AWS Signer here, so none has. */
export const DescribeImageSigningStatus = checked(shapes.DescribeImageSigningStatus, (input, context) => {
  const repository = repositoryOf(context, input, 'DescribeImageSigningStatus');
  const image = imageOf(context, repository, input.imageId);
  return {
    ...about(repository, image, input.imageId),
    signingStatuses: signingProfilesOf(context, repository, image.digest).map((signingProfileArn) => ({
      signingProfileArn,
      status: 'FAILED',
      failureCode: 'SignerUnavailable',
      failureReason: 'There is no AWS Signer beside the local ECR: the image was not signed.',
    })),
  };
});
