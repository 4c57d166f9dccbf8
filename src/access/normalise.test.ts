// Exercises normalise.ts and names.ts: exact forms, and the properties that everything about drift rests on.
// It must not know whose a statement is.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Statement } from './model.js';
import {
  actionsLike,
  actionsOnRegistries,
  actionsOnRepositories,
  canonicalAction,
  canonicalKey,
  canonicalOperator,
} from './names.js';
import { canonicalStatement, sameStatement } from './normalise.js';

const context = { partition: 'aws' };
const statement = (rest: object): Statement => ({ Effect: 'Allow', ...rest });
const canonical = (rest: object) => canonicalStatement(statement(rest), context);
const same = (one: object, other: object) => sameStatement(statement(one), statement(other), context);

test('the whole form, exactly', () => {
  const messy = {
    Zeta: { b: [{ d: 1, c: null }], a: 1 },
    Condition: {
      stringequals: { 'AWS:sourceaccount': ['2', '1', '2'], 'aws:PrincipalTag/Team': 'x' },
      Bool: { 'aws:securetransport': false },
    },
    Resource: ['*'],
    Action: ['ecr:putimage', 'ECR:BatchGetImage', 'ecr:PutImage'],
    Principal: {
      Service: ['Lambda.amazonaws.com'],
      AWS: ['222222222222', 'arn:aws:iam::111111111111:root', 'arn:aws:iam::222222222222:root'],
    },
    Effect: 'Allow',
    Alpha: 1,
    Sid: 's',
  } as unknown as Statement;
  expect(JSON.stringify(canonicalStatement(messy, context))).toBe(
    '{"Sid":"s","Effect":"Allow",' +
      '"Principal":{"AWS":["arn:aws:iam::111111111111:root","arn:aws:iam::222222222222:root"],"Service":"lambda.amazonaws.com"},' +
      '"Action":["ecr:BatchGetImage","ecr:PutImage"],' +
      '"Condition":{"Bool":{"aws:SecureTransport":"false"},"StringEquals":{"aws:PrincipalTag/Team":"x","aws:SourceAccount":["1","2"]}},' +
      '"Alpha":1,"Zeta":{"a":1,"b":[{"c":null,"d":1}]}}',
  );
});

describe('principals', () => {
  test('an account and its root are one, in the partition given', () => {
    expect(canonical({ Principal: { AWS: '111111111111' } })).toEqual(
      statement({ Principal: { AWS: 'arn:aws:iam::111111111111:root' } }),
    );
    expect(
      canonicalStatement(statement({ Principal: { AWS: '111111111111' } }), { partition: 'aws-cn' }).Principal,
    ).toEqual({ AWS: 'arn:aws-cn:iam::111111111111:root' });
    expect(canonical({ NotPrincipal: { AWS: ['111111111111'] } }).NotPrincipal).toEqual({
      AWS: 'arn:aws:iam::111111111111:root',
    });
  });
  test('everyone is everyone', () => {
    expect(canonical({ Principal: { AWS: '*' } }).Principal).toBe('*');
    expect(canonical({ Principal: { AWS: ['111111111111', '*'] } }).Principal).toBe('*');
    expect(canonical({ Principal: { AWS: ['*', '1'], Service: 'x.amazonaws.com' } }).Principal).toEqual({
      AWS: '*',
      Service: 'x.amazonaws.com',
    });
    expect(canonical({ Principal: { Service: '*' } }).Principal).toEqual({ Service: '*' });
    expect(canonical({ Principal: '*' }).Principal).toBe('*');
  });
  test('other kinds keep what they name', () => {
    expect(canonical({ Principal: { Federated: ['b', 'a'], CanonicalUser: ['111111111111'] } }).Principal).toEqual({
      CanonicalUser: '111111111111',
      Federated: ['a', 'b'],
    });
    expect(JSON.stringify(canonical({ Principal: { Service: 's', Federated: 'f', AWS: 'a' } }).Principal)).toBe(
      '{"AWS":"a","Federated":"f","Service":"s"}',
    );
  });
  test('what is no list of names is left alone', () => {
    expect(canonical({ Principal: { AWS: ['b', 1, 'a'] } }).Principal).toEqual({ AWS: ['b', 1, 'a'] });
    expect(canonical({ Principal: null }).Principal).toBeNull();
    expect(canonical({ Principal: ['b', 'a'] }).Principal).toEqual(['b', 'a']);
  });
});

