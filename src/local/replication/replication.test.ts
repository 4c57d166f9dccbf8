// Copies of pushed and restored images: where they go, what they take along, what is told of them, and when they fail.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Faults } from '../faults.js';
import { digestOfTag } from '../images/find.js';
import { archiveImage, findImage, manifestOf, putImage, restoreImage } from '../images/index.js';
import { maxTags, restoreTime } from '../images/limits.js';
import { shelfOf } from '../images/model.js';
import { changeImage } from '../images/record.js';
import { describe as described, imageManifest, indexManifest, layerOf, sha256 } from '../images/testing/manifests.js';
import { invalid, openWorld, type World } from '../images/testing/world.js';
import { firstCopy } from './queue.js';
import {
  away,
  contentAt,
  contextAt,
  home,
  repositoryAt,
  setRules,
  stranger,
  tagsAt,
  work,
} from './testing/registries.js';
import { makeCopy } from './work.js';

let world: World;
beforeEach(() => {
  world = openWorld();
});
afterEach(() => world.close());

const type = 'ECR Replication Action';
const name = 'team/app';

function status(imageId: Record<string, unknown>, repositoryName = name): unknown {
  return world.call('DescribeImageReplicationStatus', { repositoryName, imageId })['replicationStatuses'];
}

function templateAt(prefix: string, more: Record<string, unknown>): void {
  const settings = { prefix, appliedFor: ['REPLICATION'], ...more };
  world.call('CreateRepositoryCreationTemplate', settings);
  // Templates are a registry's own: this one belongs where images arrive.
  const kind = 'repository-creation-template';
  const [[key, template] = ['', null]] = world.store.list(kind, `${home.account}/${home.region}`);
  world.store.delete(kind, `${home.account}/${home.region}`, key);
  world.store.put(kind, `${away.account}/${away.region}`, key, template);
}

