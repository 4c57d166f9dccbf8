// Pulls through the cache of one local ECR from another: what is answered, what is kept, how often the upstream is asked, and what
// happens when it fails.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client, callApi, login } from '../distribution/testing/client.js';
import {
  artifactContent,
  type Content,
  imageContent,
  indexContent,
  type Manifest,
  manifestOf,
  types,
} from '../distribution/testing/content.js';
import { account, credentialArn, openPair, type Pair } from './testing/registries.js';
import { startScripted } from './testing/scripted.js';

let pair: Pair;
beforeEach(async () => {
  pair = await openPair();
});
afterEach(async () => {
  await pair.close();
  expect(pair.cache.defects).toEqual([]);
  expect(pair.upstream.defects).toEqual([]);
});

const name = 'hub/library/app';
const day = 86_400_000;

async function manifest(reference: string, method = 'GET', from: Pick<Pair, 'client'> = pair) {
  return from.client.send(method, `/v2/${name}/manifests/${reference}`);
}

async function blob(digest: string, client = pair.client): Promise<{ status: number; body: Buffer }> {
  const answer = await client.send('GET', `/v2/${name}/blobs/${digest}`);
  return answer.status === 307 ? client.anonymous().send('GET', answer.headers.location ?? '') : answer;
}

/** Pulls as clients do, and compares every byte. */
async function pull(reference: string, content: Content, top: Manifest): Promise<void> {
  const answer = await manifest(reference);
  expect([answer.status, answer.body.equals(top.bytes)]).toEqual([200, true]);
  for (const one of content.manifests) expect((await manifest(one.digest)).body.equals(one.bytes)).toBe(true);
  for (const { bytes, digest } of content.blobs) expect((await blob(digest)).body.equals(bytes)).toBe(true);
}

/** Asks again until it is so: what comes in the background is not answered for. */
async function eventually(ask: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000;
  while (!(await ask())) {
    if (performance.now() > end) throw new Error('it never came to be');
    await new Promise((done) => setTimeout(done, 5));
  }
}

interface Kept {
  readonly imageDigest: string;
  readonly imageTags?: string[];
}

async function kept(): Promise<Kept[]> {
  try {
    const { imageDetails } = await pair.api('DescribeImages', { repositoryName: name });
    return imageDetails as Kept[];
  } catch (error) {
    if (String(error).includes('RepositoryNotFoundException')) return [];
    throw error;
  }
}

async function isKept(digest: string, tag?: string): Promise<boolean> {
  return (await kept()).some(
    ({ imageDigest, imageTags = [] }) => imageDigest === digest && (tag === undefined || imageTags.includes(tag)),
  );
}

async function events(): Promise<Record<string, unknown>[]> {
  const answer = await fetch(`${pair.cache.url}/_slipway/events?log=events&follow=false`);
  const lines = (await answer.text()).split('\n').filter((line) => line !== '');
  return lines
    .map((line) => (JSON.parse(line) as { event: Record<string, unknown> }).event)
    .filter((event) => event['detail-type'] === 'ECR Pull Through Cache Action');
}

