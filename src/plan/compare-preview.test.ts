// ECR's own preview: waited for, read, given up, and held against ours.
import { describe, expect, it } from 'vitest';
import { evaluate, type LifecyclePolicy, lifecycleText } from '../lifecycle/index.js';
import { comparePreviews, ecrPreview } from './compare-preview.js';
import type { EcrPort, PreviewPage } from './ports.js';
import { image, memory } from './testing/fixtures.js';

const policy: LifecyclePolicy = {
  rules: [
    {
      rulePriority: 900,
      selection: { tagStatus: 'tagged', tagPatternList: ['*'], countType: 'imageCountMoreThan', countNumber: 1 },
      action: { type: 'expire' },
    },
  ],
};
const text = lifecycleText(policy);
const images = [image('v1', 3), image('v2', 2), image('v3', 1)];

function seeded() {
  const live = memory();
  live.seed('api', { images: [...images] });
  return live;
}

/** The port, with answers of GetLifecyclePolicyPreview put in its place; the last one for good. */
function answering(...pages: PreviewPage[]) {
  const ports = seeded().process();
  const ecr: EcrPort = {
    ...ports.ecr,
    getLifecyclePreview: () => Promise.resolve((pages.length > 1 ? pages.shift() : pages[0]) as PreviewPage),
  };
  return { ...ports, ecr };
}
const page = (status: PreviewPage['status'], of = text): PreviewPage => ({ status, text: of, images: [] });

describe('reading it', () => {
  it('waits until it is made', async () => {
    expect(await ecrPreview(seeded().process(), 'api', text)).toEqual({
      state: 'read',
      images: [
        { digest: images[0]?.digest, tags: ['v1'], action: 'expire', rulePriority: 900 },
        { digest: images[1]?.digest, tags: ['v2'], action: 'expire', rulePriority: 900 },
      ],
    });
  });

  it('waits for one that somebody else has begun, and then makes its own', async () => {
    const live = seeded();
    live.get('api').preview = { text: 'of somebody else', polls: 3 };
    const ports = live.process();
    expect(await ecrPreview(ports, 'api', text)).toMatchObject({ state: 'read' });
    expect(ports.calls.filter((call) => call.includes('Start'))).toHaveLength(4);
  });

  it('takes the text for the same however ECR lays it out', async () => {
    expect(await ecrPreview(answering(page('COMPLETE', JSON.stringify(policy, null, 2))), 'api', text)).toEqual({
      state: 'read',
      images: [],
    });
  });

  it.each([
    ['of another policy', page('COMPLETE', '{}'), 'somebody else has begun a preview of another policy meanwhile'],
    ['that is no JSON', page('COMPLETE', '?'), 'somebody else has begun a preview of another policy meanwhile'],
    ['that failed', page('FAILED'), 'the preview ended as FAILED'],
    ['that has aged out', page('EXPIRED'), 'the preview ended as EXPIRED'],
    ['that never ends', page('IN_PROGRESS'), 'the preview is still in progress after several minutes'],
  ])('gives up one %s', async (_, answer, reason) => {
    const ports = answering(page('IN_PROGRESS'), answer);
    expect(await ecrPreview(ports, 'api', text)).toEqual({
      state: 'unknown',
      operation: 'ecr:GetLifecyclePolicyPreview',
      reason,
    });
  });

  it('says where an endpoint does not have it, or nobody may ask for it', async () => {
    for (const [fault, reason] of [
      ['not-implemented', 'this endpoint does not have the operation'],
      ['denied', 'AccessDeniedException: injected denied'],
    ] as const) {
      const ports = seeded().process({ faults: { 'ecr:StartLifecyclePolicyPreview': fault } });
      const operation = 'ecr:StartLifecyclePolicyPreview';
      expect(await ecrPreview(ports, 'api', text)).toEqual({ state: 'unknown', operation, reason });
    }
    const live = seeded();
    live.get('api').preview = { text, polls: 1000 };
    expect(await ecrPreview(live.process(), 'api', text)).toMatchObject({
      reason: 'a preview that somebody else has begun does not end',
    });
  });

  it('ends at Ctrl-C', async () => {
    const control = new AbortController();
    control.abort();
    await expect(ecrPreview(seeded().process(), 'api', text, control.signal)).rejects.toMatchObject({
      kind: 'interrupted',
    });
  });
});

describe('holding it against ours', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const ours = evaluate(policy, images, now);
  const theirs = (...tags: string[]) =>
    tags.map((tag) => ({
      digest: images.find((one) => one.tags[0] === tag)?.digest ?? tag,
      tags: [tag],
      action: 'expire' as const,
      rulePriority: 900,
    }));

  it('agrees where every image does', () => {
    expect(comparePreviews([ours], theirs('v1', 'v2'))).toEqual({ state: 'agrees', images: 3 });
  });

  it('tells each image that differs, those that only one side knows too', () => {
    expect(comparePreviews([ours], [...theirs('v2', 'v3'), ...theirs('v4')])).toMatchObject({
      state: 'differs',
      images: 3,
      differences: [
        { tags: ['v1'], ours: { action: 'expire', rulePriority: 900 }, theirs: { action: 'keep', rulePriority: null } },
        { tags: ['v3'], ours: { action: 'keep', rulePriority: null }, theirs: { action: 'expire', rulePriority: 900 } },
        { tags: ['v4'], ours: { action: 'keep', rulePriority: null }, theirs: { action: 'expire', rulePriority: 900 } },
      ],
    });
    const byOther = theirs('v1', 'v2').map((one) => (one.tags[0] === 'v1' ? { ...one, rulePriority: 7 } : one));
    expect(comparePreviews([ours], byOther)).toMatchObject({ differences: [{ tags: ['v1'] }] });
  });

  it('takes no image for different that ECR met a moment later', () => {
    const days: LifecyclePolicy = {
      rules: [
        {
          rulePriority: 1,
          selection: { tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 2 },
          action: { type: 'expire' },
        },
      ],
    };
    const moments = [evaluate(days, images, now), evaluate(days, images, now + 1)];
    const said = theirs('v1', 'v2').map((one) => ({ ...one, rulePriority: 1 }));
    expect(comparePreviews(moments, said)).toEqual({ state: 'agrees', images: 3 });
    expect(comparePreviews([moments[0] ?? []], said)).toMatchObject({ state: 'differs' });
  });

  it('knows that ECR says nothing of images that a list holds back', () => {
    const held = evaluate(
      policy,
      [{ ...(images[2] ?? image('x', 0)), children: [images[0]?.digest ?? ''] }, ...images.slice(0, 2)],
      now,
    );
    expect(held.map(({ action }) => action)).toEqual(['keep', 'fail', 'expire']);
    expect(comparePreviews([held], theirs('v2'))).toMatchObject({ state: 'agrees' });
  });
});
