// Rules, policies and images in few words, for the linter's tests.
// It must not hide what a test is about.
import type { Image, LifecycleRule, LifecycleSelection } from '../../model.js';
import { lint } from '../lint.js';
import type { LintContext } from '../model.js';

export const now = Date.parse('2026-06-01T00:00:00Z');
const day = 86_400_000;

/** A commit id, no two alike. */
export const sha = (index: number) => `${(index * 7919 + 0x1a2b3c).toString(16).padStart(7, '0').slice(0, 6)}a1`;

type Given = Partial<LifecycleSelection>;

export function rule(
  rulePriority: number,
  selection: Given,
  action: LifecycleRule['action'] = { type: 'expire' },
): LifecycleRule {
  return {
    rulePriority,
    selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 10, ...selection },
    action,
  };
}

export const archive = { type: 'transition', targetStorageClass: 'archive' } as const;
export const tagged = (...tagPatternList: string[]) => ({ tagStatus: 'tagged', tagPatternList }) as const;
export const prefixed = (...tagPrefixList: string[]) => ({ tagStatus: 'tagged', tagPrefixList }) as const;
export const last = (countNumber: number) => ({ countType: 'imageCountMoreThan', countNumber }) as const;
export const days = (countNumber: number, countType: LifecycleSelection['countType'] = 'sinceImagePushed') =>
  ({ countType, countUnit: 'days', countNumber }) as const;
export const untagged = (countNumber = 14) => ({ tagStatus: 'untagged', ...days(countNumber) }) as const;
/** A policy that nothing is to be said of: all tagged images by count, untagged ones by age. */
export const rest: readonly LifecycleRule[] = [rule(800, untagged()), rule(900, { ...tagged('*'), ...last(30) })];

let made = 0;

export function image(tags: string | readonly string[], daysAgo: number, more: Partial<Image> = {}): Image {
  made += 1;
  return {
    digest: `sha256:${String(made).padStart(64, '0')}`,
    tags: typeof tags === 'string' ? [tags] : tags,
    pushedAt: now - daysAgo * day,
    ...more,
  };
}

/** `count` images, one a day back from `from` days ago; `tag` makes the tag of each. */
export function images(count: number, tag: (index: number) => string | readonly string[], from = 0, step = 1): Image[] {
  return Array.from({ length: count }, (_, index) => image(tag(index), from + index * step));
}

/** Remarks in short: `warning and-trap rules.0.selection.tagPatternList`. */
export function brief(rules: readonly LifecycleRule[], context: LintContext = {}): string[] {
  return lint({ rules }, context).map(
    ({ severity, code, path }) => `${severity} ${code.slice('lifecycle/'.length)} ${path ?? ''}`,
  );
}

/** Of one code, the messages. */
export function messages(code: string, rules: readonly LifecycleRule[], context: LintContext = {}): string[] {
  return lint({ rules }, context)
    .filter((one) => one.code === `lifecycle/${code}`)
    .map(({ severity, message, mend }) => `${severity}: ${message} | ${mend ?? ''}`);
}

export function replacements(code: string, rules: readonly LifecycleRule[], context: LintContext = {}) {
  return lint({ rules }, context)
    .filter((one) => one.code === `lifecycle/${code}`)
    .map(({ replacement }) => replacement);
}
