// Tests of whole plans: hazards and their texts, scope, pruning, destroying, what apply refuses.
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../diagnostics/index.js';
import { compileLifecycle, lifecycleText } from '../lifecycle/index.js';
import { matches, ownershipTags } from '../registry/index.js';
import { bytes } from './assess.js';
import { consent, isRefusal } from './consent.js';
import type { Hazard, Plan } from './model.js';
import { observe } from './observe.js';
import { outputs } from './outputs.js';
import { nearest, selects } from './scope.js';
import {
  applyOn,
  brief,
  converge,
  emptySummary,
  everything,
  image,
  memory,
  outcomeOf,
  owner,
  planOn,
  registry,
  repository,
  statementsOf,
  writes,
} from './testing/fixtures.js';

const api = repository('api');
const ours = { Team: 'payments', ...ownershipTags(owner) };
const keep = (maxImageCount: number) => compileLifecycle({ maxImageCount });
const textOf = (maxImageCount: number) => lifecycleText(keep(maxImageCount) ?? { rules: [] });
const images = [image('v3', 1), image('v2', 2), image('v1', 3), image('v0', 4)];

function problemsOf(error: unknown) {
  if (!(error instanceof SlipwayError)) throw error;
  return error.diagnostics.map(({ code, message, mend }) => ({ code, message, mend }));
}
const hazardsOf = (plan: Plan): readonly Hazard[] => plan.hazards;

describe('images that would expire', () => {
  const scene = (settings = {}) => {
    const live = memory();
    live.seed('api', { ...settings, tags: ours, images, tagMutability: api.tagMutability, scanOnPush: true });
    return live;
  };
  const wanted = registry([{ ...api, statements: [], lifecyclePolicy: keep(1) }]);

  it('need consent, and are counted', async () => {
    const live = scene();
    const plan = await planOn(live.process(), wanted);
    expect(hazardsOf(plan)).toEqual([
      {
        kind: 'expire-images',
        repository: 'api',
        reason: '3 of 4 images would expire (3.0 MB): v0, v1, v2',
        mustBeNamed: false,
      },
    ]);
    expect(plan.registries[0]?.repositories[0]?.changes[0]).toMatchObject({
      aspect: 'lifecyclePolicy',
      effect: { images: 4, expiring: 3, archiving: 0, expiringBytes: 3_000_000, examples: ['v0', 'v1', 'v2'] },
    });
    const process = live.process();
    const error = await applyOn(process, plan).catch((reason: unknown) => reason);
    expect(problemsOf(error)).toEqual([
      {
        code: 'plan/consent-needed',
        message: 'api: 3 of 4 images would expire (3.0 MB): v0, v1, v2',
        mend: '--accept expire-images:api',
      },
    ]);
    expect(process.calls).toEqual([]);
    expect(outcomeOf(await applyOn(live.process(), plan, { accept: ['expire-images'] }))).toMatchObject({ done: 1 });
  });

  it('are not those the policy in place takes anyway', async () => {
    const same = await planOn(scene({ lifecyclePolicy: textOf(2) }).process(), wanted);
    expect(same.hazards.map(({ reason }) => reason)).toEqual(['1 of 4 images would expire (1.0 MB): v2']);
    const wider = registry([{ ...api, statements: [], lifecyclePolicy: keep(3) }]);
    const fewer = await planOn(scene({ lifecyclePolicy: textOf(1) }).process(), wider);
    expect(fewer.hazards).toEqual([]);
    expect(fewer.registries[0]?.repositories[0]?.changes[0]).toMatchObject({
      effect: { images: 4, expiring: 0, examples: [] },
    });
  });

  it('are none where there are none, or no policy shall be', async () => {
    const empty = scene();
    empty.get('api').images = [];
    const plan = await planOn(empty.process(), wanted);
    expect(plan.hazards).toEqual([]);
    expect(plan.registries[0]?.repositories[0]?.changes[0]).not.toHaveProperty('effect');
    const without = registry([{ ...api, statements: [], lifecyclePolicy: null }]);
    const gone = await planOn(scene({ lifecyclePolicy: textOf(1) }).process(), without);
    expect(gone.hazards).toEqual([]);
    expect(gone.registries[0]?.repositories[0]?.changes[0]).toMatchObject({
      effect: { expiring: 0, sparing: 3, spared: ['v0', 'v1', 'v2'] },
    });
  });

  it('may be any where they cannot be read', async () => {
    const plan = await planOn(scene().process({ faults: { 'ecr:DescribeImages': 'denied' } }), wanted);
    expect(hazardsOf(plan)).toEqual([
      {
        kind: 'expire-images',
        repository: 'api',
        reason:
          'images could not be read (ecr:DescribeImages: AccessDeniedException: injected denied), so any of them may expire',
        mustBeNamed: false,
      },
    ]);
    expect(brief(plan)).toEqual(['api: update lifecyclePolicy, ?images']);
    expect(plan.summary.unknown).toBe(1);
  });

  it('are no children that a list holds; lists are read only where something would go, before and at apply', async () => {
    const child = image(undefined, 30);
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const list = { ...image('v1', 1), mediaType, children: [child.digest] };
    const untagged = compileLifecycle({ expireUntaggedAfterDays: 14 });
    const desired = registry([{ ...api, statements: [], lifecyclePolicy: untagged }]);
    const lists = (calls: readonly string[]) => calls.filter((call) => call === 'ecr:BatchGetImage api').length;
    const live = scene();
    live.get('api').images = [child, list];
    const process = live.process();
    const plan = await planOn(process, desired);
    expect(plan.hazards).toEqual([]);
    expect(lists(process.calls)).toBe(1);
    const applying = live.process();
    expect(outcomeOf(await applyOn(applying, plan, { verify: true }))).toMatchObject({ done: 1 });
    expect(lists(applying.calls)).toBe(1);
    // Where they may not be read, more seems to go than does.
    const denied = scene();
    denied.get('api').images = [child, list];
    const unread = await planOn(denied.process({ faults: { 'ecr:BatchGetImage': 'denied' } }), desired);
    expect(unread.hazards.map(({ kind }) => kind)).toEqual(['expire-images']);
    const idle = scene();
    idle.get('api').images = [list];
    const quiet = idle.process();
    await planOn(quiet, desired);
    expect(lists(quiet.calls)).toBe(0);
  });

  it('are shown three at a time', async () => {
    const live = scene();
    live.get('api').images = [...images, image(undefined, 9), image('old', 10)];
    const plan = await planOn(live.process(), wanted);
    expect(plan.hazards[0]?.reason).toBe('4 of 6 images would expire (4.0 MB): old, v0, v1, …');
  });
});

