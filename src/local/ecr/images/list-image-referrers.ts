// ListImageReferrers.
// It must not know how referrers are indexed.
import { annotationsOf, listReferrers, manifestOf, toldTogether } from '../../images/index.js';
import { checked } from '../check.js';
import { paginateKeys } from '../operation.js';
import { repositoryOf } from '../repository.js';
import { referrerPages, shapes } from './shapes.js';

/** Each as an index would describe it: `size` is the manifest's (?). */
export const ListImageReferrers = checked(shapes.ListImageReferrers, (input, context) => {
  // It has no action of its own (API reference).
  const repository = repositoryOf(context, input, 'BatchGetImage');
  const { artifactTypes, artifactStatus } = input.filter ?? {};
  const { items, ...rest } = paginateKeys(
    (after, limit) =>
      listReferrers(
        context,
        repository,
        input.subjectId.imageDigest,
        { artifactTypes, status: artifactStatus },
        after,
        limit,
      ).map((image) => [image.digest, image] as const),
    input,
    referrerPages,
    toldTogether,
  );
  const referrers = items.map((image) => {
    const annotations = annotationsOf(manifestOf(context, repository, image.digest));
    return {
      digest: image.digest,
      mediaType: image.mediaType,
      ...(image.artifactMediaType !== undefined && { artifactType: image.artifactMediaType }),
      size: image.manifestSize,
      ...(Object.keys(annotations).length > 0 && { annotations }),
      artifactStatus: image.status,
    };
  });
  return { referrers, ...rest };
});
