// Exercises matrix.ts: each cell is what deciding it by itself gives, whatever cells share.
// It must not know examples of policies: those are in test/cases/access.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { whoCan } from './matrix.js';
import type { PolicyKind, Requester } from './model.js';
import { type CompiledPolicy, compilePolicy, unreadablePolicy } from './policy.js';
import { canDelete, canPull, type PrincipalSubject, type RepositorySubject } from './verbs.js';

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

const here: Requester = { kind: 'role', arn: `arn:aws:iam::${account}:role/ci` };
const everything = { Effect: 'Allow', Action: '*', Resource: '*' };
const written = (kind: PolicyKind, ...Statement: readonly object[]) =>
  compilePolicy(kind, kind, { Version: '2012-10-17', Statement });
const open = written('identity', everything);
const denying = (Condition: object) => ({ ...everything, Effect: 'Deny', Condition });
const limited = (kind: PolicyKind) => written(kind, { ...everything, Resource: arnOf('red/*') });
const plain = { resource: [] };

/** Two repositories that one thing tells apart, and somebody who may delete from the first alone. */
const differences: readonly [string, RepositorySubject, RepositorySubject, PrincipalSubject['policies']][] = [
  ['its name, by an identity policy', ...pair({}), { identity: [limited('identity')] }],
  ['its name, by a boundary', ...pair({}), { identity: [open], boundary: limited('boundary') }],
  ['its name, by a session policy', ...pair({}), { identity: [open], session: [limited('session')] }],
  [
    'its name, by a service control policy',
    ...pair({}),
    { identity: [open], serviceControl: [[limited('service-control')]] },
  ],
  [
    'its name, by a resource control policy',
    ...pair({ policies: { resource: [], resourceControl: [[limited('resource-control')]] } }),
    { identity: [open] },
  ],
  [
    'its policy',
    ...pair({}, { policies: { resource: [written('repository', { ...everything, Effect: 'Deny', Principal: '*' })] } }),
    { identity: [open] },
  ],
  [
    'a resource control policy over it',
    ...pair(
      { policies: { resource: [], resourceControl: [[written('resource-control', everything)]] } },
      { policies: { resource: [], resourceControl: [[written('resource-control')]] } },
    ),
    { identity: [open] },
  ],
  [
    'the levels that resource control policies are on',
    ...pair(
      {
        policies: {
          resource: [],
          resourceControl: [[written('resource-control', everything), written('resource-control')]],
        },
      },
      {
        policies: {
          resource: [],
          resourceControl: [[written('resource-control', everything)], [written('resource-control')]],
        },
      },
    ),
    { identity: [open] },
  ],
  ['whether it is under any', ...pair({}, { policies: { resource: [], resourceControl: [[]] } }), { identity: [open] }],
  ['the scope of its registry policy', underScope('V1'), underScope('V2'), { identity: [open] }],
  [
    'its Region',
    ...pair({}, { arn: arnOf('red/app', 'us-east-1') }),
    { identity: [open, written('identity', denying({ StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }))] },
  ],
  ['its account', ...pair({}, { arn: arnOf('red/app').replace(account, '222222222222') }), { identity: [open] }],
  [
    'its tags',
    ...pair({ tags: { team: 'red' } }, { tags: { team: 'blue' } }),
    { identity: [open, written('identity', denying({ StringEquals: { 'aws:ResourceTag/team': 'blue' } }))] },
  ],
  [
    'tags that a statement on its name asks for',
    ...pair({ tags: { team: 'red' } }, { tags: { team: 'blue' }, arn: arnOf('red/app') }),
    {
      identity: [
        open,
        written('identity', {
          ...denying({ StringEquals: { 'ecr:ResourceTag/team': 'blue' } }),
          Resource: [arnOf('red/*')],
        }),
      ],
    },
  ],
  [
    'a name that a variable makes',
    { arn: arnOf('ci/app'), policies: plain },
    { arn: arnOf('blue/app'), policies: plain },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
    { identity: [written('identity', { ...everything, Resource: arnOf('${aws:PrincipalTag/team}/*') })] },
  ],
  [
    'tags, where a variable makes the name',
    ...pair({ tags: { team: 'red' }, arn: arnOf('ci/app') }, { tags: { team: 'blue' }, arn: arnOf('ci/app') }),
    {
      identity: [
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
        written('identity', { ...everything, Resource: arnOf('${aws:PrincipalTag/team}/*') }),
        written('identity', denying({ StringEquals: { 'aws:ResourceTag/team': 'blue' } })),
      ],
    },
  ],
];

/** A repository whose registry has a policy that decides under scope V2 alone. */
function underScope(registryScope: 'V1' | 'V2'): RepositorySubject {
  const policy = written('registry', { ...everything, Effect: 'Deny', Principal: '*' });
  return { arn: arnOf('red/app'), policies: { resource: [policy], registryScope } };
}

function pair(
  first: Partial<RepositorySubject>,
  second: Partial<RepositorySubject> = { ...first, arn: arnOf('blue/app') },
) {
  const subject = { arn: arnOf('red/app'), policies: plain };
  return [
    { ...subject, ...first },
    { ...subject, ...second },
  ] as const;
}

test.each(differences)('repositories are told apart by %s', (_, first, second, policies) => {
  const who = { requester: { ...here, tags: { team: 'ci' } }, policies };
  for (const where of [
    [first, second],
    [second, first],
  ]) {
    const rows = whoCan('delete', where, [who]);
    expect(rows.map(({ answer }) => answer.answer)).toEqual(where.map((one) => (one === first ? 'yes' : 'no')));
    for (const [at, { answer }] of rows.entries())
      expect(answer.decision.statement?.policy ?? '').toBe(
        canDelete(who, where[at] ?? first).decision.statement?.policy ?? '',
      );
  }
});

/** A policy that counts how often its statements are asked. */
function counted(policy: CompiledPolicy): { readonly policy: CompiledPolicy; readonly asked: () => number } {
  let asked = 0;
  const statements = policy.statements.map((one) => ({
    ...one,
    applies: (subject: Parameters<typeof one.applies>[0]) => {
      asked += 1;
      return one.applies(subject);
    },
  }));
  return { policy: { ...policy, statements }, asked: () => asked };
}

describe('what policies do not tell apart', () => {
  test('is decided once', () => {
    const { policy, asked } = counted(open);
    const where = Array.from({ length: 50 }, (_, at) => ({ arn: arnOf(`r${at}`), policies: { resource: [] } }));
    const rows = whoCan('delete', where, [{ requester: here, policies: { identity: [policy] } }]);
    expect(rows.map(({ answer }) => answer.answer)).toEqual(where.map(() => 'yes'));
    expect(asked()).toBe(1);
    // And the rest where somebody reads it.
    expect(rows[7]?.answer.decision.sentence).toContain(':repository/r7');
    expect(asked()).toBe(2);
  });
  test('is decided once for those that match a pattern and once for the others, whatever their tags', () => {
    const { policy, asked } = counted(limited('identity'));
    const where = Array.from({ length: 50 }, (_, at) => ({
      arn: arnOf(`${at % 2 === 0 ? 'red' : 'blue'}/r${at}`),
      tags: { at: String(at) },
      policies: { resource: [] },
    }));
    const rows = whoCan('delete', where, [{ requester: here, policies: { identity: [policy] } }]);
    expect(rows.map(({ answer }) => answer.answer)).toEqual(where.map((_, at) => (at % 2 === 0 ? 'yes' : 'no')));
    expect(asked()).toBe(2);
  });
});
