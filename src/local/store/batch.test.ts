// Group commit over a database that refuses: whoever wrote in the batch hears of it, and nobody else.
// It must not know the tables.
import Database from 'libsql';
import { afterEach, describe, expect, it } from 'vitest';
import { Batch, type Disk } from './batch.js';

const open: Database.Database[] = [];
afterEach(() => {
  for (const database of open.splice(0)) database.close();
});

/** A real database whose statements are written down, and which refuses those that match, once. */
function database(refused?: RegExp): { database: Database.Database; said: string[]; numbers: () => number[] } {
  const real = new Database(':memory:');
  open.push(real);
  real.exec('CREATE TABLE numbers (number INTEGER NOT NULL)');
  const said: string[] = [];
  const select = real.prepare('SELECT number FROM numbers ORDER BY number');
  let refuse = refused;
  const exec = (sql: string): Database.Database => {
    said.push(sql);
    if (refuse?.test(sql) === true) {
      refuse = undefined;
      throw new Error('database or disk is full');
    }
    return real.exec(sql);
  };
  const watched = new Proxy(real, {
    get: (target, name) => {
      if (name === 'exec') return exec;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { database: watched, said, numbers: () => (select.all() as { number: number }[]).map(({ number }) => number) };
}

/** A disk that is never slow. */
const quick: Disk = { flush: () => Promise.resolve(), flushNow: () => undefined };

/** A disk whose flushes end when the test says so. */
function slow(): Disk & { readonly waiting: { done(): void; fail(error: Error): void }[]; now: number } {
  const waiting: { done(): void; fail(error: Error): void }[] = [];
  return {
    waiting,
    now: 0,
    flush: () => new Promise((done, fail) => waiting.push({ done, fail })),
    flushNow() {
      this.now += 1;
    },
  };
}

/** After the turn of the event loop in which a batch is sent. */
const turn = (): Promise<void> => new Promise((next) => setImmediate(next));

async function isSettled(promise: Promise<void> | undefined): Promise<boolean> {
  let settled = false;
  void promise?.finally(() => (settled = true)).catch(() => undefined);
  await turn();
  return settled;
}

function writer(batch: Batch, on: Database.Database): (number: number) => void {
  const insert = on.prepare('INSERT INTO numbers (number) VALUES (?)');
  return (number) => {
    batch.begin();
    insert.run(number);
  };
}

describe('group commit', () => {
  it('commits once for all transactions of a turn', async () => {
    const { database: on, said, numbers } = database();
    const batch = new Batch(on, quick);
    const write = writer(batch, on);
    for (const number of [1, 2, 3]) batch.transaction(() => write(number));
    await batch.durable();
    expect(said.filter((sql) => sql === 'COMMIT')).toHaveLength(1);
    expect(numbers()).toEqual([1, 2, 3]);
    expect(batch.durable()).toBeUndefined();
  });

  it('costs a reader nothing', () => {
    const { database: on, said } = database();
    expect(new Batch(on, quick).transaction(() => 1)).toBe(1);
    expect(said).toEqual([]);
  });

  it('tells everybody in the batch that it failed, and the next one works', async () => {
    const { database: on, numbers } = database(/^COMMIT$/);
    const batch = new Batch(on, quick);
    const write = writer(batch, on);
    batch.transaction(() => write(1));
    const first = batch.durable();
    batch.transaction(() => write(2));
    expect(batch.durable()).toBe(first);
    await expect(first).rejects.toThrow('full');
    expect(numbers()).toEqual([]);
    batch.transaction(() => write(3));
    await batch.durable();
    expect(numbers()).toEqual([3]);
  });

  it('throws from a flush that cannot be written', () => {
    const { database: on, numbers } = database(/^COMMIT$/);
    const batch = new Batch(on, quick);
    const write = writer(batch, on);
    batch.transaction(() => write(1));
    expect(() => batch.flush()).toThrow('full');
    expect(numbers()).toEqual([]);
  });

  it('tells those before when the database gave up the batch in the middle of a transaction', async () => {
    const { database: on, numbers } = database();
    const batch = new Batch(on, quick);
    const write = writer(batch, on);
    batch.transaction(() => write(1));
    const first = batch.durable();
    expect(() =>
      batch.transaction(() => {
        write(2);
        // As SQLite does by itself when the disk is full.
        on.exec('ROLLBACK');
        throw new Error('database or disk is full');
      }),
    ).toThrow('full');
    await expect(first).rejects.toThrow('full');
    expect(numbers()).toEqual([]);
  });

  it('lets no transaction go on whose beginning is gone', async () => {
    const { database: on, numbers } = database();
    const batch = new Batch(on, quick);
    const write = writer(batch, on);
    expect(() =>
      batch.transaction(() => {
        write(1);
        on.exec('ROLLBACK');
        write(2);
      }),
    ).toThrow('gave up');
    batch.transaction(() => write(3));
    await batch.durable();
    expect(numbers()).toEqual([3]);
  });

  it('cannot be flushed from inside a transaction', () => {
    const { database: on } = database();
    const batch = new Batch(on, quick);
    expect(() => batch.transaction(() => batch.flush())).toThrow('inside');
  });

  it('tells nobody before the disk has it, and gathers meanwhile', async () => {
    const { database: on, said } = database();
    const disk = slow();
    const batch = new Batch(on, disk);
    const write = writer(batch, on);
    batch.transaction(() => write(1));
    const first = batch.durable();
    await turn();
    expect(await isSettled(first)).toBe(false);
    expect(batch.durable()).toBe(first);
    batch.transaction(() => write(2));
    await turn();
    batch.transaction(() => write(3));
    await turn();
    const second = batch.durable();
    expect(said.filter((sql) => sql === 'COMMIT')).toHaveLength(1);
    disk.waiting[0]?.done();
    await first;
    await turn();
    expect(said.filter((sql) => sql === 'COMMIT')).toHaveLength(2);
    expect(await isSettled(second)).toBe(false);
    disk.waiting[1]?.done();
    await second;
    expect(batch.durable()).toBeUndefined();
    expect(disk.waiting).toHaveLength(2);
  });

  it('flushes here and now what is gathered and what is on its way', async () => {
    const { database: on, numbers } = database();
    const disk = slow();
    const batch = new Batch(on, disk);
    const write = writer(batch, on);
    batch.transaction(() => write(1));
    const first = batch.durable();
    await turn();
    batch.transaction(() => write(2));
    const second = batch.durable();
    batch.flush();
    await Promise.all([first, second]);
    expect(disk.now).toBe(1);
    expect(batch.durable()).toBeUndefined();
    // The disk is busy still, though nobody waits for that flush: the next one waits for its end, and does not take it for its own.
    batch.transaction(() => write(3));
    const third = batch.durable();
    await turn();
    expect(disk.waiting).toHaveLength(1);
    disk.waiting[0]?.done();
    expect(await isSettled(third)).toBe(false);
    disk.waiting[1]?.done();
    await third;
    expect(numbers()).toEqual([1, 2, 3]);
    batch.flush();
    expect(disk.now).toBe(1);
  });

  it('gives up for good once the disk has refused a flush, and takes back what was not committed', async () => {
    const { database: on, numbers } = database();
    const disk = slow();
    let undone = 0;
    const batch = new Batch(on, disk, () => (undone += 1));
    const write = writer(batch, on);
    batch.transaction(() => write(1));
    const first = batch.durable();
    await turn();
    batch.transaction(() => write(2));
    const second = batch.durable();
    disk.waiting[0]?.fail(new Error('input/output error'));
    await expect(first).rejects.toThrow('input/output');
    await expect(second).rejects.toThrow('input/output');
    expect(undone).toBe(1);
    expect(numbers()).toEqual([1]);
    expect(() => batch.sound()).toThrow('start the local ECR again');
    expect(() => batch.flush()).toThrow('start the local ECR again');
  });

  it('gives up where a flush here and now fails', async () => {
    const { database: on } = database();
    const refusing: Disk = {
      flush: () => new Promise(() => undefined),
      flushNow: () => {
        throw new Error('input/output error');
      },
    };
    const batch = new Batch(on, refusing);
    const write = writer(batch, on);
    batch.transaction(() => write(1));
    const first = batch.durable();
    await turn();
    batch.transaction(() => write(2));
    const second = batch.durable();
    expect(() => batch.flush()).toThrow('input/output');
    await expect(first).rejects.toThrow('input/output');
    await expect(second).rejects.toThrow('input/output');
    expect(() => batch.sound()).toThrow('start the local ECR again');
  });
});
