// What grants come to, whatever they are: the order of the intent never shows, more grants never take access away, and the
// evaluator finds exactly the verbs that were granted. And the typed helpers.
// It must not know the manifest's text.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileAccess } from './compile.js';
import { validatePolicyText } from './document.js';
import { evaluateAccess } from './evaluate/evaluate.js';
import type { Requester } from './evaluate/model.js';
import { compilePolicy } from './evaluate/policy.js';
import { grantee } from './grantees.js';
import { documentOf, policyText } from './merge.js';
import type { AccessIntent, AccessVerb, Principal } from './model.js';
import { actionsOnRepositories, verbActions } from './names.js';
import { principalOf } from './principals.js';

const owner = { project: 'payments', environment: 'prod' };
const context = { account: '111111111111', region: 'eu-west-1', partition: 'aws' };
const resource = 'arn:aws:ecr:eu-west-1:111111111111:repository/api';
const verbs = ['pull', 'push', 'read', 'manage'] as const;

type Intent = Record<AccessVerb, readonly Principal[]>;

const roles = ['a', 'b', 'c'].map((name) => `arn:aws:iam::333333333333:role/${name}`);
const named: readonly Principal[] = [
  ...roles.map((arn): Principal => ({ kind: 'role', arn })),
  { kind: 'user', arn: 'arn:aws:iam::333333333333:user/me' },
  { kind: 'account', account: '444444444444' },
];
const anybody: readonly Principal[] = [
  ...named,
  { kind: 'org', id: 'o-aaaaaaaaaa' },
  { kind: 'ou', organization: 'o-aaaaaaaaaa', unit: 'ou-ab12-11111111' },
  { kind: 'service', service: 'lambda.amazonaws.com' },
  { kind: 'service', service: 'codebuild.amazonaws.com' },
  { kind: 'service', service: 'codebuild.amazonaws.com', sourceAccount: '222222222222' },
];
const some = (from: readonly Principal[]) =>
  fc.subarray([...from]).chain((list) => fc.shuffledSubarray(list, { minLength: list.length }));
const intents: fc.Arbitrary<Intent> = fc.record({
  pull: some(anybody),
  push: some([...named, ...anybody.filter((one) => one.kind === 'service' && one.service.startsWith('codebuild'))]),
  read: some(anybody.filter(({ kind }) => kind !== 'service')),
  manage: some(named),
});
const compile = (intent: Partial<Intent>) =>
  compileAccess({ pull: [], push: [], ...intent, statements: [] } satisfies AccessIntent, owner, context);

const everything = { Effect: 'Allow', Action: '*', Resource: '*' } as const;

/** The actions that the repository's policy alone gives somebody of another account whose own administrator allows all. */
function granted(
  intent: Partial<Intent>,
  requester: Requester,
  keys: Readonly<Record<string, string>> = {},
): ReadonlySet<string> {
  const statements = compile(intent);
  const policies = {
    requester: { identity: [compilePolicy('identity', 'all', documentOf([everything]))] },
    resource: { resource: [compilePolicy('repository', 'api', documentOf(statements))] },
  };
  return new Set(
    actionsOnRepositories.filter(
      (action) =>
        evaluateAccess({ requester, action, resource, context: keys, otherKeys: 'absent' }, policies).answer === 'yes',
    ),
  );
}

describe('statements', () => {
  test('are the same in whatever order grants come, and twice', () => {
    fc.assert(
      fc.property(intents, fc.func(fc.nat()), (intent, shuffle) => {
        const other = Object.fromEntries(
          verbs.map((verb) => [
            verb,
            [...intent[verb], ...intent[verb]].sort(
              (one, two) => shuffle(JSON.stringify(one)) - shuffle(JSON.stringify(two)),
            ),
          ]),
        );
        const statements = compile(intent);
        expect(compile(other)).toEqual(statements);
        expect(compile(intent)).toEqual(statements);
      }),
    );
  });
  test('are taken by ECR, each principal in one of them, never everyone without an organisation, never deletion with a push', () => {
    fc.assert(
      fc.property(intents, (intent) => {
        const statements = compile(intent);
        if (statements.length === 0) return;
        expect(validatePolicyText(policyText(documentOf(statements)))).toMatchObject({ valid: true });
        const arns = statements.flatMap(({ Principal }) =>
          typeof Principal === 'object' ? (Principal['AWS'] ?? []) : [],
        );
        expect(new Set(arns).size).toBe(arns.length);
        for (const { Principal, Condition } of statements) {
          if (Principal === '*') expect(Condition?.['StringEquals']).toHaveProperty('aws:PrincipalOrgID');
        }
        const deleting = statements.filter(({ Action = [] }) => Action.includes('ecr:BatchDeleteImage'));
        expect(deleting.every(({ Sid }) => Sid?.endsWith('Manage') === true)).toBe(true);
      }),
    );
  });
});

