// Uploads of blobs: in one request, in one stream, in parts; mounts; how far one is; its end.
// It must not know where the bytes go.
import { BlobError, type Digest } from '../blobs/blob-store.js';
import { EcrError } from '../ecr/operation.js';
import { type Repository, readRepository } from '../ecr/repository.js';
import { invalidLayer, partTooSmall, uploadNotFound } from '../images/errors.js';
import {
  appendToUpload,
  beginUpload,
  cancelUpload,
  completeUpload,
  type Layer,
  mountLayer,
  receivedOf,
} from '../images/index.js';
import { kinds } from '../images/model.js';
import { scope } from '../service.js';
import { addressOf } from './address.js';
import { digestOf } from './blobs.js';
import { Refusal } from './errors.js';
import { type Exchange, location, type Outcome, pathIn, type Reply, repositoryOf } from './exchange.js';
import { first } from './query.js';
import { contentRangeOf, receivedRange } from './range.js';
import { repositoryForPush } from './repository-for-push.js';

function progress(exchange: Exchange, upload: string, received: number): Record<string, string> {
  return {
    Location: location(exchange, pathIn(exchange, `blobs/uploads/${upload}`)),
    Range: receivedRange(received),
    'Docker-Upload-UUID': upload,
  };
}

function created(exchange: Exchange, { digest }: Pick<Layer, 'digest'>): Reply {
  return {
    status: 201,
    headers: {
      Location: location(exchange, pathIn(exchange, `blobs/${digest}`)),
      'Docker-Content-Digest': digest,
    },
  };
}

/** The layer of another repository, where it may be had without sending it; a refusal is no error, but a normal upload. */
function mounted(exchange: Exchange, to: Repository, digest: Digest): Layer | undefined {
  const { context, query, place, home, profile } = exchange;
  const path = first(query, 'from');
  if (path === undefined) return profile.anonymousMount ? mountFromAnywhere(exchange, to, digest) : undefined;
  const { registry, name } = addressOf(path, place, home);
  if (registry.account !== to.account || registry.region !== context.region) return undefined;
  const from = readRepository(context.store, registry.account, registry.region, name);
  if (from === undefined || !exchange.may('GetDownloadUrlForLayer', name)) return undefined;
  return mountLayer(context, from, to, digest, { anyBlob: profile.mount === 'any' });
}

/** From whichever repository of this registry has it. */
function mountFromAnywhere({ context, may }: Exchange, to: Repository, digest: Digest): Layer | undefined {
  const start = `${scope(to.account, context.region)}/`;
  const [holder] = context.store.list(kinds.blobHolder, digest, { after: start, limit: 1 });
  if (holder?.[0].startsWith(start) !== true) return undefined;
  const from = readRepository(context.store, to.account, context.region, holder[0].slice(start.length));
  if (from === undefined || !may('GetDownloadUrlForLayer', from.name)) return undefined;
  return mountLayer(context, from, to, digest, { anyBlob: true });
}

/** Ends an upload. Where the repository has the blob already, that is as good. */
async function complete(exchange: Exchange, repository: Repository, upload: string, digest: Digest): Promise<Reply> {
  const { context, profile, parts } = exchange;
  if (!profile.sha512 && digest.startsWith('sha512:')) throw invalidLayer();
  try {
    return created(
      exchange,
      await completeUpload(context, repository, upload, [digest], { allowEmpty: profile.emptyBlobs }),
    );
  } catch (error) {
    if (!(error instanceof EcrError) || error.code !== 'LayerAlreadyExistsException') throw error;
    return created(exchange, { digest });
  } finally {
    if (receivedOf(context, repository, upload) === undefined) parts.forget(upload);
  }
}

