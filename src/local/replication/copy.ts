// Copies an image into another registry: documents and manifests, what an index names before the index. Bytes lie by their digest in
// one place for all registries, so none is moved. All of it is one step, and one that was made before changes nothing.
// It must not know why an image is copied, nor what is told of it.
import type { Digest } from '../blobs/blob-store.js';
import { type EcrContext, EcrError } from '../ecr/operation.js';
import { createFromTemplate } from '../ecr/registry/create-from-template.js';
import { registryPolicyText } from '../ecr/registry/registry-policy.js';
import type { Destination } from '../ecr/registry/replication.js';
import { type Repository, readRepository, repositoryArn } from '../ecr/repository.js';
import { digestOfTag, manifestOf } from '../images/find.js';
import { addLayer, loadLayer } from '../images/layers.js';
import { type Image, shelfOf } from '../images/model.js';
import { isTagImmutable } from '../images/mutability.js';
import { putImage } from '../images/put.js';
import { loadImage } from '../images/record.js';
import type { Store } from '../store/store.js';
import { partitionOf } from '../wire/caller.js';
import { permits } from './permission.js';
import type { Copy } from './queue.js';

/** `gone`: there is nothing any more that could be copied. */
export type Outcome =
  | { readonly made: true; readonly tag?: string }
  | { readonly made: false; readonly failureCode: string; readonly part: boolean }
  | 'gone';

/** What `failureCode` may say, for AWS publishes no list (?). Beside these it is an error of the API without its ending. */
const failures = { denied: 'AccessDenied', noRepository: 'RepositoryNotFound' } as const;

/** An image or one below it cannot be copied. */
class Failure extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** One end of a copy. */
interface End {
  readonly context: EcrContext;
  readonly repository: Repository;
}

export function registryContext(
  given: { readonly store: Store; now(): number },
  { account, region }: Destination,
): EcrContext {
  const { store } = given;
  const partition = partitionOf(region);
  const callerArn = `arn:${partition}:iam::${account}:root`;
  return { store, now: () => given.now(), account, region, partition, callerArn };
}

function permitted(context: EcrContext, copy: Copy, action: string): boolean {
  const { account, region, partition } = context;
  const resource = repositoryArn(partition, region, account, copy.repository);
  return permits(registryPolicyText(context), { partition, account: copy.source.account, action, resource });
}

/** The repository that receives the copy, which is made where there is none. */
function receiver(context: EcrContext, copy: Copy): Repository {
  if (!permitted(context, copy, 'ecr:ReplicateImage')) throw new Failure(failures.denied);
  const { account, region } = copy.destination;
  const found = readRepository(context.store, account, region, copy.repository);
  if (found !== undefined) return found;
  const made = permitted(context, copy, 'ecr:CreateRepository')
    ? createFromTemplate(context, account, copy.repository, 'REPLICATION')
    : undefined;
  if (made === undefined) throw new Failure(failures.noRepository);
  return made;
}

/** An image and all below it that its repository has, each after what it names. */
function withParts(source: End, image: Image): Image[] {
  const order: Image[] = [];
  const seen = new Set<Digest>();
  const stack: { readonly image: Image; readonly ready: boolean }[] = [{ image, ready: false }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next.ready) order.push(next.image);
    else if (!seen.has(next.image.digest)) {
      seen.add(next.image.digest);
      stack.push({ image: next.image, ready: true });
      for (const digest of next.image.children) {
        const child = loadImage(source.context, source.repository, digest);
        if (child !== undefined) stack.push({ image: child, ready: false });
      }
    }
  }
  return order;
}

/** A tag that has moved on at the source stays behind, and one that may not move at the destination stays there (user guide). */
function tagFor(source: End, destination: End, digest: Digest, tag: string | undefined): string | undefined {
  if (tag === undefined || digestOfTag(source.context, source.repository, tag) !== digest) return undefined;
  const holder = digestOfTag(destination.context, destination.repository, tag);
  const taken = holder !== undefined && holder !== digest && isTagImmutable(destination.repository, tag);
  return taken ? undefined : tag;
}

function put(source: End, destination: End, image: Image, tag: string | undefined): void {
  const from = shelfOf(source.context, source.repository);
  const to = shelfOf(destination.context, destination.repository);
  const { store } = destination.context;
  for (const digest of image.layers) {
    const layer = loadLayer(store, from, digest);
    if (layer === undefined || loadLayer(store, to, digest) !== undefined) continue;
    addLayer(destination.context, destination.repository, digest, layer.size);
  }
  putImage(destination.context, destination.repository, {
    manifest: Buffer.from(manifestOf(source.context, source.repository, image.digest), 'utf8'),
    mediaType: image.mediaType,
    digest: image.digest,
    origin: 'replication',
    allowNoLayers: true,
    ...(tag !== undefined && { tag }),
  });
}

function codeOf(error: unknown): string {
  if (error instanceof Failure) return error.code;
  if (error instanceof EcrError) return error.code.replace(/Exception$/, '');
  throw error;
}

/** Inside a transaction. `part` in a failure: it is an image below the one that was to be copied that cannot be. */
export function copyImage(given: { readonly store: Store; now(): number }, copy: Copy): Outcome {
  const from = registryContext(given, copy.source);
  const repository = readRepository(given.store, copy.source.account, copy.source.region, copy.repository);
  const image = repository === undefined ? undefined : loadImage(from, repository, copy.digest);
  if (repository === undefined || image?.status !== 'ACTIVE') return 'gone';
  const source = { context: from, repository };
  const to = registryContext(given, copy.destination);
  let part = false;
  try {
    const destination = { context: to, repository: receiver(to, copy) };
    for (const one of withParts(source, image)) {
      part = one.digest !== copy.digest;
      const tag = part ? undefined : tagFor(source, destination, copy.digest, copy.tag);
      put(source, destination, one, tag);
      if (!part) return { made: true, ...(tag !== undefined && { tag }) };
    }
  } catch (error) {
    return { made: false, failureCode: codeOf(error), part };
  }
  throw new Error(`${copy.digest} is not among its own parts`);
}
