// What is to be done later, and when: one queue in the store, in order of time, written in the transaction that makes it due.
// It must not know what any duty does.
import { ring } from './bell.js';
import type { Store } from './store/store.js';

/** One thing to do. There is at most one for each duty and subject. */
export interface Due {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly duty: string;
  /** Whom the duty is about, in its own terms. */
  readonly subject: string;
}

const queue = ['due', 'all'] as const;
const bySubject = 'due-at';

/** Sorts by time, then by duty and subject: the same things due are done in the same order, always. */
function keyOf({ at, duty, subject }: Due): string {
  return `${String(at).padStart(16, '0')} ${duty} ${subject}`;
}

export function scheduledAt(store: Store, duty: string, subject: string): number | undefined {
  const at = store.get(bySubject, duty, subject);
  return typeof at === 'number' ? at : undefined;
}

/** True where there was something to take off. */
export function unschedule(store: Store, duty: string, subject: string): boolean {
  const at = scheduledAt(store, duty, subject);
  if (at === undefined) return false;
  store.delete(bySubject, duty, subject);
  return store.delete(...queue, keyOf({ at, duty, subject }));
}

/** In place of what was scheduled for the duty and subject before. */
export function schedule(store: Store, due: Due): void {
  const at = Math.max(0, Math.ceil(due.at));
  unschedule(store, due.duty, due.subject);
  store.put(...queue, keyOf({ ...due, at }), { ...due, at });
  store.put(bySubject, due.duty, due.subject, at);
  ring(store, 'timetable');
}

/** What is to be done next. */
export function firstDue(store: Store): Due | undefined {
  return store.list(...queue, { limit: 1 })[0]?.[1] as Due | undefined;
}

/** Brings everything forward by so many milliseconds. */
export function bringForward(store: Store, milliseconds: number): void {
  store.transaction(() => {
    for (const [, value] of store.list(...queue)) {
      // Only `schedule` writes there.
      const due = value as unknown as Due;
      schedule(store, { ...due, at: due.at - milliseconds });
    }
  });
}
