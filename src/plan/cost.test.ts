// Tests of what images cost: sums, order, what the policy takes, layers counted once, and what could not be read.
import { describe, expect, it } from 'vitest';
import { compileLifecycle, type LifecyclePolicy } from '../lifecycle/index.js';
import { costByTag, costOf } from './cost.js';
import { image, memory, registry, repository } from './testing/fixtures.js';

const gigabyte = 2 ** 30;
const index = 'application/vnd.oci.image.index.v1+json';
const policy = compileLifecycle({ maxImageCount: 1 });
const api = { ...repository('api'), lifecyclePolicy: policy, tags: { Team: 'payments' } };
const web = { ...repository('web'), lifecyclePolicy: null, tags: { Team: 'shop' } };
const jobs = { ...repository('jobs'), lifecyclePolicy: undefined, tags: {} };
const desired = registry([api, web, jobs, { ...repository('missing'), tags: { Team: 'payments' } }]);

function scene() {
  const live = memory();
  live.seed('api', { images: [image('v2', 1, 2 * gigabyte), image('v1', 2, 3 * gigabyte)] });
  live.seed('web', { images: [{ ...image('w1', 1, 40 * gigabyte), storageClass: 'archive' }] });
  live.seed('jobs');
  return live;
}

describe('what images cost', () => {
  it('is added up, the dearest first', async () => {
    const process = scene().process();
    const report = await costOf([desired], () => process);
    expect(report).toEqual({
      images: 3,
      standardBytes: 5 * gigabyte,
      archiveBytes: 40 * gigabyte,
      dollarsPerMonth: 4.5,
      prices: [expect.objectContaining({ region: 'eu-west-1', assumed: true, asOf: '2026-03' })],
      upperBound: true,
      savingDollarsPerMonth: expect.closeTo(0.3, 9) as number,
      repositories: [
        {
          account: '111111111111',
          region: 'eu-west-1',
          name: 'web',
          key: 'web',
          tags: { Team: 'shop' },
          images: 1,
          standardBytes: 0,
          archiveBytes: 40 * gigabyte,
          dollarsPerMonth: 4,
          upperBound: false,
          saving: { images: 0, bytes: 0, dollarsPerMonth: 0 },
        },
        {
          account: '111111111111',
          region: 'eu-west-1',
          name: 'api',
          key: 'api',
          tags: { Team: 'payments' },
          images: 2,
          standardBytes: 5 * gigabyte,
          archiveBytes: 0,
          dollarsPerMonth: 0.5,
          upperBound: true,
          saving: { images: 1, bytes: 3 * gigabyte, dollarsPerMonth: expect.closeTo(0.3, 9) as number },
        },
        expect.objectContaining({ name: 'jobs', images: 0, dollarsPerMonth: 0, upperBound: false }),
      ],
      unknown: [],
      notCounted: [],
    });
    expect(process.calls.filter((call) => !call.startsWith('ecr:DescribeImages'))).toEqual(['sts:GetCallerIdentity']);
  });

  it('is of the chosen repositories only', async () => {
    const only = await costOf([desired], () => scene().process(), { only: ['w*'] });
    expect(only.repositories.map(({ name }) => name)).toEqual(['web']);
    await expect(costOf([desired], () => scene().process(), { only: ['x'] })).rejects.toThrow('no repository matches');
  });

  it('is added up by the value of a tag', async () => {
    const report = await costOf([desired], () => scene().process());
    expect(costByTag(report, 'Team')).toEqual([
      { value: 'shop', repositories: 1, images: 1, standardBytes: 0, archiveBytes: 40 * gigabyte, dollarsPerMonth: 4 },
      {
        value: 'payments',
        repositories: 1,
        images: 2,
        standardBytes: 5 * gigabyte,
        archiveBytes: 0,
        dollarsPerMonth: 0.5,
      },
      { value: null, repositories: 1, images: 0, standardBytes: 0, archiveBytes: 0, dollarsPerMonth: 0 },
    ]);
    expect(costByTag(report, 'toString')).toMatchObject([{ value: null, repositories: 3 }]);
  });

  it('leaves out what cannot be read, and says so', async () => {
    const process = scene().process({ faults: { 'ecr:DescribeImages': 'denied' } });
    const report = await costOf([desired], () => process, { only: ['api'] });
    expect(report).toMatchObject({
      dollarsPerMonth: 0,
      repositories: [],
      unknown: [
        {
          repository: 'api',
          operation: 'ecr:DescribeImages',
          reason: 'AccessDeniedException: injected denied',
        },
      ],
    });
  });

  it('is refused for another account', async () => {
    const process = scene().process({ account: '999999999999' });
    await expect(costOf([desired], () => process)).rejects.toThrow('plan/wrong-account');
  });

  it('knows what a manifest list holds, where that matters', async () => {
    const live = scene();
    const child = image(undefined, 30, gigabyte);
    const list = { ...image('v3', 0, gigabyte), mediaType: index, children: [child.digest] };
    live.get('api').images = [child, list];
    const untagged = registry([{ ...api, lifecyclePolicy: compileLifecycle({ expireUntaggedAfterDays: 14 }) }]);
    const process = live.process();
    expect((await costOf([untagged], () => process)).repositories).toMatchObject([
      { standardBytes: gigabyte, saving: { images: 0 } },
    ]);
    expect(process.calls).toContain('ecr:BatchGetImage api');
    const denied = live.process({ faults: { 'ecr:BatchGetImage': 'denied' } });
    expect((await costOf([untagged], () => denied)).repositories).toMatchObject([{ saving: { images: 1 } }]);
    const idle = live.process();
    await costOf([registry([api])], () => idle);
    expect(idle.calls).not.toContain('ecr:BatchGetImage api');
  });
});

