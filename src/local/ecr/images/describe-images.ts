// DescribeImages and ListImages.
// It must not know how images are ordered or indexed.
import { imageNotFound } from '../../images/errors.js';
import { type Image, listImages } from '../../images/index.js';
import { listTaggedDigests, matchesFilter } from '../../images/list.js';
import { checked } from '../check.js';
import { scanDetailsOf } from '../image-scans.js';
import { type EcrContext, invalidMember, paginateKeys } from '../operation.js';
import { defined } from '../registry/state.js';
import { type Repository, repositoryOf } from '../repository.js';
import { findIdentified } from './identify.js';
import { pages, shapes } from './shapes.js';

function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}

function detailsOf(context: EcrContext, repository: Repository, images: readonly Image[]): Record<string, unknown>[] {
  const scanOf = scanDetailsOf(context, repository);
  return images.map((image) => detailOf(repository, image, scanOf(image)));
}

function detailOf(repository: Repository, image: Image, scan: Record<string, unknown>): Record<string, unknown> {
  return defined({
    registryId: repository.account,
    repositoryName: repository.name,
    imageDigest: image.digest,
    imageTags: image.tags.length > 0 ? image.tags : undefined,
    imageSizeInBytes: image.size,
    imagePushedAt: seconds(image.pushedAt),
    ...scan,
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
    return { imageDetails: detailsOf(context, repository, [...found.values()]) };
  }
  const { items, ...rest } = paginateKeys(
    (after, limit) =>
      listImages(context, repository, filter, after, limit).map((image) => [image.digest, image] as const),
    input,
    pages,
  );
  return { imageDetails: detailsOf(context, repository, items), ...rest };
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
