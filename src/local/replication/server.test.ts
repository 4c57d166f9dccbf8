// Replication in a running server: what one client pushes to one Region another pulls from the next, and both are told of it.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Client, callApi, login } from '../distribution/testing/client.js';
import {
  artifactContent,
  type Content,
  describeManifest,
  imageContent,
  indexContent,
} from '../distribution/testing/content.js';
import { startRegistry, type TestRegistry } from '../distribution/testing/registry.js';

let local: TestRegistry;
let pusher: Client;
let puller: Client;
const account = '123456789012';
const away = { account, region: 'eu-west-1' };
beforeEach(async () => {
  local = await startRegistry();
  pusher = new Client(local.port, await login(local));
  puller = new Client(local.port, await login(local, away.account, away.region));
});
afterEach(async () => {
  for (const client of [pusher, puller]) client.close();
  await local.close();
  expect(local.defects).toEqual([]);
});

async function push(name: string, tag: string, { blobs, manifests }: Content): Promise<void> {
  for (const { bytes, digest } of blobs) {
    const begun = await pusher.send('POST', `/v2/${name}/blobs/uploads/`);
    await pusher.send('PUT', `${begun.headers.location ?? ''}?digest=${digest}`, { body: bytes });
  }
  for (const manifest of manifests) {
    const reference = manifest === manifests.at(-1) ? tag : manifest.digest;
    const headers = { 'content-type': manifest.mediaType };
    const answer = await pusher.send('PUT', `/v2/${name}/manifests/${reference}`, { headers, body: manifest.bytes });
    expect(answer.status).toBe(201);
  }
}

async function replicated(repositoryName: string, imageTag: string): Promise<void> {
  const end = performance.now() + 20_000;
  for (;;) {
    const answer = await callApi(local, 'DescribeImageReplicationStatus', { repositoryName, imageId: { imageTag } });
    const [one] = answer['replicationStatuses'] as { status: string }[];
    if (one?.status === 'COMPLETE') return;
    if (performance.now() > end) throw new Error(JSON.stringify(answer));
    await new Promise((done) => setTimeout(done, 5));
  }
}

it('an index, its images and what refers to it', async () => {
  await callApi(local, 'CreateRepository', { repositoryName: 'team/app' });
  await callApi(local, 'PutReplicationConfiguration', {
    replicationConfiguration: { rules: [{ destinations: [{ region: away.region, registryId: away.account }] }] },
  });
  const index = indexContent([imageContent('amd64'), imageContent('arm64')]);
  const signature = artifactContent('signature', { subject: describeManifest(index.index) });
  await push('team/app', 'v1', index);
  await push('team/app', 'v1.sig', signature);
  await replicated('team/app', 'v1');
  await replicated('team/app', 'v1.sig');

  const path = `/v2/${away.account}.${away.region}/team/app`;
  for (const { digest, bytes } of [...index.manifests, ...signature.manifests]) {
    expect((await puller.send('GET', `${path}/manifests/${digest}`)).body.equals(bytes)).toBe(true);
  }
  for (const { digest, bytes } of [...index.blobs, ...signature.blobs]) {
    const { headers } = await puller.send('GET', `${path}/blobs/${digest}`);
    const got = await puller.anonymous().send('GET', headers.location ?? '');
    expect(got.body.equals(bytes)).toBe(true);
  }
  const referrers = await puller.send('GET', `${path}/referrers/${index.index.digest}`);
  expect(JSON.parse(referrers.body.toString())).toMatchObject({ manifests: [{ digest: signature.artifact.digest }] });
  const tags = await puller.send('GET', `${path}/tags/list`);
  expect(JSON.parse(tags.body.toString())).toMatchObject({ tags: ['v1', 'v1.sig'] });
});
