// Takes resources of a stack away, or leaves them where their policies say so: leftovers of an update, and all of a stack.
// It must not know why they go.
import { isNotFound } from '../resources/type.js';
import { typeOf } from './desired.js';
import type { StackResource } from './model.js';
import type { Step } from './step.js';

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
export function cleanNext(step: Step): boolean {
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
export function removeNext(step: Step): boolean {
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

export function removed(step: Step): void {
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
