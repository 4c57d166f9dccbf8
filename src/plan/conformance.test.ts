// One suite for every aspect of a repository, through each state it can be found in; kills at every call; properties.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileLifecycle, lifecycleText } from '../lifecycle/index.js';
import type { DesiredRepository } from '../registry/index.js';
import { ownershipTags } from '../registry/index.js';
import { driftOf } from './drift.js';
import type { FaultKind } from './ports.js';
import {
  applyOn,
  brief,
  converge,
  everything,
  image,
  lockOf,
  memory,
  outcomeOf,
  owner,
  planOn,
  pullBy,
  registry,
  repository,
  statementsOf,
  writes,
} from './testing/fixtures.js';
import { Killed, type MemoryRegistry, type Stored } from './testing/memory-registry.js';

const api = repository('api');
const web = repository('web');
const desired = registry([api, web]);
const lambda = {
  Sid: 'LambdaECRImageRetrievalPolicy',
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
} as const;

async function applied(): Promise<MemoryRegistry> {
  const live = memory();
  await converge(live.process(), desired);
  expect(brief(await planOn(live.process(), desired))).toEqual([]);
  return live;
}

interface AspectCase {
  readonly aspect: string;
  readonly tamper: (stored: Stored) => void;
  readonly write: string;
  /** The call whose denial hides the aspect; absent where it comes with the description. */
  readonly read?: string;
}

const aspects: readonly AspectCase[] = [
  {
    aspect: 'tagMutability',
    tamper: (stored) => {
      stored.tagMutability = { mode: 'MUTABLE', exclusions: [] };
    },
    write: 'ecr:PutImageTagMutability',
  },
  {
    aspect: 'scanOnPush',
    tamper: (stored) => {
      stored.scanOnPush = false;
    },
    write: 'ecr:PutImageScanningConfiguration',
  },
  {
    aspect: 'tags',
    tamper: (stored) => {
      stored.tags.Team = 'raiders';
    },
    write: 'ecr:TagResource',
    read: 'ecr:ListTagsForResource',
  },
  {
    aspect: 'lifecyclePolicy',
    tamper: (stored) => {
      delete stored.lifecyclePolicy;
    },
    write: 'ecr:PutLifecyclePolicy',
    read: 'ecr:GetLifecyclePolicy',
  },
  {
    aspect: 'repositoryPolicy',
    tamper: (stored) => {
      stored.repositoryPolicy = JSON.stringify({ Statement: [lambda] });
    },
    write: 'ecr:SetRepositoryPolicy',
    read: 'ecr:GetRepositoryPolicy',
  },
];

