// The policy of a registry and its scope, through each state they can be found in: planned, applied, looked at again, destroyed.
import { describe, expect, it } from 'vitest';
import { compileRegistryAccess, type RegistryGrant, type Statement } from '../../access/index.js';
import type { DesiredRegistry, DesiredRegistryPolicy, Owner } from '../../registry/index.js';
import { consent } from '../consent.js';
import { driftOf } from '../drift.js';
import { exposedIn } from '../exposed.js';
import type { Plan } from '../model.js';
import { planRegistries } from '../plan.js';
import { readPlan, savePlan } from '../saved.js';
import { hasWork } from '../steps.js';
import {
  applyOn,
  converge,
  everything,
  lockOf,
  memory,
  outcomeOf,
  owner,
  place,
  planOn,
  registry,
  repository,
} from '../testing/fixtures.js';
import { Killed, type MemoryRegistry } from '../testing/memory-registry.js';
import { unreadIn } from '../unread.js';

const account = (id: string) => ({ kind: 'account', account: id }) as const;
const replicate = (id: string, ...patterns: string[]): RegistryGrant => ({
  repositories: patterns.length === 0 ? ['mirror/*'] : patterns,
  principals: { replicate: [account(id)] },
});
const pulls = (id: string): RegistryGrant => ({ repositories: ['team/*'], principals: { pull: [account(id)] } });

function statementsOf(grants: readonly RegistryGrant[], by: Owner = owner): readonly Statement[] {
  const { statements, problems } = compileRegistryAccess(grants, by, place);
  expect(problems).toEqual([]);
  return statements;
}

function wanted(
  grants: readonly RegistryGrant[],
  scope?: DesiredRegistryPolicy['scope'],
  by: Owner = owner,
): DesiredRegistry {
  const registryPolicy = { statements: statementsOf(grants, by), ...(scope === undefined ? {} : { scope }) };
  return { ...registry([], by), registryPolicy };
}

const byHand = {
  Sid: 'ByHand',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::888888888888:root' },
  Action: 'ecr:ReplicateImage',
  Resource: 'arn:aws:ecr:eu-west-1:111111111111:repository/*',
} as const satisfies Statement;

