// Exercises exposure.ts and open.ts: whom a statement lets in from outside, and which conditions and denials keep them out.
// It must not know plans.
import { describe, expect, test } from 'vitest';
import { exposuresOf } from './exposure.js';
import type { Statement } from './model.js';
import { pullActions, pushActions } from './names.js';

const ours = '111111111111';
const theirs = '444444444444';
const place = { partition: 'aws', account: ours };
type Rest = Omit<Statement, 'Effect'>;
const allow = (rest: Rest): Statement => ({ Effect: 'Allow', Action: pullActions, ...rest });
const deny = (rest: Rest): Statement => ({ Effect: 'Deny', Action: 'ecr:*', Principal: '*', ...rest });
const of = (statement: Statement, ...beside: Statement[]) =>
  exposuresOf(statement, [statement, ...beside], place).map(({ to, phrase }) => `${to}: ${phrase}`);
const under = (operator: string, key: string, value: string | string[]) =>
  allow({ Principal: '*', Condition: { [operator]: { [key]: value } } });

describe('everyone', () => {
  test.each<[string, Rest, string]>([
    ['a star', { Principal: '*' }, 'anybody with an AWS account may pull'],
    ['a star of AWS', { Principal: { AWS: '*' } }, 'anybody with an AWS account may pull'],
    ['a star in a list', { Principal: { AWS: [ours, '*'] } }, 'anybody with an AWS account may pull'],
    ['a push', { Principal: '*', Action: pushActions }, 'anybody with an AWS account may push'],
    ['all actions', { Principal: '*', Action: 'ecr:*' }, 'anybody with an AWS account may do everything'],
    [
      'all but a few',
      { NotPrincipal: { AWS: theirs } },
      'anybody with an AWS account but {"AWS":"arn:aws:iam::444444444444:root"} may pull',
    ],
  ])('is let in by %s', (_, rest, phrase) => {
    expect(of(allow(rest))).toEqual([`everyone: ${phrase}`]);
  });
  test.each([
    ['IpAddress', 'aws:SourceIp', '0.0.0.0/0', 'is'],
    ['Bool', 'aws:SecureTransport', 'true', 'is'],
    ['StringLike', 'aws:PrincipalOrgID', 'o-*', 'is'],
    ['StringNotEquals', 'aws:PrincipalOrgID', 'o-1', 'is not'],
    ['StringEqualsIfExists', 'aws:PrincipalOrgID', 'o-1', 'is'],
    ['StringLike', 'aws:SourceVpce', '*', 'is'],
    ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/ci', 'is'],
    ['StringEquals', 'aws:PrincipalTag/Team', 'x', 'is'],
    ['ForAllValues:StringEquals', 'aws:PrincipalOrgPaths', 'o-1/r-1/', 'ForAllValues:StringEquals'],
    ['ArnLike', 'aws:PrincipalArn', 'role', 'is'],
    ['StringLike', 'aws:PrincipalArn', '*', 'is'],
    ['Null', 'aws:PrincipalOrgID', 'false', 'Null'],
  ])('is not kept out by %s %s %s', (operator, key, value, relation) => {
    expect(of(under(operator, key, value))).toEqual([
      `everyone: anybody with an AWS account may pull where ${key} ${relation} ${value}`,
    ]);
  });
});

