// Pushes tiny images to a local ECR over its own API, for tests of what becomes of images.
// It must not know the commands that are tested.
import { createHash } from 'node:crypto';

interface Place {
  readonly account: string;
  readonly region: string;
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** One call of ECR's JSON API, as the AWS CLI would make it. */
export async function call(
  url: string,
  { account, region }: Place,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${account}/20261001/${region}/ecr/aws4_request`,
    },
    body: JSON.stringify(input),
  });
  const body = (await answer.json()) as Readonly<Record<string, unknown>>;
  if (!answer.ok) throw new Error(`${operation}: ${JSON.stringify(body)}`);
  return body;
}

const imageType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

async function layer(url: string, place: Place, repositoryName: string, text: string): Promise<void> {
  const { uploadId } = await call(url, place, 'InitiateLayerUpload', { repositoryName });
  const bytes = Buffer.from(text);
  const part = { partFirstByte: 0, partLastByte: bytes.length - 1, layerPartBlob: bytes.toString('base64') };
  await call(url, place, 'UploadLayerPart', { repositoryName, uploadId, ...part });
  const done = { repositoryName, uploadId, layerDigests: [digestOf(text)] };
  // Images share what they are made of.
  await call(url, place, 'CompleteLayerUpload', done).catch((error: unknown) => {
    if (!String(error).includes('LayerAlreadyExistsException')) throw error;
  });
}

function described(text: string, mediaType: string) {
  return { mediaType, digest: digestOf(text), size: Buffer.byteLength(text) };
}

async function put(
  url: string,
  place: Place,
  repositoryName: string,
  manifest: Readonly<Record<string, unknown>>,
  tag: string | undefined,
): Promise<string> {
  const imageManifest = JSON.stringify(manifest);
  const named = tag === undefined ? { imageDigest: digestOf(imageManifest) } : { imageTag: tag };
  await call(url, place, 'PutImage', { repositoryName, imageManifest, ...named });
  return digestOf(imageManifest);
}

/** Pushes an image whose one layer is the text, and gives its digest. */
export async function pushImage(
  url: string,
  place: Place,
  repositoryName: string,
  tag: string | undefined,
  text: string = tag ?? 'untagged',
): Promise<string> {
  for (const one of ['{}', text]) await layer(url, place, repositoryName, one);
  const manifest = {
    schemaVersion: 2,
    mediaType: imageType,
    config: described('{}', 'application/vnd.oci.image.config.v1+json'),
    layers: [described(text, 'application/vnd.oci.image.layer.v1.tar')],
  };
  return put(url, place, repositoryName, manifest, tag);
}

/** Pushes an index over images that are there, and gives its digest. */
export function pushIndex(
  url: string,
  place: Place,
  repositoryName: string,
  tag: string | undefined,
  children: readonly string[],
): Promise<string> {
  const manifests = children.map((digest) => ({ mediaType: imageType, digest, size: 1 }));
  return put(url, place, repositoryName, { schemaVersion: 2, mediaType: indexType, manifests }, tag);
}
