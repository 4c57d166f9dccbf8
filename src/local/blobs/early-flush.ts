// Sends the bytes of a large file on to the disk while it still grows, so that little is left to wait for at its end: it takes nearly
// all of the half second that flushing a GiB takes (measured). It must not know what the file holds.
import { largest } from './allowance.js';
import type { Folders } from './folders.js';

/** So many bytes after another; less is flushed as fast in one go. */
const stretch = 32 * largest;

type File = Parameters<Folders['flushFile']>[0];

/** One file at a time, so that threads are left for reading. */
export class EarlyFlusher {
  readonly #folders: Folders;
  #busy = false;

  constructor(folders: Folders) {
    this.#folders = folders;
  }

  /** Nothing where it is another file's turn. */
  flush(file: File): Promise<void> | undefined {
    if (this.#busy) return undefined;
    this.#busy = true;
    return this.#folders.flushFile(file).finally(() => {
      this.#busy = false;
    });
  }
}

/** The flushes of one file. */
export class EarlyFlushes {
  readonly #flusher: EarlyFlusher;
  readonly #file: File;
  #flushed: number;
  #running: Promise<void> = Promise.resolve();

  constructor(flusher: EarlyFlusher, file: File, from: number) {
    this.#flusher = flusher;
    this.#file = file;
    this.#flushed = from;
  }

  /** The file is so long now. */
  reached(position: number): void {
    if (position - this.#flushed < stretch) return;
    const running = this.#flusher.flush(this.#file);
    if (running === undefined) return;
    this.#flushed = position;
    const both = Promise.all([this.#running, running]).then(() => undefined);
    // It is heard of at the end; whoever fails before that, and after another has, must not end the process.
    both.catch(() => {});
    this.#running = both;
  }

  /** Rejects where one of them has failed. */
  finish(): Promise<void> {
    return this.#running;
  }

  async failed(): Promise<boolean> {
    try {
      await this.#running;
      return false;
    } catch {
      return true;
    }
  }
}
