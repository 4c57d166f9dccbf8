// Brings a stack back to what it was before an update that failed.
// It must not know why the update failed.
import { importsOf } from './apply.js';
import { isSame } from './compare.js';
import { typeOf } from './desired.js';
import type { Step } from './step.js';

/** Brings the next resource back to what it was before the update, the last changed first; true where there was one. */
export function revertNext(step: Step): boolean {
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

export function reverted(step: Step): void {
  const { before } = step.progress;
  if (before === undefined) return;
  step.stack = {
    ...step.stack,
    desired: before.desired,
    outputs: before.outputs,
    resources: before.resources.flatMap(({ logicalId }) => step.find(logicalId) ?? []),
  };
  step.advance({ phase: 'sweep', target: before.desired });
  step.stack = { ...step.stack, imports: importsOf(step) };
  step.status('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
}
