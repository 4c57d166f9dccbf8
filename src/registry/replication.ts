// The rules by which ECR copies images to other Regions: which a registry shall have, which of those there are ours, and both in one document.
// It must not know how rules are read or written.
import type { DesiredRegistry } from './model.js';
import { byText, sortedSet } from './normalise.js';

/** A rule as ECR has it (API reference, ReplicationRule). */
export interface ReplicationRule {
  readonly destinations: readonly { readonly region: string; readonly registryId: string }[];
  /** Absent: every repository. Each matches every name that begins with it. */
  readonly repositoryFilters?: readonly { readonly filter: string; readonly filterType: 'PREFIX_MATCH' }[];
}

/** User guide, "Private image replication": rules, filters of one, and different destinations of all together. */
const most = { rules: 10, filters: 100, destinations: 25 };

/** Every repository by its whole name, since a filter of less would copy those of others too. */
export function replicationRulesOf({
  account,
  repositories,
  replication,
}: DesiredRegistry): readonly ReplicationRule[] {
  const { regions = [] } = replication ?? {};
  if (regions.length === 0) return [];
  const destinations = regions.map((region) => ({ region, registryId: account }));
  const names = sortedSet(repositories.map(({ name }) => name));
  const rules: ReplicationRule[] = [];
  for (let start = 0; start < names.length; start += most.filters) {
    const some = names.slice(start, start + most.filters);
    rules.push({
      destinations,
      repositoryFilters: some.map((filter) => ({ filter, filterType: 'PREFIX_MATCH' })),
    });
  }
  return rules;
}

/** By what a rule is known as ours. */
export interface RuleOwner {
  readonly account: string;
  /** Names of the environment's repositories: declared, or with its ownership tags. */
  readonly repositories: readonly string[];
}

/**
 * A rule has neither tags nor a name that could say whose it is. Ours is what copies within the account and names one of our repositories in
 * full: nobody else has a reason to name it so, and a rule for a prefix, for everything, or into another account is somebody's wish that
 * goes beyond this environment.
 */
function isOurs(
  { destinations, repositoryFilters = [] }: ReplicationRule,
  account: string,
  names: ReadonlySet<string>,
) {
  return (
    destinations.every(({ registryId }) => registryId === account) &&
    repositoryFilters.some(({ filter }) => names.has(filter))
  );
}

/** Both in the order in which they stand. */
export function divideRules(
  live: readonly ReplicationRule[],
  { account, repositories }: RuleOwner,
): { readonly ours: readonly ReplicationRule[]; readonly foreign: readonly ReplicationRule[] } {
  const names = new Set(repositories);
  return {
    ours: live.filter((rule) => isOurs(rule, account, names)),
    foreign: live.filter((rule) => !isOurs(rule, account, names)),
  };
}

/** The whole document: those of others word for word and in their order, ours in the place of the first that there was. */
export function mergeRules(
  live: readonly ReplicationRule[],
  wanted: readonly ReplicationRule[],
  owner: RuleOwner,
): readonly ReplicationRule[] {
  const names = new Set(owner.repositories);
  const first = live.findIndex((rule) => isOurs(rule, owner.account, names));
  const { foreign } = divideRules(live, owner);
  return first < 0 ? [...foreign, ...wanted] : [...foreign.slice(0, first), ...wanted, ...foreign.slice(first)];
}

/** Regions by filter, both sorted: what rules do, however they are cut and ordered. Of rules that are ours, all is within the account. */
export function regionsByFilter(rules: readonly ReplicationRule[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { destinations, repositoryFilters = [] } of rules) {
    for (const { filter } of repositoryFilters)
      found.set(filter, sortedSet([...(found.get(filter) ?? []), ...destinations.map(({ region }) => region)]));
  }
  return new Map([...found].sort(([one], [other]) => byText(one, other)));
}

export function sameRules(some: readonly ReplicationRule[], others: readonly ReplicationRule[]): boolean {
  const text = (rules: readonly ReplicationRule[]) => JSON.stringify([...regionsByFilter(rules)]);
  return text(some) === text(others);
}

/** Why ECR would not take the document; `undefined` where it would. */
export function rulesProblem(rules: readonly ReplicationRule[]): string | undefined {
  if (rules.length > most.rules) return `it would have ${rules.length} rules, and ECR takes ${most.rules}`;
  const places = rules.flatMap(({ destinations }) => destinations.map((one) => `${one.registryId}/${one.region}`));
  const different = new Set(places).size;
  if (different > most.destinations)
    return `it would copy to ${different} registries, and ECR takes ${most.destinations}`;
  return undefined;
}

/** `payments/*, web/* -> us-east-1, 222222222222/eu-west-1`: a rule in words, its filters as the prefixes that they are. */
export function ruleInWords({ destinations, repositoryFilters }: ReplicationRule, account: string): string {
  const from =
    repositoryFilters === undefined ? 'every repository' : repositoryFilters.map(({ filter }) => `${filter}*`);
  const to = destinations.map(({ region, registryId }) =>
    registryId === account ? region : `${registryId}/${region}`,
  );
  return `${[from].flat().join(', ')} -> ${to.length === 0 ? 'nowhere' : to.join(', ')}`;
}
