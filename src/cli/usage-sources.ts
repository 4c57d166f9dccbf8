// The sources of what is running that an environment declares, for the place a command goes to.
// It must not read them.

import { defaultHome } from '../local/home.js';
import type { ProjectEnvironment } from '../manifest/index.js';
import type { Project } from '../manifest/project.js';
import type { UsageSource } from '../plan/index.js';
import { compile } from '../registry/index.js';
import type { GlobalValues } from './command.js';
import { placeOf } from './place.js';
import type { Services } from './services.js';

/** None where no usage is declared. */
export async function usageSourcesOf(
  project: Project,
  environment: ProjectEnvironment,
  global: GlobalValues,
  services: Services,
): Promise<readonly UsageSource[]> {
  const { usage, account, region } = environment;
  if (usage === undefined) return [];
  const { usageSources } = await import('../aws/index.js');
  const place = await placeOf(global, region, services);
  return usageSources(usage, {
    at: { account, region },
    directory: project.directory,
    environment: services.env,
    clock: services.clock,
    ...(place.kind === 'aws' ? {} : { localHome: defaultHome }),
    repositories: new Set(
      compile(project, environment.name).flatMap(({ repositories }) => repositories.map(({ name }) => name)),
    ),
    // Nothing that AWS runs can pull from this machine.
    withoutAws: global.local,
  });
}
