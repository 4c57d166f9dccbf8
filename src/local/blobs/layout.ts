// Where everything lies in the store's folder: `blobs/sha256/ab/<hex>`, `uploads/<id>`, `damaged/sha256-<hex>`.
// The only place that makes a path of a digest or an id, and so the one that keeps out what is neither. It must not touch files.
import { join } from 'node:path';
import { type Digest, isDigest } from './blob-store.js';

const uploadPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const shardPattern = /^[0-9a-f]{2}$/;

export const algorithms = ['sha256', 'sha512'] as const;
export type Algorithm = (typeof algorithms)[number];

export function algorithmOf(digest: Digest): Algorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}

/** The form of `randomUUID`, which is also ECR's form of an upload id. */
export function isUploadId(text: string): boolean {
  return uploadPattern.test(text);
}

export function isShard(name: string): boolean {
  return shardPattern.test(name);
}

export interface Layout {
  readonly folder: string;
  readonly uploads: string;
  readonly damaged: string;
  algorithm(algorithm: Algorithm): string;
  /** The folder of a blob. */
  shard(digest: Digest): string;
  blob(digest: Digest): string;
  upload(id: string): string;
  setAside(digest: Digest): string;
}

export function layoutOf(folder: string): Layout {
  const hexOf = (digest: Digest): string => {
    if (isDigest(digest)) return digest.slice('sha256:'.length);
    throw new Error('what was to be a path is no digest');
  };
  const algorithm = (name: Algorithm): string => join(folder, 'blobs', name);
  const shard = (digest: Digest): string => join(algorithm(algorithmOf(digest)), hexOf(digest).slice(0, 2));
  const damaged = join(folder, 'damaged');
  return {
    folder,
    uploads: join(folder, 'uploads'),
    damaged,
    algorithm,
    shard,
    blob: (digest) => join(shard(digest), hexOf(digest)),
    upload: (id) => {
      if (!isUploadId(id)) throw new Error('what was to be a path is no upload id');
      return join(folder, 'uploads', id);
    },
    setAside: (digest) => join(damaged, `${algorithmOf(digest)}-${hexOf(digest)}`),
  };
}
