// GetAuthorizationToken, for the table of ECR operations.
// It must not know what a token is made of.
import { checked } from '../ecr/check.js';
import type { EcrOperation } from '../ecr/operation.js';
import { registryId } from '../ecr/registry/shapes.js';
import { issueToken } from './tokens.js';

/** One entry for each registry, the caller's own where none is named. Unknown ones get one too: the token says who calls, not where. */
const getAuthorizationToken = checked(
  { kind: 'structure', members: { registryIds: { kind: 'list', of: registryId, min: 1, max: 10 } } },
  ({ registryIds }, context) => ({
    authorizationData: (registryIds ?? [context.account]).map((account) => {
      const { authorizationToken, expiresAt, proxyEndpoint } = issueToken(context, { account, region: context.region });
      return { authorizationToken, expiresAt: expiresAt / 1000, proxyEndpoint };
    }),
  }),
);

export const tokenOperations: Record<string, EcrOperation> = { GetAuthorizationToken: getAuthorizationToken };
