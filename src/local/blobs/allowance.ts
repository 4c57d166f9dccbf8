// How much memory transfers may hold between them: large pieces while few are under way, small ones in a crowd, so that a thousand
// stalled clients cost what eight fast ones do. It must not know what is transferred.

const smallest = 64 * 1024;
/** Measured: larger pieces move no more bytes a second, neither when reading nor when writing. */
export const largest = 1024 * 1024;

export class Allowance {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** The size of each of the two pieces that a transfer holds: one is filled while the other is emptied. */
  take(): number {
    let size = largest;
    while (size > smallest && size * 16 > this.#left) size /= 2;
    this.#left -= 2 * size;
    return size;
  }

  /** Gives back what `take` gave. */
  give(size: number): void {
    this.#left += 2 * size;
  }
}

/** Bytes that stay in a processor's cache between a read and the write that follows: larger pieces take twice its time. */
const piece = 128 * 1024;
const pieceInCrowd = 32 * 1024;
/** So many transfers are no crowd. */
const few = 64;

/** Buffers that are lent and used again: fresh memory costs a third of the time that sending a blob takes. */
export class Buffers {
  readonly #spare: Buffer[] = [];
  #lent = 0;

  lend(): Buffer {
    this.#lent += 1;
    if (this.#lent > few) return Buffer.allocUnsafeSlow(pieceInCrowd);
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(piece);
  }

  /** `used`: a stream may still be reading it, so it is left to the garbage collector. */
  back(buffer: Buffer, used = false): void {
    this.#lent -= 1;
    if (!used && buffer.length === piece && this.#spare.length < few) this.#spare.push(buffer);
  }
}
