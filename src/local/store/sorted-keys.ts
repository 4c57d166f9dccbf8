// Keys in the order of their UTF-8 bytes, in pieces, so that one among a hundred thousand comes and goes as fast as one among ten.
// It must not know what lies under a key.

/** Keys in one piece; a piece that is full becomes two. */
const most = 512;

const beyondAscii = /[\ud800-\uffff]/;

/** The units of strings sort as the bytes of UTF-8 do, but for halves of surrogate pairs and what comes after those. */
export function compareKeys(left: string, right: string): number {
  if (left === right) return 0;
  if (beyondAscii.test(left) || beyondAscii.test(right)) {
    return Buffer.compare(Buffer.from(left, 'utf8'), Buffer.from(right, 'utf8'));
  }
  return left < right ? -1 : 1;
}

/** The first position whose item is not before `key`. */
function position<T>(items: readonly T[], keyOf: (item: T) => string, key: string): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && compareKeys(keyOf(item), key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

const self = (key: string): string => key;
const lastOf = (piece: readonly string[]): string => piece.at(-1) ?? '';

export class SortedKeys {
  /** None is empty. */
  readonly #pieces: string[][] = [];

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  /** The key must not be there. */
  add(key: string): void {
    const at = Math.min(position(this.#pieces, lastOf, key), Math.max(this.#pieces.length - 1, 0));
    const piece = this.#pieces[at];
    if (piece === undefined) {
      this.#pieces.push([key]);
      return;
    }
    piece.splice(position(piece, self, key), 0, key);
    if (piece.length > most) this.#pieces.splice(at + 1, 0, piece.splice(most / 2));
  }

  /** The key must be there. */
  delete(key: string): void {
    const at = position(this.#pieces, lastOf, key);
    const piece = this.#pieces[at];
    if (piece === undefined) return;
    piece.splice(position(piece, self, key), 1);
    if (piece.length === 0) this.#pieces.splice(at, 1);
  }

  /** Up to so many keys that sort after the one, or from the first on, and before the other, or to the last. */
  between(after: string | undefined, before: string | undefined, limit: number): string[] {
    let at = after === undefined ? 0 : position(this.#pieces, lastOf, after);
    let from = 0;
    if (after !== undefined) {
      const first = this.#pieces[at] ?? [];
      from = position(first, self, after);
      if (first[from] === after) from += 1;
    }
    const found: string[] = [];
    for (let piece = this.#pieces[at]; piece !== undefined && found.length < limit; piece = this.#pieces[(at += 1)]) {
      const end = before === undefined ? piece.length : position(piece, self, before);
      found.push(...piece.slice(from, Math.min(end, from + limit - found.length)));
      if (end < piece.length) break;
      from = 0;
    }
    return found;
  }
}
