// A policy as the linter looks at it: rules in the order in which they act, their entries as patterns, what each selects.
// It must not know any remark.
import type { Image, LifecyclePolicy, LifecycleRule } from '../model.js';
import { covers } from '../pattern.js';
import { neverActs } from '../protection.js';
import { compileSelection, selectsAll } from '../selection.js';
import { type Purpose, purposeOf } from './families.js';

export interface RuleView {
  readonly rule: LifecycleRule;
  readonly path: string;
  readonly priority: number;
  readonly storageClass: 'standard' | 'archive';
  /** The list its tags stand in; `tagStatus` where there is none. */
  readonly field: 'tagPatternList' | 'tagPrefixList' | 'tagStatus';
  /** The entries as patterns, each once. A `*` in a prefix is no wildcard, and stands here as a sign that no tag has. */
  readonly entries: readonly string[];
  /** The entries as that list has them. */
  readonly written: readonly string[];
  /** It acts beyond a number of images; otherwise beyond an age. */
  readonly counts: boolean;
  readonly number: number;
  /** It selects every image, or every tagged one. */
  readonly whole: 'all' | 'tagged' | undefined;
  readonly purpose: Purpose;
  selects(image: Image): boolean;
}

export interface PolicyView {
  /** In the order in which they act. */
  readonly rules: readonly RuleView[];
  /** Those of standard storage. */
  readonly standard: readonly RuleView[];
}

export function viewOf(policy: LifecyclePolicy): PolicyView {
  const rules = policy.rules
    .map((rule, index) => ruleView(rule, index))
    .sort((one, other) => one.priority - other.priority);
  return { rules, standard: rules.filter((rule) => rule.storageClass === 'standard') };
}

function ruleView(rule: LifecycleRule, index: number): RuleView {
  const { selection } = rule;
  const { tagPatternList = [], tagPrefixList = [] } = selection;
  const prefixes = tagPrefixList.map((prefix) => `${prefix.replaceAll('*', '\u0001')}*`);
  const entries = [...new Set([...tagPatternList.map((pattern) => pattern.replace(/\*+/g, '*')), ...prefixes])];
  const tagged = selection.tagStatus === 'tagged';
  const purposes = entries.map(purposeOf);
  return {
    rule,
    path: `rules.${index}`,
    priority: rule.rulePriority,
    storageClass: selection.storageClass ?? 'standard',
    field: tagPatternList.length > 0 ? 'tagPatternList' : tagPrefixList.length > 0 ? 'tagPrefixList' : 'tagStatus',
    entries: tagged ? entries : [],
    written: tagPatternList.length > 0 ? tagPatternList : tagPrefixList,
    counts: selection.countType === 'imageCountMoreThan',
    number: selection.countNumber,
    whole:
      selection.tagStatus === 'any' ? 'all' : tagged && entries.every((entry) => entry === '*') ? 'tagged' : undefined,
    purpose: purposes.includes('passing') ? 'passing' : purposes.includes('release') ? 'release' : 'unknown',
    selects: compileSelection(selection),
  };
}

/** Rules of the same storage class that act before this one. */
export function before(rule: RuleView, { rules }: PolicyView): readonly RuleView[] {
  return rules.filter((one) => one.storageClass === rule.storageClass && one.priority < rule.priority);
}

export function after(rule: RuleView, { rules }: PolicyView): readonly RuleView[] {
  return rules.filter((one) => one.storageClass === rule.storageClass && one.priority > rule.priority);
}

export function selectsAllOf(first: RuleView, second: RuleView): boolean {
  return selectsAll(first.rule.selection, second.rule.selection);
}

/** Whether images with this tag, and no other, would be selected. */
export function selectsTag(rule: RuleView, tag: string): boolean {
  if (rule.rule.selection.tagStatus !== 'tagged') return rule.whole === 'all';
  return rule.entries.every((entry) => covers(entry, tag));
}

/** Whether it only keeps: by a count or an age that is never reached. */
export function protectsOnly(rule: RuleView): boolean {
  return neverActs(rule.rule.selection);
}

export function expires(rule: RuleView): boolean {
  return rule.rule.action.type === 'expire';
}

/**
 * Priorities for rules in the place of one: numbers between the rule before it and the rule after it, its own among them,
 * in ascending order. `undefined` where there is no room for so many.
 */
export function prioritiesAt(rule: RuleView, { rules }: PolicyView, count: number): readonly number[] | undefined {
  const at = rules.indexOf(rule);
  const lowest = (rules[at - 1]?.priority ?? 0) + 1;
  const highest = (rules[at + 1]?.priority ?? Number.POSITIVE_INFINITY) - 1;
  const first = Math.max(lowest, Math.min(rule.priority, highest - count + 1));
  return first + count - 1 > highest ? undefined : Array.from({ length: count }, (_, index) => first + index);
}

/** The number of a rule that is to come after all others. */
export function lastPriority({ rules }: PolicyView): number {
  return (Math.floor((rules.at(-1)?.priority ?? 0) / 10) + 1) * 10;
}
