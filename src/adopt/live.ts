// Repositories as they were read from a registry.
// It must not know how they were read.
import { type Diagnostic, diagnostic } from '../diagnostics/index.js';
import type { ObservedRepository, Reading } from '../registry/index.js';
import type { Found, FoundRepository } from './model.js';

/** What could not be read is an error: a manifest without it would take it away. */
export function readLive(repositories: readonly ObservedRepository[], region: string): Found {
  const diagnostics: Diagnostic[] = [];
  const known = <T>(reading: Reading<T>, name: string): T | undefined => {
    if (reading.state === 'present') return reading.value;
    if (reading.state === 'unknown') {
      const { operation, reason } = reading;
      diagnostics.push(diagnostic('adopt/unreadable', `${name} could not be read whole (${operation}: ${reason})`));
    }
    return undefined;
  };
  return {
    repositories: repositories.map((one): FoundRepository => {
      const { name, arn, registryId: account, tagMutability, encryption, scanOnPush } = one;
      const lifecyclePolicy = known(one.lifecyclePolicy, name);
      const repositoryPolicy = known(one.repositoryPolicy, name);
      return {
        name,
        from: arn,
        account,
        region,
        tagMutability,
        encryption,
        scanOnPush,
        // ECR keeps no such wish: it is said at the deletion.
        forceDelete: false,
        tags: known(one.tags, name) ?? {},
        ...(lifecyclePolicy === undefined ? {} : { lifecyclePolicy }),
        ...(repositoryPolicy === undefined ? {} : { repositoryPolicy }),
      };
    }),
    diagnostics,
  };
}
