// Which signing profiles were to sign an image when it was pushed (user guide, "Managed signing").
// It must not sign: that is AWS Signer's work, which is not here.
import type { Digest } from '../blobs/blob-store.js';
import type { EcrContext } from '../ecr/operation.js';
import { signingRules } from '../ecr/registry/signing.js';
import type { Repository } from '../ecr/repository.js';
import { kinds, shelfOf } from './model.js';
import { matchesWildcard } from './mutability.js';

/** Remembers what the registry's rules ask for, once an image is pushed. */
export function noteSigning(context: EcrContext, repository: Repository, digest: Digest): void {
  const rules = signingRules({ ...context, account: repository.account });
  const profiles = rules
    .filter(
      ({ repositoryFilters }) =>
        repositoryFilters?.some(({ filter }) => matchesWildcard(filter, repository.name)) ?? true,
    )
    .map(({ signingProfileArn }) => signingProfileArn);
  if (profiles.length === 0) return;
  context.store.put(kinds.signing, shelfOf(context, repository), digest, [...new Set(profiles)]);
}

/** The ARNs of the profiles. */
export function signingProfilesOf(context: EcrContext, repository: Repository, digest: Digest): readonly string[] {
  const profiles = context.store.get(kinds.signing, shelfOf(context, repository), digest);
  // Only `noteSigning` writes this kind.
  return (profiles ?? []) as readonly string[];
}
