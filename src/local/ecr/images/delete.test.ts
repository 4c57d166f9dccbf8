// BatchDeleteImage and DeleteRepository: what goes with what, what stays, and what is told.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kinds, repositoryKinds } from '../../images/model.js';
import {
  describe as described,
  imageManifest,
  indexManifest,
  layerOf,
  sha256,
  types,
} from '../../images/testing/manifests.js';
import { account, invalid, openWorld, region, type World } from '../../images/testing/world.js';
import type { Repository } from '../repository.js';

let world: World;
let repository: Repository;
const repositoryName = 'team/app';
const shelf = `${account}/${region}/${repositoryName}`;

beforeEach(() => {
  world = openWorld();
  repository = world.repository(repositoryName);
});
afterEach(() => world.close());

const remove = (...imageIds: Record<string, unknown>[]): Record<string, unknown> =>
  world.call('BatchDeleteImage', { repositoryName, imageIds });
const left = (): unknown => world.call('ListImages', { repositoryName, filter: { imageStatus: 'ANY' } })['imageIds'];
const deletions = (): unknown[] =>
  world
    .events()
    .flatMap(({ detail }) =>
      detail['action-type'] === 'DELETE' ? [[detail['image-digest'], detail['image-tag']]] : [],
    );

describe('BatchDeleteImage', () => {
  it('takes a tag, and with the last one the image', async () => {
    const { digest } = await world.image(repository, 'one', 'v1');
    world.put(repository, imageManifest([layerOf('one')]), 'v2');
    expect(remove({ imageTag: 'v1' })).toEqual({ imageIds: [{ imageDigest: digest, imageTag: 'v1' }], failures: [] });
    expect(left()).toEqual([{ imageDigest: digest, imageTag: 'v2' }]);
    expect(remove({ imageTag: 'v2' })).toEqual({ imageIds: [{ imageDigest: digest, imageTag: 'v2' }], failures: [] });
    expect(left()).toEqual([]);
    expect(deletions()).toEqual([
      [digest, 'v1'],
      [digest, 'v2'],
    ]);
  });

  it('takes an image with all its tags by its digest', async () => {
    const { digest } = await world.image(repository, 'one', 'v2');
    world.put(repository, imageManifest([layerOf('one')]), 'v1');
    expect(remove({ imageDigest: digest })).toEqual({
      imageIds: [
        { imageDigest: digest, imageTag: 'v1' },
        { imageDigest: digest, imageTag: 'v2' },
      ],
      failures: [],
    });
    expect(left()).toEqual([]);
    expect(deletions()).toEqual([
      [digest, 'v1'],
      [digest, 'v2'],
    ]);
    expect(world.refusal('DescribeImages', { repositoryName, imageIds: [{ imageTag: 'v1' }] })).toContain(
      'ImageNotFound',
    );
  });

  it('takes an image without tags', async () => {
    const { digest } = await world.image(repository, 'one');
    expect(remove({ imageDigest: digest })).toEqual({ imageIds: [{ imageDigest: digest }], failures: [] });
    expect(deletions()).toEqual([[digest, undefined]]);
  });

  it('takes what ListImages gives', async () => {
    await world.image(repository, 'one', 'v1');
    world.put(repository, imageManifest([layerOf('one')]), 'v2');
    await world.image(repository, 'two');
    const { imageIds } = world.call('ListImages', { repositoryName });
    expect(imageIds).toHaveLength(3);
    expect(world.call('BatchDeleteImage', { repositoryName, imageIds })).toEqual({ imageIds, failures: [] });
    expect(left()).toEqual([]);
  });

  it('takes one tag where a digest stands beside it', async () => {
    const { digest } = await world.image(repository, 'one', 'v1');
    world.put(repository, imageManifest([layerOf('one')]), 'v2');
    expect(remove({ imageDigest: digest, imageTag: 'v1' })['imageIds']).toEqual([
      { imageDigest: digest, imageTag: 'v1' },
    ]);
    expect(left()).toEqual([{ imageDigest: digest, imageTag: 'v2' }]);
  });

  it('leaves what an index names until the index is gone', async () => {
    const { digest } = await world.image(repository, 'one', 'v1');
    const child = described(imageManifest([layerOf('one')]));
    const indexes = [indexManifest([child]), indexManifest([child], { annotations: { a: 'b' } })];
    for (const [number, index] of indexes.entries()) world.put(repository, index, `multi-${number}`);
    const lists = indexes.map((index) => sha256(index)).sort();
    const failure = {
      failureCode: 'ImageReferencedByManifestList',
      failureReason: `Requested image referenced by manifest list: [${lists.join(', ')}]`,
    };
    expect(remove({ imageDigest: digest }, { imageTag: 'v1' })).toEqual({
      imageIds: [],
      failures: [
        { imageId: { imageDigest: digest }, ...failure },
        { imageId: { imageTag: 'v1' }, ...failure },
      ],
    });
    world.put(repository, imageManifest([layerOf('one')]), 'v2');
    expect(remove({ imageTag: 'v2' })).toMatchObject({ failures: [] });
    expect(remove({ imageTag: 'multi-0' }, { imageTag: 'multi-1' }, { imageDigest: digest })).toMatchObject({
      failures: [],
    });
    expect(left()).toEqual([]);
  });

  it('leaves referrers, and what they refer to does not hold on to them', async () => {
    const subject = await world.image(repository, 'one', 'v1');
    const referrer = await world.image(repository, 'signature', undefined, {
      subject: { mediaType: types.image, digest: subject.digest, size: subject.manifestSize },
    });
    remove({ imageTag: 'v1' });
    expect(left()).toEqual([{ imageDigest: referrer.digest }]);
    remove({ imageDigest: referrer.digest });
    expect(left()).toEqual([]);
  });

  it('tells of each failure beside what it took', async () => {
    const { digest } = await world.image(repository, 'one', 'v1');
    const answer = remove({}, { imageDigest: 'x' }, { imageTag: 'a b' }, { imageTag: 'v9' }, { imageTag: 'v1' });
    expect(answer).toEqual({
      imageIds: [{ imageDigest: digest, imageTag: 'v1' }],
      failures: [
        {
          imageId: {},
          failureCode: 'MissingDigestAndTag',
          failureReason: 'Invalid request parameters: both tag and digest cannot be null',
        },
        {
          imageId: { imageDigest: 'x' },
          failureCode: 'InvalidImageDigest',
          failureReason:
            "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
        },
        {
          imageId: { imageTag: 'a b' },
          failureCode: 'InvalidImageTag',
          failureReason: "Invalid request parameters: image tag should satisfy the regex '[a-zA-Z0-9-_.]+'",
        },
        { imageId: { imageTag: 'v9' }, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' },
      ],
    });
    const two = await world.image(repository, 'two', 'v2');
    await world.image(repository, 'three', 'v3');
    expect(remove({ imageDigest: two.digest, imageTag: 'v3' })).toMatchObject({
      imageIds: [],
      failures: [{ failureCode: 'ImageTagDoesNotMatchDigest' }],
    });
    expect(world.refusal('BatchDeleteImage', { repositoryName, imageIds: [] })).toBe(
      invalid('imageIds', 'must have length greater than or equal to 1'),
    );
  });

  it('takes archived images', async () => {
    const { digest } = await world.image(repository, 'one', 'v1');
    world.call('UpdateImageStorageClass', {
      repositoryName,
      imageId: { imageTag: 'v1' },
      targetStorageClass: 'ARCHIVE',
    });
    expect(remove({ imageTag: 'v1' })).toEqual({ imageIds: [{ imageDigest: digest, imageTag: 'v1' }], failures: [] });
  });

  it('leaves nothing of an image but its layers', async () => {
    const { digest } = await world.image(repository, 'one', 'v1');
    remove({ imageDigest: digest });
    const full = repositoryKinds.filter((kind) => world.store.list(kind, shelf).length > 0);
    expect(full).toEqual([kinds.imageCount, kinds.layer]);
    expect(world.store.get(kinds.imageCount, shelf, 'images')).toBe(0);
  });
});

describe('DeleteRepository', () => {
  it('does not take a repository that holds images', async () => {
    await world.image(repository, 'one');
    expect(world.refusal('DeleteRepository', { repositoryName })).toBe(
      `RepositoryNotEmptyException: The repository with name '${repositoryName}' in registry with id '${account}' cannot be deleted because it still contains images`,
    );
    expect(left()).toHaveLength(1);
  });

  it('takes one that holds layers alone', async () => {
    await world.layer(repository, 'one');
    expect(world.call('DeleteRepository', { repositoryName })).toMatchObject({ repository: { repositoryName } });
  });

  it('takes everything where it is forced, and nothing of its neighbour', async () => {
    const neighbour = world.repository(`${repositoryName}-2`);
    await world.image(neighbour, 'one', 'v1');
    const subject = await world.image(repository, 'one', 'v1');
    await world.image(repository, 'two', 'v2', {
      subject: { mediaType: types.image, digest: subject.digest, size: 1 },
    });
    world.put(repository, indexManifest([described(imageManifest([layerOf('one')]))]), 'multi');
    await world.layer(repository, 'loose');
    await world.callAsync('InitiateLayerUpload', { repositoryName });
    world.call('DeleteRepository', { repositoryName, force: true });
    for (const kind of repositoryKinds) expect(world.store.list(kind, shelf)).toEqual([]);
    expect(world.store.list(kinds.looseLayer, 'all')).toEqual([]);
    expect(world.store.list(kinds.blobHolder, sha256('one'))).toEqual([[`${shelf}-2`, null]]);
    expect(world.store.list(kinds.blobHolder, sha256('two'))).toEqual([]);
    const { imageIds } = world.call('ListImages', { repositoryName: neighbour.name });
    expect(imageIds).toHaveLength(1);
    repository = world.repository(repositoryName);
    expect(left()).toEqual([]);
    expect(world.refusal('PutImage', { repositoryName, imageManifest: imageManifest([layerOf('one')]) })).toContain(
      'LayersNotFoundException',
    );
  });
});
