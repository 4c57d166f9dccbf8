// Layers and uploads beneath the API: what only the registry protocol asks for, and who may share what.

import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EcrError } from '../ecr/operation.js';
import type { Repository } from '../ecr/repository.js';
import {
  appendToUpload,
  beginUpload,
  cancelUpload,
  completeUpload,
  deleteLayer,
  findLayer,
  mountLayer,
  putImage,
  receivedOf,
} from './index.js';
import { maxLayerSize } from './limits.js';
import { kinds } from './model.js';
import { imageManifest, layerOf, sha256, types } from './testing/manifests.js';
import { account, openWorld, start, type World } from './testing/world.js';

let world: World;
let from: Repository;
let to: Repository;
const one = sha256('one');

beforeEach(() => {
  world = openWorld();
  from = world.repository('from');
  to = world.repository('to');
});
afterEach(() => world.close());

async function* once(...texts: string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}
const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: EcrError) => error.code,
  );

describe('uploads', () => {
  it('are known to their repository alone, and can be cancelled', async () => {
    const upload = await beginUpload(world.context, from);
    expect(receivedOf(world.context, from, upload)).toBe(0);
    expect(receivedOf(world.context, to, upload)).toBeUndefined();
    expect(await appendToUpload(world.context, from, upload, 0, once('o', 'ne'))).toBe(3);
    expect(receivedOf(world.context, from, upload)).toBe(3);
    expect(await cancelUpload(world.context, to, upload)).toBe(false);
    expect(await cancelUpload(world.context, from, upload)).toBe(true);
    expect(await cancelUpload(world.context, from, upload)).toBe(false);
    expect(receivedOf(world.context, from, upload)).toBeUndefined();
    expect(await codeOf(appendToUpload(world.context, from, upload, 3, once('x')))).toBe('UploadNotFoundException');
    expect(await codeOf(completeUpload(world.context, from, upload, [one]))).toBe('UploadNotFoundException');
  });

  it('let the failures of the disk through', async () => {
    const upload = await beginUpload(world.context, from);
    await expect(appendToUpload(world.context, from, upload, 7, once('x'))).rejects.toMatchObject({
      failure: 'offset',
    });
  });

  it('that lost their bytes are not found', async () => {
    const upload = await beginUpload(world.context, from);
    await appendToUpload(world.context, from, upload, 0, once('one'));
    await world.context.blobs.cancel(upload);
    expect(await codeOf(appendToUpload(world.context, from, upload, 3, once('x')))).toBe('UploadNotFoundException');
    expect(await codeOf(completeUpload(world.context, from, upload, [one]))).toBe('UploadNotFoundException');
  });

  it('may hold nothing where that is allowed', async () => {
    const empty = sha256('');
    const upload = await beginUpload(world.context, from);
    expect(await codeOf(completeUpload(world.context, from, upload, [empty]))).toBe('EmptyUploadException');
    expect(await completeUpload(world.context, from, upload, [empty], { allowEmpty: true })).toEqual({
      digest: empty,
      size: 0,
      addedAt: start,
      looseSince: start,
    });
  });

  it('are ended by sha512 too', async () => {
    const digest = `sha512:${createHash('sha512').update('one').digest('hex')}`;
    const upload = await beginUpload(world.context, from);
    await appendToUpload(world.context, from, upload, 0, once('one'));
    expect(await codeOf(completeUpload(world.context, from, upload, [`sha512:${'0'.repeat(128)}`]))).toBe(
      'InvalidLayerException',
    );
    expect((await completeUpload(world.context, from, upload, [digest])).digest).toBe(digest);
    expect(findLayer(world.context, from, digest)?.size).toBe(3);
  });

  it('hold no more than a layer may', async () => {
    const upload = await beginUpload(world.context, from);
    world.context.blobs.received = () => maxLayerSize + 1;
    expect(await codeOf(completeUpload(world.context, from, upload, [one]))).toBe('LimitExceededException');
  });

  it('of the same layer may end at once', async () => {
    const uploads = [await beginUpload(world.context, from), await beginUpload(world.context, from)];
    for (const upload of uploads) await appendToUpload(world.context, from, upload, 0, once('one'));
    const ended = await Promise.allSettled(uploads.map((upload) => completeUpload(world.context, from, upload, [one])));
    for (const end of ended) {
      if (end.status === 'fulfilled') expect(end.value.digest).toBe(one);
      else expect((end.reason as EcrError).code).toBe('LayerAlreadyExistsException');
    }
    expect(findLayer(world.context, from, one)).toBeDefined();
    expect(world.store.list(kinds.looseLayer, 'all')).toHaveLength(1);
  });
});