describe('the first pull', () => {
  it('gives what the upstream has, and keeps it', async () => {
    const content = imageContent('one');
    await pair.push('library/app', 'v1', content);
    await pull('v1', content, content.image);
    await eventually(() => isKept(content.image.digest, 'v1'));
    const { repositories } = await pair.api('DescribeRepositories', {});
    expect(repositories).toMatchObject([
      {
        repositoryName: name,
        imageTagMutability: 'MUTABLE',
        encryptionConfiguration: { encryptionType: 'AES256' },
      },
    ]);
    const asked = pair.asked();
    // The upstream may go now.
    pair.upstream.setFaults([{ operation: '*', kind: 'drop' }]);
    await pull('v1', content, content.image);
    expect(pair.asked()).toEqual(asked);
    pair.upstream.clearFaults();
    const [details] = await kept();
    expect(details).toMatchObject({ lastRecordedPullTime: expect.any(Number) as number });
  });

  it('asks for each thing once, however many ask for it', async () => {
    const content = imageContent('one', { layers: 4 });
    await pair.push('library/app', 'v1', content);
    const clients = Array.from({ length: 20 }, () => new Client(pair.cache.port, pair.client.authorization));
    const answers = await Promise.all(clients.map((client) => manifest('v1', 'GET', { client })));
    for (const { status, body } of answers) expect([status, body.equals(content.image.bytes)]).toEqual([200, true]);
    for (const { bytes, digest } of content.blobs) {
      const pieces = await Promise.all(clients.map((client) => blob(digest, client)));
      for (const { body } of pieces) expect(body.equals(bytes)).toBe(true);
    }
    await eventually(() => isKept(content.image.digest));
    expect(pair.asked().manifests).toBe(1);
    expect(pair.asked().layers).toBe(content.blobs.length);
    for (const client of clients) client.close();
  });

  it('HEAD tells of it and brings it too', async () => {
    const content = imageContent('one');
    await pair.push('library/app', 'v1', content);
    const head = await manifest('v1', 'HEAD');
    expect(head).toMatchObject({
      status: 200,
      headers: {
        'docker-content-digest': content.image.digest,
        'content-type': types.image,
        'content-length': String(content.image.bytes.length),
      },
    });
    await eventually(() => isKept(content.image.digest, 'v1'));
    const digest = content.blobs[0]?.digest ?? '';
    expect((await pair.client.send('HEAD', `/v2/${name}/blobs/${digest}`)).status).toBe(200);
  });

  it('of an index keeps the index at once, and each image as it is asked for', async () => {
    const parts = [imageContent('amd64'), imageContent('arm64')];
    const index = indexContent(parts);
    await pair.push('library/app', 'v1', index);
    expect((await manifest('v1')).body.equals(index.index.bytes)).toBe(true);
    expect(await kept()).toMatchObject([{ imageDigest: index.index.digest, imageTags: ['v1'] }]);
    // An index whose images nobody has asked for is not broken.
    const checked = await (await fetch(`${pair.cache.url}/_slipway/check`)).text();
    expect(checked).not.toContain('local/');
    const [first, second] = parts;
    if (first === undefined || second === undefined) throw new Error('no parts');
    expect((await manifest(first.image.digest)).body.equals(first.image.bytes)).toBe(true);
    await eventually(() => isKept(first.image.digest));
    expect(await isKept(second.image.digest)).toBe(false);
    // What was not asked for is still to be had.
    expect((await manifest(second.image.digest)).status).toBe(200);
    await eventually(() => isKept(second.image.digest));
    expect(await kept()).toHaveLength(3);
  });

  it('takes what the upstream has: Docker’s manifests, and what is no image', async () => {
    const docker = imageContent('docker', { docker: true });
    await pair.push('library/app', 'docker', docker);
    await pull('docker', docker, docker.image);
    const { artifact, ...content } = artifactContent('thing');
    await pair.push('library/app', 'thing', content);
    await pull('thing', content, artifact);
    await eventually(async () => (await kept()).length === 2);
  });

  it('makes the repository by a template', async () => {
    await pair.api('CreateRepositoryCreationTemplate', {
      prefix: 'hub',
      appliedFor: ['PULL_THROUGH_CACHE'],
      imageTagMutability: 'IMMUTABLE',
    });
    const content = imageContent('one');
    await pair.push('library/app', 'v1', content);
    await pull('v1', content, content.image);
    expect(await pair.api('DescribeRepositories', {})).toMatchObject({
      repositories: [{ repositoryName: name, imageTagMutability: 'IMMUTABLE' }],
    });
  });

  it('is not found where a template cannot make the repository', async () => {
    await pair.api('CreateRepositoryCreationTemplate', {
      prefix: 'hub',
      appliedFor: ['PULL_THROUGH_CACHE'],
      resourceTags: [{ Key: 'a', Value: 'b' }],
    });
    await pair.push('library/app', 'v1', imageContent('one'));
    const answer = await manifest('v1');
    expect([answer.status, JSON.parse(answer.body.toString())]).toMatchObject([
      404,
      { errors: [{ code: 'NAME_UNKNOWN' }] },
    ]);
    expect(await pair.api('DescribeRepositories', {})).toEqual({ repositories: [] });
  });

  it('leaves nothing behind of what the upstream has not', async () => {
    await pair.push('library/other', 'v1', imageContent('one'));
    for (const reference of ['v1', `sha256:${'0'.repeat(64)}`]) {
      const answer = await manifest(reference);
      expect([answer.status, JSON.parse(answer.body.toString())]).toMatchObject([
        404,
        { errors: [{ code: 'NAME_UNKNOWN' }] },
      ]);
    }
    expect((await blob(`sha256:${'0'.repeat(64)}`)).status).toBe(404);
    expect(await pair.api('DescribeRepositories', {})).toEqual({ repositories: [] });
    expect(await events()).toEqual([]);
  });

  it('is only of names under a rule', async () => {
    await pair.push('library/app', 'v1', imageContent('one'));
    for (const path of ['/v2/library/app/manifests/v1', '/v2/hubs/library/app/manifests/v1', '/v2/hub/manifests/v1']) {
      expect((await pair.client.send('GET', path)).status).toBe(404);
    }
    expect(pair.asked()).toEqual({ manifests: 0, layers: 0 });
  });

  it('is told of', async () => {
    const content = imageContent('one');
    await pair.push('library/app', 'v1', content);
    await pull('v1', content, content.image);
    await eventually(() => isKept(content.image.digest));
    expect(await events()).toMatchObject([
      {
        account,
        region: 'us-east-1',
        source: 'aws.ecr',
        resources: [`arn:aws:ecr:us-east-1:${account}:repository/${name}`],
        detail: {
          'rule-version': '1',
          'sync-status': 'SUCCESS',
          'ecr-repository-prefix': 'hub',
          'repository-name': name,
          'upstream-registry-url': 'registry-1.docker.io',
          'image-tag': 'v1',
          'image-digest': content.image.digest,
        },
      },
    ]);
  });

  it('needs no bytes that are here already', async () => {
    const content = imageContent('one');
    await pair.push('library/app', 'v1', content);
    await pair.push('library/copy', 'v1', content);
    await pull('v1', content, content.image);
    await eventually(() => isKept(content.image.digest));
    const { layers } = pair.asked();
    expect((await pair.client.send('GET', '/v2/hub/library/copy/manifests/v1')).status).toBe(200);
    await eventually(async () => {
      const { imageDetails } = await pair.api('DescribeImages', { repositoryName: 'hub/library/copy' });
      return (imageDetails as unknown[]).length === 1;
    });
    expect(pair.asked().layers).toBe(layers);
  });
});

