// However the copies of the same pushes are ordered, repeated or cut short, the destination ends the same.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addLayer } from '../images/layers.js';
import { describe as described, imageManifest, indexManifest, layerOf, sha256 } from '../images/testing/manifests.js';
import { openWorld, type World } from '../images/testing/world.js';
import { openMemoryStore } from '../store/memory.js';
import type { Json, Store } from '../store/store.js';
import { firstCopy } from './queue.js';
import { away, contentAt, home, setRules, work } from './testing/registries.js';
import { makeCopy } from './work.js';

const names = ['one', 'two', 'three'];
const tags = ['v1', 'v2', 'latest'];

/** A push of an image, or of an index of some that were pushed before. */
const push = fc.record({
  image: fc.constantFrom(...names),
  parts: fc.option(fc.subarray(names, { minLength: 1 }), { nil: undefined, freq: 3 }),
  tag: fc.option(fc.constantFrom(...tags), { nil: undefined }),
});

const course = fc.record({
  pushes: fc.array(push, { minLength: 1, maxLength: 12 }),
  mutability: fc.constantFrom('MUTABLE', 'IMMUTABLE'),
  /** How the copies are ordered; those left out are made by the work itself, in its own order. */
  order: fc.infiniteStream(fc.nat()),
  /** After how many copies the process dies. */
  cut: fc.nat(20),
});

/** A world whose destination keeps its tags, or does not. */
function worldOf(store: Store, mutability: string): World {
  const world = openWorld(store);
  const template = {
    prefix: 'ROOT',
    appliedFor: ['REPLICATION'],
    imageTagMutability: mutability,
    encryptionConfiguration: { encryptionType: 'AES256' },
    resourceTags: [],
    createdAt: 0,
    updatedAt: 0,
  };
  store.put('repository-creation-template', `${away.account}/${away.region}`, 'ROOT', template);
  setRules(world, [{ to: [away] }]);
  const repository = world.repository();
  // Copies do not touch bytes: there need be none.
  for (const text of ['{}', ...names]) addLayer(world.context, repository, sha256(text), text.length);
  return world;
}

function manifestOf({ image, parts }: { image: string; parts?: readonly string[] | undefined }): string {
  const one = (text: string): string => imageManifest([layerOf(text)]);
  return parts === undefined ? one(image) : indexManifest(parts.map((part) => described(one(part))));
}

function pushAll(world: World, pushes: readonly { image: string; parts?: readonly string[]; tag?: string }[]): void {
  const repository = world.repository();
  for (const { tag, ...what } of pushes) {
    for (const part of what.parts ?? []) world.put(repository, manifestOf({ image: part }));
    world.put(repository, manifestOf(what), tag);
  }
}

function waiting(store: Store): string[] {
  return store.list('replication', 'all').map(([key]) => key);
}

function told(world: World): unknown {
  return contentAt(world, away);
}

it('in any order, done more than once, and after any death', async () => {
  await fc.assert(
    fc.asyncProperty(course, async ({ pushes, mutability, order, cut }) => {
      const definite = pushes.map(({ image, parts, tag }) => ({
        image,
        ...(parts !== undefined && { parts }),
        ...(tag !== undefined && { tag }),
      }));
      const straight = worldOf(openMemoryStore(), mutability);
      pushAll(straight, definite);
      await work(straight);
      expect(firstCopy(straight.store)).toBeUndefined();

      const shuffled = worldOf(openMemoryStore(), mutability);
      pushAll(shuffled, definite);
      const { store } = shuffled;
      for (let count = 0; waiting(store).length > 0; count += 1) {
        const keys = waiting(store);
        const [number = 0] = order.take(1);
        const key = keys[number % keys.length] ?? '';
        const copy = store.get('replication', 'all', key) as Json;
        if (count === cut) {
          // Killed in the middle of a copy: its transaction is as if it had never begun.
          expect(() =>
            store.transaction(() => {
              makeCopy(shuffled.context, key);
              throw new Error('killed');
            }),
          ).toThrow('killed');
          expect(store.get('replication', 'all', key)).toEqual(copy);
        }
        makeCopy(shuffled.context, key);
        if (number % 5 === 0) {
          // Done once more, as if nobody had noted that it was done.
          store.put('replication', 'all', key, copy);
          makeCopy(shuffled.context, key);
        }
      }
      expect(told(shuffled)).toEqual(told(straight));
      for (const image of contentAt(straight, home)) {
        expect(told(straight)).toContainEqual(expect.objectContaining({ digest: image['digest'], status: 'ACTIVE' }));
      }
      if (mutability === 'MUTABLE') {
        const asAtHome = contentAt(straight, home).map((image) => ({ ...image, origin: 'replication' }));
        expect(told(straight)).toEqual(asAtHome);
      }
      await straight.close();
      await shuffled.close();
    }),
    { numRuns: 60 },
  );
});
