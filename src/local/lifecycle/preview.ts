// Previews of lifecycle policies: begun by a call, made by the timekeeper, kept for a day.
// It must not know the wire, nor how a policy is evaluated.
import { inPreview } from '../../lifecycle/index.js';
import type { EcrContext } from '../ecr/operation.js';
import type { Repository } from '../ecr/repository.js';
import { findSubject, subjectOf } from '../ecr/subject.js';
import { kinds } from '../images/model.js';
import type { Json } from '../store/store.js';
import type { Duty } from '../timekeeper.js';
import { schedule, unschedule } from '../timetable.js';
import type { RunContext } from './run.js';
import { tellTrail } from './trail-events.js';
import { policyOf, type Verdict, verdictsOf } from './verdicts.js';

export const previewDuty = 'lifecycle-preview';
export const previewExpiryDuty = 'lifecycle-preview-expiry';

/** How long a preview's results are kept; no page says (?). */
export const previewLife = 86_400_000;

export interface Preview {
  readonly status: 'IN_PROGRESS' | 'COMPLETE' | 'EXPIRED';
  /** As it was sent. */
  readonly text: string;
  readonly expiring?: number;
  readonly archiving?: number;
}

/** An image that a rule would act on. Times in milliseconds since the epoch. */
export interface PreviewResult {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly pushedAt: number;
  readonly action: 'EXPIRE' | 'TRANSITION';
  readonly rulePriority: number;
  readonly storageClass: 'STANDARD' | 'ARCHIVE';
}

/** Results lie this many in a document. */
const pageSize = 500;
const only = 'preview';

export function previewOf(context: EcrContext, repository: Repository): Preview | undefined {
  return context.store.get(kinds.preview, subjectOf(context, repository), only) as Preview | undefined;
}

function save(context: EcrContext, repository: Repository, preview: Preview): void {
  context.store.put(kinds.preview, subjectOf(context, repository), only, { ...preview });
}

/** It is made as soon as the call that begins it is over. */
export function beginPreview(context: EcrContext, repository: Repository, text: string): void {
  const { store } = context;
  const subject = subjectOf(context, repository);
  store.clear(kinds.previewResult, subject);
  unschedule(store, previewExpiryDuty, subject);
  save(context, repository, { status: 'IN_PROGRESS', text });
  schedule(store, { duty: previewDuty, subject, at: context.now() });
}

function resultOf({ image, action, rulePriority }: Verdict): PreviewResult {
  const { digest, tags, pushedAt, status } = image;
  return {
    digest,
    tags,
    pushedAt,
    action: action === 'expire' ? 'EXPIRE' : 'TRANSITION',
    rulePriority,
    storageClass: status === 'ACTIVE' ? 'STANDARD' : 'ARCHIVE',
  };
}

function keyOf(page: number): string {
  return String(page).padStart(6, '0');
}

export function previewMaking(given: RunContext): Duty {
  const { store, trail } = given;
  return ({ duty, subject }) => {
    store.transaction(() => {
      unschedule(store, duty, subject);
      const place = findSubject(given, subject);
      const preview = place === undefined ? undefined : previewOf(place.context, place.repository);
      if (place === undefined || preview?.status !== 'IN_PROGRESS') return;
      const { context, repository } = place;
      const policy = policyOf(preview.text);
      const images = verdictsOf(context, repository, policy).filter((verdict) => inPreview(verdict));
      const results = images.map(resultOf);
      for (let page = 0; page * pageSize < results.length; page += 1) {
        const slice = results.slice(page * pageSize, (page + 1) * pageSize);
        store.put(kinds.previewResult, subject, keyOf(page), slice as unknown as Json);
      }
      const expiring = results.filter(({ action }) => action === 'EXPIRE').length;
      save(context, repository, { ...preview, status: 'COMPLETE', expiring, archiving: results.length - expiring });
      schedule(store, { duty: previewExpiryDuty, subject, at: context.now() + previewLife });
      const lastEvaluatedAt = repository.lifecycleEvaluatedAt ?? 0;
      tellTrail(trail, context, repository, {
        name: 'DryRunEvent',
        policy,
        policyText: preview.text,
        lastEvaluatedAt,
        images,
      });
    });
  };
}

export function previewExpiry(given: RunContext): Duty {
  const { store } = given;
  return ({ duty, subject }) => {
    store.transaction(() => {
      unschedule(store, duty, subject);
      const place = findSubject(given, subject);
      const preview = place === undefined ? undefined : previewOf(place.context, place.repository);
      if (place === undefined || preview?.status !== 'COMPLETE') return;
      store.clear(kinds.previewResult, subject);
      save(place.context, place.repository, { status: 'EXPIRED', text: preview.text });
    });
  };
}

/** Results that fit, after a place among them, each with its own. */
export function previewResults(
  context: EcrContext,
  repository: Repository,
  fits: (result: PreviewResult) => boolean,
  after: string | undefined,
  limit: number,
): [place: string, result: PreviewResult][] {
  const found: [string, PreviewResult][] = [];
  const first = after === undefined ? 0 : Number(after) + 1;
  for (let page = Math.floor(first / pageSize); found.length < limit; page += 1) {
    const results = context.store.get(kinds.previewResult, subjectOf(context, repository), keyOf(page));
    if (!Array.isArray(results)) break;
    (results as unknown as PreviewResult[]).forEach((result, index) => {
      const place = page * pageSize + index;
      if (place >= first && found.length < limit && fits(result)) found.push([String(place), result]);
    });
  }
  return found;
}
