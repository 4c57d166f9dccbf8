// Uploads: files that grow at their end, with the sha256 of what they hold carried along in memory.
// It must not know what becomes of an upload, but for the one moment in which it is handed over.
import { createHash, type Hash, randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { type FileHandle, open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Allowance } from './allowance.js';
import { BatchWriter } from './batch-writer.js';
import { BlobError, type Digest } from './blob-store.js';
import { EarlyFlusher, EarlyFlushes } from './early-flush.js';
import { noUpload, told, unlessMissing } from './failures.js';
import type { Folders } from './folders.js';
import { hashFile } from './hashing.js';
import { algorithmOf, isUploadId, type Layout } from './layout.js';
import { drain } from './source.js';

interface Session {
  size: number;
  /** Of its `size` bytes; nothing where another process received them. */
  sha256: Hash | undefined;
  /** Somebody appends to it, reads it or ends it. */
  busy: boolean;
  /** Cuts off the bytes that arrive. */
  readonly end: AbortController;
}

function session(size: number): Session {
  return { size, sha256: size === 0 ? createHash('sha256') : undefined, busy: false, end: new AbortController() };
}

/** An upload whose digest was found right, for the short time in which it becomes a blob. */
export interface Complete {
  readonly path: string;
  readonly size: number;
  /** Its bytes are on the disk for good on return. */
  flush(): Promise<void>;
}

/** Sessions kept in memory; of one that was forgotten, the digest is found by reading the file again. */
const mostSessions = 4096;

export class Uploads {
  readonly #layout: Layout;
  readonly #folders: Folders;
  readonly #allowance: Allowance;
  readonly #now: () => number;
  readonly #flusher: EarlyFlusher;
  /** In the order of their last use. */
  readonly #sessions = new Map<string, Session>();

  constructor(layout: Layout, folders: Folders, allowance: Allowance, now: () => number) {
    this.#layout = layout;
    this.#folders = folders;
    this.#allowance = allowance;
    this.#now = now;
    this.#flusher = new EarlyFlusher(folders);
  }

  async begin(): Promise<string> {
    await this.#folders.make(this.#layout.uploads);
    const upload = randomUUID();
    const fresh = session(0);
    // Until it has its time it is nobody's to judge how old it is.
    fresh.busy = true;
    this.#remember(upload, fresh);
    try {
      const file = await open(this.#layout.upload(upload), 'wx', 0o600);
      try {
        await this.#touch(file);
      } finally {
        await file.close();
      }
    } catch (error) {
      this.#sessions.delete(upload);
      throw told(error);
    } finally {
      fresh.busy = false;
    }
    return upload;
  }

  received(upload: string): number | undefined {
    return this.#find(upload)?.size;
  }

  append(upload: string, offset: number, bytes: AsyncIterable<Uint8Array>): Promise<number> {
    return this.#alone(upload, async (session) => {
      if (offset !== session.size) {
        throw new BlobError('offset', `bytes came for ${offset}, and the upload has ${session.size}`);
      }
      const file = await this.#open(upload);
      try {
        const broken = await this.#receive(file, upload, session, bytes);
        await this.#touch(file);
        if (broken !== undefined) throw broken.error;
        return session.size;
      } finally {
        await file.close();
      }
    });
  }

  /** By the store's clock: the machine's may be far behind it. */
  #touch(file: FileHandle): Promise<void> {
    const now = this.#now() / 1000;
    return file.utimes(now, now);
  }

  /** All that came, or nothing of it: the session changes only where everything is in the file. */
  async #receive(file: FileHandle, upload: string, session: Session, bytes: AsyncIterable<Uint8Array>) {
    const before = session.sha256?.copy();
    const flushes = new EarlyFlushes(this.#flusher, file, session.size);
    const writer = new BatchWriter(file, session.size, this.#allowance, (position) => flushes.reached(position));
    try {
      const take = (chunk: Uint8Array): Promise<void> | undefined => {
        session.sha256?.update(chunk);
        return writer.add(chunk);
      };
      const broken = await drain(bytes, take, session.end.signal);
      await writer.finish();
      await flushes.finish();
      session.size = writer.position;
      return broken;
    } catch (error) {
      session.sha256 = before;
      await writer.release();
      if (await flushes.failed()) await this.cancel(upload);
      // A file that could not be cut stays longer than the session says, until more bytes come or the upload ends.
      else await file.truncate(session.size).catch(() => {});
      throw told(error);
    } finally {
      await writer.release();
    }
  }

  digestOf(upload: string): Promise<Digest> {
    return this.#alone(upload, (session) => this.#sha256Of(upload, session));
  }

  async #sha256Of(upload: string, session: Session): Promise<Digest> {
    session.sha256 ??= await this.#read(upload, () =>
      hashFile(this.#layout.upload(upload), 'sha256', { size: session.size }),
    );
    return `sha256:${session.sha256.copy().digest('hex')}`;
  }

  async #digestAs(upload: string, session: Session, digest: Digest): Promise<Digest> {
    if (algorithmOf(digest) === 'sha256') return this.#sha256Of(upload, session);
    const hash = await this.#read(upload, () =>
      hashFile(this.#layout.upload(upload), 'sha512', { size: session.size }),
    );
    return `sha512:${hash.digest('hex')}`;
  }

  /** Hands the upload over, and forgets it where `take` does not fail: its file is somebody else's then, or gone. */
  end<T>(upload: string, digest: Digest, take: (complete: Complete) => Promise<T>): Promise<T> {
    return this.#alone(upload, async (session) => {
      const actual = await this.#digestAs(upload, session, digest);
      if (actual !== digest) throw new BlobError('digest', `the bytes have the digest ${actual}, not ${digest}`);
      const result = await take({
        path: this.#layout.upload(upload),
        size: session.size,
        flush: () => this.#flush(upload, session),
      });
      this.#sessions.delete(upload);
      return result;
    });
  }

  async #flush(upload: string, session: Session): Promise<void> {
    const file = await this.#open(upload);
    try {
      const { size } = await file.stat();
      if (size < session.size) throw noUpload(upload);
      if (size > session.size) await file.truncate(session.size);
      await this.#folders.flushFile(file);
    } catch (error) {
      // What the disk refused once, the system may have dropped: flushed again it would look as if all were well.
      await this.cancel(upload);
      throw told(error);
    } finally {
      await file.close();
    }
  }

  async cancel(upload: string): Promise<boolean> {
    const found = this.#find(upload);
    if (found === undefined) return false;
    found.end.abort(noUpload(upload));
    this.#sessions.delete(upload);
    return (await unlessMissing(unlink(this.#layout.upload(upload)).then(() => true))) ?? false;
  }

  async *list(): AsyncGenerator<{ readonly upload: string; readonly touchedAt: number }> {
    const names = (await unlessMissing(readdir(this.#layout.uploads))) ?? [];
    for (const upload of names) {
      if (!isUploadId(upload)) continue;
      const found = await unlessMissing(stat(join(this.#layout.uploads, upload)));
      if (found === undefined) continue;
      const busy = this.#sessions.get(upload)?.busy === true;
      yield { upload, touchedAt: busy ? this.#now() : Math.round(found.mtimeMs) };
    }
  }

  /** Bytes that still arrive are cut off; what came of them stays. */
  close(): void {
    for (const { end } of this.#sessions.values()) end.abort(new Error('the blob store was closed'));
  }

  #remember(upload: string, session: Session): void {
    this.#sessions.delete(upload);
    this.#sessions.set(upload, session);
    if (this.#sessions.size <= mostSessions) return;
    for (const [oldest, { busy }] of this.#sessions) {
      if (busy) continue;
      this.#sessions.delete(oldest);
      return;
    }
  }

  #find(upload: string): Session | undefined {
    if (!isUploadId(upload)) return undefined;
    let found = this.#sessions.get(upload);
    if (found === undefined) {
      const size = statSync(this.#layout.upload(upload), { throwIfNoEntry: false })?.size;
      if (size === undefined) return undefined;
      found = session(size);
    }
    this.#remember(upload, found);
    return found;
  }

  async #alone<T>(upload: string, work: (session: Session) => Promise<T>): Promise<T> {
    const found = this.#find(upload);
    if (found === undefined) throw noUpload(upload);
    if (found.busy) throw new BlobError('offset', `bytes of upload '${upload}' are still arriving`);
    found.busy = true;
    try {
      return await work(found);
    } finally {
      found.busy = false;
    }
  }

  #open(upload: string): Promise<FileHandle> {
    return this.#read(upload, () => open(this.#layout.upload(upload), 'r+'));
  }

  /** Where somebody has deleted the file, there is no such upload either. */
  async #read<T>(upload: string, work: () => Promise<T>): Promise<T> {
    const result = await unlessMissing(work());
    if (result !== undefined) return result;
    this.#sessions.delete(upload);
    throw noUpload(upload);
  }
}