describe.each(aspects)('$aspect', ({ aspect, tamper, write, read }) => {
  const drifted = async () => {
    const live = await applied();
    tamper(live.get('api'));
    return live;
  };

  it('drifted: found, mended with one write, then nothing', async () => {
    const live = await drifted();
    const plan = await planOn(live.process(), desired);
    expect(brief(plan)).toEqual([`api: update ${aspect}`]);
    const process = live.process();
    expect(outcomeOf(await applyOn(process, plan, { accept: everything(plan) }))).toEqual({
      done: 1,
      already: 0,
      failed: 0,
      skipped: 0,
      interrupted: false,
    });
    expect(writes(process.calls)).toEqual([`${write} api`]);
    expect(brief(await planOn(live.process(), desired))).toEqual([]);
  });

  it('drifted: told from the live side', async () => {
    const live = await drifted();
    const told = await driftOf([desired], () => live.process());
    const plan = await planOn(live.process(), desired);
    expect(brief(told)).toEqual([`api: update ${aspect}`]);
    const [change] = told.registries[0]?.repositories[0]?.changes ?? [];
    const [mend] = plan.registries[0]?.repositories[0]?.changes ?? [];
    expect({ before: change?.before, after: change?.after }).toEqual({ before: mend?.after, after: mend?.before });
    expect(told).toMatchObject({ purpose: 'drift', hazards: [] });
    await expect(applyOn(live.process(), told)).rejects.toThrow(
      'plan/not-applicable: this plan tells of drift, it does not mend it',
    );
  });

  it('foreign: nothing is written without consent, everything with it', async () => {
    const live = await drifted();
    live.get('api').tags = {};
    const plan = await planOn(live.process(), desired);
    const process = live.process();
    await expect(applyOn(process, plan, { accept: ['expire-images', 'lose-access', 'open-access'] })).rejects.toThrow(
      'plan/consent-needed: api: it exists already, and no tag says whose it is; Slipway would change it and own it',
    );
    expect(writes(process.calls)).toEqual([]);
    await applyOn(live.process(), plan, { accept: everything(plan) });
    expect(brief(await planOn(live.process(), desired))).toEqual([]);
  });

  it('deleted meanwhile: the others go on, and the next run makes it', async () => {
    const live = await drifted();
    tamper(live.get('web'));
    const plan = await planOn(live.process(), desired);
    live.repositories.delete('api');
    const events = await applyOn(live.process(), plan, { accept: everything(plan) });
    expect(events.find((event) => event.type === 'repository-failed')).toMatchObject({
      repository: 'api',
      awsCode: 'RepositoryNotFoundException',
      message: expect.stringMatching(/; it was deleted meanwhile, plan again$/),
    });
    expect(outcomeOf(events)).toEqual({ done: 1, already: 0, failed: 1, skipped: 0, interrupted: false });
    await converge(live.process(), desired);
    expect(brief(await planOn(live.process(), desired))).toEqual([]);
  });

  it.each<FaultKind>(['unavailable', 'denied', 'invalid', 'not-implemented', 'other'])(
    '%s writing: named, the next run mends it',
    async (kind) => {
      const live = await drifted();
      const plan = await planOn(live.process(), desired);
      const events = await applyOn(live.process({ faults: { [write]: kind } }), plan, { accept: everything(plan) });
      expect(events).toContainEqual(
        expect.objectContaining({
          type: 'repository-failed',
          operation: write,
          message: `injected ${kind}`,
          skipped: [],
        }),
      );
      expect(outcomeOf(events)).toMatchObject({ done: 0, failed: 1 });
      await converge(live.process(), desired);
      expect(brief(await planOn(live.process(), desired))).toEqual([]);
    },
  );

  it.each<FaultKind>(['unavailable', 'denied', 'not-implemented', 'other'])(
    '%s reading: unknown, and no write follows',
    async (kind) => {
      if (read === undefined) return expect(aspect).toMatch(/^(tagMutability|scanOnPush)$/);
      const live = await drifted();
      const faults = { [read]: kind };
      const plan = await planOn(live.process({ faults, bulk: 'empty' }), desired);
      expect(plan.registries[0]?.repositories[0]?.unknown).toContainEqual(
        expect.objectContaining({ aspect, operation: read }),
      );
      const process = live.process({ faults });
      await applyOn(process, plan, { accept: everything(plan) });
      expect(writes(process.calls)).toEqual([]);
      return undefined;
    },
  );
});

