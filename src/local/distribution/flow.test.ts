// Bytes in quantity: layers larger than what memory is given to them, clients that do not take what they asked for, many at once.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, Client, callApi, login } from './testing/client.js';
import { bytesOf, digestOf, imageContent } from './testing/content.js';
import { startRegistry, type TestRegistry } from './testing/registry.js';

const mebibyte = 1024 * 1024;

let registry: TestRegistry;
let client: Client;
beforeEach(async () => {
  registry = await startRegistry();
  client = new Client(registry.port, await login(registry));
  await callApi(registry, 'CreateRepository', { repositoryName: 'team/app' });
});
afterEach(async () => {
  client.close();
  await registry.close();
});

/** The most that buffers took while something was done, beyond what they took before. */
async function peak(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().arrayBuffers;
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }, 5);
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return most - before;
}

/** So many pieces of one mebibyte, none of them made before it is asked for. */
function layer(pieces: number): { readonly digest: string; readonly size: number; stream(): Readable } {
  const piece = bytesOf('piece', mebibyte);
  const hash = createHash('sha256');
  for (let turn = 0; turn < pieces; turn += 1) hash.update(piece);
  return {
    digest: `sha256:${hash.digest('hex')}`,
    size: pieces * mebibyte,
    stream: () => Readable.from(Array.from({ length: pieces }, () => piece)),
  };
}

/** Where a blob is given out. */
async function addressOf(digest: string): Promise<string> {
  const { headers } = await client.send('GET', `/v2/team/app/blobs/${digest}`);
  const { pathname, search } = new URL(headers.location ?? '');
  return pathname + search;
}

describe('a layer of 256 MiB', () => {
  const large = layer(256);
  /** What is on its way: in sockets, in the store’s buffers, and garbage that is not yet collected. */
  const room = 100 * mebibyte;

  it('goes in and out without being in memory', async () => {
    const begun = await client.send('POST', '/v2/team/app/blobs/uploads/');
    const upload = begun.headers.location ?? '';
    const pushed = await peak(async () => {
      expect((await client.send('PATCH', upload, { body: large.stream() })).status).toBe(201);
      expect((await client.send('PUT', `${upload}?digest=${large.digest}`)).status).toBe(201);
    });
    expect(pushed).toBeLessThan(room);
    const path = await addressOf(large.digest);
    const hash = createHash('sha256');
    const pulled = await peak(async () => {
      const outgoing = request({ port: registry.port, host: '127.0.0.1', path }).end();
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      for await (const piece of response) hash.update(piece as Buffer);
    });
    expect(`sha256:${hash.digest('hex')}`).toBe(large.digest);
    expect(pulled).toBeLessThan(room);
    expect(registry.defects).toEqual([]);
  });

  it('is not read from the disk faster than it is taken, and a client may go in the middle', async () => {
    const sent = await client.send('POST', `/v2/team/app/blobs/uploads/?digest=${large.digest}`, {
      body: large.stream(),
    });
    expect(sent.status).toBe(201);
    const path = await addressOf(large.digest);
    const sockets: Socket[] = [];
    const waiting = await peak(async () => {
      for (let turn = 0; turn < 8; turn += 1) {
        const socket = connect(registry.port, '127.0.0.1');
        sockets.push(socket);
        socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
        await once(socket, 'readable');
      }
      expect((await client.send('GET', '/v2/')).status).toBe(200);
    });
    expect(waiting).toBeLessThan(room);
    for (const socket of sockets) socket.destroy();
    const again = await client.send('HEAD', `/v2/team/app/blobs/${large.digest}`);
    expect(again.headers['content-length']).toBe(String(large.size));
    expect(registry.defects).toEqual([]);
  });
});

