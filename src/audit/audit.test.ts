// The live registry, judged: what is read of each repository, what is said of it, and what is not when it cannot be read.
import { describe, expect, it } from 'vitest';
import { lifecycleText } from '../lifecycle/index.js';
import { converge, image, memory, registry, repository } from '../plan/testing/fixtures.js';
import type { ProcessOptions } from '../plan/testing/memory-registry.js';
import { auditRegistry } from './audit.js';

/** What one repository with this live policy and these images is told. */
async function audited(
  live: string | undefined,
  images: ReturnType<typeof image>[] = [],
  options: ProcessOptions = {},
  settings: Parameters<typeof repository>[1] = {},
) {
  const there = memory();
  const desired = registry([repository('api', settings)]);
  await converge(there.process(), desired);
  const stored = there.repositories.get('api');
  if (stored === undefined) throw new Error('it was not made');
  if (live === undefined) delete stored.lifecyclePolicy;
  else stored.lifecyclePolicy = live;
  stored.images.push(...images);
  const ports = there.process(options);
  const report = await auditRegistry(desired, () => ports);
  return { report, calls: ports.calls, api: report.repositories[0] };
}

const brief = (found: readonly { severity: string; code: string; path?: string }[] = []) =>
  found.map(({ severity, code, path }) => `${severity} ${code} ${path ?? ''}`.trim());

const good = lifecycleText({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
      action: { type: 'expire' },
    },
    {
      rulePriority: 2,
      selection: { tagStatus: 'tagged', tagPatternList: ['*'], countType: 'imageCountMoreThan', countNumber: 30 },
      action: { type: 'expire' },
    },
  ],
});
const trap = good.replace('["*"]', '["v*","release-*"]');

describe('an audit', () => {
  it('has nothing to say of a good policy, and reads the policy and the images of each repository once', async () => {
    const { report, calls, api } = await audited(good, [image('v1', 1)]);
    expect(report).toEqual({
      account: '111111111111',
      region: 'eu-west-1',
      repositories: [{ name: 'api', key: 'api', state: 'audited', rules: 2, images: 1, diagnostics: [] }],
    });
    expect(api?.diagnostics).toEqual([]);
    expect(calls.filter((call) => /GetLifecyclePolicy|DescribeImages/.test(call))).toEqual([
      'ecr:GetLifecyclePolicy api',
      'ecr:DescribeImages api',
    ]);
  });
  it('judges the live policy, not the declared one, and against the images', async () => {
    const { api } = await audited(trap, [image('v1', 1), image('qa', 2)]);
    expect(brief(api?.diagnostics)).toEqual([
      'warning lifecycle/and-trap rules.1.selection.tagPatternList',
      'info lifecycle/matches-nothing rules.1.selection.tagPatternList.1',
    ]);
    expect(api?.diagnostics[0]?.message).toContain('of 1 image that matches one of them, none matches all');
  });
  it('names a repository without a policy, a warning unless the manifest wants none', async () => {
    const without = await audited(undefined, [image('v1', 1, 2_500_000_000)]);
    expect(without.api).toMatchObject({ state: 'audited', rules: null, images: 1 });
    expect(brief(without.api?.diagnostics)).toEqual(['warning audit/no-lifecycle-policy']);
    expect(without.api?.diagnostics[0]?.message).toBe(
      'api has no lifecycle policy: everything pushed there stays for ever (1 image, 2.5 GB so far)',
    );
    const wanted = await audited(undefined, [], {}, { lifecyclePolicy: null });
    expect(brief(wanted.api?.diagnostics)).toEqual(['info audit/no-lifecycle-policy']);
    expect(wanted.api?.diagnostics[0]?.message).toContain('(0 images, 0.0 GB so far)');
  });
  it('says of a policy that it cannot read that it cannot', async () => {
    const { api } = await audited(good.replace('"tagged"', '"signed"'), [image('v1', 1)]);
    expect(brief(api?.diagnostics)).toEqual(['warning audit/unknown-policy']);
    expect(api).toMatchObject({ state: 'audited', rules: null });
  });
  it('guesses nothing where the policy or the images cannot be read', async () => {
    const policy = await audited(trap, [image('v1', 1)], { faults: { 'ecr:GetLifecyclePolicy': 'denied' } });
    expect(policy.api).toMatchObject({ state: 'unread', rules: null, images: 1 });
    expect(brief(policy.api?.diagnostics)).toEqual(['error audit/unread']);
    const images = await audited(trap, [image('v1', 1)], { faults: { 'ecr:DescribeImages': 'denied' } });
    expect(images.api).toMatchObject({ state: 'unread', rules: 2, images: null });
    expect(brief(images.api?.diagnostics)).toEqual(['error audit/unread']);
    expect(images.api?.diagnostics[0]?.message).toMatch(
      /^api could not be judged: ecr:DescribeImages: AccessDeniedException/,
    );
  });
  it('tells which repositories could not be found, and which are not there yet', async () => {
    const there = memory();
    const desired = registry([repository('api'), repository('web')]);
    await converge(there.process(), registry([repository('api')]));
    const report = await auditRegistry(desired, () => there.process());
    expect(report.repositories.map(({ name, state }) => [name, state])).toEqual([
      ['api', 'audited'],
      ['web', 'missing'],
    ]);
    const denied = await auditRegistry(desired, () =>
      there.process({ faults: { 'ecr:DescribeRepositories': 'denied' } }),
    );
    expect(denied.repositories.map(({ name, key, state, images }) => [name, key, state, images])).toEqual([
      ['api', 'api', 'unread', null],
      ['web', 'web', 'unread', null],
    ]);
  });
  it('sees what is ours and no longer declared, and only what is asked for', async () => {
    const there = memory();
    await converge(there.process(), registry([repository('api'), repository('old')]));
    const desired = registry([repository('api'), repository('new')]);
    const all = await auditRegistry(desired, () => there.process());
    expect(all.repositories.map(({ name, key, state }) => [name, key, state])).toEqual([
      ['api', 'api', 'audited'],
      ['new', 'new', 'missing'],
      ['old', undefined, 'audited'],
    ]);
    const some = await auditRegistry(desired, () => there.process(), { only: ['o*'] });
    expect(some.repositories.map(({ name }) => name)).toEqual(['old']);
  });
  it('asks for no account but the right one', async () => {
    const there = memory();
    await expect(
      auditRegistry(registry([repository('api')]), () => there.process({ account: '999999999999' })),
    ).rejects.toThrow('plan/wrong-account');
  });
  it('passes the rollback window on', async () => {
    const there = memory();
    const desired = registry([repository('api')]);
    await converge(there.process(), desired);
    there.repositories
      .get('api')
      ?.images.push(...Array.from({ length: 30 }, (_, index) => image(`v1.${index}`, index - 1)));
    const of = async (rollbackWindowDays: number) =>
      brief((await auditRegistry(desired, () => there.process(), { rollbackWindowDays })).repositories[0]?.diagnostics);
    expect(await of(20)).toEqual([]);
    expect((await of(60)).map((one) => one.split(' ').slice(0, 2).join(' '))).toEqual([
      'warning lifecycle/short-rollback',
    ]);
  });
});
