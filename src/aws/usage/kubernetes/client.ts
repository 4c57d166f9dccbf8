// Reads objects of a cluster, page by page, over Node's own HTTP client.
// It must not know kinds of objects.
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { AwsFault } from '../../../plan/ports.js';
import type { Caller } from '../../caller.js';
import type { KubeCredentials } from './credentials.js';
import type { KubeContext } from './kubeconfig.js';

/** Any object of the API, as JSON. */
export type KubeObject = Readonly<Record<string, unknown>>;

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** As kubectl asks for them. */
const pageSize = 500;
/** A list is begun anew so often where the server has forgotten how it went on. */
const beginnings = 4;
/** Why it has: HTTP 410, whose reason is `Expired` or `Gone`. */
const forgotten = 'Expired';
/** Milliseconds without a byte. */
const silence = 60_000;

export class KubeClient {
  readonly #context: KubeContext;
  readonly #credentials: KubeCredentials;
  readonly #caller: Caller;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #send: typeof httpsRequest;

  constructor(context: KubeContext, credentials: KubeCredentials, caller: Caller, concurrency: number) {
    this.#context = context;
    this.#credentials = credentials;
    this.#caller = caller;
    const secure = context.server.protocol === 'https:';
    const options = { keepAlive: true, maxSockets: concurrency };
    const { authority, serverName, insecure } = context;
    this.#send = secure ? httpsRequest : httpRequest;
    this.#agent = secure
      ? new HttpsAgent({
          ...options,
          rejectUnauthorized: !insecure,
          ...(authority === undefined ? {} : { ca: authority }),
          ...(serverName === undefined ? {} : { servername: serverName }),
          ...(credentials.certificate === undefined ? {} : { cert: credentials.certificate }),
          ...(credentials.key === undefined ? {} : { key: credentials.key }),
        })
      : new HttpAgent(options);
  }

  close(): void {
    this.#agent.destroy();
  }

  /** One object, for instance `/api/v1/namespaces/shop`. @throws AwsFault, also where there is none. */
  get(path: string): Promise<KubeObject> {
    return this.#caller.call(`GET ${path}`, () => this.#page(path));
  }

  /**
   * Every object of a collection, for instance `/apis/apps/v1/deployments`. A list that takes long outlives the snapshot it is made of;
   * the server then says 410, and it is read anew (Kubernetes API concepts, "Retrieving large results sets in chunks"): some objects
   * are met twice.
   * @throws AwsFault, its operation for instance `GET /api/v1/pods`.
   */
  async forEach(path: string, meet: (object: KubeObject) => void): Promise<void> {
    const operation = `GET ${path}`;
    for (let beginning = 1; ; beginning += 1) {
      let next: string | undefined;
      try {
        do {
          const query = `limit=${pageSize}${next === undefined ? '' : `&continue=${encodeURIComponent(next)}`}`;
          const { items, metadata } = await this.#caller.call(operation, () => this.#page(`${path}?${query}`));
          if (Array.isArray(items)) for (const item of items) meet(objectOf(item));
          const token = objectOf(metadata)['continue'];
          next = typeof token === 'string' && token !== '' ? token : undefined;
        } while (next !== undefined);
        return;
      } catch (error) {
        const again = error instanceof AwsFault && error.awsCode === forgotten && beginning < beginnings;
        if (!again) throw error;
      }
    }
  }

  async #page(path: string): Promise<KubeObject> {
    const { status, text } = await this.#get(path);
    let body: KubeObject | undefined;
    try {
      body = objectOf(JSON.parse(text));
    } catch {
      body = undefined;
    }
    if (status === 200 && body !== undefined) return body;
    throw refusal(status, body);
  }

  #get(path: string): Promise<Answer> {
    const { server } = this.#context;
    const { authorization } = this.#credentials;
    return new Promise((done, failed) => {
      const sent = this.#send(
        new URL(server.pathname.replace(/\/$/, '') + path, server),
        {
          agent: this.#agent,
          timeout: silence,
          headers: {
            accept: 'application/json',
            'user-agent': 'slipway',
            ...(authorization === undefined ? {} : { authorization }),
          },
        },
        (answer) => {
          const pieces: Buffer[] = [];
          answer.on('data', (piece: Buffer) => pieces.push(piece));
          answer.on('error', failed);
          answer.on('end', () =>
            done({ status: answer.statusCode ?? 0, text: Buffer.concat(pieces).toString('utf8') }),
          );
        },
      );
      sent.on('timeout', () => {
        sent.destroy(
          Object.assign(new Error(`${server.host} was silent for ${silence / 1000} s`), { code: 'ETIMEDOUT' }),
        );
      });
      sent.on('error', failed);
      sent.end();
    });
  }
}

export function objectOf(value: unknown): KubeObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as KubeObject) : {};
}

/** A Status of the API (API conventions, "Response Status Kind"), as the caller of the SDK's operations reads errors. */
function refusal(status: number, body: KubeObject | undefined): Error {
  const { reason, message } = body ?? {};
  const said = typeof message === 'string' && message !== '' ? message : `the server answered HTTP ${status}`;
  const name = status === 410 ? forgotten : typeof reason === 'string' && reason !== '' ? reason : `HTTP${status}`;
  return Object.assign(new Error(said), { name, $metadata: { httpStatusCode: status } });
}
