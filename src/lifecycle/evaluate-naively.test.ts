// Holds evaluate.ts against a second, naive evaluation on random policies and images: a few thousand by default, as many as
// SLIPWAY_LIFECYCLE_CASES says from seed SLIPWAY_LIFECYCLE_SEED on. The seed of a case that fails is printed.
import { expect, it } from 'vitest';
import { cornersOf, defaultCorners } from './corners.js';
import { evaluate } from './evaluate.js';
import { evaluateNaively } from './testing/naive.js';
import { randomCase } from './testing/random-case.js';

const cases = Number(process.env['SLIPWAY_LIFECYCLE_CASES'] ?? 5000);
const seed = Number(process.env['SLIPWAY_LIFECYCLE_SEED'] ?? 1);

it(`the two evaluations agree on ${cases} random cases, seeds ${seed} to ${seed + cases - 1}`, () => {
  const seen = new Map<string, number>();
  for (let at = 0; at < cases; at += 1) {
    const { policy, images, now, corners } = randomCase(seed + at);
    const outcomes = evaluate(policy, images, now, corners);
    const expected = evaluateNaively(policy, images, now, corners);
    // Texts are compared first, as that is quick; the seed is in what a failure shows.
    if (JSON.stringify(outcomes) !== JSON.stringify(expected))
      expect({ seed: seed + at, policy, images, corners, outcomes }).toEqual({
        seed: seed + at,
        policy,
        images,
        corners,
        outcomes: expected,
      });
    for (const { action, why } of outcomes) {
      const kind = `${action} ${why.kind}`;
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }
  }
  // Nothing that can happen is so rare that the cases would say nothing of it.
  const kinds = ['unselected', 'overruled', 'place', 'age', 'unranked'].map((kind) => `keep ${kind}`);
  const acting = ['place', 'age', 'follows'].flatMap((kind) => [`expire ${kind}`, `archive ${kind}`]);
  for (const kind of [...kinds, ...acting, 'fail held'])
    expect(seen.get(kind) ?? 0, kind).toBeGreaterThan(cases / 5000);
}, 600_000);

it('half of the cases are of the default corners, and no corner is left out of the others', () => {
  const all = Array.from({ length: 200 }, (_, at) => randomCase(at).corners);
  expect(all.filter((corners) => corners === defaultCorners).length).toBeGreaterThan(60);
  for (const name of Object.keys(defaultCorners) as (keyof typeof defaultCorners)[])
    expect(new Set(all.map((corners) => corners[name])).size, name).toBe(2);
  expect(cornersOf({ ties: 'higher-digest-newer' })).toEqual({ ...defaultCorners, ties: 'higher-digest-newer' });
});
