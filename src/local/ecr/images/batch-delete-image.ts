// BatchDeleteImage: by tag the tag goes, and with the last tag the image; by digest the image goes with all its tags.
// It must not know what may be deleted.
import { deleteImage, deleteTag } from '../../images/index.js';
import { checked } from '../check.js';
import { repositoryOf } from '../repository.js';
import { distinct, identify, isFailure } from './identify.js';
import { shapes } from './shapes.js';

/** In the order they are given: an index and what it names may go in one call, the index first. */
export const BatchDeleteImage = checked(shapes.BatchDeleteImage, (input, context) => {
  const repository = repositoryOf(context, input, 'BatchDeleteImage');
  const imageIds: Record<string, unknown>[] = [];
  const failures: Record<string, unknown>[] = [];
  for (const imageId of distinct(input.imageIds)) {
    const found = identify(context, repository, imageId);
    if (isFailure(found)) {
      failures.push({ imageId, ...found });
      continue;
    }
    // A tag beside a digest names one tag of the image (?): what ListImages gives can be handed on as it is.
    const { imageTag } = imageId;
    const deletion =
      imageTag === undefined
        ? deleteImage(context, repository, found.digest)
        : deleteTag(context, repository, imageTag);
    if ('deleted' in deletion) imageIds.push(...deletion.deleted);
    else failures.push({ imageId, ...deletion });
  }
  return { imageIds, failures };
});
