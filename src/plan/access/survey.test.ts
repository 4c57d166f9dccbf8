// Exercises surveyAccess on a registry in memory: who is asked about, what is read for it, and what follows from a read that fails.
// It must not know how policies are decided: the evaluator's own cases say that.
import { describe, expect, test } from 'vitest';
import type { Requester } from '../../access/index.js';
import type { FaultKind, IamPrincipal } from '../ports.js';
import { memory, place, pullBy, registry, repository, statementsOf } from '../testing/fixtures.js';
import type { MemoryRegistry } from '../testing/memory-registry.js';
import { type AccessOptions, surveyAccess } from './survey.js';

const { account } = place;
const arnOf = (name: string) => `arn:aws:iam::${account}:${name}`;

function somebody(name: string, action: unknown, more: Partial<IamPrincipal> & { readonly Condition?: object } = {}) {
  const { Condition, ...rest } = more;
  const Statement = [
    { Effect: 'Allow', Action: action, Resource: '*', ...(Condition === undefined ? {} : { Condition }) },
  ];
  const kind = name.startsWith('role/') ? 'role' : 'user';
  const principal: IamPrincipal = {
    kind,
    arn: arnOf(name),
    id: 'AROA',
    tags: {},
    policies: [{ name, text: JSON.stringify({ Version: '2012-10-17', Statement }) }],
    ...rest,
  };
  return principal;
}

const policy = (...statements: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const open = policy({ Effect: 'Allow', Principal: { AWS: '444444444444' }, Action: 'ecr:*' });

function world(change: (there: MemoryRegistry) => void = () => undefined): MemoryRegistry {
  const there = memory();
  there.seed('api', { repositoryPolicy: open });
  there.seed('web');
  there.principals = [somebody('user/anna', 'ecr:*'), somebody('role/ci', 's3:*')];
  change(there);
  return there;
}

const desired = registry([
  repository('api', { statements: statementsOf(pullBy('555555555555')) }),
  repository('web', { statements: [] }),
]);

async function ask(
  there: MemoryRegistry,
  options: AccessOptions = {},
  faults: Readonly<Record<string, FaultKind>> = {},
) {
  const ports = there.process({ faults });
  const report = await surveyAccess('pull', desired, () => ports, options);
  const rows = report.principals.map((who, at) => {
    const name =
      'arn' in who
        ? who.arn.slice(who.arn.lastIndexOf(':') + 1)
        : who.kind === 'anyone'
          ? (who.account ?? who.kind)
          : who.kind;
    return `${name}: ${report.answers[at]?.map(({ answer }) => answer).join(' ')}`;
  });
  return { report, rows, calls: ports.calls };
}

test('everybody in the account, and whoever else policies name, by repository', async () => {
  const { rows, report, calls } = await ask(world());
  expect(rows).toEqual(['role/ci: no no', 'user/anna: yes yes', '444444444444: yes no']);
  expect(report.repositories.map(({ name, state }) => [name, state])).toEqual([
    ['api', 'there'],
    ['web', 'there'],
  ]);
  expect(report.gaps).toEqual([]);
  // One for each repository's policy, and one for each other thing: no tags, no lifecycle policies.
  expect([...calls].sort()).toEqual([
    'ecr:DescribeRepositories api,web',
    'ecr:GetRegistryPolicy',
    'ecr:GetRepositoryPolicy api',
    'ecr:GetRepositoryPolicy web',
    'iam:GetAccountAuthorizationDetails',
    'organizations:DescribeOrganization',
    'sts:GetCallerIdentity',
  ]);
});

test('as planned, our statements count and those of others stay', async () => {
  const { rows, report } = await ask(
    world((there) => there.repositories.delete('web')),
    { of: 'planned' },
  );
  expect(rows).toEqual(['role/ci: no no', 'user/anna: yes yes', '444444444444: yes no', '555555555555: yes no']);
  expect(report.repositories.map(({ state }) => state)).toEqual(['there', 'planned']);
  expect(report.missing).toEqual([]);
});

test('what is declared and not there is told of, not asked about', async () => {
  const { report, rows } = await ask(world((there) => there.repositories.delete('web')));
  expect(report.missing).toEqual(['web']);
  expect(rows).toEqual(['role/ci: no', 'user/anna: yes', '444444444444: yes']);
});

describe('somebody who is named', () => {
  const role = (name: string): Requester => ({ kind: 'role', arn: arnOf(`role/${name}`) });
  test('is read alone', async () => {
    const { rows, calls } = await ask(world(), { as: [role('ci')], only: ['api'] });
    expect(rows).toEqual(['role/ci: no']);
    expect(calls).toContain('iam:GetRole ci');
    expect(calls.join()).not.toContain('GetAccountAuthorizationDetails');
  });
  test('with many others, by reading everybody at once', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const there = world((one) => {
      one.principals = names.map((name) => somebody(`role/${name}`, 'ecr:*'));
    });
    const { rows, calls } = await ask(there, { as: names.map(role), only: ['web'] });
    expect(rows).toEqual(names.map((name) => `role/${name}: yes`));
    expect(calls.filter((call) => call.startsWith('iam:'))).toEqual(['iam:GetAccountAuthorizationDetails']);
  });
  test('and is in another account, in no IAM of ours', async () => {
    const stranger: Requester = { kind: 'role', arn: 'arn:aws:iam::444444444444:role/node' };
    const { rows, report, calls } = await ask(world(), { as: [stranger, { kind: 'anyone' }] });
    expect(rows).toEqual(['role/node: unknown no', 'anyone: no no']);
    const [unknown] = report.answers[0] ?? [];
    expect(unknown?.atBest).toEqual({ answer: 'yes' });
    expect(unknown?.unread.map(({ policy: name, reason }) => `${name}: ${reason}`)).toEqual([
      'identity policies of arn:aws:iam::444444444444:role/node: 444444444444 is another account than 111111111111',
    ]);
    expect(calls.join()).not.toContain('iam:');
  });
  test('is known from elsewhere, but for what limits that account', async () => {
    const arn = 'arn:aws:iam::444444444444:role/node';
    const known = [somebody('role/node', 'ecr:*', { arn })];
    const { rows, report } = await ask(world(), { as: [{ kind: 'role', arn }], known });
    expect(rows).toEqual(['role/node: unknown no']);
    expect(report.answers[0]?.[0]?.unread.map(({ policy: name }) => name)).toEqual([
      'service control policies over 444444444444',
    ]);
    const without = await ask(world(), { as: [{ kind: 'role', arn }], known, organization: false });
    expect(without.rows).toEqual(['role/node: yes no']);
  });
  test('as a session, with the path of its role', async () => {
    const there = world((one) => {
      one.principals = [somebody('role/build/ci', 'ecr:*')];
    });
    const { report, rows } = await ask(there, {
      as: [{ kind: 'role', arn: arnOf('role/ci'), session: 'x' }],
      only: ['web'],
    });
    expect(rows).toEqual(['role/build/ci: yes']);
    expect(report.principals[0]).toMatchObject({ arn: arnOf('role/build/ci'), session: 'x' });
  });
  test('and does not exist', async () => {
    await expect(ask(world(), { as: [role('cj')] })).rejects.toMatchObject({
      diagnostics: [{ code: 'plan/no-principal' }],
    });
  });
});

