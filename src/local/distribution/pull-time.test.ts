// What container clients pull is remembered, unless the registry does not count their pulls.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Client, callApi, login } from './testing/client.js';
import { imageContent } from './testing/content.js';
import { startRegistry, type TestRegistry } from './testing/registry.js';

let local: TestRegistry;
let client: Client;
const repositoryName = 'team/app';
beforeEach(async () => {
  local = await startRegistry();
  client = new Client(local.port, await login(local));
  await callApi(local, 'CreateRepository', { repositoryName });
  const { blobs, image } = imageContent('one');
  for (const { bytes, digest } of blobs) {
    const begun = await client.send('POST', `/v2/${repositoryName}/blobs/uploads/`);
    await client.send('PUT', `${begun.headers.location ?? ''}?digest=${digest}`, { body: bytes });
  }
  const headers = { 'content-type': image.mediaType };
  await client.send('PUT', `/v2/${repositoryName}/manifests/v1`, { headers, body: image.bytes });
});
afterEach(async () => {
  client.close();
  await local.close();
  expect(local.defects).toEqual([]);
});

async function pulledAt(): Promise<unknown> {
  const { imageDetails } = await callApi(local, 'DescribeImages', { repositoryName });
  return (imageDetails as Record<string, unknown>[])[0]?.['lastRecordedPullTime'];
}

it('the pull of a principal that is excluded does not count', async () => {
  const principalArn = 'arn:aws:iam::123456789012:user/local';
  await callApi(local, 'RegisterPullTimeUpdateExclusion', { principalArn });
  expect((await client.send('GET', `/v2/${repositoryName}/manifests/v1`)).status).toBe(200);
  expect(await pulledAt()).toBeUndefined();
  await callApi(local, 'DeregisterPullTimeUpdateExclusion', { principalArn });
  expect((await client.send('GET', `/v2/${repositoryName}/manifests/v1`)).status).toBe(200);
  expect(await pulledAt()).toEqual(expect.any(Number));
});
