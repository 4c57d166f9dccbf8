// Takes a manifest into a repository, and gives it a tag.
// It must not know from where it comes, nor how it is answered.
import { createHash } from 'node:crypto';
import { type Digest, isDigest } from '../blobs/blob-store.js';
import type { EcrContext } from '../ecr/operation.js';
import type { Repository } from '../ecr/repository.js';
import { replicate } from '../replication/queue.js';
import { scanOnPush } from '../scanning/scan.js';
import {
  childrenNotFound,
  digestDoesNotMatch,
  layersNotFound,
  tagIsImmutable,
  tooManyImages,
  tooManyTags,
} from './errors.js';
import { digestOfTag } from './find.js';
import { recordImageAction } from './image-events.js';
import { loadLayer } from './layers.js';
import { maxImages, maxTags } from './limits.js';
import { isForeign, type Manifest, parseManifest } from './manifest.js';
import { type Image, kinds, shelfOf } from './model.js';
import { isTagImmutable } from './mutability.js';
import { changeImage, imageCount, loadImage } from './record.js';
import { noteSigning } from './signing.js';
import { activate } from './storage-class.js';

export interface NewImage {
  readonly manifest: Buffer;
  /** As the request calls the manifest; nothing where it does not. */
  readonly mediaType?: string;
  readonly tag?: string;
  /** What the manifest's digest must be. */
  readonly digest?: string;
  readonly origin: Image['origin'];
  /** Takes a manifest whose layers and children are not there, as the OCI's specification lets a registry do. */
  readonly allowMissingReferences?: boolean;
  /** Takes an image without layers, as the OCI's specification does. */
  readonly allowNoLayers?: boolean;
}

export interface PutResult {
  readonly image: Image;
  /** The image was there, with this tag and active: nothing has changed. */
  readonly existed: boolean;
}

/** The digest of the manifest, by the algorithm of the one that was promised. */
function digestOf(manifest: Buffer, promised: string | undefined): Digest {
  const algorithm =
    promised !== undefined && isDigest(promised) && promised.startsWith('sha512:') ? 'sha512' : 'sha256';
  const digest = `${algorithm}:${createHash(algorithm).update(manifest).digest('hex')}`;
  if (promised !== undefined && promised !== digest) throw digestDoesNotMatch();
  return digest;
}

function insert(tags: readonly string[], tag: string | undefined): readonly string[] {
  return tag === undefined || tags.includes(tag) ? tags : [...tags, tag].sort();
}

/** The image that a manifest makes; throws where what it names is not there. */
function imageOf(
  context: EcrContext,
  repository: Repository,
  digest: Digest,
  manifest: Manifest,
  given: NewImage,
): Image {
  const { store } = context;
  const shelf = shelfOf(context, repository);
  const named = new Map(manifest.layers.map((one) => [one.digest, one]));
  const layers = new Map([...named.keys()].map((one) => [one, loadLayer(store, shelf, one)]));
  const absent = [...layers].flatMap(([one, layer]) => (layer === undefined ? [one] : []));
  const elsewhere = new Set(
    absent.filter((one) => manifest.layers.every((layer) => layer.digest !== one || isForeign(layer))),
  );
  const missing = absent.filter((one) => !elsewhere.has(one));
  if (missing.length > 0 && given.allowMissingReferences !== true) throw layersNotFound(repository, missing);
  const children = new Map(manifest.children.map((one) => [one.digest, loadImage(context, repository, one.digest)]));
  const orphans = [...children].flatMap(([one, child]) => (child === undefined ? [one] : []));
  if (orphans.length > 0 && given.allowMissingReferences !== true) throw childrenNotFound(repository, orphans);

  const own = [...layers].reduce((sum, [one, layer]) => sum + (layer?.size ?? named.get(one)?.size ?? 0), 0);
  const largest = [...children.values()].reduce((most, child) => Math.max(most, child?.size ?? 0), 0);
  return {
    digest,
    mediaType: manifest.mediaType,
    ...(manifest.artifactMediaType !== undefined && { artifactMediaType: manifest.artifactMediaType }),
    size: Math.max(own, largest),
    manifestSize: given.manifest.length,
    pushedAt: context.now(),
    tags: insert([], given.tag),
    status: 'ACTIVE',
    ...(manifest.subject !== undefined && { subject: manifest.subject }),
    layers: [...layers.keys()].filter((one) => !elsewhere.has(one)),
    children: [...children.keys()],
    origin: given.origin,
  };
}

