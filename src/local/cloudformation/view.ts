// Stacks, resources and events as the API tells of them, and its pages.
// It must not know how any of them came about.
import { decodeToken, encodeToken } from '../service.js';
import { invalid } from './errors.js';
import type { Desired, Stack, StackEvent, StackResource } from './stacks/model.js';
import { parseTemplate } from './template/model.js';

export type View = Record<string, unknown>;

export function timeOf(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}

/** Parameters with their values; those with `NoEcho` are hidden. */
export function parametersView({ template, parameters }: Desired): readonly View[] {
  const declared = parseTemplate(template).parameters;
  return Object.entries(parameters).map(([ParameterKey, value]) => ({
    ParameterKey,
    ParameterValue: declared.get(ParameterKey)?.noEcho === true ? '****' : value,
  }));
}

function driftInformation({ drift }: Stack): View {
  return drift === undefined
    ? { StackDriftStatus: 'NOT_CHECKED' }
    : { StackDriftStatus: drift.status, LastCheckTimestamp: timeOf(drift.at) };
}

export function resourceDrift({ drift }: Stack, logicalId: string): View {
  const result = drift?.results.find((one) => one.logicalId === logicalId);
  return result === undefined
    ? { StackResourceDriftStatus: 'NOT_CHECKED' }
    : { StackResourceDriftStatus: result.status, LastCheckTimestamp: timeOf(result.at) };
}

/** Members that are undefined are left out of the answer. */
export function stackView(stack: Stack): View {
  const { desired } = stack;
  const reviewed = stack.status === 'REVIEW_IN_PROGRESS';
  return {
    StackId: stack.id,
    StackName: stack.name,
    ChangeSetId: stack.changeSetId,
    Description: stack.description,
    Parameters: reviewed ? [] : parametersView(desired),
    CreationTime: timeOf(stack.createdAt),
    DeletionTime: timeOf(stack.deletedAt),
    LastUpdatedTime: timeOf(stack.updatedAt),
    RollbackConfiguration: {},
    StackStatus: stack.status,
    StackStatusReason: stack.reason,
    DisableRollback: stack.disableRollback,
    NotificationARNs: desired.notificationArns,
    TimeoutInMinutes: stack.timeoutInMinutes,
    Capabilities: desired.capabilities,
    Outputs: stack.outputs.map(({ key, value, description, exportName }) => ({
      OutputKey: key,
      OutputValue: value,
      Description: description,
      ExportName: exportName,
    })),
    RoleARN: desired.roleArn,
    Tags: desired.tags,
    EnableTerminationProtection: stack.terminationProtection,
    DriftInformation: driftInformation(stack),
  };
}

export function summaryView(stack: Stack): View {
  return {
    StackId: stack.id,
    StackName: stack.name,
    TemplateDescription: stack.description,
    CreationTime: timeOf(stack.createdAt),
    LastUpdatedTime: timeOf(stack.updatedAt),
    DeletionTime: timeOf(stack.deletedAt),
    StackStatus: stack.status,
    StackStatusReason: stack.reason,
    DriftInformation: driftInformation(stack),
  };
}

export function eventView(stack: Stack, event: StackEvent): View {
  return {
    StackId: stack.id,
    EventId: event.id,
    StackName: stack.name,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: timeOf(event.at),
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
    ResourceProperties: event.properties,
    ClientRequestToken: event.token,
  };
}

/** `Timestamp`, or `LastUpdatedTimestamp` where the operation calls it so. */
export function resourceView(stack: Stack, resource: StackResource, time: 'Timestamp' | 'LastUpdatedTimestamp'): View {
  return {
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.id === '' ? undefined : resource.id,
    ResourceType: resource.type,
    [time]: timeOf(resource.updatedAt),
    ResourceStatus: resource.status,
    ResourceStatusReason: resource.reason,
    DriftInformation: resourceDrift(stack, resource.logicalId),
  };
}

export function pageOf<T>(
  items: readonly T[],
  token: string | undefined,
  size = 100,
): { readonly items: readonly T[]; readonly NextToken?: string } {
  const position = token === undefined ? '0' : decodeToken('cfn', token);
  if (position === undefined || !/^\d{1,9}$/.test(position)) throw invalid('Invalid NextToken');
  const end = Number(position) + size;
  const page = items.slice(Number(position), end);
  return { items: page, ...(end < items.length && { NextToken: encodeToken('cfn', String(end)) }) };
}
