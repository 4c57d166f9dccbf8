// Exercises context.ts: what AWS puts into every request of a requester, and what stays open.
// It must not know policies.
import { describe, expect, test } from 'vitest';
import { type Context, contextOf } from './context.js';
import type { AccessRequest, Requester } from './model.js';

const account = '111111111111';
const resource = `arn:aws:ecr:eu-west-1:${account}:repository/red/app`;
const role = `arn:aws:iam::${account}:role/build/ci`;

function context(requester: Requester, rest: Partial<AccessRequest> = {}): Context {
  return contextOf({ requester, action: 'ecr:BatchGetImage', resource, ...rest });
}

const keys = [
  'aws:PrincipalArn',
  'aws:PrincipalAccount',
  'aws:PrincipalType',
  'aws:userid',
  'aws:username',
  'aws:PrincipalIsAWSService',
  'aws:PrincipalServiceName',
  'aws:PrincipalServiceNamesList',
  'aws:PrincipalOrgID',
  'aws:PrincipalOrgPaths',
  'aws:PrincipalTag/team',
  'aws:FederatedProvider',
  'aws:MultiFactorAuthPresent',
  'aws:SourceArn',
  'aws:SourceAccount',
  'aws:SourceOrgID',
  'aws:SourceOrgPaths',
  'aws:SourceIp',
];
const states = (requester: Requester) => {
  const found = context(requester);
  return Object.fromEntries(
    keys.map((key) => {
      const state = found(key);
      return [key, typeof state === 'string' ? state : state.join()];
    }),
  );
};

const ofPerson = {
  'aws:PrincipalAccount': account,
  'aws:PrincipalIsAWSService': 'false',
  'aws:PrincipalServiceName': 'absent',
  'aws:PrincipalServiceNamesList': 'absent',
  'aws:PrincipalOrgID': 'unknown',
  'aws:PrincipalOrgPaths': 'unknown',
  'aws:PrincipalTag/team': 'unknown',
  'aws:FederatedProvider': 'unknown',
  'aws:MultiFactorAuthPresent': 'unknown',
  'aws:SourceArn': 'absent',
  'aws:SourceAccount': 'absent',
  'aws:SourceOrgID': 'absent',
  'aws:SourceOrgPaths': 'absent',
  'aws:SourceIp': 'unknown',
};

describe('what follows from the requester', () => {
  test('a user', () => {
    const arn = `arn:aws:iam::${account}:user/staff/anna`;
    expect(states({ kind: 'user', arn })).toEqual({
      ...ofPerson,
      'aws:PrincipalArn': arn,
      'aws:PrincipalType': 'User',
      'aws:userid': 'unknown',
      'aws:username': 'anna',
    });
    expect(context({ kind: 'user', arn, id: 'AIDA' })('aws:userid')).toEqual(['AIDA']);
  });
  test('a role', () => {
    expect(states({ kind: 'role', arn: role, session: 'x', id: 'AROA' })).toEqual({
      ...ofPerson,
      'aws:PrincipalArn': role,
      'aws:PrincipalType': 'AssumedRole',
      'aws:userid': 'AROA:x',
      'aws:username': 'absent',
    });
    expect(context({ kind: 'role', arn: role, id: 'AROA' })('aws:userid')).toBe('unknown');
    expect(context({ kind: 'role', arn: role, session: 'x' })('aws:userid')).toBe('unknown');
  });
  test('the root user', () => {
    expect(states({ kind: 'root', account, partition: 'aws-cn' })).toEqual({
      ...ofPerson,
      'aws:PrincipalArn': `arn:aws-cn:iam::${account}:root`,
      'aws:PrincipalType': 'Account',
      'aws:userid': account,
      'aws:username': 'absent',
    });
  });
  test('a federated user', () => {
    const arn = `arn:aws:sts::${account}:federated-user/anna`;
    expect(states({ kind: 'federated-user', arn, user: `arn:aws:iam::${account}:user/anna` })).toEqual({
      ...ofPerson,
      'aws:PrincipalArn': arn,
      'aws:PrincipalType': 'FederatedUser',
      'aws:userid': `${account}:anna`,
      'aws:username': 'absent',
    });
  });
  test('a service', () => {
    expect(states({ kind: 'service', service: 'lambda.amazonaws.com' })).toEqual({
      'aws:PrincipalArn': 'absent',
      'aws:PrincipalAccount': 'absent',
      'aws:PrincipalType': 'absent',
      'aws:userid': 'unknown',
      'aws:username': 'absent',
      'aws:PrincipalIsAWSService': 'true',
      'aws:PrincipalServiceName': 'lambda.amazonaws.com',
      'aws:PrincipalServiceNamesList': 'unknown',
      'aws:PrincipalOrgID': 'absent',
      'aws:PrincipalOrgPaths': 'absent',
      'aws:PrincipalTag/team': 'absent',
      'aws:FederatedProvider': 'unknown',
      'aws:MultiFactorAuthPresent': 'absent',
      'aws:SourceArn': 'unknown',
      'aws:SourceAccount': 'unknown',
      'aws:SourceOrgID': 'unknown',
      'aws:SourceOrgPaths': 'unknown',
      'aws:SourceIp': 'unknown',
    });
  });
  test('the holder of a token', () => {
    const provider = `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`;
    expect(states({ kind: 'web-identity', provider })).toEqual({
      'aws:PrincipalArn': 'absent',
      'aws:PrincipalAccount': 'absent',
      'aws:PrincipalType': 'unknown',
      'aws:userid': 'unknown',
      'aws:username': 'absent',
      'aws:PrincipalIsAWSService': 'false',
      'aws:PrincipalServiceName': 'unknown',
      'aws:PrincipalServiceNamesList': 'unknown',
      'aws:PrincipalOrgID': 'absent',
      'aws:PrincipalOrgPaths': 'absent',
      'aws:PrincipalTag/team': 'absent',
      'aws:FederatedProvider': provider,
      'aws:MultiFactorAuthPresent': 'absent',
      'aws:SourceArn': 'unknown',
      'aws:SourceAccount': 'unknown',
      'aws:SourceOrgID': 'unknown',
      'aws:SourceOrgPaths': 'unknown',
      'aws:SourceIp': 'unknown',
    });
  });
  test('an organisation', () => {
    const of = (organization: Requester['organization']) => {
      const found = context({ kind: 'role', arn: role, ...(organization === undefined ? {} : { organization }) });
      return [found('aws:PrincipalOrgID'), found('aws:PrincipalOrgPaths')];
    };
    expect(of({ id: 'o-a' })).toEqual([['o-a'], 'unknown']);
    expect(of({ id: 'o-a', path: 'o-a/r-1/' })).toEqual([['o-a'], ['o-a/r-1/']]);
    expect(of(null)).toEqual(['absent', 'absent']);
    expect(of(undefined)).toEqual(['unknown', 'unknown']);
  });
  test('tags', () => {
    const found = context({ kind: 'role', arn: role, tags: { Team: 'red' } });
    expect([found('aws:PrincipalTag/team'), found('AWS:principaltag/TEAM'), found('aws:PrincipalTag/other')]).toEqual([
      ['red'],
      ['red'],
      'absent',
    ]);
  });
});

