// Exercises requirements.ts: the words of requirements, and which of them can hold at once.
// It must not know policies.
import { describe, expect, test } from 'vitest';
import type { OperatorName, Requirement } from './model.js';
import { areConsistent, needWords, requirementWords } from './requirements.js';

function need(
  key: string,
  operator: OperatorName,
  values: readonly string[],
  rest: Partial<Requirement> = {},
): Requirement {
  return { key, operator, values, every: false, orAbsent: false, met: true, ...rest };
}

describe('words', () => {
  test.each<[string, Requirement]>([
    ['k is a', need('k', 'StringEquals', ['a'])],
    ['k is a or b', need('k', 'StringEquals', ['a', 'b'])],
    ['k is not a', need('k', 'StringEquals', ['a'], { met: false })],
    ['k is a, or is absent', need('k', 'StringEquals', ['a'], { orAbsent: true })],
    ['k is not a, nor absent', need('k', 'StringEquals', ['a'], { orAbsent: true, met: false })],
    ['every value of k is a', need('k', 'StringEquals', ['a'], { every: true, orAbsent: true })],
    ['not every value of k is a', need('k', 'StringEquals', ['a'], { every: true, orAbsent: true, met: false })],
    ['k is, in any case of letters, a', need('k', 'StringEqualsIgnoreCase', ['a'])],
    ['k is not, in any case of letters, a', need('k', 'StringEqualsIgnoreCase', ['a'], { met: false })],
    ['k is like a*', need('k', 'StringLike', ['a*'])],
    ['k is not like a*', need('k', 'StringLike', ['a*'], { met: false })],
    ['k is like a*', need('k', 'ArnLike', ['a*'])],
    ['k is not like a*', need('k', 'ArnLike', ['a*'], { met: false })],
    ['k is 1', need('k', 'NumericEquals', ['1'])],
    ['k is not 1', need('k', 'NumericEquals', ['1'], { met: false })],
    ['k is less than 1', need('k', 'NumericLessThan', ['1'])],
    ['k is not less than 1', need('k', 'NumericLessThan', ['1'], { met: false })],
    ['k is at most 1', need('k', 'NumericLessThanEquals', ['1'])],
    ['k is greater than 1', need('k', 'NumericGreaterThan', ['1'])],
    ['k is at least 1', need('k', 'NumericGreaterThanEquals', ['1'])],
    ['k is 2026', need('k', 'DateEquals', ['2026'])],
    ['k is not 2026', need('k', 'DateEquals', ['2026'], { met: false })],
    ['k is before 2026', need('k', 'DateLessThan', ['2026'])],
    ['k is not before 2026', need('k', 'DateLessThan', ['2026'], { met: false })],
    ['k is at most 2026', need('k', 'DateLessThanEquals', ['2026'])],
    ['k is after 2026', need('k', 'DateGreaterThan', ['2026'])],
    ['k is at least 2026', need('k', 'DateGreaterThanEquals', ['2026'])],
    ['k is true', need('k', 'Bool', ['true'])],
    ['k is not true', need('k', 'Bool', ['true'], { met: false })],
    ['k is eA==', need('k', 'BinaryEquals', ['eA=='])],
    ['k is not eA==', need('k', 'BinaryEquals', ['eA=='], { met: false })],
    ['k is in 10.0.0.0/8', need('k', 'IpAddress', ['10.0.0.0/8'])],
    ['k is not in 10.0.0.0/8', need('k', 'IpAddress', ['10.0.0.0/8'], { met: false })],
    ['k is given', need('k', 'Exists', [])],
    ['k is not given', need('k', 'Exists', [], { met: false })],
    ['the resource is like r', need('Resource', 'ArnLike', ['r'])],
    ['the session is not like s', need('Principal', 'ArnLike', ['s'], { met: false })],
  ])('%s', (words, requirement) => {
    expect(requirementWords(requirement)).toBe(words);
  });
  test('of several', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((value) => need('k', 'StringEquals', [value])) as [
      Requirement,
      Requirement,
      Requirement,
    ];
    expect(needWords({ all: [a, { any: [b, c] }] })).toBe('k is a and (k is b or k is c)');
    expect(needWords({ any: [a, { all: [b, c] }] })).toBe('k is a or (k is b and k is c)');
  });
});

