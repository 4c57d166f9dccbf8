// A small HTTP proxy between a client and an AWS endpoint, which counts calls and can lose, hold or answer any of them.
// It must not know what the calls mean: it sees an operation's name, its body and its number.
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';

export interface Call {
  /** 1 for the first call through this proxy. */
  readonly number: number;
  /** `ecr:PutLifecyclePolicy`, as IAM spells it. */
  readonly operation: string;
  readonly body: string;
}

/**
 * What becomes of a call. `pass`: it is forwarded. `lose-request`: the connection breaks and nothing was done.
 * `lose-answer`: it is done, and then the connection breaks. `hang`: nothing is done and no answer comes.
 * `answer`: the proxy answers itself.
 */
export type Fate =
  | 'pass'
  | 'lose-request'
  | 'lose-answer'
  | 'hang'
  | { readonly answer: number; readonly code: string; readonly message: string };

export interface Proxy {
  readonly url: string;
  /** All calls so far, those that were lost included. */
  readonly calls: readonly Call[];
  close(): Promise<void>;
}

/** Decides on each call before it is forwarded; may wait as long as it likes. */
export type Decide = (call: Call) => Fate | Promise<Fate>;

export interface ProxyOptions {
  readonly decide?: Decide;
  /** Called when a forwarded call has been done, before its answer goes to the client. */
  readonly done?: (call: Call) => void | Promise<void>;
}

const services: Readonly<Record<string, string>> = {
  AmazonEC2ContainerRegistry_V20150921: 'ecr',
  AmazonSSM: 'ssm',
  ResourceGroupsTaggingAPI_20170126: 'tag',
};

function operationOf(message: IncomingMessage, body: string): string {
  const target = message.headers['x-amz-target'];
  if (typeof target === 'string') {
    const [service = '', operation = ''] = target.split('.');
    return `${services[service] ?? service}:${operation}`;
  }
  const action = /(?:^|&)Action=([A-Za-z]+)/.exec(body)?.[1];
  if (action === undefined) return `${message.method} ${message.url}`;
  // Several services speak the query protocol: the signature says which is meant.
  const scope = /Credential=[^/]+\/\d+\/[^/]+\/([a-z0-9-]+)\//.exec(message.headers.authorization ?? '')?.[1];
  return `${scope ?? 'sts'}:${action}`;
}

function read(message: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.once('end', () => {
      resolve(Buffer.concat(chunks));
    });
    message.once('error', reject);
  });
}

/** Starts a proxy to `upstream` on a free loopback port. */
export async function startProxy(upstream: string, options: ProxyOptions = {}): Promise<Proxy> {
  const target = new URL(upstream);
  const agent = new Agent({ keepAlive: true });
  const calls: Call[] = [];
  // Answers that hang are ended on close, so that nobody waits for ever.
  const hanging = new Set<ServerResponse>();

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(message);
    // A local server's own addresses are no calls to AWS.
    if (message.url?.startsWith('/_slipway/') === true) {
      await forward(message, response, body);
      return;
    }
    const text = body.toString('utf8');
    const call: Call = { number: calls.length + 1, operation: operationOf(message, text), body: text };
    calls.push(call);
    const fate = options.decide === undefined ? 'pass' : await options.decide(call);
    if (fate === 'lose-request') {
      message.socket.destroy();
      return;
    }
    if (fate === 'hang') {
      hanging.add(response);
      return;
    }
    if (typeof fate === 'object') {
      response.writeHead(fate.answer, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ __type: fate.code, message: fate.message }));
      return;
    }
    await forward(message, response, body, async () => {
      await options.done?.(call);
      return fate !== 'lose-answer';
    });
  }

  /** `done` runs when the call has been done, and tells whether its answer goes to the client. */
  async function forward(
    message: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
    done: () => Promise<boolean> = () => Promise.resolve(true),
  ): Promise<void> {
    const forwarded = request({
      host: target.hostname,
      port: target.port,
      method: message.method,
      path: message.url,
      // The signature covers the host the client saw; a local endpoint looks at the account and Region in it alone.
      headers: message.headers,
      agent,
    });
    forwarded.end(body);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      forwarded.once('response', resolve);
      forwarded.once('error', reject);
    });
    const content = await read(answer);
    if (!(await done())) {
      message.socket.destroy();
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.end(content);
  }

  const server: Server = createServer((message, response) => {
    handle(message, response).catch(() => {
      message.socket.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address !== 'object') throw new Error('the proxy has no address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    close: () =>
      new Promise<void>((resolve) => {
        for (const response of hanging) response.socket?.destroy();
        server.close(() => {
          agent.destroy();
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
