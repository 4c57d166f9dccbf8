// The record of API calls, in the shape CloudTrail gives them (user guide, "Logging Amazon ECR actions with AWS CloudTrail").
// Gathered in memory and written in batches, so that recording costs a call next to nothing; what a kill finds unwritten is lost.
// It must not know HTTP, nor what any operation does.
import { ring } from '../bell.js';
import type { ServiceContext } from '../service.js';
import type { Json, Store } from '../store/store.js';
import { placeOf } from './events.js';

export type TrailRecord = Readonly<Record<string, Json>>;

/** An account's registry in a Region, at a moment. */
export interface TrailPlace {
  readonly account: string;
  readonly region: string;
  now(): number;
}

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
  readonly place: TrailPlace;
  readonly name: 'PolicyExecutionEvent' | 'DryRunEvent' | 'ImageActivationEvent';
  readonly resource: string;
  readonly details: Readonly<Record<string, Json>>;
}

/** Records in one document. */
const batchSize = 1000;
/** Records that wait to be written at most; where the store takes none, the oldest go first. */
const waitingMost = 10_000;
/** Records kept. */
const kept = 100_000;

const log = ['trail', 'all'] as const;

interface Batch {
  readonly [name: string]: Json;
  readonly first: number;
  readonly records: readonly TrailRecord[];
}

const reads = /^(Get|Describe|List|BatchGet|BatchCheck|Validate)/;
/** Bytes, and documents that the registry keeps elsewhere. */
const leftOut = new Set(['layerPartBlob', 'imageManifest']);
const longest = 1024;

/** A copy that is small whatever it was made from. */
function slim(value: unknown, depth = 0): Json {
  if (typeof value === 'string') return value.length <= longest ? value : `${value.slice(0, longest)}…`;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null || depth > 5) return null;
  if (Array.isArray(value)) return value.slice(0, 100).map((one) => slim(one, depth + 1));
  const copy: Record<string, Json> = {};
  for (const name of Object.keys(value).slice(0, 100)) {
    if (!leftOut.has(name)) copy[name.slice(0, 100)] = slim((value as Record<string, unknown>)[name], depth + 1);
  }
  return copy;
}

function time(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

function resources(account: string, arn: string): Json {
  return arn === '*' ? [] : [{ ARN: arn, accountId: account, type: 'AWS::ECR::Repository' }];
}

export class Trail {
  readonly #store: Store;
  #waiting: TrailRecord[] = [];
  /** The number of the last record. */
  #last: number;

  constructor(store: Store) {
    this.#store = store;
    const head = store.get('trail-head', 'all', 'last');
    this.#last = typeof head === 'number' ? head : 0;
  }

  call(call: ApiCall): void {
    const { context, service, name, error } = call;
    const readOnly = reads.test(name);
    this.#add({
      eventVersion: '1.09',
      userIdentity: {
        type: 'IAMUser',
        arn: context.callerArn,
        accountId: context.account,
        userName: context.callerArn.slice(context.callerArn.lastIndexOf('/') + 1),
      },
      eventTime: time(context.now()),
      eventSource: `${service}.amazonaws.com`,
      eventName: name,
      awsRegion: context.region,
      sourceIPAddress: '127.0.0.1',
      userAgent: (call.userAgent ?? '').slice(0, longest),
      ...(error !== undefined && { errorCode: error.code, errorMessage: error.message.slice(0, longest) }),
      // The value of a parameter may be a secret (CloudTrail hides it too).
      requestParameters: slim(service === 'ssm' ? { ...call.parameters, Value: undefined } : call.parameters),
      responseElements: readOnly || call.response === undefined ? null : slim(call.response),
      requestID: call.requestId,
      readOnly,
      resources: service === 'ecr' ? resources(context.account, call.resource()) : [],
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: context.account,
      eventCategory: 'Management',
    });
  }

  /** What the service did of itself. */
  serviceEvent({ place, name, resource, details }: ServiceEvent): void {
    this.#add({
      eventVersion: '1.09',
      userIdentity: { accountId: place.account, invokedBy: 'AWS Internal' },
      eventTime: time(place.now()),
      eventSource: 'ecr.amazonaws.com',
      eventName: name,
      awsRegion: place.region,
      sourceIPAddress: 'AWS Internal',
      userAgent: 'AWS Internal',
      requestParameters: null,
      responseElements: null,
      readOnly: true,
      resources: resources(place.account, resource),
      eventType: 'AwsServiceEvent',
      managementEvent: true,
      recipientAccountId: place.account,
      serviceEventDetails: details,
      eventCategory: 'Management',
    });
  }

  /** Writes what waits. Throws what the store throws, and tries the same again next time. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const records = this.#waiting;
    this.#store.transaction(() => {
      const before = this.#last - records.length;
      for (let start = 0; start < records.length; start += batchSize) {
        const slice = records.slice(start, start + batchSize);
        // Under the number of its last record, so that a reader finds the batch that holds a place by what sorts after it.
        const batch: Batch = { first: before + start + 1, records: slice };
        this.#store.put(...log, placeOf(before + start + slice.length), batch);
      }
      this.#store.put('trail-head', 'all', 'last', this.#last);
    });
    this.#waiting = [];
    ring(this.#store, 'trail-written');
  }

  /** Records after a place that have been written, oldest first, each with its place. */
  after(place: string, limit: number): [place: string, record: TrailRecord][] {
    const found: [string, TrailRecord][] = [];
    let from = place;
    while (found.length < limit) {
      const next = this.#store.list(...log, { after: from, limit: 1 })[0];
      if (next === undefined) break;
      const { first, records } = next[1] as unknown as Batch;
      for (const [index, record] of records.entries()) {
        const at = placeOf(first + index);
        if (at > place && found.length < limit) found.push([at, record]);
      }
      from = next[0];
    }
    return found;
  }

  bounds(): { readonly oldest: string | undefined; readonly newest: string } {
    const batch = this.#store.list(...log, { limit: 1 })[0]?.[1] as unknown as Batch | undefined;
    const written = this.#last - this.#waiting.length;
    return { oldest: batch === undefined ? undefined : placeOf(batch.first), newest: placeOf(written) };
  }

  /** Lets go of the oldest batches beyond `keep` records. True where there may be more. */
  trim(keep = kept, slice = 100): boolean {
    return this.#store.transaction(() => {
      for (let count = 0; count < slice; count += 1) {
        const oldest = this.#store.list(...log, { limit: 1 })[0]?.[0];
        if (oldest === undefined || Number(oldest) > this.#last - keep) return false;
        this.#store.delete(...log, oldest);
      }
      return true;
    });
  }

  #add(record: TrailRecord): void {
    this.#last += 1;
    // The id follows from the number, and an event of the outbox has another.
    this.#waiting.push({ ...record, eventID: `00000000-0000-4000-9000-${this.#last.toString(16).padStart(12, '0')}` });
    if (this.#waiting.length > waitingMost) this.#waiting.shift();
    if (this.#waiting.length === 1) ring(this.#store, 'trail');
  }
}
