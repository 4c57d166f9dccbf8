// Exercises change.ts: who loses and who gains, in exact words.
// It must not know consent or plans.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accessChange } from './change.js';
import { compileAccess } from './compile.js';
import type { Principal, Statement } from './model.js';
import { pullActions as pull, pushActions as push } from './names.js';

const one = '111111111111';
const two = '222222222222';
const role = 'arn:aws:iam::333333333333:role/ci';
type Rest = Omit<Statement, 'Effect'>;
const allow = (rest: Rest): Statement => ({ Effect: 'Allow', Action: pull, ...rest });
const deny = (rest: Rest): Statement => ({ Effect: 'Deny', Action: pull, ...rest });
const aws = (...principals: string[]) => ({ AWS: principals });
const service = { Service: 'lambda.amazonaws.com' };
const home = '999999999999';
const here = { account: home, region: 'eu-west-1', partition: 'aws', name: 'app' };
const changeOf = (before: readonly Statement[], after: readonly Statement[], partition = 'aws') => {
  const { lost: less, opened: open } = accessChange(before, after, { ...here, partition });
  return { lost: less, opened: open };
};
const lost = (before: Statement[], after: Statement[]) => {
  const change = changeOf(before, after);
  expect(change.opened).toEqual([]);
  return change.lost;
};
const opened = (before: Statement[], after: Statement[]) => {
  const change = changeOf(before, after);
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
      'account 111111111111 loses pull',
      'role arn:aws:iam::333333333333:role/ci loses pull',
      'service lambda.amazonaws.com loses pull',
      'user arn:aws:iam::333333333333:user/me loses pull',
    ]);
    expect(lost([allow({ Principal: '*' })], [])).toEqual(['everyone loses pull']);
    // Who is named there never had it.
    expect(lost([allow({ NotPrincipal: aws(one) })], [])).toEqual(['everyone loses pull']);
  });
  test('actions, in words', () => {
    const words = (Action: string | readonly string[]) => lost([allow({ Principal: aws(one), Action })], []);
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
      changeOf(
        [allow({ Principal: aws(one, two) })],
        [allow({ Principal: aws(one) }), allow({ Principal: aws('arn:aws:iam::222222222222:root') })],
      ),
    ).toEqual(nothing);
  });
  test('a role of another account needs policies of its own, be it named or its account', () => {
    const before = [allow({ Principal: aws(role) })];
    expect(lost(before, [allow({ Principal: aws('333333333333') })])).toEqual([]);
    expect(lost(before, [allow({ Principal: aws(one) })])).toEqual([`role ${role} loses pull`]);
  });
  test('a role of the own account needs none where it is named, and is named no more', () => {
    const own = `arn:aws:iam::${home}:role/ci`;
    expect(lost([allow({ Principal: aws(own) })], [allow({ Principal: aws(home) })])).toEqual([
      `role ${own} loses pull`,
    ]);
  });
  test('the own account lets its users and roles by itself', () => {
    expect(lost([allow({ Principal: aws(home) })], [])).toEqual([]);
  });
  test('everyone covers who is named', () => {
    expect(changeOf([allow({ Principal: aws(one) })], [allow({ Principal: '*' })]).lost).toEqual([]);
    expect(changeOf([allow({ Principal: service })], [allow({ Principal: '*' })]).lost).toEqual([]);
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
    expect(lost([under()], [ip('10.0.0.0/8')])).toEqual([
      'account 111111111111 loses pull where aws:SourceIp is not in 10.0.0.0/8',
    ]);
    expect(lost([ip('10.0.0.0/8', '11.0.0.0/8')], [ip('10.0.0.0/8')])).toEqual([
      'account 111111111111 loses pull where aws:SourceIp is in 11.0.0.0/8 and aws:SourceIp is not in 10.0.0.0/8',
    ]);
    expect(changeOf([ip('10.0.0.0/8')], [under()])).toEqual(nothing);
    const not = (...values: string[]) => under({ StringNotEquals: { 'aws:PrincipalTag/t': values } });
    expect(lost([not('a')], [not('a', 'b')])).toEqual([
      'account 111111111111 loses pull where aws:PrincipalTag/t is b',
    ]);
    expect(lost([not('a', 'b')], [not('a')])).toEqual([]);
    const than = (value: string) => under({ NumericLessThan: { 'aws:MultiFactorAuthAge': value } });
    expect(lost([than('5')], [than('9')])).toEqual([]);
    expect(lost([than('9')], [than('5')])).toEqual([
      'account 111111111111 loses pull where aws:MultiFactorAuthAge is less than 9 and aws:MultiFactorAuthAge is not less than 5',
    ]);
    expect(lost([under({ StringEquals: { 'aws:a': '1' } })], [under({ StringLike: { 'aws:a': '1' } })])).toEqual([]);
    expect(lost([under({ Bool: { 'aws:a': 'true' }, StringEquals: { 'aws:b': ['1', '2'] } })], [])).toEqual([
      'account 111111111111 loses pull where aws:a is true and aws:b is 1 or 2',
    ]);
  });
  test('of many values, which are one condition', () => {
    const values = Array.from({ length: 40 }, (_, at) => String(at));
    const wide = allow({ Principal: aws(one), Condition: { StringEquals: { 'aws:a': values, 'aws:b': values } } });
    expect(lost([wide], [])).toHaveLength(1);
    expect(lost([wide], [wide])).toEqual([]);
  });
  test('a Deny that is new or wider, for those who had it', () => {
    const open = allow({ Principal: aws(one) });
    expect(lost([open], [open, deny({ Principal: aws(one) })])).toEqual(['account 111111111111 loses pull']);
    expect(lost([open], [open, deny({ Principal: aws(one), Action: push })])).toEqual([
      'account 111111111111 loses pull',
    ]);
    expect(lost([open], [open, deny({ Principal: aws(one), Action: 'ecr:BatchDeleteImage' })])).toEqual([]);
    expect(lost([], [deny({ Principal: aws(one) })])).toEqual([]);
  });
  test('a Deny for whoever is in the own account, which may have let them', () => {
    const tagged = { StringLike: { 'aws:PrincipalArn': '*:role/intern-*' } };
    expect(lost([], [deny({ Principal: '*' })])).toEqual([`account ${home} loses pull`]);
    expect(lost([], [deny({ Principal: '*', Condition: tagged })])).toEqual([
      `account ${home} loses pull where aws:PrincipalArn is like *:role/intern-*`,
    ]);
    expect(lost([deny({ Principal: '*' })], [deny({ Principal: '*', Action: 'ecr:*' })])[0]).toMatch(
      new RegExp(`^account ${home} loses push, delete images, ecr:`),
    );
    // ECR is not to be reached but by TLS.
    expect(lost([], [deny({ Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })])).toEqual([]);
  });
  test('a Deny that stays takes what an Allow gives', () => {
    const shut = deny({ Principal: '*', Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } } });
    expect(changeOf([shut], [shut, allow({ Principal: '*' })])).toEqual(nothing);
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
    expect(opened([], [allow({ NotPrincipal: aws(one) })])).toEqual(['everyone gains pull']);
  });
  test('not to who is named', () => {
    expect(changeOf([], [allow({ Principal: { AWS: [one, role] } })])).toEqual(nothing);
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
    expect(changeOf([], [under(operator, key, value)])).toEqual(nothing);
  });
  test.each([
    ['IpAddress', 'aws:SourceIp', '10.0.0.0/8', ' where aws:SourceIp is in 10.0.0.0/8'],
    ['Bool', 'aws:SecureTransport', 'true', ''],
    ['StringNotEquals', 'aws:PrincipalOrgID', 'o-1', ''],
    ['StringLike', 'aws:PrincipalOrgID', 'o-*', ' where aws:PrincipalOrgID is like o-*'],
    ['StringLike', 'aws:PrincipalAccount', '?11111111111', ' where aws:PrincipalAccount is like ?11111111111'],
    ['StringEqualsIfExists', 'aws:PrincipalOrgID', 'o-1', ' where aws:PrincipalOrgID is o-1, or is absent'],
    ['ForAllValues:StringEquals', 'aws:PrincipalOrgID', 'o-1', ' where every value of aws:PrincipalOrgID is o-1'],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/x', ' where aws:PrincipalArn is like arn:aws:iam::*:role/x'],
    ['StringEquals', 'aws:PrincipalTag/Team', 'x', ' where aws:PrincipalTag/Team is x'],
  ])('%s %s %s does not', (operator, key, value, where) => {
    expect(opened([], [under(operator, key, value)])).toEqual([`everyone gains pull${where}`]);
  });
  test('a source is none where no service acts', () => {
    expect(changeOf([], [under('ArnLike', 'aws:SourceArn', '*')])).toEqual(nothing);
  });
  test('a condition that is dropped', () => {
    expect(opened([under('StringEquals', 'aws:PrincipalOrgID', 'o-1')], [allow({ Principal: '*' })])).toEqual([
      'everyone gains pull',
    ]);
  });
  test('to a service acting for anybody', () => {
    expect(opened([], [allow({ Principal: service })])).toEqual(['service lambda.amazonaws.com gains pull']);
    expect(
      changeOf([], [allow({ Principal: service, Condition: { StringEquals: { 'aws:SourceAccount': one } } })]),
    ).toEqual(nothing);
    expect(
      opened([], [allow({ Principal: service, Condition: { StringLike: { 'aws:SourceAccount': '*' } } })]),
    ).toEqual(['service lambda.amazonaws.com gains pull where aws:SourceAccount is like *']);
  });
  test('by lifting a Deny for everyone, where something lets them', () => {
    const open = allow({ Principal: '*' });
    expect(opened([open, deny({ Principal: '*' })], [open])).toEqual(['everyone gains pull']);
    expect(opened([open, deny({ NotPrincipal: aws(one) })], [open])).toEqual(['everyone gains pull']);
    expect(changeOf([deny({ Principal: '*' })], [])).toEqual(nothing);
  });
});

