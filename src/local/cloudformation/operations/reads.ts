// Operations that tell of stacks, their resources, events and exports.
// It must not know how any of them changes.
import { checkedQuery } from '../../query/check.js';
import type { Operation } from '../../service.js';
import { invalid } from '../errors.js';
import { shapes } from '../shapes.js';
import { eventsOf, exportsOf, findStack, importersOf, listStacks, type Stack } from '../stacks/model.js';
import { eventView, pageOf, resourceView, stackView, summaryView, type View } from '../view.js';

const DescribeStacks = checkedQuery(shapes.DescribeStacks, (input, context) => {
  if (input.StackName !== undefined) return { Stacks: [stackView(findStack(context, input.StackName))] };
  const present = listStacks(context).filter(({ status }) => status !== 'DELETE_COMPLETE');
  const { items, ...more } = pageOf(present, input.NextToken);
  return { Stacks: items.map(stackView), ...more };
});

const ListStacks = checkedQuery(shapes.ListStacks, (input, context) => {
  const wanted = input.StackStatusFilter ?? [];
  const stacks = listStacks(context).filter(({ status }) => wanted.length === 0 || wanted.includes(status));
  const { items, ...more } = pageOf(stacks, input.NextToken);
  return { StackSummaries: items.map(summaryView), ...more };
});

const DescribeStackEvents = checkedQuery(shapes.DescribeStackEvents, (input, context) => {
  const stack = findStack(context, input.StackName);
  const { items, ...more } = pageOf(eventsOf(context, stack), input.NextToken);
  return { StackEvents: items.map((event) => eventView(stack, event)), ...more };
});

/** The resources that are or were there, by logical id. */
function resourcesOf(stack: Stack): Stack['resources'] {
  return [...stack.resources].sort((one, other) => (one.logicalId < other.logicalId ? -1 : 1));
}

const DescribeStackResource = checkedQuery(shapes.DescribeStackResource, (input, context) => {
  const stack = findStack(context, input.StackName);
  const resource = stack.resources.find(({ logicalId }) => logicalId === input.LogicalResourceId);
  if (resource === undefined) {
    throw invalid(`Resource ${input.LogicalResourceId} does not exist for stack ${stack.name}`);
  }
  return {
    StackResourceDetail: {
      StackName: stack.name,
      StackId: stack.id,
      ...resourceView(stack, resource, 'LastUpdatedTimestamp'),
      Metadata: resource.metadata === undefined ? '{}' : JSON.stringify(resource.metadata),
    },
  };
});

const DescribeStackResources = checkedQuery(shapes.DescribeStackResources, (input, context) => {
  const { StackName, LogicalResourceId, PhysicalResourceId } = input;
  if ((StackName === undefined) === (PhysicalResourceId === undefined)) {
    throw invalid('You must specify either StackName or PhysicalResourceId, but not both');
  }
  const stack =
    StackName !== undefined
      ? findStack(context, StackName)
      : listStacks(context).find(
          ({ resources, status }) =>
            status !== 'DELETE_COMPLETE' && resources.some(({ id }) => id === PhysicalResourceId),
        );
  if (stack === undefined) throw invalid(`Stack for ${PhysicalResourceId ?? ''} does not exist`);
  const resources = resourcesOf(stack).filter(
    ({ logicalId }) => LogicalResourceId === undefined || logicalId === LogicalResourceId,
  );
  return {
    StackResources: resources.map(
      (one): View => ({ StackName: stack.name, StackId: stack.id, ...resourceView(stack, one, 'Timestamp') }),
    ),
  };
});

const ListStackResources = checkedQuery(shapes.ListStackResources, (input, context) => {
  const stack = findStack(context, input.StackName);
  const { items, ...more } = pageOf(resourcesOf(stack), input.NextToken);
  return { StackResourceSummaries: items.map((one) => resourceView(stack, one, 'LastUpdatedTimestamp')), ...more };
});

const ListExports = checkedQuery(shapes.ListExports, (input, context) => {
  const { items, ...more } = pageOf(exportsOf(context), input.NextToken);
  return {
    Exports: items.map(({ name, value, stack }) => ({ ExportingStackId: stack.id, Name: name, Value: value })),
    ...more,
  };
});

const ListImports = checkedQuery(shapes.ListImports, (input, context) => {
  const users = importersOf(context, input.ExportName);
  if (users.length === 0) throw invalid(`Export '${input.ExportName}' is not imported by any stack.`);
  const { items, ...more } = pageOf(users, input.NextToken);
  return { Imports: items.map(({ name }) => name), ...more };
});

export const readOperations = {
  DescribeStacks,
  ListStacks,
  DescribeStackEvents,
  DescribeStackResource,
  DescribeStackResources,
  ListStackResources,
  ListExports,
  ListImports,
} satisfies Record<string, Operation>;
