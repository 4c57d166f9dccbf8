// Stacks from plan to apply to destroy on a CloudFormation in memory: made in order, changed as shown, rolled back with the reason, left
// where images would die, and brought to their end by the next run wherever the last one stopped.
import { describe, expect, it } from 'vitest';
import { companionsRegistry } from '../../../test/support/companions.js';
import type { CompanionStack, OidcProvider } from '../../registry/companions/model.js';
import { type DesiredRegistry, projectTag } from '../../registry/index.js';
import { driftOf } from '../drift.js';
import type { ApplyEvent, Plan } from '../model.js';
import { planRegistries } from '../plan.js';
import { readPlan, savePlan } from '../saved.js';
import { applyOn, everything, outcomeOf, planOn } from '../testing/fixtures.js';
import { Killed, MemoryRegistry, type ProcessOptions } from '../testing/memory-registry.js';

const account = '222222222222';
const keyStack = 'slipway-key-payments-prod';
const ownStack = 'slipway-payments-prod';
const gitHub = 'token.actions.githubusercontent.com';
const providerArn = `arn:aws:iam::${account}:oidc-provider/${gitHub}`;

const provider: OidcProvider = {
  kind: 'oidc-provider',
  id: 'OidcProviderGithub',
  title: `identity provider ${gitHub}`,
  from: [],
  host: gitHub,
  arn: providerArn,
  audiences: ['sts.amazonaws.com'],
  thumbprints: [],
  existing: false,
  tags: {},
};

const memory = () => new MemoryRegistry(account, 'eu-west-1');

/** The project of test/support, with the account's stack before the others. */
function desiredWith(settings: Partial<OidcProvider> = {}, sharedWith: readonly string[] = []): DesiredRegistry {
  const desired = companionsRegistry(account);
  const stack = {
    kind: 'account',
    name: 'slipway-account-payments',
    region: 'eu-west-1',
    description: 'What the account has once',
    tags: { [projectTag]: 'payments' },
    resources: [{ ...provider, ...settings }],
    sharedWith,
  } as const;
  return { ...desired, companions: [stack, ...desired.companions] };
}

/** The same stacks, one of their pull roles changed. */
function withRole(
  stacks: readonly CompanionStack[],
  key: string,
  change: { readonly name?: string; readonly description?: string },
): readonly CompanionStack[] {
  return stacks.map((stack) => ({
    ...stack,
    resources: stack.resources.map((one) =>
      one.kind === 'pull-role' && one.key === key ? { ...one, ...change } : one,
    ),
  }));
}

/** The plan, without what it shows of its stacks' resources. */
function showingNothing(plan: Plan): Plan {
  const registries = plan.registries.map((one) => ({
    ...one,
    stacks: one.stacks.map((stack) => ({ ...stack, resources: [] })),
  }));
  return { ...plan, registries };
}

const stacksIn = (plan: Plan) => plan.registries.flatMap(({ stacks }) => stacks);
const brief = (plan: Plan) =>
  stacksIn(plan).map(({ name, action, resources }) =>
    `${name}: ${action} ${resources.map((one) => `${one.action} ${one.title}`).join(', ')}`.trim(),
  );
const order = (events: readonly ApplyEvent[]) =>
  events.flatMap((event) =>
    event.type === 'stack-done' ? [event.stack] : event.type === 'repository-done' ? [event.repository] : [],
  );

async function converge(
  cloud: MemoryRegistry,
  desired: DesiredRegistry,
  options: ProcessOptions = {},
): Promise<ApplyEvent[]> {
  const ports = cloud.process(options);
  const plan = await planOn(ports, desired);
  return applyOn(ports, plan, { accept: everything(plan) });
}

