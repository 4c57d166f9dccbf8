// What is remembered of the file store is what the file holds, whatever was written, undone, cleared or forgotten.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileStore } from './file.js';
import { openMemoryStore } from './memory.js';
import { Recent } from './recent.js';
import type { Store } from './store.js';

describe('what was read last', () => {
  it('is not asked for again, until it is another', () => {
    const recent = new Recent();
    let loads = 0;
    const read = (text: string | undefined): string | undefined =>
      recent.read('a', () => {
        loads += 1;
        return text;
      });
    expect([read('1'), read('2'), loads]).toEqual(['1', '1', 1]);
    recent.wrote('a', '3');
    expect([read('4'), loads]).toEqual(['3', 1]);
    recent.wrote('a', undefined);
    expect([read('5'), loads]).toEqual([undefined, 1]);
    recent.forget();
    expect([read('6'), loads]).toEqual(['6', 2]);
  });

  it('makes room for what comes, the longest unasked first', () => {
    const recent = new Recent(3 * (2 * (1 + 100) + 200));
    const text = 'x'.repeat(100);
    for (const place of ['a', 'b', 'c']) recent.wrote(place, text);
    expect(recent.read('a', () => 'gone')).toBe(text);
    recent.wrote('d', text);
    expect(recent.read('b', () => 'gone')).toBe('gone');
    expect(recent.read('d', () => 'gone')).toBe(text);
  });

  it('is not a text of great length', () => {
    const recent = new Recent();
    recent.wrote('a', 'short');
    recent.wrote('a', 'x'.repeat(300_000));
    expect(recent.read('a', () => 'asked')).toBe('asked');
  });
});

describe('the file store', () => {
  let folder: string;
  let stores: readonly [Store, Store];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const name = fc.constantFrom('a', 'b', 'ab', 'a b');
  const place = fc.tuple(name, name, name);
  const step = fc.oneof(
    fc.record({ do: fc.constant('put' as const), place, value: fc.nat({ max: 5 }) }),
    fc.record({ do: fc.constant('delete' as const), place }),
    fc.record({ do: fc.constant('clear' as const), place }),
    fc.record({ do: fc.constant('get' as const), place }),
  );
  const act = fc.oneof(
    { weight: 3, arbitrary: step.map((one) => ({ steps: [one], fails: false, together: false })) },
    {
      weight: 2,
      arbitrary: fc.record({
        steps: fc.array(step, { maxLength: 5 }),
        fails: fc.boolean(),
        together: fc.constant(true),
      }),
    },
  );
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  const take = (store: Store, one: Step): unknown => {
    switch (one.do) {
      case 'put':
        return store.put(...one.place, one.value);
      case 'delete':
        return store.delete(...one.place);
      case 'clear':
        return store.clear(one.place[0], one.place[1]);
      case 'get':
        return store.get(...one.place);
    }
  };

  it('holds what a store without memory holds, through anything', () => {
    let run = 0;
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        run += 1;
        stores = [openFileStore(join(folder, String(run))), openMemoryStore()];
        try {
          for (const { steps, fails, together } of acts) {
            const [left, right] = stores.map((store) => {
              const all = (): unknown[] => {
                const seen = steps.map((one) => take(store, one));
                if (fails) throw new Error('undo');
                return seen;
              };
              try {
                return together ? store.transaction(all) : all();
              } catch {
                return 'undone';
              }
            });
            expect(left).toEqual(right);
          }
          for (const kind of ['a', 'b', 'ab', 'a b']) {
            for (const scope of ['a', 'b', 'ab', 'a b']) {
              const listed = stores[0].list(kind, scope);
              expect(listed).toEqual(stores[1].list(kind, scope));
              for (const [key, value] of listed) expect(stores[0].get(kind, scope, key)).toEqual(value);
            }
          }
        } finally {
          for (const store of stores) store.close();
        }
      }),
      { numRuns: 60 },
    );
  });
});
