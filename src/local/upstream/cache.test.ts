// The cache without its wire: what it makes of a store that takes nothing, and of bytes that are somebody else's.
import { afterEach, describe, expect, it } from 'vitest';
import { openBlobStore } from '../blobs/open.js';
import { imageContent } from '../distribution/testing/content.js';
import { writeRepository } from '../ecr/repository.js';
import { appendToUpload, beginUpload, completeUpload, findLayer, type ImageContext } from '../images/index.js';
import { openMemoryStore } from '../store/memory.js';
import type { Json, Store } from '../store/store.js';
import { PullThrough } from './cache.js';
import { type Scripted, startScripted } from './testing/scripted.js';

const account = '123456789012';
const region = 'us-east-1';
const content = imageContent('one');
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** An upstream that has the manifest, and those blobs. */
async function upstreamWith(blobs: readonly { readonly digest: string; readonly bytes: Buffer }[]): Promise<Scripted> {
  const upstream = await startScripted((request, response) => {
    const wanted = request.url?.split('/').at(-1) ?? '';
    const found = blobs.find(({ digest }) => digest === wanted);
    if (request.url?.includes('/manifests/') === true) {
      response.writeHead(200, { 'content-type': content.image.mediaType }).end(content.image.bytes);
    } else if (found === undefined) response.writeHead(404).end();
    else response.writeHead(200).end(found.bytes);
  });
  closing.push(() => upstream.close());
  return upstream;
}

function contextOver(store: Store): ImageContext {
  const blobs = openBlobStore();
  closing.push(() => blobs.close());
  store.put('pull-through-cache-rule', `${account}/${region}`, 'quay', {
    ecrRepositoryPrefix: 'quay',
    upstreamRegistryUrl: 'quay.io',
    upstreamRegistry: 'quay',
    createdAt: 0,
    updatedAt: 0,
  });
  const callerArn = `arn:aws:iam::${account}:user/dev`;
  return { account, region, partition: 'aws', callerArn, now: () => 1_700_000_000_000, store, blobs };
}

function cacheOf({ url }: Scripted): PullThrough {
  const { signal } = new AbortController();
  return new PullThrough({ self: () => url, signal, silence: 5_000, upstreams: { 'quay.io': url } });
}

const name = 'quay/app';
const pull = (cache: PullThrough, context: ImageContext): Promise<unknown> | undefined =>
  cache.manifest({ context, account, name }, { tag: 'v1' }, undefined);

describe('an image that comes in the background', () => {
  it('and finds a store that takes nothing is asked for again', async () => {
    const store = openMemoryStore();
    let full = false;
    const put = (kind: string, scope: string, key: string, value: Json): void => {
      if (full) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
      store.put(kind, scope, key, value);
    };
    const context = contextOver({ ...store, put });
    const cache = cacheOf(await upstreamWith(content.blobs));
    expect(await pull(cache, context)).toMatchObject({ digest: content.image.digest });
    const coming = cache.imported({ context, account, name }, content.blobs[0]?.digest ?? '');
    full = true;
    // Nobody waits for it but us: a rejection would end the process.
    await coming;
    await cache.settled();
    expect(store.list('image', `${account}/${region}/${name}`)).toEqual([]);
    full = false;
    expect(await pull(cache, context)).toMatchObject({ digest: content.image.digest });
    await cache.settled();
    expect(store.list('image', `${account}/${region}/${name}`)).toHaveLength(1);
  });
});

describe('bytes that are here', () => {
  it.each([
    ['for the same account are not asked for', account, true],
    ['for another account are not had for knowing their digest', '210987654321', false],
  ])('%s', async (_, owner, had) => {
    const context = contextOver(openMemoryStore());
    const theirs = { ...context, account: owner };
    const repository = {
      name: 'secret',
      account: owner,
      createdAt: 0,
      imageTagMutability: 'MUTABLE',
      scanOnPush: false,
      encryption: { encryptionType: 'AES256' },
      tags: [],
    };
    writeRepository(theirs, repository);
    for (const { bytes, digest } of content.blobs) {
      const upload = await beginUpload(theirs, repository);
      const once = (async function* () {
        yield bytes;
      })();
      await appendToUpload(theirs, repository, upload, 0, once);
      await completeUpload(theirs, repository, upload, [digest]);
    }
    const cache = cacheOf(await upstreamWith([]));
    await pull(cache, context);
    await cache.settled();
    for (const { digest } of content.blobs) {
      expect(findLayer(context, { ...repository, name, account }, digest) !== undefined).toBe(had);
    }
  });
});
