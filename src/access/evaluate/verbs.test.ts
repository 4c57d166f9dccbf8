// Exercises verbs.ts: what pull, push and delete are made of, and the matrix of who may.
// It must not know how one action is decided.
import { describe, expect, test } from 'vitest';
import { whoCan } from './matrix.js';
import type { Requester } from './model.js';
import { compilePolicy, unreadablePolicy } from './policy.js';
import { needWords } from './requirements.js';
import {
  canDelete,
  canPull,
  canPush,
  type PrincipalSubject,
  type RepositorySubject,
  type VerbAnswer,
} from './verbs.js';

const account = '111111111111';
const role: Requester = { kind: 'role', arn: `arn:aws:iam::${account}:role/ci`, session: 'build' };
const stranger: Requester = { kind: 'role', arn: 'arn:aws:iam::222222222222:role/node', session: 'i-1' };
const lambda: Requester = { kind: 'service', service: 'lambda.amazonaws.com' };

const token = 'ecr:GetAuthorizationToken';
const pull = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const push = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:InitiateLayerUpload',
  'ecr:UploadLayerPart',
  'ecr:CompleteLayerUpload',
  'ecr:PutImage',
];

type Statement = Readonly<Record<string, unknown>>;

function allow(action: unknown, rest: Statement = {}): Statement {
  return { Effect: 'Allow', Action: action, Resource: '*', ...rest };
}

function somebody(requester: Requester, ...statements: readonly Statement[]): PrincipalSubject {
  const document = { Version: '2012-10-17', Statement: statements };
  return { requester, policies: { identity: [compilePolicy('identity', 'policy', document)] } };
}

function repository(name: string, ...statements: readonly Statement[]): RepositorySubject {
  return {
    arn: `arn:aws:ecr:eu-west-1:${account}:repository/${name}`,
    policies: {
      resource:
        statements.length === 0
          ? []
          : [compilePolicy('repository', name, { Version: '2012-10-17', Statement: statements })],
    },
  };
}

const closed = repository('red/app');

function brief({ answer, action, decision, conditions, unread }: VerbAnswer): unknown[] {
  return [
    answer,
    action,
    decision.reason,
    ...(conditions === undefined ? [] : [needWords(conditions)]),
    ...unread.map(({ policy, reason }) => `${policy}: ${reason}`),
  ];
}

describe('pull', () => {
  test('takes a token, the manifest and the layers', () => {
    expect(brief(canPull(somebody(role, allow([token, ...pull])), closed))).toEqual([
      'yes',
      'ecr:BatchGetImage',
      'allowed-by-identity',
    ]);
    for (const missing of [token, ...pull]) {
      const rest = [token, ...pull].filter((one) => one !== missing);
      expect(brief(canPull(somebody(role, allow(rest)), closed))).toEqual(['no', missing, 'no-identity-allow']);
    }
  });
  test('does without what some clients ask besides, and says whether they may', () => {
    const { actions } = canPull(somebody(role, allow([token, ...pull])), closed);
    expect(actions.map(({ action, needed, answer }) => [action, needed, answer])).toEqual([
      [token, true, 'yes'],
      ['ecr:BatchGetImage', true, 'yes'],
      ['ecr:GetDownloadUrlForLayer', true, 'yes'],
      ['ecr:BatchCheckLayerAvailability', false, 'no'],
    ]);
  });
  test('a token on a repository is none', () => {
    const who = somebody(role, allow([token, ...pull], { Resource: closed.arn }));
    expect(brief(canPull(who, closed))).toEqual(['no', token, 'no-identity-allow']);
  });
  test('a repository gives all but the token', () => {
    const open = repository('red/app', { Effect: 'Allow', Principal: '*', Action: 'ecr:*' });
    expect(brief(canPull(somebody(role), open))).toEqual(['no', token, 'no-identity-allow']);
    expect(brief(canPull(somebody(role, allow(token)), open))).toEqual([
      'yes',
      'ecr:BatchGetImage',
      'allowed-by-resource',
    ]);
  });
  test('a service needs no token', () => {
    const open = repository('red/app', {
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: pull,
    });
    const answer = canPull(somebody(lambda), open);
    expect(brief(answer)).toEqual(['yes', 'ecr:BatchGetImage', 'allowed-by-resource']);
    expect(answer.actions.map(({ action }) => action)).not.toContain(token);
  });
  test('across accounts both sides have to allow it', () => {
    const open = repository('red/app', { Effect: 'Allow', Principal: { AWS: '222222222222' }, Action: pull });
    expect(brief(canPull(somebody(stranger, allow('ecr:*')), open))).toEqual([
      'yes',
      'ecr:BatchGetImage',
      'allowed-by-identity',
    ]);
    expect(brief(canPull(somebody(stranger, allow('ecr:*')), closed))).toEqual([
      'no',
      'ecr:BatchGetImage',
      'no-resource-allow',
    ]);
  });
});

