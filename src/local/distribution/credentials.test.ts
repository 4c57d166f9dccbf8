// Who a client of the registry is, and which registry it means: credentials, and addresses of every form.
import { describe, expect, it } from 'vitest';
import { callApi, login } from './testing/client.js';
import { bytesOf, imageContent } from './testing/content.js';
import { startRegistry } from './testing/registry.js';
import { errorOf, RegistryScene } from './testing/scene.js';

const scene = new RegistryScene();

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
        const { status, headers, body } = await scene.clientOf(authorization).send(method, path);
        expect(status, `${method} ${path}`).toBe(401);
        expect(headers).toMatchObject({
          'docker-distribution-api-version': 'registry/2.0',
          'www-authenticate': `Basic realm="http://localhost:${scene.registry.port}/",service="ecr.amazonaws.com"`,
          'content-type': 'text/plain; charset=utf-8',
          'content-length': '15',
        });
        expect(body.toString()).toBe('Not Authorized\n');
      }
    }
  });

  it('are refused once a single sign in them is changed', async () => {
    const good = await login(scene.registry);
    for (const place of [10, 200, Math.floor(good.length / 2), good.length - 8]) {
      const other = good.slice(0, place) + (good[place] === 'A' ? 'B' : 'A') + good.slice(place + 1);
      expect((await scene.clientOf(other).send('GET', '/v2/')).status).toBe(401);
    }
    expect((await scene.clientOf(good).send('GET', '/v2/')).status).toBe(200);
  });

  it('of another server are none here', async () => {
    const other = await startRegistry();
    const foreign = await login(other);
    await other.close();
    expect((await scene.clientOf(foreign).send('GET', '/v2/')).status).toBe(401);
  });

  it('expire after twelve hours, in ECR’s words', async () => {
    await scene.registry.clock.advance(12 * 3_600_000 - 1000);
    expect((await scene.client.send('GET', '/v2/')).status).toBe(200);
    await scene.registry.clock.advance(2000);
    const { status, body } = await scene.client.send('GET', '/v2/');
    expect(status).toBe(403);
    expect(errorOf(body)).toEqual({
      code: 'DENIED',
      message: 'Your authorization token has expired. Reauthenticate and try again.',
    });
  });

  it('are for one account and one Region', async () => {
    await callApi(scene.registry, 'CreateRepository', { repositoryName: 'app' }, '111111111111', 'eu-west-1');
    await callApi(scene.registry, 'CreateRepository', { repositoryName: 'app' }, '123456789012', 'eu-west-1');
    for (const [path, why] of [
      ['111111111111.us-east-1/app', 'no resource-based policy allows the ecr:ListImages action'],
      ['111111111111.eu-west-1/app', 'no resource-based policy allows the ecr:ListImages action'],
      ['123456789012.eu-west-1/app', 'the authorization token is for us-east-1'],
    ] as const) {
      const { status, body } = await scene.client.send('GET', `/v2/${path}/tags/list`);
      expect(status).toBe(403);
      const [account, region] = path.slice(0, -4).split('.');
      expect(errorOf(body)).toEqual({
        code: 'DENIED',
        message: `User: arn:aws:iam::123456789012:user/local is not authorized to perform: ecr:ListImages on resource: arn:aws:ecr:${region}:${account}:repository/app because ${why}`,
      });
    }
    // What is not known is not told either.
    const { status } = await scene.client.send('GET', '/v2/999999999999.us-east-1/none/manifests/v1');
    expect(status).toBe(403);
  });
});

describe('addresses', () => {
  it('of other registries begin with account and Region, and lead back to them', async () => {
    const away = scene.clientOf(await login(scene.registry, '111111111111', 'eu-west-1'));
    await callApi(scene.registry, 'CreateRepository', { repositoryName: 'app' }, '111111111111', 'eu-west-1');
    const path = '111111111111.eu-west-1/app';
    const digest = await scene.pushImage('away', 'v1', path, away);
    const { headers } = await away.send('POST', `/v2/${path}/blobs/uploads/`);
    expect(headers.location).toMatch(
      new RegExp(`^http://localhost:${scene.registry.port}/v2/${path}/blobs/uploads/[0-9a-f-]{36}$`),
    );
    expect((await away.send('DELETE', headers.location ?? '')).status).toBe(204);
    expect((await away.send('GET', `/v2/${path}/manifests/${digest}`)).status).toBe(200);
    expect((await away.send('GET', '/v2/_catalog')).body.toString()).toBe(`{"repositories":["${path}"]}`);
    expect((await scene.client.send('GET', '/v2/_catalog')).body.toString()).toBe('{"repositories":["team/app"]}');
  });

  it('of ECR’s own form are known by the Host header', async () => {
    const digest = await scene.pushImage('host', 'v1');
    const host = '123456789012.dkr.ecr.us-east-1.amazonaws.com';
    const headers = { host };
    expect((await scene.client.send('GET', `/v2/team/app/manifests/${digest}`, { headers })).status).toBe(200);
    const begun = await scene.client.send('POST', '/v2/team/app/blobs/uploads/', { headers });
    expect(begun.headers.location).toMatch(new RegExp(`^http://${host}/v2/team/app/blobs/uploads/`));
    const challenge = await scene.clientOf().send('GET', '/v2/', { headers });
    expect(challenge.headers['www-authenticate']).toBe(`Basic realm="https://${host}/",service="ecr.amazonaws.com"`);
    const elsewhere = await scene.client.send('GET', '/v2/team/app/tags/list', {
      headers: { host: '111111111111.dkr.ecr.us-east-1.amazonaws.com' },
    });
    expect(elsewhere.status).toBe(403);
  });

  it('are given back without a host where the client has none', async () => {
    const said = await scene.raw(`GET /v2/ HTTP/1.0\r\n\r\n`);
    expect(said).toContain('Basic realm="http://localhost/"');
    const begun = await scene.raw(
      `POST /v2/team/app/blobs/uploads/ HTTP/1.0\r\nContent-Length: 0\r\nAuthorization: ${scene.client.authorization}\r\n\r\n`,
    );
    expect(begun).toMatch(/^Location: \/v2\/team\/app\/blobs\/uploads\//m);
  });

  it('mount from where the client says it is', async () => {
    await callApi(scene.registry, 'PutAccountSetting', { name: 'BLOB_MOUNTING', value: 'ENABLED' });
    await callApi(scene.registry, 'CreateRepository', { repositoryName: 'team/other' });
    const bytes = bytesOf('mounted', 100);
    const loose = await scene.pushBlob(bytes);
    // Not before an image names it (aws/containers-roadmap#2860).
    const refused = await scene.client.send('POST', `/v2/team/other/blobs/uploads/?mount=${loose}&from=team%2Fapp`);
    expect(refused.status).toBe(202);
    await scene.pushImage('mount', 'v1');
    const layer = imageContent('mount').blobs[1]?.digest ?? '';
    const mounted = await scene.client.send('POST', `/v2/team/other/blobs/uploads/?mount=${layer}&from=team%2Fapp`);
    expect(mounted.status).toBe(201);
    expect((await scene.client.send('HEAD', mounted.headers.location ?? '')).status).toBe(200);
    const across = await scene.client.send(
      'POST',
      `/v2/team/other/blobs/uploads/?mount=${layer}&from=111111111111.eu-west-1/app`,
    );
    expect(across.status).toBe(202);
  });
});
