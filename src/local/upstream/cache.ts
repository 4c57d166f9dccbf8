// The pull-through cache: what is asked for under a rule's prefix and is not here comes from the rule's upstream, is answered at once and
// kept. An image is kept when all of it has come; an index as soon as it is asked for, and what it names as that is.
// It must not know by which protocol a client asks.
import { createHash } from 'node:crypto';
import type { Digest } from '../blobs/blob-store.js';
import { EcrError } from '../ecr/operation.js';
import type { PullThroughRule } from '../ecr/registry/pull-through-cache.js';
import { digestOfTag } from '../images/find.js';
import { findLayer } from '../images/layers.js';
import { isForeign, isIndex, type Manifest, parseManifest } from '../images/manifest.js';
import type { Image } from '../images/model.js';
import { isTagImmutable } from '../images/mutability.js';
import { recordPull } from '../images/pulls.js';
import { putImage } from '../images/put.js';
import { Directory, type DirectoryOptions } from './directory.js';
import { UpstreamError } from './errors.js';
import { recordSync } from './events.js';
import { sentenceOf } from './failure.js';
import { forgetAsked, isDue, noteAskedNow } from './freshness.js';
import { LayerDownloads } from './layers.js';
import { checkImport, repositoryAt, repositoryFor, type Source, sourceOf, toldFailure, type Wanted } from './source.js';

export type Reference = { readonly tag: string } | { readonly digest: Digest };

/** A manifest as it came from the upstream. */
export interface Pulled {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly text: string;
  /** Bytes. */
  readonly size: number;
}

interface Import {
  readonly pulled: Pulled;
  /** Never rejects. */
  readonly done: Promise<void>;
}

function keyOf(source: Source, reference: Reference): string {
  return 'tag' in reference ? `${source.shelf}:${reference.tag}` : `${source.shelf}@${reference.digest}`;
}

export class PullThrough {
  readonly #directory: Directory;
  readonly #layers = new LayerDownloads();
  /** Questions under way, by what they are about: a crowd asks once. */
  readonly #questions = new Map<string, Promise<Pulled | undefined>>();
  /** Images of which something is still to come, by tag and digest. */
  readonly #imports = new Map<string, Import>();

  /** Throws `local/bad-upstream` or `local/bad-secrets`. */
  constructor(options: DirectoryOptions) {
    this.#directory = new Directory(options);
  }

  /**
   * The manifest of an image that is not here, or whose tag is due to be looked at upstream; `present` is what is here. Nothing where
   * there is nothing to ask; throws AccessDeniedException where the caller may not import; resolves to nothing where what is here is to be answered, or the upstream has none either. Rejects with
   * an UpstreamFailure, or with RepositoryNotFoundException where no repository can be made.
   */
  manifest(wanted: Wanted, reference: Reference, present: Image | undefined): Promise<Pulled | undefined> | undefined {
    if (present !== undefined && (present.origin !== 'pull-through' || present.status !== 'ACTIVE')) return undefined;
    if (present !== undefined && !('tag' in reference)) return undefined;
    const source = sourceOf(wanted, this.#directory);
    if (source === undefined) return undefined;
    if (present === undefined) {
      checkImport(source);
      return this.#once(source, reference, () => this.#fetch(source, reference));
    }
    const repository = repositoryAt(source);
    if (repository === undefined || !('tag' in reference) || !isDue(source.context, repository, reference.tag)) {
      return undefined;
    }
    // Wherever it has moved on to, here it must not.
    if (isTagImmutable(repository, reference.tag)) return undefined;
    return this.#once(source, reference, () => this.#look(source, reference.tag, present));
  }

  /** Has a layer come that is not here; nothing where no rule names its repository. Rejects with an UpstreamFailure. */
  layer(wanted: Wanted, digest: Digest): Promise<void> | undefined {
    const source = sourceOf(wanted, this.#directory);
    // Without a repository nothing was pulled that could name it.
    if (source === undefined || repositoryAt(source) === undefined) return undefined;
    return this.#layers.fetch(source, digest).catch((error: unknown) => {
      if (error instanceof UpstreamError && error.problem === 'missing') return;
      throw source.failure('Layer', error);
    });
  }

  /** Resolves when no image is still to come of those that name a layer. */
  async imported(wanted: Wanted, digest: Digest): Promise<void> {
    const source = sourceOf(wanted, this.#directory);
    if (source === undefined) return;
    const waiting = [...this.#imports].filter(
      ([key, { pulled }]) => key.startsWith(`${source.shelf}@`) && pulled.text.includes(digest),
    );
    await Promise.all(waiting.map(([, { done }]) => done));
  }

  /** Why the upstream of a rule cannot be pulled from; nothing where it can. */
  async validate(rule: PullThroughRule): Promise<string | undefined> {
    try {
      await this.#directory.clientFor(rule).ping();
      return undefined;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      return sentenceOf(this.#directory.nameOf(rule), error);
    }
  }

  /** Resolves when nothing is under way; to be called once the signal has fired. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#questions.values());
    await this.#layers.settled();
    await Promise.all([...this.#imports.values()].map(({ done }) => done));
  }

  #once(source: Source, reference: Reference, ask: () => Promise<Pulled | undefined>): Promise<Pulled | undefined> {
    const key = keyOf(source, reference);
    const known = this.#questions.get(key);
    if (known !== undefined) return known;
    const asked = ask().finally(() => this.#questions.delete(key));
    this.#questions.set(key, asked);
    return asked;
  }

  /** A tag may have moved on upstream. Whatever goes wrong, what is here is good enough (user guide). */
  async #look(source: Source, tag: string, present: Image): Promise<undefined | Pulled> {
    const { context, client, upstreamName } = source;
    const repository = repositoryAt(source);
    if (repository !== undefined) noteAskedNow(context, repository, tag);
    try {
      if ((await client.digestOf(upstreamName, tag)) === present.digest) return undefined;
      return await this.#fetch(source, { tag });
    } catch (error) {
      if (error instanceof UpstreamError || error instanceof EcrError) return undefined;
      throw error;
    }
  }

  async #fetch(source: Source, reference: Reference): Promise<Pulled | undefined> {
    const coming = this.#imports.get(keyOf(source, reference));
    if (coming !== undefined) return coming.pulled;
    const tag = 'tag' in reference ? reference.tag : undefined;
    try {
      const { pulled, manifest } = await manifestFrom(source, reference);
      this.#keep(source, pulled, manifest, tag);
      return pulled;
    } catch (error) {
      if (error instanceof UpstreamError && error.problem === 'missing') return undefined;
      const failure = source.failure('Image', error);
      const image = { repositoryName: source.name, tag, digest: 'digest' in reference ? reference.digest : undefined };
      recordSync(source.context, source.rule, image, toldFailure(failure));
      throw failure;
    }
  }