describe('many at once', () => {
  it('a thousand connections are all answered', async () => {
    const { blobs, image } = imageContent('many');
    for (const { bytes, digest } of blobs) {
      await client.send('POST', `/v2/team/app/blobs/uploads/?digest=${digest}`, { body: bytes });
    }
    await client.send('PUT', '/v2/team/app/manifests/v1', {
      headers: { 'content-type': image.mediaType },
      body: image.bytes,
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1000 });
    const ask = (): Promise<[number, string]> =>
      new Promise((resolve, reject) => {
        const outgoing = request(
          {
            port: registry.port,
            host: '127.0.0.1',
            agent,
            path: '/v2/team/app/manifests/v1',
            headers: { authorization: client.authorization ?? '' },
          },
          (response) => {
            const pieces: Buffer[] = [];
            response.on('data', (piece: Buffer) => pieces.push(piece));
            response.on('end', () => resolve([response.statusCode ?? 0, digestOf(Buffer.concat(pieces))]));
          },
        );
        outgoing.on('error', reject);
        outgoing.end();
      });
    try {
      const answers = await Promise.all(Array.from({ length: 1000 }, ask));
      expect(new Set(answers.map(String))).toEqual(new Set([`200,${image.digest}`]));
    } finally {
      agent.destroy();
    }
  });

  it('the same blob pushed by thirty is there once, and each is told so', async () => {
    const bytes = bytesOf('the same', 200_000);
    const digest = digestOf(bytes);
    const push = async (): Promise<number> => {
      const begun = await client.send('POST', '/v2/team/app/blobs/uploads/');
      const upload = begun.headers.location ?? '';
      await client.send('PATCH', upload, { body: bytes });
      return (await client.send('PUT', `${upload}?digest=${digest}`)).status;
    };
    const statuses = await Promise.all(Array.from({ length: 30 }, push));
    expect(new Set(statuses)).toEqual(new Set([201]));
    expect((await client.send('HEAD', `/v2/team/app/blobs/${digest}`)).headers['content-length']).toBe('200000');
    expect(registry.defects).toEqual([]);
  });

  it('one tag moved by thirty ends at one of them', async () => {
    const images = Array.from({ length: 30 }, (_, number) => imageContent(`race ${number}`, { layers: 1 }));
    await Promise.all(
      images.map(async ({ blobs, image }) => {
        for (const { bytes, digest } of blobs) {
          await client.send('POST', `/v2/team/app/blobs/uploads/?digest=${digest}`, { body: bytes });
        }
        const { status } = await client.send('PUT', '/v2/team/app/manifests/latest', {
          headers: { 'content-type': image.mediaType },
          body: image.bytes,
        });
        expect(status).toBe(201);
      }),
    );
    const { headers } = await client.send('HEAD', '/v2/team/app/manifests/latest');
    expect(images.map(({ image }) => image.digest)).toContain(headers['docker-content-digest']);
    const { imageDetails } = (await callApi(registry, 'DescribeImages', { repositoryName: 'team/app' })) as {
      imageDetails: { imageTags?: string[] }[];
    };
    expect(imageDetails).toHaveLength(30);
    expect(imageDetails.filter(({ imageTags }) => imageTags !== undefined)).toHaveLength(1);
  });
});

describe('a manifest that is too large', () => {
  it('is refused as soon as it is, though its client falls silent in the middle', async () => {
    const socket = connect(registry.port, '127.0.0.1');
    socket.write(
      'PUT /v2/team/app/manifests/v1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/vnd.oci.image.manifest.v1+json\r\n' +
        `Authorization: ${await login(registry)}\r\nContent-Length: ${200 * mebibyte}\r\n\r\n`,
    );
    socket.write(Buffer.alloc(4 * mebibyte + 1, ' '));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
    // Nor may it go on for ever.
    const gone = new Promise((resolve) => socket.once('close', resolve).on('error', () => {}));
    for (let sent = 0; sent < 100 && !socket.destroyed; sent += 1) {
      const drained = new Promise((resolve) => socket.once('drain', resolve));
      if (!socket.write(Buffer.alloc(mebibyte, ' '))) await Promise.race([drained, gone]);
    }
    await gone;
    expect(registry.defects).toEqual([]);
  });
});

describe('referrers with large manifests', () => {
  const indexType = 'application/vnd.oci.image.index.v1+json';

  it('come in answers that are no larger than an index may be, one after the other', async () => {
    const subject = digestOf('subject');
    for (const [index, bytes] of [2_000_000, 2_000_000, 2_000_000, 4_190_000].entries()) {
      const manifest = JSON.stringify({
        schemaVersion: 2,
        mediaType: indexType,
        artifactType: 'application/x',
        manifests: [],
        subject: { mediaType: indexType, digest: subject, size: 1 },
        annotations: { index: String(index), filling: 'x'.repeat(bytes) },
      });
      const { status } = await client.send('PUT', `/v2/team/app/manifests/${digestOf(manifest)}`, {
        headers: { 'content-type': indexType },
        body: manifest,
      });
      expect(status).toBe(201);
    }
    const found: unknown[] = [];
    let path: string | undefined = `/v2/team/app/referrers/${subject}`;
    for (let turn = 0; path !== undefined && turn < 5; turn += 1) {
      const { headers, body }: Answer = await client.send('GET', path);
      expect(body.length).toBeLessThan(4 * mebibyte + 10_000);
      found.push(...(JSON.parse(body.toString()) as { manifests: unknown[] }).manifests);
      path = /<(.+)>; rel="next"/.exec(String(headers['link'] ?? ''))?.[1];
    }
    expect(path).toBeUndefined();
    expect(found).toHaveLength(4);
  });
});
