// The repository that a push names: the one there is, or one that is made for it by a creation template.
// It must not know what is pushed.
import { type Repository, readRepository } from '../ecr/repository.js';
import type { Exchange } from './exchange.js';

/** Nothing where there is none and no template makes one: ECR hangs up then. */
export function repositoryForPush(exchange: Exchange): Repository | undefined {
  const { context, address, createRepository } = exchange;
  const { registry, name } = address;
  return readRepository(context.store, registry.account, registry.region, name) ?? createRepository();
}
