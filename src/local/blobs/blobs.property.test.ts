// Any course of appends, commits, cancellations, removals and restarts, several at a time, against a model of two maps.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BlobError, type BlobStore, type Digest, type HeldBlob } from './blob-store.js';
import { openBlobStore } from './open.js';

/** Few contents, so that the same digest comes up again and again. */
const chunk = fc.record({ letter: fc.constantFrom('a', 'b'), size: fc.constantFrom(0, 1, 1000, 70_000, 1_100_000) });

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('begin' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      upload: fc.nat(),
      chunks: fc.array(chunk, { maxLength: 4 }),
      breaks: fc.boolean(),
      misses: fc.constantFrom(0, 0, 0, 1, -1),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      upload: fc.nat(),
      algorithm: fc.constantFrom('sha256' as const, 'sha256' as const, 'sha512' as const),
      lies: fc.constantFrom(false, false, true),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), upload: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('release' as const), blob: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), blob: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('verify' as const), blob: fc.nat() }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const course = fc.array(
  fc.record({ together: fc.array(step, { minLength: 1, maxLength: 5 }), restart: fc.boolean() }),
  {
    minLength: 3,
    maxLength: 12,
  },
);

function digestOf(bytes: Buffer, algorithm: 'sha256' | 'sha512'): Digest {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

class Model {
  readonly uploads = new Map<string, Buffer>();
  readonly blobs = new Map<Digest, Buffer>();
  readonly holds: HeldBlob[] = [];
}

function pick<T>(items: readonly T[], index: number): T | undefined {
  return items.length === 0 ? undefined : items[index % items.length];
}

async function* sourceOf(chunks: readonly Buffer[], breaks: boolean): AsyncGenerator<Buffer> {
  for (const one of chunks) {
    await new Promise((resolve) => setImmediate(resolve));
    yield one;
  }
  if (breaks) throw new Error('broken off');
}

async function failureOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error instanceof BlobError ? error.failure : (error as Error).message;
  }
}

/** Does one step, says what it must come to, and notes what it changed. */
async function take(one: Step, store: BlobStore, model: Model, taken: Set<string>, added: Set<Digest>): Promise<void> {
  if (one.kind === 'begin') {
    model.uploads.set(await store.begin(), Buffer.alloc(0));
    return;
  }
  if (one.kind === 'release' || one.kind === 'remove' || one.kind === 'verify') {
    const digest = pick([...model.blobs.keys()], one.blob);
    if (digest === undefined) return;
    if (one.kind === 'release') {
      for (const held of model.holds.filter((each) => each.digest === digest)) held.release();
      model.holds.splice(0, model.holds.length, ...model.holds.filter((each) => each.digest !== digest));
    } else if (one.kind === 'remove') {
      const held = model.holds.some((each) => each.digest === digest);
      const removed = store.remove(digest);
      if (held) expect(removed).toBe(false);
      // Whoever commits the same bytes meanwhile says that it is there again.
      if (removed) model.blobs.delete(digest);
    } else {
      const found = await failureOf(store.verify(digest).then((good) => expect(good).toBe(true)));
      expect([undefined, 'gone']).toContain(found);
    }
    return;
  }
  const upload = pick(
    [...model.uploads.keys()].filter((each) => !taken.has(each)),
    one.upload,
  );
  if (upload === undefined) return;
  taken.add(upload);
  const before = model.uploads.get(upload) ?? Buffer.alloc(0);
  if (one.kind === 'append') {
    const chunks = one.chunks.map(({ letter, size }) => Buffer.alloc(size, letter));
    const failure = await failureOf(
      store.append(upload, before.length + one.misses, sourceOf(chunks, one.breaks)).then((received) => {
        expect(received).toBe(before.length + chunks.reduce((sum, each) => sum + each.length, 0));
      }),
    );
    expect(failure).toBe(one.misses !== 0 ? 'offset' : one.breaks ? 'broken off' : undefined);
    if (one.misses === 0) model.uploads.set(upload, Buffer.concat([before, ...chunks]));
  } else if (one.kind === 'commit') {
    const digest = digestOf(one.lies ? Buffer.concat([before, Buffer.from('!')]) : before, one.algorithm);
    if (one.lies) {
      expect(await failureOf(store.commit(upload, digest))).toBe('digest');
      return;
    }
    const held = await store.commit(upload, digest);
    expect(held).toMatchObject({ digest, size: before.length });
    model.holds.push(held);
    model.uploads.delete(upload);
    model.blobs.set(digest, before);
    added.add(digest);
  } else {
    expect(await store.cancel(upload)).toBe(true);
    model.uploads.delete(upload);
  }
}

async function matches(store: BlobStore, model: Model): Promise<void> {
  const blobs = new Map<Digest, number>();
  for await (const { digest, size } of store.list()) blobs.set(digest, size);
  expect(blobs).toEqual(new Map([...model.blobs].map(([digest, bytes]) => [digest, bytes.length])));
  for (const [digest, bytes] of model.blobs) expect(store.size(digest)).toBe(bytes.length);
  for (const [upload, bytes] of model.uploads) expect(store.received(upload)).toBe(bytes.length);
}

it('is what a model of it says', async () => {
  await fc.assert(
    fc.asyncProperty(course, async (groups) => {
      const folder = mkdtempSync(join(tmpdir(), 'slipway-blob-course-'));
      let store = openBlobStore({ folder });
      const model = new Model();
      const opened = [store];
      try {
        for (const { together, restart } of groups) {
          const taken = new Set<string>();
          const added = new Set<Digest>();
          await Promise.all(together.map((one) => take(one, store, model, taken, added)));
          // A commit is the last word, as it holds.
          for (const digest of added) {
            if (model.holds.some((held) => held.digest === digest)) expect(store.size(digest)).toBeDefined();
          }
          await matches(store, model);
          if (!restart) continue;
          // As after a kill: the one before is never closed, and its hold on blobs is gone.
          store = openBlobStore({ folder });
          opened.push(store);
          model.holds.length = 0;
          await matches(store, model);
        }
        for (const [digest, bytes] of model.blobs) {
          expect((await buffer(store.read(digest))).equals(bytes)).toBe(true);
          expect(await store.verify(digest)).toBe(true);
        }
        for (const [upload, bytes] of model.uploads)
          expect(await store.digestOf(upload)).toBe(digestOf(bytes, 'sha256'));
        // What is being removed is an upload until it is gone.
        for (const each of opened) await each.close();
        const left = openBlobStore({ folder });
        opened.push(left);
        const uploads: string[] = [];
        for await (const { upload } of left.uploads()) uploads.push(upload);
        expect(uploads.sort()).toEqual([...model.uploads.keys()].sort());
      } finally {
        for (const each of opened) await each.close();
        rmSync(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 60 },
  );
}, 300_000);
