// Shows what apply would change, and saves it where that is asked for.
// It must not know how a plan is made.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fail } from '../../diagnostics/index.js';
import { consent, exposedIn, hasWork, plan, remarksIn, savePlan, takenNames, unreadIn } from '../../plan/index.js';
import type { PlanArgs } from '../commands/plan.js';
import { diagnosticContext } from '../diagnostic-context.js';
import { systemReason } from '../errors.js';
import { type ExitCode, exit } from '../exit.js';
import { carryingOut, placeOf } from '../place.js';
import { printDiagnostics, shownPath } from '../print/diagnostics.js';
import { printJson } from '../print/json.js';
import { hasChanges, printPlan } from '../print/plan.js';
import type { Services } from '../services.js';
import { during, openSession } from '../session.js';
import { canvasOf } from '../text.js';

export async function showPlan({ options, global }: PlanArgs, services: Services): Promise<ExitCode> {
  const { project, environment, reach, usage } = await openSession(global, options.parallelism, services);
  const made = await during(`reading ${environment.account} in ${environment.region}`, services, () =>
    plan(project, environment.name, reach.reading, {
      only: global.only,
      prune: options.prune,
      usage,
      signal: services.signal,
    }),
  );
  const changes = hasChanges(made);
  if (global.output === 'json') {
    const flags = [...new Set(consent(made).map((one) => one.flag))];
    printJson(services.stdout, {
      changes,
      consent: flags,
      plan: made,
      diagnostics: [...project.warnings, ...takenNames(made), ...exposedIn(made), ...remarksIn(made)],
    });
  } else {
    services.stdout.write(printPlan(made, canvasOf(services.stdout), { global, cwd: services.cwd }));
    services.stderr.write(printDiagnostics(takenNames(made), diagnosticContext(services)));
  }
  if (options.out !== undefined) {
    const file = resolve(services.cwd, options.out);
    const place = await placeOf(global, environment.region, services);
    try {
      // A plan names principals and policies: nobody else on this machine needs to read it.
      writeFileSync(file, savePlan(made, place), { mode: 0o600 });
    } catch (error) {
      fail('cli/cannot-write', `cannot write ${shownPath(file, services.cwd)}: ${systemReason(error)}`, {
        cause: error,
      });
    }
    const next = hasWork(made)
      ? `carry it out with: ${carryingOut(options.out, place, global, services)}`
      : 'there is nothing to carry out';
    services.stderr.write(`\nsaved; ${next}\n`);
  }
  if (!options.detailedExitcode) return exit.ok;
  // "No changes" must not be said of what nobody could read.
  if (unreadIn(made).length > 0) return exit.error;
  return changes ? exit.somethingToSee : exit.ok;
}
