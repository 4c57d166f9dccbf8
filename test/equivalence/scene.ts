// The projects made by `slipway apply` on the local ECR, which every engine is held to: what was made, read back, and what is left to change.
// It must not know any engine but Slipway's.
import pLimit from 'p-limit';
import { observe, type Plan } from '../../src/plan/index.js';
import type { DesiredRegistry } from '../../src/registry/index.js';
import type { LiveRegistry } from '../../src/render/index.js';
import type { Endpoint } from '../support/clients.js';
import { type LocalEcr, startLocal } from '../support/local.js';
import { differences } from './compare.js';
import { Engine, openWorld, writeAsOthers } from './engine.js';
import {
  type EquivalentProject,
  equivalentProjects,
  type RegistryProject,
  region,
  registryProjects,
  replicaRegions,
  type World,
} from './projects.js';
import { type Made, type MadeRegistry, type Plain, readMade, readRegistry } from './read.js';

export const projects = equivalentProjects();

export const plain = (made: Made): Plain => ({ ...made });
export const differ = (wanted: Made, made: Made): readonly string[] => differences(plain(wanted), plain(made));

/** A project that has an account to itself. */
export interface Placed {
  readonly project: RegistryProject;
  readonly there: World;
}

export class Scene {
  readonly local: LocalEcr;
  readonly engine: Engine;
  /** Of `slipway apply`. */
  readonly world: World;
  readonly wanted: Made;
  /** Of `slipway apply` too: `registryProjects` in their order. */
  readonly placed: readonly Placed[];
  readonly wantedOnce: readonly MadeRegistry[];

  private constructor({ local, engine, world, wanted, placed, wantedOnce }: Opened) {
    this.local = local;
    this.engine = engine;
    this.world = world;
    this.wanted = wanted;
    this.placed = placed;
    this.wantedOnce = wantedOnce;
  }

  static async open(): Promise<Scene> {
    const local = await startLocal();
    const engine = new Engine(local.url);
    const at = (account: string): Endpoint => ({ endpoint: local.url, account, region });
    const world = await openWorld(local.url, '111111111111');
    const limit = pLimit(4);
    await Promise.all(projects.map((project) => limit(() => engine.apply(project.desired(world)))));
    const wanted = await readMade(at(world.account));
    const placed = await placedFrom(120_000_000_000, local.url);
    await Promise.all(placed.map(({ project, there }) => engine.apply(...project.registries(there))));
    const wantedOnce = await Promise.all(placed.map(({ there }) => readRegistry(at(there.account), replicaRegions)));
    await Promise.all(placed.map(({ there }) => writeAsOthers(at(there.account))));
    return new Scene({ local, engine, world, wanted, placed, wantedOnce });
  }

  at(account: string): Endpoint {
    return { endpoint: this.local.url, account, region };
  }

  async applyAll(some: readonly EquivalentProject[], there: World): Promise<void> {
    const limit = pLimit(4);
    await Promise.all(some.map((project) => limit(() => this.engine.apply(project.desired(there)))));
  }

  /** What plan would change beside ownership tags: `NAME ASPECT`. */
  async otherChanges(some: readonly EquivalentProject[], there: World): Promise<readonly string[]> {
    const limit = pLimit(4);
    const plans = await Promise.all(some.map((project) => limit(() => this.engine.plan(project.desired(there)))));
    return plans.flatMap(changesBesideOwnership);
  }

  readOnce(some: readonly Placed[]): Promise<readonly MadeRegistry[]> {
    return Promise.all(some.map(({ there }) => readRegistry(this.at(there.account), replicaRegions)));
  }

