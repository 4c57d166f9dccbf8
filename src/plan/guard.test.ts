// Tests of the guard of images in use: what is grave, how it is told, what is asked when, and what a saved plan holds to.
import { describe, expect, it } from 'vitest';
import { compileLifecycle, type Image, lifecycleText } from '../lifecycle/index.js';
import { ownershipTags } from '../registry/index.js';
import { consent } from './consent.js';
import { verifyFresh } from './fresh.js';
import type { Plan } from './model.js';
import { AwsFault } from './ports.js';
import { applyOn, image, memory, outcomeOf, owner, place, planOn, registry, repository } from './testing/fixtures.js';
import type { ImageUse, UsageReading, UsageSource } from './usage/index.js';

const ours = { Team: 'payments', ...ownershipTags(owner) };
const keep = (maxImageCount: number) => compileLifecycle({ maxImageCount });
const images = [image('v3', 1), image('v2', 2), image('v1', 3), image('v0', 4)];
const api = { ...repository('api'), statements: [], lifecyclePolicy: keep(1) };
const wanted = registry([api]);

const use = (what: { readonly tag?: string; readonly digest?: string }, by: string, name = 'api'): ImageUse => ({
  registry: place,
  repository: name,
  ...what,
  by,
});

class Source implements UsageSource {
  readonly name: string;
  asked = 0;
  reading: UsageReading;

  constructor(name: string, ...uses: readonly ImageUse[]) {
    this.name = name;
    this.reading = { source: name, state: 'read', uses };
  }

  read(): Promise<UsageReading> {
    this.asked += 1;
    return Promise.resolve(this.reading);
  }

  fails(reason = 'AccessDeniedException: no'): this {
    this.reading = { source: this.name, state: 'unknown', operation: 'ecs:ListClusters', reason };
    return this;
  }
}

function scene(settings: { readonly images?: Image[]; readonly lifecyclePolicy?: string } = {}) {
  const live = memory();
  live.seed('api', { tags: ours, images, tagMutability: api.tagMutability, scanOnPush: true, ...settings });
  return live;
}
const told = (plan: Plan) => plan.hazards.map(({ kind, reason, mustBeNamed }) => ({ kind, reason, mustBeNamed }));
const usageIn = (plan: Plan) => {
  const change = plan.registries[0]?.repositories[0]?.changes.find(({ aspect }) => aspect === 'lifecyclePolicy');
  return change?.aspect === 'lifecyclePolicy' ? change.effect?.usage : undefined;
};

