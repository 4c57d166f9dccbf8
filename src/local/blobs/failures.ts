// What the operating system's errors mean for a blob or an upload.
// It must not know files.
import { BlobError } from './blob-store.js';

/** No room, no quota left, or larger than a file may be. */
const full: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** A full disk as the port tells of it; any other error as it is. */
export function told(error: unknown): unknown {
  if (!full.has(errnoOf(error) ?? '')) return error;
  return new BlobError('full', 'no space is left where blobs are kept', { cause: error });
}

export function noUpload(upload: string): BlobError {
  return new BlobError('gone', `there is no upload '${upload}'`);
}

export function noBlob(digest: string): BlobError {
  return new BlobError('gone', `there is no blob '${digest}'`);
}

/** Is what `work` gives, or nothing where there is no such file. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
