// Desired registries and whole runs, in few words, for tests.
// It must not hide what a test is about.
import { type AccessIntent, compileAccess } from '../../access/index.js';
import { compileLifecycle } from '../../lifecycle/index.js';
import type { DesiredRegistry, DesiredRepository, Owner } from '../../registry/index.js';
import { ownershipTags } from '../../registry/index.js';
import { type ApplyOptions, apply } from '../apply.js';
import type { ApplyEvent, ApplyOutcome, Plan, PlanSummary } from '../model.js';
import { type PlanOptions, planRegistries } from '../plan.js';
import type { RegistryPorts } from '../ports.js';
import { MemoryRegistry } from './memory-registry.js';

export const owner: Owner = { project: 'payments', environment: 'prod' };
export const place = { account: '111111111111', region: 'eu-west-1', partition: 'aws' };

export function statementsOf(intent: Partial<AccessIntent>, by: Owner = owner) {
  return compileAccess({ pull: [], push: [], statements: [], ...intent }, by, place);
}

export const pullBy = (...accounts: string[]): Partial<AccessIntent> => ({
  pull: accounts.map((account) => ({ kind: 'account', account })),
});

export function repository(
  name: string,
  settings: Partial<DesiredRepository> = {},
  by: Owner = owner,
): DesiredRepository {
  return {
    key: name,
    name,
    tagMutability: { mode: 'IMMUTABLE', exclusions: [] },
    encryption: { type: 'AES256' },
    scanOnPush: true,
    tags: { Team: 'payments', ...ownershipTags(by) },
    lifecyclePolicy: compileLifecycle({ expireUntaggedAfterDays: 14, maxImageCount: 30 }),
    statements: statementsOf(pullBy('444444444444'), by),
    forceDelete: false,
    ...settings,
  };
}

export function registry(repositories: readonly DesiredRepository[], by: Owner = owner): DesiredRegistry {
  return {
    owner: by,
    ...place,
    repositories: repositories.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    companions: [],
  };
}

export const emptySummary: PlanSummary = {
  create: 0,
  update: 0,
  delete: 0,
  replace: 0,
  unchanged: 0,
  orphan: 0,
  foreign: 0,
  unknown: 0,
  stacks: 0,
};

export const memory = () => new MemoryRegistry(place.account, place.region);

export function planOn(ports: RegistryPorts, desired: DesiredRegistry, options: PlanOptions = {}): Promise<Plan> {
  return planRegistries([desired], () => ports, options);
}

export async function applyOn(ports: RegistryPorts, plan: Plan, options: ApplyOptions = {}): Promise<ApplyEvent[]> {
  const events: ApplyEvent[] = [];
  for await (const event of apply(plan, () => ports, options)) events.push(event);
  return events;
}

export function outcomeOf(events: readonly ApplyEvent[]): ApplyOutcome | undefined {
  return events.find((event) => event.type === 'finished')?.outcome;
}

/** Every hazard of a plan, accepted by name. */
export function everything(plan: Plan): string[] {
  return plan.hazards.map(({ kind, repository }) => `${kind}:${repository}`);
}

/** Plans and applies with every consent. */
export async function converge(
  ports: RegistryPorts,
  desired: DesiredRegistry,
  options: PlanOptions = {},
): Promise<ApplyEvent[]> {
  const plan = await planOn(ports, desired, options);
  return applyOn(ports, plan, { accept: everything(plan) });
}

/** The changes of a plan in short: `api: update tags, lifecyclePolicy`. */
export function brief(plan: Plan): string[] {
  return plan.registries.flatMap(({ repositories }) =>
    repositories
      .filter(({ action, unknown }) => action !== 'unchanged' || unknown.length > 0)
      .map(({ name, action, changes, unknown }) => {
        const unknowns = unknown.map(({ aspect }) => `?${aspect}`);
        return `${name}: ${action} ${[...changes.map(({ aspect }) => aspect), ...unknowns].join(', ')}`.trim();
      }),
  );
}

export const lockOf = (pid: number, alive: readonly number[] = [], waitMilliseconds?: number) => ({
  holder: `user${pid}@laptop`,
  host: 'laptop',
  pid,
  isAlive: (one: number) => alive.includes(one),
  ...(waitMilliseconds === undefined ? {} : { waitMilliseconds }),
});

export const writes = (calls: readonly string[]) =>
  calls.filter((call) => /^ecr:(Put|Set|Create|Delete|Tag|Untag)/.test(call));

export const image = (tag: string | undefined, daysAgo: number, sizeInBytes = 1_000_000) => ({
  digest: `sha256:${(tag ?? 'untagged').padEnd(8, '0')}${daysAgo}`,
  tags: tag === undefined ? [] : [tag],
  pushedAt: Date.parse('2026-01-01T00:00:00Z') - daysAgo * 86_400_000,
  sizeInBytes,
});
