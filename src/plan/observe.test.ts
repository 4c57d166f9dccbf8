// Tests of reading: how few calls it takes, what is found without the bulk index, and what is unknown.
import { describe, expect, it } from 'vitest';
import { ownershipTags } from '../registry/index.js';
import { observe } from './observe.js';
import { converge, memory, owner, planOn, registry, repository } from './testing/fixtures.js';

const ours = { ...ownershipTags(owner) };
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => repository(`r${String(index).padStart(4, '0')}`));
const count = (calls: readonly string[]) => {
  const counts: Record<string, number> = {};
  for (const call of calls) {
    const name = call.split(' ')[0] ?? '';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};

describe('calls', () => {
  it('are two a repository, and few besides', async () => {
    const desired = registry(many(1000));
    const live = memory();
    await converge(live.process({ concurrency: 50 }), desired);
    const process = live.process({ concurrency: 50 });
    expect((await planOn(process, desired)).summary.unchanged).toBe(1000);
    expect(count(process.calls)).toEqual({
      'sts:GetCallerIdentity': 1,
      'ecr:DescribeRepositories': 10,
      'tag:GetResources': 1,
      'ecr:GetLifecyclePolicy': 1000,
      'ecr:GetRepositoryPolicy': 1000,
    });
  });

  it('ask by name where one call will do, and list where some do not exist', async () => {
    const desired = registry(many(3));
    const live = memory();
    await converge(live.process(), desired);
    const process = live.process();
    await planOn(process, desired);
    expect(process.calls.filter((call) => call.startsWith('ecr:Desc'))).toEqual([
      'ecr:DescribeRepositories r0000,r0001,r0002',
    ]);
    const more = live.process();
    await planOn(more, registry(many(4)));
    expect(more.calls.filter((call) => call.startsWith('ecr:Desc'))).toEqual([
      'ecr:DescribeRepositories r0000,r0001,r0002,r0003',
      'ecr:DescribeRepositories',
    ]);
  });

  it('never have more under way than allowed', async () => {
    const desired = registry(many(30));
    const live = memory();
    await converge(live.process(), desired);
    let running = 0;
    let most = 0;
    const process = live.process({
      concurrency: 3,
      before: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      },
    });
    await planOn(process, desired);
    expect(most).toBe(3);
  });

  it('ask a repository for its tags only where the index is missing it or differs', async () => {
    const desired = registry(many(4));
    const live = memory();
    await converge(live.process(), desired);
    live.index();
    live.get('r0001').tags.Team = 'x';
    live.repositories.delete('r0002');
    live.seed('r0002', { tags: {} });
    live.index();
    live.get('r0001').tags.Team = 'payments';
    const process = live.process({ bulk: 'stale' });
    const plan = await planOn(process, desired);
    expect(process.calls.filter((call) => call.startsWith('ecr:ListTags'))).toEqual([
      'ecr:ListTagsForResource r0001',
      'ecr:ListTagsForResource r0002',
    ]);
    expect(plan.summary).toMatchObject({ unchanged: 3, foreign: 1 });
  });

  it('do not read what is not managed', async () => {
    const live = memory();
    live.seed('r', { tags: ours });
    const process = live.process();
    await observe(registry([repository('r', { lifecyclePolicy: undefined })]), process);
    expect(count(process.calls)).not.toHaveProperty('ecr:GetLifecyclePolicy');
    expect(count(process.calls)).toMatchObject({ 'ecr:GetRepositoryPolicy': 1 });
  });
});

