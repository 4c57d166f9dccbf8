// Plans, shows, asks and carries out: apply and destroy.
// It must not know how a plan is made or carried out.
import { type Diagnostic, fail } from '../../diagnostics/index.js';
import {
  apply,
  breakLock,
  exposedIn,
  hasWork,
  type Plan,
  plan,
  requireAccount,
  requireConsent,
  requireFreeNames,
  requireHazards,
  type UsageSource,
  unreadIn,
  unusedConsent,
} from '../../plan/index.js';
import type { GlobalValues } from '../command.js';
import type { ApplyArgs } from '../commands/apply.js';
import type { DestroyArgs } from '../commands/destroy.js';
import { diagnosticContext } from '../diagnostic-context.js';
import { isInterruption } from '../errors.js';
import { type ExitCode, exit } from '../exit.js';
import { ApplyProgress, printFailures, printOutcome } from '../print/apply.js';
import { printDiagnostics } from '../print/diagnostics.js';
import { printJson } from '../print/json.js';
import { printPlan } from '../print/plan.js';
import { thisRun } from '../runner.js';
import type { Services } from '../services.js';
import { during, openSession, type Reach, reachOf } from '../session.js';
import { canvasOf, list } from '../text.js';
import { usageSourcesOf } from '../usage-sources.js';
import { chooseEnvironment, openProject } from '../workspace.js';
import { openSavedPlan } from './saved-plan.js';

type Args = Pick<ApplyArgs, 'global'> & { readonly options: DestroyArgs['options'] };

interface Work {
  readonly plan: Plan;
  readonly reach: Reach;
  /** What knows which images are in use. */
  readonly usage: readonly UsageSource[];
  readonly warnings: readonly Diagnostic[];
  /** A saved plan was looked at when it was saved. */
  readonly approved: boolean;
}

export async function applyPlan(args: ApplyArgs, services: Services): Promise<ExitCode> {
  requireHazards(args.options.accept);
  const [file] = args.operands;
  const work =
    file === undefined
      ? await makePlan(args, 'apply', args.options.prune, services)
      : await savedPlan(file, args, services);
  return carryOut(work, args, services);
}

export async function destroyAll(args: DestroyArgs, services: Services): Promise<ExitCode> {
  requireHazards(args.options.accept);
  return carryOut(await makePlan(args, 'destroy', false, services), args, services);
}

async function makePlan(
  { options, global }: Args,
  purpose: 'apply' | 'destroy',
  prune: boolean,
  services: Services,
): Promise<Work> {
  const { project, environment, reach, usage } = await openSession(global, options.parallelism, services);
  const asked = { only: global.only, prune, purpose, usage, signal: services.signal, accept: options.accept };
  const made = await during(`reading ${environment.account} in ${environment.region}`, services, () =>
    plan(project, environment.name, reach.reading, asked),
  );
  return { plan: made, reach, usage, warnings: project.warnings, approved: false };
}

async function savedPlan(file: string, args: ApplyArgs, services: Services): Promise<Work> {
  const read = await openSavedPlan(file, args, services);
  const reach = await reachOf(args.global, args.options.parallelism, services);
  return { plan: read, reach, usage: await usageOf(read, args.global, services), warnings: [], approved: true };
}

/** The sources of the manifest, where the plan was made with any: what is in use is looked at again. */
async function usageOf({ owner, registries }: Plan, global: GlobalValues, services: Services): Promise<Work['usage']> {
  const asked = registries.some(({ repositories }) =>
    repositories.some(
      ({ deletion, changes }) =>
        deletion?.usage !== undefined ||
        changes.some((change) => change.aspect === 'lifecyclePolicy' && change.effect?.usage !== undefined),
    ),
  );
  if (!asked) return [];
  const project = await openProject(global);
  return usageSourcesOf(project, chooseEnvironment(project, owner.environment), global, services);
}

/** Asks, unless that is settled. Throws where the answer is no, or where nobody can be asked. */
async function approve(work: Work, { options }: Args, services: Services): Promise<void> {
  if (options.autoApprove || work.approved) return;
  const { purpose, owner } = work.plan;
  if (!services.interactive)
    fail('cli/no-terminal', `slipway ${purpose} asks before it changes anything, and there is no terminal to ask on`);
  const { paint } = canvasOf(services.stderr);
  const what = purpose === 'apply' ? 'Apply this' : paint.red(`Delete these ${doomed(work.plan)}`);
  const answer = await services.ask(
    `\n${paint.bold(`${what} in ${owner.environment}?`)} Only ${paint.bold('yes')} will do: `,
  );
  if (answer?.trim() === 'yes') return;
  if (services.signal.aborted) fail('cli/interrupted', 'interrupted before anything was changed');
  fail('cli/not-approved', 'not approved, so nothing was changed');
}

