// A blob as a stream, for whoever needs one: a file read in pieces that are handed over for good.
// It must not know digests, nor where files lie.
import { close, read } from 'node:fs';
import { Readable } from 'node:stream';
import type { Allowance } from './allowance.js';

export interface Stretch {
  readonly start: number;
  /** Not included. */
  readonly stop: number;
}

export class BlobStream extends Readable {
  readonly #file: number;
  readonly #stop: number;
  readonly #piece: number;
  readonly #missing: (cause?: unknown) => Error;
  readonly #released: () => void;
  #position: number;
  /** A file must not be closed while it is read. */
  #reading = false;
  #afterReading: (() => void) | undefined;

  /** The file is closed with the stream; `missing` makes the error of bytes that are not there. */
  constructor(file: number, stretch: Stretch, allowance: Allowance, missing: (cause?: unknown) => Error) {
    const piece = allowance.take();
    super({ highWaterMark: piece });
    this.#file = file;
    this.#position = stretch.start;
    this.#stop = stretch.stop;
    this.#piece = piece;
    this.#missing = missing;
    this.#released = () => allowance.give(piece);
  }

  override _read(): void {
    const want = Math.min(this.#piece, this.#stop - this.#position);
    if (want <= 0) {
      this.push(null);
      return;
    }
    const buffer = Buffer.allocUnsafeSlow(want);
    this.#reading = true;
    read(this.#file, buffer, 0, want, this.#position, (error, bytes) => {
      this.#reading = false;
      if (this.#afterReading !== undefined) this.#afterReading();
      else if (error !== null) this.destroy(this.#missing(error));
      else if (bytes === 0) this.destroy(this.#missing());
      else {
        this.#position += bytes;
        this.push(bytes === want ? buffer : buffer.subarray(0, bytes));
      }
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const end = (): void => {
      this.#released();
      close(this.#file, (failure) => done(error ?? failure));
    };
    if (this.#reading) this.#afterReading = end;
    else end();
  }
}
