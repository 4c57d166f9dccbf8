// Takes a stack's operation one step further, each step in one transaction: a server that is killed goes on with the next.
// It must not know who asked, nor what any resource is.
import { randomUUID } from 'node:crypto';
import { type ServiceContext, ServiceError } from '../../service.js';
import type { Duty } from '../../timekeeper.js';
import { schedule, unschedule } from '../../timetable.js';
import { partitionOf } from '../../wire/caller.js';
import { Delayed, type Delegate } from '../delegate.js';
import { isNotFound, type Made, type ResourceContext, type Wanted } from '../resources/type.js';
import type { Resource } from '../template/model.js';
import { inOrder } from '../template/order.js';
import { isReplaced, isSame } from './compare.js';
import { outputsOf, scopeOver, typeOf, wantedOf } from './desired.js';
import {
  exportsOf,
  importersOf,
  inStatus,
  type Progress,
  readStack,
  type Stack,
  type StackResource,
  stepDuty,
  stepSubject,
  withEvent,
  writeStack,
} from './model.js';

/** A step that is throttled is tried so often. */
const patience = 8;

/** What a step works with: the stack as it becomes, and the services that make resources. */
class Step {
  readonly context: ServiceContext;
  readonly delegate: Delegate;
  stack: Stack;
  progress: Progress;
  /** Calls of this step so far. */
  calls = 0;

  constructor(context: ServiceContext, delegate: Delegate, stack: Stack, progress: Progress) {
    this.context = context;
    this.delegate = delegate;
    this.stack = stack;
    this.progress = progress;
  }

  advance(change: Partial<Progress>): void {
    this.progress = { ...this.progress, ...change };
  }

  status(status: string, reason?: string): void {
    this.stack = inStatus(this.context, { ...this.stack, progress: this.progress }, status, reason);
  }

  resourceEvent(resource: StackResource, reason: string | undefined = resource.reason): void {
    this.stack = withEvent(
      this.context,
      { ...this.stack, progress: this.progress },
      {
        logicalId: resource.logicalId,
        physicalId: resource.id,
        type: resource.type,
        status: resource.status,
        properties: JSON.stringify(resource.properties),
        ...(reason !== undefined && { reason }),
      },
    );
  }

  /** Puts a resource's record in place of the one there was, or at the end. */
  keep(resource: StackResource): void {
    const at = this.stack.resources.findIndex(({ logicalId }) => logicalId === resource.logicalId);
    const resources = at < 0 ? [...this.stack.resources, resource] : this.stack.resources.with(at, resource);
    this.stack = { ...this.stack, resources };
  }

  drop(logicalId: string): void {
    this.stack = { ...this.stack, resources: this.stack.resources.filter((one) => one.logicalId !== logicalId) };
  }

  find(logicalId: string): StackResource | undefined {
    return this.stack.resources.find((one) => one.logicalId === logicalId);
  }

  /** Announces a resource's turn, once; true where it has been announced before. */
  announced(resource: StackResource, reason?: string): boolean {
    if (this.progress.started === resource.logicalId) return true;
    this.advance({ started: resource.logicalId });
    this.keep(resource);
    this.resourceEvent(resource, reason);
    return false;
  }

  finish(logicalId: string): void {
    const { started: _, ...rest } = this.progress;
    this.progress = { ...rest, done: [...rest.done, logicalId], met: 0, throttled: 0 };
  }

  contextFor(logicalId: string): ResourceContext {
    const { context, stack } = this;
    const { account, region, partition } = context;
    const system = { 'stack-name': stack.name, 'logical-id': logicalId, 'stack-id': stack.id };
    return {
      account,
      region,
      partition,
      stackName: stack.name,
      logicalId,
      stackTags: stack.desired.tags,
      systemTags: Object.entries(system).map(([name, Value]) => ({ Key: `aws:cloudformation:${name}`, Value })),
      call: (service, operation, input) => {
        this.calls += 1;
        const met = this.calls <= this.progress.met;
        const { callerArn, principal } = this.progress;
        const as = { ...context, callerArn, ...(principal !== undefined && { principal }) };
        return this.delegate(service, operation, input, as, met);
      },
    };
  }

  /** The operation is over. */
  end(status: string, reason?: string): void {
    this.status(status, reason);
    const { progress: _, ...rest } = this.stack;
    this.stack = rest;
  }
}

