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
  test.each<[string, Statement]>([
    ['of other actions', deny({ Action: 'ecr:PutImage' })],
    ['of one account', deny({ Principal: { AWS: theirs } })],
    ['for whoever has the key', unless('ForAnyValue:StringNotLike', 'aws:PrincipalOrgPaths', 'o-1/*')],
    ['that spares a pattern', unless('StringNotLike', 'aws:PrincipalOrgID', 'o-*')],
    ['of plain HTTP', unless('Bool', 'aws:SecureTransport', 'false')],
    ['that names nobody to spare', { Effect: 'Deny', NotPrincipal: '*', Action: '*' }],
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

test('what no AWS would have taken is no failure, and keeps nobody out', () => {
  const odd = (members: object) => of({ ...allow({ Principal: '*' }), ...members });
  expect(odd({ Condition: null })).toEqual(['everyone: anybody with an AWS account may pull where null']);
  expect(odd({ Condition: { StringEquals: 'x' } })[0]).toContain('everyone: anybody with an AWS account may pull');
  expect(odd({ Condition: { StringEquals: { 'aws:PrincipalOrgID': null } } }).length).toBe(1);
  expect(odd({ Principal: null })).toEqual([]);
  expect(odd({ Principal: { AWS: [7] } })).toEqual([]);
  expect(odd({ Action: { a: 1 } }).length).toBe(1);
});
