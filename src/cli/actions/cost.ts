// Adds up what images cost.
// It must not know how that is found out.
import { fail } from '../../diagnostics/index.js';
import { cost, costByTag } from '../../plan/index.js';
import type { CostArgs } from '../commands/cost.js';
import { type ExitCode, exit } from '../exit.js';
import { printCost } from '../print/cost.js';
import { printJson } from '../print/json.js';
import type { Services } from '../services.js';
import { during, openSession } from '../session.js';
import { canvasOf } from '../text.js';

/** The key of `tag:KEY`. */
function tagIn(by: string | undefined): string | undefined {
  if (by === undefined || by === 'repository') return undefined;
  const [, key] = /^tag:(.+)$/.exec(by) ?? [];
  return key ?? fail('cli/bad-usage', `--by is "${by}"`, { mend: 'write repository, or tag:KEY' });
}

export async function showCost({ options, global }: CostArgs, services: Services): Promise<ExitCode> {
  const tag = tagIn(options.by);
  const { project, environment, reach } = await openSession(global, options.parallelism, services);
  const report = await during(`reading ${environment.account} in ${environment.region}`, services, () =>
    cost(project, environment.name, reach.reading, { only: global.only, layers: options.layers }),
  );
  const groups = tag === undefined ? undefined : { tag, groups: costByTag(report, tag) };
  if (global.output === 'json') {
    const grouped = groups === undefined ? {} : { groups: groups.groups };
    printJson(services.stdout, { cost: report, ...grouped, diagnostics: project.warnings });
  } else {
    const title = `${project.name} in ${environment.name}`;
    services.stdout.write(printCost(report, groups, title, canvasOf(services.stdout)));
  }
  return report.unknown.length > 0 ? exit.error : exit.ok;
}
