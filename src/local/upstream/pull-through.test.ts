// Pulls through the cache of one local ECR from another: what is answered, what is kept, and what of it outlives the server.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Client, callApi, login } from '../distribution/testing/client.js';
import { artifactContent, imageContent, indexContent, types } from '../distribution/testing/content.js';
import { eventually, name, Pulls } from './testing/pulls.js';
import { account, credentialArn } from './testing/registries.js';

const scene = new Pulls();

describe('the first pull', () => {
  it('gives what the upstream has, and keeps it', async () => {
    const content = imageContent('one');
    await scene.pair.push('library/app', 'v1', content);
    await scene.pull('v1', content, content.image);
    await eventually(() => scene.isKept(content.image.digest, 'v1'));
    const { repositories } = await scene.pair.api('DescribeRepositories', {});
    expect(repositories).toMatchObject([
      {
        repositoryName: name,
        imageTagMutability: 'MUTABLE',
        encryptionConfiguration: { encryptionType: 'AES256' },
      },
    ]);
    const asked = scene.pair.asked();
    // The upstream may go now.
    scene.pair.upstream.setFaults([{ operation: '*', kind: 'drop' }]);
    await scene.pull('v1', content, content.image);
    expect(scene.pair.asked()).toEqual(asked);
    scene.pair.upstream.clearFaults();
    const [details] = await scene.kept();
    expect(details).toMatchObject({ lastRecordedPullTime: expect.any(Number) as number });
  });

  it('asks for each thing once, however many ask for it', async () => {
    const content = imageContent('one', { layers: 4 });
    await scene.pair.push('library/app', 'v1', content);
    const clients = Array.from(
      { length: 20 },
      () => new Client(scene.pair.cache.port, scene.pair.client.authorization),
    );
    const answers = await Promise.all(clients.map((client) => scene.manifest('v1', 'GET', { client })));
    for (const { status, body } of answers) expect([status, body.equals(content.image.bytes)]).toEqual([200, true]);
    for (const { bytes, digest } of content.blobs) {
      const pieces = await Promise.all(clients.map((client) => scene.blob(digest, client)));
      for (const { body } of pieces) expect(body.equals(bytes)).toBe(true);
    }
    await eventually(() => scene.isKept(content.image.digest));
    expect(scene.pair.asked().manifests).toBe(1);
    expect(scene.pair.asked().layers).toBe(content.blobs.length);
    for (const client of clients) client.close();
  });

  it('HEAD tells of it and brings it too', async () => {
    const content = imageContent('one');
    await scene.pair.push('library/app', 'v1', content);
    const head = await scene.manifest('v1', 'HEAD');
    expect(head).toMatchObject({
      status: 200,
      headers: {
        'docker-content-digest': content.image.digest,
        'content-type': types.image,
        'content-length': String(content.image.bytes.length),
      },
    });
    await eventually(() => scene.isKept(content.image.digest, 'v1'));
    const digest = content.blobs[0]?.digest ?? '';
    expect((await scene.pair.client.send('HEAD', `/v2/${name}/blobs/${digest}`)).status).toBe(200);
  });

  it('of an index keeps the index at once, and each image as it is asked for', async () => {
    const parts = [imageContent('amd64'), imageContent('arm64')];
    const index = indexContent(parts);
    await scene.pair.push('library/app', 'v1', index);
    expect((await scene.manifest('v1')).body.equals(index.index.bytes)).toBe(true);
    expect(await scene.kept()).toMatchObject([{ imageDigest: index.index.digest, imageTags: ['v1'] }]);
    // An index whose images nobody has asked for is not broken.
    const checked = await (await fetch(`${scene.pair.cache.url}/_slipway/check`)).text();
    expect(checked).not.toContain('local/');
    const [first, second] = parts;
    if (first === undefined || second === undefined) throw new Error('no parts');
    expect((await scene.manifest(first.image.digest)).body.equals(first.image.bytes)).toBe(true);
    await eventually(() => scene.isKept(first.image.digest));
    expect(await scene.isKept(second.image.digest)).toBe(false);
    // What was not asked for is still to be had.
    expect((await scene.manifest(second.image.digest)).status).toBe(200);
    await eventually(() => scene.isKept(second.image.digest));
    expect(await scene.kept()).toHaveLength(3);
  });

  it('takes what the upstream has: Docker’s manifests, and what is no image', async () => {
    const docker = imageContent('docker', { docker: true });
    await scene.pair.push('library/app', 'docker', docker);
    await scene.pull('docker', docker, docker.image);
    const { artifact, ...content } = artifactContent('thing');
    await scene.pair.push('library/app', 'thing', content);
    await scene.pull('thing', content, artifact);
    await eventually(async () => (await scene.kept()).length === 2);
  });

  it('makes the repository by a template', async () => {
    await scene.pair.api('CreateRepositoryCreationTemplate', {
      prefix: 'hub',
      appliedFor: ['PULL_THROUGH_CACHE'],
      imageTagMutability: 'IMMUTABLE',
    });
    const content = imageContent('one');
    await scene.pair.push('library/app', 'v1', content);
    await scene.pull('v1', content, content.image);
    expect(await scene.pair.api('DescribeRepositories', {})).toMatchObject({
      repositories: [{ repositoryName: name, imageTagMutability: 'IMMUTABLE' }],
    });
  });

  it('is not found where a template cannot make the repository', async () => {
    await scene.pair.api('CreateRepositoryCreationTemplate', {
      prefix: 'hub',
      appliedFor: ['PULL_THROUGH_CACHE'],
      resourceTags: [{ Key: 'a', Value: 'b' }],
    });
    await scene.pair.push('library/app', 'v1', imageContent('one'));
    const answer = await scene.manifest('v1');
    expect([answer.status, JSON.parse(answer.body.toString())]).toMatchObject([
      404,
      { errors: [{ code: 'NAME_UNKNOWN' }] },
    ]);
    expect(await scene.pair.api('DescribeRepositories', {})).toEqual({ repositories: [] });
  });

  it('leaves nothing behind of what the upstream has not', async () => {
    await scene.pair.push('library/other', 'v1', imageContent('one'));
    for (const reference of ['v1', `sha256:${'0'.repeat(64)}`]) {
      const answer = await scene.manifest(reference);
      expect([answer.status, JSON.parse(answer.body.toString())]).toMatchObject([
        404,
        { errors: [{ code: 'NAME_UNKNOWN' }] },
      ]);
    }
    expect((await scene.blob(`sha256:${'0'.repeat(64)}`)).status).toBe(404);
    expect(await scene.pair.api('DescribeRepositories', {})).toEqual({ repositories: [] });
    expect(await scene.events()).toEqual([]);
  });

  it('is only of names under a rule', async () => {
    await scene.pair.push('library/app', 'v1', imageContent('one'));
    for (const path of ['/v2/library/app/manifests/v1', '/v2/hubs/library/app/manifests/v1', '/v2/hub/manifests/v1']) {
      expect((await scene.pair.client.send('GET', path)).status).toBe(404);
    }
    expect(scene.pair.asked()).toEqual({ manifests: 0, layers: 0 });
  });

  it('is told of', async () => {
    const content = imageContent('one');
    await scene.pair.push('library/app', 'v1', content);
    await scene.pull('v1', content, content.image);
    await eventually(() => scene.isKept(content.image.digest));
    expect(await scene.events()).toMatchObject([
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
    await scene.pair.push('library/app', 'v1', content);
    await scene.pair.push('library/copy', 'v1', content);
    await scene.pull('v1', content, content.image);
    await eventually(() => scene.isKept(content.image.digest));
    const { layers } = scene.pair.asked();
    expect((await scene.pair.client.send('GET', '/v2/hub/library/copy/manifests/v1')).status).toBe(200);
    await eventually(async () => {
      const { imageDetails } = await scene.pair.api('DescribeImages', { repositoryName: 'hub/library/copy' });
      return (imageDetails as unknown[]).length === 1;
    });
    expect(scene.pair.asked().layers).toBe(layers);
  });
});

describe('through the API', () => {
  it('BatchGetImage and GetDownloadUrlForLayer pull whole images', async () => {
    const content = imageContent('one');
    await scene.pair.push('library/app', 'v1', content);
    const { images, failures } = await scene.pair.api('BatchGetImage', {
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
      const { downloadUrl } = await scene.pair.api('GetDownloadUrlForLayer', {
        repositoryName: name,
        layerDigest: digest,
      });
      const answer = await fetch(String(downloadUrl));
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    }
    expect(await scene.isKept(content.image.digest, 'v1')).toBe(true);
    const again = await scene.pair.api('BatchGetImage', { repositoryName: name, imageIds: [{ imageTag: 'v1' }] });
    expect(again['images']).toEqual(images);
  });

  it('an image of another type, or that the tag does not mean, is refused as ever', async () => {
    const content = imageContent('one');
    await scene.pair.push('library/app', 'v1', content);
    const ask = (imageId: Record<string, unknown>, more: Record<string, unknown> = {}) =>
      scene.pair.api('BatchGetImage', { repositoryName: name, imageIds: [imageId], ...more });
    expect(await ask({ imageTag: 'v1' }, { acceptedMediaTypes: [types.index] })).toMatchObject({
      images: [],
      failures: [{ failureCode: 'ImageNotFound' }],
    });
    await eventually(() => scene.isKept(content.image.digest));
    expect(await ask({ imageTag: 'v1', imageDigest: `sha256:${'0'.repeat(64)}` })).toMatchObject({
      failures: [{ failureCode: 'ImageTagDoesNotMatchDigest' }],
    });
  });

  it('what no rule names is as it was', async () => {
    expect(
      await scene.pair.refusal('BatchGetImage', { repositoryName: 'none', imageIds: [{ imageTag: 'v1' }] }),
    ).toMatch(/^RepositoryNotFoundException/);
    const input = { repositoryName: 'none', layerDigest: `sha256:${'0'.repeat(64)}` };
    expect(await scene.pair.refusal('GetDownloadUrlForLayer', input)).toMatch(/^RepositoryNotFoundException/);
  });
});

describe('what was cached', () => {
  it('is not mounted elsewhere', async () => {
    await scene.pair.api('PutAccountSetting', { name: 'BLOB_MOUNTING', value: 'ENABLED' });
    await scene.pair.api('CreateRepository', { repositoryName: 'mine' });
    const content = imageContent('one');
    await scene.pair.push('library/app', 'v1', content);
    await scene.pull('v1', content, content.image);
    await eventually(() => scene.isKept(content.image.digest));
    const digest = content.blobs[0]?.digest ?? '';
    const answer = await scene.pair.client.send('POST', `/v2/mine/blobs/uploads/?mount=${digest}&from=${name}`);
    expect(answer.status).toBe(202);
  });

  it('outlives the server, and what had not come is asked for again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-cache-'));
    const content = imageContent('one');
    const late = imageContent('late', { layers: 3 });
    await scene.pair.push('library/app', 'v1', content);
    await scene.pair.push('library/app', 'late', late);
    const rule = { ecrRepositoryPrefix: 'hub', upstreamRegistryUrl: 'registry-1.docker.io', credentialArn };
    const first = await scene.pair.anotherCache({ dataDirectory: folder });
    await callApi(first, 'CreatePullThroughCacheRule', rule);
    const asking = new Client(first.port, await login(first));
    expect((await asking.send('GET', `/v2/${name}/manifests/v1`)).status).toBe(200);
    await eventually(async () => {
      const { imageDetails } = await callApi(first, 'DescribeImages', { repositoryName: name });
      return (imageDetails as unknown[]).length === 1;
    });
    scene.pair.upstream.setFaults([
      { operation: 'GetDownloadUrlForLayer', kind: 'latency', milliseconds: 60_000, after: 1 },
    ]);
    expect((await asking.send('GET', `/v2/${name}/manifests/late`)).status).toBe(200);
    asking.close();
    await first.close();
    scene.pair.upstream.clearFaults();

    const second = await scene.pair.anotherCache({ dataDirectory: folder });
    const client = new Client(second.port, await login(second));
    const { imageDetails } = await callApi(second, 'DescribeImages', { repositoryName: name });
    expect(imageDetails).toMatchObject([{ imageDigest: content.image.digest, imageTags: ['v1'] }]);
    for (const [tag, { image, blobs }] of [['v1', content] as const, ['late', late] as const]) {
      expect((await client.send('GET', `/v2/${name}/manifests/${tag}`)).body.equals(image.bytes)).toBe(true);
      for (const { bytes, digest } of blobs) expect((await scene.blob(digest, client)).body.equals(bytes)).toBe(true);
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
    await callApi(scene.pair.cache, 'CreateRepository', { repositoryName: 'team/app' }, there.account, there.region);
    const pusher = new Client(scene.pair.cache.port, await login(scene.pair.cache, there.account, there.region));
    const content = imageContent('one');
    const path = `/v2/${there.account}.${there.region}/team/app`;
    for (const { bytes, digest } of content.blobs) {
      const begun = await pusher.send('POST', `${path}/blobs/uploads/`);
      await pusher.send('PUT', `${begun.headers.location ?? ''}?digest=${digest}`, { body: bytes });
    }
    const headers = { 'content-type': content.image.mediaType };
    await pusher.send('PUT', `${path}/manifests/v1`, { headers, body: content.image.bytes });

    await scene.pair.api('CreatePullThroughCacheRule', {
      ecrRepositoryPrefix: 'shared',
      upstreamRegistryUrl: `${there.account}.dkr.ecr.${there.region}.amazonaws.com`,
      upstreamRepositoryPrefix: 'team',
      customRoleArn: `arn:aws:iam::${account}:role/puller`,
    });
    const validity = await scene.pair.api('ValidatePullThroughCacheRule', { ecrRepositoryPrefix: 'shared' });
    expect(validity).toMatchObject({ isValid: true });
    const pulled = await scene.pair.client.send('GET', '/v2/shared/app/manifests/v1');
    expect(pulled.body.equals(content.image.bytes)).toBe(true);
    for (const { bytes, digest } of content.blobs) {
      const answer = await scene.pair.client.send('GET', `/v2/shared/app/blobs/${digest}`);
      const got = await scene.pair.client.anonymous().send('GET', answer.headers.location ?? '');
      expect(got.body.equals(bytes)).toBe(true);
    }
    // Its tokens last twelve hours: then a new one is had.
    await scene.pair.cache.clock.advance(13 * 3_600_000);
    const later = new Client(scene.pair.cache.port, await login(scene.pair.cache));
    expect((await later.send('GET', '/v2/shared/app/manifests/none')).status).toBe(404);
    expect((await later.send('HEAD', `/v2/shared/app/manifests/${content.image.digest}`)).status).toBe(200);
    for (const one of [pusher, later]) one.close();
  });
});
