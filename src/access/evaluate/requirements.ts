// Requirements in words, and whether several can hold at once.
// It must not know policies.
import { meets } from './conditions.js';
import type { KeyState } from './context.js';
import type { Need, Requirement } from './model.js';
import { positiveOperators } from './operators.js';
import { parseDate, parseNumber } from './values.js';

const subjects = new Map([
  ['Resource', 'the resource'],
  ['Principal', 'the session'],
]);

/** `aws:SourceIp is in 10.0.0.0/8`. Says that the key may be absent only where one would think that it may not. */
export function requirementWords({ key, operator, values, every, orAbsent, met }: Requirement): string {
  const [yes, no] = positiveOperators[operator].words;
  const subject = subjects.get(key) ?? key;
  const list = values.join(' or ');
  const words = (relation: string) => [subject, relation, list].filter((word) => word !== '').join(' ');
  if (every) return met ? `every value of ${words(yes)}` : `not every value of ${words(yes)}`;
  if (met) return orAbsent ? `${words(yes)}, or is absent` : words(yes);
  return orAbsent ? `${words(no)}, nor absent` : words(no);
}

export function needWords(need: Need): string {
  if ('key' in need) return requirementWords(need);
  const [parts, word] = 'all' in need ? [need.all, ' and '] : [need.any, ' or '];
  return parts.map((part) => ('key' in part ? needWords(part) : `(${needWords(part)})`)).join(word);
}

/** Keys that may have several values at once, so that demands on one do not shut out others. */
const multivalued = new Set([
  'aws:calledvia',
  'aws:principalorgpaths',
  'aws:principalservicenameslist',
  'aws:resourceorgpaths',
  'aws:sourceorgpaths',
  'aws:tagkeys',
  'aws:vpceorgpaths',
]);

/**
 * False only where no request could meet them all. Values to try are those the requirements name and some between and beside
 * them, so wherever these may not be enough it is true.
 */
export function areConsistent(requirements: readonly Requirement[]): boolean {
  const groups = new Map<string, Requirement[]>();
  for (const requirement of requirements) {
    const key = requirement.key.toLowerCase();
    groups.set(key, [...(groups.get(key) ?? []), requirement]);
  }
  return [...groups].every(([key, group]) => canHold(key, group));
}

function canHold(key: string, group: readonly Requirement[]): boolean {
  if (multivalued.has(key) || !group.every(isExhaustible)) return true;
  const states: Exclude<KeyState, 'unknown'>[] = ['absent', ...candidates(group).map((value) => [value] as const)];
  return states.some((state) => group.every((requirement) => meets(requirement, state)));
}

/** Whether the candidates of a requirement show all that matters about it. */
function isExhaustible({ key, operator, values, met }: Requirement): boolean {
  if (subjects.has(key) || values.some((value) => value.includes('${'))) return false;
  if (operator === 'IpAddress') return met;
  return !positiveOperators[operator].wildcards || !values.some((value) => /[*?]/.test(value));
}

/** Each value as every operator could take it. */
function candidates(group: readonly Requirement[]): readonly string[] {
  const texts = group.flatMap(({ values }) => values);
  return [
    // No value of a policy is like this one.
    'something else',
    ...texts.flatMap((text) => [text, text.toLowerCase(), text.toUpperCase(), ...text.split('/', 1)]),
    ...between(texts.map(parseNumber), 1).map(String),
    ...between(texts.map(parseDate), 1000).flatMap(dateTexts),
  ];
}

/** In seconds since 1970, for years of more than four digits, and to the millisecond. */
function dateTexts(time: number): readonly string[] {
  const seconds = String(Math.round(time / 1000));
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? [seconds] : [seconds, date.toISOString()];
}

/** The values, one below, one above, and one in each gap. */
function between(values: readonly (number | undefined)[], step: number): readonly number[] {
  const sorted = values.filter((value) => value !== undefined).sort((one, other) => one - other);
  const gaps = sorted.slice(1).map((value, index) => (value + (sorted[index] ?? value)) / 2);
  return [...sorted, ...gaps, ...sorted.flatMap((value) => [value - step, value + step])];
}
