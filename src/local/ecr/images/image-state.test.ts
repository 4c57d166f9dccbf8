// UpdateImageStorageClass with what follows from it over time, and DescribeImageSigningStatus.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kinds } from '../../images/model.js';
import {
  describe as described,
  imageManifest,
  indexManifest,
  layerOf,
  sha256,
  types,
} from '../../images/testing/manifests.js';
import { account, invalid, openWorld, start, type World } from '../../images/testing/world.js';
import { firstDue } from '../../timetable.js';
import { type Repository, removeRepository } from '../repository.js';

let world: World;
let repository: Repository;
const repositoryName = 'team/app';
const text = imageManifest([layerOf('one')]);
const digest = sha256(text);
const twentyMinutes = 20 * 60_000;

beforeEach(async () => {
  world = openWorld();
  repository = world.repository(repositoryName);
  await world.image(repository, 'one', 'v1');
});
afterEach(() => world.close());

const move = (
  targetStorageClass: string,
  imageId: Record<string, unknown> = { imageTag: 'v1' },
): Record<string, unknown> => world.call('UpdateImageStorageClass', { repositoryName, imageId, targetStorageClass });
const refused = (targetStorageClass: string, imageId: Record<string, unknown> = { imageTag: 'v1' }): string =>
  world.refusal('UpdateImageStorageClass', { repositoryName, imageId, targetStorageClass });
const detail = (imageId: Record<string, unknown> = { imageDigest: digest }): Record<string, unknown> | undefined =>
  (
    world.call('DescribeImages', { repositoryName, imageIds: [imageId] })['imageDetails'] as Record<string, unknown>[]
  )[0];
const layer = (): unknown =>
  (
    world.call('BatchCheckLayerAvailability', { repositoryName, layerDigests: [sha256('one')] })['layers'] as unknown[]
  )[0];
const moves = (): unknown[] => world.events().filter((event) => event.detail['action-type'] === 'UPDATE_STORAGE_CLASS');

