// The rules that an intent becomes: which, in which order, under which numbers.
// It must not know layers or presets, nor judge the intent.
import { inOrder, type Kept, keepsAll, keptOf, named } from './keeps.js';
import type { Archive, Keep, LifecycleIntent, LifecycleRule, LifecycleSelection } from './model.js';
import { everyTag } from './pattern.js';
import { countForever, daysForever, protectiveRule } from './protection.js';

/**
 * Where the rules of each kind begin. A kind has numbers of its own, so that one more rule of one kind leaves the numbers of
 * all others alone; the kinds of the archive stand a thousand above those they mirror.
 */
const places = { protection: 10, forever: 100, keep: 200, untagged: 800, tagged: 900, archive: 1000, archived: 1900 };
/**
 * How far apart entries of `keep` are. An entry has a place of its own in either kind, so that a pattern more, or a number
 * that becomes `forever`, moves no other entry's rules. Fifty rules fit at these steps: 100 numbers and 500.
 */
const steps = { forever: 2, keep: 10 };

/**
 * Rules in the order in which ECR is to apply them; the first rule that selects an image alone may act on it (user guide,
 * "Lifecycle policy evaluation rules"), so each shields its images from all that follow:
 *
 * 1. images in use, and then the entries of `keep` that are `forever`: rules that never act;
 * 2. the other entries of `keep` in the order given, one rule for each pattern of `tags`, one for an `allOf`;
 * 3. untagged images;
 * 4. all tagged images: `archive`, or else the cap. Tagged ones only: the children of a multi-architecture image have no
 *    tags, so that a release counts once, and ECR archives no child whose list remains;
 * 5. images in archive, whatever their tags, save those of 1.
 *
 * What is promised of the numbers: a changed number of images or days changes its own rule, and so does `forever` in its
 * place, which moves that rule. An entry put after all others, a pattern after the last of its entry as long as the entry's
 * place has room, or a part beside `keep` adds its own rules and changes no other. An entry put before others moves theirs:
 * an order that anybody may choose cannot have numbers that never change.
 *
 * Of an intent with mistakes in it, something comes out too: `checkIntent` counts it.
 */
export function rulesOf(intent: LifecycleIntent): readonly LifecycleRule[] {
  const { expireUntaggedAfterDays: days, maxImageCount: most, archive } = intent;
  const kept = keptOf(intent.keep);
  const protection = intent.protectInUse === true ? [protectiveRule(places.protection)] : [];
  const keeps = keepRules(intent.keep ?? [], kept);
  const rules: LifecycleRule[] = [...protection, ...keeps.map(({ rule }) => rule)];
  if (given(days)) rules.push(untaggedRule(days));
  if (given(archive)) {
    rules.push(archiveRule(archive));
    const { expireAfterDays } = archive;
    if (given(expireAfterDays)) {
      const safe = [...protection, ...keeps.filter(({ keep }) => keep.forever === true).map(({ rule }) => rule)];
      rules.push(...safe.map(inArchive), archivedRule(expireAfterDays));
    }
  } else if (given(most) && !kept.some(({ patterns }) => keepsAll(patterns, [everyTag]))) {
    // Where a keep matches every tag already, the cap could never act.
    rules.push(
      expire(places.tagged, `keep the last ${plural(most, 'tagged image')}`, [everyTag], {
        countType: 'imageCountMoreThan',
        countNumber: most,
      }),
    );
  }
  return rules;
}

type Count = Pick<LifecycleSelection, 'countType' | 'countUnit' | 'countNumber'>;

function keepRules(
  keep: readonly Keep[],
  kept: readonly Kept[],
): readonly { readonly keep: Keep; readonly rule: LifecycleRule }[] {
  const priorities = new Map<Kept, number>();
  for (const kind of ['forever', 'keep'] as const) {
    let next = places[kind];
    for (const [index, entry] of keep.entries()) {
      const mine = kept.filter((one) => one.entry === index);
      if ((entry.forever === true) === (kind === 'forever'))
        for (const [at, one] of mine.entries()) priorities.set(one, next + at);
      next += Math.ceil(Math.max(mine.length, 1) / steps[kind]) * steps[kind];
    }
  }
  return inOrder(kept).map((one) => {
    const { description, count } = keepCount(one);
    return { keep: one.keep, rule: expire(priorities.get(one) ?? 0, description, one.patterns, count) };
  });
}

function keepCount(one: Kept): { readonly description: string; readonly count: Count } {
  const { last, forDays } = one.keep;
  const tags = named(one);
  if (last !== undefined)
    return {
      description: `keep the last ${last} of ${tags}`,
      count: { countType: 'imageCountMoreThan', countNumber: last },
    };
  if (forDays !== undefined)
    return { description: `keep ${tags} for ${plural(forDays, 'day')}`, count: pushed(forDays) };
  return {
    description: `keep ${tags} for ever`,
    count: { countType: 'imageCountMoreThan', countNumber: countForever },
  };
}

function untaggedRule(days: number): LifecycleRule {
  return {
    rulePriority: places.untagged,
    description: `expire untagged images after ${plural(days, 'day')}`,
    selection: { tagStatus: 'untagged', ...pushed(days) },
    action: { type: 'expire' },
  };
}

function archiveRule({ notPulledForDays, olderThanDays, beyondLast = 0 }: Archive): LifecycleRule {
  const [when, count]: [string, Count] = given(notPulledForDays)
    ? [
        `not pulled for ${plural(notPulledForDays, 'day')}`,
        { countType: 'sinceImagePulled', countUnit: 'days', countNumber: notPulledForDays },
      ]
    : given(olderThanDays)
      ? [`after ${plural(olderThanDays, 'day')}`, pushed(olderThanDays)]
      : [`beyond the last ${beyondLast}`, { countType: 'imageCountMoreThan', countNumber: beyondLast }];
  return {
    rulePriority: places.tagged,
    description: `archive tagged images ${when}`,
    selection: { tagStatus: 'tagged', tagPatternList: [everyTag], ...count },
    action: { type: 'transition', targetStorageClass: 'archive' },
  };
}

/** Every image in archive, since one whose tag has moved on has none left. */
function archivedRule(days: number): LifecycleRule {
  return {
    rulePriority: places.archived,
    description: `expire archived images after ${plural(days, 'day')}`,
    selection: { tagStatus: 'any', storageClass: 'archive', ...archived(days) },
    action: { type: 'expire' },
  };
}

/** The same protection for images in archive, which only rules of their own storage class reach (user guide). */
function inArchive({ rulePriority, description, selection, action }: LifecycleRule): LifecycleRule {
  return {
    rulePriority: rulePriority + places.archive,
    description: [description, 'in archive'].join(', '),
    selection: { ...selection, storageClass: 'archive', ...archived(daysForever) },
    action,
  };
}

function pushed(days: number): Count {
  return { countType: 'sinceImagePushed', countUnit: 'days', countNumber: days };
}

function archived(days: number): Count {
  return { countType: 'sinceImageTransitioned', countUnit: 'days', countNumber: days };
}

function expire(
  rulePriority: number,
  description: string,
  tagPatternList: readonly string[],
  count: Count,
): LifecycleRule {
  return {
    rulePriority,
    description,
    selection: { tagStatus: 'tagged', tagPatternList, ...count },
    action: { type: 'expire' },
  };
}

function given<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null;
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
