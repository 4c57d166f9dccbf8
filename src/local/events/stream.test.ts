// The logs over HTTP: what is there, what comes, where to go on from, and the ends of it.
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Cloud } from '../cloud.js';
import { Faults } from '../faults.js';
import { type HttpServer, listen } from '../server.js';
import type { ServiceContext } from '../service.js';
import { openMemoryStore } from '../store/memory.js';
import type { Store } from '../store/store.js';
import { placeOf, recordEvent, trimEvents } from './events.js';
import { eventsRoute, type StreamLine } from './stream.js';
import { Trail } from './trail.js';

const home = { account: '123456789012', region: 'us-east-1' };
let store: Store;
let trail: Trail;
let server: HttpServer;
let ending: AbortController;
let defects: unknown[];
let context: ServiceContext;

beforeEach(async () => {
  store = openMemoryStore();
  trail = new Trail(store);
  ending = new AbortController();
  defects = [];
  const now = (): number => 1_700_000_000_000;
  context = { ...home, partition: 'aws', callerArn: 'arn:aws:iam::123456789012:user/dev', now, store };
  const faults = new Faults();
  const onDefect = (error: unknown): void => void defects.push(error);
  const cloud = new Cloud({ store, services: [], faults, home, now, onDefect, signal: ending.signal });
  server = await listen({
    durable: () => store.durable(),
    port: 0,
    routes: [eventsRoute({ store, trail, signal: ending.signal })],
    cloud,
    controls: {
      faults,
      health: { service: 'slipway-local', version: 1, pid: 1, dataDirectory: null },
      stop: () => undefined,
    },
    onDefect,
  });
});
afterEach(async () => {
  ending.abort();
  await server.close();
  expect(defects).toEqual([]);
});

const happen = (what: string): void => recordEvent(context, { detailType: what, detail: {} });
const get = (query = '', init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${server.port}/_slipway/events${query}`, init);
const told = (line: StreamLine): unknown => ('event' in line ? [Number(line.place), line.event['detail-type']] : line);

/** The lines of an answer, as they come. */
async function* lines(response: Response): AsyncGenerator<unknown> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const piece of response.body ?? []) {
    const all = (rest + decoder.decode(piece as Uint8Array, { stream: true })).split('\n');
    rest = all.pop() ?? '';
    for (const line of all) if (line !== '') yield told(JSON.parse(line) as StreamLine);
  }
}
const all = async (response: Response): Promise<unknown[]> => {
  const found: unknown[] = [];
  for await (const line of lines(response)) found.push(line);
  return found;
};

describe('the events', () => {
  it('are told from the beginning, or from a place on', async () => {
    for (const what of ['a', 'b', 'c']) happen(what);
    const response = await get();
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    expect(await all(response)).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    expect(await all(await get(`?since=${placeOf(2)}`))).toEqual([[3, 'c']]);
    expect(await all(await get(`?since=${placeOf(3)}`))).toEqual([]);
  });

  it('are all told, however many', async () => {
    for (let index = 0; index < 1001; index += 1) happen('x');
    expect(await all(await get())).toHaveLength(1001);
  });

  it('are followed as they happen, until the client goes', async () => {
    happen('before');
    const client = new AbortController();
    const follower = lines(await get('?follow=true', { signal: client.signal }));
    expect((await follower.next()).value).toEqual([1, 'before']);
    const next = follower.next();
    happen('meanwhile');
    expect((await next).value).toEqual([2, 'meanwhile']);
    const burst = [follower.next(), follower.next()];
    store.transaction(() => {
      happen('one');
      happen('two');
    });
    expect((await Promise.all(burst)).map(({ value }) => value as unknown)).toEqual([
      [3, 'one'],
      [4, 'two'],
    ]);
    client.abort();
    await expect(follower.next()).rejects.toThrow();
    happen('to nobody');
    expect(await all(await get(`?since=${placeOf(4)}`))).toEqual([[5, 'to nobody']]);
  });

  it('end with the server, and the follower hears a proper end', async () => {
    happen('a');
    const follower = lines(await get('?follow=true'));
    await follower.next();
    ending.abort();
    expect(await follower.next()).toEqual({ done: true, value: undefined });
  });

  it('wait for a client that does not read, and gather nothing for it', async () => {
    for (let index = 0; index < 20_000; index += 1) happen('x'.repeat(500));
    const body = await new Promise<NodeJS.ReadableStream>((done) => {
      request({ port: server.port, path: '/_slipway/events', headers: { host: 'localhost' } }, done).end();
    });
    // Paused from the start: the answer stands still, and other calls do not.
    expect(await all(await get(`?since=${placeOf(19_999)}`))).toHaveLength(1);
    let size = 0;
    for await (const piece of body) size += (piece as Buffer).length;
    expect(size).toBeGreaterThan(20_000 * 500);
  });

  it('that are no longer kept are told of', async () => {
    for (let index = 0; index < 5; index += 1) happen('x');
    trimEvents(store, 2, 100);
    expect(await all(await get(`?since=${placeOf(1)}`))).toEqual([
      { missing: { after: placeOf(1), before: placeOf(4) } },
      [4, 'x'],
      [5, 'x'],
    ]);
    expect(await all(await get(`?since=${placeOf(3)}`))).toEqual([
      [4, 'x'],
      [5, 'x'],
    ]);
  });

  it('are refused to pages, from places that are none, and of logs that are none', async () => {
    happen('x');
    const refusal = async (query: string, init?: RequestInit): Promise<unknown[]> => {
      const response = await get(query, init);
      return [response.status, ((await response.json()) as { message: string }).message];
    };
    expect(await refusal('', { headers: { origin: 'https://evil.example' } })).toEqual([
      403,
      'only for programs on this machine',
    ]);
    expect(await refusal('?since=1')).toEqual([400, '"1" is no place']);
    expect(await refusal(`?since=${placeOf(2)}`)).toEqual([400, 'there is no place 2; the last one is 1']);
    expect(await refusal('?log=constructor')).toEqual([400, 'log is neither events nor trail']);
  });
});

describe('the trail', () => {
  const call = (name: string): void =>
    trail.call({ context, service: 'ecr', name, parameters: {}, requestId: 'r', resource: () => '*' });
  const named = async (follower: AsyncGenerator<unknown>): Promise<unknown> => (await follower.next()).value as unknown;

  it('is told with what waits to be written, and followed as it is written', async () => {
    call('ListImages');
    const response = await get('?log=trail&follow=true');
    const text = lines(response);
    expect(await named(text)).toEqual([1, undefined]);
    const next = named(text);
    call('PutImage');
    trail.flush();
    expect(await next).toEqual([2, undefined]);
    expect(await (await get(`?log=trail&since=${placeOf(1)}`)).text()).toContain('"eventName":"PutImage"');
  });
});