describe('access', () => {
  it('lost and opened need consent, also on creation', async () => {
    const live = memory();
    await converge(live.process(), registry([api]));
    const everyone = { name: 'all', effect: 'Allow', principals: ['*'], actions: ['ecr:BatchGetImage'] } as const;
    const open = registry([{ ...api, statements: statementsOf({ statements: [everyone] }) }]);
    const plan = await planOn(live.process(), open);
    expect(plan.hazards.map(({ kind, reason }) => `${kind}: ${reason}`)).toEqual([
      expect.stringMatching(/^lose-access: account 444444444444 loses pull/),
      'open-access: everyone gains pull',
    ]);
    const fresh = await planOn(memory().process(), open);
    expect(fresh.hazards).toEqual([
      { kind: 'open-access', repository: 'api', reason: 'everyone gains pull', mustBeNamed: false },
    ]);
  });

  it('gained and lost is told with the change, beside what others say', async () => {
    const live = memory();
    await converge(live.process(), registry([api]));
    const policy = JSON.parse(live.get('api').repositoryPolicy ?? '{}') as { Statement: object[] };
    policy.Statement.push({ Sid: 'Shut', Effect: 'Deny', Principal: { AWS: '666666666666' }, Action: 'ecr:*' });
    live.get('api').repositoryPolicy = JSON.stringify(policy);
    const next = statementsOf({
      pull: ['555555555555', '666666666666'].map((account) => ({ kind: 'account', account })),
    });
    const plan = await planOn(live.process(), registry([{ ...api, statements: next }]));
    expect(plan.registries[0]?.repositories[0]?.changes).toMatchObject([
      {
        aspect: 'repositoryPolicy',
        // The sixth account is let in by us, and kept out by others.
        access: { gained: ['account 555555555555 gains pull'], lost: ['account 444444444444 loses pull'], opened: [] },
      },
    ]);
  });

  it('of a statement about some repositories is judged for each', async () => {
    const live = memory();
    const only = { Effect: 'Deny', Principal: '*', Action: '*', Resource: '*:repository/api', Sid: 'Theirs' };
    const text = JSON.stringify({ Version: '2012-10-17', Statement: [only] });
    for (const name of ['api', 'web']) live.seed(name, { repositoryPolicy: text, tags: ours });
    const plan = await planOn(live.process(), registry([api, repository('web')]));
    const gained = plan.registries[0]?.repositories.map(({ changes }) =>
      changes.flatMap((change) => (change.aspect === 'repositoryPolicy' ? (change.access?.gained ?? []) : [])),
    );
    expect(gained).toEqual([[], ['account 444444444444 gains pull']]);
  });

  it('that a foreign statement still grants is not lost', async () => {
    const live = memory();
    await converge(live.process(), registry([api]));
    const policy = JSON.parse(live.get('api').repositoryPolicy ?? '{}') as { Statement: object[] };
    policy.Statement.push({ ...policy.Statement[0], Sid: 'Theirs' });
    live.get('api').repositoryPolicy = JSON.stringify(policy);
    const plan = await planOn(live.process(), registry([{ ...api, statements: [] }]));
    expect(brief(plan)).toEqual(['api: update repositoryPolicy']);
    expect(plan.hazards).toEqual([]);
  });
});