describe('the whole repository', () => {
  it('missing: made with three writes', async () => {
    const live = memory();
    const process = live.process();
    const plan = await planOn(process, desired);
    expect(plan.summary).toMatchObject({ create: 2, unchanged: 0 });
    const before = process.calls.length;
    await applyOn(process, plan);
    const made = process.calls.slice(before + 1);
    expect(made.filter((call) => call.endsWith(' api'))).toEqual([
      'ecr:CreateRepository api',
      'ecr:PutLifecyclePolicy api',
      'ecr:SetRepositoryPolicy api',
    ]);
    expect(made).toHaveLength(6);
  });

  it('half made: finished', async () => {
    const live = memory();
    const process = live.process({ faults: { 'ecr:PutLifecyclePolicy': 'unavailable' } });
    const events = await applyOn(process, await planOn(process, desired));
    expect(events).toContainEqual({
      type: 'repository-failed',
      repository: 'api',
      region: 'eu-west-1',
      step: 'put-lifecycle-policy',
      operation: 'ecr:PutLifecyclePolicy',
      awsCode: 'ThrottlingException',
      message: 'injected unavailable',
      skipped: ['set-repository-policy'],
    });
    expect(brief(await planOn(live.process(), desired))).toEqual([
      'api: update lifecyclePolicy, repositoryPolicy',
      'web: update lifecyclePolicy, repositoryPolicy',
    ]);
    await converge(live.process(), desired);
    expect(brief(await planOn(live.process(), desired))).toEqual([]);
  });

  it('made meanwhile by us: brought in line', async () => {
    const live = memory();
    const plan = await planOn(live.process(), desired);
    live.seed('api', { tags: { ...ownershipTags(owner) }, repositoryPolicy: JSON.stringify({ Statement: [lambda] }) });
    const events = await applyOn(live.process(), plan);
    expect(outcomeOf(events)).toMatchObject({ done: 2, failed: 0 });
    // It was not this run that created it.
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'repository-done', repository: 'api', action: 'update' }),
    );
    expect(brief(await planOn(live.process(), desired))).toEqual([]);
    expect(live.get('api').repositoryPolicy).toContain('LambdaECRImageRetrievalPolicy');
  });

  it('made meanwhile by us, as planned: said to be, and not written again', async () => {
    const live = memory();
    const plan = await planOn(live.process(), desired);
    await applyOn(live.process(), plan);
    const process = live.process();
    const events = await applyOn(process, plan);
    expect(outcomeOf(events)).toEqual({ done: 0, already: 2, failed: 0, skipped: 0, interrupted: false });
    expect(events).toContainEqual({
      type: 'repository-done',
      repository: 'api',
      region: 'eu-west-1',
      action: 'create',
      already: true,
      uri: live.uri('api'),
    });
    expect(writes(process.calls)).toEqual(['ecr:CreateRepository api', 'ecr:CreateRepository web']);
  });

  it.each<[string, Partial<Stored>, string]>([
    [
      'by somebody else',
      {},
      'the repository was made by somebody else meanwhile: it exists already, and no tag says whose it is',
    ],
    [
      'with other encryption',
      { tags: { ...ownershipTags(owner) }, encryption: { type: 'KMS' } },
      'the repository was made with other encryption meanwhile, which ECR cannot change',
    ],
  ])('made meanwhile %s: failed', async (_, stored, message) => {
    const live = memory();
    const plan = await planOn(live.process(), desired);
    live.seed('api', stored);
    const before = live.snapshot();
    const events = await applyOn(live.process(), plan);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'repository-failed', repository: 'api', step: 'create', message }),
    );
    expect(live.get('api')).toEqual((before as [string, Stored][])[0]?.[1]);
  });

  it('gone before it is deleted: done', async () => {
    const live = await applied();
    const plan = await planOn(live.process(), desired, { purpose: 'destroy' });
    live.repositories.delete('api');
    expect(outcomeOf(await applyOn(live.process(), plan))).toEqual({
      done: 1,
      already: 1,
      failed: 0,
      skipped: 0,
      interrupted: false,
    });
  });

  it("somebody else's before it is deleted: left", async () => {
    const live = await applied();
    const plan = await planOn(live.process(), desired, { purpose: 'destroy' });
    live.get('api').tags = { ManagedBy: 'terraform' };
    const events = await applyOn(live.process(), plan);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'repository-failed',
        message: 'the repository is not deleted: it belongs to Terraform (tag ManagedBy: terraform)',
      }),
    );
    expect([...live.repositories.keys()]).toEqual(['api']);
  });

  it('denied at each operation in turn: named, and nothing is taken for absent', async () => {
    const clean = await applied();
    const probe = clean.process();
    await planOn(probe, desired);
    const operations = new Set(probe.calls.map((call) => call.split(' ')[0] ?? ''));
    operations.delete('sts:GetCallerIdentity');
    expect(operations.size).toBe(4);
    for (const operation of operations) {
      const live = await applied();
      const before = live.snapshot();
      const process = live.process({ faults: { [operation]: 'denied' } });
      const plan = await planOn(process, desired);
      const text = JSON.stringify(plan);
      if (operation !== 'tag:GetResources') expect(text).toContain(operation);
      expect(plan.summary).toMatchObject({ create: 0, update: 0, delete: 0 });
      await applyOn(process, plan);
      expect(live.snapshot()).toEqual(before);
    }
  });

  it('lost credentials end the reading, and stop the writing', async () => {
    const live = memory();
    await expect(
      planOn(live.process({ faults: { 'ecr:DescribeRepositories': 'credentials' } }), desired),
    ).rejects.toThrow('injected credentials');
    const process = live.process({ concurrency: 1, faults: { 'ecr:CreateRepository': 'credentials' } });
    const events = await applyOn(process, await planOn(process, desired));
    expect(outcomeOf(events)).toEqual({ done: 0, already: 0, failed: 1, skipped: 1, interrupted: false });
    expect(events).toContainEqual({
      type: 'repository-skipped',
      repository: 'web',
      region: 'eu-west-1',
      reason: 'stopped for want of credentials before it began',
      unbegun: true,
    });
  });

  it('a defect in a port ends the run with the defect, and the lock is released', async () => {
    const live = memory();
    const process = live.process();
    process.ecr.putLifecyclePolicy = () => Promise.reject(new TypeError('a defect'));
    const plan = await planOn(process, desired);
    await expect(applyOn(process, plan, { lock: lockOf(1) })).rejects.toThrow('a defect');
    expect(live.parameters.size).toBe(0);
  });
});