function recordOf(
  step: Step,
  resource: Resource,
  wanted: Wanted,
  made: Made,
  status: string,
  reason?: string,
): StackResource {
  const { deletionPolicy, updateReplacePolicy, metadata } = resource;
  return {
    logicalId: resource.id,
    type: resource.type,
    properties: wanted.properties,
    tags: wanted.tags,
    // What a type gives back may be the record there was.
    id: made.id,
    attributes: made.attributes,
    status,
    updatedAt: step.context.now(),
    ...(reason !== undefined && { reason }),
    ...(deletionPolicy !== undefined && { deletionPolicy }),
    ...(updateReplacePolicy !== undefined && { updateReplacePolicy }),
    ...(metadata !== undefined && { metadata }),
  };
}

const unmade: Made = { id: '', attributes: {} };
const anew = 'Requested update requires the creation of a new physical resource; hence creating one.';

/** Makes or changes the next resource of the target; true where there was one. */
function applyNext(step: Step): boolean {
  const { target, done } = step.progress;
  const there = new Map(step.stack.resources.map((one) => [one.logicalId, one]));
  const imports = new Set(step.stack.imports);
  const scope = scopeOver(step.context, step.stack, target, there, imports);
  const resource = inOrder(scope).find(({ id }) => !done.includes(id));
  if (resource === undefined) return false;
  const type = typeOf(resource);
  const present = there.get(resource.id);
  const exists = present !== undefined && present.id !== '';
  const wanted = wantedOf(scope, resource, target);
  step.stack = { ...step.stack, imports: [...imports] };
  const context = step.contextFor(resource.id);
  if (!exists || isReplaced(type, present, resource.type, wanted)) {
    const [doing, over] = exists
      ? ['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE']
      : ['CREATE_IN_PROGRESS', 'CREATE_COMPLETE'];
    const old = exists ? { id: present.id, attributes: present.attributes } : unmade;
    const announcement = exists
      ? { ...present, status: doing, updatedAt: step.context.now() }
      : recordOf(step, resource, wanted, old, doing);
    if (!step.announced(announcement, exists ? anew : undefined)) return true;
    const made = type.create(wanted, context);
    step.resourceEvent(recordOf(step, resource, wanted, made, doing), 'Resource creation Initiated');
    const record = recordOf(step, resource, wanted, made, over);
    step.keep(record);
    step.resourceEvent(record);
    if (exists && made.id !== present.id) step.advance({ leftovers: [...step.progress.leftovers, present] });
  } else if (isSame(present, wanted)) {
    step.keep(recordOf(step, resource, wanted, present, present.status));
  } else {
    if (!step.announced({ ...present, status: 'UPDATE_IN_PROGRESS', updatedAt: step.context.now() })) return true;
    const made = type.update(present, present, wanted, context);
    const record = recordOf(step, resource, wanted, made, 'UPDATE_COMPLETE');
    step.keep(record);
    step.resourceEvent(record);
  }
  step.finish(resource.id);
  return true;
}

/** Exports that others use may neither go nor change. */
function checkExports(step: Step, outputs: Stack['outputs']): void {
  for (const { key, exportName, value } of step.stack.outputs) {
    if (exportName === undefined) continue;
    const after = outputs.find((one) => one.exportName === exportName);
    if (after?.value === value) continue;
    const [user] = importersOf(step.context, exportName).filter(({ uuid }) => uuid !== step.stack.uuid);
    if (user === undefined) continue;
    const verb = after === undefined ? 'deleted' : 'updated';
    throw new ServiceError(
      'ValidationError',
      `Export ${exportName} cannot be ${verb} as it is in use by ${user.name}`,
      400,
      { key },
    );
  }
}

function importsOf(step: Step): readonly string[] {
  const imports = new Set<string>();
  const there = new Map(step.stack.resources.map((one) => [one.logicalId, one]));
  const scope = scopeOver(step.context, step.stack, step.progress.target, there, imports);
  for (const resource of inOrder(scope)) wantedOf(scope, resource, step.progress.target);
  outputsOf(step.context, step.stack, scope);
  return [...imports];
}

