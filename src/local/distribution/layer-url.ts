// The addresses from which layers are downloaded without credentials: signed, and good for an hour, as the bucket's behind ECR are.
// It must not know repositories, or who may ask for one.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Digest, isDigest } from '../blobs/blob-store.js';
import type { Store } from '../store/store.js';
import { first, type Query, queryOf, queryText } from './query.js';

export const layerPrefix = '/_slipway/layers/';

/** X-Amz-Expires in the addresses people have pasted. */
const lifetimeSeconds = 3600;

/** Made once and kept, so that an address outlives the process that gave it. */
export function openLayerKey(store: Store): Buffer {
  return store.transaction(() => {
    const found = store.get('secret', 'local', 'layer-urls');
    if (typeof found === 'string') return Buffer.from(found, 'base64');
    const key = randomBytes(32);
    store.put('secret', 'local', 'layer-urls', key.toString('base64'));
    return key;
  });
}

/** What an address is signed over. */
interface Grant {
  readonly digest: Digest;
  /** Bytes that the blob had when the address was made: one that has lost some is not given out as if that were all. */
  readonly size: string;
  readonly date: string;
  readonly expires: string;
}

function signature(key: Buffer, { digest, size, date, expires }: Grant): string {
  return createHmac('sha256', key).update([digest, size, date, expires].join('\n')).digest('hex');
}

/** `20261122T101112Z` */
function amzDate(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

function timeOf(date: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (parts === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

export interface SizedDigest {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** Path and query. */
export function layerPath(key: Buffer, { digest, size }: SizedDigest, now: number): string {
  const grant = { digest, size: String(size), date: amzDate(now), expires: String(lifetimeSeconds) };
  const query = queryText([
    ['size', grant.size],
    ['X-Amz-Date', grant.date],
    ['X-Amz-Expires', grant.expires],
    ['X-Amz-Signature', signature(key, grant)],
  ]);
  return `${layerPrefix}${digest}${query}`;
}

export type LayerRequest = SizedDigest | { readonly refused: 'unsigned' | 'expired' };

function grantIn(digest: string, query: Query): Grant | undefined {
  const [size, date, expires] = ['size', 'X-Amz-Date', 'X-Amz-Expires'].map((name) => first(query, name));
  if (size === undefined || date === undefined || expires === undefined || !isDigest(digest)) return undefined;
  return { digest, size, date, expires };
}

/** What an address opens. `target` is path and query, as they came. */
export function readLayerPath(key: Buffer, target: string, now: number): LayerRequest {
  const question = target.indexOf('?');
  const query = question < 0 ? undefined : queryOf(target.slice(question + 1));
  const digest = target.slice(layerPrefix.length, question).replace(/%3a/i, ':');
  const grant = query === undefined ? undefined : grantIn(digest, query);
  if (query === undefined || grant === undefined) return { refused: 'unsigned' };
  const expected = Buffer.from(signature(key, grant));
  const given = Buffer.from(first(query, 'X-Amz-Signature') ?? '');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return { refused: 'unsigned' };
  if (timeOf(grant.date) + Number(grant.expires) * 1000 <= now) return { refused: 'expired' };
  return { digest: grant.digest, size: Number(grant.size) };
}
