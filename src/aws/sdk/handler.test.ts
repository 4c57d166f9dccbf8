// Holds what goes over the wire, and how each way of going wrong is told.

import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startLocalEcr } from '../../local/index.js';
import { readFailure } from '../faults.js';
import { Handler, type HandlerOptions } from './handler.js';

let server: Server;
let port: number;
let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void;
let connections: number;
let handlers: Handler[];

beforeEach(async () => {
  connections = 0;
  handlers = [];
  answer = (_, response) => response.end('{}');
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => answer(request, response, body));
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const handler of handlers) handler.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function open(options: Partial<HandlerOptions> = {}): Handler {
  const handler = new Handler({ sockets: 4, connectWithin: 5000, answerWithin: 5000, ...options });
  handlers.push(handler);
  return handler;
}

const request = (more: object = {}) => ({
  protocol: 'http:',
  hostname: '127.0.0.1',
  port,
  method: 'POST',
  path: '/',
  headers: { host: 'here', 'content-length': '2' },
  body: '{}',
  ...more,
});

/** What Node does not tell types of. */
const agents = Agent.prototype as unknown as { createConnection(options: object): Socket };

async function failureOf(working: Promise<unknown>): Promise<Error> {
  const thrown: unknown = await working.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof Error)) throw new Error(`no failure but ${String(thrown)}`);
  return thrown;
}

describe('a request', () => {
  it.each([
    ['a text', '{"name":"café"}'],
    ['bytes', new TextEncoder().encode('{"name":"café"}')],
  ])('is sent with %s, and its answer comes whole', async (_, body) => {
    answer = (heard, response, text) => {
      response.writeHead(418, 'Short and stout', { 'Set-Cookie': ['a', 'b'], 'X-Seen': heard.headers['x-a'] });
      response.write(text.slice(0, 3));
      setImmediate(() => response.end(text.slice(3)));
    };
    const headers = { host: 'here', 'x-a': '1', 'content-length': '16' };
    const { response } = await open().handle(request({ body, headers }));
    expect(response).toMatchObject({ statusCode: 418, reason: 'Short and stout' });
    expect(response.headers).toMatchObject({ 'set-cookie': 'a,b', 'x-seen': '1' });
    expect(new TextDecoder().decode(response.body)).toBe('{"name":"café"}');
  });

  it('may have a query, a name and a password, and no body', async () => {
    const heard: unknown[] = [];
    answer = ({ method, url, headers }, response, body) => {
      heard.push(method, url, headers.authorization, body);
      response.end();
    };
    const query = { 'role name': "it's", list: ['a/b', 'c'], flag: null };
    const more = { method: 'GET', path: '/a', query, headers: {}, body: undefined, username: 'me', password: 'secret' };
    const { response } = await open().handle(request(more));
    expect(heard).toEqual(['GET', '/a?role%20name=it%27s&list=a%2Fb&list=c&flag', `Basic ${btoa('me:secret')}`, '']);
    expect(response.body).toHaveLength(0);
  });

  it('goes to an address of IPv6, which URLs write in brackets', async () => {
    const spy = vi.spyOn(agents, 'createConnection');
    await failureOf(open().handle(request({ hostname: '[::1]', port: 1 })));
    expect(spy.mock.calls[0]?.[0]).toMatchObject({ host: '::1', port: 1 });
  });

  it('shares connections with those before it, and no more than it may', async () => {
    const handler = open({ sockets: 2 });
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([1, 2, 3, 4, 5].map(() => handler.handle(request())));
    }
    expect(connections).toBe(2);
  });

  it('has a body that can be read twice, or is refused', async () => {
    await expect(open().handle(request({ body: new ReadableStream() }))).rejects.toThrow('only a text or bytes');
  });
});

describe('an endpoint with TLS', () => {
  it('is spoken to where its certificate is trusted, and not else', async () => {
    const local = await startLocalEcr({ memory: true, port: 0, tls: true });
    const kept = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    try {
      const asked = request({ protocol: 'https:', port: local.port, path: '/_slipway/health', method: 'GET' });
      const { host: _, ...headers } = asked.headers;
      const failure = await failureOf(open().handle({ ...asked, headers }));
      expect(readFailure(failure)).toMatchObject({ kind: 'unavailable', again: 'never' });
      process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
      const { response } = await open().handle({ ...asked, headers: {}, body: undefined });
      expect(response.statusCode).toBe(200);
    } finally {
      if (kept === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = kept;
      await local.close();
    }
  });
});

describe('what goes wrong', () => {
  it.each<[string, typeof answer]>([
    ['never comes', () => {}],
    ['begins and does not end', (_, response) => void response.write('{"a":')],
  ])('an answer that %s is late', async (_, stall) => {
    answer = stall;
    const failure = await failureOf(open({ answerWithin: 50 }).handle(request()));
    expect(failure).toMatchObject({ name: 'TimeoutError', message: 'there was no whole answer within 50 ms' });
    expect(readFailure(failure)).toMatchObject({ kind: 'unavailable', again: 'failing' });
  });

  it('a connection that is not made in time', async () => {
    class Nowhere extends Socket {
      override connecting = true;
    }
    vi.spyOn(agents, 'createConnection').mockImplementation(() => new Nowhere());
    const failure = await failureOf(open({ connectWithin: 20 }).handle(request()));
    expect(failure.message).toBe('could not establish a connection within 20 ms');
    expect(readFailure(failure)).toMatchObject({ kind: 'unavailable', again: 'unreachable' });
  });

  it('nobody listens', async () => {
    const failure = await failureOf(open().handle(request({ port: 1 })));
    expect(readFailure(failure)).toMatchObject({ again: 'unreachable', awsCode: 'ECONNREFUSED' });
  });

  it.each<[string, typeof answer]>([
    ['before an answer', ({ socket }) => void socket.destroy()],
    ['in the middle of one', (_, response) => void response.write('{', () => response.destroy())],
  ])('the connection breaks %s', async (_, cut) => {
    answer = cut;
    const failure = await failureOf(open().handle(request()));
    expect(readFailure(failure)).toMatchObject({ again: 'failing', awsCode: 'ECONNRESET' });
  });

  it('what answers speaks no HTTP', async () => {
    answer = ({ socket }) => void socket.end('SSH-2.0-OpenSSH\r\n');
    expect(await failureOf(open().handle(request()))).toMatchObject({ code: 'HPE_INVALID_CONSTANT' });
  });

  it('somebody aborts it', async () => {
    const stop = new AbortController();
    answer = () => stop.abort();
    const failure = await failureOf(open().handle(request(), { abortSignal: stop.signal }));
    expect(failure.name).toBe('AbortError');
    const late = await failureOf(open().handle(request(), { abortSignal: stop.signal }));
    expect(late.name).toBe('AbortError');
  });

  it('does not keep the next from going right', async () => {
    const handler = open({ sockets: 1, answerWithin: 200 });
    const wrong: (typeof answer)[] = [
      () => {},
      ({ socket }) => void socket.destroy(),
      (_, response) => void response.write('{', () => response.destroy()),
    ];
    for (const each of wrong) {
      answer = each;
      await failureOf(handler.handle(request()));
      answer = (_, response) => response.end('well');
      const { response } = await handler.handle(request());
      expect(new TextDecoder().decode(response.body)).toBe('well');
    }
  });
});