describe('actions', () => {
  test.each([
    ['ECR:BATCHGETIMAGE', 'ecr:BatchGetImage'],
    ['ecr:getauthorizationtoken', 'ecr:GetAuthorizationToken'],
    ['ecr:*', 'ecr:*'],
    ['*', '*'],
    ['Ecr:get*', 'ecr:Get*'],
    ['ecr:BATCH?et*', 'ecr:Batch?et*'],
    ['ecr:NewThing', 'ecr:newthing'],
    ['ecr:Zebra*', 'ecr:zebra*'],
    ['S3:GetObject', 's3:getobject'],
  ])('%s is spelt %s', (action, spelt) => {
    expect(canonicalAction(action)).toBe(spelt);
    expect(canonical({ NotAction: [action] }).NotAction).toBe(spelt);
  });
  test('patterns', () => {
    expect(actionsLike('ecr:putimage', actionsOnRepositories)).toEqual(['ecr:PutImage']);
    expect(actionsLike('ecr:Batch*Image', actionsOnRepositories)).toEqual([
      'ecr:BatchDeleteImage',
      'ecr:BatchGetImage',
      'ecr:BatchImportUpstreamImage',
    ]);
    expect(actionsLike('ecr:?utImage', actionsOnRepositories)).toEqual(['ecr:PutImage']);
    expect(actionsLike('ecr.PutImage', actionsOnRepositories)).toEqual([]);
    expect(actionsLike('*', actionsOnRepositories)).toBe(actionsOnRepositories);
    expect(actionsLike('ecr:**', actionsOnRegistries)).toEqual(actionsOnRegistries);
  });
  test('sixty of them, twenty-five without a repository', () => {
    expect([
      actionsOnRepositories.length,
      actionsOnRegistries.length,
      new Set([...actionsOnRepositories, ...actionsOnRegistries]).size,
    ]).toEqual([35, 25, 60]);
  });
});

describe('resources', () => {
  test('"*" says nothing', () => {
    expect(same({ Resource: '*' }, {})).toBe(true);
    expect(same({ Resource: ['*', '*'] }, {})).toBe(true);
    expect(same({ Resource: ['a', '*'] }, {})).toBe(false);
    expect(canonical({ NotResource: ['*'] })).toEqual(statement({ NotResource: '*' }));
  });
});

describe('conditions', () => {
  test.each([
    ['stringequals', 'StringEquals'],
    ['STRINGLIKEIFEXISTS', 'StringLikeIfExists'],
    ['foranyvalue:stringlike', 'ForAnyValue:StringLike'],
    ['FORALLVALUES:arnlikeifexists', 'ForAllValues:ArnLikeIfExists'],
    ['null', 'Null'],
    ['nullIfExists', 'nullIfExists'],
    ['a:b:stringlike', 'a:b:stringlike'],
    ['forsome:stringlike', 'forsome:stringlike'],
  ])('operator %s is spelt %s', (operator, spelt) => {
    expect(canonicalOperator(operator)).toBe(spelt);
  });
  test.each([
    ['AWS:PRINCIPALORGID', 'aws:PrincipalOrgID'],
    ['aws:UserId', 'aws:userid'],
    ['Aws:principaltag/Team', 'aws:PrincipalTag/Team'],
    ['ECR:resourcetag/a/B', 'ecr:ResourceTag/a/B'],
    ['SAML:Aud', 'saml:aud'],
    ['X:Y/Z', 'x:y/Z'],
  ])('key %s is spelt %s', (key, spelt) => {
    expect(canonicalKey(key)).toBe(spelt);
  });
  test('numbers and truths are text; empty parts say nothing', () => {
    expect(
      canonical({
        Condition: { Bool: { 'aws:SecureTransport': [true] }, NumericEquals: { 'aws:MultiFactorAuthAge': [2, 1] } },
      }).Condition,
    ).toEqual({
      Bool: { 'aws:SecureTransport': 'true' },
      NumericEquals: { 'aws:MultiFactorAuthAge': ['1', '2'] },
    });
    expect(canonical({ Condition: { Bool: { 'aws:SecureTransport': 3 } } }).Condition).toEqual({
      Bool: { 'aws:SecureTransport': '3' },
    });
    expect(same({ Condition: {} }, {})).toBe(true);
    expect(
      same(
        { Condition: { Bool: {}, StringEquals: { 'aws:x': 'y' } } },
        { Condition: { StringEquals: { 'aws:x': ['y'] } } },
      ),
    ).toBe(true);
    expect('Condition' in canonical({ Condition: { Bool: {} } })).toBe(false);
  });
  test('two spellings of one name are kept word for word', () => {
    const operators = { stringequals: { 'aws:x': ['b', 'a'] }, StringEquals: { 'aws:y': '2' } };
    expect(JSON.stringify(canonical({ Condition: operators }).Condition)).toBe(
      '{"StringEquals":{"aws:y":"2"},"stringequals":{"aws:x":["b","a"]}}',
    );
    const keys = { StringEquals: { 'aws:X': '1', 'aws:x': '2' } };
    expect(canonical({ Condition: keys }).Condition).toEqual(keys);
    expect(canonical({ Condition: { Bool: 1 } }).Condition).toEqual({ Bool: 1 });
    expect(canonical({ Condition: 'x' }).Condition).toBe('x');
    expect(canonical({ Condition: { Bool: { 'aws:x': null } } }).Condition).toEqual({ Bool: { 'aws:x': null } });
  });
});

