// Tests of saved plans: written and read back, refused when foreign or changed, refused when out of date.
import { describe, expect, it } from 'vitest';
import { compileLifecycle } from '../lifecycle/index.js';
import { ownershipTags } from '../registry/index.js';
import { verifyFresh } from './fresh.js';
import type { Plan } from './model.js';
import { readPlan, savePlan } from './saved.js';
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
import type { MemoryRegistry, Stored } from './testing/memory-registry.js';

const ours = { Team: 'x', ...ownershipTags(owner) };
const desired = registry([repository('api'), repository('new')]);

async function scene(): Promise<{ live: MemoryRegistry; plan: Plan }> {
  const live = memory();
  live.seed('api', { tags: { ...ours } });
  live.seed('old', { tags: { ...ours }, images: [image('v1', 1)] });
  const plan = await planOn(live.process(), desired, { prune: true });
  expect(brief(plan)).toEqual([
    'api: update tagMutability, scanOnPush, tags, lifecyclePolicy, repositoryPolicy',
    'new: create tagMutability, scanOnPush, encryption, tags, lifecyclePolicy, repositoryPolicy',
    'old: delete',
  ]);
  return { live, plan: readPlan(savePlan(plan)) };
}

describe('a saved plan', () => {
  it('comes back as it was, in the same bytes each time', async () => {
    const { plan } = await scene();
    expect(readPlan(savePlan(plan))).toEqual(plan);
    expect(savePlan(readPlan(savePlan(plan)))).toBe(savePlan(plan));
    expect(savePlan(plan)).toMatch(
      /^\{\n {2}"kind": "slipway\/plan",\n {2}"version": 1,\n {2}"checksum": "sha256:[0-9a-f]{64}"/,
    );
  });

  it.each<[string, (text: string) => string, string]>([
    ['no JSON', () => 'what', 'the text is not JSON'],
    ['other JSON', () => '{"format_version":"1.2"}', 'the JSON is not a plan of Slipway'],
    ['a list', () => '[]', 'the JSON is not a plan of Slipway'],
    [
      'another version',
      (text) => text.replace('"version": 1', '"version": 2'),
      'the plan has version 2, and this Slipway reads version 1',
    ],
    [
      'another account',
      (text) => text.replace('"account": "111111111111"', '"account": "222222222222"'),
      'the plan was changed after it was written',
    ],
    ['half of it', (text) => text.slice(0, 300), 'the text is not JSON'],
  ])('is refused: %s', async (_, spoil, message) => {
    const { plan } = await scene();
    expect(() => readPlan(spoil(savePlan(plan)))).toThrow(`plan/unreadable: ${message}`);
  });

  it.each<[string, (plan: Plan) => unknown]>([
    ['nothing', () => null],
    ['no owner', (plan) => ({ ...plan, owner: {} })],
    ['another purpose', (plan) => ({ ...plan, purpose: 'conquer' })],
    ['hazards that are none', (plan) => ({ ...plan, hazards: [{}] })],
    ['registries that are none', (plan) => ({ ...plan, registries: [{}] })],
    [
      'an unknown action',
      (plan) => ({
        ...plan,
        registries: plan.registries.map((one) => ({ ...one, repositories: [{ ...one.repositories[0], action: 'x' }] })),
      }),
    ],
    [
      'a change without values',
      (plan) => ({
        ...plan,
        registries: plan.registries.map((one) => ({
          ...one,
          repositories: [{ ...one.repositories[0], changes: [{ aspect: 'tags' }] }],
        })),
      }),
    ],
    [
      'a creation of nothing',
      (plan) => ({
        ...plan,
        registries: plan.registries.map((one) => ({ ...one, repositories: [{ ...one.repositories[1], changes: [] }] })),
      }),
    ],
  ])('is refused with a right checksum but %s', async (_, spoil) => {
    const { plan } = await scene();
    expect(() => readPlan(savePlan(spoil(plan) as Plan))).toThrow('plan/unreadable: the plan lacks some of its parts');
  });
});

describe('a plan still fits', () => {
  const fits = (live: MemoryRegistry, plan: Plan) => verifyFresh(plan, () => live.process());

  it('where nothing moved, and where it was carried out in part or whole', async () => {
    const { live, plan } = await scene();
    await fits(live, plan);
    const half = live.process({ faults: { 'ecr:PutLifecyclePolicy': 'unavailable' } });
    await applyOn(half, plan, { accept: everything(plan) });
    await fits(live, plan);
    const events = await applyOn(live.process(), plan, { accept: everything(plan), verify: true, lock: lockOf(1) });
    expect(outcomeOf(events)).toMatchObject({ done: 3, failed: 0 });
    await fits(live, plan);
    expect(brief(await planOn(live.process(), desired))).toEqual([]);
  });

  it.each<[string, (live: MemoryRegistry, stored: Stored) => void, string]>([
    [
      'tag mutability',
      (_, stored) => {
        stored.tagMutability = { mode: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['x'] };
      },
      'api: tagMutability is now {"mode":"IMMUTABLE_WITH_EXCLUSION","exclusions":["x"]}, and the plan goes from {"mode":"MUTABLE","exclusions":[]} to {"mode":"IMMUTABLE","exclusions":[]}',
    ],
    [
      'a tag',
      (_, stored) => {
        stored.tags.Team = 'raiders';
      },
      'api: tag Team is now "raiders", and the plan goes from "x" to "payments"',
    ],
    [
      'the lifecycle policy',
      (_, stored) => {
        stored.lifecyclePolicy = JSON.stringify(compileLifecycle({ maxImageCount: 1 }));
      },
      'api: lifecyclePolicy is now "{',
    ],
    [
      'our statements',
      (_, stored) => {
        stored.repositoryPolicy = JSON.stringify({ Statement: statementsOf(pullBy('999999999999')) });
      },
      'api: repositoryPolicy is now [{',
    ],
    [
      'a policy that is none',
      (_, stored) => {
        stored.repositoryPolicy = 'what';
      },
      'api: the repository policy is not JSON',
    ],
    ['a repository that is gone', (live) => live.repositories.delete('api'), 'api: it does not exist any more'],
    ['a name that is taken', (live) => live.seed('new', {}), 'new: it exists by now, and is not ours'],
    [
      'a name that is ours, with other encryption',
      (live) =>
        live.seed('new', {
          ...live.get('api'),
          tags: { ...repository('new').tags },
          encryption: { type: 'KMS' },
          scanOnPush: true,
          tagMutability: { mode: 'IMMUTABLE', exclusions: [] },
        }),
      'new: encryption is now {"type":"KMS"}, and the plan goes from null to {"type":"AES256"}',
    ],
    [
      'an orphan with more images',
      (live) => live.get('old').images.push(image('v2', 0)),
      'old: it holds 2 images by now, and the plan knew of 1',
    ],
    [
      'an orphan that is not ours any more',
      (live) => {
        live.get('old').tags = {};
      },
      'old: it is not ours any more',
    ],
    [
      'images that would expire',
      (_, stored) => {
        stored.images = [image(undefined, 20)];
      },
      'api: 1 images would expire by now, and the plan knew of 0',
    ],
  ])('no more, with %s', async (_, move, message) => {
    const { live, plan } = await scene();
    move(live, live.get('api'));
    await expect(fits(live, plan)).rejects.toThrow(`plan/stale: ${message}`);
    const process = live.process();
    await expect(applyOn(process, plan, { accept: everything(plan), verify: true, lock: lockOf(1) })).rejects.toThrow(
      'plan/stale',
    );
    expect(writes(process.calls)).toEqual([]);
    expect(live.parameters.size).toBe(0);
  });

  it.each([
    'ecr:ListTagsForResource',
    'ecr:GetLifecyclePolicy',
    'ecr:GetRepositoryPolicy',
    'ecr:DescribeRepositories',
    'ecr:DescribeImages',
  ])('no more, where %s is denied', async (operation) => {
    const { live, plan } = await scene();
    await expect(verifyFresh(plan, () => live.process({ faults: { [operation]: 'denied' } }))).rejects.toThrow(
      new RegExp(`could not be read \\(${operation}: AccessDeniedException: injected denied\\)`),
    );
  });

  it('reads only what it changes', async () => {
    const live = memory();
    const many = registry(Array.from({ length: 20 }, (_, index) => repository(`r${index}`)));
    await converge(live.process(), many);
    live.get('r7').scanOnPush = false;
    const plan = await planOn(live.process(), many);
    const process = live.process();
    await verifyFresh(plan, () => process);
    expect(process.calls).toEqual([
      'sts:GetCallerIdentity',
      'ecr:DescribeRepositories r7',
      'ecr:ListTagsForResource r7',
      'ecr:GetRepositoryPolicy r7',
    ]);
  });
});
