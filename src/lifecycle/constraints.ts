// What ECR demands of rules beyond the types of their members: within one rule, and between rules.
// It must not know JSON, and nothing of how a problem is shown.
import type { DiagnosticCode } from '../diagnostics/index.js';
import { maxWildcards, minArchiveDays, wildcards } from './limits.js';
import type { RawRule } from './model.js';

export interface RuleProblem {
  /** Index in the list that was given. */
  readonly index: number;
  /** Path within the rule, for instance `selection.countUnit`. */
  readonly field: string;
  readonly code: Extract<DiagnosticCode, `lifecycle/${string}`>;
  /** Ours. */
  readonly message: string;
  /** What ECR answers, without its frame. */
  readonly ecr: string;
}

// Texts from deployments recorded by badmintoncryer/cdk-preflight (Sept 2026), unless marked.
export const ecrTexts = {
  noVariant: 'instance failed to match exactly one schema (matched 0 out of 4)',
  // cloudposse/terraform-aws-ecr#158: `targetStorageClass: null` beside `expire`.
  noActionVariant: 'instance failed to match exactly one schema (matched 0 out of 2)',
  minimum: (minimum: number, found: number) =>
    `numeric instance is lower than the required minimum (minimum: ${minimum}, found: ${found})`,
  tooLong: (most: number, found: number) =>
    `array is too long: must have at most ${most} elements but instance has ${found} elements`,
  tooShort: 'array is too short: must have at least 1 elements but instance has 0 elements',
  duplicatePriority: 'Duplicate priority in multiple rules',
  missingList: 'Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.',
  bothLists: 'If policy has a tagged rule, it must specify only one of tagPrefixList or tagPatternList',
  // The tail was not recorded; it follows ECR's own way of writing the status.
  listNotAllowed: (list: string, status: string) => `Cannot specify ${list} with tagStatus ${status.toUpperCase()}`,
  wildcards: `Invalid tag pattern provided. Total number of * must not exceed ${maxWildcards}`,
  twoUntagged: 'Only one rule can select Untagged images per storage class',
  twoAny: 'Only one rule can specify tagStatus=ANY',
  anyNotLast: 'Rule for tagStatus=ANY must have the lowest priority per storage class',
  standardOnly:
    'SINCE_IMAGE_PUSHED, SINCE_IMAGE_PULLED and IMAGE_COUNT_MORE_THAN support the STANDARD storage class only',
  mapping: 'Could not map policyString into LifecyclePolicy.',
  // The next two are demanded by the user guide; their texts were never seen.
  pulledOnlyArchives: 'SINCE_IMAGE_PULLED supports the TRANSITION action only',
  transitionedOnlyExpires: 'SINCE_IMAGE_TRANSITIONED supports the EXPIRE action only',
  duplicatePrefixes: 'Duplicate tag prefixes in multiple rules per storage class',
} as const;

/** Whether ECR answers so while it maps the text, before any check of its own. */
export function failsMapping({ ecr }: RuleProblem): boolean {
  return ecr === ecrTexts.mapping;
}

export function classOf(rule: RawRule): 'standard' | 'archive' {
  return rule.selection.storageClass ?? 'standard';
}

/** Whether the members of each rule fit together, and the numbers are in their range. */
export function problemsWithin(rules: readonly RawRule[]): RuleProblem[] {
  return rules.flatMap((rule, index) => [
    ...numberProblems(rule, index),
    ...unitProblems(rule, index),
    ...listProblems(rule, index),
    ...actionProblems(rule, index),
  ]);
}

function numberProblems(rule: RawRule, index: number): RuleProblem[] {
  const { countNumber } = rule.selection;
  const found: RuleProblem[] = [];
  const check = (field: string, value: number) => {
    if (Number.isInteger(value) && value >= 1) return;
    const ecr = Number.isInteger(value)
      ? ecrTexts.minimum(1, value)
      : 'instance type (number) does not match any allowed primitive type (allowed: ["integer"])';
    const name = field.split('.').at(-1);
    found.push({
      index,
      field,
      code: 'lifecycle/bad-number',
      message: `${name} is ${value}, not a whole number of at least 1`,
      ecr,
    });
  };
  check('rulePriority', rule.rulePriority);
  check('selection.countNumber', countNumber);
  return found;
}

