// What became of an image's copies, by destination: written as copies are asked for and as each has ended.
// It must not know how an image is copied.
import type { Digest } from '../blobs/blob-store.js';
import type { Destination } from '../ecr/registry/replication.js';
import { kinds } from '../images/model.js';
import type { Store } from '../store/store.js';

/** `pending` copies have not ended: an image is copied once for each tag. `failureCode` is of one since none was pending. */
type Copies = { readonly pending: number; readonly failureCode?: string };

type ByPlace = Readonly<Record<string, Copies>>;

export interface ReplicationStatus extends Destination {
  readonly status: 'IN_PROGRESS' | 'COMPLETE' | 'FAILED';
  readonly failureCode?: string;
}

function load(store: Store, shelf: string, digest: Digest): ByPlace | undefined {
  // Only this file writes this kind.
  return store.get(kinds.replication, shelf, digest) as ByPlace | undefined;
}

function placeOf({ account, region }: Destination): string {
  return `${account}/${region}`;
}

export function noteAsked(store: Store, shelf: string, digest: Digest, destination: Destination): void {
  const before = load(store, shelf, digest);
  const place = placeOf(destination);
  const copies = before?.[place] ?? { pending: 0 };
  const after = copies.pending === 0 ? { pending: 1 } : { ...copies, pending: copies.pending + 1 };
  store.put(kinds.replication, shelf, digest, { ...before, [place]: after });
}

/** Nothing is written of an image that is gone. */
export function noteEnded(
  store: Store,
  shelf: string,
  digest: Digest,
  destination: Destination,
  failureCode: string | undefined,
): void {
  const before = load(store, shelf, digest);
  const place = placeOf(destination);
  const copies = before?.[place];
  if (copies === undefined) return;
  const failure = failureCode ?? copies.failureCode;
  const after = { pending: Math.max(0, copies.pending - 1), ...(failure !== undefined && { failureCode: failure }) };
  store.put(kinds.replication, shelf, digest, { ...before, [place]: after });
}

function statusOf({ pending, failureCode }: Copies): Pick<ReplicationStatus, 'status' | 'failureCode'> {
  if (pending > 0) return { status: 'IN_PROGRESS' };
  return failureCode === undefined ? { status: 'COMPLETE' } : { status: 'FAILED', failureCode };
}

/** By destination. */
export function replicationStatuses(store: Store, shelf: string, digest: Digest): ReplicationStatus[] {
  return Object.entries(load(store, shelf, digest) ?? {})
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([place, copies]) => {
      const [account = '', region = ''] = place.split('/');
      return { account, region, ...statusOf(copies) };
    });
}
