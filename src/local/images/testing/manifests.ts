// Manifests for tests, made of as little as they need.
// It must not know a repository.
import { createHash } from 'node:crypto';
import type { Digest } from '../../blobs/blob-store.js';

export const types = {
  image: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  dockerImage: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

export function sha256(bytes: string | Buffer): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export interface Described {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** A layer that holds this text. */
export function layerOf(text: string, mediaType: string = types.layer): Described {
  return { mediaType, digest: sha256(text), size: Buffer.byteLength(text) };
}

/** A manifest, or another blob, as an index or a subject names it. */
export function describe(text: string, mediaType: string = types.image): Described {
  return { mediaType, digest: sha256(text), size: Buffer.byteLength(text) };
}

export function imageManifest(
  layers: readonly Described[],
  more: Readonly<Record<string, unknown>> = {},
  config: Described = layerOf('{}', types.config),
): string {
  return JSON.stringify({ schemaVersion: 2, mediaType: types.image, config, layers, ...more });
}

export function indexManifest(manifests: readonly Described[], more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests, ...more });
}
