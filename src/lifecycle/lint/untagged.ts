// Remarks about images without tags: which they are, and what goes with them.
// It must not know tagged images beyond the names that move from one to the next.
import { listed } from '../../diagnostics/suggest.js';
import { familiesOf } from '../families.js';
import type { LifecycleRule } from '../model.js';
import { untaggedRange, usualWindow } from './advice.js';
import { type LintContext, plural, type Remark, remark } from './model.js';
import type { Stock } from './stock.js';
import { expires, lastPriority, type PolicyView, type RuleView } from './view.js';

export function untaggedRemarks(view: PolicyView, stock: Stock | undefined, context: LintContext): Remark[] {
  const rule = view.standard.find((one) => one.rule.selection.tagStatus === 'untagged');
  if (rule !== undefined) return [...tooSoon(rule, stock), ...movedTags(rule, stock, context)];
  return view.standard.some((one) => one.whole === 'all') ? [] : kept(view, stock);
}

/** What a rule for untagged images finds, in words; `undefined` where there is nothing. */
function kindsOf({ untagged }: Stock): string | undefined {
  const { children, referrers, others } = untagged;
  const kinds = [
    children.length > 0
      ? `${plural(children.length, 'part')} of multi-architecture images and attestations (which ECR keeps as long as an index names them)`
      : '',
    referrers.length > 0 ? `${referrers.length} signatures, SBOMs or attestations of other images` : '',
    others.length > 0 ? `${plural(others.length, 'image')} whose tag moved on or that never had one` : '',
  ].filter((kind) => kind !== '');
  return kinds.length === 0 ? undefined : listed(kinds);
}

function tooSoon(rule: RuleView, stock: Stock | undefined): Remark[] {
  if (rule.counts || !expires(rule) || rule.number >= untaggedRange.least) return [];
  const kinds = stock === undefined ? undefined : kindsOf(stock);
  if (stock !== undefined && kinds === undefined) return [];
  const what =
    kinds === undefined
      ? 'these are images whose tag moved on, layers that builds use as a cache, and platforms and attestations of multi-architecture images'
      : `these are ${kinds}`;
  const message = `untagged images go ${plural(rule.number, 'day')} after their push; ${what}`;
  const loses = stock !== undefined && stock.untagged.referrers.length + stock.untagged.others.length > 0;
  return [
    remark('lifecycle/untagged-too-soon', `${rule.path}.selection.countNumber`, message, {
      severity: loses ? 'warning' : 'info',
      mend: `${untaggedRange.least} to ${untaggedRange.most} days leave builds their caches, and people a digest to go back to`,
    }),
  ];
}

/** Where tags only ever move, what went before is untagged: then this rule alone says how far one can go back. */
function movedTags(rule: RuleView, stock: Stock | undefined, { rollbackWindowDays }: LintContext): Remark[] {
  if (stock === undefined || !expires(rule) || stock.tags.length === 0) return [];
  const { others } = stock.untagged;
  const familyOf = familiesOf(stock.tags);
  if (others.length === 0 || !stock.tags.every((tag) => familyOf(tag).moves)) return [];
  const names = [...new Set(stock.tags)];
  const shown = names.slice(0, 3).map((name) => `"${name}"`);
  const more = names.length > shown.length ? [`${names.length - shown.length} more`] : [];
  const limit = rule.counts ? `beyond the newest ${rule.number}` : `${plural(rule.number, 'day')} after their push`;
  const message = `the only tags are ${listed([...shown, ...more])}, which move: ${plural(others.length, 'image')} that had one before ${others.length === 1 ? 'is' : 'are'} untagged and go${others.length === 1 ? 'es' : ''} ${limit}`;
  const short = !rule.counts && rule.number < (rollbackWindowDays ?? usualWindow);
  return [
    remark('lifecycle/moved-tags', `${rule.path}.selection.countNumber`, message, {
      severity: short ? 'warning' : 'info',
      mend: 'push every release with a tag of its own as well, its version or commit, and keep a number of those',
    }),
  ];
}

/** So many are no accident. */
const manyUntagged = 10;

function kept(view: PolicyView, stock: Stock | undefined): Remark[] {
  const there = stock === undefined ? undefined : stock.untagged.others.length + stock.untagged.referrers.length;
  if (there === 0) return [];
  const seen = there === undefined ? '' : `, ${there} so far`;
  const replacement: LifecycleRule = {
    rulePriority: lastPriority(view),
    selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
    action: { type: 'expire' },
  };
  return [
    remark('lifecycle/untagged-kept', 'rules', `no rule is about untagged images, and they stay for ever${seen}`, {
      severity: there !== undefined && there >= manyUntagged ? 'warning' : 'info',
      mend: 'add a rule with tagStatus "untagged" and "sinceImagePushed" of 14 days',
      replacement: [replacement],
    }),
  ];
}
