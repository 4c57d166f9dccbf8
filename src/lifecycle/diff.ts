// Compares two lifecycle policies rule by rule.
// It must not know which of them is live, nor what a change does to images.
import { canonicalLifecycle } from './canonical.js';
import type { LifecyclePolicy, LifecycleRule } from './model.js';

export interface RuleChange {
  /** The rule's priority. */
  readonly id: string;
  readonly action: 'add' | 'change' | 'remove';
  /** Canonical. */
  readonly before?: LifecycleRule;
  readonly after?: LifecycleRule;
}

/** What differs in meaning, in ascending priority. `null` or `undefined` is no policy. */
export function diffLifecycle(
  before: LifecyclePolicy | null | undefined,
  after: LifecyclePolicy | null | undefined,
): RuleChange[] {
  const old = byPriority(before);
  const wanted = byPriority(after);
  const priorities = [...new Set([...old.keys(), ...wanted.keys()])].sort((one, other) => one - other);
  return priorities.flatMap((priority): RuleChange[] => {
    const id = String(priority);
    const was = old.get(priority);
    const is = wanted.get(priority);
    if (was === undefined) return is === undefined ? [] : [{ id, action: 'add', after: is }];
    if (is === undefined) return [{ id, action: 'remove', before: was }];
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ id, action: 'change', before: was, after: is }];
  });
}

function byPriority(policy: LifecyclePolicy | null | undefined): ReadonlyMap<number, LifecycleRule> {
  const rules = policy === null || policy === undefined ? [] : canonicalLifecycle(policy).rules;
  return new Map(rules.map((rule) => [rule.rulePriority, rule]));
}