describe('tags', () => {
  test('are read where a policy asks for them, and only then', async () => {
    const Condition = { StringEquals: { 'aws:ResourceTag/team': 'red' } };
    const there = world((one) => {
      one.principals = [
        somebody('user/anna', 'ecr:*', { Condition }),
        somebody('user/bert', 'ecr:GetAuthorizationToken'),
      ];
      one.get('api').tags = { team: 'red' };
    });
    // A token has no tags: the condition is about the rest.
    const { calls, rows } = await ask(there);
    expect(calls.filter((call) => call.startsWith('ecr:ListTags')).sort()).toEqual([
      'ecr:ListTagsForResource api',
      'ecr:ListTagsForResource web',
    ]);
    expect(rows.slice(0, 1)).toEqual(['user/anna: yes no']);
  });
});

describe('the organisation', () => {
  const full = { name: 'FullAWSAccess', text: policy({ Effect: 'Allow', Action: '*', Resource: '*' }) };
  const noEcr = {
    name: 'NoEcr',
    text: policy({ Effect: 'Deny', Action: 'ecr:GetDownloadUrlForLayer', Resource: '*' }),
  };
  const member = (there: MemoryRegistry) => {
    there.organization = {
      id: 'o-abcdefghij',
      managementAccount: '999999999999',
      levels: [
        { target: 'r-ab12', serviceControl: [full], resourceControl: [] },
        { target: 'ou-ab12-11111111', serviceControl: [full, noEcr], resourceControl: [] },
        { target: account, serviceControl: [full], resourceControl: [] },
      ],
    };
  };
  test('limits the users and roles of its accounts', async () => {
    const { rows, report } = await ask(world(member));
    expect(rows).toEqual(['role/ci: no no', 'user/anna: no no', '444444444444: yes no']);
    expect(report.answers[1]?.[0]?.decision.sentence).toContain('of the service control policy NoEcr denies');
    expect(report.principals[1]?.organization).toEqual({
      id: 'o-abcdefghij',
      path: 'o-abcdefghij/r-ab12/ou-ab12-11111111/',
    });
  });
  test('does not limit its management account', async () => {
    const there = world((one) => {
      member(one);
      one.organization = { id: 'o-abcdefghij', managementAccount: account, levels: [] };
    });
    const { rows, calls } = await ask(there);
    expect(rows[1]).toBe('user/anna: yes yes');
    expect(calls.join()).not.toContain('ListPolicies');
  });
  test('that may not be read makes a yes unknown, and says what it would be', async () => {
    const { rows, report } = await ask(world(member), {}, { 'organizations:ListPoliciesForTarget': 'denied' });
    expect(rows).toEqual(['role/ci: no no', 'user/anna: unknown unknown', '444444444444: unknown no']);
    expect(report.answers[1]?.[1]?.atBest).toEqual({ answer: 'yes' });
    expect(report.gaps).toEqual([
      {
        what: `the organisation's policies over account ${account}`,
        operation: 'organizations:ListPoliciesForTarget',
        reason: 'AccessDeniedException: injected denied',
      },
    ]);
    expect(report.principals[1]?.organization).toEqual({ id: 'o-abcdefghij' });
  });
  test('may be left out', async () => {
    const { rows, calls } = await ask(world(member), { organization: false });
    expect(rows[1]).toBe('user/anna: yes yes');
    expect(calls.join()).not.toContain('organizations:');
  });
});

