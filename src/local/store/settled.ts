// Tells nobody what may not stay. The writes of one turn of the event loop go to the disk together; where that fails, as on a full
// disk, all of them are taken back, and what others have seen of them was never there.
// It must not know what is read or written.
import type { Store } from './store.js';

type Durable = Pick<Store, 'durable'>;

/** The writes of others may fail again and again; then so does the reader. */
const attempts = 3;

/**
 * What `write` says, once all that it wrote is on the disk. A refusal waits too: it may say that somebody else has done it already, and
 * whoever hears that goes on as if it were so.
 */
export async function writeSettled<T>(store: Durable, write: () => T | Promise<T>): Promise<T> {
  let done: T;
  try {
    done = await write();
  } catch (error) {
    await store.durable();
    throw error;
  }
  await store.durable();
  return done;
}

/** What `read` finds, once all that it may have seen is on the disk; it is asked again where that was taken back. */
export async function readSettled<T>(store: Durable, read: () => T | Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const found = await read();
    const pending = store.durable();
    if (pending === undefined) return found;
    try {
      await pending;
      return found;
    } catch (error) {
      if (attempt === attempts) throw error;
    }
  }
}