/** Takes a tag from the image that has it, which stays, perhaps without any (moto is wrong there). */
function releaseTag(context: EcrContext, repository: Repository, digest: Digest, tag: string): void {
  const holder = loadImage(context, repository, digest);
  if (holder === undefined) return;
  changeImage(context, repository, holder, { ...holder, tags: holder.tags.filter((one) => one !== tag) });
}

function putNew(context: EcrContext, repository: Repository, image: Image, manifest: Manifest): Image {
  const shelf = shelfOf(context, repository);
  context.store.put(kinds.manifest, shelf, image.digest, manifest.text);
  const types = new Map(manifest.layers.map((one) => [one.digest, one.mediaType]));
  changeImage(context, repository, undefined, image, types);
  if (image.origin === 'push') noteSigning(context, repository, image.digest);
  return image;
}

/** Pushing an archived image restores it at once (user guide, "Restoring an image"). */
function putAgain(context: EcrContext, repository: Repository, present: Image, tag: string | undefined): Image {
  const image = present.status === 'ACTIVE' ? present : activate(context, repository, present);
  const tags = insert(image.tags, tag);
  if (tags === image.tags) return image;
  const tagged = { ...image, tags };
  changeImage(context, repository, image, tagged);
  return tagged;
}

/** Throws where there is no room for an image, or for one more tag of it. */
function checkRoom(
  context: EcrContext,
  repository: Repository,
  present: Image | undefined,
  tag: string | undefined,
): void {
  if (present === undefined) {
    if (imageCount(context.store, shelfOf(context, repository)) >= maxImages) throw tooManyImages(repository);
  } else if (tag !== undefined && !present.tags.includes(tag) && present.tags.length >= maxTags) {
    throw tooManyTags(repository, tag);
  }
}

/**
 * Throws InvalidParameterException, ImageDigestDoesNotMatchException, ImageTagAlreadyExistsException, LayersNotFoundException,
 * ReferencedImagesNotFoundException or LimitExceededException. A push that changes nothing is no error here.
 */
export function putImage(context: EcrContext, repository: Repository, given: NewImage): PutResult {
  const { mediaType, allowNoLayers, tag } = given;
  const manifest = parseManifest(given.manifest, {
    ...(mediaType !== undefined && { mediaType }),
    ...(allowNoLayers !== undefined && { allowNoLayers }),
  });
  const digest = digestOf(given.manifest, given.digest);
  return context.store.transaction(() => {
    const present = loadImage(context, repository, digest);
    const holder = tag === undefined ? undefined : digestOfTag(context, repository, tag);
    const placed = present !== undefined && (tag === undefined || holder === digest);
    if (placed && present.status === 'ACTIVE') return { image: present, existed: true };
    const moved = tag !== undefined && holder !== undefined && holder !== digest ? { tag, holder } : undefined;
    if (moved !== undefined && isTagImmutable(repository, moved.tag)) throw tagIsImmutable(repository, moved.tag);
    const fresh = present ?? imageOf(context, repository, digest, manifest, given);
    // Before anything is written: whoever catches a refusal goes on with its own transaction.
    checkRoom(context, repository, present, tag);
    if (moved !== undefined) releaseTag(context, repository, moved.holder, moved.tag);
    const image =
      present === undefined
        ? putNew(context, repository, fresh, manifest)
        : putAgain(context, repository, present, tag);
    scanOnPush(context, repository, image);
    if (given.origin === 'push') {
      recordImageAction(context, repository, 'PUSH', digest, tag);
      const restored = present !== undefined && present.status !== 'ACTIVE';
      replicate(context, repository, digest, restored ? image.tags : [tag]);
    }
    return { image, existed: false };
  });
}
