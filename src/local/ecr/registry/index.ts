// The table of operations that configure a registry, for the table of all ECR operations.
// It must not know how any of them works.
import type { EcrOperation } from '../operation.js';
import { getAccountSetting, putAccountSetting } from './account-settings.js';
import {
  describeReplicationBackfillResults,
  listReplicationBackfills,
  startReplicationBackfill,
  stopReplicationBackfill,
} from './backfills.js';
import {
  createPullThroughCacheRule,
  deletePullThroughCacheRule,
  describePullThroughCacheRules,
  updatePullThroughCacheRule,
  validatePullThroughCacheRule,
} from './pull-through-cache.js';
import {
  deregisterPullTimeUpdateExclusion,
  listPullTimeUpdateExclusions,
  registerPullTimeUpdateExclusion,
} from './pull-time-exclusions.js';
import { deleteRegistryPolicy, getRegistryPolicy, putRegistryPolicy } from './registry-policy.js';
import { describeRegistry, putReplicationConfiguration } from './replication.js';
import { getRegistryScanningConfiguration, putRegistryScanningConfiguration } from './scanning.js';
import { deleteSigningConfiguration, getSigningConfiguration, putSigningConfiguration } from './signing.js';
import {
  createRepositoryCreationTemplate,
  deleteRepositoryCreationTemplate,
  describeRepositoryCreationTemplates,
  updateRepositoryCreationTemplate,
} from './templates.js';

export const registryOperations: Record<string, EcrOperation> = {
  CreatePullThroughCacheRule: createPullThroughCacheRule,
  CreateRepositoryCreationTemplate: createRepositoryCreationTemplate,
  DeletePullThroughCacheRule: deletePullThroughCacheRule,
  DeleteRegistryPolicy: deleteRegistryPolicy,
  DeleteRepositoryCreationTemplate: deleteRepositoryCreationTemplate,
  DeleteSigningConfiguration: deleteSigningConfiguration,
  DeregisterPullTimeUpdateExclusion: deregisterPullTimeUpdateExclusion,
  DescribePullThroughCacheRules: describePullThroughCacheRules,
  DescribeRegistry: describeRegistry,
  DescribeReplicationBackfillResults: describeReplicationBackfillResults,
  DescribeRepositoryCreationTemplates: describeRepositoryCreationTemplates,
  GetAccountSetting: getAccountSetting,
  GetRegistryPolicy: getRegistryPolicy,
  GetRegistryScanningConfiguration: getRegistryScanningConfiguration,
  GetSigningConfiguration: getSigningConfiguration,
  ListReplicationBackfills: listReplicationBackfills,
  ListPullTimeUpdateExclusions: listPullTimeUpdateExclusions,
  PutAccountSetting: putAccountSetting,
  PutRegistryPolicy: putRegistryPolicy,
  PutRegistryScanningConfiguration: putRegistryScanningConfiguration,
  PutReplicationConfiguration: putReplicationConfiguration,
  PutSigningConfiguration: putSigningConfiguration,
  RegisterPullTimeUpdateExclusion: registerPullTimeUpdateExclusion,
  StartReplicationBackfill: startReplicationBackfill,
  StopReplicationBackfill: stopReplicationBackfill,
  UpdatePullThroughCacheRule: updatePullThroughCacheRule,
  UpdateRepositoryCreationTemplate: updateRepositoryCreationTemplate,
};

/** Those that ask another registry. */
export const asyncRegistryOperations = {
  ValidatePullThroughCacheRule: validatePullThroughCacheRule,
};

export { appliedScanning, scanningConfiguration } from './scanning.js';
