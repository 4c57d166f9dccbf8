// The blob store as its port promises it, in a folder that stays and in one that goes.
import { createCipheriv, createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlobError, type BlobStore, type Digest, isDigest } from './blob-store.js';
import { openBlobStore } from './open.js';

let folder: string;
let store: BlobStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-blob-test-'));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

function digestOf(bytes: Buffer, algorithm: 'sha256' | 'sha512' = 'sha256'): Digest {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** No two stretches of it are alike. */
function some(size: number, seed = 1): Buffer {
  const key = createHash('md5').update(String(seed)).digest();
  return createCipheriv('aes-128-ctr', key, key).update(Buffer.alloc(size));
}

/** In chunks of so many bytes. */
function* chunked(bytes: Buffer, size: number): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

function source(bytes: Buffer, size = 65_536): Readable {
  return Readable.from(chunked(bytes, size), { objectMode: false });
}

async function put(bytes: Buffer, algorithm: 'sha256' | 'sha512' = 'sha256'): Promise<Digest> {
  const upload = await store.begin();
  await store.append(upload, 0, source(bytes));
  const held = await store.commit(upload, digestOf(bytes, algorithm));
  held.release();
  return held.digest;
}

async function failureOf(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (error instanceof BlobError) return error.failure;
    throw error;
  }
  return 'none';
}

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of list) found.push(one);
  return found;
}

function pathOf(digest: Digest): string {
  const [algorithm = '', hex = ''] = digest.split(':');
  return join(folder, 'blobs', algorithm, hex.slice(0, 2), hex);
}

/** A writable that looks at what it is given as late as it may. */
function sink(): { stream: Writable; bytes: () => Buffer } {
  const parts: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      setTimeout(() => {
        // A copy: the buffer is used again once the write is done.
        parts.push(Buffer.from(chunk));
        done();
      }, 5);
    },
  });
  return { stream, bytes: () => Buffer.concat(parts) };
}

