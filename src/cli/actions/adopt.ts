// Writes the manifest of what is there already, in AWS or in another engine's files.
// It must not know any engine's files.
import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { adopt, type Found, readCloudFormation, readLive, readTerraform } from '../../adopt/index.js';
import { diagnostic, fail, isSlipwayError, SlipwayError } from '../../diagnostics/index.js';
import { parseProject } from '../../manifest/index.js';
import { surveyRepositories } from '../../plan/index.js';
import { selects } from '../../plan/scope.js';
import type { GlobalValues } from '../command.js';
import type { AdoptArgs } from '../commands/adopt.js';
import { diagnosticContext } from '../diagnostic-context.js';
import { systemReason } from '../errors.js';
import { type ExitCode, exit } from '../exit.js';
import { readText } from '../files.js';
import { checked, nameFrom } from '../first-values.js';
import { printDiagnostics, shownPath } from '../print/diagnostics.js';
import { printJson } from '../print/json.js';
import type { Services } from '../services.js';
import { during, reachOf } from '../session.js';
import { repositories as repositoriesText } from '../text.js';
import { assignments } from '../text-values.js';

/** As far as it was said. */
interface Place {
  readonly account?: string;
  readonly region?: string;
}

export async function adoptAll({ operands, options, global }: AdoptArgs, services: Services): Promise<ExitCode> {
  const target = options.out === undefined ? undefined : resolve(services.cwd, options.out);
  if (target !== undefined && existsSync(target)) {
    fail('cli/file-exists', `${shownPath(target, services.cwd)} is there already`);
  }
  const place = placeOf(options);
  const all = await foundBy({ operands, options, global }, place, services);
  const found = { ...all, repositories: all.repositories.filter((one) => selects(global.only, one)) };
  const { text, environments, repositories, diagnostics } = adopt(found, {
    project: checked('name', options.name ?? nameFrom(global.project), '--name'),
    environment: checked('environment', global.environment ?? 'prod', '--env'),
    ...place,
    keepRules: options.keepRules,
  });
  requireLoadable(text);
  if (target !== undefined) write(target, text, services);
  if (global.output === 'json') {
    printJson(services.stdout, { manifest: text, file: target ?? null, environments, repositories, diagnostics });
    return exit.ok;
  }
  if (diagnostics.length > 0) services.stderr.write(`${printDiagnostics(diagnostics, diagnosticContext(services))}\n`);
  if (target === undefined) services.stdout.write(text);
  else services.stdout.write(`${shownPath(target, services.cwd)}: ${repositoriesText(repositories.length)}\n`);
  return exit.ok;
}

/** What is written loads: anything else would be found out too late. Problems have no place in a file that nobody has. */
function requireLoadable(text: string): void {
  try {
    parseProject([{ file: 'slipway.yaml', text, own: true }]);
  } catch (error) {
    if (!isSlipwayError(error)) throw error;
    const problems = error.diagnostics.filter(({ severity }) => severity === 'error');
    throw new SlipwayError(
      problems.map(({ message }) => diagnostic('adopt/bad-value', message)),
      { cause: error },
    );
  }
}

function placeOf({ account, region }: AdoptArgs['options']): Place {
  return {
    ...(account === undefined ? {} : { account: checked('account', account, '--account') }),
    ...(region === undefined ? {} : { region: checked('region', region, '--region') }),
  };
}

async function foundBy({ operands, options, global }: AdoptArgs, place: Place, services: Services): Promise<Found> {
  const { from, parameter } = options;
  const [file] = operands;
  const parameters = assignments(parameter, '--parameter');
  if (from === 'aws' || (from === undefined && file === undefined)) {
    if (file !== undefined) fail('cli/bad-usage', '--from aws takes no file');
    return inAws(global, place, services);
  }
  if (file === undefined)
    fail('cli/bad-usage', `--from ${from} takes a file`, { mend: 'name it, or - for standard input' });
  const text = file === '-' ? Buffer.from(await services.input()).toString('utf8') : readText(file, services);
  if (from === 'cloudformation' || (from === undefined && !looksLikeTerraform(text))) {
    return readCloudFormation(text, { ...place, parameters });
  }
  if (parameter.length > 0) fail('cli/bad-usage', '--parameter is for templates of CloudFormation');
  return readTerraform(text);
}

function looksLikeTerraform(text: string): boolean {
  return /"(?:terraform_version|planned_values|format_version)"/.test(text);
}

/** Whose access keys the local ECR takes for an account that nobody named. */
const usualAccount = '123456789012';

async function inAws(global: GlobalValues, place: Place, services: Services): Promise<Found> {
  const { AWS_REGION: ofRun, AWS_DEFAULT_REGION: usual } = services.env;
  const region = place.region ?? (ofRun === undefined || ofRun === '' ? usual : ofRun);
  if (region === undefined || region === '') {
    fail('cli/bad-usage', 'the Region to look in is not known', { mend: 'name it with --region' });
  }
  const { reading } = await reachOf(global, undefined, services);
  const ports = await reading({ account: place.account ?? usualAccount, region });
  const caller = await ports.identity.callerIdentity();
  if (place.account !== undefined && caller.account !== place.account) {
    fail(
      'plan/wrong-account',
      `the credentials are of account ${caller.account} (${caller.arn}), not of ${place.account}`,
    );
  }
  const repositories = await during(`reading ${caller.account} in ${region}`, services, () =>
    surveyRepositories(ports, global.only),
  );
  return readLive(repositories, region);
}

function write(path: string, text: string, services: Services): void {
  try {
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    fail('cli/cannot-write', `cannot write ${shownPath(path, services.cwd)}: ${systemReason(error)}`, { cause: error });
  }
}
