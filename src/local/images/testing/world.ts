// A local ECR without its wire, under a clock that tests move: repositories, layers and images, and calls of the API.
// It must not know what is tested.
import { expect } from 'vitest';
import { openBlobStore } from '../../blobs/open.js';
import { ecrDuties } from '../../duties.js';
import type { ImageApiContext } from '../../ecr/images/index.js';
import { EcrError } from '../../ecr/operation.js';
import { type Repository, readRepository, writeRepository } from '../../ecr/repository.js';
import { asyncEcrOperations, ecrOperations } from '../../ecr/service.js';
import { eventsAfter, type LocalEvent } from '../../events/events.js';
import { Trail } from '../../events/trail.js';
import { openMemoryStore } from '../../store/memory.js';
import type { Store } from '../../store/store.js';
import { firstDue } from '../../timetable.js';
import { PullThrough } from '../../upstream/cache.js';
import { appendToUpload, beginUpload, completeUpload, findLayer, type Image, putImage } from '../index.js';
import { imageManifest, layerOf, sha256 } from './manifests.js';

export const account = '123456789012';
export const region = 'eu-west-1';
export const start = 1_700_000_000_000;

export interface World {
  readonly store: Store;
  readonly context: ImageApiContext;
  readonly trail: Trail;
  /** Moves the clock, and does what is due on the way. */
  pass(milliseconds: number): Promise<void>;
  /** As another account or principal, or in another Region. */
  as(caller: Partial<Pick<ImageApiContext, 'account' | 'region' | 'callerArn'>>): World;
  repository(name?: string, settings?: Partial<Repository>): Repository;
  /** Uploads a layer that holds this text; gives its digest. */
  layer(repository: Repository, text: string): Promise<string>;
  /** Pushes an image of one layer, both of their own, and the empty configuration. */
  image(repository: Repository, text: string, tag?: string, more?: Readonly<Record<string, unknown>>): Promise<Image>;
  /** Pushes this manifest. */
  put(repository: Repository, manifest: string, tag?: string): Image;
  call(operation: string, input: Record<string, unknown>): Record<string, unknown>;
  callAsync(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** `Code: message` of a refusal. */
  refusal(operation: string, input: Record<string, unknown>): string;
  refusalAsync(operation: string, input: Record<string, unknown>): Promise<string>;
  /** Of all events, or those of one type. */
  events(type?: string): LocalEvent[];
  close(): Promise<void>;
}

function told(error: unknown): string {
  if (error instanceof EcrError) return `${error.code}: ${error.message}`;
  throw error;
}

/** As it goes over the wire: what JSON cannot carry must not be in an answer. */
function sent(answer: Record<string, unknown>): Record<string, unknown> {
  expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
  return answer;
}

async function* once(bytes: Buffer): AsyncIterable<Uint8Array> {
  yield bytes;
}

export function openWorld(store: Store = openMemoryStore()): World {
  let time = start;
  const blobs = openBlobStore({ now: () => time });
  const context: ImageApiContext = {
    account,
    region,
    partition: 'aws',
    callerArn: `arn:aws:iam::${account}:user/dev`,
    now: () => time,
    store,
    blobs,
    layerUrl: ({ digest }, now) => `http://localhost:1/layers/${digest}?at=${now}`,
    upstreams: new PullThrough({ self: () => 'http://localhost:1', signal: new AbortController().signal, silence: 1 }),
  };
  const trail = new Trail(store);
  const duties = ecrDuties({ store, trail, now: () => time });
  const over = (at: ImageApiContext): World => {
    const call = (name: string, input: Record<string, unknown>): Record<string, unknown> => {
      const operation = ecrOperations[name];
      if (operation === undefined) throw new Error(`no operation ${name}`);
      return sent(store.transaction(() => operation(input, at)));
    };
    const callAsync = async (name: string, input: Record<string, unknown>): Promise<Record<string, unknown>> => {
      const operation = asyncEcrOperations[name];
      if (operation === undefined) throw new Error(`no operation ${name}`);
      return sent(await operation(input, at));
    };
    const put = (repository: Repository, manifest: string, tag?: string): Image =>
      putImage(at, repository, {
        manifest: Buffer.from(manifest),
        origin: 'push',
        ...(tag !== undefined && { tag }),
      }).image;
    const layer = async (repository: Repository, text: string): Promise<string> => {
      const upload = await beginUpload(at, repository);
      await appendToUpload(at, repository, upload, 0, once(Buffer.from(text)));
      return (await completeUpload(at, repository, upload, [sha256(text)])).digest;
    };
    return {
      store,
      context: at,
      trail,
      as: (caller) => over({ ...at, ...caller }),
      async pass(milliseconds) {
        const end = time + milliseconds;
        for (let due = firstDue(store); due !== undefined && due.at <= end; due = firstDue(store)) {
          time = Math.max(time, due.at);
          const duty = duties.get(due.duty);
          if (duty === undefined) throw new Error(`nobody does ${due.duty}`);
          await duty(due, new AbortController().signal);
        }
        time = end;
      },
      repository(name = 'team/app', settings = {}) {
        const present = readRepository(store, at.account, at.region, name);
        const repository: Repository = {
          name,
          account: at.account,
          createdAt: time,
          imageTagMutability: 'MUTABLE',
          scanOnPush: false,
          encryption: { encryptionType: 'AES256' },
          tags: [],
          ...present,
          ...settings,
        };
        writeRepository(at, repository);
        return repository;
      },
      layer,
      async image(repository, text, tag, more) {
        for (const one of ['{}', text]) {
          if (findLayer(at, repository, sha256(one)) === undefined) await layer(repository, one);
        }
        return put(repository, imageManifest([layerOf(text)], more), tag);
      },
      put,
      call,
      callAsync,
      refusal(name, input) {
        try {
          call(name, input);
        } catch (error) {
          return told(error);
        }
        throw new Error(`${name} was not refused`);
      },
      async refusalAsync(name, input) {
        try {
          await callAsync(name, input);
        } catch (error) {
          return told(error);
        }
        throw new Error(`${name} was not refused`);
      },
      events: (type) =>
        eventsAfter(store, undefined, 100_000)
          .map(([, event]) => event)
          .filter((event) => type === undefined || event['detail-type'] === type),
      async close() {
        await blobs.close();
        store.close();
      },
    };
  };
  return over(context);
}

/** The refusal of a member of the input. */
export function invalid(member: string, constraint: string): string {
  return `InvalidParameterException: Invalid parameter at '${member}' failed to satisfy constraint: '${constraint}'`;
}
