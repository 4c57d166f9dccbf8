// StartLifecyclePolicyPreview and GetLifecyclePolicyPreview.
// It must not know how a preview is made or kept.
import { validateLifecyclePolicyText } from '../../lifecycle/index.js';
import { beginPreview, type Preview, type PreviewResult, previewOf, previewResults } from '../lifecycle/preview.js';
import { checked } from './check.js';
import { findIdentified, type ImageIdentifier } from './images/identify.js';
import { imageIds } from './images/shapes.js';
import { type EcrContext, EcrError, invalidMember, invalidParameter, paginateKeys } from './operation.js';
import { lifecyclePolicyTextOf } from './policies.js';
import { type Repository, repositoryOf } from './repository.js';
import { paging, registryId, repositoryName } from './shapes.js';

const tagStatus = { kind: 'string', oneOf: ['TAGGED', 'UNTAGGED', 'ANY'] } as const;

const startShape = {
  kind: 'structure',
  members: { registryId, repositoryName, lifecyclePolicyText: { kind: 'string' } },
  required: ['repositoryName'],
} as const;

const getShape = {
  kind: 'structure',
  members: {
    registryId,
    repositoryName,
    imageIds,
    filter: { kind: 'structure', members: { tagStatus } },
    ...paging,
  },
  required: ['repositoryName'],
} as const;

/** API model. */
const pages = { max: 100, default: 100 } as const;

/** The sentence of the API model. */
const inProgress = 'The previous lifecycle policy preview request has not completed. Wait and try again.';

const StartLifecyclePolicyPreview = checked(startShape, (input, context) => {
  const repository = repositoryOf(context, input, 'StartLifecyclePolicyPreview');
  const sent = input.lifecyclePolicyText;
  const verdict = sent === undefined ? undefined : validateLifecyclePolicyText(sent);
  if (verdict?.valid === false) throw invalidParameter(verdict.message);
  const text = sent ?? lifecyclePolicyTextOf(repository);
  if (previewOf(context, repository)?.status === 'IN_PROGRESS') {
    throw new EcrError('LifecyclePolicyPreviewInProgressException', inProgress);
  }
  beginPreview(context, repository, text);
  return {
    registryId: repository.account,
    repositoryName: repository.name,
    lifecyclePolicyText: text,
    status: 'IN_PROGRESS',
  };
});

function present(context: EcrContext, repository: Repository): Preview {
  const preview = previewOf(context, repository);
  if (preview !== undefined) return preview;
  // The form is that of the policy itself (?).
  throw new EcrError(
    'LifecyclePolicyPreviewNotFoundException',
    `Lifecycle policy preview does not exist for the repository with name '${repository.name}' in the registry with id '${repository.account}'`,
  );
}

function resultOf({
  digest,
  tags,
  pushedAt,
  action,
  rulePriority,
  storageClass,
}: PreviewResult): Record<string, unknown> {
  return {
    ...(tags.length > 0 && { imageTags: tags }),
    imageDigest: digest,
    imagePushedAt: pushedAt / 1000,
    action: action === 'EXPIRE' ? { type: action } : { type: action, targetStorageClass: 'ARCHIVE' },
    appliedRulePriority: rulePriority,
    storageClass,
  };
}

function summaryOf({ expiring = 0, archiving = 0 }: Preview): Record<string, unknown> {
  return {
    expiringImageTotalCount: expiring,
    // API reference: only where there are some.
    ...(archiving > 0 && {
      transitioningImageTotalCounts: [{ targetStorageClass: 'ARCHIVE', imageTotalCount: archiving }],
    }),
  };
}

/** Which results a caller wants; those of images that are gone or were never there are no error (?). */
function wanted(
  context: EcrContext,
  repository: Repository,
  ids: readonly ImageIdentifier[] | undefined,
  status: 'TAGGED' | 'UNTAGGED' | 'ANY' = 'ANY',
): (result: PreviewResult) => boolean {
  const digests = ids && new Set(ids.map((id) => findIdentified(context, repository, id)?.digest ?? id.imageDigest));
  return ({ digest, tags }) =>
    (digests === undefined || digests.has(digest)) && (status === 'ANY' || (status === 'TAGGED') === tags.length > 0);
}

const GetLifecyclePolicyPreview = checked(getShape, (input, context) => {
  const repository = repositoryOf(context, input, 'GetLifecyclePolicyPreview');
  const preview = present(context, repository);
  const { imageIds: ids, filter, ...asked } = input;
  for (const member of ['nextToken', 'maxResults'] as const) {
    if (ids !== undefined && asked[member] !== undefined) {
      throw invalidMember(member, 'must be null when imageIds is set');
    }
  }
  const fits = wanted(context, repository, ids, filter?.tagStatus);
  const { items, ...rest } = paginateKeys(
    (after, limit) => previewResults(context, repository, fits, after, limit),
    asked,
    pages,
  );
  return {
    registryId: repository.account,
    repositoryName: repository.name,
    lifecyclePolicyText: preview.text,
    status: preview.status,
    previewResults: items.map(resultOf),
    ...(preview.status === 'COMPLETE' && { summary: summaryOf(preview) }),
    ...rest,
  };
});

export const lifecyclePreviewOperations = { StartLifecyclePolicyPreview, GetLifecyclePolicyPreview };
