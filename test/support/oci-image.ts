// Container images made from nothing: a layer, a configuration, a manifest, an index; as an OCI layout, or pushed over HTTP.
// It must not know any registry; formats are those of the OCI image specification 1.1 and of Docker's schema 2.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ask, type HttpAnswer } from './http.js';

export interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Buffer;
}

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string };
}

/** A manifest and what must be in the repository before it. */
export interface Image {
  readonly manifest: Blob;
  readonly blobs: readonly Blob[];
  readonly children: readonly Image[];
}

export const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
export const ociIndex = 'application/vnd.oci.image.index.v1+json';
export const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json';

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function blob(mediaType: string, bytes: Buffer): Blob {
  return { mediaType, bytes, digest: digestOf(bytes) };
}

export function describe({ mediaType, digest, bytes }: Blob): Descriptor {
  return { mediaType, digest, size: bytes.length };
}

function json(mediaType: string, value: unknown): Blob {
  return blob(mediaType, Buffer.from(JSON.stringify(value)));
}

/** A tar archive of one file (POSIX ustar). */
function tar(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\0', 257);
  header.write('00', 263);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}

export interface ImageOptions {
  readonly architecture?: string;
  /** Bytes of random content; a short text where left out. */
  readonly size?: number;
  readonly text?: string;
  readonly format?: 'oci' | 'docker';
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An image of one layer that holds one file. Unique unless `text` is given. */
export function makeImage(options: ImageOptions = {}): Image {
  const { architecture = 'amd64', format = 'oci' } = options;
  const content =
    options.size === undefined
      ? Buffer.from(options.text ?? randomBytes(16).toString('hex'))
      : randomBytes(options.size);
  const archive = tar('hello.txt', content);
  const types =
    format === 'oci'
      ? {
          layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
          config: 'application/vnd.oci.image.config.v1+json',
          manifest: ociManifest,
        }
      : {
          layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
          config: 'application/vnd.docker.container.image.v1+json',
          manifest: dockerManifest,
        };
  const layer = blob(types.layer, gzipSync(archive, { level: 1 }));
  const config = json(types.config, {
    architecture,
    os: 'linux',
    created: '2026-01-01T00:00:00Z',
    config: { Cmd: ['/hello.txt'] },
    rootfs: { type: 'layers', diff_ids: [digestOf(archive)] },
    history: [{ created: '2026-01-01T00:00:00Z', created_by: 'nothing' }],
  });
  const manifest = json(types.manifest, {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: describe(config),
    layers: [describe(layer)],
    ...(options.annotations !== undefined && { annotations: options.annotations }),
  });
  return { manifest, blobs: [config, layer], children: [] };
}

/** An index over images of several architectures. */
export function makeIndex(architectures: readonly string[] = ['amd64', 'arm64']): Image {
  const children = architectures.map((architecture) => makeImage({ architecture }));
  const manifest = json(ociIndex, {
    schemaVersion: 2,
    mediaType: ociIndex,
    manifests: children.map((child, position) => ({
      ...describe(child.manifest),
      platform: { os: 'linux', architecture: architectures[position] ?? '' },
    })),
  });
  return { manifest, blobs: [], children };
}

/** An artifact that refers to an image, as a signature or a bill of materials does. */
export function makeReferrer(subject: Blob, artifactType: string): Image {
  const empty = blob('application/vnd.oci.empty.v1+json', Buffer.from('{}'));
  const layer = blob('application/octet-stream', randomBytes(32));
  const manifest = json(ociManifest, {
    schemaVersion: 2,
    mediaType: ociManifest,
    artifactType,
    config: describe(empty),
    layers: [describe(layer)],
    subject: describe(subject),
  });
  return { manifest, blobs: [empty, layer], children: [] };
}

/** The image and everything below it, each before what names it. */
function inOrder(image: Image): Image[] {
  return [...image.children.flatMap(inOrder), image];
}

/** Writes an OCI image layout with the image under a name. */
export function writeLayout(folder: string, name: string, image: Image): void {
  const shelf = join(folder, 'blobs', 'sha256');
  mkdirSync(shelf, { recursive: true });
  for (const one of inOrder(image)) {
    for (const each of [...one.blobs, one.manifest]) writeFileSync(join(shelf, each.digest.slice(7)), each.bytes);
  }
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const named = { ...describe(image.manifest), annotations: { 'org.opencontainers.image.ref.name': name } };
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
}

export interface Registry {
  readonly url: string;
  /** The value of the Authorization header. */
  readonly authorization: string;
}

function expectStatus(what: string, answer: HttpAnswer, status: number): HttpAnswer {
  if (answer.status === status) return answer;
  throw new Error(`${what}: HTTP ${answer.status} ${answer.body.toString()}`);
}

/** Pushes over HTTP as the distribution specification has it: POST, PUT with the bytes, then the manifest. */
export async function pushImage(
  registry: Registry,
  repository: string,
  tag: string | undefined,
  image: Image,
): Promise<void> {
  const headers = { authorization: registry.authorization };
  for (const one of inOrder(image)) {
    for (const each of one.blobs) {
      const base = `${registry.url}/v2/${repository}/blobs`;
      const begun = expectStatus('POST upload', await ask(`${base}/uploads/`, { method: 'POST', headers }), 202);
      const place = new URL(begun.headers.location ?? '', registry.url);
      place.searchParams.set('digest', each.digest);
      const type = { ...headers, 'content-type': 'application/octet-stream' };
      expectStatus('PUT upload', await ask(place, { method: 'PUT', headers: type, body: each.bytes }), 201);
    }
    const reference = one === image && tag !== undefined ? tag : one.manifest.digest;
    expectStatus(
      `PUT manifest ${reference}`,
      await ask(`${registry.url}/v2/${repository}/manifests/${reference}`, {
        method: 'PUT',
        headers: { ...headers, 'content-type': one.manifest.mediaType },
        body: one.manifest.bytes,
      }),
      201,
    );
  }
}

/** Pulls a manifest and every blob below it; throws where a byte is missing or wrong. Returns the manifest's digest. */
export async function pullWhole(registry: Registry, repository: string, reference: string): Promise<string> {
  const headers = { authorization: registry.authorization };
  const accept = [
    ociManifest,
    ociIndex,
    dockerManifest,
    'application/vnd.docker.distribution.manifest.list.v2+json',
  ].join(', ');
  const { body: bytes } = expectStatus(
    `GET manifest ${reference}`,
    await ask(`${registry.url}/v2/${repository}/manifests/${reference}`, { headers: { ...headers, accept } }),
    200,
  );
  const digest = digestOf(bytes);
  if (reference.startsWith('sha256:') && reference !== digest)
    throw new Error(`${reference}: the manifest is ${digest}`);
  const manifest = JSON.parse(bytes.toString()) as {
    config?: Descriptor;
    layers?: Descriptor[];
    manifests?: Descriptor[];
  };
  for (const child of manifest.manifests ?? []) await pullWhole(registry, repository, child.digest);
  for (const one of [...(manifest.config === undefined ? [] : [manifest.config]), ...(manifest.layers ?? [])]) {
    const { body: content } = expectStatus(
      `GET blob ${one.digest}`,
      await ask(`${registry.url}/v2/${repository}/blobs/${one.digest}`, { headers }),
      200,
    );
    if (content.length !== one.size || digestOf(content) !== one.digest)
      throw new Error(`${one.digest}: other bytes came`);
  }
  return digest;
}