describe('what follows from the request', () => {
  const who: Requester = { kind: 'role', arn: role };
  test('the resource', () => {
    const found = context(who);
    expect([found('aws:ResourceAccount'), found('aws:RequestedRegion'), found('aws:SecureTransport')]).toEqual([
      [account],
      ['eu-west-1'],
      ['true'],
    ]);
    const all = context(who, { resource: '*' });
    expect([all('aws:ResourceAccount'), all('aws:RequestedRegion'), all('aws:SecureTransport')]).toEqual([
      'unknown',
      'unknown',
      ['true'],
    ]);
    const global = context(who, { resource: role });
    expect([global('aws:ResourceAccount'), global('aws:RequestedRegion')]).toEqual([[account], 'unknown']);
  });
  test('its tags', () => {
    const some = context(who, { resourceTags: { Team: 'red' } });
    for (const key of ['aws:ResourceTag', 'ecr:ResourceTag'])
      expect([some(`${key}/team`), some(`${key}/other`), context(who)(`${key}/team`)]).toEqual([
        ['red'],
        'absent',
        'unknown',
      ]);
  });
  test('the action', () => {
    const of = (action: string, key: string) => context(who, { action })(key);
    expect(of('ecr:BatchGetImage', 'aws:RequestTag/team')).toBe('absent');
    expect(of('ecr:BatchGetImage', 'aws:TagKeys')).toBe('absent');
    expect(of('ecr:CreateRepository', 'aws:RequestTag/team')).toBe('unknown');
    expect(of('ECR:createrepository', 'aws:TagKeys')).toBe('unknown');
    expect(of('ecr:UntagResource', 'aws:RequestTag/team')).toBe('absent');
    expect(of('ecr:UntagResource', 'aws:TagKeys')).toBe('unknown');
    expect(of('ecr:GetAuthorizationToken', 'aws:ResourceTag/team')).toBe('absent');
    expect(of('ecr:GetAuthorizationToken', 'ecr:ResourceTag/team')).toBe('absent');
    expect(of('ecr:GetAccountSetting', 'ecr:AccountSetting')).toBe('unknown');
    expect(of('ecr:DescribeRegistry', 'ecr:AccountSetting')).toBe('absent');
    expect(of('kms:Decrypt', 'kms:EncryptionContext:a')).toBe('unknown');
    expect(of('kms:Decrypt', 'kms:PolicyName')).toBe('absent');
    expect(of('kms:Decrypt', 'ecr:AccountSetting')).toBe('unknown');
    expect(of('sts:AssumeRole', 'sts:ExternalId')).toBe('unknown');
    expect(of('sts:AssumeRoleWithWebIdentity', 'sts:ExternalId')).toBe('absent');
    // Of an action that nobody has listed nothing is known.
    expect(of('ecr:SomethingNew', 'aws:RequestTag/team')).toBe('unknown');
  });
  test('what is given wins', () => {
    const given = {
      'AWS:principalarn': 'x',
      'aws:SecureTransport': null,
      'aws:TagKeys': ['a', 'b'],
      'aws:CalledVia': [],
    };
    const found = context(who, { context: given });
    expect(
      ['aws:PrincipalArn', 'aws:securetransport', 'aws:TagKeys', 'aws:CalledVia', 'aws:SourceIp'].map(found),
    ).toEqual([['x'], 'absent', ['a', 'b'], 'absent', 'unknown']);
    expect(context(who, { otherKeys: 'absent' })('aws:SourceIp')).toBe('absent');
  });
});
