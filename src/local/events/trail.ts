// The record of API calls. Calls are gathered in memory and written in batches, so that recording costs a call next to nothing;
// what a kill finds unwritten is lost.
// It must not know HTTP, nor what any operation does.
import { ring } from '../bell.js';
import type { ServiceContext } from '../service.js';
import type { Json, Store } from '../store/store.js';
import { placeOf } from './events.js';
import { cut, isRead, type Kept, recordOf, slim, type TrailRecord } from './trail-record.js';

export interface ApiCall {
  readonly context: ServiceContext;
  /** `ecr`. */
  readonly service: string;
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly response?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: string; readonly message: string };
  readonly requestId: string;
  readonly userAgent?: string;
  /** The ARN of what the call is about; `*` for nothing in particular. */
  readonly resource: () => string;
}

export interface ServiceEvent {
  readonly account: string;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly name: 'PolicyExecutionEvent' | 'DryRunEvent' | 'ImageActivationEvent';
  /** The repository's ARN. */
  readonly resource: string;
  readonly details: Readonly<Record<string, Json>>;
}

/** Records in one document. */
const batchSize = 1000;
/** Records that wait to be written at most; where the store takes none, the oldest go first. */
const waitingMost = 10_000;
/** Records kept. */
const recordsKept = 100_000;

// Batches lie under the number of their last record, so that a reader finds the one that holds a place by what sorts after it.
// The index has the same keys and nothing in it: finding the oldest reads no batch.
const batches = ['trail', 'all'] as const;
const index = ['trail-index', 'all'] as const;

interface Batch {
  readonly first: number;
  readonly kept: readonly Kept[];
}

export class Trail {
  readonly #store: Store;
  #waiting: Kept[] = [];
  /** The number of the last record. */
  #last: number;

  constructor(store: Store) {
    this.#store = store;
    const head = store.get('trail-head', 'all', 'last');
    this.#last = typeof head === 'number' ? head : 0;
  }

  call({ context, service, name, parameters, response, error, requestId, userAgent, resource }: ApiCall): void {
    const about = service === 'ecr' ? resource() : '*';
    this.#add({
      time: context.now(),
      account: context.account,
      region: context.region,
      caller: context.callerArn,
      service,
      name,
      agent: cut(userAgent ?? ''),
      requestId,
      // The value of a parameter may be a secret (CloudTrail hides it too).
      parameters: slim(service === 'ssm' ? { ...parameters, Value: null } : parameters),
      ...(response !== undefined && !isRead(name) && { response: slim(response) }),
      ...(error !== undefined && { error: [error.code, cut(error.message)] }),
      ...(about !== '*' && { resource: cut(about) }),
    });
  }

  /** What the service did of itself. */
  serviceEvent(event: ServiceEvent): void {
    this.#add(event);
  }

  /** Writes what waits. Throws what the store throws, and tries the same again next time. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const records = this.#waiting;
    this.#store.transaction(() => {
      const before = this.#last - records.length;
      for (let start = 0; start < records.length; start += batchSize) {
        const kept = records.slice(start, start + batchSize);
        const key = placeOf(before + start + kept.length);
        this.#store.put(...batches, key, { first: before + start + 1, kept } satisfies Batch as unknown as Json);
        this.#store.put(...index, key, null);
      }
      this.#store.put('trail-head', 'all', 'last', this.#last);
    });
    this.#store.flush();
    this.#waiting = [];
    ring(this.#store, 'trail-written');
  }

  /** Records after a place that have been written, oldest first, each with its place. */
  after(place: string, limit: number): [place: string, record: TrailRecord][] {
    const found: [string, TrailRecord][] = [];
    let from = place;
    while (found.length < limit) {
      const next = this.#store.list(...batches, { after: from, limit: 1 })[0];
      if (next === undefined) break;
      const { first, kept } = next[1] as unknown as Batch;
      const skip = Math.max(0, Number(from) + 1 - first);
      for (let at = skip; at < kept.length && found.length < limit; at += 1) {
        const one = kept[at];
        if (one !== undefined) found.push([placeOf(first + at), recordOf(one, first + at)]);
      }
      from = next[0];
    }
    return found;
  }

  /** The places of the oldest record and of the newest one written. */
  bounds(): { readonly oldest: string | undefined; readonly newest: string } {
    const oldest = this.#store.list(...batches, { limit: 1 })[0]?.[1] as Batch | undefined;
    const written = this.#last - this.#waiting.length;
    return { oldest: oldest === undefined ? undefined : placeOf(oldest.first), newest: placeOf(written) };
  }

  /** Lets go of the oldest batches beyond `keep` records, a slice at a time. True where there may be more. */
  trim(keep = recordsKept, slice = 100): boolean {
    const keys = this.#store.list(...index, { limit: slice }).map(([key]) => key);
    const surplus = keys.filter((key) => Number(key) <= this.#last - keep);
    if (surplus.length === 0) return false;
    this.#store.transaction(() => {
      for (const key of surplus) {
        this.#store.delete(...batches, key);
        this.#store.delete(...index, key);
      }
    });
    return surplus.length === slice;
  }

  #add(record: Kept): void {
    this.#last += 1;
    this.#waiting.push(record);
    if (this.#waiting.length > waitingMost) this.#waiting.shift();
    if (this.#waiting.length === 1) ring(this.#store, 'trail');
  }
}
