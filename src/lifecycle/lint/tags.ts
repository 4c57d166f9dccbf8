// Remarks about the tag lists of single rules: entries that must all match, that say nothing, that no tag can match.
// It must not know counts, ages or other rules.
import { listed } from '../../diagnostics/suggest.js';
import type { LifecycleRule } from '../model.js';
import { canMatchTags, compilePattern, covers, overlap } from '../pattern.js';
import { familyOf } from './families.js';
import { plural, type Remark, remark } from './model.js';
import { nearestPattern } from './nearest.js';
import type { Stock } from './stock.js';
import { type PolicyView, prioritiesAt, protectsOnly, type RuleView } from './view.js';

export function tagRemarks(view: PolicyView, stock: Stock | undefined): Remark[] {
  return view.rules.flatMap((rule) => {
    const dead = neverMatching(rule);
    if (dead.length > 0) return dead;
    return [...andTrap(rule, view, stock), ...redundant(rule), ...matchesNothing(rule, stock)];
  });
}

function quoted(entries: readonly string[], last: 'and' | 'or' = 'and'): string {
  return listed(
    entries.map((entry) => `"${entry}"`),
    last,
  );
}

/** A tag begins with a letter, a digit or `_` (OCI distribution specification). */
function noTagMatches(entry: string): boolean {
  return !canMatchTags(entry) || /^[.-]/.test(entry);
}

function neverMatching(rule: RuleView): Remark[] {
  const found: Remark[] = [];
  for (const name of ['tagPatternList', 'tagPrefixList'] as const) {
    (rule.rule.selection[name] ?? []).forEach((entry, index) => {
      const literal = name === 'tagPrefixList' && entry.includes('*');
      // An empty prefix begins every tag.
      const whole = name === 'tagPrefixList' && entry === '';
      if (!literal && (whole || !noTagMatches(entry))) return;
      const path = `${rule.path}.selection.${name}.${index}`;
      const message = literal
        ? `a prefix takes "*" literally, so no tag can match "${entry}" and the rule never acts`
        : `no tag can match "${entry}", so the rule never acts`;
      const mend = literal ? `write tagPatternList ["${entry}"] instead, or the prefix without "*"` : undefined;
      found.push(remark('lifecycle/never-matches', path, message, mend === undefined ? {} : { mend }));
    });
  }
  return found;
}

/** Entries that match every tag another entry matches: where all must match, they say nothing. */
function redundantOf(rule: RuleView): readonly string[] {
  return rule.entries.filter((entry) => rule.entries.some((other) => other !== entry && covers(entry, other)));
}

function redundant(rule: RuleView): Remark[] {
  const idle = redundantOf(rule);
  const kept = rule.entries.filter((entry) => !idle.includes(entry));
  if (idle.length === 0) return [];
  const message = `${quoted(idle)} ${idle.length === 1 ? 'says' : 'say'} nothing beside ${quoted(kept)}: every entry must match, and the narrower is the one that decides`;
  const mend = `for images that match either, write ${quoted(idle)} alone; for those of ${quoted(kept)}, remove the wider`;
  return [remark('lifecycle/redundant-entry', `${rule.path}.selection.${rule.field}`, message, { mend })];
}

function andTrap(rule: RuleView, view: PolicyView, stock: Stock | undefined): Remark[] {
  const idle = redundantOf(rule);
  const entries = rule.entries.filter((entry) => !idle.includes(entry));
  // Entries that one tag can satisfy at once, `prod-*` and `*-arm64`, are meant as they are.
  const apart = entries.some((one, index) => entries.slice(index + 1).some((other) => !overlap(one, other)));
  if (!apart) return [];
  const all = stock?.standard.filter((image) => rule.selects(image)).length ?? 0;
  const tests = entries.map(compilePattern);
  const any = stock?.standard.filter((image) => image.tags.some((tag) => tests.some((test) => test(tag)))).length ?? 0;
  // Some images do carry tags of each kind, and most of those that carry one: the author knows.
  if (all > 0 && all * 2 >= any) return [];
  const seen =
    any === 0
      ? ''
      : `; of ${plural(any, 'image')} that match${any === 1 ? 'es' : ''} one of them, ${all === 0 ? 'none matches' : `${all} match`} all`;
  const message = `an image must match ${quoted(entries)} at once, with a tag for each${seen}`;
  const numbers = prioritiesAt(rule, view, entries.length);
  const proposed = numbers?.map((priority, index) => ({ entry: String(entries[index]), priority }));
  const each =
    proposed === undefined
      ? ''
      : `: ${listed(proposed.map(({ entry, priority }) => `"${entry}" with priority ${priority}`))}`;
  return [
    remark('lifecycle/and-trap', `${rule.path}.selection.${rule.field}`, message, {
      ...(all > 0 ? { severity: 'info' } : {}),
      mend: `for images that match any of them, write one rule for each${each}`,
      ...(proposed === undefined
        ? {}
        : { replacement: proposed.map(({ entry, priority }) => ruleFor(entry, priority, rule)) }),
    }),
  ];
}

/** The rule for one entry of a rule for several. */
function ruleFor(entry: string, rulePriority: number, { rule, field }: RuleView): LifecycleRule {
  const { tagPatternList: _patterns, tagPrefixList: _prefixes, tagStatus, ...rest } = rule.selection;
  const list = field === 'tagPrefixList' ? { tagPrefixList: [entry.slice(0, -1)] } : { tagPatternList: [entry] };
  return { rulePriority, selection: { tagStatus, ...list, ...rest }, action: rule.action };
}

/** A pattern in the words of the list that it goes to. */
function asWritten(pattern: string, rule: RuleView): string {
  const prefix = rule.field === 'tagPrefixList' && pattern.indexOf('*') === pattern.length - 1;
  return prefix ? `the prefix "${pattern.slice(0, -1)}"` : `the pattern "${pattern}"`;
}

/** Entries that none of the repository's tags matches, with what was probably meant. */
function matchesNothing(rule: RuleView, stock: Stock | undefined): Remark[] {
  if (stock === undefined || stock.tags.length === 0 || rule.storageClass === 'archive' || protectsOnly(rule))
    return [];
  return rule.entries.flatMap((entry, index) => {
    if (stock.tags.some(compilePattern(entry))) return [];
    const shown = rule.field === 'tagPrefixList' ? entry.slice(0, -1) : entry;
    const near = nearestPattern(entry, stock.tags);
    const alike = near === undefined ? [] : stock.tags.filter(compilePattern(near));
    const families = [...new Set(stock.tags.map((tag) => familyOf(tag).name))].slice(0, 4);
    const hint =
      near === undefined
        ? `; there are ${listed(families)}`
        : `; "${near}" would match ${plural(alike.length, 'tag')}, "${String(alike[0])}" among them`;
    const message = `"${shown}" matches none of the repository's ${plural(stock.tags.length, 'tag')}${hint}`;
    const place = rule.written.indexOf(shown);
    return [
      remark(
        'lifecycle/matches-nothing',
        `${rule.path}.selection.${rule.field}.${place < 0 ? index : place}`,
        message,
        near === undefined
          ? { severity: 'info', mend: 'correct it, or remove the rule where no such tag will come' }
          : { mend: `write ${asWritten(near, rule)}` },
      ),
    ];
  });
}
