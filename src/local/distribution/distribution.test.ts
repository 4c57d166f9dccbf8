// The registry as strangers meet it: credentials, addresses, faults, downloads, broken connections, hostile requests.
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalEcrOptions } from '../index.js';
import { Client, callApi, login } from './testing/client.js';
import { bytesOf, digestOf, imageContent, indexContent, types } from './testing/content.js';
import { startRegistry, type TestRegistry } from './testing/registry.js';

let registry: TestRegistry;
let client: Client;
const opened: Client[] = [];

function clientOf(authorization?: string): Client {
  const made = new Client(registry.port, authorization);
  opened.push(made);
  return made;
}

async function start(options: LocalEcrOptions = {}): Promise<void> {
  registry = await startRegistry(options);
  client = clientOf(await login(registry));
  await callApi(registry, 'CreateRepository', { repositoryName: 'team/app' });
}

beforeEach(() => start());
afterEach(async () => {
  for (const one of opened.splice(0)) one.close();
  expect(registry.defects).toEqual([]);
  await registry.close();
});

const errorOf = (body: Buffer): { code: string; message: string } =>
  (JSON.parse(body.toString()) as { errors: [{ code: string; message: string }] }).errors[0];

async function pushBlob(bytes: Buffer, path = 'team/app', as = client): Promise<string> {
  const digest = digestOf(bytes);
  const { status } = await as.send('POST', `/v2/${path}/blobs/uploads/?digest=${digest}`, { body: bytes });
  expect(status).toBe(201);
  return digest;
}

async function pushImage(seed: string, tag: string, path = 'team/app', as = client): Promise<string> {
  const { blobs, image } = imageContent(seed);
  for (const { bytes } of blobs) await pushBlob(bytes, path, as);
  const put = await as.send('PUT', `/v2/${path}/manifests/${tag}`, {
    headers: { 'content-type': image.mediaType },
    body: image.bytes,
  });
  expect(put.status, put.body.toString()).toBe(201);
  return image.digest;
}

describe('credentials', () => {
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  const paths = ['/v2/', '/v2', '/v2/_catalog', '/v2/team/app/tags/list', '/v2/team/app/manifests/v1', '/v2/nothing'];

  it.each([
    ['none', undefined],
    ['an empty header', ''],
    ['another scheme', 'Bearer abc'],
    ['a password of one’s own', basic('AWS:password')],
    ['no password', basic('AWS:')],
    ['no user', basic(':x')],
    ['no base64', 'Basic ***'],
    ['two headers in one', `${basic('AWS:x')}, ${basic('AWS:y')}`],
  ])('%s: every address answers with the challenge', async (_, authorization) => {
    for (const path of paths) {
      for (const method of ['GET', 'PUT', 'TRACE', 'DELETE']) {
        const { status, headers, body } = await clientOf(authorization).send(method, path);
        expect(status, `${method} ${path}`).toBe(401);
        expect(headers).toMatchObject({
          'docker-distribution-api-version': 'registry/2.0',
          'www-authenticate': `Basic realm="http://localhost:${registry.port}/",service="ecr.amazonaws.com"`,
          'content-type': 'text/plain; charset=utf-8',
          'content-length': '15',
        });
        expect(body.toString()).toBe('Not Authorized\n');
      }
    }
  });

  it('are refused once a single sign in them is changed', async () => {
    const good = await login(registry);
    for (const place of [10, 200, Math.floor(good.length / 2), good.length - 8]) {
      const other = good.slice(0, place) + (good[place] === 'A' ? 'B' : 'A') + good.slice(place + 1);
      expect((await clientOf(other).send('GET', '/v2/')).status).toBe(401);
    }
    expect((await clientOf(good).send('GET', '/v2/')).status).toBe(200);
  });

  it('of another server are none here', async () => {
    const other = await startRegistry();
    const foreign = await login(other);
    await other.close();
    expect((await clientOf(foreign).send('GET', '/v2/')).status).toBe(401);
  });

  it('expire after twelve hours, in ECR’s words', async () => {
    await registry.clock.advance(12 * 3_600_000 - 1000);
    expect((await client.send('GET', '/v2/')).status).toBe(200);
    await registry.clock.advance(2000);
    const { status, body } = await client.send('GET', '/v2/');
    expect(status).toBe(403);
    expect(errorOf(body)).toEqual({
      code: 'DENIED',
      message: 'Your authorization token has expired. Reauthenticate and try again.',
    });
  });

  it('are for one account and one Region', async () => {
    await callApi(registry, 'CreateRepository', { repositoryName: 'app' }, '111111111111', 'eu-west-1');
    await callApi(registry, 'CreateRepository', { repositoryName: 'app' }, '123456789012', 'eu-west-1');
    for (const [path, why] of [
      ['111111111111.us-east-1/app', 'no resource-based policy allows the ecr:ListImages action'],
      ['111111111111.eu-west-1/app', 'no resource-based policy allows the ecr:ListImages action'],
      ['123456789012.eu-west-1/app', 'the authorization token is for us-east-1'],
    ] as const) {
      const { status, body } = await client.send('GET', `/v2/${path}/tags/list`);
      expect(status).toBe(403);
      const [account, region] = path.slice(0, -4).split('.');
      expect(errorOf(body)).toEqual({
        code: 'DENIED',
        message: `User: arn:aws:iam::123456789012:user/local is not authorized to perform: ecr:ListImages on resource: arn:aws:ecr:${region}:${account}:repository/app because ${why}`,
      });
    }
    // What is not known is not told either.
    const { status } = await client.send('GET', '/v2/999999999999.us-east-1/none/manifests/v1');
    expect(status).toBe(403);
  });
});

