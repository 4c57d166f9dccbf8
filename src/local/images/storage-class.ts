// Archives images and brings them back (user guide, "Archiving an image" and "Restoring an image").
// It must not know who asks: a person, or a lifecycle policy.
import { isDigest } from '../blobs/blob-store.js';
import type { EcrContext } from '../ecr/operation.js';
import { type Repository, repositoryArn } from '../ecr/repository.js';
import { findSubject, imageSubjectOf } from '../ecr/subject.js';
import type { Trail } from '../events/trail.js';
import { replicate } from '../replication/queue.js';
import { scanOnPush } from '../scanning/scan.js';
import { forgetScans } from '../scanning/scan-documents.js';
import type { Store } from '../store/store.js';
import type { Duty } from '../timekeeper.js';
import { schedule, unschedule } from '../timetable.js';
import { parentsOf } from './delete.js';
import { referencedByList, storageClassNotSupported } from './errors.js';
import { recordStorageClass } from './image-events.js';
import { restoreTime } from './limits.js';
import type { Image } from './model.js';
import { changeImage, loadImage } from './record.js';
import { listReferrers } from './referrers.js';

/** What the timetable calls the end of a restore. */
export const activationDuty = 'image-activation';

/** The image can be pulled from now on. */
export function activate(context: EcrContext, repository: Repository, image: Image): Image {
  unschedule(context.store, activationDuty, imageSubjectOf(context, repository, image.digest));
  const active: Image = { ...image, status: 'ACTIVE', lastActivatedAt: context.now() };
  changeImage(context, repository, image, active);
  recordStorageClass(context, repository, active, 'STANDARD');
  scanOnPush(context, repository, active);
  return active;
}

function archiveOne(context: EcrContext, repository: Repository, image: Image): Image {
  const archived: Image = { ...image, status: 'ARCHIVED', lastArchivedAt: context.now() };
  changeImage(context, repository, image, archived);
  forgetScans(context, repository, image.digest);
  recordStorageClass(context, repository, archived, 'ARCHIVE');
  return archived;
}

function restoreOne(context: EcrContext, repository: Repository, image: Image): Image {
  const activating: Image = { ...image, status: 'ACTIVATING' };
  changeImage(context, repository, image, activating);
  schedule(context.store, {
    at: context.now() + restoreTime,
    duty: activationDuty,
    subject: imageSubjectOf(context, repository, image.digest),
  });
  return activating;
}

const slice = 100;

/** An image as it is now, and what refers to it and went the same way. */
interface Followed {
  readonly image: Image;
  readonly followers: readonly Image[];
}

/** Referrers follow their subject (user guide, "Lifecycle policies"). What refers in a circle has left the status it is looked for in. */
function withReferrers(
  context: EcrContext,
  repository: Repository,
  image: Image,
  from: 'ACTIVE' | 'ARCHIVED',
  change: (context: EcrContext, repository: Repository, image: Image) => Image,
): Followed {
  const changed = change(context, repository, image);
  const followers: Image[] = [];
  const subjects = [changed.digest];
  for (let subject = subjects.pop(); subject !== undefined; subject = subjects.pop()) {
    for (;;) {
      const referrers = listReferrers(context, repository, subject, { status: from }, undefined, slice);
      for (const referrer of referrers) {
        followers.push(change(context, repository, referrer));
        subjects.push(referrer.digest);
      }
      if (referrers.length < slice) break;
    }
  }
  return { image: changed, followers };
}

/** Throws ImageStorageClassUpdateNotSupportedException where an index names the image, or it is on its way back. */
export function archiveImage(context: EcrContext, repository: Repository, image: Image): Image {
  return archiveWithReferrers(context, repository, image).image;
}

/** The same, and tells what was archived with it. */
export function archiveWithReferrers(context: EcrContext, repository: Repository, image: Image): Followed {
  return context.store.transaction(() => {
    if (image.status === 'ARCHIVED') return { image, followers: [] };
    if (image.status === 'ACTIVATING') throw storageClassNotSupported();
    const parents = parentsOf(context, repository, image.digest);
    // The words of a deletion that is refused for it (?).
    if (parents.length > 0) throw storageClassNotSupported(referencedByList(parents));
    return withReferrers(context, repository, image, 'ACTIVE', archiveOne);
  });
}

/** It can be pulled after a while: the timetable brings it back. */
export function restoreImage(context: EcrContext, repository: Repository, image: Image): Image {
  return context.store.transaction(() =>
    image.status === 'ARCHIVED' ? withReferrers(context, repository, image, 'ARCHIVED', restoreOne).image : image,
  );
}

export interface ActivationContext {
  readonly store: Store;
  readonly trail: Trail;
  now(): number;
}

/** Ends the restore of an image, for the timekeeper. */
export function activationOf(given: ActivationContext): Duty {
  const { store, trail } = given;
  return ({ duty, subject }) =>
    store.transaction(() => {
      unschedule(store, duty, subject);
      const found = findSubject(given, subject);
      if (found === undefined || !isDigest(found.digest)) return;
      const { context, repository, digest } = found;
      const image = loadImage(context, repository, digest);
      if (image?.status !== 'ACTIVATING') return;
      const { status } = activate(context, repository, image);
      if (image.origin === 'push') replicate(context, repository, digest, image.tags);
      trail.serviceEvent({
        account: repository.account,
        region: context.region,
        time: given.now(),
        name: 'ImageActivationEvent',
        resource: repositoryArn(context.partition, context.region, repository.account, repository.name),
        details: {
          repositoryName: repository.name,
          imageDigest: digest,
          targetStorageClass: 'STANDARD',
          result: 'SUCCESS',
          imageStatus: status,
        },
      });
    });
}
