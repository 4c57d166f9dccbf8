// Uploads that break off, and what is kept on disk: what a client or a server finds when it goes on.
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesOf, digestOf, imageContent } from './testing/content.js';
import { errorOf, RegistryScene } from './testing/scene.js';

const scene = new RegistryScene();

describe('broken uploads', () => {
  it('go on where they broke off', async () => {
    const bytes = bytesOf('broken', 3_000_000);
    const begun = await scene.client.send('POST', '/v2/team/app/blobs/uploads/');
    const upload = begun.headers.location ?? '';
    // The client dies in the middle of its stream.
    const dying = Readable.from([bytes.subarray(0, 1_000_000), bytes.subarray(1_000_000, 2_000_000)]);
    await new Promise<void>((resolve) => {
      const socket = connect(scene.registry.port, '127.0.0.1', () => {
        socket.write(
          `PATCH ${new URL(upload).pathname} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${bytes.length}\r\nAuthorization: ${scene.client.authorization}\r\n\r\n`,
        );
        dying.on('data', (piece: Buffer) => socket.write(piece));
        dying.on('end', () => socket.end(() => socket.destroy()));
      });
      socket.on('close', () => resolve());
    });
    // What was on its way is taken in first: until then there is nothing to go on from, or the rest is refused.
    let received = 0;
    for (let status = 416; status !== 201; ) {
      const found = await scene.client.send('GET', upload);
      expect(found.status).toBe(204);
      received = Number(/^0-(\d+)$/.exec(found.headers.range ?? '')?.[1]) + 1;
      if (received === 1) continue;
      const headers = { 'content-range': `${received}-${bytes.length - 1}` };
      ({ status } = await scene.client.send('PATCH', upload, { headers, body: bytes.subarray(received) }));
      expect([201, 416]).toContain(status);
    }
    expect(received).toBeGreaterThan(1);
    expect(received).toBeLessThan(bytes.length);
    const digest = digestOf(bytes);
    expect((await scene.client.send('PUT', `${upload}?digest=${digest}`)).status).toBe(201);
    expect((await scene.client.send('HEAD', `/v2/team/app/blobs/${digest}`)).headers['content-length']).toBe('3000000');
  });

  it('take one part at a time', async () => {
    const begun = await scene.client.send('POST', '/v2/team/app/blobs/uploads/');
    const upload = begun.headers.location ?? '';
    const slow = new Readable({ read: () => {} });
    slow.push(Buffer.alloc(70_000));
    scene.registry.resetCalls();
    const first = scene.client.send('PATCH', upload, { body: slow });
    while (scene.registry.calls()['UploadLayerPart'] !== 1) await new Promise((resolve) => setImmediate(resolve));
    const second = await scene.client.send('PATCH', upload, { body: Buffer.alloc(10) });
    expect(second.status).toBe(416);
    slow.push(null);
    expect((await first).status).toBe(201);
    expect((await scene.client.send('GET', upload)).headers.range).toBe('0-69999');
  });

  it('refuse parts smaller than ECR takes, once another follows', async () => {
    const bytes = bytesOf('parts', 2000);
    const begun = await scene.client.send('POST', '/v2/team/app/blobs/uploads/');
    const upload = begun.headers.location ?? '';
    for (const [start, end] of [
      [0, 1000],
      [1000, 2000],
    ] as const) {
      const { status } = await scene.client.send('PATCH', upload, {
        headers: { 'content-range': `${start}-${end - 1}` },
        body: bytes.subarray(start, end),
      });
      expect(status).toBe(201);
    }
    const { status, body } = await scene.client.send('PUT', `${upload}?digest=${digestOf(bytes)}`);
    expect([status, errorOf(body)]).toEqual([
      400,
      { code: 'BLOB_UPLOAD_INVALID', message: 'All layer parts except the last part should be at least 5MB' },
    ]);
  });

  it('are cancelled as docker cancels its spare ones', async () => {
    const begun = await scene.client.send('POST', '/v2/team/app/blobs/uploads/');
    expect((await scene.client.send('DELETE', begun.headers.location ?? '')).status).toBe(204);
  });
});

describe('what is kept on disk', () => {
  let folder: string;
  beforeEach(async () => {
    await scene.registry.close();
    folder = mkdtempSync(join(tmpdir(), 'slipway-registry-'));
    await scene.start({ dataDirectory: folder });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('a blob that has lost bytes is not given out, and is told of without the address that opened it', async () => {
    const digest = await scene.pushBlob(bytesOf('damaged', 50_000));
    const { headers } = await scene.client.send('GET', `/v2/team/app/blobs/${digest}`);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const file = files.find((path) => path.endsWith(digest.slice('sha256:'.length)));
    truncateSync(join(folder, file ?? ''), 10_000);
    const url = headers.location ?? '';
    const { status, body } = await scene.clientOf().send('GET', url);
    expect([status, errorOf(body).code]).toEqual([500, 'UNKNOWN']);
    const told = (scene.registry.defects as string[]).splice(0);
    expect(told).toEqual([expect.stringContaining(`GET /_slipway/layers/${digest}: BlobError`) as string]);
    expect(told.join()).not.toContain('Signature');
    // It can be pushed again, and is whole then.
    const begun = await scene.client.send('POST', '/v2/team/app/blobs/uploads/');
    const again = await scene.client.send('PUT', `${begun.headers.location}?digest=${digest}`, {
      body: bytesOf('damaged', 50_000),
    });
    expect(again.status).toBe(201);
    expect((await scene.clientOf().send('GET', url)).body.length).toBe(50_000);
  });

  it('is there after a restart: images, uploads, credentials and downloads', async () => {
    const digest = await scene.pushImage('kept', 'v1');
    const [, layer] = imageContent('kept').blobs;
    const { headers } = await scene.client.send('GET', `/v2/team/app/blobs/${layer?.digest}`);
    const begun = await scene.client.send('POST', '/v2/team/app/blobs/uploads/');
    const upload = new URL(begun.headers.location ?? '').pathname;
    const bytes = bytesOf('half', 6_000_000);
    await scene.client.send('PATCH', upload, { body: bytes.subarray(0, 5_500_000) });
    await scene.restart({ dataDirectory: folder });
    expect((await scene.client.send('GET', '/v2/team/app/manifests/v1')).body.length).toBeGreaterThan(0);
    expect((await scene.client.send('HEAD', `/v2/team/app/manifests/${digest}`)).status).toBe(200);
    const { search, pathname } = new URL(headers.location ?? '');
    expect((await scene.clientOf().send('GET', pathname + search)).body.equals(layer?.bytes ?? Buffer.alloc(0))).toBe(
      true,
    );
    expect((await scene.client.send('GET', upload)).headers.range).toBe('0-5499999');
    const done = await scene.client.send('PUT', `${upload}?digest=${digestOf(bytes)}`, {
      body: bytes.subarray(5_500_000),
    });
    expect(done.status).toBe(201);
  });
});
