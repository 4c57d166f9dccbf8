// Access keys of users, as they are kept: found by their id alone, whatever account they are of.
// It must not know the operations, or how requests are signed.
import type { ServiceContext } from '../service.js';
import type { Json, Store } from '../store/store.js';
import type { Where } from './state.js';

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
  readonly account: string;
  /** The name of the user; nothing for the account's root user. */
  readonly user?: string;
  readonly active: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

const kind = 'iam-access-key';
/** Ids by user; nothing in them. */
const index = 'iam-user-key';

export function readAccessKey(store: Store, id: string): AccessKey | undefined {
  // Only `writeAccessKey` writes this kind.
  return store.get(kind, 'all', id) as unknown as AccessKey | undefined;
}

function indexKey({ user = '', id }: Pick<AccessKey, 'user' | 'id'>): string {
  return `${user.toLowerCase()}/${id}`;
}

export function writeAccessKey(store: Store, key: AccessKey): void {
  store.put(kind, 'all', key.id, key as unknown as Json);
  store.put(index, key.account, indexKey(key), null);
}

export function removeAccessKey(store: Store, key: AccessKey): void {
  store.delete(kind, 'all', key.id);
  store.delete(index, key.account, indexKey(key));
}

export function keysOfUser({ store, account }: Where, user: string): readonly AccessKey[] {
  const start = `${user.toLowerCase()}/`;
  return store
    .list(index, account, { after: start, before: `${start}~` })
    .map(([key]) => readAccessKey(store, key.slice(start.length)))
    .filter((key) => key !== undefined);
}

/** The name of the user who calls, where a user does. */
export function callersUser({ callerArn }: Pick<ServiceContext, 'callerArn'>): string | undefined {
  return /^arn:[^:]+:iam::\d{12}:user\/(?:.+\/)?([^/]+)$/.exec(callerArn)?.[1];
}