describe('addresses', () => {
  it('of other registries begin with account and Region, and lead back to them', async () => {
    const away = clientOf(await login(registry, '111111111111', 'eu-west-1'));
    await callApi(registry, 'CreateRepository', { repositoryName: 'app' }, '111111111111', 'eu-west-1');
    const path = '111111111111.eu-west-1/app';
    const digest = await pushImage('away', 'v1', path, away);
    const { headers } = await away.send('POST', `/v2/${path}/blobs/uploads/`);
    expect(headers.location).toMatch(
      new RegExp(`^http://localhost:${registry.port}/v2/${path}/blobs/uploads/[0-9a-f-]{36}$`),
    );
    expect((await away.send('DELETE', headers.location ?? '')).status).toBe(204);
    expect((await away.send('GET', `/v2/${path}/manifests/${digest}`)).status).toBe(200);
    expect((await away.send('GET', '/v2/_catalog')).body.toString()).toBe(`{"repositories":["${path}"]}`);
    expect((await client.send('GET', '/v2/_catalog')).body.toString()).toBe('{"repositories":["team/app"]}');
  });

  it('of ECR’s own form are known by the Host header', async () => {
    const digest = await pushImage('host', 'v1');
    const host = '123456789012.dkr.ecr.us-east-1.amazonaws.com';
    const headers = { host };
    expect((await client.send('GET', `/v2/team/app/manifests/${digest}`, { headers })).status).toBe(200);
    const begun = await client.send('POST', '/v2/team/app/blobs/uploads/', { headers });
    expect(begun.headers.location).toMatch(new RegExp(`^http://${host}/v2/team/app/blobs/uploads/`));
    const challenge = await clientOf().send('GET', '/v2/', { headers });
    expect(challenge.headers['www-authenticate']).toBe(`Basic realm="https://${host}/",service="ecr.amazonaws.com"`);
    const elsewhere = await client.send('GET', '/v2/team/app/tags/list', {
      headers: { host: '111111111111.dkr.ecr.us-east-1.amazonaws.com' },
    });
    expect(elsewhere.status).toBe(403);
  });

  it('are given back without a host where the client has none', async () => {
    const said = await raw(`GET /v2/ HTTP/1.0\r\n\r\n`);
    expect(said).toContain('Basic realm="http://localhost/"');
    const begun = await raw(
      `POST /v2/team/app/blobs/uploads/ HTTP/1.0\r\nContent-Length: 0\r\nAuthorization: ${client.authorization}\r\n\r\n`,
    );
    expect(begun).toMatch(/^Location: \/v2\/team\/app\/blobs\/uploads\//m);
  });

  it('mount from where the client says it is', async () => {
    await callApi(registry, 'PutAccountSetting', { name: 'BLOB_MOUNTING', value: 'ENABLED' });
    await callApi(registry, 'CreateRepository', { repositoryName: 'team/other' });
    const bytes = bytesOf('mounted', 100);
    const loose = await pushBlob(bytes);
    // Not before an image names it (aws/containers-roadmap#2860).
    const refused = await client.send('POST', `/v2/team/other/blobs/uploads/?mount=${loose}&from=team%2Fapp`);
    expect(refused.status).toBe(202);
    await pushImage('mount', 'v1');
    const layer = imageContent('mount').blobs[1]?.digest ?? '';
    const mounted = await client.send('POST', `/v2/team/other/blobs/uploads/?mount=${layer}&from=team%2Fapp`);
    expect(mounted.status).toBe(201);
    expect((await client.send('HEAD', mounted.headers.location ?? '')).status).toBe(200);
    const across = await client.send(
      'POST',
      `/v2/team/other/blobs/uploads/?mount=${layer}&from=111111111111.eu-west-1/app`,
    );
    expect(across.status).toBe(202);
  });
});

/** What the server says to bytes on a connection of their own, until it hangs up. */
function raw(text: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(registry.port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (piece: Buffer) => {
      heard += piece.toString('latin1');
    });
    socket.on('close', () => resolve(heard));
    socket.on('error', reject);
  });
}

