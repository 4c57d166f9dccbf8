// Copies a file to a stream through one small buffer that is used again: what is on its way is in the system's own buffers.
// It must not know digests, nor what kind of stream it is.
import { read, readSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Buffers } from './allowance.js';
import type { Stretch } from './blob-stream.js';

/** A stream that tells of each write when its bytes are no longer needed, and of its end while they are. */
class Outlet {
  readonly #stream: Writable;
  readonly #waiting = new Set<(error: unknown) => void>();
  #failed: { readonly error: unknown } | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('close', this.#close).on('error', this.#fail);
    if (stream.destroyed) this.#close();
  }

  readonly #close = (): void => this.#fail(this.#stream.errored ?? new Error('the stream was closed before its time'));

  readonly #fail = (error: unknown): void => {
    this.#failed ??= { error };
    for (const reject of this.#waiting) reject(this.#failed.error);
    this.#waiting.clear();
  };

  write(bytes: Uint8Array): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      if (this.#failed !== undefined) {
        reject(this.#failed.error);
        return;
      }
      this.#waiting.add(reject);
      this.#stream.write(bytes, (error) => {
        this.#waiting.delete(reject);
        if (error) reject(error);
        else resolve();
      });
    });
  }

  letGo(): void {
    this.#stream.off('close', this.#close).off('error', this.#fail);
  }
}

/** Milliseconds. What lies in memory is read in a fiftieth of that; beyond it everybody would be waiting for the disk. */
const soon = 2;
/** So many pieces are left to the thread pool before memory is tried again. */
const detour = 8;
/** Bytes after which others have their turn: a client that takes them at once would have the event loop for itself. */
const turn = 1024 * 1024;

/**
 * Reads at once what the system has in memory: to ask the thread pool takes as much of the processor's time as everything else that
 * sending does. Where the disk turns out to be needed the pool waits for it.
 */
class Source {
  readonly #file: number;
  #byPool = 0;

  constructor(file: number) {
    this.#file = file;
  }

  read(buffer: Buffer, length: number, position: number): number | Promise<number> {
    if (this.#byPool > 0) {
      this.#byPool -= 1;
      return new Promise((resolve, reject) => {
        read(this.#file, buffer, 0, length, position, (error, bytes) =>
          error === null ? resolve(bytes) : reject(error),
        );
      });
    }
    const begun = performance.now();
    const bytes = readSync(this.#file, buffer, 0, length, position);
    if (performance.now() - begun > soon) this.#byPool = detour;
    return bytes;
  }
}

/** Throws what `missing` makes where the file ends before its time, or what became of the stream. The file is left open. */
export async function sendFile(
  file: number,
  { start, stop }: Stretch,
  stream: Writable,
  buffers: Buffers,
  missing: (cause?: unknown) => Error,
): Promise<void> {
  const outlet = new Outlet(stream);
  const buffer = buffers.lend();
  let used = true;
  try {
    const source = new Source(file);
    let turnEnds = start + turn;
    for (let position = start; position < stop; ) {
      const bytes = await readPiece(source, buffer, Math.min(buffer.length, stop - position), position, missing);
      position += bytes;
      await outlet.write(bytes === buffer.length ? buffer : buffer.subarray(0, bytes));
      if (position >= turnEnds) {
        turnEnds = position + turn;
        await setImmediate();
      }
    }
    used = false;
  } finally {
    buffers.back(buffer, used);
    outlet.letGo();
  }
}

async function readPiece(
  source: Source,
  buffer: Buffer,
  length: number,
  position: number,
  missing: (cause?: unknown) => Error,
): Promise<number> {
  let bytes: number;
  try {
    bytes = await source.read(buffer, length, position);
  } catch (error) {
    throw missing(error);
  }
  if (bytes === 0) throw missing();
  return bytes;
}