function unitProblems(rule: RawRule, index: number): RuleProblem[] {
  const { countType, countUnit, countNumber } = rule.selection;
  const at = { index, ecr: ecrTexts.noVariant };
  const found: RuleProblem[] = [];
  if (countType === 'imageCountMoreThan') {
    if (countUnit !== undefined) {
      found.push({
        ...at,
        field: 'selection.countUnit',
        code: 'lifecycle/unit-not-allowed',
        message: `countUnit "${countUnit}" stands beside countType "imageCountMoreThan", which counts images`,
      });
    }
  } else if (countUnit === undefined) {
    found.push({
      ...at,
      field: 'selection.countUnit',
      code: 'lifecycle/missing-unit',
      message: `countType "${countType}" has no countUnit`,
    });
  }
  if (countType === 'sinceImageTransitioned') {
    if (classOf(rule) !== 'archive') {
      found.push({
        ...at,
        field: 'selection.storageClass',
        code: 'lifecycle/storage-class',
        message: 'countType "sinceImageTransitioned" is about archived images, but storageClass is "standard"',
      });
    } else if (Number.isInteger(countNumber) && countNumber >= 1 && countNumber < minArchiveDays) {
      found.push({
        index,
        field: 'selection.countNumber',
        code: 'lifecycle/archive-too-short',
        message: `${countNumber} days in archive are fewer than the ${minArchiveDays} that ECR demands`,
        ecr: ecrTexts.minimum(minArchiveDays, countNumber),
      });
    }
  } else if (classOf(rule) === 'archive') {
    found.push({
      index,
      field: 'selection.storageClass',
      code: 'lifecycle/storage-class',
      message: `countType "${countType}" is about standard images, but storageClass is "archive"`,
      ecr: ecrTexts.standardOnly,
    });
  }
  return found;
}

function listProblems(rule: RawRule, index: number): RuleProblem[] {
  const { tagStatus, tagPatternList = [], tagPrefixList = [] } = rule.selection;
  const found: RuleProblem[] = [];
  const add = (field: string, code: RuleProblem['code'], message: string, ecr: string) =>
    found.push({ index, field: `selection.${field}`, code, message, ecr });
  if (tagStatus === 'tagged') {
    if (tagPatternList.length === 0 && tagPrefixList.length === 0) {
      add(
        'tagStatus',
        'lifecycle/missing-tag-list',
        'tagStatus "tagged" has neither tagPatternList nor tagPrefixList',
        ecrTexts.missingList,
      );
    } else if (tagPatternList.length > 0 && tagPrefixList.length > 0) {
      add(
        'tagPrefixList',
        'lifecycle/both-tag-lists',
        'tagPrefixList stands beside tagPatternList',
        ecrTexts.bothLists,
      );
    }
  } else {
    for (const [name, list] of [
      ['tagPatternList', tagPatternList],
      ['tagPrefixList', tagPrefixList],
    ] as const) {
      if (list.length > 0)
        add(
          name,
          'lifecycle/tag-list-not-allowed',
          `${name} stands beside tagStatus "${tagStatus}"`,
          ecrTexts.listNotAllowed(name, tagStatus),
        );
    }
  }
  tagPatternList.forEach((pattern, at) => {
    if (wildcards(pattern) > maxWildcards) {
      add(
        `tagPatternList.${at}`,
        'lifecycle/too-many-wildcards',
        `pattern "${pattern}" has ${wildcards(pattern)} wildcards, more than ${maxWildcards}`,
        ecrTexts.wildcards,
      );
    }
  });
  return found;
}

