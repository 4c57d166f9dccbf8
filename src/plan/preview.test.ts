// Previews of whole registries on the double: which policy is looked at, what is read and with how many calls, and what cannot be read.
import { describe, expect, it } from 'vitest';
import { compileLifecycle, type Image, lifecycleText } from '../lifecycle/index.js';
import { type PreviewOptions, previewRegistries, type RepositoryPreview } from './preview.js';
import { image, memory, place, registry, repository } from './testing/fixtures.js';
import type { MemoryRegistry, ProcessOptions } from './testing/memory-registry.js';

const index = 'application/vnd.oci.image.index.v1+json';
const keep = (most: number) => compileLifecycle({ maxImageCount: most });
const many = (count: number): Image[] => Array.from({ length: count }, (_, at) => image(`v${at}`, at + 1));

async function previewed(
  live: MemoryRegistry,
  desired = registry([repository('api', { lifecyclePolicy: keep(2) })]),
  options: PreviewOptions = {},
  process: ProcessOptions = {},
) {
  const ports = live.process(process);
  const found = await previewRegistries([desired], () => ports, options);
  return { found, calls: ports.calls, repositories: found.repositories };
}

/** `api read manifest: v2 expire 900, …` of those that do not stay. */
function brief({ name, state, of, preview }: RepositoryPreview): string {
  const fates = preview.results
    .filter(({ action }) => action !== 'keep')
    .map(({ imageTags, action, rulePriority }) => `${imageTags[0] ?? 'untagged'} ${action} ${rulePriority}`);
  return `${name} ${typeof state === 'string' ? state : `${state.operation} ${state.reason}`} ${of}: ${fates.join(', ')}`;
}

