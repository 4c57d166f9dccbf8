// Takes a stack's operation one step further, each step in one transaction: a server that is killed goes on with the next.
// It must not know who asked, nor what any resource is.
import { type ServiceContext, ServiceError } from '../../service.js';
import type { Duty } from '../../timekeeper.js';
import { schedule, unschedule } from '../../timetable.js';
import { partitionOf } from '../../wire/caller.js';
import { Delayed, type Delegate } from '../delegate.js';
import { applied, applyNext } from './apply.js';
import { fail } from './fail.js';
import { readStack, type Stack, stepDuty, stepSubject, writeStack } from './model.js';
import { cleanNext, removed, removeNext } from './remove.js';
import { reverted, revertNext } from './revert.js';
import { Step } from './step.js';

/** A step that is throttled is tried so often. */
const patience = 8;

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