describe('killed at every call', () => {
  const big = registry([
    repository('create', { statements: statementsOf(pullBy('444444444444', '555555555555')) }),
    repository('update'),
    repository('bare', { lifecyclePolicy: null, statements: [] }),
    repository('adopt'),
  ]);
  const scene = () => {
    const live = memory();
    const ours = { Team: 'x', ...ownershipTags(owner) };
    const stale = statementsOf(pullBy('666666666666'));
    const policy = JSON.stringify({ Statement: [lambda, ...stale] });
    live.seed('update', { tags: { ...ours, Kept: '1' }, repositoryPolicy: policy, images: [image('v1', 3)] });
    live.seed('bare', {
      tags: { ...ours },
      repositoryPolicy: JSON.stringify({ Statement: stale }),
      lifecyclePolicy: lifecycleText(compileLifecycle({ maxImageCount: 3 }) ?? { rules: [] }),
    });
    live.seed('adopt', { tags: { CostCenter: '1' }, repositoryPolicy: JSON.stringify({ Statement: [lambda] }) });
    live.seed('orphan', { tags: { ...ours }, images: [image('v1', 3)] });
    return live;
  };
  const how = { prune: true };

  it.each([false, true])('converges to the same end (the last call had its effect: %s)', async (killAfterEffect) => {
    const untouched = scene();
    const whole = untouched.process();
    const wholePlan = await planOn(whole, big, how);
    const planned = whole.calls.length;
    await applyOn(whole, wholePlan, { accept: everything(wholePlan), lock: lockOf(1) });
    const end = untouched.snapshot();
    const calls = whole.calls.length - planned;
    expect(calls).toBeGreaterThan(20);
    for (let killAt = 1; killAt <= calls; killAt += 1) {
      const live = scene();
      const plan = await planOn(live.process(), big, how);
      const dying = live.process({ killAt, killAfterEffect });
      const fate = await applyOn(dying, plan, { accept: everything(plan), lock: lockOf(1) }).catch(
        (error: unknown) => error,
      );
      // Once all is done, only the release of the lock is left to fail.
      if (Array.isArray(fate)) expect(dying.calls.at(-1)).toMatch(/^ssm:/);
      else expect(fate).toBeInstanceOf(Killed);
      expect(dying.calls.length).toBeGreaterThanOrEqual(killAt);
      const rerun = live.process();
      const again = await planOn(rerun, big, how);
      const events = await applyOn(rerun, again, { accept: everything(again), lock: lockOf(2) });
      expect(outcomeOf(events)).toMatchObject({ failed: 0, skipped: 0 });
      expect(live.snapshot()).toEqual(end);
      expect(brief(await planOn(live.process(), big, how))).toEqual([]);
    }
  });
});

