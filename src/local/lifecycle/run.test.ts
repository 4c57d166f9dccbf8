// Lifecycle policies as they run on a repository of the local ECR: when, on what, and what is told of it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRepository } from '../ecr/repository.js';
import { placeOf } from '../events/events.js';
import { manifestOf } from '../images/find.js';
import type { Image } from '../images/model.js';
import { describe as descriptor, imageManifest, indexManifest, layerOf } from '../images/testing/manifests.js';
import { openWorld, start, type World } from '../images/testing/world.js';
import { firstDue, scheduledAt, unschedule } from '../timetable.js';
import { adoptPolicies } from './adopt.js';

const hour = 3_600_000;
const day = 24 * hour;
let world: World;
beforeEach(() => {
  world = openWorld();
});
afterEach(() => world.close());

type Rule = Record<string, unknown>;
const rule = (rulePriority: number, selection: Rule, action: Rule = { type: 'expire' }): Rule => ({
  rulePriority,
  description: `rule ${rulePriority}`,
  selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1, ...selection },
  action,
});
const archive = { type: 'transition', targetStorageClass: 'archive' };
const days = (countType: string, countNumber: number): Rule => ({ countType, countUnit: 'days', countNumber });
const put = (...rules: Rule[]): void => {
  world.call('PutLifecyclePolicy', {
    repositoryName: 'team/app',
    lifecyclePolicyText: JSON.stringify({ rules }).padEnd(120),
  });
};

/** `tag,tag status` of each image, or the beginning of its digest where it has no tag. */
function images(): string[] {
  const { imageDetails } = world.call('DescribeImages', {
    repositoryName: 'team/app',
    filter: { imageStatus: 'ANY' },
    maxResults: 1000,
  }) as { imageDetails: { imageTags?: string[]; imageStatus: string; imageDigest: string }[] };
  return imageDetails
    .map(({ imageTags, imageStatus, imageDigest }) => `${imageTags?.join() ?? imageDigest.slice(0, 12)} ${imageStatus}`)
    .sort();
}

function trail(name = 'PolicyExecutionEvent'): Record<string, unknown>[] {
  world.trail.flush();
  return world.trail
    .after(placeOf(0), 1000)
    .map(([, record]) => record)
    .filter((record) => record['eventName'] === name);
}
const details = (): Record<string, unknown>[] =>
  trail().map((record) => record['serviceEventDetails'] as Record<string, unknown>);
const evaluatedAt = (): unknown => world.call('GetLifecyclePolicy', { repositoryName: 'team/app' })['lastEvaluatedAt'];

