// Every store through the same cases.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileStore } from './file.js';
import { openMemoryStore } from './memory.js';
import type { Store } from './store.js';

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-store-'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  ['memory', () => openMemoryStore()],
  ['file', () => openFileStore(folder)],
])('the %s store', (_name, open) => {
  beforeEach(() => {
    store = open();
  });

  it('gives back what was put, under its kind, scope and key alone', () => {
    store.put('a', 's', 'k', { x: [1, null, 'é\u0000"'] });
    expect(store.get('a', 's', 'k')).toEqual({ x: [1, null, 'é\u0000"'] });
    expect(store.get('b', 's', 'k')).toBeUndefined();
    expect(store.get('a', 't', 'k')).toBeUndefined();
    expect(store.get('a', 's', 'K')).toBeUndefined();
    store.put('a', 's', 'k', null);
    expect(store.get('a', 's', 'k')).toBeNull();
  });

  it('shares nothing with its callers', () => {
    const value = { list: [1] };
    store.put('a', 's', 'k', value);
    value.list.push(2);
    expect(store.get('a', 's', 'k')).toEqual({ list: [1] });
    expect(store.get('a', 's', 'k')).not.toBe(store.get('a', 's', 'k'));
  });

  it('takes names of the object prototype as any other', () => {
    expect(store.get('__proto__', 'constructor', 'toString')).toBeUndefined();
    store.put('__proto__', 'constructor', 'toString', 1);
    expect(store.list('__proto__', 'constructor')).toEqual([['toString', 1]]);
  });

  it('deletes, and says whether there was something', () => {
    store.put('a', 's', 'k', 1);
    expect(store.delete('a', 's', 'k')).toBe(true);
    expect(store.delete('a', 's', 'k')).toBe(false);
    expect(store.list('a', 's')).toEqual([]);
    expect(store.scopes('a')).toEqual([]);
  });

  it('clears a kind in a scope, and takes that back with the transaction', () => {
    store.put('a', 's', 'k', 1);
    store.put('a', 's', 'l', 2);
    store.put('a', 't', 'k', 3);
    store.put('b', 's', 'k', 4);
    expect(() =>
      store.transaction(() => {
        store.put('a', 's', 'm', 5);
        store.clear('a', 's');
        store.put('a', 's', 'l', 6);
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(store.list('a', 's')).toEqual([
      ['k', 1],
      ['l', 2],
    ]);
    store.transaction(() => store.clear('a', 's'));
    store.clear('a', 'nowhere');
    expect(store.list('a', 's')).toEqual([]);
    expect(store.scopes('a')).toEqual(['t']);
    expect(store.list('b', 's')).toEqual([['k', 4]]);
    store.clear(['a', 'b', 'c'], 's');
    expect(store.list('b', 's')).toEqual([]);
    expect(store.scopes('a')).toEqual(['t']);
  });

  it('lists in the order of UTF-8 bytes, from a key on, to a limit', () => {
    const keys = ['b', 'a/b', 'a', 'a-b', '\u{1F600}', '\uFF5E', 'B'];
    for (const key of keys) store.put('a', 's', key, key);
    const sorted = ['B', 'a', 'a-b', 'a/b', 'b', '\uFF5E', '\u{1F600}'];
    expect(store.list('a', 's').map(([key]) => key)).toEqual(sorted);
    expect(store.list('a', 's', { after: 'a' }).map(([key]) => key)).toEqual(sorted.slice(2));
    expect(store.list('a', 's', { after: 'a!', limit: 2 }).map(([key]) => key)).toEqual(['a-b', 'a/b']);
    expect(store.list('a', 's', { after: 'a', before: 'b' }).map(([key]) => key)).toEqual(['a-b', 'a/b']);
    expect(store.list('a', 's', { before: 'a-b', limit: 1 }).map(([key]) => key)).toEqual(['B']);
    expect(store.list('a', 's', { after: 'b', before: 'a' })).toEqual([]);
    expect(store.list('a', 's', { before: '\u{1F600}' }).map(([key]) => key)).toEqual(sorted.slice(0, -1));
    expect(store.list('a', 's', { limit: 0 })).toEqual([]);
    expect(store.list('a', 'nowhere')).toEqual([]);
  });

  it('names the scopes that hold something', () => {
    store.put('a', 't/2', 'k', 1);
    store.put('a', 't/1', 'k', 1);
    store.put('b', 'u', 'k', 1);
    expect(store.scopes('a')).toEqual(['t/1', 't/2']);
    store.put('a', 't/3', 'k', 1);
    store.put('a', 't/3', 'l', 1);
    expect(store.scopes('a', { after: 't/1', limit: 1 })).toEqual(['t/2']);
    expect(store.scopes('a', { after: 't/2' })).toEqual(['t/3']);
    expect(store.scopes('a', { after: 't/3' })).toEqual([]);
    expect(store.scopes('a', { limit: 2 })).toEqual(['t/1', 't/2']);
  });

  it('keeps all of a transaction', () => {
    const result = store.transaction(() => {
      store.put('a', 's', 'k', 1);
      return store.transaction(() => {
        store.put('a', 's', 'l', 2);
        return store.get('a', 's', 'k');
      });
    });
    expect(result).toBe(1);
    expect(store.list('a', 's')).toEqual([
      ['k', 1],
      ['l', 2],
    ]);
  });

  it('keeps nothing of a transaction that fails', () => {
    store.put('a', 's', 'k', 1);
    store.put('a', 's', 'gone', 1);
    expect(() =>
      store.transaction(() => {
        store.put('a', 's', 'k', 2);
        store.put('a', 's', 'k', 3);
        store.delete('a', 's', 'gone');
        store.transaction(() => store.put('a', 'other', 'new', 1));
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(store.list('a', 's')).toEqual([
      ['gone', 1],
      ['k', 1],
    ]);
    expect(store.scopes('a')).toEqual(['s']);
    store.transaction(() => store.put('a', 's', 'k', 4));
    expect(store.get('a', 's', 'k')).toBe(4);
  });

  it('undoes one transaction and keeps its neighbours of the same turn', async () => {
    store.transaction(() => store.put('a', 's', 'before', 1));
    expect(() =>
      store.transaction(() => {
        store.put('a', 's', 'before', 2);
        store.put('a', 's', 'never', 2);
        throw new Error('stop');
      }),
    ).toThrow('stop');
    store.transaction(() => store.put('a', 's', 'after', 3));
    await store.durable();
    expect(store.durable()).toBeUndefined();
    expect(store.list('a', 's')).toEqual([
      ['after', 3],
      ['before', 1],
    ]);
  });

  it('has nothing to wait for when nothing was written', () => {
    store.transaction(() => store.get('a', 's', 'k'));
    expect(store.durable()).toBeUndefined();
    store.put('a', 's', 'k', 1);
    store.flush();
    expect(store.durable()).toBeUndefined();
  });

  it('refuses work once closed', () => {
    store.close();
    store.close();
    expect(() => store.get('a', 's', 'k')).toThrow();
  });
});

describe('the file store', () => {
  it('has everything after it was opened again', () => {
    store = openFileStore(folder);
    store.put('a', 's', 'k', { n: 1 });
    store.close();
    store = openFileStore(folder);
    expect(store.get('a', 's', 'k')).toEqual({ n: 1 });
  });

  it('is held by one at a time', () => {
    store = openFileStore(folder);
    expect(() => openFileStore(folder)).toThrow('local/data-locked');
    store.put('a', 's', 'k', 1);
    expect(store.get('a', 's', 'k')).toBe(1);
  });

  it('says that a file is not a store', () => {
    store = openMemoryStore();
    writeFileSync(join(folder, 'state.db'), 'this is not a database, however long one looks at it. '.repeat(40));
    expect(() => openFileStore(folder)).toThrow('local/data-unusable');
    writeFileSync(join(folder, 'file'), '');
    expect(() => openFileStore(join(folder, 'file'))).toThrow('local/data-unusable');
  });
});