function actionProblems(rule: RawRule, index: number): RuleProblem[] {
  const { type, targetStorageClass } = rule.action;
  const { countType } = rule.selection;
  const found: RuleProblem[] = [];
  if (type === 'expire' && targetStorageClass !== undefined) {
    found.push({
      index,
      field: 'action.targetStorageClass',
      code: 'lifecycle/target-not-allowed',
      message: `targetStorageClass "${targetStorageClass}" stands beside action "expire"`,
      ecr: ecrTexts.noActionVariant,
    });
  }
  if (type === 'transition' && targetStorageClass === undefined) {
    found.push({
      index,
      field: 'action.targetStorageClass',
      code: 'lifecycle/missing-target',
      message: 'action "transition" has no targetStorageClass',
      ecr: ecrTexts.mapping,
    });
  }
  if (countType === 'sinceImagePulled' && type === 'expire') {
    found.push({
      index,
      field: 'action.type',
      code: 'lifecycle/action-not-allowed',
      message: 'countType "sinceImagePulled" can archive images, not expire them',
      ecr: ecrTexts.pulledOnlyArchives,
    });
  }
  if (countType === 'sinceImageTransitioned' && type === 'transition') {
    found.push({
      index,
      field: 'action.type',
      code: 'lifecycle/action-not-allowed',
      message: 'countType "sinceImageTransitioned" can expire images, not archive them again',
      ecr: ecrTexts.transitionedOnlyExpires,
    });
  }
  return found;
}

/** Whether the rules fit beside each other. */
export function problemsBetween(rules: readonly RawRule[]): RuleProblem[] {
  const found: RuleProblem[] = [];
  const add = (index: number, field: string, code: RuleProblem['code'], message: string, ecr: string) =>
    found.push({ index, field, code, message, ecr });
  const repeated = (key: (rule: RawRule) => string | undefined, report: (index: number, first: RawRule) => void) => {
    const seen = new Map<string, RawRule>();
    rules.forEach((rule, index) => {
      const value = key(rule);
      if (value === undefined) return;
      const first = seen.get(value);
      if (first === undefined) seen.set(value, rule);
      else report(index, first);
    });
  };
  repeated(
    (rule) => String(rule.rulePriority),
    (index, first) =>
      add(
        index,
        'rulePriority',
        'lifecycle/duplicate-priority',
        `priority ${first.rulePriority} is given to more than one rule`,
        ecrTexts.duplicatePriority,
      ),
  );
  repeated(
    (rule) => (rule.selection.tagStatus === 'untagged' ? classOf(rule) : undefined),
    (index, first) =>
      add(
        index,
        'selection.tagStatus',
        'lifecycle/two-untagged',
        `untagged images are already selected by the rule of priority ${first.rulePriority}`,
        ecrTexts.twoUntagged,
      ),
  );
  repeated(
    (rule) => (rule.selection.tagStatus === 'any' ? classOf(rule) : undefined),
    (index, first) =>
      add(
        index,
        'selection.tagStatus',
        'lifecycle/two-any',
        `all images are already selected by the rule of priority ${first.rulePriority}`,
        ecrTexts.twoAny,
      ),
  );
  rules.forEach((rule, index) => {
    if (rule.selection.tagStatus !== 'any') return;
    const behind = rules.find(
      (other) =>
        other.rulePriority > rule.rulePriority &&
        other.selection.tagStatus !== 'any' &&
        classOf(other) === classOf(rule),
    );
    if (behind !== undefined) {
      add(
        index,
        'rulePriority',
        'lifecycle/any-not-last',
        `the rule for all images has priority ${rule.rulePriority}, before the rule of priority ${behind.rulePriority}`,
        ecrTexts.anyNotLast,
      );
    }
  });
  repeated(
    // "The set of all rules selecting a specific storage class must contain a unique set of prefixes" (user guide).
    (rule) => {
      const prefixes = rule.selection.tagPrefixList ?? [];
      return prefixes.length === 0 ? undefined : JSON.stringify([classOf(rule), ...[...new Set(prefixes)].sort()]);
    },
    (index, first) =>
      add(
        index,
        'selection.tagPrefixList',
        'lifecycle/duplicate-prefixes',
        `the same prefixes are already selected by the rule of priority ${first.rulePriority}`,
        ecrTexts.duplicatePrefixes,
      ),
  );
  return found;
}
