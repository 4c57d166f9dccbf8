// Exercises change.ts and reach.ts: who loses and who gains, in exact words.
// It must not know consent or plans.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accessChange } from './change.js';
import { compileAccess } from './compile.js';
import type { Principal, Statement } from './model.js';

const pull = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const push = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:CompleteLayerUpload',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
];
const one = '111111111111';
const two = '222222222222';
const role = 'arn:aws:iam::333333333333:role/ci';
type Rest = Omit<Statement, 'Effect'>;
const allow = (rest: Rest): Statement => ({ Effect: 'Allow', Action: pull, ...rest });
const deny = (rest: Rest): Statement => ({ Effect: 'Deny', Action: pull, ...rest });
const aws = (...principals: string[]) => ({ AWS: principals });
const service = { Service: 'lambda.amazonaws.com' };
const lost = (before: Statement[], after: Statement[]) => {
  const change = accessChange(before, after);
  expect(change.opened).toEqual([]);
  return change.lost;
};
const opened = (before: Statement[], after: Statement[]) => {
  const change = accessChange(before, after);
  expect(change.lost).toEqual([]);
  return change.opened;
};
const nothing = { lost: [], opened: [] };

describe('lost', () => {
  test('principals, in words', () => {
    const before = allow({
      Principal: {
        AWS: [one, role, 'arn:aws:iam::333333333333:user/me', 'AROAEXAMPLEEXAMPLE123'],
        Service: 'lambda.amazonaws.com',
      },
    });
    expect(lost([before], [])).toEqual([
      'AROAEXAMPLEEXAMPLE123 loses pull',
      'account 111111111111 loses pull',
      'role arn:aws:iam::333333333333:role/ci loses pull',
      'service lambda.amazonaws.com loses pull',
      'user arn:aws:iam::333333333333:user/me loses pull',
    ]);
    expect(lost([allow({ Principal: '*' })], [])).toEqual(['everyone loses pull']);
    expect(lost([allow({ NotPrincipal: aws(one) })], [])).toEqual([
      'everyone but {"AWS":"arn:aws:iam::111111111111:root"} loses pull',
    ]);
  });
  test('actions, in words', () => {
    const words = (Action: string | string[]) => lost([allow({ Principal: aws(one), Action })], []);
    expect(words(push)).toEqual(['account 111111111111 loses push']);
    expect(words([...pull, ...push])).toEqual(['account 111111111111 loses pull and push']);
    expect(words('ecr:BatchGetImage')).toEqual(['account 111111111111 loses pull']);
    expect(words('ecr:BatchCheckLayerAvailability')).toEqual(['account 111111111111 loses push']);
    expect(words('ecr:BatchDeleteImage')).toEqual(['account 111111111111 loses delete images']);
    expect(words([...pull, 'ecr:BatchDeleteImage', 'ecr:ListImages', 'ecr:NewThing'])).toEqual([
      'account 111111111111 loses pull, delete images, ecr:ListImages and ecr:newthing',
    ]);
    expect(words('ecr:*')).toEqual(['account 111111111111 loses everything']);
    expect(words('*')).toEqual(['account 111111111111 loses everything']);
  });
  test('only what no other statement still gives', () => {
    const all = allow({ Principal: aws(one), Action: 'ecr:*' });
    const notDelete: Statement = { Effect: 'Allow', Principal: aws(one), NotAction: 'ecr:BatchDeleteImage' };
    expect(lost([all], [notDelete])).toEqual(['account 111111111111 loses delete images']);
    expect(
      lost(
        [allow({ Principal: aws(one, two) })],
        [allow({ Principal: aws(two) }), allow({ Principal: aws(one), Action: ['ecr:Batch*'] })],
      ),
    ).toEqual(['account 111111111111 loses pull']);
    expect(
      accessChange(
        [allow({ Principal: aws(one, two) })],
        [allow({ Principal: aws(one) }), allow({ Principal: aws('arn:aws:iam::222222222222:root') })],
      ),
    ).toEqual(nothing);
  });
  test('a role is not its account: its own policies decide then', () => {
    expect(lost([allow({ Principal: aws(role) })], [allow({ Principal: aws('333333333333') })])).toEqual([
      'role arn:aws:iam::333333333333:role/ci loses pull',
    ]);
  });
  test('everyone covers who is named, but not services', () => {
    expect(accessChange([allow({ Principal: aws(one) })], [allow({ Principal: '*' })]).lost).toEqual([]);
    expect(accessChange([allow({ Principal: service })], [allow({ Principal: '*' })]).lost).toEqual([
      'service lambda.amazonaws.com loses pull',
    ]);
  });
  test('an organisation', () => {
    const org = (...ids: string[]) =>
      allow({ Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': ids } } });
    expect(lost([org('o-1', 'o-2')], [org('o-2')])).toEqual(['everyone in organisation o-1 loses pull']);
    expect(lost([org('o-1')], [org('o-1', 'o-2')])).toEqual([]);
    expect(lost([org('o-1', 'o-2')], [org('o-1'), org('o-2')])).toEqual([]);
  });
  test('a condition that is added or narrowed', () => {
    const under = (Condition?: Statement['Condition']) =>
      allow({ Principal: aws(one), ...(Condition === undefined ? {} : { Condition }) });
    const ip = (...values: string[]) => under({ IpAddress: { 'aws:SourceIp': values } });
    expect(lost([under()], [ip('10.0.0.0/8')])).toEqual(['account 111111111111 loses pull']);
    expect(lost([ip('10.0.0.0/8', '11.0.0.0/8')], [ip('10.0.0.0/8')])).toEqual([
      'account 111111111111 loses pull where aws:SourceIp is 11.0.0.0/8',
    ]);
    expect(accessChange([ip('10.0.0.0/8')], [under()])).toEqual(nothing);
    const not = (...values: string[]) => under({ StringNotEquals: { 'aws:PrincipalTag/t': values } });
    expect(lost([not('a')], [not('a', 'b')])).toEqual([
      'account 111111111111 loses pull where aws:PrincipalTag/t is not a',
    ]);
    expect(lost([not('a', 'b')], [not('a')])).toEqual([]);
    const than = (value: string) => under({ NumericLessThan: { 'aws:MultiFactorAuthAge': value } });
    expect(lost([than('5')], [than('9')])).toEqual([
      'account 111111111111 loses pull where aws:MultiFactorAuthAge NumericLessThan 5',
    ]);
    expect(lost([than('5')], [than('5')])).toEqual([]);
    expect(lost([under({ StringEquals: { 'aws:a': '1' } })], [under({ StringLike: { 'aws:a': '1' } })])).toEqual([
      'account 111111111111 loses pull where aws:a is 1',
    ]);
    const all = (...values: string[]) => under({ 'ForAllValues:StringEquals': { 'aws:TagKeys': values } });
    expect(lost([all('a')], [all('a', 'b')])).toEqual([
      'account 111111111111 loses pull where aws:TagKeys ForAllValues:StringEquals a',
    ]);
    const anyNot = (...values: string[]) => under({ 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': values } });
    expect(lost([anyNot('a', 'b')], [anyNot('a')])).toEqual([
      'account 111111111111 loses pull where aws:TagKeys ForAnyValue:StringNotEquals a or b',
    ]);
    expect(lost([under({ Bool: { 'aws:a': 'true' }, StringEquals: { 'aws:b': ['1', '2'] } })], [])).toEqual([
      'account 111111111111 loses pull where aws:a is true and aws:b is 1',
      'account 111111111111 loses pull where aws:a is true and aws:b is 2',
    ]);
  });
  test('more combinations than are compared one by one', () => {
    const values = (count: number) => Array.from({ length: count }, (_, at) => String(at));
    const wide = (count: number) =>
      allow({ Principal: aws(one), Condition: { StringEquals: { 'aws:a': values(count), 'aws:b': values(16) } } });
    expect(lost([wide(16)], []).length).toBe(256);
    expect(lost([wide(17)], []).length).toBe(1);
    expect(lost([wide(17)], [wide(17)])).toEqual([]);
  });
  test('a Deny that is new or wider', () => {
    expect(lost([], [deny({ Principal: aws(one) })])).toEqual(['account 111111111111 is denied pull']);
    expect(
      lost(
        [deny({ Principal: '*' })],
        [deny({ Principal: '*' }), deny({ Principal: aws(one) }), deny({ Principal: service })],
      ),
    ).toEqual([]);
    expect(lost([deny({ Principal: '*' })], [deny({ Principal: '*', Action: 'ecr:*' })])[0]).toMatch(
      /^everyone is denied push, delete images, ecr:/,
    );
    expect(lost([], [deny({ Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })])).toEqual([
      'everyone is denied pull where aws:SecureTransport is false',
    ]);
  });
});

describe('opened', () => {
  test('to everyone', () => {
    expect(opened([], [allow({ Principal: '*' })])).toEqual(['everyone gains pull']);
    expect(opened([], [allow({ Principal: { AWS: '*' }, Action: push })])).toEqual(['everyone gains push']);
    expect(opened([allow({ Principal: '*' })], [allow({ Principal: '*' })])).toEqual([]);
    expect(opened([allow({ Principal: '*' })], [allow({ Principal: '*', Action: [...pull, ...push] })])).toEqual([
      'everyone gains push',
    ]);
    expect(opened([], [allow({ NotPrincipal: aws(one) })])).toEqual([
      'everyone but {"AWS":"arn:aws:iam::111111111111:root"} gains pull',
    ]);
  });
  test('not to who is named', () => {
    expect(accessChange([], [allow({ Principal: { AWS: [one, role] } })])).toEqual(nothing);
  });
  const under = (operator: string, key: string, value: string) =>
    allow({ Principal: '*', Condition: { [operator]: { [key]: value } } });
  test.each([
    ['StringEquals', 'aws:PrincipalOrgID', 'o-1'],
    ['stringequalsignorecase', 'aws:principalaccount', one],
    ['ForAnyValue:StringLike', 'aws:PrincipalOrgPaths', 'o-1/*'],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::111111111111:role/*'],
    ['ArnEquals', 'aws:SourceArn', 'arn:aws:lambda:*:111111111111:function:x'],
    ['StringEquals', 'aws:SourceVpce', 'vpce-1'],
    ['StringLike', 'aws:userid', 'AROAX:*'],
  ])('%s %s %s names somebody', (operator, key, value) => {
    expect(accessChange([], [under(operator, key, value)])).toEqual(nothing);
  });
  test.each([
    ['IpAddress', 'aws:SourceIp', '10.0.0.0/8', 'is'],
    ['Bool', 'aws:SecureTransport', 'true', 'is'],
    ['StringNotEquals', 'aws:PrincipalOrgID', 'o-1', 'is not'],
    ['StringLike', 'aws:PrincipalOrgID', 'o-*', 'is'],
    ['StringLike', 'aws:PrincipalAccount', '?11111111111', 'is'],
    ['StringEqualsIfExists', 'aws:PrincipalOrgID', 'o-1', 'is'],
    ['ForAllValues:StringEquals', 'aws:PrincipalOrgID', 'o-1', 'ForAllValues:StringEquals'],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/x', 'is'],
    ['ArnLike', 'aws:SourceArn', '*', 'is'],
    ['StringEquals', 'aws:PrincipalTag/Team', 'x', 'is'],
  ])('%s %s %s does not', (operator, key, value, relation) => {
    expect(opened([], [under(operator, key, value)])).toEqual([
      `everyone gains pull where ${key} ${relation} ${value}`,
    ]);
  });
  test('a condition that is dropped', () => {
    expect(opened([under('StringEquals', 'aws:PrincipalOrgID', 'o-1')], [allow({ Principal: '*' })])).toEqual([
      'everyone gains pull',
    ]);
  });
  test('to a service acting for anybody', () => {
    expect(opened([], [allow({ Principal: service })])).toEqual(['service lambda.amazonaws.com gains pull']);
    expect(
      accessChange([], [allow({ Principal: service, Condition: { StringEquals: { 'aws:SourceAccount': one } } })]),
    ).toEqual(nothing);
    expect(
      opened([], [allow({ Principal: service, Condition: { StringLike: { 'aws:SourceAccount': '*' } } })]),
    ).toEqual(['service lambda.amazonaws.com gains pull where aws:SourceAccount is *']);
  });
  test('by lifting a Deny for everyone', () => {
    const tls = { Bool: { 'aws:SecureTransport': 'false' } };
    expect(opened([deny({ Principal: '*', Condition: tls })], [])).toEqual([
      'everyone is no longer denied pull where aws:SecureTransport is false',
    ]);
    expect(opened([deny({ NotPrincipal: aws(one) })], [])).toEqual([
      'everyone but {"AWS":"arn:aws:iam::111111111111:root"} is no longer denied pull',
    ]);
    expect(accessChange([deny({ Principal: aws(one) })], [])).toEqual(nothing);
    expect(accessChange([deny({ Principal: '*', Condition: tls })], [deny({ Principal: '*' })])).toEqual({
      lost: ['everyone is denied pull'],
      opened: [],
    });
    expect(accessChange([deny({ NotPrincipal: aws(one) })], [deny({ Principal: '*' })])).toEqual({
      lost: ['everyone is denied pull'],
      opened: [],
    });
  });
});

test('a statement that grants nothing changes nothing', () => {
  expect(accessChange([{ Effect: 'Allow', Principal: aws(one) }], [])).toEqual(nothing);
  expect(accessChange([allow({})], [])).toEqual(nothing);
  expect(lost([allow({ Principal: { AWS: one, Federated: '*' } })], [allow({ Principal: aws(one) })])).toEqual([
    '* loses pull',
  ]);
});

test('the partition of accounts', () => {
  const china = 'arn:aws-cn:iam::111111111111:root';
  expect(
    accessChange([allow({ Principal: aws(one) })], [allow({ Principal: aws(china) })], { partition: 'aws-cn' }),
  ).toEqual(nothing);
});

describe('properties', () => {
  const principal = fc.constantFrom<Principal>(
    { kind: 'account', account: one },
    { kind: 'role', arn: role },
    { kind: 'org', id: 'o-aaaaaaaaaa' },
    { kind: 'org', id: 'o-bbbbbbbbbb' },
    { kind: 'service', service: 'lambda.amazonaws.com' },
  );
  const compile = (pulling: Principal[]) =>
    compileAccess(
      { pull: pulling, push: [], statements: [] },
      { project: 'p', environment: 'e' },
      { account: one, region: 'eu-west-1', partition: 'aws' },
    );
  test('what we grant never opens, granting more never loses, and granting less always does', () => {
    fc.assert(
      fc.property(fc.uniqueArray(principal), principal, (some, more) => {
        const after = compile([...some, more]);
        expect(accessChange(compile(some), after)).toEqual(nothing);
        expect(accessChange(after, after)).toEqual(nothing);
        expect(accessChange(after, compile(some)).lost.length).toBe(some.includes(more) ? 0 : 1);
      }),
    );
  });
});
