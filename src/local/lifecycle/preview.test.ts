// Previews through the API: begun, made, filtered, paged, grown old.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import recorded from '../../../test/cases/lifecycle-evaluation.json' with { type: 'json' };
import { placeOf } from '../events/events.js';
import { imageManifest, layerOf } from '../images/testing/manifests.js';
import { invalid, openWorld, start, type World } from '../images/testing/world.js';

const day = 86_400_000;
const repositoryName = 'team/app';
let world: World;
beforeEach(() => {
  world = openWorld();
});
afterEach(() => world.close());

const policy = (...rules: unknown[]): string => JSON.stringify({ rules }, null, 1).padEnd(100);
const keep = (countNumber: number, action: unknown = { type: 'expire' }): string =>
  policy({
    rulePriority: 1,
    description: 'keep some',
    selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber },
    action,
  });

interface Got {
  status: string;
  lifecyclePolicyText: string;
  previewResults: { imageDigest: string; imageTags?: string[]; [name: string]: unknown }[];
  summary?: unknown;
  nextToken?: string;
}
const begin = (lifecyclePolicyText?: string): Record<string, unknown> =>
  world.call('StartLifecyclePolicyPreview', { repositoryName, ...(lifecyclePolicyText && { lifecyclePolicyText }) });
const get = (input: Record<string, unknown> = {}): Got =>
  world.call('GetLifecyclePolicyPreview', { repositoryName, ...input }) as unknown as Got;

async function push(...tags: (string | undefined)[]): Promise<void> {
  const repository = world.repository();
  for (const [index, tag] of tags.entries()) {
    await world.image(repository, `image ${index} ${String(tag)}`, tag);
    await world.pass(1000);
  }
}

