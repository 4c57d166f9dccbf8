// A stack as the store keeps it: what it is to be, the resources it has, the operation under way, its events and change sets.
// It must not know how an operation goes on.
import { randomUUID } from 'node:crypto';
import type { Tag } from '../../ecr/repository.js';
import { type ServiceContext, scope } from '../../service.js';
import type { Json, Store } from '../../store/store.js';
import { stackNotFound } from '../errors.js';
import type { Made, Wanted } from '../resources/type.js';
import type { ParameterValues } from '../template/parameters.js';

/** What a stack is to be. */
export interface Desired {
  readonly template: string;
  readonly parameters: ParameterValues;
  readonly tags: readonly Tag[];
  readonly capabilities: readonly string[];
  readonly notificationArns: readonly string[];
  readonly roleArn?: string;
}

export interface StackResource extends Made, Wanted {
  readonly logicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
  readonly deletionPolicy?: string;
  readonly updateReplacePolicy?: string;
  readonly metadata?: Json;
}

export interface StackOutput {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}

/** A resource that is to go once the rest is done. */
export type Leftover = StackResource;

export interface Progress {
  readonly kind: 'create' | 'update' | 'delete' | 'import';
  /**
   * `apply` makes and changes; `clean` takes away what the new template no longer has; `revert` and `sweep` do the same on the way back;
   * `undo` takes back a creation; `remove` is a deletion.
   */
  readonly phase: 'apply' | 'clean' | 'revert' | 'sweep' | 'undo' | 'remove';
  readonly callerArn: string;
  /** Who began it, where that is known: resources are made in their name. */
  readonly principal?: string;
  /** The role that makes them instead, where the stack has one: to the end, also of a rollback. */
  readonly roleArn?: string;
  readonly token?: string;
  readonly target: Desired;
  /** Of an update: what there was, to go back to. */
  readonly before?: {
    readonly desired: Desired;
    readonly resources: readonly StackResource[];
    readonly outputs: readonly StackOutput[];
  };
  readonly onFailure: 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';
  /** Of an import: the physical ids of what is taken, by their logical ids. */
  readonly importing?: Readonly<Record<string, string>>;
  /** The logical id whose turn has been announced. */
  readonly started?: string;
  readonly done: readonly string[];
  readonly failed: readonly string[];
  readonly leftovers: readonly Leftover[];
  /** Logical ids that a deletion leaves alone. */
  readonly retain: readonly string[];
  /** Calls of the present step that have met the fault switch. */
  readonly met: number;
  /** How often the present step has been throttled. */
  readonly throttled: number;
}

export interface DriftResult {
  readonly logicalId: string;
  readonly status: string;
  readonly expected?: Json;
  readonly actual?: Json;
  readonly differences: readonly {
    readonly path: string;
    readonly expected: string;
    readonly actual: string;
    readonly type: string;
  }[];
  readonly at: number;
}

export interface Stack {
  readonly name: string;
  /** The ARN. */
  readonly id: string;
  readonly uuid: string;
  readonly description?: string;
  readonly createdAt: number;
  readonly updatedAt?: number;
  readonly deletedAt?: number;
  readonly status: string;
  readonly reason?: string;
  readonly desired: Desired;
  readonly resources: readonly StackResource[];
  readonly outputs: readonly StackOutput[];
  /** Names of exports of other stacks that it uses. */
  readonly imports: readonly string[];
  readonly disableRollback: boolean;
  readonly timeoutInMinutes?: number;
  readonly terminationProtection: boolean;
  readonly changeSetId?: string;
  readonly policy?: string;
  readonly progress?: Progress;
  readonly events: number;
  readonly drift?: { readonly status: string; readonly at: number; readonly results: readonly DriftResult[] };
}

export interface StackEvent {
  readonly id: string;
  readonly at: number;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly properties?: string;
  readonly token?: string;
}

export interface ChangeSet {
  readonly name: string;
  readonly id: string;
  readonly createdAt: number;
  readonly description?: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly execution: string;
  readonly desired: Desired;
  readonly changes: readonly Json[];
  readonly onFailure?: string;
  readonly importing?: Readonly<Record<string, string>>;
}

type Keeper = Pick<ServiceContext, 'store' | 'account' | 'region'>;

const kinds = { stack: 'cfn-stack', name: 'cfn-stack-name', event: 'cfn-event', changeSet: 'cfn-change-set' } as const;
export const stackType = 'AWS::CloudFormation::Stack';

/** The duty that takes a stack's operation one step further; its subject is the scope and the id of the stack. */
export const stepDuty = 'cfn-step';

export function scopeOf({ account, region }: Pick<Keeper, 'account' | 'region'>): string {
  return scope(account, region);
}

export function stepSubject(context: Pick<Keeper, 'account' | 'region'>, uuid: string): string {
  return `${scopeOf(context)}/${uuid}`;
}

export function newStackId(
  { partition, region, account }: ServiceContext,
  name: string,
): { readonly id: string; readonly uuid: string } {
  const uuid = randomUUID();
  return { id: `arn:${partition}:cloudformation:${region}:${account}:stack/${name}/${uuid}`, uuid };
}

export function readStack(context: Keeper, uuid: string): Stack | undefined {
  // Only writeStack writes this kind.
  return context.store.get(kinds.stack, scopeOf(context), uuid) as unknown as Stack | undefined;
}

