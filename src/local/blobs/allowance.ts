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

/**
 * How large a buffer is for how many transfers, the last for any more. Measured, interleaved, for eight: with 128 KiB the program's own work
 * for each piece takes a third more time, with 1 MiB the bytes leave the processor's cache before they are written. A thousand take 36 MiB.
 */
const pieces = [
  { transfers: 16, size: 512 * 1024 },
  { transfers: 64, size: 128 * 1024 },
] as const;
const pieceInCrowd = 24 * 1024;

/** Buffers that are lent and used again: fresh memory costs a third of the time that sending a blob takes. */
export class Buffers {
  readonly #spare = new Map<number, Buffer[]>(pieces.map(({ size }) => [size, []]));
  #lent = 0;

  lend(): Buffer {
    this.#lent += 1;
    const size = pieces.find(({ transfers }) => this.#lent <= transfers)?.size ?? pieceInCrowd;
    return this.#spare.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size);
  }

  /** `used`: a stream may still be reading it, so it is left to the garbage collector. */
  back(buffer: Buffer, used = false): void {
    this.#lent -= 1;
    if (!used) this.#spare.get(buffer.length)?.push(buffer);
  }
}
