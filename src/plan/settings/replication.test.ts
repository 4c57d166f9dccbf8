// Replicas: a rule of replication through each state it can be found in, and the order in which Regions come to be.
import { describe, expect, it } from 'vitest';
import type { DesiredRegistry, ReplicationRule } from '../../registry/index.js';
import { type ApplyOptions, apply } from '../apply.js';
import { driftOf } from '../drift.js';
import type { ApplyEvent, Plan } from '../model.js';
import { permissionsFor } from '../permissions.js';
import { type PlanOptions, planRegistries } from '../plan.js';
import { readPlan, savePlan } from '../saved.js';
import { hasWork } from '../steps.js';
import { everything, outcomeOf, place, registry, repository } from '../testing/fixtures.js';
import { MemoryRegistry, type ProcessOptions } from '../testing/memory-registry.js';
import { unreadIn } from '../unread.js';

const away = 'us-east-1';

function wanted(names: readonly string[], regions: readonly string[] = [away]): readonly DesiredRegistry[] {
  const own = registry(names.map((name) => repository(name)));
  return [
    { ...own, replication: { regions } },
    ...regions.map((region) => ({ ...own, region, replicaOf: place.region })),
  ];
}

/** The Regions of an account. */
class World {
  readonly home = new MemoryRegistry(place.account, place.region);
  readonly away = new MemoryRegistry(place.account, away);
  options: Readonly<Record<string, ProcessOptions>> = {};

  readonly ports = ({ region }: { readonly region: string }) => {
    const cloud = region === away ? this.away : this.home;
    return cloud.process(this.options[region] ?? {});
  };

  plan(desired: readonly DesiredRegistry[], options: PlanOptions = {}): Promise<Plan> {
    return planRegistries(desired, this.ports, options);
  }

  async apply(plan: Plan, options: ApplyOptions = {}): Promise<readonly ApplyEvent[]> {
    const events: ApplyEvent[] = [];
    for await (const event of apply(plan, this.ports, { accept: everything(plan), ...options })) events.push(event);
    return events;
  }

  async converge(desired: readonly DesiredRegistry[], options: PlanOptions = {}): Promise<readonly ApplyEvent[]> {
    return this.apply(await this.plan(desired, options));
  }
}

const rule = (filters: readonly string[] | undefined, ...regions: readonly string[]): ReplicationRule => ({
  destinations: regions.map((region) => ({ region, registryId: place.account })),
  ...(filters === undefined
    ? {}
    : { repositoryFilters: filters.map((filter) => ({ filter, filterType: 'PREFIX_MATCH' as const })) }),
});
const settingsIn = (plan: Plan) => plan.registries[0]?.settings;

