// Where the settings of a registry lie in the store, and how answers leave out what is not set.
// It must not know what any of the settings means.

import type { Json } from '../../store/store.js';
import { type EcrContext, scopeOf } from '../operation.js';

/** The key of what a registry has only one of. */
const theOnly = 'registry';

/** The documents of one kind in the registry a call is made to. */
export class Documents<T extends Json> {
  readonly #kind: string;

  constructor(kind: string) {
    this.#kind = kind;
  }

  load(context: EcrContext, key = theOnly): T | undefined {
    // What lies there was put there by `save`.
    return context.store.get(this.#kind, scopeOf(context), key) as T | undefined;
  }

  /** By key. */
  all(context: EcrContext): T[] {
    return context.store.list(this.#kind, scopeOf(context)).map(([, value]) => value as T);
  }

  save(context: EcrContext, value: T, key = theOnly): void {
    context.store.put(this.#kind, scopeOf(context), key, value);
  }

  /** True where there was something to remove. */
  remove(context: EcrContext, key = theOnly): boolean {
    return context.store.delete(this.#kind, scopeOf(context), key);
  }
}

/** Timestamps are epoch seconds on the wire. */
export function epochSeconds(context: EcrContext): number {
  return context.now() / 1000;
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The same without its undefined members. */
export function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>;
}