describe('orphans', () => {
  const desired = registry([repository('kept')]);
  const scene = (foreign = 2) => {
    const live = memory();
    live.seed('kept', { tags: { ...repository('kept').tags } });
    live.seed('orphan', { tags: { ...ours } });
    for (let index = 0; index < foreign; index += 1) live.seed(`foreign${index}`);
    return live;
  };

  it('come with the bulk index, and are asked once more', async () => {
    const process = scene().process();
    const observed = await observe(desired, process);
    expect([...observed.repositories.keys()]).toEqual(['kept', 'orphan']);
    expect(observed.orphansKnown).toEqual({ known: true });
    expect(process.calls.filter((call) => call.startsWith('ecr:ListTags'))).toEqual(['ecr:ListTagsForResource orphan']);
  });

  it('that the index remembers, but that are gone or not ours any more, are none', async () => {
    const live = scene();
    live.seed('gone', { tags: { ...ours } });
    live.index();
    live.repositories.delete('gone');
    live.get('orphan').tags = {};
    const observed = await observe(desired, live.process({ bulk: 'stale' }));
    expect([...observed.repositories.keys()]).toEqual(['kept']);
  });

  it.each([
    ['answers with nothing', { bulk: 'empty' } as const],
    ['is denied', { faults: { 'tag:GetResources': 'denied' } } as const],
    ['is missing', { faults: { 'tag:GetResources': 'not-implemented' } } as const],
  ])('are asked for one by one where the index %s', async (_, how) => {
    const process = scene().process(how);
    const observed = await observe(desired, process);
    expect([...observed.repositories.keys()]).toEqual(['kept', 'orphan']);
    expect(observed.orphansKnown).toEqual({ known: true });
    expect(count(process.calls)['ecr:ListTagsForResource']).toBe(4);
  });

  it('are not known where there are too many to ask', async () => {
    expect((await observe(desired, scene(199).process({ bulk: 'empty' }))).orphansKnown).toEqual({ known: true });
    expect((await observe(desired, scene(200).process({ bulk: 'empty' }))).orphansKnown).toEqual({
      known: false,
      reason: 'tags are not to be had in bulk here, and 201 repositories are too many to ask one by one',
    });
    const denied = await observe(desired, scene(200).process({ faults: { 'tag:GetResources': 'denied' } }));
    expect(denied.orphansKnown).toEqual({
      known: false,
      reason: 'tag:GetResources: AccessDeniedException: injected denied',
    });
    expect([...denied.repositories.keys()]).toEqual(['kept']);
  });

  it('are not doubted where nothing of ours is there at all', async () => {
    const live = memory();
    for (let index = 0; index < 201; index += 1) live.seed(`foreign${index}`);
    const process = live.process();
    expect((await observe(desired, process)).orphansKnown).toEqual({ known: true });
    expect(count(process.calls)).not.toHaveProperty('ecr:ListTagsForResource');
  });

  it('are not known where their tags or the list cannot be read', async () => {
    const tags = await observe(
      desired,
      scene().process({ bulk: 'empty', faults: { 'ecr:ListTagsForResource': 'denied' } }),
    );
    expect(tags.orphansKnown).toEqual({
      known: false,
      reason: 'ecr:ListTagsForResource: AccessDeniedException: injected denied',
    });
    expect([...tags.repositories.keys()]).toEqual(['kept']);
    const list = await observe(desired, scene().process({ faults: { 'ecr:DescribeRepositories': 'unavailable' } }));
    expect(list.orphansKnown).toEqual({
      known: false,
      reason: 'ecr:DescribeRepositories: ThrottlingException: injected unavailable',
    });
  });

  it('keep unknown tags where only the index speaks for them', async () => {
    const observed = await observe(desired, scene().process({ faults: { 'ecr:ListTagsForResource': 'denied' } }));
    expect(observed.repositories.get('orphan')?.tags).toMatchObject({
      state: 'unknown',
      operation: 'ecr:ListTagsForResource',
    });
  });
});

describe('descriptions', () => {
  const desired = registry([repository('a'), repository('b')]);

  it('are asked for one by one where the list is denied', async () => {
    const live = memory();
    live.seed('a', { tags: ours });
    const process = live.process();
    const denied = live.process({ faults: { 'ecr:DescribeRepositories': 'denied' } });
    // Allowed by name, denied as a whole: permissions on single repositories.
    process.ecr.listRepositories = denied.ecr.listRepositories;
    const observed = await observe(desired, process);
    expect([...observed.repositories.keys()]).toEqual(['a']);
    expect(observed.unreadable.size).toBe(0);
    expect(process.calls).toContain('ecr:DescribeRepositories b');
  });

  it.each(['denied', 'unavailable', 'not-implemented'] as const)('%s are unknown, never absent', async (kind) => {
    const process = memory().process({ faults: { 'ecr:DescribeRepositories': kind } });
    const observed = await observe(desired, process);
    expect([...observed.unreadable.keys()]).toEqual(['a', 'b']);
    expect(observed.unreadable.get('a')).toEqual({
      operation: 'ecr:DescribeRepositories',
      reason:
        kind === 'not-implemented' ? 'this endpoint does not have the operation' : expect.stringMatching(/: injected /),
    });
    expect(process.calls.length).toBeLessThanOrEqual(6);
  });

  it('of a repository deleted while it is read are dropped', async () => {
    const live = memory();
    live.seed('a', { tags: ours });
    live.seed('b', { tags: ours });
    const process = live.process({
      before: (operation, resource) => {
        if (operation === 'ecr:GetRepositoryPolicy' && resource === 'b') live.repositories.delete('b');
      },
    });
    expect([...(await observe(desired, process)).repositories.keys()]).toEqual(['a']);
  });
});
