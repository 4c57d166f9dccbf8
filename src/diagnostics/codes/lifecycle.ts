// The diagnostics of the room `lifecycle`.
import { type Definition, defineCodes } from '../definition.js';

/** Most rows are mistakes in the manifest. */
function mistake(title: string, meaning: string, mend: string): Definition {
  return { severity: 'error', fault: 'user', title, meaning, mend };
}

export const lifecycleCodes = defineCodes({
  'lifecycle/empty-keep': mistake(
    'a keep entry without tags',
    'An entry of `keep` names no tag pattern, so it would keep nothing.',
    'name at least one pattern in `tags`, for instance `v*`',
  ),
  'lifecycle/unclear-keep': mistake(
    'a keep entry that says too much or too little',
    'An entry of `keep` names tags by `tags`, any of which is enough, or by `allOf`, all at once; and keeps their images by one of `last`, `forDays` and `forever`. ECR lets one rule act on an image, so two of them cannot both hold.',
    'give one of the two; two entries may say the rest',
  ),
  'lifecycle/shared-tags': {
    severity: 'info',
    fault: 'user',
    title: 'two keeps that one tag can match',
    meaning:
      'The first entry that matches an image governs it, `forever` before the others. Every pattern counts all images it matches, those that another governs among them.',
    mend: 'nothing, if that is meant; else put the one that should govern first, or make the patterns narrower',
  },
  'lifecycle/reserved-pattern': mistake(
    'a pattern for the tags of images in use',
    'Tags that begin with `slipway-in-use-` are put on and taken off by `slipway protect`; `protectInUse` keeps their images.',
    'write `protectInUse: true` instead',
  ),
  'lifecycle/unclear-archive': mistake(
    'when images go to archive',
    'ECR archives by one measure: the time since the last pull, the time since the push, or the number of images that stay. One rule may act on an image, so two measures cannot both hold.',
    'give one of `notPulledForDays`, `olderThanDays` and `beyondLast`',
  ),
  'lifecycle/cap-beside-archive': mistake(
    'a cap that never acts',
    'The rule that archives selects every tagged image, and the first rule that selects an image alone may act on it. What is archived can expire from there.',
    'remove maxImageCount; `archive: {beyondLast: 30}` archives what it would expire, and `expireAfterDays` expires it from there',
  ),
  'lifecycle/idle-archive': mistake(
    'an archive that never acts',
    'An entry of `keep` matches every tagged image, and the first entry that matches an image governs it.',
    'make the pattern of the keep narrower, or remove one of the two',
  ),
  'lifecycle/bad-number': mistake(
    'a number out of range',
    'ECR counts images and days in whole numbers from 1 up.',
    'give a whole number of at least 1',
  ),
  'lifecycle/bad-pattern': mistake(
    'a pattern no tag can match',
    'Tags consist of letters, digits, `.`, `_` and `-`, and `*` is the only wildcard in a pattern.',
    'use letters, digits, `.`, `_`, `-` and `*` only',
  ),
  'lifecycle/too-many-wildcards': mistake(
    'too many wildcards',
    'ECR takes at most four `*` in one tag pattern.',
    'use at most four `*`, or split the pattern in two',
  ),
  'lifecycle/duplicate-pattern': mistake(
    'a pattern listed twice',
    'The first entry that matches an image governs it, so a repeated pattern never acts.',
    'remove one of the two',
  ),
  'lifecycle/covered-pattern': mistake(
    'a pattern that never acts',
    'An earlier pattern matches every tag this one matches, and the first that matches an image governs it.',
    'move the narrower pattern before the wider one, or remove it',
  ),
  'lifecycle/no-rules': mistake(
    'a policy without rules',
    'ECR takes no lifecycle policy without rules.',
    'add a rule, or write `none: true` for no policy at all',
  ),
  'lifecycle/too-many-rules': mistake(
    'too many rules',
    'ECR takes at most 50 rules in a policy. Each pattern of `keep` is one, `protectInUse`, untagged images, the count of tagged ones or their archive one each; with `archive.expireAfterDays`, so is that, and every pattern kept for ever once more.',
    'join patterns with a wildcard, or drop some',
  ),
  'lifecycle/policy-too-large': mistake(
    'a policy too large',
    'ECR takes at most 30,720 characters of lifecycle policy.',
    'shorten descriptions and patterns, or drop rules',
  ),
  'lifecycle/duplicate-priority': mistake(
    'one priority for two rules',
    'Rules are applied in the order of their priority, so each needs its own.',
    'give every rule its own rulePriority',
  ),
  'lifecycle/missing-tag-list': mistake(
    'tagged, but which tags',
    'A rule for tagged images must say which tags it is about.',
    'add `tagPatternList: ["*"]` for every tag, or name the patterns',
  ),
  'lifecycle/both-tag-lists': mistake(
    'patterns and prefixes in one rule',
    'A rule selects by patterns or by prefixes, not by both.',
    'write the prefixes as patterns, `v` as `v*`, and remove tagPrefixList',
  ),
  'lifecycle/tag-list-not-allowed': mistake(
    'a tag list that cannot apply',
    'Tag lists go with `tagStatus: tagged` alone.',
    'remove the list, or set tagStatus to "tagged"',
  ),
  'lifecycle/two-untagged': mistake(
    'two rules for untagged images',
    'ECR takes one rule for untagged images in each storage class.',
    'keep one of the two',
  ),
  'lifecycle/two-any': mistake(
    'two rules for all images',
    'ECR takes one rule for all images in each storage class.',
    'keep one of the two',
  ),
  'lifecycle/any-not-last': mistake(
    'the rule for all images is not the last',
    'A rule for all images must have the largest rulePriority of its storage class.',
    'give it a larger rulePriority than every other rule',
  ),
  'lifecycle/missing-unit': mistake(
    'an age without a unit',
    'ECR demands the unit with every count type that measures age.',
    'add `countUnit: days`',
  ),
  'lifecycle/unit-not-allowed': mistake(
    'a count with a unit',
    'ECR refuses a unit beside `imageCountMoreThan`.',
    'remove countUnit, or count by age with "sinceImagePushed"',
  ),
  'lifecycle/storage-class': mistake(
    'a storage class that does not go with the count type',
    'Only `sinceImageTransitioned` is about archived images, and it is about nothing else.',
    'write `storageClass: archive` with "sinceImageTransitioned", and leave it out with every other count type',
  ),
  'lifecycle/archive-too-short': mistake(
    'too few days in archive',
    'ECR keeps an archived image for at least 90 days.',
    'set countNumber to 90 or more',
  ),
  'lifecycle/missing-target': mistake(
    'archive to where',
    'The action `transition` must name the storage class it moves images to.',
    'add `targetStorageClass: archive`',
  ),
  'lifecycle/target-not-allowed': mistake(
    'a target for images that expire',
    'Only the action `transition` has a target.',
    'remove targetStorageClass, or set the action to "transition"',
  ),
  'lifecycle/action-not-allowed': mistake(
    'an action that does not go with the count type',
    'Images can be archived by the time since their last pull, and expired by the time they spent in archive; not the other way round.',
    'change the action, or the count type',
  ),
  'lifecycle/duplicate-prefixes': mistake(
    'the same prefixes in two rules',
    'ECR demands that the rules of a storage class have different sets of prefixes.',
    'keep one of the two',
  ),
  'lifecycle/refused': mistake(
    'a policy that ECR refuses',
    'PutLifecyclePolicy and StartLifecyclePolicyPreview answer so to this text.',
    'correct what ECR names',
  ),
  'lifecycle/bad-images': mistake(
    'not the images of a repository',
    'The file should hold what `aws ecr describe-images --output json` prints for one repository: a digest and a push time for each image.',
    'write it with `aws ecr describe-images --repository-name NAME --output json`',
  ),
  'lifecycle/some-images': {
    severity: 'warning',
    fault: 'user',
    title: 'not all images of the repository',
    meaning: 'The file was cut off, so that counts and therefore outcomes may be wrong.',
    mend: 'leave out --max-items and --no-paginate when writing it',
  },
  'lifecycle/shadowed-rule': {
    severity: 'warning',
    fault: 'user',
    title: 'a rule that never acts',
    meaning:
      'An earlier rule selects every image this one selects; ECR lets only the first rule that selects an image act on it.',
    mend: 'give the narrower rule the smaller rulePriority, or remove it',
  },
  'lifecycle/and-trap': {
    severity: 'warning',
    fault: 'user',
    title: 'every entry must match',
    meaning: 'ECR selects an image by a tag list only if every entry of the list matches one of its tags.',
    mend: 'for images that match any of the entries, write one rule for each',
  },
});
