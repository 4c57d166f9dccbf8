// Says in Slipway's words what is wrong with lifecycle intent and with typed rules, each problem at its place.
// It must not throw, nor know files and lines: paths are relative to the lifecycle policy.
import { type Diagnostic, type DiagnosticCode, diagnostic } from '../diagnostics/index.js';
import { canonicalLifecycle } from './canonical.js';
import { classOf, ecrTexts, problemsBetween, problemsWithin } from './constraints.js';
import { maxRules, maxText, maxWildcards, wildcards } from './limits.js';
import type { LifecycleIntent, LifecyclePolicy, RawRule } from './model.js';
import { canMatchTags, covers } from './pattern.js';
import { selectsAll } from './selection.js';

/** Checks what the manifest says before it is compiled. Paths: `keep.0.tags.1`, `maxImageCount`. */
export function checkIntent(intent: LifecycleIntent): Diagnostic[] {
  const found: Diagnostic[] = [];
  const report = (code: DiagnosticCode, path: string, message: string) =>
    found.push(diagnostic(code, message, { path }));
  const number = (path: string, value: number | null | undefined) => {
    if (value === undefined || value === null || isCount(value)) return;
    report('lifecycle/bad-number', path, `${path.split('.').at(-1)} is ${value}, not a whole number of at least 1`);
  };
  const earlier: string[] = [];
  (intent.keep ?? []).forEach((entry, index) => {
    const path = `keep.${index}`;
    if (entry.tags.length === 0)
      report('lifecycle/empty-keep', `${path}.tags`, `keep entry ${index + 1} names no tags`);
    entry.tags.forEach((pattern, at) => {
      const place = `${path}.tags.${at}`;
      const problem = patternProblem(pattern);
      if (problem !== undefined) report(problem.code, place, problem.message);
      const wider = earlier.find((one) => covers(one, pattern));
      if (earlier.includes(pattern))
        report('lifecycle/duplicate-pattern', place, `pattern "${pattern}" is listed twice`);
      else if (wider !== undefined)
        report(
          'lifecycle/covered-pattern',
          place,
          `pattern "${pattern}" never acts: "${wider}" before it matches every such tag`,
        );
      earlier.push(pattern);
    });
    number(`${path}.last`, entry.last);
  });
  number('expireUntaggedAfterDays', intent.expireUntaggedAfterDays);
  number('maxImageCount', intent.maxImageCount);
  const rules =
    earlier.length +
    [intent.expireUntaggedAfterDays, intent.maxImageCount].filter((part) => part !== undefined && part !== null).length;
  if (rules > maxRules) {
    report(
      'lifecycle/too-many-rules',
      'keep',
      `${earlier.length} keep patterns make ${rules} rules, more than the ${maxRules} of ECR`,
    );
  }
  return found;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}

function patternProblem(pattern: string): { readonly code: DiagnosticCode; readonly message: string } | undefined {
  if (!canMatchTags(pattern))
    return { code: 'lifecycle/bad-pattern', message: `no tag can match the pattern "${pattern}"` };
  if (wildcards(pattern) <= maxWildcards) return undefined;
  return {
    code: 'lifecycle/too-many-wildcards',
    message: `pattern "${pattern}" has ${wildcards(pattern)} wildcards, more than ${maxWildcards}`,
  };
}

/**
 * Checks typed rules: all that ECR would refuse (errors, with what ECR answers), and what it takes but hardly was meant
 * (warnings). Paths: `rules.2.selection.countUnit`.
 */
export function checkRules(rules: readonly RawRule[]): Diagnostic[] {
  if (rules.length === 0) {
    return [diagnostic('lifecycle/no-rules', 'the list of rules is empty', { path: 'rules' })];
  }
  const found: Diagnostic[] = [];
  if (rules.length > maxRules) {
    found.push(
      diagnostic(
        'lifecycle/too-many-rules',
        `there are ${rules.length} rules; ${answer(ecrTexts.tooLong(maxRules, rules.length))}`,
        { path: 'rules' },
      ),
    );
  }
  for (const { index, field, code, message, ecr } of [...problemsWithin(rules), ...problemsBetween(rules)]) {
    found.push(diagnostic(code, `${message}; ${answer(ecr)}`, { path: `rules.${index}.${field}` }));
  }
  rules.forEach((rule, index) => {
    found.push(...listRemarks(rule, index));
  });
  found.push(...shadows(rules));
  if (found.every(({ severity }) => severity !== 'error')) {
    const size = sizeProblem(rules as LifecyclePolicy['rules'], 'rules');
    if (size !== undefined) found.push(size);
  }
  return found;
}

function answer(ecr: string): string {
  return `ECR would answer "${ecr}"`;
}

/** Whether the text that would be written is within ECR's limit. */
export function sizeProblem(rules: LifecyclePolicy['rules'], path: string): Diagnostic | undefined {
  const { length } = JSON.stringify(canonicalLifecycle({ rules }));
  if (length <= maxText) return undefined;
  return diagnostic(
    'lifecycle/policy-too-large',
    `the policy has ${length} characters, more than the ${maxText} of ECR`,
    { path },
  );
}

function listRemarks(rule: RawRule, index: number): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const name of ['tagPatternList', 'tagPrefixList'] as const) {
    const list = rule.selection[name] ?? [];
    const path = `rules.${index}.selection.${name}`;
    list.forEach((entry, at) => {
      const bad =
        name === 'tagPrefixList' && entry.includes('*')
          ? `a prefix takes "*" literally, so no tag can match "${entry}"`
          : `no tag can match "${entry}"`;
      if (!canMatchTags(entry) || (name === 'tagPrefixList' && entry.includes('*'))) {
        found.push(diagnostic('lifecycle/bad-pattern', bad, { path: `${path}.${at}` }));
      }
    });
    if (new Set(list).size > 1) {
      const entries = list.map((entry) => `"${entry}"`).join(' and ');
      found.push(diagnostic('lifecycle/and-trap', `an image must match ${entries} at once`, { path }));
    }
  }
  return found;
}

/** Rules that never act, because one with a smaller priority selects all that they do. */
function shadows(rules: readonly RawRule[]): Diagnostic[] {
  const found: Diagnostic[] = [];
  rules.forEach((rule, index) => {
    const earlier = rules
      .filter((other) => other.rulePriority < rule.rulePriority && selectsAll(other.selection, rule.selection))
      .sort((one, other) => one.rulePriority - other.rulePriority)
      .at(0);
    // Two rules for untagged or for all images, and one for all images that is not the last, are errors already.
    if (earlier === undefined || earlier.selection.tagStatus !== 'tagged' || classOf(earlier) !== classOf(rule)) return;
    found.push(
      diagnostic(
        'lifecycle/shadowed-rule',
        `the rule of priority ${rule.rulePriority} never acts: the rule of priority ${earlier.rulePriority} selects every image it selects`,
        {
          path: `rules.${index}`,
        },
      ),
    );
  });
  return found;
}