describe('through the API', () => {
  it('BatchGetImage and GetDownloadUrlForLayer pull whole images', async () => {
    const content = imageContent('one');
    await pair.push('library/app', 'v1', content);
    const { images, failures } = await pair.api('BatchGetImage', {
      repositoryName: name,
      imageIds: [{ imageTag: 'v1' }, { imageTag: 'none' }, { imageTag: '!' }],
    });
    expect(images).toEqual([
      {
        registryId: account,
        repositoryName: name,
        imageId: { imageDigest: content.image.digest, imageTag: 'v1' },
        imageManifest: content.image.bytes.toString(),
        imageManifestMediaType: types.image,
      },
    ]);
    expect(failures).toMatchObject([
      { imageId: { imageTag: 'none' }, failureCode: 'ImageNotFound' },
      { imageId: { imageTag: '!' }, failureCode: 'InvalidImageTag' },
    ]);
    for (const { bytes, digest } of content.blobs) {
      const { downloadUrl } = await pair.api('GetDownloadUrlForLayer', { repositoryName: name, layerDigest: digest });
      const answer = await fetch(String(downloadUrl));
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    }
    expect(await isKept(content.image.digest, 'v1')).toBe(true);
    const again = await pair.api('BatchGetImage', { repositoryName: name, imageIds: [{ imageTag: 'v1' }] });
    expect(again['images']).toEqual(images);
  });

  it('an image of another type, or that the tag does not mean, is refused as ever', async () => {
    const content = imageContent('one');
    await pair.push('library/app', 'v1', content);
    const ask = (imageId: Record<string, unknown>, more: Record<string, unknown> = {}) =>
      pair.api('BatchGetImage', { repositoryName: name, imageIds: [imageId], ...more });
    expect(await ask({ imageTag: 'v1' }, { acceptedMediaTypes: [types.index] })).toMatchObject({
      images: [],
      failures: [{ failureCode: 'ImageNotFound' }],
    });
    await eventually(() => isKept(content.image.digest));
    expect(await ask({ imageTag: 'v1', imageDigest: `sha256:${'0'.repeat(64)}` })).toMatchObject({
      failures: [{ failureCode: 'ImageTagDoesNotMatchDigest' }],
    });
  });

  it('what no rule names is as it was', async () => {
    expect(await pair.refusal('BatchGetImage', { repositoryName: 'none', imageIds: [{ imageTag: 'v1' }] })).toMatch(
      /^RepositoryNotFoundException/,
    );
    const input = { repositoryName: 'none', layerDigest: `sha256:${'0'.repeat(64)}` };
    expect(await pair.refusal('GetDownloadUrlForLayer', input)).toMatch(/^RepositoryNotFoundException/);
  });
});

