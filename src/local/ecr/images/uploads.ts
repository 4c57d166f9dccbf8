// InitiateLayerUpload, UploadLayerPart and CompleteLayerUpload, and what ECR asks of the parts of a layer.
// It must not know how bytes are kept.
import { BlobError } from '../../blobs/blob-store.js';
import { invalidPart, partTooSmall, tooManyParts, uploadNotFound } from '../../images/errors.js';
import { appendToUpload, beginUpload, completeUpload, receivedOf } from '../../images/index.js';
import { maxParts, partSize } from '../../images/limits.js';
import { notePart, uploadOf } from '../../images/uploads.js';
import { checkedAsync } from '../check.js';
import { readableRepositoryOf } from '../encryption.js';
import { EcrError } from '../operation.js';
import type { Repository } from '../repository.js';
import type { ImageApiContext } from './layers.js';
import { shapes } from './shapes.js';

function about(repository: Repository, uploadId: string): Record<string, unknown> {
  return { registryId: repository.account, repositoryName: repository.name, uploadId };
}

/** No error of ECR's own means that its disk is full; clients try again after this one. */
function withoutSpace(error: unknown): unknown {
  if (!(error instanceof BlobError) || error.failure !== 'full') return error;
  return new EcrError('ServerException', 'No space is left where the local ECR keeps its data.', 500);
}

export async function spaced<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw withoutSpace(error);
  }
}

export const InitiateLayerUpload = checkedAsync(shapes.InitiateLayerUpload, async (input, context: ImageApiContext) => {
  const repository = readableRepositoryOf(context, input, 'InitiateLayerUpload');
  return { uploadId: await spaced(beginUpload(context, repository)), partSize };
});

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

export const UploadLayerPart = checkedAsync(shapes.UploadLayerPart, async (input, context: ImageApiContext) => {
  const repository = readableRepositoryOf(context, input, 'UploadLayerPart');
  const { uploadId, partFirstByte, partLastByte, layerPartBlob: bytes } = input;
  const received = receivedOf(context, repository, uploadId);
  if (received === undefined) throw uploadNotFound(repository, uploadId);
  const consecutive = partFirstByte === received && partLastByte - partFirstByte + 1 === bytes.length;
  if (!consecutive || bytes.length === 0) throw invalidPart(repository, uploadId, received);
  if ((uploadOf(context, repository, uploadId)?.parts ?? 0) >= maxParts) throw tooManyParts(repository, uploadId);
  try {
    await spaced(appendToUpload(context, repository, uploadId, partFirstByte, once(bytes)));
  } catch (error) {
    // Another part has come meanwhile.
    if (!(error instanceof BlobError) || error.failure !== 'offset') throw error;
    throw invalidPart(repository, uploadId, receivedOf(context, repository, uploadId) ?? 0);
  }
  context.store.transaction(() => notePart(context, repository, uploadId, bytes.length));
  return { ...about(repository, uploadId), lastByteReceived: partLastByte };
});

export const CompleteLayerUpload = checkedAsync(shapes.CompleteLayerUpload, async (input, context: ImageApiContext) => {
  const repository = readableRepositoryOf(context, input, 'CompleteLayerUpload');
  const { uploadId } = input;
  if (uploadOf(context, repository, uploadId)?.short === true) throw partTooSmall();
  // It calculates sha256 alone (API reference).
  const digests = input.layerDigests.filter((digest) => digest.startsWith('sha256:'));
  const { digest } = await spaced(completeUpload(context, repository, uploadId, digests));
  return { ...about(repository, uploadId), layerDigest: digest };
});
