// Carries a plan out: repositories side by side, steps in order, and an account of what was done.
// It consumes a plan and nothing else; it must not know manifests, nor how progress is shown.
import pLimit from 'p-limit';
import { fail, isSlipwayError } from '../diagnostics/index.js';
import { Channel } from './channel.js';
import { requireConsent } from './consent.js';
import { Execution, Refusal } from './execute.js';
import { type Settled, verifyRegistry } from './fresh.js';
import { Guard } from './guard.js';
import { acquireLock, type HeldLock, type LockOptions } from './lock.js';
import type { ApplyEvent, Plan, RegistryPlan, RepositoryPlan, StepKind } from './model.js';
import { type PortsFor, requireAccount } from './plan.js';
import { confirmPolicy, type PolicyTarget } from './policy.js';
import { AwsFault, type RegistryPorts, type StackPort } from './ports.js';
import { SettingsExecution } from './settings/execute.js';
import { verifySettings } from './settings/fresh.js';
import { type SettingStep, stepsOfSettings } from './settings/model.js';
import { sideBySide } from './side-by-side.js';
import { StackExecution } from './stacks/execute.js';
import { verifyStacks } from './stacks/fresh.js';
import type { StackPlan } from './stacks/model.js';
import { requireFreeNames } from './stacks/names.js';
import { outputsIn } from './stacks/plan.js';
import type { StackOutputs } from './stacks/values.js';
import { hasWork, isStackWork, isWork, stepsOf } from './steps.js';
import type { UsageSource } from './usage/index.js';

export interface ApplyOptions {
  /** When it fires, no new step begins; those under way end. */
  readonly signal?: AbortSignal;
  /** Consent to hazards, `KIND` or `KIND:NAME`. */
  readonly accept?: readonly string[];
  /** Without it no lock is taken. */
  readonly lock?: LockOptions;
  /** Whether the registry is read again first, and the plan refused if it is out of date. For saved plans. */
  readonly verify?: boolean;
  /** With `verify`: what knows which images are in use, as when the plan was made. */
  readonly usage?: readonly UsageSource[];
}

/** Without a lock, policies are looked at again after this pause, so that a writer who read before us has written. */
const pause = 500;
const rounds = 5;

/**
 * Applies a plan. Until `started`, throws without having written anything: for hazards without consent, another account, a
 * lock that is held, a stale plan. From then on failures are events, and the other repositories go on. Leaving the loop
 * early is an interrupt.
 */
export async function* apply(
  plan: Plan,
  portsFor: PortsFor,
  options: ApplyOptions = {},
): AsyncGenerator<ApplyEvent, void, void> {
  if (plan.purpose === 'drift') fail('plan/not-applicable', 'this plan tells of drift, it does not mend it');
  requireFreeNames(plan);
  requireConsent(plan, options.accept);
  const sites: Site[] = [];
  for (const registry of plan.registries) {
    const ports = await portsFor(registry);
    const { account } = registry;
    await requireAccount(ports, account, plan.owner.environment);
    sites.push({
      registry,
      ports,
      stacksIn: async (region) => (await portsFor({ account, region })).stacks,
      lock: undefined,
      settled: new Map(),
      settingsSettled: false,
      outputs: outputsIn(registry.stacks),
    });
  }
  const left = new AbortController();
  const run = new Run(plan, sites, options, left.signal);
  const working = run.work().finally(() => run.events.end());
  // Reported by the await below; until then nobody may be left with an unhandled rejection.
  working.catch(() => undefined);
  try {
    yield* run.events;
  } finally {
    left.abort();
    await working;
  }
}

/** One registry of the plan while it is worked on. */
interface Site {
  readonly registry: RegistryPlan;
  readonly ports: RegistryPorts;
  /** CloudFormation of a Region of the account. */
  readonly stacksIn: (region: string) => Promise<StackPort>;
  lock: HeldLock | undefined;
  /** Of a plan that was read again: what is as planned already, and its address. */
  settled: Settled;
  /** The same of what it has once. */
  settingsSettled: boolean;
  /** What its stacks have made so far. */
  outputs: StackOutputs;
}

/** A policy written without a lock, to be looked at again before its repository counts as done. */
interface Unconfirmed {
  readonly repository: RepositoryPlan;
  readonly policy: PolicyTarget;
  /** Whether a step before had to write anything. */
  readonly wrote: boolean;
  readonly execution: Execution;
}

