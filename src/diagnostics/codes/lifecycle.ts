// The diagnostics of the room `lifecycle`.
import { type Definition, defineCodes } from '../definition.js';

/** Most rows are mistakes in the manifest. */
function mistake(title: string, meaning: string, mend: string): Definition {
  return { severity: 'error', fault: 'user', title, meaning, mend };
}

/** Accepted by ECR, and likely not meant. */
function warning(title: string, meaning: string, mend: string): Definition {
  return { severity: 'warning', fault: 'user', title, meaning, mend };
}

/** Accepted by ECR, and worth knowing. */
function remark(title: string, meaning: string, mend: string): Definition {
  return { severity: 'info', fault: 'user', title, meaning, mend };
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
  'lifecycle/rules-unprotected': warning(
    'typed rules that do not protect images in use',
    'Where `usage` is declared, `protectInUse` holds for every repository; typed `rules` take the place of all that weaker layers say, so of that too. A rule could then act on an image in use, and `slipway protect` does not mark the images of such a repository.',
    'put a rule for `slipway-in-use-*` that counts more than 999,999 before the others, or write intent in place of `rules`',
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
  'lifecycle/bad-time': mistake(
    'not a time',
    'A moment is an ISO 8601 date or time, or seconds since the epoch; a length of time is a number of days like 30d.',
    'write a time like 2026-10-01T12:00:00Z, or a length like 30d',
  ),
  'lifecycle/some-images': {
    severity: 'warning',
    fault: 'user',
    title: 'not all images of the repository',
    meaning: 'The file was cut off, so that counts and therefore outcomes may be wrong.',
    mend: 'leave out --max-items and --no-paginate when writing it',
  },
  'lifecycle/not-json': mistake(
    'not JSON',
    'ECR takes a lifecycle policy as JSON alone: no comments, no single quotes, no comma before a closing bracket.',
    'correct what is named; an editor that knows JSON shows it as well',
  ),
  'lifecycle/wrong-type': mistake(
    'a value of the wrong type',
    'Every member of a lifecycle policy has one type: numbers stand without quotes, lists in brackets.',
    'write a value of the type that is named',
  ),
  'lifecycle/bad-value': mistake(
    'a word that ECR does not know',
    'Some members take one of a few words, in exactly this spelling.',
    'write one of the words that are named',
  ),
  'lifecycle/missing-member': mistake(
    'a member is missing',
    'A rule has a rulePriority, a selection and an action; a selection a tagStatus, a countType and a countNumber; an action a type.',
    'add the member',
  ),
  'lifecycle/unknown-member': mistake(
    'a member that ECR does not know',
    'ECR refuses a policy with any member that its schema does not name.',
    'correct the name, or remove the member',
  ),
  'lifecycle/repeated-member': warning(
    'a member given twice',
    'JSON takes the last of two members with one name, and the first is lost.',
    'remove one of the two',
  ),
  'lifecycle/shadowed-rule': warning(
    'a rule that never acts',
    'An earlier rule selects every image this one selects; ECR lets only the first rule that selects an image act on it.',
    'give the narrower rule the smaller rulePriority, or remove it',
  ),
  'lifecycle/and-trap': warning(
    'every entry must match',
    'ECR selects an image by a tag list only if every entry of the list matches one of its tags. Entries that no one tag can match need several tags on the image. Information only, where some images have them.',
    'for images that match any of the entries, write one rule for each',
  ),
  'lifecycle/redundant-entry': remark(
    'an entry that says nothing',
    'Every entry of a tag list must match, so an entry that matches all that another matches decides nothing.',
    'remove the wider entry, or write it alone',
  ),
  'lifecycle/never-matches': warning(
    'an entry no tag can match',
    'Tags consist of letters, digits, `.`, `_` and `-`, and begin with a letter, a digit or `_`; `*` is a wildcard in tagPatternList alone. Since every entry of a list must match, the rule never acts.',
    'write a pattern that tags can match',
  ),
  'lifecycle/never-acts': warning(
    'a count of one tag',
    'A tag names one image at a time, so a count of images with one tag is never more than one. To keep that image from a later rule is worth a rule; without a later rule it does nothing.',
    'put a `*` where the tag goes on, or remove the rule',
  ),
  'lifecycle/matches-nothing': warning(
    'an entry that matches no tag there is',
    'None of the tags in the repository matches the entry. Information only, where nothing near to it would match: the tags may be yet to come.',
    'correct the entry',
  ),
  'lifecycle/uncovered-tags': warning(
    'tags that no rule covers',
    'Images with such tags stay for ever, and storage grows with every push. Information only without the images of the repository, for few images, and for versions, which are often kept on purpose.',
    'add a last rule that counts all tagged images, tagPatternList `["*"]`',
  ),
  'lifecycle/untagged-kept': remark(
    'untagged images stay for ever',
    'No rule is about images without a tag. Every tag that moves leaves one behind. A warning, where many are there already.',
    'add a rule for untagged images',
  ),
  'lifecycle/any-outpaced': remark(
    'a count that others fill',
    'The rule for all images counts the newest of all, those that rules before it keep among them. It never acts on those, but of the others fewer stay than its number says. A warning, where the images show it.',
    'count tagged images by patterns of their own, or raise the number',
  ),
  'lifecycle/any-counts-untagged': remark(
    'a count of more than releases',
    'A multi-architecture image is an index and an image for each platform, often with an attestation each; all but the index have no tag, and the rule for all images counts every one. A warning, where the images show it.',
    'count tagged images alone: tagStatus `tagged` with tagPatternList `["*"]`',
  ),
  'lifecycle/shared-count': warning(
    'one count for many branches',
    'ECR counts all images that match, not those of each branch: one busy branch takes every place. Information only, where the number leaves room for several.',
    'expire by age, or give each lasting branch a rule',
  ),
  'lifecycle/short-rollback': warning(
    'too little to roll back to',
    'At the pace of pushes so far, the images that are kept reach back less far than a rollback may have to go. Information only for rules about all images, unless the window is given.',
    'keep more images, or tag what is deployed and keep that',
  ),
  'lifecycle/may-empty': warning(
    'an age that can take the last image',
    'An age goes on while nobody pushes. After so many days without a push the last image goes, the one that runs included; a count never takes it. Information only for half a year and more.',
    'keep a number of images with `imageCountMoreThan`',
  ),
  'lifecycle/untagged-too-soon': remark(
    'untagged images go soon',
    'Untagged are images whose tag moved on, layers that builds use as a cache, signatures and other referrers, and the parts of multi-architecture images; ECR keeps the last as long as an index names them. A warning, where images would be lost that nothing else holds.',
    'leave them 3 to 7 days',
  ),
  'lifecycle/moved-tags': remark(
    'tags that only move',
    'Where every tag is a name that moves, such as `latest`, each release loses its tag to the next, and rules for tagged images never see it. A warning, where untagged images go sooner than a rollback may need them.',
    'push every release with a tag of its own as well',
  ),
  'lifecycle/archive-saves-nothing': remark(
    'an archive that saves nothing',
    'Archive storage costs $0.10 per GB and month for the first 150 TB, as standard storage does, then $0.07; 90 days are paid at least, and $0.03 per GB to take it back (us-east-1, prices of about March 2026).',
    'expire what nobody needs; archive what must be kept and hardly ever read',
  ),
  'lifecycle/archive-never-expires': remark(
    'images stay in the archive',
    'Rules for standard images do not see archived ones; only `sinceImageTransitioned` expires them.',
    'add a rule with storageClass `archive` and `sinceImageTransitioned` of 90 days or more',
  ),
  'lifecycle/archives-running': remark(
    'archived by the time since the last pull',
    'A container that keeps running does not pull. Its image is archived all the same, and cannot be pulled until it is restored: a new task or node then fails to start.',
    'leave more days than any container runs, or keep images in use with `slipway protect`',
  ),
  'lifecycle/nothing-archived': remark(
    'a rule for archived images, and none that archives',
    'Images come to the archive by a rule with the action `transition`, or by hand.',
    'add a rule that archives, or remove this one',
  ),
  'lifecycle/unprotected': warning(
    'images in use that the policy does not protect',
    'Some images carry a tag of `slipway protect`, but the first rule that could act on them is not one that keeps them.',
    'put a rule for `slipway-in-use-*` before all others: `protectInUse: true` in a manifest does',
  ),
});
