// Whether the names of a stack's roles are free: CloudFormation makes nothing under a name that is taken, and rolls back all that it has begun.
// It must not know who has taken them, and it never writes.
import { type Diagnostic, diagnostic, SlipwayError } from '../../diagnostics/index.js';
import type { CompanionStack } from '../../registry/companions/model.js';
import type { Plan } from '../model.js';
import type { IamPort } from '../ports.js';
import { read } from '../read.js';
import type { StackPlan, TakenRole } from './model.js';
import type { ObservedStack } from './observe.js';
import { standingOf } from './status.js';

/** Roles that somebody else has made already: a call for each role of a stack that holds none, else none. */
export async function takenRoles(
  { resources }: CompanionStack,
  observed: ObservedStack,
  iam: IamPort,
): Promise<readonly TakenRole[]> {
  if (!holdsNothing(observed)) return [];
  const looked = await Promise.all(
    resources.map(async (resource): Promise<readonly TakenRole[]> => {
      if (resource.kind !== 'ci-role' && resource.kind !== 'pull-role') return [];
      const { name, from } = resource;
      const reading = await read(() => iam.roleArn(name));
      // Not being allowed to look makes no name taken: CloudFormation has the last word.
      return reading !== 'gone' && reading.state === 'present' ? [{ name, from }] : [];
    }),
  );
  return looked.flat();
}

/** Any other stack may hold the very roles that are looked for. After the rollback of its creation it has none any more. */
function holdsNothing(observed: ObservedStack): boolean {
  if (observed.state !== 'present') return observed.state === 'absent';
  const { status } = observed.stack;
  return standingOf(status) === 'none' || status === 'ROLLBACK_COMPLETE';
}

/** Where names are taken, the stack is not made: it waits until somebody has decided who keeps them. */
export function waitingForNames(plan: StackPlan, taken: readonly TakenRole[]): StackPlan {
  if (plan.action !== 'create' || taken.length === 0) return plan;
  const { template: _, ...rest } = plan;
  return {
    ...rest,
    action: 'stuck',
    reason: 'roles that it would make exist already, made by another engine or by hand, and it cannot take them over',
    resources: [],
    taken,
    steps: taken.map(
      ({ name }) =>
        `role ${name}: leave it, with all the rest, to what made it (slipway render), or delete it there and plan again`,
    ),
  };
}

/** One problem for each role of a stack that cannot be made because of it. */
export function takenNames({ registries }: Plan): readonly Diagnostic[] {
  return registries.flatMap(({ stacks }) =>
    stacks.flatMap((stack) =>
      (stack.taken ?? []).map(({ name, from: [from] }) => {
        const message = `the role ${name} exists already, outside of the stack ${stack.name} that would make it`;
        return diagnostic('plan/name-taken', message, from === undefined ? {} : { path: `spec.${from}` });
      }),
    ),
  );
}

/** Throws where a stack could not be made: what depends on it would be left half done. */
export function requireFreeNames(plan: Plan): void {
  const problems = takenNames(plan);
  if (problems.length > 0) throw new SlipwayError(problems);
}
