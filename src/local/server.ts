// One loopback port on node:http: reads requests, hands them to the cloud or to the control addresses, writes answers.
// It must not know any AWS service.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import pLimit, { type LimitFunction } from 'p-limit';
import type { Cloud, Outcome } from './cloud.js';
import { type ControlOptions, control, controlPrefix, fromPage } from './control.js';
import { ServiceError } from './service.js';
import { writeSettled } from './store/settled.js';
import { type Authority, createTwofoldServer } from './tls/index.js';
import { jsonError } from './wire/answer.js';
import { bodyLimit, isLarge, readBody, utf8 } from './wire/body.js';

export interface HttpServer {
  readonly port: number;
  /** Resolves once no connection is left. */
  close(): Promise<void>;
}

/** A part of the server that reads and answers requests itself: its bytes are not to be gathered in memory. */
export interface Route {
  matches(request: IncomingMessage): boolean;
  /** Rejects only for a defect, or because the client went away. */
  serve(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void>;
}

export interface HttpOptions {
  /** A promise of what was written being on the disk, or nothing where it is. */
  readonly durable: () => Promise<void> | undefined;
  readonly port: number;
  /** With one the port speaks HTTPS as well. */
  readonly authority?: Authority;
  /** Asked in order; the cloud has what none of them matches. */
  readonly routes?: readonly Route[];
  readonly cloud: Cloud;
  readonly controls: Omit<ControlOptions, 'cloud'>;
  readonly onDefect: (error: unknown, operation: string) => void;
  /** How long a client may be silent in the middle of a request or an answer, in milliseconds; a minute where it is left out. */
  readonly idle?: number;
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

async function outcome(request: IncomingMessage, requestId: string, options: HttpOptions): Promise<Outcome> {
  const target = header(request, 'x-amz-target');
  const limit = options.cloud.bodyLimit(target) ?? bodyLimit;
  const body = await readBody(request, limit);
  if (body === undefined) {
    return jsonError(
      new ServiceError('RequestEntityTooLargeException', `The body is larger than ${limit} bytes.`, 413),
    );
  }
  const method = request.method ?? '';
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (path.startsWith(controlPrefix)) {
    const { headers } = request;
    return writeSettled(options, () =>
      control({ method, path, headers, body: utf8(body) }, { cloud: options.cloud, ...options.controls }),
    );
  }
  // Signatures are not verified: a page whose name was made to point here could ask for a token, and with it for everything.
  if (fromPage(request.headers)) {
    return jsonError(new ServiceError('AccessDeniedException', 'The local ECR is not for pages in a browser.', 403));
  }
  return options.cloud.answer({
    method,
    target,
    contentType: header(request, 'content-type'),
    authorization: header(request, 'authorization'),
    body,
    requestId,
    userAgent: header(request, 'user-agent'),
    url: request.url ?? '/',
    rawHeaders: request.rawHeaders,
  });
}

/** Large bodies are in memory whole, as bytes, as text and as what it says. Two at a time keep a disk busy; the others wait unread. */
const largeAtOnce = 2;

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { inTurn, ...options }: HttpOptions & { readonly inTurn: LimitFunction },
  server: Server,
): Promise<void> {
  const requestId = randomUUID();
  let result: Outcome;
  try {
    const route = options.routes?.find((one) => one.matches(request));
    if (route !== undefined) {
      if (!server.listening) response.setHeader('connection', 'close');
      return await route.serve(request, response, requestId);
    }
    const answer = (): Promise<Outcome> => outcome(request, requestId, options);
    result = await (isLarge(request) ? inTurn(answer) : answer());
  } catch (error) {
    // A client that went away is no defect, and there is nobody to answer.
    if (request.destroyed && !request.complete) return;
    options.onDefect(error, request.url ?? '');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    result = jsonError(
      new ServiceError('ServerException', 'These errors are usually caused by a server-side issue.', 500),
    );
  }
  if (result === 'cut') {
    request.socket.destroy();
    return;
  }
  response.writeHead(result.status, {
    ...result.headers,
    'content-length': Buffer.byteLength(result.body),
    'x-amzn-requestid': requestId,
    // A server that ends does not wait for clients to hang up.
    ...(!server.listening && { connection: 'close' }),
  });
  response.end(result.body);
}

/** What is no HTTP gets the shortest answer there is. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Whether a connection is quiet because of the client: it owes us the rest of a request, or does not take what it asked for. */
function stalled({ request, response }: { request: IncomingMessage; response: ServerResponse }): boolean {
  if (response.writableFinished) return true;
  if (!request.complete && request.readableLength === 0) return true;
  return response.headersSent && response.writableLength > 0;
}

/**
 * Cuts off clients that fall silent. A request may take as long as it likes while bytes arrive (a layer of 50 GB does), and one that
 * waits for us is left alone.
 */
function watchSilence(server: Server, idle: number): void {
  const current = new WeakMap<Socket, { request: IncomingMessage; response: ServerResponse }>();
  server.requestTimeout = 0;
  server.headersTimeout = idle;
  server.on('request', (request, response) => {
    const { socket } = request;
    const exchange = { request, response };
    current.set(socket, exchange);
    // A connection may rest for long, and what was asked over it may be large.
    response.once('close', () => void (current.get(socket) === exchange && current.delete(socket)));
  });
  server.setTimeout(idle, (socket) => {
    const exchange = current.get(socket);
    if (exchange === undefined || stalled(exchange)) socket.destroy();
  });
}

/**
 * Node tells of the end of a connection only the response whose turn it is: of several requests that were sent at once, the others would
 * wait for ever, and hold what they were about to send.
 */
function endTogether(server: Server): void {
  const waiting = new WeakMap<Socket, Set<ServerResponse>>();
  // On its own, so that what listens to a connection holds no answer that was given over it.
  const responsesOf = (socket: Socket): Set<ServerResponse> => {
    const responses = new Set<ServerResponse>();
    waiting.set(socket, responses);
    socket.once('close', () => {
      for (const one of responses) {
        if (one.socket !== null) continue;
        one.destroy();
        one.emit('close');
      }
    });
    return responses;
  };
  server.on('request', ({ socket }, response) => {
    const responses = waiting.get(socket) ?? responsesOf(socket);
    responses.add(response);
    response.once('close', () => responses.delete(response));
  });
}

function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Calls under way end first; connections that only wait are closed now.
    server.closeIdleConnections();
    const force = setTimeout(() => server.closeAllConnections(), 2000);
    server.once('close', () => clearTimeout(force));
  });
}

/** Rejects with the operating system's error where the port cannot be had. */
export function listen(options: HttpOptions): Promise<HttpServer> {
  const inTurn = pLimit(largeAtOnce);
  const limits = { maxHeaderSize: 16 * 1024, keepAliveTimeout: 65_000 };
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    response.on('error', () => response.destroy());
    void serve(request, response, { ...options, inTurn }, server);
  };
  const { authority } = options;
  const server: Server =
    authority === undefined ? createServer(limits, answer) : createTwofoldServer(limits, authority, answer);
  server.maxHeadersCount = 100;
  watchSilence(server, options.idle ?? 60_000);
  endTogether(server);
  server.on('clientError', refuseGarbage);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: '127.0.0.1' }, () => {
      server.off('error', reject);
      server.on('error', (error) => options.onDefect(error, 'listen'));
      resolve({ port: (server.address() as AddressInfo).port, close: () => shut(server) });
    });
  });
}
