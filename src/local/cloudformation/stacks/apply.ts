// Brings a stack to its target: its resources one by one, in the order of what needs what, then its outputs.
// It must not know the way back, nor when a step is taken.
import { ServiceError } from '../../service.js';
import type { Resource } from '../template/model.js';
import { inOrder } from '../template/order.js';
import type { Scope } from '../template/resolve.js';
import { isReplaced, isSame } from './compare.js';
import { outputsOf, typeOf, wantedOf } from './desired.js';
import { takeNext } from './import.js';
import { otherUserOf, type Stack } from './model.js';
import { recordOf, type Step, unmade } from './step.js';

const anew = 'Requested update requires the creation of a new physical resource; hence creating one.';

/** The next resource of the target whose turn has not been. */
export function nextWanted(step: Step, scope: Scope): Resource | undefined {
  return inOrder(scope).find(({ id }) => !step.progress.done.includes(id));
}

/** Makes or changes the next resource of the target; true where there was one. */
export function applyNext(step: Step): boolean {
  const imports = new Set(step.stack.imports);
  const scope = step.scope(imports);
  const resource = nextWanted(step, scope);
  if (resource === undefined) return false;
  const type = typeOf(resource);
  const present = step.find(resource.id);
  const exists = present !== undefined && present.id !== '';
  const wanted = wantedOf(scope, resource, step.progress.target);
  step.stack = { ...step.stack, imports: [...imports] };
  const imported = step.progress.importing?.[resource.id];
  if (imported !== undefined) {
    takeNext(step, resource, wanted, imported);
    return true;
  }
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
    const user = otherUserOf(step.context, step.stack, exportName);
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

/** The exports of other stacks that the target uses. */
export function importsOf(step: Step): readonly string[] {
  const imports = new Set<string>();
  const scope = step.scope(imports);
  for (const resource of inOrder(scope)) wantedOf(scope, resource, step.progress.target);
  outputsOf(step.context, step.stack, scope);
  return [...imports];
}

/** All resources are as they are to be: the outputs, and what is no longer wanted. */
export function applied(step: Step): void {
  const { target, kind } = step.progress;
  const scope = step.scope();
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
    resources: order.flatMap((id) => step.find(id) ?? []),
  };
  if (kind === 'create') step.end('CREATE_COMPLETE');
  else if (kind === 'import') step.end('IMPORT_COMPLETE');
  else {
    step.advance({ phase: 'clean', leftovers: [...step.progress.leftovers, ...gone.filter(({ id }) => id !== '')] });
    step.status('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  }
}