class Run {
  readonly events = new Channel<ApplyEvent>();
  readonly #plan: Plan;
  readonly #sites: readonly Site[];
  readonly #options: ApplyOptions;
  readonly #signal: AbortSignal;
  readonly #count = { done: 0, already: 0, failed: 0, skipped: 0 };
  /** Repositories yet to be created: the site that each is of. */
  readonly #unmade = new Map<RepositoryPlan, Site>();
  /** Why no further step may begin, apart from an interrupt. */
  #halt: string | undefined;
  #defect: { readonly error: unknown } | undefined;

  constructor(plan: Plan, sites: readonly Site[], options: ApplyOptions, left: AbortSignal) {
    this.#plan = plan;
    this.#sites = sites;
    this.#options = options;
    this.#signal = options.signal === undefined ? left : AbortSignal.any([options.signal, left]);
  }

  async work(): Promise<void> {
    try {
      await this.#lock();
      if (this.#options.verify === true) {
        const guard = new Guard(this.#options.usage, this.#signal);
        for (const site of this.#sites) {
          site.outputs = await verifyStacks(site.registry.stacks, site.stacksIn);
          const { registry, ports } = site;
          const { account, partition } = registry;
          const place = { owner: this.#plan.owner, account, partition };
          site.settingsSettled = await verifySettings(registry.settings, ports.ecr, place);
          site.settled = await verifyRegistry(this.#plan, registry, ports, guard, site.outputs);
        }
      }
      const work = this.#sites.flatMap((site) =>
        site.registry.repositories.filter(isWork).map((repository) => {
          const steps = stepsLeft(site, repository);
          if (steps.includes('create')) this.#unmade.set(repository, site);
          return steps;
        }),
      );
      const stacks = this.#sites.flatMap(({ registry }) => registry.stacks.filter(isStackWork));
      const settings = this.#sites.map(({ registry }) => stepsOfSettings(registry.settings));
      const withSettings = settings.filter(({ length }) => length > 0).length;
      this.events.push({
        type: 'started',
        stacks: stacks.length,
        ...(withSettings === 0 ? {} : { settings: withSettings }),
        repositories: work.length,
        steps: work.flat().length + settings.flat().length,
      });
      // What copies images needs the repositories in all Regions; without them ECR makes some of its own, with other settings (user guide).
      const copying = this.#sites.filter(({ registry }) => isCopying(registry));
      const destroys = this.#plan.purpose === 'destroy';
      if (destroys) for (const site of copying) await this.#settings(site);
      // Policies in every Region may name a role that a stack of the environment's own registry makes: ECR refuses one that does not exist.
      for (const site of this.#sites) await this.#stacks(site, 'made');
      await Promise.all(this.#sites.map((site) => this.#site(site)));
      for (const site of this.#sites) await this.#stacks(site, 'deleted');
      if (!destroys) for (const site of copying) await this.#settings(site);
    } finally {
      await this.#unlock();
    }
    if (this.#defect !== undefined) throw this.#defect.error;
    this.events.push({ type: 'finished', outcome: { ...this.#count, interrupted: this.#signal.aborted } });
  }

  async #lock(): Promise<void> {
    const { lock } = this.#options;
    if (lock === undefined || !hasWork(this.#plan)) return;
    for (const site of this.#sites) {
      site.lock = await acquireLock(site.ports, this.#plan.owner, lock, (message) => this.#warn(message), this.#signal);
    }
  }

  async #unlock(): Promise<void> {
    const results = await Promise.allSettled(this.#sites.map(async ({ lock }) => lock?.release()));
    for (const result of results) {
      if (result.status === 'rejected') this.#warn(`the lock could not be released: ${textOf(result.reason)}`);
    }
  }

  #warn(message: string): void {
    this.events.push({ type: 'warning', message });
  }

  /** They come before the repositories that need them, and go after them. */
  async #stacks(site: Site, which: 'made' | 'deleted'): Promise<void> {
    const stacks = site.registry.stacks.filter(isStackWork);
    const some = which === 'made' ? stacks : stacks.toReversed();
    for (const stack of some) if ((stack.action === 'delete') === (which === 'deleted')) await this.#stack(site, stack);
  }

  /** What a registry has once comes before its repositories, and goes after them. */
  async #site(site: Site): Promise<void> {
    const destroys = this.#plan.purpose === 'destroy';
    const apart = isCopying(site.registry);
    if (!destroys && !apart) await this.#settings(site);
    await this.#repositories(site);
    if (destroys && !apart) await this.#settings(site);
  }

  /** Other projects write to the policy of a registry, and no lock keeps them out: it is always read again after it was written. */
  async #settings(site: Site): Promise<void> {
    const { settings, account, region, partition } = site.registry;
    const steps = stepsOfSettings(settings);
    if (settings === undefined || steps.length === 0) return;
    const skip = (reason: string) => {
      this.#count.skipped += 1;
      this.events.push({ type: 'settings-skipped', region, reason });
    };
    const done = (written: readonly SettingStep[]) => {
      this.#count[written.length === 0 ? 'already' : 'done'] += 1;
      const already = written.length === 0 ? ({ already: true } as const) : {};
      this.events.push({ type: 'settings-done', region, steps: written, ...already });
    };
    const stopped = this.#stopped();
    if (stopped !== undefined) return skip(`${stopped} before it began`);
    if (site.settingsSettled) return done([]);
    this.events.push({ type: 'settings-started', region });
    const execution = new SettingsExecution(settings, site.ports.ecr, {
      owner: this.#plan.owner,
      account,
      partition,
    });
    const written: SettingStep[] = [];
    for (const [index, step] of steps.entries()) {
      const stop = this.#stopped();
      if (stop !== undefined) return skip(`${stop} before ${step}${sofar(written)}`);
      const isCopy = step === 'put-replication-configuration';
      const unmade = isCopy ? this.#unmadeBeside(site) : [];
      if (unmade.length > 0) return skip(`not every repository is there in ${unmade.join(', ')}${sofar(written)}`);
      try {
        if (!(await execution.step(step))) continue;
        written.push(step);
        if (step !== 'put-account-setting') await this.#confirmSetting(site, execution, step);
      } catch (error) {
        if (error instanceof AwsFault && error.kind === 'interrupted')
          return skip(`interrupted during ${step}${sofar(written)}`);
        const failure = this.#failureOf(error, isCopy ? 'ecr:PutReplicationConfiguration' : 'ecr:PutRegistryPolicy');
        if (failure === undefined) return;
        this.#count.failed += 1;
        const skipped = steps.slice(index + 1);
        this.events.push({ type: 'settings-failed', region, step, ...failure, skipped });
        return;
      }
    }
    done(written);
  }

  /** Other Regions that lack a repository, sorted. */
  #unmadeBeside(site: Site): readonly string[] {
    const elsewhere = [...this.#unmade.values()].filter((one) => one !== site);
    return [...new Set(elsewhere.map(({ registry }) => registry.region))].sort();
  }

  /** Until it is found as it was written; throws where somebody keeps replacing it. */
  async #confirmSetting(site: Site, execution: SettingsExecution, step: SettingStep): Promise<void> {
    for (let round = 1; round <= rounds; round += 1) {
      // Under our lock nobody of this project writes; of the others, most come later than this.
      if (site.lock?.held() !== true || round > 1) await site.ports.clock.sleep(pause, this.#signal);
      if (this.#stopped() !== undefined || !(await execution.step(step))) return;
    }
    const [operation, what] =
      step === 'put-replication-configuration'
        ? ['ecr:PutReplicationConfiguration', 'rules of replication']
        : ['ecr:PutRegistryPolicy', 'policy'];
    throw new Refusal(operation, 'Contested', `somebody else keeps replacing the ${what}`);
  }

  /** Why something failed; `undefined`, and no further step begins, where that is a defect: nobody knows what it means for the rest. */
  #failureOf(error: unknown, writes = 'ecr:SetRepositoryPolicy'): Failure | undefined {
    const failure = failureOf(error, writes);
    if (failure === undefined) {
      this.#halt ??= 'stopped by an internal error';
      this.#defect ??= { error };
    } else if (error instanceof AwsFault && error.kind === 'credentials')
      this.#halt ??= 'stopped for want of credentials';
    return failure;
  }

  async #stack(site: Site, stack: StackPlan): Promise<void> {
    const at = { stack: stack.name, region: stack.region };
    const skip = (reason: string) => {
      this.#count.skipped += 1;
      this.events.push({ type: 'stack-skipped', ...at, reason });
    };
    const fail = (failure: Failure) => {
      this.#count.failed += 1;
      this.events.push({ type: 'stack-failed', ...at, ...failure });
    };
    const stopped = this.#stopped();
    if (stopped !== undefined) return skip(`${stopped} before it began`);
    if (stack.action === 'foreign' || stack.action === 'stuck') {
      const message = [stack.reason ?? '', ...(stack.steps ?? [])].join('; ');
      return fail({ operation: 'cloudformation:CreateChangeSet', awsCode: stack.status ?? 'NotOurs', message });
    }
    const undone = this.#count.failed + this.#count.skipped > 0;
    if (stack.action === 'delete' && stack.kind === 'key' && undone)
      return skip('not everything before it is gone, and images die with their key');
    this.events.push({ type: 'stack-started', ...at, action: stack.action });
    try {
      const execution = new StackExecution(stack, {
        port: await site.stacksIn(stack.region),
        clock: site.ports.clock,
        signal: this.#signal,
        heard: ({ resource, status, reason }) =>
          this.events.push({
            type: 'stack-event',
            ...at,
            resource,
            status,
            ...(reason === undefined ? {} : { reason }),
          }),
      });
      const { already, outputs } = await execution.run();
      site.outputs = new Map([...site.outputs, [stack.kind, outputs]]);
      this.#count[already ? 'already' : 'done'] += 1;
      this.events.push({ type: 'stack-done', ...at, action: stack.action, ...(already ? { already } : {}) });
    } catch (error) {
      if (error instanceof AwsFault && error.kind === 'interrupted')
        return skip(
          'interrupted: CloudFormation goes on with what it has begun, and the next run looks what came of it',
        );
      const failure = this.#failureOf(error);
      if (failure !== undefined) fail(failure);
    }
  }

  /** Deletions come last: what they take away may be what a failure above still needs. */
  async #repositories(site: Site): Promise<void> {
    const work = site.registry.repositories.filter(isWork);
    const unconfirmed: Unconfirmed[] = [];
    const all = (some: readonly RepositoryPlan[]) =>
      sideBySide(some, site.ports.concurrency, (repository) => this.#repository(site, repository, unconfirmed));
    await all(work.filter(({ action }) => action !== 'delete'));
    await this.#confirm(site, unconfirmed);
    await all(work.filter(({ action }) => action === 'delete'));
  }

  async #repository(site: Site, repository: RepositoryPlan, unconfirmed: Unconfirmed[]): Promise<void> {
    const at = { repository: repository.name, region: site.registry.region };
    const steps = stepsLeft(site, repository);
    const stopped = this.#stopped();
    if (stopped !== undefined) return this.#skip({ ...at, unbegun: true }, `${stopped} before it began`);
    if (repository.changes.some((one) => one.aspect === 'encryption' && one.before !== null)) {
      const reason = 'its encryption cannot be changed in place; the plan tells how to move to a new repository';
      if (steps.length === 0) return this.#skip(at, reason);
      this.#warn(`${repository.name}: ${reason}`);
    }
    if (site.settled.has(repository.name)) return this.#already(site, repository, site.settled.get(repository.name));
    this.events.push({ type: 'repository-started', ...at, action: repository.action });
    const { owner } = this.#plan;
    const execution = new Execution(repository, {
      ecr: site.ports.ecr,
      owner,
      partition: site.registry.partition,
      outputs: site.outputs,
    });
    let wrote = false;
    for (const [index, step] of steps.entries()) {
      const stop = this.#stopped();
      if (stop !== undefined) return this.#skip(at, `${stop} before ${step}${sofar(steps.slice(0, index))}`);
      try {
        wrote = (await execution.step(step)) || wrote;
      } catch (error) {
        return this.#failed(at, step, steps, error);
      }
      this.events.push({ type: 'step-done', ...at, step });
    }
    const { contested: policy } = execution;
    if (policy !== undefined && site.lock?.held() !== true) unconfirmed.push({ repository, policy, wrote, execution });
    else this.#done(site, repository, wrote, execution);
  }

  /** With no lock held, another writer may have put back a policy it had read before ours was in it. */
  async #confirm(site: Site, unconfirmed: readonly Unconfirmed[]): Promise<void> {
    const limit = pLimit(site.ports.concurrency);
    let open = unconfirmed;
    for (let round = 1; open.length > 0; round += 1) {
      await site.ports.clock.sleep(pause, this.#signal);
      const again: Unconfirmed[] = [];
      await Promise.all(
        open.map((one) =>
          limit(async () => {
            const at = { repository: one.repository.name, region: site.registry.region };
            const { repository, wrote, execution } = one;
            if (this.#stopped() !== undefined) return this.#done(site, repository, wrote, execution);
            try {
              if (await confirmPolicy(one.policy)) this.#done(site, repository, wrote, execution);
              else if (round < rounds) again.push({ ...one, wrote: true });
              else
                throw new Refusal('ecr:SetRepositoryPolicy', 'Contested', 'somebody else keeps replacing the policy');
            } catch (error) {
              this.#failed(at, 'set-repository-policy', ['set-repository-policy'], error);
            }
          }),
        ),
      );
      open = again;
    }
  }

  #done(site: Site, repository: RepositoryPlan, wrote: boolean, { uri, isFound }: Execution): void {
    if (!wrote) return this.#already(site, repository, uri);
    this.#count.done += 1;
    this.#unmade.delete(repository);
    // Somebody else created what this run brought in line.
    const action = isFound ? 'update' : repository.action;
    this.events.push({ type: 'repository-done', ...placed(site, repository, uri), action });
  }

  #already(site: Site, repository: RepositoryPlan, uri: string | undefined): void {
    this.#count.already += 1;
    this.#unmade.delete(repository);
    const { action } = repository;
    this.events.push({ type: 'repository-done', ...placed(site, repository, uri), action, already: true });
  }

  #skip(at: { readonly repository: string; readonly region: string; readonly unbegun?: true }, reason: string): void {
    this.#count.skipped += 1;
    this.events.push({ type: 'repository-skipped', ...at, reason });
  }

  #failed(
    at: { readonly repository: string; readonly region: string },
    step: StepKind,
    steps: readonly StepKind[],
    error: unknown,
  ): void {
    const position = steps.indexOf(step);
    if (error instanceof AwsFault && error.kind === 'interrupted')
      return this.#skip(at, `interrupted during ${step}${sofar(steps.slice(0, position))}`);
    const failure = this.#failureOf(error);
    if (failure === undefined) return;
    this.#count.failed += 1;
    this.events.push({ type: 'repository-failed', ...at, step, ...failure, skipped: steps.slice(position + 1) });
  }

  #stopped(): string | undefined {
    return this.#signal.aborted ? 'interrupted' : this.#halt;
  }
}

/** What was changed nevertheless: nobody shall take a repository that is half made for one that was not touched. */
function sofar(steps: readonly string[]): string {
  return steps.length === 0 ? '' : ` (done: ${steps.join(', ')})`;
}

function stepsLeft({ settled }: Site, repository: RepositoryPlan): readonly StepKind[] {
  return settled.has(repository.name) ? [] : stepsOf(repository);
}

function isCopying({ settings }: RegistryPlan): boolean {
  return stepsOfSettings(settings).includes('put-replication-configuration');
}

function placed({ registry }: Site, { name, action }: RepositoryPlan, uri: string | undefined) {
  return { repository: name, region: registry.region, ...(uri === undefined || action === 'delete' ? {} : { uri }) };
}

interface Failure {
  readonly operation: string;
  readonly awsCode: string;
  readonly message: string;
}

/** `writes`: the call that a policy which cannot be read or written is about. */
function failureOf(error: unknown, writes: string): Failure | undefined {
  if (error instanceof AwsFault) {
    const { operation, awsCode, message } = error;
    return {
      operation,
      awsCode,
      message: error.kind === 'gone' ? `${message}; it was deleted meanwhile, plan again` : message,
    };
  }
  if (error instanceof Refusal) return { operation: error.operation, awsCode: error.code, message: error.message };
  const [first] = isSlipwayError(error) ? error.diagnostics : [];
  if (first === undefined) return undefined;
  return { operation: writes, awsCode: first.code, message: first.message };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