describe('taking over', () => {
  it("what is nobody's needs consent, what is somebody's needs it by name", async () => {
    const live = memory();
    live.seed('api', { tags: {} });
    live.seed('web', { tags: { 'slipway:project': 'shop', 'slipway:environment': 'prod' } });
    const plan = await planOn(live.process(), registry([api, repository('web')]));
    expect(plan.hazards).toEqual([
      {
        kind: 'take-over',
        repository: 'api',
        reason: 'it exists already, and no tag says whose it is; Slipway would change it and own it',
        mustBeNamed: false,
      },
      {
        kind: 'take-over',
        repository: 'web',
        reason: 'it belongs to environment "prod" of the Slipway project "shop"; Slipway would change it and own it',
        mustBeNamed: true,
      },
    ]);
    expect(consent(plan, ['take-over'])).toEqual([{ hazard: plan.hazards[1], flag: '--accept take-over:web' }]);
    expect(consent(plan, ['take-over:web', 'take-over:api'])).toEqual([]);
    expect(consent(plan).map(({ flag }) => flag)).toEqual(['--accept take-over:api', '--accept take-over:web']);
    expect(plan.summary).toEqual({ ...emptySummary, foreign: 2 });
  });

  it('refuses consent to what is no hazard', async () => {
    const plan = await planOn(memory().process(), registry([api]));
    const error = (() => {
      try {
        return consent(plan, ['expire-image:api', 'everything', 'take-over:whatever']);
      } catch (reason) {
        return reason;
      }
    })();
    expect(problemsOf(error)).toEqual([
      {
        code: 'plan/unknown-hazard',
        message: '"expire-image:api" is not a hazard',
        mend: 'did you mean "expire-images:api"',
      },
      {
        code: 'plan/unknown-hazard',
        message: '"everything" is not a hazard',
        mend: 'name one of delete-images, delete-key, delete-provider, expire-images, expire-in-use, lose-access, open-access, overwrite-shared, take-over',
      },
    ]);
    expect(
      ['plan/consent-needed', 'plan/locked', 'plan/stale', 'plan/wrong-account'].map((code) =>
        isRefusal(code as 'plan/stale'),
      ),
    ).toEqual([true, true, true, true]);
    expect(isRefusal('plan/no-match')).toBe(false);
  });
});