function policyOf(place: typeof stranger, ...actions: string[]): void {
  const text = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${home.account}:root` },
        Action: actions,
        Resource: [`arn:aws:ecr:${place.region}:${place.account}:repository/*`],
      },
    ],
  });
  world.as({ account: place.account }).call('PutRegistryPolicy', { policyText: text });
}

describe('a push', () => {
  it('that finds no room for its tag takes it from nobody', async () => {
    setRules(world, [{ to: [away] }]);
    const repository = world.repository();
    const image = await world.image(repository, 'one');
    const holder = await world.image(repository, 'two', 'moving');
    await work(world);
    const there = contextAt(world, away);
    const full = findImage(there, repository, { digest: image.digest });
    const tags = Array.from({ length: maxTags }, (_, index) => `t${index}`).sort();
    if (full !== undefined) changeImage(there, repository, full, { ...full, tags });
    world.put(repository, manifestOf(world.context, repository, image.digest), 'moving');
    await work(world);
    expect(status({ imageDigest: image.digest })).toEqual([
      { registryId: away.account, region: away.region, status: 'FAILED', failureCode: 'LimitExceeded' },
    ]);
    expect(tagsAt(world, away)).toMatchObject({ [holder.digest]: 'moving' });
  });

  it('arrives elsewhere bit for bit, in a repository that is made for it', async () => {
    setRules(world, [{ to: [away] }]);
    const image = await world.image(world.repository(), 'one', 'v1');
    expect(contentAt(world, away)).toEqual([]);
    expect(await work(world)).toBeUndefined();
    expect(contentAt(world, away)).toEqual(contentAt(world, home).map((one) => ({ ...one, origin: 'replication' })));
    expect(tagsAt(world, away)).toEqual({ [image.digest]: 'v1' });
    const repository = repositoryAt(world, away);
    expect(repository).toMatchObject({ account: away.account, imageTagMutability: 'MUTABLE', tags: [] });
    // The bytes are held by both, so that neither can lose them with the other.
    const context = contextAt(world, away);
    for (const layer of image.layers) {
      expect(world.store.list('blob-holder', layer).map(([shelf]) => shelf)).toEqual([
        shelfOf(world.context, { account: home.account, name }),
        shelfOf(context, { account: away.account, name }),
      ]);
    }
  });

  it('is told of at its destination', async () => {
    setRules(world, [{ to: [away] }]);
    const { digest } = await world.image(world.repository(), 'one', 'v1');
    await work(world);
    expect(world.events(type)).toEqual([
      expect.objectContaining({
        account: away.account,
        region: away.region,
        source: 'aws.ecr',
        resources: [`arn:aws:ecr:${away.region}:${away.account}:repository/${name}`],
        detail: {
          result: 'SUCCESS',
          'repository-name': name,
          'image-digest': digest,
          'source-account': home.account,
          'action-type': 'REPLICATE',
          'source-region': home.region,
          'image-tag': 'v1',
        },
      }),
    ]);
  });

  it('goes to each destination of each rule that names its repository, and to each once', async () => {
    const third = { account: home.account, region: 'ap-south-1' };
    setRules(world, [
      { to: [away], prefixes: ['team/', 'te'] },
      { to: [away, third], prefixes: ['team/a'] },
      { to: [{ account: home.account, region: 'sa-east-1' }], prefixes: ['app'] },
    ]);
    await world.image(world.repository('team/app'), 'one', 'v1');
    await world.image(world.repository('team/web'), 'two', 'v1');
    await world.image(world.repository('web'), 'three', 'v1');
    await work(world);
    const arrived = (region: string) =>
      world
        .events(type)
        .filter((one) => one.region === region)
        .map((one) => one.detail['repository-name']);
    expect(arrived('us-west-2')).toEqual(['team/app', 'team/web']);
    expect(arrived('ap-south-1')).toEqual(['team/app']);
    expect(world.events(type)).toHaveLength(3);
  });

  it('takes along what an index names, before the index, but no other tags', async () => {
    const repository = world.repository();
    const child = await world.image(repository, 'one', 'child');
    const inner = world.put(repository, indexManifest([described(imageManifest([layerOf('one')]))]));
    setRules(world, [{ to: [away] }]);
    const text = indexManifest([{ ...described(indexManifest([described(imageManifest([layerOf('one')]))])) }], {
      annotations: { outer: 'yes' },
    });
    const index = world.put(repository, text, 'v1');
    await work(world);
    expect(tagsAt(world, away)).toEqual({ [child.digest]: '-', [inner.digest]: '-', [index.digest]: 'v1' });
    expect(world.events(type)).toHaveLength(1);
  });

  it('with another tag of an image that arrived before brings the tag', async () => {
    setRules(world, [{ to: [away] }]);
    const repository = world.repository();
    const { digest } = await world.image(repository, 'one', 'v1');
    await work(world);
    world.put(repository, imageManifest([layerOf('one')]), 'v2');
    await work(world);
    expect(tagsAt(world, away)).toEqual({ [digest]: 'v1 v2' });
  });

  it('that changes nothing is not copied again', async () => {
    setRules(world, [{ to: [away] }]);
    const repository = world.repository();
    await world.image(repository, 'one', 'v1');
    await work(world);
    world.put(repository, imageManifest([layerOf('one')]), 'v1');
    expect(firstCopy(world.store)).toBeUndefined();
  });

  it('of before the rules, or of a repository they do not name, stays where it is', async () => {
    await world.image(world.repository(), 'one', 'v1');
    setRules(world, [{ to: [away], prefixes: ['other'] }]);
    await world.image(world.repository(), 'two', 'v2');
    setRules(world, []);
    await world.image(world.repository('other'), 'three', 'v3');
    await work(world);
    expect(world.events(type)).toEqual([]);
    expect(repositoryAt(world, away)).toBeUndefined();
  });

  it('is not copied from where it was copied to', async () => {
    setRules(world, [{ to: [away] }]);
    const kind = 'replication-configuration';
    const rules = { rules: [{ destinations: [{ region: 'ap-south-1', registryId: home.account }] }] };
    world.store.put(kind, `${away.account}/${away.region}`, 'registry', rules);
    await world.image(world.repository(), 'one', 'v1');
    await work(world);
    expect(contentAt(world, away)).toHaveLength(1);
    expect(repositoryAt(world, { account: home.account, region: 'ap-south-1' })).toBeUndefined();
  });

  it('that a pull through a cache made is not copied', async () => {
    setRules(world, [{ to: [away] }]);
    const repository = world.repository();
    await world.layer(repository, '{}');
    await world.layer(repository, 'one');
    const manifest = Buffer.from(imageManifest([layerOf('one')]));
    putImage(world.context, repository, { manifest, tag: 'v1', origin: 'pull-through' });
    expect(firstCopy(world.store)).toBeUndefined();
  });
});

describe('what is not copied', () => {
  it('deletions, policies and settings', async () => {
    setRules(world, [{ to: [away] }]);
    const repository = world.repository(name, {
      imageTagMutability: 'IMMUTABLE',
      policyText: '{}',
      tags: [{ Key: 'a', Value: 'b' }],
    });
    const { digest } = await world.image(repository, 'one', 'v1');
    await work(world);
    world.call('BatchDeleteImage', { repositoryName: name, imageIds: [{ imageDigest: digest }] });
    await work(world);
    expect(tagsAt(world, home)).toEqual({});
    expect(tagsAt(world, away)).toEqual({ [digest]: 'v1' });
    expect(repositoryAt(world, away)).toMatchObject({ imageTagMutability: 'MUTABLE', tags: [] });
    expect(repositoryAt(world, away)).not.toHaveProperty('policyText');
  });

  it('an image that is deleted before it was copied', async () => {
    setRules(world, [{ to: [away] }]);
    const { digest } = await world.image(world.repository(), 'one', 'v1');
    world.call('BatchDeleteImage', { repositoryName: name, imageIds: [{ imageDigest: digest }] });
    await work(world);
    expect(firstCopy(world.store)).toBeUndefined();
    expect(repositoryAt(world, away)).toBeUndefined();
    expect(world.events(type)).toEqual([]);
  });

  it('an image whose repository is deleted', async () => {
    setRules(world, [{ to: [away] }]);
    await world.image(world.repository(), 'one', 'v1');
    world.call('DeleteRepository', { repositoryName: name, force: true });
    await work(world);
    expect(repositoryAt(world, away)).toBeUndefined();
  });
});

describe('the destination', () => {
  it('gets a repository by its own template', async () => {
    setRules(world, [{ to: [away] }]);
    templateAt('team', { imageTagMutability: 'IMMUTABLE' });
    await world.image(world.repository(), 'one', 'v1');
    await work(world);
    expect(repositoryAt(world, away)).toMatchObject({ imageTagMutability: 'IMMUTABLE' });
  });

  it('keeps a tag that may not move: the image arrives without it', async () => {
    setRules(world, [{ to: [away] }]);
    templateAt('team', { imageTagMutability: 'IMMUTABLE' });
    const repository = world.repository();
    const first = await world.image(repository, 'one', 'v1');
    await work(world);
    const second = await world.image(repository, 'two', 'v1');
    await work(world);
    expect(tagsAt(world, home)).toEqual({ [first.digest]: '-', [second.digest]: 'v1' });
    expect(tagsAt(world, away)).toEqual({ [first.digest]: 'v1', [second.digest]: '-' });
    expect(world.events(type).map(({ detail }) => [detail['result'], detail['image-tag']])).toEqual([
      ['SUCCESS', 'v1'],
      ['SUCCESS', undefined],
    ]);
    expect(status({ imageTag: 'v1' })).toMatchObject([{ status: 'COMPLETE' }]);
  });

  it('has the tag moved where it may be', async () => {
    setRules(world, [{ to: [away] }]);
    const repository = world.repository();
    const first = await world.image(repository, 'one', 'v1');
    await work(world);
    const second = await world.image(repository, 'two', 'v1');
    await work(world);
    expect(tagsAt(world, away)).toEqual({ [first.digest]: '-', [second.digest]: 'v1' });
  });

  it('has an image back that it had archived', async () => {
    setRules(world, [{ to: [away] }]);
    const repository = world.repository();
    const { digest } = await world.image(repository, 'one', 'v1');
    await work(world);
    const there = contextAt(world, away);
    const [copy] = contentAt(world, away);
    expect(copy).toMatchObject({ status: 'ACTIVE' });
    const replica = repositoryAt(world, away);
    const image = replica && findImage(there, replica, { digest });
    if (replica === undefined || image === undefined) throw new Error('nothing arrived');
    archiveImage(there, replica, image);
    expect(contentAt(world, away)).toMatchObject([{ status: 'ARCHIVED' }]);
    world.put(repository, imageManifest([layerOf('one')]), 'v2');
    await work(world);
    expect(contentAt(world, away)).toMatchObject([{ status: 'ACTIVE', tags: ['v1', 'v2'] }]);
  });

  it('of another account must have allowed it', async () => {
    setRules(world, [{ to: [stranger] }]);
    const repository = world.repository();
    const one = await world.image(repository, 'one', 'v1');
    await work(world);
    expect(status({ imageTag: 'v1' })).toEqual([
      { region: stranger.region, registryId: stranger.account, status: 'FAILED', failureCode: 'AccessDenied' },
    ]);
    expect(world.events(type)).toMatchObject([
      { account: stranger.account, detail: { result: 'FAILED', 'image-digest': one.digest, 'image-tag': 'v1' } },
    ]);
    expect(repositoryAt(world, stranger)).toBeUndefined();

    policyOf(stranger, 'ecr:ReplicateImage');
    await world.image(repository, 'two', 'v2');
    await work(world);
    expect(status({ imageTag: 'v2' })).toMatchObject([{ status: 'FAILED', failureCode: 'RepositoryNotFound' }]);
    expect(repositoryAt(world, stranger)).toBeUndefined();

    policyOf(stranger, 'ecr:ReplicateImage', 'ecr:CreateRepository');
    const three = await world.image(repository, 'three', 'v3');
    await work(world);
    expect(status({ imageTag: 'v3' })).toMatchObject([{ status: 'COMPLETE' }]);
    expect(tagsAt(world, stranger)).toEqual({ [three.digest]: 'v3' });

    // A repository that is there needs no leave to be made.
    policyOf(stranger, 'ecr:ReplicateImage');
    const four = await world.image(repository, 'four', 'v4');
    await work(world);
    expect(tagsAt(world, stranger)).toEqual({ [three.digest]: 'v3', [four.digest]: 'v4' });
  });

  it('of the same account may be closed by a Deny', async () => {
    const kind = 'registry-policy';
    const text = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Action: 'ecr:ReplicateImage', Resource: '*' }],
    });
    world.store.put(kind, `${away.account}/${away.region}`, 'registry', text);
    setRules(world, [{ to: [away] }]);
    await world.image(world.repository(), 'one', 'v1');
    await work(world);
    expect(status({ imageTag: 'v1' })).toMatchObject([{ status: 'FAILED', failureCode: 'AccessDenied' }]);
  });

  it('cannot be given a repository by a template that lacks its role', async () => {
    setRules(world, [{ to: [away] }]);
    templateAt('team', { resourceTags: [{ Key: 'a', Value: 'b' }] });
    await world.image(world.repository(), 'one', 'v1');
    await work(world);
    expect(status({ imageTag: 'v1' })).toMatchObject([{ status: 'FAILED', failureCode: 'RepositoryNotFound' }]);
  });
});

describe('a restored image', () => {
  it('is copied again with its tags, once it can be pulled', async () => {
    const repository = world.repository();
    const { digest } = await world.image(repository, 'one', 'v1');
    world.put(repository, imageManifest([layerOf('one')]), 'v2');
    const id = { repositoryName: name, imageId: { imageDigest: digest } };
    world.call('UpdateImageStorageClass', { ...id, targetStorageClass: 'ARCHIVE' });
    setRules(world, [{ to: [away] }]);
    world.call('UpdateImageStorageClass', { ...id, targetStorageClass: 'STANDARD' });
    await work(world);
    expect(repositoryAt(world, away)).toBeUndefined();
    await world.pass(restoreTime);
    await work(world);
    expect(tagsAt(world, away)).toEqual({ [digest]: 'v1 v2' });
  });

  it('is copied with all its tags when a push restores it', async () => {
    const repository = world.repository();
    const { digest } = await world.image(repository, 'one', 'v1');
    const id = { repositoryName: name, imageId: { imageDigest: digest } };
    world.call('UpdateImageStorageClass', { ...id, targetStorageClass: 'ARCHIVE' });
    setRules(world, [{ to: [away] }]);
    world.put(repository, imageManifest([layerOf('one')]), 'v2');
    await work(world);
    expect(tagsAt(world, away)).toEqual({ [digest]: 'v1 v2' });
  });

  it('is not copied where it came by replication', async () => {
    setRules(world, [{ to: [away] }]);
    const { digest } = await world.image(world.repository(), 'one', 'v1');
    await work(world);
    const rules = { rules: [{ destinations: [{ region: 'ap-south-1', registryId: home.account }] }] };
    world.store.put('replication-configuration', `${away.account}/${away.region}`, 'registry', rules);
    const replica = repositoryAt(world, away);
    const there = contextAt(world, away);
    if (replica === undefined) throw new Error('nothing arrived');
    for (const change of [archiveImage, restoreImage]) {
      const image = findImage(there, replica, { digest });
      if (image !== undefined) change(there, replica, image);
    }
    await world.pass(restoreTime);
    expect(contentAt(world, away)).toMatchObject([{ status: 'ACTIVE' }]);
    expect(firstCopy(world.store)).toBeUndefined();
  });
});

describe('DescribeImageReplicationStatus', () => {
  it('tells of each destination, and is in progress until all copies have ended', async () => {
    policyOf(stranger, 'ecr:*');
    setRules(world, [{ to: [away, stranger] }]);
    const repository = world.repository();
    const { digest } = await world.image(repository, 'one', 'v1');
    world.put(repository, imageManifest([layerOf('one')]), 'v2');
    const places = [
      { region: away.region, registryId: away.account },
      { region: stranger.region, registryId: stranger.account },
    ];
    const are = (...statuses: string[]) => places.map((place, index) => ({ ...place, status: statuses[index] }));
    expect(status({ imageDigest: digest })).toEqual(are('IN_PROGRESS', 'IN_PROGRESS'));
    const once = (): void => {
      const [key = ''] = firstCopy(world.store) ?? [];
      makeCopy(world.context, key);
    };
    once();
    once();
    expect(status({ imageTag: 'v1' })).toEqual(are('IN_PROGRESS', 'IN_PROGRESS'));
    once();
    expect(status({ imageTag: 'v2', imageDigest: digest })).toEqual(are('COMPLETE', 'IN_PROGRESS'));
    once();
    expect(status({ imageTag: 'v2' })).toEqual(are('COMPLETE', 'COMPLETE'));
  });

  it('names the image as it was asked for', async () => {
    const { digest } = await world.image(world.repository(), 'one', 'v1');
    const ask = (imageId: Record<string, unknown>) =>
      world.call('DescribeImageReplicationStatus', { repositoryName: name, imageId });
    const common = { repositoryName: name, replicationStatuses: [] };
    expect(ask({ imageTag: 'v1' })).toEqual({ ...common, imageId: { imageDigest: digest, imageTag: 'v1' } });
    expect(ask({ imageDigest: digest })).toEqual({ ...common, imageId: { imageDigest: digest } });
  });

  it('refuses what there is not', async () => {
    world.repository();
    const input = { repositoryName: name, imageId: { imageTag: 'v1' } };
    expect(world.refusal('DescribeImageReplicationStatus', input)).toMatch(/^ImageNotFoundException/);
    expect(world.refusal('DescribeImageReplicationStatus', { ...input, repositoryName: 'none' })).toMatch(
      /^RepositoryNotFoundException/,
    );
    expect(world.refusal('DescribeImageReplicationStatus', { repositoryName: name })).toBe(
      invalid('imageId', 'must not be null'),
    );
  });

  it('forgets an image with the image', async () => {
    setRules(world, [{ to: [away] }]);
    const repository = world.repository();
    const { digest } = await world.image(repository, 'one', 'v1');
    await work(world);
    world.call('BatchDeleteImage', { repositoryName: name, imageIds: [{ imageDigest: digest }] });
    setRules(world, []);
    await world.image(repository, 'one', 'v1');
    expect(status({ imageTag: 'v1' })).toEqual([]);
  });
});

describe('faults', () => {
  it('may delay a copy, or refuse it', async () => {
    setRules(world, [{ to: [away] }]);
    const repository = world.repository();
    const faults = new Faults();
    faults.set([{ operation: 'ReplicateImage', kind: 'throttle', times: 1 }]);
    await world.image(repository, 'one', 'v1');
    expect(await work(world, faults)).toBe(1000);
    expect(status({ imageTag: 'v1' })).toMatchObject([{ status: 'IN_PROGRESS' }]);
    expect(await work(world, faults)).toBeUndefined();
    expect(status({ imageTag: 'v1' })).toMatchObject([{ status: 'COMPLETE' }]);
    faults.set([{ operation: 'ReplicateImage', kind: 'deny' }]);
    await world.image(repository, 'two', 'v2');
    await work(world, faults);
    expect(status({ imageTag: 'v2' })).toMatchObject([{ status: 'FAILED', failureCode: 'AccessDenied' }]);
    expect(digestOfTag(contextAt(world, away), repository, 'v2')).toBeUndefined();
  });

  it('that delay end with the server, and the copy is still to be made', async () => {
    setRules(world, [{ to: [away] }]);
    await world.image(world.repository(), 'one', 'v1');
    const faults = new Faults();
    faults.set([{ operation: 'ReplicateImage', kind: 'latency', milliseconds: 600_000 }]);
    const ending = new AbortController();
    const working = work(world, faults, ending.signal);
    ending.abort();
    expect(await working).toBeUndefined();
    expect(firstCopy(world.store)?.[1]).toMatchObject({ tag: 'v1', digest: sha256(imageManifest([layerOf('one')])) });
    await work(world);
    expect(contentAt(world, away)).toHaveLength(1);
  });
});
