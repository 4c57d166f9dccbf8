// An upstream that fails, or refuses the secret of a rule: what is answered, and that nothing false is kept.
import { describe, expect, it } from 'vitest';
import { Client, callApi, login } from '../distribution/testing/client.js';
import { imageContent, manifestOf, types } from '../distribution/testing/content.js';
import { eventually, name, Pulls } from './testing/pulls.js';
import { credentialArn } from './testing/registries.js';
import { startScripted } from './testing/scripted.js';

const scene = new Pulls();

describe('an upstream that fails', () => {
  it.each([
    ['throttle', 429, 'TOOMANYREQUESTS', 'UpstreamTooManyRequests'],
    ['deny', 403, 'DENIED', 'UpstreamAccessDenied'],
    ['server-error', 404, 'MANIFEST_UNKNOWN', 'UpstreamUnavailable'],
    ['drop', 404, 'MANIFEST_UNKNOWN', 'UpstreamUnavailable'],
  ] as const)('with %s is told of in ECR’s terms', async (kind, status, code, failureCode) => {
    const content = imageContent('one');
    await scene.pair.push('library/app', 'v1', content);
    scene.pair.upstream.setFaults([{ operation: '*', kind }]);
    const answer = await scene.manifest('v1');
    expect([answer.status, JSON.parse(answer.body.toString())]).toMatchObject([status, { errors: [{ code }] }]);
    const { failures } = await scene.pair.api('BatchGetImage', {
      repositoryName: name,
      imageIds: [{ imageTag: 'v1' }],
    });
    expect(failures).toMatchObject([{ imageId: { imageTag: 'v1' }, failureCode }]);
    expect(await scene.events()).toMatchObject([
      { detail: { 'sync-status': 'FAILED', 'image-tag': 'v1', 'failure-code': failureCode } },
      { detail: { 'sync-status': 'FAILED' } },
    ]);
    scene.pair.upstream.clearFaults();
    await scene.pull('v1', content, content.image);
  });

  it('in the middle of an image: what has come is served, and the rest is asked for again', async () => {
    const content = imageContent('one', { layers: 3 });
    await scene.pair.push('library/app', 'v1', content);
    scene.pair.upstream.setFaults([{ operation: 'GetDownloadUrlForLayer', kind: 'server-error', after: 2 }]);
    expect((await scene.manifest('v1')).status).toBe(200);
    await eventually(async () => (await scene.events()).length === 1);
    expect(await scene.events()).toMatchObject([
      {
        detail: {
          'sync-status': 'FAILED',
          'image-digest': content.image.digest,
          'failure-code': 'UpstreamUnavailable',
        },
      },
    ]);
    expect(await scene.isKept(content.image.digest)).toBe(false);
    const answers = await Promise.all(content.blobs.map(({ digest }) => scene.blob(digest)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    for (const { status } of answers) expect([200, 404]).toContain(status);
    const broken = content.blobs[answers.findIndex(({ status }) => status === 404)]?.digest ?? '';
    const input = { repositoryName: name, layerDigest: broken };
    expect(await scene.pair.refusal('GetDownloadUrlForLayer', input)).toMatch(/^UnableToGetUpstreamLayerException: /);
    scene.pair.upstream.clearFaults();
    await scene.pull('v1', content, content.image);
    await eventually(() => scene.isKept(content.image.digest, 'v1'));
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
    const cache = await scene.pair.anotherCache({ upstreams: { hub: liar.url } });
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
    const cache = await scene.pair.anotherCache({ upstreams: { 'registry-1.docker.io': odd.url } });
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
    const cache = await scene.pair.anotherCache({ upstreams: { hub: silent.url } });
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
    const { isValid, failure } = await scene.pair.api('ValidatePullThroughCacheRule', { ecrRepositoryPrefix: 'hub' });
    return { isValid, failure };
  };

  it('asks the upstream with the secret of the rule', async () => {
    expect(await validate()).toEqual({ isValid: true, failure: undefined });
    await scene.pair.api('UpdatePullThroughCacheRule', {
      ecrRepositoryPrefix: 'hub',
      credentialArn: credentialArn.replace('hub-', 'other-'),
    });
    expect(await validate()).toEqual({
      isValid: false,
      failure: expect.stringContaining('The authentication to the upstream registry failed.') as string,
    });
    const answer = await scene.manifest('v1');
    expect(answer.status).toBe(403);
    expect(answer.body.toString()).toContain('the local ECR was not told the secret of the rule');
  });

  it('tells of an upstream that is not there', async () => {
    await scene.pair.upstream.close();
    expect(await validate()).toEqual({
      isValid: false,
      failure: expect.stringContaining(
        `registry-1.docker.io at http://127.0.0.1:${scene.pair.upstream.port}: connect ECONNREFUSED`,
      ) as string,
    });
  });
});
