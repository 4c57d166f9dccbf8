// A check of a whole world: silent about what is right, also while it changes, and never silent about what is wrong.
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archiveImage, beginUpload, cancelUpload, collect, deleteImage, deleteTag, putImage } from '../images/index.js';
import { type Image, kinds, type Layer, shelfOf } from '../images/model.js';
import { describe as described, imageManifest, indexManifest, layerOf, sha256 } from '../images/testing/manifests.js';
import { account, openWorld, region, type World } from '../images/testing/world.js';
import type { Json } from '../store/store.js';
import { type CheckLine, check, type Summary } from './check.js';
import { checks } from './documents.js';
import type { Finding } from './finding.js';

let world: World;
beforeEach(() => {
  world = openWorld();
});
afterEach(() => world.close());

const never = new AbortController().signal;

interface Result {
  readonly findings: readonly Finding[];
  readonly summary: Summary;
}

async function checked(setAside = false): Promise<Result> {
  const { store, context } = world;
  const lines: CheckLine[] = [];
  for await (const line of check({ store, blobs: context.blobs, setAside, signal: never })) lines.push(line);
  const last = lines.at(-1);
  if (last === undefined || !('summary' in last)) throw new Error('no summary');
  return { findings: lines.flatMap((line) => ('finding' in line ? [line.finding] : [])), summary: last.summary };
}

/** Tags, an index, a referrer, an archived image, a shared layer, a loose one, an upload, and garbage. */
async function populate(): Promise<{ one: Image; archived: Image }> {
  const app = world.repository('team/app');
  const other = world.repository('other');
  const one = await world.image(app, 'first', 'v1');
  world.put(app, imageManifest([layerOf('first')]), 'latest');
  const two = await world.image(app, 'second');
  const manifest = (text: string): string => imageManifest([layerOf(text)]);
  world.put(app, indexManifest([described(manifest('first')), described(manifest('second'))]), 'multi');
  await world.image(app, 'signature', undefined, { subject: described(manifest('first')), artifactType: 'a/b c' });
  await world.image(app, 'orphan of a subject', undefined, { subject: described('not here') });
  await world.image(other, 'first', 'v1');
  const archived = await world.image(other, 'old', 'old');
  archiveImage(world.context, other, archived);
  await world.layer(app, 'loose');
  await beginUpload(world.context, app);
  const upload = await world.context.blobs.begin();
  (await world.context.blobs.commit(upload, sha256(''))).release();
  expect(two.tags).toEqual([]);
  return { one, archived };
}

function documents(): { kind: string; scope: string; key: string; value: Json }[] {
  const { store } = world;
  return [...checks.keys(), kinds.blobHolder].flatMap((kind) =>
    store.scopes(kind).flatMap((scope) => store.list(kind, scope).map(([key, value]) => ({ kind, scope, key, value }))),
  );
}

