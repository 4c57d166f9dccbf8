// Reads the Condition block of a statement, and says of a request: met, not met, or what it would have to meet.
// It must not know effects, principals or resources.
// Sources: IAM user guide, "Conditions with multiple context keys or values", "Single-valued vs. multivalued context keys",
// "Condition operators" (…IfExists, Null).
import { canonicalKey, parseOperator } from '../names.js';
import type { Context, KeyState } from './context.js';
import { all, any, type Formula, not } from './formula.js';
import type { Requirement } from './model.js';
import { type Operator, operatorNamed, partsOfValue, positiveOperators } from './operators.js';
import { fill, isPlain, parseTemplate, type Template } from './variables.js';
import type { Part } from './wildcard.js';

export type Condition = (context: Context) => Formula;

type Compare = (given: string) => boolean;

/** `values` of one key under one operator; values are alternatives. */
interface Test {
  readonly requirement: Requirement;
  readonly operator: Operator;
  readonly templates: readonly Template[];
}

/** Why a block cannot be read, or its conditions, all of which have to be met. */
export function compileConditions(block: unknown, variables: boolean): Condition | { readonly problem: string } {
  if (block === undefined) return () => true;
  if (!isFields(block)) return { problem: 'Condition is not an object' };
  const conditions: Condition[] = [];
  for (const [operator, keys] of Object.entries(block)) {
    if (!isFields(keys)) return { problem: `Condition.${operator} is not an object` };
    for (const [key, value] of Object.entries(keys)) {
      const condition = compileKey(operator, canonicalKey(key), value, variables);
      if (typeof condition === 'string') return { problem: condition };
      conditions.push(condition);
    }
  }
  return (context) => all(conditions.map((condition) => condition(context)));
}

function compileKey(spelled: string, key: string, value: unknown, variables: boolean): Condition | string {
  const values = valuesOf(value);
  if (values === undefined) return `Condition.${spelled} gives ${key} a value that is no text`;
  const parsed = parseOperator(spelled);
  if (parsed?.base === 'Null') return compileNull(key, values);
  const found = parsed && operatorNamed(parsed.base);
  if (found === undefined) return `Condition has the unknown operator "${spelled}"`;
  const { positive, negated, quantifier, ifExists } = { ...parsed, ...found };
  const operator = positiveOperators[positive];
  // A negated operator is the opposite of its positive one, whose quantifier and whose answer to a missing key turn round too:
  // without the key `StringNotEquals` is met, `ForAnyValue:StringNotEquals` is not, and `ForAllValues` always is.
  const forAll = quantifier === 'ForAllValues';
  const forAny = quantifier === 'ForAnyValue';
  const metIfAbsent = ifExists === true || forAll || (negated && !forAny);
  const test: Test = {
    operator,
    templates: values.map((one) =>
      variables && operator.variables
        ? parseTemplate(one, (text) => partsOfValue(operator, text))
        : partsOfValue(operator, one),
    ),
    requirement: {
      key,
      operator: positive,
      values,
      every: negated ? forAny : forAll,
      orAbsent: metIfAbsent !== negated,
      met: true,
    },
  };
  const isMet = compileTest(test);
  return (context) => {
    const met = isMet(context);
    // The statement holds for nobody, whichever way round it asks.
    if (met === undefined) return false;
    return negated ? not(met) : met;
  };
}

/** `undefined` where a variable has no value. */
function compileTest({ requirement, operator, templates }: Test): (context: Context) => Formula | undefined {
  const fixed = templates.every(isPlain) ? comparesOf(operator, templates) : undefined;
  return (context) => {
    const given = context(requirement.key);
    if (given === 'absent') return requirement.orAbsent;
    const compares = fixed ?? filled(operator, templates, context);
    if (compares === undefined) return undefined;
    if (given === 'unknown' || compares === 'unknown') return { open: requirement };
    return holds(requirement.every, given, compares);
  };
}

function comparesOf(operator: Operator, values: readonly (readonly Part[])[]): readonly Compare[] {
  return values.map(operator.compare);
}

function filled(
  operator: Operator,
  templates: readonly Template[],
  context: Context,
): readonly Compare[] | 'unknown' | undefined {
  const compares: Compare[] = [];
  let unknown = false;
  for (const template of templates) {
    const value = fill(template, context);
    if (value === 'unresolved') return undefined;
    if (value === 'unknown') unknown = true;
    else compares.push(operator.compare(value.parts));
  }
  return unknown ? 'unknown' : compares;
}

function holds(every: boolean, given: readonly string[], compares: readonly Compare[]): boolean {
  const matches = (value: string) => compares.some((compare) => compare(value));
  return every ? given.every(matches) : given.some(matches);
}

/** `true`: the request has no such key; `false`: it has. */
function compileNull(key: string, values: readonly string[]): Condition {
  const requirement: Requirement = { key, operator: 'Exists', values: [], every: false, orAbsent: false, met: true };
  return (context) => {
    const given = context(key);
    const exists: Formula = given === 'unknown' ? { open: requirement } : given !== 'absent';
    return any(values.map((value) => (value.toLowerCase() === 'true' ? not(exists) : exists)));
  };
}

/** Whether a request with this state of the key meets a requirement without variables. */
export function meets(requirement: Requirement, state: Exclude<KeyState, 'unknown'>): boolean {
  const { operator: name, values, every, orAbsent, met } = requirement;
  if (name === 'Exists') return (state !== 'absent') === met;
  const operator = positiveOperators[name];
  const compares = comparesOf(
    operator,
    values.map((value) => partsOfValue(operator, value)),
  );
  const positive = state === 'absent' ? orAbsent : holds(every, state, compares);
  return positive === met;
}

function valuesOf(value: unknown): readonly string[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.map((one) => (typeof one === 'boolean' || typeof one === 'number' ? String(one) : one));
  return texts.every((one) => typeof one === 'string') ? texts : undefined;
}

function isFields(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