describe('mounts', () => {
  const enable = (): unknown => world.call('PutAccountSetting', { name: 'BLOB_MOUNTING', value: 'ENABLED' });
  const mount = (options = {}): unknown => mountLayer(world.context, from, to, one, options);

  it('need the setting, and an image that names the layer', async () => {
    await world.layer(from, 'one');
    expect(mount()).toBeUndefined();
    enable();
    expect(mount()).toBeUndefined();
    await world.image(from, 'one', 'v1');
    expect(mount()).toMatchObject({ digest: one, size: 3 });
    expect(findLayer(world.context, to, one)).toMatchObject({ size: 3, looseSince: start });
    expect(world.store.list(kinds.blobHolder, one)).toHaveLength(2);
    expect(mount()).toMatchObject({ digest: one });
  });

  it('need neither where any blob may be mounted', async () => {
    await world.layer(from, 'one');
    expect(mount({ anyBlob: true })).toMatchObject({ digest: one });
  });

  it('give what is there, whatever the rules', async () => {
    await world.layer(to, 'one');
    expect(mount()).toMatchObject({ digest: one });
  });

  it('do not cross encryptions or registries, and share nothing of a cache', async () => {
    enable();
    await world.image(from, 'one', 'v1');
    const kms = { encryptionType: 'KMS', kmsKey: 'arn:aws:kms:eu-west-1:123456789012:key/x' };
    to = world.repository('to', { encryption: kms });
    expect(mount()).toBeUndefined();
    from = world.repository('from', { encryption: { ...kms, kmsKey: 'arn:aws:kms:eu-west-1:123456789012:key/y' } });
    expect(mount()).toBeUndefined();
    from = world.repository('from', { encryption: kms });
    expect(mount()).toBeDefined();

    const stranger = world.as({ account: '210987654321' }).repository('to');
    expect(mountLayer(world.context, from, stranger, one)).toBeUndefined();

    const cached = world.repository('cached');
    await world.layer(cached, '{}');
    await world.layer(cached, 'two');
    const manifest = Buffer.from(imageManifest([layerOf('two')]));
    putImage(world.context, cached, { manifest, origin: 'pull-through' });
    expect(mountLayer(world.context, cached, world.repository('plain'), sha256('two'))).toBeUndefined();
  });

  it('of what is not there come to nothing', async () => {
    enable();
    expect(mount({ anyBlob: true })).toBeUndefined();
    expect(mountLayer(world.context, from, to, 'nonsense', { anyBlob: true })).toBeUndefined();
    await world.image(from, 'one', 'v1');
    world.context.blobs.remove(one);
    expect(mount({ anyBlob: true })).toBeUndefined();
  });
});

describe('layers', () => {
  it('are deleted unless a manifest names them', async () => {
    await world.layer(from, 'one');
    expect(deleteLayer(world.context, from, sha256('absent'))).toBe(false);
    expect(deleteLayer(world.context, from, one)).toBe(true);
    expect(findLayer(world.context, from, one)).toBeUndefined();
    expect(world.store.list(kinds.looseLayer, 'all')).toEqual([]);
    await world.image(from, 'one', 'v1');
    expect(deleteLayer(world.context, from, one)).toBe(false);
    world.call('BatchDeleteImage', { repositoryName: 'from', imageIds: [{ imageTag: 'v1' }] });
    expect(deleteLayer(world.context, from, one)).toBe(true);
  });

  it('are kept longer once somebody was told of them', async () => {
    await world.layer(from, 'one');
    await world.pass(3_599_999);
    expect(findLayer(world.context, from, one)?.looseSince).toBe(start);
    await world.pass(1);
    expect(findLayer(world.context, from, one)?.looseSince).toBe(start + 3_600_000);
    expect(world.store.list(kinds.looseLayer, 'all')).toEqual([
      [`${String(start + 3_600_000).padStart(16, '0')}/${account}/eu-west-1/from/${one}`, null],
    ]);
  });

  it('are loose while no manifest names them, and remember what the first called them', async () => {
    await world.layer(from, '{}');
    await world.layer(from, 'one');
    const layer = (): unknown => findLayer(world.context, from, one);
    expect(layer()).toEqual({ digest: one, size: 3, addedAt: start, looseSince: start });
    await world.pass(5);
    const texts = [types.layer, 'application/x'].map((type) => imageManifest([layerOf('one', type)]));
    const images = texts.map((text) => world.put(from, text));
    const named = { digest: one, size: 3, addedAt: start, mediaType: types.layer };
    expect(layer()).toEqual(named);
    await world.pass(5);
    const remove = (imageDigest: string | undefined): unknown =>
      world.call('BatchDeleteImage', { repositoryName: 'from', imageIds: [{ imageDigest }] });
    remove(images[0]?.digest);
    expect(layer()).toEqual(named);
    remove(images[1]?.digest);
    expect(layer()).toEqual({ ...named, looseSince: start + 10 });
  });
});
