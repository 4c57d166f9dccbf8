// What a preview says image by image, and how it adds up.
// It must not know how either is shown.
import { describe, expect, it } from 'vitest';
import type { Image, LifecyclePolicy } from './model.js';
import { previewImages, previewOf, summaryOf } from './preview.js';

const day = 86_400_000;
const now = 100 * day;

function image(name: string, age: number, size: number, tags: readonly string[] = []): Image {
  return {
    digest: `sha256:${name.padEnd(64, '0')}`,
    tags,
    pushedAt: now - age * day,
    sizeInBytes: size,
    storageClass: 'standard',
  };
}

const policy: LifecyclePolicy = {
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
      action: { type: 'expire' },
    },
    {
      rulePriority: 2,
      selection: {
        tagStatus: 'tagged',
        tagPatternList: ['old-*'],
        countType: 'sinceImagePushed',
        countUnit: 'days',
        countNumber: 30,
      },
      action: { type: 'transition', targetStorageClass: 'archive' },
    },
  ],
};
const images = [image('a', 20, 1000), image('b', 5, 200), image('c', 40, 30, ['old-1']), image('d', 1, 4, ['v1'])];

describe('a preview', () => {
  it('tells each image in order, and adds up', () => {
    const { results, summary } = previewOf(policy, images, now);
    expect(
      results.map(({ imageDigest, imageTags, action, rulePriority }) => [
        imageDigest[7],
        imageTags,
        action,
        rulePriority,
      ]),
    ).toEqual([
      ['a', [], 'expire', 1],
      ['b', [], 'keep', null],
      ['c', ['old-1'], 'archive', 2],
      ['d', ['v1'], 'keep', null],
    ]);
    expect(summary).toEqual({
      images: 4,
      bytes: 1234,
      expire: 1,
      expireBytes: 1000,
      archive: 1,
      archiveBytes: 30,
      keep: 2,
      fail: 0,
    });
    expect(summaryOf(images, results)).toEqual(summary);
  });

  it('says so where there is no policy', () => {
    const { results, summary } = previewOf(null, images, now);
    expect(new Set(results.map(({ action, reason }) => `${action}: ${reason}`))).toEqual(
      new Set(['keep: there is no lifecycle policy']),
    );
    expect(summary).toMatchObject({ images: 4, keep: 4, bytes: 1234, expire: 0, expireBytes: 0 });
  });

  it('gives reasons of the rules where there is one', () => {
    expect(previewOf(policy, images, now).results[0]?.reason).toBe('pushed 20 days ago, more than 14');
  });

  it('counts an image of no known size as nothing', () => {
    const { sizeInBytes: _, ...unsized } = image('e', 20, 1);
    expect(previewOf(policy, [unsized as Image], now).summary).toMatchObject({ bytes: 0, expire: 1, expireBytes: 0 });
    const failed = [{ imageDigest: 'x', imageTags: [], action: 'fail', rulePriority: 1, reason: '' } as const];
    expect(summaryOf([image('f', 1, 7)], failed)).toMatchObject({ images: 1, fail: 1, bytes: 7, keep: 0 });
  });

  it('is the same for texts', () => {
    const described = JSON.stringify({
      imageDetails: [
        {
          registryId: '123456789012',
          repositoryName: 'app',
          imageDigest: images[0]?.digest,
          imageSizeInBytes: 1000,
          imagePushedAt: new Date(now - 20 * day).toISOString(),
        },
      ],
    });
    const told = previewImages(JSON.stringify(policy), described, now);
    expect(told.summary).toMatchObject({ images: 1, expire: 1, expireBytes: 1000 });
    expect(told.images).toHaveLength(1);
    expect(told.warnings).toEqual([]);
    expect(() => previewImages('{', described, now)).toThrow();
  });
});
