// Manifests and tags pushed through the API, here and in another registry, with each refusal in ECR's words.
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
import { account, invalid, openWorld, region, start, type World } from '../../images/testing/world.js';
import { type Repository, removeRepository } from '../repository.js';

let world: World;
let repository: Repository;
const repositoryName = 'team/app';
const shelf = `${account}/${region}/${repositoryName}`;
const inRepository = `in the repository with name '${repositoryName}' in registry with id '${account}'`;

beforeEach(() => {
  world = openWorld();
  repository = world.repository(repositoryName);
});
afterEach(() => world.close());

describe('PutImage', () => {
  const one = layerOf('one');
  const manifest = imageManifest([one]);
  const digest = sha256(manifest);
  const put = (more: Record<string, unknown> = {}): Record<string, unknown> =>
    world.call('PutImage', { repositoryName, imageManifest: manifest, ...more });
  const refused = (more: Record<string, unknown> = {}): string =>
    world.refusal('PutImage', { repositoryName, imageManifest: manifest, ...more });

  beforeEach(async () => {
    await world.layer(repository, '{}');
    await world.layer(repository, 'one');
  });

  it('answers with the image, and tells EventBridge', () => {
    const image = {
      registryId: account,
      repositoryName,
      imageId: { imageDigest: digest, imageTag: 'v1' },
      imageManifest: manifest,
      imageManifestMediaType: types.image,
    };
    expect(put({ imageTag: 'v1', imageDigest: digest, imageManifestMediaType: types.image })).toEqual({ image });
    expect(world.events()).toMatchObject([
      {
        'detail-type': 'ECR Image Action',
        source: 'aws.ecr',
        account,
        region,
        resources: [],
        detail: {
          result: 'SUCCESS',
          'repository-name': repositoryName,
          'image-digest': digest,
          'action-type': 'PUSH',
          'image-tag': 'v1',
        },
      },
    ]);
  });

  it('needs no tag, and then the event has none', () => {
    expect(put()).toMatchObject({ image: { imageId: { imageDigest: digest } } });
    expect(world.events()[0]?.detail).toEqual({
      result: 'SUCCESS',
      'repository-name': repositoryName,
      'image-digest': digest,
      'action-type': 'PUSH',
    });
  });

  it('refuses what is there with the same tag, or again without one', () => {
    put({ imageTag: 'v1' });
    const text = (tag: string): string =>
      `ImageAlreadyExistsException: Image with digest '${digest}' and tag '${tag}' already exists ${inRepository}`;
    expect(refused({ imageTag: 'v1' })).toBe(text('v1'));
    expect(refused()).toBe(text('null'));
    put({ imageTag: 'v2' });
    expect(world.call('ListImages', { repositoryName })['imageIds']).toEqual([
      { imageDigest: digest, imageTag: 'v1' },
      { imageDigest: digest, imageTag: 'v2' },
    ]);
    expect(world.events()).toHaveLength(2);
  });

  it('moves a tag, and leaves the image that had it without', async () => {
    put({ imageTag: 'latest' });
    await world.pass(1_000);
    const second = await world.image(repository, 'two', 'latest');
    expect(world.call('DescribeImages', { repositoryName, imageIds: [{ imageDigest: digest }] })).toEqual({
      imageDetails: [
        {
          registryId: account,
          repositoryName,
          imageDigest: digest,
          imageSizeInBytes: 5,
          imagePushedAt: start / 1000,
          imageManifestMediaType: types.image,
          artifactMediaType: types.config,
          imageStatus: 'ACTIVE',
        },
      ],
    });
    expect(world.call('ListImages', { repositoryName, filter: { tagStatus: 'TAGGED' } })).toEqual({
      imageIds: [{ imageDigest: second.digest, imageTag: 'latest' }],
    });
  });

  it('moves one tag of several, and leaves the others', async () => {
    for (const imageTag of ['a', 'latest', 'z']) put({ imageTag });
    await world.image(repository, 'two', 'latest');
    const { imageDetails } = world.call('DescribeImages', { repositoryName, imageIds: [{ imageDigest: digest }] });
    expect(imageDetails).toMatchObject([{ imageTags: ['a', 'z'] }]);
  });

  it.each([
    ['IMMUTABLE', 'v1'],
    ['IMMUTABLE_WITH_EXCLUSION', 'v1'],
    ['MUTABLE_WITH_EXCLUSION', 'dev-1'],
  ])('keeps the tags of a repository that is %s', async (imageTagMutability, imageTag) => {
    const exclusionFilters = [{ filterType: 'WILDCARD', filter: 'dev-*' }];
    repository = world.repository(repositoryName, { imageTagMutability, exclusionFilters });
    put({ imageTag });
    await world.layer(repository, 'two');
    const imageManifestOfTwo = imageManifest([layerOf('two')]);
    expect(refused({ imageManifest: imageManifestOfTwo, imageTag })).toBe(
      `ImageTagAlreadyExistsException: The image tag '${imageTag}' already exists in the '${repositoryName}' repository and cannot be overwritten because the tag is immutable.`,
    );
    expect(refused({ imageTag })).toMatch(/^ImageAlreadyExistsException: /);
    expect(world.call('ListImages', { repositoryName })['imageIds']).toEqual([{ imageDigest: digest, imageTag }]);
    put({ imageManifest: imageManifestOfTwo, imageTag: `${imageTag}-2` });
  });

  it.each([
    ['IMMUTABLE_WITH_EXCLUSION', 'dev-1'],
    ['MUTABLE_WITH_EXCLUSION', 'v1'],
  ])('moves the other tags of a repository that is %s', async (imageTagMutability, imageTag) => {
    const exclusionFilters = [{ filterType: 'WILDCARD', filter: 'dev-*' }];
    repository = world.repository(repositoryName, { imageTagMutability, exclusionFilters });
    put({ imageTag });
    const second = await world.image(repository, 'two', imageTag);
    expect(second.tags).toEqual([imageTag]);
  });

  it('names the layers that are missing', () => {
    const [two, three] = [layerOf('two'), layerOf('three')];
    const text = (digests: string): string =>
      `LayersNotFoundException: Layers with digests '[${digests}]' required for pushing image into repository with name '${repositoryName}' in the registry with id '${account}' do not exist`;
    expect(refused({ imageManifest: imageManifest([one, two, two, three]) })).toBe(
      text(`${two.digest}, ${three.digest}`),
    );
    const config = layerOf('{"a":1}', types.config);
    expect(refused({ imageManifest: imageManifest([one], {}, config) })).toBe(text(config.digest));
  });

  it('does not take the layers of another repository', async () => {
    const other = world.repository('other');
    await world.layer(other, '{}');
    const text = `Layers with digests '[${one.digest}]' required`;
    expect(world.refusal('PutImage', { repositoryName: 'other', imageManifest: manifest })).toContain(text);
  });

  it('does not ask for layers that clients fetch elsewhere', () => {
    const foreign = layerOf('windows', 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip');
    const text = imageManifest([foreign, one], { mediaType: types.dockerImage });
    expect(put({ imageManifest: text })).toMatchObject({ image: { imageId: { imageDigest: sha256(text) } } });
    expect(refused({ imageManifest: imageManifest([{ ...foreign, mediaType: types.layer }]) })).toContain(
      foreign.digest,
    );
  });

  it('names the children that are missing', () => {
    put();
    const absent = described('absent');
    const index = indexManifest([described(manifest), absent, absent]);
    expect(refused({ imageManifest: index })).toBe(
      `ReferencedImagesNotFoundException: Images with digests '[${absent.digest}]' required for pushing image into repository with name '${repositoryName}' in the registry with id '${account}' do not exist`,
    );
    expect(put({ imageManifest: indexManifest([described(manifest)]), imageTag: 'multi' })).toMatchObject({
      image: { imageManifestMediaType: types.index },
    });
  });

  it('gives an index the size of its largest image', async () => {
    const large = await world.image(repository, 'a much larger layer');
    put();
    const index = indexManifest([described(manifest), { ...described('x'), digest: large.digest }]);
    const outer = indexManifest([described(index, types.index)]);
    put({ imageManifest: index });
    put({ imageManifest: outer });
    const imageIds = [{ imageDigest: sha256(index) }, { imageDigest: sha256(outer) }];
    const { imageDetails } = world.call('DescribeImages', { repositoryName, imageIds });
    expect(imageDetails).toMatchObject([{ imageSizeInBytes: 21 }, { imageSizeInBytes: 21 }]);
  });

  it('counts a layer once', () => {
    const text = imageManifest([one, one, layerOf('{}')]);
    put({ imageManifest: text });
    const { imageDetails } = world.call('DescribeImages', { repositoryName });
    expect(imageDetails).toMatchObject([{ imageSizeInBytes: 5 }]);
  });

  it('refuses a digest that is not the manifest’s', () => {
    const text =
      'ImageDigestDoesNotMatchException: The specified image digest does not match the digest that Amazon ECR calculated for the image.';
    for (const imageDigest of [sha256('x'), 'nonsense', `sha512:${'0'.repeat(128)}`, '']) {
      expect(refused({ imageDigest })).toBe(text);
    }
    expect(put({ imageDigest: digest })).toMatchObject({ image: { imageId: { imageDigest: digest } } });
  });

  it.each([
    [{ imageManifest: '{' }, 'ImageManifest', 'Invalid JSON syntax'],
    [{ imageManifest: `"\ud800"` }, 'ImageManifest', 'Invalid JSON syntax'],
    [{ imageManifest: imageManifest([]) }, 'ImageManifest', 'Image has to have at least 1 layer'],
    [{ imageManifest: '' }, 'imageManifest', 'must have length greater than or equal to 1'],
    [{ imageManifest: ' '.repeat(4_194_305) }, 'imageManifest', 'must have length less than or equal to 4194304'],
    [{ imageTag: '' }, 'imageTag', 'must have length greater than or equal to 1'],
    [{ imageTag: 'a'.repeat(301) }, 'imageTag', 'must have length less than or equal to 300'],
    [{ imageTag: 'a/b' }, 'imageTag', "must satisfy regular expression '[a-zA-Z0-9-_.]+'"],
    [{ imageTag: 'a\n' }, 'imageTag', "must satisfy regular expression '[a-zA-Z0-9-_.]+'"],
    [{ imageTag: 'ä' }, 'imageTag', "must satisfy regular expression '[a-zA-Z0-9-_.]+'"],
  ])('refuses %#', (more, member, constraint) => {
    expect(refused(more)).toBe(invalid(member, constraint));
  });

  it('takes the type from the request where the manifest has none', () => {
    const silent = imageManifest([one], { mediaType: undefined });
    expect(refused({ imageManifest: silent })).toBe(invalid('ImageManifest', 'Invalid JSON syntax'));
    expect(put({ imageManifest: silent, imageManifestMediaType: types.image })).toMatchObject({
      image: { imageManifestMediaType: types.image },
    });
  });

  it('gives an image a thousand tags', () => {
    const tags = Array.from({ length: 1_000 }, (_, index) => `t${index}`);
    for (const imageTag of tags) put({ imageTag });
    expect(refused({ imageTag: 'more' })).toBe(
      `LimitExceededException: Adding tag 'more' to an image ${inRepository} exceeds the maximum allowed number of tags per image which is '1000'`,
    );
    expect(refused({ imageTag: 't7' })).toMatch(/^ImageAlreadyExistsException: /);
    world.call('BatchDeleteImage', { repositoryName, imageIds: [{ imageTag: 't7' }] });
    put({ imageTag: 'more' });
    const { imageDetails } = world.call('DescribeImages', { repositoryName });
    expect(imageDetails).toMatchObject([{ imageTags: [...tags.filter((tag) => tag !== 't7'), 'more'].sort() }]);
  });

  it('takes so many images and no more', async () => {
    put();
    world.store.put(kinds.imageCount, shelf, 'images', 100_000);
    await world.layer(repository, 'two');
    const two = imageManifest([layerOf('two')]);
    expect(refused({ imageManifest: two })).toBe(
      `LimitExceededException: The repository with name '${repositoryName}' in registry with id '${account}' already has the maximum allowed number of images which is '100000'`,
    );
    put({ imageTag: 'another-tag' });
    world.call('BatchDeleteImage', { repositoryName, imageIds: [{ imageDigest: digest }] });
    put({ imageManifest: two });
  });

  it('changes nothing where it is refused', async () => {
    repository = world.repository(repositoryName);
    put({ imageTag: 'latest' });
    const before = JSON.stringify(world.store.list(kinds.image, shelf));
    expect(refused({ imageManifest: imageManifest([layerOf('absent')]), imageTag: 'latest' })).toContain(
      'LayersNotFound',
    );
    world.store.put(kinds.imageCount, shelf, 'images', 100_000);
    await world.layer(repository, 'two');
    expect(refused({ imageManifest: imageManifest([layerOf('two')]), imageTag: 'latest' })).toContain('LimitExceeded');
    expect(JSON.stringify(world.store.list(kinds.image, shelf))).toBe(before);
    expect(world.events()).toHaveLength(1);
  });
});

describe('another registry', () => {
  const other = '210987654321';
  it('is reached where it is there', async () => {
    const digest = await world.layer(repository, 'one');
    await world.layer(repository, '{}');
    const stranger = world.as({ account: other, callerArn: `arn:aws:iam::${other}:user/dev` });
    const imageManifestOfOne = imageManifest([layerOf('one')]);
    const input = { registryId: account, repositoryName };
    expect(stranger.call('PutImage', { ...input, imageManifest: imageManifestOfOne })).toMatchObject({
      image: { registryId: account },
    });
    expect(stranger.call('BatchCheckLayerAvailability', { ...input, layerDigests: [digest] })).toMatchObject({
      layers: [{ layerAvailability: 'AVAILABLE', mediaType: types.layer }],
    });
    expect(world.events()[0]?.account).toBe(account);
    expect(await stranger.callAsync('InitiateLayerUpload', input)).toHaveProperty('uploadId');
  });

  it('grants nobody anything where it is not', async () => {
    const input = { registryId: '999999999999', repositoryName };
    const text = (action: string): string =>
      `AccessDeniedException: User: arn:aws:iam::${account}:user/dev is not authorized to perform: ecr:${action} on resource: arn:aws:ecr:${region}:999999999999:repository/${repositoryName} because no resource-based policy allows the ecr:${action} action`;
    expect(world.refusal('PutImage', { ...input, imageManifest: 'x' })).toBe(text('PutImage'));
    expect(world.refusal('ListImageReferrers', { ...input, subjectId: { imageDigest: 'sha256:00' } })).toBe(
      text('BatchGetImage'),
    );
    await expect(world.refusalAsync('InitiateLayerUpload', input)).resolves.toBe(text('InitiateLayerUpload'));
  });

  it('has no repository that was deleted', () => {
    world.repository('stays');
    removeRepository(world.context, repository);
    expect(world.refusal('DescribeImages', { repositoryName })).toBe(
      `RepositoryNotFoundException: The repository with name '${repositoryName}' does not exist in the registry with id '${account}'`,
    );
  });
});
