// What a registry's policy says to another account's wish to copy, and to be given a repository.
import { describe, expect, it } from 'vitest';
import { type Copying, permits } from './permission.js';

const account = '111111111111';
const root = `arn:aws:iam::${account}:root`;
const resource = 'arn:aws:ecr:eu-west-1:210987654321:repository/team/app';
const copying: Copying = { partition: 'aws', account, action: 'ecr:ReplicateImage', resource };

/** `silent`: it takes another statement to let them. */
type Verdict = 'allowed' | 'denied' | 'silent';

const leave = { Effect: 'Allow', Principal: { AWS: root }, Action: 'ecr:ReplicateImage', Resource: '*' };

function permitted(statements: readonly Record<string, unknown>[], what = copying): boolean {
  return permits(JSON.stringify({ Version: '2012-10-17', Statement: statements }), what);
}

function judged(...statements: Record<string, unknown>[]): Verdict {
  const full = statements.map((one) => ({ ...leave, ...one }));
  if (permitted(full)) return 'allowed';
  return permitted([...full, leave]) ? 'silent' : 'denied';
}

it('lets nobody in where there is no policy, but the account itself', () => {
  expect(permits(undefined, copying)).toBe(false);
  expect(permits(undefined, { ...copying, account: '210987654321' })).toBe(true);
});

it('may keep the account itself out, too', () => {
  const own = { ...copying, account: '210987654321' };
  expect(permitted([leave], own)).toBe(true);
  expect(permitted([{ ...leave, Effect: 'Deny' }], own)).toBe(true);
  expect(permitted([{ ...leave, Effect: 'Deny', Principal: '*' }], own)).toBe(false);
});

it('lets nobody in where it cannot be read', () => {
  expect(permits('{', copying)).toBe(false);
});

describe('one statement', () => {
  it.each<[Verdict, Record<string, unknown>]>([
    ['allowed', {}],
    ['allowed', { Principal: { AWS: account } }],
    ['allowed', { Principal: '*' }],
    ['allowed', { Principal: { AWS: '*' } }],
    ['allowed', { Principal: { AWS: ['arn:aws:iam::333333333333:root', root] } }],
    ['silent', { Principal: { AWS: 'arn:aws:iam::333333333333:root' } }],
    ['silent', { Principal: { AWS: `arn:aws:iam::${account}:role/pusher` } }],
    ['silent', { Principal: { Service: 'ecr.amazonaws.com' } }],
    ['allowed', { Action: ['ecr:CreateRepository', 'ecr:ReplicateImage'] }],
    ['allowed', { Action: 'ECR:replicate*' }],
    ['allowed', { Action: 'ecr:*' }],
    ['allowed', { Action: '*' }],
    ['silent', { Action: 'ecr:CreateRepository' }],
    ['silent', { Action: undefined, NotAction: 'ecr:Replicate*' }],
    ['allowed', { Action: undefined, NotAction: ['ecr:DeleteRepository'] }],
    ['allowed', { Resource: resource }],
    ['allowed', { Resource: ['arn:aws:ecr:eu-west-1:210987654321:repository/*'] }],
    ['silent', { Resource: 'arn:aws:ecr:eu-west-1:210987654321:repository/other/*' }],
    ['silent', { Resource: 'arn:aws:ecr:us-west-2:210987654321:repository/*' }],
    ['allowed', { Resource: undefined, NotResource: '*:repository/other/*' }],
    ['silent', { Resource: undefined, NotResource: '*:repository/team/*' }],
    ['allowed', { Condition: { StringEquals: { 'aws:PrincipalAccount': account } } }],
    ['silent', { Condition: { StringEquals: { 'aws:PrincipalAccount': '333333333333' } } }],
    ['allowed', { Condition: { StringLike: { 'aws:RequestedRegion': 'eu-*' } } }],
    // There is no organisation.
    ['silent', { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } } }],
    ['denied', { Effect: 'Deny' }],
    ['denied', { Effect: 'Deny', Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } } }],
    ['silent', { Effect: 'Deny', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } } }],
    ['silent', { Effect: 'Deny', Principal: undefined, NotPrincipal: { AWS: root } }],
    ['denied', { Effect: 'Deny', Principal: undefined, NotPrincipal: { AWS: 'arn:aws:iam::333333333333:root' } }],
  ])('%s: %j', (verdict, statement) => {
    expect(judged(statement)).toBe(verdict);
  });
});

it('a Deny wins over any Allow', () => {
  expect(judged({}, { Effect: 'Deny', Resource: '*:repository/team/*' })).toBe('denied');
  expect(judged({ Effect: 'Deny', Resource: '*:repository/other/*' }, {})).toBe('allowed');
});
