// Group commit: transactions go to the disk together, each still all or nothing.
// It must not know the tables, nor what is written, nor in which file.
import type Database from 'libsql';

/** Makes what was committed stay, whatever becomes of the machine: the database itself does not wait for that. */
export interface Disk {
  /** Elsewhere, while other work goes on; one at a time. What was committed before it began is on the disk when it ends. */
  flush(): Promise<void>;
  /** Here and now, whether or not one is under way. */
  flushNow(): void;
}

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
 * are savepoints in it, made only when something is written, so that reading costs neither. A batch is committed at the end of its turn of
 * the event loop; while one is on its way to the disk, the next one is gathered until the disk is free.
 */
export class Batch {
  readonly #database: Database.Database;
  readonly #disk: Disk;
  readonly #undone: () => void;
  /** Being gathered. */
  #open: Waiters | undefined;
  /** Committed, and on its way to the disk. */
  #flushing: Waiters | undefined;
  /** The disk may be busy when nobody waits for it any more: a flush here and now has answered for the batch. */
  #busy = false;
  #broken: { readonly error: unknown } | undefined;
  /** Inside of `transaction`, and whether it has its savepoint yet. */
  #depth = 0;
  #savepoint = false;

  /** `undone` hears of every write that is taken back, once it is. */
  constructor(database: Database.Database, disk: Disk, undone: () => void = () => undefined) {
    this.#database = database;
    this.#disk = disk;
    this.#undone = undone;
  }

  /**
   * Before every read and write. Throws for good once a flush has failed: what was committed is seen, and nobody knows whether it will be
   * after a restart, since what the system could not write once it may have dropped.
   */
  sound(): void {
    if (this.#broken !== undefined) {
      throw new Error('the disk could not keep what was written; start the local ECR again', {
        cause: this.#broken.error,
      });
    }
  }

  /** Before every write, after `sound`. */
  begin(): void {
    if (this.#open !== undefined && !this.#database.inTransaction) {
      // SQLite gave up the batch, and somebody caught that. What came before in this transaction is gone, so the rest must not stay.
      const error = new Error('the store gave up a transaction that went on');
      this.#lose(error);
      if (this.#depth > 0) throw error;
    }
    if (this.#open === undefined) {
      this.#database.exec('BEGIN');
      this.#open = waiters();
      setImmediate(() => this.#send());
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
    return (this.#open ?? this.#flushing)?.promise;
  }

  flush(): void {
    if (this.#depth > 0) throw new Error('a transaction cannot be flushed from inside');
    this.sound();
    if (this.durable() === undefined) return;
    const committed = this.#commit();
    try {
      this.#disk.flushNow();
    } catch (error) {
      committed?.reject(error);
      this.#break(error);
      throw error;
    }
    this.#kept();
    committed?.resolve();
  }

  /** What was on its way is on the disk. */
  #kept(): void {
    this.#flushing?.resolve();
    this.#flushing = undefined;
  }

  #undo(error: unknown): void {
    if (!this.#savepoint) return;
    // A full disk may have made SQLite give up the whole batch: then those before this one are gone too, and are told.
    if (this.#database.inTransaction) {
      this.#database.exec('ROLLBACK TO one; RELEASE one');
      this.#undone();
    } else {
      this.#lose(error);
    }
  }

  /** Sends what was gathered to the disk, unless that is busy: then it is sent when the disk is free. */
  #send(): void {
    if (this.#busy) return;
    let committed: Waiters | undefined;
    try {
      committed = this.#commit();
    } catch {
      // Those who wait have heard of it.
    }
    if (committed === undefined) return;
    this.#flushing = committed;
    this.#busy = true;
    this.#disk.flush().then(
      () => {
        this.#busy = false;
        this.#kept();
        this.#send();
      },
      (error: unknown) => this.#break(error),
    );
  }

  /** Those who wait for what is committed now; nothing where nothing was written. Throws, and tells them, where it cannot be. */
  #commit(): Waiters | undefined {
    const committed = this.#open;
    if (committed === undefined) return undefined;
    try {
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#lose(error);
      throw error;
    }
    this.#open = undefined;
    return committed;
  }

  /** Takes back what was gathered. */
  #lose(error: unknown): void {
    const lost = this.#open;
    this.#open = undefined;
    if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
    this.#undone();
    lost?.reject(error);
  }

  #break(error: unknown): void {
    this.#broken ??= { error };
    this.#flushing?.reject(error);
    this.#flushing = undefined;
    if (this.#open !== undefined) this.#lose(error);
  }
}
