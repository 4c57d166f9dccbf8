// Holds each document of a repository against those it must agree with. Synchronous: what is looked at together is of one moment.
// It must not know in which order documents are looked at, nor touch bytes of blobs.
import { createHash } from 'node:crypto';
import type { Digest } from '../blobs/blob-store.js';
import { repositoryKind } from '../ecr/repository.js';
import { type Image, kinds, type Layer } from '../images/model.js';
import { marksOf } from '../images/record.js';
import type { Json, Store } from '../store/store.js';
import { type Finding, imageIncomplete, indexBroken, manifestDamaged, named, placeOf } from './finding.js';

interface Entry {
  readonly shelf: string;
  readonly key: string;
  readonly value: Json;
}

/** Reads of one moment; images are read many times, once for each of their index entries. */
export class Moment {
  readonly store: Store;
  readonly #images = new Map<string, Image | undefined>();
  readonly #marks = new Map<string, ReturnType<typeof marksOf>>();

  constructor(store: Store) {
    this.store = store;
  }

  image(shelf: string, digest: Digest): Image | undefined {
    const id = `${shelf} ${digest}`;
    if (!this.#images.has(id)) {
      this.#images.set(id, this.store.get(kinds.image, shelf, digest) as unknown as Image | undefined);
    }
    return this.#images.get(id);
  }

  marks(shelf: string, image: Image): ReturnType<typeof marksOf> {
    const id = `${shelf} ${image.digest}`;
    const known = this.#marks.get(id);
    if (known !== undefined) return known;
    const marks = marksOf(image);
    this.#marks.set(id, marks);
    return marks;
  }
}

function* checkImage(moment: Moment, { shelf, key, value }: Entry): Generator<Finding> {
  const { store } = moment;
  const image = value as unknown as Image;
  const who = named(shelf, image);
  if (image.digest !== key) yield indexBroken(`an image lies under ${key} and calls itself ${image.digest}`, who);
  const { account, region, repository } = placeOf(shelf);
  if (store.get(repositoryKind, `${account}/${region}`, repository) === undefined) {
    yield indexBroken(`an image is in the repository ${shelf}, which does not exist`, who);
  }
  yield* checkManifest(store.get(kinds.manifest, shelf, key), shelf, image);
  for (const { kind, key: at, value: want } of moment.marks(shelf, image).values()) {
    const found = store.get(kind, shelf, at);
    if (found !== want) yield indexBroken(`the index ${kind} has no entry ${at} in ${shelf}, or another one`, who);
  }
  const layers = image.layers.filter((one) => store.get(kinds.layer, shelf, one) === undefined);
  if (layers.length > 0) yield imageIncomplete('layer', layers, who);
  const children = image.children.filter((one) => moment.image(shelf, one) === undefined);
  // What an index names comes through the cache when it is asked for.
  if (children.length > 0 && image.origin !== 'pull-through') yield imageIncomplete('manifest', children, who);
}

function* checkManifest(text: Json | undefined, shelf: string, image: Image): Generator<Finding> {
  const who = named(shelf, image);
  if (typeof text !== 'string') {
    yield manifestDamaged('is missing', who);
    return;
  }
  const algorithm = image.digest.startsWith('sha512:') ? 'sha512' : 'sha256';
  const actual = `${algorithm}:${createHash(algorithm).update(text).digest('hex')}`;
  if (actual !== image.digest) yield manifestDamaged(`has the digest ${actual}`, who);
  else if (Buffer.byteLength(text) !== image.manifestSize) yield manifestDamaged('has another size than is kept', who);
}

function* checkMark(kind: string, moment: Moment, { shelf, key, value }: Entry): Generator<Finding> {
  const digest = typeof value === 'string' ? value : key.slice(key.lastIndexOf('/') + 1);
  const image = moment.image(shelf, digest);
  if (image === undefined) yield indexBroken(`the index ${kind} names image ${digest}, which ${shelf} does not have`);
  else if (moment.marks(shelf, image).get(`${kind} ${key}`)?.value !== value) {
    yield indexBroken(`the index ${kind} has an entry ${key} in ${shelf} that is not the image's`, named(shelf, image));
  }
}

function* checkStrayManifest(moment: Moment, { shelf, key }: Entry): Generator<Finding> {
  if (moment.image(shelf, key) === undefined) yield indexBroken(`a manifest ${key} in ${shelf} belongs to no image`);
}

function* checkLayer({ store }: Moment, { shelf, key, value }: Entry): Generator<Finding> {
  const layer = value as unknown as Layer;
  if (layer.digest !== key) yield indexBroken(`a layer lies under ${key} in ${shelf} and calls itself ${layer.digest}`);
  // Its bytes would be collected.
  if (store.get(kinds.blobHolder, key, shelf) === undefined) {
    yield indexBroken(`nothing says that ${shelf} holds the bytes of its layer ${key}`);
  }
}

export type Check = (moment: Moment, entry: Entry) => Generator<Finding>;

/** By the kinds whose scope is a repository. */
export const checks: ReadonlyMap<string, Check> = new Map<string, Check>([
  [kinds.image, checkImage],
  [kinds.manifest, checkStrayManifest],
  [kinds.layer, checkLayer],
  ...[
    kinds.tag,
    kinds.dormantTag,
    kinds.listed,
    kinds.layerUser,
    kinds.parent,
    kinds.referrer,
    kinds.typedReferrer,
  ].map((kind): [string, Check] => [kind, (moment, entry) => checkMark(kind, moment, entry)]),
]);
