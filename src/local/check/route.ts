// A check of a running server over HTTP: one JSON object a line, the summary last. `GET` changes nothing, `POST` sets damaged blobs aside.
// It must not know what is checked.
import { once } from 'node:events';
import { controlPrefix, fromThisMachine } from '../control.js';
import type { Route } from '../server.js';
import { type CheckOptions, check } from './check.js';

const path = `${controlPrefix}check`;
/** An empty line so often: a large blob takes longer than clients and servers take silence for life. */
const heartbeat = 10_000;

export function checkRoute(options: Pick<CheckOptions, 'store' | 'blobs' | 'signal'>): Route {
  return {
    matches: (request) =>
      (request.method === 'GET' || request.method === 'POST') && (request.url ?? '').split('?')[0] === path,
    async serve(request, response) {
      request.resume();
      if (!fromThisMachine(request.headers)) {
        response
          .writeHead(403, { 'content-type': 'application/json' })
          .end(JSON.stringify({ message: 'only for programs on this machine' }));
        return;
      }
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const signal = AbortSignal.any([gone.signal, options.signal]);
      response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
      response.flushHeaders();
      const alive = setInterval(() => response.write('\n'), heartbeat).unref();
      try {
        for await (const line of check({ ...options, setAside: request.method === 'POST', signal })) {
          if (!response.write(`${JSON.stringify(line)}\n`)) await once(response, 'drain', { signal });
        }
      } catch (error) {
        // Whoever asked has gone, or the server ends: without a summary nobody takes it for the whole.
        if (!signal.aborted) throw error;
      } finally {
        clearInterval(alive);
      }
      response.end();
    },
  };
}
