// Exercises operators.ts: one value against one value, odd ones too, and how operators are spelt.
// It must not know statements.
import { expect, test } from 'vitest';
import { operators as spelled } from '../names.js';
import type { OperatorName } from './model.js';
import { operatorNamed, partsOfValue, positiveOperators } from './operators.js';

function compare(name: OperatorName, value: string, given: string): boolean {
  const operator = positiveOperators[name];
  return operator.compare(partsOfValue(operator, value))(given);
}

const arn = 'arn:aws:iam::111111111111:role/ci';

test.each<[OperatorName, string, string, boolean]>([
  ['StringEquals', 'a*', 'a*', true],
  ['StringEquals', 'a*', 'ab', false],
  ['StringEqualsIgnoreCase', 'aB', 'Ab', true],
  ['StringEqualsIgnoreCase', 'aB', 'Abc', false],
  ['StringLike', 'a*', 'ab', true],
  ['StringLike', 'a?', 'a', false],
  ['NumericEquals', '1', '1.0', true],
  ['NumericEquals', '1', '2', false],
  ['NumericEquals', 'x', 'x', false],
  ['NumericEquals', '1', 'x', false],
  ['NumericLessThan', '2', '1', true],
  ['NumericLessThan', '2', '2', false],
  ['NumericLessThan', '2', 'x', false],
  ['NumericLessThanEquals', '2', '2', true],
  ['NumericLessThanEquals', '2', '3', false],
  ['NumericLessThanEquals', '2', 'x', false],
  ['NumericLessThanEquals', 'x', '2', false],
  ['NumericGreaterThanEquals', 'x', '2', false],
  ['NumericGreaterThan', '2', '3', true],
  ['NumericGreaterThan', '2', '2', false],
  ['NumericGreaterThanEquals', '2', '2', true],
  ['NumericGreaterThanEquals', '2', '1', false],
  ['DateEquals', '2026-01-01', '2026-01-01T00:00:00Z', true],
  ['DateEquals', '2026-01-01', '2026-01-02', false],
  ['DateEquals', 'x', 'x', false],
  ['DateLessThan', '2026-01-02', '2026-01-01', true],
  ['DateLessThan', '2026-01-02', '2026-01-02', false],
  ['DateLessThanEquals', '2026-01-02', '2026-01-02', true],
  ['DateLessThanEquals', '2026-01-02', '2026-01-03', false],
  ['DateGreaterThan', '2026-01-02', '2026-01-03', true],
  ['DateGreaterThan', '2026-01-02', '2026-01-02', false],
  ['DateGreaterThanEquals', '2026-01-02', '2026-01-02', true],
  ['DateGreaterThanEquals', '2026-01-02', '2026-01-01', false],
  ['DateLessThanEquals', 'x', '2026-01-01', false],
  ['DateGreaterThanEquals', 'x', '2026-01-01', false],
  ['Bool', 'true', 'TRUE', true],
  ['Bool', 'false', 'true', false],
  ['Bool', 'x', 'x', false],
  ['BinaryEquals', 'eA==', 'eA==', true],
  ['BinaryEquals', 'eA==', 'EA==', false],
  ['IpAddress', '10.0.0.0/8', '10.1.1.1', true],
  ['IpAddress', '10.0.0.0/8', '11.1.1.1', false],
  ['IpAddress', 'x', 'x', false],
  ['IpAddress', '10.0.0.0/8', 'x', false],
  ['ArnLike', arn, arn, true],
  ['ArnLike', arn, `${arn}s`, false],
  ['ArnLike', arn, `x${arn}`, false],
  ['ArnLike', 'arn:aws:iam::*:role/*', arn, true],
  ['ArnLike', 'arn:aws:iam::?11111111111:role/c?', arn, true],
  ['ArnLike', 'arn:aws:iam:*:role/ci', arn, false],
  ['ArnLike', 'arn:aws:iam::*', arn, false],
  ['ArnLike', 'arn:*', arn, false],
  ['ArnLike', 'arn:aws:iam::111111111111', arn, false],
  ['ArnLike', 'x', 'x', false],
  ['ArnLike', '*', arn, true],
  ['ArnLike', '*', 'x', true],
  ['ArnLike', '?', arn, false],
  ['ArnLike', 'a*', arn, false],
  ['ArnLike', '*:*:*:*:*:*', arn, true],
  ['ArnLike', '*:*:*:*:*:*', 'a:b:c:d:e', false],
  ['ArnLike', '*:*:*:*:*:x', 'a:b:c:d:e:x:y', false],
  ['ArnLike', '*:*:*:*:*:x:*', 'a:b:c:d:e:x:y', true],
  ['ArnLike', '*:*:*:*:*:x*', 'a:b:c:d:e:x:y', true],
  ['Exists', '', '', true],
])('%s %j of %j: %s', (name, value, given, expected) => {
  expect(compare(name, value, given)).toBe(expected);
});

test('a value may come in parts', () => {
  expect(positiveOperators.StringEquals.compare(['a', 'b'])('ab')).toBe(true);
  expect(positiveOperators.ArnLike.compare(['arn:aws:iam::1:user/', 'a*b'])('arn:aws:iam::1:user/a*b')).toBe(true);
  expect(positiveOperators.ArnLike.compare(['arn:aws:iam::1:user/', 'a*b'])('arn:aws:iam::1:user/axb')).toBe(false);
});

test('every operator of IAM is one or the opposite of one', () => {
  const found = Object.fromEntries(
    spelled.map((name) => {
      const { positive, negated } = operatorNamed(name) ?? {};
      return [name, `${negated === true ? 'not ' : ''}${positive}`];
    }),
  );
  const negated = {
    StringNotEquals: 'not StringEquals',
    StringNotEqualsIgnoreCase: 'not StringEqualsIgnoreCase',
    StringNotLike: 'not StringLike',
    NumericNotEquals: 'not NumericEquals',
    DateNotEquals: 'not DateEquals',
    NotIpAddress: 'not IpAddress',
    ArnNotEquals: 'not ArnLike',
    ArnNotLike: 'not ArnLike',
    ArnEquals: 'ArnLike',
    // Asked for in its own way.
    Null: 'undefined',
  };
  expect(found).toEqual({ ...Object.fromEntries(spelled.map((name) => [name, name])), ...negated });
});

test('wildcards and variables are for texts and ARNs', () => {
  const names = Object.keys(positiveOperators) as OperatorName[];
  expect(names.filter((name) => positiveOperators[name].wildcards)).toEqual(['StringLike', 'ArnLike']);
  expect(names.filter((name) => positiveOperators[name].variables)).toEqual([
    'StringEquals',
    'StringEqualsIgnoreCase',
    'StringLike',
    'Bool',
    'ArnLike',
  ]);
});
