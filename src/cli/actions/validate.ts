// Finds every mistake in the manifest.
// It must not know AWS or prompts: this path is the one that is run on every save.
import { type Diagnostic, SlipwayError } from '../../diagnostics/index.js';
import { check, compile } from '../../registry/index.js';
import type { ValidateArgs } from '../commands/validate.js';
import { diagnosticContext } from '../diagnostic-context.js';
import { type ExitCode, exit } from '../exit.js';
import { printDiagnostics } from '../print/diagnostics.js';
import { printJson } from '../print/json.js';
import type { Services } from '../services.js';
import { canvasOf, count, repositories, table } from '../text.js';
import { chooseEnvironment, openProject } from '../workspace.js';

/** The same remark about a repository comes from every environment it is in; one place in one file is said once. */
function distinct(all: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Map(
    all.map((one) => [
      JSON.stringify([one.code, one.message, one.range, one.range === undefined ? one.path : '']),
      one,
    ]),
  );
  return [...seen.values()];
}

export async function validate({ options, global }: ValidateArgs, services: Services): Promise<ExitCode> {
  const project = await openProject(global);
  const environments =
    global.environment === undefined
      ? [...project.environments.values()]
      : [chooseEnvironment(project, global.environment)];
  const found = distinct([...project.warnings, ...environments.flatMap((one) => check(project, one.name))]);
  const failed = found.some((one) => one.severity === 'error' || (options.strict && one.severity === 'warning'));
  if (failed)
    throw new SlipwayError(
      options.strict
        ? found.map((one): Diagnostic => (one.severity === 'warning' ? { ...one, severity: 'error' } : one))
        : found,
    );

  const rows = environments.map((one) => ({
    name: one.name,
    account: one.account,
    region: one.region,
    // Replicas have the same ones.
    repositories: compile(project, one.name)[0]?.repositories.length ?? 0,
  }));
  if (global.output === 'json') {
    printJson(services.stdout, { valid: true, project: project.name, environments: rows, diagnostics: found });
    return exit.ok;
  }
  if (found.length > 0) services.stderr.write(`${printDiagnostics(found, diagnosticContext(services))}\n`);
  const { paint } = canvasOf(services.stdout);
  const head = `${project.name} is valid: ${repositories(project.repositories.size)} in ${count(rows.length, 'environment')}`;
  const lines = table(rows.map((one) => [`  ${one.name}`, one.account, one.region, repositories(one.repositories)]));
  services.stdout.write(`${paint.bold(paint.green(head))}\n${lines.join('\n')}\n`);
  return exit.ok;
}
