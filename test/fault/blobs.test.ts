// The blob store on a disk without room, and killed in the middle of its work: what was acknowledged is there, nothing is half there.
// It must not know how the store keeps its data.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BlobStore } from '../../src/local/blobs/blob-store.js';
import { openBlobStore } from '../../src/local/blobs/open.js';
import { type Acknowledged, contentOf, traffic } from '../support/blob-traffic.js';
import { smallDisk } from '../support/small-disk.js';

const MiB = 1024 * 1024;

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function source(bytes: Buffer): Readable {
  const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, index) =>
    bytes.subarray(index * 65_536, (index + 1) * 65_536),
  );
  return Readable.from(chunks, { objectMode: false });
}

describe('a disk that fills up', () => {
  const disk = smallDisk(8);
  afterAll(() => disk?.remove());

  it.skipIf(disk === undefined)('costs what it took, and nothing that was there', async () => {
    const store = openBlobStore({ folder: join(disk?.folder ?? '', 'data') });
    const bytes = createHash('sha512').update('x').digest();
    const whole = Buffer.alloc(7 * MiB, bytes);
    const upload = await store.begin();
    expect(await store.append(upload, 0, source(whole.subarray(0, 3 * MiB)))).toBe(3 * MiB);
    const other = await store.begin();
    await store.append(other, 0, source(whole.subarray(0, 100)));

    for (let round = 0; round < 3; round += 1) {
      const tooMuch = Buffer.alloc(20 * MiB, round);
      await expect(store.append(upload, 3 * MiB, source(tooMuch))).rejects.toMatchObject({ failure: 'full' });
      expect(store.received(upload)).toBe(3 * MiB);
      // The room it took is there again.
      expect(await store.append(other, 100 + round * MiB, source(whole.subarray(0, MiB)))).toBe(
        100 + (round + 1) * MiB,
      );
    }
    await store.cancel(other);

    writeFileSync(join(disk?.folder ?? '', 'ballast'), Buffer.alloc(3 * MiB));
    const both = await Promise.allSettled([
      store.append(upload, 3 * MiB, source(whole.subarray(3 * MiB))),
      store.begin().then((third) => store.append(third, 0, source(whole))),
    ]);
    for (const one of both) expect(one).toMatchObject({ status: 'rejected', reason: { failure: 'full' } });
    expect(store.received(upload)).toBe(3 * MiB);
    rmSync(join(disk?.folder ?? '', 'ballast'));

    expect(await store.append(upload, 3 * MiB, source(whole.subarray(3 * MiB)))).toBe(7 * MiB);
    const held = await store.commit(upload, sha256(whole));
    expect((await buffer(store.read(held.digest))).equals(whole)).toBe(true);
    await store.close();
  });
});

describe('a process killed with SIGKILL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-blob-kill-'));
  const bundle = join(folder, 'traffic.mjs');
  beforeAll(async () => {
    await build({
      stdin: {
        contents: `import { ${traffic.name} } from './blob-traffic.ts';
          await ${traffic.name}(process.argv[2] ?? '', process.argv[3] ?? '');`,
        resolveDir: join(import.meta.dirname, '../support'),
        loader: 'ts',
      },
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Everything a process acknowledged until it was killed after so many lines. */
  function killedAfter(lines: number, data: string, life: string): Promise<Acknowledged[]> {
    const child = spawn(process.execPath, [bundle, data, life], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
    return new Promise((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.split('\n').length > lines) child.kill('SIGKILL');
      });
      child.once('error', reject);
      child.once('close', (_code, signal) => {
        if (signal !== 'SIGKILL') reject(new Error(`the process ended by itself: ${errors}`));
        // The last line may have been cut off.
        const whole = text.slice(0, text.lastIndexOf('\n')).split('\n');
        resolve(whole.map((line) => JSON.parse(line) as Acknowledged));
      });
    });
  }

  async function digestsIn(store: BlobStore): Promise<Set<string>> {
    const found = new Set<string>();
    for await (const { digest } of store.list()) found.add(digest);
    return found;
  }

  it('has acknowledged nothing that is not there, and left no blob that is not whole', async () => {
    const data = join(folder, 'data');
    const committed = new Set<string>();
    let continued = 0;
    for (let life = 0; life < 8; life += 1) {
      const lines = 3 + life * 30;
      const told = await killedAfter(lines, data, String(life));
      expect(told.length).toBeGreaterThanOrEqual(lines);
      const store = openBlobStore({ folder: data });
      const present = await digestsIn(store);
      for (const one of told) if (one.kind === 'committed') committed.add(one.digest);
      for (const digest of committed) expect(present.has(digest)).toBe(true);
      // Those that nobody heard of as well: a blob is there whole or not at all.
      for (const digest of present) expect(await store.verify(digest)).toBe(true);

      const uploads = new Map(told.map((one) => [one.upload, one]));
      for (const [upload, last] of uploads) {
        if (last.kind === 'committed') {
          expect(store.received(upload)).toBeUndefined();
          continue;
        }
        const bytes = contentOf(last.seed);
        const received = store.received(upload);
        if (received === undefined) {
          // It was committed, and died before it could say so.
          expect(present.has(sha256(bytes))).toBe(true);
          continue;
        }
        expect(received).toBeGreaterThanOrEqual(last.bytes);
        expect(await store.digestOf(upload)).toBe(sha256(bytes.subarray(0, received)));
        await store.append(upload, received, source(bytes.subarray(received)));
        const held = await store.commit(upload, sha256(bytes));
        expect((await buffer(store.read(held.digest))).equals(bytes)).toBe(true);
        held.release();
        committed.add(held.digest);
        continued += 1;
      }
      await store.close();
    }
    expect(committed.size).toBeGreaterThan(40);
    expect(continued).toBeGreaterThan(5);
  }, 300_000);
});
