// Makes, changes and deletes one stack: by a change set that does nothing but what was shown, watched to its end.
// It must not know other stacks, locks, or who listens.
import { createHash } from 'node:crypto';
import { hasTags } from '../../registry/index.js';
import { type Template, templateText } from '../../render/cloudformation/index.js';
import { Refusal } from '../execute.js';
import {
  AwsFault,
  type Clock,
  type StackDescription,
  type StackEffect,
  type StackEvent,
  type StackPort,
} from '../ports.js';
import { hashOf } from './diff.js';
import type { ResourcePlan, StackPlan } from './model.js';
import { observeStack } from './observe.js';
import { mendingSteps, standingOf } from './status.js';

export interface StackTarget {
  readonly port: StackPort;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Hears of each resource as CloudFormation comes to it. */
  readonly heard: (event: StackEvent) => void;
}

/** `already`: it was found as planned, so that nothing was written. */
export interface StackResult {
  readonly already: boolean;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Milliseconds between two looks: soon at first, since small stacks are quick. */
const firstPause = 250;
const longestPause = 3000;

export class StackExecution {
  readonly #plan: StackPlan;
  readonly #target: StackTarget;
  /** The last event that was told. */
  #last: string | undefined;

  constructor(plan: StackPlan, target: StackTarget) {
    this.#plan = plan;
    this.#target = target;
  }

  /** Throws AwsFault or Refusal where it could not be done; of kind `interrupted` where nobody waits any more. */
  run(): Promise<StackResult> {
    return this.#plan.action === 'delete' ? this.#delete() : this.#bringAbout();
  }

