// The events of images, as EventBridge has them (user guide, "Amazon ECR events and EventBridge" and "Enhanced events").
// It must not know who reads them.
import type { Digest } from '../blobs/blob-store.js';
import type { EcrContext } from '../ecr/operation.js';
import type { Repository } from '../ecr/repository.js';
import { recordEvent } from '../events/events.js';
import type { Image } from './model.js';

const imageAction = 'ECR Image Action';

/** Of an image without a tag no tag is told; no sample shows such an event (?). */
export function recordImageAction(
  context: EcrContext,
  repository: Repository,
  action: 'PUSH' | 'DELETE',
  digest: Digest,
  tag: string | undefined,
): void {
  recordEvent(context, {
    account: repository.account,
    detailType: imageAction,
    detail: {
      result: 'SUCCESS',
      'repository-name': repository.name,
      'image-digest': digest,
      'action-type': action,
      ...(tag !== undefined && { 'image-tag': tag }),
    },
  });
}

/** An image was archived, or is back. What refers to another has a detail type of its own. */
export function recordStorageClass(
  context: EcrContext,
  repository: Repository,
  image: Image,
  target: 'ARCHIVE' | 'STANDARD',
): void {
  const activatedAt = target === 'STANDARD' ? image.lastActivatedAt : undefined;
  recordEvent(context, {
    account: repository.account,
    detailType: image.subject === undefined ? imageAction : 'ECR Referrer Action',
    detail: {
      'action-type': 'UPDATE_STORAGE_CLASS',
      'target-storage-class': target,
      'image-digest': image.digest,
      'repository-name': repository.name,
      result: 'SUCCESS',
      'manifest-media-type': image.mediaType,
      ...(image.artifactMediaType !== undefined && { 'artifact-media-type': image.artifactMediaType }),
      ...(activatedAt !== undefined && { 'last-activated-at': new Date(activatedAt).toISOString() }),
    },
  });
}