describe('a project without companions', () => {
  it('asks neither CloudFormation nor the identity providers of IAM', async () => {
    const cloud = memory();
    const desired = { ...companionsRegistry(account), companions: [] };
    const repositories = desired.repositories.filter(({ name }) => name === 'payments/worker');
    const ports = cloud.process();
    const plan = await planOn(ports, { ...desired, repositories });
    await applyOn(ports, plan);
    await planOn(ports, { ...desired, repositories }, { purpose: 'destroy' });
    expect(plan.registries[0]?.stacks).toEqual([]);
    expect(ports.calls.filter((call) => /^(cloudformation|iam):/.test(call))).toEqual([]);
  });
});

describe('apply', () => {
  it('makes the account, the key, the roles, then the repositories, and has nothing to do afterwards', async () => {
    const cloud = memory();
    const desired = desiredWith();
    const plan = await planOn(cloud.process(), desired);
    expect(brief(plan)).toEqual([
      `slipway-account-payments: create create identity provider ${gitHub}`,
      'slipway-key-payments-prod: create create key, create alias/slipway/payments/prod',
      `${ownStack}: create create role payments-prod-eu-west-1-deploy, create role payments-prod-eu-west-1-nodes, create role payments-prod-eu-west-1-pods, create role payments-prod-eu-west-1-tasks`,
    ]);
    expect(plan.registries[0]?.repositories[0]?.changes.find(({ aspect }) => aspect === 'encryption')?.after).toEqual({
      type: 'KMS',
      kmsKey: { stack: 'key', output: 'KeyArn' },
    });
    const events = await applyOn(cloud.process(), plan);
    expect(order(events)).toEqual([
      'slipway-account-payments',
      keyStack,
      ownStack,
      'payments/api-of-prod',
      'payments/worker',
    ]);
    const [key] = cloud.stacks.keys;
    expect(cloud.get('payments/api-of-prod').encryption).toEqual({ type: 'KMS', kmsKey: key });

    const again = await planOn(cloud.process(), desired);
    expect(stacksIn(again).map(({ action }) => action)).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect(again.summary).toMatchObject({ create: 0, update: 0, replace: 0, unchanged: 2, stacks: 0 });
    expect(stacksIn(again)[1]?.outputs['KeyArn']).toBe(key);
  });

  it('tells of each resource as CloudFormation comes to it', async () => {
    const events = await converge(memory(), desiredWith());
    expect(events.filter((event) => event.type === 'stack-event' && event.stack === keyStack)).toMatchObject([
      { resource: 'Key', status: 'CREATE_COMPLETE' },
      { resource: 'KeyAlias', status: 'CREATE_COMPLETE' },
    ]);
  });

  it('a small change gives a small diff, and changes nothing else', async () => {
    const cloud = memory();
    await converge(cloud, desiredWith());
    const desired = desiredWith();
    const companions = withRole(desired.companions, 'pods', { description: 'other words' });
    const plan = await planOn(cloud.process(), { ...desired, companions });
    expect(stacksIn(plan).flatMap(({ resources }) => resources)).toMatchObject([
      {
        action: 'update',
        title: 'role payments-prod-eu-west-1-pods',
        changes: [{ property: 'Description', after: 'other words' }],
      },
    ]);
    expect(outcomeOf(await applyOn(cloud.process(), plan))).toMatchObject({ done: 1, failed: 0, skipped: 0 });
  });

  it('a role with another name takes the place of the old one, and the plan says so', async () => {
    const cloud = memory();
    await converge(cloud, desiredWith());
    const desired = desiredWith();
    const companions = withRole(desired.companions, 'tasks', { name: 'new' });
    const plan = await planOn(cloud.process(), { ...desired, companions });
    expect(brief(plan)[2]).toBe(`${ownStack}: update replace role new`);
    expect(outcomeOf(await applyOn(cloud.process(), plan))).toMatchObject({ done: 1, failed: 0 });
  });

  it('a failure in the middle rolls back and says why; the repositories that need no key go on; the next run makes it anew', async () => {
    const cloud = memory();
    cloud.stacks.failing.set('KeyAlias', 'An alias with the name alias/slipway/payments/prod already exists');
    const events = await converge(cloud, desiredWith());
    expect(events.filter(({ type }) => type === 'stack-failed')).toMatchObject([
      {
        stack: keyStack,
        awsCode: 'ROLLBACK_COMPLETE',
        message:
          'rolled back: KeyAlias (AWS::KMS::Alias): An alias with the name alias/slipway/payments/prod already exists',
      },
    ]);
    expect(events.filter(({ type }) => type === 'repository-failed')).toMatchObject([
      { repository: 'payments/api-of-prod', awsCode: 'KeyNotMade' },
    ]);
    expect(cloud.repositories.has('payments/worker')).toBe(true);
    cloud.stacks.failing.clear();
    const plan = await planOn(cloud.process(), desiredWith());
    expect(stacksIn(plan)[1]).toMatchObject({
      action: 'create',
      status: 'ROLLBACK_COMPLETE',
      reason: expect.stringContaining('makes it anew') as string,
    });
    expect(outcomeOf(await applyOn(cloud.process(), plan))).toMatchObject({ done: 2, failed: 0 });
  });

  it('refuses effects that the plan did not show', async () => {
    const cloud = memory();
    await converge(cloud, desiredWith());
    const desired = desiredWith();
    const companions = withRole(desired.companions, 'pods', { description: 'other words' });
    const plan = await planOn(cloud.process(), { ...desired, companions });
    // What CloudFormation knows of the stack is another thing than its template said.
    const events = await applyOn(cloud.process(), showingNothing(plan));
    expect(outcomeOf(events)).toMatchObject({ done: 1, failed: 0 });
    const renamed = withRole(companions, 'pods', { name: 'renamed' });
    const second = await planOn(cloud.process(), { ...desired, companions: renamed });
    expect(await applyOn(cloud.process(), showingNothing(second))).toContainEqual(
      expect.objectContaining({
        type: 'stack-failed',
        awsCode: 'NotShown',
        message: expect.stringMatching(
          /^CloudFormation would do what the plan did not show: Replace PullRolePods/,
        ) as string,
      }),
    );
  });

  it('a stack of somebody else is left alone, and said to be', async () => {
    const cloud = memory();
    cloud.stacks.seed(keyStack, { tags: { team: 'other' } });
    const plan = await planOn(cloud.process(), desiredWith());
    expect(stacksIn(plan)[1]).toMatchObject({
      action: 'foreign',
      reason: 'a stack of that name exists, and no tag says that it is ours',
    });
    await applyOn(cloud.process(), plan);
    expect(cloud.stacks.stacks.get(keyStack)?.tags).toEqual({ team: 'other' });
  });

  it('a stack that waits for a person is told with the command that mends it', async () => {
    const cloud = memory();
    await converge(cloud, desiredWith());
    const stack = cloud.stacks.stacks.get(ownStack);
    if (stack === undefined) throw new Error('no stack');
    stack.status = 'UPDATE_ROLLBACK_FAILED';
    const plan = await planOn(cloud.process(), desiredWith());
    expect(stacksIn(plan)[2]).toMatchObject({
      action: 'stuck',
      steps: expect.arrayContaining([
        `mend it, then go on: aws cloudformation continue-update-rollback --stack-name ${ownStack} --region eu-west-1`,
      ]) as string[],
    });
    expect(outcomeOf(await applyOn(cloud.process(), plan))).toMatchObject({ failed: 1 });
  });

  it.each(['cloudformation:DescribeStacks', 'cloudformation:GetTemplate'])(
    '%s denied: unknown, and nothing is written',
    async (operation) => {
      const cloud = memory();
      await converge(cloud, desiredWith());
      const ports = cloud.process({ faults: { [operation]: 'denied' } });
      const plan = await planOn(ports, desiredWith());
      expect(stacksIn(plan).map(({ action, unknown }) => [action, unknown.length])).toEqual([
        ['unchanged', 1],
        ['unchanged', 1],
        ['unchanged', 1],
      ]);
      // Whether its key is the one that is wanted is not known: no replacement is told of.
      expect(plan.registries[0]?.repositories[0]).toMatchObject({
        action: 'unchanged',
        unknown: [{ aspect: 'encryption', operation }],
      });
    },
  );

  it('a plan of some repositories changes no stack', async () => {
    const cloud = memory();
    const plan = await planOn(cloud.process(), desiredWith(), { only: ['worker'] });
    expect(stacksIn(plan).map(({ action }) => action)).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect(outcomeOf(await applyOn(cloud.process(), plan))).toMatchObject({ done: 1 });
    expect(cloud.stacks.stacks.size).toBe(0);
  });
});

