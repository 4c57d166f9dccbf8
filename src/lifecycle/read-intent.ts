// Reads a policy back into intent, where the intent says exactly the same of every image.
// It must not guess: what is read is compiled again and compared, and without agreement there is no intent.
import { checkIntent } from './check.js';
import type { Archive, Keep, LifecycleIntent, LifecyclePolicy, LifecycleRule, LifecycleSelection } from './model.js';
import { canMatchTags, everyTag } from './pattern.js';
import { countForever, protectiveRule } from './protection.js';
import { rulesOf } from './rules.js';
import { patternsOf, selectsAll } from './selection.js';

/** The greatest numbers that the manifest takes (proto/slipway/ecr/v1/lifecycle.proto). */
const most = { untaggedDays: 3650, taggedImages: 100_000, images: 1_000_000, days: 36_500 };

/**
 * The intent that does to every set of images at every time what the policy does; `null` where there is none, and the policy
 * stays typed rules. Priorities and descriptions are the compiler's own afterwards, and rules that never act are gone: so
 * is one that an earlier rule shadows, or that no tag can meet. What a manifest has a default for is `null` where the policy
 * lacks it.
 */
export function readIntent(policy: LifecyclePolicy): LifecycleIntent | null {
  const rules = essentials(policy.rules);
  const intent = guess(rules);
  if (intent === null || checkIntent(intent).some(({ severity }) => severity === 'error')) return null;
  return meaning(essentials(rulesOf(intent))) === meaning(rules) ? intent : null;
}

/**
 * The priorities of rules of which any one alone stands in the way of intent: without it, intent would say the rest. None where
 * the policy has intent, and where no single rule is to blame.
 */
export function obstacles(policy: LifecyclePolicy): readonly number[] {
  if (readIntent(policy) !== null) return [];
  return policy.rules
    .filter((rule) => readIntent({ rules: policy.rules.filter((other) => other !== rule) }) !== null)
    .map(({ rulePriority }) => rulePriority);
}

/**
 * Rules of one storage class and tag status each, and only those that can act or shield: in their order, with prefixes as
 * patterns. An age is no rank, so that a rule by age for all images is one for tagged and one for untagged images.
 */
function essentials(rules: LifecyclePolicy['rules']): readonly LifecycleRule[] {
  const kept: LifecycleRule[] = [];
  for (const rule of rules.toSorted((one, other) => one.rulePriority - other.rulePriority).flatMap(split)) {
    if (!(rule.selection.tagPatternList ?? []).every(canMatchTags)) continue;
    if (!kept.some(({ selection }) => selectsAll(selection, rule.selection))) kept.push(rule);
  }
  return kept;
}

function split(rule: LifecycleRule): readonly LifecycleRule[] {
  const { tagStatus, storageClass, countType, countNumber } = rule.selection;
  const count = { ...(storageClass === 'archive' ? { storageClass } : {}), countType, countNumber };
  const tagged = (tagPatternList: readonly string[]) => ({
    ...rule,
    selection: { tagStatus: 'tagged', tagPatternList, ...count } as const,
  });
  if (tagStatus === 'tagged') return [tagged([...new Set(patternsOf(rule.selection))].sort())];
  if (tagStatus === 'any' && countType !== 'imageCountMoreThan')
    return [tagged([everyTag]), { ...rule, selection: { tagStatus: 'untagged', ...count } }];
  return [{ ...rule, selection: { tagStatus, ...count } }];
}

/** One text for what rules do: no class or tag status meets another, so that only the order within each matters. */
function meaning(rules: readonly LifecycleRule[]): string {
  return JSON.stringify(
    rules
      .map(({ selection, action }) => ({ group: groupOf(selection), selection, action: action.type }))
      .sort((one, other) => one.group.localeCompare(other.group)),
  );
}

function groupOf({ storageClass = 'standard', tagStatus }: LifecycleSelection): string {
  return `${storageClass} ${tagStatus}`;
}

/** The only intent that could be meant by such rules. */
function guess(rules: readonly LifecycleRule[]): LifecycleIntent | null {
  const group = (name: string) => rules.filter(({ selection }) => groupOf(selection) === name);
  const [untagged] = group('standard untagged');
  const tagged = group('standard tagged');
  const protectInUse = meaning(tagged.slice(0, 1)) === protection;
  const rest = protectInUse ? tagged.slice(1) : tagged;
  const last = rest.at(-1);
  const archive = last?.action.type === 'transition' ? archiveOf(last, group('archive untagged')[0]) : null;
  const cap = archive === null && last !== undefined && isCap(last) ? last.selection.countNumber : null;
  const keep = keepOf(archive === null && cap === null ? rest : rest.slice(0, -1));
  if (untagged !== undefined && !within(untagged, most.untaggedDays)) return null;
  return {
    ...(protectInUse ? { protectInUse } : {}),
    ...(keep.length === 0 ? {} : { keep }),
    expireUntaggedAfterDays: untagged?.selection.countNumber ?? null,
    maxImageCount: cap,
    ...(archive === null ? {} : { archive }),
  };
}

const protection = meaning(essentials([protectiveRule(1)]));

function within({ selection }: LifecycleRule, greatest: number): boolean {
  return selection.countNumber <= greatest;
}

function isCap(rule: LifecycleRule): boolean {
  const { countType } = rule.selection;
  return (
    patternsOf(rule.selection).join() === everyTag &&
    countType === 'imageCountMoreThan' &&
    within(rule, most.taggedImages)
  );
}

function archiveOf({ selection }: LifecycleRule, gone: LifecycleRule | undefined): Archive {
  const { countType, countNumber } = selection;
  const field = {
    imageCountMoreThan: 'beyondLast',
    sinceImagePushed: 'olderThanDays',
    sinceImagePulled: 'notPulledForDays',
    sinceImageTransitioned: 'expireAfterDays',
  } as const satisfies Record<LifecycleSelection['countType'], keyof Archive>;
  return {
    [field[countType]]: countNumber,
    ...(gone === undefined ? {} : { expireAfterDays: gone.selection.countNumber }),
  };
}

/** Neighbours with one pattern each that keep alike are one entry. */
function keepOf(rules: readonly LifecycleRule[]): readonly Keep[] {
  const entries: Keep[] = [];
  for (const { selection } of rules) {
    const patterns = patternsOf(selection);
    const long = howLong(selection);
    const before = entries.at(-1);
    if (patterns.length > 1) entries.push({ allOf: patterns, ...long });
    else if (before?.tags !== undefined && alike(before, long))
      entries.splice(-1, 1, { ...before, tags: [...before.tags, ...patterns] });
    else entries.push({ tags: patterns, ...long });
  }
  return entries;
}

/** Nothing, which no check lets pass, where a manifest takes no such number. What is no keep at all, the comparison finds. */
function howLong({ countType, countNumber }: LifecycleSelection): Omit<Keep, 'tags' | 'allOf'> {
  if (countType === 'sinceImagePushed') return countNumber > most.days ? {} : { forDays: countNumber };
  if (countNumber > most.images) return {};
  return countNumber === countForever ? { forever: true } : { last: countNumber };
}

/** Without either number, both are for ever. */
function alike(one: Keep, other: Keep): boolean {
  return one.last === other.last && one.forDays === other.forDays;
}
