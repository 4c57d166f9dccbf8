// The documents that were read or written last, as texts: what is read again and again is not asked of the database each time, which
// costs ten times as much. Right because one process alone has the file, and forgets everything when something is undone.
// It must not know where documents are kept.

/** What is remembered takes about so much memory. */
const room = 32 * 1024 * 1024;
/** Larger texts are not remembered. */
const longest = 256 * 1024;
/** What an entry takes beside its texts. */
const overhead = 200;

/** Two bytes a character at most. */
function weight(place: string, text: string | undefined): number {
  return 2 * (place.length + (text?.length ?? 0)) + overhead;
}

export class Recent {
  readonly #room: number;
  /** By place, the one that was not asked for longest first; nothing for a document that is not there. */
  readonly #texts = new Map<string, string | undefined>();
  #size = 0;

  constructor(bytes = room) {
    this.#room = bytes;
  }

  /** What is remembered, or else what `load` gives. */
  read(place: string, load: () => string | undefined): string | undefined {
    const known = this.#texts.has(place);
    const text = known ? this.#texts.get(place) : load();
    this.wrote(place, text);
    return text;
  }

  /** A document is this now; or gone. */
  wrote(place: string, text: string | undefined): void {
    if (this.#texts.has(place)) {
      this.#size -= weight(place, this.#texts.get(place));
      this.#texts.delete(place);
    }
    if ((text?.length ?? 0) > longest) return;
    this.#texts.set(place, text);
    this.#size += weight(place, text);
    for (const [oldest, other] of this.#texts) {
      if (this.#size <= this.#room) return;
      this.#size -= weight(oldest, other);
      this.#texts.delete(oldest);
    }
  }

  /** Nobody knows which documents are others now. */
  forget(): void {
    this.#texts.clear();
    this.#size = 0;
  }
}