describe('the evaluator finds', () => {
  test('exactly the verbs that were granted to each named principal', () => {
    fc.assert(
      fc.property(intents, fc.constantFrom(...named), (intent, principal) => {
        const only = Object.fromEntries(
          verbs.map((verb) => [verb, intent[verb].filter(({ kind }) => kind !== 'org' && kind !== 'ou')]),
        );
        const arn = 'arn' in principal ? principal.arn : 'arn:aws:iam::444444444444:role/any';
        const requester: Requester = arn.includes(':user/') ? { kind: 'user', arn } : { kind: 'role', arn };
        const expected = verbs.filter((verb) => intent[verb].includes(principal)).flatMap((verb) => verbActions[verb]);
        expect(granted(only, requester)).toEqual(new Set(expected));
      }),
      { numRuns: 40 },
    );
  });
  test('no less after one more grant', () => {
    fc.assert(
      fc.property(intents, fc.constantFrom(...verbs), fc.constantFrom(...named), (intent, verb, principal) => {
        const more = { ...intent, [verb]: [...intent[verb], principal] };
        for (const arn of roles) {
          const after = granted(more, { kind: 'role', arn });
          expect([...granted(intent, { kind: 'role', arn })].filter((action) => !after.has(action))).toEqual([]);
        }
      }),
      { numRuns: 20 },
    );
  });
  test('members of an organisation or unit, and nobody else', () => {
    const stranger: Requester = { kind: 'role', arn: 'arn:aws:iam::999999999999:role/x' };
    const intent = { pull: anybody.filter(({ kind }) => kind === 'org') };
    expect(granted(intent, stranger).size).toBe(0);
    expect(granted(intent, stranger, { 'aws:PrincipalOrgID': 'o-bbbbbbbbbb' }).size).toBe(0);
    expect(granted(intent, stranger, { 'aws:PrincipalOrgID': 'o-aaaaaaaaaa' })).toEqual(new Set(verbActions.pull));
    const unit = { read: anybody.filter(({ kind }) => kind === 'ou') };
    const inUnit = (path: string) =>
      granted(unit, stranger, { 'aws:PrincipalOrgID': 'o-aaaaaaaaaa', 'aws:PrincipalOrgPaths': path });
    expect(inUnit('o-aaaaaaaaaa/r-ab12/ou-ab12-11111111/')).toEqual(new Set(verbActions.read));
    expect(inUnit('o-aaaaaaaaaa/r-ab12/ou-ab12-11111111/ou-ab12-22222222/')).toEqual(new Set(verbActions.read));
    expect(inUnit('o-aaaaaaaaaa/r-ab12/ou-ab12-33333333/').size).toBe(0);
  });
});

describe('typed helpers', () => {
  test('give the long form', () => {
    expect(grantee.account('444444444444')).toEqual({ account: '444444444444' });
    expect(grantee.unit('o-aaaaaaaaaa', 'ou-ab12-11111111')).toEqual({ ou: 'o-aaaaaaaaaa/ou-ab12-11111111' });
    expect(grantee.service('lambda', { sourceAccount: '444444444444' })).toEqual({
      service: 'lambda',
      sourceAccount: '444444444444',
    });
    const job = grantee.github('acme/api', { branch: 'main' }, { orgId: '12', repoId: '7' });
    expect(job).toEqual({ github: 'acme/api', branch: 'main', orgId: '12', repoId: '7' });
    expect(principalOf(job)).toEqual(principalOf({ github: 'acme/api@main', orgId: '12', repoId: '7' }));
    expect(grantee.gitlab('group/project', { tag: 'v*' }, 'gitlab.example.com')).toEqual({
      gitlab: 'group/project',
      tag: 'v*',
      host: 'gitlab.example.com',
    });
    for (const one of [
      grantee.role(roles[0] ?? ''),
      grantee.user('arn:aws:iam::333333333333:user/me'),
      grantee.organization('o-aaaaaaaaaa'),
    ])
      expect(Object.keys(one)).toHaveLength(1);
  });
  test('refuse what a manifest is refused for', () => {
    expect(() => grantee.account('12')).toThrow('access/bad-account');
    expect(() => grantee.service('ecs-tasks')).toThrow('access/service-does-not-pull');
    expect(() => grantee.github('acme/*x', { branch: 'main' })).toThrow('access/bad-ci-name');
    expect(() => grantee.github('acme/api', { branch: 'a:b' })).toThrow('access/bad-ci-ref');
  });
});
