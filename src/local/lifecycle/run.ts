// Runs a repository's lifecycle policy: expires and archives what its rules say, and tells the trail.
// It must not know when it is due, nor how a policy is evaluated.
import { setImmediate as turn } from 'node:timers/promises';
import { EcrError } from '../ecr/operation.js';
import { type Repository, readRepository, writeRepository } from '../ecr/repository.js';
import { findSubject, type Subject } from '../ecr/subject.js';
import type { Trail } from '../events/trail.js';
import { archiveImage, deleteImage, findImage, type Image, listReferrers } from '../images/index.js';
import type { Store } from '../store/store.js';
import type { Duty } from '../timekeeper.js';
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

/** What refers to an image that is gone goes too (user guide, "Lifecycle policies"), unless an index names it. */
function expireReferrers({ context, repository }: Place, digest: string): void {
  const subjects = [digest];
  for (let subject = subjects.pop(); subject !== undefined; subject = subjects.pop()) {
    for (let after: string | undefined; ; ) {
      const referrers = listReferrers(context, repository, subject, { status: 'ANY' }, after, slice);
      for (const referrer of referrers) {
        const done = deleteImage(context, repository, referrer.digest, { quiet: true });
        // What refers to one that stays, stays with it.
        if ('deleted' in done) subjects.push(referrer.digest);
      }
      after = referrers.at(-1)?.digest;
      if (referrers.length < slice) break;
    }
  }
}

function act(place: Place, image: Image, kind: 'expire' | 'archive'): ActedOn['failure'] {
  const { context, repository } = place;
  if (kind === 'expire') {
    const done = deleteImage(context, repository, image.digest, { quiet: true });
    if ('failureCode' in done) return done;
    expireReferrers(place, image.digest);
    return undefined;
  }
  try {
    archiveImage(context, repository, image);
    return undefined;
  } catch (error) {
    // It is archived for nobody who could be answered: the trail hears why not.
    if (!(error instanceof EcrError)) throw error;
    return { failureCode: 'ImageReferencedByManifestList', failureReason: error.message };
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

function actOn(
  place: Place,
  verdicts: readonly Verdict[],
  kindOf: (priority: number) => 'expire' | 'archive',
): ActedOn[] {
  const { context, repository } = place;
  return context.store.transaction(() =>
    verdicts.flatMap(({ image: judged, rulePriority }): ActedOn[] => {
      const image = findImage(context, repository, { digest: judged.digest });
      if (!unchanged(image, judged)) return [];
      const failure = act(place, image, kindOf(rulePriority));
      return [{ image, rulePriority, ...(failure !== undefined && { failure }) }];
    }),
  );
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
    const images: ActedOn[] = [];
    for (let start = 0; start < verdicts.length; start += slice) {
      if (start > 0) await turn();
      // The rest is judged anew after the next start.
      if (signal.aborted) return;
      // Whoever puts another policy meanwhile wants that one.
      if (current(place)?.lifecyclePolicyText !== policyText) break;
      images.push(
        ...actOn(place, verdicts.slice(start, start + slice), (priority) => kinds.get(priority) ?? 'archive'),
      );
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
      images,
    });
  };
}
