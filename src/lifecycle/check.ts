// Says in Slipway's words what is wrong with lifecycle intent and with typed rules, each problem at its place.
// It must not throw, nor know files and lines: paths are relative to the lifecycle policy.
import { type Diagnostic, diagnostic } from '../diagnostics/index.js';
import { canonicalLifecycle } from './canonical.js';
import { ecrTexts, problemsBetween, problemsWithin } from './constraints.js';
import { inOrder, type Kept, keepsAll, keptOf, meet } from './keeps.js';
import { maxRules, maxText, maxWildcards, minArchiveDays, wildcards } from './limits.js';
import type { Keep, LifecycleIntent, LifecyclePolicy, RawRule } from './model.js';
import { nearestPattern } from './nearest-pattern.js';
import { canMatchTags, everyTag } from './pattern.js';
import { isProtective, neverActs } from './protection.js';
import { rulesOf } from './rules.js';

/**
 * Checks what the manifest says before it is compiled: what cannot be meant or cannot act (errors), and keeps that share
 * tags (remarks). Paths: `keep.0.tags.1`, `maxImageCount`, `archive.expireAfterDays`.
 */
export function checkIntent(intent: LifecycleIntent): Diagnostic[] {
  const keep = intent.keep ?? [];
  const found = [
    ...keep.flatMap(keepProblems),
    ...orderProblems(keptOf(keep)),
    ...numberProblem('expireUntaggedAfterDays', intent.expireUntaggedAfterDays),
    ...numberProblem('maxImageCount', intent.maxImageCount),
    ...archiveProblems(intent),
  ];
  return [...found, ...limitProblems(intent)];
}

function keepProblems(entry: Keep, index: number): Diagnostic[] {
  const path = `keep.${index}`;
  const name = `keep entry ${index + 1}`;
  const found: Diagnostic[] = [];
  const { tags = [], allOf = [] } = entry;
  if (tags.length === 0 && allOf.length === 0)
    found.push(diagnostic('lifecycle/empty-keep', `${name} names no tags`, { path: `${path}.tags` }));
  if (tags.length > 0 && allOf.length > 0)
    found.push(diagnostic('lifecycle/unclear-keep', `${name} has both tags and allOf`, { path: `${path}.allOf` }));
  for (const [field, list] of [
    ['tags', tags],
    ['allOf', allOf],
  ] as const) {
    list.forEach((pattern, at) => {
      const problem = patternProblem(pattern);
      if (problem !== undefined) found.push({ ...problem, path: `${path}.${field}.${at}` });
    });
  }
  const [first, second] = (['last', 'forDays', 'forever'] as const).filter((field) => entry[field] !== undefined);
  const mend = 'give one of `last`, `forDays` and `forever: true`';
  if (first === undefined)
    found.push(diagnostic('lifecycle/unclear-keep', `${name} does not say how long`, { path, mend }));
  else if (second !== undefined)
    found.push(
      diagnostic('lifecycle/unclear-keep', `${name} has both ${first} and ${second}`, {
        path: `${path}.${second}`,
        mend,
      }),
    );
  return [...found, ...numberProblem(`${path}.last`, entry.last), ...numberProblem(`${path}.forDays`, entry.forDays)];
}

/** Entries that never act because of one that acts before them, and entries that share tags with one. */
function orderProblems(all: readonly Kept[]): Diagnostic[] {
  const kept = all.filter(({ patterns }) => patterns.every(canMatchTags));
  const ordered = inOrder(kept);
  return kept.flatMap((one): Diagnostic[] => {
    const { path, patterns, keep } = one;
    const before = ordered.slice(0, ordered.indexOf(one));
    const wider = before.find((other) => keepsAll(other.patterns, patterns));
    const tags = quoted(one);
    if (wider !== undefined && keepsAll(patterns, wider.patterns))
      return [diagnostic('lifecycle/duplicate-pattern', `pattern ${tags} is listed twice`, { path })];
    if (wider !== undefined) {
      const why =
        wider.keep.forever === true && keep.forever !== true
          ? `${quoted(wider)}, kept for ever, matches every such tag`
          : `${quoted(wider)} before it matches every such tag`;
      return [diagnostic('lifecycle/covered-pattern', `pattern ${tags} never acts: ${why}`, { path })];
    }
    const shared = before.filter(
      (other) => meet(other.patterns, patterns) && !keepsAll(patterns, other.patterns) && !keepsAlike(other.keep, keep),
    );
    const [governing] = shared;
    if (governing === undefined) return [];
    const others = shared.length === 1 ? '' : ` (and ${shared.length - 1} more)`;
    return [
      diagnostic(
        'lifecycle/shared-tags',
        `one tag can match both ${quoted(governing)}${others} and ${tags}: the former governs such an image, and each counts it`,
        { path },
      ),
    ];
  });
}

/** Whether it makes no difference which of two entries governs an image: neither counts, and both keep it as long. */
function keepsAlike(one: Keep, other: Keep): boolean {
  return one.last === undefined && one.forDays === other.forDays && one.forever === other.forever;
}

function quoted({ patterns }: Kept): string {
  return patterns.map((pattern) => `"${pattern}"`).join(' with ');
}

