// A tag that is cached: when the upstream is asked about it again, and when it stays.
import { describe, expect, it } from 'vitest';
import { Client, login } from '../distribution/testing/client.js';
import { imageContent } from '../distribution/testing/content.js';
import { day, eventually, name, Pulls } from './testing/pulls.js';

const scene = new Pulls();

describe('a tag that is cached', () => {
  it('is looked at upstream once a day at most, and follows it', async () => {
    const [first, second] = [imageContent('one'), imageContent('two')];
    await scene.pair.push('library/app', 'v1', first);
    await scene.pull('v1', first, first.image);
    await eventually(() => scene.isKept(first.image.digest, 'v1'));
    await scene.pair.push('library/app', 'v1', second);
    await scene.pair.cache.clock.advance(day - 60_000);
    // Tokens last half a day; that of the upstream is by its own clock, which has not moved.
    const client = new Client(scene.pair.cache.port, await login(scene.pair.cache));
    expect((await scene.manifest('v1', 'GET', { client })).body.equals(first.image.bytes)).toBe(true);
    expect(scene.pair.asked()).toEqual({ manifests: 0, layers: 0 });

    await scene.pair.cache.clock.advance(60_000);
    expect((await scene.manifest('v1', 'GET', { client })).body.equals(second.image.bytes)).toBe(true);
    await eventually(() => scene.isKept(second.image.digest, 'v1'));
    expect(await scene.kept()).toContainEqual(expect.not.objectContaining({ imageTags: expect.anything() as unknown }));
    const asked = scene.pair.asked();
    expect(asked.manifests).toBe(2);
    expect((await scene.manifest('v1', 'GET', { client })).body.equals(second.image.bytes)).toBe(true);
    expect(scene.pair.asked()).toEqual(asked);
    client.close();
  });

  it('that has not moved costs one question a day', async () => {
    const content = imageContent('one');
    await scene.pair.push('library/app', 'v1', content);
    await scene.pull('v1', content, content.image);
    await eventually(() => scene.isKept(content.image.digest, 'v1'));
    const before = scene.pair.asked();
    await scene.pair.cache.clock.advance(day);
    const client = new Client(scene.pair.cache.port, await login(scene.pair.cache));
    for (let count = 0; count < 3; count += 1)
      expect((await scene.manifest('v1', 'HEAD', { client })).status).toBe(200);
    expect(scene.pair.asked()).toEqual({ ...before, manifests: before.manifests + 1 });
    // Nobody asks for what a digest names: it cannot change.
    await scene.pair.cache.clock.advance(day);
    const later = new Client(scene.pair.cache.port, await login(scene.pair.cache));
    expect((await scene.manifest(content.image.digest, 'GET', { client: later })).status).toBe(200);
    expect(scene.pair.asked().manifests).toBe(before.manifests + 1);
    for (const one of [client, later]) one.close();
  });

  it.each(['throttle', 'server-error', 'drop', 'deny'] as const)(
    'is served as it is while the upstream answers with %s',
    async (kind) => {
      const content = imageContent('one');
      await scene.pair.push('library/app', 'v1', content);
      await scene.pull('v1', content, content.image);
      await eventually(() => scene.isKept(content.image.digest, 'v1'));
      await scene.pair.cache.clock.advance(2 * day);
      scene.pair.upstream.setFaults([{ operation: '*', kind }]);
      const client = new Client(scene.pair.cache.port, await login(scene.pair.cache));
      expect((await scene.manifest('v1', 'GET', { client })).body.equals(content.image.bytes)).toBe(true);
      const asked = scene.pair.asked();
      expect((await scene.manifest('v1', 'GET', { client })).status).toBe(200);
      expect(scene.pair.asked()).toEqual(asked);
      scene.pair.upstream.clearFaults();
      client.close();
    },
  );

  it('stays where its repository does not let tags move', async () => {
    await scene.pair.api('CreateRepositoryCreationTemplate', {
      prefix: 'hub',
      appliedFor: ['PULL_THROUGH_CACHE'],
      imageTagMutability: 'IMMUTABLE',
    });
    const [first, second] = [imageContent('one'), imageContent('two')];
    await scene.pair.push('library/app', 'v1', first);
    await scene.pull('v1', first, first.image);
    await eventually(() => scene.isKept(first.image.digest, 'v1'));
    await scene.pair.push('library/app', 'v1', second);
    await scene.pair.cache.clock.advance(day);
    const client = new Client(scene.pair.cache.port, await login(scene.pair.cache));
    for (let turn = 0; turn < 2; turn += 1) {
      expect((await scene.manifest('v1', 'GET', { client })).body.equals(first.image.bytes)).toBe(true);
    }
    expect(scene.pair.asked().manifests).toBe(0);
    client.close();
  });

  it('that somebody has pushed is nobody else’s', async () => {
    const [theirs, ours] = [imageContent('one'), imageContent('two')];
    await scene.pair.push('library/app', 'v1', theirs);
    await scene.pull('v1', theirs, theirs.image);
    await eventually(() => scene.isKept(theirs.image.digest, 'v1'));
    for (const { bytes, digest } of ours.blobs) {
      const begun = await scene.pair.client.send('POST', `/v2/${name}/blobs/uploads/`);
      await scene.pair.client.send('PUT', `${begun.headers.location ?? ''}?digest=${digest}`, { body: bytes });
    }
    const headers = { 'content-type': ours.image.mediaType };
    await scene.pair.client.send('PUT', `/v2/${name}/manifests/v1`, { headers, body: ours.image.bytes });
    await scene.pair.cache.clock.advance(2 * day);
    const client = new Client(scene.pair.cache.port, await login(scene.pair.cache));
    const before = scene.pair.asked();
    expect((await scene.manifest('v1', 'GET', { client })).body.equals(ours.image.bytes)).toBe(true);
    expect(scene.pair.asked()).toEqual(before);
    client.close();
  });
});
