// Tests of what a changed policy does to images: counts, names, ages, and what stops going.
import { describe, expect, it } from 'vitest';
import { compileLifecycle, type Image, type LifecycleRule, lifecycleText } from '../lifecycle/index.js';
import { affectedBy, asCounted, nameOf } from './effect.js';

const now = Date.parse('2026-01-01T00:00:00Z');
const day = 86_400_000;

const image = (tag: string | undefined, daysAgo: number, more: Partial<Image> = {}): Image => ({
  digest: `sha256:${tag ?? 'none'}${daysAgo}`,
  tags: tag === undefined ? [] : [tag],
  pushedAt: now - daysAgo * day,
  sizeInBytes: 10 ** daysAgo,
  ...more,
});

const keep = (maxImageCount: number): string => lifecycleText(compileLifecycle({ maxImageCount }) ?? { rules: [] });
const text = (...rules: readonly LifecycleRule[]): string => lifecycleText({ rules });
const older = (rulePriority: number, days: number, type: 'expire' | 'archive'): LifecycleRule => ({
  rulePriority,
  selection: { tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber: days },
  action: type === 'expire' ? { type } : { type: 'transition', targetStorageClass: 'archive' },
});
const images = [image('v3', 1), image('v10', 2), image('v9', 3), image(undefined, 4), image('v1', 5)];
const effect = (before: string | null, after: string | null, some: readonly Image[] = images) =>
  affectedBy({ before, after }, some, 'us-east-1', now)?.effect;

describe('what goes', () => {
  it('is counted, measured, named as people count, and bounded by its ages', () => {
    expect(effect(null, keep(1))).toEqual({
      images: 5,
      expiring: 3,
      archiving: 0,
      expiringBytes: 101_100,
      archivingBytes: 0,
      examples: ['v1', 'v9', 'v10'],
      oldest: { digest: 'sha256:v15', tags: ['v1'], pushedAt: '2025-12-27T00:00:00.000Z' },
      newest: { digest: 'sha256:v102', tags: ['v10'], pushedAt: '2025-12-30T00:00:00.000Z' },
      sparing: 0,
      sparingBytes: 0,
      spared: [],
      unarchiving: 0,
      saving: { dollarsPerMonth: 0.000009, region: 'us-east-1', assumed: false, asOf: '2026-03' },
      digests: ['sha256:v102', 'sha256:v15', 'sha256:v93'],
    });
  });

  it('comes oldest first, whatever the order of the images', () => {
    const affected = affectedBy({ before: null, after: keep(1) }, images.toReversed(), 'us-east-1', now);
    expect(affected?.expiring.map(nameOf)).toEqual(['v1', 'v9', 'v10']);
    const twins = [image('b', 9, { digest: 'sha256:b' }), image('a', 9, { digest: 'sha256:a' }), image('c', 1)];
    expect(affectedBy({ before: null, after: keep(1) }, twins, 'us-east-1', now)?.expiring.map(nameOf)).toEqual([
      'a',
      'b',
    ]);
  });

  it('is not what the policy in place takes anyway', () => {
    expect(effect(keep(3), keep(2))).toMatchObject({ expiring: 1, examples: ['v9'], sparing: 0 });
    expect(effect(keep(2), keep(2))).toMatchObject({ expiring: 0, sparing: 0, digests: [] });
    expect(effect(keep(2), keep(2))).not.toHaveProperty('oldest');
    expect(effect(keep(2), keep(2))).not.toHaveProperty('newest');
  });

  it('names untagged images by their digest, after the others, and ten at most', () => {
    const many = Array.from({ length: 12 }, (_, index) => image(index < 4 ? undefined : `v${index}`, index + 1));
    expect(effect(null, text(older(1, 1, 'expire')), many)).toMatchObject({
      expiring: 11,
      examples: ['v4', 'v5', 'v6', 'v7', 'v8', 'v9', 'v10', 'v11', 'sha256:none2', 'sha256:none3'],
    });
  });

  it('measures what goes from the archive, too', () => {
    const rule: LifecycleRule = {
      rulePriority: 1,
      selection: {
        tagStatus: 'any',
        storageClass: 'archive',
        countType: 'sinceImageTransitioned',
        countUnit: 'days',
        countNumber: 90,
      },
      action: { type: 'expire' },
    };
    const archived = image('v1', 9, { storageClass: 'archive', lastArchivedAt: now - 99 * day, sizeInBytes: 7 });
    expect(effect(null, text(rule), [archived])).toMatchObject({ expiring: 1, expiringBytes: 7 });
  });

  it('counts no bytes where ECR tells none', () => {
    const { sizeInBytes: _, ...unmeasured } = image('v1', 9);
    expect(effect(null, keep(1), [image('v2', 1), unmeasured])).toMatchObject({ expiring: 1, expiringBytes: 0 });
  });

  it('is nothing without images, and without a policy', () => {
    expect(affectedBy({ before: null, after: keep(1) }, [], 'us-east-1', now)).toBeUndefined();
    expect(effect(null, null)).toMatchObject({ images: 5, expiring: 0, sparing: 0 });
  });

  it('is all the doing of the new policy where the one in place cannot be read', () => {
    expect(effect('{"rules":"what"}', keep(2))).toMatchObject({ expiring: 2, sparing: 0 });
  });
});

