// A client of one upstream registry: manifests, blobs, and proving who one is (OCI distribution 1.1; "Token Authentication" of distribution).
// It must not know what is kept here, nor where credentials come from. Nothing here may be logged.
import { type Digest, isDigest } from '../blobs/blob-store.js';
import { maxManifestSize } from '../images/limits.js';
import { manifestTypes } from '../images/manifest.js';
import { successful, successfulText } from './answers.js';
import { type Challenge, challengesIn } from './challenge.js';
import { refused, UpstreamError } from './errors.js';
import { type Answer, type Http, mayLead, readAll, unreachable } from './http.js';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface UpstreamPlace {
  /** Scheme and host. */
  readonly base: URL;
  /** What the Host header says, where it is not the base's. */
  readonly host?: string;
  /** Nothing where none are known; then it is tried without. `again`: those given before were refused. */
  readonly credentials: (again: boolean) => Promise<Credentials | undefined>;
}

export interface UpstreamManifest {
  readonly bytes: Buffer;
  readonly mediaType: string | undefined;
  /** What the upstream says it is. */
  readonly digest: Digest | undefined;
}

/** A token without a term lasts a minute; none is trusted for longer than five. */
const shortest = 60;
const longest = 300;

interface Proof {
  readonly authorization: string;
  /** By the monotonic clock, in milliseconds. */
  readonly until: number;
}