describe('an image in use that would expire', () => {
  it('is the graver hazard, and says who uses it', async () => {
    const ecs = new Source(
      'ECS',
      use({ tag: 'v1' }, 'ECS service prod/api'),
      use({ tag: 'v3' }, 'ECS service prod/new'),
    );
    const plan = await planOn(scene().process(), wanted, { usage: [ecs] });
    expect(told(plan)).toEqual([
      {
        kind: 'expire-in-use',
        reason: '3 of 4 images would expire (3.0 MB): v0, v1, v2; 1 of them in use: v1 by ECS service prod/api',
        mustBeNamed: true,
      },
    ]);
    expect(usageIn(plan)).toEqual({
      sources: ['ECS'],
      unknown: [],
      inUse: [{ digest: images[2]?.digest, tags: ['v1'], by: ['ECS service prod/api'] }],
    });
    expect(consent(plan, ['expire-in-use', 'expire-images:api']).map(({ flag }) => flag)).toEqual([
      '--accept expire-in-use:api',
    ]);
    expect(outcomeOf(await applyOn(scene().process(), plan, { accept: ['expire-in-use:api'] }))).toMatchObject({
      done: 1,
    });
  });

  it('is named with its first user, and the others are counted', async () => {
    const by = (tag: string, ...users: string[]) => users.map((user) => use({ tag }, user));
    const ecs = new Source('ECS', ...by('v2', 'a', 'b', 'a', 'c'), ...by('v1', 'd'), ...by('v0', 'e'));
    const lambda = new Source('Lambda', ...by('v2', 'f'), use({ tag: 'v1' }, 'somebody', 'web'));
    const five = [image('v4', 0), ...images];
    const plan = await planOn(scene({ images: five }).process(), wanted, { usage: [ecs, lambda] });
    expect(plan.hazards[0]?.reason).toMatch(/; 3 of them in use: v0 by e; v1 by d; v2 by a and 3 more$/);
    ecs.reading = { source: 'ECS', state: 'read', uses: ['v3', 'v2', 'v1', 'v0'].map((tag) => use({ tag }, 'x')) };
    const more = await planOn(scene({ images: five }).process(), wanted, { usage: [ecs] });
    expect(more.hazards[0]?.reason).toMatch(/; 4 of them in use: v0 by x; v1 by x; v2 by x; and 1 more image$/);
  });

  it('is the lesser hazard where nobody uses what goes', async () => {
    const ecs = new Source('ECS', use({ tag: 'v3' }, 'x'), use({ tag: 'v1' }, 'x', 'web'), use({ tag: 'v9' }, 'x'));
    const plan = await planOn(scene().process(), wanted, { usage: [ecs] });
    expect(told(plan)).toEqual([
      { kind: 'expire-images', reason: '3 of 4 images would expire (3.0 MB): v0, v1, v2', mustBeNamed: false },
    ]);
    expect(usageIn(plan)).toEqual({ sources: ['ECS'], unknown: [], inUse: [] });
  });

  it('may be any of them while a source cannot be read', async () => {
    const usage = [new Source('ECS in 1').fails(), new Source('Lambda', use({ tag: 'v1' }, 'function f'))];
    const plan = await planOn(scene().process(), wanted, { usage });
    expect(told(plan)).toEqual([
      {
        kind: 'expire-in-use',
        reason:
          '3 of 4 images would expire (3.0 MB): v0, v1, v2; 1 of them in use: v1 by function f; more of them may be: ECS in 1 (ecs:ListClusters: AccessDeniedException: no) could not be read',
        mustBeNamed: true,
      },
    ]);
    const both = [new Source('ECS in 1').fails(), new Source('ECS in 2').fails('throttled')];
    const unknown = await planOn(scene().process(), wanted, { usage: both });
    expect(unknown.hazards[0]?.reason).toBe(
      '3 of 4 images would expire (3.0 MB): v0, v1, v2; whether one of them is in use is not known: ECS in 1 (ecs:ListClusters: AccessDeniedException: no), ECS in 2 (ecs:ListClusters: throttled) could not be read',
    );
    expect(usageIn(unknown)).toEqual({
      sources: ['ECS in 1', 'ECS in 2'],
      unknown: [
        { source: 'ECS in 1', operation: 'ecs:ListClusters', reason: 'AccessDeniedException: no' },
        { source: 'ECS in 2', operation: 'ecs:ListClusters', reason: 'throttled' },
      ],
      inUse: [],
    });
  });

  it('is the child of a list that goes, and follows it a day later', async () => {
    const child = { ...image(undefined, 9), pushedAt: image('v0', 4).pushedAt - 1 };
    const list = { ...image('v0', 4), children: [child.digest], mediaType: 'application/vnd.oci.image.index.v1+json' };
    const untagged = compileLifecycle({ maxImageCount: 1, expireUntaggedAfterDays: 1 });
    const ecs = new Source('ECS', use({ digest: child.digest }, 'task'));
    const live = scene({ images: [image('v3', 1), list, child] });
    const plan = await planOn(live.process(), registry([{ ...api, lifecyclePolicy: untagged }]), { usage: [ecs] });
    expect(told(plan)).toEqual([
      {
        kind: 'expire-in-use',
        reason: `2 of 3 images would expire (1.0 MB): v0, ${child.digest}; 1 of them in use: ${child.digest} by task`,
        mustBeNamed: true,
      },
    ]);
  });

  it('and would be archived is as grave: nobody can pull it from there', async () => {
    const archive = {
      rules: [
        {
          rulePriority: 1,
          selection: { tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 2 },
          action: { type: 'transition', targetStorageClass: 'archive' },
        },
      ],
    } as const;
    const archiving = registry([{ ...api, lifecyclePolicy: archive }]);
    const ecs = new Source('ECS', use({ tag: 'v1' }, 'ECS service prod/api'));
    const plan = await planOn(scene().process(), archiving, { usage: [ecs] });
    expect(told(plan)).toEqual([
      {
        kind: 'expire-in-use',
        reason: '2 images would be archived; 1 of them in use: v1 by ECS service prod/api',
        mustBeNamed: true,
      },
    ]);
    expect((await planOn(scene().process(), archiving)).hazards).toEqual([]);
    expect((await planOn(scene().process(), archiving, { usage: [new Source('ECS')] })).hazards).toEqual([]);
  });
});

