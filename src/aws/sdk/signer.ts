// Signature Version 4 (IAM user guide, "Create a signed AWS API request") by Node's own digests. The SDK's signer takes some
// hundred microseconds for every call, several times as long as the rest of it; this one must give the very same signature.
// It must not know services, nor where credentials come from.
import { createHash, createHmac } from 'node:crypto';

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

type Given<T> = T | (() => Promise<T>);

interface SignerOptions {
  readonly credentials: Given<Credentials>;
  readonly region: Given<string>;
  readonly service: string;
}

interface Signable {
  method: string;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
}

interface SigningOptions {
  readonly signingDate?: Date;
  readonly signingRegion?: string;
  readonly signingService?: string;
}

/** What signing makes itself. */
const made = new Set(['authorization', 'date', 'x-amz-date']);

/** Headers that somebody on the way may change (the SDK's list). */
const changeable = new Set([
  'cache-control',
  'connection',
  'expect',
  'from',
  'keep-alive',
  'max-forwards',
  'pragma',
  'referer',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'x-amzn-trace-id',
]);

/** Takes the place of the SDK's signer (`signerConstructor`) for requests whose body is a text or bytes. */
export class Signer {
  readonly #options: SignerOptions;
  #key: { readonly scope: string; readonly secret: string; readonly bytes: Buffer } | undefined;

  constructor(options: SignerOptions) {
    this.#options = options;
  }

  async sign<T extends Signable>(request: T, options: SigningOptions = {}): Promise<T> {
    const { credentials, region, service } = this.#options;
    const { accessKeyId, secretAccessKey, sessionToken } =
      typeof credentials === 'function' ? await credentials() : credentials;
    const place = options.signingRegion ?? (typeof region === 'function' ? await region() : region);
    const { signingDate = new Date(), signingService = service } = options;
    const date = signingDate.toISOString().replace(/-|:|\.\d+/g, '');
    const scope = `${date.slice(0, 8)}/${place}/${signingService}/aws4_request`;

    const headers: Record<string, string> = {};
    for (const name in request.headers) {
      if (!made.has(name.toLowerCase())) headers[name] = request.headers[name] ?? '';
    }
    headers['x-amz-date'] = date;
    if (sessionToken !== undefined) headers['x-amz-security-token'] = sessionToken;
    const digest = (headers['x-amz-content-sha256'] ??= sha256(bytesOf(request.body)));

    const [lines, names] = signedHeaders(headers);
    const path = canonicalPath(request.path);
    const canonical = `${request.method}\n${path}\n${canonicalQuery(request.query)}\n${lines}\n${names}\n${digest}`;
    const key = this.#keyOf(scope, secretAccessKey);
    const signature = hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`).toString('hex');
    headers['authorization'] =
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
    return { ...request, headers };
  }

  /** The key holds for a day; only the last is kept, since a client has one Region and one service. */
  #keyOf(scope: string, secret: string): Buffer {
    if (this.#key?.scope !== scope || this.#key.secret !== secret) {
      const bytes = scope.split('/').reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`));
      this.#key = { scope, secret, bytes };
    }
    return this.#key.bytes;
  }
}

function bytesOf(body: unknown): string | Uint8Array {
  if (body === undefined || body === null) return '';
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  throw new TypeError('only a text or bytes can be signed');
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** In lower case and in order, each a line with single blanks; and their names. */
function signedHeaders(headers: Readonly<Record<string, string>>): [lines: string, names: string] {
  const values: Record<string, string> = {};
  const names: string[] = [];
  for (const given in headers) {
    const name = given.toLowerCase();
    if (changeable.has(name) || name.startsWith('proxy-') || name.startsWith('sec-')) continue;
    const value = headers[given] ?? '';
    values[name] = untidy.test(value) ? value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '') : value;
    names.push(name);
  }
  names.sort();
  let lines = '';
  for (const name of names) lines += `${name}:${values[name]}\n`;
  return [lines, names.join(';')];
}

const untidy = /^ |  |[\t\r\n]| $/;

/** Every service but S3 wants the path, which is encoded already, to be encoded once more. */
function canonicalPath(path: string): string {
  if (path === '/') return path;
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encode(segment));
  }
  return segments.length === 0 ? '/' : `/${segments.join('/')}${path.endsWith('/') ? '/' : ''}`;
}

function canonicalQuery(query: Signable['query'] = {}): string {
  return Object.entries(query)
    .map(([name, value]): [string, string[]] => [encode(name), value === null ? [] : [value].flat().map(encode)])
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([name, values]) => values.sort().map((value) => `${name}=${value}`))
    .join('&');
}

/** RFC 3986: JavaScript leaves five characters more as they are. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}
