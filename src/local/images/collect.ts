// Collects what nothing uses any more: layers that no manifest names, uploads that nobody goes on with, blobs that no repository has.
// It must not know when it is called upon. A layer that a manifest names has a repository that holds its blob, and is never touched.
import { setImmediate as turn } from 'node:timers/promises';
import type { BlobStore, Digest } from '../blobs/blob-store.js';
import type { Store } from '../store/store.js';
import { dropLayer, isUsed, loadLayer } from './layers.js';
import { everywhere, kinds, timeKey, type Upload } from './model.js';

export interface CollectOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How long what nobody uses is left alone, in milliseconds. */
  readonly grace: number;
  /** Ends the collection early. */
  readonly signal?: AbortSignal;
}

/** How many of each are gone. */
export interface Collected {
  readonly layers: number;
  readonly uploads: number;
  readonly blobs: number;
}

/** How many things are looked at before others get their turn. */
const slice = 200;

type Place = { readonly store: Store; readonly blobs: BlobStore };

/** `time/account/region/repository/digest`; repositories have slashes in their names. */
function looseEntry(key: string): { shelf: string; digest: Digest } {
  return { shelf: key.slice(key.indexOf('/') + 1, key.lastIndexOf('/')), digest: key.slice(key.lastIndexOf('/') + 1) };
}

async function collectLayers({ store }: Place, { now, grace, signal }: CollectOptions): Promise<number> {
  const end = timeKey(now - grace);
  let count = 0;
  for (;;) {
    const done = store.transaction(() => {
      const entries = store.list(kinds.looseLayer, everywhere, { limit: slice });
      const due = entries.filter(([key]) => key < end);
      for (const [key] of due) {
        store.delete(kinds.looseLayer, everywhere, key);
        const { shelf, digest } = looseEntry(key);
        const layer = loadLayer(store, shelf, digest);
        if (layer === undefined || isUsed(store, shelf, digest)) continue;
        dropLayer(store, shelf, layer);
        count += 1;
      }
      return due.length < slice;
    });
    // Where the disk takes nothing, what was taken off is there again: it would be taken off for ever.
    await (store.durable() ?? turn());
    if (done || signal?.aborted === true) return count;
  }
}

/** Those whose bytes are gone, or were never written because the process ended. */
function forgetUploads({ store, blobs }: Place, { now, grace }: CollectOptions): void {
  for (const shelf of store.scopes(kinds.upload)) {
    for (const [upload, value] of store.list(kinds.upload, shelf)) {
      const { startedAt } = value as unknown as Upload;
      if (startedAt < now - grace && blobs.received(upload) === undefined) store.delete(kinds.upload, shelf, upload);
    }
  }
}

async function collectUploads(place: Place, options: CollectOptions): Promise<number> {
  const { blobs } = place;
  const { now, grace, signal } = options;
  let count = 0;
  for await (const { upload, touchedAt } of blobs.uploads()) {
    if (signal?.aborted === true) return count;
    if (touchedAt < now - grace && (await blobs.cancel(upload))) count += 1;
  }
  place.store.transaction(() => forgetUploads(place, options));
  return count;
}

async function collectBlobs({ store, blobs }: Place, { signal }: CollectOptions): Promise<number> {
  let seen = 0;
  let count = 0;
  for await (const { digest } of blobs.list()) {
    if (signal?.aborted === true) return count;
    // That nobody names it must be on the disk first: a layer that came back after a kill would have lost its bytes.
    store.flush();
    // In one step: between the question and the removal nobody can begin to hold the blob, nor name it.
    if (store.list(kinds.blobHolder, digest, { limit: 1 }).length === 0 && blobs.remove(digest)) count += 1;
    seen += 1;
    if (seen % slice === 0) await turn();
  }
  return count;
}

export async function collect(place: Place, options: CollectOptions): Promise<Collected> {
  // Uploads first: on a full disk the room that their bytes leave is what the rest needs to be written down.
  const uploads = await collectUploads(place, options);
  const layers = await collectLayers(place, options);
  const blobs = await collectBlobs(place, options);
  return { layers, uploads, blobs };
}