describe('UpdateImageStorageClass', () => {
  it('archives an image, and brings it back after a while', async () => {
    const about = { registryId: account, repositoryName, imageId: { imageDigest: digest, imageTag: 'v1' } };
    expect(move('ARCHIVE')).toEqual({ ...about, imageStatus: 'ARCHIVED' });
    expect(detail()).toMatchObject({ imageStatus: 'ARCHIVED', lastArchivedAt: start / 1000, imageTags: ['v1'] });
    expect(layer()).toEqual({
      layerDigest: sha256('one'),
      layerAvailability: 'ARCHIVED',
      layerSize: 3,
      mediaType: types.layer,
    });
    await world.pass(1_000);
    expect(move('STANDARD')).toEqual({ ...about, imageStatus: 'ACTIVATING' });
    await world.pass(twentyMinutes - 1);
    expect(detail()).toMatchObject({ imageStatus: 'ACTIVATING' });
    expect(layer()).toMatchObject({ layerAvailability: 'ARCHIVED' });
    await world.pass(1);
    expect(detail()).toMatchObject({
      imageStatus: 'ACTIVE',
      lastArchivedAt: start / 1000,
      lastActivatedAt: start / 1000 + 1 + 1_200,
    });
    expect(layer()).toMatchObject({ layerAvailability: 'AVAILABLE' });
    expect(world.call('BatchGetImage', { repositoryName, imageIds: [{ imageTag: 'v1' }] })['failures']).toEqual([]);
  });

  it('tells EventBridge when an image was archived, and when it is back', async () => {
    move('ARCHIVE');
    move('STANDARD');
    expect(moves()).toHaveLength(1);
    await world.pass(twentyMinutes);
    const common = {
      'action-type': 'UPDATE_STORAGE_CLASS',
      'image-digest': digest,
      'repository-name': repositoryName,
      result: 'SUCCESS',
      'manifest-media-type': types.image,
      'artifact-media-type': types.config,
    };
    expect(moves()).toMatchObject([
      {
        'detail-type': 'ECR Image Action',
        account,
        resources: [],
        detail: { ...common, 'target-storage-class': 'ARCHIVE' },
      },
      {
        'detail-type': 'ECR Image Action',
        account,
        time: '2023-11-14T22:33:20Z',
        detail: {
          ...common,
          'target-storage-class': 'STANDARD',
          'last-activated-at': new Date(start + twentyMinutes).toISOString(),
        },
      },
    ]);
    expect(Object.keys((moves()[0] as { detail: object }).detail)).not.toContain('last-activated-at');
  });

  it('changes nothing where there is nothing to change', () => {
    expect(move('STANDARD')).toMatchObject({ imageStatus: 'ACTIVE' });
    move('ARCHIVE');
    expect(move('ARCHIVE')).toMatchObject({ imageStatus: 'ARCHIVED' });
    move('STANDARD');
    expect(move('STANDARD')).toMatchObject({ imageStatus: 'ACTIVATING' });
    expect(refused('ARCHIVE')).toBe(
      'ImageStorageClassUpdateNotSupportedException: The requested image storage class update is not supported.',
    );
    expect(moves()).toHaveLength(1);
  });

  it('leaves what an index names', () => {
    const index = indexManifest([described(text)]);
    world.put(repository, index, 'multi');
    expect(refused('ARCHIVE')).toBe(
      `ImageStorageClassUpdateNotSupportedException: Requested image referenced by manifest list: [${sha256(index)}]`,
    );
    expect(move('ARCHIVE', { imageTag: 'multi' })).toMatchObject({ imageStatus: 'ARCHIVED' });
    expect(detail()).toMatchObject({ imageStatus: 'ACTIVE' });
  });

  it('takes what refers to an image along, and what refers to that', async () => {
    const signature = await world.image(repository, 'signature', undefined, {
      artifactType: 'application/vnd.dev.cosign',
      subject: described(text),
    });
    const comment = await world.image(repository, 'comment', undefined, {
      subject: { ...described(''), digest: signature.digest },
    });
    const status = (one: { digest: string }): unknown => detail({ imageDigest: one.digest })?.['imageStatus'];
    move('ARCHIVE');
    expect([signature, comment].map(status)).toEqual(['ARCHIVED', 'ARCHIVED']);
    move('STANDARD');
    expect([signature, comment].map(status)).toEqual(['ACTIVATING', 'ACTIVATING']);
    await world.pass(twentyMinutes);
    expect([signature, comment].map(status)).toEqual(['ACTIVE', 'ACTIVE']);
    const types = world.events().filter((event) => event.detail['action-type'] === 'UPDATE_STORAGE_CLASS');
    expect(types.map((event) => [event['detail-type'], event.detail['target-storage-class']])).toEqual(
      expect.arrayContaining([
        ['ECR Image Action', 'ARCHIVE'],
        ['ECR Referrer Action', 'ARCHIVE'],
        ['ECR Referrer Action', 'STANDARD'],
      ]),
    );
    expect(types).toHaveLength(6);
  });

  it('ends where images refer to each other in a circle', () => {
    // No two manifests can name each other's digests; a store that somebody mended by hand may say so.
    const refer = (subject: string, name: string): { digest: string } =>
      world.put(
        repository,
        indexManifest([], { subject: { mediaType: types.index, digest: subject, size: 1 }, annotations: { name } }),
      );
    const first = refer(sha256('x'), 'first');
    const second = refer(first.digest, 'second');
    const shelf = `${account}/eu-west-1/${repositoryName}`;
    world.store.put(kinds.referrer, shelf, `${second.digest}/ACTIVE/${first.digest}`, null);
    expect(move('ARCHIVE', { imageDigest: second.digest })).toMatchObject({ imageStatus: 'ARCHIVED' });
  });

  it('keeps a shared layer available while an active image names it', async () => {
    await world.layer(repository, 'two');
    world.put(repository, imageManifest([layerOf('one'), layerOf('two')]), 'v2');
    move('ARCHIVE');
    expect(layer()).toMatchObject({ layerAvailability: 'AVAILABLE' });
    move('ARCHIVE', { imageTag: 'v2' });
    expect(layer()).toMatchObject({ layerAvailability: 'ARCHIVED' });
  });

  it('is undone at once by a push of the image', async () => {
    for (const restoring of [false, true]) {
      move('ARCHIVE');
      if (restoring) move('STANDARD');
      await world.pass(1_000);
      const imageTag = restoring ? 'v2' : 'v1';
      expect(world.call('PutImage', { repositoryName, imageManifest: text, imageTag })).toHaveProperty('image');
      expect(detail()).toMatchObject({ imageStatus: 'ACTIVE', imagePushedAt: start / 1000 });
    }
    expect(detail()).toMatchObject({ imageTags: ['v1', 'v2'], lastActivatedAt: start / 1000 + 2 });
    expect(firstDue(world.store)).toBeUndefined();
    world.call('PutImage', { repositoryName, imageManifest: text, imageTag: 'v3' });
  });

  it('gives a tag of an archived image to another', async () => {
    move('ARCHIVE');
    const two = await world.image(repository, 'two', 'v1');
    expect(detail({ imageTag: 'v1' })).toMatchObject({ imageDigest: two.digest, imageStatus: 'ACTIVE' });
    expect(detail()).not.toHaveProperty('imageTags');
  });

  it('is forgotten where the image or the repository goes before the time', async () => {
    move('ARCHIVE');
    move('STANDARD');
    world.call('BatchDeleteImage', { repositoryName, imageIds: [{ imageTag: 'v1' }] });
    await world.pass(twentyMinutes);
    expect(moves()).toHaveLength(1);
    await world.image(repository, 'two', 'v2');
    move('ARCHIVE', { imageTag: 'v2' });
    move('STANDARD', { imageTag: 'v2' });
    removeRepository(world.context, repository);
    await world.pass(twentyMinutes);
    expect(moves()).toHaveLength(2);
    expect(firstDue(world.store)).toBeUndefined();
  });

  it.each([
    [
      { imageId: { imageTag: 'none' } },
      `ImageNotFoundException: The image with imageId {imageDigest:'null', imageTag:'none'} does not exist within the repository with name '${repositoryName}' in the registry with id '${account}'`,
    ],
    [{ imageId: {} }, 'InvalidParameterException: Invalid request parameters: both tag and digest cannot be null'],
    [
      { imageId: { imageTag: 'a b' } },
      "InvalidParameterException: Invalid request parameters: image tag should satisfy the regex '[a-zA-Z0-9-_.]+'",
    ],
    [
      { targetStorageClass: 'GLACIER' },
      invalid('targetStorageClass', 'Member must satisfy enum value set: [STANDARD, ARCHIVE]'),
    ],
    [{ targetStorageClass: null }, invalid('targetStorageClass', 'must not be null')],
    [{ imageId: null }, invalid('imageId', 'must not be null')],
  ])('refuses %j', (input, refusal) => {
    const whole = { repositoryName, imageId: { imageTag: 'v1' }, targetStorageClass: 'ARCHIVE', ...input };
    expect(world.refusal('UpdateImageStorageClass', whole)).toBe(refusal);
  });
});

