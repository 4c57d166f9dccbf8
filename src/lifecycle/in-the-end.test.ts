// Tests of what a policy has done in the end: lists go first, then what they held, level by level.
import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.js';
import { actionsInTheEnd } from './in-the-end.js';
import type { Image, LifecyclePolicy } from './model.js';
import { randomCase } from './testing/random-case.js';

const day = 86_400_000;
const now = 100 * day;
const old = (digest: string, days: number, more: Partial<Image> = {}): Image => ({
  digest,
  tags: [],
  pushedAt: now - days * day,
  ...more,
});
const policy: LifecyclePolicy = {
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 5 },
      action: { type: 'expire' },
    },
  ],
};

describe('in the end', () => {
  it('what a list held goes after it, through lists of lists, and what refers to it', () => {
    const images = [
      old('top', 6, { children: ['middle'] }),
      old('middle', 7, { children: ['leaf'] }),
      old('leaf', 8),
      old('signature', 1, { subject: 'leaf' }),
    ];
    expect(evaluate(policy, images, now).map(({ action }) => action)).toEqual(['expire', 'fail', 'fail', 'keep']);
    expect(actionsInTheEnd(policy, images, now)).toEqual(['expire', 'expire', 'expire', 'expire']);
  });

  it('what a list that stays holds, stays', () => {
    const images = [
      old('stays', 1, { children: ['shared'] }),
      old('goes', 6, { children: ['shared', 'own'] }),
      old('shared', 7),
      old('own', 7),
    ];
    expect(actionsInTheEnd(policy, images, now)).toEqual(['keep', 'expire', 'fail', 'expire']);
  });

  it('nothing more goes: what is left is judged alike', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const { policy, images, now } = randomCase(seed);
      const actions = actionsInTheEnd(policy, images, now);
      const left = images.filter((_, at) => actions[at] !== 'expire');
      const again = evaluate(policy, left, now).filter(({ action }) => action === 'expire');
      const gone = evaluate(policy, images, now).flatMap(({ action }, at) => (action === 'expire' ? [at] : []));
      expect(
        gone.every((at) => actions[at] === 'expire'),
        `seed ${seed}`,
      ).toBe(true);
      expect(again, `seed ${seed}`).toEqual([]);
    }
  });
});
