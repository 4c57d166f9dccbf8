// Holds the bytes on the disk against what repositories say of them.
// It must not know how an answer is told.
import { BlobError, type BlobStore, type Digest } from '../blobs/blob-store.js';
import { type Image, kinds, type Layer } from '../images/model.js';
import type { Store } from '../store/store.js';
import { blobDamaged, blobMissing, type Finding, indexBroken, type NamedImage, named } from './finding.js';

export interface BlobContext {
  readonly store: Store;
  readonly blobs: BlobStore;
  /** Whether damaged blobs are moved out of the way. */
  readonly setAside: boolean;
  readonly signal: AbortSignal;
}

interface Standing {
  readonly findings: Finding[];
  /** What the layers say, where they agree. */
  readonly size: number | undefined;
}

/** The images of all repositories that name a blob; so many are enough to go on with. */
function imagesOf(store: Store, digest: Digest, limit = 1000): NamedImage[] {
  const found: NamedImage[] = [];
  for (const [shelf] of store.list(kinds.blobHolder, digest)) {
    const start = `${digest}/`;
    for (const [key] of store.list(kinds.layerUser, shelf, { after: start, limit })) {
      if (!key.startsWith(start)) break;
      const image = store.get(kinds.image, shelf, key.slice(key.lastIndexOf('/') + 1)) as unknown as Image | undefined;
      if (image !== undefined) found.push(named(shelf, image));
      if (found.length >= limit) return found.sort(byName);
    }
  }
  return found.sort(byName);
}

function byName(left: NamedImage, right: NamedImage): number {
  const [one, other] = [left, right].map(({ account, region, repository, tags, digest }) =>
    [account, region, repository, tags[0] ?? digest].join(' '),
  ) as [string, string];
  return one < other ? -1 : 1;
}

/** Of one moment: what the repositories that hold a blob say of it, and whether the disk has as much. */
function standing({ store, blobs }: BlobContext, digest: Digest): Standing {
  const findings: Finding[] = [];
  const sizes = new Set<number>();
  for (const [shelf] of store.list(kinds.blobHolder, digest)) {
    const layer = store.get(kinds.layer, shelf, digest) as unknown as Layer | undefined;
    if (layer === undefined)
      findings.push(indexBroken(`${shelf} holds the bytes of ${digest}, which is no layer of it`));
    else sizes.add(layer.size);
  }
  if (sizes.size > 1)
    findings.push(indexBroken(`repositories give ${digest} different sizes: ${[...sizes].join(', ')}`));
  const [size] = sizes;
  if (size === undefined) return { findings, size };
  const actual = blobs.size(digest);
  if (actual === size) return { findings, size };
  const images = imagesOf(store, digest);
  if (actual === undefined) findings.push(blobMissing(digest, images));
  // The next push is not told that it is here, and replaces it.
  else findings.push(blobDamaged(digest, `are ${actual} of ${size}`, 'replaceable', images));
  return { findings, size: undefined };
}

/** Findings of one blob, and how many of its bytes were looked at. */
export async function checkBlob(
  context: BlobContext,
  digest: Digest,
): Promise<{ readonly findings: readonly Finding[]; readonly bytes: number; readonly setAside: boolean }> {
  const { store, blobs, signal } = context;
  const { findings, size } = standing(context, digest);
  if (size === undefined) return { findings, bytes: 0, setAside: false };
  let good: boolean;
  try {
    good = await blobs.verify(digest, signal);
  } catch (error) {
    if (!(error instanceof BlobError) || error.failure !== 'gone') throw error;
    // Collected meanwhile, as nobody holds it any more; or else it is missing.
    return { findings: [...findings, ...standing(context, digest).findings], bytes: 0, setAside: false };
  }
  if (good) return { findings, bytes: size, setAside: false };
  const setAside = context.setAside && blobs.setAside(digest);
  const damage = setAside ? 'set-aside' : 'in-the-way';
  findings.push(blobDamaged(digest, 'have another digest', damage, imagesOf(store, digest)));
  return { findings, bytes: size, setAside };
}