describe('a multi-architecture image that goes', () => {
  const [amd, arm] = [image(undefined, 5, { digest: 'sha256:amd' }), image(undefined, 5, { digest: 'sha256:arm' })];
  const list = image('v1', 4, { digest: 'sha256:list', children: ['sha256:amd', 'sha256:arm'] });
  const some = [image('v2', 1), list, amd, arm];
  const policy = lifecycleText(compileLifecycle({ maxImageCount: 1, expireUntaggedAfterDays: 1 }) ?? { rules: [] });

  it('takes its children along, though one run later, and their bytes', () => {
    expect(effect(null, policy, some)).toMatchObject({
      expiring: 3,
      expiringBytes: 200_000,
      examples: ['v1', 'sha256:amd', 'sha256:arm'],
    });
    expect(effect(policy, policy, some)).toMatchObject({ expiring: 0, sparing: 0 });
  });

  it('and whose manifest nobody could read is no excuse for its children: they are the doing of the new policy', () => {
    const { children: _, ...unread } = list;
    const blind = [image('v2', 1), { ...unread, mediaType: 'application/vnd.oci.image.index.v1+json' }, amd, arm];
    const before = text({
      rulePriority: 1,
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 1 },
      action: { type: 'expire' },
    });
    expect(effect(before, policy, blind)).toMatchObject({ expiring: 3 });
  });
});

describe('what goes to the archive', () => {
  it('is told apart, and has the ages where nothing expires', () => {
    expect(effect(null, text(older(1, 3, 'archive')))).toMatchObject({
      expiring: 0,
      expiringBytes: 0,
      archiving: 2,
      archivingBytes: 110_000,
      examples: [],
      digests: [],
      oldest: { tags: ['v1'] },
      newest: { tags: [] },
    });
    expect(effect(text(older(1, 4, 'archive')), text(older(1, 3, 'archive')))).toMatchObject({ archiving: 1 });
  });

  it('has its ages from what expires where both happen', () => {
    const both = text(
      {
        ...older(1, 4, 'expire'),
        selection: { ...older(1, 4, 'expire').selection, tagStatus: 'untagged', countNumber: 3 },
      },
      older(2, 3, 'archive'),
    );
    expect(effect(null, both)).toMatchObject({ expiring: 1, archiving: 1, oldest: { tags: [] }, newest: { tags: [] } });
  });

  it('may have been to expire before: that stops, and this begins', () => {
    expect(effect(text(older(1, 3, 'expire')), text(older(1, 3, 'archive')))).toMatchObject({
      expiring: 0,
      archiving: 2,
      sparing: 2,
      spared: ['v1', 'sha256:none4'],
      sparingBytes: 110_000,
      unarchiving: 0,
    });
  });

  it('may be to expire now: that is no image which stays', () => {
    expect(effect(text(older(1, 3, 'archive')), text(older(1, 3, 'expire')))).toMatchObject({
      expiring: 2,
      archiving: 0,
      sparing: 0,
      unarchiving: 0,
    });
  });
});

