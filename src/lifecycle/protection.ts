// The tags by which images in use are kept out of a policy's reach, and the rules that never act.
// It must not know what uses an image, nor who puts the tags on.
import { imagesQuota } from './limits.js';
import type { LifecyclePolicy, LifecycleRule, LifecycleSelection } from './model.js';
import { compilePattern, covers } from './pattern.js';
import { selectsAll } from './selection.js';

/** Matches the protective tags and nothing else. */
export const protectivePattern = 'slipway-in-use-*';
const protectivePrefix = protectivePattern.slice(0, -1);
/** Hex digits of the digest in a tag: enough to tell apart the images of one repository, and short enough to read. */
const digits = 12;

/** What a rule counts to that is never to act. No repository comes near, even with its quota raised; people's own policies use the same. */
export const countForever = 999_999;
/** A hundred years. */
export const daysForever = 36_500;

/** The tag that protects one image: `slipway-in-use-0123456789ab`. `digest` with its algorithm, `sha256:…`, or without. */
export function protectiveTag(digest: string): string {
  const hex = digest.slice(digest.indexOf(':') + 1).toLowerCase();
  return `${protectivePrefix}${hex.slice(0, digits)}`;
}

/** Whether every tag that a pattern matches is a protective one. */
export function isProtective(pattern: string): boolean {
  return covers(protectivePattern, pattern);
}

/** Whether a tag is a protective one. */
export const isProtectiveTag = compilePattern(protectivePattern);

/** Whether a rule keeps all that it selects, in any repository there can be. */
export function neverActs({ countType, countNumber }: LifecycleSelection): boolean {
  return countNumber >= (countType === 'imageCountMoreThan' ? imagesQuota : daysForever);
}

const protectedImages: LifecycleSelection = {
  tagStatus: 'tagged',
  tagPatternList: [protectivePattern],
  countType: 'imageCountMoreThan',
  countNumber: countForever,
};

/** The rule that protects: before every other one it selects the images, and never acts. */
export function protectiveRule(rulePriority: number): LifecycleRule {
  return { rulePriority, description: 'keep images in use', selection: protectedImages, action: { type: 'expire' } };
}

/**
 * Whether a policy leaves images with a protective tag alone: of its rules for standard images that could ever act on a
 * tagged image, none comes before one that selects all protected images and never acts.
 */
export function protects(policy: LifecyclePolicy): boolean {
  return firstWord(policy) === 'protects';
}

/** Whether a policy could act on an image with a protective tag: what only ever acts on other images needs no protection. */
export function endangers(policy: LifecyclePolicy): boolean {
  return firstWord(policy) === 'acts';
}

/** What the first rule does that matters to images with a protective tag; `undefined` where there is none. */
function firstWord(policy: LifecyclePolicy): 'protects' | 'acts' | undefined {
  for (const { selection } of policy.rules.toSorted((one, other) => one.rulePriority - other.rulePriority)) {
    if (selection.storageClass === 'archive' || selection.tagStatus === 'untagged') continue;
    if (!neverActs(selection)) return 'acts';
    if (selectsAll(selection, protectedImages)) return 'protects';
  }
  return undefined;
}