describe('with layers', () => {
  const shared = { digest: 'sha256:base', size: 2 * gigabyte };
  const layered = () => {
    const live = scene();
    const [v2, v1] = live.get('api').images;
    live.get('api').layers = new Map([
      [v2?.digest ?? '', [shared]],
      [v1?.digest ?? '', [shared, { digest: 'sha256:own', size: gigabyte }]],
    ]);
    return live;
  };

  it('what images share counts once', async () => {
    const process = layered().process();
    const report = await costOf([desired], () => process, { layers: true, only: ['api'] });
    expect(report).toMatchObject({ standardBytes: 3 * gigabyte, upperBound: false, notCounted: [] });
    expect(process.calls.filter((call) => call.startsWith('ecr:BatchGetImage'))).toEqual(['ecr:BatchGetImage api']);
  });

  it('archived images and such whose manifest is not to be had count whole', async () => {
    const live = layered();
    live
      .get('api')
      .images.push({ ...image('old', 9, 7 * gigabyte), storageClass: 'archive' }, image('odd', 9, 11 * gigabyte));
    const report = await costOf([desired], () => live.process(), { layers: true, only: ['api'] });
    expect(report).toMatchObject({ standardBytes: 14 * gigabyte, archiveBytes: 7 * gigabyte });
  });

  it('no manifest is read where the policy goes by pulls, or they may not be read', async () => {
    const byPulls: LifecyclePolicy = {
      rules: [
        {
          rulePriority: 1,
          selection: { tagStatus: 'any', countType: 'sinceImagePulled', countUnit: 'days', countNumber: 90 },
          action: { type: 'transition', targetStorageClass: 'archive' },
        },
      ],
    };
    const process = layered().process();
    const pulls = registry([{ ...api, lifecyclePolicy: byPulls }]);
    const report = await costOf([pulls], () => process, { layers: true });
    expect(report).toMatchObject({ standardBytes: 5 * gigabyte, upperBound: true, notCounted: ['api'] });
    expect(process.calls).not.toContain('ecr:BatchGetImage api');
    const denied = layered().process({ faults: { 'ecr:BatchGetImage': 'denied' } });
    expect(await costOf([desired], () => denied, { layers: true })).toMatchObject({
      upperBound: true,
      notCounted: ['api'],
    });
  });
});
