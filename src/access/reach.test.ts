// Exercises reach.ts: single grants of a statement, and which of their actions a Deny takes away.
// It must not know words for people.
import { describe, expect, test } from 'vitest';
import type { Statement } from './model.js';
import { actionsOnRepositories, operators } from './names.js';
import { type Grant, grantsOf, kindOf, reachOf, undenied } from './reach.js';

const context = { partition: 'aws' };
const get = 'ecr:BatchGetImage';
const put = 'ecr:PutImage';
const account = 'arn:aws:iam::444444444444:root';
const reach = (rest: object, Effect: Statement['Effect'] = 'Allow') =>
  reachOf({ Effect, Principal: '*', Action: get, ...rest }, context);
const where = (operator: string, values: unknown, key = 'aws:PrincipalOrgID') => ({ [operator]: { [key]: values } });

describe('the reach of a statement', () => {
  test.each<[string, object, readonly string[]]>([
    ['everyone', {}, ['*']],
    ['an account, as its root', { Principal: { AWS: '444444444444' } }, [`AWS ${account}`]],
    [
      'everyone and a service',
      { Principal: { Service: 'lambda.amazonaws.com', AWS: '*' } },
      ['*', 'Service lambda.amazonaws.com'],
    ],
    ['every service is not everyone', { Principal: { Service: '*' } }, ['Service *']],
    ['all but some', { Principal: undefined, NotPrincipal: { AWS: account } }, [`not {"AWS":"${account}"}`]],
    ['nobody', { Principal: undefined }, []],
  ])('principals: %s', (_, rest, principals) => {
    expect(reach(rest).principals).toEqual(principals);
  });

  test('actions are those that patterns mean, and those that nobody has listed', () => {
    expect([...reach({ Action: ['ecr:Put*mage', 'ecr:New'] }).actions].sort()).toEqual(
      ['ecr:PutImage', 'ecr:new'].sort(),
    );
    expect([...reach({ Action: undefined }).actions]).toEqual([]);
    expect([...reach({ Action: undefined, NotAction: ['ecr:*Image*', 'ecr:Get*'] }).actions]).toEqual(
      actionsOnRepositories.filter((one) => !/Image|ecr:Get/.test(one)),
    );
  });

  test.each<[string, unknown, readonly object[]]>([
    ['none', undefined, []],
    ['one', where('StringEquals', 'o-1'), [{ operator: 'StringEquals', key: 'aws:PrincipalOrgID', values: ['o-1'] }]],
    ['no object', 'x', [{ operator: '', key: '', values: ['x'] }]],
    ['an operator without keys', { StringEquals: 7 }, [{ operator: 'StringEquals', key: '', values: ['7'] }]],
    ['a list of operators', [1], [{ operator: '', key: '', values: ['1'] }]],
    [
      'a value that is no text',
      where('StringEquals', null),
      [{ operator: 'StringEquals', key: 'aws:PrincipalOrgID', values: ['null'] }],
    ],
    [
      'no value',
      where('StringEquals', undefined),
      [{ operator: 'StringEquals', key: 'aws:PrincipalOrgID', values: [''] }],
    ],
  ])('conditions: %s', (_, Condition, conditions) => {
    expect(reach({ Condition }).conditions).toEqual(conditions);
  });
});

test('what further values of an operator do', () => {
  const of = (kind: string) => operators.filter((operator) => kindOf(operator) === kind);
  expect(of('alternatives')).toEqual([
    'StringEquals',
    'StringEqualsIgnoreCase',
    'StringLike',
    'NumericEquals',
    'DateEquals',
    'Bool',
    'IpAddress',
    'ArnEquals',
    'ArnLike',
  ]);
  expect(of('exclusions')).toEqual([
    'StringNotEquals',
    'StringNotEqualsIgnoreCase',
    'StringNotLike',
    'NumericNotEquals',
    'DateNotEquals',
    'NotIpAddress',
    'ArnNotEquals',
    'ArnNotLike',
  ]);
  expect(
    [
      'ForAnyValue:StringEquals',
      'ForAllValues:StringEquals',
      'ForAnyValue:StringNotEquals',
      'StringEqualsIfExists',
      'Odd',
    ].map(kindOf),
  ).toEqual(['alternatives', 'opaque', 'opaque', 'alternatives', 'opaque']);
});

