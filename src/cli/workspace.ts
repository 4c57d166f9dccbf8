// The project a command works on, and the environment in it.
// It must not know AWS: nothing of the SDK is loaded here.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../diagnostics/index.js';
import { loadProject, type Project, type ProjectEnvironment } from '../manifest/index.js';
import { checkRules } from '../registry/index.js';
import type { GlobalValues } from './command.js';
import { diagnosticContext } from './diagnostic-context.js';
import { printDiagnostics } from './print/diagnostics.js';
import type { Services } from './services.js';
import { list } from './text.js';

/** Whether a project is where -C says, or here. */
export function holdsProject(folder: string): boolean {
  const isFile = statSync(folder, { throwIfNoEntry: false })?.isFile() ?? false;
  return isFile || ['slipway.yaml', 'slipway.yml'].some((file) => existsSync(join(folder, file)));
}

export async function openProject(global: GlobalValues): Promise<Project> {
  return loadProject(global.project, { set: global.set, furtherCheck: checkRules });
}

/** The environment that -e names, or the only one. */
export function chooseEnvironment(project: Project, name: string | undefined): ProjectEnvironment {
  const names = [...project.environments.keys()];
  const chosen = name ?? (names.length === 1 ? names[0] : undefined);
  if (chosen === undefined) {
    const flags = list(
      names.map((one) => `-e ${one}`),
      'or',
    );
    fail('cli/missing-environment', `the project has ${names.length} environments, and none was named`, {
      mend: `add ${flags}`,
    });
  }
  const environment = project.environments.get(chosen);
  if (environment !== undefined) return environment;
  return fail('manifest/unknown-environment', `the project has no environment "${chosen}"`, {
    mend: `the environments are ${list(names)}`,
  });
}

/** Warnings of loading, on stderr; in JSON they are part of the result. */
export function showWarnings(project: Project, global: GlobalValues, services: Services): void {
  if (global.output !== 'json' && project.warnings.length > 0) {
    services.stderr.write(`${printDiagnostics(project.warnings, diagnosticContext(services))}\n`);
  }
}
