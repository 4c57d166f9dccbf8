// Sessions with credentials of their own, as they are kept: found by their access key id, and kept for a while after they end, so that
// whoever uses one that has expired is told so.
// It must not know the operations that make them, or how requests are signed.
import { randomBytes } from 'node:crypto';
import { accessKeyId, secretAccessKey } from '../iam/ids.js';
import { timeOf } from '../iam/state.js';
import type { Json, Store } from '../store/store.js';

interface Common {
  readonly id: string;
  readonly secret: string;
  readonly token: string;
  readonly account: string;
  readonly partition: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** What a session is narrowed by: texts of policies, and ARNs of managed ones; left out where it is not. */
export interface SessionPolicies {
  readonly texts: readonly string[];
  readonly arns: readonly string[];
}

export type Session = Common &
  (
    | {
        readonly kind: 'role';
        readonly role: string;
        readonly roleId: string;
        readonly name: string;
        readonly policies?: SessionPolicies;
        readonly tags: Readonly<Record<string, string>>;
        /** Keys of tags that go with the session into the roles it assumes. */
        readonly transitive: readonly string[];
        readonly sourceIdentity?: string;
        /** The provider whose token it was made with. */
        readonly provider?: string;
      }
    | { readonly kind: 'federated'; readonly user: string; readonly name: string; readonly policies?: SessionPolicies }
    /** The same user with other credentials; nothing for the user is the root user, `local` the administrator. */
    | { readonly kind: 'user'; readonly user?: string }
  );

type WithoutCredentials<S> = S extends Session ? Omit<S, 'id' | 'secret' | 'token' | 'issuedAt' | 'expiresAt'> : never;

const kind = 'sts-session';
/** Ids by when the session ends; nothing in them. */
const index = 'sts-session-end';

/** Tokens of registries outlive the session they were made in: twelve hours (API reference, GetAuthorizationToken). */
const keptAfterwards = 24 * 60 * 60 * 1000;
/** More than are made at once, so that the old ones grow fewer. */
const sweep = 10;

function endKey({ id, expiresAt }: Pick<Session, 'id' | 'expiresAt'>): string {
  return `${String(expiresAt).padStart(16, '0')}:${id}`;
}

export function readSession(store: Store, id: string): Session | undefined {
  // Only `openSession` writes this kind.
  return store.get(kind, 'all', id) as unknown as Session | undefined;
}

function forgetOld(store: Store, now: number): void {
  const before = String(Math.max(0, now - keptAfterwards)).padStart(16, '0');
  for (const [key] of store.list(index, 'all', { before, limit: sweep })) {
    store.delete(index, 'all', key);
    store.delete(kind, 'all', key.slice(key.indexOf(':') + 1));
  }
}

/** Makes credentials for a session and keeps it. In a transaction. */
export function openSession(
  store: Store,
  session: WithoutCredentials<Session>,
  issuedAt: number,
  seconds: number,
): Session {
  const made: Session = {
    ...session,
    id: accessKeyId('ASIA'),
    secret: secretAccessKey(),
    // About as long as those of AWS, so that clients meet the header they will meet there.
    token: randomBytes(300).toString('base64'),
    issuedAt,
    expiresAt: issuedAt + seconds * 1000,
  };
  forgetOld(store, issuedAt);
  store.put(kind, 'all', made.id, made as unknown as Json);
  store.put(index, 'all', endKey(made), null);
  return made;
}

/** As answers show credentials. */
export function credentialsOf({ id, secret, token, expiresAt }: Session): Record<string, unknown> {
  return { AccessKeyId: id, SecretAccessKey: secret, SessionToken: token, Expiration: timeOf(expiresAt) };
}
