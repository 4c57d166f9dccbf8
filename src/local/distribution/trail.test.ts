// What the trail has of container clients, and the rates they are held to.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalEcrOptions } from '../index.js';
import { Client, callApi, login } from './testing/client.js';
import { imageContent } from './testing/content.js';
import { startRegistry, type TestRegistry } from './testing/registry.js';

let registry: TestRegistry;
let client: Client;
let now: number;

async function start(options: LocalEcrOptions = {}): Promise<void> {
  now = Date.UTC(2026, 9, 1);
  registry = await startRegistry({ clock: { now: () => now }, ...options });
  client = new Client(registry.port, await login(registry));
  await callApi(registry, 'CreateRepository', { repositoryName: 'team/app' });
}
afterEach(async () => {
  client.close();
  expect(registry.defects).toEqual([]);
  await registry.close();
});

const content = imageContent('seed');
async function push(path: string): Promise<void> {
  for (const { digest, bytes } of content.blobs) {
    await client.send('POST', `/v2/${path}/blobs/uploads/?digest=${digest}`, { body: bytes });
  }
}
const put = (path: string, reference: string): ReturnType<Client['send']> =>
  client.send('PUT', `/v2/${path}/manifests/${reference}`, {
    headers: { 'content-type': content.image.mediaType },
    body: content.image.bytes,
  });

/** Names, errors and parameters beside registry and repository, of the calls that container clients made. */
async function told(): Promise<unknown[]> {
  const response = await fetch(`${registry.url}/_slipway/events?log=trail`);
  return (await response.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { event: Record<string, unknown> }).event)
    .filter(({ userAgent }) => userAgent !== 'node')
    .map(({ eventName, errorCode, requestParameters }) => {
      const { registryId, repositoryName, ...rest } = requestParameters as Record<string, unknown>;
      expect(registryId).toBe('123456789012');
      return [eventName, repositoryName, ...(errorCode === undefined ? [] : [errorCode]), rest];
    });
}

describe('the trail', () => {
  beforeEach(() => start());

  it('tells of pushes and pulls as the operations that they come to', async () => {
    const [first] = content.blobs;
    await push('team/app');
    await put('team/app', 'v1');
    await client.send('GET', '/v2/team/app/manifests/v1');
    await client.send('HEAD', `/v2/team/app/manifests/${content.image.digest}`);
    await client.send('HEAD', `/v2/team/app/blobs/${first?.digest ?? ''}`);
    await client.send('GET', `/v2/team/app/blobs/${first?.digest ?? ''}`);
    await client.send('GET', `/v2/team/app/referrers/${content.image.digest}`);
    await client.send('GET', '/v2/team/app/tags/list');
    await client.send('GET', '/v2/team/none/tags/list');
    const digest = { imageDigest: content.image.digest };
    expect((await told()).slice(content.blobs.length)).toEqual([
      ['PutImage', 'team/app', { imageTag: 'v1' }],
      ['BatchGetImage', 'team/app', { imageIds: [{ imageTag: 'v1' }] }],
      ['BatchGetImage', 'team/app', { imageIds: [digest] }],
      ['BatchCheckLayerAvailability', 'team/app', { layerDigests: [first?.digest] }],
      ['GetDownloadUrlForLayer', 'team/app', { layerDigest: first?.digest }],
      ['ListImageReferrers', 'team/app', { subjectId: digest }],
      ['ListImages', 'team/app', {}],
      ['ListImages', 'team/none', 'RepositoryNotFoundException', {}],
    ]);
  });

  it('tells of a layer that is mounted', async () => {
    await callApi(registry, 'PutAccountSetting', { name: 'BLOB_MOUNTING', value: 'ENABLED' });
    await callApi(registry, 'CreateRepository', { repositoryName: 'other' });
    await push('team/app');
    await put('team/app', 'v1');
    const [first] = content.blobs;
    const mount = await client.send('POST', `/v2/other/blobs/uploads/?mount=${first?.digest ?? ''}&from=team/app`);
    expect(mount.status).toBe(201);
    expect((await told()).at(-1)).toEqual(['MountLayer', 'other', {}]);
  });
});

describe('rates', () => {
  it('hold ten images a second, one registry apart from the other, and refill with the clock', async () => {
    await start({ quotas: true });
    await push('team/app');
    const statuses: number[] = [];
    for (let index = 0; index < 12; index += 1) statuses.push((await put('team/app', `v${index}`)).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 201), 429, 429]);
    const refused = await put('team/app', 'v99');
    expect(JSON.parse(refused.body.toString())).toEqual({
      errors: [{ code: 'TOOMANYREQUESTS', message: 'Rate exceeded' }],
    });
    expect((await told()).at(-1)).toEqual(['PutImage', 'team/app', 'ThrottlingException', { imageTag: 'v99' }]);
    now += 100;
    expect((await put('team/app', 'v99')).status).toBe(201);
    expect((await put('team/app', 'v100')).status).toBe(429);
  });

  it('are nobody’s concern unless asked for', async () => {
    await start();
    await push('team/app');
    for (let index = 0; index < 15; index += 1) expect((await put('team/app', `v${index}`)).status).toBe(201);
  });
});
