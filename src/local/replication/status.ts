// What became of an image's copies, by destination: written as copies are asked for and as each has ended.
// It must not know how an image is copied.
import type { Digest } from '../blobs/blob-store.js';
import type { Destination } from '../ecr/registry/replication.js';
import { kinds } from '../images/model.js';
import type { Store } from '../store/store.js';

/** `pending` copies have not ended: an image is copied once for each tag. `failureCode` is of one since none was pending. */
type Copies = { readonly pending: number; readonly ended?: true; readonly failureCode?: string };

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
  const { failureCode: _, ...rest } = copies;
  const after = { ...(copies.pending === 0 ? rest : copies), pending: copies.pending + 1 };
  store.put(kinds.replication, shelf, digest, { ...before, [place]: after });
}

/** Nothing is written of an image that is gone. */
function change(
  store: Store,
  shelf: string,
  digest: Digest,
  destination: Destination,
  end: (copies: Copies) => Copies | undefined,
): void {
  const before = load(store, shelf, digest);
  const place = placeOf(destination);
  const { [place]: copies, ...others } = before ?? {};
  if (copies === undefined) return;
  const after = end({ ...copies, pending: Math.max(0, copies.pending - 1) });
  store.put(kinds.replication, shelf, digest, after === undefined ? others : { ...others, [place]: after });
}

export function noteEnded(
  store: Store,
  shelf: string,
  digest: Digest,
  destination: Destination,
  failureCode: string | undefined,
): void {
  change(store, shelf, digest, destination, (copies) => ({
    ...copies,
    ended: true,
    ...(failureCode !== undefined && { failureCode }),
  }));
}

/** A copy that was asked for is not to be made after all. */
export function noteDropped(store: Store, shelf: string, digest: Digest, destination: Destination): void {
  const keep = (copies: Copies): Copies | undefined =>
    copies.pending > 0 || copies.ended === true ? copies : undefined;
  change(store, shelf, digest, destination, keep);
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
