// Copies that are to be made, in the order in which they were asked for; each is written with the push that asks for it.
// It must not know how an image is copied.
import { ring } from '../bell.js';
import type { Digest } from '../blobs/blob-store.js';
import type { EcrContext } from '../ecr/operation.js';
import { type Destination, replicationDestinations } from '../ecr/registry/replication.js';
import type { Repository } from '../ecr/repository.js';
import { shelfOf } from '../images/model.js';
import type { Json, Store } from '../store/store.js';
import { noteAsked } from './status.js';

/** One image, with one of its tags or none, to one place. */
export interface Copy {
  readonly source: Destination;
  readonly repository: string;
  readonly digest: Digest;
  readonly tag?: string;
  readonly destination: Destination;
}

/** What wakes those who copy. */
export const replicationBell = 'replication';

const queue = ['replication', 'all'] as const;
const head = ['replication-head', 'all', 'last'] as const;

export function enqueue(store: Store, copy: Copy): void {
  const last = store.get(...head);
  const place = (typeof last === 'number' ? last : 0) + 1;
  store.put(...head, place);
  store.put(...queue, String(place).padStart(16, '0'), copy as unknown as Json);
  ring(store, replicationBell);
}

export function firstCopy(store: Store): readonly [key: string, copy: Copy] | undefined {
  // Only `enqueue` writes there.
  return store.list(...queue, { limit: 1 })[0] as unknown as [string, Copy] | undefined;
}

export function copyAt(store: Store, key: string): Copy | undefined {
  return store.get(...queue, key) as unknown as Copy | undefined;
}

export function dequeue(store: Store, key: string): void {
  store.delete(...queue, key);
}

/**
 * Asks for the copies that the registry's rules want of an image: one that was pushed with these tags (`undefined` is no tag), or that
 * was restored and has them. In the transaction that pushes or restores it.
 */
export function replicate(
  context: EcrContext,
  repository: Repository,
  digest: Digest,
  tags: readonly (string | undefined)[],
): void {
  const { store, region } = context;
  const source = { account: repository.account, region };
  for (const destination of replicationDestinations({ ...context, account: source.account }, repository.name)) {
    for (const tag of tags.length > 0 ? tags : [undefined]) {
      noteAsked(store, shelfOf(context, repository), digest, destination);
      enqueue(store, {
        source,
        repository: repository.name,
        digest,
        ...(tag !== undefined && { tag }),
        destination,
      });
    }
  }
}
