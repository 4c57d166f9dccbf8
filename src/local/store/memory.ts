// The store that forgets: documents in maps, with an undo log for transactions.
// It must not know files, or what the documents mean.
import { compareKeys, SortedKeys } from './sorted-keys.js';
import type { Json, Page, Span, Store } from './store.js';

interface Shelf {
  readonly values: Map<string, string>;
  readonly keys: SortedKeys;
}

export function openMemoryStore(): Store {
  const shelves = new Map<string, Map<string, Shelf>>();
  let undo: (() => void)[] | undefined;
  let open = true;

  const shelf = (kind: string, scope: string): Shelf | undefined => {
    if (!open) throw new Error('the store is closed');
    return shelves.get(kind)?.get(scope);
  };

  const write = (kind: string, scope: string, key: string, text: string): void => {
    let scopes = shelves.get(kind);
    if (scopes === undefined) shelves.set(kind, (scopes = new Map()));
    let found = scopes.get(scope);
    if (found === undefined) scopes.set(scope, (found = { values: new Map(), keys: new SortedKeys() }));
    if (!found.values.has(key)) found.keys.add(key);
    found.values.set(key, text);
  };

  const erase = (kind: string, scope: string, key: string): void => {
    const found = shelf(kind, scope);
    if (found === undefined || !found.values.delete(key)) return;
    found.keys.delete(key);
    if (found.keys.isEmpty) shelves.get(kind)?.delete(scope);
  };

  /** Remembers how to put back what stands under the key now. */
  const remember = (kind: string, scope: string, key: string): void => {
    if (undo === undefined) return;
    const before = shelf(kind, scope)?.values.get(key);
    undo.push(() => (before === undefined ? erase(kind, scope, key) : write(kind, scope, key, before)));
  };

  return {
    get(kind, scope, key) {
      const text = shelf(kind, scope)?.values.get(key);
      return text === undefined ? undefined : (JSON.parse(text) as Json);
    },
    put(kind, scope, key, value) {
      if (!open) throw new Error('the store is closed');
      const text = JSON.stringify(value);
      remember(kind, scope, key);
      write(kind, scope, key, text);
    },
    delete(kind, scope, key) {
      if (shelf(kind, scope)?.values.has(key) !== true) return false;
      remember(kind, scope, key);
      erase(kind, scope, key);
      return true;
    },
    clear(kinds, scope) {
      for (const kind of [kinds].flat()) {
        const found = shelf(kind, scope);
        const scopes = shelves.get(kind);
        if (found === undefined || scopes === undefined) continue;
        scopes.delete(scope);
        undo?.push(() => void scopes.set(scope, found));
      }
    },
    list(kind, scope, { after, before, limit }: Span = {}) {
      const found = shelf(kind, scope);
      if (found === undefined) return [];
      const keys = found.keys.between(after, before, limit ?? Number.POSITIVE_INFINITY);
      return keys.map((key) => [key, JSON.parse(found.values.get(key) ?? 'null') as Json]);
    },
    scopes(kind, { after, limit }: Page = {}) {
      if (!open) throw new Error('the store is closed');
      const all = [...(shelves.get(kind)?.keys() ?? [])].sort(compareKeys);
      const start = after === undefined ? 0 : all.findIndex((scope) => compareKeys(scope, after) > 0);
      return start < 0 ? [] : all.slice(start, limit === undefined ? undefined : start + limit);
    },
    transaction(fn) {
      if (undo !== undefined) return fn();
      const log: (() => void)[] = [];
      undo = log;
      try {
        return fn();
      } catch (error) {
        undo = undefined;
        for (const step of log.reverse()) step();
        throw error;
      } finally {
        undo = undefined;
      }
    },
    durable: () => undefined,
    flush: () => undefined,
    close() {
      open = false;
      shelves.clear();
    },
  };
}
