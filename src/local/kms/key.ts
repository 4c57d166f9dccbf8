// A KMS key as the store keeps it: how it is written and found, and the state it is in.
// It must not know the operations, or the wire.
import { type ServiceContext, scope } from '../service.js';
import type { Json } from '../store/store.js';
import { scheduledAt } from '../timetable.js';
import { disabled, invalidState, notFound } from './errors.js';
import type { KeySpec, KeyUsage } from './specs.js';

export interface KmsTag {
  readonly TagKey: string;
  readonly TagValue: string;
}

interface Rotation {
  readonly periodInDays: number;
  /** Since when it is on, in milliseconds since the epoch. */
  readonly since: number;
}

export interface Key {
  readonly id: string;
  readonly account: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly description: string;
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
  readonly origin: string;
  readonly manager: 'CUSTOMER' | 'AWS';
  readonly multiRegion: boolean;
  readonly enabled: boolean;
  /** As KMS gives it back. */
  readonly policy: string;
  readonly tags: readonly KmsTag[];
  readonly rotation?: Rotation;
  /** When its material was rotated by hand, in milliseconds since the epoch. */
  readonly rotatedAt: readonly number[];
}

type KeyContext = Pick<ServiceContext, 'store' | 'partition' | 'region'>;

const keyKind = 'kms-key';

/** The duty that takes a key away once its waiting period is over; its subject is the key's scope and id. */
export const deletionDuty = 'kms-deletion';

export function keyArn(
  { partition, region }: Pick<KeyContext, 'partition' | 'region'>,
  key: Pick<Key, 'account' | 'id'>,
): string {
  return `arn:${partition}:kms:${region}:${key.account}:key/${key.id}`;
}

export function subjectOf({ region }: Pick<KeyContext, 'region'>, key: Pick<Key, 'account' | 'id'>): string {
  return `${scope(key.account, region)}/${key.id}`;
}

export function readKey(
  { store, region }: Pick<KeyContext, 'store' | 'region'>,
  account: string,
  id: string,
): Key | undefined {
  // Only writeKey writes this kind.
  return store.get(keyKind, scope(account, region), id) as unknown as Key | undefined;
}

export function writeKey({ store, region }: KeyContext, key: Key): void {
  store.put(keyKind, scope(key.account, region), key.id, key as unknown as Json);
}

const goneKind = 'kms-gone';

/** Takes a key away, and remembers that it was there: nothing that was encrypted with it can be read any more. */
export function removeKey(context: Pick<KeyContext, 'store' | 'region'>, account: string, id: string): void {
  context.store.delete(keyKind, scope(account, context.region), id);
  context.store.put(goneKind, scope(account, context.region), id, true);
}

export function wasDeleted({ store, region }: KeyContext, account: string, id: string): boolean {
  return store.get(goneKind, scope(account, region), id) !== undefined;
}

export function listKeys(
  { store, region }: KeyContext,
  account: string,
  after?: string,
  limit?: number,
): [id: string, key: Key][] {
  const page = { ...(after !== undefined && { after }), ...(limit !== undefined && { limit }) };
  return store.list(keyKind, scope(account, region), page) as unknown as [string, Key][];
}

/** When a key goes, in milliseconds since the epoch; nothing where nobody has asked for that. */
export function deletionOf(context: KeyContext, key: Key): number | undefined {
  return scheduledAt(context.store, deletionDuty, subjectOf(context, key));
}

export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion' | 'PendingImport';

export function stateOf(context: KeyContext, key: Key): KeyState {
  if (deletionOf(context, key) !== undefined) return 'PendingDeletion';
  // Nobody can import material here.
  if (key.origin === 'EXTERNAL') return 'PendingImport';
  return key.enabled ? 'Enabled' : 'Disabled';
}

/** Throws where a key is to go. */
export function checkKept(context: KeyContext, key: Key): void {
  if (stateOf(context, key) === 'PendingDeletion') throw invalidState(`${keyArn(context, key)} is pending deletion.`);
}

/** Throws where a key cannot be used now: DisabledException, or KMSInvalidStateException. */
export function checkUsable(context: KeyContext, key: Key): void {
  const state = stateOf(context, key);
  if (state === 'Disabled') throw disabled(keyArn(context, key));
  if (state === 'PendingImport') throw invalidState(`${keyArn(context, key)} is pending import.`);
  checkKept(context, key);
}

const idPattern = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;

export type Reference =
  | { readonly kind: 'key'; readonly account: string; readonly id: string }
  | { readonly kind: 'alias'; readonly account: string; readonly name: string };

/** What a KeyId names: a key or an alias, by its name or its ARN. Throws NotFoundException for one that can be neither. */
export function parseReference(context: Pick<ServiceContext, 'account' | 'region'>, reference: string): Reference {
  const [, region, account = '', kind, rest = ''] =
    /^arn:[a-z0-9-]+:kms:([a-z0-9-]*):(\d{12}):(key|alias)\/(.+)$/.exec(reference) ?? [];
  if (kind !== undefined) {
    if (region !== context.region) throw notFound(`Invalid arn ${region}`);
    return kind === 'key' ? { kind, account, id: rest } : { kind: 'alias', account, name: `alias/${rest}` };
  }
  if (reference.startsWith('alias/')) return { kind: 'alias', account: context.account, name: reference };
  if (!idPattern.test(reference)) throw notFound(`Invalid keyId '${reference}'`);
  return { kind: 'key', account: context.account, id: reference };
}

export function keyNotFound(context: ServiceContext, key: Pick<Key, 'account' | 'id'>): Error {
  return notFound(`Key '${keyArn(context, key)}' does not exist`);
}
