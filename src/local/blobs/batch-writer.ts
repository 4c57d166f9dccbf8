// Writes small chunks to a file in large pieces: one is written while the next is gathered, and whoever brings more has to wait.
// It must not know what the bytes are, nor what a failure means to them.
import type { Allowance } from './allowance.js';

/** What it needs of a file handle. */
export interface Target {
  writev(chunks: readonly Uint8Array[], position: number): Promise<{ readonly bytesWritten: number }>;
}

/** So many chunks are written however small they are: each costs memory beyond its bytes. */
const mostChunks = 512;

export class BatchWriter {
  readonly #file: Target;
  readonly #allowance: Allowance;
  /** Called after each piece with where the file ends then; its promise is waited for in the end. */
  readonly #written: (position: number) => void;
  #position: number;
  #piece: number;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #writing: Promise<void> | undefined;

  constructor(file: Target, position: number, allowance: Allowance, written: (position: number) => void = () => {}) {
    this.#file = file;
    this.#position = position;
    this.#allowance = allowance;
    this.#written = written;
    this.#piece = allowance.take();
  }

  /** Where the next piece goes: how long the file is once everything before it is written. */
  get position(): number {
    return this.#position;
  }

  /** A promise where no more can be taken for now; it rejects, as every later call does, where writing has failed. */
  add(chunk: Uint8Array): Promise<void> | undefined {
    this.#gathered.push(chunk);
    this.#gatheredBytes += chunk.length;
    if (this.#gatheredBytes < this.#piece && this.#gathered.length < mostChunks) return undefined;
    if (this.#writing !== undefined) return this.#next(this.#writing);
    this.#begin();
    return undefined;
  }

  async #next(before: Promise<void>): Promise<void> {
    await before;
    this.#begin();
  }

  #begin(): void {
    const chunks = this.#gathered;
    const position = this.#position;
    this.#position += this.#gatheredBytes;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    // A crowd may have come or gone meanwhile.
    this.#allowance.give(this.#piece);
    this.#piece = this.#allowance.take();
    const writing = this.#write(chunks, position);
    this.#writing = writing;
    writing.then(
      () => {
        if (this.#writing === writing) this.#writing = undefined;
      },
      () => {
        // It stays, so that the next call hears of it.
      },
    );
  }

  async #write(chunks: readonly Uint8Array[], position: number): Promise<void> {
    let at = position;
    let left = chunks;
    while (left.length > 0) {
      const { bytesWritten } = await this.#file.writev(left, at);
      at += bytesWritten;
      const rest = after(left, bytesWritten);
      if (bytesWritten === 0 && rest.length > 0) throw new Error('the file takes no more bytes, and says not why');
      left = rest;
    }
    this.#written(at);
  }

  /** Everything is in the file on return. */
  async finish(): Promise<void> {
    await this.#writing;
    if (this.#gatheredBytes > 0) this.#begin();
    await this.#writing;
  }

  /** Nothing is being written any more on return; what was gathered is forgotten. To be called in the end, whatever happened. */
  async release(): Promise<void> {
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#allowance.give(this.#piece);
    this.#piece = 0;
    try {
      await this.#writing;
    } catch {
      // Whoever added or finished has heard of it.
    }
  }
}

/** What is left of chunks after so many bytes: a disk that fills up takes a part. */
function after(chunks: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let skip = bytes;
  const first = chunks.findIndex((chunk) => {
    if (chunk.length > skip) return true;
    skip -= chunk.length;
    return false;
  });
  if (first === -1) return [];
  const rest = chunks.slice(first);
  const head = rest[0];
  if (head !== undefined && skip > 0) rest[0] = head.subarray(skip);
  return rest;
}