describe('a check', () => {
  it('finds nothing in a world that is right, and says what it looked at', async () => {
    await populate();
    const { findings, summary } = await checked();
    expect(findings).toEqual([]);
    expect(summary).toMatchObject({ garbage: { blobs: 1, bytes: 0 }, uploads: 1, setAside: 0 });
    // {} and first in both repositories; second, signature, orphan, loose, old in one each.
    expect(summary.checked).toMatchObject({ images: 7, layers: 9, blobs: 7 });
    const sizes = ['{}', 'first', 'second', 'signature', 'orphan of a subject', 'loose', 'old'].map(
      (one) => one.length,
    );
    expect(summary.checked.bytes).toBe(sizes.reduce((sum, one) => sum + one, 0));
    expect(new Set(documents().map((one) => one.kind))).toEqual(new Set([...checks.keys(), kinds.blobHolder]));
  });

  it('misses no document that is gone', async () => {
    await populate();
    const { store } = world;
    for (const { kind, scope, key, value } of documents()) {
      store.delete(kind, scope, key);
      const { findings } = await checked();
      const what = `${kind} ${scope} ${key}`;
      expect(findings.length, what).toBeGreaterThan(0);
      // All but the loss of a layer nobody names are told with the image that suffers, or with the digest.
      const digest =
        kind === kinds.blobHolder ? scope : (/sha256:[0-9a-f]{64}/.exec(`${key} ${JSON.stringify(value)}`)?.[0] ?? '');
      expect(JSON.stringify(findings), what).toContain(digest);
      store.put(kind, scope, key, value);
    }
    expect((await checked()).findings).toEqual([]);
  }, 120_000);

  it('misses no entry too many', async () => {
    const { one } = await populate();
    const { store, context } = world;
    const shelf = shelfOf(context, world.repository('team/app'));
    const digest = sha256('something else');
    for (const [kind, scope, key, value] of [
      [kinds.manifest, shelf, digest, 'text'],
      [kinds.tag, shelf, 'stray', digest],
      [kinds.tag, shelf, 'stray', one.digest],
      [kinds.dormantTag, shelf, 'v1', one.digest],
      [kinds.listed, shelf, `ARCHIVED/tagged/${one.digest}`, null],
      [kinds.layerUser, shelf, `${digest}/live/${one.digest}`, null],
      [kinds.parent, shelf, `${one.digest}/${digest}`, null],
      [kinds.referrer, shelf, `${digest}/ACTIVE/${one.digest}`, null],
      [kinds.typedReferrer, shelf, `${digest}/ACTIVE/x/${one.digest}`, null],
      [kinds.blobHolder, digest, shelf, null],
      [kinds.blobHolder, sha256('first'), `${account}/${region}/nowhere`, null],
    ] as const) {
      store.put(kind, scope, key, value);
      expect(
        (await checked()).findings.map((each) => each.code),
        `${kind} ${scope} ${key}`,
      ).toEqual(['local/index-broken']);
      store.delete(kind, scope, key);
    }
    expect((await checked()).findings).toEqual([]);
  });

  it('misses no document that says something else', async () => {
    const { one } = await populate();
    const { store, context } = world;
    const shelf = shelfOf(context, world.repository('team/app'));
    const layer = store.get(kinds.layer, shelf, sha256('first')) as unknown as Layer;
    const text = store.get(kinds.manifest, shelf, one.digest) as string;
    const changes: readonly (readonly [string, string, unknown, readonly string[]])[] = [
      [kinds.manifest, one.digest, `${text} `, ['local/manifest-damaged']],
      [kinds.manifest, one.digest, 5, ['local/manifest-damaged']],
      [kinds.image, one.digest, { ...one, tags: ['latest'] }, ['local/index-broken']],
      [kinds.image, one.digest, { ...one, tags: ['latest', 'v1'], manifestSize: 3 }, ['local/manifest-damaged']],
      [kinds.tag, 'v1', sha256('second'), ['local/index-broken']],
      [kinds.layer, layer.digest, { ...layer, size: 6 }, ['local/index-broken']],
      [kinds.layer, layer.digest, { ...layer, digest: sha256('x') }, ['local/index-broken']],
    ];
    for (const [kind, key, value, codes] of changes) {
      const before = store.get(kind, shelf, key) ?? null;
      store.put(kind, shelf, key, value as Json);
      const found = (await checked()).findings.map((each) => each.code);
      expect([...new Set(found)], `${kind} ${JSON.stringify(value)}`).toEqual(codes);
      store.put(kind, shelf, key, before);
    }
    store.delete('repository', `${account}/${region}`, 'other');
    expect((await checked()).findings.map((each) => each.message)).toContainEqual(
      expect.stringContaining('the repository 123456789012/eu-west-1/other, which does not exist'),
    );
  });

  it('warns of an image that was taken without all it names', async () => {
    const app = world.repository();
    const manifest = imageManifest([layerOf('a'), layerOf('b')]);
    putImage(world.context, app, {
      manifest: Buffer.from(manifest),
      tag: 'v1',
      origin: 'push',
      allowMissingReferences: true,
    });
    putImage(world.context, app, {
      manifest: Buffer.from(indexManifest([described('not here')])),
      origin: 'push',
      allowMissingReferences: true,
    });
    const { findings } = await checked();
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['local/image-incomplete', 'warning'],
      ['local/image-incomplete', 'warning'],
    ]);
    expect(findings.map((one) => one.message).join('\n')).toContain(
      'team/app:v1 (123456789012, eu-west-1) names layer',
    );
  });

  it('lets others have their turn, and ends when it is told to', async () => {
    const app = world.repository();
    for (let number = 0; number < 400; number += 1) await world.image(app, `layer ${number}`, `v${number}`);
    let turns = 0;
    const others = { busy: true };
    const ticking = (async () => {
      while (others.busy) {
        await turn();
        turns += 1;
      }
    })();
    const { findings } = await checked();
    others.busy = false;
    await ticking;
    expect(findings).toEqual([]);
    expect(turns).toBeGreaterThan(400);

    const stop = new AbortController();
    const { store, context } = world;
    const half = async (): Promise<void> => {
      let lines = 0;
      for await (const line of check({ store, blobs: context.blobs, signal: stop.signal })) {
        expect(line).not.toHaveProperty('summary');
        lines += 1;
        if (lines === 30) stop.abort(new Error('enough'));
      }
    };
    await expect(half()).rejects.toThrow('enough');
  });

  it('takes nothing for damage that happens while it looks', async () => {
    const step = fc.record({
      what: fc.constantFrom('push', 'push', 'index', 'untag', 'delete', 'collect', 'archive', 'cancel'),
      text: fc.constantFrom('a', 'b', 'c', 'd'),
      tag: fc.constantFrom('x', 'y', undefined),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        await world.close();
        world = openWorld();
        const { context } = world;
        const app = world.repository();
        const others = { busy: true };
        const work = (async () => {
          for (const { what, text, tag } of steps) {
            const manifest = imageManifest([layerOf(text)]);
            try {
              if (what === 'push') await world.image(app, text, tag);
              else if (what === 'index') world.put(app, indexManifest([described(manifest)]), tag);
              else if (what === 'untag') deleteTag(context, app, tag ?? 'x');
              else if (what === 'delete') deleteImage(context, app, sha256(manifest));
              else if (what === 'collect') {
                await world.pass(86_400_000);
                await collect(context, { now: context.now(), grace: 0 });
              } else if (what === 'archive') {
                const image = context.store.get(kinds.image, shelfOf(context, app), sha256(manifest));
                if (image !== undefined) archiveImage(context, app, image as unknown as Image);
              } else await cancelUpload(context, app, await beginUpload(context, app));
            } catch (error) {
              // What ECR refuses, and layers that were collected before their manifest came.
              expect(error).toHaveProperty('code');
            }
            await turn();
          }
          others.busy = false;
        })();
        while (others.busy) expect((await checked()).findings).toEqual([]);
        await work;
        expect((await checked()).findings).toEqual([]);
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});