describe('interrupted', () => {
  it('begins nothing new, ends what runs, and says where things stand', async () => {
    const live = memory();
    const controller = new AbortController();
    const process = live.process({
      concurrency: 1,
      before: (operation) => {
        if (operation === 'ecr:CreateRepository') controller.abort();
      },
    });
    const plan = await planOn(process, desired);
    const events = await applyOn(process, plan, { signal: controller.signal, lock: lockOf(1) });
    expect(events).toEqual([
      { type: 'started', stacks: 0, repositories: 2, steps: 6 },
      { type: 'repository-started', repository: 'api', region: 'eu-west-1', action: 'create' },
      { type: 'step-done', repository: 'api', region: 'eu-west-1', step: 'create' },
      {
        type: 'repository-skipped',
        repository: 'api',
        region: 'eu-west-1',
        reason: 'interrupted before put-lifecycle-policy (done: create)',
      },
      {
        type: 'repository-skipped',
        repository: 'web',
        region: 'eu-west-1',
        reason: 'interrupted before it began',
        unbegun: true,
      },
      { type: 'finished', outcome: { done: 0, already: 0, failed: 0, skipped: 2, interrupted: true } },
    ]);
    expect(live.parameters.size).toBe(0);
    await converge(live.process(), desired);
    expect(brief(await planOn(live.process(), desired))).toEqual([]);
  });

  it('an interrupted call is skipped, not failed', async () => {
    const live = memory();
    const process = live.process({ faults: { 'ecr:SetRepositoryPolicy': 'interrupted' } });
    const events = await applyOn(process, await planOn(process, registry([api])));
    expect(events).toContainEqual({
      type: 'repository-skipped',
      repository: 'api',
      region: 'eu-west-1',
      reason: 'interrupted during set-repository-policy (done: create, put-lifecycle-policy)',
    });
  });

  it('leaving the loop releases the lock', async () => {
    const live = memory();
    const process = live.process();
    const plan = await planOn(process, desired);
    const { apply } = await import('./apply.js');
    for await (const event of apply(plan, () => process, { lock: lockOf(1) })) {
      if (event.type === 'step-done') break;
    }
    expect(live.parameters.size).toBe(0);
  });
});

