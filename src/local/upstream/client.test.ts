// The client of upstreams against one that is scripted: proofs, redirects, limits, and every way to fail.
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type Credentials, UpstreamClient } from './client.js';
import { Http, mayLead } from './http.js';
import { type Scripted, startScripted } from './testing/scripted.js';

const servers: Scripted[] = [];
const ending = new AbortController();
const { signal } = ending;
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function scripted(
  answer: (request: IncomingMessage, response: ServerResponse, self: string) => void,
): Promise<Scripted> {
  const server = await startScripted(answer);
  servers.push(server);
  return server;
}

const me: Credentials = { username: 'me', password: 'secret' };
const mine = `Basic ${Buffer.from('me:secret').toString('base64')}`;

function client(
  { url }: Pick<Scripted, 'url'>,
  credentials?: Credentials,
  { silence = 5_000, host }: { silence?: number; host?: string } = {},
): UpstreamClient {
  const place = {
    base: new URL(url),
    ...(host !== undefined && { host }),
    credentials: () => Promise.resolve(credentials),
  };
  return new UpstreamClient(place, new Http({ signal, silence }), signal);
}

function send(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
  body: string | Buffer = '',
): void {
  response.writeHead(status, headers);
  response.end(body);
}

const bytes = Buffer.from('some bytes');
const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function all(stream: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

describe('without credentials', () => {
  it('asks plainly, and reads what a manifest is', async () => {
    const upstream = await scripted((request, response) => {
      expect(request.headers.accept).toContain('application/vnd.oci.image.index.v1+json');
      expect(request.headers.accept).toContain('application/vnd.docker.distribution.manifest.v2+json');
      const headers = { 'content-type': 'application/x; charset=utf-8', 'docker-content-digest': digest };
      send(response, 200, headers, request.method === 'HEAD' ? '' : bytes);
    });
    const asking = client(upstream);
    expect(await asking.manifest('library/nginx', 'latest')).toEqual({ bytes, mediaType: 'application/x', digest });
    expect(await asking.digestOf('library/nginx', 'latest')).toBe(digest);
    expect(upstream.asked.map(({ method, path, authorization }) => [method, path, authorization])).toEqual([
      ['GET', '/v2/library/nginx/manifests/latest', undefined],
      ['HEAD', '/v2/library/nginx/manifests/latest', undefined],
    ]);
  });

  it('takes no digest that is none', async () => {
    const upstream = await scripted((_, response) => send(response, 200, { 'docker-content-digest': 'md5:abc' }));
    expect(await client(upstream).digestOf('a', 'b')).toBeUndefined();
  });
});

describe('proofs', () => {
  it('Basic is sent once it is asked for, and then at once', async () => {
    const upstream = await scripted((request, response) =>
      request.headers.authorization === mine
        ? send(response, 200, {}, bytes)
        : send(response, 401, { 'www-authenticate': 'Basic realm="x"' }),
    );
    const asking = client(upstream, me);
    await asking.manifest('a', 'b');
    await asking.manifest('a', 'c');
    expect(upstream.asked.map(({ authorization }) => authorization)).toEqual([undefined, mine, mine]);
    await expect(client(upstream).manifest('a', 'b')).rejects.toMatchObject({ problem: 'denied' });
    await expect(client(upstream, { ...me, password: 'x' }).ping()).rejects.toMatchObject({ problem: 'denied' });
  });

  it('a token is asked for with what the challenge says, and serves its scope until it ends', async () => {
    let count = 0;
    const upstream = await scripted((request, response, self) => {
      const { url = '', headers } = request;
      if (url.startsWith('/token')) {
        count += 1;
        send(response, 200, {}, JSON.stringify({ token: `t${count}`, expires_in: 300 }));
      } else if (headers.authorization === 'Bearer t1' || headers.authorization === 'Bearer t3') {
        send(response, 200, {}, bytes);
      } else if (url.includes('/other/') && headers.authorization === 'Bearer t2') send(response, 200, {}, bytes);
      else {
        const name = url.split('/')[2] ?? '';
        const challenge = `Bearer realm="${self}/token",service="registry",scope="repository:${name}:pull"`;
        send(response, 401, { 'www-authenticate': challenge });
      }
    });
    const asking = client(upstream, me);
    await asking.manifest('mine', 'a');
    await asking.manifest('mine', 'b');
    await asking.manifest('other', 'a');
    const tokens = upstream.asked.filter(({ path }) => path.startsWith('/token'));
    expect(tokens).toEqual([
      expect.objectContaining({
        path: '/token?service=registry&scope=repository%3Amine%3Apull',
        authorization: mine,
      }),
      expect.objectContaining({ path: '/token?service=registry&scope=repository%3Aother%3Apull' }),
    ]);
    // Credentials are for the token server alone.
    const rest = upstream.asked.filter(({ path }) => !path.startsWith('/token'));
    expect(rest.map(({ authorization }) => authorization)).toEqual([
      undefined,
      'Bearer t1',
      'Bearer t1',
      undefined,
      'Bearer t2',
    ]);
  });

  it('one that was taken back is made anew', async () => {
    let valid = 'Bearer 1';
    let given = 0;
    const upstream = await scripted((request, response, self) => {
      if (request.url?.startsWith('/token') === true) {
        given += 1;
        send(response, 200, {}, JSON.stringify({ access_token: String(given) }));
      } else if (request.headers.authorization === valid) send(response, 200, {}, bytes);
      else if (request.headers.authorization === undefined) {
        send(response, 401, { 'www-authenticate': `Bearer realm="${self}/token"` });
      } else send(response, 403);
    });
    const asking = client(upstream);
    await asking.manifest('a', 'b');
    valid = 'Bearer 2';
    await asking.manifest('a', 'b');
    expect(given).toBe(2);
    valid = 'none';
    await expect(asking.manifest('a', 'b')).rejects.toMatchObject({ problem: 'denied' });
  });

  it.each([
    ['no JSON', 'x'],
    ['no token', '{}'],
    ['a token that would end the header', '{"token":"a\\r\\nx: y"}'],
    ['a token that is no text', '{"token":7}'],
    ['too much', JSON.stringify({ token: 'x'.repeat(70_000) })],
  ])('a token server with %s is of no use', async (_, body) => {
    const upstream = await scripted((request, response, self) =>
      request.url?.startsWith('/token') === true
        ? send(response, 200, {}, body)
        : send(response, 401, { 'www-authenticate': `Bearer realm="${self}/token"` }),
    );
    await expect(client(upstream, me).ping()).rejects.toMatchObject({ problem: 'unavailable' });
  });

  it.each([
    ['http://192.0.2.1/token', 'unavailable'],
    ['ftp://127.0.0.1/token', 'unavailable'],
    ['http://', 'unavailable'],
  ])('nothing is sent to the token server %s', async (realm, problem) => {
    const upstream = await scripted((_, response) =>
      send(response, 401, { 'www-authenticate': `Bearer realm="${realm}"` }),
    );
    await expect(client(upstream, me).ping()).rejects.toMatchObject({ problem });
    expect(upstream.asked).toHaveLength(1);
  });

  it('a challenge that nobody can meet is a refusal', async () => {
    const upstream = await scripted((_, response) => send(response, 401, { 'www-authenticate': 'Negotiate' }));
    await expect(client(upstream, me).ping()).rejects.toMatchObject({ problem: 'denied' });
  });
});

describe('a registry', () => {
  const far = new URL('https://registry.example');
  const here = new URL('http://127.0.0.1:5000');
  const may = (from: URL, to: string): boolean => mayLead(from, new URL(to));

  it('may lead to others, and not to this machine or its link', () => {
    expect(
      ['https://cdn.example/x', 'https://10.0.0.7/x', 'https://localhost.example/'].map((to) => may(far, to)),
    ).toEqual([true, true, true]);
    const near = [
      'https://localhost',
      'https://localhost.:8443',
      'https://app.localhost',
      'https://127.1',
      'https://2130706433',
      'https://0.0.0.0',
      'https://169.254.169.254/latest/meta-data',
      'https://[::1]',
      'https://[::]',
      'https://[::ffff:127.0.0.1]',
      'https://[::ffff:169.254.169.254]',
      'https://[fe80::1]',
      'https://[fd00:ec2::254]',
    ];
    for (const to of [...near, 'http://127.0.0.1', 'http://cdn.example'])
      expect([to, may(far, to)]).toEqual([to, false]);
  });

  it('on this machine may lead to this machine too', () => {
    expect(['http://localhost:5001', 'https://127.0.0.1', 'https://cdn.example'].map((to) => may(here, to))).toEqual([
      true,
      true,
      true,
    ]);
    expect(may(here, 'http://cdn.example')).toBe(false);
  });
});

describe('redirects', () => {
  it('are followed, elsewhere without what was meant for the upstream', async () => {
    const elsewhere = await scripted((_, response) => send(response, 200, {}, bytes));
    const upstream = await scripted((request, response) => {
      const { url = '', headers } = request;
      if (headers.authorization === undefined) send(response, 401, { 'www-authenticate': 'Basic' });
      else if (url.endsWith('/moved')) send(response, 307, { location: `${elsewhere.url}/there?signature=1` });
      else send(response, 308, { location: '/moved' });
    });
    expect(await all(await client(upstream, me).blob('a', digest, 100))).toBe('some bytes');
    expect(upstream.asked.map(({ authorization }) => authorization)).toEqual([undefined, mine, mine]);
    expect(elsewhere.asked).toEqual([
      { method: 'GET', path: '/there?signature=1', authorization: undefined, host: elsewhere.url.slice(7) },
    ]);
  });

  it('to the name we were told to use lead where we asked', async () => {
    const host = '123456789012.dkr.ecr.us-east-1.amazonaws.com';
    const upstream = await scripted((request, response) =>
      request.url?.startsWith('/v2/') === true
        ? send(response, 307, { location: `http://${host}/layer?signature=1` })
        : send(response, 200, {}, bytes),
    );
    expect(await all(await client(upstream, undefined, { host }).blob('a', digest, 100))).toBe('some bytes');
    expect(upstream.asked.map((one) => one.host)).toEqual([host, host]);
  });

  it.each([
    ['in a circle', (self: string) => `${self}/v2/`],
    ['to plain HTTP elsewhere', () => 'http://192.0.2.1/'],
    ['to what is no web address', () => 'file:///etc/passwd'],
    ['to nothing', () => 'http://'],
  ])('%s end', async (_, location) => {
    const upstream = await scripted((__, response, self) => send(response, 302, { location: location(self) }));
    await expect(client(upstream).ping()).rejects.toMatchObject({ problem: 'unavailable' });
    expect(upstream.asked.length).toBeLessThanOrEqual(6);
  });

  it('do not send the credentials that an address holds', async () => {
    const upstream = await scripted((request, response, self) =>
      request.url === '/v2/'
        ? send(response, 302, { location: self.replace('//', '//you:yours@') + '/there' })
        : send(response, 200),
    );
    await client(upstream).ping();
    expect(upstream.asked[1]).toMatchObject({ path: '/there', authorization: undefined });
  });
});

describe('limits', () => {
  it.each([
    ['more than was said', { 'content-length': '10' }, 9],
    ['less than was said', { 'content-length': '10' }, 11],
  ])('a blob of %s is refused at once', async (_, headers, size) => {
    const upstream = await scripted((__, response) => send(response, 200, headers, bytes));
    await expect(client(upstream).blob('a', digest, 100, size)).rejects.toMatchObject({ problem: 'unavailable' });
  });

  it('a blob without a length is cut off', async () => {
    const upstream = await scripted((_, response) => {
      response.writeHead(200);
      response.write(bytes);
      response.end(bytes);
    });
    await expect(all(await client(upstream).blob('a', digest, 12))).rejects.toMatchObject({ problem: 'unavailable' });
    expect(await all(await client(upstream).blob('a', digest, 20))).toBe('some bytessome bytes');
  });

  it('a manifest is no longer than ECR takes', async () => {
    const upstream = await scripted((_, response) => send(response, 200, {}, Buffer.alloc(4 * 1024 * 1024 + 1)));
    await expect(client(upstream).manifest('a', 'b')).rejects.toMatchObject({ problem: 'unavailable' });
  });
});

describe('failures', () => {
  it.each([
    [403, 'denied'],
    [404, 'missing'],
    [429, 'throttled'],
    [500, 'unavailable'],
    [503, 'unavailable'],
    [418, 'unavailable'],
  ])('HTTP %i is %s', async (status, problem) => {
    const upstream = await scripted((_, response) => send(response, status));
    for (const asked of [client(upstream).manifest('a', 'b'), client(upstream).blob('a', digest, 1)]) {
      await expect(asked).rejects.toMatchObject({ problem, message: `it answered with HTTP ${status}` });
    }
  });

  it('an upstream that is silent', async () => {
    const silent = await scripted(() => undefined);
    await expect(client(silent, undefined, { silence: 50 }).ping()).rejects.toMatchObject({ problem: 'unavailable' });
    const half = await scripted((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write(bytes);
    });
    // Silence may begin before its first byte as well, on a machine that is busy.
    const pulled = client(half, undefined, { silence: 50 }).blob('a', digest, 100).then(all);
    await expect(pulled).rejects.toMatchObject({ problem: 'unavailable' });
  });

  it('an upstream that hangs up', async () => {
    const rude = await scripted((request) => request.socket.destroy());
    await expect(client(rude).ping()).rejects.toMatchObject({ problem: 'unavailable' });
    const half = await scripted((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write(bytes, () => response.destroy());
    });
    const stream = await client(half).blob('a', digest, 100);
    await expect(all(stream)).rejects.toMatchObject({ problem: 'unavailable' });
  });

  it('not one that hangs up connections which rest', async () => {
    const seen = new WeakSet<object>();
    const upstream = await scripted((request, response) => {
      if (seen.has(request.socket)) request.socket.resetAndDestroy();
      else {
        seen.add(request.socket);
        send(response, 200, {}, bytes);
      }
    });
    const asking = client(upstream);
    for (let count = 0; count < 3; count += 1) expect((await asking.manifest('a', 'b')).bytes).toEqual(bytes);
    expect(upstream.asked.length).toBeGreaterThan(3);
  });

  it('an upstream that is not there', async () => {
    await expect(client({ url: 'http://127.0.0.1:1' }).ping()).rejects.toMatchObject({
      problem: 'unavailable',
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
  });

  it('the end of the server', async () => {
    const silent = await scripted(() => undefined);
    const end = new AbortController();
    const http = new Http({ signal: end.signal, silence: 60_000 });
    const place = { base: new URL(silent.url), credentials: () => Promise.resolve(undefined) };
    const asked = new UpstreamClient(place, http, end.signal).ping();
    end.abort();
    await expect(asked).rejects.toMatchObject({ message: 'the local ECR is ending' });
    await expect(new UpstreamClient(place, http, end.signal).ping()).rejects.toMatchObject({
      message: 'the local ECR is ending',
    });
  });
});
