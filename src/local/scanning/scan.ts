// Which images are scanned, when, and how a scan ends. There is no scanner here: a scan finds what somebody has set, and fails where
// nobody has, for an image must not look clean because nobody looked.
// It must not know the wire, nor who asks.
import type { EcrContext } from '../ecr/operation.js';
import { appliedScanning, scanningConfiguration } from '../ecr/registry/scanning.js';
import { type Repository, repositoryArn } from '../ecr/repository.js';
import { findSubject } from '../ecr/subject.js';
import { recordEvent } from '../events/events.js';
import type { Image } from '../images/model.js';
import { loadImage } from '../images/record.js';
import type { Store } from '../store/store.js';
import type { Duty } from '../timekeeper.js';
import { unschedule } from '../timetable.js';
import { type Findings, severityCounts } from './findings.js';
import {
  beginScan,
  loadFindings,
  loadScan,
  type Scan,
  type ScanType,
  saveFindings,
  saveScan,
} from './scan-documents.js';

/** "Once per image per 24 hours", scans on push among them (user guide). */
export const scanPeriod = 86_400_000;

/** "Only images pushed in the last 14 days" are taken when enhanced scanning is turned on (user guide). */
export const eligibility = 14 * 86_400_000;

/** Configurations of images; what has another is an artifact, and an index has none. */
const imageConfigs = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

export function canBeScanned({ artifactMediaType, children }: Image): boolean {
  return children.length === 0 && artifactMediaType !== undefined && imageConfigs.has(artifactMediaType);
}

/** How a repository is scanned: by the registry's rules, and while scanning is basic by its own flag too. */
export function scanningOf(
  context: EcrContext,
  repository: Repository,
): { readonly type: ScanType; readonly frequency: 'SCAN_ON_PUSH' | 'CONTINUOUS_SCAN' | 'MANUAL' } {
  const configuration = scanningConfiguration({ ...context, account: repository.account });
  const { scanFrequency } = appliedScanning(configuration, repository.name);
  const own = configuration.scanType === 'BASIC' && repository.scanOnPush;
  return { type: configuration.scanType, frequency: own ? 'SCAN_ON_PUSH' : scanFrequency };
}

/** An image was pushed, or is back from the archive ("the restored image is scanned", user guide). */
export function scanOnPush(context: EcrContext, repository: Repository, image: Image): void {
  const { type, frequency } = scanningOf(context, repository);
  if (frequency === 'MANUAL') return;
  const before = loadScan(context, repository, type, image.digest);
  if (before !== undefined && context.now() - before.startedAt < scanPeriod) return;
  if (canBeScanned(image)) beginScan(context, repository, type, image.digest);
  // An index has no basic scan; its images have (aws/containers-roadmap#1683).
  else if (type === 'ENHANCED') saveScan(context, repository, type, image.digest, unsupported(context));
}

/** The words are ours (?). */
function unsupported(context: EcrContext): Scan {
  const description = 'Images of this type are not scanned.';
  return { status: 'UNSUPPORTED_IMAGE', description, startedAt: context.now(), completedAt: context.now() };
}

function noScanner({ name }: Repository, digest: string): string {
  return `The local ECR has no scanner. To set what a scan finds: slipway local scan-findings ${name}@${digest} FILE`;
}

function outcomeOf(
  repository: Repository,
  digest: string,
  { type, frequency }: ReturnType<typeof scanningOf>,
  findings: Findings | undefined,
): Pick<Scan, 'status' | 'description'> {
  const found = type === 'BASIC' ? findings?.findings : findings?.enhancedFindings;
  if (found === undefined) {
    const other = `Findings were set, but none of ${type.toLowerCase()} scanning, which is this registry's.`;
    return { status: 'FAILED', description: findings === undefined ? noScanner(repository, digest) : other };
  }
  // Both texts as people have pasted them (aws/aws-cli#6759, aws/aws-sdk#289).
  return type === 'ENHANCED' && frequency === 'CONTINUOUS_SCAN'
    ? { status: 'ACTIVE', description: 'Continuous scan is selected for image.' }
    : { status: 'COMPLETE', description: 'The scan was completed successfully.' };
}

function tell(context: EcrContext, repository: Repository, image: Image, type: ScanType, scan: Scan): void {
  const findings = loadFindings(context, repository, image.digest);
  const arn = repositoryArn(context.partition, context.region, repository.account, repository.name);
  const basic = type === 'BASIC';
  const failed = scan.status === 'FAILED';
  // There is no Inspector here that could tell of a scan it could not make.
  if (!basic && failed) return;
  const found = (failed ? undefined : basic ? findings?.findings : findings?.enhancedFindings) ?? [];
  const counts = severityCounts(found);
  recordEvent(context, {
    account: repository.account,
    ...(basic ? {} : { source: 'aws.inspector2' }),
    detailType: basic ? 'ECR Image Scan' : 'Inspector2 Scan',
    resources: [arn],
    detail: {
      'scan-status': basic ? scan.status : 'INITIAL_SCAN_COMPLETE',
      'repository-name': basic ? repository.name : arn,
      'finding-severity-counts': basic ? counts : { ...counts, TOTAL: found.length },
      'image-digest': image.digest,
      'image-tags': image.tags,
    },
  });
}

/** Ends a scan, for the timekeeper. */
export function scanningDuty(given: { readonly store: Store; now(): number }): Duty {
  return ({ duty, subject }) => {
    given.store.transaction(() => {
      unschedule(given.store, duty, subject);
      const place = findSubject(given, subject);
      const image = place && loadImage(place.context, place.repository, place.digest);
      if (place === undefined || image?.status !== 'ACTIVE') return;
      const { context, repository, digest } = place;
      const scanning = scanningOf(context, repository);
      const scan = loadScan(context, repository, scanning.type, digest);
      if (scan?.status !== 'IN_PROGRESS' && scan?.status !== 'PENDING') return;
      const outcome = outcomeOf(repository, digest, scanning, loadFindings(context, repository, digest));
      const ended: Scan = { ...outcome, startedAt: scan.startedAt, completedAt: context.now() };
      saveScan(context, repository, scanning.type, digest, ended);
      tell(context, repository, image, scanning.type, ended);
    });
  };
}

/** From now on scans of that digest find these. One that is here is scanned anew at once; true where it is. */
export function setFindings(context: EcrContext, repository: Repository, digest: string, findings: Findings): boolean {
  return context.store.transaction(() => {
    saveFindings(context, repository, digest, findings);
    const image = loadImage(context, repository, digest);
    if (image?.status !== 'ACTIVE' || !canBeScanned(image)) return false;
    beginScan(context, repository, scanningOf(context, repository).type, digest);
    return true;
  });
}
