// What a policy would do now to the images of a repository, by the same evaluation that previews and plans use.
// It must not know what is done about it.
import {
  evaluate,
  type LifecyclePolicy,
  type Image as PolicyImage,
  readPolicy,
  type Why,
} from '../../lifecycle/index.js';
import type { EcrContext } from '../ecr/operation.js';
import type { Repository } from '../ecr/repository.js';
import { allImagesOf, type Image } from '../images/index.js';

export interface Verdict {
  readonly image: Image;
  /** `fail`: a rule would act, but an index that stays names the image. */
  readonly action: 'expire' | 'archive' | 'fail';
  readonly rulePriority: number;
  readonly why: Why;
}

/** Of a text that has been accepted. */
export function policyOf(text: string): LifecyclePolicy {
  const read = readPolicy(text);
  if ('refusal' in read) throw new Error(`a policy that was accepted cannot be read: ${read.refusal}`);
  return read.policy;
}

function forPolicy(image: Image): PolicyImage {
  const { digest, tags, pushedAt, status, lastRecordedPullTime, lastArchivedAt, lastActivatedAt, children } = image;
  return {
    digest,
    tags,
    pushedAt,
    children,
    storageClass: status === 'ARCHIVED' ? 'archive' : 'standard',
    ...(status === 'ACTIVATING' && { activating: true }),
    ...(lastRecordedPullTime !== undefined && { lastPulledAt: lastRecordedPullTime }),
    ...(lastArchivedAt !== undefined && { lastArchivedAt }),
    ...(lastActivatedAt !== undefined && { lastActivatedAt }),
  };
}

/** The images that a rule would act on, oldest first: the order in which it acts. */
export function verdictsOf(context: EcrContext, repository: Repository, policy: LifecyclePolicy): Verdict[] {
  const images = allImagesOf(context, repository);
  const outcomes = evaluate(policy, images.map(forPolicy), context.now());
  const verdicts: Verdict[] = [];
  outcomes.forEach(({ action, rulePriority, why }, index) => {
    const image = images[index];
    if (image !== undefined && action !== 'keep' && rulePriority !== null)
      verdicts.push({ image, action, rulePriority, why });
  });
  return verdicts.sort(
    (one, other) => one.image.pushedAt - other.image.pushedAt || (one.image.digest < other.image.digest ? -1 : 1),
  );
}