describe('deleting', () => {
  const scene = () => {
    const live = memory();
    live.seed('api', { tags: ours, images });
    live.seed('old', { tags: ours, images: [image('v1', 1)] });
    live.seed('empty', { tags: ours });
    live.seed('theirs', { tags: {} });
    return live;
  };

  it('an orphan with images needs consent, and without images none', async () => {
    const live = scene();
    const plan = await planOn(live.process(), registry([{ ...api, statements: [], lifecyclePolicy: undefined }]), {
      prune: true,
    });
    expect(plan.hazards).toEqual([
      {
        kind: 'delete-images',
        repository: 'old',
        reason: '1 image would be deleted with the repository',
        mustBeNamed: false,
      },
    ]);
    expect(plan.registries[0]?.repositories.map(({ name, action, deletion }) => ({ name, action, deletion }))).toEqual([
      { name: 'api', action: 'update', deletion: undefined },
      { name: 'empty', action: 'delete', deletion: { force: false, images: 0 } },
      { name: 'old', action: 'delete', deletion: { force: true, images: 1 } },
    ]);
    await applyOn(live.process(), plan, { accept: everything(plan) });
    expect([...live.repositories.keys()]).toEqual(['api', 'theirs']);
  });

  it('a declared one with images needs forceDelete, or ECR refuses', async () => {
    const live = scene();
    const desired = registry([api]);
    const plan = await planOn(live.process(), desired, { purpose: 'destroy', only: ['api'] });
    expect(plan.hazards).toEqual([]);
    expect(plan.registries[0]?.repositories).toEqual([
      {
        name: 'api',
        key: 'api',
        arn: live.arn('api'),
        uri: live.uri('api'),
        action: 'delete',
        reason:
          'it holds 4 images and forceDelete is not set, so ECR will refuse to delete it; to delete it with them, set `forceDelete: true`, then --accept delete-images:api',
        changes: [],
        kept: [],
        unknown: [],
        deletion: { force: false, images: 4 },
      },
    ]);
    expect(await applyOn(live.process(), plan)).toContainEqual(
      expect.objectContaining({ type: 'repository-failed', step: 'delete', awsCode: 'RepositoryNotEmptyException' }),
    );
    const forced = await planOn(live.process(), registry([{ ...api, forceDelete: true }]), {
      purpose: 'destroy',
      only: ['api'],
    });
    expect(forced.hazards.map(({ kind, reason }) => `${kind}: ${reason}`)).toEqual([
      'delete-images: 4 images would be deleted with the repository',
    ]);
    await applyOn(live.process(), forced, { accept: ['delete-images:api'] });
    expect(live.repositories.has('api')).toBe(false);
  });

  it('images that cannot be read need consent', async () => {
    const faults = { 'ecr:DescribeImages': 'denied' } as const;
    const plan = await planOn(scene().process({ faults }), registry([api]), { purpose: 'destroy' });
    expect(plan.hazards.map(({ repository, reason }) => `${repository}: ${reason}`)).toEqual([
      'empty: images could not be read (ecr:DescribeImages: AccessDeniedException: injected denied), and any there are would be deleted',
      'old: images could not be read (ecr:DescribeImages: AccessDeniedException: injected denied), and any there are would be deleted',
    ]);
    expect(plan.registries[0]?.repositories[0]).toMatchObject({
      name: 'api',
      deletion: { force: false, images: null },
    });
  });

  it('destroy takes everything that is ours, and nothing else', async () => {
    const live = scene();
    const desired = registry([{ ...api, forceDelete: true }, repository('theirs'), repository('missing')]);
    const process = live.process();
    const plan = await planOn(process, desired, { purpose: 'destroy' });
    expect(brief(plan)).toEqual(['api: delete', 'empty: delete', 'old: delete', 'theirs: foreign']);
    expect(process.calls.some((call) => /Policy/.test(call))).toBe(false);
    await applyOn(live.process(), plan, { accept: everything(plan) });
    expect([...live.repositories.keys()]).toEqual(['theirs']);
    expect(brief(await planOn(live.process(), desired, { purpose: 'destroy' }))).toEqual(['theirs: foreign']);
  });
});

