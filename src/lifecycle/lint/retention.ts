// Remarks about how much is kept: too little to roll back to, one number for many branches, ages that can empty a repository.
// It must not know how rules stand beside each other, beyond what keeps images from them.
import { paceAmong } from '../pace.js';
import { compilePattern } from '../pattern.js';
import { adviseRetention, neededFor, usualWindow } from './advice.js';
import { branchOf, namesBranches } from './families.js';
import { decimal, type LintContext, plural, pushesADay, type Remark, remark } from './model.js';
import { ageInDays, type Stock } from './stock.js';
import { before, expires, type PolicyView, protectsOnly, type RuleView } from './view.js';

export function retentionRemarks(view: PolicyView, stock: Stock | undefined, context: LintContext): Remark[] {
  return view.standard.flatMap((rule) => [
    ...sharedCount(rule, stock),
    ...shortRollback(rule, view, stock, context),
    ...mayEmpty(rule, view, stock),
  ]);
}

/** So few images that nobody means them for all branches together. */
const fewForAll = 5;
/** So many that it hardly matters. */
const manyForAll = 100;
/** Days a branch's images are kept, in rules that are proposed. */
const branchDays = 14;

/** "The last 3 of feature-*" are three of all branches together, not of each. */
function sharedCount(rule: RuleView, stock: Stock | undefined): Remark[] {
  const [entry] = rule.entries;
  if (!rule.counts || !expires(rule) || rule.entries.length !== 1 || entry === undefined || !namesBranches(entry))
    return [];
  if (rule.number >= manyForAll) return [];
  const tags = stock?.tags.filter(compilePattern(entry)) ?? [];
  const prefix = entry.slice(0, entry.indexOf('*'));
  const branches = new Set(tags.map((tag) => branchOf(tag, prefix))).size;
  // What there is shows that the number serves all of them.
  if (tags.length > 0 && branches <= 1) return [];
  const seen = tags.length > 0 ? `; there are ${branches} now` : '';
  const message = `the last ${rule.number} of "${entry}" are ${rule.number} of all branches together, not of each${seen}`;
  const likely = tags.length > 0 ? branches > rule.number : rule.number <= fewForAll;
  return [
    remark('lifecycle/shared-count', `${rule.path}.selection.countNumber`, message, {
      severity: likely ? 'warning' : 'info',
      mend: `ECR cannot count for each branch; the nearest is an age: "sinceImagePushed" with ${branchDays} days keeps every branch that is worked on`,
      replacement: [
        {
          ...rule.rule,
          selection: {
            ...rule.rule.selection,
            countType: 'sinceImagePushed',
            countUnit: 'days',
            countNumber: branchDays,
          },
        },
      ],
    }),
  ];
}

/** Too few images to go back to. */
function shortRollback(
  rule: RuleView,
  view: PolicyView,
  stock: Stock | undefined,
  { rollbackWindowDays }: LintContext,
): Remark[] {
  const whole = rule.whole !== undefined;
  if (!rule.counts || !expires(rule) || (!whole && rule.purpose !== 'release')) return [];
  const path = `${rule.path}.selection.countNumber`;
  const window = rollbackWindowDays ?? usualWindow;
  const mine = stock?.standard.filter((image) => rule.selects(image)) ?? [];
  const own = mine.filter((image) => !before(rule, view).some((other) => other.selects(image)));
  const pace =
    stock === undefined
      ? undefined
      : paceAmong(
          mine.filter((image) => image.tags.length > 0),
          stock.now,
        );
  if (pace !== undefined && own.length > 0) {
    const needed = neededFor(pace, window);
    if (rule.number >= needed) return [];
    const { keep } = adviseRetention({ pace, rollbackWindowDays: window });
    const message = `at ${pushesADay(pace)} the last ${rule.number} reach back ${decimal((rule.number - 1) / pace)} days; going back ${plural(window, 'day')} takes ${needed}`;
    // Where a rule is about everything, not all that is pushed is deployed.
    const severity = whole && rollbackWindowDays === undefined ? 'info' : 'warning';
    return [
      remark('lifecycle/short-rollback', path, message, {
        severity,
        mend: `keep ${keep}, or give what is deployed a tag and a rule of its own`,
      }),
    ];
  }
  if (rule.number > 1) return [];
  const what = whole ? 'the newest image' : `the newest of "${rule.entries.join('" and "')}"`;
  const message = `it keeps ${what} alone: there is nothing to roll back to, and a push deletes what is running`;
  return [remark('lifecycle/short-rollback', path, message, { mend: `keep ${adviseRetention().keep}` })];
}

/** A repository that nobody pushes to for so long is no usual one. */
const longAge = 180;

/** Ages alone go on while nobody pushes: the last image goes, although it is running. */
function mayEmpty(rule: RuleView, view: PolicyView, stock: Stock | undefined): Remark[] {
  if (rule.rule.selection.countType !== 'sinceImagePushed') return [];
  if (rule.whole === undefined && rule.purpose !== 'release') return [];
  const earlier = before(rule, view);
  // Some images are kept by number: what is deployed has a place to be, for a rule about everything.
  const keepsSome = earlier.some(
    (other) => other.counts && other.rule.selection.tagStatus === 'tagged' && !protectsOnly(other),
  );
  if (rule.whole !== undefined && keepsSome) return [];
  const noun = rule.whole === 'tagged' ? 'tagged image' : 'image';
  const those = rule.whole === undefined ? ` of "${rule.entries.join('" and "')}"` : '';
  const does = expires(rule) ? 'deletes' : 'archives';
  const own =
    stock?.standard.filter((image) => rule.selects(image) && !earlier.some((other) => other.selects(image))) ?? [];
  const [newest] = own;
  const gone = stock !== undefined && newest !== undefined && ageInDays(newest, stock.now) > rule.number;
  const message = gone
    ? `it ${does} all ${plural(own.length, noun)}${those} there ${own.length === 1 ? 'is' : 'are'}: the newest was pushed ${plural(Math.floor(ageInDays(newest, stock.now)), 'day')} ago`
    : `${plural(rule.number, 'day')} without a push, and it ${does} the last ${noun}${those}, running or not`;
  const { keep } = adviseRetention();
  const { countUnit: _, ...selection } = rule.rule.selection;
  return [
    remark('lifecycle/may-empty', `${rule.path}.selection.countType`, message, {
      severity: gone || rule.number < longAge ? 'warning' : 'info',
      mend: `keep a number instead: "imageCountMoreThan" with ${keep}`,
      replacement: [{ ...rule.rule, selection: { ...selection, countType: 'imageCountMoreThan', countNumber: keep } }],
    }),
  ];
}
