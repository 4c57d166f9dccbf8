// The layers of a repository: which there are, which no manifest names, how one comes in and goes.
// It must not know uploads, nor what a manifest looks like.
import { type Digest, isDigest } from '../blobs/blob-store.js';
import type { EcrContext } from '../ecr/operation.js';
import { isBlobMountingOn } from '../ecr/registry/account-settings.js';
import type { Repository } from '../ecr/repository.js';
import type { Json, Store } from '../store/store.js';
import { entriesUnder, hasEntries, type Run } from './entries.js';
import { everywhere, type Image, type ImageContext, keyOf, kinds, type Layer, shelfOf, timeKey } from './model.js';

/** A layer that no manifest names is not told of without being kept this much longer, so that a push that builds on it can end. */
const freshFor = 3_600_000;

export function loadLayer(store: Store, shelf: string, digest: Digest): Layer | undefined {
  // Only this file writes this kind.
  return store.get(kinds.layer, shelf, digest) as unknown as Layer | undefined;
}

function looseKey(shelf: string, layer: Layer): string {
  return keyOf(timeKey(layer.looseSince ?? 0), shelf, layer.digest);
}

/** Writes a layer and whether it is loose, in place of what was there. */
function writeLayer(store: Store, shelf: string, before: Layer | undefined, after: Layer): void {
  if (before?.looseSince !== undefined) store.delete(kinds.looseLayer, everywhere, looseKey(shelf, before));
  if (after.looseSince !== undefined) store.put(kinds.looseLayer, everywhere, looseKey(shelf, after), null);
  store.put(kinds.layer, shelf, after.digest, after as unknown as Json);
}

function usersOf(shelf: string, digest: Digest, state?: 'live' | 'dormant'): Run {
  const parts = state === undefined ? [digest] : [digest, state];
  return { kind: kinds.layerUser, scope: shelf, start: `${keyOf(...parts)}/` };
}

/** True where an image that can be pulled names the layer (`live`), or one that cannot. */
export function isUsed(store: Store, shelf: string, digest: Digest, state?: 'live' | 'dormant'): boolean {
  return hasEntries(store, usersOf(shelf, digest, state));
}

/** Layers come in loose, unless a manifest was let in before them. */
export function addLayer(context: EcrContext, repository: Repository, digest: Digest, size: number): Layer {
  const { store } = context;
  const shelf = shelfOf(context, repository);
  const before = loadLayer(store, shelf, digest);
  const now = context.now();
  const layer: Layer = {
    digest,
    size,
    addedAt: before?.addedAt ?? now,
    ...(before?.mediaType !== undefined && { mediaType: before.mediaType }),
    ...(!isUsed(store, shelf, digest) && { looseSince: now }),
  };
  writeLayer(store, shelf, before, layer);
  store.put(kinds.blobHolder, digest, shelf, null);
  return layer;
}

/** A manifest names the layer from now on. */
export function tieLayer(context: EcrContext, repository: Repository, digest: Digest, mediaType?: string): void {
  const shelf = shelfOf(context, repository);
  const layer = loadLayer(context.store, shelf, digest);
  if (layer === undefined) return;
  const { looseSince, ...tied } = layer;
  const named = tied.mediaType ?? mediaType;
  if (looseSince === undefined && named === layer.mediaType) return;
  writeLayer(context.store, shelf, layer, { ...tied, ...(named !== undefined && { mediaType: named }) });
}

/** A manifest no longer names the layer; perhaps none does. */
export function loosenLayer(context: EcrContext, repository: Repository, digest: Digest): void {
  const { store } = context;
  const shelf = shelfOf(context, repository);
  const layer = loadLayer(store, shelf, digest);
  if (layer === undefined || isUsed(store, shelf, digest)) return;
  writeLayer(store, shelf, layer, { ...layer, looseSince: context.now() });
}

/** Takes a layer out of a repository. Nothing may name it. */
export function dropLayer(store: Store, shelf: string, layer: Layer): void {
  if (layer.looseSince !== undefined) store.delete(kinds.looseLayer, everywhere, looseKey(shelf, layer));
  store.delete(kinds.layer, shelf, layer.digest);
  store.delete(kinds.blobHolder, layer.digest, shelf);
}

/** A layer whose bytes are there, all of them: one that has lost some can be pushed again. One that is told of can be built upon: it is not collected soon. */
export function findLayer(context: ImageContext, repository: Repository, digest: string): Layer | undefined {
  if (!isDigest(digest)) return undefined;
  const { store } = context;
  const shelf = shelfOf(context, repository);
  const layer = loadLayer(store, shelf, digest);
  if (layer === undefined || context.blobs.size(digest) !== layer.size) return undefined;
  const now = context.now();
  if (layer.looseSince === undefined || now - layer.looseSince < freshFor) return layer;
  const kept = { ...layer, looseSince: now };
  store.transaction(() => writeLayer(store, shelf, layer, kept));
  return kept;
}

export interface MountOptions {
  /** Any blob of the source may be mounted (OCI distribution specification); ECR has conditions. */
  readonly anyBlob?: boolean;
}

/**
 * ECR's conditions (user guide, "Blob mounting"; aws/containers-roadmap#2860): the setting is on, one registry, one encryption,
 * and an image names the layer that did not come through a pull-through cache.
 */
function mayMount(context: EcrContext, from: Repository, to: Repository, digest: Digest): boolean {
  if (from.account !== to.account || !isBlobMountingOn({ ...context, account: to.account })) return false;
  const { encryptionType, kmsKey } = from.encryption;
  if (encryptionType !== to.encryption.encryptionType || kmsKey !== to.encryption.kmsKey) return false;
  const shelf = shelfOf(context, from);
  return entriesUnder(context.store, usersOf(shelf, digest), undefined, 10).some(([end]) => {
    const image = context.store.get(kinds.image, shelf, end.slice(end.indexOf('/') + 1)) as unknown as
      | Image
      | undefined;
    return image !== undefined && image.origin !== 'pull-through';
  });
}

/** Lets a repository use a layer of another; nothing where that is not allowed, or there is none. */
export function mountLayer(
  context: ImageContext,
  from: Repository,
  to: Repository,
  digest: string,
  options: MountOptions = {},
): Layer | undefined {
  return context.store.transaction(() => {
    const present = findLayer(context, to, digest);
    if (present !== undefined) return present;
    const source = findLayer(context, from, digest);
    if (source === undefined) return undefined;
    if (options.anyBlob !== true && !mayMount(context, from, to, digest)) return undefined;
    return addLayer(context, to, digest, source.size);
  });
}

/** False where there is no such layer, or a manifest names it. */
export function deleteLayer(context: EcrContext, repository: Repository, digest: string): boolean {
  const { store } = context;
  const shelf = shelfOf(context, repository);
  return store.transaction(() => {
    const layer = loadLayer(store, shelf, digest);
    if (layer === undefined || isUsed(store, shelf, digest)) return false;
    dropLayer(store, shelf, layer);
    return true;
  });
}
