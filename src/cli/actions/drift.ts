// Finds what was changed in AWS behind the manifest.
// It must not know how drift is found.
import { drift, exposedIn, unreadIn } from '../../plan/index.js';
import type { DriftArgs } from '../commands/drift.js';
import { type ExitCode, exit } from '../exit.js';
import { hasDrifted, printDrift } from '../print/drift.js';
import { printJson } from '../print/json.js';
import type { Services } from '../services.js';
import { during, openSession } from '../session.js';
import { canvasOf } from '../text.js';

export async function showDrift({ options, global }: DriftArgs, services: Services): Promise<ExitCode> {
  const { project, environment, reach } = await openSession(global, options.parallelism, services);
  const found = await during(`reading ${environment.account} in ${environment.region}`, services, () =>
    drift(project, environment.name, reach.reading, { only: global.only }),
  );
  const drifted = hasDrifted(found);
  if (global.output === 'json') {
    const diagnostics = [...project.warnings, ...exposedIn(found)];
    printJson(services.stdout, { drifted, drift: found, diagnostics });
  } else services.stdout.write(printDrift(found, canvasOf(services.stdout), { global, cwd: services.cwd }));
  // "No drift" must not be said of what nobody could read.
  if (unreadIn(found).length > 0) return exit.error;
  return drifted ? exit.somethingToSee : exit.ok;
}