describe('a policy', () => {
  it('does nothing when it is put, and acts a day later, then every day', async () => {
    const repository = world.repository();
    for (const tag of ['a', 'b', 'c']) {
      await world.image(repository, tag, tag);
      await world.pass(hour);
    }
    put(rule(1, {}));
    expect(evaluatedAt()).toBe(0);
    await world.pass(day - 1);
    expect(images()).toEqual(['a ACTIVE', 'b ACTIVE', 'c ACTIVE']);
    await world.pass(1);
    expect(images()).toEqual(['c ACTIVE']);
    expect(evaluatedAt()).toBe((start + 3 * hour + day) / 1000);
    await world.image(repository, 'd', 'd');
    await world.pass(day);
    expect(images()).toEqual(['d ACTIVE']);
    expect(evaluatedAt()).toBe((start + 3 * hour + 2 * day) / 1000);
  });

  it('that is put again keeps its hour, one that is deleted runs no more, nor does one of a repository that is gone', async () => {
    world.repository();
    const subject = `${world.context.account}/${world.context.region}/team/app`;
    put(rule(1, {}));
    await world.pass(23 * hour);
    put(rule(1, { countNumber: 5 }));
    expect(scheduledAt(world.store, 'lifecycle', subject)).toBe(start + day);
    await world.pass(hour);
    expect(scheduledAt(world.store, 'lifecycle', subject)).toBe(start + 2 * day);
    world.call('DeleteLifecyclePolicy', { repositoryName: 'team/app' });
    expect(firstDue(world.store)).toBeUndefined();
    put(rule(1, {}));
    world.call('DeleteRepository', { repositoryName: 'team/app' });
    expect(firstDue(world.store)).toBeUndefined();
  });

  it('archives, and expires what has been in the archive for long enough', async () => {
    const repository = world.repository();
    put(
      rule(1, { tagStatus: 'tagged', tagPatternList: ['*'], ...days('sinceImagePulled', 10) }, archive),
      rule(2, { storageClass: 'archive', ...days('sinceImageTransitioned', 90) }),
    );
    await world.image(repository, 'a', 'a');
    await world.pass(10 * day);
    expect(images()).toEqual(['a ACTIVE']);
    await world.pass(day);
    expect(images()).toEqual(['a ARCHIVED']);
    await world.pass(90 * day);
    expect(images()).toEqual(['a ARCHIVED']);
    await world.pass(day);
    expect(images()).toEqual([]);
    // Archiving is told of, expiring is not.
    expect(world.events().map(({ detail }) => detail['action-type'])).toEqual(['PUSH', 'UPDATE_STORAGE_CLASS']);
  });

  it('leaves what an index names, says so, and takes it once the index is gone', async () => {
    const repository = world.repository();
    await world.layer(repository, '{}');
    await world.layer(repository, 'layer');
    const manifest = imageManifest([layerOf('layer')]);
    const child = world.put(repository, manifest);
    await world.pass(hour);
    const index = world.put(repository, indexManifest([descriptor(manifest)]), 'v1');
    put(rule(1, { tagStatus: 'untagged', ...days('sinceImagePushed', 1) }));
    await world.pass(2 * day);
    expect(images()).toEqual([`${child.digest.slice(0, 12)} ACTIVE`, 'v1 ACTIVE'].sort());
    expect(details()[1]).toMatchObject({
      lifecycleEventImageActions: [],
      lifecycleEventFailureDetails: [
        {
          lifecycleEventImage: { digest: child.digest, tagStatus: 'Untagged', tagList: [], pushedAt: start },
          rulePriority: 1,
          failureCode: 'ImageReferencedByManifestList',
          failureReason: `Requested image referenced by manifest list: [${index.digest}]`,
        },
      ],
    });
    world.call('BatchDeleteImage', { repositoryName: 'team/app', imageIds: [{ imageTag: 'v1' }] });
    await world.pass(day);
    expect(images()).toEqual([]);
  });

  it('archives no child of an index either', async () => {
    const repository = world.repository();
    await world.layer(repository, '{}');
    await world.layer(repository, 'layer');
    const manifest = imageManifest([layerOf('layer')]);
    const child = world.put(repository, manifest, 'child');
    const index = world.put(repository, indexManifest([descriptor(manifest)]), 'index');
    put(rule(1, { tagStatus: 'tagged', tagPatternList: ['child'], ...days('sinceImagePushed', 1) }, archive));
    await world.pass(2 * day);
    expect(images()).toEqual(['child ACTIVE', 'index ACTIVE']);
    expect(details()[1]).toMatchObject({
      lifecycleEventFailureDetails: [
        {
          lifecycleEventImage: { digest: child.digest },
          failureCode: 'ImageReferencedByManifestList',
          failureReason: `Requested image referenced by manifest list: [${index.digest}]`,
        },
      ],
    });
  });

  it('takes what refers to an image with it, whatever refers to that, and no more', async () => {
    const repository = world.repository();
    await world.layer(repository, '{}');
    const subject = async (text: string, tag: string): Promise<ReturnType<typeof descriptor>> => {
      await world.layer(repository, text);
      const manifest = imageManifest([layerOf(text)]);
      world.put(repository, manifest, tag);
      return descriptor(manifest);
    };
    const refer = async (text: string, to: ReturnType<typeof descriptor>): Promise<ReturnType<typeof descriptor>> => {
      await world.layer(repository, text);
      const manifest = imageManifest([layerOf(text)], { subject: to, artifactType: 'application/x' });
      world.put(repository, manifest);
      return descriptor(manifest);
    };
    const old = await subject('old', 'v1');
    await refer('attestation', await refer('signature', old));
    await world.pass(hour);
    const kept = await subject('new', 'v2');
    const signature = await refer('new signature', kept);
    put(rule(1, { tagStatus: 'tagged', tagPatternList: ['v*'] }));
    await world.pass(day);
    expect(images()).toEqual([`${signature.digest.slice(0, 12)} ACTIVE`, 'v2 ACTIVE'].sort());
  });

  it('leaves what refers to a referrer that an index keeps', async () => {
    const repository = world.repository();
    const old = await world.image(repository, 'old', 'v1');
    const refer = (to: string, text: string): Promise<Image> =>
      world.image(repository, text, undefined, {
        subject: { mediaType: old.mediaType, digest: to, size: 1 },
        artifactType: 'application/x',
      });
    const signature = await refer(old.digest, 'signature');
    const attestation = await refer(signature.digest, 'attestation');
    const lost = await refer(old.digest, 'lost');
    world.put(
      repository,
      indexManifest([descriptor(manifestOf(world.context, repository, signature.digest))]),
      'index',
    );
    await world.pass(hour);
    await world.image(repository, 'new', 'v2');
    put(rule(1, { tagStatus: 'tagged', tagPatternList: ['v*'] }));
    await world.pass(day);
    const left = images();
    for (const { digest } of [signature, attestation]) expect(left).toContain(`${digest.slice(0, 12)} ACTIVE`);
    expect(left).not.toContain(`${lost.digest.slice(0, 12)} ACTIVE`);
    expect(left).not.toContain('v1 ACTIVE');
  });

  it('leaves an image alone that is on its way back from the archive', async () => {
    const repository = world.repository();
    await world.image(repository, 'a', 'a');
    const id = { repositoryName: 'team/app', imageId: { imageTag: 'a' } };
    world.call('UpdateImageStorageClass', { ...id, targetStorageClass: 'ARCHIVE' });
    put(rule(1, { storageClass: 'archive', ...days('sinceImageTransitioned', 90) }));
    await world.pass(91 * day - 1000);
    world.call('UpdateImageStorageClass', { ...id, targetStorageClass: 'STANDARD' });
    await world.pass(1000);
    expect(images()).toEqual(['a ACTIVATING']);
    await world.pass(hour);
    expect(images()).toEqual(['a ACTIVE']);
    expect(trail('ImageActivationEvent').map((record) => record['serviceEventDetails'])).toMatchObject([
      { repositoryName: 'team/app', targetStorageClass: 'STANDARD', result: 'SUCCESS', imageStatus: 'ACTIVE' },
    ]);
  });

  it('counts a pull that is not written yet', async () => {
    const repository = world.repository();
    const image = await world.image(repository, 'a', 'a');
    put(rule(1, days('sinceImagePulled', 1), archive));
    await world.pass(day + hour);
    world.call('BatchGetImage', { repositoryName: 'team/app', imageIds: [{ imageDigest: image.digest }] });
    await world.pass(day - hour);
    expect(images()).toEqual(['a ACTIVE']);
  });
});

