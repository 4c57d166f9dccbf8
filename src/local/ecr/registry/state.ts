// Where the settings of a registry lie in the store, and how answers leave out what is not set.
// It must not know what any of the settings means.
import { type EcrContext, scopeOf } from '../operation.js';
import type { Json } from '../../store/store.js';

/** The key of what a registry has only one of. */
const theOnly = 'registry';

export function load<T extends Json>(context: EcrContext, kind: string, key = theOnly): T | undefined {
  // What lies there was put there by `save` under the same kind.
  return context.store.get(kind, scopeOf(context), key) as T | undefined;
}

export function loadAll<T extends Json>(context: EcrContext, kind: string): T[] {
  return context.store.list(kind, scopeOf(context)).map(([, value]) => value as T);
}

export function save(context: EcrContext, kind: string, value: Json, key = theOnly): void {
  context.store.put(kind, scopeOf(context), key, value);
}

/** True where there was something to remove. */
export function remove(context: EcrContext, kind: string, key = theOnly): boolean {
  return context.store.delete(kind, scopeOf(context), key);
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
