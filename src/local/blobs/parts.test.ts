// The parts of the blob store where the world is not as one would wish: full disks, failing flushes, crowds, killed processes.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Allowance, Buffers } from './allowance.js';
import { BatchWriter, type Target } from './batch-writer.js';
import { BlobError } from './blob-store.js';
import type { Stretch } from './blob-stream.js';
import { told } from './failures.js';
import { hashFile } from './hashing.js';
import { openBlobStore } from './open.js';
import { sendFile } from './send.js';
import { drain } from './source.js';
import { temporaryFolder } from './temporary.js';

const MiB = 1024 * 1024;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-blob-parts-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as if`), { code });
}

describe('a full disk', () => {
  it.each(['ENOSPC', 'EDQUOT', 'EFBIG'])('is told of as such: %s', (code) => {
    expect(told(systemError(code))).toMatchObject({ name: 'BlobError', failure: 'full' });
  });

  it('is told from other failures', () => {
    for (const error of [systemError('EIO'), new Error('x'), 'x']) expect(told(error)).toBe(error);
  });
});

/** What every file handle is made of. */
async function handles(): Promise<FileHandle> {
  const file = await open(join(folder, 'any'), 'w');
  await file.close();
  return Object.getPrototypeOf(file) as FileHandle;
}

describe('an upload', () => {
  it.each(['ENOSPC', 'EIO'])('is as it was before an append that met %s in the middle', async (code) => {
    const store = openBlobStore({ folder });
    const upload = await store.begin();
    const bytes = Buffer.alloc(5 * MiB, 'x');
    await store.append(upload, 0, Readable.from([bytes.subarray(0, MiB)]));
    const prototype = await handles();
    const real = prototype.writev;
    let calls = 0;
    const spy = vi.spyOn(prototype, 'writev').mockImplementation(async function (this: FileHandle, chunks, position) {
      calls += 1;
      if (calls === 3) throw systemError(code);
      return real.call(this, chunks, position);
    });
    const failing = store.append(upload, MiB, Readable.from([...pieces(bytes.subarray(MiB), 65_536)]));
    await expect(failing).rejects.toMatchObject(code === 'EIO' ? { code } : { failure: 'full' });
    expect(calls).toBe(3);
    spy.mockRestore();
    expect(store.received(upload)).toBe(MiB);
    expect(statSync(join(folder, 'uploads', upload)).size).toBe(MiB);
    await store.append(upload, MiB, Readable.from([bytes.subarray(MiB)]));
    const held = await store.commit(upload, sha256(bytes));
    expect(await store.verify(held.digest)).toBe(true);
    await store.close();
  });

  it('that could not be flushed is dropped, as nobody knows what the disk has of it', async () => {
    const store = openBlobStore({ folder });
    const bytes = Buffer.from('some bytes');
    const prototype = await handles();
    for (const [code, seen] of [
      ['ENOSPC', { failure: 'full' }],
      ['EIO', { code: 'EIO' }],
    ] as const) {
      const upload = await store.begin();
      await store.append(upload, 0, Readable.from([bytes]));
      vi.spyOn(prototype, 'datasync').mockRejectedValueOnce(systemError(code));
      await expect(store.commit(upload, sha256(bytes))).rejects.toMatchObject(seen);
      expect(store.received(upload)).toBeUndefined();
      expect(store.size(sha256(bytes))).toBeUndefined();
      await expect(store.commit(upload, sha256(bytes))).rejects.toMatchObject({ failure: 'gone' });
    }
    const upload = await store.begin();
    vi.spyOn(prototype, 'datasync').mockRejectedValueOnce(systemError('EIO'));
    const large = Array.from({ length: 70 }, () => Buffer.alloc(MiB));
    await expect(store.append(upload, 0, Readable.from(large))).rejects.toMatchObject({ code: 'EIO' });
    expect(store.received(upload)).toBeUndefined();
    expect(readdirSync(join(folder, 'uploads'))).toEqual([]);
    await store.close();
  });

  it('ends in one error, however often the disk fails meanwhile', async () => {
    const store = openBlobStore({ folder });
    const unheard: unknown[] = [];
    const listener = (error: unknown): void => void unheard.push(error);
    process.on('unhandledRejection', listener);
    const flush = vi.spyOn(await handles(), 'datasync').mockRejectedValue(systemError('EIO'));
    const large = Array.from({ length: 140 }, () => Buffer.alloc(MiB));
    const upload = await store.begin();
    await expect(store.append(upload, 0, Readable.from(large))).rejects.toMatchObject({ code: 'EIO' });
    expect(flush.mock.calls.length).toBeGreaterThan(1);
    await new Promise((done) => setImmediate(done));
    process.off('unhandledRejection', listener);
    expect(unheard).toEqual([]);
    await store.close();
  });

  it('is kept where its folder could not be made, and becomes a blob when it can', async () => {
    const store = openBlobStore({ folder });
    const bytes = Buffer.from('some bytes');
    const upload = await store.begin();
    await store.append(upload, 0, Readable.from([bytes]));
    writeFileSync(join(folder, 'blobs'), 'in the way');
    await expect(store.commit(upload, sha256(bytes))).rejects.toMatchObject({ code: 'EEXIST' });
    rmSync(join(folder, 'blobs'));
    (await store.commit(upload, sha256(bytes))).release();
    expect(await store.verify(sha256(bytes))).toBe(true);
    // The commit that failed holds nothing.
    expect(store.remove(sha256(bytes))).toBe(true);
    await store.close();
  });

  it('becomes a blob that is damaged where the disk cannot read it', async () => {
    const store = openBlobStore({ folder });
    const bytes = Buffer.from('some bytes');
    const upload = await store.begin();
    await store.append(upload, 0, Readable.from([bytes]));
    (await store.commit(upload, sha256(bytes))).release();
    const prototype = await handles();
    const read = vi.spyOn(prototype, 'read');
    read.mockRejectedValueOnce(systemError('EIO'));
    expect(await store.verify(sha256(bytes))).toBe(false);
    read.mockRejectedValueOnce(systemError('EMFILE'));
    await expect(store.verify(sha256(bytes))).rejects.toMatchObject({ code: 'EMFILE' });
    await store.close();
  });

  it('is flushed, then renamed, and then the folder is flushed, also where the blob is there already', async () => {
    const store = openBlobStore({ folder });
    const bytes = Buffer.from('some bytes');
    const path = join(folder, 'blobs', 'sha256', sha256(bytes).slice(7, 9), sha256(bytes).slice(7));
    const prototype = await handles();
    const seen: string[] = [];
    const { datasync, sync } = prototype;
    vi.spyOn(prototype, 'datasync').mockImplementation(function (this: FileHandle) {
      seen.push(`file, renamed: ${existsSync(path)}`);
      return datasync.call(this);
    });
    vi.spyOn(prototype, 'sync').mockImplementation(function (this: FileHandle) {
      seen.push(`folder, renamed: ${existsSync(path)}`);
      return sync.call(this);
    });
    const first = await store.begin();
    await store.append(first, 0, Readable.from([bytes]));
    expect(seen.splice(0)).toEqual(['folder, renamed: false']); // uploads
    (await store.commit(first, sha256(bytes))).release();
    expect(seen.splice(0)).toEqual([
      ...Array.from({ length: 3 }, () => 'folder, renamed: false'), // blobs, blobs/sha256, the shard
      'file, renamed: false',
      'folder, renamed: true',
    ]);
    const second = await store.begin();
    await store.append(second, 0, Readable.from([bytes]));
    (await store.commit(second, sha256(bytes))).release();
    expect(seen).toEqual(['folder, renamed: true']);
    await store.close();
  });

  it('keeps what came until the store was closed', async () => {
    const store = openBlobStore({ folder });
    const upload = await store.begin();
    const silent = new PassThrough();
    const appended = store.append(upload, 0, silent);
    silent.write(Buffer.alloc(100));
    while (silent.readableLength > 0 || silent.listenerCount('data') === 0) await turn();
    await Promise.allSettled([store.close(), appended]);
    const again = openBlobStore({ folder });
    expect(again.received(upload)).toBe(100);
    await again.close();
  });
});

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

describe('the batch writer', () => {
  it('writes every byte in its place, however little the file takes at a time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 1200 }),
        fc.nat({ max: 5000 }),
        fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1 }),
        async (chunks, start, takes) => {
          const file = Buffer.alloc(start + chunks.reduce((sum, each) => sum + each.length, 0));
          let call = 0;
          const target: Target = {
            async writev(given, position) {
              await turn();
              const bytes = Buffer.concat(given).subarray(0, takes[call++ % takes.length]);
              bytes.copy(file, position);
              return { bytesWritten: bytes.length };
            },
          };
          const allowance = new Allowance(0);
          const ends: number[] = [];
          const writer = new BatchWriter(target, start, allowance, (end) => ends.push(end));
          for (const chunk of chunks) await writer.add(chunk);
          await writer.finish();
          await writer.release();
          expect(writer.position).toBe(file.length);
          expect(file.subarray(start).equals(Buffer.concat(chunks))).toBe(true);
          if (file.length > start) expect(ends.at(-1)).toBe(file.length);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('has one write under way, and makes whoever brings more wait', async () => {
    let running = 0;
    let most = 0;
    let open: () => void = () => {};
    const target: Target = {
      async writev(given) {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((done) => (open = done));
        running -= 1;
        return { bytesWritten: Buffer.concat(given).length };
      },
    };
    const writer = new BatchWriter(target, 0, new Allowance(64 * MiB));
    expect(writer.add(Buffer.alloc(MiB))).toBeUndefined();
    expect(writer.add(Buffer.alloc(MiB - 1))).toBeUndefined();
    const wait = writer.add(Buffer.alloc(1));
    expect(wait).toBeInstanceOf(Promise);
    open();
    await wait;
    const finished = writer.finish();
    open();
    await finished;
    expect([most, writer.position]).toEqual([1, 2 * MiB]);
  });

  it('tells of a failure at every call after it, and is released all the same', async () => {
    const target: Target = { writev: () => Promise.reject(systemError('ENOSPC')) };
    const allowance = new Allowance(64 * MiB);
    const writer = new BatchWriter(target, 0, allowance);
    expect(writer.add(Buffer.alloc(2 * MiB))).toBeUndefined();
    await expect(writer.add(Buffer.alloc(2 * MiB))).rejects.toThrow('ENOSPC');
    await expect(writer.add(Buffer.alloc(2 * MiB))).rejects.toThrow('ENOSPC');
    await expect(writer.finish()).rejects.toThrow('ENOSPC');
    await writer.release();
    const stuck = new BatchWriter({ writev: () => Promise.resolve({ bytesWritten: 0 }) }, 0, allowance);
    expect(stuck.add(Buffer.alloc(2 * MiB))).toBeUndefined();
    await expect(stuck.finish()).rejects.toThrow('takes no more');
    await stuck.release();
  });

  it('writes however small the chunks are', () => {
    let calls = 0;
    const target: Target = {
      writev(chunks) {
        calls += 1;
        return Promise.resolve({ bytesWritten: chunks.length });
      },
    };
    const writer = new BatchWriter(target, 0, new Allowance(64 * MiB));
    for (let index = 0; index < 512; index += 1) expect(writer.add(Buffer.alloc(1))).toBeUndefined();
    expect(calls).toBe(1);
  });
});

describe('a source', () => {
  const never = new AbortController().signal;

  it('is taken to its end, or to where it breaks off; no further than can be taken', async () => {
    const taken: string[] = [];
    const take = (chunk: Uint8Array) => void taken.push(Buffer.from(chunk).toString());
    expect(await drain(Readable.from(['a', 'b'].map(Buffer.from)), take, never)).toBeUndefined();
    const error = new Error('broken');
    const breaking = async function* () {
      yield await Promise.resolve(Buffer.from('c'));
      throw error;
    };
    expect(await drain(breaking(), take, never)).toEqual({ error });
    expect(taken).toEqual(['a', 'b', 'c']);

    const full = new Error('full');
    for (const refuse of [
      () => {
        throw full;
      },
      () => Promise.reject(full),
    ]) {
      const stream = Readable.from(['a', 'b'].map(Buffer.from));
      await expect(drain(stream, refuse, never)).rejects.toBe(full);
      expect(stream.destroyed).toBe(false);
      stream.destroy();
    }
  });

  it('waits while what it brought cannot be taken', async () => {
    const stream = Readable.from(['a', 'b', 'c'].map(Buffer.from));
    const opens: (() => void)[] = [];
    const taken: string[] = [];
    const drained = drain(
      stream,
      (chunk) => {
        taken.push(Buffer.from(chunk).toString());
        return new Promise((done) => opens.push(done));
      },
      never,
    );
    for (const want of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
      for (let turns = 0; turns < 5; turns += 1) await turn();
      expect(taken).toEqual(want);
      opens.shift()?.();
    }
    expect(await drained).toBeUndefined();
  });

  it('may be over before it is asked', async () => {
    const ended = Readable.from([Buffer.from('a')]);
    await ended.toArray();
    const take = () => undefined;
    expect(await drain(ended, take, never)).toBeUndefined();
    const broken = new Readable({ read() {} }).on('error', () => {}).destroy(new Error('long ago'));
    expect(await drain(broken, take, never)).toMatchObject({ error: { message: 'long ago' } });
    const cut = AbortSignal.abort(new Error('cancelled'));
    expect(await drain(Readable.from([Buffer.from('a')]), take, cut)).toMatchObject({
      error: { message: 'cancelled' },
    });
  });
});

describe('the allowance', () => {
  it('gives much to few and little to many, and never much more than there is', () => {
    const total = 32 * MiB;
    const allowance = new Allowance(total);
    const given = Array.from({ length: 1000 }, () => allowance.take());
    expect(given.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => MiB));
    expect(given.at(-1)).toBe(64 * 1024);
    const sum = given.reduce((all, one) => all + 2 * one, 0);
    expect(sum).toBeLessThan(total + 1000 * 128 * 1024);
    for (const one of given) allowance.give(one);
    expect(allowance.take()).toBe(MiB);
  });

  it('lends buffers again, but none that a stream may still read', () => {
    const buffers = new Buffers();
    const first = buffers.lend();
    buffers.back(first);
    expect(buffers.lend()).toBe(first);
    buffers.back(first, true);
    expect(buffers.lend()).not.toBe(first);
  });

  it('lends a thousand stalled transfers less than forty MiB', () => {
    const buffers = new Buffers();
    const lent = Array.from({ length: 1000 }, () => buffers.lend());
    expect(lent.reduce((all, one) => all + one.length, 0)).toBeLessThan(40 * MiB);
    for (const one of lent) buffers.back(one);
    expect(buffers.lend().length).toBe(lent[0]?.length);
  });
});

describe('sending a file', () => {
  const missing = (cause?: unknown): Error => new Error('bytes are missing', { cause });

  async function sent(path: string, stretch: Stretch): Promise<Buffer> {
    const pieces: Buffer[] = [];
    const file = openSync(path, 'r');
    try {
      // Copied: the buffer is used again.
      const write = (chunk: Buffer, _: string, done: () => void): void => {
        pieces.push(Buffer.from(chunk));
        done();
      };
      await sendFile(file, stretch, new Writable({ write }), new Buffers(), missing);
    } finally {
      closeSync(file);
    }
    return Buffer.concat(pieces);
  }

  it('leaves the disk to the thread pool where it is slow, and tries again whether it still is', async () => {
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => `${index},`).join('')).subarray(0, 400_000);
    const path = join(folder, 'file');
    writeFileSync(path, Buffer.concat(Array.from({ length: 25 }, () => bytes)));
    const whole = readFileSync(path);
    let time = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (time += 1000));
    // Twenty pieces: the first, the tenth and the nineteenth are read at once.
    expect((await sent(path, { start: 1, stop: whole.length })).equals(whole.subarray(1))).toBe(true);
    expect(clock).toHaveBeenCalledTimes(6);
    await expect(sent(path, { start: 0, stop: whole.length + 1 })).rejects.toThrow('bytes are missing');
  });

  it('tells what the disk says of bytes that it cannot read', async () => {
    await expect(sent(folder, { start: 0, stop: 10 })).rejects.toMatchObject({ cause: { code: 'EISDIR' } });
  });

  it('lets others have their turn, however fast its bytes are taken', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, Buffer.alloc(8 * MiB));
    let turns = 0;
    const over = new AbortController();
    const others = (async () => {
      for (; !over.signal.aborted; turns += 1) await turn();
    })();
    await sent(path, { start: 0, stop: 8 * MiB });
    over.abort();
    await others;
    expect(turns).toBeGreaterThan(4);
  });
});

it('hashes a file as far as it is asked to', async () => {
  const bytes = Buffer.alloc(2 * MiB + 3, 'abc');
  writeFileSync(join(folder, 'file'), bytes);
  for (const size of [undefined, 0, 5, 512 * 1024, MiB + 1, 10 * MiB]) {
    const hash = await hashFile(join(folder, 'file'), 'sha256', size === undefined ? {} : { size });
    expect(`sha256:${hash.digest('hex')}`).toBe(sha256(bytes.subarray(0, size)));
  }
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(hashFile(join(folder, 'file'), 'sha256', { signal })).rejects.toThrow('enough');
});

describe('a temporary folder', () => {
  it('goes when it is removed', () => {
    const made = temporaryFolder(folder);
    expect(statSync(made.path).mode & 0o777).toBe(0o700);
    mkdirSync(join(made.path, 'deep'));
    made.remove();
    made.remove();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a process that was killed goes with the next one; that of a living one stays', () => {
    const alive = temporaryFolder(folder);
    const note = JSON.parse(readFileSync(join(alive.path, 'owner.json'), 'utf8')) as { pid: number; space: string };
    expect(note.pid).toBe(process.pid);
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const leave = (name: string, owner: unknown): void => {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'owner.json'), JSON.stringify(owner));
    };
    leave('slipway-blobs-dead', { pid, space: note.space });
    leave('slipway-blobs-elsewhere', { pid, space: 'pid:[1]' });
    leave('slipway-blobs-unknown', {});
    leave('other', { pid, space: note.space });
    symlinkSync(join(folder, 'other'), join(folder, 'slipway-blobs-link'));
    const isRoot = process.getuid?.() === 0;
    leave('slipway-blobs-foreign', isRoot ? { pid, space: note.space } : {});
    // Only root may give a folder away.
    if (isRoot) chownSync(join(folder, 'slipway-blobs-foreign'), 12_345, 12_345);
    leave('slipway-tls-dead', { pid, space: note.space });
    const next = temporaryFolder(folder, 'tls');
    expect(next.path.startsWith(join(folder, 'slipway-tls-'))).toBe(true);
    const left = readdirSync(folder).map((name) => join(folder, name));
    for (const gone of ['slipway-blobs-dead', 'slipway-tls-dead']) expect(left).not.toContain(join(folder, gone));
    expect(left).toHaveLength(7);
    alive.remove();
    next.remove();
  });

  it('goes with the process, however that ends but by force', () => {
    const bundle = join(folder, 'temporary.mjs');
    buildSync({
      entryPoints: [join(import.meta.dirname, 'temporary.ts')],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    const temporary = join(folder, 'temporary');
    mkdirSync(temporary);
    const run = (end: string) => {
      const script = `import { temporaryFolder } from ${JSON.stringify(bundle)};
        console.log(temporaryFolder(${JSON.stringify(temporary)}).path); ${end}`;
      return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    };
    for (const [end, status] of [
      ['', 0],
      ['process.exit(3)', 3],
      ['throw new Error("on purpose")', 1],
    ] as const) {
      const done = run(end);
      expect([done.status, done.stdout.trim().startsWith(join(temporary, 'slipway-blobs-'))]).toEqual([status, true]);
      expect(readdirSync(temporary)).toEqual([]);
    }
    run('process.kill(process.pid, "SIGKILL")');
    expect(readdirSync(temporary)).toHaveLength(1);
    run('');
    expect(readdirSync(temporary)).toEqual([]);
  });
});

it('knows its own error', () => {
  expect(new BlobError('gone', 'x')).toMatchObject({ name: 'BlobError', failure: 'gone', message: 'x' });
});
