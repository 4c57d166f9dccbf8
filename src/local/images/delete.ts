// Takes tags and images out of a repository, one by one or all of them.
// It must not know how a deletion was asked for.
import { type Digest, isDigest } from '../blobs/blob-store.js';
import type { EcrContext } from '../ecr/operation.js';
import { EcrError } from '../ecr/operation.js';
import type { Repository } from '../ecr/repository.js';
import { entriesUnder } from './entries.js';
import { referencedByList } from './errors.js';
import { findImage } from './find.js';
import { recordImageAction } from './image-events.js';
import { dropLayer, loadLayer } from './layers.js';
import { type Image, keyOf, kinds, repositoryKinds, shelfOf } from './model.js';
import { forgetPulls } from './pulls.js';
import { changeImage } from './record.js';

/** What is gone, in the API's terms, or why nothing is. */
export type Deletion =
  | { readonly deleted: readonly { readonly imageDigest: Digest; readonly imageTag?: string }[] }
  | { readonly failureCode: 'ImageNotFound' | 'ImageReferencedByManifestList'; readonly failureReason: string };

export interface DeleteOptions {
  /** Deletes what an index names, as the OCI's specification lets a registry do. */
  readonly evenIfReferenced?: boolean;
  /** Leaves an image whose last tag goes, as the OCI's specification has it. */
  readonly keepUntagged?: boolean;
  /** Tells EventBridge nothing: no page says that it hears of lifecycle policies (?). */
  readonly quiet?: boolean;
}

const notFound: Deletion = { failureCode: 'ImageNotFound', failureReason: 'Requested image not found' };

/** How many of the indexes that name an image are told of. */
const namedLists = 100;

/** The indexes that name an image, some of them where they are many. */
export function parentsOf(context: EcrContext, repository: Repository, digest: Digest): Digest[] {
  const run = { kind: kinds.parent, scope: shelfOf(context, repository), start: `${keyOf(digest)}/` };
  return entriesUnder(context.store, run, undefined, namedLists).map(([end]) => end);
}

function refusal(
  context: EcrContext,
  repository: Repository,
  image: Image,
  options: DeleteOptions,
): Deletion | undefined {
  const parents = options.evenIfReferenced === true ? [] : parentsOf(context, repository, image.digest);
  if (parents.length === 0) return undefined;
  return { failureCode: 'ImageReferencedByManifestList', failureReason: referencedByList(parents) };
}

function tell(
  context: EcrContext,
  repository: Repository,
  image: Image,
  tags: readonly string[],
  options: DeleteOptions,
): Deletion {
  const gone = tags.length === 0 ? [undefined] : tags;
  if (options.quiet !== true) {
    for (const tag of gone) recordImageAction(context, repository, 'DELETE', image.digest, tag);
  }
  return {
    deleted: gone.map((tag) => ({ imageDigest: image.digest, ...(tag !== undefined && { imageTag: tag }) })),
  };
}

/** An image with all its tags. */
export function deleteImage(
  context: EcrContext,
  repository: Repository,
  digest: string,
  options: DeleteOptions = {},
): Deletion {
  return context.store.transaction(() => {
    const image = isDigest(digest) ? findImage(context, repository, { digest }) : undefined;
    if (image === undefined) return notFound;
    const refused = refusal(context, repository, image, options);
    if (refused !== undefined) return refused;
    changeImage(context, repository, image, undefined);
    return tell(context, repository, image, image.tags, options);
  });
}

/** With the last tag the image goes too (API reference), or, where an index names it, neither does (aws/containers-roadmap#1567). */
export function deleteTag(
  context: EcrContext,
  repository: Repository,
  tag: string,
  options: DeleteOptions = {},
): Deletion {
  return context.store.transaction(() => {
    const image = findImage(context, repository, { tag });
    if (image === undefined) return notFound;
    const stays = image.tags.length > 1 || options.keepUntagged === true;
    const refused = stays ? undefined : refusal(context, repository, image, options);
    if (refused !== undefined) return refused;
    const rest = image.tags.filter((one) => one !== tag);
    changeImage(context, repository, image, stays ? { ...image, tags: rest } : undefined);
    return tell(context, repository, image, [tag], options);
  });
}

/** True where there is no image; layers that no image names do not count. */
export function isEmpty(context: EcrContext, repository: Repository): boolean {
  return context.store.list(kinds.image, shelfOf(context, repository), { limit: 1 }).length === 0;
}

export function repositoryNotEmpty({ name, account }: Repository): EcrError {
  return new EcrError(
    'RepositoryNotEmptyException',
    `The repository with name '${name}' in registry with id '${account}' cannot be deleted because it still contains images`,
  );
}

const slice = 1_000;

/** Takes everything out of a repository that is to be deleted. Its blobs are collected later. */
export function removeAllOf(context: EcrContext, repository: Repository): void {
  const { store } = context;
  const shelf = shelfOf(context, repository);
  store.transaction(() => {
    for (;;) {
      const layers = store.list(kinds.layer, shelf, { limit: slice });
      for (const [digest] of layers) {
        const layer = loadLayer(store, shelf, digest);
        if (layer !== undefined) dropLayer(store, shelf, layer);
      }
      if (layers.length < slice) break;
    }
    store.clear(repositoryKinds, shelf);
    forgetPulls(store, shelf);
  });
}
