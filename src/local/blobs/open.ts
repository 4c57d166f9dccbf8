// The BlobStore on files.
// It must not know repositories, accounts, or any protocol.
import { randomUUID } from 'node:crypto';
import { unlink } from 'node:fs/promises';
import { Allowance, Buffers, largest } from './allowance.js';
import type { BlobStore } from './blob-store.js';
import { Folders } from './folders.js';
import { layoutOf } from './layout.js';
import { Shelf } from './shelf.js';
import { temporaryFolder } from './temporary.js';
import { Uploads } from './uploads.js';

export interface BlobStoreOptions {
  /** Where everything is kept; without it, in a temporary folder that is removed in the end. */
  readonly folder?: string;
  /** Milliseconds since the epoch, for the times of uploads; the system's where it is left out. */
  readonly now?: () => number;
}

/** Touches nothing before the first upload, whatever is there already: one that was killed left nothing to be mended. */
export function openBlobStore(options: BlobStoreOptions = {}): BlobStore {
  const temporary = options.folder === undefined ? temporaryFolder() : undefined;
  const layout = layoutOf(options.folder ?? temporary?.path ?? '');
  const folders = new Folders(layout.folder, temporary === undefined);
  const allowance = new Allowance(32 * largest);
  const uploads = new Uploads(layout, folders, allowance, options.now ?? Date.now);
  const shelf = new Shelf(layout, folders, allowance, new Buffers());
  /** What is not to be cut off by the end. */
  const underWay = new Set<Promise<void>>();
  let open = true;

  const live = (): void => {
    if (!open) throw new Error('the blob store is closed');
  };
  const finishing = <T>(work: Promise<T>): Promise<T> => {
    const settled = work.then(
      () => {},
      () => {},
    );
    underWay.add(settled);
    void settled.then(() => underWay.delete(settled));
    return work;
  };

  return {
    size: (digest) => {
      live();
      return shelf.size(digest);
    },
    hold: (digest) => {
      live();
      return shelf.hold(digest);
    },
    read: (digest, range) => {
      live();
      return shelf.read(digest, range);
    },
    send: async (digest, to, range) => {
      live();
      return shelf.send(digest, to, range);
    },
    begin: async () => {
      live();
      return finishing(uploads.begin());
    },
    received: (upload) => {
      live();
      return uploads.received(upload);
    },
    append: async (upload, offset, bytes) => {
      live();
      return finishing(uploads.append(upload, offset, bytes));
    },
    commit: async (upload, digest) => {
      live();
      return finishing(uploads.end(upload, digest, (complete) => shelf.add(digest, complete)));
    },
    digestOf: async (upload) => {
      live();
      return finishing(uploads.digestOf(upload));
    },
    cancel: async (upload) => {
      live();
      return finishing(uploads.cancel(upload));
    },
    remove: (digest) => {
      live();
      // To free a large file takes long: it is an upload that nobody knows until then, and is collected as one after a kill.
      const scrap = layout.upload(randomUUID());
      if (!shelf.remove(digest, scrap)) return false;
      void finishing(unlink(scrap)).catch(() => {});
      return true;
    },
    setAside: (digest) => {
      live();
      return shelf.setAside(digest);
    },
    list: () => shelf.list(),
    uploads: () => uploads.list(),
    verify: async (digest, signal) => {
      live();
      return shelf.verify(digest, signal);
    },
    close: async () => {
      if (!open) return;
      open = false;
      uploads.close();
      shelf.close();
      await Promise.all(underWay);
      temporary?.remove();
    },
  };
}
