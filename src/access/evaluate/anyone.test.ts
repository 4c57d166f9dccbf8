// Exercises what the evaluator says of strangers, and of what could not be read where everything else is known.
// It must not know examples of AWS's pages: those are in test/cases/access.
import { describe, expect, test } from 'vitest';
import { accountOf, evaluateAccess } from './evaluate.js';
import type { AccessAnswer, Requester } from './model.js';
import { type AccessPolicies, compilePolicy, unreadablePolicy } from './policy.js';
import { needWords } from './requirements.js';
import { canPull } from './verbs.js';

const home = '111111111111';
const resource = `arn:aws:ecr:eu-west-1:${home}:repository/app`;
const statement = (Effect: string, Principal: unknown, Condition?: object) => ({
  Effect,
  Principal,
  Action: 'ecr:*',
  ...(Condition === undefined ? {} : { Condition }),
});
const organisation = (operator: string) => ({ [operator]: { 'aws:PrincipalOrgID': 'o-1' } });

function ask(requester: Requester, ...statements: readonly object[]): AccessAnswer {
  const repository = compilePolicy('repository', 'app', { Version: '2012-10-17', Statement: statements });
  return evaluateAccess(
    { requester, action: 'ecr:BatchGetImage', resource },
    { requester: { identity: [] }, resource: { resource: [repository] } },
  );
}

const stranger: Requester = { kind: 'anyone' };
const other: Requester = { kind: 'anyone', account: '444444444444' };

describe('somebody whom nothing names', () => {
  test.each<[string, Requester, readonly object[], string, string]>([
    ['is let by everyone', stranger, [statement('Allow', '*')], 'yes', 'allowed-by-resource'],
    ['not by an account', stranger, [statement('Allow', { AWS: '444444444444' })], 'no', 'no-resource-allow'],
    ['but in that account', other, [statement('Allow', { AWS: '444444444444' })], 'yes', 'root-user'],
    ['not in another', other, [statement('Allow', { AWS: '555555555555' })], 'no', 'no-resource-allow'],
    [
      'not by one of its roles',
      other,
      [statement('Allow', { AWS: 'arn:aws:iam::444444444444:role/r' })],
      'no',
      'no-resource-allow',
    ],
    [
      'nor by a service',
      stranger,
      [statement('Allow', { Service: 'lambda.amazonaws.com' })],
      'no',
      'no-resource-allow',
    ],
    ['in the own account is let by it', { kind: 'anyone', account: home }, [], 'yes', 'root-user'],
    [
      'is not spared by a Deny for all others',
      stranger,
      [
        statement('Allow', '*'),
        { ...statement('Deny', '*'), Principal: undefined, NotPrincipal: { AWS: '444444444444' } },
      ],
      'no',
      'explicit-deny',
    ],
    [
      'has no source',
      stranger,
      [statement('Allow', '*', { StringLike: { 'aws:SourceArn': '*' } })],
      'no',
      'no-resource-allow',
    ],
    [
      'is no service',
      stranger,
      [statement('Allow', '*', { Bool: { 'aws:PrincipalIsAWSService': 'true' } })],
      'no',
      'no-resource-allow',
    ],
    [
      'has its account, where that is known',
      other,
      [statement('Allow', '*', { StringEquals: { 'aws:PrincipalAccount': '444444444444' } })],
      'yes',
      'allowed-by-resource',
    ],
  ])('%s', (_, requester, statements, answer, reason) => {
    const found = ask(requester, ...statements);
    expect([found.answer, found.decision.reason]).toEqual([answer, reason]);
  });
  test.each<[object, string]>([
    [organisation('StringEquals'), 'aws:PrincipalOrgID is o-1'],
    [{ StringEquals: { 'aws:PrincipalAccount': '444444444444' } }, 'aws:PrincipalAccount is 444444444444'],
    [{ ArnLike: { 'aws:PrincipalArn': '*:role/r' } }, 'aws:PrincipalArn is like *:role/r'],
  ])('under %j only under that condition', (condition, words) => {
    const { answer, conditions } = ask(stranger, statement('Allow', '*', condition));
    expect([answer, conditions && needWords(conditions)]).toEqual(['yes-if', words]);
  });
  test('gets a token of its own account', () => {
    const closed = { arn: resource, policies: { resource: [] } };
    const { actions } = canPull({ requester: stranger, policies: { identity: [] } }, closed);
    expect(actions[0]?.decision).toEqual({
      reason: 'root-user',
      sentence: 'an account may let whom it likes of its own',
    });
    expect(actions.map(({ answer }) => answer)).toEqual(['yes', 'no', 'no', 'no']);
  });
  test('is of its account, if any', () => {
    expect([stranger, other].map(accountOf)).toEqual(['', '444444444444']);
  });
});

describe('at best, where something could not be read', () => {
  const role: Requester = { kind: 'role', arn: `arn:aws:iam::${home}:role/ci`, session: 'x' };
  const allow = (Condition?: object) =>
    compilePolicy('identity', 'role/ci', {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: '*', Resource: '*', ...(Condition === undefined ? {} : { Condition }) },
    });
  const asked = (requester: AccessPolicies['requester']) =>
    evaluateAccess(
      { requester: role, action: 'ecr:BatchGetImage', resource },
      { requester, resource: { resource: [] } },
    );
  const unread = unreadablePolicy('service-control', 'limits', 'denied');
  test('it is a yes', () => {
    const { answer, atBest, unread: what } = asked({ identity: [allow()], serviceControl: [[unread]] });
    expect([answer, atBest, what.map(({ policy }) => policy)]).toEqual(['unknown', { answer: 'yes' }, ['limits']]);
  });
  test('it is a yes under conditions', () => {
    const { answer, atBest } = asked({ identity: [allow(organisation('StringEquals'))], serviceControl: [[unread]] });
    expect([answer, atBest?.answer, atBest?.conditions && needWords(atBest.conditions)]).toEqual([
      'unknown',
      'yes-if',
      'aws:PrincipalOrgID is o-1',
    ]);
  });
  test('nothing is told of it where nothing is unread', () => {
    expect(asked({ identity: [allow()] })).not.toHaveProperty('atBest');
    expect(asked({ identity: [], serviceControl: [[unread]] })).not.toHaveProperty('atBest');
  });
});
