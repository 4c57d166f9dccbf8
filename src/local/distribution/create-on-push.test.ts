// Pushes to repositories that nobody has made: refused without a template, and what the template says with one.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Client, callApi, login } from './testing/client.js';
import { imageContent } from './testing/content.js';
import { startRegistry, type TestRegistry } from './testing/registry.js';

let local: TestRegistry;
let client: Client;
beforeEach(async () => {
  local = await startRegistry();
  client = new Client(local.port, await login(local));
});
afterEach(async () => {
  client.close();
  await local.close();
  expect(local.defects).toEqual([]);
});

async function push(name: string, tag: string): Promise<number> {
  const { blobs, image } = imageContent('one');
  for (const { bytes, digest } of blobs) {
    const begun = await client.send('POST', `/v2/${name}/blobs/uploads/`);
    const path = `${begun.headers.location ?? ''}?digest=${digest}`;
    expect((await client.send('PUT', path, { body: bytes })).status).toBe(201);
  }
  const headers = { 'content-type': image.mediaType };
  return (await client.send('PUT', `/v2/${name}/manifests/${tag}`, { headers, body: image.bytes })).status;
}

it('a push makes the repository that a template is for, as the template says', async () => {
  await callApi(local, 'CreateRepositoryCreationTemplate', {
    prefix: 'team',
    appliedFor: ['CREATE_ON_PUSH'],
    imageTagMutability: 'IMMUTABLE',
  });
  await expect(client.send('POST', '/v2/other/app/blobs/uploads/')).rejects.toThrow();
  expect(await push('team/app', 'v1')).toBe(201);
  expect(await callApi(local, 'DescribeRepositories', {})).toMatchObject({
    repositories: [{ repositoryName: 'team/app', imageTagMutability: 'IMMUTABLE' }],
  });
  expect(await push('team/app', 'v1')).toBe(201);
  const { image } = imageContent('two', { layers: 1 });
  const headers = { 'content-type': image.mediaType };
  const moved = await client.send('PUT', '/v2/team/app/manifests/v1', { headers, body: image.bytes });
  expect(moved.status).toBe(400);
});

it('a refused manifest leaves no repository behind', async () => {
  await callApi(local, 'CreateRepositoryCreationTemplate', { prefix: 'ROOT', appliedFor: ['CREATE_ON_PUSH'] });
  const { image } = imageContent('one');
  const headers = { 'content-type': image.mediaType };
  const answer = await client.send('PUT', '/v2/team/app/manifests/v1', { headers, body: image.bytes });
  expect(answer.status).toBe(404);
  expect(await callApi(local, 'DescribeRepositories', {})).toEqual({ repositories: [] });
});
