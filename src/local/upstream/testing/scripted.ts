// An upstream registry that does what a test tells it, and remembers what it was asked.
// It must not know what a registry should do.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly host: string | undefined;
}

export interface Scripted {
  readonly url: string;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

/** `answer` may leave the answer open: then the upstream is silent. */
export async function startScripted(
  answer: (request: IncomingMessage, response: ServerResponse, self: string) => void,
): Promise<Scripted> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    asked.push({ method, path, authorization: headers.authorization, host: headers.host });
    request.resume();
    answer(request, response, url);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
