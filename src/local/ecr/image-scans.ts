// StartImageScan and DescribeImageScanFindings.
// It must not know how a scan is made, nor where findings come from.
import { imageNotFound } from '../images/errors.js';
import type { Image } from '../images/index.js';
import { type Finding, severityCounts } from '../scanning/findings.js';
import { canBeScanned, eligibility, scanningOf, scanPeriod } from '../scanning/scan.js';
import { beginScan, loadFindings, loadScan, type Scan } from '../scanning/scan-documents.js';
import { checked } from './check.js';
import { findIdentified, type ImageIdentifier } from './images/identify.js';
import { imageId } from './images/shapes.js';
import { type EcrContext, EcrError, paginate, validation } from './operation.js';
import { defined } from './registry/state.js';
import { type Repository, repositoryOf } from './repository.js';
import { paging, registryId, repositoryName } from './shapes.js';

const members = { registryId, repositoryName, imageId } as const;
const required = ['repositoryName', 'imageId'] as const;
/** API model. */
const pages = { max: 1000, default: 100 } as const;

function imageOf(context: EcrContext, repository: Repository, id: ImageIdentifier): Image {
  const image = findIdentified(context, repository, id);
  if (image === undefined) throw imageNotFound(repository, defined({ digest: id.imageDigest, tag: id.imageTag }));
  return image;
}

function about(repository: Repository, image: Image, { imageTag }: ImageIdentifier): Record<string, unknown> {
  return {
    registryId: repository.account,
    repositoryName: repository.name,
    imageId: { imageDigest: image.digest, ...(imageTag !== undefined && { imageTag }) },
  };
}

/** alexjurkiewicz/ecr-scan-image#43 */
function unsupported({ mediaType, artifactMediaType, children }: Image): EcrError {
  const type = children.length > 0 ? mediaType : (artifactMediaType ?? mediaType);
  return new EcrError(
    'UnsupportedImageTypeException',
    `An artifact with media type '${type}' cannot be scanned. For more information, see the Amazon ECR documentation.`,
  );
}

const StartImageScan = checked({ kind: 'structure', members, required }, (input, context) => {
  const repository = repositoryOf(context, input, 'StartImageScan');
  const image = imageOf(context, repository, input.imageId);
  const { type } = scanningOf(context, repository);
  // alexjurkiewicz/ecr-scan-image#44
  if (type === 'ENHANCED') throw validation('This feature is disabled');
  // The sentence of the API model.
  if (image.status !== 'ACTIVE') {
    throw new EcrError('ImageArchivedException', 'The specified image is archived and cannot be scanned.');
  }
  if (!canBeScanned(image)) throw unsupported(image);
  const before = loadScan(context, repository, type, image.digest);
  if (before !== undefined && context.now() - before.startedAt < scanPeriod) {
    throw new EcrError('LimitExceededException', 'The scan quota per image has been exceeded. Wait and try again.');
  }
  beginScan(context, repository, type, image.digest);
  return { ...about(repository, image, input.imageId), imageScanStatus: { status: 'IN_PROGRESS' } };
});

/** What is told of an image without a scan under enhanced scanning; nothing where there is nothing to tell. */
function enhancedStatus(context: EcrContext, repository: Repository, image: Image): string | undefined {
  if (scanningOf(context, repository).frequency === 'MANUAL') return undefined;
  if (!canBeScanned(image)) return 'UNSUPPORTED_IMAGE';
  return context.now() - image.pushedAt > eligibility ? 'SCAN_ELIGIBILITY_EXPIRED' : 'PENDING';
}

function scanNotFound({ name, account }: Repository, { imageDigest, imageTag }: ImageIdentifier): EcrError {
  const id = `{imageDigest:'${imageDigest ?? 'null'}', imageTag:'${imageTag ?? 'null'}'}`;
  return new EcrError(
    'ScanNotFoundException',
    `Image scan does not exist for the image with '${id}' in the repository with name '${name}' in the registry with id '${account}'`,
  );
}

/** What a scan that has ended well has found, and how it is summed up. */
function resultOf(
  context: EcrContext,
  repository: Repository,
  { digest }: Image,
  scan: Scan,
): { readonly member: string; readonly all: readonly Finding[]; readonly summary: Record<string, unknown> } {
  const basic = scanningOf(context, repository).type === 'BASIC';
  const findings = loadFindings(context, repository, digest);
  const all = (basic ? findings?.findings : findings?.enhancedFindings) ?? [];
  const summary = {
    imageScanCompletedAt: (scan.completedAt ?? scan.startedAt) / 1000,
    ...(findings !== undefined && { vulnerabilitySourceUpdatedAt: findings.vulnerabilitySourceUpdatedAt / 1000 }),
    findingSeverityCounts: severityCounts(all),
  };
  return { member: basic ? 'findings' : 'enhancedFindings', all, summary };
}

function endedWell({ status }: Scan): boolean {
  return status === 'COMPLETE' || status === 'ACTIVE';
}

/** One page of what a scan has found; nothing while it has not ended well. */
function foundBy(
  context: EcrContext,
  repository: Repository,
  image: Image,
  scan: Scan,
  input: Record<string, unknown>,
): Record<string, unknown> {
  if (!endedWell(scan)) return {};
  const { member, all, summary } = resultOf(context, repository, image, scan);
  const { items, ...rest } = paginate(all, input, pages);
  return { imageScanFindings: { [member]: items, ...summary }, ...rest };
}

/** What DescribeImages tells of the scans of a repository's images. AWS-native basic scanning leaves it out (API reference). */
export function scanDetailsOf(context: EcrContext, repository: Repository): (image: Image) => Record<string, unknown> {
  const { type } = scanningOf(context, repository);
  if (type === 'BASIC') return () => ({});
  return (image) => {
    if (image.status !== 'ACTIVE') return { imageScanStatus: { status: 'IMAGE_ARCHIVED' } };
    const scan = loadScan(context, repository, type, image.digest);
    if (scan === undefined) {
      const status = enhancedStatus(context, repository, image);
      return status === undefined ? {} : { imageScanStatus: { status } };
    }
    const { status, description } = scan;
    return {
      imageScanStatus: { status, ...(description !== undefined && { description }) },
      ...(endedWell(scan) && { imageScanFindingsSummary: resultOf(context, repository, image, scan).summary }),
    };
  };
}

const DescribeImageScanFindings = checked(
  { kind: 'structure', members: { ...members, ...paging }, required },
  (input, context) => {
    const repository = repositoryOf(context, input, 'DescribeImageScanFindings');
    const image = imageOf(context, repository, input.imageId);
    const answer = (status: string, description?: string): Record<string, unknown> => ({
      ...about(repository, image, input.imageId),
      imageScanStatus: { status, ...(description !== undefined && { description }) },
    });
    if (image.status !== 'ACTIVE') return answer('IMAGE_ARCHIVED');
    const { type } = scanningOf(context, repository);
    const scan = loadScan(context, repository, type, image.digest);
    if (scan !== undefined) {
      return { ...answer(scan.status, scan.description), ...foundBy(context, repository, image, scan, input) };
    }
    const status = type === 'ENHANCED' ? enhancedStatus(context, repository, image) : undefined;
    if (status === undefined) throw scanNotFound(repository, input.imageId);
    return answer(status);
  },
);

export const imageScanOperations = { StartImageScan, DescribeImageScanFindings };
