// What ECR goes by in an upload beside its bytes: how long the first part was, and whether any but the last was too small.
// Kept in memory, for as many uploads as are ever under way: an upload that outlives the process is taken as if it had no parts.
// It must not know bytes or requests.

interface Parts {
  readonly first: number;
  readonly last: number;
  /** The smallest but for the last. */
  readonly smallest: number;
}

const most = 10_000;

export class PartBook {
  readonly #uploads = new Map<string, Parts>();

  /** Notes a part that has come in whole. */
  add(upload: string, bytes: number): void {
    const known = this.#uploads.get(upload);
    this.#uploads.delete(upload);
    this.#uploads.set(
      upload,
      known === undefined
        ? { first: bytes, last: bytes, smallest: Number.POSITIVE_INFINITY }
        : { first: known.first, last: bytes, smallest: Math.min(known.smallest, known.last) },
    );
    const [oldest] = this.#uploads.keys();
    if (this.#uploads.size > most && oldest !== undefined) this.#uploads.delete(oldest);
  }

  first(upload: string): number | undefined {
    return this.#uploads.get(upload)?.first;
  }

  /** The smallest of all parts but the last; infinite where there is no such part. */
  smallest(upload: string): number {
    return this.#uploads.get(upload)?.smallest ?? Number.POSITIVE_INFINITY;
  }

  forget(upload: string): void {
    this.#uploads.delete(upload);
  }
}
