// Remarks about tags that no rule covers: their images stay for ever, and grow.
// It must not know how a rule that covers them acts.
import { listed } from '../../diagnostics/suggest.js';
import { maxRules } from '../limits.js';
import type { Image, LifecycleRule } from '../model.js';
import { type Family, familyOf } from './families.js';
import { plural, type Remark, remark } from './model.js';
import { ageInDays, type Stock } from './stock.js';
import { lastPriority, type PolicyView } from './view.js';

export function coverageRemarks(view: PolicyView, stock: Stock | undefined): Remark[] {
  if (view.standard.some((rule) => rule.whole !== undefined)) return [];
  if (stock === undefined) return stated(view);
  const free = stock.standard.filter((image) => !view.standard.some((rule) => rule.selects(image)));
  return familiesOf(free, stock.now)
    .slice(0, mostFamilies)
    .map((group) => uncovered(group, view));
}

/** Families told of; the rest are few images each. */
const mostFamilies = 5;
/** Fewer images are no growth. */
const manyImages = 10;
/** Tagged images kept, in rules that are proposed. */
const usualCount = 30;

/** Without images: which tags there may be that nothing covers. */
function stated(view: PolicyView): Remark[] {
  const covered = view.standard.flatMap((rule) => rule.entries.map((entry) => `"${entry}"`));
  const others =
    covered.length === 0
      ? 'no rule is about tagged images: they all stay for ever'
      : `no rule is about tags that match none of ${listed([...new Set(covered)])}, such as commit ids: their images stay for ever`;
  return [
    remark('lifecycle/uncovered-tags', 'rules', others, {
      severity: 'info',
      mend: `where they are not to stay, add a last rule: tagPatternList ["*"], "imageCountMoreThan" ${usualCount}`,
      replacement: proposal(view, '*'),
    }),
  ];
}

interface Group {
  readonly family: Family;
  /** One of its tags. */
  readonly example: string;
  readonly images: readonly Image[];
  /** Pushed within the last month. */
  readonly recent: number;
}

/** Images by the family of their tags, largest first, untagged ones left out; an image of several families is one of the largest of them. */
function familiesOf(images: readonly Image[], now: number): readonly Group[] {
  const sizes = new Map<string, number>();
  for (const image of images)
    for (const key of new Set(image.tags.map((tag) => familyOf(tag).key))) sizes.set(key, (sizes.get(key) ?? 0) + 1);
  const sizeOf = ({ family }: { readonly family: Family }) => sizes.get(family.key) ?? 0;
  const groups = new Map<string, { family: Family; example: string; images: Image[] }>();
  for (const image of images) {
    // A name such as `latest` says nothing of what the image is.
    const all = image.tags
      .map((tag) => ({ example: tag, family: familyOf(tag) }))
      .filter(({ family }) => family.kind !== 'word');
    const [largest] = all.sort((one, other) => sizeOf(other) - sizeOf(one));
    if (largest === undefined) continue;
    const group = groups.get(largest.family.key) ?? { ...largest, images: [] };
    group.images.push(image);
    groups.set(largest.family.key, group);
  }
  return [...groups.values()]
    .map((group) => ({ ...group, recent: group.images.filter((image) => ageInDays(image, now) <= 30).length }))
    .sort((one, other) => other.images.length - one.images.length);
}

function uncovered({ family, example, images, recent }: Group, view: PolicyView): Remark {
  const grows = recent > 0 ? `, ${recent} of them pushed in the last 30 days` : '';
  const message = `no rule covers ${plural(images.length, 'image')} tagged with ${family.name}, such as "${example}"${grows}: they stay for ever`;
  // Releases are kept on purpose more often than not; the others pile up.
  const likely = images.length >= manyImages && recent > 0 && family.kind !== 'version' && family.kind !== 'digest';
  const replacement = proposal(view, family.pattern);
  const rule = replacement[0];
  const which = family.pattern === '*' ? ', which picks every tag that no rule before it does' : '';
  return remark('lifecycle/uncovered-tags', 'rules', message, {
    severity: likely ? 'warning' : 'info',
    mend:
      rule === undefined
        ? 'join rules with a wildcard to make room for one more'
        : `add a rule of priority ${rule.rulePriority}: tagPatternList ["${family.pattern}"], "imageCountMoreThan" ${usualCount}${which}`,
    replacement,
  });
}

function proposal(view: PolicyView, pattern: string): readonly LifecycleRule[] {
  if (view.rules.length >= maxRules) return [];
  return [
    {
      rulePriority: lastPriority(view),
      selection: {
        tagStatus: 'tagged',
        tagPatternList: [pattern],
        countType: 'imageCountMoreThan',
        countNumber: usualCount,
      },
      action: { type: 'expire' },
    },
  ];
}
