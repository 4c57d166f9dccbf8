// What the store keeps of images: the documents, their kinds, and the scopes they lie in.
// It must not know any operation or protocol.
import type { BlobStore, Digest } from '../blobs/blob-store.js';
import type { EcrContext } from '../ecr/operation.js';
import type { Repository } from '../ecr/repository.js';
import { scope } from '../service.js';

/** What the functions of this folder work with. All of them are synchronous and run inside one transaction, but for those that move bytes. */
export interface ImageContext extends EcrContext {
  readonly blobs: BlobStore;
}

export type ImageStatus = 'ACTIVE' | 'ARCHIVED' | 'ACTIVATING';

/** One manifest in a repository. Times are milliseconds since the epoch. */
export interface Image {
  readonly digest: Digest;
  readonly mediaType: string;
  /** The configuration's media type, or `artifactType` where the manifest has one. */
  readonly artifactMediaType?: string;
  /** Bytes of the layers and the configuration; of an index, the largest of its manifests' sizes (API model). */
  readonly size: number;
  /** Bytes of the manifest itself. */
  readonly manifestSize: number;
  readonly pushedAt: number;
  /** Sorted. */
  readonly tags: readonly string[];
  readonly status: ImageStatus;
  readonly lastRecordedPullTime?: number;
  readonly lastArchivedAt?: number;
  readonly lastActivatedAt?: number;
  /** The digest that the manifest's `subject` names. */
  readonly subject?: Digest;
  /** Of the configuration and the layers, each once. */
  readonly layers: readonly Digest[];
  /** Of the manifests that an index names, each once. */
  readonly children: readonly Digest[];
  /** How it came here; what came by replication is not replicated again (user guide). */
  readonly origin: 'push' | 'replication' | 'pull-through';
}

/** A blob that a repository may use. */
export interface Layer {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
}

/**
 * Kinds of documents, by what their scope and key are. `R` is `account/region/repository`.
 *
 * | kind          | scope        | key                | value                                        |
 * | ------------- | ------------ | ------------------ | -------------------------------------------- |
 * | image         | R            | digest             | Image                                        |
 * | manifest      | R            | digest             | the manifest's text, byte for byte           |
 * | image-tag     | R            | tag                | digest                                       |
 * | layer         | R            | digest             | Layer                                        |
 * | layer-user    | R@layer      | image digest       | null                                         |
 * | parent        | R@child      | index digest       | null                                         |
 * | referrer      | R@subject    | referrer's digest  | null                                         |
 * | blob-holder   | blob digest  | R                  | null: this repository has it as a layer      |
 * | upload        | R            | upload id          | {startedAt}                                  |
 */
export const kinds = {
  image: 'image',
  manifest: 'manifest',
  tag: 'image-tag',
  layer: 'layer',
  layerUser: 'layer-user',
  parent: 'parent',
  referrer: 'referrer',
  blobHolder: 'blob-holder',
  upload: 'upload',
} as const;

/** The scope of what a repository holds. */
export function shelfOf(context: EcrContext, repository: Repository): string {
  return `${scope(repository.account, context.region)}/${repository.name}`;
}

/** The scope of what concerns one digest in a repository. */
export function shelfAt(context: EcrContext, repository: Repository, digest: Digest): string {
  return `${shelfOf(context, repository)}@${digest}`;
}
