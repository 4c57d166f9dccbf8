// What a step of a stack's operation works with: the stack as it becomes, its resources, its events, calls to other services.
// It must not know what the step does, nor write the stack down.
import type { ServiceContext } from '../../service.js';
import type { Delegate } from '../delegate.js';
import type { Made, ResourceContext, Wanted } from '../resources/type.js';
import type { Resource } from '../template/model.js';
import type { Scope } from '../template/resolve.js';
import { scopeOver } from './desired.js';
import { inStatus, type Progress, type Stack, type StackResource, withEvent } from './model.js';

/** What a step works with: the stack as it becomes, and the services that make resources. */
export class Step {
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

  /** What the target may refer to; the names of exports that it turns out to use are added to `imports`. */
  scope(imports?: Set<string>): Scope {
    const there = new Map(this.stack.resources.map((one) => [one.logicalId, one]));
    return scopeOver(this.context, this.stack, this.progress.target, there, imports);
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
        const { callerArn, principal, roleArn } = this.progress;
        const as = {
          ...context,
          callerArn,
          ...(principal !== undefined && { principal }),
          ...(roleArn !== undefined && { actingRole: roleArn }),
        };
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

/** A resource of the template as its stack keeps it. */
export function recordOf(
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

export const unmade: Made = { id: '', attributes: {} };