test('what differs, differs', () => {
  const base = {
    Sid: 'a',
    Principal: { AWS: '111111111111' },
    Action: 'ecr:PutImage',
    Condition: { Bool: { 'aws:SecureTransport': 'true' } },
  };
  expect(same(base, { ...base })).toBe(true);
  expect(same(base, { ...base, Sid: 'b' })).toBe(false);
  expect(same(base, { ...base, Effect: 'Deny' })).toBe(false);
  expect(same(base, { ...base, Principal: { AWS: '222222222222' } })).toBe(false);
  expect(same(base, { ...base, Principal: { Service: '111111111111' } })).toBe(false);
  expect(same(base, { ...base, Action: 'ecr:ListImages' })).toBe(false);
  expect(same(base, { ...base, Condition: { Bool: { 'aws:SecureTransport': 'false' } } })).toBe(false);
  expect(same(base, { ...base, Novel: 1 })).toBe(false);
  expect(
    same(
      { Condition: { StringEquals: { 'aws:PrincipalTag/a': 'x' } } },
      { Condition: { StringEquals: { 'aws:PrincipalTag/A': 'x' } } },
    ),
  ).toBe(false);
});

describe('properties', () => {
  const few = (...values: string[]) =>
    fc.oneof(fc.constantFrom(...values), fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }));
  const principal = fc.oneof(
    fc.constant('*'),
    fc.record(
      {
        AWS: few('*', '111111111111', 'arn:aws:iam::111111111111:root', 'arn:aws:iam::111111111111:role/x'),
        Service: few('lambda.amazonaws.com', 'x.amazonaws.com'),
      },
      { requiredKeys: [] },
    ),
  );
  const key = fc.constantFrom('aws:SourceArn', 'AWS:sourcearn', 'aws:PrincipalTag/T', 'x:Y');
  const value = fc.oneof(few('a', 'b'), fc.boolean(), fc.integer({ min: 0, max: 3 }), fc.constant(null));
  const condition = fc.dictionary(
    fc.constantFrom('StringEquals', 'stringEquals', 'Bool', 'odd'),
    fc.dictionary(key, value, { maxKeys: 3 }),
    { maxKeys: 3 },
  );
  const any = fc
    .record(
      {
        Sid: fc.constantFrom('a', 'b'),
        Effect: fc.constantFrom('Allow', 'Deny'),
        Principal: principal,
        NotPrincipal: principal,
        Action: few('ecr:putimage', 'ecr:Get*', 'ecr:x?Y', '*'),
        Resource: few('*', 'a'),
        Condition: condition,
        Novel: fc.jsonValue({ maxDepth: 2 }),
      },
      { requiredKeys: ['Effect'] },
    )
    .map((one) => one as unknown as Statement);

  test('the canonical form of a canonical form is itself', () => {
    fc.assert(
      fc.property(any, (one) => {
        const once = canonicalStatement(one, context);
        expect(JSON.stringify(canonicalStatement(once, context))).toBe(JSON.stringify(once));
      }),
      { numRuns: 1000 },
    );
  });
  test('the order of members and of lists means nothing', () => {
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.every((one) => typeof one === 'string') ? value.toReversed() : value;
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([name, member]) => [name, name === 'Novel' || name === 'Condition' ? member : turned(member)]),
      );
    };
    fc.assert(
      fc.property(any, (one) => {
        expect(sameStatement(one, turned(one) as Statement, context)).toBe(true);
      }),
    );
  });
});
