// Protection: what gets the tag, what loses it, and that no image is ever lost, wherever a run ends.
import { beforeEach, describe, expect, it } from 'vitest';
import {
  compileLifecycle,
  type Image,
  type LifecycleIntent,
  lifecycleText,
  protectiveTag,
} from '../../lifecycle/index.js';
import { memory, registry as registryOf, repository } from '../testing/fixtures.js';
import { Killed, type MemoryRegistry, type ProcessOptions } from '../testing/memory-registry.js';
import type { ImageUse, UsageReading } from './model.js';
import { type ProtectionEvent, planProtection, protect } from './protect.js';

const place = { account: '111111111111', region: 'eu-west-1' };
const hex = (start: string) => `sha256:${start.padEnd(64, '0')}`;
const [a, b, c] = [hex('aa'), hex('bb'), hex('cc')];
const desired = registryOf([repository('team/api')]);
const textOf = (intent: LifecycleIntent) => {
  const compiled = compileLifecycle(intent);
  return compiled === null ? '' : lifecycleText(compiled);
};
const policy = textOf({ protectInUse: true, maxImageCount: 1 });

const image = (digest: string, tags: readonly string[], more: Partial<Image> = {}): Image => ({
  digest,
  tags,
  pushedAt: 0,
  ...more,
});
const use = (at: Partial<ImageUse>, by = 'somebody'): ImageUse => ({
  registry: place,
  repository: 'team/api',
  by,
  ...at,
});
const read = (...uses: ImageUse[]): UsageReading => ({ source: 'test', state: 'read', uses });
const blind: UsageReading = { source: 'blind', state: 'unknown', operation: 'ecs:ListClusters', reason: 'denied' };

let live: MemoryRegistry;
const tagsOf = (digest: string) => live.get('team/api').images.find((one) => one.digest === digest)?.tags;

beforeEach(() => {
  live = memory();
  live.seed('team/api', { lifecyclePolicy: policy, images: [image(a, ['v1']), image(b, ['v2']), image(c, [])] });
});

async function run(
  readings: readonly UsageReading[],
  options: ProcessOptions = {},
): Promise<readonly ProtectionEvent[]> {
  const ports = live.process(options);
  return protect(await planProtection(desired, ports, readings), ports);
}

const outcomes = (events: readonly ProtectionEvent[]) => events.map(({ outcome }) => outcome);

describe('protecting', () => {
  it('gives what is in use its tag, by tag or by digest, and nothing else', async () => {
    expect(outcomes(await run([read(use({ tag: 'v1' }), use({ digest: c }))]))).toEqual(['done', 'done']);
    expect(tagsOf(a)).toEqual([protectiveTag(a), 'v1']);
    expect(tagsOf(b)).toEqual(['v2']);
    expect(tagsOf(c)).toEqual([protectiveTag(c)]);
  });

  it('does nothing the second time', async () => {
    await run([read(use({ tag: 'v1' }))]);
    const before = live.snapshot();
    const ports = live.process();
    const plan = await planProtection(desired, ports, [read(use({ tag: 'v1' }))]);
    expect(plan.steps.map(({ action }) => action)).toEqual(['keep']);
    expect(await protect(plan, ports)).toEqual([]);
    expect(live.snapshot()).toEqual(before);
  });

  it('does nothing where the policy would not keep the tag', async () => {
    live.get('team/api').lifecyclePolicy = textOf({ maxImageCount: 1 });
    const plan = await planProtection(desired, live.process(), [read(use({ tag: 'v1' }))]);
    expect(plan).toMatchObject({ steps: [], refused: [{ repository: 'team/api', why: 'no-rule' }] });
  });

  it('says of every other repository why nothing is done to it', async () => {
    const refusedWith = async (options: ProcessOptions = {}) =>
      (await planProtection(desired, live.process(options), [read()])).refused.map(
        ({ why, reason }) => `${why}: ${reason}`,
      );
    expect(await refusedWith({ faults: { 'ecr:DescribeImages': 'denied' } })).toEqual([
      'unread: ecr:DescribeImages: AccessDeniedException: injected denied',
    ]);
    expect(await refusedWith({ faults: { 'ecr:GetLifecyclePolicy': 'denied' } })).toEqual([
      'unread: ecr:GetLifecyclePolicy: AccessDeniedException: injected denied',
    ]);
    delete live.get('team/api').lifecyclePolicy;
    expect(await refusedWith()).toEqual(['no-policy: it has no lifecycle policy, so nothing expires']);
    live.repositories.clear();
    expect(await refusedWith()).toEqual(['missing: it does not exist yet']);
  });

  it('never takes the tag from another image that carries it', async () => {
    live.seed('team/api', { lifecyclePolicy: policy, images: [image(a, ['v1']), image(b, [protectiveTag(a)])] });
    const ports = live.process();
    const plan = await planProtection(desired, ports, [read(use({ tag: 'v1' }))]);
    expect(plan.steps).toMatchObject([{ digest: a, action: 'blocked' }]);
    expect(await protect(plan, ports)).toEqual([]);
    expect(tagsOf(b)).toEqual([protectiveTag(a)]);
  });

  it('says that an archived image cannot be protected', async () => {
    live.seed('team/api', { lifecyclePolicy: policy, images: [image(a, ['v1'], { storageClass: 'archive' })] });
    expect(await run([read(use({ tag: 'v1' }))])).toMatchObject([
      { outcome: 'failed', reason: 'it is archived: restore it first' },
    ]);
  });

  it('goes on after a failure', async () => {
    live.get('team/api').tagMutability = { mode: 'IMMUTABLE', exclusions: [] };
    const events = await run([read(use({ tag: 'v1' }), use({ tag: 'v2' }))], { faults: { 'ecr:PutImage': 'denied' } });
    expect(events.map(({ reason }) => reason)).toEqual([
      'ecr:PutImage: AccessDeniedException: injected denied',
      'ecr:PutImage: AccessDeniedException: injected denied',
    ]);
  });
});