describe.each([
  ['a folder', () => openBlobStore({ folder })],
  ['a folder that goes', () => openBlobStore()],
])('the store in %s', (_name, open) => {
  beforeEach(() => {
    store = open();
  });

  it.each([0, 1, 65_536, 9 * 1024 * 1024 + 5])('gives back %i bytes as they came', async (size) => {
    const bytes = some(size);
    const digest = await put(bytes);
    expect(store.size(digest)).toBe(size);
    expect((await buffer(store.read(digest))).equals(bytes)).toBe(true);
    const out = sink();
    await store.send(digest, out.stream);
    expect(out.bytes().equals(bytes)).toBe(true);
    expect(await store.verify(digest)).toBe(true);
    expect(await all(store.list())).toEqual([{ digest, size }]);
    expect(await all(store.uploads())).toEqual([]);
  });

  it('knows sha512 too', async () => {
    const bytes = some(100_000);
    const digest = await put(bytes, 'sha512');
    expect(digest).toMatch(/^sha512:/);
    expect((await buffer(store.read(digest))).equals(bytes)).toBe(true);
    expect(await store.verify(digest)).toBe(true);
    expect(await all(store.list())).toEqual([{ digest, size: 100_000 }]);
  });

  it('reads and sends stretches', async () => {
    const bytes = some(2_500_000);
    const digest = await put(bytes);
    for (const [start, end] of [
      [0, 0],
      [5, 2_000_000],
      [2_499_999, 2_499_999],
      [1_048_575, 1_048_577],
    ] as const) {
      expect((await buffer(store.read(digest, { start, end }))).equals(bytes.subarray(start, end + 1))).toBe(true);
      const out = sink();
      await store.send(digest, out.stream, { start, end, size: bytes.length });
      expect(out.bytes().equals(bytes.subarray(start, end + 1))).toBe(true);
    }
    expect((await buffer(store.read(digest, { start: 10 }))).equals(bytes.subarray(10))).toBe(true);
  });

  it('takes an upload in many appends, of any source, and tells how far it is', async () => {
    const bytes = some(300_000);
    const upload = await store.begin();
    expect(store.received(upload)).toBe(0);
    expect(await store.append(upload, 0, source(bytes.subarray(0, 100_001), 7))).toBe(100_001);
    expect(store.received(upload)).toBe(100_001);
    expect(await store.append(upload, 100_001, Readable.from([]))).toBe(100_001);
    const iterable = (async function* () {
      for (const chunk of chunked(bytes.subarray(100_001), 50_000)) {
        await turn();
        yield new Uint8Array(chunk);
      }
    })();
    expect(await store.append(upload, 100_001, iterable)).toBe(300_000);
    expect(await store.digestOf(upload)).toBe(digestOf(bytes));
    expect(await all(store.uploads())).toMatchObject([{ upload }]);
    const held = await store.commit(upload, digestOf(bytes));
    expect(held).toMatchObject({ digest: digestOf(bytes), size: 300_000 });
    expect(store.received(upload)).toBeUndefined();
    expect((await buffer(store.read(held.digest))).equals(bytes)).toBe(true);
    held.release();
  });

  it('keeps what came before a source broke off, and goes on from there', async () => {
    const bytes = some(200_000);
    const breaking = (from: number, to: number) =>
      (async function* () {
        for (const chunk of chunked(bytes.subarray(from, to), 9_999)) {
          await turn();
          yield chunk;
        }
        throw new Error('the line is dead');
      })();
    const upload = await store.begin();
    await expect(store.append(upload, 0, breaking(0, 60_000))).rejects.toThrow('the line is dead');
    expect(store.received(upload)).toBe(60_000);
    await expect(
      store.append(upload, 60_000, Readable.from(breaking(60_000, 120_000), { objectMode: false })),
    ).rejects.toThrow('the line is dead');
    expect(store.received(upload)).toBe(120_000);
    const cut = new PassThrough();
    const appended = store.append(upload, 120_000, cut);
    cut.write(bytes.subarray(120_000, 150_000));
    while (cut.readableLength > 0) await turn();
    cut.destroy();
    await expect(appended).rejects.toThrow('before its time');
    expect(store.received(upload)).toBe(150_000);
    await store.append(upload, 150_000, source(bytes.subarray(150_000)));
    const held = await store.commit(upload, digestOf(bytes));
    expect((await buffer(store.read(held.digest))).equals(bytes)).toBe(true);
  });

  it('refuses bytes for another place, and a second append while one runs', async () => {
    const upload = await store.begin();
    expect(await failureOf(store.append(upload, 1, source(some(10))))).toBe('offset');
    const slow = new PassThrough();
    const first = store.append(upload, 0, slow);
    expect(await failureOf(store.append(upload, 0, source(some(10))))).toBe('offset');
    expect(await failureOf(store.commit(upload, digestOf(some(0))))).toBe('offset');
    expect(await failureOf(store.digestOf(upload))).toBe('offset');
    slow.end(some(10));
    expect(await first).toBe(10);
    expect(await failureOf(store.append(upload, 0, source(some(10))))).toBe('offset');
    expect(await store.digestOf(upload)).toBe(digestOf(some(10)));
  });

  it('refuses other bytes than were promised, and keeps them', async () => {
    const upload = await store.begin();
    await store.append(upload, 0, source(some(10)));
    expect(await failureOf(store.commit(upload, digestOf(some(11))))).toBe('digest');
    expect(await failureOf(store.commit(upload, digestOf(some(11), 'sha512')))).toBe('digest');
    expect(await failureOf(store.commit(upload, 'sha256:../../../etc/passwd'))).toBe('digest');
    expect(await all(store.list())).toEqual([]);
    expect(store.received(upload)).toBe(10);
    (await store.commit(upload, digestOf(some(10)))).release();
  });

  it('cancels, also in the middle of an append whose source has fallen silent', async () => {
    const upload = await store.begin();
    const silent = new PassThrough();
    const appended = failureOf(store.append(upload, 0, silent));
    silent.write(some(10));
    await turn();
    expect(await store.cancel(upload)).toBe(true);
    expect(await appended).toBe('gone');
    expect(silent.destroyed).toBe(false);
    expect(await store.cancel(upload)).toBe(false);
    expect(store.received(upload)).toBeUndefined();
    expect(await failureOf(store.append(upload, 0, source(some(1))))).toBe('gone');
    expect(await failureOf(store.commit(upload, digestOf(some(10))))).toBe('gone');
    expect(await failureOf(store.digestOf(upload))).toBe('gone');
    expect(await all(store.uploads())).toEqual([]);
  });

  it('makes one blob of two uploads that end together', async () => {
    const bytes = some(1_500_000);
    for (let round = 0; round < 10; round += 1) {
      const uploads = await Promise.all([store.begin(), store.begin(), store.begin()]);
      await Promise.all(uploads.map((upload) => store.append(upload, 0, source(bytes))));
      const held = await Promise.all(uploads.map((upload) => store.commit(upload, digestOf(bytes))));
      expect(await all(store.uploads())).toEqual([]);
      expect(await all(store.list())).toEqual([{ digest: digestOf(bytes), size: bytes.length }]);
      expect(await store.verify(digestOf(bytes))).toBe(true);
      for (const one of held) {
        expect(store.remove(one.digest)).toBe(false);
        one.release();
        one.release();
      }
      expect(store.remove(digestOf(bytes))).toBe(true);
    }
  });

  it('never removes what is held: by a holder, a commit, a reader or a check', async () => {
    const bytes = some(2_000_000);
    const digest = await put(bytes);
    const one = store.hold(digest);
    const two = store.hold(digest);
    expect(one).toMatchObject({ digest, size: bytes.length });
    one?.release();
    one?.release();
    expect(store.remove(digest)).toBe(false);
    expect(store.setAside(digest)).toBe(false);
    two?.release();

    const stream = store.read(digest);
    expect(store.remove(digest)).toBe(false);
    stream.destroy();
    while (!stream.closed) await turn();

    const checked = store.verify(digest);
    expect(store.remove(digest)).toBe(false);
    expect(await checked).toBe(true);

    const out = sink();
    const sent = store.send(digest, out.stream);
    expect(store.remove(digest)).toBe(false);
    await sent;
    expect(out.bytes().equals(bytes)).toBe(true);

    expect(store.remove(digest)).toBe(true);
    expect(store.remove(digest)).toBe(false);
    expect(store.hold(digest)).toBeUndefined();
    expect(store.size(digest)).toBeUndefined();
  });

  it('has the blob that a commit promised, whoever removes it meanwhile', async () => {
    const bytes = some(10_000);
    const digest = await put(bytes);
    for (let round = 0; round < 30; round += 1) {
      const upload = await store.begin();
      await store.append(upload, 0, source(bytes));
      const state = { done: false };
      const committed = store.commit(upload, digest).finally(() => {
        state.done = true;
      });
      for (let step = 0; !state.done; step += 1) {
        if (step >= round % 7) store.remove(digest);
        await turn();
      }
      const held = await committed;
      expect(store.size(digest)).toBe(bytes.length);
      expect(await store.verify(digest)).toBe(true);
      held.release();
    }
  });

  it('lets go of a blob whose stream or receiver ends early', async () => {
    const digest = await put(some(5_000_000));
    const stream = store.read(digest);
    for await (const chunk of stream) {
      expect((chunk as Buffer).length).toBeGreaterThan(0);
      break;
    }
    const stuck = new Writable({ write: () => {}, highWaterMark: 1 });
    const sent = store.send(digest, stuck);
    await turn();
    stuck.destroy();
    await expect(sent).rejects.toThrow('before its time');
    await expect(store.send(digest, stuck)).rejects.toThrow('before its time');
    const failing = new Writable({ write: (_chunk, _encoding, done) => done(new Error('no more')) });
    failing.on('error', () => {});
    await expect(store.send(digest, failing)).rejects.toThrow('no more');
    while (!stream.closed) await turn();
    expect(store.remove(digest)).toBe(true);
  });

  it.each([
    '',
    '.',
    '..',
    '../x',
    '/etc/passwd',
    'a/b',
    '00000000-0000-4000-8000-00000000000',
    '00000000-0000-4000-8000-000000000000\n',
    '00000000-0000-4000-8000-00000000000/',
    '00000000-0000-4000-8000-000000000000\0',
    'AAAAAAAA-0000-4000-8000-000000000000',
    randomUUID(),
  ])('knows no upload %j', async (upload) => {
    expect(store.received(upload)).toBeUndefined();
    expect(await failureOf(store.append(upload, 0, source(some(1))))).toBe('gone');
    expect(await failureOf(store.commit(upload, digestOf(some(1))))).toBe('gone');
    expect(await failureOf(store.digestOf(upload))).toBe('gone');
    expect(await store.cancel(upload)).toBe(false);
  });

  it.each([
    '',
    'sha256:',
    'sha256:..',
    `sha256:${'../'.repeat(22)}`.slice(0, 71),
    `sha256:${'A'.repeat(64)}`,
    `sha256:${'a'.repeat(64)}\n`,
    `md5:${'a'.repeat(32)}`,
    `sha512:${'a'.repeat(64)}`,
    `sha256:${'a'.repeat(64)}`,
  ])('has no blob %j', async (digest) => {
    expect(store.size(digest)).toBeUndefined();
    expect(store.hold(digest)).toBeUndefined();
    expect(store.remove(digest)).toBe(false);
    expect(store.setAside(digest)).toBe(false);
    expect(await failureOf(() => store.read(digest))).toBe('gone');
    expect(await failureOf(store.send(digest, sink().stream))).toBe('gone');
    expect(await failureOf(store.verify(digest))).toBe('gone');
  });

  it('refuses work once closed, cuts off what still arrives, and keeps what came', async () => {
    const digest = await put(some(10));
    const upload = await store.begin();
    const silent = new PassThrough();
    const appended = store.append(upload, 0, silent);
    silent.write(some(10));
    const reader = store.read(digest);
    await turn();
    const closed = store.close();
    await expect(appended).rejects.toThrow('the blob store was closed');
    await closed;
    await store.close();
    expect(reader.destroyed).toBe(true);
    expect(() => store.size(digest)).toThrow('closed');
    await expect(store.begin()).rejects.toThrow('closed');
  });
});