  /** The same of projects that have an account to themselves, with what a registry has once: `NAME ASPECT`. */
  async otherSettings(some: readonly Placed[]): Promise<readonly string[]> {
    const plans = await Promise.all(some.map(({ project, there }) => this.engine.plan(...project.registries(there))));
    const settings = plans.flatMap(({ owner, registries }) =>
      registries.flatMap(({ settings: { changes: all = [], unknown = [] } = {} }) =>
        [...all, ...unknown].map(({ aspect }) => `${owner.project} ${aspect}`),
      ),
    );
    return [...settings, ...plans.flatMap(changesBesideOwnership)];
  }

  async lookAt(desired: DesiredRegistry): Promise<LiveRegistry> {
    const ports = this.engine.portsFor(desired);
    const observed = await observe(desired, ports, { orphans: false });
    const stacks = new Map<string, Readonly<Record<string, string>>>();
    for (const { name } of desired.companions) {
      const outputs = (await ports.stacks.describe(name))?.outputs;
      if (outputs !== undefined) stacks.set(name, outputs);
    }
    const [policy, scope, replication] = await Promise.all([
      ports.ecr.getRegistryPolicy(),
      ports.ecr.registryPolicyScope(),
      ports.ecr.replicationRules(),
    ]);
    return { observed, stacks, settings: { ...(policy === undefined ? {} : { policy }), scope, replication } };
  }

  async close(): Promise<void> {
    this.engine.close();
    await this.local.close();
  }
}

type Opened = Pick<Scene, 'local' | 'engine' | 'world' | 'wanted' | 'placed' | 'wantedOnce'>;

/** Accounts are counted up from the first. */
export function placedFrom(first: number, endpoint: string): Promise<readonly Placed[]> {
  return Promise.all(
    registryProjects.map(async (project, index) => ({
      project,
      there: await openWorld(endpoint, String(first + index), { replicas: replicaRegions }),
    })),
  );
}

function changesBesideOwnership({ registries }: Plan): readonly string[] {
  return registries.flatMap(({ repositories }) =>
    repositories.flatMap(({ name, changes: all, unknown }) => [
      // An alias is not compared with the key that it stands for, whoever made the repository.
      ...unknown
        .filter(({ operation }) => operation !== 'kms:DescribeKey')
        .map(({ operation }) => `${name} unknown by ${operation}`),
      ...all.flatMap((change) => {
        // A key that another engine made is in no stack of Slipway's: to plan, its value is unknown.
        if (change.aspect === 'encryption' && JSON.stringify(change).includes('"stack":"key"')) return [];
        if (change.aspect !== 'tags') return [`${name} ${change.aspect}`];
        const keys = new Set([...Object.keys(change.before ?? {}), ...Object.keys(change.after ?? {})]);
        return [...keys]
          .filter((key) => change.before?.[key] !== change.after?.[key] && !key.startsWith('slipway:'))
          .map((key) => `${name} tag ${key}`);
      }),
    ]),
  );
}

/** `PROJECT FIELD: …`, both in the order of `registryProjects`. */
export function differOnce(wanted: readonly MadeRegistry[], made: readonly MadeRegistry[]): readonly string[] {
  return registryProjects.flatMap(({ name }, index) =>
    differences({ ...wanted[index] }, { ...made[index] }).map((one) => `${name} ${one}`),
  );
}

/** What the project has made of it. */
export function only(made: Made, project: EquivalentProject, world: World): Made {
  const { repositories, companions } = project.desired(world);
  const resources = companions.flatMap((stack) => stack.resources);
  const pick = (all: Readonly<Record<string, Plain>>, names: readonly string[]) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
  return {
    repositories: pick(
      made.repositories,
      repositories.map(({ name }) => name),
    ),
    roles: pick(
      made.roles,
      resources.flatMap((one) => ('name' in one ? [one.name] : [])),
    ),
    providers: pick(
      made.providers,
      resources.flatMap((one) => (one.kind === 'oidc-provider' && !one.existing ? [one.host] : [])),
    ),
    keys: pick(
      made.keys,
      resources.flatMap((one) => (one.kind === 'encryption-key' ? [one.alias] : [])),
    ),
  };
}