describe('the fault switch', () => {
  const path = '/v2/team/app/blobs/uploads/';

  it('throttles, denies and fails requests as ECR does', async () => {
    for (const [kind, status, code] of [
      ['throttle', 429, 'TOOMANYREQUESTS'],
      ['deny', 403, 'DENIED'],
    ] as const) {
      registry.setFaults([{ operation: 'InitiateLayerUpload', kind, times: 1 }]);
      const answer = await client.send('POST', path);
      expect(answer.status).toBe(status);
      expect(errorOf(answer.body).code).toBe(code);
      expect((await client.send('POST', path)).status).toBe(202);
    }
    registry.setFaults([{ operation: 'BatchGetImage', kind: 'server-error' }]);
    const failed = await client.send('GET', '/v2/team/app/manifests/v1');
    expect(failed.status).toBe(500);
    registry.clearFaults();
  });

  it('cuts connections before and after the work', async () => {
    const put = async (): Promise<unknown> => {
      const { image } = imageContent('cut');
      return client.send('PUT', '/v2/team/app/manifests/cut', {
        headers: { 'content-type': image.mediaType },
        body: image.bytes,
      });
    };
    for (const { bytes } of imageContent('cut').blobs) await pushBlob(bytes);
    registry.setFaults([{ operation: 'PutImage', kind: 'drop', times: 1 }]);
    await expect(put()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await client.send('GET', '/v2/team/app/manifests/cut')).status).toBe(404);
    registry.setFaults([{ operation: 'PutImage', kind: 'drop-after', times: 1 }]);
    await expect(put()).rejects.toMatchObject({ code: 'ECONNRESET' });
    registry.clearFaults();
    expect((await client.send('GET', '/v2/team/app/manifests/cut')).status).toBe(200);
  });

  it('counts requests under the names of the API', async () => {
    registry.resetCalls();
    await pushImage('counted', 'v1');
    await client.send('GET', '/v2/team/app/manifests/v1');
    await client.send('GET', '/v2/team/app/tags/list');
    await client.send('GET', '/v2/');
    await clientOf().send('GET', '/v2/team/app/tags/list');
    expect(registry.calls()).toEqual({ BatchGetImage: 1, InitiateLayerUpload: 3, ListImages: 1, PutImage: 1 });
  });
});

