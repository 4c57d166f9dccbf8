// Requests that nobody sends in good faith: each is refused, and the next one answered.
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { callApi } from './testing/client.js';
import { bytesOf, digestOf, indexContent, types } from './testing/content.js';
import { errorOf, RegistryScene } from './testing/scene.js';

const scene = new RegistryScene();

describe('hostile requests', () => {
  const huge = 'a'.repeat(9000);

  it.each([
    ['../../etc', '/v2/../../etc/manifests/passwd'],
    ['encoded dots', '/v2/%2e%2e/%2e%2e/manifests/v1'],
    ['encoded slashes', '/v2/team%2fapp/manifests/v1'],
    ['an encoded NUL', '/v2/team/app/manifests/v%00'],
    ['encoded line ends', '/v2/team/app/manifests/v1%0d%0aX-Injected:%201'],
    ['bad UTF-8', '/v2/team/app/manifests/%ff%fe'],
    ['a digest as a path', '/v2/team/app/blobs/sha256:..%2f..%2fetc'],
    ['an upload as a path', '/v2/team/app/blobs/uploads/..%2f..%2fstate.db'],
    ['dots for an upload', '/v2/team/app/blobs/uploads/..'],
    ['names without end', `/v2/${huge}/manifests/v1`],
    ['a tag without end', `/v2/team/app/manifests/${huge}`],
    ['many slashes', `/v2/${'/'.repeat(5000)}/manifests/v1`],
    ['many parts', `/v2/${'a/'.repeat(4000)}manifests/v1`],
    ['a broken query', '/v2/team/app/tags/list?n=%'],
    ['a query without end', `/v2/team/app/tags/list?${'a&'.repeat(4000)}`],
    ['prototypes', '/v2/__proto__/constructor/manifests/toString'],
  ])('%s: refused, and nothing of it is said back in a header', async (_, path) => {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'POST', 'OPTIONS', 'TRACE']) {
      const { status, headers } = await scene.client.send(method, path);
      expect(status, `${method} ${path.slice(0, 60)}`).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(headers).not.toHaveProperty('x-injected');
    }
    expect((await scene.client.send('GET', '/v2/')).status).toBe(200);
  });

  it('methods that are none of an address are refused with those that are', async () => {
    for (const [method, path, allow] of [
      ['TRACE', '/v2/', 'GET, HEAD'],
      ['POST', '/v2/team/app/manifests/v1', 'GET, HEAD, PUT, DELETE'],
      ['PATCH', '/v2/team/app/tags/list', 'GET'],
    ] as const) {
      const { status, headers } = await scene.client.send(method, path);
      expect([status, headers.allow]).toEqual([405, allow]);
    }
  });

  it('a Host that is none is not given back', async () => {
    const { headers } = await scene.clientOf().send('GET', '/v2/', { headers: { host: 'a"; evil="b' } });
    expect(headers['www-authenticate']).toBe('Basic realm="http://localhost/",service="ecr.amazonaws.com"');
  });

  it('two lengths, or a length and chunks, are no request', async () => {
    const start = `POST /v2/team/app/blobs/uploads/ HTTP/1.1\r\nHost: x\r\nAuthorization: ${scene.client.authorization}\r\n`;
    expect(await scene.raw(`${start}Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await scene.raw(`${start}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    expect(await scene.raw(`${start}X: ${'a'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await scene.raw(`${start}Content-Length: -1\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await scene.raw(Buffer.from([0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5]))).toMatch(/^(HTTP\/1\.1 400 |$)/);
  });

  it('a manifest that nests without end, or is no text, is no manifest', async () => {
    for (const body of [
      `{"schemaVersion":2,"a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`,
      `${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}`,
      Buffer.from([0xff, 0xfe, 0x00]),
      '{"schemaVersion":2,"mediaType":"x","mediaType":"y"}',
    ]) {
      const { status } = await scene.client.send('PUT', '/v2/team/app/manifests/v1', {
        headers: { 'content-type': types.image },
        body,
      });
      expect(status).toBe(405);
    }
    const tooLarge = await scene.client.send('PUT', '/v2/team/app/manifests/v1', {
      headers: { 'content-type': types.image },
      body: Buffer.alloc(6 * 1024 * 1024, 0x20),
    });
    expect([tooLarge.status, errorOf(tooLarge.body).code]).toEqual([413, 'MANIFEST_INVALID']);
  });

  it('a media type that could break a header is refused', async () => {
    for (const type of ['text', 'a/b, c/d', 'a/b c', `a/${'b'.repeat(5000)}`, 'a/b\u00e9']) {
      const { status } = await scene.client.send('PUT', '/v2/team/app/manifests/v1', {
        headers: { 'content-type': Buffer.from(type).toString('latin1') },
        body: indexContent([]).index.bytes,
      });
      expect(status).toBe(405);
    }
  });

  it('a flood of bytes that nobody wants is cut off', async () => {
    const flood = new Readable({
      read() {
        this.push(Buffer.alloc(1024 * 1024));
      },
    });
    const sent = scene.clientOf().send('PATCH', '/v2/team/app/blobs/uploads/x', { body: flood });
    // The refusal comes at once; the connection ends while the client goes on.
    const outcome = await sent.catch((error: unknown) => error);
    flood.destroy();
    expect(outcome instanceof Error || (outcome as { status: number }).status === 401).toBe(true);
  });

  it('a body that nobody wants does not spoil the next request', async () => {
    const agent = scene.clientOf();
    for (let turn = 0; turn < 3; turn += 1) {
      const { status } = await agent.send('PUT', '/v2/team/app/manifests/v1', { body: Buffer.alloc(3_000_000) });
      expect(status).toBe(401);
    }
    expect((await scene.client.send('GET', '/v2/')).status).toBe(200);
  });

  it('an upload of one repository is none of another', async () => {
    await callApi(scene.registry, 'CreateRepository', { repositoryName: 'team/other' });
    const begun = await scene.client.send('POST', '/v2/team/app/blobs/uploads/');
    const path = new URL(begun.headers.location ?? '').pathname.replace('team/app', 'team/other');
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      expect((await scene.client.send(method, path)).status, method).toBe(404);
    }
    expect((await scene.client.send('PUT', `${path}?digest=${digestOf('x')}`)).status).toBe(404);
  });

  it('a blob of one repository is none of another', async () => {
    await callApi(scene.registry, 'CreateRepository', { repositoryName: 'team/other' });
    const digest = await scene.pushBlob(bytesOf('private', 100));
    expect((await scene.client.send('HEAD', `/v2/team/other/blobs/${digest}`)).status).toBe(404);
    expect((await scene.client.send('GET', `/v2/team/other/blobs/${digest}`)).status).toBe(404);
  });
});