test('gained: by whom, whether named or not', () => {
  const gained = (before: Statement[], after: Statement[]) => accessChange(before, after, here).gained;
  const organisation = { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } };
  expect(gained([], [allow({ Principal: { AWS: [one, role] } })])).toEqual([
    'account 111111111111 gains pull',
    `role ${role} gains pull`,
  ]);
  expect(gained([], [allow({ Principal: '*', Condition: organisation })])).toEqual([
    'everyone in organisation o-1 gains pull',
  ]);
  expect(gained([deny({ Principal: '*' })], [])).toEqual([`account ${home} gains pull`]);
  expect(gained([], [allow({ Principal: aws(one), Resource: 'arn:aws:ecr:*:*:repository/other' })])).toEqual([]);
});

test('what nobody can read may be anything, but it is the same before and after', () => {
  const odd = { Effect: 'Allow', Principal: aws(one), Condition: { Odd: { 'aws:a': '1' } }, Action: pull } as Statement;
  expect(changeOf([odd], [odd])).toEqual(nothing);
  expect(changeOf([odd], [])).toEqual({
    lost: ['everyone perhaps loses pull'],
    opened: [],
  });
  expect(changeOf([{ Effect: 'Allow', Principal: aws(one) }], [])).toEqual(nothing);
});

test('the partition of accounts', () => {
  const china = 'arn:aws-cn:iam::111111111111:root';
  expect(changeOf([allow({ Principal: aws(one) })], [allow({ Principal: aws(china) })], 'aws-cn')).toEqual(nothing);
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
        expect(changeOf(compile(some), after)).toEqual(nothing);
        expect(changeOf(after, after)).toEqual(nothing);
        // The account's own users and roles it lets by itself.
        const isSame = some.includes(more) || (more.kind === 'account' && more.account === home);
        expect(changeOf(after, compile(some)).lost.length).toBe(isSame ? 0 : 1);
      }),
    );
  });
});
