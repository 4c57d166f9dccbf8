// DescribeImages and ListImages.
// It must not know how images are ordered or indexed.
import { imageNotFound } from '../../images/errors.js';
import { type Image, listImages } from '../../images/index.js';
import { listTaggedDigests, matchesFilter } from '../../images/list.js';
import { checked } from '../check.js';
import { invalidMember, paginateKeys } from '../operation.js';
import { defined } from '../registry/state.js';
import { type Repository, repositoryOf } from '../repository.js';
import { findIdentified } from './identify.js';
import { pages, shapes } from './shapes.js';

function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}

/** AWS-native basic scanning leaves imageScanStatus and imageScanFindingsSummary out (API reference). */
function detailOf(repository: Repository, image: Image): Record<string, unknown> {
  return defined({
    registryId: repository.account,
    repositoryName: repository.name,
    imageDigest: image.digest,
    imageTags: image.tags.length > 0 ? image.tags : undefined,
    imageSizeInBytes: image.size,
    imagePushedAt: seconds(image.pushedAt),
    imageManifestMediaType: image.mediaType,
    artifactMediaType: image.artifactMediaType,
    lastRecordedPullTime: seconds(image.lastRecordedPullTime),
    subjectManifestDigest: image.subject,
    imageStatus: image.status,
    lastArchivedAt: seconds(image.lastArchivedAt),
    lastActivatedAt: seconds(image.lastActivatedAt),
  });
}

/** Images asked for by name are told of whatever their status, unless the filter says otherwise. */
export const DescribeImages = checked(shapes.DescribeImages, (input, context) => {
  const repository = repositoryOf(context, input, 'DescribeImages');
  const { imageIds, filter = {} } = input;
  if (imageIds !== undefined) {
    for (const member of ['nextToken', 'maxResults'] as const) {
      if (input[member] !== undefined) throw invalidMember(member, 'must be null when imageIds is set');
    }
    const found = new Map<string, Image>();
    for (const id of imageIds) {
      const image = findIdentified(context, repository, id);
      if (image === undefined) {
        throw imageNotFound(repository, defined({ digest: id.imageDigest, tag: id.imageTag }));
      }
      if (matchesFilter(image, { imageStatus: 'ANY', ...filter })) found.set(image.digest, image);
    }
    return { imageDetails: [...found.values()].map((image) => detailOf(repository, image)) };
  }
  const { items, ...rest } = paginateKeys(
    (after, limit) =>
      listImages(context, repository, filter, after, limit).map((image) => [image.digest, image] as const),
    input,
    pages,
  );
  return { imageDetails: items.map((image) => detailOf(repository, image)), ...rest };
});

/** One entry for each digest and tag. */
export const ListImages = checked(shapes.ListImages, (input, context) => {
  const repository = repositoryOf(context, input, 'ListImages');
  const { items, ...rest } = paginateKeys(
    (after, limit) => listTaggedDigests(context, repository, input.filter ?? {}, after, limit),
    input,
    pages,
  );
  return { imageIds: items, ...rest };
});
