// Exercises who.ts: people and services as somebody writes them, and as policies name them.
// It must not know what anybody may do.
import { describe, expect, test } from 'vitest';
import { requesterNamed, requesterOfPrincipal, requestersIn, requestersNamed } from './who.js';

const here = { account: '111111111111', partition: 'aws' };
const provider = 'arn:aws:iam::444444444444:oidc-provider/gitlab.com';
const node = 'arn:aws:iam::444444444444:role/eks/node';

describe('a requester as somebody writes it', () => {
  test.each([
    ['role/ci', { kind: 'role', arn: 'arn:aws:iam::111111111111:role/ci' }],
    ['user/team/anna', { kind: 'user', arn: 'arn:aws:iam::111111111111:user/team/anna' }],
    [node, { kind: 'role', arn: node }],
    [`role:${node}`, { kind: 'role', arn: node }],
    [
      'arn:aws:sts::444444444444:assumed-role/node/i-1',
      { kind: 'role', arn: 'arn:aws:iam::444444444444:role/node', session: 'i-1' },
    ],
    ['444444444444', { kind: 'anyone', account: '444444444444' }],
    ['account:444444444444', { kind: 'anyone', account: '444444444444' }],
    ['arn:aws-cn:iam::444444444444:root', { kind: 'anyone', account: '444444444444' }],
    ['lambda', { kind: 'service', service: 'lambda.amazonaws.com' }],
    ['service:codebuild.amazonaws.com', { kind: 'service', service: 'codebuild.amazonaws.com' }],
    ['logs.eu-west-1.amazonaws.com', { kind: 'service', service: 'logs.eu-west-1.amazonaws.com' }],
    ['ec2.amazonaws.com.cn', { kind: 'service', service: 'ec2.amazonaws.com.cn' }],
    [provider, { kind: 'web-identity', provider }],
    ['anyone', { kind: 'anyone' }],
  ])('%s', (text, requester) => {
    expect(requesterNamed(text, here)).toEqual(requester);
  });
  test.each([
    '',
    'Anna',
    'role:444444444444',
    'account:lambda',
    'user:arn:aws:iam::444444444444:role/node',
    'role/*',
    'arn:aws:iam::444444444444:role/*',
    'arn:aws:iam::444:role/node',
    'arn:aws:iam::444444444444:group/admins',
    'arn:aws:s3:::bucket',
    `x${node}`,
    `xrole:${node}`,
    `role:${node}\nx`,
    'role/ci or so',
    'my lambda.amazonaws.com',
    'lambda.amazonaws.com.example.org',
    'arn:aws:iam::444444444444:root/x',
    'arn:aws:iam::444444444444:role/',
    'arn:aws:iam::444444444444:user/',
    'arn:aws:iam::444444444444:group/user/x',
    'arn:aws:iam::444444444444:group/role/x',
    'arn:aws:iam::444444444444:group/saml-provider/x',
    'arn:aws:iam::444444444444:oidc-provider/',
    'arn:aws:iam::444444444444:user/*',
    'arn:aws:sts::444444444444:assumed-role/node',
    'arn:aws:sts::444444444444:assumed-role/node/',
    'arn:aws:sts::444444444444:assumed-role/node/i-1/x',
    'arn:aws:sts::444444444444:x/assumed-role/node/i-1',
    'xarn:aws:sts::444444444444:assumed-role/node/i-1',
  ])('nobody is %s', (text) => {
    expect(() => requesterNamed(text, here)).toThrow(
      expect.objectContaining({ diagnostics: [expect.objectContaining({ code: 'access/bad-requester' })] }),
    );
  });
});

test('what is nobody is quoted, but not at any length', () => {
  const message = (text: string) => `"${text}" is nobody that a request could come from`;
  expect(() => requesterNamed('Anna', here)).toThrow(message('Anna'));
  expect(() => requesterNamed('A'.repeat(300), here)).toThrow(message('A'.repeat(200)));
});

test('a principal that is nobody any more', () => {
  const user = 'arn:aws:iam::444444444444:user/anna';
  const session = 'arn:aws:sts::444444444444:assumed-role/node/i-1';
  const inside = ['arn:aws:iam::444444444444:root', provider, user, node, session].map((arn) => `x${arn}`);
  for (const principal of ['AIDAEXAMPLEEXAMPLE12', `${node}*`, '', ...inside])
    expect(requesterOfPrincipal(principal)).toBeUndefined();
});

describe('requesters that a policy names', () => {
  const named = (...statements: readonly unknown[]) => requestersIn({ Statement: statements }, here.account);
  const allow = (principal: unknown) => ({ Effect: 'Allow', Principal: principal, Action: 'ecr:*' });
  test('are those of its Allow statements, each once, the own account as a whole left out', () => {
    expect(
      named(
        allow({ AWS: [node, '444444444444', '111111111111', 'AROAEXAMPLEEXAMPLE12'], Service: 'Lambda.amazonaws.com' }),
        allow({ AWS: 'arn:aws:iam::444444444444:root' }),
        { ...allow({ AWS: '555555555555' }), Effect: 'Deny' },
      ),
    ).toEqual([
      { kind: 'role', arn: node },
      { kind: 'anyone', account: '444444444444' },
      { kind: 'service', service: 'lambda.amazonaws.com' },
    ]);
  });
  test.each([['*'], [{ AWS: '*' }], [{ AWS: ['*'] }]])('everyone, as %j, is anyone', (principal) => {
    expect(named(allow(principal))).toEqual([{ kind: 'anyone' }]);
  });
  test('everyone but somebody is anyone', () => {
    expect(named({ Effect: 'Allow', NotPrincipal: { AWS: node }, Action: '*' })).toEqual([{ kind: 'anyone' }]);
  });
  test('services and providers are named as such, and as nothing else', () => {
    expect(named(allow({ Federated: provider }), allow({ Service: 'lambda.amazonaws.com' }))).toEqual([
      { kind: 'web-identity', provider },
      { kind: 'service', service: 'lambda.amazonaws.com' },
    ]);
    expect(named(allow({ Federated: '*' }), allow({ CanonicalUser: node }), allow({ Service: [7, null] }))).toEqual([]);
  });
  test('of any statement, whoever it speaks of in any way', () => {
    const denied = { Effect: 'Deny', NotPrincipal: { AWS: [node, '111111111111'] }, Action: '*' };
    const statements = [denied, allow({ AWS: node }), { Effect: 'Deny', Principal: '*', Action: '*' }];
    expect(requestersNamed({ Statement: statements })).toEqual([
      { kind: 'role', arn: node },
      { kind: 'anyone', account: '111111111111' },
      { kind: 'anyone' },
    ]);
    expect(requestersNamed({})).toEqual([]);
  });
  test('a lone statement will do, and what is none names nobody', () => {
    expect(requestersIn({ Statement: allow('*') }, here.account)).toEqual([{ kind: 'anyone' }]);
    for (const document of [undefined, 'text', [], { Statement: [7, null, allow(7), allow({ AWS: [7] })] }])
      expect(requestersIn(document, here.account)).toEqual([]);
  });
});
