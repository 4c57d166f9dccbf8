// Many clients, and clients that fall silent: the others are served meanwhile, and nothing that came in is lost.
// It must not know how the local ECR is made.
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEcr, startLocalEcr } from '../../src/local/index.js';
import { wireOk } from '../support/clients.js';
import { cleanEnvironment } from '../support/environment.js';
import { type Life, live, registryAt } from '../support/life.js';
import { digestOf, makeImage, pullWhole, pushImage, type Registry } from '../support/oci-image.js';
import { type Workspace, workspace } from '../support/slipway.js';

const repository = 'crowd/app';
const place = { account: '123456789012', region: 'us-east-1' };

describe('a thousand connections', () => {
  let project: Workspace;
  let life: Life;
  beforeAll(async () => {
    project = await workspace({}, cleanEnvironment());
    life = await live(project, place);
    await wireOk(life.at, 'ecr', 'CreateRepository', { repositoryName: repository });
  }, 300_000);
  afterAll(async () => {
    life?.process.kill('SIGTERM');
    await life?.process.finished;
    project?.remove();
  });

  it('are all answered, again and again, and hinder nobody else', async () => {
    const { registry } = life;
    const image = makeImage();
    await pushImage(registry, repository, 'v1', image);
    // And a hundred more that begin to say something.
    const mumbling = Array.from({ length: 100 }, () => {
      const socket = connect(Number(new URL(registry.url).port), '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write('GET /v2/ HTTP/1.1\r\nHo');
      return socket;
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1000, maxFreeSockets: 1000 });
    const ports = new Set<number | undefined>();
    const pull = async (): Promise<string> => {
      const message = get(`${registry.url}/v2/${repository}/manifests/v1`, {
        agent,
        headers: { authorization: registry.authorization },
      });
      const [answer] = (await once(message, 'response')) as [IncomingMessage];
      ports.add(answer.socket.localPort);
      return digestOf(await buffer(answer));
    };
    try {
      for (let round = 0; round < 3; round += 1) {
        const all = Promise.all(Array.from({ length: 1000 }, pull));
        const other = makeImage({ size: 100_000 });
        await pushImage(registry, repository, `other${round}`, other);
        expect(await pullWhole(registry, repository, `other${round}`)).toBe(other.manifest.digest);
        expect(new Set(await all)).toEqual(new Set([image.manifest.digest]));
      }
      expect(ports.size).toBe(1000);
    } finally {
      agent.destroy();
      for (const socket of mumbling) socket.destroy();
    }
  }, 120_000);
});

describe('a client that stalls', () => {
  /** In milliseconds; a minute for people. */
  const silence = 700;
  let local: LocalEcr;
  let registry: Registry;
  beforeAll(async () => {
    local = await startLocalEcr({ memory: true, port: 0, silence });
    const at = { endpoint: local.url, ...place };
    registry = await registryAt(at);
    await wireOk(at, 'ecr', 'CreateRepository', { repositoryName: repository });
  });
  afterAll(() => local?.close());

  async function begin(): Promise<string> {
    const headers = { authorization: registry.authorization };
    const begun = await fetch(`${registry.url}/v2/${repository}/blobs/uploads/`, { method: 'POST', headers });
    return new URL(begun.headers.get('location') ?? '', registry.url).pathname;
  }

  /** Begins to send a chunk of so many bytes, and says no more than these. */
  async function patch(path: string, length: number, bytes: Buffer): Promise<Socket> {
    const socket = connect(local.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const head = [
      `PATCH ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${local.port}`,
      `Authorization: ${registry.authorization}`,
      'Content-Type: application/octet-stream',
      'Connection: close',
      `Content-Length: ${length}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.write(bytes);
    return socket;
  }

  async function heard(socket: Socket): Promise<string> {
    let text = '';
    for await (const piece of socket) text += String(piece);
    return text;
  }

  it('is cut off; slow ones and others go on, and so may it with what had arrived', async () => {
    const content = Buffer.from('0123456789'.repeat(2));
    const stalledAt = await begin();
    const stalled = Promise.all(
      [stalledAt, ...(await Promise.all(Array.from({ length: 20 }, begin)))].map(async (path) =>
        heard(await patch(path, content.length, content.subarray(0, 10))),
      ),
    );
    const over = new AbortController();
    void stalled.then(() => over.abort());
    // One that is never silent for long, but takes longer than a silent one may.
    const slowAt = await begin();
    const slow = await patch(slowAt, content.length, Buffer.alloc(0));
    const slowly = (async () => {
      for (const byte of content) {
        slow.write(Buffer.of(byte));
        await pause(silence / 7);
      }
    })();
    const slowHeard = heard(slow);

    let served = 0;
    while (!over.signal.aborted) {
      await pushImage(registry, repository, 'other', makeImage());
      await pullWhole(registry, repository, 'other');
      served += 1;
    }
    expect(served).toBeGreaterThan(0);
    expect(new Set(await stalled)).toEqual(new Set(['']));
    await slowly;
    expect(await slowHeard).toMatch(/^HTTP\/1\.1 201 /);

    const headers = { authorization: registry.authorization };
    const state = await fetch(new URL(stalledAt, registry.url), { headers });
    expect(state.headers.get('range')).toBe('0-9');
    const rest = new Uint8Array(content.subarray(10));
    const url = new URL(`${stalledAt}?digest=${digestOf(content)}`, registry.url);
    const ended = await fetch(url, { method: 'PUT', headers, body: rest });
    expect(ended.status, await ended.text()).toBe(201);
  }, 60_000);
});