const policyOf = (...statements: readonly Statement[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

function live({ registryPolicy }: MemoryRegistry): readonly Statement[] {
  return registryPolicy === undefined
    ? []
    : (JSON.parse(registryPolicy) as { Statement: readonly Statement[] }).Statement;
}

const settingsIn = (plan: Plan) => plan.registries[0]?.settings;
const hazardsOf = (plan: Plan) => plan.hazards.map(({ kind, repository: of }) => `${kind}:${of}`);
const registryCalls = (calls: readonly string[]) =>
  calls.map((call) => call.split(' ')[0]).filter((call) => /RegistryPolicy|AccountSetting/.test(call ?? ''));

describe('the policy of a registry', () => {
  it('is not even read where nothing declares it', async () => {
    const cloud = memory();
    cloud.registryPolicy = policyOf(byHand);
    const process = cloud.process();
    await converge(process, registry([repository('api')]));
    expect(settingsIn(await planOn(process, registry([repository('api')])))).toBeUndefined();
    expect(registryCalls(process.calls)).toEqual([]);
  });

  it('is made, and then there is nothing to do', async () => {
    const cloud = memory();
    const plan = await planOn(cloud.process(), wanted([replicate('444444444444')]));
    expect(settingsIn(plan)).toMatchObject({
      changes: [{ aspect: 'registryPolicy', before: [], statements: [{ action: 'add' }] }],
      kept: [],
      unknown: [],
      access: { gained: ['account 444444444444 gains ecr:CreateRepository and ecr:ReplicateImage on mirror/*'] },
    });
    expect(plan.hazards).toEqual([]);
    const process = cloud.process();
    const events = await applyOn(process, plan, { lock: lockOf(1) });
    expect(events.map(({ type }) => type)).toEqual(['started', 'settings-started', 'settings-done', 'finished']);
    expect(events[0]).toMatchObject({ settings: 1, repositories: 0, steps: 1 });
    expect(outcomeOf(events)).toMatchObject({ done: 1, already: 0, failed: 0 });
    expect(live(cloud)).toEqual(statementsOf([replicate('444444444444')]));
    // Read, merged, written, and read back.
    expect(registryCalls(process.calls)).toEqual([
      'ecr:GetRegistryPolicy',
      'ecr:PutRegistryPolicy',
      'ecr:GetRegistryPolicy',
    ]);
    const again = await planOn(cloud.process(), wanted([replicate('444444444444')]));
    expect([settingsIn(again)?.changes, hasWork(again)]).toEqual([[], false]);
  });

  it('that is empty takes our statements away, and the policy with the last one', async () => {
    const cloud = memory();
    await converge(cloud.process(), wanted([replicate('444444444444')]));
    const plan = await planOn(cloud.process(), wanted([]));
    expect(hazardsOf(plan)).toEqual(['lose-access:registryPolicy']);
    await applyOn(cloud.process(), plan, { accept: ['lose-access:registryPolicy'] });
    expect(cloud.registryPolicy).toBeUndefined();
  });

  it('keeps statements of others, shows them, and says whom they let in', async () => {
    const cloud = memory();
    const open: Statement = { ...byHand, Sid: 'Open', Principal: '*' };
    cloud.registryPolicy = policyOf(byHand, open);
    for (let change = 0; change < 10; change += 1)
      await converge(cloud.process(), wanted([replicate(String(200_000_000_000 + change))]));
    expect(live(cloud)).toEqual([byHand, open, ...statementsOf([replicate('200000000009')])]);
    const plan = await planOn(cloud.process(), wanted([replicate('200000000009')]));
    expect(settingsIn(plan)?.kept.map(({ id, note }) => `${id}: ${note}`)).toEqual([
      'ByHand: written by somebody else',
      'Open: written by somebody else',
    ]);
    expect(exposedIn(plan).map(({ code }) => code)).toEqual(['access/open-to-others', 'access/open-to-everyone']);
    await converge(cloud.process(), wanted([replicate('200000000009')]), { purpose: 'destroy' });
    expect(live(cloud)).toEqual([byHand, open]);
  });

  it('of two projects has the statements of both through apply and destroy of either', async () => {
    const cloud = memory();
    const billing: Owner = { project: 'billing', environment: 'prod' };
    const [ours, theirs] = [
      wanted([replicate('444444444444')]),
      wanted([replicate('555555555555')], undefined, billing),
    ];
    await converge(cloud.process(), ours);
    await converge(cloud.process(), theirs);
    expect(live(cloud)).toEqual([
      ...statementsOf([replicate('444444444444')]),
      ...statementsOf([replicate('555555555555')], billing),
    ]);
    for (const one of [ours, theirs]) expect(hasWork(await planOn(cloud.process(), one))).toBe(false);
    await converge(cloud.process(), ours, { purpose: 'destroy' });
    expect(live(cloud)).toEqual(statementsOf([replicate('555555555555')], billing));
  });

  it('that another project wrote over at the same moment is written again', async () => {
    const cloud = memory();
    let intruded = false;
    const process = cloud.process({
      before: (operation) => {
        // Somebody who had read before us writes between our writing and our looking.
        if (operation === 'ecr:GetRegistryPolicy' && live(cloud).length > 0 && !intruded) {
          intruded = true;
          cloud.registryPolicy = policyOf(byHand);
        }
      },
    });
    const plan = await planOn(cloud.process(), wanted([replicate('444444444444')]));
    const events = await applyOn(process, plan, { lock: lockOf(1) });
    expect(outcomeOf(events)).toMatchObject({ done: 1, failed: 0 });
    expect([intruded, live(cloud)]).toEqual([true, [byHand, ...statementsOf([replicate('444444444444')])]]);
  });

  it('whose reading is denied is unknown, and nothing is written', async () => {
    const cloud = memory();
    cloud.registryPolicy = policyOf(byHand);
    const process = cloud.process({ faults: { 'ecr:GetRegistryPolicy': 'denied' } });
    const plan = await planOn(process, wanted([replicate('444444444444')]));
    expect(settingsIn(plan)).toMatchObject({
      changes: [],
      unknown: [{ aspect: 'registryPolicy', operation: 'ecr:GetRegistryPolicy' }],
    });
    expect([unreadIn(plan), hasWork(plan)]).toEqual([['registryPolicy'], false]);
  });

  it('that is no policy is left as it is', async () => {
    const cloud = memory();
    cloud.registryPolicy = 'not JSON';
    const plan = await planOn(cloud.process(), wanted([replicate('444444444444')]));
    expect(settingsIn(plan)?.unknown).toMatchObject([{ reason: 'the registry policy is not JSON' }]);
    expect(hasWork(plan)).toBe(false);
  });

  it('that cannot be written fails by itself, and the repositories go on', async () => {
    const cloud = memory();
    const desired = {
      ...registry([repository('api')]),
      registryPolicy: wanted([replicate('444444444444')]).registryPolicy ?? { statements: [] },
    };
    const plan = await planOn(cloud.process(), desired);
    const events = await applyOn(cloud.process({ faults: { 'ecr:PutRegistryPolicy': 'denied' } }), plan);
    expect(events.find(({ type }) => type === 'settings-failed')).toMatchObject({
      step: 'put-registry-policy',
      operation: 'ecr:PutRegistryPolicy',
    });
    expect(outcomeOf(events)).toMatchObject({ done: 1, failed: 1 });
    expect(cloud.repositories.has('api')).toBe(true);
  });

  it('comes after nothing and before repositories, and goes after them', async () => {
    const cloud = memory();
    const policy = wanted([replicate('444444444444')]).registryPolicy ?? { statements: [] };
    const desired = { ...registry([repository('api')]), registryPolicy: policy };
    const types = (all: readonly { type: string }[]) =>
      all.map(({ type }) => type).filter((type) => type === 'settings-done' || type === 'repository-done');
    expect(types(await converge(cloud.process(), desired))).toEqual(['settings-done', 'repository-done']);
    expect(types(await converge(cloud.process(), desired, { purpose: 'destroy' }))).toEqual([
      'repository-done',
      'settings-done',
    ]);
  });

  it('is no matter of a plan about some repositories', async () => {
    const process = memory().process();
    const desired = { ...registry([repository('api')]), registryPolicy: { statements: [] } };
    const plan = await planOn(process, desired, { only: ['api'] });
    expect([settingsIn(plan), registryCalls(process.calls)]).toEqual([undefined, []]);
  });

  it('would not grow beyond what ECR takes', async () => {
    const cloud = memory();
    const Principal = { AWS: Array.from({ length: 300 }, (_, at) => `arn:aws:iam::${100_000_000_000 + at}:root`) };
    cloud.registryPolicy = policyOf({ ...byHand, Principal });
    await expect(planOn(cloud.process(), wanted([replicate('444444444444')]))).rejects.toThrow(
      /the registry policy has \d+ characters/,
    );
  });

  it('killed at any call, the next apply finishes', async () => {
    for (const killAfterEffect of [false, true]) {
      for (let killAt = 1; killAt < 40; killAt += 1) {
        const cloud = memory();
        cloud.registryPolicyScope = 'V1';
        cloud.registryPolicy = policyOf(byHand);
        const desired = wanted([replicate('444444444444'), pulls('555555555555')], 'V2');
        const plan = await planOn(cloud.process(), desired);
        let died = false;
        try {
          await applyOn(cloud.process({ killAt, killAfterEffect }), plan, { accept: everything(plan) });
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          died = true;
        }
        await converge(cloud.process(), desired);
        expect(cloud.registryPolicyScope).toBe('V2');
        const statements = [byHand, ...(desired.registryPolicy?.statements ?? [])];
        expect(live(cloud)).toHaveLength(statements.length);
        expect(live(cloud)).toEqual(expect.arrayContaining(statements));
        if (!died) break;
      }
    }
  });
});

describe('the scope of it', () => {
  it('stays as it is where it is not declared', async () => {
    const cloud = memory();
    cloud.registryPolicyScope = 'V1';
    await converge(cloud.process(), wanted([replicate('444444444444')]));
    expect(cloud.registryPolicyScope).toBe('V1');
  });

  it('is changed with consent that names it, before the statements that need it', async () => {
    const cloud = memory();
    cloud.registryPolicyScope = 'V1';
    const plan = await planOn(cloud.process(), wanted([pulls('444444444444')], 'V2'));
    expect(settingsIn(plan)?.changes).toMatchObject([
      { aspect: 'registryPolicy.scope', before: 'V1', after: 'V2' },
      { aspect: 'registryPolicy' },
    ]);
    expect(hazardsOf(plan)).toEqual(['overwrite-shared:registryPolicy.scope']);
    expect(consent(plan, ['overwrite-shared'])).toHaveLength(1);
    expect(consent(plan, ['overwrite-shared:registryPolicy.scope'])).toEqual([]);
    const process = cloud.process();
    const events = await applyOn(process, plan, { accept: everything(plan) });
    expect(events.find(({ type }) => type === 'settings-done')).toMatchObject({
      steps: ['put-account-setting', 'put-registry-policy'],
    });
    expect(cloud.registryPolicyScope).toBe('V2');
  });

  it('is narrowed after the statements that needed the wider one are gone', async () => {
    const cloud = memory();
    await converge(cloud.process(), wanted([pulls('444444444444')], 'V2'));
    const plan = await planOn(cloud.process(), wanted([replicate('444444444444')], 'V1'));
    expect(hazardsOf(plan)).toEqual(['lose-access:registryPolicy', 'overwrite-shared:registryPolicy.scope']);
    const events = await applyOn(cloud.process(), plan, { accept: everything(plan) });
    expect(events.find(({ type }) => type === 'settings-done')).toMatchObject({
      steps: ['put-registry-policy', 'put-account-setting'],
    });
  });

  it('that changes says what statements of others begin to do', async () => {
    const cloud = memory();
    cloud.registryPolicyScope = 'V1';
    cloud.registryPolicy = policyOf(
      { ...byHand, Sid: 'Pull', Action: 'ecr:BatchGetImage' },
      { ...byHand, Sid: 'NoPush', Effect: 'Deny', Principal: '*', Action: 'ecr:PutImage' },
    );
    const plan = await planOn(cloud.process(), wanted([], 'V2'));
    expect(settingsIn(plan)?.access).toMatchObject({
      gained: ['account 888888888888 gains pull on *'],
      lost: expect.arrayContaining(['everyone loses push on *']) as unknown,
    });
    expect(hazardsOf(plan)).toEqual(['lose-access:registryPolicy', 'overwrite-shared:registryPolicy.scope']);
  });

  it('of two projects that differ is never changed without consent', async () => {
    const cloud = memory();
    const billing: Owner = { project: 'billing', environment: 'prod' };
    const ours = wanted([], 'V2');
    const theirs = wanted([], 'V1', billing);
    for (const one of [theirs, ours, theirs]) {
      const plan = await planOn(cloud.process(), one);
      expect(hazardsOf(plan)).toEqual(['overwrite-shared:registryPolicy.scope']);
      await expect(applyOn(cloud.process(), plan)).rejects.toThrow(/the registry has scope V/);
      await applyOn(cloud.process(), plan, { accept: everything(plan) });
    }
  });

  it('is never changed without consent, not even beside a policy that cannot be read', async () => {
    for (const text of ['not JSON', '[]', '{"Statement": [1]}']) {
      const cloud = memory();
      cloud.registryPolicyScope = 'V1';
      cloud.registryPolicy = text;
      const plan = await planOn(cloud.process(), wanted([replicate('444444444444')], 'V2'));
      expect(plan.hazards).toMatchObject([
        {
          kind: 'overwrite-shared',
          repository: 'registryPolicy.scope',
          mustBeNamed: true,
          reason: expect.stringContaining('the policy could not be read, so whom that touches is not known') as unknown,
        },
      ]);
      await expect(applyOn(cloud.process(), plan)).rejects.toThrow(/the registry has scope V1/);
      await applyOn(cloud.process(), plan, { accept: everything(plan) });
      expect([cloud.registryPolicy, cloud.registryPolicyScope]).toEqual([text, 'V2']);
    }
  });

  it('V1 in place takes no policy in which a statement of others needs V2: that is said before anything is written', async () => {
    const pull: Statement = { ...byHand, Sid: 'Pull', Action: 'ecr:BatchGetImage' };
    const cloud = memory();
    await converge(cloud.process(), wanted([replicate('444444444444')], 'V2'));
    cloud.registryPolicy = policyOf(...live(cloud), pull);
    const narrower = await planOn(cloud.process(), wanted([replicate('444444444444')], 'V1'));
    expect(narrower.hazards).toContainEqual(
      expect.objectContaining({
        reason: expect.stringContaining('cannot be written again as long as statement Pull of others') as unknown,
      }),
    );
    await applyOn(cloud.process(), narrower, { accept: everything(narrower) });
    expect(hasWork(await planOn(cloud.process(), wanted([replicate('444444444444')], 'V1')))).toBe(false);
    await expect(planOn(cloud.process(), wanted([replicate('555555555555')], 'V1'))).rejects.toMatchObject({
      diagnostics: [
        { code: 'access/needs-scope-v2', message: expect.stringContaining('as long as statement Pull') as unknown },
      ],
    });
    const drift = await driftOf([wanted([replicate('555555555555')], 'V1')], () => cloud.process());
    expect(settingsIn(drift)?.changes).toMatchObject([{ aspect: 'registryPolicy' }]);
    const wider = await planOn(cloud.process(), wanted([replicate('555555555555')], 'V2'));
    await applyOn(cloud.process(), wider, { accept: everything(wider) });
    expect(live(cloud)).toEqual(expect.arrayContaining([pull]));
  });

  it('V1 in place refuses grants that need V2, before anything is written', async () => {
    const cloud = memory();
    cloud.registryPolicyScope = 'V1';
    await expect(planOn(cloud.process(), wanted([pulls('444444444444')]))).rejects.toMatchObject({
      diagnostics: [{ code: 'access/needs-scope-v2' }],
    });
  });

  it('whose reading is denied is unknown where it is declared, and else taken for V2 and said to be', async () => {
    const faults = { 'ecr:GetAccountSetting': 'denied' } as const;
    const declared = await planOn(memory().process({ faults }), wanted([], 'V2'));
    expect(settingsIn(declared)?.unknown).toMatchObject([{ aspect: 'registryPolicy.scope' }]);
    const silent = await planOn(memory().process({ faults }), wanted([replicate('444444444444')]));
    expect([settingsIn(silent)?.unknown, silent.registries[0]?.notes]).toEqual([
      [],
      [expect.stringContaining('V2 is assumed')],
    ]);
  });

  it('is not asked for, nor changed, by destroy', async () => {
    const cloud = memory();
    await converge(cloud.process(), wanted([replicate('444444444444')], 'V1'));
    const process = cloud.process();
    await converge(process, wanted([replicate('444444444444')], 'V1'), { purpose: 'destroy' });
    expect([cloud.registryPolicy, cloud.registryPolicyScope]).toEqual([undefined, 'V1']);
    expect(process.calls.filter((call) => call.includes('AccountSetting'))).toEqual([]);
  });
});

describe('drift and saved plans', () => {
  it('tell from the live side what somebody changed', async () => {
    const cloud = memory();
    const desired = wanted([replicate('444444444444')], 'V2');
    await converge(cloud.process(), desired);
    cloud.registryPolicyScope = 'V1';
    cloud.registryPolicy = undefined;
    const drift = await driftOf([desired], () => cloud.process());
    expect(settingsIn(drift)?.changes).toMatchObject([
      { aspect: 'registryPolicy.scope', before: 'V2', after: 'V1' },
      { aspect: 'registryPolicy', after: [], statements: [{ action: 'remove' }] },
    ]);
    expect(drift.hazards).toEqual([]);
  });

  it('hold while the live value is the one before or the one after, and no longer', async () => {
    const cloud = memory();
    const desired = wanted([replicate('444444444444')]);
    const plan = readPlan(savePlan(await planRegistries([desired], () => cloud.process()), { kind: 'aws' })).plan;
    cloud.registryPolicy = policyOf(byHand);
    expect(outcomeOf(await applyOn(cloud.process(), plan, { verify: true }))).toMatchObject({ done: 1 });
    expect(outcomeOf(await applyOn(cloud.process(), plan, { verify: true }))).toMatchObject({ done: 0, already: 1 });
    await converge(cloud.process(), wanted([replicate('555555555555')]));
    await expect(applyOn(cloud.process(), plan, { verify: true })).rejects.toMatchObject({
      diagnostics: [{ code: 'plan/stale' }],
    });
  });
});