describe('an identity provider that exists', () => {
  it('is referred to, and no stack is made of it', async () => {
    const cloud = memory();
    cloud.stacks.providersByArn.set(providerArn, ['sts.amazonaws.com']);
    const plan = await planOn(cloud.process(), desiredWith());
    expect(stacksIn(plan)[0]).toMatchObject({
      action: 'unchanged',
      referenced: [{ arn: providerArn, note: 'exists already, and is referred to' }],
    });
    await applyOn(cloud.process(), plan);
    expect([...cloud.stacks.stacks.keys()].sort()).toEqual([keyStack, ownStack].sort());
  });

  it('and lacks the audience: the plan says what is missing, and how to add it', async () => {
    const cloud = memory();
    cloud.stacks.providersByArn.set(providerArn, ['other']);
    const plan = await planOn(cloud.process(), desiredWith());
    expect(stacksIn(plan)[0]?.referenced[0]?.note).toMatch(
      /takes no tokens for sts\.amazonaws\.com: .* aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn arn:.* --client-id sts\.amazonaws\.com$/,
    );
  });

  it('as the manifest says: IAM is not even asked', async () => {
    const ports = memory().process();
    await planOn(ports, desiredWith({ existing: true }));
    expect(ports.calls.filter((call) => call.startsWith('iam:GetOpenIDConnectProvider'))).toEqual([]);
  });

  it('may not be looked for: nothing is made', async () => {
    const cloud = memory();
    const plan = await planOn(cloud.process({ faults: { 'iam:GetOpenIDConnectProvider': 'denied' } }), desiredWith());
    expect(stacksIn(plan)[0]).toMatchObject({
      action: 'unchanged',
      unknown: [{ operation: 'iam:GetOpenIDConnectProvider' }],
    });
  });
});

