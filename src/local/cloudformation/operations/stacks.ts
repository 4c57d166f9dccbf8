// CreateStack, UpdateStack, DeleteStack, ContinueUpdateRollback and UpdateTerminationProtection: what begins an operation.
// It must not know how an operation goes on.
import { checkedQuery } from '../../query/check.js';
import { type Operation, type ServiceContext, ServiceError } from '../../service.js';
import { invalid, stackNotFound } from '../errors.js';
import { shapes } from '../shapes.js';
import { changesOf, hasChanges } from '../stacks/changes.js';
import { checkDesired } from '../stacks/desired.js';
import {
  type Desired,
  findStack,
  forgetStack,
  inStatus,
  newStackId,
  type Progress,
  type Stack,
  stackBy,
  usedExport,
  writeStack,
} from '../stacks/model.js';
import { beginStep, isStuck } from '../stacks/run.js';
import { parseTemplate } from '../template/model.js';
import { desiredOf } from '../wish.js';

export function progressOf(
  context: ServiceContext,
  kind: Progress['kind'],
  target: Desired,
  more: Partial<Progress> = {},
): Progress {
  return {
    kind,
    phase: kind === 'delete' ? 'remove' : 'apply',
    callerArn: context.callerArn,
    ...(context.principal !== undefined && { principal: context.principal }),
    ...(target.roleArn !== undefined && { roleArn: target.roleArn }),
    target,
    onFailure: 'ROLLBACK',
    done: [],
    failed: [],
    leftovers: [],
    retain: [],
    met: 0,
    throttled: 0,
    ...more,
  };
}

/** Begins an operation: its status and event are there when the call is answered. */
export function begin(context: ServiceContext, stack: Stack, status: string, reason?: string): void {
  writeStack(context, inStatus(context, stack, status, reason));
  beginStep(context, stack);
}

export function newStack(context: ServiceContext, name: string, desired: Desired): Stack {
  const { description } = parseTemplate(desired.template);
  return {
    name,
    ...newStackId(context, name),
    ...(description !== undefined && { description }),
    createdAt: context.now(),
    status: 'REVIEW_IN_PROGRESS',
    desired,
    resources: [],
    outputs: [],
    imports: [],
    disableRollback: false,
    terminationProtection: false,
    events: 0,
  };
}

