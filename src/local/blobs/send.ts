// Copies a file to a stream through two buffers that are used again: one is filled while the other is on its way.
// It must not know digests, nor what kind of stream it is.
import type { FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
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
    const written = new Promise<void>((resolve, reject) => {
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
    // Two are under way at a time, and only one of them is waited for.
    written.catch(() => {});
    return written;
  }

  letGo(): void {
    this.#stream.off('close', this.#close).off('error', this.#fail);
  }
}

/** Throws what `missing` makes where the file ends before its time, or what became of the stream. */
export async function sendFile(
  file: FileHandle,
  { start, stop }: Stretch,
  stream: Writable,
  buffers: Buffers,
  missing: (cause?: unknown) => Error,
): Promise<void> {
  const outlet = new Outlet(stream);
  const pair = buffers.lend();
  let used = true;
  try {
    const sent: [Promise<void>, Promise<void>] = [Promise.resolve(), Promise.resolve()];
    let turn: 0 | 1 = 0;
    for (let position = start; position < stop; turn = turn === 0 ? 1 : 0) {
      await sent[turn];
      const buffer = pair[turn];
      const bytes = await readPiece(file, buffer, Math.min(buffer.length, stop - position), position, missing);
      position += bytes;
      sent[turn] = outlet.write(buffer.subarray(0, bytes));
    }
    await Promise.all(sent);
    used = false;
  } finally {
    buffers.back(pair, used);
    outlet.letGo();
  }
}

async function readPiece(
  file: FileHandle,
  buffer: Buffer,
  length: number,
  position: number,
  missing: (cause?: unknown) => Error,
): Promise<number> {
  let bytes: number;
  try {
    ({ bytesRead: bytes } = await file.read(buffer, 0, length, position));
  } catch (error) {
    throw missing(error);
  }
  if (bytes === 0) throw missing();
  return bytes;
}