function archiveProblems({ archive, maxImageCount, keep }: LifecycleIntent): Diagnostic[] {
  if (archive === undefined || archive === null) return [];
  const found: Diagnostic[] = [];
  const fields = ['notPulledForDays', 'olderThanDays', 'beyondLast'] as const;
  const [first, second] = fields.filter((field) => archive[field] !== undefined);
  if (first === undefined) {
    found.push(diagnostic('lifecycle/unclear-archive', 'archive does not say when', { path: 'archive' }));
  } else if (second !== undefined) {
    const path = `archive.${second}`;
    found.push(diagnostic('lifecycle/unclear-archive', `archive has both ${first} and ${second}`, { path }));
  }
  for (const field of [...fields, 'expireAfterDays'] as const)
    found.push(...numberProblem(`archive.${field}`, archive[field]));
  const { expireAfterDays: days } = archive;
  if (isCount(days) && days < minArchiveDays) {
    found.push(
      diagnostic(
        'lifecycle/archive-too-short',
        `${days} days in archive are fewer than the ${minArchiveDays} that ECR demands`,
        { path: 'archive.expireAfterDays', mend: `set expireAfterDays to ${minArchiveDays} or more` },
      ),
    );
  }
  if (maxImageCount !== undefined && maxImageCount !== null) {
    found.push(
      diagnostic(
        'lifecycle/cap-beside-archive',
        `maxImageCount ${maxImageCount} stands beside archive: ECR lets one of the two act on an image`,
        {
          path: 'maxImageCount',
          mend: `remove it; \`archive: {beyondLast: ${maxImageCount}}\` archives what it would expire`,
        },
      ),
    );
  }
  const every = keptOf(keep).find(({ patterns }) => keepsAll(patterns, [everyTag]));
  if (every !== undefined) {
    const message = `archive never acts: keep entry ${every.entry + 1} matches every tagged image`;
    found.push(diagnostic('lifecycle/idle-archive', message, { path: 'archive' }));
  }
  return found;
}

/** Of the rules that the intent becomes: too many, or too long a text. */
function limitProblems(intent: LifecycleIntent): Diagnostic[] {
  const rules = rulesOf(intent);
  if (rules.length <= maxRules) return sizeProblem(rules, 'keep');
  const patterns = keptOf(intent.keep).length;
  const message = `${patterns} keep patterns make ${rules.length} rules, more than the ${maxRules} of ECR`;
  return [diagnostic('lifecycle/too-many-rules', message, { path: 'keep' })];
}

function numberProblem(path: string, value: number | null | undefined): Diagnostic[] {
  if (value === undefined || value === null || isCount(value)) return [];
  const name = path.split('.').at(-1);
  return [
    diagnostic('lifecycle/bad-number', `${name} is ${String(value)}, not a whole number of at least 1`, { path }),
  ];
}

function isCount(value: number | null | undefined): value is number {
  return Number.isInteger(value) && (value ?? 0) >= 1;
}

function patternProblem(pattern: string): Diagnostic | undefined {
  if (!canMatchTags(pattern))
    return diagnostic('lifecycle/bad-pattern', `no tag can match the pattern "${pattern}"`, mendOf(pattern));
  if (wildcards(pattern) > maxWildcards)
    return diagnostic(
      'lifecycle/too-many-wildcards',
      `pattern "${pattern}" has ${wildcards(pattern)} wildcards, more than ${maxWildcards}`,
    );
  if (!isProtective(pattern)) return undefined;
  return diagnostic(
    'lifecycle/reserved-pattern',
    `pattern "${pattern}" matches only tags that \`slipway protect\` puts on images in use`,
  );
}

function mendOf(pattern: string): { readonly mend?: string } {
  const mend = nearestPattern(pattern);
  return mend === undefined ? {} : { mend };
}

/**
 * Checks typed rules: all that ECR would refuse, with what it answers, and patterns that no tag can match. What it takes but
 * hardly was meant is `lint`'s. Paths: `rules.2.selection.countUnit`.
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
  return found.length > 0 ? found : sizeProblem(rules as LifecyclePolicy['rules'], 'rules');
}

function answer(ecr: string): string {
  return `ECR would answer "${ecr}"`;
}

/** Whether the text that would be written is within ECR's limit. */
function sizeProblem(rules: LifecyclePolicy['rules'], path: string): Diagnostic[] {
  const { length } = JSON.stringify(canonicalLifecycle({ rules }));
  if (length <= maxText) return [];
  const message = `the policy has ${length} characters, more than the ${maxText} of ECR`;
  return [diagnostic('lifecycle/policy-too-large', message, { path })];
}

function listRemarks(rule: RawRule, index: number): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const name of ['tagPatternList', 'tagPrefixList'] as const) {
    const list = rule.selection[name] ?? [];
    const path = `rules.${index}.selection.${name}`;
    list.forEach((entry, at) => {
      const literal = name === 'tagPrefixList' && entry.includes('*');
      if (canMatchTags(entry) && !literal) return;
      const why = literal
        ? `a prefix takes "*" literally, so no tag can match "${entry}"`
        : `no tag can match "${entry}"`;
      const mend = literal ? { mend: `write it as a pattern, in tagPatternList` } : mendOf(entry);
      found.push(diagnostic('lifecycle/bad-pattern', why, { path: `${path}.${at}`, ...mend }));
    });
    const own = list.find(isProtective);
    if (own !== undefined && !neverActs(rule.selection)) {
      const message = `the rule would act on images in use: "${own}" matches only tags that \`slipway protect\` puts on them`;
      found.push(diagnostic('lifecycle/reserved-pattern', message, { path, mend: 'remove the rule' }));
    }
  }
  return found;
}