  /** Keeps it now where nothing is missing that it must have, else when that has come. */
  #keep(source: Source, pulled: Pulled, manifest: Manifest, tag: string | undefined): void {
    const { context } = source;
    const missing = context.store.transaction(() => {
      const repository = repositoryFor(source);
      const layers = new Map(manifest.layers.filter((one) => !isForeign(one)).map((one) => [one.digest, one]));
      return [...layers.values()].filter(({ digest }) => findLayer(context, repository, digest) === undefined);
    });
    if (missing.length === 0) {
      put(source, pulled, tag);
      return;
    }
    const keys = [keyOf(source, { digest: pulled.digest }), ...(tag === undefined ? [] : [keyOf(source, { tag })])];
    const all = missing.map(({ digest, size }) => this.#layers.fetch(source, digest, size));
    const done = finished(source, all, pulled, tag).finally(() => {
      for (const key of keys) this.#imports.delete(key);
    });
    for (const key of keys) this.#imports.set(key, { pulled, done });
  }
}

async function manifestFrom(
  { client, upstreamName }: Source,
  reference: Reference,
): Promise<{ readonly pulled: Pulled; readonly manifest: Manifest }> {
  const named = 'tag' in reference ? reference.tag : reference.digest;
  const { bytes, mediaType: sentAs, digest: told } = await client.manifest(upstreamName, named);
  const promised = 'digest' in reference ? reference.digest : told;
  const algorithm = promised?.startsWith('sha512:') === true ? 'sha512' : 'sha256';
  const digest = `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
  if (promised !== undefined && promised !== digest) {
    throw new UpstreamError('unavailable', `it has other bytes than those of ${promised}`);
  }
  try {
    const manifest = parseManifest(bytes, { allowNoLayers: true, ...(sentAs !== undefined && { mediaType: sentAs }) });
    return { pulled: { digest, mediaType: manifest.mediaType, text: manifest.text, size: bytes.length }, manifest };
  } catch (error) {
    if (!(error instanceof EcrError)) throw error;
    throw new UpstreamError('unavailable', `it has a manifest that ECR does not take: ${error.message}`);
  }
}

function put(source: Source, pulled: Pulled, tag: string | undefined): void {
  const { context, rule, name } = source;
  context.store.transaction(() => {
    const repository = repositoryFor(source);
    const holder = tag === undefined ? undefined : digestOfTag(context, repository, tag);
    const taken = holder !== undefined && holder !== pulled.digest && isTagImmutable(repository, tag ?? '');
    const { image } = putImage(context, repository, {
      manifest: Buffer.from(pulled.text, 'utf8'),
      mediaType: pulled.mediaType,
      digest: pulled.digest,
      origin: 'pull-through',
      allowNoLayers: true,
      // What an index names comes when somebody asks for it, and need not.
      allowMissingReferences: isIndex(pulled.mediaType),
      ...(tag !== undefined && !taken && { tag }),
    });
    if (tag !== undefined) noteAskedNow(context, repository, tag);
    recordPull(context, repository, image);
    recordSync(context, rule, { repositoryName: name, digest: pulled.digest, tag });
  });
}

/** Waits for all layers, and keeps the image; or tells that it cannot be kept. Never rejects: nobody may be waiting for it. */
async function finished(
  source: Source,
  layers: readonly Promise<void>[],
  pulled: Pulled,
  tag: string | undefined,
): Promise<void> {
  const failed = (await Promise.allSettled(layers)).find((one) => one.status === 'rejected');
  try {
    if (failed !== undefined) throw source.failure('Layer', failed.reason);
    // Nothing is made anew: a repository that was deleted meanwhile stays so.
    if (repositoryAt(source) !== undefined) put(source, pulled, tag);
  } catch (error) {
    tellFailure(source, pulled, tag, error);
  }
}

function tellFailure(source: Source, { digest }: Pulled, tag: string | undefined, error: unknown): void {
  const { context, rule, name } = source;
  try {
    context.store.transaction(() => {
      const repository = repositoryAt(source);
      if (repository !== undefined && tag !== undefined) forgetAsked(context, repository, tag);
      recordSync(context, rule, { repositoryName: name, digest, tag }, toldFailure(error));
    });
  } catch {
    // The store takes nothing either, as on a full disk. The next pull finds nothing kept, and asks again.
  }
}