describe('others', () => {
  test.each([
    ['StringEquals', 'aws:PrincipalOrgID', 'o-1', 'everyone in organisation o-1 may pull'],
    ['StringEquals', 'aws:PrincipalAccount', theirs, `everyone may pull where aws:PrincipalAccount is ${theirs}`],
    ['StringEquals', 'aws:SourceVpce', 'vpce-1', 'everyone may pull where aws:SourceVpce is vpce-1'],
    ['StringLike', 'aws:SourceVpc', 'vpc-1', 'everyone may pull where aws:SourceVpc is vpc-1'],
    ['StringEquals', 'aws:VpceOrgID', 'o-1', 'everyone may pull where aws:VpceOrgID is o-1'],
    // It looks like the account, but names a network.
    ['StringEquals', 'aws:SourceVpc', ours, `everyone may pull where aws:SourceVpc is ${ours}`],
    [
      'ArnEquals',
      'aws:PrincipalArn',
      `arn:aws:iam::${theirs}:root`,
      `everyone may pull where aws:PrincipalArn is arn:aws:iam::${theirs}:root`,
    ],
    ['StringEqualsIgnoreCase', 'aws:SourceVpce', 'vpce-1', 'everyone may pull where aws:SourceVpce is vpce-1'],
    ['StringLike', 'aws:PrincipalOrgPaths', 'o-1/*', 'everyone may pull where aws:PrincipalOrgPaths is o-1/*'],
    ['StringEquals', 'aws:userid', 'AROAEXAMPLE:*', 'everyone may pull where aws:userid is AROAEXAMPLE:*'],
  ])('are all who meet %s %s %s', (operator, key, value, phrase) => {
    expect(of(under(operator, key, value))).toEqual([`others: ${phrase}`]);
  });
  test('are accounts, roles and users elsewhere, in one phrase', () => {
    const Principal = { AWS: [theirs, ours, `arn:aws:iam::${theirs}:role/ci`, `arn:aws:iam::${ours}:role/ci`] };
    expect(of(allow({ Principal }))).toEqual([
      'others: role arn:aws:iam::444444444444:role/ci and account 444444444444 may pull',
    ]);
    const many = Array.from({ length: 8 }, (_, index) => `${200_000_000_000 + index}`);
    expect(of(allow({ Principal: { AWS: many } }))[0]).toMatch(/account 200000000004 and 3 others may pull$/);
  });
  test('are named up to five, and no fewer than two are left to a number', () => {
    const named = (length: number) => {
      const accounts = Array.from({ length }, (_, index) => `${200_000_000_000 + index}`);
      return of(allow({ Principal: { AWS: accounts } }))[0]?.replaceAll('account 20000000000', '');
    };
    expect([1, 2, 3, 6, 7].map(named)).toEqual([
      'others: 0 may pull',
      'others: 0 and 1 may pull',
      'others: 0, 1 and 2 may pull',
      'others: 0, 1, 2, 3, 4 and 5 may pull',
      'others: 0, 1, 2, 3, 4 and 2 others may pull',
    ]);
  });
  test('are holders of tokens, for a provider of another account', () => {
    const provider = (account: string) => `arn:aws:iam::${account}:oidc-provider/gitlab.com`;
    expect(of(allow({ Principal: { Federated: [provider(theirs), provider(ours)] } }))).toEqual([
      `others: ${provider(theirs)} may pull`,
    ]);
  });
  test('are in a phrase for each thing they may, after everyone, in the order of phrases', () => {
    const service = 'service lambda.amazonaws.com';
    const all = allow({
      Principal: { Service: 'lambda.amazonaws.com', AWS: '*' },
      Action: [...pullActions, ...pushActions],
    });
    expect(of(all)).toEqual([
      'everyone: anybody with an AWS account may pull and push',
      `others: ${service} may pull and push`,
    ]);
    const role = `arn:aws:iam::200000000000:role/ci`;
    const several = allow({ Principal: { AWS: [role, theirs] }, Action: [...pullActions, ...pushActions] });
    const push = ['ecr:PutImage', 'ecr:*LayerUpload', 'ecr:UploadLayerPart'];
    expect(of(several, deny({ Principal: { AWS: role }, Action: push }))).toEqual([
      `others: account ${theirs} may pull and push`,
      `others: role ${role} may pull`,
    ]);
    expect(of(under('StringLike', 'aws:PrincipalAccount', [theirs, '5*']))).toEqual([
      'everyone: anybody with an AWS account may pull where aws:PrincipalAccount is 5*',
      `others: everyone may pull where aws:PrincipalAccount is ${theirs}`,
    ]);
  });
  test('are services that act for any account, or for another one', () => {
    const service = (Condition: NonNullable<Statement['Condition']>) =>
      of(allow({ Principal: { Service: 'lambda.amazonaws.com' }, Condition }));
    expect(service({})).toEqual(['others: service lambda.amazonaws.com may pull']);
    expect(service({ StringEquals: { 'aws:SourceAccount': theirs } })).toEqual([
      `others: service lambda.amazonaws.com may pull where aws:SourceAccount is ${theirs}`,
    ]);
    expect(service({ StringEquals: { 'aws:SourceAccount': ours } })).toEqual([]);
    expect(service({ ArnLike: { 'aws:SourceArn': `arn:aws:lambda:eu-west-1:${ours}:function:*` } })).toEqual([]);
  });
});

