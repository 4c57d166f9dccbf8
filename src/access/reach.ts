// Takes statements apart into single grants (one principal, its actions, one value for each condition) and compares those.
// It must not know which statement is older, nor words for people. Where it cannot tell, it says "not covered".
import type { Statement } from './model.js';
import { actionsLike, actionsOnRepositories, parseOperator } from './names.js';
import { type CanonicalContext, canonicalStatement } from './normalise.js';

export interface ConditionPart {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

export interface Reach {
  readonly effect: 'Allow' | 'Deny';
  /** `*`, `not …`, or kind and value: `AWS arn:…`, `Service lambda.amazonaws.com`. */
  readonly principals: readonly string[];
  readonly actions: ReadonlySet<string>;
  readonly conditions: readonly ConditionPart[];
}

/** One principal under one combination of condition values. */
export interface Grant {
  readonly principal: string;
  readonly actions: ReadonlySet<string>;
  readonly conditions: readonly ConditionPart[];
}

/** More combinations than this are compared as one: that can only report too much. */
const mostCombinations = 256;

export function reachOf(statement: Statement, context: CanonicalContext): Reach {
  const canonical = canonicalStatement(statement, context);
  return {
    effect: canonical.Effect,
    principals: principalsOf(canonical),
    actions: actionsOf(canonical),
    conditions: conditionsOf(canonical),
  };
}

function principalsOf({ Principal, NotPrincipal }: Statement): readonly string[] {
  if (NotPrincipal !== undefined) return [`not ${JSON.stringify(NotPrincipal)}`];
  if (typeof Principal === 'string') return [Principal];
  if (!isFields(Principal)) return [];
  return Object.entries(Principal).flatMap(([kind, value]) =>
    listOf(value).map((one) => (kind === 'AWS' && one === '*' ? '*' : `${kind} ${one}`)),
  );
}

function actionsOf({ Action, NotAction }: Statement): ReadonlySet<string> {
  if (NotAction !== undefined) {
    const excluded = new Set(listOf(NotAction).flatMap((pattern) => actionsLike(pattern, actionsOnRepositories)));
    return new Set(actionsOnRepositories.filter((action) => !excluded.has(action)));
  }
  return new Set(
    listOf(Action ?? []).flatMap((pattern) => {
      const known = actionsLike(pattern, actionsOnRepositories);
      // An action made after this table was: compared by its name.
      return known.length > 0 ? known : [pattern];
    }),
  );
}

function conditionsOf({ Condition = {} }: Statement): readonly ConditionPart[] {
  if (!isFields(Condition)) return [unreadable('', Condition)];
  return Object.entries(Condition).flatMap(([operator, keys]) =>
    isFields(keys)
      ? Object.entries(keys).map(([key, value]) => ({ operator, key, values: listOf(value) }))
      : [unreadable(operator, keys)],
  );
}

/** A condition that AWS would not have taken, but an endpoint did: met by nobody we know of, and like itself alone. */
function unreadable(operator: string, value: unknown): ConditionPart {
  return { operator, key: '', values: listOf(value) };
}

/** What is there may come from anywhere: what is no text is compared by its JSON. */
function listOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((one) => (typeof one === 'string' ? one : (JSON.stringify(one) ?? '')));
}

function isFields(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const alternatives = new Set([
  'StringEquals',
  'StringEqualsIgnoreCase',
  'StringLike',
  'ArnEquals',
  'ArnLike',
  'IpAddress',
  'NumericEquals',
  'DateEquals',
  'Bool',
]);
const exclusions = new Set([
  'StringNotEquals',
  'StringNotEqualsIgnoreCase',
  'StringNotLike',
  'ArnNotEquals',
  'ArnNotLike',
  'NotIpAddress',
  'NumericNotEquals',
  'DateNotEquals',
]);

/** How further values change a condition: one more way to meet it, one more thing it excludes, or we cannot say. */
export function kindOf(operator: string): 'alternatives' | 'exclusions' | 'opaque' {
  const parsed = parseOperator(operator);
  if (parsed === undefined || parsed.quantifier === 'ForAllValues') return 'opaque';
  if (alternatives.has(parsed.base)) return 'alternatives';
  return exclusions.has(parsed.base) && parsed.quantifier === undefined ? 'exclusions' : 'opaque';
}

export function grantsOf(reach: Reach): readonly Grant[] {
  const combinations = combine(reach.conditions);
  return reach.principals.flatMap((principal) =>
    combinations.map((conditions) => ({ principal, actions: reach.actions, conditions })),
  );
}

function combine(parts: readonly ConditionPart[]): readonly (readonly ConditionPart[])[] {
  let combinations: readonly (readonly ConditionPart[])[] = [[]];
  for (const part of parts) {
    const choices =
      kindOf(part.operator) === 'alternatives' ? part.values.map((value) => ({ ...part, values: [value] })) : [part];
    if (combinations.length * choices.length > mostCombinations) return [parts];
    combinations = combinations.flatMap((done) => choices.map((choice) => [...done, choice]));
  }
  return combinations;
}

/** The actions of a grant that no Deny takes away from all whom it lets in. */
export function undenied(grant: Grant, denials: readonly Reach[]): readonly string[] {
  const denying = denials.filter(
    ({ principals, conditions }) =>
      (principals.includes(grant.principal) || principals.includes('*')) && weaker(conditions, grant.conditions),
  );
  return [...grant.actions].filter((action) => !denying.some((denial) => denial.actions.has(action)));
}

/** Whether whatever meets `grant` meets `conditions` too. */
function weaker(conditions: readonly ConditionPart[], grant: readonly ConditionPart[]): boolean {
  return conditions.every(({ operator, key, values }) => {
    const other = grant.find((part) => part.operator === operator && part.key === key);
    if (other === undefined) return false;
    switch (kindOf(operator)) {
      case 'alternatives':
        return other.values.every((value) => values.includes(value));
      case 'exclusions':
        return values.every((value) => other.values.includes(value));
      case 'opaque':
        return JSON.stringify(values) === JSON.stringify(other.values);
    }
  });
}
