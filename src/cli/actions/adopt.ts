// Writes the manifest of what another engine keeps.
// It must not know any engine's files.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { adopt, type Found, readCloudFormation, readTerraform } from '../../adopt/index.js';
import { fail } from '../../diagnostics/index.js';
import { parseProject } from '../../manifest/index.js';
import type { AdoptArgs } from '../commands/adopt.js';
import { diagnosticContext } from '../diagnostic-context.js';
import { systemReason } from '../errors.js';
import { type ExitCode, exit } from '../exit.js';
import { checked, nameFrom } from '../first-values.js';
import { printDiagnostics, shownPath } from '../print/diagnostics.js';
import { printJson } from '../print/json.js';
import type { Services } from '../services.js';
import { repositories as repositoriesText } from '../text.js';
import { assignments } from '../text-values.js';

export async function adoptEngine({ operands, options, global }: AdoptArgs, services: Services): Promise<ExitCode> {
  const [file = ''] = operands;
  const target = options.out === undefined ? undefined : resolve(services.cwd, options.out);
  if (target !== undefined && existsSync(target)) {
    fail('cli/file-exists', `${shownPath(target, services.cwd)} is there already`);
  }
  const text = await textOf(file, services);
  const place = {
    ...(options.account === undefined ? {} : { account: checked('account', options.account, '--account') }),
    ...(options.region === undefined ? {} : { region: checked('region', options.region, '--region') }),
  };
  const {
    text: manifest,
    environments,
    repositories,
    diagnostics,
  } = adopt(foundIn(text, options, place), {
    project: checked('name', options.name ?? nameFrom(global.project), '--name'),
    environment: checked('environment', global.environment ?? 'prod', '--env'),
    ...place,
  });
  // What is written loads: anything else would be found out too late.
  parseProject([{ file: target ?? 'slipway.yaml', text: manifest, own: true }]);
  if (target !== undefined) write(target, manifest, services);
  if (global.output === 'json') {
    printJson(services.stdout, { manifest, file: target ?? null, environments, repositories, diagnostics });
    return exit.ok;
  }
  if (diagnostics.length > 0) services.stderr.write(`${printDiagnostics(diagnostics, diagnosticContext(services))}\n`);
  if (target === undefined) services.stdout.write(manifest);
  else services.stdout.write(`${shownPath(target, services.cwd)}: ${repositoriesText(repositories.length)}\n`);
  return exit.ok;
}

function foundIn(
  text: string,
  { from, parameter }: AdoptArgs['options'],
  place: { readonly account?: string; readonly region?: string },
): Found {
  const engine =
    from ?? (/"(?:terraform_version|planned_values|format_version)"/.test(text) ? 'terraform' : 'cloudformation');
  const parameters = assignments(parameter, '--parameter');
  if (engine === 'cloudformation') return readCloudFormation(text, { ...place, parameters });
  if (parameter.length > 0) fail('cli/bad-usage', '--parameter is for templates of CloudFormation');
  return readTerraform(text);
}

async function textOf(file: string, services: Services): Promise<string> {
  if (file === '-') return Buffer.from(await services.input()).toString('utf8');
  const path = resolve(services.cwd, file);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const message = `cannot read ${shownPath(path, services.cwd)}: ${systemReason(error)}`;
    return fail('cli/cannot-read', message, { cause: error });
  }
}

function write(path: string, text: string, services: Services): void {
  try {
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    fail('cli/cannot-write', `cannot write ${shownPath(path, services.cwd)}: ${systemReason(error)}`, { cause: error });
  }
}
