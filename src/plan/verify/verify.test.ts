// Tests of recording and verifying on a registry, and of the file between the two.
import { describe, expect, it } from 'vitest';
import { compileLifecycle, lifecycleText } from '../../lifecycle/index.js';
import { image, memory, registry, repository } from '../testing/fixtures.js';
import type { MemoryRegistry } from '../testing/memory-registry.js';
import type { Prediction } from './model.js';
import { readPrediction, savePrediction } from './prediction.js';
import { predictionOf, predictRegistries, verify, verifyImages } from './verify.js';

const day = 86_400_000;
const text = lifecycleText(compileLifecycle({ maxImageCount: 2 }) ?? { rules: [] });
const images = [image('v3', 1), image('v2', 2), image('v1', 3)];
const desired = registry([repository('api'), repository('web', { key: 'site' }), repository('none')]);

function scene(): MemoryRegistry {
  const live = memory();
  live.seed('api', { lifecyclePolicy: text, images: [...images] });
  live.seed('web', { images: [image('a', 1)] });
  live.seed('undeclared', { images: [image('b', 1)] });
  return live;
}
const record = (live: MemoryRegistry, only: readonly string[] = []) =>
  predictRegistries([desired], () => live.process(), { only });
const look = (prediction: Prediction, live: MemoryRegistry, only: readonly string[] = []) =>
  verify(prediction, () => live.process(), { only });
const brief = ({ repositories }: Awaited<ReturnType<typeof look>>) =>
  repositories.map(({ name, state, images: found }) => [name, state, ...found.map(({ verdict }) => verdict)].join(' '));

describe('recording', () => {
  it('holds the policy in place and the images of what is declared and exists', async () => {
    const live = scene();
    const { prediction, unrecorded } = await record(live);
    expect(unrecorded).toEqual([]);
    expect(prediction).toEqual({
      version: 1,
      at: '2026-01-01T00:00:00.000Z',
      owner: { project: 'payments', environment: 'prod' },
      registries: [
        {
          account: '111111111111',
          region: 'eu-west-1',
          repositories: [
            { name: 'api', policy: text, images: images.toReversed() },
            { name: 'web', policy: null, images: [image('a', 1)] },
          ],
        },
      ],
    });
    expect((await record(live, ['site'])).prediction.registries[0]?.repositories.map(({ name }) => name)).toEqual([
      'web',
    ]);
    await expect(record(live, ['sitt'])).rejects.toThrow('no repository matches "sitt"');
  });

  it('says what it could not read', async () => {
    const reason = 'AccessDeniedException: injected denied';
    const process = (operation: string) => scene().process({ faults: { [operation]: 'denied' } });
    const policies = await predictRegistries([desired], () => process('ecr:GetLifecyclePolicy'));
    expect(policies.unrecorded.map(({ repository: name }) => name)).toEqual(['api', 'none', 'web']);
    expect(policies.unrecorded[0]).toEqual({ repository: 'api', operation: 'ecr:GetLifecyclePolicy', reason });
    expect(policies.prediction.registries[0]?.repositories).toEqual([]);
    const unread = await predictRegistries([desired], () => process('ecr:DescribeImages'));
    expect(unread.unrecorded.map(({ repository: name, operation }) => `${name} ${operation}`)).toEqual([
      'api ecr:DescribeImages',
      'web ecr:DescribeImages',
    ]);
  });

  it('leaves out a repository that goes between two calls', async () => {
    const live = scene();
    const process = live.process({
      before: (operation) => {
        if (operation === 'ecr:DescribeImages') live.repositories.clear();
      },
    });
    const recording = await predictRegistries([desired], () => process, { only: ['api'] });
    expect(recording).toMatchObject({ unrecorded: [], prediction: { registries: [{ repositories: [] }] } });
  });

  it('is refused for another account', async () => {
    const process = scene().process({ account: '999999999999' });
    await expect(predictRegistries([desired], () => process)).rejects.toThrow('plan/wrong-account');
  });
});

