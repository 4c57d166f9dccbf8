// CreateChangeSet, DescribeChangeSet, ExecuteChangeSet, DeleteChangeSet, ListChangeSets.
// It must not know how changes are found, nor how they are carried out.
import { randomUUID } from 'node:crypto';
import { checkedQuery } from '../../query/check.js';
import { type Operation, type ServiceContext, ServiceError } from '../../service.js';
import { invalid } from '../errors.js';
import { shapes } from '../shapes.js';
import { changesOf, hasChanges } from '../stacks/changes.js';
import { importedBy, importOf } from '../stacks/import.js';
import {
  type ChangeSet,
  type Desired,
  findStack,
  inStatus,
  readChangeSets,
  removeChangeSet,
  type Stack,
  stackBy,
  stackOfChangeSet,
  writeChangeSet,
  writeStack,
} from '../stacks/model.js';
import { pageOf, parametersView, timeOf } from '../view.js';
import { desiredOf } from '../wish.js';
import { begin, checkIdle, newStack, progressOf, updating } from './stacks.js';

const noChanges =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

export function findChangeSet(
  context: ServiceContext,
  name: string,
  stackName: string | undefined,
): { readonly stack: Stack; readonly changeSet: ChangeSet } {
  const isArn = name.startsWith('arn:');
  if (!isArn && stackName === undefined)
    throw invalid('StackName must be specified if ChangeSetName is not specified as an ARN.');
  const stack = isArn ? stackOfChangeSet(context, name) : findStack(context, stackName ?? '');
  const changeSet = stack && readChangeSets(context, stack).find((one) => one.id === name || one.name === name);
  if (stack === undefined || changeSet === undefined) {
    throw new ServiceError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, 404);
  }
  return { stack, changeSet };
}

/** The stack a change set is for: one that is there, or a new one that waits for its review. */
function stackFor(
  context: ServiceContext,
  name: string,
  type: string,
  changeSet: string,
  desired: () => Desired,
): Stack {
  const present = stackBy(context, name);
  const there = present?.status === 'DELETE_COMPLETE' ? undefined : present;
  if (type !== 'UPDATE') {
    if (there === undefined) {
      const stack = inStatus(context, newStack(context, name, desired()), 'REVIEW_IN_PROGRESS', 'User Initiated');
      writeStack(context, stack);
      return stack;
    }
    if (there.status === 'REVIEW_IN_PROGRESS') return there;
    if (type === 'CREATE')
      throw invalid(`Stack [${name}] already exists and cannot be created again with the changeSet [${changeSet}].`);
  }
  if (there === undefined) throw invalid(`Stack [${name}] does not exist`);
  checkIdle(there, 'updated');
  return there;
}

/** The changes as text, so that a document of any shape lies in the store as it is told. */
function changesFor(context: ServiceContext, stack: Stack, desired: Desired): Pick<ChangeSet, 'changes' | 'reason'> {
  const changes = changesOf(context, stack, desired).map(({ change, withValues }) => ({ change, withValues }));
  return { changes, ...(!hasChanges(context, stack, desired) && { reason: noChanges }) };
}

const CreateChangeSet = checkedQuery(shapes.CreateChangeSet, (input, context) => {
  const { StackName, ChangeSetName: name, ChangeSetType: type = 'UPDATE' } = input;
  const previous = type === 'CREATE' ? undefined : stackBy(context, StackName)?.desired;
  const desired = (): Desired => desiredOf(input, previous);
  const stack = stackFor(context, StackName, type, name, desired);
  if (readChangeSets(context, stack).some((one) => one.name === name && one.execution !== 'EXECUTE_COMPLETE')) {
    throw new ServiceError('AlreadyExistsException', `ChangeSet [${name}] already exists`);
  }
  const wanted = desired();
  const importing = type === 'IMPORT' ? importedBy(wanted, input.ResourcesToImport ?? []) : undefined;
  const { changes, reason } =
    importing === undefined ? changesFor(context, stack, wanted) : importOf(context, stack, wanted, importing);
  const { region, account, partition } = context;
  const changeSet: ChangeSet = {
    name,
    id: `arn:${partition}:cloudformation:${region}:${account}:changeSet/${name}/${randomUUID()}`,
    createdAt: context.now(),
    type,
    ...(input.Description !== undefined && { description: input.Description }),
    status: reason === undefined ? 'CREATE_COMPLETE' : 'FAILED',
    ...(reason !== undefined && { reason }),
    execution: reason === undefined ? 'AVAILABLE' : 'UNAVAILABLE',
    desired: wanted,
    changes,
    ...(input.OnStackFailure !== undefined && { onFailure: input.OnStackFailure }),
    ...(importing !== undefined && { importing }),
  };
  writeChangeSet(context, stack, changeSet);
  return { Id: changeSet.id, StackId: stack.id };
});

