// A container image made from nothing, and pushed and pulled with a few requests, as container clients do it.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};

const digestOf = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const part = (mediaType, bytes) => ({ mediaType, digest: digestOf(bytes), size: bytes.length, bytes });
const describe = ({ bytes: _, ...descriptor }) => descriptor;

/** An image without a single file, which says `text` of itself. */
export function makeImage(text) {
  const archive = Buffer.alloc(1024);
  const layer = part(types.layer, gzipSync(archive));
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: { Labels: { says: text } },
    rootfs: { type: 'layers', diff_ids: [digestOf(archive)] },
  };
  const blobs = [part(types.config, Buffer.from(JSON.stringify(config))), layer];
  const [first, ...layers] = blobs.map(describe);
  const manifest = { schemaVersion: 2, mediaType: types.manifest, config: first, layers };
  return { manifest: part(types.manifest, Buffer.from(JSON.stringify(manifest))), blobs };
}

/** A request that must succeed; the error is what the registry says. */
async function request(url, { authorization, ...init }) {
  const answer = await fetch(url, { ...init, headers: { ...init.headers, authorization } });
  if (answer.ok) return answer;
  const [error] = (await answer.json()).errors;
  throw new Error(`HTTP ${answer.status} ${error.code}: ${error.message}`);
}

/** `repository` is its address: `http://127.0.0.1:4510/v2/NAME`. */
export async function push(repository, authorization, tag, { manifest, blobs }) {
  for (const { digest, bytes } of blobs) {
    const begun = await request(`${repository}/blobs/uploads/`, { method: 'POST', authorization });
    const place = new URL(begun.headers.get('location'), repository);
    place.searchParams.set('digest', digest);
    await request(place, { method: 'PUT', body: bytes, authorization });
  }
  const headers = { 'content-type': manifest.mediaType };
  await request(`${repository}/manifests/${tag}`, { method: 'PUT', headers, body: manifest.bytes, authorization });
}

/** The image with all its bytes, each held against its digest. */
export async function pull(repository, authorization, reference) {
  const headers = { accept: types.manifest };
  const answer = await request(`${repository}/manifests/${reference}`, { headers, authorization });
  const manifest = part(types.manifest, Buffer.from(await answer.arrayBuffer()));
  const { config, layers } = JSON.parse(manifest.bytes);
  const blobs = [];
  for (const { mediaType, digest } of [config, ...layers]) {
    const blob = await request(`${repository}/blobs/${digest}`, { authorization });
    blobs.push(part(mediaType, Buffer.from(await blob.arrayBuffer())));
    if (blobs.at(-1).digest !== digest) throw new Error(`${digest}: other bytes came`);
  }
  return { manifest, blobs };
}