describe('what stops going', () => {
  it('is what the policy in place would expire, and the new one does not', () => {
    expect(effect(keep(1), keep(3))).toMatchObject({
      expiring: 0,
      sparing: 2,
      sparingBytes: 1100,
      spared: ['v9', 'v10'],
    });
    expect(effect(keep(1), null)).toMatchObject({ sparing: 3, spared: ['v1', 'v9', 'v10'] });
  });

  it('is also what would go to the archive', () => {
    expect(effect(text(older(1, 3, 'archive')), null)).toMatchObject({ sparing: 0, unarchiving: 2 });
    expect(effect(text(older(1, 3, 'archive')), text(older(1, 4, 'archive')))).toMatchObject({ unarchiving: 1 });
  });

  it('counts what a manifest list holds as what stays', () => {
    const child = image(undefined, 9);
    const list = image('list', 1, { children: [child.digest] });
    const untagged = text({
      rulePriority: 1,
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 1 },
      action: { type: 'expire' },
    });
    expect(effect(null, untagged, [child, list])).toMatchObject({ expiring: 0 });
    expect(effect(untagged, null, [child, list])).toMatchObject({ sparing: 0 });
    const archived = text({ ...older(1, 1, 'archive'), selection: { ...older(1, 1, 'archive').selection } });
    expect(effect(archived, untagged, [child])).toMatchObject({ expiring: 1, unarchiving: 0 });
    // Held now, archived before.
    const before = text({ ...older(1, 8, 'archive') });
    expect(effect(before, untagged, [child, list])).toMatchObject({ expiring: 0, unarchiving: 0 });
  });
});

describe('what it saves', () => {
  const gigabytes = (tag: string | undefined, daysAgo: number, number: number, more: Partial<Image> = {}): Image =>
    image(tag, daysAgo, { sizeInBytes: number * 2 ** 30, ...more });
  const saving = (before: string | null, after: string | null, some: readonly Image[], region = 'us-east-1') =>
    affectedBy({ before, after }, some, region, now)?.effect.saving;
  const some = [gigabytes('v3', 1, 1), gigabytes('v2', 2, 20), gigabytes('v1', 3, 300)];

  it('is the price of what goes, less that of what no longer goes', () => {
    expect(saving(null, keep(1), some)).toMatchObject({ dollarsPerMonth: 32, region: 'us-east-1', assumed: false });
    expect(saving(keep(2), keep(1), some)?.dollarsPerMonth).toBe(2);
    expect(saving(keep(1), keep(2), some)?.dollarsPerMonth).toBe(-2);
    expect(saving(keep(1), null, some)?.dollarsPerMonth).toBe(-32);
    expect(Object.is(saving(keep(1), keep(1), some)?.dollarsPerMonth, 0)).toBe(true);
  });

  it('is nothing in the archive, where a gigabyte costs the same up to 150 TB', () => {
    expect(saving(null, text(older(1, 2, 'archive')), some)?.dollarsPerMonth).toBe(0);
    const huge = [gigabytes('v1', 3, 250 * 1024), gigabytes('v2', 3, 50 * 1024, { storageClass: 'archive' })];
    expect(saving(null, text(older(1, 2, 'archive')), huge)?.dollarsPerMonth).toBe(4608);
  });

  it('counts a manifest list as nothing: its size is that of a child', () => {
    const list = gigabytes('v1', 3, 300, { mediaType: 'application/vnd.oci.image.index.v1+json' });
    expect(saving(null, keep(1), [gigabytes('v3', 1, 1), list])?.dollarsPerMonth).toBe(0);
    expect(effect(null, keep(1), [gigabytes('v3', 1, 1), list])).toMatchObject({ expiring: 1, expiringBytes: 0 });
  });

  it('is none rather than less than none where it is too little to tell', () => {
    const tiny = [image('v2', 1, { sizeInBytes: 1 }), image('v1', 2, { sizeInBytes: 1 })];
    expect(Object.is(saving(keep(1), keep(2), tiny)?.dollarsPerMonth, 0)).toBe(true);
  });

  it('says where the price is assumed', () => {
    expect(saving(null, keep(1), some, 'eu-west-1')).toMatchObject({
      dollarsPerMonth: 32,
      region: 'eu-west-1',
      assumed: true,
    });
  });
});

describe('names', () => {
  it.each([
    ['v9', 'v10', -1],
    ['v10', 'v9', 1],
    ['v1', 'v1', 0],
    ['v1', 'v1.0', -1],
    ['v1.0', 'v1', 1],
    ['a1', 'b0', -1],
    ['1a', 'a1', -1],
    ['a1', '1a', 1],
    ['v01', 'v1', -1],
    ['v1', 'v01', 1],
    ['20250101000000000000001', '20250101000000000000002', -1],
    ['', 'a', -1],
    ['', '0', -1],
    ['0', '', 1],
    ['-', '1', -1],
    ['1', '-', 1],
    ['a', '', 1],
  ])('%s and %s', (one, other, order) => {
    expect(Math.sign(asCounted(one, other))).toBe(order);
  });
});
