// The outbox: events in the transaction they tell of, in one order, and no more of them than are kept.
import { describe, expect, it } from 'vitest';
import { listen } from '../bell.js';
import type { ServiceContext } from '../service.js';
import { openMemoryStore } from '../store/memory.js';
import { eventBounds, eventsAfter, placeOf, recordEvent, trimEvents } from './events.js';

function context(account = '123456789012'): ServiceContext {
  return {
    account,
    region: 'eu-west-1',
    partition: 'aws',
    callerArn: `arn:aws:iam::${account}:user/dev`,
    now: () => 1_700_000_000_500,
    store: openMemoryStore(),
  };
}
const record = (here: ServiceContext, detail: string): void =>
  recordEvent(here, { detailType: 'ECR Image Action', detail: { detail } });
const places = (here: ServiceContext, after?: string, limit = 100): string[] =>
  eventsAfter(here.store, after, limit).map(([place]) => place);

describe('the outbox', () => {
  it('holds events as EventBridge has them', () => {
    const here = context();
    record(here, 'x');
    expect(eventsAfter(here.store, undefined, 10)).toEqual([
      [
        '0000000000000001',
        {
          version: '0',
          id: '00000000-0000-4000-8000-000000000001',
          'detail-type': 'ECR Image Action',
          source: 'aws.ecr',
          account: '123456789012',
          time: '2023-11-14T22:13:20Z',
          region: 'eu-west-1',
          resources: [],
          detail: { detail: 'x' },
        },
      ],
    ]);
  });

  it('has nothing of a transaction that failed, and rings for those that did not', async () => {
    const here = context();
    let rings = 0;
    const deaf = listen(here.store, 'event', () => {
      // What it rings for is there to be read.
      expect(places(here)).toHaveLength(2);
      rings += 1;
    });
    expect(() =>
      here.store.transaction(() => {
        record(here, 'lost');
        throw new Error('no');
      }),
    ).toThrow('no');
    here.store.transaction(() => {
      record(here, 'a');
      record(here, 'b');
    });
    await new Promise((done) => setImmediate(done));
    expect(places(here)).toEqual([placeOf(1), placeOf(2)]);
    expect(rings).toBe(1);
    deaf();
    record(here, 'c');
    await new Promise((done) => setImmediate(done));
    expect(rings).toBe(1);
  });

  it('is read on from a place', () => {
    const here = context();
    for (let index = 0; index < 5; index += 1) record(here, String(index));
    expect(places(here, placeOf(2), 2)).toEqual([placeOf(3), placeOf(4)]);
    expect(eventBounds(here.store)).toEqual({ oldest: placeOf(1), newest: placeOf(5) });
  });

  it('lets go of the oldest, slice by slice, and never gives a place twice', () => {
    const here = context();
    expect(trimEvents(here.store, 3, 4)).toBe(false);
    for (let index = 0; index < 10; index += 1) record(here, String(index));
    expect(trimEvents(here.store, 3, 4)).toBe(true);
    expect(places(here)[0]).toBe(placeOf(5));
    expect(trimEvents(here.store, 3, 4)).toBe(false);
    expect(places(here)).toEqual([placeOf(8), placeOf(9), placeOf(10)]);
    expect(trimEvents(here.store, 0, 4)).toBe(false);
    record(here, 'next');
    expect(places(here)).toEqual([placeOf(11)]);
  });
});
