// Yes, no, and what lies between: formulas over requirements that are open and statements that nobody could read.
// It must not know what requirements mean; whether some can hold together is told to it.
import type { Need, Requirement, Unread } from './model.js';

export type Formula = boolean | Clause;

/** A formula that is no constant, nor has any in it. */
export type Clause =
  | { readonly open: Requirement }
  /** It may be either. */
  | { readonly unread: Unread }
  | { readonly all: readonly Clause[] }
  | { readonly any: readonly Clause[] };

/** Whether requirements can hold at once. */
export type Consistent = (requirements: readonly Requirement[]) => boolean;

export type Solution =
  | { readonly answer: 'yes' | 'no' }
  | { readonly answer: 'yes-if'; readonly need: Need }
  | { readonly answer: 'unknown'; readonly unread: readonly Unread[]; readonly best: Best };

/** What an answer is where all that is unread lets it. */
export type Best = { readonly answer: 'yes' } | { readonly answer: 'yes-if'; readonly need: Need };

export function all(parts: readonly Formula[]): Formula {
  return joined(parts, 'all');
}

export function any(parts: readonly Formula[]): Formula {
  return joined(parts, 'any');
}

export function not(formula: Formula): Formula {
  if (typeof formula === 'boolean') return !formula;
  if ('open' in formula) return { open: { ...formula.open, met: !formula.open.met } };
  if ('unread' in formula) return formula;
  return 'all' in formula ? any(formula.all.map(not)) : all(formula.any.map(not));
}

/** Flat, without constants and repetitions; a constant where one part decides. */
function joined(parts: readonly Formula[], kind: 'all' | 'any'): Formula {
  const decisive = kind === 'any';
  const found: Clause[] = [];
  const literals = new Map<string, boolean>();
  const decides = (part: Formula): boolean => {
    if (typeof part === 'boolean') return part === decisive;
    if (kind === 'all' && 'all' in part) return part.all.some(decides);
    if (kind === 'any' && 'any' in part) return part.any.some(decides);
    if ('open' in part) {
      const key = keyOf(part.open);
      const met = literals.get(key);
      // Something and its opposite.
      if (met !== undefined) return met !== part.open.met;
      literals.set(key, part.open.met);
    }
    found.push(part);
    return false;
  };
  if (parts.some(decides)) return decisive;
  const [first, ...more] = found;
  if (first === undefined) return !decisive;
  if (more.length === 0) return first;
  return kind === 'all' ? { all: found } : { any: found };
}

/** The same for every spelling of a requirement, whether it is to be met or not. */
function keyOf({ key, operator, values, every, orAbsent }: Requirement): string {
  return JSON.stringify([key.toLowerCase(), operator, every, orAbsent, [...new Set(values)].sort()]);
}

/**
 * `unknown` where the answer hangs on what is unread, and on nothing else that would decide it. Formulas of very many
 * requirements may be given as `yes-if` though their requirements always, or never, hold together.
 */
export function solve(formula: Formula, consistent: Consistent): Solution {
  const best = assigned(formula, (leaf) => ('unread' in leaf ? true : leaf));
  if (!isPossible(best, consistent)) return { answer: 'no' };
  const worst = assigned(formula, (leaf) => ('unread' in leaf ? false : leaf));
  if (!isPossible(not(worst), consistent)) return { answer: 'yes' };
  const tidied = tidy(formula);
  // Tidying may find what is too large to be tried out.
  if (typeof tidied === 'boolean') return { answer: tidied ? 'yes' : 'no' };
  const unread = unreadIn(tidied);
  if (unread.length > 0) return { answer: 'unknown', unread, best: bestOf(best, consistent) };
  return { answer: 'yes-if', need: needOf(tidied) };
}

/** `formula` can hold, and nothing in it is unread. */
function bestOf(formula: Formula, consistent: Consistent): Best {
  const tidied = tidy(formula);
  return typeof tidied === 'boolean' || !isPossible(not(tidied), consistent)
    ? { answer: 'yes' }
    : { answer: 'yes-if', need: needOf(tidied) };
}

type Leaf = Extract<Clause, { open: Requirement } | { unread: Unread }>;

/** Each leaf put in the place of another. */
function assigned(formula: Formula, put: (leaf: Leaf) => Formula): Formula {
  if (typeof formula === 'boolean') return formula;
  if ('all' in formula) return all(formula.all.map((part) => assigned(part, put)));
  if ('any' in formula) return any(formula.any.map((part) => assigned(part, put)));
  return put(formula);
}

function decided(formula: Formula, key: string, met: boolean): Formula {
  return assigned(formula, (leaf) => ('open' in leaf && keyOf(leaf.open) === key ? leaf.open.met === met : leaf));
}

const nothing: readonly Clause[] = [];

function partsOf(formula: Formula): readonly Clause[] {
  if (typeof formula === 'boolean') return nothing;
  return 'all' in formula ? formula.all : 'any' in formula ? formula.any : nothing;
}

/** Of a formula in which nothing is unread: what is no constant has one. */
function firstOpen(formula: Formula): Requirement | undefined {
  if (typeof formula === 'object' && 'open' in formula) return formula.open;
  const [first] = partsOf(formula);
  return first && firstOpen(first);
}

/** Choices tried before a formula is taken for possible: real policies need a few dozen. */
const mostChoices = 2000;

function isPossible(formula: Formula, consistent: Consistent): boolean {
  let choices = 0;
  const search = (rest: Formula, chosen: readonly Requirement[]): boolean => {
    choices += 1;
    if (choices === mostChoices) return true;
    if (rest === false || !consistent(chosen)) return false;
    const open = firstOpen(rest);
    if (open === undefined) return true;
    return [open.met, !open.met].some((met) => search(decided(rest, keyOf(open), met), [...chosen, { ...open, met }]));
  };
  return search(formula, []);
}

/** What one part says need not be said again in another: `a and (b or not a)` is `a and b`. */
function tidy(formula: Formula): Formula {
  const parts: Formula[] = partsOf(formula).map(tidy);
  if (typeof formula === 'boolean' || parts.length === 0) return formula;
  const isAll = 'all' in formula;
  for (const index of parts.keys()) {
    // As it is by now: an equal one before it has taken it away already.
    const part = parts[index];
    if (typeof part !== 'object' || !('open' in part)) continue;
    const key = keyOf(part.open);
    const met = part.open.met === isAll;
    for (const [at, other] of parts.entries()) if (at !== index) parts[at] = tidy(decided(other, key, met));
  }
  const joint = isAll ? all(parts) : any(parts);
  // What shrank may hold a single requirement now, that shortens the others in turn.
  return JSON.stringify(joint) === JSON.stringify(formula) ? joint : tidy(joint);
}

function unreadIn(clause: Clause): readonly Unread[] {
  const found = 'unread' in clause ? [clause.unread] : partsOf(clause).flatMap(unreadIn);
  return [...new Map(found.map((unread) => [JSON.stringify(unread), unread])).values()];
}

/** Of a clause in which nothing is unread. */
export function needOf(clause: Clause): Need {
  if ('open' in clause) return clause.open;
  const parts = partsOf(clause).map(needOf);
  return 'any' in clause ? { any: parts } : { all: parts };
}
