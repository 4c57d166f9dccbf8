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

/** Pairs of buffers that are lent and used again: fresh memory costs a third of the time that sending a blob takes. */
export class Buffers {
  readonly #allowance = new Allowance(32 * largest);
  readonly #spare: Buffer[] = [];

  lend(): readonly [Buffer, Buffer] {
    const size = this.#allowance.take();
    const buffer = (): Buffer => (size === largest ? this.#spare.pop() : undefined) ?? Buffer.allocUnsafeSlow(size);
    return [buffer(), buffer()];
  }

  /** `used`: a stream may still be reading them, so they are left to the garbage collector. */
  back(pair: readonly [Buffer, Buffer], used = false): void {
    const size = pair[0].length;
    this.#allowance.give(size);
    if (!used && size === largest && this.#spare.length < 8) this.#spare.push(...pair);
  }
}
