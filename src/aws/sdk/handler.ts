// Sends the SDK's requests on connections that are kept. The SDK's own handler hands an answer out before its body has come, which
// may then never come; it also sets five timers and a dozen listeners for each call. Here one timer covers all of it, and the
// answer comes with its body.
// It must not know services, nor try anything again.
import * as http from 'node:http';
import type { Socket } from 'node:net';
import { encode } from './signer.js';

interface Request {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly username?: string;
  readonly password?: string;
  readonly body?: unknown;
}

interface Answer {
  readonly statusCode: number;
  readonly reason: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

export interface HandlerOptions {
  /** Connections to one host at once. */
  readonly sockets: number;
  /** Milliseconds until a connection must stand. */
  readonly connectWithin: number;
  /** Milliseconds until the answer must be there to its last byte. */
  readonly answerWithin: number;
}

/** Both the SDK and faults.ts know it by its name. */
class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

export class Handler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #options: HandlerOptions;
  readonly #agents = new Map<string, http.Agent>();

  constructor(options: HandlerOptions) {
    this.#options = options;
  }

  destroy(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  /** The SDK's extensions may ask for these; there is nothing to be set. */
  httpHandlerConfigs(): object {
    return {};
  }
  updateHttpClientConfig(): void {}

  async handle(request: Request, { abortSignal }: { abortSignal?: AbortSignal } = {}): Promise<{ response: Answer }> {
    // An endpoint of this machine needs no TLS, which takes its time to load.
    const protocol = request.protocol === 'https:' ? await import('node:https') : http;
    const body = bodyOf(request.body);
    const options = {
      agent: this.#agentOf(request.protocol, protocol.Agent),
      // An address of IPv6 stands in brackets in URLs alone.
      host: request.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: request.port,
      method: request.method,
      path: request.path + queryOf(request.query),
      headers: request.headers,
      ...(request.username === undefined ? {} : { auth: `${request.username}:${request.password ?? ''}` }),
      ...(abortSignal === undefined ? {} : { signal: abortSignal }),
    };
    const { connectWithin, answerWithin } = this.#options;
    return new Promise((resolve, reject) => {
      const sent = protocol.request(options);
      const fail = (error: Error): void => {
        clearTimeout(timer);
        sent.destroy();
        reject(error);
      };
      const timer = setTimeout(() => {
        fail(new TimeoutError(`there was no whole answer within ${answerWithin} ms`));
      }, answerWithin);
      sent.on('error', fail);
      sent.on('socket', (socket) => {
        if (socket.connecting) connecting(socket, connectWithin, fail);
      });
      sent.on('response', (response) => {
        collect(response).then((bytes) => {
          clearTimeout(timer);
          resolve({ response: answerOf(response, bytes) });
        }, fail);
      });
      sent.end(body);
    });
  }

  #agentOf(protocol: string, Agent: typeof http.Agent): http.Agent {
    const agent = this.#agents.get(protocol) ?? new Agent({ keepAlive: true, maxSockets: this.#options.sockets });
    this.#agents.set(protocol, agent);
    return agent;
  }
}

function connecting(socket: Socket, within: number, fail: (error: Error) => void): void {
  const late = () => fail(new TimeoutError(`could not establish a connection within ${within} ms`));
  const timer = setTimeout(late, within);
  const settled = () => clearTimeout(timer);
  socket.once('connect', settled);
  socket.once('close', settled);
}

function collect(response: http.IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    response.on('data', (piece: Buffer) => pieces.push(piece));
    response.on('end', () => resolve(Buffer.concat(pieces)));
    response.on('error', reject);
  });
}

function answerOf(response: http.IncomingMessage, body: Uint8Array): Answer {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return { statusCode: response.statusCode ?? -1, reason: response.statusMessage ?? '', headers, body };
}

function bodyOf(body: unknown): string | Uint8Array | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  throw new TypeError('only a text or bytes can be sent');
}

function queryOf(query: Request['query'] = {}): string {
  const parts = Object.entries(query).flatMap(([name, value]) =>
    value === null ? [encode(name)] : [value].flat().map((one) => `${encode(name)}=${encode(one)}`),
  );
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}
