// CloudFormation as a service of the local cloud: which operations there are, and which of them are served.
// It must not know HTTP or what an operation does.
import type { QueryService } from '../query/service.js';
import type { Operation, ServiceContext } from '../service.js';
import type { Delegate } from './delegate.js';
import { changeSetOperations } from './operations/change-sets.js';
import { driftOperations } from './operations/drift.js';
import { readOperations } from './operations/reads.js';
import { stackOperations } from './operations/stacks.js';
import { templateOperations } from './operations/templates.js';
import { stackBy } from './stacks/model.js';

/** Each operation that is served, by name. */
export function cloudFormationOperations(delegate: Delegate): Readonly<Record<string, Operation>> {
  return {
    ...stackOperations,
    ...readOperations,
    ...templateOperations,
    ...changeSetOperations,
    ...driftOperations(delegate),
  };
}

/** What is left of the API model (botocore 1.43.11): stack sets, types of one's own, refactoring, scans and hooks. */
export const unservedCloudFormation: readonly string[] = [
  'ActivateOrganizationsAccess',
  'ActivateType',
  'BatchDescribeTypeConfigurations',
  'CancelUpdateStack',
  'CreateGeneratedTemplate',
  'CreateStackInstances',
  'CreateStackRefactor',
  'CreateStackSet',
  'DeactivateOrganizationsAccess',
  'DeactivateType',
  'DeleteGeneratedTemplate',
  'DeleteStackInstances',
  'DeleteStackSet',
  'DeregisterType',
  'DescribeAccountLimits',
  'DescribeChangeSetHooks',
  'DescribeEvents',
  'DescribeGeneratedTemplate',
  'DescribeOrganizationsAccess',
  'DescribePublisher',
  'DescribeResourceScan',
  'DescribeStackInstance',
  'DescribeStackRefactor',
  'DescribeStackSet',
  'DescribeStackSetOperation',
  'DescribeType',
  'DescribeTypeRegistration',
  'DetectStackSetDrift',
  'EstimateTemplateCost',
  'ExecuteStackRefactor',
  'GetGeneratedTemplate',
  'GetHookResult',
  'ImportStacksToStackSet',
  'ListGeneratedTemplates',
  'ListHookResults',
  'ListResourceScanRelatedResources',
  'ListResourceScanResources',
  'ListResourceScans',
  'ListStackInstanceResourceDrifts',
  'ListStackInstances',
  'ListStackRefactorActions',
  'ListStackRefactors',
  'ListStackSetAutoDeploymentTargets',
  'ListStackSetOperationResults',
  'ListStackSetOperations',
  'ListStackSets',
  'ListTypeRegistrations',
  'ListTypeVersions',
  'ListTypes',
  'PublishType',
  'RecordHandlerProgress',
  'RegisterPublisher',
  'RegisterType',
  'RollbackStack',
  'SetTypeConfiguration',
  'SetTypeDefaultVersion',
  'SignalResource',
  'StartResourceScan',
  'StopStackSetOperation',
  'TestType',
  'UpdateGeneratedTemplate',
  'UpdateStackInstances',
  'UpdateStackSet',
];

function resourceOf(input: Record<string, unknown>, context: ServiceContext): string {
  const name = input['StackName'];
  if (typeof name !== 'string') return '*';
  const { partition, region, account } = context;
  return stackBy(context, name)?.id ?? `arn:${partition}:cloudformation:${region}:${account}:stack/${name}/*`;
}

export function cloudFormationService(delegate: Delegate): QueryService {
  return {
    name: 'cloudformation',
    version: '2010-05-15',
    namespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
    operations: new Map(Object.entries(cloudFormationOperations(delegate))),
    unserved: new Set(unservedCloudFormation),
    resourceOf,
  };
}
