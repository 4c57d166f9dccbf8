// Says who gains and who loses access between two policies of a registry, or two scopes of one: by the evaluator.
// It must not know consent or plans, nor which repositories there are but by the names it is given.
import { type AccessChange, type ChangeContext, compareAccess, FoundChanges } from './change.js';
import { compilePolicy, type ResourcePolicies } from './evaluate/policy.js';
import { documentOf } from './merge.js';
import type { RegistryScope, Statement } from './model.js';

/** A registry's policy at one time. */
export interface RegistryPolicyState {
  readonly statements: readonly Statement[];
  /** Absent: V2, as ECR has it by itself. */
  readonly scope?: RegistryScope;
}

export type RegistryChangeContext = Omit<ChangeContext, 'name'>;

/**
 * All statements before and after, whoever wrote them. Repositories are told of by the patterns that statements name them by, and those of
 * `names` by their names where statements tell them apart in another way. Where a Deny is among them, it is asked as well what it takes from those
 * whom a policy of a repository lets do everything: which of them do, the registry's policy does not tell.
 */
export function registryAccessChange(
  before: RegistryPolicyState,
  after: RegistryPolicyState,
  context: RegistryChangeContext,
  names: readonly string[] = [],
): AccessChange {
  const statements = [...before.statements, ...after.statements];
  const found = new FoundChanges();
  const denies = statements.some(({ Effect }) => Effect === 'Deny');
  for (const beside of denies ? [[], [everything]] : [[]]) {
    const sides = { before: sideOf(before, beside), after: sideOf(after, beside) };
    for (const { name, on } of samples(statements, names))
      compareAccess(sides, statements, { ...context, name }, found, on);
  }
  return found.all();
}

const everything = compilePolicy(
  'repository',
  'policy of a repository',
  documentOf([{ Effect: 'Allow', Principal: '*', Action: 'ecr:*' }]),
);

function sideOf({ statements, scope }: RegistryPolicyState, beside: ResourcePolicies['resource']): ResourcePolicies {
  const policy = compilePolicy('registry', 'registry policy', documentOf(statements));
  return { resource: [...beside, policy], ...(scope === undefined ? {} : { registryScope: scope }) };
}

/** No repository is called so: a pattern stands for more than those that there are. */
const anyName = 'slipway-any-repository-at-all';

/** Names of which each is met by other statements than all before it, with words for it: a pattern, or the name itself. */
function samples(
  statements: readonly Statement[],
  names: readonly string[],
): readonly { readonly name: string; readonly on: string }[] {
  const patterns = [...new Set(statements.flatMap(patternsOf))].sort();
  const tests = patterns.map(expressionOf);
  const seen = new Set<string>();
  const all = [
    ...patterns.map((pattern) => ({ name: pattern.replace(/[*?]+/g, anyName), on: pattern })),
    ...[...names].sort().map((name) => ({ name, on: name })),
  ];
  return all.filter(({ name }) => {
    const met = tests.map((test) => test.test(name)).join();
    if (seen.has(met) || !met.includes('true')) return false;
    seen.add(met);
    return true;
  });
}

/** What a statement names repositories by; without `Resource`, all of them. */
function patternsOf(statement: Statement): readonly string[] {
  const fields: { readonly [member: string]: unknown } = { ...statement };
  const said = [fields['Resource'] ?? fields['NotResource'] ?? []].flat();
  const named = said.flatMap((one) => (typeof one === 'string' ? [one.split(':repository/')[1] ?? '*'] : []));
  return fields['Resource'] === undefined ? [...named, '*'] : named;
}

function expressionOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/[*]+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