export function checkIdle(stack: Stack, verb: 'updated' | 'deleted'): void {
  const blocked = stack.progress !== undefined && !isStuck(stack) ? true : verb === 'updated' && !isUpdatable(stack);
  if (blocked) throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not be ${verb}.`);
}

function isUpdatable({ status }: Stack): boolean {
  return [
    'CREATE_COMPLETE',
    'UPDATE_COMPLETE',
    'UPDATE_ROLLBACK_COMPLETE',
    'UPDATE_FAILED',
    'CREATE_FAILED',
    'IMPORT_COMPLETE',
    'IMPORT_ROLLBACK_COMPLETE',
  ].includes(status);
}

function onFailureOf({
  OnFailure,
  DisableRollback,
}: {
  readonly OnFailure?: Progress['onFailure'];
  readonly DisableRollback?: boolean;
}): Progress['onFailure'] {
  if (OnFailure !== undefined && DisableRollback !== undefined) {
    throw invalid('You can specify either DisableRollback or OnFailure, but not both.');
  }
  return OnFailure ?? (DisableRollback === true ? 'DO_NOTHING' : 'ROLLBACK');
}

const CreateStack = checkedQuery(shapes.CreateStack, (input, context) => {
  const { StackName: name, ClientRequestToken: token } = input;
  const present = stackBy(context, name);
  if (present !== undefined) {
    throw new ServiceError('AlreadyExistsException', `Stack [${name}] already exists`);
  }
  const desired = desiredOf(input);
  const onFailure = onFailureOf(input);
  const fresh = newStack(context, name, desired);
  checkDesired(context, fresh, desired);
  const stack: Stack = {
    ...fresh,
    disableRollback: onFailure === 'DO_NOTHING',
    terminationProtection: input.EnableTerminationProtection ?? false,
    ...(input.TimeoutInMinutes !== undefined && { timeoutInMinutes: input.TimeoutInMinutes }),
    ...(input.StackPolicyBody !== undefined && { policy: input.StackPolicyBody }),
    progress: progressOf(context, 'create', desired, { onFailure, ...(token !== undefined && { token }) }),
  };
  begin(context, stack, 'CREATE_IN_PROGRESS', 'User Initiated');
  return { StackId: stack.id };
});

/** A stack on its way to what is wanted now. */
export function updating(context: ServiceContext, stack: Stack, desired: Desired, more: Partial<Progress>): Stack {
  const { drift: _, ...rest } = stack;
  return {
    ...rest,
    updatedAt: context.now(),
    progress: progressOf(context, 'update', desired, {
      before: { desired: stack.desired, resources: stack.resources, outputs: stack.outputs },
      ...more,
    }),
  };
}

const UpdateStack = checkedQuery(shapes.UpdateStack, (input, context) => {
  const stack = stackBy(context, input.StackName);
  if (stack === undefined || stack.status === 'DELETE_COMPLETE') {
    throw invalid(`Stack [${input.StackName}] does not exist`);
  }
  checkIdle(stack, 'updated');
  const desired = desiredOf(input, stack.desired);
  changesOf(context, stack, desired);
  if (!hasChanges(context, stack, desired)) throw invalid('No updates are to be performed.');
  const { ClientRequestToken: token, DisableRollback, StackPolicyBody } = input;
  const next = updating(context, stack, desired, {
    onFailure: DisableRollback === true ? 'DO_NOTHING' : 'ROLLBACK',
    ...(token !== undefined && { token }),
  });
  const policed = StackPolicyBody === undefined ? next : { ...next, policy: StackPolicyBody };
  begin(context, policed, 'UPDATE_IN_PROGRESS', 'User Initiated');
  return { StackId: stack.id };
});

/** A stack that is not there, or gone, is deleted already. */
const DeleteStack = checkedQuery(shapes.DeleteStack, (input, context) => {
  const stack = stackBy(context, input.StackName);
  if (stack === undefined || stack.status === 'DELETE_COMPLETE') return {};
  if (stack.terminationProtection) {
    throw invalid(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
  }
  if (stack.status === 'REVIEW_IN_PROGRESS') {
    forgetStack(context, stack);
    return {};
  }
  const retain = input.RetainResources ?? [];
  if (retain.length > 0 && stack.status !== 'DELETE_FAILED') {
    throw invalid(
      'Invalid operation on stack. Retain resources can only be specified if the stack is in the DELETE_FAILED state.',
    );
  }
  if (stack.progress?.kind === 'delete') return {};
  checkIdle(stack, 'deleted');
  const used = usedExport(context, stack);
  if (used !== undefined) {
    throw invalid(`Export ${used.name} cannot be deleted as it is in use by ${used.user.name}`);
  }
  const { ClientRequestToken: token, RoleARN: roleArn } = input;
  const progress = progressOf(context, 'delete', stack.desired, {
    retain,
    ...(token !== undefined && { token }),
    ...(roleArn !== undefined && { roleArn }),
  });
  begin(context, { ...stack, progress }, 'DELETE_IN_PROGRESS', 'User Initiated');
  return {};
});

/** Goes on with a rollback that has failed; resources that are skipped count as rolled back. */
const ContinueUpdateRollback = checkedQuery(shapes.ContinueUpdateRollback, (input, context) => {
  const stack = findStack(context, input.StackName);
  const { progress } = stack;
  if (progress === undefined || !isStuck(stack)) {
    throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not continue rollback.`);
  }
  const { ResourcesToSkip: skip = [], RoleARN: roleArn = progress.roleArn } = input;
  const { principal: _, ...rest } = progress;
  const resumed: Stack = {
    ...stack,
    // Whatever has failed counts as it was before: the template's next update finds what differs.
    resources: stack.resources.map((one) => {
      const was = progress.before?.resources.find(({ logicalId }) => logicalId === one.logicalId);
      return skip.includes(one.logicalId) && was !== undefined ? { ...was, status: 'UPDATE_COMPLETE' } : one;
    }),
    progress: {
      ...rest,
      done: [...progress.done, ...skip],
      // Whoever helps it on may do more than whoever began it.
      callerArn: context.callerArn,
      ...(context.principal !== undefined && { principal: context.principal }),
      ...(roleArn !== undefined && { roleArn }),
    },
  };
  begin(context, resumed, 'UPDATE_ROLLBACK_IN_PROGRESS', 'User Initiated');
  return {};
});

const UpdateTerminationProtection = checkedQuery(shapes.UpdateTerminationProtection, (input, context) => {
  const stack = stackBy(context, input.StackName);
  if (stack === undefined || stack.status === 'DELETE_COMPLETE') throw stackNotFound(input.StackName);
  writeStack(context, { ...stack, terminationProtection: input.EnableTerminationProtection });
  return { StackId: stack.id };
});

/** Kept and given back; no update is held to one. */
const SetStackPolicy = checkedQuery(shapes.SetStackPolicy, (input, context) => {
  const stack = findStack(context, input.StackName);
  if (input.StackPolicyBody !== undefined) writeStack(context, { ...stack, policy: input.StackPolicyBody });
  return {};
});

const GetStackPolicy = checkedQuery(shapes.GetStackPolicy, (input, context) => {
  const { policy } = findStack(context, input.StackName);
  return policy === undefined ? {} : { StackPolicyBody: policy };
});

export const stackOperations = {
  CreateStack,
  UpdateStack,
  DeleteStack,
  ContinueUpdateRollback,
  UpdateTerminationProtection,
  SetStackPolicy,
  GetStackPolicy,
} satisfies Record<string, Operation>;
