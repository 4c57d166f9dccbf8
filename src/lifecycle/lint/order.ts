// Remarks about rules beside each other: which never act, and what the rule for all images counts.
// It must not know ages or what people mean by a tag.
import type { LifecyclePolicy, LifecycleRule } from '../model.js';
import { isProtectiveTag, protectivePattern, protects } from '../protection.js';
import { plural, type Remark, remark } from './model.js';
import type { Stock } from './stock.js';
import {
  after,
  before,
  expires,
  lastPriority,
  type PolicyView,
  protectsOnly,
  type RuleView,
  selectsAllOf,
  selectsTag,
} from './view.js';

export function orderRemarks(view: PolicyView, stock: Stock | undefined): Remark[] {
  return view.rules.flatMap((rule) => {
    const shadow = shadowed(rule, view);
    if (shadow !== undefined) return [shadow];
    return [...neverActs(rule, view), ...outpaced(rule, view, stock), ...countsUntagged(rule, view, stock)];
  });
}

/** Images are kept out of the policy's reach by a tag that the policy does not know. */
export function protectionRemarks(policy: LifecyclePolicy, stock: Stock | undefined): Remark[] {
  const marked = stock?.standard.filter((image) => image.tags.some(isProtectiveTag)).length ?? 0;
  if (marked === 0 || protects(policy)) return [];
  const message = `${plural(marked, 'image')} ${marked === 1 ? 'carries' : 'carry'} a tag of \`slipway protect\`, and no first rule keeps "${protectivePattern}": they go like any other`;
  return [remark('lifecycle/unprotected', 'rules', message)];
}

/** A rule that never acts, because those before it select all that it selects. */
function shadowed(rule: RuleView, view: PolicyView): Remark | undefined {
  const earlier = before(rule, view);
  const one = earlier.find((other) => selectsAllOf(other, rule));
  if (one !== undefined) {
    const same = selectsAllOf(rule, one);
    const message = `the rule of priority ${rule.priority} never acts: the rule of priority ${one.priority} selects every image it selects`;
    const archives = !expires(one) && expires(rule);
    const mend = archives
      ? 'expire the images where they are then: storageClass "archive" with "sinceImageTransitioned"'
      : same
        ? 'both select the same images and only the first acts on them: remove one'
        : `give it a rulePriority below ${one.priority}, or remove it`;
    return remark('lifecycle/shadowed-rule', rule.path, message, { mend });
  }
  if (rule.whole !== 'all') return undefined;
  const untagged = earlier.find((other) => other.rule.selection.tagStatus === 'untagged');
  const tagged = earlier.find((other) => other.whole === 'tagged');
  if (untagged === undefined || tagged === undefined) return undefined;
  const message = `the rule of priority ${rule.priority} never acts: the rules of priority ${untagged.priority} and ${tagged.priority} select all untagged and all tagged images before it`;
  return remark('lifecycle/shadowed-rule', rule.path, message, { mend: 'remove it' });
}

/** A tag names one image at a time, so a rule for one tag never counts two. */
function neverActs(rule: RuleView, view: PolicyView): Remark[] {
  const tag = rule.rule.selection.tagPatternList?.find((entry) => !entry.includes('*'));
  if (!rule.counts || tag === undefined) return [];
  // It keeps the image from a rule behind it: that is worth a rule.
  if (after(rule, view).some((other) => selectsTag(other, tag))) return [];
  const message = `the rule of priority ${rule.priority} never acts: a tag names one image at a time, so there are never more than ${rule.number} of "${tag}"`;
  return [
    remark('lifecycle/never-acts', `${rule.path}.selection.tagPatternList`, message, {
      mend: `write "${tag}*" for every tag that begins so, or remove the rule`,
    }),
  ];
}

/** The rule for all images counts those that rules before it keep, too: they may fill its number alone. */
function outpaced(rule: RuleView, view: PolicyView, stock: Stock | undefined): Remark[] {
  if (rule.whole !== 'all' || !rule.counts || rule.storageClass === 'archive') return [];
  const keepers = before(rule, view).filter(
    (other) => other.counts && other.rule.selection.tagStatus === 'tagged' && !protectsOnly(other),
  );
  const kept = keepers.reduce((sum, other) => sum + other.number, 0);
  if (keepers.length === 0) return [];
  const path = `${rule.path}.selection.countNumber`;
  const which = keepers.length === 1 ? 'the rule' : `the ${keepers.length} rules`;
  const mend = `count beyond ${kept + rule.number}, which leaves room for ${rule.number} others, or give the others patterns of their own`;
  if (stock !== undefined && stock.standard.length > 0) {
    const free = stock.standard.filter((image) => !before(rule, view).some((other) => other.selects(image)));
    const newest = new Set(stock.standard.slice(0, rule.number));
    const stay = free.filter((image) => newest.has(image)).length;
    if (free.length <= stay || stay * 2 > rule.number) return [];
    const message = `of ${plural(free.length, 'image')} that no rule before it selects, the rule for all images keeps ${stay} and not ${rule.number}: it counts the images that ${which} before it keep${keepers.length === 1 ? 's' : ''} as well`;
    return [remark('lifecycle/any-outpaced', path, message, { severity: 'warning', mend })];
  }
  if (kept < rule.number) return [];
  const message = `the rule for all images keeps the newest ${rule.number}, and counts among them up to ${kept} that ${which} before it keep${keepers.length === 1 ? 's' : ''}: of others nothing may be left`;
  return [remark('lifecycle/any-outpaced', path, message, { mend })];
}

/** How large a share of the newest images may be without tags before the count means something else than releases. */
const share = 3;

/** The rule for all images counts children of indexes and attestations, so that its number is not one of releases. */
function countsUntagged(rule: RuleView, view: PolicyView, stock: Stock | undefined): Remark[] {
  if (rule.whole !== 'all' || !rule.counts || !expires(rule)) return [];
  const path = `${rule.path}.selection.tagStatus`;
  const replacement = taggedInstead(rule, view);
  const mend = `count tagged images alone: tagStatus "tagged" with tagPatternList ["*"]${replacement.length > 1 ? ', and a rule for untagged ones' : ''}`;
  if (stock === undefined || stock.standard.length === 0) {
    const message = `it counts images without tags as well, such as the platforms of a multi-architecture image and attestations: the newest ${rule.number} may be far fewer releases`;
    return [remark('lifecycle/any-counts-untagged', path, message, { mend, replacement })];
  }
  const newest = stock.standard.slice(0, rule.number);
  const without = newest.filter((image) => image.tags.length === 0).length;
  if (without * share < newest.length) return [];
  const message = `of the newest ${newest.length} images that it keeps, ${without} have no tag: it keeps ${plural(newest.length - without, 'tagged image')}`;
  return [remark('lifecycle/any-counts-untagged', path, message, { severity: 'warning', mend, replacement })];
}

/** The days after which untagged images go, in rules that are proposed. */
const untaggedDays = 14;

function taggedInstead(rule: RuleView, view: PolicyView): readonly LifecycleRule[] {
  const { rulePriority, selection, action } = rule.rule;
  const tagged: LifecycleRule = {
    rulePriority,
    selection: {
      tagStatus: 'tagged',
      tagPatternList: ['*'],
      countType: 'imageCountMoreThan',
      countNumber: selection.countNumber,
    },
    action,
  };
  if (before(rule, view).some((other) => other.rule.selection.tagStatus === 'untagged')) return [tagged];
  const untagged: LifecycleRule = {
    rulePriority: lastPriority(view),
    selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: untaggedDays },
    action: { type: 'expire' },
  };
  return [tagged, untagged];
}