/** A stack that is gone is found by its id alone. */
export function writeStack(context: Keeper, stack: Stack): void {
  context.store.put(kinds.stack, scopeOf(context), stack.uuid, stack as unknown as Json);
  if (stack.status === 'DELETE_COMPLETE') context.store.delete(kinds.name, scopeOf(context), stack.name);
  else context.store.put(kinds.name, scopeOf(context), stack.name, stack.uuid);
}

/** As if it had never been: a stack that was only to be reviewed. */
export function forgetStack(context: Keeper, stack: Stack): void {
  context.store.delete(kinds.stack, scopeOf(context), stack.uuid);
  context.store.delete(kinds.name, scopeOf(context), stack.name);
  context.store.clear([kinds.event, kinds.changeSet], stepSubject(context, stack.uuid));
}

export function listStacks(context: Keeper): readonly Stack[] {
  const all = context.store.list(kinds.stack, scopeOf(context)).map(([, stack]) => stack as unknown as Stack);
  return all.sort((one, other) => other.createdAt - one.createdAt);
}

/** By a name, an ARN, or a part of it as clients shorten it. */
export function stackBy(context: Keeper, reference: string): Stack | undefined {
  const uuid = /^arn:[^:]+:cloudformation:[^:]*:[^:]*:stack\/[^/]+\/([^/]+)$/.exec(reference)?.[1];
  if (uuid !== undefined) {
    const found = readStack(context, uuid);
    return found?.id === reference ? found : undefined;
  }
  const named = context.store.get(kinds.name, scopeOf(context), reference);
  return typeof named === 'string' ? readStack(context, named) : undefined;
}

export function findStack(context: Keeper, reference: string): Stack {
  const stack = stackBy(context, reference);
  if (stack === undefined) throw stackNotFound(reference);
  return stack;
}

/** Adds an event of a stack, and gives the stack with the number of its events. */
export function withEvent(
  context: ServiceContext,
  stack: Stack,
  event: Omit<StackEvent, 'id' | 'at' | 'token'>,
): Stack {
  const number = stack.events + 1;
  const token = stack.progress?.token;
  const ofStack = event.logicalId === stack.name && event.type === stackType;
  const id = ofStack ? randomUUID() : `${event.logicalId}-${event.status}-${new Date(context.now()).toISOString()}`;
  const kept: StackEvent = { ...event, id, at: context.now(), ...(token !== undefined && { token }) };
  const key = String(number).padStart(10, '0');
  context.store.put(kinds.event, stepSubject(context, stack.uuid), key, kept as unknown as Json);
  return { ...stack, events: number };
}

/** The newest first. */
export function eventsOf(context: Keeper, stack: Stack): readonly StackEvent[] {
  const events = context.store.list(kinds.event, stepSubject(context, stack.uuid));
  return events.map(([, event]) => event as unknown as StackEvent).reverse();
}

/** The stack in another status, with the event that tells of it. */
export function inStatus(context: ServiceContext, stack: Stack, status: string, reason?: string): Stack {
  const { reason: _, ...rest } = stack;
  const next: Stack = { ...rest, status, ...(reason !== undefined && { reason }) };
  return withEvent(context, next, {
    logicalId: stack.name,
    physicalId: stack.id,
    type: stackType,
    status,
    ...(reason !== undefined && { reason }),
  });
}

export function readChangeSets(context: Keeper, stack: Stack): readonly ChangeSet[] {
  return context.store
    .list(kinds.changeSet, stepSubject(context, stack.uuid))
    .map(([, one]) => one as unknown as ChangeSet)
    .sort((one, other) => one.createdAt - other.createdAt);
}

export function writeChangeSet(context: Keeper, stack: Stack, changeSet: ChangeSet): void {
  context.store.put(kinds.changeSet, stepSubject(context, stack.uuid), changeSet.name, changeSet as unknown as Json);
}

export function removeChangeSet(context: Keeper, stack: Stack, name: string): void {
  context.store.delete(kinds.changeSet, stepSubject(context, stack.uuid), name);
}

/** The stack a change set of this ARN belongs to. */
export function stackOfChangeSet(context: Keeper, arn: string): Stack | undefined {
  return listStacks(context).find((stack) => readChangeSets(context, stack).some(({ id }) => id === arn));
}

export interface Exported {
  readonly name: string;
  readonly value: string;
  readonly stack: Stack;
}

/** What the stacks of an account in a Region export. */
export function exportsOf(context: {
  readonly store: Store;
  readonly account: string;
  readonly region: string;
}): readonly Exported[] {
  return listStacks(context)
    .filter(({ status }) => status !== 'DELETE_COMPLETE')
    .flatMap((stack) =>
      stack.outputs.flatMap(({ exportName, value }) =>
        exportName === undefined ? [] : [{ name: exportName, value, stack }],
      ),
    )
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The stacks that use an export. */
export function importersOf(context: Keeper, name: string): readonly Stack[] {
  return listStacks(context).filter(({ status, imports }) => status !== 'DELETE_COMPLETE' && imports.includes(name));
}

/** Another stack that uses an export of this one. */
export function otherUserOf(context: Keeper, stack: Stack, name: string): Stack | undefined {
  return importersOf(context, name).find(({ uuid }) => uuid !== stack.uuid);
}

/** Whether an export of the stack is used by others. */
export function usedExport(context: Keeper, stack: Stack): { readonly name: string; readonly user: Stack } | undefined {
  for (const { name } of exportsOf(context).filter((one) => one.stack.uuid === stack.uuid)) {
    const user = otherUserOf(context, stack, name);
    if (user !== undefined) return { name, user };
  }
  return undefined;
}
