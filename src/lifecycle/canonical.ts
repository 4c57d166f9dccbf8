// One form and one text for each meaning of a lifecycle policy, so that two that mean the same are the same.
// It must not judge a policy; validate.ts and check.ts do.
import type { LifecyclePolicy, LifecycleRule, LifecycleSelection } from './model.js';
import { readPolicy } from './validate.js';

/**
 * Rules in ascending priority, members in the order of ECR's schema, tag lists sorted and without repetition, runs of `*`
 * as one, and nothing that says what holds anyway (storage class `standard`, an empty list, an empty description).
 */
export function canonicalLifecycle(policy: LifecyclePolicy): LifecyclePolicy {
  return { rules: policy.rules.map(canonicalRule).sort((one, other) => one.rulePriority - other.rulePriority) };
}

export function canonicalRule(rule: LifecycleRule): LifecycleRule {
  const { description, action } = rule;
  return {
    rulePriority: rule.rulePriority,
    ...(description ? { description } : {}),
    selection: canonicalSelection(rule.selection),
    action:
      action.type === 'expire'
        ? { type: 'expire' }
        : { type: 'transition', targetStorageClass: action.targetStorageClass },
  };
}

function canonicalSelection(selection: LifecycleSelection): LifecycleSelection {
  const patterns = sorted((selection.tagPatternList ?? []).map((pattern) => pattern.replace(/\*+/g, '*')));
  const prefixes = sorted(selection.tagPrefixList ?? []);
  return {
    tagStatus: selection.tagStatus,
    ...(patterns.length > 0 ? { tagPatternList: patterns } : {}),
    ...(prefixes.length > 0 ? { tagPrefixList: prefixes } : {}),
    ...(selection.storageClass === 'archive' ? { storageClass: 'archive' } : {}),
    countType: selection.countType,
    ...(selection.countUnit === undefined ? {} : { countUnit: selection.countUnit }),
    countNumber: selection.countNumber,
  };
}

function sorted(list: readonly string[]): readonly string[] {
  return [...new Set(list)].sort();
}

/** The text to write: compact, as ECR itself gives a policy back (API samples of GetLifecyclePolicy). */
export function lifecycleText(policy: LifecyclePolicy): string {
  return JSON.stringify(canonicalLifecycle(policy));
}

/** Reads the text of a live policy; `null` where it has members or values that Slipway does not know. */
export function parseLifecycle(text: string): LifecyclePolicy | null {
  const read = readPolicy(text);
  return 'policy' in read ? canonicalLifecycle(read.policy) : null;
}

/**
 * The canonical text of any text: that of the policy, where it is one; else the same JSON with its members sorted; else the
 * text itself. Two texts that come out equal mean the same.
 */
export function canonicalLifecycleText(text: string): string {
  const policy = parseLifecycle(text);
  if (policy !== null) return JSON.stringify(policy);
  try {
    return JSON.stringify(sortMembers(JSON.parse(text)));
  } catch {
    return text;
  }
}

function sortMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortMembers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => [name, sortMembers(member)]),
  );
}
