// Says who may pull, push or delete images, and why.
// It must not know how access is decided, nor how policies are read.
import { type Requester, requesterNamed, type Verb } from '../../access/index.js';
import { fail } from '../../diagnostics/index.js';
import type { Project } from '../../manifest/project.js';
import {
  type AccessOptions,
  type AccessReport,
  type AccessRepository,
  decideAccess,
  type IamPrincipal,
  type PolicyReading,
  planned,
  surveyAccess,
} from '../../plan/index.js';
import { requireMatches, selects } from '../../plan/scope.js';
import { compile, type DesiredRegistry, repositoryArn } from '../../registry/index.js';
import type { WhoCanArgs } from '../commands/who-can.js';
import { type ExitCode, exit } from '../exit.js';
import { readPrincipalsFile, readRepositoryPolicyFile } from '../files.js';
import { printJson } from '../print/json.js';
import { printWhoCan, whoCanJson } from '../print/who-can.js';
import type { Services } from '../services.js';
import { during, reachOf } from '../session.js';
import { canvasOf } from '../text.js';
import { chooseEnvironment, openProject, showWarnings } from '../workspace.js';

/** What is asked, whichever way it is answered. */
interface Question {
  readonly verb: Verb;
  readonly desired: DesiredRegistry;
  readonly only: readonly string[];
  readonly as?: readonly Requester[];
  readonly known: readonly IamPrincipal[];
  /** Left out: a repository outside of any project. */
  readonly project?: Project;
}

export async function whoCanDo(args: WhoCanArgs, services: Services): Promise<ExitCode> {
  const question = await questionOf(args, services);
  const { options, global } = args;
  const isOffline = options.offline || options.policy !== undefined;
  const report = isOffline ? answerOffline(question, args, services) : await answerOnline(question, args, services);
  const { project, as, desired } = question;
  if (global.output === 'json') {
    const names = project === undefined ? {} : { project: project.name, environment: desired.owner.environment };
    printJson(services.stdout, {
      ...names,
      ...whoCanJson(report, { actions: as !== undefined, all: options.all || as !== undefined }),
      diagnostics: project?.warnings ?? [],
    });
  } else {
    const owner = project === undefined ? undefined : desired.owner;
    const sight = { ...canvasOf(services.stdout), all: options.all || as !== undefined, asked: as !== undefined };
    services.stdout.write(printWhoCan(report, owner, sight));
  }
  return exitOf(report, as !== undefined);
}

async function questionOf({ operands, options, global }: WhoCanArgs, services: Services): Promise<Question> {
  const [verb = '', repository] = operands;
  const outside = repository?.startsWith('arn:') === true ? registryOfArn(repository) : undefined;
  // What the manifest's policy of the registry says of a repository that it does not declare, the manifest alone knows.
  const project = outside === undefined || options.planned ? await openProject(global) : undefined;
  const declared = project === undefined ? undefined : registryOf(project, global.environment, outside);
  const desired = declared === undefined ? outside : outside === undefined ? declared : among(declared, outside);
  if (desired === undefined) throw new TypeError('neither a project nor an ARN');
  const only = outside !== undefined || repository === undefined ? global.only : [repository, ...global.only];
  if (project !== undefined) showWarnings(project, global, services);
  requireMatches(only, desired.repositories);
  const as = options.as.map((one) => requesterNamed(one, desired));
  return {
    verb: verb as Verb,
    desired,
    only,
    known: options.iam.flatMap((file) => readPrincipalsFile(file, services)),
    ...(as.length === 0 ? {} : { as }),
    ...(project === undefined ? {} : { project }),
  };
}

/** The one repository of `outside`, as the manifest has it where it declares it, beside what it declares of the registry. */
function among(declared: DesiredRegistry, outside: DesiredRegistry): DesiredRegistry {
  const place = ({ account, region }: DesiredRegistry) => `${account} in ${region}`;
  if (place(declared) !== place(outside))
    return fail(
      'cli/bad-usage',
      `the ARN is of ${place(outside)}, and ${declared.owner.environment} of ${place(declared)}`,
      {
        mend: 'leave --planned out, or name another environment',
      },
    );
  const known = declared.repositories.filter(({ name }) => outside.repositories.some((one) => one.name === name));
  return { ...declared, repositories: known.length > 0 ? known : outside.repositories };
}

