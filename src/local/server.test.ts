// The server's patience: silent clients are cut off, slow and waiting ones are not.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { Cloud } from './cloud.js';
import { Faults } from './faults.js';
import { type HttpServer, listen, type Route } from './server.js';
import type { JsonService } from './service.js';
import { openMemoryStore } from './store/memory.js';

const idle = 600;
let server: HttpServer | undefined;
afterEach(() => server?.close());

async function start(
  routes: readonly Route[],
  services: readonly JsonService[] = [],
  patience = idle,
): Promise<HttpServer> {
  const faults = new Faults();
  const cloud = new Cloud({
    store: openMemoryStore(),
    services,
    faults,
    home: { account: '123456789012', region: 'us-east-1' },
    now: Date.now,
    onDefect: () => {},
    signal: new AbortController().signal,
  });
  server = await listen({
    durable: () => undefined,
    port: 0,
    cloud,
    routes,
    controls: {
      faults,
      health: { service: 'slipway-local', version: 1, pid: 1, dataDirectory: null },
      stop: () => {},
    },
    onDefect: () => {},
    idle: patience,
  });
  return server;
}

async function open(serve: Route['serve']): Promise<Socket> {
  const { port } = await start([{ matches: () => true, serve }]);
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Everything the server says until it hangs up. */
async function saidUntilClosed(socket: Socket): Promise<string> {
  let text = '';
  for await (const piece of socket) text += String(piece);
  return text;
}

describe('a client that falls silent', () => {
  it('in the middle of its headers is cut off', async () => {
    const socket = await open(async () => {});
    socket.write('PUT / HTTP/1.1\r\nHost: x\r\n');
    await saidUntilClosed(socket);
  });

  it('in the middle of its body is cut off, and the reader hears of it', async () => {
    let tell: (error: unknown) => void = () => {};
    const heard = new Promise<unknown>((resolve) => {
      tell = resolve;
    });
    const socket = await open(async (request) => {
      try {
        for await (const _ of request);
      } catch (error) {
        tell(error);
      }
    });
    socket.write('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345');
    expect(await saidUntilClosed(socket)).toBe('');
    expect(await heard).toBeInstanceOf(Error);
  });

  it('and takes no more of its answer is cut off', async () => {
    let tell: (finished: boolean) => void = () => {};
    const finished = new Promise<boolean>((resolve) => {
      tell = resolve;
    });
    const socket = await open(async (_, response) => {
      response.once('close', () => tell(response.writableFinished));
      response.writeHead(200);
      response.write(Buffer.alloc(64 * 1024 * 1024));
    });
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await finished).toBe(false);
    socket.destroy();
  });
});

describe('a client that asks for several things at once and goes', () => {
  it('is missed by every answer it would have had', async () => {
    const asked = 5;
    const ends: Promise<unknown>[] = [];
    const socket = await open(async (_, response) => {
      const end = once(response, 'close');
      ends.push(end);
      response.write('the beginning of an answer');
      if (ends.length === asked) socket.destroy();
      await end;
    });
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(asked));
    await once(socket, 'close');
    expect(ends).toHaveLength(asked);
    await Promise.all(ends);
  });
});

describe('large bodies', () => {
  it('are read two at a time, small ones at once; one whose client has gone is no hindrance', async () => {
    let under = 0;
    let most = 0;
    let meet = (): void => {};
    const two = new Promise<void>((resolve) => {
      meet = resolve;
    });
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const wait = async (input: Record<string, unknown>): Promise<Record<string, unknown>> => {
      if (input['filling'] === undefined) return { small: true };
      under += 1;
      most = Math.max(most, under);
      if (under === 2) meet();
      await gate;
      under -= 1;
      return {};
    };
    const { port } = await start(
      [],
      [
        {
          name: 'test',
          target: 'Test',
          operations: new Map(),
          asyncOperations: new Map([['Wait', wait]]),
          unserved: new Set(),
          resourceOf: () => '*',
        },
      ],
      // No connection that `fetch` keeps is cut off between two requests.
      60_000,
    );
    const ask = async (body: unknown, signal?: AbortSignal): Promise<unknown> => {
      const headers = { 'x-amz-target': 'Test.Wait' };
      const url = `http://127.0.0.1:${port}`;
      const answer = await fetch(url, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
        ...(signal && { signal }),
      });
      return answer.json();
    };
    const large = { filling: 'x'.repeat(2 * 1024 * 1024) };
    const answers = [ask(large), ask(large)];
    await two;
    const gone = new AbortController();
    const given = ask(large, gone.signal);
    answers.push(ask(large), ask(large));
    // Time enough for a server that reads them all.
    for (let turns = 0; turns < 50; turns += 1) expect(await ask({})).toEqual({ small: true });
    gone.abort();
    await expect(given).rejects.toThrow();
    go();
    expect(await Promise.all(answers)).toEqual([{}, {}, {}, {}]);
    expect(most).toBe(2);
  });
});

describe('a connection that rests', () => {
  it('holds nothing of what was asked over it', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const asked: WeakRef<IncomingMessage>[] = [];
    const socket = await open(async (request, response) => {
      asked.push(new WeakRef(request));
      response.end('x');
    });
    for (let turn = 1; turn <= 2; turn += 1) {
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      await once(socket, 'data');
    }
    // An object that was looked at lives to the end of the turn.
    while (asked.some((one) => one.deref() !== undefined)) {
      await turn();
      collect();
    }
    expect(asked).toHaveLength(2);
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });
});

describe('a client that is not silent', () => {
  it('may send as slowly as it likes', async () => {
    const socket = await open(async (request, response) => {
      let size = 0;
      for await (const piece of request) size += (piece as Buffer).length;
      response.end(String(size));
    });
    const pieces = 14;
    socket.write(`PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${pieces}\r\n\r\n`);
    for (let sent = 0; sent < pieces; sent += 1) {
      await delay(idle / 10);
      socket.write('x');
    }
    expect(await saidUntilClosed(socket)).toMatch(new RegExp(`${pieces}$`));
  });

  it('may wait for us longer than we wait for it', async () => {
    const socket = await open(async (_, response) => {
      await delay(idle * 1.5);
      response.end('done');
    });
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await saidUntilClosed(socket)).toContain('done');
  });
});