describe('a tag that is cached', () => {
  it('is looked at upstream once a day at most, and follows it', async () => {
    const [first, second] = [imageContent('one'), imageContent('two')];
    await pair.push('library/app', 'v1', first);
    await pull('v1', first, first.image);
    await eventually(() => isKept(first.image.digest, 'v1'));
    await pair.push('library/app', 'v1', second);
    await pair.cache.clock.advance(day - 60_000);
    // Tokens last half a day; that of the upstream is by its own clock, which has not moved.
    const client = new Client(pair.cache.port, await login(pair.cache));
    expect((await manifest('v1', 'GET', { client })).body.equals(first.image.bytes)).toBe(true);
    expect(pair.asked()).toEqual({ manifests: 0, layers: 0 });

    await pair.cache.clock.advance(60_000);
    expect((await manifest('v1', 'GET', { client })).body.equals(second.image.bytes)).toBe(true);
    await eventually(() => isKept(second.image.digest, 'v1'));
    expect(await kept()).toContainEqual(expect.not.objectContaining({ imageTags: expect.anything() as unknown }));
    const asked = pair.asked();
    expect(asked.manifests).toBe(2);
    expect((await manifest('v1', 'GET', { client })).body.equals(second.image.bytes)).toBe(true);
    expect(pair.asked()).toEqual(asked);
    client.close();
  });

  it('that has not moved costs one question a day', async () => {
    const content = imageContent('one');
    await pair.push('library/app', 'v1', content);
    await pull('v1', content, content.image);
    await eventually(() => isKept(content.image.digest, 'v1'));
    const before = pair.asked();
    await pair.cache.clock.advance(day);
    const client = new Client(pair.cache.port, await login(pair.cache));
    for (let count = 0; count < 3; count += 1) expect((await manifest('v1', 'HEAD', { client })).status).toBe(200);
    expect(pair.asked()).toEqual({ ...before, manifests: before.manifests + 1 });
    // Nobody asks for what a digest names: it cannot change.
    await pair.cache.clock.advance(day);
    const later = new Client(pair.cache.port, await login(pair.cache));
    expect((await manifest(content.image.digest, 'GET', { client: later })).status).toBe(200);
    expect(pair.asked().manifests).toBe(before.manifests + 1);
    for (const one of [client, later]) one.close();
  });

  it.each(['throttle', 'server-error', 'drop', 'deny'] as const)(
    'is served as it is while the upstream answers with %s',
    async (kind) => {
      const content = imageContent('one');
      await pair.push('library/app', 'v1', content);
      await pull('v1', content, content.image);
      await eventually(() => isKept(content.image.digest, 'v1'));
      await pair.cache.clock.advance(2 * day);
      pair.upstream.setFaults([{ operation: '*', kind }]);
      const client = new Client(pair.cache.port, await login(pair.cache));
      expect((await manifest('v1', 'GET', { client })).body.equals(content.image.bytes)).toBe(true);
      const asked = pair.asked();
      expect((await manifest('v1', 'GET', { client })).status).toBe(200);
      expect(pair.asked()).toEqual(asked);
      pair.upstream.clearFaults();
      client.close();
    },
  );

  it('stays where its repository does not let tags move', async () => {
    await pair.api('CreateRepositoryCreationTemplate', {
      prefix: 'hub',
      appliedFor: ['PULL_THROUGH_CACHE'],
      imageTagMutability: 'IMMUTABLE',
    });
    const [first, second] = [imageContent('one'), imageContent('two')];
    await pair.push('library/app', 'v1', first);
    await pull('v1', first, first.image);
    await eventually(() => isKept(first.image.digest, 'v1'));
    await pair.push('library/app', 'v1', second);
    await pair.cache.clock.advance(day);
    const client = new Client(pair.cache.port, await login(pair.cache));
    for (let turn = 0; turn < 2; turn += 1) {
      expect((await manifest('v1', 'GET', { client })).body.equals(first.image.bytes)).toBe(true);
    }
    expect(pair.asked().manifests).toBe(0);
    client.close();
  });

  it('that somebody has pushed is nobody else’s', async () => {
    const [theirs, ours] = [imageContent('one'), imageContent('two')];
    await pair.push('library/app', 'v1', theirs);
    await pull('v1', theirs, theirs.image);
    await eventually(() => isKept(theirs.image.digest, 'v1'));
    for (const { bytes, digest } of ours.blobs) {
      const begun = await pair.client.send('POST', `/v2/${name}/blobs/uploads/`);
      await pair.client.send('PUT', `${begun.headers.location ?? ''}?digest=${digest}`, { body: bytes });
    }
    const headers = { 'content-type': ours.image.mediaType };
    await pair.client.send('PUT', `/v2/${name}/manifests/v1`, { headers, body: ours.image.bytes });
    await pair.cache.clock.advance(2 * day);
    const client = new Client(pair.cache.port, await login(pair.cache));
    const before = pair.asked();
    expect((await manifest('v1', 'GET', { client })).body.equals(ours.image.bytes)).toBe(true);
    expect(pair.asked()).toEqual(before);
    client.close();
  });
});

