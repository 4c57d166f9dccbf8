// The plan seen from the live side: what somebody changed since the manifest was applied.
// It must not be applied: `before` is what was declared, `after` is what is there.
import type { Project } from '../manifest/project.js';
import { compile, type DesiredRegistry } from '../registry/index.js';
import type { Change, PieceChange, Plan, RepositoryPlan } from './model.js';
import { assemble, type PortsFor, planRegistry } from './plan.js';
import type { SettingChange, SettingsPlan } from './settings/model.js';
import { driftOfStack } from './stacks/drift.js';

export interface DriftOptions {
  readonly only?: readonly string[];
}

/** Differences between the manifest and the live registry, told as changes to what was declared. It reads no images. */
export async function drift(
  project: Project,
  environment: string,
  portsFor: PortsFor,
  options: DriftOptions = {},
): Promise<Plan> {
  return driftOf(compile(project, environment), portsFor, options);
}

/** The same from compiled registries. */
export async function driftOf(
  registries: readonly DesiredRegistry[],
  portsFor: PortsFor,
  options: DriftOptions = {},
): Promise<Plan> {
  const settings = { purpose: 'apply', prune: false, only: options.only ?? [] } as const;
  const parts = await Promise.all(registries.map((desired) => planRegistry(desired, portsFor, settings, undefined)));
  const turned = await Promise.all(
    parts.map(async ({ registry }) => {
      const { account } = registry;
      const stacks = await Promise.all(
        registry.stacks.map(async (stack) => {
          const ports = await portsFor({ account, region: stack.region });
          return driftOfStack(stack, ports.stacks, ports.clock);
        }),
      );
      const settings = registry.settings === undefined ? {} : { settings: turnSettings(registry.settings) };
      return {
        registry: { ...registry, stacks, ...settings, repositories: registry.repositories.map(turn) },
        hazards: [],
      };
    }),
  );
  return assemble(registries, { ...settings, purpose: 'drift' }, turned);
}

function turn(repository: RepositoryPlan): RepositoryPlan {
  if (repository.action === 'create') {
    return { ...repository, action: 'delete', reason: 'declared, but it does not exist', changes: [] };
  }
  const { steps: _, ...rest } = repository;
  return { ...rest, changes: repository.changes.map(turnChange) };
}

function turnChange(change: Change): Change {
  switch (change.aspect) {
    case 'tagMutability':
      return { ...change, before: change.after, after: change.before ?? change.after };
    case 'scanOnPush':
      return { ...change, before: change.after, after: change.before ?? change.after };
    case 'encryption':
      return { ...change, before: change.after, after: change.before ?? change.after };
    case 'tags':
      return { ...change, before: change.after, after: change.before };
    case 'lifecyclePolicy':
      return { aspect: change.aspect, before: change.after, after: change.before, rules: change.rules.map(turnPiece) };
    case 'repositoryPolicy':
      return { ...change, before: change.after, after: change.before, statements: change.statements.map(turnPiece) };
  }
}

function turnSettings(settings: SettingsPlan): SettingsPlan {
  return { ...settings, changes: settings.changes.map(turnSetting) };
}

function turnSetting(change: SettingChange): SettingChange {
  switch (change.aspect) {
    case 'registryPolicy':
      return { ...change, before: change.after, after: change.before, statements: change.statements.map(turnPiece) };
    case 'registryPolicy.scope':
      return { ...change, before: change.after, after: change.before };
    case 'replication':
      return { ...change, before: change.after, after: change.before, filters: change.filters.map(turnPiece) };
  }
}

const opposite = { add: 'remove', remove: 'add', change: 'change' } as const;

function turnPiece<T>({ id, action, before, after }: PieceChange<T>): PieceChange<T> {
  return {
    id,
    action: opposite[action],
    ...(after === undefined ? {} : { before: after }),
    ...(before === undefined ? {} : { after: before }),
  };
}
