// Gathers what one source says, each use once, and what of it could not be read.
// It must not know any kind of source.

import { AwsFault } from '../../plan/ports.js';
import { reasonOf } from '../../plan/read.js';
import { type ImageUse, type ReferenceContext, readReference, type UsageReading } from '../../plan/usage/index.js';

export class Uses {
  readonly #context: ReferenceContext;
  readonly #uses = new Map<string, ImageUse>();
  readonly #failures: AwsFault[] = [];

  constructor(context: ReferenceContext = {}) {
    this.#context = context;
  }

  /** An address of an image as its user has it; `digest` is what that was resolved to, where it is known. */
  add(address: string | undefined, by: string, digest?: string): void {
    const read = address === undefined ? undefined : readReference(address, this.#context);
    // What no client could pull is used by nobody.
    if (read?.kind !== 'ecr') return;
    const { registry, repository, tag } = read.image;
    const resolved = read.image.digest ?? digest;
    const use: ImageUse = {
      registry,
      repository,
      ...(tag === undefined ? {} : { tag }),
      ...(resolved === undefined ? {} : { digest: resolved }),
      by,
    };
    const key = `${registry.account} ${registry.region} ${repository} ${tag ?? ''} ${resolved ?? ''} ${by}`;
    if (!this.#uses.has(key)) this.#uses.set(key, use);
  }

  /** Reads a part of the source. Where it fails the others are read all the same: what they use must be known. */
  async part(read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      if (!(error instanceof AwsFault) || error.kind === 'interrupted') throw error;
      this.#failures.push(error);
    }
  }

  reading(source: string): UsageReading {
    const uses = [...this.#uses.values()];
    const [first, ...more] = this.#failures;
    if (first === undefined) return { source, state: 'read', uses };
    const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
    return { source, state: 'unknown', operation: first.operation, reason: `${reasonOf(first)}${others}`, uses };
  }
}