describe('a role that exists already', () => {
  const taken = 'payments-prod-eu-west-1-tasks';
  const asked = (calls: readonly string[]) => calls.filter((call) => call.startsWith('iam:GetRole '));
  const made = (): MemoryRegistry => {
    const cloud = memory();
    const arn = `arn:aws:iam::${account}:role/slipway/${taken}`;
    cloud.principals.push({ kind: 'role', arn, id: 'AROATASKS', tags: {}, policies: [] });
    return cloud;
  };
  const refusal = {
    diagnostics: [
      {
        code: 'plan/name-taken',
        path: 'spec.companions.pullRoles.tasks',
        message: `the role ${taken} exists already, outside of the stack ${ownStack} that would make it`,
      },
    ],
  };

  it('is told of by the plan, and nothing is applied, not from a saved plan either', async () => {
    const cloud = made();
    const plan = await planOn(cloud.process(), desiredWith());
    const stack = stacksIn(plan).find(({ name }) => name === ownStack);
    expect(stack).toMatchObject({ action: 'stuck', steps: [expect.stringContaining(taken)], resources: [] });
    await expect(applyOn(cloud.process(), readPlan(savePlan(plan, { kind: 'aws' })).plan)).rejects.toMatchObject(
      refusal,
    );
    await expect(converge(cloud, desiredWith())).rejects.toMatchObject(refusal);
    expect(cloud.stacks.stacks.size).toBe(0);
  });

  it.each(['REVIEW_IN_PROGRESS', 'ROLLBACK_COMPLETE'])(
    'is in the way of a stack in %s, which holds no role',
    async (status) => {
      const cloud = made();
      const tags = desiredWith().companions.find(({ name }) => name === ownStack)?.tags ?? {};
      cloud.stacks.seed(ownStack, { status, tags });
      await expect(converge(cloud, desiredWith())).rejects.toMatchObject(refusal);
    },
  );

  it.each(['CREATE_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'ROLLBACK_FAILED'])(
    'may be that of a stack in %s',
    async (status) => {
      const cloud = made();
      const tags = desiredWith().companions.find(({ name }) => name === ownStack)?.tags ?? {};
      cloud.stacks.seed(ownStack, { status, tags });
      const ports = cloud.process();
      await planOn(ports, desiredWith());
      expect(asked(ports.calls)).toEqual([]);
    },
  );

  it('is looked for once for each role of a stack that is not there, and never afterwards', async () => {
    const cloud = memory();
    const first = cloud.process();
    await planOn(first, desiredWith());
    expect(asked(first.calls)).toHaveLength(4);
    await converge(cloud, desiredWith());
    const second = cloud.process();
    await planOn(second, desiredWith());
    expect(asked(second.calls)).toEqual([]);
  });

  it('is of no concern to drift, to destroy, and to a plan of some repositories', async () => {
    const ports = made().process();
    await driftOf([desiredWith()], async () => ports);
    await planOn(ports, desiredWith(), { purpose: 'destroy' });
    await planOn(ports, desiredWith(), { only: ['payments/worker'] });
    expect(asked(ports.calls)).toEqual([]);
  });

  it('may not be looked for: CloudFormation has the last word', async () => {
    const plan = await planOn(made().process({ faults: { 'iam:GetRole': 'denied' } }), desiredWith());
    expect(stacksIn(plan).map(({ action }) => action)).toEqual(['create', 'create', 'create']);
  });
});

describe('destroy', () => {
  const destroy = async (cloud: MemoryRegistry, desired: DesiredRegistry, accept: readonly string[] = []) => {
    const plan = await planOn(cloud.process(), desired, { purpose: 'destroy', accept });
    return { plan, events: await applyOn(cloud.process(), plan, { accept }) };
  };

  it('goes the other way, and leaves the key and the provider', async () => {
    const cloud = memory();
    await converge(cloud, desiredWith());
    const { plan, events } = await destroy(cloud, desiredWith());
    expect(stacksIn(plan).map(({ action }) => action)).toEqual(['kept', 'kept', 'delete']);
    expect(stacksIn(plan)[1]?.reason).toContain(`--accept delete-key:${keyStack}`);
    expect(order(events)).toEqual(['payments/api-of-prod', 'payments/worker', ownStack]);
    expect(cloud.stacks.keys.size).toBe(1);
  });

  it('takes the key and the provider with consent by name, and the key is really gone', async () => {
    const cloud = memory();
    await converge(cloud, desiredWith());
    const accept = [`delete-key:${keyStack}`, 'delete-provider:slipway-account-payments'];
    const { plan, events } = await destroy(cloud, desiredWith(), accept);
    expect(plan.hazards.map(({ kind }) => kind)).toEqual(['delete-provider', 'delete-key']);
    expect(order(events)).toEqual([
      'payments/api-of-prod',
      'payments/worker',
      ownStack,
      keyStack,
      'slipway-account-payments',
    ]);
    expect([cloud.stacks.stacks.size, cloud.stacks.keys.size, cloud.stacks.providersByArn.size]).toEqual([0, 0, 0]);
  });

  it('the kind alone is no consent to the end of a key', async () => {
    const cloud = memory();
    await converge(cloud, desiredWith());
    await expect(destroy(cloud, desiredWith(), ['delete-key'])).rejects.toThrow(/delete-key|key encrypts/);
    expect(cloud.stacks.keys.size).toBe(1);
  });

  it('leaves the key where a repository could not be deleted', async () => {
    const cloud = memory();
    await converge(cloud, desiredWith());
    cloud.get('payments/api-of-prod').images.push({ digest: 'sha256:1', tags: ['v1'], pushedAt: 0 });
    const { events } = await destroy(cloud, desiredWith(), [`delete-key:${keyStack}`]);
    expect(events.filter(({ type }) => type === 'stack-skipped')).toMatchObject([{ stack: keyStack }]);
    expect(cloud.stacks.keys.size).toBe(1);
  });

  it('leaves what another environment of the account uses', async () => {
    const cloud = memory();
    await converge(cloud, desiredWith());
    const accept = ['delete-provider:slipway-account-payments'];
    const plan = await planOn(cloud.process(), desiredWith({}, ['dev']), { purpose: 'destroy', accept });
    expect(stacksIn(plan)[0]).toMatchObject({ action: 'kept', reason: 'it serves dev too' });
  });

  it('twice is nothing', async () => {
    const cloud = memory();
    await converge(cloud, desiredWith());
    await destroy(cloud, desiredWith());
    const { plan, events } = await destroy(cloud, desiredWith());
    expect(plan.summary.stacks).toBe(0);
    expect(outcomeOf(events)).toMatchObject({ done: 0, failed: 0 });
  });
});

describe('a stack that is no longer declared', () => {
  const bare = () => ({ ...desiredWith(), companions: [] });

  it('is found by its tags, without a call to CloudFormation where there is none', async () => {
    const cloud = memory();
    await converge(cloud, desiredWith());
    const plan = await planOn(cloud.process(), bare());
    expect(stacksIn(plan).map(({ name, action, reason }) => [name, action, reason])).toEqual([
      [keyStack, 'kept', `images that its key encrypts die with it; to delete it too, --accept delete-key:${keyStack}`],
      [ownStack, 'kept', 'ours, but no longer declared; --prune deletes it'],
    ]);
  });

  it('goes with --prune, the key only with its own consent, and after the repositories', async () => {
    const cloud = memory();
    await converge(cloud, desiredWith());
    const plan = await planOn(cloud.process(), bare(), { prune: true });
    expect(stacksIn(plan).map(({ action }) => action)).toEqual(['kept', 'delete']);
    expect(order(await applyOn(cloud.process(), plan))).toEqual([ownStack]);
    expect([...cloud.stacks.stacks.keys()]).toEqual(['slipway-account-payments', keyStack]);
  });

  it('goes with destroy', async () => {
    const cloud = memory();
    await converge(cloud, desiredWith());
    const accept = [`delete-key:${keyStack}`];
    const plan = await planOn(cloud.process(), bare(), { purpose: 'destroy', accept });
    await applyOn(cloud.process(), plan, { accept });
    expect([...cloud.stacks.stacks.keys()]).toEqual(['slipway-account-payments']);
  });
});

describe('drift', () => {
  it('tells what CloudFormation found changed behind it, and what is gone', async () => {
    const cloud = memory();
    await converge(cloud, desiredWith());
    cloud.stacks.drifted.set(ownStack, [
      {
        resource: 'PullRolePods',
        type: 'AWS::IAM::Role',
        deleted: false,
        differences: [{ path: '/Policies/0/PolicyName', expected: 'slipway', actual: 'mine' }],
      },
    ]);
    cloud.stacks.stacks.delete(keyStack);
    const found = await driftOf([desiredWith()], () => cloud.process());
    expect(stacksIn(found)).toMatchObject([
      { action: 'unchanged' },
      { name: keyStack, action: 'delete', reason: 'declared, but it does not exist' },
      {
        name: ownStack,
        action: 'update',
        resources: [
          { id: 'PullRolePods', changes: [{ property: 'Policies.0.PolicyName', before: 'slipway', after: 'mine' }] },
        ],
      },
    ]);
  });

  it('an endpoint that cannot detect it still has the templates compared; a denied look is unknown', async () => {
    const cloud = memory();
    await converge(cloud, desiredWith());
    const driftWith = (kind: 'denied' | 'not-implemented') =>
      driftOf([desiredWith()], () => cloud.process({ faults: { 'cloudformation:DetectStackDrift': kind } }));
    expect(stacksIn(await driftWith('not-implemented')).flatMap(({ unknown }) => unknown)).toEqual([]);
    expect(stacksIn(await driftWith('denied')).flatMap(({ unknown }) => unknown)).toHaveLength(3);
  });
});

describe('a saved plan', () => {
  it('carries its templates, goes on where a run was killed, and is refused where a stack moved', async () => {
    const cloud = memory();
    const plan = await planOn(cloud.process(), desiredWith());
    const { plan: read } = readPlan(savePlan(plan, { kind: 'aws' }));
    expect(read).toEqual(plan);
    await applyOn(cloud.process(), read, { verify: true });
    const again = await applyOn(cloud.process(), read, { verify: true });
    expect(outcomeOf(again)).toMatchObject({ done: 0, already: 5, failed: 0 });
    const stack = cloud.stacks.stacks.get(ownStack);
    if (stack?.template === undefined) throw new Error('no stack');
    stack.template = { ...stack.template, Description: 'by hand' };
    await expect(applyOn(cloud.process(), read, { verify: true })).rejects.toThrow(/it exists by now, and is another/);
  });
});

describe('a run that is killed', () => {
  it('at any call: the next apply converges', async () => {
    const whole = memory().process();
    await applyOn(whole, await planOn(whole, desiredWith()));
    for (const killAfterEffect of [false, true]) {
      for (let killAt = 1; killAt <= whole.calls.length; killAt += 1) {
        const cloud = memory();
        const first = cloud.process({ killAt, killAfterEffect });
        const died = await planOn(first, desiredWith())
          .then((plan) => applyOn(first, plan))
          .then(() => false)
          .catch((error: unknown) => {
            if (error instanceof Killed) return true;
            throw error;
          });
        const events = await converge(cloud, desiredWith());
        expect(outcomeOf(events), `killed at ${killAt}: ${String(died)}`).toMatchObject({ failed: 0, skipped: 0 });
        const again = await planOn(cloud.process(), desiredWith());
        expect([again.summary.stacks, again.summary.unchanged], `killed at ${killAt}`).toEqual([0, 2]);
      }
    }
  });

  it('interrupted while CloudFormation works: it says so, and the next run waits for the end', async () => {
    const cloud = memory();
    const stop = new AbortController();
    const ports = cloud.process({
      before: (operation) => {
        if (operation === 'cloudformation:ExecuteChangeSet') setImmediate(() => stop.abort());
      },
    });
    const events = await applyOn(ports, await planOn(ports, desiredWith()), { signal: stop.signal });
    expect(outcomeOf(events)).toMatchObject({ interrupted: true });
    expect(events.find(({ type }) => type === 'stack-skipped')).toMatchObject({
      reason: expect.stringContaining('CloudFormation goes on') as string,
    });
    expect(outcomeOf(await converge(cloud, desiredWith()))).toMatchObject({ failed: 0, skipped: 0 });
  });
});

describe('the account stack', () => {
  it('is asked for in its own Region', async () => {
    const cloud = memory();
    const desired = desiredWith();
    const companions = desired.companions.map((stack) =>
      stack.kind === 'account' ? { ...stack, region: 'us-east-1' } : stack,
    );
    const regions: string[] = [];
    await planRegistries([{ ...desired, companions }], ({ region }) => {
      regions.push(region);
      return cloud.process();
    });
    expect(new Set(regions)).toEqual(new Set(['eu-west-1', 'us-east-1']));
  });
});
