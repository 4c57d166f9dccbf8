// When an upstream was last asked what a cached tag stands for.
// It must not know how it is asked.
import type { EcrContext } from '../ecr/operation.js';
import type { Repository } from '../ecr/repository.js';
import { kinds, shelfOf } from '../images/model.js';

/** "At least once every 24 hours" as it is pulled (user guide, "Pull through cache"). */
const freshFor = 24 * 3_600_000;

export function isDue(context: EcrContext, repository: Repository, tag: string): boolean {
  const askedAt = context.store.get(kinds.cachedTag, shelfOf(context, repository), tag);
  return typeof askedAt !== 'number' || context.now() - askedAt >= freshFor;
}

export function noteAskedNow(context: EcrContext, repository: Repository, tag: string): void {
  context.store.put(kinds.cachedTag, shelfOf(context, repository), tag, context.now());
}

/** It is to be asked again with the next pull. */
export function forgetAsked(context: EcrContext, repository: Repository, tag: string): void {
  context.store.delete(kinds.cachedTag, shelfOf(context, repository), tag);
}
