// Grants on a key as the store keeps them: made, found and ended.
// It must not know the operations, or who asks.
import { randomBytes } from 'node:crypto';
import type { ServiceContext } from '../service.js';
import type { Json } from '../store/store.js';
import { type Key, subjectOf } from './key.js';

export interface Grant {
  readonly id: string;
  readonly token: string;
  readonly name?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly grantee: string;
  readonly retiring?: string;
  readonly issuer: string;
  readonly operations: readonly string[];
  readonly constraints?: {
    readonly EncryptionContextSubset?: Readonly<Record<string, string>>;
    readonly EncryptionContextEquals?: Readonly<Record<string, string>>;
  };
}

/** In the scope of its key. */
export const grantKind = 'kms-grant';

type GrantContext = Pick<ServiceContext, 'store' | 'region' | 'now'>;

export function addGrant(context: GrantContext, key: Key, asked: Omit<Grant, 'id' | 'token' | 'createdAt'>): Grant {
  const grant: Grant = {
    ...asked,
    id: randomBytes(32).toString('hex'),
    token: randomBytes(48).toString('base64url'),
    createdAt: context.now(),
  };
  context.store.put(grantKind, subjectOf(context, key), grant.id, grant as unknown as Json);
  return grant;
}

export function listGrants({ store, region }: Pick<GrantContext, 'store' | 'region'>, key: Key): Grant[] {
  // Only addGrant writes this kind.
  return store.list(grantKind, subjectOf({ region }, key)).map(([, grant]) => grant as unknown as Grant);
}

/** True where there was such a grant. */
export function endGrant({ store, region }: Pick<GrantContext, 'store' | 'region'>, key: Key, id: string): boolean {
  return store.delete(grantKind, subjectOf({ region }, key), id);
}

export function hasGrant({ store, region }: Pick<GrantContext, 'store' | 'region'>, key: Key, id: string): boolean {
  return store.get(grantKind, subjectOf({ region }, key), id) !== undefined;
}
