// Exercises matrix.ts: each cell is what deciding it by itself gives, whatever cells share.
// It must not know examples of policies: those are in test/cases/access.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { whoCan } from './matrix.js';
import type { Requester } from './model.js';
import { compilePolicy, unreadablePolicy } from './policy.js';
import { canPull, type PrincipalSubject, type RepositorySubject } from './verbs.js';

const account = '111111111111';
const arnOf = (name: string, region = 'eu-west-1') => `arn:aws:ecr:${region}:${account}:repository/${name}`;
const requesters: readonly Requester[] = [
  { kind: 'user', arn: `arn:aws:iam::${account}:user/red` },
  { kind: 'role', arn: 'arn:aws:iam::222222222222:role/node', tags: { team: 'red' } },
  { kind: 'anyone' },
];

const patterns = fc.constantFrom<unknown>(
  '*',
  arnOf('red/*'),
  arnOf('red/app'),
  [arnOf('blue/*'), 'arn:aws:ecr:us-*'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
  arnOf('${aws:username}/*'),
);
const conditions = fc.constantFrom<unknown>(
  undefined,
  undefined,
  { StringEquals: { 'aws:ResourceTag/team': 'red' } },
  { StringNotEquals: { 'ecr:resourcetag/team': 'red' } },
  { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } },
  { StringEquals: { 'aws:SourceVpce': 'vpce-1' } },
);

function statement(principals: boolean) {
  return fc
    .record({
      Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
      resource: patterns,
      negated: fc.boolean(),
      Condition: conditions,
    })
    .map(({ Effect, resource, negated, Condition }) => ({
      Effect,
      Action: 'ecr:*',
      [negated && resource !== '*' ? 'NotResource' : 'Resource']: resource,
      ...(principals ? { Principal: '*' } : {}),
      ...(Condition === undefined ? {} : { Condition }),
    }));
}

const token = { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' };
const identity = fc.oneof(
  { weight: 5, arbitrary: fc.array(statement(false), { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant(undefined) },
);

const principals: fc.Arbitrary<readonly PrincipalSubject[]> = fc.array(
  fc.record({ requester: fc.constantFrom(...requesters), statements: identity, limit: identity }).map((one) => {
    const read = (kind: 'identity' | 'service-control', statements: readonly object[] | undefined) =>
      statements === undefined
        ? unreadablePolicy(kind, 'policy', 'denied')
        : compilePolicy(kind, 'policy', { Version: '2012-10-17', Statement: [...statements, token] });
    return {
      requester: one.requester,
      policies: {
        identity: [read('identity', one.statements)],
        ...(one.limit === undefined ? {} : { serviceControl: [[read('service-control', one.limit)]] }),
      },
    };
  }),
  { minLength: 1, maxLength: 3 },
);

const repositories: fc.Arbitrary<readonly RepositorySubject[]> = fc
  .record({
    policies: fc.array(fc.array(statement(true), { maxLength: 2 }), { minLength: 1, maxLength: 2 }),
    subjects: fc.array(
      fc.record({
        name: fc.constantFrom('red/app', 'red/web', 'blue/app'),
        region: fc.constantFrom('eu-west-1', 'us-east-1'),
        tags: fc.constantFrom(undefined, {}, { team: 'red' }),
        policy: fc.nat({ max: 1 }),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  })
  .map(({ policies, subjects }) =>
    subjects.map(({ name, region, tags, policy }) => ({
      arn: arnOf(name, region),
      ...(tags === undefined ? {} : { tags }),
      policies: {
        // Each under its own name, as those of repositories are.
        resource: [compilePolicy('repository', name, { Statement: policies[policy] ?? policies[0] })],
      },
    })),
  );

test('every cell is what it is by itself', () => {
  let shared = 0;
  fc.assert(
    fc.property(principals, repositories, (who, where) => {
      const rows = whoCan('pull', where, who);
      const alone = who.flatMap((one) => where.map((repository) => canPull(one, repository)));
      expect(rows.map(({ answer }) => answer.answer)).toEqual(alone.map(({ answer }) => answer));
      for (const [at, { answer }] of rows.entries()) {
        const { action, decision, conditions: need, unread, atBest, actions } = alone[at] ?? answer;
        expect([answer.action, answer.decision.sentence, answer.conditions, answer.unread, answer.atBest]).toEqual([
          action,
          decision.sentence,
          need,
          unread,
          atBest,
        ]);
        expect(answer.actions.map((one) => [one.action, one.answer])).toEqual(
          actions.map((one) => [one.action, one.answer]),
        );
      }
      shared += rows.length;
    }),
    { numRuns: 150 },
  );
  expect(shared).toBeGreaterThan(0);
});

test('what policies do not tell apart is decided once', () => {
  const open = compilePolicy('identity', 'open', { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } });
  let asked = 0;
  const counting = { ...open, statements: open.statements.map((one) => ({ ...one, applies: counted(one.applies) })) };
  function counted<A extends (subject: never) => unknown>(applies: A): A {
    return ((subject: never) => {
      asked += 1;
      return applies(subject);
    }) as A;
  }
  const where = Array.from({ length: 50 }, (_, at) => ({ arn: arnOf(`r${at}`), policies: { resource: [] } }));
  const rows = whoCan('delete', where, [
    { requester: requesters[0] ?? { kind: 'anyone' }, policies: { identity: [counting] } },
  ]);
  expect(rows.map(({ answer }) => answer.answer)).toEqual(where.map(() => 'yes'));
  expect(asked).toBe(1);
  // And the rest where somebody reads it.
  expect(rows[7]?.answer.decision.sentence).toContain(':repository/r7');
  expect(asked).toBe(2);
});
