// The operators of conditions, as data: how each compares one value of the request with one of the policy.
// It must not know sets of values, keys that are missing, or statements: that is the business of conditions.
// Source: IAM user guide, "IAM JSON policy elements: Condition operators".
import { fieldsOfArn } from './arn.js';
import type { OperatorName } from './model.js';
import { isInRange, parseAddress, parseBoolean, parseDate, parseNumber, parseRange } from './values.js';
import { matcherOf, type Part, parseWildcards } from './wildcard.js';

type Compare = (given: string) => boolean;

export interface Operator {
  /** Takes the value in the policy. One that is none of its kind matches nothing. */
  readonly compare: (value: readonly Part[]) => Compare;
  /** `*` and `?` in the policy's value are wildcards. */
  readonly wildcards: boolean;
  /** Policy variables may stand in the value: "You can use a policy variable with …". */
  readonly variables: boolean;
  /** Between the key and the values, met and not. */
  readonly words: readonly [met: string, unmet: string];
}

const never: Compare = () => false;

function textOf(value: readonly Part[]): string {
  return value.filter((part) => typeof part === 'string').join('');
}

function texts(words: Operator['words'], compare: (value: string) => Compare): Operator {
  return { compare: (value) => compare(textOf(value)), wildcards: false, variables: true, words };
}

/** Values that are read first, in the policy and in the request. */
function read<T>(
  words: Operator['words'],
  parse: (text: string) => T | undefined,
  compare: (given: T, value: T) => boolean,
): Operator {
  return {
    wildcards: false,
    variables: false,
    words,
    compare: (value) => {
      const wanted = parse(textOf(value));
      if (wanted === undefined) return never;
      return (text) => {
        const given = parse(text);
        return given !== undefined && compare(given, wanted);
      };
    },
  };
}

type Order = (given: number, value: number) => boolean;

const numbers = (relation: string, compare: Order) =>
  read([`is${relation}`, `is not${relation}`], parseNumber, compare);
const dates = (relation: string, compare: Order) => read([`is${relation}`, `is not${relation}`], parseDate, compare);
const same: Order = (given, value) => given === value;
const less: Order = (given, value) => given < value;
const more: Order = (given, value) => given > value;

/** "Each of the six colon-delimited components of the ARN is checked separately and each can include wildcards." */
function compareArns(value: readonly Part[]): Compare {
  const wanted = componentsOf(value);
  // What is no ARN: one lone `*` is taken for any, as people mean it. AWS does not say. (?)
  if (value.length === 1 && typeof value[0] === 'object' && value[0].any === 'many') return () => true;
  const matchers = wanted.map(matcherOf);
  return (text) => {
    const given = fieldsOfArn(text);
    return given.length === 6 && given.every((field, index) => matchers[index]?.(field) === true);
  };
}

/** Parts between colons; from the sixth on, all. */
function componentsOf(value: readonly Part[]): readonly (readonly Part[])[] {
  let current: Part[] = [];
  const components = [current];
  for (const part of value) {
    let rest = part;
    while (typeof rest === 'string' && rest.includes(':') && components.length < 6) {
      current.push(rest.slice(0, rest.indexOf(':')));
      rest = rest.slice(rest.indexOf(':') + 1);
      current = [];
      components.push(current);
    }
    current.push(rest);
  }
  return components;
}

/** Those that say what is met; each negated one is the opposite of one of them. */
export const positiveOperators: Readonly<Record<OperatorName, Operator>> = {
  StringEquals: texts(['is', 'is not'], (value) => (given) => given === value),
  StringEqualsIgnoreCase: texts(
    ['is, in any case of letters,', 'is not, in any case of letters,'],
    (value) => (given) => given.toLowerCase() === value.toLowerCase(),
  ),
  StringLike: { compare: matcherOf, wildcards: true, variables: true, words: ['is like', 'is not like'] },
  NumericEquals: numbers('', same),
  NumericLessThan: numbers(' less than', less),
  NumericLessThanEquals: numbers(' at most', (given, value) => !more(given, value)),
  NumericGreaterThan: numbers(' greater than', more),
  NumericGreaterThanEquals: numbers(' at least', (given, value) => !less(given, value)),
  DateEquals: dates('', same),
  DateLessThan: dates(' before', less),
  DateLessThanEquals: dates(' at most', (given, value) => !more(given, value)),
  DateGreaterThan: dates(' after', more),
  DateGreaterThanEquals: dates(' at least', (given, value) => !less(given, value)),
  Bool: { ...read(['is', 'is not'], parseBoolean, (given, value) => given === value), variables: true },
  BinaryEquals: { ...texts(['is', 'is not'], (value) => (given) => given === value), variables: false },
  IpAddress: {
    wildcards: false,
    variables: false,
    words: ['is in', 'is not in'],
    compare: (value) => {
      const range = parseRange(textOf(value));
      if (range === undefined) return never;
      return (text) => {
        const address = parseAddress(text);
        return address !== undefined && isInRange(address, range);
      };
    },
  },
  ArnLike: { compare: compareArns, wildcards: true, variables: true, words: ['is like', 'is not like'] },
  /** Of the key alone: what `Null` asks for. */
  Exists: { compare: () => () => true, wildcards: false, variables: false, words: ['is given', 'is not given'] },
};

const negations = new Map<string, OperatorName>([
  ['StringNotEquals', 'StringEquals'],
  ['StringNotEqualsIgnoreCase', 'StringEqualsIgnoreCase'],
  ['StringNotLike', 'StringLike'],
  ['NumericNotEquals', 'NumericEquals'],
  ['DateNotEquals', 'DateEquals'],
  ['NotIpAddress', 'IpAddress'],
  ['ArnNotEquals', 'ArnLike'],
  ['ArnNotLike', 'ArnLike'],
]);
const positives = new Map<string, OperatorName>([
  // "The ArnEquals and ArnLike condition operators behave identically."
  ['ArnEquals', 'ArnLike'],
  ...(Object.keys(positiveOperators) as OperatorName[]).map((name): [string, OperatorName] => [name, name]),
]);

/** An operator as policies spell it: the positive one it is, or the one it is the opposite of. */
export function operatorNamed(
  name: string,
): { readonly positive: OperatorName; readonly negated: boolean } | undefined {
  const negation = negations.get(name);
  const positive = negation ?? positives.get(name);
  return positive === undefined ? undefined : { positive, negated: negation !== undefined };
}

/** Parts of a value that holds no variable. */
export function partsOfValue(operator: Operator, value: string): readonly Part[] {
  return operator.wildcards ? parseWildcards(value) : [value];
}
