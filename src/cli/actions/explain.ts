// Shows every setting of a repository and where it comes from.
// It must not know how settings are merged.
import { explainRows, resolveOne } from '../../manifest/index.js';
import type { ExplainArgs } from '../commands/explain.js';
import { type ExitCode, exit } from '../exit.js';
import { printExplanation } from '../print/explain.js';
import { printJson } from '../print/json.js';
import type { Services } from '../services.js';
import { canvasOf } from '../text.js';
import { chooseEnvironment, openProject, showWarnings } from '../workspace.js';

export async function explain({ operands, global }: ExplainArgs, services: Services): Promise<ExitCode> {
  const project = await openProject(global);
  const environment = chooseEnvironment(project, global.environment);
  showWarnings(project, global, services);
  const repository = resolveOne(project, operands[0] ?? '', environment.name);
  const rows = explainRows(repository);
  if (global.output === 'json') {
    const fields = rows.map(({ path, value, origin: { layer, label, range } }) => ({
      path,
      value,
      origin: {
        layer,
        label,
        ...(range === undefined ? {} : { file: range.file, line: range.line, column: range.column }),
      },
    }));
    printJson(services.stdout, {
      repository: repository.key,
      name: repository.name,
      environment: environment.name,
      fields,
      diagnostics: project.warnings,
    });
  } else {
    services.stdout.write(
      printExplanation(repository, environment.name, rows, canvasOf(services.stdout), services.cwd),
    );
  }
  return exit.ok;
}