describe('immutable tags', () => {
  it('are refused in ECR’s words the second time', async () => {
    await callApi(registry, 'CreateRepository', { repositoryName: 'fixed', imageTagMutability: 'IMMUTABLE' });
    await pushImage('one', 'v1', 'fixed');
    // The same again is no change.
    await pushImage('one', 'v1', 'fixed');
    const { blobs, image } = imageContent('two');
    for (const { bytes } of blobs) await pushBlob(bytes, 'fixed');
    const { status, body } = await client.send('PUT', '/v2/fixed/manifests/v1', {
      headers: { 'content-type': image.mediaType },
      body: image.bytes,
    });
    expect(status).toBe(400);
    expect(errorOf(body)).toEqual({
      code: 'TAG_INVALID',
      message:
        "The image tag 'v1' already exists in the 'fixed' repository and cannot be overwritten because the tag is immutable.",
    });
  });
});

describe('the API and the registry', () => {
  it('see the same images', async () => {
    const digest = await pushImage('shared', 'v1');
    const described = async (): Promise<Record<string, unknown>> => {
      const { imageDetails } = await callApi(registry, 'DescribeImages', { repositoryName: 'team/app' });
      return (imageDetails as [Record<string, unknown>])[0];
    };
    expect(await described()).toMatchObject({ imageDigest: digest, imageTags: ['v1'] });
    await client.send('HEAD', '/v2/team/app/manifests/v1');
    expect(await described()).not.toHaveProperty('lastRecordedPullTime');
    await client.send('GET', '/v2/team/app/manifests/v1');
    expect(await described()).toHaveProperty('lastRecordedPullTime');
    await callApi(registry, 'UpdateImageStorageClass', {
      repositoryName: 'team/app',
      imageId: { imageDigest: digest },
      targetStorageClass: 'ARCHIVE',
    });
    for (const name of ['v1', digest]) {
      const { status, body } = await client.send('GET', `/v2/team/app/manifests/${name}`);
      expect([status, errorOf(body)]).toEqual([
        404,
        { code: 'MANIFEST_UNKNOWN', message: 'Requested image not found' },
      ]);
    }
  });

  it('lead to the same download', async () => {
    await pushImage('download', 'v1');
    const [, layer] = imageContent('download').blobs;
    if (layer === undefined) throw new Error('no layer');
    const { downloadUrl } = (await callApi(registry, 'GetDownloadUrlForLayer', {
      repositoryName: 'team/app',
      layerDigest: layer.digest,
    })) as { downloadUrl: string };
    const anonymous = clientOf();
    const whole = await anonymous.send('GET', downloadUrl);
    expect([whole.status, whole.body.equals(layer.bytes)]).toEqual([200, true]);
    const { headers } = await client.send('GET', `/v2/team/app/blobs/${layer.digest}`);
    const url = headers.location ?? '';
    const piece = await anonymous.send('GET', url, { headers: { range: 'bytes=10-19' } });
    expect([piece.status, piece.headers['content-range'], piece.body.equals(layer.bytes.subarray(10, 20))]).toEqual([
      206,
      `bytes 10-19/${layer.bytes.length}`,
      true,
    ]);
    const head = await anonymous.send('HEAD', url);
    expect([head.status, head.headers['content-length']]).toEqual([200, String(layer.bytes.length)]);
    const beyond = await anonymous.send('GET', url, { headers: { range: 'bytes=9999-' } });
    expect([beyond.status, beyond.headers['content-range']]).toEqual([416, `bytes */${layer.bytes.length}`]);
    expect((await anonymous.send('PUT', url)).status).toBe(405);
    for (const other of [
      url.replace(layer.digest, digestOf('x')),
      url.replace(/Expires=\d+/, 'Expires=999999'),
      `${url}0`,
    ]) {
      expect((await anonymous.send('GET', other)).status).toBe(403);
    }
    await registry.clock.advance(3600_000);
    const late = await anonymous.send('GET', url);
    expect([late.status, late.body.toString()]).toEqual([
      403,
      expect.stringContaining('Request has expired') as string,
    ]);
  });

  it('give an If-Range that has changed the whole', async () => {
    const bytes = bytesOf('if-range', 100);
    const digest = await pushBlob(bytes);
    const { headers } = await client.send('GET', `/v2/team/app/blobs/${digest}`);
    const ask = async (condition: string) =>
      (await clientOf().send('GET', headers.location ?? '', { headers: { range: 'bytes=0-9', 'if-range': condition } }))
        .status;
    expect(await ask(`"${digest}"`)).toBe(206);
    expect(await ask('"another"')).toBe(200);
  });
});

