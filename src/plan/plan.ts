// From a project and an environment to a plan: account, reading, comparison, hazards.
// It must not write anything, nor know how a plan is shown.
import { fail } from '../diagnostics/index.js';
import type { Project } from '../manifest/project.js';
import { compile, type DesiredRegistry, type ObservedRegistry, ownershipOf } from '../registry/index.js';
import { assess, byRepository } from './assess.js';
import { type DiffOptions, diff } from './diff.js';
import { Guard } from './guard.js';
import type { Hazard, Plan, PlanPurpose, PlanSummary, RegistryPlan, RepositoryPlan } from './model.js';
import { planVersion } from './model.js';
import { observe } from './observe.js';
import type { RegistryPorts } from './ports.js';
import { requireMatches } from './scope.js';
import { type PlannedSettings, planSettings } from './settings/plan.js';
import type { StackPlan } from './stacks/model.js';
import { asItIs, outputsIn, planStacks, planStrays, type StackSettings, stackHazards } from './stacks/plan.js';
import { resolvedEncryption } from './stacks/values.js';
import { isStackWork } from './steps.js';
import type { UsageSource } from './usage/index.js';

/** Gives the ports of one account and Region. */
export type PortsFor = (registry: {
  readonly account: string;
  readonly region: string;
}) => RegistryPorts | Promise<RegistryPorts>;

export interface PlanOptions {
  /** Patterns on names in ECR or keys in the manifest; none select everything. */
  readonly only?: readonly string[];
  /** Delete repositories that are ours and no longer declared. */
  readonly prune?: boolean;
  /** `destroy` deletes everything that is ours, declared or not. */
  readonly purpose?: Exclude<PlanPurpose, 'drift'>;
  /** What knows which images are in use. Asked once each, and only where images would go. */
  readonly usage?: readonly UsageSource[];
  /** For the sources. */
  readonly signal?: AbortSignal;
  /** Consent that is given already, `KIND` or `KIND:NAME`: with it, `destroy` takes the key, too. Apply asks for it again. */
  readonly accept?: readonly string[];
}

/** What `apply` would do. Throws AwsFault where AWS cannot be asked at all, SlipwayError for everything else. */
export async function plan(
  project: Project,
  environment: string,
  portsFor: PortsFor,
  options: PlanOptions = {},
): Promise<Plan> {
  return planRegistries(compile(project, environment), portsFor, options);
}

/** The same from compiled registries. */
export async function planRegistries(
  registries: readonly DesiredRegistry[],
  portsFor: PortsFor,
  options: PlanOptions = {},
): Promise<Plan> {
  const settings = {
    purpose: options.purpose ?? 'apply',
    prune: options.prune ?? false,
    only: options.only ?? [],
    accept: options.accept ?? [],
  };
  const guard = new Guard(options.usage, options.signal);
  const parts = await Promise.all(registries.map((desired) => planRegistry(desired, portsFor, settings, guard)));
  return assemble(registries, settings, parts);
}

export interface RegistryPart {
  readonly registry: RegistryPlan;
  readonly hazards: Plan['hazards'];
}

const noSettings: PlannedSettings = { hazards: [], notes: [] };

