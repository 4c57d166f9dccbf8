// Signature Version 4 as a service checks it: reads the signature of a request, in its headers or in its query, and makes it again.
// It must not know whose key it was, nor services.
// Source: IAM user guide, "Create a signed AWS API request" and "Authenticating Requests: Using Query Parameters".
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A request as it came. */
export interface Signable {
  readonly method: string;
  /** With its query, as it came. */
  readonly url: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
}

export interface Signature {
  readonly keyId: string;
  /** `20260101`. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  /** `20260101T120000Z`. */
  readonly time: string;
  /** In small letters. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly token: string | undefined;
  /** In seconds; of a signature in the query. */
  readonly expires: number | undefined;
}

export type ReadSignature =
  | { readonly kind: 'signed'; readonly signature: Signature }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'incomplete'; readonly message: string };

const algorithm = 'AWS4-HMAC-SHA256';

function headersOf(rawHeaders: readonly string[]): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const values = headers.get(name) ?? [];
    values.push(rawHeaders[index + 1] ?? '');
    headers.set(name, values);
  }
  return headers;
}

/** Nothing where it is not encoded properly. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replace(/\+/g, '%20'));
  } catch {
    return undefined;
  }
}

function queryOf(url: string): [name: string, value: string][] | undefined {
  const question = url.indexOf('?');
  if (question < 0 || question === url.length - 1) return [];
  const pairs: [string, string][] = [];
  for (const part of url.slice(question + 1).split('&')) {
    const equals = part.indexOf('=');
    const name = decode(equals < 0 ? part : part.slice(0, equals));
    const value = decode(equals < 0 ? '' : part.slice(equals + 1));
    if (name === undefined || value === undefined) return undefined;
    pairs.push([name, value]);
  }
  return pairs;
}

const scopeForm = /^([^/]{1,256})\/(\d{8})\/([a-z0-9-]{1,32})\/([a-z0-9-]{1,64})\/aws4_request$/;

function signatureOf(
  parts: {
    readonly credential: string | undefined;
    readonly names: string | undefined;
    readonly signature: string | undefined;
    readonly time: string | undefined;
  },
  more: Pick<Signature, 'token' | 'expires'>,
  where: string,
): ReadSignature {
  const incomplete = (message: string): ReadSignature => ({ kind: 'incomplete', message });
  const { credential, names, signature, time } = parts;
  const missing = [
    ...(credential === undefined ? [`'Credential'`] : []),
    ...(signature === undefined ? [`'Signature'`] : []),
    ...(names === undefined ? [`'SignedHeaders'`] : []),
  ];
  if (credential === undefined || names === undefined || signature === undefined) {
    return incomplete(`${where} requires ${missing.join(' and ')} parameter${missing.length > 1 ? 's' : ''}.`);
  }
  if (time === undefined || !/^\d{8}T\d{6}Z$/.test(time)) {
    return incomplete(`${where} requires existence of either a 'X-Amz-Date' or a 'Date' header.`);
  }
  const [, keyId, day, region, service] = scopeForm.exec(credential) ?? [];
  if (keyId === undefined || day === undefined || region === undefined || service === undefined) {
    return incomplete("Credential should be scoped with a valid terminator: 'aws4_request'.");
  }
  if (!time.startsWith(day)) {
    return incomplete('Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.');
  }
  const signedHeaders = names.toLowerCase().split(';');
  return { kind: 'signed', signature: { keyId, day, region, service, time, signedHeaders, signature, ...more } };
}

export function readSignature({ url, rawHeaders }: Pick<Signable, 'url' | 'rawHeaders'>): ReadSignature {
  const headers = headersOf(rawHeaders);
  const header = (name: string): string | undefined => headers.get(name)?.[0];
  const authorization = header('authorization');
  if (authorization !== undefined) {
    if (!authorization.startsWith(`${algorithm} `)) {
      return { kind: 'incomplete', message: `Unsupported AWS 'algorithm', only '${algorithm}' is served.` };
    }
    const fields = new Map(
      authorization
        .slice(algorithm.length)
        .split(',')
        .map((part): [string, string] => {
          const equals = part.indexOf('=');
          return [part.slice(0, Math.max(equals, 0)).trim(), part.slice(equals + 1).trim()];
        }),
    );
    const parts = {
      credential: fields.get('Credential'),
      names: fields.get('SignedHeaders'),
      signature: fields.get('Signature'),
      time: header('x-amz-date'),
    };
    return signatureOf(parts, { token: header('x-amz-security-token'), expires: undefined }, 'Authorization header');
  }
  const query = new Map(queryOf(url) ?? []);
  if (!query.has('X-Amz-Signature') && !query.has('X-Amz-Credential')) return { kind: 'unsigned' };
  const expires = query.get('X-Amz-Expires');
  const parts = {
    credential: query.get('X-Amz-Credential'),
    names: query.get('X-Amz-SignedHeaders'),
    signature: query.get('X-Amz-Signature'),
    time: query.get('X-Amz-Date'),
  };
  const seconds = expires !== undefined && /^\d{1,6}$/.test(expires) ? Number(expires) : 900;
  return signatureOf(
    parts,
    { token: query.get('X-Amz-Security-Token'), expires: seconds },
    'AWS query-string parameters',
  );
}

/** RFC 3986: JavaScript leaves five characters more as they are. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Every service but S3 wants the path, which is encoded already, to be encoded once more. */
function canonicalPath(url: string): string {
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  if (path === '/' || path === '') return '/';
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encode(segment));
  }
  return segments.length === 0 ? '/' : `/${segments.join('/')}${path.endsWith('/') ? '/' : ''}`;
}

