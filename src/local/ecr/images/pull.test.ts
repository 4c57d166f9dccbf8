// A pull through the API: manifests, layers, and what is remembered of it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flushPulls } from '../../images/index.js';
import { kinds } from '../../images/model.js';
import { imageManifest, layerOf, sha256, types } from '../../images/testing/manifests.js';
import { account, invalid, openWorld, region, start, type World } from '../../images/testing/world.js';
import type { Repository } from '../repository.js';

let world: World;
let repository: Repository;
const repositoryName = 'team/app';
const shelf = `${account}/${region}/${repositoryName}`;
const text = imageManifest([layerOf('one')]);
const digest = sha256(text);

beforeEach(async () => {
  world = openWorld();
  repository = world.repository(repositoryName);
  await world.image(repository, 'one', 'v1');
});
afterEach(() => world.close());

const get = (imageIds: unknown, more: Record<string, unknown> = {}): Record<string, unknown> =>
  world.call('BatchGetImage', { repositoryName, imageIds, ...more });
const found = (imageTag?: string): Record<string, unknown> => ({
  registryId: account,
  repositoryName,
  imageId: { imageDigest: digest, ...(imageTag !== undefined && { imageTag }) },
  imageManifest: text,
  imageManifestMediaType: types.image,
});

describe('BatchGetImage', () => {
  it('gives the manifest byte for byte, by tag, by digest and by both', () => {
    expect(get([{ imageTag: 'v1' }, { imageTag: 'v1' }])).toEqual({ images: [found('v1')], failures: [] });
    expect(get([{ imageDigest: digest }])).toEqual({ images: [found()], failures: [] });
    expect(get([{ imageDigest: digest, imageTag: 'v1' }])).toEqual({ images: [found('v1')], failures: [] });
  });

  it('tells of each failure beside what it found', () => {
    const absent = sha256('absent');
    const ids = {
      nothing: {},
      digest: { imageDigest: 'sha256' },
      tag: { imageTag: 'a/b' },
      mismatch: { imageDigest: absent, imageTag: 'v1' },
      otherMismatch: { imageDigest: digest, imageTag: 'v2' },
      both: { imageDigest: absent, imageTag: 'v2' },
      absent: { imageDigest: absent },
      noTag: { imageTag: 'v2' },
    };
    const mismatch = {
      failureCode: 'ImageTagDoesNotMatchDigest',
      failureReason: 'Invalid request parameters: given tag does not map to the given digest',
    };
    const notFound = { failureCode: 'ImageNotFound', failureReason: 'Requested image not found' };
    expect(get([...Object.values(ids), { imageTag: 'v1' }])).toEqual({
      images: [found('v1')],
      failures: [
        {
          imageId: ids.nothing,
          failureCode: 'MissingDigestAndTag',
          failureReason: 'Invalid request parameters: both tag and digest cannot be null',
        },
        {
          imageId: ids.digest,
          failureCode: 'InvalidImageDigest',
          failureReason:
            "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
        },
        {
          imageId: ids.tag,
          failureCode: 'InvalidImageTag',
          failureReason: "Invalid request parameters: image tag should satisfy the regex '[a-zA-Z0-9-_.]+'",
        },
        { imageId: ids.mismatch, ...mismatch },
        { imageId: ids.otherMismatch, ...mismatch },
        { imageId: ids.both, ...notFound },
        { imageId: ids.absent, ...notFound },
        { imageId: ids.noTag, ...notFound },
      ],
    });
  });

  it.each(['sha256:', ':00', ' sha256:00', 'sha256:00 ', 'sha256:0g', 'sha256:00\n', 'sha/256:00'])(
    'knows that %j is no digest',
    (imageDigest) => {
      expect(get([{ imageDigest }])).toMatchObject({ images: [], failures: [{ failureCode: 'InvalidImageDigest' }] });
    },
  );

  it('gives what the client takes, and does not translate', () => {
    expect(get([{ imageTag: 'v1' }], { acceptedMediaTypes: [types.dockerImage, types.image] })).toMatchObject({
      images: [found('v1')],
    });
    expect(get([{ imageTag: 'v1' }], { acceptedMediaTypes: [types.dockerImage] })).toEqual({
      images: [],
      failures: [
        { imageId: { imageTag: 'v1' }, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' },
      ],
    });
  });

  it('gives no archived image', () => {
    world.call('UpdateImageStorageClass', {
      repositoryName,
      imageId: { imageTag: 'v1' },
      targetStorageClass: 'ARCHIVE',
    });
    const refused = {
      images: [],
      failures: [
        {
          imageId: { imageTag: 'v1' },
          failureCode: 'ImageInaccessible',
          failureReason: 'Requested image is archived',
        },
      ],
    };
    expect(get([{ imageTag: 'v1' }])).toEqual(refused);
    world.call('UpdateImageStorageClass', {
      repositoryName,
      imageId: { imageTag: 'v1' },
      targetStorageClass: 'STANDARD',
    });
    expect(get([{ imageTag: 'v1' }])).toEqual(refused);
  });

  it('gives no more at once than fits into memory', async () => {
    const tags = Array.from({ length: 9 }, (_, index) => `big-${index}`);
    for (const tag of tags) await world.image(repository, tag, tag, { annotations: { a: 'a'.repeat(4_000_000) } });
    expect(world.refusal('BatchGetImage', { repositoryName, imageIds: tags.map((imageTag) => ({ imageTag })) })).toBe(
      'LimitExceededException: The manifests of the images asked for exceed 33554432 bytes',
    );
    expect(get(tags.slice(1).map((imageTag) => ({ imageTag })))['images']).toHaveLength(8);
  });

  it.each([
    [{ imageIds: [] }, invalid('imageIds', 'must have length greater than or equal to 1')],
    [
      { imageIds: Array.from({ length: 101 }, () => ({})) },
      invalid('imageIds', 'must have length less than or equal to 100'),
    ],
    [
      { imageIds: [{ imageTag: 'a'.repeat(301) }] },
      invalid('imageIds.1.member.imageTag', 'must have length less than or equal to 300'),
    ],
    [
      { imageIds: [{}], acceptedMediaTypes: [] },
      invalid('acceptedMediaTypes', 'must have length greater than or equal to 1'),
    ],
    [{}, invalid('imageIds', 'must not be null')],
  ])('refuses %#', (input, refusal) => {
    expect(world.refusal('BatchGetImage', { repositoryName, ...input })).toBe(refusal);
  });
});

describe('the time of the last pull', () => {
  const pulledAt = (): unknown =>
    (world.call('DescribeImages', { repositoryName })['imageDetails'] as Record<string, unknown>[])[0]?.[
      'lastRecordedPullTime'
    ];

  it('is told at once and written later, each time', async () => {
    expect(pulledAt()).toBeUndefined();
    await world.pass(1_000);
    get([{ imageTag: 'v1' }]);
    expect(pulledAt()).toBe(start / 1000 + 1);
    const written = (): unknown =>
      (world.store.get(kinds.image, shelf, digest) as Record<string, unknown>)['lastRecordedPullTime'];
    expect(written()).toBeUndefined();
    expect(flushPulls(world.store)).toBe(false);
    expect(written()).toBe(start + 1_000);
    await world.pass(1_000);
    get([{ imageDigest: digest }]);
    expect(pulledAt()).toBe(start / 1000 + 2);
    expect(flushPulls(world.store)).toBe(false);
    expect(flushPulls(world.store)).toBe(false);
    expect(pulledAt()).toBe(start / 1000 + 2);
  });

  it('is written a few at a time', async () => {
    await world.image(repository, 'two', 'v2');
    world.repository('other');
    await world.image(world.repository('other'), 'three', 'v1');
    get([{ imageTag: 'v1' }, { imageTag: 'v2' }]);
    world.call('BatchGetImage', { repositoryName: 'other', imageIds: [{ imageTag: 'v1' }] });
    expect(flushPulls(world.store, 1)).toBe(true);
    expect(flushPulls(world.store, 1)).toBe(true);
    flushPulls(world.store, 1);
    expect(flushPulls(world.store, 1)).toBe(false);
    const times = world.store
      .list(kinds.image, shelf)
      .map(([, image]) => (image as Record<string, unknown>)['lastRecordedPullTime']);
    expect(times).toEqual([start, start]);
  });

  it('goes with the image, and with the repository', async () => {
    get([{ imageTag: 'v1' }]);
    world.call('BatchDeleteImage', { repositoryName, imageIds: [{ imageTag: 'v1' }] });
    world.put(repository, text, 'v2');
    expect(pulledAt()).toBeUndefined();
    get([{ imageTag: 'v2' }]);
    world.call('DeleteRepository', { repositoryName, force: true });
    repository = world.repository(repositoryName);
    await world.image(repository, 'one', 'v1');
    flushPulls(world.store);
    expect(pulledAt()).toBeUndefined();
  });

  it('is not that of a caller who is excluded, nor of a session of an excluded role', () => {
    const role = `arn:aws:iam::${account}:role/scanner`;
    world.call('RegisterPullTimeUpdateExclusion', { principalArn: role });
    const session = `arn:aws:sts::${account}:assumed-role/scanner/i-0123`;
    for (const callerArn of [role, session]) {
      world.as({ callerArn }).call('BatchGetImage', { repositoryName, imageIds: [{ imageTag: 'v1' }] });
      expect(pulledAt()).toBeUndefined();
    }
    const other = `arn:aws:sts::${account}:assumed-role/runner/scanner`;
    world.as({ callerArn: other }).call('BatchGetImage', { repositoryName, imageIds: [{ imageTag: 'v1' }] });
    expect(pulledAt()).toBe(start / 1000);
  });

  it('is kept by what happens to the image afterwards', () => {
    get([{ imageTag: 'v1' }]);
    world.put(repository, text, 'v2');
    expect(pulledAt()).toBe(start / 1000);
    flushPulls(world.store);
    expect(pulledAt()).toBe(start / 1000);
  });
});

describe('GetDownloadUrlForLayer', () => {
  const layerDigest = sha256('one');
  it('gives an address', () => {
    expect(world.call('GetDownloadUrlForLayer', { repositoryName, layerDigest })).toEqual({
      downloadUrl: `http://localhost:1/layers/${layerDigest}?at=${start}`,
      layerDigest,
    });
  });

  it('only of layers there are', () => {
    const absent = sha256('absent');
    expect(world.refusal('GetDownloadUrlForLayer', { repositoryName, layerDigest: absent })).toBe(
      `LayersNotFoundException: The layer with digest ${absent} does not exist within the repository with name '${repositoryName}' in the registry with id '${account}'`,
    );
    expect(world.refusal('GetDownloadUrlForLayer', { repositoryName, layerDigest: 'x' })).toBe(
      invalid('layerDigest', "must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"),
    );
  });

  it('only of layers that an image names which can be pulled', async () => {
    const loose = await world.layer(repository, 'loose');
    const refusal =
      'LayerInaccessibleException: The specified layer is not available because it is not associated with an image. Unassociated image layers may be cleaned up at any time.';
    expect(world.refusal('GetDownloadUrlForLayer', { repositoryName, layerDigest: loose })).toBe(refusal);
    world.call('UpdateImageStorageClass', {
      repositoryName,
      imageId: { imageTag: 'v1' },
      targetStorageClass: 'ARCHIVE',
    });
    expect(world.refusal('GetDownloadUrlForLayer', { repositoryName, layerDigest })).toBe(refusal);
  });
});
