// The blobs themselves: files under their digest, each held as long as somebody needs it.
// It must not know how their bytes came here.
import { closeSync, fstatSync, openSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { makeFolder } from '../data-folder.js';
import type { Allowance, Buffers } from './allowance.js';
import { BlobError, type BlobRange, type Digest, type HeldBlob, isDigest } from './blob-store.js';
import { BlobStream, type Stretch } from './blob-stream.js';
import { errnoOf, noBlob, told, unlessMissing } from './failures.js';
import type { Folders } from './folders.js';
import { hashFile } from './hashing.js';
import { algorithmOf, algorithms, isShard, type Layout } from './layout.js';
import { sendFile } from './send.js';
import type { Complete } from './uploads.js';

export class Shelf {
  readonly #layout: Layout;
  readonly #folders: Folders;
  readonly #allowance: Allowance;
  readonly #buffers: Buffers;
  /** How many hold each blob. */
  readonly #holders = new Map<Digest, number>();
  readonly #streams = new Set<BlobStream>();

  constructor(layout: Layout, folders: Folders, allowance: Allowance, buffers: Buffers) {
    this.#layout = layout;
    this.#folders = folders;
    this.#allowance = allowance;
    this.#buffers = buffers;
  }

  size(digest: Digest): number | undefined {
    if (!isDigest(digest)) return undefined;
    return statSync(this.#layout.blob(digest), { throwIfNoEntry: false })?.size;
  }

  hold(digest: Digest): HeldBlob | undefined {
    const size = this.size(digest);
    return size === undefined ? undefined : { digest, size, release: this.#pin(digest) };
  }

  #pin(digest: Digest): () => void {
    this.#holders.set(digest, (this.#holders.get(digest) ?? 0) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (this.#holders.get(digest) ?? 1) - 1;
      if (left > 0) this.#holders.set(digest, left);
      else this.#holders.delete(digest);
    };
  }

  /** Makes a blob of an upload whose digest is right. */
  async add(digest: Digest, upload: Complete): Promise<HeldBlob> {
    // Held before anything is looked at: what is here now cannot be removed before the caller has named it.
    const release = this.#pin(digest);
    try {
      const shard = this.#layout.shard(digest);
      await this.#folders.make(shard);
      if (this.size(digest) === upload.size) {
        await unlessMissing(unlink(upload.path));
      } else {
        // None is there, or one that has lost bytes.
        await upload.flush();
        await this.#rename(upload.path, digest);
      }
      // In both cases: whoever put the other one there may not have come so far.
      await this.#folders.flush(shard);
      return { digest, size: upload.size, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  async #rename(from: string, digest: Digest): Promise<void> {
    try {
      await rename(from, this.#layout.blob(digest));
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') throw new BlobError('gone', 'the upload was cancelled');
      throw told(error);
    }
  }

  /** An open file, and the stretch of it that is asked for. */
  #open(digest: Digest, range: BlobRange): { readonly file: number; readonly stretch: Stretch } {
    if (!isDigest(digest)) throw noBlob(digest);
    let file: number;
    try {
      file = openSync(this.#layout.blob(digest), 'r');
    } catch (error) {
      throw errnoOf(error) === 'ENOENT' ? noBlob(digest) : error;
    }
    try {
      return { file, stretch: stretchOf(digest, fstatSync(file).size, range) };
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  read(digest: Digest, range: BlobRange = {}): BlobStream {
    const { file, stretch } = this.#open(digest, range);
    const stream = new BlobStream(file, stretch, this.#allowance, (cause) => damaged(digest, cause));
    const release = this.#pin(digest);
    this.#streams.add(stream);
    stream.once('close', () => {
      release();
      this.#streams.delete(stream);
    });
    return stream;
  }

  async send(digest: Digest, to: Writable, range: BlobRange = {}): Promise<void> {
    const { file, stretch } = this.#open(digest, range);
    const release = this.#pin(digest);
    try {
      await sendFile(file, stretch, to, this.#buffers, (cause) => damaged(digest, cause));
    } finally {
      closeSync(file);
      release();
    }
  }

  remove(digest: Digest, scrap: string): boolean {
    if (this.#holders.has(digest) || this.size(digest) === undefined) return false;
    const path = this.#layout.blob(digest);
    try {
      renameSync(path, scrap);
    } catch {
      // Slower where the file is large, and needs nothing.
      unlinkSync(path);
    }
    return true;
  }

  setAside(digest: Digest): boolean {
    if (this.#holders.has(digest) || this.size(digest) === undefined) return false;
    makeFolder(this.#layout.damaged);
    renameSync(this.#layout.blob(digest), this.#layout.setAside(digest));
    return true;
  }

  async *list(): AsyncGenerator<{ readonly digest: Digest; readonly size: number }> {
    for (const algorithm of algorithms) {
      const root = this.#layout.algorithm(algorithm);
      for (const shard of (await unlessMissing(readdir(root))) ?? []) {
        if (!isShard(shard)) continue;
        for (const name of (await unlessMissing(readdir(join(root, shard)))) ?? []) {
          const digest = `${algorithm}:${name}`;
          const found = isDigest(digest) ? await unlessMissing(stat(join(root, shard, name))) : undefined;
          if (found !== undefined) yield { digest, size: found.size };
        }
      }
    }
  }

  async verify(digest: Digest, signal?: AbortSignal): Promise<boolean> {
    if (!isDigest(digest)) throw noBlob(digest);
    const release = this.#pin(digest);
    try {
      const algorithm = algorithmOf(digest);
      const hash = await unlessMissing(
        hashFile(this.#layout.blob(digest), algorithm, { ...(signal !== undefined && { signal }) }),
      );
      if (hash === undefined) throw noBlob(digest);
      return `${algorithm}:${hash.digest('hex')}` === digest;
    } catch (error) {
      // The disk cannot read it: its bytes are not there, whatever they once were.
      if (errnoOf(error) === 'EIO') return false;
      throw error;
    } finally {
      release();
    }
  }

  close(): void {
    for (const stream of this.#streams) stream.destroy();
  }
}

function damaged(digest: Digest, cause?: unknown): Error {
  return new BlobError('damaged', `blob '${digest}' has lost bytes`, cause === undefined ? undefined : { cause });
}

function stretchOf(digest: Digest, actual: number, { start = 0, end, size = actual }: BlobRange): Stretch {
  const stop = end === undefined ? size : end + 1;
  if (size !== actual || stop > actual) throw damaged(digest);
  return { start, stop };
}
