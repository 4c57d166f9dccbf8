// DescribeImages and ListImages of a registry that holds no images: empty pages, and ECR's error for an image asked by name.
// It must not know how images are stored.
import { checked } from './check.js';
import { EcrError, type EcrOperation, invalidMember, paginate } from './operation.js';
import { findRepository } from './repository.js';
import { pages, shapes } from './shapes.js';

const DescribeImages = checked(shapes.DescribeImages, (input, context) => {
  const repository = findRepository(context, input);
  const asked = input.imageIds?.[0];
  if (asked === undefined) {
    const { items, ...rest } = paginate([], input, pages);
    return { imageDetails: items, ...rest };
  }
  for (const member of ['nextToken', 'maxResults'] as const) {
    if (input[member] !== undefined) throw invalidMember(member, 'must be null when imageIds is set');
  }
  const id = `{imageDigest:'${asked.imageDigest ?? 'null'}', imageTag:'${asked.imageTag ?? 'null'}'}`;
  throw new EcrError(
    'ImageNotFoundException',
    `The image with imageId ${id} does not exist within the repository with name '${repository.name}' in the registry with id '${repository.account}'`,
  );
});

const ListImages = checked(shapes.ListImages, (input, context) => {
  findRepository(context, input);
  const { items, ...rest } = paginate([], input, pages);
  return { imageIds: items, ...rest };
});

export const imageOperations = { DescribeImages, ListImages } satisfies Record<string, EcrOperation>;