describe('single grants', () => {
  const values = (grants: readonly Grant[]) =>
    grants.map(({ principal, conditions }) => [principal, ...conditions.map((one) => one.values.join('+'))].join(' '));
  test('are one for each principal and each value that is an alternative', () => {
    const Condition = { StringEquals: { 'a:k': ['1', '2'] }, StringNotEquals: { 'a:k': ['3', '4'] } };
    expect(values(grantsOf(reach({ Principal: { AWS: ['*'], Service: ['s'] }, Condition })))).toEqual([
      '* 1 3+4',
      '* 2 3+4',
      'Service s 1 3+4',
      'Service s 2 3+4',
    ]);
    expect(values(grantsOf(reach({})))).toEqual(['*']);
  });
  test('are not told apart where there would be more than 256', () => {
    const list = (length: number) => Array.from({ length }, (_, index) => `${1000 + index}`);
    const count = (...lengths: readonly number[]) =>
      grantsOf(
        reach({
          Condition: { StringEquals: Object.fromEntries(lengths.map((length, at) => [`a:${at}`, list(length)])) },
        }),
      );
    expect([count(256).length, count(257).length, count(16, 16).length, count(2, 16, 16).length]).toEqual([
      256, 1, 256, 1,
    ]);
    expect(count(257)[0]?.conditions).toEqual([{ operator: 'StringEquals', key: 'a:0', values: list(257) }]);
  });
});

describe('a Deny takes actions away', () => {
  const left = (grant: object, ...denials: readonly object[]) =>
    grantsOf(reach({ Action: [get, put], ...grant })).map((one) =>
      undenied(
        one,
        denials.map((denial) => reach(denial, 'Deny')),
      ).map((action) => action.slice('ecr:'.length)),
    );
  test('that it names, from whom it names', () => {
    expect(left({})).toEqual([['BatchGetImage', 'PutImage']]);
    expect(left({}, {})).toEqual([['PutImage']]);
    expect(left({}, { Action: 'ecr:*' })).toEqual([[]]);
    expect(left({}, {}, { Action: put })).toEqual([[]]);
    expect(left({ Principal: { AWS: account } }, {})).toEqual([['PutImage']]);
    expect(left({ Principal: { AWS: account } }, { Principal: { AWS: account } })).toEqual([['PutImage']]);
    expect(left({}, { Principal: { AWS: account } })).toEqual([['BatchGetImage', 'PutImage']]);
    expect(left({ Principal: { Service: 's' } }, { Principal: { AWS: account } })).toEqual([
      ['BatchGetImage', 'PutImage'],
    ]);
  });
  const all = ['BatchGetImage', 'PutImage'];
  test.each<[string, object, object | undefined, readonly string[]]>([
    ['under no condition', where('StringEquals', 'o-1'), undefined, ['PutImage']],
    ['under the same', where('StringEquals', 'o-1'), where('StringEquals', 'o-1'), ['PutImage']],
    ['under one with more values', where('StringEquals', 'o-1'), where('StringEquals', ['o-1', 'o-2']), ['PutImage']],
    ['not under another value', where('StringEquals', 'o-1'), where('StringEquals', 'o-2'), all],
    ['not under another key', where('StringEquals', 'o-1'), where('StringEquals', 'o-1', 'aws:SourceVpc'), all],
    ['not under another operator', where('StringEquals', 'o-1'), where('StringLike', 'o-1'), all],
    ['not under one that the grant does not have', {}, where('StringEquals', 'o-1'), all],
    [
      'not under one more',
      where('StringEquals', 'o-1'),
      { ...where('StringEquals', 'o-1'), ...where('Bool', 'true', 'aws:SecureTransport') },
      all,
    ],
    ['where it excludes less', where('StringNotEquals', ['o-1', 'o-2']), where('StringNotEquals', 'o-1'), ['PutImage']],
    ['not where it excludes more', where('StringNotEquals', 'o-1'), where('StringNotEquals', ['o-1', 'o-2']), all],
    [
      'not where it excludes others',
      where('StringNotEquals', ['o-1', 'o-3']),
      where('StringNotEquals', ['o-1', 'o-2']),
      all,
    ],
    [
      'under the same, where nobody can say what values do',
      where('ForAllValues:StringLike', ['a', 'b']),
      where('ForAllValues:StringLike', ['b', 'a']),
      ['PutImage'],
    ],
    [
      'not under other values, where nobody can say what values do',
      where('ForAllValues:StringLike', ['a']),
      where('ForAllValues:StringLike', ['a', 'b']),
      all,
    ],
  ])('%s', (_, granted, denied, actions) => {
    expect(left({ Condition: granted }, { Condition: denied })).toEqual([actions]);
  });
  test('not where hundreds of values are one and only some of them are denied', () => {
    const many = Array.from({ length: 300 }, (_, index) => `o-${1000 + index}`);
    expect(left({ Condition: where('StringEquals', many) }, { Condition: where('StringEquals', 'o-1000') })).toEqual([
      all,
    ]);
    expect(left({ Condition: where('StringEquals', many) }, { Condition: where('StringEquals', many) })).toEqual([
      ['PutImage'],
    ]);
  });
});
