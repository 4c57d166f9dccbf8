// Garbage: what is collected, what is not, and that no order of pushes, deletions and collections loses what a manifest names.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../blobs/blob-store.js';
import type { EcrError } from '../ecr/operation.js';
import { type Repository, readRepository } from '../ecr/repository.js';
import type { Store } from '../store/store.js';
import { imageChores } from './chores.js';
import {
  appendToUpload,
  beginUpload,
  type Collected,
  collect,
  completeUpload,
  deleteImage,
  deleteTag,
  findImage,
  findLayer,
  imagesOf,
  manifestOf,
  mountLayer,
  putImage,
} from './index.js';
import { parseManifest } from './manifest.js';
import { kinds } from './model.js';
import { imageManifest, indexManifest, layerOf, sha256, types } from './testing/manifests.js';
import { openWorld, type World } from './testing/world.js';

let world: World;
let repository: Repository;
const day = 24 * 3_600_000;
beforeEach(() => {
  world = openWorld();
  repository = world.repository();
});
afterEach(() => world.close());

const collected = (at: World = world, grace = day): Promise<Collected> =>
  collect(at.context, { now: at.context.now(), grace });
async function* once(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

describe('a collection', () => {
  it('takes layers that no manifest has named for a day, with their blobs', async () => {
    const digest = await world.layer(repository, 'one');
    await world.pass(day);
    expect(await collected()).toEqual({ layers: 0, uploads: 0, blobs: 0 });
    await world.pass(1);
    expect(await collected()).toEqual({ layers: 1, uploads: 0, blobs: 1 });
    expect(findLayer(world.context, repository, digest)).toBeUndefined();
    expect(world.context.blobs.size(digest)).toBeUndefined();
    expect(await collected()).toEqual({ layers: 0, uploads: 0, blobs: 0 });
  });

  it('takes the layers of an image that is gone, a day after it went', async () => {
    await world.image(repository, 'one', 'v1');
    await world.pass(100 * day);
    expect(await collected()).toEqual({ layers: 0, uploads: 0, blobs: 0 });
    deleteTag(world.context, repository, 'v1');
    await world.pass(day + 1);
    expect(await collected()).toEqual({ layers: 2, uploads: 0, blobs: 2 });
  });

  it('leaves a blob that another repository has', async () => {
    const other = world.repository('other');
    await world.layer(repository, 'one');
    await world.image(other, 'one', 'v1');
    await world.pass(day + 1);
    expect(await collected()).toEqual({ layers: 1, uploads: 0, blobs: 0 });
    expect(world.context.blobs.size(sha256('one'))).toBe(3);
  });

  it('takes the blobs of a repository that is gone, at once', async () => {
    await world.image(repository, 'one', 'v1');
    world.call('DeleteRepository', { repositoryName: repository.name, force: true });
    expect(await collected()).toEqual({ layers: 0, uploads: 0, blobs: 2 });
  });

  it('takes uploads that nobody goes on with, and blobs that nothing names', async () => {
    const { blobs, store } = world.context;
    const upload = await beginUpload(world.context, repository);
    await appendToUpload(world.context, repository, upload, 0, once('one'));
    const orphan = await blobs.begin();
    await blobs.append(orphan, 0, once('two'));
    const held = await blobs.commit(orphan, sha256('two'));
    expect(await collected()).toEqual({ layers: 0, uploads: 0, blobs: 0 });
    held.release();
    expect(await collected()).toEqual({ layers: 0, uploads: 0, blobs: 1 });
    await world.pass(day + 1);
    expect(await collected()).toEqual({ layers: 0, uploads: 1, blobs: 0 });
    expect(store.scopes(kinds.upload)).toEqual([]);
  });

  it('goes through many in slices, and stops when it is told to', async () => {
    for (let index = 0; index < 450; index += 1) {
      const digest = sha256(`layer ${index}`);
      const shelf = `123456789012/eu-west-1/${repository.name}`;
      const looseSince = world.context.now() + (index % 2);
      world.store.put(kinds.layer, shelf, digest, { digest, size: 1, addedAt: 0, looseSince });
      world.store.put(kinds.looseLayer, 'all', `${String(looseSince).padStart(16, '0')}/${shelf}/${digest}`, null);
      world.store.put(kinds.blobHolder, digest, shelf, null);
    }
    await world.pass(day + 1);
    const abort = new AbortController();
    abort.abort();
    const options = { now: world.context.now(), grace: day, signal: abort.signal };
    expect(await collect(world.context, options)).toEqual({ layers: 200, uploads: 0, blobs: 0 });
    expect((await collected()).layers).toBe(25);
    await world.pass(1);
    expect((await collected()).layers).toBe(225);
    expect(world.store.list(kinds.looseLayer, 'all')).toEqual([]);
  });

  it('gives up where the disk takes nothing, and what was there is there again', async () => {
    const many = Array.from({ length: 250 }, (_, index) => sha256(`layer ${index}`));
    const shelf = `123456789012/eu-west-1/${repository.name}`;
    const write = (digest: string): void => {
      world.store.put(kinds.layer, shelf, digest, { digest, size: 1, addedAt: 0, looseSince: 1 });
      world.store.put(kinds.looseLayer, 'all', `${'1'.padStart(16, '0')}/${shelf}/${digest}`, null);
    };
    many.forEach(write);
    let tries = 0;
    const store: Store = {
      ...world.store,
      durable: () => {
        tries += 1;
        many.forEach(write);
        return tries < 5 ? Promise.reject(new Error('database or disk is full')) : undefined;
      },
    };
    const options = { now: world.context.now(), grace: day };
    await expect(collect({ ...world.context, store }, options)).rejects.toThrow('disk is full');
    expect(tries).toBe(1);
  });

  it('is a chore of the server’s, as the writing of pull times is', async () => {
    await world.image(repository, 'one', 'v1');
    await world.layer(repository, 'loose');
    await world.pass(day + 1);
    world.call('BatchGetImage', { repositoryName: repository.name, imageIds: [{ imageTag: 'v1' }] });
    const chores = imageChores({ ...world.context, signal: new AbortController().signal });
    const next = new Map<string, unknown>();
    for (const chore of chores) next.set(chore.name, await chore.run());
    expect([...next]).toEqual([
      ['pull-times', 5_000],
      ['garbage', 900_000],
    ]);
    expect(findLayer(world.context, repository, sha256('loose'))).toBeUndefined();
    const shelf = `123456789012/eu-west-1/${repository.name}`;
    expect(world.store.list(kinds.image, shelf)[0]?.[1]).toMatchObject({ lastRecordedPullTime: world.context.now() });
  });
});

// What may happen to two repositories, as a model sees it: small pools of layers, images and tags, so that they meet often.
type Step =
  | { readonly kind: 'upload'; readonly where: number; readonly layer: number }
  | { readonly kind: 'mount'; readonly where: number; readonly layer: number }
  | { readonly kind: 'put' | 'push'; readonly where: number; readonly layers: readonly number[]; readonly tag: number }
  | { readonly kind: 'index'; readonly where: number; readonly children: readonly number[]; readonly tag: number }
  | { readonly kind: 'untag'; readonly where: number; readonly tag: number }
  | { readonly kind: 'delete'; readonly where: number; readonly image: number }
  | { readonly kind: 'archive' | 'restore'; readonly where: number; readonly image: number }
  | { readonly kind: 'empty'; readonly where: number }
  | { readonly kind: 'collect' }
  | { readonly kind: 'pass'; readonly hours: number };

const where = fc.nat(1);
const few = fc.nat(3);
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('upload' as const), where, layer: few }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('mount' as const), where, layer: few }) },
  {
    weight: 9,
    arbitrary: fc.record({
      // A client sees to it that the layers are there; another may not.
      kind: fc.constantFrom('push' as const, 'push' as const, 'put' as const),
      where,
      layers: fc.array(few, { minLength: 1, maxLength: 3 }),
      tag: few,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('index' as const),
      where,
      children: fc.array(few, { maxLength: 2 }),
      tag: few,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('untag' as const), where, tag: few }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete' as const), where, image: few }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('archive' as const, 'restore' as const), where, image: few }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('empty' as const), where }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('collect' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), hours: fc.integer({ min: 1, max: 30 }) }) },
);

const names = ['left', 'right'] as const;
const nameOf = (index: number): string => names[index] ?? 'left';
const known = new Set([
  'LayerAlreadyExistsException',
  'LayersNotFoundException',
  'ReferencedImagesNotFoundException',
  'UploadNotFoundException',
  'ImageStorageClassUpdateNotSupportedException',
]);

/** Refusals are part of life; anything else is a defect. */
function forgive(error: unknown): void {
  if (!known.has((error as EcrError).code)) throw error;
}

async function upload(at: World, into: Repository, text: string): Promise<void> {
  const id = await beginUpload(at.context, into);
  await appendToUpload(at.context, into, id, 0, once(text));
  await completeUpload(at.context, into, id, [sha256(text)]);
}

async function take(at: World, step: Step): Promise<void> {
  const { context } = at;
  const home = (index: number): Repository => at.repository(nameOf(index));
  const image = (index: number, number: number): Digest | undefined => {
    const images = imagesOf(context, home(index), undefined, 100);
    return images[number % Math.max(images.length, 1)]?.digest;
  };
  switch (step.kind) {
    case 'upload':
      return upload(at, home(step.where), `layer ${step.layer}`);
    case 'mount':
      mountLayer(context, home(step.where), home(1 - step.where), sha256(`layer ${step.layer}`), { anyBlob: true });
      return;
    case 'push':
      for (const text of [0, ...step.layers].map((layer) => `layer ${layer}`)) {
        if (findLayer(context, home(step.where), sha256(text)) !== undefined) continue;
        // Another may have brought it meanwhile.
        await upload(at, home(step.where), text).catch(forgive);
      }
      return take(at, { ...step, kind: 'put' });
    case 'put': {
      const layers = step.layers.map((layer) => layerOf(`layer ${layer}`));
      const manifest = Buffer.from(imageManifest(layers, {}, layerOf('layer 0', types.config)));
      putImage(context, home(step.where), { manifest, origin: 'push', tag: `t${step.tag}` });
      return;
    }
    case 'index': {
      const children = step.children.flatMap((child) => image(step.where, child) ?? []);
      const manifest = Buffer.from(
        indexManifest(children.map((digest) => ({ mediaType: types.image, digest, size: 1 }))),
      );
      putImage(context, home(step.where), { manifest, origin: 'push', tag: `i${step.tag}` });
      return;
    }
    case 'untag':
      deleteTag(context, home(step.where), `t${step.tag}`);
      return;
    case 'delete':
      deleteImage(context, home(step.where), image(step.where, step.image) ?? '');
      return;
    case 'archive':
    case 'restore': {
      const imageDigest = image(step.where, step.image);
      if (imageDigest === undefined) return;
      const targetStorageClass = step.kind === 'archive' ? 'ARCHIVE' : 'STANDARD';
      at.store.transaction(() =>
        at.call('UpdateImageStorageClass', {
          repositoryName: nameOf(step.where),
          imageId: { imageDigest },
          targetStorageClass,
        }),
      );
      return;
    }
    case 'empty':
      at.call('DeleteRepository', { repositoryName: home(step.where).name, force: true });
      home(step.where);
      return;
    case 'collect':
      await collected(at);
      return;
    case 'pass':
      await at.pass(step.hours * 3_600_000);
  }
}

/** Whatever has happened: every image has its manifest, its layers with their bytes, and its children; every index of the store agrees. */
async function whole(at: World): Promise<void> {
  const { context, store } = at;
  for (const name of names) {
    const repositoryThere = readRepository(store, context.account, context.region, name);
    if (repositoryThere === undefined) continue;
    const shelf = `${context.account}/${context.region}/${name}`;
    const images = imagesOf(context, repositoryThere, undefined, 1_000);
    const users = new Map<string, number>();
    for (const image of images) {
      const text = manifestOf(context, repositoryThere, image.digest);
      expect(sha256(text)).toBe(image.digest);
      const manifest = parseManifest(Buffer.from(text));
      expect([...image.layers].sort()).toEqual([...new Set(manifest.layers.map((one) => one.digest))].sort());
      for (const layer of image.layers) {
        expect(store.get(kinds.layer, shelf, layer), `layer of ${image.digest}`).toBeDefined();
        expect(store.get(kinds.blobHolder, layer, shelf)).toBeNull();
        expect(await context.blobs.verify(layer)).toBe(true);
        users.set(layer, (users.get(layer) ?? 0) + 1);
      }
      for (const child of image.children) {
        expect(findImage(context, repositoryThere, { digest: child }), `child of ${image.digest}`).toBeDefined();
      }
      for (const tag of image.tags) expect(findImage(context, repositoryThere, { tag })?.digest).toBe(image.digest);
    }
    // The indexes have what the images have, and nothing else.
    expect(store.get(kinds.imageCount, shelf, 'images') ?? 0).toBe(images.length);
    expect(store.list(kinds.image, shelf)).toHaveLength(images.length);
    expect(store.list(kinds.manifest, shelf)).toHaveLength(images.length);
    const tags = images.reduce((sum, image) => sum + image.tags.length, 0);
    expect(store.list(kinds.tag, shelf).length + store.list(kinds.dormantTag, shelf).length).toBe(tags);
    expect(store.list(kinds.layerUser, shelf)).toHaveLength([...users.values()].reduce((sum, count) => sum + count, 0));
    expect(store.list(kinds.parent, shelf)).toHaveLength(images.reduce((sum, image) => sum + image.children.length, 0));
    for (const [digest, value] of store.list(kinds.layer, shelf)) {
      const { looseSince } = value as { looseSince?: number };
      expect(looseSince === undefined, `${digest} is loose`).toBe(users.has(digest));
      if (looseSince !== undefined) {
        const key = `${String(looseSince).padStart(16, '0')}/${shelf}/${digest}`;
        expect(store.get(kinds.looseLayer, 'all', key)).toBeNull();
      }
    }
  }
}

describe('whatever happens in whatever order', () => {
  it('every image has its manifest, layers and children', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 40 }), async (list) => {
        const at = openWorld();
        try {
          for (const step of list) await take(at, step).catch(forgive);
          await whole(at);
          await at.pass(3 * day);
          await collected(at);
          await whole(at);
          // All that is left has a holder, and what has a holder is there.
          for await (const { digest } of at.context.blobs.list()) {
            expect(at.store.list(kinds.blobHolder, digest).length).toBeGreaterThan(0);
          }
        } finally {
          await at.close();
        }
      }),
      { numRuns: 60 },
    );
  });

  it('also where pushes and collections run at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 10, maxLength: 40 }), fc.scheduler(), async (list, scheduler) => {
        const at = openWorld();
        try {
          const running = list.map((step) =>
            scheduler
              .schedule(Promise.resolve())
              .then(() => take(at, step))
              .catch(forgive),
          );
          await scheduler.waitFor(Promise.all(running));
          await whole(at);
        } finally {
          await at.close();
        }
      }),
      { numRuns: 40 },
    );
  });
});