/** All resources are as they are to be: the outputs, and what is no longer wanted. */
function applied(step: Step): void {
  const { target, kind } = step.progress;
  const there = new Map(step.stack.resources.map((one) => [one.logicalId, one]));
  const scope = scopeOver(step.context, step.stack, target, there);
  const outputs = outputsOf(step.context, step.stack, scope);
  checkExports(step, outputs);
  const order = inOrder(scope).map(({ id }) => id);
  const gone = step.stack.resources.filter(({ logicalId }) => !order.includes(logicalId));
  const { description } = scope.template;
  const { description: _, ...rest } = step.stack;
  step.stack = {
    ...rest,
    ...(description !== undefined && { description }),
    desired: target,
    outputs,
    imports: importsOf(step),
    // In the order in which they were made: they go in the reverse of it.
    resources: order.flatMap((id) => there.get(id) ?? []),
  };
  if (kind === 'create') step.end('CREATE_COMPLETE');
  else {
    step.advance({ phase: 'clean', leftovers: [...step.progress.leftovers, ...gone.filter(({ id }) => id !== '')] });
    step.status('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  }
}

/** Whether a resource stays when it leaves its stack. */
function isRetained(step: Step, resource: StackResource): boolean {
  const { kind, phase, retain } = step.progress;
  if (retain.includes(resource.logicalId)) return true;
  const created = phase === 'undo' || phase === 'sweep';
  if (created) return resource.deletionPolicy === 'Retain';
  const replaced = kind === 'update' && step.find(resource.logicalId) !== undefined;
  const policy = replaced ? resource.updateReplacePolicy : resource.deletionPolicy;
  return policy === 'Retain' || policy === 'RetainExceptOnCreate';
}

/** Takes a resource away, or leaves it where its policy says so. */
function takeAway(step: Step, resource: StackResource): 'DELETE_COMPLETE' | 'DELETE_SKIPPED' {
  if (isRetained(step, resource)) return 'DELETE_SKIPPED';
  try {
    typeOf(resource).remove(resource, resource.properties, step.contextFor(resource.logicalId));
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return 'DELETE_COMPLETE';
}

/** Takes away the next leftover, the last made first; true where there was one. */
function cleanNext(step: Step): boolean {
  const leftover = step.progress.leftovers.at(-1);
  if (leftover === undefined) return false;
  const tell = (status: string, reason?: string): void =>
    step.resourceEvent({ ...leftover, status, updatedAt: step.context.now() }, reason);
  const mark = `${leftover.logicalId} ${leftover.id}`;
  if (step.progress.started !== mark) {
    step.advance({ started: mark });
    if (!isRetained(step, leftover)) tell('DELETE_IN_PROGRESS');
    return true;
  }
  tell(takeAway(step, leftover));
  step.finish(mark);
  step.advance({ leftovers: step.progress.leftovers.slice(0, -1) });
  return true;
}

/** Takes away the last resource that is there; true where there was one. */
function removeNext(step: Step): boolean {
  const resource = step.stack.resources.findLast(
    ({ logicalId, status, id }) =>
      !step.progress.done.includes(logicalId) &&
      id !== '' &&
      status !== 'DELETE_COMPLETE' &&
      status !== 'DELETE_SKIPPED',
  );
  if (resource === undefined) return false;
  const now = step.context.now();
  const { reason: _, ...plain } = resource;
  const announcement = { ...plain, status: 'DELETE_IN_PROGRESS', updatedAt: now };
  if (isRetained(step, resource)) {
    const kept = { ...plain, status: 'DELETE_SKIPPED', updatedAt: now };
    step.keep(kept);
    step.resourceEvent(kept);
  } else {
    if (!step.announced(announcement)) return true;
    const status = takeAway(step, resource);
    const gone = { ...plain, status, updatedAt: now };
    step.keep(gone);
    step.resourceEvent(gone);
  }
  step.finish(resource.logicalId);
  return true;
}

function removed(step: Step): void {
  const { phase, failed, onFailure } = step.progress;
  if (failed.length > 0) {
    const status = phase === 'undo' ? 'ROLLBACK_FAILED' : 'DELETE_FAILED';
    step.end(status, `The following resource(s) failed to delete: [${failed.join(', ')}]. `);
    return;
  }
  if (phase === 'undo' && onFailure !== 'DELETE') {
    step.stack = { ...step.stack, outputs: [], imports: [] };
    step.end('ROLLBACK_COMPLETE');
    return;
  }
  step.stack = { ...step.stack, outputs: [], imports: [], deletedAt: step.context.now() };
  step.end('DELETE_COMPLETE');
}

/** Brings the next resource back to what it was before the update, the last changed first; true where there was one. */
function revertNext(step: Step): boolean {
  const { before, done } = step.progress;
  const current = step.stack.resources.findLast(({ logicalId }) => !done.includes(logicalId));
  if (before === undefined || current === undefined) return false;
  const was = before.resources.find(({ logicalId }) => logicalId === current.logicalId);
  const now = step.context.now();
  if (was === undefined) {
    // It was made on the way: it goes when the rest is as it was.
    if (current.id !== '') step.advance({ leftovers: [...step.progress.leftovers, current] });
  } else if (was.id !== current.id) {
    step.advance({ leftovers: [...step.progress.leftovers.filter(({ id }) => id !== was.id), current] });
    step.keep({ ...was, status: 'UPDATE_COMPLETE', updatedAt: now });
  } else if (!isSame(current, was)) {
    if (!step.announced({ ...current, status: 'UPDATE_IN_PROGRESS', updatedAt: now })) return true;
    const made = typeOf(was).update(current, current, was, step.contextFor(was.logicalId));
    const record = { ...was, id: made.id, attributes: made.attributes, status: 'UPDATE_COMPLETE', updatedAt: now };
    step.keep(record);
    step.resourceEvent(record);
  } else if (current.status.endsWith('_FAILED') || current.status.endsWith('_IN_PROGRESS')) {
    step.keep({ ...was, status: 'UPDATE_COMPLETE', updatedAt: now });
  }
  step.finish(current.logicalId);
  return true;
}

function reverted(step: Step): void {
  const { before } = step.progress;
  if (before === undefined) return;
  const there = new Map(step.stack.resources.map((one) => [one.logicalId, one]));
  step.stack = {
    ...step.stack,
    desired: before.desired,
    outputs: before.outputs,
    resources: before.resources.flatMap(({ logicalId }) => there.get(logicalId) ?? []),
  };
  step.advance({ phase: 'sweep', target: before.desired });
  step.stack = { ...step.stack, imports: importsOf(step) };
  step.status('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
}

function proceed(step: Step): void {
  switch (step.progress.phase) {
    case 'apply':
      if (!applyNext(step)) applied(step);
      return;
    case 'clean':
      if (!cleanNext(step)) step.end('UPDATE_COMPLETE');
      return;
    case 'revert':
      if (!revertNext(step)) reverted(step);
      return;
    case 'sweep':
      if (!cleanNext(step)) step.end('UPDATE_ROLLBACK_COMPLETE');
      return;
    case 'undo':
    case 'remove':
      if (!removeNext(step)) removed(step);
      return;
  }
}

const handlerCodes: readonly (readonly [pattern: RegExp, code: string])[] = [
  [/AlreadyExists|InUse/, 'AlreadyExists'],
  [/NotFound|NoSuchEntity/, 'NotFound'],
  [/AccessDenied|NotAuthorized/, 'AccessDenied'],
  [/Throttling/, 'Throttling'],
  [/Limit|TooMany|Quota/, 'ServiceLimitExceeded'],
  [/Conflict/, 'ResourceConflict'],
  [/Invalid|Validation|Malformed|Kms/, 'InvalidRequest'],
];

/** Why a resource could not be made, as events say it. */
function reasonOf(error: ServiceError): string {
  if (error.code === 'ValidationError') return error.message;
  const code = handlerCodes.find(([pattern]) => pattern.test(error.code))?.[1] ?? 'GeneralServiceException';
  const message = error.message === '' ? error.code : error.message;
  return `Resource handler returned message: "${message} (${error.code}; Status Code: ${error.status})" (RequestToken: ${randomUUID()}, HandlerErrorCode: ${code})`;
}

/** The resource whose properties could not even be read; nothing where it was none. */
function unannounced(step: Step): StackResource | undefined {
  const { phase, target, done } = step.progress;
  if (phase !== 'apply') return undefined;
  const there = new Map(step.stack.resources.map((one) => [one.logicalId, one]));
  const resource = inOrder(scopeOver(step.context, step.stack, target, there)).find(({ id }) => !done.includes(id));
  if (resource === undefined) return undefined;
  return there.get(resource.id) ?? recordOf(step, resource, { properties: {}, tags: [] }, unmade, 'CREATE_IN_PROGRESS');
}

/** What follows from a refusal: the resource has failed, and the operation turns round or goes on without it. */
function fail(step: Step, error: ServiceError): void {
  const { progress } = step;
  const { phase, started, kind, onFailure } = progress;
  const reason = reasonOf(error);
  const resource = started === undefined ? unannounced(step) : step.find(started);
  const failed = resource === undefined ? [] : [resource.logicalId];
  const { started: _, ...rest } = progress;
  step.progress = { ...rest, met: 0, throttled: 0 };
  const mark = (status: string): void => {
    if (resource === undefined) return;
    const record = { ...resource, status, reason, updatedAt: step.context.now() };
    step.keep(record);
    step.resourceEvent(record);
  };
  switch (phase) {
    case 'apply': {
      const created = resource?.id === '';
      mark(created || kind === 'create' ? 'CREATE_FAILED' : 'UPDATE_FAILED');
      const verb = created || kind === 'create' ? 'create' : 'update';
      const told =
        failed.length > 0
          ? `The following resource(s) failed to ${verb}: [${failed.join(', ')}]. `
          : `${error.message} `;
      step.advance({ done: [], failed: [] });
      if (kind === 'create') {
        if (onFailure === 'DO_NOTHING') {
          step.end('CREATE_FAILED', told);
          return;
        }
        step.advance({ phase: 'undo' });
        step.status('ROLLBACK_IN_PROGRESS', `${told}Rollback requested by user.`);
      } else if (onFailure === 'DO_NOTHING') {
        step.end('UPDATE_FAILED', told);
      } else {
        step.advance({ phase: 'revert' });
        step.status('UPDATE_ROLLBACK_IN_PROGRESS', told);
      }
      return;
    }
    case 'clean':
    case 'sweep': {
      // What cannot be cleaned up is left behind, and told of.
      const leftover = progress.leftovers.at(-1);
      if (leftover !== undefined)
        step.resourceEvent({ ...leftover, status: 'DELETE_FAILED', updatedAt: step.context.now() }, reason);
      step.advance({ leftovers: progress.leftovers.slice(0, -1) });
      return;
    }
    case 'undo':
    case 'remove':
      mark('DELETE_FAILED');
      if (resource === undefined) step.end(phase === 'undo' ? 'ROLLBACK_FAILED' : 'DELETE_FAILED', error.message);
      else
        step.advance({
          done: [...progress.done, resource.logicalId],
          failed: [...progress.failed, resource.logicalId],
        });
      return;
    case 'revert':
      mark('UPDATE_FAILED');
      step.status(
        'UPDATE_ROLLBACK_FAILED',
        failed.length > 0 ? `The following resource(s) failed to update: [${failed.join(', ')}]. ` : error.message,
      );
      return;
  }
}

/** Whether an operation is stopped where it is, for somebody to help it on. */
export function isStuck({ status }: Stack): boolean {
  return status === 'UPDATE_ROLLBACK_FAILED';
}

function save(step: Step, subject: string, at: number): void {
  const { context, stack } = step;
  unschedule(context.store, stepDuty, subject);
  const goesOn = stack.progress !== undefined && !isStuck(stack);
  writeStack(context, stack.progress === undefined ? stack : { ...stack, progress: step.progress });
  if (goesOn) schedule(context.store, { at, duty: stepDuty, subject });
}

/** One step of the operation of the stack that is due. */
export function stackStep(base: Pick<ServiceContext, 'store' | 'now'>, delegate: Delegate): Duty {
  return ({ subject, at: due }) => {
    const [account = '', region = '', uuid = ''] = subject.split('/');
    const { store } = base;
    const partition = partitionOf(region);
    const context: ServiceContext = { store, now: () => base.now(), account, region, partition, callerArn: '' };
    const stepOf = (): Step | undefined => {
      const stack = readStack(context, uuid);
      if (stack?.progress === undefined || isStuck(stack)) return undefined;
      return new Step(context, delegate, stack, stack.progress);
    };
    let calls = 0;
    try {
      store.transaction(() => {
        const step = stepOf();
        if (step === undefined) {
          unschedule(store, stepDuty, subject);
          return;
        }
        try {
          proceed(step);
        } finally {
          calls = step.calls;
        }
        save(step, subject, Math.max(context.now(), due + 1));
      });
    } catch (error) {
      store.transaction(() => {
        const step = stepOf();
        if (step === undefined) throw error;
        if (error instanceof Delayed) {
          // What it called so far need not meet the fault switch again.
          step.advance({ met: calls });
          save(step, subject, context.now() + error.milliseconds);
        } else if (
          error instanceof ServiceError &&
          error.code.startsWith('Throttling') &&
          step.progress.throttled < patience
        ) {
          step.advance({ throttled: step.progress.throttled + 1, met: Math.max(0, calls - 1) });
          save(step, subject, context.now() + 100 * 2 ** step.progress.throttled);
        } else if (error instanceof ServiceError) {
          fail(step, error);
          save(step, subject, Math.max(context.now(), due + 1));
        } else throw error;
      });
    }
  };
}

export function beginStep(context: ServiceContext, stack: Stack): void {
  schedule(context.store, { at: context.now(), duty: stepDuty, subject: stepSubject(context, stack.uuid) });
}

/** Whether an export of the stack is used by others. */
export function usedExport(
  context: ServiceContext,
  stack: Stack,
): { readonly name: string; readonly user: Stack } | undefined {
  for (const { name } of exportsOf(context).filter((one) => one.stack.uuid === stack.uuid)) {
    const [user] = importersOf(context, name).filter(({ uuid }) => uuid !== stack.uuid);
    if (user !== undefined) return { name, user };
  }
  return undefined;
}
