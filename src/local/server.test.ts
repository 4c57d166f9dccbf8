// The server's patience: silent clients are cut off, slow and waiting ones are not.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Cloud } from './cloud.js';
import { Faults } from './faults.js';
import { type HttpServer, listen, type Route } from './server.js';
import { openMemoryStore } from './store/memory.js';

const idle = 600;
let server: HttpServer | undefined;
afterEach(() => server?.close());

async function open(serve: Route['serve']): Promise<Socket> {
  const faults = new Faults();
  const cloud = new Cloud({
    store: openMemoryStore(),
    services: [],
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
    routes: [{ matches: () => true, serve }],
    controls: {
      faults,
      health: { service: 'slipway-local', version: 1, pid: 1, dataDirectory: null },
      stop: () => {},
    },
    onDefect: () => {},
    idle,
  });
  const socket = connect(server.port, '127.0.0.1');
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
