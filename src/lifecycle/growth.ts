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
  const tested = rules.map((rule): Tested => ({ rule, matches: compileTags(rule.selection, corners.patternCase) }));
  const governor = (storageClass: Image['storageClass'], tags: readonly string[]): Tested | undefined =>
    tested.find(({ rule, matches }) => (rule.selection.storageClass ?? 'standard') === storageClass && matches(tags));
  const ranked = ({ kind }: Remains): boolean =>
    kind === 'image' || (kind === 'child' ? corners.children : corners.referrers) === 'ranked';
  const counted = families.flatMap(remainsOf).filter(ranked);
  /** How many images a day a rule counts. */
  const rate = ({ matches }: Tested): number =>
    counted.reduce((sum, { tags, perDay }) => (matches(tags) ? sum + perDay : sum), 0);

  /** Days until an image goes that only its rules hold. */
  const lifeOf = (remains: Remains): Life => {
    const first = governor('standard', remains.tags);
    if (first === undefined) return { days: null, rulePriority: null };
    const { rulePriority, selection, action } = first.rule;
    const counts = selection.countType === 'imageCountMoreThan';
    if (neverActs(selection) || (counts && !ranked(remains))) return { days: null, rulePriority };
    const days = counts ? selection.countNumber / rate(first) : selection.countNumber;
    if (action.type === 'expire') return { days, rulePriority };
    const later = governor('archive', remains.tags)?.rule;
    if (later === undefined) return { days: null, rulePriority };
    if (neverActs(later.selection)) return { days: null, rulePriority: later.rulePriority };
    return { days: days + later.selection.countNumber, rulePriority: later.rulePriority };
  };

  return families.map((family): FamilyTrend => {
    if (family.perDay <= 0) return { trend: 'still', settlesAfterDays: null, rulePriority: null };
    const [main, ...company] = remainsOf(family);
    const life = company.reduce((led, one) => together(led, lifeOf(one), one.kind, corners), lifeOf(main));
    const { days, rulePriority } = life;
    if (days === null) return { trend: 'grows', settlesAfterDays: null, rulePriority };
    return { trend: 'settles', settlesAfterDays: Math.ceil(days), rulePriority };
  });
}

interface Tested {
  readonly rule: LifecycleRule;
  readonly matches: (tags: readonly string[]) => boolean;
}

interface Life {
  /** `null` where it never goes. */
  readonly days: number | null;
  readonly rulePriority: number | null;
}

/** The life of an image and of one that came along with it, until both are gone; `own` is what that one's rules say. */
function together(main: Life, own: Life, kind: Remains['kind'], corners: Corners): Life {
  if (main.days === null) return main;
  // What refers to an image goes with it at the latest.
  if (kind === 'referrer' && corners.referrersOfTheGone === 'follow' && (own.days === null || main.days < own.days))
    return main;
  if (own.days === null || own.days >= main.days) return own;
  // What a list holds goes after it.
  return kind === 'child' ? { ...main, rulePriority: own.rulePriority } : main;
}

/** The image first. */
function remainsOf({ perDay, push }: FamilyPace): [Remains, ...Remains[]] {
  const { tags, moves, children, referrers } = push;
  return [
    { tags: tags.filter((tag) => !moves.includes(tag)), perDay, kind: 'image' },
    ...along('child', perDay * children.count),
    ...along('referrer', perDay * referrers.count),
  ];
}

function along(kind: 'child' | 'referrer', perDay: number): Remains[] {
  return perDay > 0 ? [{ tags: [], perDay, kind }] : [];
}
