// A container client for tests that says exactly what it is told to, and shows exactly what it hears.
// It must not follow, retry, or mend anything.
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import type { Readable } from 'node:stream';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Message {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Buffer | string | Readable;
}

/** Credentials of an account in a Region, as `Authorization` has them. */
export async function login(
  local: { readonly url: string },
  account = '123456789012',
  region = 'us-east-1',
): Promise<string> {
  const { authorizationData } = (await callApi(local, 'GetAuthorizationToken', {}, account, region)) as {
    authorizationData: [{ authorizationToken: string }];
  };
  return `Basic ${authorizationData[0].authorizationToken}`;
}

/** Calls the ECR API; throws what it refuses. */
export async function callApi(
  local: { readonly url: string },
  operation: string,
  input: Record<string, unknown>,
  account = '123456789012',
  region = 'us-east-1',
): Promise<Record<string, unknown>> {
  const response = await fetch(local.url, {
    method: 'POST',
    body: JSON.stringify(input),
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/${region}/ecr/aws4_request, SignedHeaders=host, Signature=0`,
    },
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${operation}: ${JSON.stringify(answer)}`);
  return answer;
}

export class Client {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #port: number;
  readonly authorization: string | undefined;
  #anonymous: Client | undefined;

  constructor(port: number, authorization?: string) {
    this.#port = port;
    this.authorization = authorization;
  }

  /** Rejects where the connection ends without an answer. `path` may be an address on this server. */
  send(method: string, path: string, { headers = {}, body }: Message = {}): Promise<Answer> {
    const target = path.replace(/^https?:\/\/[^/]+/, '');
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          port: this.#port,
          host: '127.0.0.1',
          agent: this.#agent,
          method,
          path: target,
          headers: {
            host: `localhost:${this.#port}`,
            ...(this.authorization !== undefined && { authorization: this.authorization }),
            ...headers,
          } as Record<string, string>,
        },
        (response) => {
          const pieces: Buffer[] = [];
          response.on('data', (piece: Buffer) => pieces.push(piece));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) }),
          );
        },
      );
      outgoing.on('error', reject);
      if (body === undefined) outgoing.end();
      else if (typeof body === 'string' || Buffer.isBuffer(body)) outgoing.end(body);
      else body.pipe(outgoing);
    });
  }

  /** The same without credentials. */
  anonymous(): Client {
    return (this.#anonymous ??= new Client(this.#port));
  }

  close(): void {
    this.#anonymous?.close();
    this.#agent.destroy();
  }
}