describe('releasing', () => {
  beforeEach(() => run([read(use({ tag: 'v1' }), use({ digest: c }))]));

  it('takes the tag off what nobody uses any more', async () => {
    await run([read(use({ digest: c }))]);
    expect(tagsOf(a)).toEqual(['v1']);
  });

  it('never happens while a source cannot be read', async () => {
    const before = live.snapshot();
    const plan = await planProtection(desired, live.process(), [read(use({ digest: c })), blind]);
    expect(plan.steps.map(({ digest, action }) => [digest, action])).toEqual([
      [a, 'leave'],
      [c, 'keep'],
    ]);
    await run([read(use({ digest: c })), blind]);
    expect(live.snapshot()).toEqual(before);
  });

  it('never takes the last tag, with which the image would go', async () => {
    const plan = await planProtection(desired, live.process(), [read()]);
    expect(plan.steps).toMatchObject([
      { digest: a, action: 'release' },
      { digest: c, action: 'leave', last: true },
    ]);
    await run([read()]);
    expect(tagsOf(c)).toEqual([protectiveTag(c)]);
  });

  it('sees that the other tags went since the plan was made', async () => {
    const ports = live.process();
    const plan = await planProtection(desired, ports, [read()]);
    live.get('team/api').images = [image(a, [protectiveTag(a)])];
    expect(await protect(plan, ports)).toMatchObject([{ outcome: 'left' }]);
    expect(tagsOf(a)).toEqual([protectiveTag(a)]);
  });

  it('puts the image back where its other tags go between the look and the call', async () => {
    const before = (operation: string) => {
      if (operation === 'ecr:BatchDeleteImage') live.get('team/api').images = [image(a, [protectiveTag(a)])];
    };
    expect(await run([read()], { before })).toMatchObject([
      { outcome: 'left', reason: expect.stringContaining('the image was put back') },
    ]);
    expect(tagsOf(a)).toEqual([protectiveTag(a)]);
  });

  it('cries where even that fails', async () => {
    const before = (operation: string) => {
      if (operation === 'ecr:BatchDeleteImage') live.get('team/api').images = [image(a, [protectiveTag(a)])];
    };
    expect(await run([read()], { before, faults: { 'ecr:PutImage': 'invalid' } })).toMatchObject([
      { outcome: 'failed', reason: expect.stringContaining('was deleted with its last tag and could not be put back') },
    ]);
  });
});

describe('a run that is killed', () => {
  const before = [read(use({ tag: 'v1' }), use({ digest: c }))];
  const after = [read(use({ tag: 'v2' }), use({ digest: c }))];

  async function whole(): Promise<{ readonly end: unknown; readonly calls: number }> {
    const ports = live.process({ concurrency: 1 });
    await protect(await planProtection(desired, ports, after), ports);
    return { end: live.snapshot(), calls: ports.calls.length };
  }

  it('loses no image, and the next one ends as if nothing had happened', async () => {
    const start = structuredClone(live.get('team/api'));
    await run(before);
    const { end, calls } = await whole();
    expect(calls).toBeGreaterThan(6);
    for (let killAt = 1; killAt <= calls; killAt += 1) {
      for (const killAfterEffect of [false, true]) {
        live.seed('team/api', structuredClone(start));
        await run(before);
        await expect(run(after, { concurrency: 1, killAt, killAfterEffect })).rejects.toThrow(Killed);
        expect(live.get('team/api').images).toHaveLength(3);
        await run(after);
        expect(sorted(live.snapshot())).toEqual(sorted(end));
      }
    }
  });
});

/** ECR promises no order of images. */
function sorted(snapshot: unknown): unknown {
  return JSON.parse(
    JSON.stringify(snapshot, (_, value: unknown) =>
      Array.isArray(value)
        ? value.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
        : value,
    ),
  );
}