describe('verifying', () => {
  it('reads what was recorded, and compares it at the time of the registry', async () => {
    const live = scene();
    const { prediction } = await record(live);
    await live.clock.advance(2 * day);
    live.get('api').images.pop();
    const found = await look(prediction, live);
    expect(found).toMatchObject({
      recordedAt: '2026-01-01T00:00:00.000Z',
      now: '2026-01-03T00:00:00.000Z',
      asPredicted: true,
      repositories: [
        { account: '111111111111', region: 'eu-west-1', name: 'api', state: 'as-predicted', policy: 'same' },
        { name: 'web', state: 'as-predicted', policy: 'same' },
      ],
    });
    expect(brief(found)).toEqual(['api as-predicted expired', 'web as-predicted']);
    live.get('web').images = [];
    const differs = await look(prediction, live);
    expect(differs.asPredicted).toBe(false);
    expect(brief(differs)).toEqual(['api as-predicted expired', 'web differs unforeseen']);
    expect(brief(await look(prediction, live, ['api']))).toEqual(['api as-predicted expired']);
    await expect(look(prediction, live, ['apu'])).rejects.toThrow('no repository matches "apu"');
  });

  it('knows a policy that was changed, and one that cannot be read', async () => {
    const live = scene();
    const { prediction } = await record(live, ['api']);
    live.get('api').lifecyclePolicy = lifecycleText(compileLifecycle({ maxImageCount: 3 }) ?? { rules: [] });
    expect((await look(prediction, live)).repositories).toMatchObject([{ state: 'differs', policy: 'changed' }]);
    delete live.get('api').lifecyclePolicy;
    expect((await look(prediction, live)).repositories).toMatchObject([{ state: 'differs', policy: 'changed' }]);
    const denied = live.process({ faults: { 'ecr:GetLifecyclePolicy': 'denied' } });
    expect((await verify(prediction, () => denied)).repositories).toMatchObject([
      { state: 'as-predicted', policy: 'unknown' },
    ]);
  });

  it('tells what is gone from what cannot be read', async () => {
    const live = scene();
    const { prediction } = await record(live, ['api']);
    const denied = await verify(prediction, () => live.process({ faults: { 'ecr:DescribeImages': 'denied' } }));
    expect(denied).toMatchObject({
      asPredicted: true,
      repositories: [
        {
          state: 'unknown',
          policy: 'unknown',
          counts: { recorded: 3, kept: 0 },
          images: [],
          unknown: { operation: 'ecr:DescribeImages', reason: 'AccessDeniedException: injected denied' },
        },
      ],
    });
    live.repositories.delete('api');
    expect(await look(prediction, live)).toMatchObject({
      asPredicted: false,
      repositories: [{ state: 'gone', policy: 'unknown', counts: { recorded: 3 } }],
    });
  });

  it('is refused for another account', async () => {
    const { prediction } = await record(scene());
    const process = scene().process({ account: '999999999999' });
    await expect(verify(prediction, () => process)).rejects.toThrow('environment "prod" is in account 111111111111');
  });
});

describe('without a registry', () => {
  it('compares images with images', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    const prediction = predictionOf(images, text, { name: 'api', account: '1', now });
    expect(prediction).toMatchObject({ registries: [{ account: '1', repositories: [{ name: 'api', policy: text }] }] });
    expect(prediction).not.toHaveProperty('owner');
    const found = verifyImages(prediction, images.slice(0, 2), now + 2 * day);
    expect(found).toMatchObject({ asPredicted: true, now: '2026-01-03T00:00:00.000Z' });
    expect(brief(found)).toEqual(['api as-predicted expired']);
    expect(
      predictionOf(images, null, { name: 'api', account: '1', now }).registries[0]?.repositories[0]?.policy,
    ).toBeNull();
  });
});

describe('the file', () => {
  const aws = { kind: 'aws' } as const;

  it('comes back as it was', async () => {
    const { prediction } = await record(scene());
    expect(readPrediction(savePrediction(prediction, aws))).toEqual({ prediction, place: aws });
    expect(readPrediction(savePrediction(prediction, null))).toEqual({ prediction, place: null });
    expect(savePrediction(prediction, aws)).toMatch(
      /^\{"kind":"slipway\/prediction","version":1,"checksum":"sha256:.*\}\n$/,
    );
  });

  it.each<[string, (text: string) => string, string]>([
    ['no JSON', () => 'what', 'the text is not JSON'],
    ['a plan', () => '{"kind":"slipway/plan","version":2}', 'the JSON is not a prediction of Slipway'],
    ['nothing', () => 'null', 'the JSON is not a prediction of Slipway'],
    [
      'another version',
      (all) => all.replace('"version":1', '"version":7'),
      'it has version 7, and this Slipway reads version 1',
    ],
    ['another account', (all) => all.replace('111111111111', '222222222222'), 'it was changed after it was written'],
  ])('is refused: %s', async (_, spoil, message) => {
    const { prediction } = await record(scene());
    const spoilt = () => readPrediction(spoil(savePrediction(prediction, aws)));
    expect(spoilt).toThrow(`plan/unreadable-prediction: ${message}`);
  });

  it.each<[string, (prediction: Prediction) => unknown]>([
    ['nothing', () => null],
    ['another version', (one) => ({ ...one, version: 2 })],
    ['no time', (one) => ({ ...one, at: 'yesterday' })],
    ['a number for a time', (one) => ({ ...one, at: 5 })],
    ['half an owner', (one) => ({ ...one, owner: { project: 'x' } })],
    ['no registries', (one) => ({ ...one, registries: {} })],
    ['no account', (one) => ({ ...one, registries: [{ ...one.registries[0], account: 1 }] })],
    ['a Region that is none', (one) => ({ ...one, registries: [{ ...one.registries[0], region: 1 }] })],
    [
      'no name',
      (one) => ({ ...one, registries: [{ ...one.registries[0], repositories: [{ policy: null, images: [] }] }] }),
    ],
    [
      'no policy',
      (one) => ({ ...one, registries: [{ ...one.registries[0], repositories: [{ name: 'x', images: [] }] }] }),
    ],
    [
      'images that are none',
      (one) => ({
        ...one,
        registries: [
          { ...one.registries[0], repositories: [{ name: 'x', policy: null, images: [{ digest: 'x', tags: [] }] }] },
        ],
      }),
    ],
  ])('is refused with a right checksum but %s', async (_, spoil) => {
    const { prediction } = await record(scene());
    const spoilt = () => readPrediction(savePrediction(spoil(prediction) as Prediction, aws));
    expect(spoilt).toThrow('plan/unreadable-prediction: it lacks some of its parts');
  });
});
