// Lists the images and tags of a repository. Pages are told apart by digest or tag, so they stay right while others push, and a page
// costs what it holds, whatever the filter.
// It must not know the wire's tokens.
import type { Digest } from '../blobs/blob-store.js';
import type { EcrContext } from '../ecr/operation.js';
import type { Repository } from '../ecr/repository.js';
import { mergedEnds } from './entries.js';
import { type Image, type ImageStatus, imageStatuses, keyOf, kinds, shelfOf } from './model.js';
import { withPullTime } from './pulls.js';
import { loadImage } from './record.js';

export interface ImageFilter {
  readonly tagStatus?: 'TAGGED' | 'UNTAGGED' | 'ANY' | undefined;
  /** ACTIVE where it is left out (API model). */
  readonly imageStatus?: ImageStatus | 'ANY' | undefined;
}

function statusesOf({ imageStatus = 'ACTIVE' }: ImageFilter): readonly ImageStatus[] {
  return imageStatus === 'ANY' ? imageStatuses : [imageStatus];
}

function taggednessOf({ tagStatus = 'ANY' }: ImageFilter): readonly string[] {
  return tagStatus === 'ANY' ? ['tagged', 'untagged'] : [tagStatus.toLowerCase()];
}

export function matchesFilter(image: Image, filter: ImageFilter): boolean {
  return (
    statusesOf(filter).includes(image.status) &&
    taggednessOf(filter).includes(image.tags.length > 0 ? 'tagged' : 'untagged')
  );
}

/** Images after a digest, in the order of digests: ECR promises none. */
export function listImages(
  context: EcrContext,
  repository: Repository,
  filter: ImageFilter,
  after: string | undefined,
  limit: number,
): Image[] {
  const runs = statusesOf(filter).flatMap((status) =>
    taggednessOf(filter).map((tagged) => ({
      kind: kinds.listed,
      scope: shelfOf(context, repository),
      start: `${keyOf(status, tagged)}/`,
    })),
  );
  return mergedEnds(context.store, runs, after, limit).flatMap(
    (digest) => loadImage(context, repository, digest) ?? [],
  );
}

export interface TaggedDigest {
  readonly imageDigest: Digest;
  readonly imageTag?: string;
}

/** Images read for one page of tags: each may have as many tags as the page has room for. */
const atATime = 50;

/** One entry for each tag of an image, one for an image without any; `place` is what to go on after. */
export function listTaggedDigests(
  context: EcrContext,
  repository: Repository,
  filter: ImageFilter,
  after: string | undefined,
  limit: number,
): [place: string, entry: TaggedDigest][] {
  const [digest, tag] = after?.split('/') ?? [];
  const found: [string, TaggedDigest][] = [];
  const add = (image: Image, afterTag?: string): void => {
    if (image.tags.length === 0) found.push([image.digest, { imageDigest: image.digest }]);
    for (const imageTag of image.tags) {
      if (afterTag !== undefined && imageTag <= afterTag) continue;
      found.push([`${image.digest}/${imageTag}`, { imageDigest: image.digest, imageTag }]);
    }
  };
  // The tags that the last page left of the image it ended in; that image may have lost them since.
  const begun = digest === undefined || tag === undefined ? undefined : loadImage(context, repository, digest);
  if (begun !== undefined && begun.tags.length > 0 && matchesFilter(begun, filter)) add(begun, tag);
  let last = digest;
  while (found.length < limit) {
    const images = listImages(context, repository, filter, last, Math.min(limit - found.length, atATime));
    for (const image of images) add(image);
    last = images.at(-1)?.digest;
    if (last === undefined) break;
  }
  return found.slice(0, limit);
}

/** Images of every status after a digest, in the order of digests. */
export function imagesOf(
  context: EcrContext,
  repository: Repository,
  after: string | undefined,
  limit: number,
): Image[] {
  return listImages(context, repository, { imageStatus: 'ANY' }, after, limit);
}

/** Every image, at once: for whoever has to weigh them against each other. */
export function allImagesOf(context: EcrContext, repository: Repository): Image[] {
  const shelf = shelfOf(context, repository);
  // Only record.ts and the flush of pull times write this kind.
  const images = context.store.list(kinds.image, shelf).map(([, image]) => image as unknown as Image);
  return images.map((image) => withPullTime(context.store, shelf, image));
}

/** The tags of images that can be pulled, after a tag, in the order of tags. */
export function tagsOf(
  context: EcrContext,
  repository: Repository,
  after: string | undefined,
  limit: number,
): string[] {
  const page = { limit, ...(after !== undefined && { after }) };
  return context.store.list(kinds.tag, shelfOf(context, repository), page).map(([tag]) => tag);
}
