// The registry beside the API: the same faults, tags that stay, the same images and downloads.
import { describe, expect, it } from 'vitest';
import { callApi } from './testing/client.js';
import { bytesOf, digestOf, imageContent } from './testing/content.js';
import { errorOf, RegistryScene } from './testing/scene.js';

const scene = new RegistryScene();

describe('the fault switch', () => {
  const path = '/v2/team/app/blobs/uploads/';

  it('throttles, denies and fails requests as ECR does', async () => {
    for (const [kind, status, code] of [
      ['throttle', 429, 'TOOMANYREQUESTS'],
      ['deny', 403, 'DENIED'],
    ] as const) {
      scene.registry.setFaults([{ operation: 'InitiateLayerUpload', kind, times: 1 }]);
      const answer = await scene.client.send('POST', path);
      expect(answer.status).toBe(status);
      expect(errorOf(answer.body).code).toBe(code);
      expect((await scene.client.send('POST', path)).status).toBe(202);
    }
    scene.registry.setFaults([{ operation: 'BatchGetImage', kind: 'server-error' }]);
    const failed = await scene.client.send('GET', '/v2/team/app/manifests/v1');
    expect(failed.status).toBe(500);
    scene.registry.clearFaults();
  });

  it('cuts connections before and after the work', async () => {
    const put = async (): Promise<unknown> => {
      const { image } = imageContent('cut');
      return scene.client.send('PUT', '/v2/team/app/manifests/cut', {
        headers: { 'content-type': image.mediaType },
        body: image.bytes,
      });
    };
    for (const { bytes } of imageContent('cut').blobs) await scene.pushBlob(bytes);
    scene.registry.setFaults([{ operation: 'PutImage', kind: 'drop', times: 1 }]);
    await expect(put()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await scene.client.send('GET', '/v2/team/app/manifests/cut')).status).toBe(404);
    scene.registry.setFaults([{ operation: 'PutImage', kind: 'drop-after', times: 1 }]);
    await expect(put()).rejects.toMatchObject({ code: 'ECONNRESET' });
    scene.registry.clearFaults();
    expect((await scene.client.send('GET', '/v2/team/app/manifests/cut')).status).toBe(200);
  });

  it('counts requests under the names of the API', async () => {
    scene.registry.resetCalls();
    await scene.pushImage('counted', 'v1');
    await scene.client.send('GET', '/v2/team/app/manifests/v1');
    await scene.client.send('GET', '/v2/team/app/tags/list');
    await scene.client.send('GET', '/v2/');
    await scene.clientOf().send('GET', '/v2/team/app/tags/list');
    expect(scene.registry.calls()).toEqual({ BatchGetImage: 1, InitiateLayerUpload: 3, ListImages: 1, PutImage: 1 });
  });
});

describe('immutable tags', () => {
  it('are refused in ECR’s words the second time', async () => {
    await callApi(scene.registry, 'CreateRepository', { repositoryName: 'fixed', imageTagMutability: 'IMMUTABLE' });
    await scene.pushImage('one', 'v1', 'fixed');
    // The same again is no change.
    await scene.pushImage('one', 'v1', 'fixed');
    const { blobs, image } = imageContent('two');
    for (const { bytes } of blobs) await scene.pushBlob(bytes, 'fixed');
    const { status, body } = await scene.client.send('PUT', '/v2/fixed/manifests/v1', {
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
    const digest = await scene.pushImage('shared', 'v1');
    const described = async (): Promise<Record<string, unknown>> => {
      const { imageDetails } = await callApi(scene.registry, 'DescribeImages', { repositoryName: 'team/app' });
      return (imageDetails as [Record<string, unknown>])[0];
    };
    expect(await described()).toMatchObject({ imageDigest: digest, imageTags: ['v1'] });
    await scene.client.send('HEAD', '/v2/team/app/manifests/v1');
    expect(await described()).not.toHaveProperty('lastRecordedPullTime');
    await scene.client.send('GET', '/v2/team/app/manifests/v1');
    expect(await described()).toHaveProperty('lastRecordedPullTime');
    await callApi(scene.registry, 'UpdateImageStorageClass', {
      repositoryName: 'team/app',
      imageId: { imageDigest: digest },
      targetStorageClass: 'ARCHIVE',
    });
    for (const name of ['v1', digest]) {
      const { status, body } = await scene.client.send('GET', `/v2/team/app/manifests/${name}`);
      expect([status, errorOf(body)]).toEqual([
        404,
        { code: 'MANIFEST_UNKNOWN', message: 'Requested image not found' },
      ]);
    }
  });

  it('lead to the same download', async () => {
    await scene.pushImage('download', 'v1');
    const [, layer] = imageContent('download').blobs;
    if (layer === undefined) throw new Error('no layer');
    const { downloadUrl } = (await callApi(scene.registry, 'GetDownloadUrlForLayer', {
      repositoryName: 'team/app',
      layerDigest: layer.digest,
    })) as { downloadUrl: string };
    const anonymous = scene.clientOf();
    const whole = await anonymous.send('GET', downloadUrl);
    expect([whole.status, whole.body.equals(layer.bytes)]).toEqual([200, true]);
    const { headers } = await scene.client.send('GET', `/v2/team/app/blobs/${layer.digest}`);
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
    await scene.registry.clock.advance(3600_000);
    const late = await anonymous.send('GET', url);
    expect([late.status, late.body.toString()]).toEqual([
      403,
      expect.stringContaining('Request has expired') as string,
    ]);
  });

  it('give an If-Range that has changed the whole', async () => {
    const bytes = bytesOf('if-range', 100);
    const digest = await scene.pushBlob(bytes);
    const { headers } = await scene.client.send('GET', `/v2/team/app/blobs/${digest}`);
    const ask = async (condition: string) =>
      (
        await scene
          .clientOf()
          .send('GET', headers.location ?? '', { headers: { range: 'bytes=0-9', 'if-range': condition } })
      ).status;
    expect(await ask(`"${digest}"`)).toBe(206);
    expect(await ask('"another"')).toBe(200);
  });
});
