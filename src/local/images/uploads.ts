// Uploads of layers: begun, filled part by part, ended or cancelled.
// It must not know by which protocol bytes come, nor what ECR asks of the sizes of parts.
import { BlobError, type Digest, type HeldBlob, isDigest } from '../blobs/blob-store.js';
import type { Repository } from '../ecr/repository.js';
import type { Json } from '../store/store.js';
import { emptyUpload, invalidLayer, layerAlreadyExists, layerTooLarge, uploadNotFound } from './errors.js';
import { addLayer, findLayer } from './layers.js';
import { maxLayerSize, minPartSize } from './limits.js';
import { type ImageContext, kinds, type Layer, shelfOf, type Upload } from './model.js';

/** What is known of an upload of this repository. */
export function uploadOf(context: ImageContext, repository: Repository, upload: string): Upload | undefined {
  // Only this file writes this kind.
  return context.store.get(kinds.upload, shelfOf(context, repository), upload) as unknown as Upload | undefined;
}

function write(context: ImageContext, repository: Repository, upload: string, value: Upload): void {
  context.store.put(kinds.upload, shelfOf(context, repository), upload, value as unknown as Json);
}

/** The new upload's id. */
export async function beginUpload(context: ImageContext, repository: Repository): Promise<string> {
  const upload = await context.blobs.begin();
  write(context, repository, upload, { startedAt: context.now(), parts: 0 });
  return upload;
}

/** How many bytes an upload has; nothing where this repository has no such upload. */
export function receivedOf(context: ImageContext, repository: Repository, upload: string): number | undefined {
  return uploadOf(context, repository, upload) === undefined ? undefined : context.blobs.received(upload);
}

function mustHave(context: ImageContext, repository: Repository, upload: string): number {
  const received = receivedOf(context, repository, upload);
  if (received === undefined) throw uploadNotFound(repository, upload);
  return received;
}

/** What is thrown by the blob store, in ECR's terms where an upload has gone meanwhile. */
function asFound(error: unknown, repository: Repository, upload: string): unknown {
  return error instanceof BlobError && error.failure === 'gone' ? uploadNotFound(repository, upload) : error;
}

/** Returns how many bytes the upload has then. Throws UploadNotFoundException, or BlobError `offset` or `full`. */
export async function appendToUpload(
  context: ImageContext,
  repository: Repository,
  upload: string,
  offset: number,
  bytes: AsyncIterable<Uint8Array>,
): Promise<number> {
  mustHave(context, repository, upload);
  try {
    return await context.blobs.append(upload, offset, bytes);
  } catch (error) {
    throw asFound(error, repository, upload);
  }
}

/** Notes that a part of so many bytes was received, and whether the one before was too small not to be the last. */
export function notePart(context: ImageContext, repository: Repository, upload: string, size: number): void {
  const before = uploadOf(context, repository, upload);
  if (before === undefined) return;
  const short = before.short === true || (before.lastPart !== undefined && before.lastPart < minPartSize);
  write(context, repository, upload, {
    startedAt: before.startedAt,
    parts: before.parts + 1,
    lastPart: size,
    ...(short && { short }),
  });
}

export interface CompleteOptions {
  /** Takes a layer of no bytes, as the OCI's specification does. */
  readonly allowEmpty?: boolean;
}

/** The bytes of an upload as a blob, held; nothing where they have none of the digests. Refuses a layer that is there already. */
async function commitAs(
  context: ImageContext,
  repository: Repository,
  upload: string,
  digests: readonly Digest[],
): Promise<HeldBlob | undefined> {
  const { blobs } = context;
  if (digests.some((one) => one.startsWith('sha256:'))) {
    const calculated = await blobs.digestOf(upload);
    if (digests.includes(calculated)) {
      if (findLayer(context, repository, calculated) === undefined) return blobs.commit(upload, calculated);
      await cancelUpload(context, repository, upload);
      throw layerAlreadyExists(repository, calculated);
    }
  }
  for (const digest of digests.filter((one) => !one.startsWith('sha256:'))) {
    try {
      return await blobs.commit(upload, digest);
    } catch (error) {
      if (!(error instanceof BlobError) || error.failure !== 'digest') throw error;
    }
  }
  return undefined;
}

/**
 * Makes a layer of an upload whose bytes have one of the digests. The bytes are on the disk for good before the layer is written.
 * Throws UploadNotFoundException, EmptyUploadException, LimitExceededException, InvalidLayerException, LayerAlreadyExistsException
 * (the upload is gone then), or BlobError `offset` or `full`.
 */
export async function completeUpload(
  context: ImageContext,
  repository: Repository,
  upload: string,
  digests: readonly string[],
  options: CompleteOptions = {},
): Promise<Layer> {
  const received = mustHave(context, repository, upload);
  if (received === 0 && options.allowEmpty !== true) throw emptyUpload(repository, upload);
  if (received > maxLayerSize) throw layerTooLarge(repository, upload);
  let held: HeldBlob | undefined;
  try {
    held = await commitAs(context, repository, upload, digests.filter(isDigest));
  } catch (error) {
    throw asFound(error, repository, upload);
  }
  if (held === undefined) throw invalidLayer();
  const { digest, size } = held;
  try {
    return context.store.transaction(() => {
      // The repository may have been deleted while the bytes were written.
      if (!context.store.delete(kinds.upload, shelfOf(context, repository), upload))
        throw uploadNotFound(repository, upload);
      return addLayer(context, repository, digest, size);
    });
  } finally {
    held.release();
  }
}

/** False where this repository has no such upload. */
export async function cancelUpload(context: ImageContext, repository: Repository, upload: string): Promise<boolean> {
  if (uploadOf(context, repository, upload) === undefined) return false;
  context.store.delete(kinds.upload, shelfOf(context, repository), upload);
  return context.blobs.cancel(upload);
}
