// Layers of upstream images: each is downloaded once, however many ask for it, and kept when its bytes are what its digest says.
// It must not know manifests.
import pLimit from 'p-limit';
import { BlobError, type Digest, type HeldBlob } from '../blobs/blob-store.js';
import { repositoryNotFound } from '../ecr/repository.js';
import { addLayer, findLayer } from '../images/layers.js';
import { maxLayerSize } from '../images/limits.js';
import { kinds } from '../images/model.js';
import { UpstreamError } from './errors.js';
import { repositoryAt, type Source } from './source.js';

/** Downloads at one time; the others wait. */
const atOnce = 6;

export class LayerDownloads {
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #limit = pLimit(atOnce);

  /** Resolves once the layer is in the repository. `size` is what a manifest says of it. */
  fetch(source: Source, digest: Digest, size?: number): Promise<void> {
    const key = `${source.shelf}@${digest}`;
    const known = this.#underWay.get(key);
    if (known !== undefined) return known;
    const work = this.#limit(() => download(source, digest, size)).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, work);
    return work;
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay.values());
  }
}

function add(source: Source, { digest, size }: HeldBlob): void {
  const { context } = source;
  context.store.transaction(() => {
    const repository = repositoryAt(source);
    if (repository === undefined) throw repositoryNotFound(source.name, context.account);
    if (findLayer(context, repository, digest) === undefined) addLayer(context, repository, digest, size);
  });
}

/** Another account's bytes are not had for knowing their digest, which is all that a manifest need know. */
function isOwn({ context: { store, account } }: Source, digest: Digest): boolean {
  const [first] = store.list(kinds.blobHolder, digest, { after: `${account}/`, limit: 1 });
  return first?.[0].startsWith(`${account}/`) === true;
}

async function download(source: Source, digest: Digest, size: number | undefined): Promise<void> {
  const { blobs } = source.context;
  // Bytes that are here for another repository of the account are the same bytes, where the upstream's own manifest has named them to us.
  const held = size === undefined || !isOwn(source, digest) ? undefined : blobs.hold(digest);
  try {
    if (held !== undefined && held.size === size) {
      add(source, held);
      return;
    }
  } finally {
    held?.release();
  }
  const upload = await blobs.begin();
  try {
    await blobs.append(upload, 0, await source.client.blob(source.upstreamName, digest, maxLayerSize, size));
    const blob = await blobs.commit(upload, digest);
    try {
      add(source, blob);
    } finally {
      blob.release();
    }
  } catch (error) {
    await blobs.cancel(upload);
    if (!(error instanceof BlobError) || error.failure !== 'digest') throw error;
    throw new UpstreamError('unavailable', `it has other bytes than those of ${digest}`, { cause: error });
  }
}