describe('policies of a data directory without a timetable', () => {
  it('are put on it, once', async () => {
    const repository = world.repository();
    put(rule(1, {}));
    const subject = `${world.context.account}/${world.context.region}/team/app`;
    unschedule(world.store, 'lifecycle', subject);
    world.repository('other');
    adoptPolicies(world.store, () => start);
    expect(scheduledAt(world.store, 'lifecycle', subject)).toBe(start + day);
    await world.image(repository, 'a', 'a');
    await world.image(repository, 'b', 'b');
    await world.pass(day);
    expect(images()).toHaveLength(1);
    unschedule(world.store, 'lifecycle', subject);
    adoptPolicies(world.store, () => start);
    expect(firstDue(world.store)).toBeUndefined();
  });
});

describe('what CloudTrail is told', () => {
  it('is the policy with every run, and the images in events of fewer than ten', async () => {
    const repository = world.repository();
    put(rule(7, { tagStatus: 'tagged', tagPrefixList: ['v'], ...days('sinceImagePushed', 1) }));
    await world.pass(day);
    expect(trail()).toMatchObject([
      {
        eventVersion: '1.09',
        userIdentity: { accountId: '123456789012', invokedBy: 'AWS Internal' },
        eventTime: '2023-11-15T22:13:20Z',
        eventSource: 'ecr.amazonaws.com',
        awsRegion: 'eu-west-1',
        eventType: 'AwsServiceEvent',
        resources: [
          {
            ARN: 'arn:aws:ecr:eu-west-1:123456789012:repository/team/app',
            accountId: '123456789012',
            type: 'AWS::ECR::Repository',
          },
        ],
        serviceEventDetails: {
          repositoryName: 'team/app',
          lifecycleEventPolicy: {
            lifecycleEventRules: [
              {
                rulePriority: 7,
                description: 'rule 7',
                lifecycleEventSelection: {
                  tagStatus: 'Tagged',
                  tagPrefixList: ['v'],
                  tagPatternList: [],
                  countType: 'Time since image pushed',
                  countUnit: 'Days',
                  countNumber: 1,
                },
                action: 'expire',
              },
            ],
            lastEvaluatedAt: 0,
            policyVersion: 1,
            policyId: expect.stringMatching(
              /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
            ) as string,
          },
          lifecycleEventImageActions: [],
          lifecycleEventFailureDetails: [],
        },
      },
    ]);
    for (let index = 0; index < 20; index += 1) await world.image(repository, `image ${index}`, `v${index}`);
    await world.pass(2 * day);
    const runs = details().slice(2);
    expect(runs.map((one) => (one['lifecycleEventImageActions'] as unknown[]).length)).toEqual([9, 9, 2]);
    expect(runs[0]).toMatchObject({ lifecycleEventPolicy: { lastEvaluatedAt: start + 2 * day } });
    const named = runs.flatMap((one) => one['lifecycleEventImageActions'] as { lifecycleEventImage: unknown }[]);
    expect(
      named.map(({ lifecycleEventImage }) => (lifecycleEventImage as { tagList: string[] }).tagList[0]).sort(),
    ).toEqual(Array.from({ length: 20 }, (_, index) => `v${index}`).sort());
  });
});

