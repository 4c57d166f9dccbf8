// Where scans and the findings for them lie, and how a scan is begun and forgotten.
// It must not know images beyond their digests, nor how a scan ends.
import type { EcrContext } from '../ecr/operation.js';
import type { Repository } from '../ecr/repository.js';
import { imageSubjectOf, subjectOf } from '../ecr/subject.js';
import { kinds } from '../images/model.js';
import type { Json } from '../store/store.js';
import { schedule, unschedule } from '../timetable.js';
import type { Findings } from './findings.js';

export type ScanType = 'BASIC' | 'ENHANCED';

/** Those that a scan has of itself; of others an image's status is told without one. */
export type ScanStatus = 'IN_PROGRESS' | 'PENDING' | 'COMPLETE' | 'ACTIVE' | 'FAILED' | 'UNSUPPORTED_IMAGE';

/** The newest scan of an image. Times in milliseconds since the epoch. */
export interface Scan {
  readonly status: ScanStatus;
  readonly description?: string;
  readonly startedAt: number;
  readonly completedAt?: number;
}

export const scanDuty = 'image-scan';

/** Results of each type are kept apart: "switching type hides earlier results until switched back" (user guide). */
function keyOf(type: ScanType, digest: string): string {
  return `${type}/${digest}`;
}

export function loadScan(
  context: EcrContext,
  repository: Repository,
  type: ScanType,
  digest: string,
): Scan | undefined {
  return context.store.get(kinds.scan, subjectOf(context, repository), keyOf(type, digest)) as Scan | undefined;
}

export function saveScan(
  context: EcrContext,
  repository: Repository,
  type: ScanType,
  digest: string,
  scan: Scan,
): void {
  context.store.put(kinds.scan, subjectOf(context, repository), keyOf(type, digest), { ...scan });
}

/** It ends as soon as the call that begins it is over. */
export function beginScan(context: EcrContext, repository: Repository, type: ScanType, digest: string): void {
  const status = type === 'BASIC' ? 'IN_PROGRESS' : 'PENDING';
  saveScan(context, repository, type, digest, { status, startedAt: context.now() });
  schedule(context.store, {
    duty: scanDuty,
    subject: imageSubjectOf(context, repository, digest),
    at: context.now(),
  });
}

/** The image is gone, or in the archive: "the scan results from before the image was archived will not be available" (user guide). */
export function forgetScans(
  context: EcrContext,
  repository: Pick<Repository, 'account' | 'name'>,
  digest: string,
): void {
  const { store } = context;
  for (const type of ['BASIC', 'ENHANCED'] as const) {
    store.delete(kinds.scan, subjectOf(context, repository), keyOf(type, digest));
  }
  unschedule(store, scanDuty, imageSubjectOf(context, repository, digest));
}

export function loadFindings(context: EcrContext, repository: Repository, digest: string): Findings | undefined {
  return context.store.get(kinds.findings, subjectOf(context, repository), digest) as Findings | undefined;
}

export function saveFindings(context: EcrContext, repository: Repository, digest: string, findings: Findings): void {
  context.store.put(kinds.findings, subjectOf(context, repository), digest, findings as unknown as Json);
}
