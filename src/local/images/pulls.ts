// When images were pulled: remembered in memory as pulls come, written now and then, so that a pull costs no write.
// It must not know what a pull answers. A process that is killed forgets the pulls of its last moments.
import type { Digest } from '../blobs/blob-store.js';
import type { EcrContext } from '../ecr/operation.js';
import { isPullTimeExcluded } from '../ecr/registry/pull-time-exclusions.js';
import type { Repository } from '../ecr/repository.js';
import type { Store } from '../store/store.js';
import { type Image, kinds, shelfOf } from './model.js';

/** Times by repository and digest. */
type Pulls = Map<string, Map<Digest, number>>;

const unwritten = new WeakMap<Store, Pulls>();

function pullsOf(store: Store): Pulls {
  let pulls = unwritten.get(store);
  if (pulls === undefined) unwritten.set(store, (pulls = new Map()));
  return pulls;
}

/** The principal that an exclusion would name: of a role's session, the role. */
function principalOf(callerArn: string): string {
  const session = /^arn:([a-z-]+):sts::([0-9]{12}):assumed-role\/([^/]+)\//.exec(callerArn);
  return session === null ? callerArn : `arn:${session[1]}:iam::${session[2]}:role/${session[3]}`;
}

/** Notes that the caller has pulled an image, unless the registry does not count that caller's pulls. */
export function recordPull(context: EcrContext, repository: Repository, image: Image): void {
  const registry = { ...context, account: repository.account };
  if (isPullTimeExcluded(registry, principalOf(context.callerArn))) return;
  const pulls = pullsOf(context.store);
  const shelf = shelfOf(context, repository);
  let times = pulls.get(shelf);
  if (times === undefined) pulls.set(shelf, (times = new Map()));
  times.set(image.digest, context.now());
}

/** An image with the time of its last pull, written or not. */
export function withPullTime(store: Store, shelf: string, image: Image): Image {
  const time = unwritten.get(store)?.get(shelf)?.get(image.digest);
  return time === undefined ? image : { ...image, lastRecordedPullTime: time };
}

/** What is remembered of a repository, or of one image, is no longer true. */
export function forgetPulls(store: Store, shelf: string, digest?: Digest): void {
  const pulls = unwritten.get(store);
  if (digest === undefined) pulls?.delete(shelf);
  else pulls?.get(shelf)?.delete(digest);
}

/** Writes up to so many pull times. True where there are more. */
export function flushPulls(store: Store, limit = Number.POSITIVE_INFINITY): boolean {
  const pulls = unwritten.get(store);
  if (pulls === undefined) return false;
  let left = limit;
  store.transaction(() => {
    for (const [shelf, times] of pulls) {
      for (const [digest, lastRecordedPullTime] of times) {
        if (left === 0) return;
        left -= 1;
        times.delete(digest);
        const image = store.get(kinds.image, shelf, digest) as unknown as Image | undefined;
        if (image === undefined) continue;
        store.put(kinds.image, shelf, digest, { ...image, lastRecordedPullTime });
      }
      pulls.delete(shelf);
    }
  });
  return pulls.size > 0;
}