describe('two applies at once', () => {
  const others = { project: 'search', environment: 'prod' };
  const intents = [pullBy('444444444444'), pullBy('777777777777')];

  it('keep the statements of each other and of third parties, without a lock', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const live = memory();
        // Two owners of one repository: each sees it as ours, as far as its own tags go.
        live.seed('shared', {
          tags: { ...ownershipTags(owner) },
          repositoryPolicy: JSON.stringify({ Statement: [lambda] }),
        });
        const plans = await Promise.all(
          [owner, others].map(async (by, index) => {
            const wanted = repository(
              'shared',
              { statements: statementsOf(intents[index] ?? {}, by), lifecyclePolicy: undefined },
              by,
            );
            const plan = await planOn(live.process(), registry([{ ...wanted, tags: {} }], by));
            return plan;
          }),
        );
        const before = (operation: string) => scheduler.schedule(Promise.resolve(), operation);
        const running = Promise.all(
          plans.map((plan) => applyOn(live.process({ before }), plan, { accept: everything(plan) })),
        );
        const state = { over: false };
        const done = running.finally(() => {
          state.over = true;
        });
        while (!state.over) {
          if (scheduler.count() > 0) await scheduler.waitOne();
          else await new Promise((resolve) => setImmediate(resolve));
        }
        for (const events of await done) expect(outcomeOf(events)).toMatchObject({ failed: 0, done: 1 });
        const sids = (
          JSON.parse(live.get('shared').repositoryPolicy ?? '{}') as { Statement: { Sid: string }[] }
        ).Statement.map(({ Sid }) => Sid);
        expect(sids.toSorted()).toEqual(
          [
            lambda.Sid,
            ...statementsOf(intents[0] ?? {}).map(({ Sid }) => Sid),
            ...statementsOf(intents[1] ?? {}, others).map(({ Sid }) => Sid),
          ].toSorted(),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('with the lock, the second is refused', async () => {
    const live = memory();
    const plan = await planOn(live.process(), desired);
    const first = applyOn(live.process(), plan, { lock: lockOf(1, [1, 2]) });
    await expect(applyOn(live.process(), plan, { lock: lockOf(2, [1, 2]) })).rejects.toThrow(
      'plan/locked: environment "prod" of "payments" is being applied by user1@laptop (process 1) since 2026-01-01T00:00:00.000Z',
    );
    expect(outcomeOf(await first)).toMatchObject({ done: 2 });
  });
});

describe('plan after apply is empty', () => {
  const names = ['a', 'b/c', 'd'];
  const policies = [
    undefined,
    null,
    compileLifecycle({ maxImageCount: 5 }),
    compileLifecycle({ keep: [{ tags: ['v*'], last: 2 }] }),
  ];
  const accounts = ['444444444444', '555555555555'];
  const wanted: fc.Arbitrary<DesiredRepository> = fc
    .record({
      name: fc.constantFrom(...names),
      mutable: fc.boolean(),
      exclusions: fc.uniqueArray(fc.constantFrom('x*', 'y', 'z')),
      scanOnPush: fc.boolean(),
      team: fc.constantFrom('one', 'two'),
      lifecyclePolicy: fc.constantFrom(...policies),
      pulls: fc.subarray(accounts),
      pushes: fc.subarray(accounts),
    })
    .map(({ name, mutable, exclusions, scanOnPush, team, lifecyclePolicy, pulls, pushes }) => {
      const plain = mutable ? 'MUTABLE' : 'IMMUTABLE';
      return repository(name, {
        tagMutability: { mode: exclusions.length > 0 ? `${plain}_WITH_EXCLUSION` : plain, exclusions },
        scanOnPush,
        tags: { Team: team, ...ownershipTags(owner) },
        lifecyclePolicy,
        statements: statementsOf({
          ...pullBy(...pulls),
          push: pushes.map((account) => ({ kind: 'account', account })),
        }),
      });
    });
  const registries = fc.uniqueArray(wanted, { selector: ({ name }) => name }).map((list) => registry(list));

  it('from any start to any goal', async () => {
    await fc.assert(
      fc.asyncProperty(
        registries,
        registries,
        fc.boolean(),
        fc.constantFrom('live', 'empty', 'stale'),
        async (first, second, prune, bulk) => {
          const live = memory();
          live.seed('a', { tags: { Old: '1' }, images: [image('v1', 400), image(undefined, 300)] });
          await converge(live.process({ bulk }), first);
          live.index();
          await converge(live.process({ bulk }), second, { prune });
          const process = live.process({ bulk });
          const plan = await planOn(process, second, { prune });
          expect(brief(plan).filter((line) => !line.includes(': orphan'))).toEqual([]);
          expect(JSON.stringify(plan)).toBe(JSON.stringify(await planOn(live.process({ bulk }), second, { prune })));
        },
      ),
      { numRuns: 60 },
    );
  });
});
