// Yes, no, and what lies between: formulas over requirements that are open and statements that nobody could read.
// It must not know what requirements mean; whether some can hold together is told to it.
import type { Need, Requirement, Unread } from './model.js';

export type Formula =
  | boolean
  | { readonly open: Requirement }
  /** It may be either. */
  | { readonly unread: Unread }
  | { readonly all: readonly Formula[] }
  | { readonly any: readonly Formula[] };

/** Whether requirements can hold at once. */
export type Consistent = (requirements: readonly Requirement[]) => boolean;

export type Solution =
  | { readonly answer: 'yes' | 'no' }
  | { readonly answer: 'yes-if'; readonly need: Need }
  | { readonly answer: 'unknown'; readonly unread: readonly Unread[]; readonly best: Best };

/** What an answer is where all that is unread lets it. */
export type Best = { readonly answer: 'yes' } | { readonly answer: 'yes-if'; readonly need: Need };

export function all(parts: readonly Formula[]): Formula {
  const found = combine(parts, 'all');
  if (typeof found === 'boolean') return found;
  return found.length === 1 && found[0] !== undefined ? found[0] : { all: found };
}

export function any(parts: readonly Formula[]): Formula {
  const found = combine(parts, 'any');
  if (typeof found === 'boolean') return found;
  return found.length === 1 && found[0] !== undefined ? found[0] : { any: found };
}

export function not(formula: Formula): Formula {
  if (typeof formula === 'boolean') return !formula;
  if ('open' in formula) return { open: { ...formula.open, met: !formula.open.met } };
  if ('unread' in formula) return formula;
  return 'all' in formula ? any(formula.all.map(not)) : all(formula.any.map(not));
}

/** Flat, without constants and repetitions; a constant where one part decides. */
function combine(parts: readonly Formula[], kind: 'all' | 'any'): boolean | readonly Formula[] {
  const decisive = kind === 'any';
  const found: Formula[] = [];
  const literals = new Map<string, boolean>();
  const add = (part: Formula): boolean => {
    if (typeof part === 'boolean') return part === decisive;
    if (kind === 'all' && 'all' in part) return part.all.some(add);
    if (kind === 'any' && 'any' in part) return part.any.some(add);
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
  if (parts.some(add)) return decisive;
  return found.length === 0 ? !decisive : found;
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
  if (typeof formula === 'boolean') return { answer: formula ? 'yes' : 'no' };
  const best = withUnread(formula, true);
  if (!isPossible(best, consistent)) return { answer: 'no' };
  if (!isPossible(not(withUnread(formula, false)), consistent)) return { answer: 'yes' };
  const tidied = tidy(formula);
  const unread = unreadIn(tidied);
  if (unread.length > 0) return { answer: 'unknown', unread, best: bestOf(best, consistent) };
  return { answer: 'yes-if', need: needOf(tidied) };
}

/** `formula` can hold, and nothing in it is unread. */
function bestOf(formula: Formula, consistent: Consistent): Best {
  return isPossible(not(formula), consistent) ? { answer: 'yes-if', need: needOf(tidy(formula)) } : { answer: 'yes' };
}

function withUnread(formula: Formula, value: boolean): Formula {
  if (typeof formula === 'boolean' || 'open' in formula) return formula;
  if ('unread' in formula) return value;
  return 'all' in formula
    ? all(formula.all.map((part) => withUnread(part, value)))
    : any(formula.any.map((part) => withUnread(part, value)));
}

function assign(formula: Formula, key: string, met: boolean): Formula {
  if (typeof formula === 'boolean' || 'unread' in formula) return formula;
  if ('open' in formula) return keyOf(formula.open) === key ? formula.open.met === met : formula;
  return 'all' in formula
    ? all(formula.all.map((part) => assign(part, key, met)))
    : any(formula.any.map((part) => assign(part, key, met)));
}

function firstOpen(formula: Formula): Requirement | undefined {
  if (typeof formula === 'boolean' || 'unread' in formula) return undefined;
  if ('open' in formula) return formula.open;
  for (const part of 'all' in formula ? formula.all : formula.any) {
    const found = firstOpen(part);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Choices tried before a formula is taken for possible: real policies need a few dozen. */
const mostChoices = 2000;

function isPossible(formula: Formula, consistent: Consistent): boolean {
  let choices = 0;
  const search = (rest: Formula, chosen: readonly Requirement[]): boolean => {
    choices += 1;
    if (choices > mostChoices) return true;
    if (rest === false || !consistent(chosen)) return false;
    const open = firstOpen(rest);
    if (open === undefined) return true;
    return [open.met, !open.met].some((met) => search(assign(rest, keyOf(open), met), [...chosen, { ...open, met }]));
  };
  return search(formula, []);
}

/** What one part says need not be said again in another: `a and (b or not a)` is `a and b`. */
function tidy(formula: Formula): Formula {
  if (typeof formula === 'boolean' || 'open' in formula || 'unread' in formula) return formula;
  const kind = 'all' in formula ? 'all' : 'any';
  const join = kind === 'all' ? all : any;
  let parts: readonly Formula[] = ('all' in formula ? formula.all : formula.any).map(tidy);
  for (let index = 0; index < parts.length; index += 1) {
    // As it is by now: an equal one before it has taken it away already.
    const part = parts[index];
    if (typeof part !== 'object' || !('open' in part)) continue;
    const key = keyOf(part.open);
    const met = kind === 'all' ? part.open.met : !part.open.met;
    parts = parts.map((other, at) => (at === index ? other : tidy(assign(other, key, met))));
  }
  const joined = join(parts);
  // What shrank may hold a single requirement now, that shortens the others in turn.
  return JSON.stringify(joined) === JSON.stringify(formula) ? joined : tidy(joined);
}

function unreadIn(formula: Formula): readonly Unread[] {
  if (typeof formula === 'boolean' || 'open' in formula) return [];
  if ('unread' in formula) return [formula.unread];
  const found = new Map<string, Unread>();
  for (const part of 'all' in formula ? formula.all : formula.any)
    for (const unread of unreadIn(part)) found.set(JSON.stringify(unread), unread);
  return [...found.values()];
}

function needOf(formula: Formula): Need {
  if (typeof formula === 'boolean' || 'unread' in formula) return { all: [] };
  if ('open' in formula) return formula.open;
  return 'all' in formula ? { all: formula.all.map(needOf) } : { any: formula.any.map(needOf) };
}
