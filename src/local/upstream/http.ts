// One HTTP request to an upstream registry, and where it leads: an answer with its body as a stream, or an UpstreamError.
// It must not know registries. Credentials are for the address they were meant for, and go nowhere else.
import { once, setMaxListeners } from 'node:events';
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { UpstreamError } from './errors.js';

export interface Question {
  readonly url: URL;
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** To be read or destroyed. */
  readonly body: IncomingMessage;
}

export interface HttpOptions {
  /** Fires when the server is to end. */
  readonly signal: AbortSignal;
  /** How long an upstream may say nothing, in milliseconds. */
  readonly silence: number;
}

const most = 5;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** This machine under any name, and what only it can reach: the addresses of its link, where clouds keep their metadata. */
const near =
  /(?:^|\.)localhost\.?$|^(?:0|127|169\.254)\.|^\[(?:::1?|::ffff:(?:0:|7f|a9fe:).*|fe[89ab][0-9a-f]:.*|fd00:ec2::254)\]$/;

/** Plain HTTP is for this machine alone, and never for what began as HTTPS; nor may what is elsewhere lead here. */
export function mayLead(from: URL, to: URL): boolean {
  if (to.protocol === 'https:') return isLoopback(from) || !near.test(to.hostname);
  return to.protocol === 'http:' && from.protocol === 'http:' && isLoopback(to);
}

export class Http {
  readonly #options: HttpOptions;
  readonly #plain = new HttpAgent({ keepAlive: true });
  readonly #secure = new HttpsAgent({ keepAlive: true });

  constructor(options: HttpOptions) {
    this.#options = options;
    const close = (): void => {
      this.#plain.destroy();
      this.#secure.destroy();
    };
    options.signal.addEventListener('abort', close, { once: true });
    // Every request listens to it.
    setMaxListeners(0, options.signal);
  }

  /** Follows redirects, without what is for the first address alone. */
  async ask(question: Question): Promise<Answer> {
    let { url, headers } = question;
    for (let hops = 0; ; hops += 1) {
      const answer = await this.#once({ ...question, url, headers });
      const { location } = answer.headers;
      if (!redirects.has(answer.status) || location === undefined) return answer;
      answer.body.destroy();
      if (hops === most) throw new UpstreamError('unavailable', 'it leads from one address to the next without end');
      const next = leadsTo(location, url, headers['host']);
      if (!mayLead(url, next)) {
        throw new UpstreamError('unavailable', `it leads to ${next.origin}, which is not for this registry to ask`);
      }
      if (next.origin !== url.origin) {
        const { authorization: _, host: __, ...rest } = headers;
        headers = rest;
      }
      url = next;
    }
  }

  async #once(question: Question, again = false): Promise<Answer> {
    const { signal } = this.#options;
    let outgoing: ClientRequest | undefined;
    try {
      signal.throwIfAborted();
      outgoing = this.#send(question);
      const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
      return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: incoming };
    } catch (error) {
      // An upstream may hang up a connection that rests just as it is used again.
      const rested = outgoing?.reusedSocket === true && error instanceof Error && 'code' in error;
      if (rested && error.code === 'ECONNRESET' && !again && !signal.aborted) return this.#once(question, true);
      throw unreachable(error, signal);
    }
  }

  #send({ url, method, headers, body }: Question): ClientRequest {
    const { signal, silence } = this.#options;
    const secure = url.protocol === 'https:';
    const options = { method, headers, signal, agent: secure ? this.#secure : this.#plain };
    const outgoing = secure ? httpsRequest(url, options) : httpRequest(url, options);
    outgoing.setTimeout(silence, () => outgoing.destroy(new Error(`it was silent for ${silence / 1000} s`)));
    // Whoever waits for the answer hears of an error; one that comes later is the body's.
    outgoing.on('error', () => undefined);
    outgoing.end(body);
    return outgoing;
  }
}

/** An address that names the host in the words we were told to use is where we asked, whatever that name would resolve to. */
function leadsTo(location: string, from: URL, host: string | undefined): URL {
  let next: URL;
  try {
    next = new URL(location, from);
  } catch {
    throw new UpstreamError('unavailable', 'it leads to what is no address');
  }
  if (host !== undefined && next.host === host) next = new URL(next.pathname + next.search, from);
  // Otherwise they would be sent as credentials.
  next.username = '';
  next.password = '';
  return next;
}

/** What became of a connection, in words. */
export function unreachable(error: unknown, signal: AbortSignal): UpstreamError {
  if (error instanceof UpstreamError) return error;
  if (signal.aborted) return new UpstreamError('unavailable', 'the local ECR is ending', { cause: error });
  return new UpstreamError('unavailable', error instanceof Error ? error.message : String(error), { cause: error });
}

/** All of a body; throws where it is larger than `limit` bytes, or breaks off. */
export async function readAll(body: IncomingMessage, limit: number, signal: AbortSignal): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > limit) throw new UpstreamError('unavailable', `it answered with more than ${limit} bytes`);
      pieces.push(piece);
    }
  } catch (error) {
    throw unreachable(error, signal);
  }
  return Buffer.concat(pieces);
}
