// Backfills: copies of the images that a registry had before its rules. First they are listed, page by page, then they are made one by
// one; all of it is kept in documents, so one that was cut short goes on.
// It must not know the API, nor who calls upon it.
import { randomUUID } from 'node:crypto';
import { ring } from '../bell.js';
import type { Digest } from '../blobs/blob-store.js';
import { type Destination, replicationDestinations } from '../ecr/registry/replication.js';
import { listRepositories, readRepository } from '../ecr/repository.js';
import { entriesUnder } from '../images/entries.js';
import { listTaggedDigests } from '../images/list.js';
import { isIndex } from '../images/manifest.js';
import { shelfOf, timeKey } from '../images/model.js';
import { loadImage } from '../images/record.js';
import { scope } from '../service.js';
import type { Json, Store } from '../store/store.js';
import type { Duty } from '../timekeeper.js';
import { schedule, unschedule } from '../timetable.js';
import { type Outcome, registryContext } from './copy.js';
import { type Copy, replicationBell } from './queue.js';
import { noteAsked, noteDropped } from './status.js';

export type BackfillStatus = 'PREPARING' | 'IN_PROGRESS' | 'COMPLETE' | 'FAILED' | 'STOPPED';

export interface Progress {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly failureCodes: readonly string[];
}

/** Times are milliseconds since the epoch. */
export interface Backfill {
  readonly id: string;
  readonly source: Destination;
  readonly destination: Destination;
  readonly status: BackfillStatus;
  readonly failureCode?: string;
  readonly startedAt: number;
  readonly endedAt?: number;
  /** Once everything is listed. */
  readonly progress?: Progress;
  /** How many are listed. */
  readonly listed: number;
  /** The repository that is being listed, and how far. */
  readonly at?: { readonly repository: string; readonly place?: string };
}

export interface BackfillResult {
  readonly repositoryName: string;
  readonly imageId: { readonly imageDigest: Digest; readonly imageTag?: string };
  readonly status: 'COMPLETE' | 'FAILED';
  readonly failureCode?: string;
  readonly subImageFailureCodes?: readonly string[];
}

type Given = { readonly store: Store; now(): number };

/** Documents, by their scopes: the registry, all registries, and the backfill's id. */
const kinds = {
  backfill: 'replication-backfill',
  /** Those that have not ended, in the order in which they began. */
  active: 'active-backfill',
  /** What is still to be copied. */
  copy: 'backfill-copy',
  /** By status and number. */
  result: 'backfill-result',
} as const;

export const backfillExpiryDuty = 'backfill-expiry';

/** "Retained for 90 days after they end" (API reference). */
const retention = 90 * 86_400_000;
/** Images listed in one step. */
const slice = 500;

function numbered(number: number): string {
  return String(number).padStart(12, '0');
}

function registryOf({ source }: Pick<Backfill, 'source'>): string {
  return scope(source.account, source.region);
}

function save(store: Store, backfill: Backfill): Backfill {
  store.put(kinds.backfill, registryOf(backfill), backfill.id, backfill as unknown as Json);
  return backfill;
}

function activeKey({ startedAt, id }: Backfill): string {
  return `${timeKey(startedAt)}/${id}`;
}

export function loadBackfill(store: Store, source: Destination, id: string): Backfill | undefined {
  // Only this file writes this kind.
  return store.get(kinds.backfill, registryOf({ source }), id) as unknown as Backfill | undefined;
}

/** Of one registry, the newest first. */
export function backfillsOf(store: Store, source: Destination): Backfill[] {
  const found = store.list(kinds.backfill, registryOf({ source })).map(([, value]) => value as unknown as Backfill);
  return found.sort((left, right) => right.startedAt - left.startedAt || (left.id < right.id ? -1 : 1));
}

export function isOver({ status }: Backfill): boolean {
  return status !== 'PREPARING' && status !== 'IN_PROGRESS';
}

export function beginBackfill(given: Given, source: Destination, destination: Destination): Backfill {
  const { store } = given;
  const id = randomUUID();
  const backfill: Backfill = { id, source, destination, status: 'PREPARING', startedAt: given.now(), listed: 0 };
  store.put(kinds.active, 'all', activeKey(backfill), { ...source, id });
  ring(store, replicationBell);
  return save(store, backfill);
}

/** Ends it; what was to be copied is not any more. */
export function endBackfill(
  given: Given,
  backfill: Backfill,
  end: { readonly status: 'COMPLETE' | 'FAILED' | 'STOPPED'; readonly failureCode?: string },
): Backfill {
  const { store } = given;
  const now = given.now();
  for (const [, value] of store.list(kinds.copy, backfill.id)) {
    const copy = value as unknown as Copy;
    const shelf = shelfOf(copy.source, { account: copy.source.account, name: copy.repository });
    noteDropped(store, shelf, copy.digest, copy.destination);
  }
  store.clear(kinds.copy, backfill.id);
  store.delete(kinds.active, 'all', activeKey(backfill));
  schedule(store, {
    at: now + retention,
    duty: backfillExpiryDuty,
    subject: `${registryOf(backfill)}/${backfill.id}`,
  });
  const { at: _, ...rest } = backfill;
  return save(store, { ...rest, ...end, endedAt: now });
}

/** Forgets a backfill that ended long ago. */
export function backfillExpiry({ store }: Pick<Given, 'store'>): Duty {
  return ({ duty, subject }) =>
    store.transaction(() => {
      unschedule(store, duty, subject);
      const [account = '', region = '', id = ''] = subject.split('/');
      store.delete(kinds.backfill, scope(account, region), id);
      store.clear(kinds.result, id);
    });
}

