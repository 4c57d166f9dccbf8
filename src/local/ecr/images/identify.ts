// Finds the image that an ImageIdentifier means, or says what is wrong with it, for every operation that takes one.
// It must not know what is done with the image.
import { findImage, type Image } from '../../images/index.js';
import { type EcrContext, invalidParameter } from '../operation.js';
import type { Repository } from '../repository.js';

export interface ImageIdentifier {
  readonly imageDigest?: string;
  readonly imageTag?: string;
}

/** An ImageFailure of the API, without the identifier. */
export interface Failure {
  readonly failureCode: string;
  readonly failureReason: string;
}

const digestPattern = /^[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+$/;
const tagPattern = /^[a-zA-Z0-9-_.]+$/;

const failures = {
  neither: {
    failureCode: 'MissingDigestAndTag',
    failureReason: 'Invalid request parameters: both tag and digest cannot be null',
  },
  digest: {
    failureCode: 'InvalidImageDigest',
    failureReason: "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
  },
  // In the words of the one before (?).
  tag: {
    failureCode: 'InvalidImageTag',
    failureReason: "Invalid request parameters: image tag should satisfy the regex '[a-zA-Z0-9-_.]+'",
  },
  // moto's tests.
  mismatch: {
    failureCode: 'ImageTagDoesNotMatchDigest',
    failureReason: 'Invalid request parameters: given tag does not map to the given digest',
  },
  absent: { failureCode: 'ImageNotFound', failureReason: 'Requested image not found' },
} as const satisfies Record<string, Failure>;

/** What is wrong with the identifier itself. */
function malformed({ imageDigest, imageTag }: ImageIdentifier): Failure | undefined {
  if (imageDigest === undefined && imageTag === undefined) return failures.neither;
  if (imageDigest !== undefined && !digestPattern.test(imageDigest)) return failures.digest;
  if (imageTag !== undefined && !tagPattern.test(imageTag)) return failures.tag;
  return undefined;
}

export function isWellFormed(id: ImageIdentifier): boolean {
  return malformed(id) === undefined;
}

export function isFailure(found: Image | Failure): found is Failure {
  return 'failureCode' in found;
}

/** The image, of whatever status, or the failure to tell of. */
export function identify(context: EcrContext, repository: Repository, id: ImageIdentifier): Image | Failure {
  const wrong = malformed(id);
  if (wrong !== undefined) return wrong;
  const { imageDigest, imageTag } = id;
  const digest = imageDigest === undefined ? {} : { digest: imageDigest };
  const tag = imageTag === undefined ? {} : { tag: imageTag };
  const image = findImage(context, repository, { ...digest, ...tag });
  if (image !== undefined) return image;
  if (imageDigest === undefined || imageTag === undefined) return failures.absent;
  const either = findImage(context, repository, digest) ?? findImage(context, repository, tag);
  return either === undefined ? failures.absent : failures.mismatch;
}

/** The same for operations that refuse a malformed identifier altogether; nothing where there is no such image. */
export function findIdentified(context: EcrContext, repository: Repository, id: ImageIdentifier): Image | undefined {
  const wrong = malformed(id);
  if (wrong !== undefined) throw invalidParameter(wrong.failureReason);
  const found = identify(context, repository, id);
  return isFailure(found) ? undefined : found;
}

/** Each identifier once, in the order they were given. */
export function distinct(ids: readonly ImageIdentifier[]): ImageIdentifier[] {
  return [...new Map(ids.map((id) => [`${id.imageDigest ?? ''} ${id.imageTag ?? ''}`, id])).values()];
}
