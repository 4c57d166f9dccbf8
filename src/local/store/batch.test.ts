// Group commit over a database that refuses: whoever wrote in the batch hears of it, and nobody else.
// It must not know the tables.
import Database from 'libsql';
import { afterEach, describe, expect, it } from 'vitest';
import { Batch } from './batch.js';

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
    const batch = new Batch(on);
    const write = writer(batch, on);
    for (const number of [1, 2, 3]) batch.transaction(() => write(number));
    await batch.durable();
    expect(said.filter((sql) => sql === 'COMMIT')).toHaveLength(1);
    expect(numbers()).toEqual([1, 2, 3]);
    expect(batch.durable()).toBeUndefined();
  });

  it('costs a reader nothing', () => {
    const { database: on, said } = database();
    expect(new Batch(on).transaction(() => 1)).toBe(1);
    expect(said).toEqual([]);
  });

  it('tells everybody in the batch that it failed, and the next one works', async () => {
    const { database: on, numbers } = database(/^COMMIT$/);
    const batch = new Batch(on);
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
    const batch = new Batch(on);
    const write = writer(batch, on);
    batch.transaction(() => write(1));
    expect(() => batch.flush()).toThrow('full');
    expect(numbers()).toEqual([]);
  });

  it('tells those before when the database gave up the batch in the middle of a transaction', async () => {
    const { database: on, numbers } = database();
    const batch = new Batch(on);
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
    const batch = new Batch(on);
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
    const batch = new Batch(on);
    expect(() => batch.transaction(() => batch.flush())).toThrow('inside');
  });
});