/** Without a guard, neither images nor access are assessed. */
export async function planRegistry(
  desired: DesiredRegistry,
  portsFor: PortsFor,
  settings: DiffOptions & { readonly accept?: readonly string[] },
  guard: Guard | undefined,
): Promise<RegistryPart> {
  const ports = await portsFor(desired);
  await requireAccount(ports, desired.account, desired.owner.environment);
  const depth = settings.purpose === 'destroy' ? 'existence' : 'everything';
  const ofStacks: StackSettings = {
    purpose: settings.purpose,
    accept: settings.accept ?? [],
    // Drift makes nothing, and neither does a plan of some repositories: stacks are left as they are.
    makes: guard !== undefined && settings.only.length === 0,
    portsIn: async (region) => portsFor({ account: desired.account, region }),
  };
  const observing = observe(desired, ports, { only: settings.only, depth });
  const [observed, declared, ofRegistry] = await Promise.all([
    observing,
    planStacks(desired, ofStacks),
    // Where the plan is about some repositories only, what the registry has once is left as it is.
    settings.only.length > 0
      ? noSettings
      : planSettings(desired, ports, async () => namesOfOurs(await observing, desired), {
          purpose: settings.purpose,
          assess: guard !== undefined,
        }),
  ]);
  const strays = await planStrays(observed.stacks, desired, ofStacks, settings.prune);
  // Where the plan is about some repositories only, stacks are looked at for what they have made, and left as they are.
  const all = [...declared, ...strays];
  const stacks = settings.only.length === 0 ? all : all.map(asItIs);
  const [keyUnknown] = stacks.filter(({ kind }) => kind === 'key').flatMap(({ unknown }) => unknown);
  const options = keyUnknown === undefined ? settings : { ...settings, keyUnknown };
  const compared = diff(withKnownKeys(desired, stacks), observed, options);
  const registry: RegistryPlan = {
    ...compared,
    notes: [...compared.notes, ...ofRegistry.notes],
    ...(ofRegistry.settings === undefined ? {} : { settings: ofRegistry.settings }),
    stacks,
  };
  if (guard === undefined) return { registry, hazards: [] };
  const assessed = await assess(registry, observed, desired.owner, ports, guard);
  return { ...assessed, hazards: [...assessed.hazards, ...stackHazards(stacks), ...ofRegistry.hazards] };
}

/** Those that carry our ownership tags, declared or not. */
function namesOfOurs({ repositories }: ObservedRegistry, { owner }: DesiredRegistry): readonly string[] {
  return [...repositories.values()].flatMap(({ name, tags }) =>
    tags.state === 'present' && ownershipOf(tags.value, owner).state === 'ours' ? [name] : [],
  );
}

/** Keys that are made by now are known, so that they compare and print as what they are. */
function withKnownKeys(desired: DesiredRegistry, stacks: readonly StackPlan[]): DesiredRegistry {
  if (stacks.length === 0) return desired;
  const outputs = outputsIn(stacks);
  const repositories = desired.repositories.map((one) => ({
    ...one,
    encryption: resolvedEncryption(one.encryption, outputs),
  }));
  return { ...desired, repositories };
}

export function assemble(
  registries: readonly DesiredRegistry[],
  { purpose, prune, only }: Omit<DiffOptions, 'purpose'> & { readonly purpose: PlanPurpose },
  parts: readonly RegistryPart[],
): Plan {
  requireMatches(only, [
    ...registries.flatMap((one) => one.repositories),
    ...parts.flatMap((one) => one.registry.repositories),
  ]);
  const owner = registries[0]?.owner ?? { project: '', environment: '' };
  return {
    version: planVersion,
    purpose,
    owner: { project: owner.project, environment: owner.environment },
    scope: { only, prune },
    registries: parts.map(({ registry }) => registry),
    hazards: parts
      .flatMap(({ registry: { region }, hazards }) =>
        parts.length === 1 ? hazards : hazards.map((one): Hazard => ({ ...one, region })),
      )
      .sort(byRepository),
    summary: summaryOf(parts.map(({ registry }) => registry)),
  };
}

/** Refuses credentials of another account than the environment's, before anything is read or written there. */
export async function requireAccount(ports: RegistryPorts, account: string, environment: string): Promise<void> {
  const caller = await ports.identity.callerIdentity();
  if (caller.account === account) return;
  fail(
    'plan/wrong-account',
    `environment "${environment}" is in account ${account}, but the credentials are of account ${caller.account} (${caller.arn})`,
  );
}

function summaryOf(registries: readonly RegistryPlan[]): PlanSummary {
  const repositories = registries.flatMap((registry) => registry.repositories);
  const count = (action: RepositoryPlan['action']) => repositories.filter((one) => one.action === action).length;
  return {
    create: count('create'),
    update: count('update'),
    delete: count('delete'),
    replace: count('replace'),
    unchanged: count('unchanged'),
    orphan: count('orphan'),
    foreign: count('foreign'),
    unknown: repositories.filter(({ unknown }) => unknown.length > 0).length,
    stacks: registries.flatMap((registry) => registry.stacks).filter(isStackWork).length,
  };
}