describe('a preview', () => {
  it('is of the policy of the manifest, or with `live` of the one in place', async () => {
    const live = memory();
    live.seed('api', { images: many(4), lifecyclePolicy: lifecycleText(keep(3) ?? { rules: [] }) });
    expect((await previewed(live)).repositories.map(brief)).toEqual([
      'api read manifest: v2 expire 900, v3 expire 900',
    ]);
    const { repositories, calls } = await previewed(live, undefined, { live: true });
    expect(repositories.map(brief)).toEqual(['api read live: v3 expire 900']);
    expect(calls.toSorted()).toEqual(['ecr:DescribeImages api', 'ecr:GetLifecyclePolicy api']);
  });

  it('keeps everything where there is no policy, and looks at the one in place where none is managed', async () => {
    const live = memory();
    live.seed('api', { images: many(4), lifecyclePolicy: lifecycleText(keep(3) ?? { rules: [] }) });
    const none = await previewed(live, registry([repository('api', { lifecyclePolicy: null })]));
    expect(none.repositories.map(brief)).toEqual(['api read manifest: ']);
    expect(none.repositories[0]?.preview.results[0]?.reason).toBe('there is no lifecycle policy');
    const unmanaged = await previewed(live, registry([repository('api', { lifecyclePolicy: undefined })]));
    expect(unmanaged.repositories.map(brief)).toEqual(['api read unmanaged: v3 expire 900']);
  });

  it('reads as many pages as there are, and nothing else', async () => {
    const live = memory();
    live.seed('api', { images: many(2500) });
    const { calls, found } = await previewed(live);
    expect(calls).toEqual(Array.from({ length: 3 }, () => 'ecr:DescribeImages api'));
    expect(found.repositories[0]?.preview.summary).toMatchObject({ images: 2500, expire: 2498, keep: 2 });
  });

  it('asks for the children of manifest lists, a hundred a call, but not of archived ones', async () => {
    const live = memory();
    const child = image(undefined, 30);
    const lists = Array.from(
      { length: 150 },
      (_, at): Image => ({
        ...image(`v${at}`, 1),
        mediaType: index,
        children: at === 0 ? [child.digest] : [],
      }),
    );
    const archived: Image = {
      ...image('old', 50),
      mediaType: index,
      storageClass: 'archive',
      children: [child.digest],
    };
    live.seed('api', { images: [child, ...lists, archived] });
    const desired = registry([
      repository('api', { lifecyclePolicy: compileLifecycle({ expireUntaggedAfterDays: 14 }) }),
    ]);
    const { calls, repositories } = await previewed(live, desired);
    expect(calls).toEqual(['ecr:DescribeImages api', 'ecr:BatchGetImage api', 'ecr:BatchGetImage api']);
    expect(repositories.map(brief)).toEqual(['api read manifest: untagged fail 800']);
    expect(repositories[0]?.images.at(-1)?.children).toBeUndefined();
  });

  it('takes the repositories it is asked for, at the moment it is asked for, and tells how far it is', async () => {
    const live = memory();
    for (const name of ['api', 'web']) live.seed(name, { images: [image(undefined, 10)] });
    const desired = registry(['api', 'web', 'new'].map((name) => repository(name)));
    const told: string[] = [];
    const onProgress: PreviewOptions['onProgress'] = ({ done, repositories, images }) =>
      void told.push(`${done}/${repositories} ${images}`);
    const { repositories } = await previewed(live, desired, { onProgress });
    expect(repositories.map(brief)).toEqual(['api read manifest: ', 'new absent manifest: ', 'web read manifest: ']);
    expect(told.at(-1)).toBe('3/3 2');
    const later = live.clock.now() + 5 * 86_400_000;
    const { found } = await previewed(live, desired, { only: ['w*'], now: later });
    expect(found.repositories.map(brief)).toEqual(['web read manifest: untagged expire 800']);
    await expect(previewed(live, desired, { only: ['wbe'] })).rejects.toThrow('plan/no-match');
  });

  it('asks who it is only where no answer says so, and refuses the wrong account', async () => {
    const live = memory();
    live.seed('api', { images: many(1) });
    live.seed('empty');
    const both = registry([repository('api'), repository('empty')]);
    expect((await previewed(live, both)).calls.filter((call) => call.startsWith('sts'))).toEqual([]);
    const empty = registry([repository('empty'), repository('none')]);
    expect((await previewed(live, empty)).calls.filter((call) => call.startsWith('sts'))).toHaveLength(1);
    const other = { ...both, account: '999999999999' };
    await expect(previewed(live, other)).rejects.toThrow('plan/wrong-account');
    await expect(previewed(live, empty, {}, { account: '999999999999' })).rejects.toThrow('plan/wrong-account');
  });

  it('says what it could not read, and goes on with the others', async () => {
    const live = memory();
    live.seed('api', { images: many(3) });
    const ports = live.process({ faults: { 'ecr:GetLifecyclePolicy': 'denied' } });
    const desired = registry([repository('api', { lifecyclePolicy: undefined }), repository('web')]);
    const { repositories } = await previewRegistries([desired], () => ports);
    expect(repositories.map(brief)).toEqual([
      'api ecr:GetLifecyclePolicy AccessDeniedException: injected denied unmanaged: ',
      'web absent manifest: ',
    ]);
    live.get('api').lifecyclePolicy = '{"rules":"?"}';
    const strange = await previewed(live, registry([repository('api')]), { live: true });
    expect(strange.repositories.map(brief)).toEqual([
      'api ecr:GetLifecyclePolicy the policy in place has members that Slipway does not know live: ',
    ]);
    await expect(previewed(live, desired, {}, { faults: { 'ecr:DescribeImages': 'credentials' } })).rejects.toThrow();
  });
});

describe("a preview beside ECR's own", () => {
  it('agrees', async () => {
    const live = memory();
    live.seed('api', { images: many(250) });
    const { repositories, calls } = await previewed(live, undefined, { compare: true });
    expect(repositories[0]?.comparison).toEqual({ state: 'agrees', images: 250 });
    // Begun, asked for twice while it was in progress, then read in pages of 100.
    expect(calls.filter((call) => call.includes('Preview'))).toEqual([
      'ecr:StartLifecyclePolicyPreview api',
      ...Array.from({ length: 5 }, () => 'ecr:GetLifecyclePolicyPreview api'),
    ]);
    expect(live.account).toBe(place.account);
  });

  it('is not asked for where there is no policy', async () => {
    const live = memory();
    live.seed('api', { images: many(2) });
    const desired = registry([repository('api', { lifecyclePolicy: null })]);
    const { repositories, calls } = await previewed(live, desired, { compare: true });
    expect(repositories[0]?.comparison).toBeUndefined();
    expect(calls).toEqual(['ecr:DescribeImages api']);
  });
});