describe('sources', () => {
  it('are asked once, and only where something goes', async () => {
    const source = new Source('ECS');
    const two = registry([api, { ...api, key: 'web', name: 'web' }]);
    const live = scene();
    live.seed('web', { tags: ours, images });
    await planOn(live.process(), two, { usage: [source] });
    expect(source.asked).toBe(1);
    for (const still of [
      scene({ images: [] }),
      scene({ lifecyclePolicy: lifecycleText(keep(1) ?? { rules: [] }) }),
      memory(),
    ]) {
      await planOn(still.process(), wanted, { usage: [source] });
    }
    expect(source.asked).toBe(1);
  });

  it('that were interrupted end the run', async () => {
    const source = {
      name: 'ECS',
      read: () => Promise.reject(new AwsFault('interrupted', 'ecs:ListClusters', 'AbortError', '')),
    };
    await expect(planOn(scene().process(), wanted, { usage: [source] })).rejects.toThrow(AwsFault);
  });

  it('hear of the signal', async () => {
    const { signal } = new AbortController();
    let heard: unknown;
    const source: UsageSource = {
      name: 'ECS',
      read: (given) => {
        heard = given;
        return Promise.resolve({ source: 'ECS', state: 'read', uses: [] });
      },
    };
    await planOn(scene().process(), wanted, { usage: [source], signal });
    expect(heard).toBe(signal);
  });
});

describe('images that cannot be read', () => {
  const unread = () => scene().process({ faults: { 'ecr:DescribeImages': 'denied' } });
  const start =
    'images could not be read (ecr:DescribeImages: AccessDeniedException: injected denied), so any of them may expire';

  it('are grave where any of the repository is in use, or that is not known', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const ecs = new Source('ECS', use({ tag: 'v1' }, 'one'), use({ tag: 'v1' }, 'two'), use({ digest }, 'three'));
    expect(told(await planOn(unread(), wanted, { usage: [ecs] }))).toEqual([
      {
        kind: 'expire-in-use',
        reason: `${start}; in use are v1 by one and 1 more; sha256:aaaaaaaaaaaa by three`,
        mustBeNamed: true,
      },
    ]);
    expect(told(await planOn(unread(), wanted, { usage: [new Source('ECS').fails('no')] }))).toEqual([
      {
        kind: 'expire-in-use',
        reason: `${start}; ECS (ecs:ListClusters: no) could not be read`,
        mustBeNamed: true,
      },
    ]);
    const elsewhere = new Source('ECS', use({ tag: 'v1' }, 'one', 'web'));
    expect(told(await planOn(unread(), wanted, { usage: [elsewhere] }))).toEqual([
      { kind: 'expire-images', reason: start, mustBeNamed: false },
    ]);
  });

  it('are asked about again when a saved plan is applied', async () => {
    const ecs = new Source('ECS');
    const plan = await planOn(unread(), wanted, { usage: [ecs] });
    await verifyFresh(plan, () => unread(), [ecs]);
    ecs.reading = { source: 'ECS', state: 'read', uses: [use({ tag: 'v1' }, 'one')] };
    await expect(verifyFresh(plan, () => unread(), [ecs])).rejects.toThrow('in use by now: v1 by one');
    const consented = await planOn(unread(), wanted, { usage: [ecs] });
    await verifyFresh(consented, () => unread(), [ecs]);
    await expect(verifyFresh(plan, () => unread(), [ecs.fails('no')])).rejects.toThrow('is not known by now: ECS');
  });

  it('do not expire without a policy', async () => {
    const live = scene({ lifecyclePolicy: lifecycleText(keep(1) ?? { rules: [] }) });
    const plan = await planOn(
      live.process({ faults: { 'ecr:DescribeImages': 'denied' } }),
      registry([{ ...api, lifecyclePolicy: null }]),
      { usage: [new Source('ECS').fails()] },
    );
    expect(plan.hazards).toEqual([]);
    expect(plan.registries[0]?.repositories[0]?.unknown).toMatchObject([{ aspect: 'images' }]);
  });
});

