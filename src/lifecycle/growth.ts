// Says of each family of images whether a policy takes all of it in the end, and how long that takes: by the rules, not by trying.
// It must not know the images of today, nor what happens on a day.
import type { Corners } from './corners.js';
import type { Image, LifecycleRule } from './model.js';
import type { FamilyPace, Pace } from './pace.js';
import { neverActs } from './protection.js';
import { compileTags } from './selection.js';

export interface FamilyTrend {
  /** `settles`: each image goes in the end. `grows`: some stay for good while others come. `still`: nothing comes any more. */
  readonly trend: 'settles' | 'grows' | 'still';
  /** With `settles`, after how many days, about, as many go as come. */
  readonly settlesAfterDays: number | null;
  /** The rule that the last of the family goes by; with `grows`, the one that keeps it or leaves it in the archive; `null` where none selects it. */
  readonly rulePriority: number | null;
}

/** What a push leaves standing in the end, with the tags that are left to it. */
interface Remains {
  readonly tags: readonly string[];
  readonly perDay: number;
  readonly kind: 'image' | 'child' | 'referrer';
}

/** In the order of the families. */
export function trendsOf(rules: readonly LifecycleRule[], { families }: Pace, corners: Corners): FamilyTrend[] {
  const tests = rules.map(({ selection }) => compileTags(selection, corners.patternCase));
  const governs = (storageClass: Image['storageClass'], tags: readonly string[]): number =>
    rules.findIndex(
      ({ selection }, at) => (selection.storageClass ?? 'standard') === storageClass && tests[at]?.(tags) === true,
    );
  const ranked = ({ kind }: Remains): boolean =>
    kind === 'image' || (kind === 'child' ? corners.children : corners.referrers) === 'ranked';
  const all = families.flatMap(remainsOf);
  /** How many images a day a rule counts. */
  const rate = (rule: number): number =>
    all.reduce((sum, one) => (ranked(one) && tests[rule]?.(one.tags) === true ? sum + one.perDay : sum), 0);

  /** Days until an image goes that only its rules hold. */
  const lifeOf = (remains: Remains): Life => {
    const at = governs('standard', remains.tags);
    const rule = rules[at];
    if (rule === undefined) return { days: null, archived: false, rulePriority: null };
    if (neverActs(rule.selection)) return { days: null, archived: false, rulePriority: rule.rulePriority };
    const { countType, countNumber } = rule.selection;
    const counts = countType === 'imageCountMoreThan';
    if (counts && !ranked(remains)) return { days: null, archived: false, rulePriority: rule.rulePriority };
    const days = counts ? countNumber / rate(at) : countNumber;
    if (rule.action.type === 'expire') return { days, archived: false, rulePriority: rule.rulePriority };
    const later = rules[governs('archive', remains.tags)];
    if (later === undefined) return { days: null, archived: true, rulePriority: rule.rulePriority };
    if (neverActs(later.selection)) return { days: null, archived: true, rulePriority: later.rulePriority };
    return { days: days + later.selection.countNumber, archived: true, rulePriority: later.rulePriority };
  };

  return families.map((family): FamilyTrend => {
    const remains = remainsOf(family);
    if (family.perDay <= 0) return { trend: 'still', settlesAfterDays: null, rulePriority: null };
    let [longest, rulePriority]: [number, number | null] = [0, null];
    let main: Life | undefined;
    for (const one of remains) {
      const own = lifeOf(one);
      main ??= own;
      const life = one.kind === 'image' ? own : ledBy(main, own, one.kind, corners);
      if (life.days === null) return { trend: 'grows', settlesAfterDays: null, rulePriority: life.rulePriority };
      if (life.days >= longest) [longest, rulePriority] = [life.days, life.rulePriority];
    }
    return { trend: 'settles', settlesAfterDays: Math.ceil(longest), rulePriority };
  });
}

interface Life {
  /** `null` where it never goes. */
  readonly days: number | null;
  readonly archived: boolean;
  readonly rulePriority: number | null;
}

function ledBy(main: Life, own: Life, kind: 'child' | 'referrer', corners: Corners): Life {
  const never = { ...own, days: null };
  if (kind === 'referrer') {
    if (corners.referrersOfTheGone === 'wait' || main.days === null) return own;
    return own.days === null || main.days < own.days ? main : own;
  }
  // What a list holds goes after it; in an archived list it may be let go.
  if (own.days === null) return own;
  if (main.days === null) return main.archived && corners.archivedLists === 'release' ? own : never;
  return main.days > own.days ? { ...main, rulePriority: own.rulePriority } : own;
}

/** The image first. */
function remainsOf({ perDay, push }: FamilyPace): Remains[] {
  if (perDay <= 0) return [];
  const remains: Remains[] = [{ tags: push.tags.filter((tag) => !push.moves.includes(tag)), perDay, kind: 'image' }];
  if (push.children.count > 0) remains.push({ tags: [], perDay: perDay * push.children.count, kind: 'child' });
  if (push.referrers.count > 0) remains.push({ tags: [], perDay: perDay * push.referrers.count, kind: 'referrer' });
  return remains;
}
