// The outbox and the trail over HTTP: one JSON object a line, and with `follow` for as long as both sides wish.
// It must not know what an event means.
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DiagnosticCode } from '../../diagnostics/index.js';
import { listen } from '../bell.js';
import { controlPrefix, fromThisMachine } from '../control.js';
import type { Route } from '../server.js';
import type { Store } from '../store/store.js';
import { eventBounds, eventsAfter, placeOf } from './events.js';
import type { Trail } from './trail.js';

/** What a line holds. Empty lines mean nothing. */
export type StreamLine =
  | { readonly place: string; readonly event: Readonly<Record<string, unknown>> }
  /** What lay between two places is no longer kept. */
  | { readonly missing: { readonly after: string; readonly before: string } };

interface Log {
  /** Rung when there is more to read. */
  readonly bell: string;
  after(place: string, limit: number): readonly (readonly [place: string, event: unknown])[];
  bounds(): { readonly oldest: string | undefined; readonly newest: string };
}

export interface StreamOptions {
  readonly store: Store;
  readonly trail: Trail;
  /** Fires when the server is to end. */
  readonly signal: AbortSignal;
}

const path = `${controlPrefix}events`;
const slice = 200;
/** An empty line so often, for clients that take silence for death (Node's own after five minutes). */
const heartbeat = 30_000;

/** A promise that is there before what it waits for. */
function doorbell(): { readonly rung: () => Promise<void>; readonly ring: () => void } {
  let open = (): void => undefined;
  let next = new Promise<void>((done) => (open = done));
  return {
    ring: () => open(),
    rung: async () => {
      await next;
      next = new Promise<void>((done) => (open = done));
    },
  };
}

async function send(
  { store, log, follow, since }: { store: Store; log: Log; follow: boolean; since: string },
  response: ServerResponse,
  end: AbortSignal,
): Promise<void> {
  const { rung, ring } = doorbell();
  const deaf = listen(store, log.bell, ring);
  const silence = setInterval(() => response.write('\n'), heartbeat).unref();
  end.addEventListener('abort', ring, { once: true });
  try {
    const { oldest, newest } = log.bounds();
    if (oldest !== undefined && Number(oldest) > Number(since) + 1) {
      response.write(`${JSON.stringify({ missing: { after: since, before: oldest } } satisfies StreamLine)}\n`);
    }
    let place = since;
    while (!end.aborted) {
      const found = log.after(place, slice);
      // What is told has happened for good.
      await store.durable();
      const text = found.map(([at, event]) => `${JSON.stringify({ place: at, event })}\n`).join('');
      // A client that reads slowly is waited for; nothing is gathered for it.
      if (text !== '' && !response.write(text)) await once(response, 'drain', { signal: end });
      place = found.at(-1)?.[0] ?? place;
      if (found.length === slice) continue;
      if (!follow && place >= newest) return;
      await rung();
    }
  } catch (error) {
    if (!end.aborted) throw error;
  } finally {
    clearInterval(silence);
    deaf();
    end.removeEventListener('abort', ring);
  }
}

function refuse(response: ServerResponse, status: number, message: string, code?: DiagnosticCode): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ code, message }));
}

/** `GET /_slipway/events?log=events|trail&since=PLACE&follow=true`. */
export function eventsRoute({ store, trail, signal }: StreamOptions): Route {
  const logs: Readonly<Record<string, Log>> = {
    events: {
      bell: 'event',
      after: (place, limit) => eventsAfter(store, place, limit),
      bounds: () => eventBounds(store),
    },
    trail: {
      bell: 'trail-written',
      after: (place, limit) => trail.after(place, limit),
      bounds: () => trail.bounds(),
    },
  };
  return {
    matches: (request) => request.method === 'GET' && (request.url ?? '').split('?')[0] === path,
    async serve(request: IncomingMessage, response: ServerResponse) {
      request.resume();
      if (!fromThisMachine(request.headers)) return refuse(response, 403, 'only for programs on this machine');
      const query = new URLSearchParams((request.url ?? '').slice(path.length + 1));
      const name = query.get('log') ?? 'events';
      const log = Object.hasOwn(logs, name) ? logs[name] : undefined;
      if (log === undefined) return refuse(response, 400, 'log is neither events nor trail');
      if (log === logs['trail']) trail.flush();
      const since = query.get('since') ?? placeOf(0);
      if (!/^\d{16}$/.test(since))
        return refuse(response, 400, `"${since.slice(0, 100)}" is no place`, 'local/bad-place');
      const { newest } = log.bounds();
      if (since > newest) {
        const message = `there is no place ${Number(since)}; the last one is ${Number(newest)}`;
        return refuse(response, 400, message, 'local/bad-place');
      }
      response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
      response.flushHeaders();
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      await send(
        { store, log, since, follow: query.get('follow') === 'true' },
        response,
        AbortSignal.any([gone.signal, signal]),
      );
      // A server that ends does not wait for a client that could ask for something else.
      response.end(() => void (signal.aborted && request.socket.end()));
    },
  };
}
