// Images made from nothing, in the shapes that registries meet.
// It must not know how anything is pushed.
import { createCipheriv, createHash } from 'node:crypto';

export const mebibyte = 1024 * 1024;

export type Algorithm = 'sha256' | 'sha512';

export function digestOf(bytes: Buffer | string, algorithm: Algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** Bytes that are the same for the same seed, and no two seeds' alike. */
export function bytesOf(seed: string, size: number): Buffer {
  const key = createHash('sha256').update(seed).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}

export const types = {
  image: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  foreignLayer: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
  empty: 'application/vnd.oci.empty.v1+json',
  dockerImage: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
} as const;

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly [member: string]: unknown;
}

export interface Manifest {
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly digest: string;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Something to push: blobs first, then manifests in this order. */
export interface Content {
  readonly blobs: readonly { readonly bytes: Buffer; readonly digest: string }[];
  readonly manifests: readonly Manifest[];
}

export function manifestOf(value: Record<string, unknown>, algorithm: Algorithm = 'sha256'): Manifest {
  const bytes = Buffer.from(JSON.stringify(value));
  const artifactType = value['artifactType'] ?? (value['config'] as Descriptor | undefined)?.mediaType;
  const annotations = value['annotations'];
  return {
    mediaType: String(value['mediaType']),
    bytes,
    digest: digestOf(bytes, algorithm),
    ...(typeof artifactType === 'string' && { artifactType }),
    ...(annotations !== undefined && { annotations: annotations as Record<string, string> }),
  };
}

export function describeManifest({ mediaType, bytes, digest }: Manifest): Descriptor {
  return { mediaType, digest, size: bytes.length };
}

export function describeBlob(bytes: Buffer, mediaType: string, algorithm: Algorithm = 'sha256'): Descriptor {
  return { mediaType, digest: digestOf(bytes, algorithm), size: bytes.length };
}

export interface ImageOptions {
  readonly algorithm?: Algorithm;
  readonly layers?: number;
  readonly more?: Readonly<Record<string, unknown>>;
  readonly docker?: boolean;
}

/** An image with a configuration and small layers. */
export function imageContent(seed: string, options: ImageOptions = {}): Content & { readonly image: Manifest } {
  const { algorithm = 'sha256', layers = 2, docker = false } = options;
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Labels: { seed } } }));
  const pieces = Array.from({ length: layers }, (_, index) => bytesOf(`${seed} layer ${index}`, 1000 + index));
  const image = manifestOf(
    {
      schemaVersion: 2,
      mediaType: docker ? types.dockerImage : types.image,
      config: describeBlob(config, docker ? types.dockerConfig : types.config, algorithm),
      layers: pieces.map((piece) => describeBlob(piece, docker ? types.dockerLayer : types.layer, algorithm)),
      ...options.more,
    },
    algorithm,
  );
  return {
    blobs: [config, ...pieces].map((bytes) => ({ bytes, digest: digestOf(bytes, algorithm) })),
    manifests: [image],
    image,
  };
}

/** An index of manifests, after what it is made of. */
export function indexContent(
  parts: readonly Content[],
  more: Readonly<Record<string, unknown>> = {},
  docker = false,
): Content & { readonly index: Manifest } {
  const index = manifestOf({
    schemaVersion: 2,
    mediaType: docker ? types.dockerList : types.index,
    manifests: parts.flatMap(({ manifests }) => {
      const top = manifests.at(-1);
      return top === undefined ? [] : [{ ...describeManifest(top), platform: { os: 'linux', architecture: 'amd64' } }];
    }),
    ...more,
  });
  return {
    blobs: parts.flatMap(({ blobs }) => blobs),
    manifests: [...parts.flatMap(({ manifests }) => manifests), index],
    index,
  };
}

export const emptyJson = Buffer.from('{}');

/** Something that is no image: no configuration to speak of, a type of its own. */
export function artifactContent(
  seed: string,
  more: Readonly<Record<string, unknown>> = {},
): Content & { readonly artifact: Manifest } {
  const piece = bytesOf(`${seed} artifact`, 500);
  const artifact = manifestOf({
    schemaVersion: 2,
    mediaType: types.image,
    artifactType: 'application/vnd.example.thing.v1',
    config: describeBlob(emptyJson, types.empty),
    layers: [describeBlob(piece, 'application/octet-stream')],
    ...more,
  });
  return {
    blobs: [emptyJson, piece].map((bytes) => ({ bytes, digest: digestOf(bytes) })),
    manifests: [artifact],
    artifact,
  };
}