describe('at once', () => {
  const equals = (value: string, rest: Partial<Requirement> = {}) => need('k', 'StringEquals', [value], rest);
  const absent = need('k', 'Exists', [], { met: false });
  test.each<[boolean, string, Requirement[]]>([
    [true, 'nothing', []],
    [true, 'one', [equals('a')]],
    [false, 'two values', [equals('a'), equals('b')]],
    [true, 'two values of two keys', [equals('a'), need('l', 'StringEquals', ['b'])]],
    [false, 'two values of one key in other letters', [equals('a'), need('K', 'StringEquals', ['b'])]],
    [true, 'lists that share a value', [need('k', 'StringEquals', ['a', 'b']), need('k', 'StringEquals', ['b', 'c'])]],
    [false, 'lists that share none', [need('k', 'StringEquals', ['a', 'b']), need('k', 'StringEquals', ['c'])]],
    [true, 'neither of two', [equals('a', { met: false }), equals('b', { met: false })]],
    [true, 'not empty, but given', [equals('', { met: false }), need('k', 'Exists', [])]],
    [true, 'neither of two, but given', [equals('a', { met: false }), need('k', 'Exists', [])]],
    [false, 'a value and none', [equals('a'), absent]],
    [true, 'a value or none, and none', [equals('a', { orAbsent: true }), absent]],
    [true, 'two values or none', [equals('a', { orAbsent: true }), equals('b', { orAbsent: true })]],
    [
      false,
      'two values or none, but given',
      [equals('a', { orAbsent: true }), equals('b', { orAbsent: true }), need('k', 'Exists', [])],
    ],
    [true, 'in other letters', [equals('a', { met: false }), need('k', 'StringEqualsIgnoreCase', ['a'])]],
    [true, 'in small letters', [equals('A', { met: false }), need('k', 'StringEqualsIgnoreCase', ['A'])]],
    [false, 'in no letters', [equals('a'), need('k', 'StringEqualsIgnoreCase', ['a'], { met: false })]],
    [false, 'like without wildcards', [equals('b'), need('k', 'StringLike', ['a'])]],
    [true, 'like with wildcards, which nobody tries', [equals('b'), need('k', 'StringLike', ['a*'])]],
    [
      true,
      'like one with wildcards and one without, which nobody tries',
      [need('k', 'StringLike', ['b', 'a*']), need('k', 'StringLike', ['c', '*z'])],
    ],
    [true, 'like with a question mark, which nobody tries', [equals('b'), need('k', 'StringLike', ['a?'])]],
    [true, 'variables, which nobody knows', [equals('b'), equals('${aws:username}')]],
    [false, 'true and false', [need('k', 'Bool', ['true']), need('k', 'Bool', ['false'])]],
    [true, 'not true', [need('k', 'Bool', ['TRUE'], { met: false }), need('k', 'Exists', [])]],
    [
      false,
      'neither true nor false',
      [
        need('k', 'Bool', ['true'], { met: false }),
        need('k', 'Bool', ['false'], { met: false }),
        need('k', 'Bool', ['true', 'false']),
      ],
    ],
    // Alone, too: there is no such value.
    [false, 'a number that is none', [need('k', 'NumericEquals', ['x'])]],
    [true, 'a number that is none, or none', [need('k', 'NumericEquals', ['x'], { orAbsent: true })]],
    [false, 'a network that is none', [need('k', 'IpAddress', ['x'])]],
    [false, 'one of no values', [need('k', 'StringEquals', [])]],
    [true, 'none of no values', [need('k', 'StringEquals', [], { met: false })]],
    [
      true,
      'a boolean other than none',
      [need('k', 'Bool', ['x'], { met: false }), need('k', 'Bool', ['true', 'false'])],
    ],
    [true, 'a truth in capital letters', [need('k', 'Bool', ['True']), need('k', 'StringEquals', ['true'])]],
    [false, 'more and less', [need('k', 'NumericGreaterThan', ['2']), need('k', 'NumericLessThan', ['1'])]],
    [true, 'between', [need('k', 'NumericGreaterThan', ['1']), need('k', 'NumericLessThan', ['2'])]],
    [true, 'just this', [need('k', 'NumericGreaterThanEquals', ['1']), need('k', 'NumericLessThanEquals', ['1'])]],
    [
      false,
      'just above and not above',
      [need('k', 'NumericGreaterThan', ['1']), need('k', 'NumericLessThanEquals', ['1'])],
    ],
    [
      true,
      'between the nearest two of three, in whatever order they come',
      [
        need('k', 'NumericGreaterThan', ['9']),
        need('k', 'NumericLessThan', ['100']),
        need('k', 'NumericLessThan', ['10']),
      ],
    ],
    [true, 'above both', [need('k', 'NumericGreaterThan', ['1']), need('k', 'NumericGreaterThan', ['2'])]],
    [true, 'below both', [need('k', 'NumericLessThan', ['1']), need('k', 'NumericLessThan', ['2'])]],
    [
      true,
      'above ten and below a hundred',
      [need('k', 'NumericGreaterThan', ['10']), need('k', 'NumericLessThan', ['100'])],
    ],
    [
      true,
      'not this but between',
      [
        need('k', 'NumericEquals', ['2'], { met: false }),
        need('k', 'NumericGreaterThan', ['1']),
        need('k', 'NumericLessThan', ['3']),
      ],
    ],
    [true, 'no number', [need('k', 'NumericLessThan', ['x'], { met: false }), need('k', 'NumericEquals', ['1'])]],
    [
      false,
      'before and after',
      [need('k', 'DateLessThan', ['2026-01-01']), need('k', 'DateGreaterThan', ['2026-06-01'])],
    ],
    [
      true,
      'within half a year',
      [need('k', 'DateGreaterThan', ['2026-01-01']), need('k', 'DateLessThan', ['2026-06-01'])],
    ],
    [
      true,
      'within a second',
      [need('k', 'DateGreaterThan', ['2026-01-01T00:00:00Z']), need('k', 'DateLessThan', ['2026-01-01T00:00:01Z'])],
    ],
    [
      true,
      'within a second, to the millisecond',
      [
        need('k', 'DateGreaterThan', ['2026-01-01T00:00:00.200Z']),
        need('k', 'DateLessThan', ['2026-01-01T00:00:00.800Z']),
      ],
    ],
    [
      true,
      'after the year 9999, and before a later one',
      [need('k', 'DateGreaterThan', ['9999-12-31']), need('k', 'DateLessThan', ['300000000000'])],
    ],
    [
      true,
      'between two years of more than four digits',
      [need('k', 'DateGreaterThan', ['290000000000']), need('k', 'DateLessThan', ['300000000000'])],
    ],
    // Further off than a Date of JavaScript goes.
    [
      true,
      'between two ends of time',
      [need('k', 'DateGreaterThan', ['9999999999999']), need('k', 'DateLessThan', ['99999999999999'])],
    ],
    [
      true,
      'before the end of time',
      [need('k', 'DateLessThan', ['99999999999999999']), need('k', 'DateGreaterThan', ['2026-01-01'])],
    ],
    [true, 'after both', [need('k', 'DateGreaterThan', ['2026-01-01']), need('k', 'DateGreaterThan', ['2026-06-01'])]],
    [false, 'two networks', [need('k', 'IpAddress', ['10.0.0.0/8']), need('k', 'IpAddress', ['192.168.0.0/16'])]],
    [true, 'a network in another', [need('k', 'IpAddress', ['10.0.0.0/8']), need('k', 'IpAddress', ['10.1.0.0/16'])]],
    [
      true,
      'one of several networks',
      [need('k', 'IpAddress', ['10.0.0.0/8', '::/0']), need('k', 'IpAddress', ['2001:db8::/32'])],
    ],
    [
      true,
      'out of a network in it, which nobody tries',
      [need('k', 'IpAddress', ['10.0.0.0/8']), need('k', 'IpAddress', ['10.0.0.0/9'], { met: false })],
    ],
    [false, 'no network', [need('k', 'IpAddress', ['x']), need('k', 'IpAddress', ['10.0.0.0/8'])]],
    [
      false,
      'an ARN and another',
      [need('k', 'ArnLike', ['arn:aws:iam::1:role/a']), need('k', 'ArnLike', ['arn:aws:iam::1:role/b'])],
    ],
    [
      true,
      'resources, which nobody tries',
      [need('Resource', 'ArnLike', ['a:b:c:d:e:f']), need('Resource', 'ArnLike', ['a:b:c:d:e:g'])],
    ],
    [
      true,
      'sessions, which nobody tries',
      [need('Principal', 'ArnLike', ['a:b:c:d:e:f']), need('Principal', 'ArnLike', ['a:b:c:d:e:g'])],
    ],
    [
      true,
      'two values of a key that may have both',
      [need('aws:TagKeys', 'StringEquals', ['a']), need('aws:TagKeys', 'StringEquals', ['b'])],
    ],
  ])('%s: %s', (possible, _, requirements) => {
    expect(areConsistent(requirements)).toBe(possible);
    expect(areConsistent([...requirements].reverse())).toBe(possible);
  });
  test.each([
    'aws:CalledVia',
    'aws:PrincipalOrgPaths',
    'aws:PrincipalServiceNamesList',
    'aws:ResourceOrgPaths',
    'aws:SourceOrgPaths',
    'aws:TagKeys',
    'aws:VpceOrgPaths',
  ])('%s may have several values', (key) => {
    expect(areConsistent([need(key, 'StringEquals', ['a']), need(key, 'StringEquals', ['b'])])).toBe(true);
  });
});
