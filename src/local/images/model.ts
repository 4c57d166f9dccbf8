// What the store keeps of images: the documents, their kinds, and the keys they lie under.
// It must not know any operation or protocol.
import type { BlobStore, Digest } from '../blobs/blob-store.js';
import type { EcrContext } from '../ecr/operation.js';
import type { Repository } from '../ecr/repository.js';
import { scope } from '../service.js';

/**
 * What the functions of this folder work with where they touch bytes. All are synchronous and run inside one transaction, but for
 * those that move bytes.
 */
export interface ImageContext extends EcrContext {
  readonly blobs: BlobStore;
}

export type ImageStatus = 'ACTIVE' | 'ARCHIVED' | 'ACTIVATING';
export const imageStatuses: readonly ImageStatus[] = ['ACTIVE', 'ARCHIVED', 'ACTIVATING'];

/** One manifest in a repository. Times are milliseconds since the epoch. */
export interface Image {
  readonly digest: Digest;
  readonly mediaType: string;
  /** `artifactType` where the manifest has one, else the configuration's media type. */
  readonly artifactMediaType?: string;
  /** Bytes of the layers and the configuration, each once; of an index, the largest of its manifests' sizes (API model). */
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
  /** Of the configuration and the layers, each once; not of layers that clients fetch elsewhere, unless they were pushed too. */
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
  /** What the manifest that named it first calls it. */
  readonly mediaType?: string;
  /** Since when no manifest has named it, in milliseconds since the epoch; absent while one does. */
  readonly looseSince?: number;
}

/**
 * Kinds of documents, by what their scope and key are. `R` is `account/region/repository`. What lies in R goes with the repository,
 * in one step for each kind.
 *
 * | kind              | scope       | key                                    | value                                                  |
 * | ----------------- | ----------- | -------------------------------------- | ------------------------------------------------------ |
 * | image             | R           | digest                                 | Image                                                  |
 * | manifest          | R           | digest                                 | the manifest's text, byte for byte                     |
 * | image-count       | R           | `images`                               | how many there are                                     |
 * | image-tag         | R           | tag                                    | digest of an ACTIVE image                              |
 * | dormant-image-tag | R           | tag                                    | digest of an image that is archived, or on its way back |
 * | listed-image      | R           | status / `tagged` or `untagged` / digest | null                                                 |
 * | layer             | R           | digest                                 | Layer                                                  |
 * | layer-user        | R           | layer / `live` or `dormant` / image    | null: this image names the layer                       |
 * | parent            | R           | child / index                          | null                                                   |
 * | referrer          | R           | subject / status / referrer            | null                                                   |
 * | typed-referrer    | R           | subject / status / type / referrer     | null                                                   |
 * | image-signing     | R           | digest                                 | the signing profiles that were to sign it              |
 * | image-replication | R           | digest                                 | what became of its copies, by destination              |
 * | cached-tag        | R           | tag                                    | when its upstream was asked last                       |
 * | upload            | R           | upload id                              | Upload                                                 |
 * | lifecycle-preview | R           | `preview`                              | the state of the repository's one preview              |
 * | preview-result    | R           | page                                   | what it has found, some of it                          |
 * | image-scan        | R           | scan type / digest                     | the newest scan of that type                           |
 * | scan-findings     | R           | digest                                 | what a scan of that image is to find                   |
 * | loose-layer       | `all`       | time / R / layer                       | null: no manifest has named it since                   |
 * | blob-holder       | blob digest | R                                      | null: this repository has it as a layer                |
 */
export const kinds = {
  image: 'image',
  manifest: 'manifest',
  imageCount: 'image-count',
  tag: 'image-tag',
  dormantTag: 'dormant-image-tag',
  listed: 'listed-image',
  layer: 'layer',
  layerUser: 'layer-user',
  parent: 'parent',
  referrer: 'referrer',
  typedReferrer: 'typed-referrer',
  signing: 'image-signing',
  replication: 'image-replication',
  cachedTag: 'cached-tag',
  upload: 'upload',
  preview: 'lifecycle-preview',
  previewResult: 'preview-result',
  scan: 'image-scan',
  findings: 'scan-findings',
  looseLayer: 'loose-layer',
  blobHolder: 'blob-holder',
} as const;

/** The kinds whose scope is a repository. */
export const repositoryKinds: readonly string[] = [
  kinds.image,
  kinds.manifest,
  kinds.imageCount,
  kinds.tag,
  kinds.dormantTag,
  kinds.listed,
  kinds.layer,
  kinds.layerUser,
  kinds.parent,
  kinds.referrer,
  kinds.typedReferrer,
  kinds.signing,
  kinds.replication,
  kinds.cachedTag,
  kinds.upload,
  kinds.preview,
  kinds.previewResult,
  kinds.scan,
  kinds.findings,
];

/** The one scope of kinds that are ordered over all repositories. */
export const everywhere = 'all';

/** The scope of what a repository holds. */
export function shelfOf(context: Pick<EcrContext, 'region'>, repository: Pick<Repository, 'account' | 'name'>): string {
  return `${scope(repository.account, context.region)}/${repository.name}`;
}

/** Parts of a key. None but the last may have a slash. */
export function keyOf(...parts: readonly string[]): string {
  return parts.join('/');
}

/** A time as a part of a key: such keys sort as the times do. */
export function timeKey(time: number): string {
  return String(Math.max(0, Math.floor(time))).padStart(16, '0');
}

/** An artifact type as a part of a key: it may hold any character. */
export function typeKey(artifactType: string): string {
  // JSON first, as it writes half a surrogate pair too.
  return encodeURIComponent(JSON.stringify(artifactType));
}

/** What is known of an upload beside its bytes. */
export interface Upload {
  readonly startedAt: number;
  readonly parts: number;
  /** Bytes of the newest part. */
  readonly lastPart?: number;
  /** A part that was not the last is smaller than parts may be. */
  readonly short?: true;
}
