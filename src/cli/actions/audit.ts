// Judges the live registry of an environment.
// It must not know what is judged, nor how.
import { audit } from '../../audit/index.js';
import type { AuditArgs } from '../commands/audit.js';
import { diagnosticContext } from '../diagnostic-context.js';
import { type ExitCode, exit } from '../exit.js';
import { reaches } from '../fail-on.js';
import { printAudit } from '../print/audit.js';
import { printJson } from '../print/json.js';
import type { Services } from '../services.js';
import { during, openSession } from '../session.js';
import { canvasOf } from '../text.js';

export async function showAudit({ options, global }: AuditArgs, services: Services): Promise<ExitCode> {
  const { project, environment, reach } = await openSession(global, options.parallelism, services);
  const report = await during(`reading ${environment.account} in ${environment.region}`, services, () =>
    audit(project, environment.name, reach.reading, {
      only: global.only,
      ...(options.rollbackWindow === undefined ? {} : { rollbackWindowDays: options.rollbackWindow }),
    }),
  );
  if (global.output === 'json') printJson(services.stdout, { audit: report, diagnostics: project.warnings });
  else services.stdout.write(printAudit(report, { ...diagnosticContext(services), ...canvasOf(services.stdout) }));
  const repositories = report.registries.flatMap((one) => one.repositories);
  if (repositories.some(({ state }) => state === 'unread')) return exit.error;
  const found = repositories.flatMap(({ diagnostics }) => diagnostics);
  return reaches(found, options.failOn) ? exit.somethingToSee : exit.ok;
}
