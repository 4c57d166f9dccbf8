// Group commit: the transactions of one turn of the event loop go to the disk in one commit, each still all or nothing.
// It must not know the tables, nor what is written.
import type Database from 'libsql';

/** Those who wait for one commit. */
interface Waiters {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function waiters(): Waiters {
  let resolve = (): void => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  // Nobody may be waiting; one who is hears of it all the same.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

/**
 * A flush costs the same for one transaction as for a hundred, and most of what a write costs. SQLite's transaction is the batch; ours
 * are savepoints in it, made only when something is written, so that reading costs neither.
 */
export class Batch {
  readonly #database: Database.Database;
  readonly #undone: () => void;
  #open: Waiters | undefined;
  /** Inside of `transaction`, and whether it has its savepoint yet. */
  #depth = 0;
  #savepoint = false;

  /** `undone` hears of every write that is taken back, once it is. */
  constructor(database: Database.Database, undone: () => void = () => undefined) {
    this.#database = database;
    this.#undone = undone;
  }

  /** Before every write. */
  begin(): void {
    if (this.#open !== undefined && !this.#database.inTransaction) {
      // SQLite gave up the batch, and somebody caught that. What came before in this transaction is gone, so the rest must not stay.
      const error = new Error('the store gave up a transaction that went on');
      this.#end({ error });
      if (this.#depth > 0) throw error;
    }
    if (this.#open === undefined) {
      this.#database.exec('BEGIN');
      this.#open = waiters();
      setImmediate(() => this.#commit());
    }
    if (this.#depth > 0 && !this.#savepoint) {
      this.#database.exec('SAVEPOINT one');
      this.#savepoint = true;
    }
  }

  transaction<T>(fn: () => T): T {
    if (this.#depth > 0) return fn();
    this.#depth = 1;
    try {
      const result = fn();
      if (this.#savepoint) this.#database.exec('RELEASE one');
      return result;
    } catch (error) {
      this.#undo(error);
      throw error;
    } finally {
      this.#depth = 0;
      this.#savepoint = false;
    }
  }

  durable(): Promise<void> | undefined {
    return this.#open?.promise;
  }

  flush(): void {
    if (this.#depth > 0) throw new Error('a transaction cannot be flushed from inside');
    const failure = this.#commit();
    if (failure !== undefined) throw failure.error;
  }

  #undo(error: unknown): void {
    if (!this.#savepoint) return;
    // A full disk may have made SQLite give up the whole batch: then those before this one are gone too, and are told.
    if (this.#database.inTransaction) {
      this.#database.exec('ROLLBACK TO one; RELEASE one');
      this.#undone();
    } else {
      this.#end({ error });
    }
  }

  #commit(): { readonly error: unknown } | undefined {
    if (this.#open === undefined) return undefined;
    try {
      this.#database.exec('COMMIT');
      this.#end();
      return undefined;
    } catch (error) {
      // A commit that failed may have ended the transaction already.
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      this.#end({ error });
      return { error };
    }
  }

  #end(failure?: { readonly error: unknown }): void {
    const waiting = this.#open;
    this.#open = undefined;
    if (failure === undefined) {
      waiting?.resolve();
    } else {
      this.#undone();
      waiting?.reject(failure.error);
    }
  }
}