describe('a preview', () => {
  it('is in progress, then complete, and acts on nothing', async () => {
    await push('a', undefined, 'c');
    const text = keep(1);
    expect(begin(text)).toEqual({
      registryId: '123456789012',
      repositoryName,
      lifecyclePolicyText: text,
      status: 'IN_PROGRESS',
    });
    expect(get()).toEqual({
      registryId: '123456789012',
      repositoryName,
      lifecyclePolicyText: text,
      status: 'IN_PROGRESS',
      previewResults: [],
    });
    expect(world.refusal('StartLifecyclePolicyPreview', { repositoryName, lifecyclePolicyText: text })).toBe(
      'LifecyclePolicyPreviewInProgressException: The previous lifecycle policy preview request has not completed. Wait and try again.',
    );
    await world.pass(0);
    const done = get();
    expect(done).toMatchObject({
      status: 'COMPLETE',
      lifecyclePolicyText: text,
      summary: { expiringImageTotalCount: 2 },
    });
    expect(done.previewResults).toEqual([
      {
        imageTags: ['a'],
        imageDigest: expect.stringMatching(/^sha256:/) as string,
        imagePushedAt: start / 1000,
        action: { type: 'EXPIRE' },
        appliedRulePriority: 1,
        storageClass: 'STANDARD',
      },
      {
        imageDigest: expect.stringMatching(/^sha256:/) as string,
        imagePushedAt: start / 1000 + 1,
        action: { type: 'EXPIRE' },
        appliedRulePriority: 1,
        storageClass: 'STANDARD',
      },
    ]);
    const { imageIds } = world.call('ListImages', { repositoryName }) as { imageIds: unknown[] };
    expect(imageIds).toHaveLength(3);
    world.trail.flush();
    expect(world.trail.after(placeOf(0), 10).map(([, record]) => record)).toMatchObject([
      {
        eventName: 'DryRunEvent',
        serviceEventDetails: { lifecycleEventImageActions: [{ rulePriority: 1 }, { rulePriority: 1 }] },
      },
    ]);
  });

  it('tells of images that are archived, and how many', async () => {
    await push('a', 'b');
    begin(keep(1, { type: 'transition', targetStorageClass: 'archive' }));
    await world.pass(0);
    expect(get()).toMatchObject({
      previewResults: [{ action: { type: 'TRANSITION', targetStorageClass: 'ARCHIVE' }, imageTags: ['a'] }],
      summary: {
        expiringImageTotalCount: 0,
        transitioningImageTotalCounts: [{ targetStorageClass: 'ARCHIVE', imageTotalCount: 1 }],
      },
    });
  });

  it('is of the policy that is kept where none is sent', async () => {
    await push('a');
    expect(world.refusal('StartLifecyclePolicyPreview', { repositoryName })).toBe(
      "LifecyclePolicyNotFoundException: Lifecycle policy does not exist for the repository with name 'team/app' in the registry with id '123456789012'",
    );
    const { lifecyclePolicyText } = world.call('PutLifecyclePolicy', { repositoryName, lifecyclePolicyText: keep(1) });
    expect(begin()['lifecyclePolicyText']).toBe(lifecyclePolicyText);
  });

  it('is refused where the policy is not valid, and missing where none was begun', async () => {
    await push('a');
    expect(world.refusal('GetLifecyclePolicyPreview', { repositoryName })).toBe(
      "LifecyclePolicyPreviewNotFoundException: Lifecycle policy preview does not exist for the repository with name 'team/app' in the registry with id '123456789012'",
    );
    expect(world.refusal('StartLifecyclePolicyPreview', { repositoryName, lifecyclePolicyText: '{}' })).toBe(
      invalid('LifecyclePolicyText', 'must have length greater than or equal to 100'),
    );
    expect(world.refusal('StartLifecyclePolicyPreview', { repositoryName, lifecyclePolicyText: keep(0) })).toBe(
      invalid(
        'LifecyclePolicyText',
        'Lifecycle policy validation failure: numeric instance is lower than the required minimum (minimum: 1, found: 0)',
      ),
    );
    expect(world.refusal('StartLifecyclePolicyPreview', { repositoryName: 'none', lifecyclePolicyText: keep(1) })).toBe(
      "RepositoryNotFoundException: The repository with name 'none' does not exist in the registry with id '123456789012'",
    );
  });

  it('expires after a day, and can be made anew', async () => {
    await push('a', 'b');
    begin(keep(1));
    await world.pass(0);
    await world.pass(day - 1);
    expect(get().status).toBe('COMPLETE');
    await world.pass(1);
    expect(get()).toEqual({
      registryId: '123456789012',
      repositoryName,
      lifecyclePolicyText: keep(1),
      status: 'EXPIRED',
      previewResults: [],
    });
    begin(keep(5));
    await world.pass(0);
    expect(get()).toMatchObject({ status: 'COMPLETE', previewResults: [], summary: { expiringImageTotalCount: 0 } });
  });

  it('goes with its repository', async () => {
    await push('a', 'b');
    begin(keep(1));
    world.call('DeleteRepository', { repositoryName, force: true });
    await push('a');
    await world.pass(0);
    expect(world.refusal('GetLifecyclePolicyPreview', { repositoryName })).toMatch(/^LifecyclePolicyPreviewNotFound/);
  });
});

