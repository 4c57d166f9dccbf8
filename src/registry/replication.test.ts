// Rules of replication: which are ours, and that those of others come out of every merge as they went in.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DesiredRegistry } from './model.js';
import {
  divideRules,
  mergeRules,
  type ReplicationRule,
  regionsByFilter,
  replicationRulesOf,
  ruleInWords,
  rulesProblem,
  sameRules,
} from './replication.js';

const account = '111111111111';
const regions = ['eu-central-1', 'us-east-1', 'us-west-2'];
const rule = (to: readonly string[], names?: readonly string[], registryId = account): ReplicationRule => ({
  destinations: to.map((region) => ({ region, registryId })),
  ...(names === undefined
    ? {}
    : { repositoryFilters: names.map((filter) => ({ filter, filterType: 'PREFIX_MATCH' as const })) }),
});

function desired(names: readonly string[], to: readonly string[]): DesiredRegistry {
  return {
    owner: { project: 'payments', environment: 'prod' },
    account,
    region: 'eu-west-1',
    partition: 'aws',
    repositories: names.map((name) => ({
      key: name,
      name,
      tagMutability: { mode: 'IMMUTABLE', exclusions: [] },
      encryption: { type: 'AES256' },
      scanOnPush: true,
      tags: {},
      lifecyclePolicy: null,
      statements: [],
      forceDelete: false,
    })),
    replication: { regions: to },
    companions: [],
  };
}

describe('whose a rule is', () => {
  const owner = { account, repositories: ['payments/api', 'payments/web'] };
  it.each<[string, ReplicationRule, 'ours' | 'foreign']>([
    ['names one of ours in full', rule(['us-east-1'], ['payments/api']), 'ours'],
    ['names one of ours among others', rule(['us-east-1'], ['else', 'payments/web']), 'ours'],
    ['is for a prefix that ours begin with', rule(['us-east-1'], ['payments/']), 'foreign'],
    ['is for a name that begins with one of ours', rule(['us-east-1'], ['payments/api-v2']), 'foreign'],
    ['is for everything', rule(['us-east-1']), 'foreign'],
    ['copies into another account', rule(['us-east-1'], ['payments/api'], '222222222222'), 'foreign'],
  ])('a rule that %s', (_, one, whose) => {
    expect(divideRules([one], owner)[whose]).toEqual([one]);
  });
});

describe('what a registry shall have', () => {
  it('is every repository by its whole name, a hundred to a rule', () => {
    const names = Array.from({ length: 250 }, (_, index) => `app-${index}`);
    const rules = replicationRulesOf(desired(names, ['us-east-1', 'us-west-2']));
    expect(rules.map(({ repositoryFilters = [] }) => repositoryFilters.length)).toEqual([100, 100, 50]);
    expect([...regionsByFilter(rules).keys()].sort()).toEqual(names.toSorted());
    expect(new Set([...regionsByFilter(rules).values()].map(String))).toEqual(new Set(['us-east-1,us-west-2']));
  });

  it('is nothing without Regions, or without repositories', () => {
    expect(replicationRulesOf(desired(['api'], []))).toEqual([]);
    expect(replicationRulesOf(desired([], ['us-east-1']))).toEqual([]);
  });

  it('is refused where ECR would refuse it', () => {
    expect(rulesProblem(Array.from({ length: 10 }, () => rule(['us-east-1'])))).toBeUndefined();
    expect(rulesProblem(Array.from({ length: 11 }, () => rule(['us-east-1'])))).toMatch(/11 rules/);
    const places = (count: number) => Array.from({ length: count }, (_, index) => `us-east-${index}`);
    expect(rulesProblem([rule(places(25)), rule(places(20))])).toBeUndefined();
    expect(rulesProblem([rule(places(25)), rule(['eu-west-9'])])).toMatch(/26 registries/);
  });
});

it('says a rule in words', () => {
  expect(ruleInWords(rule(['us-east-1'], ['a/', 'b']), account)).toBe('a/*, b* -> us-east-1');
  expect(ruleInWords(rule(['us-east-1'], undefined, '222222222222'), account)).toBe(
    'every repository -> 222222222222/us-east-1',
  );
});

describe('merging', () => {
  const names = ['api', 'web', 'worker', 'api-v2', 'team/', 'w'];
  const anyRule = fc
    .record({
      to: fc.uniqueArray(fc.constantFrom(...regions), { minLength: 0 }),
      filters: fc.option(fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }), { nil: undefined }),
      by: fc.constantFrom(account, '222222222222'),
    })
    .map(({ to, filters, by }) => rule(to, filters, by));
  const world = fc.record({
    live: fc.array(anyRule, { maxLength: 8 }),
    ours: fc.uniqueArray(fc.constantFrom('api', 'web', 'worker')),
    to: fc.uniqueArray(fc.constantFrom(...regions)),
  });

  it('leaves the rules of others word for word and in their order, and ours as wanted, however often it is done', () => {
    fc.assert(
      fc.property(world, ({ live, ours, to }) => {
        const owner = { account, repositories: ours };
        const wanted = replicationRulesOf(desired(ours, to));
        const merged = mergeRules(live, wanted, owner);
        expect(divideRules(merged, owner).foreign).toEqual(divideRules(live, owner).foreign);
        expect(divideRules(merged, owner).ours).toEqual(wanted);
        let again = merged;
        for (let round = 0; round < 10; round += 1) again = mergeRules(again, wanted, owner);
        expect(again).toEqual(merged);
        const gone = mergeRules(merged, [], owner);
        expect(gone).toEqual(divideRules(live, owner).foreign);
      }),
    );
  });

  it('makes no difference of how filters are cut into rules and ordered', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom(...names)),
        fc.uniqueArray(fc.constantFrom(...regions)),
        (some, to) => {
          const whole = [rule(to, some)];
          const cut = some.toReversed().map((name) => rule(to.toReversed(), [name]));
          expect(sameRules(whole, cut)).toBe(true);
          expect(sameRules(whole, [...cut, rule(['ap-south-1'], ['more'])])).toBe(false);
        },
      ),
    );
  });
});