function basic({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

function digestIn({ headers }: Answer): Digest | undefined {
  const text = headers['docker-content-digest'];
  return typeof text === 'string' && isDigest(text) ? text : undefined;
}

export class UpstreamClient {
  readonly #place: UpstreamPlace;
  readonly #http: Http;
  readonly #signal: AbortSignal;
  readonly #proofs = new Map<string, Proof>();

  constructor(place: UpstreamPlace, http: Http, signal: AbortSignal) {
    this.#place = place;
    this.#http = http;
    this.#signal = signal;
  }

  /** Throws where the upstream cannot be reached, or does not take the credentials. */
  async ping(): Promise<void> {
    (await this.#send('GET', '/v2/', '')).body.destroy();
  }

  async manifest(repository: string, reference: string): Promise<UpstreamManifest> {
    const answer = await this.#manifest('GET', repository, reference);
    const bytes = await readAll(answer.body, maxManifestSize, this.#signal);
    const [mediaType] = (answer.headers['content-type'] ?? '').split(';');
    return { bytes, mediaType: mediaType?.trim() || undefined, digest: digestIn(answer) };
  }

  /** The digest behind a tag; nothing where the upstream does not tell. */
  async digestOf(repository: string, tag: string): Promise<Digest | undefined> {
    const answer = await this.#manifest('HEAD', repository, tag);
    answer.body.destroy();
    return digestIn(answer);
  }

  /** The bytes of a blob; fails where they are more than `limit`, or not as many as `size`. */
  async blob(repository: string, digest: Digest, limit: number, size?: number): Promise<AsyncIterable<Buffer>> {
    const answer = await this.#send('GET', `/v2/${repository}/blobs/${digest}`, pulling(repository));
    const promised = Number(answer.headers['content-length'] ?? Number.NaN);
    if (!Number.isNaN(promised) && (promised > limit || (size !== undefined && promised !== size))) {
      answer.body.destroy();
      throw new UpstreamError('unavailable', `it has ${promised} bytes for ${digest}`);
    }
    return bounded(answer, size ?? limit, digest, this.#signal);
  }

  #manifest(method: 'GET' | 'HEAD', repository: string, reference: string): Promise<Answer> {
    const path = `/v2/${repository}/manifests/${reference}`;
    return this.#send(method, path, pulling(repository), { accept: manifestTypes.join(', ') });
  }

  /** An answer with success; throws any other. A scope that was proven once is proven at once the next time. */
  async #send(
    method: 'GET' | 'HEAD',
    path: string,
    scope: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const known = this.#proofs.get(scope);
    const proof = known !== undefined && known.until > performance.now() ? known : undefined;
    let answer = await this.#ask(method, path, headers, proof);
    // What was proven once may have ended, or been taken back: then it is as if nobody had proven anything.
    const stale = proof !== undefined && (answer.status === 401 || answer.status === 403);
    if (stale) {
      answer.body.destroy();
      this.#proofs.delete(scope);
      answer = await this.#ask(method, path, headers, undefined);
    }
    if (answer.status !== 401) return successful(answer);
    answer.body.destroy();
    const next = await this.#prove(challengesIn(answer.headers['www-authenticate']), scope, stale);
    return successful(await this.#ask(method, path, headers, next));
  }

  #ask(
    method: 'GET' | 'HEAD',
    path: string,
    headers: Readonly<Record<string, string>>,
    proof: Proof | undefined,
  ): Promise<Answer> {
    const { base, host } = this.#place;
    return this.#http.ask({
      url: new URL(path, base),
      method,
      headers: {
        ...headers,
        ...(host !== undefined && { host }),
        ...(proof !== undefined && { authorization: proof.authorization }),
      },
    });
  }

  async #prove(challenges: readonly Challenge[], scope: string, again: boolean): Promise<Proof> {
    const credentials = await this.#place.credentials(again);
    const bearer = challenges.find((one) => one.scheme === 'bearer' && one.parameters['realm'] !== undefined);
    let proof: Proof;
    if (bearer !== undefined) proof = await this.#token(bearer, scope, credentials);
    else if (credentials !== undefined && challenges.some(({ scheme }) => scheme === 'basic')) {
      proof = { authorization: basic(credentials), until: Number.POSITIVE_INFINITY };
    } else throw refused(401);
    if (this.#proofs.size >= 1000) this.#proofs.clear();
    this.#proofs.set(scope, proof);
    return proof;
  }

  async #token({ parameters }: Challenge, scope: string, credentials: Credentials | undefined): Promise<Proof> {
    const { realm = '', service, scope: asked = scope } = parameters;
    let url: URL;
    try {
      url = new URL(realm, this.#place.base);
    } catch {
      throw new UpstreamError('unavailable', 'it asks for tokens of what is no address');
    }
    if (!mayLead(this.#place.base, url)) {
      throw new UpstreamError(
        'unavailable',
        `it asks for tokens of ${url.origin}, which is not for this registry to ask`,
      );
    }
    if (service !== undefined) url.searchParams.set('service', service);
    if (asked !== '') url.searchParams.set('scope', asked);
    const headers = credentials === undefined ? {} : { authorization: basic(credentials) };
    const answer = await this.#http.ask({ url, method: 'GET', headers });
    const { token, seconds } = tokenIn(await successfulText(answer, this.#signal));
    const term = Math.min(longest, Math.max(shortest, seconds)) - 5;
    return { authorization: `Bearer ${token}`, until: performance.now() + term * 1000 };
  }
}

function pulling(repository: string): string {
  return `repository:${repository}:pull`;
}

function tokenIn(text: string): { readonly token: string; readonly seconds: number } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const { token, access_token: other, expires_in: term } = (value ?? {}) as Record<string, unknown>;
  const given = typeof token === 'string' && token !== '' ? token : other;
  // Anything else would be more than a token in a header.
  if (typeof given !== 'string' || !/^[\x21-\x7e]+$/.test(given)) {
    throw new UpstreamError('unavailable', 'its token server gave no token');
  }
  return { token: given, seconds: typeof term === 'number' ? term : shortest };
}

async function* bounded(
  { body }: Answer,
  limit: number,
  digest: Digest,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  let received = 0;
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      received += piece.length;
      if (received > limit) throw new UpstreamError('unavailable', `it has more than ${limit} bytes for ${digest}`);
      yield piece;
    }
  } catch (error) {
    throw unreachable(error, signal);
  } finally {
    body.destroy();
  }
}