/** The environment's own, unless the repository that is asked for is in one of its replicas. */
function registryOf(project: Project, environment: string | undefined, outside: DesiredRegistry | undefined) {
  const all = compile(project, chooseEnvironment(project, environment).name);
  const registry = all.find(({ region }) => region === outside?.region) ?? all[0];
  if (registry === undefined) throw new TypeError('an environment without a registry');
  return registry;
}

/** A repository that no manifest declares; who it belongs to is of no account here. */
function registryOfArn(arn: string): DesiredRegistry {
  const [, partition, region, account, name] = /^arn:([^:]+):ecr:([^:]+):(\d{12}):repository\/(.+)$/.exec(arn) ?? [];
  if (partition === undefined || region === undefined || account === undefined || name === undefined)
    return fail('cli/bad-usage', `"${arn.slice(0, 200)}" is not the ARN of a repository`, {
      mend: 'it looks like arn:aws:ecr:eu-west-1:222222222222:repository/payments/api',
    });
  const repository = {
    key: name,
    name,
    tagMutability: { mode: 'IMMUTABLE', exclusions: [] },
    encryption: { type: 'AES256' },
    scanOnPush: true,
    tags: {},
    lifecyclePolicy: undefined,
    statements: [],
    forceDelete: false,
  } as const;
  const owner = { project: '', environment: name };
  return { owner, partition, region, account, repositories: [repository], companions: [] };
}

async function answerOnline(question: Question, args: WhoCanArgs, services: Services): Promise<AccessReport> {
  const { verb, desired, only, as, known, project } = question;
  const { options, global } = args;
  const where = project === undefined ? global : { ...global, project: project.directory };
  const { reading } = await reachOf(where, options.parallelism, services);
  const asked: AccessOptions = {
    only,
    known,
    of: options.planned ? 'planned' : 'live',
    organization: !options.withoutOrganization,
    ...(as === undefined ? {} : { as }),
  };
  return during(`reading policies of ${desired.account} in ${desired.region}`, services, () =>
    surveyAccess(verb, desired, reading, asked),
  );
}

/** What lies in the files and in the manifest is all there is; policies of the organisation are none. */
function answerOffline(question: Question, args: WhoCanArgs, services: Services): AccessReport {
  const { verb, desired, only, as, known } = question;
  const { policy: file, planned: isPlanned, withoutOrganization } = args.options;
  const selected = desired.repositories.filter((one) => selects(only, one));
  if (file !== undefined && selected.length !== 1)
    fail('cli/bad-usage', '--policy is the policy of one repository, and several were meant', {
      mend: 'name the repository',
    });
  const text = file === undefined ? undefined : readRepositoryPolicyFile(file, services);
  const repositories = selected.map((one) => {
    const reading: PolicyReading | undefined =
      isPlanned || text === undefined ? planned(one, text, desired) : { name: one.name, text };
    const arn = repositoryArn(desired, one.name);
    return { arn, tags: one.tags, ...(reading === undefined ? {} : { policy: reading }) };
  });
  const shown = selected.map(({ key, name }): AccessRepository => {
    const state = file === undefined ? 'planned' : 'there';
    return { key, name, arn: repositoryArn(desired, name), state };
  });
  const { account, region, registryPolicy } = desired;
  const isAsDeclared = file === undefined || isPlanned;
  const ofRegistry =
    registryPolicy === undefined || !isAsDeclared
      ? undefined
      : planned({ name: `of ${account}`, statements: registryPolicy.statements }, undefined, desired);
  return decideAccess(
    verb,
    {
      account,
      repositories,
      ...(ofRegistry === undefined ? {} : { registryPolicy: ofRegistry }),
      ...(registryPolicy?.scope === undefined ? {} : { registryScope: registryPolicy.scope }),
      principals: known,
      principalsUnread: 'not read offline; --iam gives them',
      organization: { state: withoutOrganization ? 'left-out' : 'none' },
    },
    {
      of: isAsDeclared ? 'planned' : 'live',
      region,
      repositories: shown,
      missing: [],
      gaps: [],
      ...(as === undefined ? {} : { as }),
    },
  );
}

/** Of those who were asked about, every answer counts; else only whether all could be read. */
function exitOf({ answers, gaps, repositories, missing }: AccessReport, asked: boolean): ExitCode {
  const given = answers.flat().map(({ answer }) => answer);
  if (gaps.length > 0 || (asked && given.includes('unknown'))) return exit.error;
  if (!asked) return exit.ok;
  const all = repositories.length > 0 && missing.length === 0 && given.every((answer) => answer === 'yes');
  return all ? exit.ok : exit.somethingToSee;
}