describe('broken uploads', () => {
  it('go on where they broke off', async () => {
    const bytes = bytesOf('broken', 3_000_000);
    const begun = await client.send('POST', '/v2/team/app/blobs/uploads/');
    const upload = begun.headers.location ?? '';
    // The client dies in the middle of its stream.
    const dying = Readable.from([bytes.subarray(0, 1_000_000), bytes.subarray(1_000_000, 2_000_000)]);
    await new Promise<void>((resolve) => {
      const socket = connect(registry.port, '127.0.0.1', () => {
        socket.write(
          `PATCH ${new URL(upload).pathname} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${bytes.length}\r\nAuthorization: ${client.authorization}\r\n\r\n`,
        );
        dying.on('data', (piece: Buffer) => socket.write(piece));
        dying.on('end', () => socket.end(() => socket.destroy()));
      });
      socket.on('close', () => resolve());
    });
    // What was on its way is taken in first: until then there is nothing to go on from, or the rest is refused.
    let received = 0;
    for (let status = 416; status !== 201; ) {
      const found = await client.send('GET', upload);
      expect(found.status).toBe(204);
      received = Number(/^0-(\d+)$/.exec(found.headers.range ?? '')?.[1]) + 1;
      if (received === 1) continue;
      const headers = { 'content-range': `${received}-${bytes.length - 1}` };
      ({ status } = await client.send('PATCH', upload, { headers, body: bytes.subarray(received) }));
      expect([201, 416]).toContain(status);
    }
    expect(received).toBeGreaterThan(1);
    expect(received).toBeLessThan(bytes.length);
    const digest = digestOf(bytes);
    expect((await client.send('PUT', `${upload}?digest=${digest}`)).status).toBe(201);
    expect((await client.send('HEAD', `/v2/team/app/blobs/${digest}`)).headers['content-length']).toBe('3000000');
  });

  it('take one part at a time', async () => {
    const begun = await client.send('POST', '/v2/team/app/blobs/uploads/');
    const upload = begun.headers.location ?? '';
    const slow = new Readable({ read: () => {} });
    slow.push(Buffer.alloc(70_000));
    registry.resetCalls();
    const first = client.send('PATCH', upload, { body: slow });
    while (registry.calls()['UploadLayerPart'] !== 1) await new Promise((resolve) => setImmediate(resolve));
    const second = await client.send('PATCH', upload, { body: Buffer.alloc(10) });
    expect(second.status).toBe(416);
    slow.push(null);
    expect((await first).status).toBe(201);
    expect((await client.send('GET', upload)).headers.range).toBe('0-69999');
  });

  it('refuse parts smaller than ECR takes, once another follows', async () => {
    const bytes = bytesOf('parts', 2000);
    const begun = await client.send('POST', '/v2/team/app/blobs/uploads/');
    const upload = begun.headers.location ?? '';
    for (const [start, end] of [
      [0, 1000],
      [1000, 2000],
    ] as const) {
      const { status } = await client.send('PATCH', upload, {
        headers: { 'content-range': `${start}-${end - 1}` },
        body: bytes.subarray(start, end),
      });
      expect(status).toBe(201);
    }
    const { status, body } = await client.send('PUT', `${upload}?digest=${digestOf(bytes)}`);
    expect([status, errorOf(body)]).toEqual([
      400,
      { code: 'BLOB_UPLOAD_INVALID', message: 'All layer parts except the last part should be at least 5MB' },
    ]);
  });

  it('are cancelled as docker cancels its spare ones', async () => {
    const begun = await client.send('POST', '/v2/team/app/blobs/uploads/');
    expect((await client.send('DELETE', begun.headers.location ?? '')).status).toBe(204);
  });
});

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
      const { status, headers } = await client.send(method, path);
      expect(status, `${method} ${path.slice(0, 60)}`).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(headers).not.toHaveProperty('x-injected');
    }
    expect((await client.send('GET', '/v2/')).status).toBe(200);
  });

  it('methods that are none of an address are refused with those that are', async () => {
    for (const [method, path, allow] of [
      ['TRACE', '/v2/', 'GET, HEAD'],
      ['POST', '/v2/team/app/manifests/v1', 'GET, HEAD, PUT, DELETE'],
      ['PATCH', '/v2/team/app/tags/list', 'GET'],
    ] as const) {
      const { status, headers } = await client.send(method, path);
      expect([status, headers.allow]).toEqual([405, allow]);
    }
  });

  it('a Host that is none is not given back', async () => {
    const { headers } = await clientOf().send('GET', '/v2/', { headers: { host: 'a"; evil="b' } });
    expect(headers['www-authenticate']).toBe('Basic realm="http://localhost/",service="ecr.amazonaws.com"');
  });

  it('two lengths, or a length and chunks, are no request', async () => {
    const start = `POST /v2/team/app/blobs/uploads/ HTTP/1.1\r\nHost: x\r\nAuthorization: ${client.authorization}\r\n`;
    expect(await raw(`${start}Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(`${start}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    expect(await raw(`${start}X: ${'a'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await raw(`${start}Content-Length: -1\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(Buffer.from([0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5]))).toMatch(/^(HTTP\/1\.1 400 |$)/);
  });

  it('a manifest that nests without end, or is no text, is no manifest', async () => {
    for (const body of [
      `{"schemaVersion":2,"a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`,
      `${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}`,
      Buffer.from([0xff, 0xfe, 0x00]),
      '{"schemaVersion":2,"mediaType":"x","mediaType":"y"}',
    ]) {
      const { status } = await client.send('PUT', '/v2/team/app/manifests/v1', {
        headers: { 'content-type': types.image },
        body,
      });
      expect(status).toBe(405);
    }
    const tooLarge = await client.send('PUT', '/v2/team/app/manifests/v1', {
      headers: { 'content-type': types.image },
      body: Buffer.alloc(6 * 1024 * 1024, 0x20),
    });
    expect([tooLarge.status, errorOf(tooLarge.body).code]).toEqual([413, 'MANIFEST_INVALID']);
  });

  it('a media type that could break a header is refused', async () => {
    for (const type of ['text', 'a/b, c/d', 'a/b c', `a/${'b'.repeat(5000)}`, 'a/b\u00e9']) {
      const { status } = await client.send('PUT', '/v2/team/app/manifests/v1', {
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
    const sent = clientOf().send('PATCH', '/v2/team/app/blobs/uploads/x', { body: flood });
    // The refusal comes at once; the connection ends while the client goes on.
    const outcome = await sent.catch((error: unknown) => error);
    flood.destroy();
    expect(outcome instanceof Error || (outcome as { status: number }).status === 401).toBe(true);
  });

  it('a body that nobody wants does not spoil the next request', async () => {
    const agent = clientOf();
    for (let turn = 0; turn < 3; turn += 1) {
      const { status } = await agent.send('PUT', '/v2/team/app/manifests/v1', { body: Buffer.alloc(3_000_000) });
      expect(status).toBe(401);
    }
    expect((await client.send('GET', '/v2/')).status).toBe(200);
  });

  it('an upload of one repository is none of another', async () => {
    await callApi(registry, 'CreateRepository', { repositoryName: 'team/other' });
    const begun = await client.send('POST', '/v2/team/app/blobs/uploads/');
    const path = new URL(begun.headers.location ?? '').pathname.replace('team/app', 'team/other');
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      expect((await client.send(method, path)).status, method).toBe(404);
    }
    expect((await client.send('PUT', `${path}?digest=${digestOf('x')}`)).status).toBe(404);
  });

  it('a blob of one repository is none of another', async () => {
    await callApi(registry, 'CreateRepository', { repositoryName: 'team/other' });
    const digest = await pushBlob(bytesOf('private', 100));
    expect((await client.send('HEAD', `/v2/team/other/blobs/${digest}`)).status).toBe(404);
    expect((await client.send('GET', `/v2/team/other/blobs/${digest}`)).status).toBe(404);
  });
});

describe('what is kept on disk', () => {
  let folder: string;
  beforeEach(async () => {
    await registry.close();
    folder = mkdtempSync(join(tmpdir(), 'slipway-registry-'));
    await start({ dataDirectory: folder });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('a blob that has lost bytes is not given out, and is told of without the address that opened it', async () => {
    const digest = await pushBlob(bytesOf('damaged', 50_000));
    const { headers } = await client.send('GET', `/v2/team/app/blobs/${digest}`);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const file = files.find((path) => path.endsWith(digest.slice('sha256:'.length)));
    truncateSync(join(folder, file ?? ''), 10_000);
    const url = headers.location ?? '';
    const { status, body } = await clientOf().send('GET', url);
    expect([status, errorOf(body).code]).toEqual([500, 'UNKNOWN']);
    const told = (registry.defects as string[]).splice(0);
    expect(told).toEqual([expect.stringContaining(`GET /_slipway/layers/${digest}: BlobError`) as string]);
    expect(told.join()).not.toContain('Signature');
    // It can be pushed again, and is whole then.
    const begun = await client.send('POST', '/v2/team/app/blobs/uploads/');
    const again = await client.send('PUT', `${begun.headers.location}?digest=${digest}`, {
      body: bytesOf('damaged', 50_000),
    });
    expect(again.status).toBe(201);
    expect((await clientOf().send('GET', url)).body.length).toBe(50_000);
  });

  it('is there after a restart: images, uploads, credentials and downloads', async () => {
    const digest = await pushImage('kept', 'v1');
    const [, layer] = imageContent('kept').blobs;
    const { headers } = await client.send('GET', `/v2/team/app/blobs/${layer?.digest}`);
    const begun = await client.send('POST', '/v2/team/app/blobs/uploads/');
    const upload = new URL(begun.headers.location ?? '').pathname;
    const bytes = bytesOf('half', 6_000_000);
    await client.send('PATCH', upload, { body: bytes.subarray(0, 5_500_000) });
    const { authorization } = client;
    await registry.close();
    registry = await startRegistry({ dataDirectory: folder });
    client = clientOf(authorization);
    expect((await client.send('GET', '/v2/team/app/manifests/v1')).body.length).toBeGreaterThan(0);
    expect((await client.send('HEAD', `/v2/team/app/manifests/${digest}`)).status).toBe(200);
    const { search, pathname } = new URL(headers.location ?? '');
    expect((await clientOf().send('GET', pathname + search)).body.equals(layer?.bytes ?? Buffer.alloc(0))).toBe(true);
    expect((await client.send('GET', upload)).headers.range).toBe('0-5499999');
    const done = await client.send('PUT', `${upload}?digest=${digestOf(bytes)}`, { body: bytes.subarray(5_500_000) });
    expect(done.status).toBe(201);
  });
});
