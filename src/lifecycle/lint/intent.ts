// Remarks on what a manifest says, made of the rules it becomes, each at the field that it comes from and in the manifest's words.
// It must not know how intent is compiled beyond which field a rule's images are those of.
import type { DiagnosticCode } from '../../diagnostics/index.js';
import { keptOf } from '../keeps.js';
import type { LifecycleIntent, LifecyclePolicy, LifecycleRule } from '../model.js';
import { lint, ruleOf } from './lint.js';
import type { LintContext, Remark } from './model.js';

/** What to write in a manifest, where that is something else than in ECR's JSON. */
const mends: Partial<Record<DiagnosticCode, string>> = {
  'lifecycle/uncovered-tags': 'where they are not to stay, set `maxImageCount`: it counts every tagged image',
  'lifecycle/untagged-kept': 'set `expireUntaggedAfterDays: 14`',
  'lifecycle/shared-count': 'ECR cannot count for each branch; the nearest is an age: `forDays: 14` in place of `last`',
  'lifecycle/may-empty': 'keep a number: `last: 10` in place of `forDays`',
  'lifecycle/archive-never-expires': 'add `expireAfterDays: 90`, or more, to archive',
  'lifecycle/unprotected': 'set `protectInUse: true`',
};

/** `policy` is what `intent` was compiled to. Paths are those of the intent: `keep.0.tags.1`, `maxImageCount`. */
export function lintIntent(
  intent: LifecycleIntent,
  policy: LifecyclePolicy,
  context: LintContext = {},
): readonly Remark[] {
  return lint(policy, context).map((one) => {
    const rule = policy.rules[ruleOf(one)];
    const path = rule === undefined ? '' : fieldOf(rule, intent);
    // Rules are no replacement for what a manifest says.
    const { code, severity, message } = one;
    return { code, severity, message, path, mend: mends[code] ?? one.mend ?? '' };
  });
}

function fieldOf(rule: LifecycleRule, intent: LifecycleIntent): string {
  const { tagStatus, tagPatternList = [], storageClass } = rule.selection;
  if (storageClass === 'archive' || rule.action.type === 'transition') return 'archive';
  if (tagStatus === 'untagged') return 'expireUntaggedAfterDays';
  const kept = keptOf(intent.keep ?? []).find(({ patterns }) => sameSet(patterns, tagPatternList));
  return kept?.path ?? 'maxImageCount';
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item) => other.includes(item));
}