/** What a destroy deletes: of repositories alone, `repositories`. */
function doomed({ summary }: Plan): string {
  return list([...(summary.delete > 0 ? ['repositories'] : []), ...(summary.stacks > 0 ? ['stacks'] : [])]);
}

/** Somebody said that the run which holds the lock is dead. */
async function releaseLocks({ plan: { owner, registries }, reach }: Work, services: Services): Promise<void> {
  for (const registry of registries) {
    const ports = await reach.writing(registry);
    // The parameter has the same name in every account: breaking another account's lock would help nobody.
    await requireAccount(ports, registry.account, owner.environment);
    const broken = await breakLock(ports, owner);
    if (broken !== undefined) services.stderr.write(`broke the lock of ${broken.holder}\n`);
  }
}

/** An event as a member of the result, where its kind goes without saying. */
function withoutType<T extends { readonly type: string }>({ type, ...rest }: T): Omit<T, 'type'> {
  void type;
  return rest;
}

async function carryOut(work: Work, args: Args, services: Services): Promise<ExitCode> {
  const { options, global } = args;
  const { purpose } = work.plan;
  const json = global.output === 'json';
  if (!json) services.stdout.write(printPlan(work.plan, canvasOf(services.stdout), { global, cwd: services.cwd }));
  requireFreeNames(work.plan);
  // Hazards first: nobody should answer a question whose answer changes nothing.
  requireConsent(work.plan, options.accept);
  const unused = unusedConsent(work.plan, options.accept);
  if (!json) services.stderr.write(printDiagnostics(unused, diagnosticContext(services)));
  const result = { plan: work.plan, diagnostics: [...work.warnings, ...unused, ...exposedIn(work.plan)] };
  // What could not be read was left alone, and what needs replacement stays as it was: neither is as declared.
  const left = unreadIn(work.plan).length > 0 || work.plan.summary.replace > 0;
  const settled = left ? exit.error : exit.ok;
  if (!hasWork(work.plan)) {
    if (json)
      printJson(services.stdout, {
        outcome: { done: 0, already: 0, failed: 0, skipped: 0, interrupted: false },
        failures: [],
        skipped: [],
        warnings: [],
        ...result,
      });
    return settled;
  }
  await approve(work, args, services);

  if (options.breakLock) await releaseLocks(work, services);
  const progress = new ApplyProgress(services.stderr);
  if (!json) services.stderr.write('\n');
  try {
    const events = apply(work.plan, work.reach.writing, {
      accept: options.accept,
      signal: services.signal,
      // A fresh plan was read a moment ago; a saved one may be as old as it likes.
      verify: work.approved,
      usage: work.usage,
      lock: {
        ...thisRun(services.env),
        ...(options.lockTimeout === undefined ? {} : { waitMilliseconds: options.lockTimeout * 1000 }),
      },
    });
    for await (const event of events) progress.on(event);
  } catch (error) {
    if (!services.signal.aborted || !isInterruption(error)) throw error;
    // Exact words: only here it is known what was changed. A lock that was broken is no repository.
    const when = progress.begun ? 'while changes were made' : 'before any repository was changed';
    fail('cli/interrupted', `interrupted ${when}`, { cause: error });
  } finally {
    progress.close();
  }
  const { report } = progress;
  const { outcome } = report;
  if (json) {
    const failures = report.failures.map(withoutType);
    const skipped = report.skipped.map(withoutType);
    printJson(services.stdout, { outcome, failures, skipped, warnings: report.warnings, ...result });
  } else {
    services.stderr.write(printFailures(report, canvasOf(services.stderr)));
    services.stdout.write(printOutcome(report, purpose === 'destroy' ? 'destroy' : 'apply', canvasOf(services.stdout)));
  }
  if (outcome.interrupted) return exit.interrupted;
  return outcome.failed + outcome.skipped > 0 ? exit.error : settled;
}