describe('an upstream that fails', () => {
  it.each([
    ['throttle', 429, 'TOOMANYREQUESTS', 'UpstreamTooManyRequests'],
    ['deny', 403, 'DENIED', 'UpstreamAccessDenied'],
    ['server-error', 404, 'MANIFEST_UNKNOWN', 'UpstreamUnavailable'],
    ['drop', 404, 'MANIFEST_UNKNOWN', 'UpstreamUnavailable'],
  ] as const)('with %s is told of in ECR’s terms', async (kind, status, code, failureCode) => {
    const content = imageContent('one');
    await pair.push('library/app', 'v1', content);
    pair.upstream.setFaults([{ operation: '*', kind }]);
    const answer = await manifest('v1');
    expect([answer.status, JSON.parse(answer.body.toString())]).toMatchObject([status, { errors: [{ code }] }]);
    const { failures } = await pair.api('BatchGetImage', { repositoryName: name, imageIds: [{ imageTag: 'v1' }] });
    expect(failures).toMatchObject([{ imageId: { imageTag: 'v1' }, failureCode }]);
    expect(await events()).toMatchObject([
      { detail: { 'sync-status': 'FAILED', 'image-tag': 'v1', 'failure-code': failureCode } },
      { detail: { 'sync-status': 'FAILED' } },
    ]);
    pair.upstream.clearFaults();
    await pull('v1', content, content.image);
  });

  it('in the middle of an image: what has come is served, and the rest is asked for again', async () => {
    const content = imageContent('one', { layers: 3 });
    await pair.push('library/app', 'v1', content);
    pair.upstream.setFaults([{ operation: 'GetDownloadUrlForLayer', kind: 'server-error', after: 2 }]);
    expect((await manifest('v1')).status).toBe(200);
    await eventually(async () => (await events()).length === 1);
    expect(await events()).toMatchObject([
      {
        detail: {
          'sync-status': 'FAILED',
          'image-digest': content.image.digest,
          'failure-code': 'UpstreamUnavailable',
        },
      },
    ]);
    expect(await isKept(content.image.digest)).toBe(false);
    const answers = await Promise.all(content.blobs.map(({ digest }) => blob(digest)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    for (const { status } of answers) expect([200, 404]).toContain(status);
    const broken = content.blobs[answers.findIndex(({ status }) => status === 404)]?.digest ?? '';
    const input = { repositoryName: name, layerDigest: broken };
    expect(await pair.refusal('GetDownloadUrlForLayer', input)).toMatch(/^UnableToGetUpstreamLayerException: /);
    pair.upstream.clearFaults();
    await pull('v1', content, content.image);
    await eventually(() => isKept(content.image.digest, 'v1'));
  });

  it('with bytes that are not those of the digest is not believed', async () => {
    const good = imageContent('one');
    const liar = await startScripted((request, response) => {
      const isManifest = request.url?.includes('/manifests/') === true;
      response.writeHead(200, isManifest ? { 'content-type': types.image } : {});
      const wrong = Buffer.alloc(
        good.blobs.find(({ digest }) => request.url?.endsWith(digest) === true)?.bytes.length ?? 0,
      );
      response.end(isManifest ? good.image.bytes : wrong);
    });
    const cache = await pair.anotherCache({ upstreams: { hub: liar.url } });
    const rule = { ecrRepositoryPrefix: 'hub', upstreamRegistryUrl: 'registry-1.docker.io', credentialArn };
    await callApi(cache, 'CreatePullThroughCacheRule', rule);
    const client = new Client(cache.port, await login(cache));
    const other = manifestOf({ schemaVersion: 2, mediaType: types.index, manifests: [] });
    const byDigest = await client.send('GET', `/v2/${name}/manifests/${other.digest}`);
    expect(byDigest.status).toBe(404);
    expect((await client.send('GET', `/v2/${name}/manifests/v1`)).status).toBe(200);
    for (const { digest } of good.blobs) {
      const answer = await client.send('GET', `/v2/${name}/blobs/${digest}`);
      expect([answer.status, answer.body.toString()]).toEqual([
        404,
        expect.stringContaining('it has other bytes') as string,
      ]);
    }
    const { imageDetails } = await callApi(cache, 'DescribeImages', { repositoryName: name });
    expect(imageDetails).toEqual([]);
    client.close();
    await cache.close();
    await liar.close();
    expect(cache.defects).toEqual([]);
  });

  it('with what is no manifest is not believed', async () => {
    const odd = await startScripted((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<html>');
    });
    const cache = await pair.anotherCache({ upstreams: { 'registry-1.docker.io': odd.url } });
    const rule = { ecrRepositoryPrefix: 'hub', upstreamRegistryUrl: 'registry-1.docker.io', credentialArn };
    await callApi(cache, 'CreatePullThroughCacheRule', rule);
    const client = new Client(cache.port, await login(cache));
    expect((await client.send('GET', `/v2/${name}/manifests/v1`)).status).toBe(404);
    expect(await callApi(cache, 'DescribeRepositories', {})).toEqual({ repositories: [] });
    client.close();
    await cache.close();
    await odd.close();
  });

  it('never is a server that ends held up by it', async () => {
    const silent = await startScripted(() => undefined);
    const cache = await pair.anotherCache({ upstreams: { hub: silent.url } });
    const rule = { ecrRepositoryPrefix: 'hub', upstreamRegistryUrl: 'registry-1.docker.io', credentialArn };
    await callApi(cache, 'CreatePullThroughCacheRule', rule);
    const client = new Client(cache.port, await login(cache));
    const asked = client.send('GET', `/v2/${name}/manifests/v1`).catch(() => undefined);
    await eventually(() => Promise.resolve(silent.asked.length > 0));
    await cache.close();
    await asked;
    client.close();
    await silent.close();
    expect(cache.defects).toEqual([]);
  });
});

describe('ValidatePullThroughCacheRule', () => {
  const validate = async () => {
    const { isValid, failure } = await pair.api('ValidatePullThroughCacheRule', { ecrRepositoryPrefix: 'hub' });
    return { isValid, failure };
  };

  it('asks the upstream with the secret of the rule', async () => {
    expect(await validate()).toEqual({ isValid: true, failure: undefined });
    await pair.api('UpdatePullThroughCacheRule', {
      ecrRepositoryPrefix: 'hub',
      credentialArn: credentialArn.replace('hub-', 'other-'),
    });
    expect(await validate()).toEqual({
      isValid: false,
      failure: expect.stringContaining('The authentication to the upstream registry failed.') as string,
    });
    const answer = await manifest('v1');
    expect(answer.status).toBe(403);
    expect(answer.body.toString()).toContain('the local ECR was not told the secret of the rule');
  });

  it('tells of an upstream that is not there', async () => {
    await pair.upstream.close();
    expect(await validate()).toEqual({
      isValid: false,
      failure: expect.stringContaining(
        `registry-1.docker.io at http://127.0.0.1:${pair.upstream.port}: connect ECONNREFUSED`,
      ) as string,
    });
  });
});

describe('what was cached', () => {
  it('is not mounted elsewhere', async () => {
    await pair.api('PutAccountSetting', { name: 'BLOB_MOUNTING', value: 'ENABLED' });
    await pair.api('CreateRepository', { repositoryName: 'mine' });
    const content = imageContent('one');
    await pair.push('library/app', 'v1', content);
    await pull('v1', content, content.image);
    await eventually(() => isKept(content.image.digest));
    const digest = content.blobs[0]?.digest ?? '';
    const answer = await pair.client.send('POST', `/v2/mine/blobs/uploads/?mount=${digest}&from=${name}`);
    expect(answer.status).toBe(202);
  });

  it('outlives the server, and what had not come is asked for again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-cache-'));
    const content = imageContent('one');
    const late = imageContent('late', { layers: 3 });
    await pair.push('library/app', 'v1', content);
    await pair.push('library/app', 'late', late);
    const rule = { ecrRepositoryPrefix: 'hub', upstreamRegistryUrl: 'registry-1.docker.io', credentialArn };
    const first = await pair.anotherCache({ dataDirectory: folder });
    await callApi(first, 'CreatePullThroughCacheRule', rule);
    const asking = new Client(first.port, await login(first));
    expect((await asking.send('GET', `/v2/${name}/manifests/v1`)).status).toBe(200);
    await eventually(async () => {
      const { imageDetails } = await callApi(first, 'DescribeImages', { repositoryName: name });
      return (imageDetails as unknown[]).length === 1;
    });
    pair.upstream.setFaults([{ operation: 'GetDownloadUrlForLayer', kind: 'latency', milliseconds: 60_000, after: 1 }]);
    expect((await asking.send('GET', `/v2/${name}/manifests/late`)).status).toBe(200);
    asking.close();
    await first.close();
    pair.upstream.clearFaults();

    const second = await pair.anotherCache({ dataDirectory: folder });
    const client = new Client(second.port, await login(second));
    const { imageDetails } = await callApi(second, 'DescribeImages', { repositoryName: name });
    expect(imageDetails).toMatchObject([{ imageDigest: content.image.digest, imageTags: ['v1'] }]);
    for (const [tag, { image, blobs }] of [['v1', content] as const, ['late', late] as const]) {
      expect((await client.send('GET', `/v2/${name}/manifests/${tag}`)).body.equals(image.bytes)).toBe(true);
      for (const { bytes, digest } of blobs) expect((await blob(digest, client)).body.equals(bytes)).toBe(true);
    }
    await eventually(async () => {
      const details = await callApi(second, 'DescribeImages', { repositoryName: name });
      return (details['imageDetails'] as unknown[]).length === 2;
    });
    client.close();
    await second.close();
    rmSync(folder, { recursive: true, force: true });
    expect([...first.defects, ...second.defects]).toEqual([]);
  });
});