const DescribeChangeSet = checkedQuery(shapes.DescribeChangeSet, (input, context) => {
  const { stack, changeSet } = findChangeSet(context, input.ChangeSetName, input.StackName);
  const { desired } = changeSet;
  const { items, ...more } = pageOf(changeSet.changes, input.NextToken);
  const member = input.IncludePropertyValues === true ? 'withValues' : 'change';
  return {
    ChangeSetName: changeSet.name,
    ChangeSetId: changeSet.id,
    StackId: stack.id,
    StackName: stack.name,
    Description: changeSet.description,
    Parameters: parametersView(desired),
    CreationTime: timeOf(changeSet.createdAt),
    ExecutionStatus: changeSet.execution,
    Status: changeSet.status,
    StatusReason: changeSet.reason,
    NotificationARNs: desired.notificationArns,
    RollbackConfiguration: {},
    Capabilities: desired.capabilities,
    Tags: desired.tags,
    Changes: items.map((one) => ({ Type: 'Resource', ResourceChange: (one as Record<string, unknown>)[member] })),
    IncludeNestedStacks: false,
    OnStackFailure: changeSet.onFailure,
    ...more,
  };
});

function onFailureOf(
  { onFailure }: ChangeSet,
  disableRollback: boolean | undefined,
): 'ROLLBACK' | 'DELETE' | 'DO_NOTHING' {
  if (disableRollback === true || onFailure === 'DO_NOTHING') return 'DO_NOTHING';
  return onFailure === 'DELETE' ? 'DELETE' : 'ROLLBACK';
}

/** The other change sets of the stack go: they no longer say what would happen. */
const ExecuteChangeSet = checkedQuery(shapes.ExecuteChangeSet, (input, context) => {
  const { stack, changeSet } = findChangeSet(context, input.ChangeSetName, input.StackName);
  if (changeSet.execution !== 'AVAILABLE') {
    throw new ServiceError(
      'InvalidChangeSetStatus',
      `ChangeSet [${changeSet.id}] cannot be executed in its current status of [${changeSet.status}]`,
    );
  }
  const creates = stack.status === 'REVIEW_IN_PROGRESS';
  if (!creates) checkIdle(stack, 'updated');
  for (const { name } of readChangeSets(context, stack)) removeChangeSet(context, stack, name);
  writeChangeSet(context, stack, { ...changeSet, execution: 'EXECUTE_COMPLETE' });
  const token = input.ClientRequestToken;
  const more = {
    onFailure: onFailureOf(changeSet, input.DisableRollback),
    ...(token !== undefined && { token }),
  };
  const { desired, importing } = changeSet;
  if (importing !== undefined) {
    const next = updating(context, stack, desired, { ...more, kind: 'import', importing });
    begin(context, { ...next, changeSetId: changeSet.id }, 'IMPORT_IN_PROGRESS', 'User Initiated');
    return {};
  }
  const next: Stack = creates
    ? { ...stack, desired, createdAt: context.now(), progress: progressOf(context, 'create', desired, more) }
    : updating(context, stack, desired, more);
  const disableRollback = creates ? more.onFailure === 'DO_NOTHING' : next.disableRollback;
  begin(
    context,
    { ...next, disableRollback, changeSetId: changeSet.id },
    creates ? 'CREATE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS',
    'User Initiated',
  );
  return {};
});

/** One that is not there is deleted already; a stack that only waited for its review stays. */
const DeleteChangeSet = checkedQuery(shapes.DeleteChangeSet, (input, context) => {
  const { stack, changeSet } = findChangeSet(context, input.ChangeSetName, input.StackName);
  removeChangeSet(context, stack, changeSet.name);
  return {};
});

const ListChangeSets = checkedQuery(shapes.ListChangeSets, (input, context) => {
  const stack = findStack(context, input.StackName);
  // One that was carried out is no longer among them.
  const sets = readChangeSets(context, stack).filter(({ execution }) => execution !== 'EXECUTE_COMPLETE');
  const { items, ...more } = pageOf(sets, input.NextToken);
  return {
    Summaries: items.map((one) => ({
      StackId: stack.id,
      StackName: stack.name,
      ChangeSetId: one.id,
      ChangeSetName: one.name,
      ExecutionStatus: one.execution,
      Status: one.status,
      StatusReason: one.reason,
      CreationTime: timeOf(one.createdAt),
      Description: one.description,
      IncludeNestedStacks: false,
    })),
    ...more,
  };
});

export const changeSetOperations = {
  CreateChangeSet,
  DescribeChangeSet,
  ExecuteChangeSet,
  DeleteChangeSet,
  ListChangeSets,
} satisfies Record<string, Operation>;
