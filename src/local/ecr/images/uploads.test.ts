// A layer pushed through the API in parts, with each refusal in ECR's words.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlobError } from '../../blobs/blob-store.js';
import { kinds } from '../../images/model.js';
import { sha256 } from '../../images/testing/manifests.js';
import { account, invalid, openWorld, region, start, type World } from '../../images/testing/world.js';
import type { Repository } from '../repository.js';

let world: World;
let repository: Repository;
const repositoryName = 'team/app';
const shelf = `${account}/${region}/${repositoryName}`;
const inRepository = `in the repository with name '${repositoryName}' in registry with id '${account}'`;
const mebibyte = 1024 * 1024;

beforeEach(() => {
  world = openWorld();
  repository = world.repository(repositoryName);
});
afterEach(() => world.close());

const begin = async (): Promise<string> =>
  String((await world.callAsync('InitiateLayerUpload', { repositoryName }))['uploadId']);
const part = (
  uploadId: string,
  first: number,
  bytes: Buffer,
  last = first + bytes.length - 1,
): Record<string, unknown> => ({
  repositoryName,
  uploadId,
  partFirstByte: first,
  partLastByte: last,
  layerPartBlob: bytes.toString('base64'),
});
const none = '00000000-0000-4000-8000-000000000000';

describe('a layer in parts', () => {
  it('is put together, and then there', async () => {
    const bytes = Buffer.concat([Buffer.alloc(5 * mebibyte, 'a'), Buffer.from('the rest')]);
    const digest = sha256(bytes);
    expect(world.call('BatchCheckLayerAvailability', { repositoryName, layerDigests: [digest] })).toEqual({
      layers: [{ layerDigest: digest, layerAvailability: 'UNAVAILABLE' }],
      failures: [],
    });
    const begun = await world.callAsync('InitiateLayerUpload', { repositoryName });
    expect(begun).toEqual({ uploadId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, partSize: 10_485_760 });
    const uploadId = String(begun['uploadId']);
    const about = { registryId: account, repositoryName, uploadId };
    const first = await world.callAsync('UploadLayerPart', part(uploadId, 0, bytes.subarray(0, 5 * mebibyte)));
    expect(first).toEqual({ ...about, lastByteReceived: 5 * mebibyte - 1 });
    const second = await world.callAsync('UploadLayerPart', part(uploadId, 5 * mebibyte, bytes.subarray(5 * mebibyte)));
    expect(second).toEqual({ ...about, lastByteReceived: bytes.length - 1 });
    const layerDigests = [sha256('other'), digest];
    expect(await world.callAsync('CompleteLayerUpload', { repositoryName, uploadId, layerDigests })).toEqual({
      ...about,
      layerDigest: digest,
    });
    expect(world.call('BatchCheckLayerAvailability', { repositoryName, layerDigests: [digest, digest] })).toEqual({
      layers: [{ layerDigest: digest, layerAvailability: 'AVAILABLE', layerSize: bytes.length }],
      failures: [],
    });
    expect(world.context.blobs.size(digest)).toBe(bytes.length);
    await expect(world.refusalAsync('CompleteLayerUpload', { repositoryName, uploadId, layerDigests })).resolves.toBe(
      `UploadNotFoundException: The upload with id '${uploadId}' ${inRepository} does not exist`,
    );
  });

  it('is refused where its parts are too small', async () => {
    const uploadId = await begin();
    await world.callAsync('UploadLayerPart', part(uploadId, 0, Buffer.from('ab')));
    await world.callAsync('UploadLayerPart', part(uploadId, 2, Buffer.from('cd')));
    const layerDigests = [sha256('abcd')];
    await expect(world.refusalAsync('CompleteLayerUpload', { repositoryName, uploadId, layerDigests })).resolves.toBe(
      'LayerPartTooSmallException: All layer parts except the last part should be at least 5MB',
    );
  });

  it('is refused without parts', async () => {
    const uploadId = await begin();
    const input = { repositoryName, uploadId, layerDigests: [sha256('')] };
    await expect(world.refusalAsync('CompleteLayerUpload', input)).resolves.toBe(
      `EmptyUploadException: The upload with id '${uploadId}' ${inRepository} cannot be completed because it does not have any parts`,
    );
  });

  it('is refused where no digest is its own, and may be ended with the right one', async () => {
    const uploadId = await begin();
    await world.callAsync('UploadLayerPart', part(uploadId, 0, Buffer.from('ab')));
    const text = 'InvalidLayerException: None of the provided layer digests match the calculated layer digest';
    for (const layerDigests of [
      [sha256('x')],
      [`sha512:${'0'.repeat(128)}`],
      ['md5:00'],
      [sha256('ab').toUpperCase()],
    ]) {
      const input = { repositoryName, uploadId, layerDigests };
      await expect(world.refusalAsync('CompleteLayerUpload', input)).resolves.toBe(text);
    }
    const done = await world.callAsync('CompleteLayerUpload', {
      repositoryName,
      uploadId,
      layerDigests: [sha256('ab')],
    });
    expect(done['layerDigest']).toBe(sha256('ab'));
  });

  it('is refused where it is there', async () => {
    const digest = await world.layer(repository, 'ab');
    const uploadId = await begin();
    await world.callAsync('UploadLayerPart', part(uploadId, 0, Buffer.from('ab')));
    const input = { repositoryName, uploadId, layerDigests: [digest] };
    await expect(world.refusalAsync('CompleteLayerUpload', input)).resolves.toBe(
      `LayerAlreadyExistsException: Layer with digest '${digest}' already exists ${inRepository}`,
    );
    expect(world.context.blobs.received(uploadId)).toBeUndefined();
  });

  it('heals what the disk has lost', async () => {
    const digest = await world.layer(repository, 'ab');
    world.context.blobs.remove(digest);
    const layerDigests = [digest];
    const check = (): unknown => world.call('BatchCheckLayerAvailability', { repositoryName, layerDigests })['layers'];
    expect(check()).toEqual([{ layerDigest: digest, layerAvailability: 'UNAVAILABLE' }]);
    const uploadId = await begin();
    await world.callAsync('UploadLayerPart', part(uploadId, 0, Buffer.from('ab')));
    await world.callAsync('CompleteLayerUpload', { repositoryName, uploadId, layerDigests });
    expect(check()).toEqual([{ layerDigest: digest, layerAvailability: 'AVAILABLE', layerSize: 2 }]);
  });

  it('belongs to one repository', async () => {
    world.repository('other');
    const uploadId = await begin();
    const bytes = Buffer.from('ab');
    const text = `UploadNotFoundException: The upload with id '${uploadId}' in the repository with name 'other' in registry with id '${account}' does not exist`;
    const elsewhere = { ...part(uploadId, 0, bytes), repositoryName: 'other' };
    await expect(world.refusalAsync('UploadLayerPart', elsewhere)).resolves.toBe(text);
    const input = { repositoryName: 'other', uploadId, layerDigests: [sha256(bytes)] };
    await expect(world.refusalAsync('CompleteLayerUpload', input)).resolves.toBe(text);
  });

  it('comes to nothing where the repository goes meanwhile', async () => {
    const uploadId = await begin();
    await world.callAsync('UploadLayerPart', part(uploadId, 0, Buffer.from('ab')));
    const input = { repositoryName, uploadId, layerDigests: [sha256('ab')] };
    const ending = world.refusalAsync('CompleteLayerUpload', input);
    world.call('DeleteRepository', { repositoryName });
    await expect(ending).resolves.toBe(
      `UploadNotFoundException: The upload with id '${uploadId}' ${inRepository} does not exist`,
    );
    expect(world.store.list(kinds.layer, shelf)).toEqual([]);
    expect(world.store.list(kinds.blobHolder, sha256('ab'))).toEqual([]);
  });

  const wrong =
    'InvalidLayerPartException: The layer part size is not valid, or the first byte specified is not consecutive to the last byte of a previous layer part upload.';
  it.each([
    ['a gap', 3, 'cd', 4],
    ['an overlap', 1, 'cd', 2],
    ['bytes again', 0, 'ab', 1],
    ['more than is said', 2, 'cd', 2],
    ['less than is said', 2, 'cd', 4],
    ['nothing', 2, '', 1],
  ])('takes no part with %s', async (_name, first, text, last) => {
    const uploadId = await begin();
    await world.callAsync('UploadLayerPart', part(uploadId, 0, Buffer.from('ab')));
    const input = part(uploadId, first, Buffer.from(text), last);
    await expect(world.refusalAsync('UploadLayerPart', input)).resolves.toBe(wrong);
    await expect(world.callAsync('UploadLayerPart', input)).rejects.toMatchObject({
      members: { registryId: account, repositoryName, uploadId, lastValidByteReceived: 1 },
    });
  });

  it('tells of no last byte where none was received', async () => {
    const uploadId = await begin();
    const input = part(uploadId, 5, Buffer.from('ab'));
    await expect(world.callAsync('UploadLayerPart', input)).rejects.toMatchObject({
      members: { registryId: account, repositoryName, uploadId },
    });
  });

  it('takes one of two parts that come at once', async () => {
    const uploadId = await begin();
    const input = part(uploadId, 0, Buffer.alloc(mebibyte));
    const outcomes = await Promise.allSettled([
      world.callAsync('UploadLayerPart', input),
      world.callAsync('UploadLayerPart', input),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = outcomes.find((one) => one.status === 'rejected');
    expect(refused?.reason).toMatchObject({ code: 'InvalidLayerPartException' });
  });

  it('has no more parts than there may be', async () => {
    const uploadId = await begin();
    world.store.put(kinds.upload, shelf, uploadId, { startedAt: start, parts: 4_200 });
    await expect(world.refusalAsync('UploadLayerPart', part(uploadId, 0, Buffer.from('ab')))).resolves.toBe(
      `LimitExceededException: The upload with id '${uploadId}' ${inRepository} already has the maximum allowed number of parts which is '4200'`,
    );
  });

  it('says that the disk is full', async () => {
    const full = (): Promise<never> => Promise.reject(new BlobError('full', 'ENOSPC'));
    const { blobs } = world.context;
    const uploadId = await begin();
    const text = 'ServerException: No space is left where the local ECR keeps its data.';
    const append = blobs.append;
    blobs.append = full;
    await expect(world.refusalAsync('UploadLayerPart', part(uploadId, 0, Buffer.from('ab')))).resolves.toBe(text);
    blobs.append = append;
    blobs.begin = full;
    await expect(world.refusalAsync('InitiateLayerUpload', { repositoryName })).resolves.toBe(text);
    await world.callAsync('UploadLayerPart', part(uploadId, 0, Buffer.from('ab')));
    blobs.commit = full;
    const input = { repositoryName, uploadId, layerDigests: [sha256('ab')] };
    await expect(world.refusalAsync('CompleteLayerUpload', input)).resolves.toBe(text);
    blobs.commit = () => Promise.reject(new Error('a defect'));
    await expect(world.callAsync('CompleteLayerUpload', input)).rejects.toThrow('a defect');
  });
});

describe('inputs of layer operations', () => {
  const uuid =
    "must satisfy regular expression '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'";
  const digest = "must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'";
  it.each([
    ['UploadLayerPart', { ...part('x', 0, Buffer.from('a')) }, invalid('uploadId', uuid)],
    ['UploadLayerPart', { ...part('../../x', 0, Buffer.from('a')) }, invalid('uploadId', uuid)],
    [
      'UploadLayerPart',
      { ...part(none, 0, Buffer.from('a')), partFirstByte: -1 },
      invalid('partFirstByte', 'Member must have value greater than or equal to 0'),
    ],
    [
      'UploadLayerPart',
      { ...part(none, 0, Buffer.alloc(20_971_521)) },
      invalid('layerPartBlob', 'must have length less than or equal to 20971520'),
    ],
    [
      'UploadLayerPart',
      { ...part(none, 0, Buffer.from('a')), layerPartBlob: 'a' },
      'SerializationException: The blob is not valid base64.',
    ],
    [
      'UploadLayerPart',
      { ...part(none, 0, Buffer.from('a')), layerPartBlob: '!!!!' },
      'SerializationException: The blob is not valid base64.',
    ],
    [
      'UploadLayerPart',
      { ...part(none, 0, Buffer.from('a')), layerPartBlob: 1 },
      'SerializationException: NUMBER_VALUE can not be converted to a Blob',
    ],
    ['UploadLayerPart', { repositoryName, uploadId: none }, invalid('partFirstByte', 'must not be null')],
    [
      'CompleteLayerUpload',
      { repositoryName, uploadId: none, layerDigests: [] },
      invalid('layerDigests', 'must have length greater than or equal to 1'),
    ],
    [
      'CompleteLayerUpload',
      { repositoryName, uploadId: none, layerDigests: ['x'] },
      invalid('layerDigests.1.member', digest),
    ],
    ['InitiateLayerUpload', {}, invalid('repositoryName', 'must not be null')],
    [
      'InitiateLayerUpload',
      { repositoryName: 'none' },
      `RepositoryNotFoundException: The repository with name 'none' does not exist in the registry with id '${account}'`,
    ],
  ])('%s is refused (%#)', async (name, input, text) => {
    await expect(world.refusalAsync(name, input)).resolves.toBe(text);
  });

  it('failures of BatchCheckLayerAvailability are told one by one', () => {
    expect(
      world.call('BatchCheckLayerAvailability', { repositoryName, layerDigests: ['', 'x', 'sha256:ABC'] }),
    ).toEqual({
      layers: [{ layerDigest: 'sha256:ABC', layerAvailability: 'UNAVAILABLE' }],
      failures: [
        {
          layerDigest: '',
          failureCode: 'MissingLayerDigest',
          failureReason: 'Invalid request parameters: layer digest cannot be null',
        },
        {
          layerDigest: 'x',
          failureCode: 'InvalidLayerDigest',
          failureReason:
            "Invalid request parameters: layer digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
        },
      ],
    });
    expect(
      world.refusal('BatchCheckLayerAvailability', {
        repositoryName,
        layerDigests: Array.from({ length: 101 }, () => 'x'),
      }),
    ).toBe(invalid('layerDigests', 'must have length less than or equal to 100'));
  });
});
