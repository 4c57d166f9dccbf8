// The only writer of images: an image and every index of it are written, changed and erased as one.
// It must not know why an image changes.
import type { Digest } from '../blobs/blob-store.js';
import type { EcrContext } from '../ecr/operation.js';
import type { Repository } from '../ecr/repository.js';
import { forgetScans } from '../scanning/scan-documents.js';
import type { Json, Store } from '../store/store.js';
import { loosenLayer, tieLayer } from './layers.js';
import { type Image, keyOf, kinds, shelfOf, typeKey } from './model.js';
import { forgetPulls, withPullTime } from './pulls.js';

export interface Mark {
  readonly kind: string;
  readonly key: string;
  readonly value: Json;
}

/** Every index entry that an image has, by kind and key. */
export function marksOf(image: Image): Map<string, Mark> {
  const marks = new Map<string, Mark>();
  const mark = (kind: string, key: string, value: Json = null): void =>
    void marks.set(`${kind} ${key}`, { kind, key, value });
  const { digest, status, tags, subject, artifactMediaType } = image;
  const live = status === 'ACTIVE';
  mark(kinds.listed, keyOf(status, tags.length > 0 ? 'tagged' : 'untagged', digest));
  for (const tag of tags) mark(live ? kinds.tag : kinds.dormantTag, tag, digest);
  for (const layer of image.layers) mark(kinds.layerUser, keyOf(layer, live ? 'live' : 'dormant', digest));
  for (const child of image.children) mark(kinds.parent, keyOf(child, digest));
  if (subject !== undefined) {
    mark(kinds.referrer, keyOf(subject, status, digest));
    if (artifactMediaType !== undefined) {
      mark(kinds.typedReferrer, keyOf(subject, status, typeKey(artifactMediaType), digest));
    }
  }
  return marks;
}

export function loadImage(context: EcrContext, repository: Repository, digest: Digest): Image | undefined {
  const shelf = shelfOf(context, repository);
  // Only this file and the flush of pull times write this kind.
  const image = context.store.get(kinds.image, shelf, digest) as unknown as Image | undefined;
  return image === undefined ? undefined : withPullTime(context.store, shelf, image);
}

/** How many images there are. */
export function imageCount(store: Store, shelf: string): number {
  const count = store.get(kinds.imageCount, shelf, 'images');
  return typeof count === 'number' ? count : 0;
}

/**
 * Writes what makes `after` of `before`. An image that is new has no `before`, one that goes has no `after`. `layerTypes` is what a
 * new image's manifest calls its layers.
 */
export function changeImage(
  context: EcrContext,
  repository: Repository,
  before: Image | undefined,
  after: Image | undefined,
  layerTypes?: ReadonlyMap<Digest, string>,
): void {
  const { store } = context;
  const shelf = shelfOf(context, repository);
  const old = before === undefined ? new Map<string, Mark>() : marksOf(before);
  const now = after === undefined ? new Map<string, Mark>() : marksOf(after);
  for (const [id, { kind, key }] of old) if (!now.has(id)) store.delete(kind, shelf, key);
  for (const [id, { kind, key, value }] of now) if (!old.has(id)) store.put(kind, shelf, key, value);
  if (after !== undefined) store.put(kinds.image, shelf, after.digest, after as unknown as Json);
  if (before === undefined || after === undefined) {
    store.put(kinds.imageCount, shelf, 'images', imageCount(store, shelf) + (before === undefined ? 1 : -1));
  }
  if (before === undefined)
    for (const layer of after?.layers ?? []) tieLayer(context, repository, layer, layerTypes?.get(layer));
  if (before !== undefined && after === undefined) {
    store.delete(kinds.image, shelf, before.digest);
    store.delete(kinds.manifest, shelf, before.digest);
    store.delete(kinds.signing, shelf, before.digest);
    store.delete(kinds.replication, shelf, before.digest);
    forgetScans(context, repository, before.digest);
    forgetPulls(store, shelf, before.digest);
    for (const layer of before.layers) loosenLayer(context, repository, layer);
  }
}