describe('replicas', () => {
  it('are not even read where nothing is said of them', async () => {
    const world = new World();
    const process = world.home.process();
    await planRegistries([registry([repository('api')])], () => process);
    expect(process.calls.filter((call) => call.startsWith('ecr:DescribeRegistry'))).toEqual([]);
  });

  it('are made, the rule after the repositories it copies to, and then there is nothing to do', async () => {
    const world = new World();
    const plan = await world.plan(wanted(['api', 'web']));
    expect(settingsIn(plan)).toMatchObject({
      changes: [{ aspect: 'replication', before: [], after: [rule(['api', 'web'], away)] }],
      kept: [],
      unknown: [],
    });
    expect(plan.hazards).toEqual([]);
    const events = await world.apply(plan);
    expect(events[0]).toMatchObject({ settings: 1, repositories: 4 });
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['settings-done', 'finished']);
    expect(outcomeOf(events)).toMatchObject({ done: 5, failed: 0, skipped: 0 });
    expect(world.home.replicationRules).toEqual([rule(['api', 'web'], away)]);
    expect([...world.away.repositories.keys()].sort()).toEqual(['api', 'web']);
    for (let round = 0; round < 10; round += 1) {
      const again = await world.plan(wanted(['api', 'web']));
      expect([settingsIn(again)?.changes, hasWork(again)]).toEqual([[], false]);
    }
  });

  it('keep the rules of others, and show them', async () => {
    const world = new World();
    const theirs = [rule(['team/'], 'eu-central-1'), rule(undefined, 'ap-south-1')];
    world.home.replicationRules = theirs;
    const plan = await world.plan(wanted(['api']));
    expect(settingsIn(plan)?.kept.map(({ what, id }) => `${what} ${id}`)).toEqual([
      'replicationRule team/* -> eu-central-1',
      'replicationRule every repository -> ap-south-1',
    ]);
    await world.apply(plan);
    expect(world.home.replicationRules).toEqual([...theirs, rule(['api'], away)]);
    await world.converge(wanted(['api'], []));
    expect(world.home.replicationRules).toEqual(theirs);
  });

  it('follow the repositories: what is declared no longer is copied no longer', async () => {
    const world = new World();
    await world.converge(wanted(['api', 'web']));
    const plan = await world.plan(wanted(['web']));
    expect(settingsIn(plan)?.changes).toMatchObject([
      { filters: [{ id: 'api', action: 'remove', before: [away] }], repositories: ['api', 'web'] },
    ]);
    expect(plan.hazards).toEqual([]);
    await world.apply(plan);
    expect(world.home.replicationRules).toEqual([rule(['web'], away)]);
  });

  it('ask before they end what somebody else put into our rule', async () => {
    const world = new World();
    world.home.replicationRules = [rule(['api', 'theirs/'], away)];
    const plan = await world.plan(wanted(['api']));
    expect(plan.hazards).toEqual([
      {
        kind: 'overwrite-shared',
        repository: 'replication',
        reason:
          'the rule that copies repositories of this environment copies others too, which would end: theirs/* to us-east-1',
        mustBeNamed: true,
        region: 'eu-west-1',
      },
    ]);
  });

  it('are refused before any write where the document has no room for them', async () => {
    const world = new World();
    world.home.replicationRules = Array.from({ length: 10 }, (_, index) => rule([`team-${index}/`], 'eu-central-1'));
    await expect(world.plan(wanted(['api']))).rejects.toMatchObject({ code: 'plan/replication-full' });
    expect(world.home.repositories.size).toBe(0);
    // Of what is full and needs no more, nothing is to be said.
    world.home.replicationRules = [...world.home.replicationRules.slice(1), rule(['api'], away)];
    expect(settingsIn(await world.plan(wanted(['api'])))?.changes).toEqual([]);
  });

  it('say so where somebody fills the document meanwhile', async () => {
    const world = new World();
    const plan = await world.plan(wanted(['api']));
    world.home.replicationRules = Array.from({ length: 10 }, (_, index) => rule([`team-${index}/`], 'eu-central-1'));
    const events = await world.apply(plan);
    expect(events.find(({ type }) => type === 'settings-failed')).toMatchObject({ awsCode: 'plan/replication-full' });
    expect(world.home.replicationRules).toHaveLength(10);
  });

  it('are not copied to before their repositories are there', async () => {
    const world = new World();
    const plan = await world.plan(wanted(['api']));
    world.options = { [away]: { faults: { 'ecr:CreateRepository': 'denied' } } };
    const events = await world.apply(plan);
    expect(events.find(({ type }) => type === 'settings-skipped')).toMatchObject({
      reason: 'not every repository is there in us-east-1',
    });
    expect(world.home.replicationRules).toEqual([]);
    world.options = {};
    await world.converge(wanted(['api']));
    expect(world.home.replicationRules).toEqual([rule(['api'], away)]);
  });

  it('that cannot be read are left alone', async () => {
    const world = new World();
    world.options = { [place.region]: { faults: { 'ecr:DescribeRegistry': 'denied' } } };
    const plan = await world.plan(wanted(['api']));
    expect(settingsIn(plan)?.changes).toEqual([]);
    expect(unreadIn(plan)).toContain('replication');
  });

  it('drift, are held to in a saved plan, and are told from the live side', async () => {
    const world = new World();
    await world.converge(wanted(['api']));
    world.home.replicationRules = [rule(['api'], 'ap-south-1')];
    const drift = await driftOf(wanted(['api']), world.ports);
    expect(settingsIn(drift)?.changes).toMatchObject([
      { before: [rule(['api'], away)], after: [rule(['api'], 'ap-south-1')] },
    ]);
    const plan = await world.plan(wanted(['api']));
    const { plan: saved } = readPlan(savePlan(plan, { kind: 'aws' }));
    expect(saved).toEqual(plan);
    world.home.replicationRules = [];
    await expect(world.apply(saved, { verify: true })).rejects.toMatchObject({ code: 'plan/stale' });
    world.home.replicationRules = [rule(['api'], away)];
    expect(outcomeOf(await world.apply(saved, { verify: true }))).toMatchObject({ done: 0, already: 1, failed: 0 });
  });

  it('are destroyed, the rule before the repositories', async () => {
    const world = new World();
    world.home.replicationRules = [rule(['team/'], away)];
    await world.converge(wanted(['api']));
    const events = await world.converge(wanted(['api']), { purpose: 'destroy' });
    expect(events[1]).toMatchObject({ type: 'settings-started' });
    expect(outcomeOf(events)).toMatchObject({ done: 3, failed: 0, skipped: 0 });
    expect(world.home.replicationRules).toEqual([rule(['team/'], away)]);
    expect([world.home.repositories.size, world.away.repositories.size]).toEqual([0, 0]);
  });

  it('need permissions in every Region, and no more than without them where there are none', () => {
    const [own, ...replicas] = wanted(['api']);
    if (own === undefined) throw new TypeError('no registry');
    const { replication: _, ...alone } = own;
    const text = (policy: unknown) => JSON.stringify(policy);
    const apply = text(permissionsFor('apply', { registry: own, replicas }).policy);
    expect(apply).toContain('ecr:PutReplicationConfiguration');
    expect(apply).toContain('arn:aws:ecr:us-east-1:111111111111:repository/api');
    expect(apply).toContain('arn:aws:ssm:us-east-1:111111111111:parameter/slipway/payments/prod/lock');
    expect(text(permissionsFor('read', { registry: own, replicas }).policy)).not.toContain('PutReplication');
    expect(text(permissionsFor('apply', { registry: alone }).policy)).not.toMatch(/Replication|us-east-1/);
  });
});
