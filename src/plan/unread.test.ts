// It must not know how a plan is made: plans are written out here.
import { describe, expect, it } from 'vitest';
import type { Plan, RepositoryPlan, Unknown } from './model.js';
import { emptySummary } from './testing/fixtures.js';
import { unreadIn } from './unread.js';

function planWith(unknown: Readonly<Record<string, readonly Unknown[]>>): Plan {
  const repositories = Object.entries(unknown).map(
    ([name, list]): RepositoryPlan => ({ name, arn: '', action: 'unchanged', changes: [], kept: [], unknown: list }),
  );
  return {
    version: 1,
    purpose: 'apply',
    owner: { project: 'p', environment: 'e' },
    scope: { only: [], prune: false },
    registries: [
      { account: '111111111111', region: 'eu-west-1', partition: 'aws', repositories, notes: [], stacks: [] },
    ],
    hazards: [],
    summary: emptySummary,
  };
}

const unknown = (aspect: Unknown['aspect']): Unknown => ({ aspect, operation: 'ecr:Get', reason: 'denied' });

describe('what could not be read', () => {
  it.each(['repository', 'tags', 'lifecyclePolicy', 'repositoryPolicy'] as const)('is a declared %s', (aspect) => {
    expect(unreadIn(planWith({ api: [unknown(aspect)], web: [] }))).toEqual(['api']);
  });
  it.each(['images', 'encryption'] as const)('is not %s, which leave nothing declared in doubt', (aspect) => {
    expect(unreadIn(planWith({ api: [unknown(aspect)] }))).toEqual([]);
  });
  it('counts a repository once, whatever else is in doubt about it', () => {
    expect(unreadIn(planWith({ api: [unknown('images'), unknown('tags'), unknown('lifecyclePolicy')] }))).toEqual([
      'api',
    ]);
  });
});
