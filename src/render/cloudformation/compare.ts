// Two templates, or two of their properties, compared by meaning: order of members, of actions and of tags says nothing.
// It must not know where a template comes from.
import type { Json } from './model.js';

const policyLists = ['Action', 'NotAction', 'Resource', 'NotResource', 'AWS', 'Service', 'Federated'];
/** Lists whose order means nothing, by the property or policy member that holds them. */
const sets = new Set([...policyLists, 'CanonicalUser', 'ClientIdList', 'ThumbprintList', 'ManagedPolicyArns', 'Tags']);
/** A policy's members that may be one value or a list of it. */
const oneOrMany = new Set([...policyLists, 'Statement']);

/** One form for each meaning. */
export function canonical(value: Json, holder = '', inCondition = false): Json {
  if (Array.isArray(value)) {
    const items: readonly Json[] = value;
    const all = items.map((one) => canonical(one, '', inCondition));
    const sorted = sets.has(holder) || inCondition ? all.toSorted(byJson) : all;
    const [only] = sorted;
    return sorted.length === 1 && only !== undefined && (oneOrMany.has(holder) || inCondition) ? only : sorted;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .map(([key, one]): [string, Json] => [key, canonical(one, key, inCondition || key === 'Condition')])
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries);
}

function byJson(one: Json, other: Json): number {
  const [left, right] = [JSON.stringify(one), JSON.stringify(other)];
  return left < right ? -1 : left > right ? 1 : 0;
}

export function sameMeaning(one: Json | undefined, other: Json | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return JSON.stringify(canonical(one)) === JSON.stringify(canonical(other));
}
