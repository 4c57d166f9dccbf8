// The types of resources there are. Adding one is a file, and a line here.
// Data only.

import {
  registryPolicy,
  registryScanningConfiguration,
  replicationConfiguration,
  signingConfiguration,
} from './ecr-registry.js';
import { repository } from './ecr-repository.js';
import { pullThroughCacheRule, pullTimeUpdateExclusion, repositoryCreationTemplate } from './ecr-rules.js';
import { oidcProvider } from './iam-oidc-provider.js';
import { managedPolicy, policy } from './iam-policy.js';
import { role, rolePolicy } from './iam-role.js';
import { alias, key } from './kms.js';
import { parameter } from './ssm-parameter.js';
import type { ResourceType } from './type.js';
import { waitConditionHandle } from './wait-condition-handle.js';

export const resourceTypes: ReadonlyMap<string, ResourceType> = new Map(
  [
    waitConditionHandle,
    pullThroughCacheRule,
    pullTimeUpdateExclusion,
    registryPolicy,
    registryScanningConfiguration,
    replicationConfiguration,
    repository,
    repositoryCreationTemplate,
    signingConfiguration,
    managedPolicy,
    oidcProvider,
    policy,
    role,
    rolePolicy,
    alias,
    key,
    parameter,
  ].map((one) => [one.type, one]),
);
