// Whether a saved plan still fits the stacks that are there: each template is the one before the change, or the one after.
// It must not change the plan; a plan that does not fit is refused.
import { diagnostic, SlipwayError } from '../../diagnostics/index.js';
import type { StackPort } from '../ports.js';
import { isStackWork } from '../steps.js';
import { hashOf } from './diff.js';
import type { StackPlan } from './model.js';
import { observeStack } from './observe.js';
import { standingOf } from './status.js';
import type { StackOutputs } from './values.js';

/** Throws `plan/stale` for every stack that moved; gives what the stacks have made by now. */
export async function verifyStacks(
  stacks: readonly StackPlan[],
  portIn: (region: string) => Promise<StackPort>,
): Promise<StackOutputs> {
  const seen = await Promise.all(
    stacks.map(async (plan) => {
      const observed = await observeStack(plan.name, await portIn(plan.region));
      const moved = isStackWork(plan) ? movedIn(plan, observed) : undefined;
      const outputs = observed.state === 'present' ? observed.stack.outputs : {};
      return { plan, moved, outputs };
    }),
  );
  const problems = seen.flatMap(({ plan, moved }) =>
    moved === undefined ? [] : [diagnostic('plan/stale', `${plan.name}: ${moved}`)],
  );
  if (problems.length > 0) throw new SlipwayError(problems);
  return new Map(seen.map(({ plan, outputs }) => [plan.kind, outputs]));
}

function movedIn(plan: StackPlan, observed: Awaited<ReturnType<typeof observeStack>>): string | undefined {
  if (observed.state === 'unknown') return `it could not be read (${observed.operation}: ${observed.reason})`;
  const isThere = observed.state === 'present' && standingOf(observed.stack.status) !== 'none';
  if (plan.action === 'create') {
    if (!isThere || standingOf(observed.stack.status) !== 'ready') return undefined;
    return hashOf(observed.template) === hashOf(plan.template) ? undefined : 'it exists by now, and is another';
  }
  if (plan.action === 'delete') return undefined;
  if (!isThere) return 'it does not exist any more';
  const now = hashOf(observed.template);
  if (now === plan.before || now === hashOf(plan.template)) return undefined;
  return 'its template is neither the one before nor the one after the change';
}