describe('a run in slices', () => {
  const many = async (): Promise<void> => {
    const repository = world.repository();
    await world.layer(repository, '{}');
    await world.layer(repository, 'x');
    for (let index = 0; index < 450; index += 1) {
      world.put(repository, imageManifest([layerOf('x')], { annotations: { index: String(index) } }), `v${index}`);
    }
    put(rule(1, days('sinceImagePushed', 1)));
  };

  it('leaves what was changed since it was judged', async () => {
    await many();
    const run = world.pass(2 * day);
    // Between two slices: every image that is left gets another tag.
    await new Promise((done) => setImmediate(done));
    const left = images().map((one) => one.split(' ')[0] ?? '');
    expect(left.length).toBeGreaterThan(0);
    expect(left.length).toBeLessThan(450);
    const repository = readRepository(world.store, world.context.account, world.context.region, 'team/app');
    expect(repository).toBeDefined();
    for (const tag of left) {
      const { images: found } = world.call('BatchGetImage', {
        repositoryName: 'team/app',
        imageIds: [{ imageTag: tag }],
      }) as { images: { imageManifest: string }[] };
      world.call('PutImage', {
        repositoryName: 'team/app',
        imageManifest: found[0]?.imageManifest,
        imageTag: `kept-${tag}`,
      });
    }
    await run;
    expect(images()).toHaveLength(left.length);
  });

  it('stops where another policy is put, or the repository goes', async () => {
    await many();
    const run = world.pass(2 * day);
    await new Promise((done) => setImmediate(done));
    const left = images().length;
    put(rule(1, { countNumber: 1000 }));
    await run;
    expect(left).toBeGreaterThan(0);
    expect(images()).toHaveLength(left);
    expect(evaluatedAt()).toBe(0);
    await world.pass(day);
    expect(evaluatedAt()).not.toBe(0);
    const gone = world.pass(day);
    world.call('DeleteRepository', { repositoryName: 'team/app', force: true });
    await gone;
    expect(firstDue(world.store)).toBeUndefined();
  });
});

describe('ninety days and more', () => {
  it('of a release and a nightly build a day', async () => {
    const repository = world.repository();
    put(
      rule(1, { tagStatus: 'tagged', tagPatternList: ['v*'], countNumber: 10 }, archive),
      rule(2, { tagStatus: 'untagged', ...days('sinceImagePushed', 7) }),
      rule(3, { storageClass: 'archive', ...days('sinceImageTransitioned', 90) }),
    );
    for (let today = 0; today < 120; today += 1) {
      // An hour after the policy runs.
      await world.pass(hour);
      await world.image(repository, `release ${today}`, `v${today}`);
      await world.image(repository, `nightly ${today}`, 'nightly');
      await world.pass(23 * hour);

      const all = images();
      const of = (status: string): number[] =>
        all
          .filter((one) => one.startsWith('v') && one.endsWith(` ${status}`))
          .map((one) => Number(one.slice(1, one.indexOf(' '))))
          .sort((one, other) => one - other);
      const span = (from: number, to: number): number[] =>
        Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
      // The ten newest releases stay; one is archived when the tenth after it has come, and goes when it has been there for over 90 days.
      expect(of('ACTIVE')).toEqual(span(Math.max(0, today - 9), today));
      expect(of('ARCHIVED')).toEqual(span(Math.max(0, today - 9 - 91), today - 10));
      // Nightly builds lose their tag to the next one, and go when they are over seven days old: an hour short of eight.
      expect(all.filter((one) => one.startsWith('nightly'))).toEqual(['nightly ACTIVE']);
      expect(all.filter((one) => one.startsWith('sha256:'))).toHaveLength(Math.min(today, 6));
    }
    expect(details().length).toBe(120);
  });
});
