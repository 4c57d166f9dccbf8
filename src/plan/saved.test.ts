// Tests of saved plans: written and read back, refused when foreign or changed, refused when out of date.
import { describe, expect, it } from 'vitest';
import { compileLifecycle } from '../lifecycle/index.js';
import { ownershipTags } from '../registry/index.js';
import { verifyFresh } from './fresh.js';
import type { ApplyEvent, Plan } from './model.js';
import type { Place } from './place.js';
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

const aws = { kind: 'aws' } as const;
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
  return { live, plan: readPlan(savePlan(plan, aws)).plan };
}

/** What was done, in short. */
function doneIn(events: readonly ApplyEvent[]): string[] {
  return events
    .flatMap((one) =>
      one.type === 'repository-done'
        ? [`${one.repository} ${one.action}${one.already === true ? ' already' : ''}`]
        : [],
    )
    .toSorted();
}

describe('a saved plan', () => {
  it('comes back as it was, in the same bytes each time', async () => {
    const { plan } = await scene();
    expect(readPlan(savePlan(plan, aws))).toEqual({ plan, place: aws });
    const local = { kind: 'local', endpoint: 'http://127.0.0.1:4510' } as const;
    expect(readPlan(savePlan(plan, local))).toEqual({ plan, place: local });
    expect(savePlan(readPlan(savePlan(plan, aws)).plan, aws)).toBe(savePlan(plan, aws));
    expect(savePlan(plan, aws)).toMatch(
      /^\{\n {2}"kind": "slipway\/plan",\n {2}"version": 4,\n {2}"checksum": "sha256:[0-9a-f]{64}"/,
    );
  });

  it.each<[string, (text: string) => string, string]>([
    ['no JSON', () => 'what', 'the text is not JSON'],
    ['other JSON', () => '{"format_version":"1.2"}', 'the JSON is not a plan of Slipway'],
    ['a list', () => '[]', 'the JSON is not a plan of Slipway'],
    [
      'another version',
      (text) => text.replace('"version": 4', '"version": 3'),
      'the plan has version 3, and this Slipway reads version 4',
    ],
    [
      'another account',
      (text) => text.replace('"account": "111111111111"', '"account": "222222222222"'),
      'the plan was changed after it was written',
    ],
    [
      'another place',
      (text) => text.replace('"kind": "aws"', '"kind": "local", "endpoint": "http://127.0.0.1:4510"'),
      'the plan was changed after it was written',
    ],
    ['half of it', (text) => text.slice(0, 300), 'the text is not JSON'],
  ])('is refused: %s', async (_, spoil, message) => {
    const { plan } = await scene();
    expect(() => readPlan(spoil(savePlan(plan, aws)))).toThrow(`plan/unreadable: ${message}`);
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
    expect(() => readPlan(savePlan(spoil(plan) as Plan, aws))).toThrow(
      'plan/unreadable: the plan lacks some of its parts',
    );
  });

  it.each([{}, { kind: 'moon' }, { kind: 'local' }, null, undefined])(
    'is refused with a right checksum but the place %o',
    async (place) => {
      const { plan } = await scene();
      expect(() => readPlan(savePlan(plan, place as unknown as Place))).toThrow('plan/unreadable');
    },
  );
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
    // Deleting `old` was done; of `new` only the creation was.
    expect(outcomeOf(events)).toMatchObject({ done: 2, already: 1, failed: 0 });
    expect(doneIn(events)).toEqual(['api update', 'new update', 'old delete already']);
    await fits(live, plan);
    expect(brief(await planOn(live.process(), desired))).toEqual([]);
  });

  it('where it was carried out before: nothing is written, and nothing is said to be done again', async () => {
    const { live, plan } = await scene();
    const consents = { accept: everything(plan), verify: true, lock: lockOf(1) };
    expect(doneIn(await applyOn(live.process(), plan, consents))).toEqual(['api update', 'new create', 'old delete']);
    const process = live.process();
    const again = await applyOn(process, plan, consents);
    expect(writes(process.calls)).toEqual([]);
    expect(again).toEqual([
      { type: 'started', stacks: 0, repositories: 3, steps: 0 },
      ...['api update', 'new create', 'old delete'].map((text) => {
        const [repository = '', action] = text.split(' ');
        const uri = action === 'delete' ? {} : { uri: live.uri(repository) };
        return { type: 'repository-done', repository, region: 'eu-west-1', action, already: true, ...uri };
      }),
      { type: 'finished', outcome: { done: 0, already: 3, failed: 0, skipped: 0, interrupted: false } },
    ]);
  });

  it('where images came to it that the policy would expire, once the policy is in place', async () => {
    const { live, plan } = await scene();
    const consents = { accept: everything(plan), verify: true, lock: lockOf(1) };
    await applyOn(live.process(), plan, consents);
    live.get('api').images = [image(undefined, 20)];
    expect(outcomeOf(await applyOn(live.process(), plan, consents))).toMatchObject({ already: 3, failed: 0 });
  });

  it('with a change ECR cannot make: what is left of it is still said', async () => {
    const live = memory();
    live.seed('api', { tags: { ...ours }, encryption: { type: 'KMS' } });
    const { plan } = readPlan(savePlan(await planOn(live.process(), registry([repository('api')])), aws));
    const consents = { accept: everything(plan), verify: true };
    expect(outcomeOf(await applyOn(live.process(), plan, consents))).toMatchObject({ done: 1, already: 0 });
    const process = live.process();
    const again = await applyOn(process, plan, consents);
    expect(writes(process.calls)).toEqual([]);
    expect(again).toContainEqual(expect.objectContaining({ type: 'repository-skipped', repository: 'api' }));
    expect(outcomeOf(again)).toMatchObject({ done: 0, already: 0, skipped: 1 });
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
      'api: an image would expire that the plan did not show: sha256:untagged20',
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