  async #bringAbout(): Promise<StackResult> {
    const { template, action } = this.#plan;
    if (template === undefined) throw new TypeError(`the plan of the stack ${this.#plan.name} has no template`);
    let stack = await this.#settled();
    if (stack !== undefined && standingOf(stack.status) === 'wreck') {
      await this.#remove(stack);
      stack = undefined;
    }
    const there = stack !== undefined && standingOf(stack.status) === 'ready';
    if (stack !== undefined && there) {
      const live = await this.#live();
      // An earlier run, or one beside this, has done it.
      if (live === hashOf(template)) return { already: true, outputs: stack.outputs };
      if (action === 'create')
        throw this.#refusal('CreateChangeSet', 'StackExists', 'it was made by somebody else meanwhile: plan again');
      if (live !== this.#plan.before)
        throw this.#refusal('CreateChangeSet', 'StackMoved', 'it was changed by somebody else meanwhile: plan again');
    } else if (action === 'update') {
      throw this.#refusal('CreateChangeSet', 'StackGone', 'it does not exist any more: plan again');
    }
    const allowed = action === 'create' ? everything : shownIn(this.#plan.resources);
    return this.#change(template, !there, allowed);
  }

  async #delete(): Promise<StackResult> {
    const stack = await this.#settled();
    if (stack === undefined) return { already: true, outputs: {} };
    const live = await observeStack(this.#plan.name, this.#target.port);
    const template = live.state === 'present' ? live.template : undefined;
    const released = template === undefined ? undefined : releasedOf(template);
    // What is kept when a stack goes is let go of first: consent was given to its end, not to losing sight of it.
    if (released !== undefined && standingOf(stack.status) === 'ready') await this.#change(released, false, modified);
    await this.#remove((await this.#target.port.describe(this.#plan.name)) ?? stack);
    return { already: false, outputs: {} };
  }

  async #change(template: Template, makes: boolean, allows: (effect: StackEffect) => boolean): Promise<StackResult> {
    const { port } = this.#target;
    const { name: stack, tags } = this.#plan;
    const text = templateText(template);
    const name = `slipway-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
    const changeSet = { stack, name, makes, description: 'made by slipway apply', template: text, tags };
    this.#stop('CreateChangeSet');
    try {
      await port.createChangeSet(changeSet);
    } catch (error) {
      if (!(error instanceof AwsFault && error.kind === 'exists')) throw error;
      // A run that was killed has left it: what it says may be old by now.
      await port.deleteChangeSet(stack, name);
      await port.createChangeSet(changeSet);
    }
    const { state, reason, effects } = await this.#watch('DescribeChangeSet', async () => {
      const set = await port.describeChangeSet(stack, name);
      return set.state === 'making' ? undefined : set;
    });
    if (state === 'empty') {
      await port.deleteChangeSet(stack, name);
      return { already: true, outputs: (await port.describe(stack))?.outputs ?? {} };
    }
    if (state === 'failed') {
      await port.deleteChangeSet(stack, name);
      throw this.#refusal('CreateChangeSet', 'ChangeSetFailed', reason ?? 'CloudFormation gives no reason');
    }
    const unshown = effects.filter((effect) => !allows(effect));
    if (unshown.length > 0) {
      await port.deleteChangeSet(stack, name);
      const what = unshown.map(wordsOf).join(', ');
      throw this.#refusal(
        'ExecuteChangeSet',
        'NotShown',
        `CloudFormation would do what the plan did not show: ${what}`,
      );
    }
    this.#stop('ExecuteChangeSet');
    const before = await port.describe(stack);
    if (before !== undefined) await this.#skipEvents(before);
    await port.executeChangeSet(stack, name);
    const done = await this.#ended(before?.id ?? stack);
    if (done !== undefined && standingOf(done.stack.status) === 'ready' && !done.stack.status.includes('ROLLBACK'))
      return { already: false, outputs: done.stack.outputs };
    throw this.#failure('ExecuteChangeSet', done);
  }

  async #remove(stack: StackDescription): Promise<void> {
    const { port } = this.#target;
    this.#stop('DeleteStack');
    if (!hasTags(stack.tags, this.#plan.tags)) {
      throw this.#refusal('DeleteStack', 'NotOurs', 'its tags do not say any more that it is ours');
    }
    await this.#skipEvents(stack);
    await port.deleteStack(stack.name);
    const done = await this.#ended(stack.id);
    if (done !== undefined) throw this.#failure('DeleteStack', done);
  }

  /** Waits until CloudFormation is done with what somebody, or an earlier run, has begun. */
  #settled(): Promise<StackDescription | undefined> {
    return this.#watch('DescribeStacks', async () => {
      const stack = await this.#target.port.describe(this.#plan.name);
      if (stack === undefined) return { stack: undefined };
      const standing = standingOf(stack.status);
      if (standing === 'working' || standing === 'deleting') return undefined;
      // A stack that is stuck can still be deleted.
      if (standing === 'stuck' && this.#plan.action !== 'delete')
        throw this.#refusal('DescribeStacks', stack.status, this.#advice(stack.status));
      return { stack };
    }).then(({ stack }) => stack);
  }

  /** The stack when the operation has ended, and what happened; `undefined` where it is gone. */
  async #ended(
    id: string,
  ): Promise<{ readonly stack: StackDescription; readonly events: readonly StackEvent[] } | undefined> {
    const { port, heard } = this.#target;
    const all: StackEvent[] = [];
    const { stack } = await this.#watch('DescribeStacks', async () => {
      const now = await port.describe(this.#plan.name);
      const events = await port.events(id, this.#last);
      all.push(...events);
      for (const event of events) if (event.resource !== this.#plan.name) heard(event);
      this.#last = events.at(-1)?.id ?? this.#last;
      if (now === undefined) return { stack: undefined };
      const standing = standingOf(now.status);
      return standing === 'working' || standing === 'deleting' ? undefined : { stack: now };
    });
    return stack === undefined ? undefined : { stack, events: all };
  }

  async #skipEvents({ id }: StackDescription): Promise<void> {
    const events = await this.#target.port.events(id);
    this.#last = events.at(-1)?.id;
  }

  /** Looks again and again until there is an answer. */
  async #watch<T>(operation: string, look: () => Promise<T | undefined>): Promise<T> {
    const { clock, signal } = this.#target;
    for (let pause = firstPause; ; pause = Math.min(pause * 1.5, longestPause)) {
      const answer = await look();
      if (answer !== undefined) return answer;
      await clock.sleep(pause, signal);
      this.#stop(operation);
    }
  }

  #stop(operation: string): void {
    if (!this.#target.signal.aborted) return;
    throw new AwsFault('interrupted', `cloudformation:${operation}`, 'AbortError', 'interrupted');
  }

  async #live(): Promise<string | null> {
    const observed = await observeStack(this.#plan.name, this.#target.port);
    if (observed.state === 'unknown')
      throw this.#refusal('GetTemplate', 'Unreadable', `its template could not be read: ${observed.reason}`);
    return observed.state === 'present' ? hashOf(observed.template) : null;
  }

  #refusal(operation: string, code: string, message: string): Refusal {
    return new Refusal(`cloudformation:${operation}`, code, message);
  }

  #failure(
    operation: string,
    ended: { readonly stack: StackDescription; readonly events: readonly StackEvent[] } | undefined,
  ): Refusal {
    if (ended === undefined) return this.#refusal(operation, 'StackGone', 'somebody deleted it meanwhile');
    const { stack, events } = ended;
    const first = firstFailure(events, stack.name);
    const why =
      first === undefined
        ? (stack.reason ?? 'CloudFormation gives no reason')
        : `${first.resource} (${first.type}): ${first.reason ?? first.status}`;
    const rolledBack = stack.status.includes('ROLLBACK_COMPLETE') ? 'rolled back: ' : '';
    return this.#refusal(operation, stack.status, `${rolledBack}${why}${this.#after(stack.status)}`);
  }

  #after(status: string): string {
    return standingOf(status) === 'stuck' ? `; ${this.#advice(status)}` : '';
  }