/** Lists the next images of a repository: all that can be pulled and did not come by replication themselves. */
function listSome(given: Given, backfill: Backfill, repositoryName: string, place: string | undefined): Backfill {
  const { store } = given;
  const { source, destination, id } = backfill;
  const context = registryContext(given, source);
  const repository = readRepository(store, source.account, source.region, repositoryName);
  const page = repository === undefined ? [] : listTaggedDigests(context, repository, {}, place, slice);
  let { listed } = backfill;
  for (const [, { imageDigest: digest, imageTag: tag }] of page) {
    if (repository === undefined || loadImage(context, repository, digest)?.origin === 'replication') continue;
    listed += 1;
    const copy: Copy = { source, repository: repositoryName, digest, ...(tag !== undefined && { tag }), destination };
    store.put(kinds.copy, id, numbered(listed), copy as unknown as Json);
    noteAsked(store, shelfOf(context, repository), digest, destination);
  }
  const last = page.length < slice ? undefined : page.at(-1)?.[0];
  return { ...backfill, listed, at: { repository: repositoryName, ...(last !== undefined && { place: last }) } };
}

function listNext(given: Given, backfill: Backfill): void {
  const { store } = given;
  const { source, destination, at, listed } = backfill;
  const context = registryContext(given, source);
  const wanted = (name?: string): boolean =>
    replicationDestinations(context, name).some(
      ({ account, region }) => account === destination.account && region === destination.region,
    );
  if (!wanted()) {
    endBackfill(given, backfill, { status: 'FAILED', failureCode: 'DestinationNotConfigured' });
    return;
  }
  if (at?.place !== undefined) {
    save(store, listSome(given, backfill, at.repository, at.place));
    return;
  }
  const [next] = listRepositories(store, source.account, source.region, at?.repository, 1);
  if (next !== undefined) {
    const [name] = next;
    save(store, wanted(name) ? listSome(given, backfill, name, undefined) : { ...backfill, at: { repository: name } });
    return;
  }
  const { at: _, ...rest } = backfill;
  const progress = { total: listed, completed: 0, failed: 0, failureCodes: [] };
  save(store, { ...rest, status: 'IN_PROGRESS', progress });
}

function resultOf(copy: Copy, outcome: Outcome, isList: boolean): BackfillResult {
  const failed = outcome === 'gone' ? { failureCode: 'ImageNotFound', part: false } : outcome;
  const failureCode = 'failureCode' in failed ? failed.failureCode : undefined;
  const parts = 'failureCode' in failed && failed.part ? [failed.failureCode] : [];
  return {
    repositoryName: copy.repository,
    imageId: { imageDigest: copy.digest, ...(copy.tag !== undefined && { imageTag: copy.tag }) },
    status: failureCode === undefined ? 'COMPLETE' : 'FAILED',
    ...(failureCode !== undefined && { failureCode }),
    ...(isList && { subImageFailureCodes: parts }),
  };
}

function counted(progress: Progress, { status, failureCode }: BackfillResult): Progress {
  if (status === 'COMPLETE') return { ...progress, completed: progress.completed + 1 };
  const codes = new Set([...progress.failureCodes, ...(failureCode === undefined ? [] : [failureCode])]);
  return { ...progress, failed: progress.failed + 1, failureCodes: [...codes].sort() };
}

/** How a copy is made, and told of. */
export type Attempt = (copy: Copy) => Outcome;

function copyNext(given: Given, backfill: Backfill, attempt: Attempt): void {
  const { store } = given;
  const { id, progress } = backfill;
  const next = store.list(kinds.copy, id, { limit: 1 })[0] as unknown as [string, Copy] | undefined;
  if (next === undefined || progress === undefined) {
    endBackfill(given, backfill, { status: 'COMPLETE' });
    return;
  }
  const [key, copy] = next;
  const repository = readRepository(store, copy.source.account, copy.source.region, copy.repository);
  const image =
    repository === undefined ? undefined : loadImage(registryContext(given, copy.source), repository, copy.digest);
  const result = resultOf(copy, attempt(copy), image !== undefined && isIndex(image.mediaType));
  store.delete(kinds.copy, id, key);
  store.put(kinds.result, id, `${result.status}/${key}`, result as unknown as Json);
  save(store, { ...backfill, progress: counted(progress, result) });
}

/** The one that began first of those that have not ended. */
function firstActive(store: Store): Backfill | undefined {
  const [first] = store.list(kinds.active, 'all', { limit: 1 });
  if (first === undefined) return undefined;
  const { id, ...source } = first[1] as unknown as Destination & { readonly id: string };
  return loadBackfill(store, source, id);
}

/** What the next step is: to list images, to copy one, or nothing. */
export function nextStep(store: Store): 'list' | 'copy' | undefined {
  const backfill = firstActive(store);
  if (backfill === undefined) return undefined;
  return backfill.status === 'PREPARING' ? 'list' : 'copy';
}

/** Does it, in one transaction. */
export function stepBackfill(given: Given, attempt: Attempt): void {
  given.store.transaction(() => {
    const backfill = firstActive(given.store);
    if (backfill === undefined) return;
    if (backfill.status === 'PREPARING') listNext(given, backfill);
    else copyNext(given, backfill, attempt);
  });
}

/** Results after a place, those that succeeded first; each with its place. */
export function backfillResults(
  store: Store,
  id: string,
  status: BackfillResult['status'] | undefined,
  after: string | undefined,
  limit: number,
): [place: string, result: BackfillResult][] {
  const span = { limit, ...(after !== undefined && { after }) };
  if (status === undefined) return store.list(kinds.result, id, span) as unknown as [string, BackfillResult][];
  const start = `${status}/`;
  const ends = entriesUnder(store, { kind: kinds.result, scope: id, start }, after?.slice(start.length), limit);
  return ends.map(([end, value]) => [start + end, value as unknown as BackfillResult]);
}
