// A plan's lifecycle policies are linted against the images that were read for them, and nothing is read for that.
import { describe, expect, it } from 'vitest';
import { compileLifecycle, compileRules } from '../lifecycle/index.js';
import { remarksIn } from './remarked.js';
import { converge, image, memory, planOn, registry, repository } from './testing/fixtures.js';

const rule = (rulePriority: number, tagPatternList: string[]) => ({
  rulePriority,
  selection: { tagStatus: 'tagged', tagPatternList, countType: 'imageCountMoreThan', countNumber: 30 } as const,
  action: { type: 'expire' } as const,
});

async function changedTo(lifecyclePolicy: ReturnType<typeof compileRules> | null, images = [image('v1.0', 1)]) {
  const there = memory();
  await converge(there.process(), registry([repository('api')]));
  there.repositories.get('api')?.images.push(...images);
  const ports = there.process();
  const plan = await planOn(ports, registry([repository('api', { lifecyclePolicy })]));
  return { plan, calls: ports.calls.filter((call) => call.startsWith('ecr:DescribeImages')) };
}

describe('remarks in a plan', () => {
  it('are those of a policy that changes, each with its repository, and need no consent', async () => {
    const { plan, calls } = await changedTo(compileRules([rule(10, ['v*', 'w*']), rule(900, ['*'])]));
    expect(remarksIn(plan).map(({ code, severity, message, path }) => [code, severity, message, path])).toEqual([
      [
        'lifecycle/and-trap',
        'warning',
        'api: an image must match "v*" and "w*" at once, with a tag for each; of 1 image that matches one of them, none matches all',
        'api: rules.0.selection.tagPatternList',
      ],
    ]);
    expect(plan.hazards).toEqual([]);
    expect(calls).toEqual(['ecr:DescribeImages api']);
  });
  it('leave out what is merely worth knowing', async () => {
    const { plan } = await changedTo(
      compileRules([rule(10, ['v*', 'w*']), rule(900, ['*'])]),
      [image('v1', 1), image('w1', 1)].map((one) => ({ ...one, tags: ['v1', 'w1'] })),
    );
    expect(plan.registries[0]?.repositories[0]?.remarks).toBeUndefined();
  });
  it('are none without a policy, without images to be, and where nothing changes', async () => {
    expect(remarksIn((await changedTo(null)).plan)).toEqual([]);
    const { plan, calls } = await changedTo(compileLifecycle({ expireUntaggedAfterDays: 14, maxImageCount: 30 }));
    expect([remarksIn(plan), calls]).toEqual([[], []]);
    const fresh = await planOn(
      memory().process(),
      registry([repository('api', { lifecyclePolicy: compileRules([rule(1, ['a*', 'b*'])]) })]),
    );
    expect(remarksIn(fresh)).toEqual([]);
  });
});
