// What became of stacks and their resources since they were applied: by their templates, and by CloudFormation's own detection.
// It must not mend anything.
import type { Clock, ResourceDrift, StackPort } from '../ports.js';
import { ignorance } from '../read.js';
import type { PropertyChange, ResourcePlan, StackPlan } from './model.js';

/** Milliseconds between two looks, and how many: CloudFormation takes seconds for a small stack. */
const pause = 1000;
const mostLooks = 120;

/** The plan of a stack turned round: `before` is what was declared, `after` what is there. */
export async function driftOfStack(plan: StackPlan, port: StackPort, clock: Clock): Promise<StackPlan> {
  const { template: _, ...rest } = plan;
  switch (plan.action) {
    case 'create':
      return { ...rest, action: 'delete', reason: 'declared, but it does not exist', resources: [] };
    case 'update':
    case 'unchanged': {
      if (plan.before === null) return rest;
      const found = await detected(plan, port, clock);
      const resources = [...plan.resources.map(turned), ...found.resources];
      const unknown = [...plan.unknown, ...found.unknown];
      return { ...rest, action: resources.length > 0 ? 'update' : plan.action, resources, unknown };
    }
    default:
      return rest;
  }
}

async function detected(
  { name }: StackPlan,
  port: StackPort,
  clock: Clock,
): Promise<Pick<StackPlan, 'resources' | 'unknown'>> {
  try {
    const id = await port.detectDrift(name);
    for (let look = 1; ; look += 1) {
      const { state, reason = 'CloudFormation gives no reason' } = await port.driftDetection(id);
      if (state === 'done') return { resources: (await port.driftedResources(name)).map(resourceOf), unknown: [] };
      // Detection that failed for one resource still tells of the others.
      if (state === 'failed' || look >= mostLooks) {
        const why = state === 'failed' ? reason : 'CloudFormation does not come to an end';
        const resources = state === 'failed' ? (await port.driftedResources(name)).map(resourceOf) : [];
        return { resources, unknown: [{ operation: 'cloudformation:DetectStackDrift', reason: why }] };
      }
      await clock.sleep(pause);
    }
  } catch (error) {
    const { kind, operation, reason } = ignorance(error);
    // An endpoint that is not AWS may lack it: the template was compared all the same.
    return { resources: [], unknown: kind === 'not-implemented' ? [] : [{ operation, reason }] };
  }
}

function resourceOf({ resource, type, deleted, differences }: ResourceDrift): ResourcePlan {
  const changes = differences.map(
    ({ path, expected, actual }): PropertyChange => ({
      property: path.replace(/^\//, '').replaceAll('/', '.'),
      before: expected,
      after: actual,
    }),
  );
  return { id: resource, type, title: resource, action: deleted ? 'delete' : 'update', changes };
}

const opposite = { create: 'delete', delete: 'create', update: 'update', replace: 'replace' } as const;

function turned(resource: ResourcePlan): ResourcePlan {
  const changes = resource.changes.map(
    ({ property, before, after }): PropertyChange => ({
      property,
      ...(after === undefined ? {} : { before: after }),
      ...(before === undefined ? {} : { after: before }),
    }),
  );
  return { ...resource, action: opposite[resource.action], changes };
}
