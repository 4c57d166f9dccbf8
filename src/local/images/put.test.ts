// What the registry protocol may ask of putting and deleting that the API does not: the letter of the OCI's specification.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Repository } from '../ecr/repository.js';
import {
  deleteImage,
  deleteTag,
  findImage,
  findLayer,
  imagesOf,
  manifestOf,
  putImage,
  referrersOf,
  tagsOf,
} from './index.js';
import { describe as described, imageManifest, indexManifest, layerOf, sha256, types } from './testing/manifests.js';
import { openWorld, type World } from './testing/world.js';

let world: World;
let repository: Repository;
beforeEach(() => {
  world = openWorld();
  repository = world.repository();
});
afterEach(() => world.close());

describe('putImage', () => {
  it('takes references that lead nowhere, and protects what comes later', async () => {
    const layer = layerOf('one');
    const manifest = Buffer.from(imageManifest([layer]));
    const index = Buffer.from(indexManifest([described(manifest.toString())]));
    const options = { origin: 'push', allowMissingReferences: true } as const;
    expect(() => putImage(world.context, repository, { manifest, origin: 'push' })).toThrow('Layers with digests');
    expect(() => putImage(world.context, repository, { manifest: index, origin: 'push' })).toThrow(
      'Images with digests',
    );
    putImage(world.context, repository, { manifest: index, ...options });
    const { image } = putImage(world.context, repository, { manifest, ...options });
    expect(image).toMatchObject({ layers: [sha256('{}'), layer.digest], size: 5 });
    await world.layer(repository, 'one');
    expect(findLayer(world.context, repository, layer.digest)).not.toHaveProperty('looseSince');
    expect(deleteImage(world.context, repository, image.digest)).toMatchObject({
      failureCode: 'ImageReferencedByManifestList',
    });
  });

  it('holds on to no layer that clients fetch elsewhere, unless it was pushed too', async () => {
    const foreign = layerOf('windows', 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip');
    await world.layer(repository, '{}');
    await world.layer(repository, 'one');
    const text = (name: string): string => imageManifest([foreign, layerOf('one')], { annotations: { name } });
    expect(world.put(repository, text('absent')).layers).toEqual([sha256('{}'), sha256('one')]);
    await world.layer(repository, 'windows');
    expect(world.put(repository, text('there')).layers).toEqual([sha256('{}'), foreign.digest, sha256('one')]);
  });

  it('takes an image without layers where that is allowed', async () => {
    await world.layer(repository, '{}');
    const manifest = Buffer.from(imageManifest([]));
    expect(() => putImage(world.context, repository, { manifest, origin: 'push' })).toThrow('at least 1 layer');
    const { image } = putImage(world.context, repository, { manifest, origin: 'push', allowNoLayers: true });
    expect(image.layers).toEqual([sha256('{}')]);
  });

  it('goes by the algorithm of the digest that was promised', () => {
    const manifest = Buffer.from(indexManifest([]));
    const digest = `sha512:${createHash('sha512').update(manifest).digest('hex')}`;
    const { image } = putImage(world.context, repository, { manifest, origin: 'push', digest });
    expect(image.digest).toBe(digest);
    expect(manifestOf(world.context, repository, digest)).toBe(manifest.toString());
    const wrong = { manifest, origin: 'push', digest: `sha512:${'0'.repeat(128)}` } as const;
    expect(() => putImage(world.context, repository, wrong)).toThrow('does not match');
  });

  it('says that nothing has changed, and then tells nobody', () => {
    const manifest = Buffer.from(indexManifest([]));
    const put = (tag?: string): boolean =>
      putImage(world.context, repository, { manifest, origin: 'push', ...(tag !== undefined && { tag }) }).existed;
    expect([put('v1'), put('v1'), put(), put('v2'), put('v2')]).toEqual([false, true, true, false, true]);
    expect(world.events()).toHaveLength(2);
    const immutable = world.repository(repository.name, { imageTagMutability: 'IMMUTABLE' });
    expect(putImage(world.context, immutable, { manifest, origin: 'push', tag: 'v1' }).existed).toBe(true);
  });

  it('tells of pushes alone', () => {
    for (const origin of ['replication', 'pull-through'] as const) {
      const manifest = Buffer.from(indexManifest([], { annotations: { origin } }));
      expect(putImage(world.context, repository, { manifest, origin }).image.origin).toBe(origin);
    }
    expect(world.events()).toEqual([]);
  });
});

describe('deletions', () => {
  it('may leave an image whose last tag goes', () => {
    const { digest } = world.put(repository, indexManifest([]), 'v1');
    expect(deleteTag(world.context, repository, 'v1', { keepUntagged: true })).toEqual({
      deleted: [{ imageDigest: digest, imageTag: 'v1' }],
    });
    expect(findImage(world.context, repository, { digest })).toMatchObject({ tags: [] });
    expect(findImage(world.context, repository, { tag: 'v1' })).toBeUndefined();
    expect(deleteTag(world.context, repository, 'v1')).toEqual({
      failureCode: 'ImageNotFound',
      failureReason: 'Requested image not found',
    });
  });

  it('may take what an index names', () => {
    const child = indexManifest([]);
    const { digest } = world.put(repository, child);
    world.put(repository, indexManifest([described(child, types.index)]));
    expect(deleteImage(world.context, repository, digest, { evenIfReferenced: true })).toHaveProperty('deleted');
    expect(deleteImage(world.context, repository, digest)).toHaveProperty('failureCode', 'ImageNotFound');
    expect(deleteImage(world.context, repository, 'nonsense')).toHaveProperty('failureCode', 'ImageNotFound');
  });

  it('may go unheard', () => {
    const { digest } = world.put(repository, indexManifest([]), 'v1');
    deleteImage(world.context, repository, digest, { quiet: true });
    expect(world.events().map((event) => event.detail['action-type'])).toEqual(['PUSH']);
  });
});

describe('finding', () => {
  it('goes by digest, by tag, or by both that agree', () => {
    const { digest } = world.put(repository, indexManifest([]), 'v1');
    const find = (digestOf?: string, tag?: string): unknown =>
      findImage(world.context, repository, {
        ...(digestOf !== undefined && { digest: digestOf }),
        ...(tag !== undefined && { tag }),
      })?.digest;
    expect([find(digest), find(undefined, 'v1'), find(digest, 'v1')]).toEqual([digest, digest, digest]);
    expect([find(), find('x'), find(sha256('x')), find(sha256('x'), 'v1'), find(digest, 'v2')]).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
    expect(() => manifestOf(world.context, repository, sha256('x'))).toThrow('no manifest');
  });

  it('lists tags and images from a place on', () => {
    const images = ['a', 'b', 'c'].map((name) =>
      world.put(repository, indexManifest([], { annotations: { name } }), name),
    );
    expect(tagsOf(world.context, repository, undefined, 2)).toEqual(['a', 'b']);
    expect(tagsOf(world.context, repository, 'b', 2)).toEqual(['c']);
    const digests = images.map(({ digest }) => digest).sort();
    expect(imagesOf(world.context, repository, undefined, 10).map(({ digest }) => digest)).toEqual(digests);
    expect(imagesOf(world.context, repository, digests[0], 1).map(({ digest }) => digest)).toEqual([digests[1]]);
    const imageId = { imageTag: 'b' };
    const targetStorageClass = 'ARCHIVE';
    world.call('UpdateImageStorageClass', { repositoryName: repository.name, imageId, targetStorageClass });
    expect(imagesOf(world.context, repository, undefined, 10).map(({ digest }) => digest)).toEqual(digests);
    expect(tagsOf(world.context, repository, undefined, 10)).toEqual(['a', 'c']);
  });

  it('knows what refers to an image', () => {
    const subject = world.put(repository, indexManifest([]));
    const named = { mediaType: types.index, digest: subject.digest, size: 1 };
    const referrer = world.put(repository, indexManifest([], { subject: named }));
    expect(referrersOf(world.context, repository, subject.digest)).toEqual([referrer]);
    expect(referrersOf(world.context, repository, referrer.digest)).toEqual([]);
  });
});
