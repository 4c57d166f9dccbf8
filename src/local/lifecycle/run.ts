// Runs a repository's lifecycle policy: expires and archives what its rules say, and tells the trail.
// It must not know when it is due, nor how a policy is evaluated.
import { setImmediate as turn } from 'node:timers/promises';
import { EcrError } from '../ecr/operation.js';
import { type Repository, readRepository, writeRepository } from '../ecr/repository.js';
import { findSubject, type Subject } from '../ecr/subject.js';
import type { Trail } from '../events/trail.js';
import { archiveWithReferrers, deleteImage, findImage, type Image, listReferrers } from '../images/index.js';
import type { Store } from '../store/store.js';
import type { Counts, Duty } from '../timekeeper.js';
import { schedule, unschedule } from '../timetable.js';
import { lifecyclePeriod } from './schedule.js';
import { type ActedOn, tellTrail } from './trail-events.js';
import { policyOf, type Verdict, verdictsOf } from './verdicts.js';

export interface RunContext {
  readonly store: Store;
  readonly trail: Trail;
  now(): number;
}

/** Images acted on in one transaction: others get their turn in between. */
const slice = 200;

type Place = Pick<Subject, 'context' | 'repository'>;
type Kind = 'expire' | 'archive';

/** What refers to an image that is gone goes too (user guide, "Lifecycle policies"), unless an index names it. Returns what went. */
function expireReferrers({ context, repository }: Place, digest: string): Image[] {
  const gone: Image[] = [];
  const subjects = [digest];
  for (let subject = subjects.pop(); subject !== undefined; subject = subjects.pop()) {
    for (let after: string | undefined; ; ) {
      const referrers = listReferrers(context, repository, subject, { status: 'ANY' }, after, slice);
      for (const referrer of referrers) {
        const done = deleteImage(context, repository, referrer.digest, { quiet: true });
        // What refers to one that stays, stays with it.
        if (!('deleted' in done)) continue;
        subjects.push(referrer.digest);
        gone.push(referrer);
      }
      after = referrers.at(-1)?.digest;
      if (referrers.length < slice) break;
    }
  }
  return gone;
}

type Acted = { readonly images: readonly Image[] } | { readonly failure: NonNullable<ActedOn['failure']> };

/** The images that went, those that refer to it included; or why it did not. */
function act(place: Place, image: Image, kind: Kind): Acted {
  const { context, repository } = place;
  if (kind === 'expire') {
    const done = deleteImage(context, repository, image.digest, { quiet: true });
    if ('failureCode' in done) return { failure: done };
    return { images: [image, ...expireReferrers(place, image.digest)] };
  }
  try {
    const archived = archiveWithReferrers(context, repository, image);
    return { images: [archived.image, ...archived.followers] };
  } catch (error) {
    // It is archived for nobody who could be answered: the trail hears why not.
    if (!(error instanceof EcrError)) throw error;
    return { failure: { failureCode: 'ImageReferencedByManifestList', failureReason: error.message } };
  }
}

/** An image that was pushed again, tagged or brought back since it was judged waits for the next run. */
function unchanged(now: Image | undefined, judged: Image): now is Image {
  return (
    now !== undefined &&
    now.status === judged.status &&
    now.pushedAt === judged.pushedAt &&
    now.tags.join(' ') === judged.tags.join(' ')
  );
}

/** What a run has done so far. */
class Run {
  readonly images: ActedOn[] = [];
  readonly #counts = { expired: 0, expiredBytes: 0, archived: 0, archivedBytes: 0 };

  get counts(): Counts {
    return this.#counts;
  }

  add(kind: Kind, images: readonly Image[]): void {
    const [number, bytes] =
      kind === 'expire' ? (['expired', 'expiredBytes'] as const) : (['archived', 'archivedBytes'] as const);
    this.#counts[number] += images.length;
    this.#counts[bytes] += images.reduce((sum, { size }) => sum + size, 0);
  }
}

function actOn(place: Place, verdicts: readonly Verdict[], kindOf: (priority: number) => Kind, run: Run): void {
  const { context, repository } = place;
  context.store.transaction(() => {
    for (const { image: judged, rulePriority } of verdicts) {
      const image = findImage(context, repository, { digest: judged.digest });
      if (!unchanged(image, judged)) continue;
      const kind = kindOf(rulePriority);
      const acted = act(place, image, kind);
      if ('images' in acted) run.add(kind, acted.images);
      run.images.push({ image, rulePriority, ...('failure' in acted && { failure: acted.failure }) });
    }
  });
}

export function lifecycleOf(given: RunContext): Duty {
  const { store, trail } = given;
  const current = ({ context, repository }: Place): Repository | undefined =>
    readRepository(store, repository.account, context.region, repository.name);

  return async ({ duty, subject }, signal) => {
    const place = findSubject(given, subject);
    const policyText = place?.repository.lifecyclePolicyText;
    if (place === undefined || policyText === undefined) {
      store.transaction(() => unschedule(store, duty, subject));
      return;
    }
    const { context, repository } = place;
    const policy = policyOf(policyText);
    const kinds = new Map(
      policy.rules.map(
        ({ rulePriority, action }) => [rulePriority, action.type === 'expire' ? 'expire' : 'archive'] as const,
      ),
    );
    const verdicts = verdictsOf(context, repository, policy);
    const run = new Run();
    for (let start = 0; start < verdicts.length; start += slice) {
      if (start > 0) await turn();
      // The rest is judged anew after the next start.
      if (signal.aborted) return;
      // Whoever puts another policy meanwhile wants that one.
      if (current(place)?.lifecyclePolicyText !== policyText) break;
      actOn(place, verdicts.slice(start, start + slice), (priority) => kinds.get(priority) ?? 'archive', run);
    }
    store.transaction(() => {
      schedule(store, { duty, subject, at: context.now() + lifecyclePeriod });
      const after = current(place);
      if (after?.lifecyclePolicyText === undefined) unschedule(store, duty, subject);
      else if (after.lifecyclePolicyText === policyText)
        writeRepository(context, { ...after, lifecycleEvaluatedAt: context.now() });
    });
    const lastEvaluatedAt = repository.lifecycleEvaluatedAt ?? 0;
    tellTrail(trail, context, repository, {
      name: 'PolicyExecutionEvent',
      policy,
      policyText,
      lastEvaluatedAt,
      images: run.images,
    });
    return run.counts;
  };
}