describe('DescribeImageSigningStatus', () => {
  const profile = (name: string): string => `arn:aws:signer:eu-west-1:${account}:/signing-profiles/${name}`;
  const ask = (imageTag: string): unknown =>
    world.call('DescribeImageSigningStatus', { repositoryName, imageId: { imageTag } });

  it('tells of each profile that was to sign the image, and that none has', async () => {
    expect(ask('v1')).toEqual({
      registryId: account,
      repositoryName,
      imageId: { imageDigest: digest, imageTag: 'v1' },
      signingStatuses: [],
    });
    const filters = (...all: string[]): unknown => all.map((filter) => ({ filter, filterType: 'WILDCARD_MATCH' }));
    world.call('PutSigningConfiguration', {
      signingConfiguration: {
        rules: [
          { signingProfileArn: profile('every') },
          { signingProfileArn: profile('team'), repositoryFilters: filters('other', 'team/*') },
          { signingProfileArn: profile('other'), repositoryFilters: filters('team') },
          { signingProfileArn: profile('every'), repositoryFilters: filters('*') },
        ],
      },
    });
    await world.image(repository, 'two', 'v2');
    const failed = {
      status: 'FAILED',
      failureCode: 'SignerUnavailable',
      failureReason: 'There is no AWS Signer beside the local ECR: the image was not signed.',
    };
    expect(ask('v2')).toMatchObject({
      signingStatuses: [
        { signingProfileArn: profile('every'), ...failed },
        { signingProfileArn: profile('team'), ...failed },
      ],
    });
    expect(ask('v1')).toMatchObject({ signingStatuses: [] });
  });

  it('is refused where there is no such image', () => {
    expect(world.refusal('DescribeImageSigningStatus', { repositoryName, imageId: { imageTag: 'v9' } })).toBe(
      `ImageNotFoundException: The image with imageId {imageDigest:'null', imageTag:'v9'} does not exist within the repository with name '${repositoryName}' in the registry with id '${account}'`,
    );
  });
});
