// Writes a first manifest, asking little.
// It must not know the manifest's fields: manifest/ makes the text, and checks it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../diagnostics/index.js';
import { makeFolder } from '../../local/data-folder.js';
import { initialProject, parseProject } from '../../manifest/index.js';
import { commandLine } from '../advice.js';
import { applyCommand } from '../commands/apply.js';
import type { InitArgs } from '../commands/init.js';
import { planCommand } from '../commands/plan.js';
import { validateCommand } from '../commands/validate.js';
import { systemReason } from '../errors.js';
import { type ExitCode, exit } from '../exit.js';
import { checked, complaint, type forms, nameFrom } from '../first-values.js';
import { shownPath } from '../print/diagnostics.js';
import { printJson } from '../print/json.js';
import type { Prompts, Services } from '../services.js';
import { callTable, canvasOf, hang, list, width } from '../text.js';

interface Answers {
  readonly name: string;
  readonly environment: string;
  readonly account: string;
  readonly region: string;
  readonly repositories: readonly string[];
}

/** Names that say which preset fits. */
const presets: Readonly<Record<string, 'production' | 'staging' | 'development'>> = {
  prod: 'production',
  production: 'production',
  staging: 'staging',
  stage: 'staging',
  dev: 'development',
  development: 'development',
};

function defaults({ options, global }: InitArgs, services: Services): Answers {
  const region = services.env.AWS_REGION ?? services.env.AWS_DEFAULT_REGION;
  return {
    name: checked('name', options.name ?? nameFrom(global.project), '--name'),
    environment: checked('environment', global.environment ?? 'dev', '--env'),
    account: checked('account', options.account ?? '000000000000', '--account'),
    region: checked(
      'region',
      options.region ?? (region === undefined || region === '' ? 'eu-west-1' : region),
      '--region',
    ),
    repositories: (options.repository.length === 0 ? ['app'] : options.repository).map((one) =>
      checked('repository', one, '--repository'),
    ),
  };
}

/** `undefined` where the person backed out. */
async function asked(start: Answers, { options, global }: InitArgs, prompts: Prompts): Promise<Answers | undefined> {
  prompts.intro(`slipway init in ${global.project}`);
  const text = async (
    kind: keyof typeof forms,
    message: string,
    given: string | undefined,
    initial: string,
    placeholder?: string,
  ): Promise<string | undefined> =>
    given === undefined
      ? prompts.text({
          message,
          initial,
          ...(placeholder === undefined ? {} : { placeholder }),
          validate: (answer) => complaint(kind, answer.trim()),
        })
      : initial;
  const name = await text('name', 'What is the project called?', options.name, start.name);
  if (name === undefined) return undefined;
  const account = await text(
    'account',
    'Which AWS account? Leave the zeros to begin without one',
    options.account,
    start.account,
  );
  if (account === undefined) return undefined;
  const region = await text('region', 'Which Region?', options.region, start.region);
  if (region === undefined) return undefined;
  let { repositories } = start;
  if (options.repository.length === 0) {
    const answer = await prompts.text({
      message: 'Which repositories? Separate several with spaces',
      initial: repositories.join(' '),
      validate: (line) => {
        const names = words(line);
        return names.length === 0
          ? 'name at least one'
          : names.map((one) => complaint('repository', one)).find((one) => one !== undefined);
      },
    });
    if (answer === undefined) return undefined;
    repositories = words(answer);
  }
  return {
    name: name.trim(),
    environment: start.environment,
    account: account.trim(),
    region: region.trim(),
    repositories,
  };
}

function words(line: string): readonly string[] {
  return line.split(/[\s,]+/).filter((word) => word !== '');
}

function write(file: string, text: string, services: Services): void {
  const shown = shownPath(file, services.cwd);
  try {
    makeFolder(join(file, '..'), 0o777);
    // `wx`: the check and the writing are one step, so that nothing that appears in between is lost.
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      fail('cli/file-exists', `${shown} exists already`, { cause: error });
    fail('cli/cannot-write', `cannot write ${shown}: ${systemReason(error)}`, { cause: error });
  }
}

export async function init(args: InitArgs, services: Services): Promise<ExitCode> {
  const { options, global } = args;
  const start = defaults(args, services);
  const answers = services.interactive && !options.yes ? await asked(start, args, await services.prompts()) : start;
  if (answers === undefined) {
    services.stderr.write('nothing was written\n');
    return exit.interrupted;
  }
  const file = join(global.project, 'slipway.yaml');
  const { name, environment, account, region, repositories } = answers;
  const preset = presets[environment];
  const first = { name: environment, account, region, ...(preset === undefined ? {} : { preset }) };
  const text = initialProject({ name, environments: [first], repositories });
  // Whatever the manifest's own rules refuse is refused before a file is there.
  parseProject([{ file, text, own: true }], { directory: global.project });
  write(file, text, services);

  // There is one environment, so that nobody needs to name it.
  const run = { global: { ...global, environment: undefined, local: true }, cwd: services.cwd };
  const next = [validateCommand, planCommand, applyCommand].map((command) => commandLine(command, run));
  if (global.output === 'json') {
    printJson(services.stdout, {
      file,
      project: answers.name,
      environment: answers.environment,
      repositories: answers.repositories,
      next,
    });
    return exit.ok;
  }
  const canvas = canvasOf(services.stdout);
  const { paint } = canvas;
  const sayings = ['finds mistakes as you edit', 'what it would make, on an ECR of this machine', 'makes it there'];
  const wrote = paint.bold(paint.green(`Wrote ${shownPath(file, services.cwd)}`));
  const what = `${list(answers.repositories)} in ${answers.environment}`;
  const lines = [
    ...(width(wrote) + width(what) + 2 > canvas.columns
      ? [wrote, ...hang('  ', what, canvas.columns)]
      : [`${wrote}: ${what}`]),
    '',
    paint.bold('Next'),
    ...callTable(
      next.map((command, index) => [command, sayings[index] ?? '']),
      canvas,
    ),
    '',
    'The local ECR keeps its data in .slipway/: add that line to .gitignore.',
  ];
  if (answers.account === '000000000000')
    lines.push('Put your AWS account id into slipway.yaml before you plan without --local.');
  services.stdout.write(`${lines.join('\n')}\n`);
  return exit.ok;
}
