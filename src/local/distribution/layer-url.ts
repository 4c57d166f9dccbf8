// The addresses from which layers are downloaded without credentials: signed, and good for an hour, as the bucket's behind ECR are.
// It must not know repositories, or who may ask for one.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Digest, isDigest } from '../blobs/blob-store.js';
import type { Store } from '../store/store.js';
import { first, queryOf, queryText } from './query.js';

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

function signature(key: Buffer, digest: Digest, date: string, expires: string): Buffer {
  return createHmac('sha256', key).update(`${digest}\n${date}\n${expires}`).digest();
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

/** Path and query. */
export function layerPath(key: Buffer, digest: Digest, now: number): string {
  const date = amzDate(now);
  const expires = String(lifetimeSeconds);
  const query = queryText([
    ['X-Amz-Date', date],
    ['X-Amz-Expires', expires],
    ['X-Amz-Signature', signature(key, digest, date, expires).toString('hex')],
  ]);
  return `${layerPrefix}${digest}${query}`;
}

export type LayerRequest = { readonly digest: Digest } | { readonly refused: 'unsigned' | 'expired' };

/** What an address opens. `target` is path and query, as they came. */
export function readLayerPath(key: Buffer, target: string, now: number): LayerRequest {
  const question = target.indexOf('?');
  const query = question < 0 ? undefined : queryOf(target.slice(question + 1));
  const digest = target.slice(layerPrefix.length, question).replace('%3A', ':').replace('%3a', ':');
  const date = query === undefined ? undefined : first(query, 'X-Amz-Date');
  const expires = query === undefined ? undefined : first(query, 'X-Amz-Expires');
  const given = query === undefined ? undefined : first(query, 'X-Amz-Signature');
  if (date === undefined || expires === undefined || given === undefined || !isDigest(digest)) {
    return { refused: 'unsigned' };
  }
  const expected = Buffer.from(signature(key, digest, date, expires).toString('hex'));
  const bytes = Buffer.from(given);
  if (bytes.length !== expected.length || !timingSafeEqual(bytes, expected)) return { refused: 'unsigned' };
  return timeOf(date) + Number(expires) * 1000 > now ? { digest } : { refused: 'expired' };
}