describe('a registry of ECR as upstream', () => {
  it('is the one of that account and Region in this very server', async () => {
    const there = { account: '210987654321', region: 'eu-west-1' };
    await callApi(pair.cache, 'CreateRepository', { repositoryName: 'team/app' }, there.account, there.region);
    const pusher = new Client(pair.cache.port, await login(pair.cache, there.account, there.region));
    const content = imageContent('one');
    const path = `/v2/${there.account}.${there.region}/team/app`;
    for (const { bytes, digest } of content.blobs) {
      const begun = await pusher.send('POST', `${path}/blobs/uploads/`);
      await pusher.send('PUT', `${begun.headers.location ?? ''}?digest=${digest}`, { body: bytes });
    }
    const headers = { 'content-type': content.image.mediaType };
    await pusher.send('PUT', `${path}/manifests/v1`, { headers, body: content.image.bytes });

    await pair.api('CreatePullThroughCacheRule', {
      ecrRepositoryPrefix: 'shared',
      upstreamRegistryUrl: `${there.account}.dkr.ecr.${there.region}.amazonaws.com`,
      upstreamRepositoryPrefix: 'team',
      customRoleArn: `arn:aws:iam::${account}:role/puller`,
    });
    const validity = await pair.api('ValidatePullThroughCacheRule', { ecrRepositoryPrefix: 'shared' });
    expect(validity).toMatchObject({ isValid: true });
    const pulled = await pair.client.send('GET', '/v2/shared/app/manifests/v1');
    expect(pulled.body.equals(content.image.bytes)).toBe(true);
    for (const { bytes, digest } of content.blobs) {
      const answer = await pair.client.send('GET', `/v2/shared/app/blobs/${digest}`);
      const got = await pair.client.anonymous().send('GET', answer.headers.location ?? '');
      expect(got.body.equals(bytes)).toBe(true);
    }
    // Its tokens last twelve hours: then a new one is had.
    await pair.cache.clock.advance(13 * 3_600_000);
    const later = new Client(pair.cache.port, await login(pair.cache));
    expect((await later.send('GET', '/v2/shared/app/manifests/none')).status).toBe(404);
    expect((await later.send('HEAD', `/v2/shared/app/manifests/${content.image.digest}`)).status).toBe(200);
    for (const one of [pusher, later]) one.close();
  });
});