describe('a repository that goes with its images', () => {
  const forced = registry([{ ...api, forceDelete: true }]);
  const destroy = { purpose: 'destroy' } as const;

  it('must be named where one of them is in use', async () => {
    const ecs = new Source('ECS', use({ tag: 'v1' }, 'ECS service prod/api'));
    const plan = await planOn(scene().process(), forced, { ...destroy, usage: [ecs] });
    expect(told(plan)).toEqual([
      {
        kind: 'delete-images',
        reason: '4 images would be deleted with the repository; 1 of them in use: v1 by ECS service prod/api',
        mustBeNamed: true,
      },
    ]);
    expect(plan.registries[0]?.repositories[0]?.deletion).toMatchObject({ usage: { inUse: [{ tags: ['v1'] }] } });
    const free = await planOn(scene().process(), forced, { ...destroy, usage: [new Source('ECS')] });
    expect(told(free)).toEqual([
      { kind: 'delete-images', reason: '4 images would be deleted with the repository', mustBeNamed: false },
    ]);
    const unasked = new Source('ECS');
    await planOn(scene().process(), wanted, { ...destroy, usage: [unasked] });
    await planOn(scene({ images: [] }).process(), forced, { ...destroy, usage: [unasked] });
    expect(unasked.asked).toBe(0);
  });

  it('must be named where its images cannot be read, and some are in use', async () => {
    const ecs = new Source('ECS', use({ tag: 'v1' }, 'ECS service prod/api'));
    const faults = { 'ecr:DescribeImages': 'denied' } as const;
    const plan = await planOn(scene().process({ faults }), forced, { ...destroy, usage: [ecs] });
    expect(told(plan)).toEqual([
      {
        kind: 'delete-images',
        reason:
          'images could not be read (ecr:DescribeImages: AccessDeniedException: injected denied), and any there are would be deleted; in use are v1 by ECS service prod/api',
        mustBeNamed: true,
      },
    ]);
  });
});

describe('a saved plan is refused', () => {
  const planned = (source: Source) => planOn(scene().process(), wanted, { usage: [source] });
  const fits = async (plan: Plan, live = scene(), ...usage: readonly UsageSource[]) =>
    verifyFresh(plan, () => live.process(), usage);

  it('where more of what goes is in use by now', async () => {
    const ecs = new Source('ECS', use({ tag: 'v1' }, 'one'));
    const plan = await planned(ecs);
    await fits(plan, scene(), ecs);
    ecs.reading = { source: 'ECS', state: 'read', uses: [use({ tag: 'v1' }, 'another'), use({ tag: 'v3' }, 'one')] };
    await fits(plan, scene(), ecs);
    ecs.reading = { source: 'ECS', state: 'read', uses: [use({ tag: 'v1' }, 'one'), use({ tag: 'v0' }, 'two')] };
    await expect(fits(plan, scene(), ecs)).rejects.toThrow(
      'plan/stale: api: what would go is in use by now: v0 by two',
    );
  });

  it('where less is known by now, or nothing', async () => {
    const ecs = new Source('ECS');
    const plan = await planned(ecs);
    await expect(fits(plan)).rejects.toThrow(
      'who uses its images was asked of ECS, and nothing here names these sources',
    );
    ecs.fails('no');
    await expect(fits(plan, scene(), ecs)).rejects.toThrow(
      'who uses what would go is not known by now: ECS (ecs:ListClusters: no) could not be read',
    );
    await fits(await planned(ecs), scene(), ecs);
  });

  it('where other images would go, though no more of them', async () => {
    const plan = await planOn(scene().process(), wanted);
    const fewer = scene({ images: images.slice(0, 3) });
    await fits(plan, fewer);
    const others = scene({ images: [image('v4', 0), ...images.slice(0, 3)] });
    await expect(fits(plan, others)).rejects.toThrow('an image would expire that the plan did not show: v3');
    const many = scene({
      images: [image('v9', 0), ...['a', 'b', 'c', 'd'].map((tag, index) => image(tag, index + 1))],
    });
    await expect(fits(plan, many)).rejects.toThrow('4 images would expire that the plan did not show: d, c, b, …');
  });

  it('and applied with the sources it was made with', async () => {
    const ecs = new Source('ECS', use({ tag: 'v1' }, 'one'));
    const plan = await planned(ecs);
    const accept = ['expire-in-use:api'];
    const options = { accept, verify: true, usage: [ecs] };
    expect(outcomeOf(await applyOn(scene().process(), plan, options))).toMatchObject({ done: 1 });
    await expect(applyOn(scene().process(), plan, { accept, verify: true })).rejects.toThrow('plan/stale');
  });

  it('where a repository to be deleted has images in use by now', async () => {
    const ecs = new Source('ECS');
    const forced = registry([{ ...api, forceDelete: true }]);
    const plan = await planOn(scene().process(), forced, { purpose: 'destroy', usage: [ecs] });
    await fits(plan, scene(), ecs);
    ecs.reading = { source: 'ECS', state: 'read', uses: [use({ tag: 'v1' }, 'one')] };
    await expect(fits(plan, scene(), ecs)).rejects.toThrow('what would go is in use by now: v1 by one');
  });
});
