// Tells readers of a store that something they wait for was written, once the transaction that wrote it is over.
// It must not know what was written, nor who reads it.
import type { Store } from './store/store.js';

const listeners = new WeakMap<Store, Map<string, Set<() => void>>>();
const rung = new WeakMap<Store, Set<string>>();

/** Calls those who listen, soon and once, however often it is rung meanwhile. May be rung inside a transaction, and for nothing. */
export function ring(store: Store, name: string): void {
  if (listeners.get(store)?.has(name) !== true) return;
  let pending = rung.get(store);
  if (pending === undefined) rung.set(store, (pending = new Set()));
  if (pending.has(name)) return;
  pending.add(name);
  // Transactions are synchronous: in the next turn this one has been committed or undone.
  setImmediate(() => {
    pending.delete(name);
    for (const listener of listeners.get(store)?.get(name) ?? []) listener();
  });
}

/** Returns the way to stop. */
export function listen(store: Store, name: string, listener: () => void): () => void {
  let names = listeners.get(store);
  if (names === undefined) listeners.set(store, (names = new Map()));
  let heard = names.get(name);
  if (heard === undefined) names.set(name, (heard = new Set()));
  heard.add(listener);
  return () => {
    heard.delete(listener);
    if (heard.size === 0 && names.get(name) === heard) names.delete(name);
  };
}
