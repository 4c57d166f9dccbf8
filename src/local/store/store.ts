// The port behind every document the local cloud keeps: one synchronous, ordered, transactional store.
// It must not know what the documents mean, nor any service's errors.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export interface Page {
  /** Only keys that sort after this one. */
  readonly after?: string;
  readonly limit?: number;
}

export interface Span extends Page {
  /** Only keys that sort before this one. */
  readonly before?: string;
}

/**
 * Documents by kind (`repository`), scope (`account/region`) and key. Keys sort by UTF-8 bytes, in every implementation.
 * Values are plain JSON; what `get` gives is never shared with the store, so a caller may keep it.
 */
export interface Store {
  get(kind: string, scope: string, key: string): Json | undefined;
  put(kind: string, scope: string, key: string, value: Json): void;
  /** True where there was something to delete. */
  delete(kind: string, scope: string, key: string): boolean;
  /** Deletes all documents of some kinds in a scope, however many. */
  clear(kinds: string | readonly string[], scope: string): void;
  list(kind: string, scope: string, span?: Span): [key: string, value: Json][];
  /** The scopes that hold at least one document of the kind, sorted; `after` is a scope here. */
  scopes(kind: string, page?: Page): string[];
  /**
   * All of `fn` or nothing of it. A transaction inside another joins it. `fn` must not return a promise. What it wrote is seen at
   * once, and lasts once `durable` says so: transactions of one turn of the event loop go to the disk together.
   */
  transaction<T>(fn: () => T): T;
  /**
   * Nothing where all that was written is on the disk; else a promise of that, which rejects where it could not be written and is
   * gone. To be awaited before anybody outside is told that something was done.
   */
  durable(): Promise<void> | undefined;
  /** The same here and now, for a step that must not come before; throws where it cannot be written. */
  flush(): void;
  close(): void;
}
