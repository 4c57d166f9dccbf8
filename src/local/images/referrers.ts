// The images that refer to another by their `subject`: signatures, lists of parts, and the like.
// It must not know what any of them means.
import type { Digest } from '../blobs/blob-store.js';
import type { EcrContext } from '../ecr/operation.js';
import type { Repository } from '../ecr/repository.js';
import { mergedEnds, type Run } from './entries.js';
import { maxManifestSize } from './limits.js';
import { type Image, type ImageStatus, imageStatuses, keyOf, kinds, shelfOf, typeKey } from './model.js';
import { loadImage } from './record.js';

export interface ReferrerFilter {
  /** Any where it is left out or empty. */
  readonly artifactTypes?: readonly string[] | undefined;
  /** ACTIVE where it is left out (API model). */
  readonly status?: ImageStatus | 'ANY' | undefined;
}

/** Referrers after a digest, in the order of digests. The subject itself need not be there (OCI image specification). */
export function listReferrers(
  context: EcrContext,
  repository: Repository,
  subject: string,
  filter: ReferrerFilter,
  after: string | undefined,
  limit: number,
): Image[] {
  const { artifactTypes = [], status = 'ACTIVE' } = filter;
  const scope = shelfOf(context, repository);
  const runs = (status === 'ANY' ? imageStatuses : [status]).flatMap((one): Run[] =>
    artifactTypes.length === 0
      ? [{ kind: kinds.referrer, scope, start: `${keyOf(subject, one)}/` }]
      : [...new Set(artifactTypes)].map((type) => ({
          kind: kinds.typedReferrer,
          scope,
          start: `${keyOf(subject, one, typeKey(type))}/`,
        })),
  );
  return mergedEnds(context.store, runs, after, limit).flatMap(
    (digest) => loadImage(context, repository, digest) ?? [],
  );
}

/** Bytes of manifests that are read for one answer: what an index may have, as which referrers are told of. */
const most = maxManifestSize;

/** How many of the first can be told of together, with the annotations that their manifests hold: one at least. */
export function toldTogether(referrers: readonly Image[]): number {
  let bytes = 0;
  const beyond = referrers.findIndex(({ manifestSize }, index) => (bytes += manifestSize) > most && index > 0);
  return beyond < 0 ? referrers.length : beyond;
}

/** All that can be pulled. */
export function referrersOf(context: EcrContext, repository: Repository, subject: Digest): Image[] {
  return listReferrers(context, repository, subject, {}, undefined, Number.MAX_SAFE_INTEGER);
}