describe('conditions of several actions', () => {
  const where = (key: string, value: string) => ({ Condition: { StringEquals: { [key]: value } } });
  test('are all needed, each once', () => {
    const who = somebody(
      role,
      allow(token),
      allow(pull[0], where('aws:SourceVpce', 'vpce-1')),
      allow(pull[1], where('aws:SourceVpce', 'vpce-1')),
    );
    expect(brief(canPull(who, closed))).toEqual([
      'yes-if',
      'ecr:BatchGetImage',
      'conditional-allow',
      'aws:SourceVpce is vpce-1',
    ]);
    expect(brief(canPull(who, closed, { context: { 'aws:SourceVpce': 'vpce-1' } }))).toEqual([
      'yes',
      'ecr:BatchGetImage',
      'allowed-by-identity',
    ]);
    expect(brief(canPull(who, closed, { otherKeys: 'absent' }))).toEqual([
      'no',
      'ecr:BatchGetImage',
      'no-identity-allow',
    ]);
  });
  test('cannot all be met', () => {
    const who = somebody(
      role,
      allow(token),
      allow(pull[0], where('aws:SourceVpce', 'vpce-1')),
      allow(pull[1], where('aws:SourceVpce', 'vpce-2')),
    );
    const answer = canPull(who, closed);
    expect(brief(answer)).toEqual(['no', 'ecr:BatchGetImage', 'conditions-contradict']);
    expect(answer.decision.sentence).toBe('no request can meet the conditions of all the actions that it takes');
  });
  test('tags of the repository that are known are no condition', () => {
    const who = somebody(role, allow([token]), allow(pull, where('aws:ResourceTag/team', 'red')));
    expect(canPull(who, { ...closed, tags: { team: 'red' } }).answer).toBe('yes');
    expect(canPull(who, { ...closed, tags: {} }).answer).toBe('no');
    expect(canPull(who, closed).answer).toBe('yes-if');
  });
});

describe('push', () => {
  test('takes every step of it', () => {
    expect(canPush(somebody(role, allow([token, ...push])), closed).answer).toBe('yes');
    for (const missing of [token, ...push]) {
      const rest = [token, ...push].filter((one) => one !== missing);
      expect(brief(canPush(somebody(role, allow(rest)), closed))).toEqual(['no', missing, 'no-identity-allow']);
    }
  });
  test('is not a pull, nor the other way round', () => {
    expect(canPull(somebody(role, allow([token, ...push])), closed).answer).toBe('no');
    expect(canPush(somebody(role, allow([token, ...pull])), closed).answer).toBe('no');
  });
  test('does without reading', () => {
    const { actions } = canPush(somebody(role, allow([token, ...push])), closed);
    expect(actions.filter(({ needed }) => !needed).map(({ action, answer }) => [action, answer])).toEqual([
      ['ecr:BatchGetImage', 'no'],
    ]);
  });
});

test('delete is an action of its own', () => {
  const deletion = 'ecr:BatchDeleteImage';
  expect(brief(canDelete(somebody(role, allow(deletion)), closed))).toEqual(['yes', deletion, 'allowed-by-identity']);
  expect(canDelete(somebody(role, allow([token, ...push])), closed).answer).toBe('no');
});

test('what is unknown is named, unless something else denies', () => {
  const policies = { identity: [unreadablePolicy('identity', 'role/ci', 'access denied')] };
  const unread = { requester: role, policies };
  expect(brief(canPull(unread, closed))).toEqual(['unknown', token, 'unread', 'role/ci: access denied']);
  const shut = repository('red/app', { Effect: 'Deny', Principal: '*', Action: 'ecr:Get*' });
  expect(brief(canPull(unread, shut))).toEqual(['no', 'ecr:GetDownloadUrlForLayer', 'explicit-deny']);
});

test('the matrix has a row for each principal and repository', () => {
  const open = repository('blue/app', { Effect: 'Allow', Principal: { AWS: '222222222222' }, Action: pull });
  const rows = whoCan(
    'pull',
    [closed, open],
    [
      somebody(role, allow([token, ...pull], { Resource: '*' })),
      somebody(stranger, allow('ecr:*')),
      somebody(stranger, allow('ecr:*', { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } })),
    ],
  );
  expect(rows.map(({ requester, repository, answer }) => [requester.kind, repository, answer.answer])).toEqual([
    ['role', closed.arn, 'yes'],
    ['role', open.arn, 'yes'],
    ['role', closed.arn, 'no'],
    ['role', open.arn, 'yes'],
    ['role', closed.arn, 'no'],
    ['role', open.arn, 'yes-if'],
  ]);
  const context = { 'aws:SourceIp': '10.1.1.1' };
  const inside = whoCan('pull', [open], [somebody(stranger, allow('ecr:*'))], { context });
  expect(inside.map(({ answer }) => answer.answer)).toEqual(['yes']);
});