function canonicalQuery(url: string): string | undefined {
  return queryOf(url)
    ?.filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([one, first], [other, second]) =>
      one < other ? -1 : one > other ? 1 : first < second ? -1 : first > second ? 1 : 0,
    )
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function tidy(value: string): string {
  return value.trim().replace(/\s+/g, ' ');
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** What was signed, as text; nothing where the request lacks a header that it names as signed, or cannot be read. */
function canonicalRequest(request: Signable, { signedHeaders }: Signature): string | undefined {
  const headers = headersOf(request.rawHeaders);
  const query = canonicalQuery(request.url);
  const lines = signedHeaders.map((name) => {
    const values = headers.get(name);
    return values === undefined ? undefined : `${name}:${values.map(tidy).join(',')}\n`;
  });
  if (query === undefined || lines.includes(undefined)) return undefined;
  return [
    request.method,
    canonicalPath(request.url),
    query,
    lines.join(''),
    signedHeaders.join(';'),
    // The bytes that came, whatever the request says of them.
    sha256(request.body),
  ].join('\n');
}

/**
 * Whether the signature was made with the secret, of these bytes. `host` must be among what was signed, and every header of AWS's own
 * must be: else one could be changed on the way.
 */
export function isSignedWith(request: Signable, signature: Signature, secret: string): boolean {
  const { day, region, service, time, signedHeaders } = signature;
  if (!signedHeaders.includes('host')) return false;
  const own = [...headersOf(request.rawHeaders).keys()].filter(
    (name) => name === 'x-amz-target' || name === 'x-amz-date',
  );
  if (signature.expires === undefined && own.some((name) => !signedHeaders.includes(name))) return false;
  const canonical = canonicalRequest(request, signature);
  if (canonical === undefined) return false;
  const scope = `${day}/${region}/${service}/aws4_request`;
  const key = [day, region, service, 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${secret}`);
  const expected = hmac(Buffer.from(key), `${algorithm}\n${time}\n${scope}\n${sha256(canonical)}`);
  const given = Buffer.from(signature.signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Milliseconds since the epoch of `20260101T120000Z`. */
export function timeOf(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

/** The other way round. */
export function stampOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/-|:|\.\d+/g, '');
}