/** POST: a mount, a whole blob, or an upload that begins. */
export async function startUpload(exchange: Exchange): Promise<Outcome> {
  const { context, query, request } = exchange;
  const mount = first(query, 'mount');
  const whole = first(query, 'digest');
  const wanted = mount === undefined ? undefined : digestOf(mount);
  const digest = whole === undefined ? undefined : digestOf(whole);
  const repository = context.store.transaction(() => repositoryForPush(exchange));
  if (repository === undefined) return 'cut';
  const found = wanted === undefined ? undefined : mounted(exchange, repository, wanted);
  if (found !== undefined) return { ...created(exchange, found), mounted: true };
  const upload = await beginUpload(context, repository);
  if (digest === undefined) return { status: 202, headers: progress(exchange, upload, 0) };
  try {
    await appendToUpload(context, repository, upload, 0, request);
    return await complete(exchange, repository, upload, digest);
  } catch (error) {
    // Nobody has heard of it.
    await cancelUpload(context, repository, upload);
    throw error;
  }
}

function receivedIn(exchange: Exchange, repository: Repository): number {
  const received = receivedOf(exchange.context, repository, exchange.reference);
  if (received === undefined) throw uploadNotFound(repository, exchange.reference);
  return received;
}

/** The length of the body where the client has told it. */
function bodyLength({ request }: Exchange): number | undefined {
  const length = request.headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

/** Refuses a part for another place than the next, before any of its bytes is taken. */
function checkPart(exchange: Exchange, received: number): void {
  const header = exchange.request.headers['content-range'];
  if (header === undefined) return;
  const range = contentRangeOf(header);
  if (range === 'malformed' || range.start !== received) throw outOfOrder(exchange, received);
  const length = bodyLength(exchange);
  if (length !== undefined && length !== range.end - range.start + 1) {
    throw new Refusal('size-mismatch', `The part has ${length} bytes, its Content-Range says otherwise`);
  }
}

function outOfOrder(exchange: Exchange, received: number): Refusal {
  return new Refusal(
    'part-out-of-order',
    `The part must begin at byte ${received}`,
    progress(exchange, exchange.reference, received),
  );
}

/** Adds the body. Returns how many bytes the upload has then. */
async function append(exchange: Exchange, repository: Repository, received: number): Promise<number> {
  const { context, reference, request } = exchange;
  try {
    return await appendToUpload(context, repository, reference, received, request);
  } catch (error) {
    if (!(error instanceof BlobError) || error.failure !== 'offset') throw error;
    // Somebody else is sending, or has been.
    throw outOfOrder(exchange, receivedIn(exchange, repository));
  }
}

export async function sendPart(exchange: Exchange): Promise<Reply> {
  const { profile, parts, reference } = exchange;
  const repository = repositoryOf(exchange);
  const received = receivedIn(exchange, repository);
  checkPart(exchange, received);
  const total = await append(exchange, repository, received);
  parts.add(reference, total - received);
  const told = profile.patchRange === 'first part' ? (parts.first(reference) ?? total) : total;
  return { status: profile.patchStatus, headers: progress(exchange, reference, told) };
}

export async function endUpload(exchange: Exchange): Promise<Reply> {
  const { profile, parts, query, reference } = exchange;
  const repository = repositoryOf(exchange);
  const received = receivedIn(exchange, repository);
  const digest = digestOf(first(query, 'digest'));
  checkPart(exchange, received);
  const total = await append(exchange, repository, received);
  if (total > received && received > 0) parts.add(reference, total - received);
  if (parts.smallest(reference) < profile.smallestPart) {
    throw partTooSmall();
  }
  return complete(exchange, repository, reference, digest);
}

export function tellUpload(exchange: Exchange): Reply {
  const repository = repositoryOf(exchange);
  return { status: 204, headers: progress(exchange, exchange.reference, receivedIn(exchange, repository)) };
}

export async function dropUpload(exchange: Exchange): Promise<Reply> {
  const { context, parts, reference } = exchange;
  const repository = repositoryOf(exchange);
  parts.forget(reference);
  if (await cancelUpload(context, repository, reference)) return { status: 204 };
  throw uploadNotFound(repository, reference);
}