describe('scope', () => {
  const desired = registry([api, repository('team/web', { key: 'web' }), repository('team/worker', { key: 'worker' })]);

  it('selects by name or key, with wildcards', async () => {
    const names = async (...only: string[]) =>
      (await planOn(memory().process(), desired, { only })).registries[0]?.repositories.map(({ name }) => name);
    expect(await names('web')).toEqual(['team/web']);
    expect(await names('team/*')).toEqual(['team/web', 'team/worker']);
    expect(await names('*')).toEqual(['api', 'team/web', 'team/worker']);
    expect(await names('w*r', 'api')).toEqual(['api', 'team/worker']);
  });

  it('refuses patterns that select nothing', async () => {
    const error = await planOn(memory().process(), desired, { only: ['wex', 'api', 'zzzzzz'] }).catch(
      (reason: unknown) => reason,
    );
    const mend =
      'name a repository by its name in ECR or its key in the manifest; `*` stands for any run of characters';
    expect(problemsOf(error)).toEqual([
      { code: 'plan/no-match', message: 'no repository matches "wex"', mend: 'did you mean "web"' },
      { code: 'plan/no-match', message: 'no repository matches "zzzzzz"', mend },
    ]);
  });

  it('finds orphans by name', async () => {
    const live = memory();
    live.seed('gone', { tags: ours });
    expect(brief(await planOn(live.process(), desired, { only: ['gone'], prune: true }))).toEqual(['gone: delete']);
  });

  it('takes everything but the star literally', () => {
    expect(matches('a.c', { name: 'abc' })).toBe(false);
    expect(matches('a.c', { name: 'a.c' })).toBe(true);
    expect(matches('a', { name: 'xa', key: 'ax' })).toBe(false);
    expect(matches('*a*', { name: 'x', key: 'bab' })).toBe(true);
    expect(selects([], { name: 'x' })).toBe(true);
    expect(selects(['y'], { name: 'x' })).toBe(false);
    expect([nearest('apu', ['api', 'web']), nearest('payment', ['payments', 'pay']), nearest('xyz', ['api'])]).toEqual([
      'api',
      'payments',
      undefined,
    ]);
  });
});

describe('the account', () => {
  it('must be the one of the environment, before anything is read or written', async () => {
    const live = memory();
    const text =
      'plan/wrong-account: environment "prod" is in account 111111111111, but the credentials are of account 999999999999 (arn:aws:iam::999999999999:user/tester)';
    const process = live.process({ account: '999999999999' });
    await expect(planOn(process, registry([api]))).rejects.toThrow(text);
    const plan = await planOn(live.process(), registry([api]));
    await expect(applyOn(process, plan)).rejects.toThrow(text);
    expect(process.calls).toEqual(['sts:GetCallerIdentity', 'sts:GetCallerIdentity']);
  });
});

describe('what ECR cannot change', () => {
  it('is told, and the rest is done', async () => {
    const live = memory();
    live.seed('api', { tags: ours, encryption: { type: 'KMS' }, tagMutability: api.tagMutability });
    const desired = registry([{ ...api, lifecyclePolicy: undefined, statements: [] }]);
    const plan = await planOn(live.process(), desired);
    expect(brief(plan)).toEqual(['api: replace scanOnPush, encryption']);
    const reason = 'its encryption cannot be changed in place; the plan tells how to move to a new repository';
    const events = await applyOn(live.process(), plan);
    expect(events).toContainEqual({ type: 'warning', message: `api: ${reason}` });
    expect(outcomeOf(events)).toMatchObject({ done: 1 });
    const process = live.process();
    const again = await applyOn(process, await planOn(process, desired));
    expect(again).toEqual([
      { type: 'started', stacks: 0, repositories: 1, steps: 0 },
      { type: 'repository-skipped', repository: 'api', region: 'eu-west-1', reason },
      { type: 'finished', outcome: { done: 0, already: 0, failed: 0, skipped: 1, interrupted: false } },
    ]);
    expect(writes(process.calls)).toEqual([]);
  });
});

describe('outputs', () => {
  it('are addresses and ARNs, as far as there are any', async () => {
    const live = memory();
    live.seed('api', { tags: ours });
    const desired = registry([api, repository('web')]);
    expect(outputs(desired, await observe(desired, live.process()))).toEqual([
      { key: 'api', name: 'api', arn: live.arn('api'), uri: live.uri('api') },
      { key: 'web', name: 'web', arn: live.arn('web'), uri: null },
    ]);
  });
});

describe('bytes', () => {
  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [999_949, '999.9 kB'],
    [999_950, '1.0 MB'],
    [1_500_000_000, '1.5 GB'],
    [2e18, '2000.0 PB'],
  ])('%d are %s', (size, text) => {
    expect(bytes(size)).toBe(text);
  });
});