describe('a read that fails', () => {
  test.each<[string, FaultKind, string, string[]]>([
    [
      'iam:GetAccountAuthorizationDetails',
      'denied',
      `the users and roles of account ${account}`,
      ['444444444444: yes no'],
    ],
    [
      'ecr:GetRegistryPolicy',
      'denied',
      "the registry's policy",
      // It may deny, and it may let others in as well.
      ['role/ci: no no', 'user/anna: unknown unknown', '444444444444: unknown unknown'],
    ],
    [
      'organizations:DescribeOrganization',
      'unavailable',
      `the organisation of account ${account}`,
      ['role/ci: no no', 'user/anna: unknown unknown', '444444444444: unknown no'],
    ],
  ])('%s: %s leaves a gap, and no false answer', async (operation, kind, what, rows) => {
    const found = await ask(world(), {}, { [operation]: kind });
    expect(found.report.gaps.map((gap) => [gap.what, gap.operation])).toEqual([[what, operation]]);
    expect(found.rows).toEqual(rows);
  });
  test('of the policies of repositories', async () => {
    const { rows, report } = await ask(world(), {}, { 'ecr:GetRepositoryPolicy': 'denied' });
    expect(rows).toEqual(['role/ci: no no', 'user/anna: unknown unknown']);
    expect(report.gaps.map(({ what }) => what)).toEqual(['the policy of api', 'the policy of web']);
  });
  test('of who is named', async () => {
    const as: Requester[] = [{ kind: 'role', arn: arnOf('role/ci') }];
    const { rows, report } = await ask(world(), { as, only: ['web'] }, { 'iam:GetRole': 'denied' });
    expect(rows).toEqual(['role/ci: unknown']);
    expect(report.gaps.map(({ what }) => what)).toEqual([`role/ci of account ${account}`]);
  });
  test('because the endpoint lacks it means that there is none', async () => {
    const { rows, report } = await ask(
      world(),
      {},
      {
        'iam:GetAccountAuthorizationDetails': 'not-implemented',
        'organizations:DescribeOrganization': 'not-implemented',
        'ecr:GetRegistryPolicy': 'not-implemented',
      },
    );
    expect(report.gaps).toEqual([]);
    expect(rows).toEqual(['444444444444: yes no']);
  });
  test('of lost credentials ends it all', async () => {
    await expect(ask(world(), {}, { 'iam:GetAccountAuthorizationDetails': 'credentials' })).rejects.toMatchObject({
      kind: 'credentials',
    });
  });
});

describe('the policy of the registry', () => {
  const denies = policy({ Effect: 'Deny', Principal: '*', Action: 'ecr:BatchGetImage', Resource: '*' });
  test.each<['V1' | 'V2', string]>([
    ['V1', 'user/anna: yes yes'],
    ['V2', 'user/anna: no no'],
  ])('under scope %s', async (scope, row) => {
    const there = world((one) => {
      one.registryPolicy = denies;
      one.registryPolicyScope = scope;
    });
    expect((await ask(there)).rows[1]).toBe(row);
  });
  test('whose scope may not be read is unread itself', async () => {
    const there = world((one) => {
      one.registryPolicy = denies;
    });
    expect((await ask(there, {}, { 'ecr:GetAccountSetting': 'denied' })).rows[1]).toBe('user/anna: unknown unknown');
    expect((await ask(there, {}, { 'ecr:GetAccountSetting': 'not-implemented' })).rows[1]).toBe('user/anna: no no');
  });
});
