// Companions from the manifest to the local cloud's CloudFormation, IAM, KMS and ECR, over HTTP: whole, twice, failing in the middle, gone.
// It must not know templates, nor how a stack is made.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsPorts } from '../src/aws/index.js';
import { driftOf } from '../src/plan/drift.js';
import { type ApplyEvent, apply, type Plan, type RegistryPorts } from '../src/plan/index.js';
import { planRegistries } from '../src/plan/plan.js';
import type { DesiredRegistry } from '../src/registry/index.js';
import { companionsRegistry } from './support/companions.js';
import { type LocalEcr, startLocal } from './support/local.js';

const region = 'eu-west-1';
const keyStack = 'slipway-key-payments-prod';

let ecr: LocalEcr;
const opened: { close(): void }[] = [];

beforeAll(async () => {
  ecr = await startLocal();
});

afterAll(async () => {
  for (const ports of opened) ports.close();
  await ecr?.close();
});

/** Each account is a cloud of its own. */
const portsOf = (place: { readonly account: string; readonly region: string }): RegistryPorts => {
  const ports = awsPorts({ ...place, local: { endpoint: ecr.url } });
  opened.push(ports);
  return ports;
};

const desiredIn = (account: string): DesiredRegistry => companionsRegistry(account, region, { ci: true });
const planIn = (desired: DesiredRegistry, options = {}): Promise<Plan> => planRegistries([desired], portsOf, options);

async function carryOut(plan: Plan, accept: readonly string[] = []): Promise<readonly ApplyEvent[]> {
  const events: ApplyEvent[] = [];
  for await (const event of apply(plan, portsOf, { accept })) events.push(event);
  return events;
}

const outcome = (events: readonly ApplyEvent[]) => events.find((event) => event.type === 'finished')?.outcome;
const stacks = (plan: Plan) => plan.registries.flatMap((registry) => registry.stacks);

describe('companions on the local cloud', () => {
  it('are deployed whole, a second time there is nothing to do, and nothing has drifted', async () => {
    const desired = desiredIn('222222222222');
    const plan = await planIn(desired);
    expect(stacks(plan).map(({ kind, action, resources }) => [kind, action, resources.length])).toEqual([
      ['account', 'create', 2],
      ['key', 'create', 2],
      ['environment', 'create', 6],
    ]);
    const events = await carryOut(plan);
    expect(outcome(events), JSON.stringify(events, null, 1)).toMatchObject({ done: 5, failed: 0, skipped: 0 });

    const again = await planIn(desired);
    expect(stacks(again).map(({ action }) => action)).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect(again.summary).toMatchObject({ create: 0, update: 0, replace: 0, unchanged: 2, unknown: 0, stacks: 0 });
    const drift = await driftOf([desired], portsOf);
    expect(stacks(drift).map(({ action, unknown }) => [action, unknown])).toEqual([
      ['unchanged', []],
      ['unchanged', []],
      ['unchanged', []],
    ]);
  }, 60_000);

  it('the repository has the key of the stack, and the role of CI its trust', async () => {
    const ports = portsOf({ account: '222222222222', region });
    const made = await ports.stacks.describe(keyStack);
    const [repository] = (await ports.ecr.describeRepositories(['payments/api-of-prod'])) ?? [];
    expect(repository?.encryption).toEqual({ type: 'KMS', kmsKey: made?.outputs['KeyArn'] });
    const role = await ports.iam.principal('role', 'payments-prod-eu-west-1-github-acme.worker');
    expect(JSON.stringify(role?.policies)).toContain('repository/payments/worker');
    expect(
      await ports.oidcProviders.find('arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com'),
    ).toEqual({ audiences: ['sts.amazonaws.com', 'sts.example.com'] });
  }, 60_000);

  it('a small change changes one resource, and CloudFormation does no more than was shown', async () => {
    const desired = desiredIn('222222222222');
    const companions = desired.companions.map((stack) => ({
      ...stack,
      resources: stack.resources.map((one) =>
        one.kind === 'pull-role' && one.key === 'pods' ? { ...one, description: 'other words' } : one,
      ),
    }));
    const plan = await planIn({ ...desired, companions });
    expect(stacks(plan).flatMap(({ resources }) => resources)).toMatchObject([
      { action: 'update', changes: [{ property: 'Description' }] },
    ]);
    expect(outcome(await carryOut(plan))).toMatchObject({ done: 1, failed: 0 });
    expect(outcome(await carryOut(await planIn(desired)))).toMatchObject({ done: 1, failed: 0 });
  }, 60_000);

  it('a failure in the middle rolls back, and says why in the words of the resource; the next run goes on', async () => {
    const desired = desiredIn('333333333333');
    // A name that IAM refuses: only the service can say so.
    const broken = desired.companions.map((stack) => ({
      ...stack,
      resources: stack.resources.map((one) =>
        one.kind === 'pull-role' && one.key === 'tasks' ? { ...one, name: 'not a name' } : one,
      ),
    }));
    const events = await carryOut(await planIn({ ...desired, companions: broken }));
    const failed = events.filter((event) => event.type === 'stack-failed');
    expect(failed).toMatchObject([
      {
        stack: 'slipway-payments-prod',
        awsCode: 'ROLLBACK_COMPLETE',
        message: expect.stringMatching(/^rolled back: PullRoleTasks\w+ \(AWS::IAM::Role\): ./) as string,
      },
    ]);
    // Nothing of the stack is left, and the repositories went on.
    const ports = portsOf({ account: '333333333333', region });
    expect((await ports.iam.principals()).filter(({ kind }) => kind === 'role')).toEqual([]);
    expect(outcome(events)).toMatchObject({ done: 4, failed: 1 });
    const plan = await planIn(desired);
    expect(stacks(plan)[2]).toMatchObject({ action: 'create', status: 'ROLLBACK_COMPLETE' });
    expect(outcome(await carryOut(plan))).toMatchObject({ done: 1, failed: 0 });
    expect((await planIn(desired)).summary).toMatchObject({ unchanged: 2, stacks: 0 });
  }, 60_000);

  it('destroy leaves the key and the providers, and takes them with consent by name', async () => {
    const desired = desiredIn('222222222222');
    const first = await planIn(desired, { purpose: 'destroy' });
    expect(outcome(await carryOut(first))).toMatchObject({ done: 3, failed: 0, skipped: 0 });
    const accept = [`delete-key:${keyStack}`, 'delete-provider:slipway-account-payments'];
    const second = await planIn(desired, { purpose: 'destroy', accept });
    expect(stacks(second).map(({ kind, action }) => [kind, action])).toEqual([
      ['account', 'delete'],
      ['key', 'delete'],
    ]);
    expect(outcome(await carryOut(second, accept))).toMatchObject({ done: 2, failed: 0 });
    expect(stacks(await planIn(desired, { purpose: 'destroy' }))).toEqual([]);
  }, 60_000);
});