describe('a store in a folder', () => {
  beforeEach(() => {
    store = openBlobStore({ folder });
  });

  it('lets nobody else read what it writes, and lays it out as said', async () => {
    expect(readdirSync(folder)).toEqual([]);
    const bytes = some(10);
    const upload = await store.begin();
    const digest = await put(bytes);
    const path = pathOf(digest);
    const mode = (name: string): number => statSync(name).mode & 0o777;
    expect([mode(path), mode(join(folder, 'uploads', upload))]).toEqual([0o600, 0o600]);
    for (const name of ['uploads', 'blobs', 'blobs/sha256', `blobs/sha256/${digest.slice(7, 9)}`]) {
      expect(mode(join(folder, name)), name).toBe(0o700);
    }
  });

  it('has everything after another start, without having been closed', async () => {
    const bytes = some(400_000);
    const digest = await put(some(10));
    const upload = await store.begin();
    await store.append(upload, 0, source(bytes.subarray(0, 250_000)));
    const other = openBlobStore({ folder });
    expect(other.size(digest)).toBe(10);
    expect(other.received(upload)).toBe(250_000);
    expect(await other.digestOf(upload)).toBe(digestOf(bytes.subarray(0, 250_000)));
    expect(await other.append(upload, 250_000, source(bytes.subarray(250_000)))).toBe(400_000);
    await other.close();
    const third = openBlobStore({ folder });
    expect(await failureOf(third.commit(upload, digestOf(some(3))))).toBe('digest');
    const held = await third.commit(upload, digestOf(bytes));
    expect((await buffer(third.read(held.digest))).equals(bytes)).toBe(true);
    await third.close();
  });

  it('tells when bytes last came, by its own clock', async () => {
    await store.close();
    let now = Date.UTC(2031, 0, 1);
    store = openBlobStore({ folder, now: () => now });
    const upload = await store.begin();
    await store.append(upload, 0, source(some(5)));
    now += 3_600_000;
    expect(await all(store.uploads())).toEqual([{ upload, touchedAt: Date.UTC(2031, 0, 1) }]);
    const empty = await store.begin();
    expect(await all(store.uploads())).toContainEqual({ upload: empty, touchedAt: now });
    await store.cancel(empty);
    const slow = new PassThrough();
    const appended = store.append(upload, 5, slow);
    expect(await all(store.uploads())).toEqual([{ upload, touchedAt: now }]);
    slow.end();
    await appended;
  });

  it('notices lost bytes before it gives out any, and while it does', async () => {
    const bytes = some(3_000_000);
    const digest = await put(bytes);
    const early = sink();
    const late = store.read(digest, { size: bytes.length });
    truncateSync(pathOf(digest), 2_900_000);
    await expect(buffer(late)).rejects.toMatchObject({ failure: 'damaged' });
    expect(await failureOf(() => store.read(digest, { size: bytes.length }))).toBe('damaged');
    expect(await failureOf(() => store.read(digest, { start: 0, end: bytes.length - 1 }))).toBe('damaged');
    expect(await failureOf(store.send(digest, early.stream, { size: bytes.length }))).toBe('damaged');
    expect(early.bytes().length).toBe(0);
    expect(await store.verify(digest)).toBe(false);
    // Bytes too many are no better.
    expect(await failureOf(() => store.read(digest, { size: 2_899_999 }))).toBe('damaged');
    expect(await failureOf(store.send(digest, early.stream, { size: 2_899_999 }))).toBe('damaged');
    // Sending notices too.
    const slow = new Writable({
      highWaterMark: 1,
      write(_chunk, _encoding, done) {
        truncateSync(pathOf(digest), 100);
        setImmediate(done);
      },
    });
    expect(await failureOf(store.send(digest, slow))).toBe('damaged');
  });

  it('replaces a blob that has lost bytes with those of the next upload', async () => {
    const bytes = some(30_000);
    const digest = await put(bytes);
    truncateSync(pathOf(digest), 29_999);
    await put(bytes);
    expect(await store.verify(digest)).toBe(true);
    writeFileSync(pathOf(digest), some(30_000, 2));
    expect(await store.verify(digest)).toBe(false);
    expect(store.setAside(digest)).toBe(true);
    expect(store.size(digest)).toBeUndefined();
    expect(readdirSync(join(folder, 'damaged'))).toEqual([digest.replace(':', '-')]);
    await put(bytes);
    expect(await store.verify(digest)).toBe(true);
  });

  it('passes over files that are not its own', async () => {
    const digest = await put(some(10));
    writeFileSync(join(folder, 'blobs', 'sha256', 'ab.tmp'), 'x');
    mkdirSync(join(folder, 'blobs', 'sha256', 'zz'));
    writeFileSync(join(folder, 'blobs', 'sha256', digest.slice(7, 9), 'README'), 'x');
    writeFileSync(join(folder, 'uploads', '.hidden'), 'x');
    expect(await all(store.list())).toEqual([{ digest, size: 10 }]);
    expect(await all(store.uploads())).toEqual([]);
  });

  it('says that an upload is gone whose file somebody has deleted', async () => {
    const upload = await store.begin();
    await store.append(upload, 0, source(some(5)));
    unlinkSync(join(folder, 'uploads', upload));
    expect(await failureOf(store.append(upload, 5, source(some(5))))).toBe('gone');
    const other = await store.begin();
    await store.append(other, 0, source(some(5)));
    truncateSync(join(folder, 'uploads', other), 2);
    expect(await failureOf(store.commit(other, digestOf(some(5))))).toBe('gone');
    expect(await all(store.list())).toEqual([]);
  });

  it('cuts off bytes that nobody was told of', async () => {
    const upload = await store.begin();
    await store.append(upload, 0, source(some(5)));
    writeFileSync(join(folder, 'uploads', upload), Buffer.concat([some(5), some(100)]));
    (await store.commit(upload, digestOf(some(5)))).release();
    expect(await store.verify(digestOf(some(5)))).toBe(true);
  });

  it('removes by way of an upload that nobody knows', async () => {
    const digest = await put(some(10));
    expect(store.remove(digest)).toBe(true);
    expect(existsSync(pathOf(digest))).toBe(false);
    await store.close();
    expect(readdirSync(join(folder, 'uploads'))).toEqual([]);
    store = openBlobStore({ folder });
    await put(some(10));
    rmSync(join(folder, 'uploads'), { recursive: true });
    expect(store.remove(digest)).toBe(true);
    expect(existsSync(pathOf(digest))).toBe(false);
  });
});

it('tells digests from other texts', () => {
  store = openBlobStore({ folder });
  expect(isDigest(digestOf(some(1)))).toBe(true);
  expect(isDigest(digestOf(some(1), 'sha512'))).toBe(true);
  expect(isDigest(digestOf(some(1)).slice(0, -1))).toBe(false);
});