  #advice(status: string): string {
    return mendingSteps(this.#plan.name, this.#plan.region, status).join('; ');
  }
}

/** The cause; what was cancelled because of it says nothing. */
function firstFailure(events: readonly StackEvent[], stack: string): StackEvent | undefined {
  return events.find(
    ({ resource, status, reason = '' }) =>
      resource !== stack && status.endsWith('_FAILED') && !/cancell?ed/i.test(reason),
  );
}

/** In a stack that is new, everything is. */
function everything({ action }: StackEffect): boolean {
  return action === 'Add';
}

function modified({ action, replacement }: StackEffect): boolean {
  return action === 'Modify' && replacement === 'False';
}

/** Fewer effects than were shown are fine: somebody may have made some. A resource that only follows another is changed in nothing. */
function shownIn(resources: readonly ResourcePlan[]): (effect: StackEffect) => boolean {
  const shown = new Map(resources.map((one) => [one.id, one.action]));
  return (effect) => {
    const planned = shown.get(effect.resource);
    switch (effect.action) {
      case 'Add':
        return planned === 'create';
      case 'Remove':
        return planned === 'delete';
      case 'Modify':
        if (planned === 'replace') return true;
        return (
          effect.replacement === 'False' ||
          (planned === undefined && effect.replacement === 'Conditional' && follows(resources))
        );
      case 'Import':
      case 'Dynamic':
        return false;
    }
  };
}

/** Whether anything changes that another resource may refer to. */
function follows(resources: readonly ResourcePlan[]): boolean {
  return resources.some(({ action }) => action === 'replace');
}

function wordsOf({ action, resource, type, replacement }: StackEffect): string {
  return `${action === 'Modify' && replacement !== 'False' ? 'Replace' : action} ${resource} (${type})`;
}

/** The same without anything that outlives it; `undefined` where nothing does. */
function releasedOf(template: Template): Template | undefined {
  const kept = Object.values(template.Resources).some(
    ({ DeletionPolicy }) => DeletionPolicy?.startsWith('Retain') === true,
  );
  if (!kept) return undefined;
  const Resources = Object.fromEntries(
    Object.entries(template.Resources).map(([id, resource]) => {
      if (resource.DeletionPolicy?.startsWith('Retain') !== true) return [id, resource];
      const { Description } = resource.Properties;
      // A template in which a policy alone differs is taken for the same one: the words differ too.
      const words = typeof Description === 'string' ? { Description: `${Description} (to be deleted)` } : {};
      return [id, { ...resource, DeletionPolicy: 'Delete' as const, Properties: { ...resource.Properties, ...words } }];
    }),
  );
  return { ...template, Resources };
}