describe('nobody', () => {
  test.each<[string, Statement]>([
    ['of the account itself', allow({ Principal: { AWS: [ours, `arn:aws:iam::${ours}:user/me`] } })],
    ['demanded to be of the account', under('StringEquals', 'aws:PrincipalAccount', ours)],
    ['that was deleted', allow({ Principal: { AWS: 'AROAEXAMPLEEXAMPLE123' } })],
    ['in a Deny', deny({})],
    ['in a Deny of an account', deny({ Principal: { AWS: theirs } })],
    [
      'demanded to be of the account, and somewhere',
      allow({
        Principal: '*',
        Condition: { StringEquals: { 'aws:PrincipalAccount': ours }, IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      }),
    ],
    ...['aws:PrincipalAccount', 'aws:SourceAccount', 'aws:VpceAccount'].map((key): [string, Statement] => [
      `whose ${key} is the account's`,
      under('StringEquals', key, ours),
    ]),
    ...['aws:PrincipalArn', 'aws:SourceArn'].map((key): [string, Statement] => [
      `whose ${key} is in the account`,
      under('ArnLike', key, `arn:aws:iam::${ours}:role/*`),
    ]),
    ['without an action', { Effect: 'Allow', Principal: '*' }],
  ])('%s', (_, statement) => {
    expect(of(statement)).toEqual([]);
  });
});

describe('a Deny beside it', () => {
  const open = allow({ Principal: '*' });
  const unless = (operator: string, key: string, value: string) =>
    deny({ Condition: { [operator]: { [key]: value } } });
  test.each<[string, Statement]>([
    ['for all', deny({})],
    ['for all but an organisation', unless('StringNotEquals', 'aws:PrincipalOrgID', 'o-1')],
    ['for all but a VPC endpoint', unless('StringNotEqualsIfExists', 'aws:SourceVpce', 'vpce-1')],
    ['for all but paths', unless('ForAllValues:StringNotLike', 'aws:PrincipalOrgPaths', 'o-1/*')],
    ['for all but named principals', { Effect: 'Deny', NotPrincipal: { AWS: ours }, Action: '*' }],
    [
      'for all but an organisation and services',
      deny({
        Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' }, Bool: { 'aws:PrincipalIsAWSService': 'false' } },
      }),
    ],
  ])('%s keeps strangers out', (_, denial) => {
    expect(of(open, denial)).toEqual([]);
  });
  test.each([
    ['StringNotEquals', 'aws:PrincipalAccount', ours],
    ['StringNotEqualsIgnoreCase', 'aws:PrincipalOrgID', 'o-1'],
    ['StringNotLike', 'aws:PrincipalArn', `arn:aws:iam::${ours}:role/*`],
    ['ArnNotEquals', 'aws:PrincipalArn', `arn:aws:iam::${ours}:role/ci`],
    ['ArnNotLike', 'aws:SourceArn', `arn:aws:lambda:*:${ours}:function:*`],
    ['StringNotEquals', 'aws:VpceAccount', ours],
  ])('for all but those of %s %s keeps strangers out, and not whom it is about', (operator, key, value) => {
    expect(of(open, unless(operator, key, value))).toEqual([]);
    expect(of(allow({ Principal: { AWS: theirs } }), unless(operator, key, value))).toEqual([
      `others: account ${theirs} may pull`,
    ]);
  });
  test.each<[string, Statement]>([
    ['of other actions', deny({ Action: 'ecr:PutImage' })],
    ['of one account', deny({ Principal: { AWS: theirs } })],
    ['for whoever has the key', unless('ForAnyValue:StringNotLike', 'aws:PrincipalOrgPaths', 'o-1/*')],
    ['that spares a pattern', unless('StringNotLike', 'aws:PrincipalOrgID', 'o-*')],
    ['of plain HTTP', unless('Bool', 'aws:SecureTransport', 'false')],
    ['that names nobody to spare', { Effect: 'Deny', NotPrincipal: '*', Action: '*' }],
    [
      'that spares a name and a pattern',
      deny({ Condition: { StringNotEquals: { 'aws:PrincipalOrgID': ['o-1', 'o-*'] } } }),
    ],
    ['of some whom it names', unless('StringEquals', 'aws:PrincipalOrgID', 'o-1')],
    ['of tags', unless('StringNotEquals', 'aws:PrincipalTag/team', 'red')],
    ['that spares an ARN of no account', unless('ArnNotLike', 'aws:PrincipalArn', 'role')],
    ['under what is no operator', unless('Odd', 'aws:PrincipalOrgID', 'o-1')],
    ['of people and services', deny({ Condition: { Bool: { 'aws:PrincipalIsAWSService': ['false', 'true'] } } })],
    ['of services, asked for as text', unless('StringNotEquals', 'aws:PrincipalIsAWSService', 'false')],
    ['of services, under what is no operator', unless('Odd', 'aws:PrincipalIsAWSService', 'false')],
    ['of a service', deny({ Principal: { Service: 'lambda.amazonaws.com' } })],
    ['of services', unless('Bool', 'aws:PrincipalIsAWSService', 'true')],
  ])('%s does not', (_, denial) => {
    expect(of(open, denial)).toEqual(['everyone: anybody with an AWS account may pull']);
  });
  test('takes away the actions it is about', () => {
    const all = allow({ Principal: '*', Action: [...pullActions, ...pushActions] });
    const some = deny({ Action: ['ecr:PutImage', 'ecr:UploadLayerPart', 'ecr:*LayerUpload'] });
    expect(of(all, some)).toEqual(['everyone: anybody with an AWS account may pull']);
    expect(of(allow({ Principal: { AWS: theirs } }), deny({ Principal: { AWS: theirs } }))).toEqual([]);
  });
});

describe('hundreds of values, which are not told apart', () => {
  const accounts = Array.from({ length: 300 }, (_, index) => `${200_000_000_000 + index}`);
  test('let others in where one of them is elsewhere, be the first the own account', () => {
    const [exposure] = of(under('StringEquals', 'aws:PrincipalAccount', [ours, ...accounts]));
    expect(exposure).toMatch(
      /^others: everyone may pull where aws:PrincipalAccount is 111111111111 or 200000000000 or /,
    );
  });
  test('let everyone in where one of them is a pattern', () => {
    const [exposure] = of(under('StringLike', 'aws:PrincipalAccount', ['2*', ...accounts]));
    expect(exposure).toMatch(/^everyone: anybody with an AWS account may pull where /);
  });
});

test('what no AWS would have taken is no failure, and keeps nobody out', () => {
  const odd = (members: object) => of({ ...allow({ Principal: '*' }), ...members });
  expect(odd({ Condition: null })).toEqual(['everyone: anybody with an AWS account may pull where null']);
  expect(odd({ Condition: { StringEquals: 'x' } })[0]).toContain('everyone: anybody with an AWS account may pull');
  expect(odd({ Condition: { StringEquals: { 'aws:PrincipalOrgID': null } } }).length).toBe(1);
  expect(odd({ Principal: null })).toEqual([]);
  expect(odd({ Principal: { AWS: [7] } })).toEqual([]);
  expect(odd({ Action: { a: 1 } }).length).toBe(1);
});
