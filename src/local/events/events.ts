// The outbox of events: what happened is written in the transaction in which it happened, and read afterwards in order.
// It must not know who reads, nor what any event means.
import { ring } from '../bell.js';
import type { ServiceContext } from '../service.js';
import type { Json, Store } from '../store/store.js';

/** An event as EventBridge has it (user guide, "Amazon ECR events and EventBridge"). */
export interface LocalEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, Json>>;
}

const kind = 'event';
/** Events of all registries are in one order. */
const outbox = 'all';

/** How many events are kept. */
export const eventsKept = 100_000;

/** Where the event of a number lies: places sort as the numbers do. */
export function placeOf(sequence: number): string {
  return String(sequence).padStart(16, '0');
}

function last(store: Store): number {
  const head = store.get('event-head', outbox, 'last');
  return typeof head === 'number' ? head : 0;
}

/** An id of the form AWS uses, and the same for the same place in the outbox. */
function idOf(sequence: number): string {
  return `00000000-0000-4000-8000-${sequence.toString(16).padStart(12, '0')}`;
}

export function recordEvent(
  context: ServiceContext,
  event: {
    readonly detailType: string;
    readonly detail: Readonly<Record<string, Json>>;
    readonly resources?: readonly string[];
    /** The caller's where left out. */
    readonly account?: string;
    readonly source?: string;
  },
): void {
  const { store } = context;
  const sequence = last(store) + 1;
  const value: LocalEvent = {
    version: '0',
    id: idOf(sequence),
    'detail-type': event.detailType,
    source: event.source ?? 'aws.ecr',
    account: event.account ?? context.account,
    time: `${new Date(context.now()).toISOString().slice(0, 19)}Z`,
    region: context.region,
    resources: event.resources ?? [],
    detail: event.detail,
  };
  store.put(kind, outbox, placeOf(sequence), value as unknown as Json);
  store.put('event-head', outbox, 'last', sequence);
  ring(store, 'event');
}

/** Events after a place in the outbox, oldest first, each with its place. */
export function eventsAfter(
  store: Store,
  place: string | undefined,
  limit: number,
): [place: string, event: LocalEvent][] {
  const page = { limit, ...(place !== undefined && { after: place }) };
  return store.list(kind, outbox, page) as unknown as [string, LocalEvent][];
}

/** The places of the oldest event that is kept and of the newest there ever was; `newest` is place 0 where there was none. */
export function eventBounds(store: Store): { readonly oldest: string | undefined; readonly newest: string } {
  return { oldest: store.list(kind, outbox, { limit: 1 })[0]?.[0], newest: placeOf(last(store)) };
}

/** Lets go of the oldest events beyond `keep`, a slice at a time. True where there may be more. */
export function trimEvents(store: Store, keep = eventsKept, slice = 1000): boolean {
  return store.transaction(() => {
    const end = last(store) - keep;
    for (let count = 0; count < slice; count += 1) {
      const oldest = store.list(kind, outbox, { limit: 1 })[0]?.[0];
      if (oldest === undefined || Number(oldest) > end) return false;
      store.delete(kind, outbox, oldest);
    }
    return true;
  });
}