describe('results', () => {
  it('are filtered by tag status and by image', async () => {
    await push('a', undefined, 'c', undefined, 'e');
    begin(keep(1));
    await world.pass(0);
    const tags = (input: Record<string, unknown>): unknown[] =>
      get(input).previewResults.map((one) => one.imageTags?.[0]);
    expect(tags({})).toEqual(['a', undefined, 'c', undefined]);
    expect(tags({ filter: { tagStatus: 'TAGGED' } })).toEqual(['a', 'c']);
    expect(tags({ filter: { tagStatus: 'UNTAGGED' } })).toEqual([undefined, undefined]);
    expect(tags({ filter: { tagStatus: 'ANY' } })).toHaveLength(4);
    const { imageDigest } = get().previewResults[1] ?? {};
    expect(tags({ imageIds: [{ imageTag: 'c' }, { imageTag: 'e' }, { imageDigest }] })).toEqual([undefined, 'c']);
    expect(tags({ imageIds: [{ imageTag: 'none' }] })).toEqual([]);
    for (const member of [{ nextToken: 'x' }, { maxResults: 5 }]) {
      expect(
        world.refusal('GetLifecyclePolicyPreview', { repositoryName, imageIds: [{ imageTag: 'c' }], ...member }),
      ).toBe(invalid(Object.keys(member)[0] ?? '', 'must be null when imageIds is set'));
    }
  });

  it('come in pages of up to a hundred, the oldest image first, over any number of documents', async () => {
    const repository = world.repository();
    await world.layer(repository, '{}');
    await world.layer(repository, 'x');
    const total = 1203;
    for (let index = 0; index < total; index += 1) {
      const manifest = imageManifest([layerOf('x')], { annotations: { index: String(index) } });
      world.put(repository, manifest, index % 2 === 0 ? `v${index}` : undefined);
      await world.pass(1);
    }
    begin(keep(3));
    await world.pass(0);
    const read = (input: Record<string, unknown>): number[] => {
      const found: number[] = [];
      for (let nextToken: string | undefined, page = 0; page === 0 || nextToken !== undefined; page += 1) {
        const got = get({ ...input, ...(nextToken !== undefined && { nextToken }) });
        found.push(...got.previewResults.map((one) => Math.round((one['imagePushedAt'] as number) * 1000) - start));
        nextToken = got.nextToken;
      }
      return found;
    };
    const all = Array.from({ length: total - 3 }, (_, index) => index);
    expect(read({})).toEqual(all);
    expect(read({ maxResults: 99 })).toEqual(all);
    expect(read({ maxResults: 7, filter: { tagStatus: 'TAGGED' } })).toEqual(all.filter((one) => one % 2 === 0));
    expect(get().previewResults).toHaveLength(100);
    expect(world.refusal('GetLifecyclePolicyPreview', { repositoryName, maxResults: 101 })).toBe(
      invalid('maxResults', 'Member must have value less than or equal to 100'),
    );
  });
});

describe('the user guide’s cases', () => {
  const usable = recorded.filter(({ images }) => {
    const tags = images.flatMap((image) => image.tags);
    return (
      images.every((image) => !('children' in image) && !('storageClass' in image) && image.pushedAgoDays > 0) &&
      // In a repository, a tag belongs to one image.
      new Set(tags).size === tags.length
    );
  });

  it('are enough to be worth it', () => expect(usable.length).toBeGreaterThan(5));

  it.each(usable)('$name', async ({ images, policy: { rules }, expectExpired }) => {
    const repository = world.repository();
    const ids = new Map<string, string>();
    const oldest = Math.max(...images.map((image) => image.pushedAgoDays));
    let passed = 0;
    for (const { id, tags, pushedAgoDays } of images.toSorted(
      (one, other) => other.pushedAgoDays - one.pushedAgoDays,
    )) {
      await world.pass(Math.round((oldest - pushedAgoDays) * day) - passed);
      passed = Math.round((oldest - pushedAgoDays) * day);
      const words = tags.map((tag) => tag.replaceAll(' ', '-'));
      const image = await world.image(repository, id, words[0]);
      for (const tag of words.slice(1)) {
        world.put(
          repository,
          world.store.get('manifest', `123456789012/eu-west-1/${repositoryName}`, image.digest) as string,
          tag,
        );
      }
      ids.set(image.digest, id);
    }
    await world.pass(Math.round(oldest * day) - passed);
    begin(JSON.stringify({ rules }).padEnd(100));
    await world.pass(0);
    const found = get().previewResults.map(({ imageDigest, appliedRulePriority }) => ({
      id: ids.get(imageDigest),
      rulePriority: appliedRulePriority,
    }));
    const byId = (one: { id?: string | undefined }, other: { id?: string | undefined }): number =>
      (one.id ?? '') < (other.id ?? '') ? -1 : 1;
    expect(found.sort(byId)).toEqual(expectExpired.toSorted(byId));
  });
});
