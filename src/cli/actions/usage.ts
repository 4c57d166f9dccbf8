// Shows which images are in use, and by what.
// It must not know how uses are found.

import { fail } from '../../diagnostics/index.js';
import { readUsage, requireAccount, surveyUsage } from '../../plan/index.js';
import { requireMatches } from '../../plan/scope.js';
import { compile } from '../../registry/index.js';
import type { UsageArgs } from '../commands/usage.js';
import { type ExitCode, exit } from '../exit.js';
import { printJson } from '../print/json.js';
import { printUsage, repositoryJson, sourceJson } from '../print/usage.js';
import type { Services } from '../services.js';
import { during, openSession } from '../session.js';
import { canvasOf } from '../text.js';

export async function showUsage({ options, global }: UsageArgs, services: Services): Promise<ExitCode> {
  const { project, environment, reach, usage } = await openSession(global, options.parallelism, services);
  if (environment.usage === undefined) fail('plan/no-usage', `${environment.name} declares no usage`);
  const desired = compile(project, environment.name);
  requireMatches(
    global.only,
    desired.flatMap((registry) => registry.repositories),
  );
  const names = usage.map(({ name }) => name).join(', ');
  const readings = await during(`reading ${names}`, services, () => readUsage(usage, services.signal));
  const surveyed = await during(`reading ${environment.account} in ${environment.region}`, services, () =>
    Promise.all(
      desired.map(async (registry) => {
        const ports = await reach.reading(registry);
        await requireAccount(ports, registry.account, environment.name);
        return surveyUsage(registry, ports, readings, { only: global.only, children: true });
      }),
    ),
  );
  const repositories = surveyed.flat();
  const complete =
    readings.every(({ state }) => state === 'read') && repositories.every(({ state }) => state !== 'unread');
  if (global.output === 'json') {
    printJson(services.stdout, {
      project: project.name,
      environment: environment.name,
      complete,
      sources: readings.map(sourceJson),
      repositories: repositories.map(repositoryJson),
      diagnostics: project.warnings,
    });
  } else {
    const owner = { project: project.name, environment: environment.name };
    services.stdout.write(printUsage({ owner, place: environment, readings, repositories }, canvasOf(services.stdout)));
  }
  // "Not in use" must not be said of what nobody could read.
  return complete ? exit.ok : exit.error;
}
