// Exercises ci.ts and oidc.ts: which CI principals are refused, and the exact trust and permissions of the others.
// It must not know the manifest or stacks.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { breadthOf, checkCiPrincipal, ciText } from './ci.js';
import type { CiPrincipal, GitHubRef } from './model.js';
import { ciPolicyOf, providerArn, providerOf, subjectsOf, trustPolicyOf } from './oidc.js';

type GitHub = Extract<CiPrincipal, { kind: 'github' }>;

const github = (ref: GitHubRef, rest: Partial<GitHub> = {}): GitHub => ({
  kind: 'github',
  organization: 'acme',
  repository: 'api',
  ref,
  ...rest,
});
const gitlab = (project: string, ref: Extract<CiPrincipal, { kind: 'gitlab' }>['ref'], host?: string): CiPrincipal => ({
  kind: 'gitlab',
  project,
  ref,
  ...(host === undefined ? {} : { host }),
});
const ids = { organizationId: '123456', repositoryId: '456789' };
const arn = 'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com';
const none = { pull: [], push: [], read: [], manage: [] };
const arnOf = (name: string) => `arn:aws:ecr:eu-west-1:111111111111:repository/${name}`;

describe('subjects', () => {
  test.each<[CiPrincipal, readonly string[]]>([
    [github({ branch: 'main' }), ['repo:acme/api:ref:refs/heads/main']],
    [github({ branch: 'feature/a/b' }), ['repo:acme/api:ref:refs/heads/feature/a/b']],
    [github({ tag: 'v*' }), ['repo:acme/api:ref:refs/tags/v*']],
    [github({ environment: 'production' }), ['repo:acme/api:environment:production']],
    [github({ pullRequest: true }), ['repo:acme/api:pull_request']],
    [github({ any: true }), ['repo:acme/api:*']],
    [
      github({ branch: 'main' }, ids),
      ['repo:acme/api:ref:refs/heads/main', 'repo:acme@123456/api@456789:ref:refs/heads/main'],
    ],
    [
      github({ branch: 'main' }, { repository: '*', organizationId: '123456' }),
      ['repo:acme/*:ref:refs/heads/main', 'repo:acme@123456/*:ref:refs/heads/main'],
    ],
    [gitlab('group/sub/project', { branch: 'main' }), ['project_path:group/sub/project:ref_type:branch:ref:main']],
    [gitlab('group/project', { tag: 'v1' }), ['project_path:group/project:ref_type:tag:ref:v1']],
    [gitlab('group/project', { any: true }), ['project_path:group/project:*']],
  ])('%j shows %j', (principal, subjects) => {
    expect(subjectsOf(principal)).toEqual(subjects);
    expect(checkCiPrincipal(principal)).toEqual([]);
  });
});

describe('trust', () => {
  test('is exact where nothing has a wildcard', () => {
    expect(trustPolicyOf([github({ branch: 'main' }), github({ environment: 'production' })], arn)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'NamedJobs',
          Effect: 'Allow',
          Principal: { Federated: arn },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: {
              'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
              'token.actions.githubusercontent.com:sub': [
                'repo:acme/api:environment:production',
                'repo:acme/api:ref:refs/heads/main',
              ],
            },
          },
        },
      ],
    });
  });
  test('keeps wildcards in a statement of their own', () => {
    const { Statement } = trustPolicyOf([github({ branch: 'release/*' }), github({ branch: 'main' })], arn);
    expect(Statement.map(({ Condition }) => Condition)).toEqual([
      {
        StringEquals: {
          'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
          'token.actions.githubusercontent.com:sub': 'repo:acme/api:ref:refs/heads/main',
        },
      },
      {
        StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
        StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:acme/api:ref:refs/heads/release/*' },
      },
    ]);
  });
  test('of a GitLab elsewhere has its own provider and audience', () => {
    const principal = gitlab('group/project', { branch: 'main' }, 'gitlab.example.com');
    const provider = providerOf(principal);
    expect(provider).toEqual({
      host: 'gitlab.example.com',
      url: 'https://gitlab.example.com',
      audience: 'https://gitlab.example.com',
    });
    const federated = providerArn(provider, { account: '111111111111', partition: 'aws' });
    expect(federated).toBe('arn:aws:iam::111111111111:oidc-provider/gitlab.example.com');
    expect(trustPolicyOf([principal], federated).Statement[0]?.Condition).toEqual({
      StringEquals: {
        'gitlab.example.com:aud': 'https://gitlab.example.com',
        'gitlab.example.com:sub': 'project_path:group/project:ref_type:branch:ref:main',
      },
    });
  });
  test('is not of two providers, nor of nobody', () => {
    const both = [github({ branch: 'main' }), gitlab('group/project', { branch: 'main' })];
    expect(() => trustPolicyOf(both, arn)).toThrow('gitlab:group/project@main shows no token');
    expect(() => trustPolicyOf([], arn)).toThrow('trusts somebody');
  });
  test('is the same in any order, and always demands audience and subject, each by an operator that fails closed', () => {
    const ref = fc.oneof(
      fc.record({ branch: fc.constantFrom('main', 'release/*', 'a/b') }),
      fc.record({ tag: fc.constantFrom('v1', 'v*') }),
      fc.record({ environment: fc.constantFrom('production', 'preview-*') }),
      fc.constant({ any: true } as const),
      fc.constant({ pullRequest: true } as const),
    );
    const principal = fc.tuple(ref, fc.constantFrom({}, ids)).map(([one, rest]) => github(one, rest));
    fc.assert(
      fc.property(fc.array(principal, { minLength: 1, maxLength: 6 }), (principals) => {
        const policy = trustPolicyOf(principals, arn);
        expect(trustPolicyOf(principals.toReversed(), arn)).toEqual(policy);
        for (const { Condition = {} } of policy.Statement) {
          expect(Object.keys(Condition).every((operator) => /^String(Equals|Like)$/.test(operator))).toBe(true);
          expect(Object.values(Condition).flatMap((keys) => Object.keys(keys).map((key) => key.split(':')[1]))).toEqual(
            ['aud', 'sub'],
          );
        }
        const subjects = policy.Statement.flatMap(({ Condition = {} }) =>
          Object.values(Condition).flatMap((keys) => keys['token.actions.githubusercontent.com:sub'] ?? []),
        );
        expect(new Set(subjects)).toEqual(new Set(principals.flatMap(subjectsOf)));
      }),
    );
  });
});

describe('permissions', () => {
  test('push to exactly the repositories, and log in', () => {
    expect(ciPolicyOf({ ...none, push: ['web', 'api'] }, (name) => [arnOf(name)])).toEqual({
      Version: '2012-10-17',
      Statement: [
        { Sid: 'LogIn', Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
        {
          Sid: 'Push',
          Effect: 'Allow',
          Action: [
            'ecr:BatchCheckLayerAvailability',
            'ecr:BatchGetImage',
            'ecr:CompleteLayerUpload',
            'ecr:InitiateLayerUpload',
            'ecr:PutImage',
            'ecr:UploadLayerPart',
          ],
          Resource: [arnOf('api'), arnOf('web')],
        },
      ],
    });
  });
  test('need no login for what goes through the API alone', () => {
    const { Statement } = ciPolicyOf({ ...none, read: ['api'], manage: ['api'] }, (name) => [arnOf(name)]);
    expect(Statement.map(({ Sid, Resource }) => [Sid, Resource])).toEqual([
      ['Read', arnOf('api')],
      ['Manage', arnOf('api')],
    ]);
  });
});

describe('refused are', () => {
  test.each<[CiPrincipal, string]>([
    [github({ branch: 'main' }, { organization: '*' }), 'access/bad-ci-name at github "*" is no owner on GitHub'],
    [
      github({ branch: 'main' }, { organization: 'ac/me' }),
      'access/bad-ci-name at github "ac/me" is no owner on GitHub',
    ],
    [
      github({ branch: 'main' }, { repository: 'ap*' }),
      'access/bad-ci-name at github "ap*" is no repository on GitHub',
    ],
    [github({ branch: 'main' }, { repository: '..' }), 'access/bad-ci-name at github ".." is no repository on GitHub'],
    [
      github({ branch: 'main' }, { repository: 'a:b' }),
      'access/bad-ci-name at github "a:b" is no repository on GitHub',
    ],
    [github({ branch: 'main' }, { organizationId: '1' }), 'access/bad-ci-name at orgId orgId and repoId go together'],
    [github({ branch: 'main' }, { repositoryId: '1' }), 'access/bad-ci-name at repoId orgId and repoId go together'],
    [
      github({ branch: 'main' }, { ...ids, repository: '*' }),
      'access/bad-ci-name at repoId repoId is the id of one repository, and `*` is any',
    ],
    [
      github({ branch: 'main' }, { organizationId: '0', repositoryId: '5' }),
      'access/bad-ci-name at orgId "0" is no id of GitHub',
    ],
    [github({ branch: '' }), 'access/bad-ci-ref at branch the branch "" is empty'],
    [
      github({ branch: 'main:environment:production' }),
      'access/bad-ci-ref at branch the branch "main:environment:production" has a colon, which parts the members of a subject',
    ],
    [github({ branch: 'a\u0000b' }), 'access/bad-ci-ref at branch the branch "a\\u0000b" has a control character'],
    [github({ branch: 'a\u202eb' }), 'access/bad-ci-ref at branch the branch "a\u202eb" has a control character'],
    [
      github({ branch: `$\{name}` }),
      'access/bad-ci-ref at branch the branch "\u0024{name}" has "\u0024{", which IAM reads as a variable',
    ],
    [
      github({ branch: 'refs/heads/main' }),
      'access/bad-ci-ref at branch the branch "refs/heads/main" begins with "refs/", which the subject adds by itself',
    ],
    [github({ tag: 'a b' }), 'access/bad-ci-ref at tag the tag "a b" has a character that git does not take'],
    [github({ tag: 'a..b' }), 'access/bad-ci-ref at tag the tag "a..b" is no name that git takes'],
    [github({ branch: 'a//b' }), 'access/bad-ci-ref at branch the branch "a//b" has an empty part'],
    [
      github({ environment: ' production' }),
      'access/bad-ci-ref at environment the environment " production" begins or ends with a space',
    ],
    [
      github({ environment: 'a:b' }),
      'access/bad-ci-ref at environment the environment "a:b" has a colon, which parts the members of a subject',
    ],
    [gitlab('project', { branch: 'main' }), 'access/bad-ci-name at gitlab "project" is no project of GitLab'],
    [gitlab('group/*', { branch: 'main' }), 'access/bad-ci-name at gitlab "group/*" is no project of GitLab'],
    [
      gitlab('group/project', { branch: 'main' }, 'gitlab.example.com:8443'),
      'access/bad-ci-name at host "gitlab.example.com:8443" is no host name',
    ],
  ])('%j', (principal, expected) => {
    expect(checkCiPrincipal(principal).map(({ code, path, message }) => `${code} at ${path} ${message}`)).toEqual([
      expected,
    ]);
  });
  test('names that are too long, and everything at once, under the path given', () => {
    const found = checkCiPrincipal(github({ branch: 'x'.repeat(256) }, { organization: '-' }), 'push.2');
    expect(found.map(({ path }) => path)).toEqual(['push.2.github', 'push.2.branch']);
  });
});

test('breadth is told of', () => {
  expect(
    [
      github({ branch: 'main' }),
      github({ branch: 'release/*' }),
      github({ environment: 'production' }),
      github({ branch: '*' }),
      github({ environment: '*' }),
      github({ tag: '?*' }),
      github({ pullRequest: true }),
      github({ any: true }),
      github({ branch: 'main' }, { repository: '*' }),
      gitlab('group/project', { any: true }),
    ].map(breadthOf),
  ).toEqual([
    undefined,
    undefined,
    undefined,
    'any branch is trusted',
    'any environment is trusted',
    'any tag is trusted',
    'any pull request is trusted, before anybody has read it',
    'any branch, tag, environment and pull request is trusted',
    'any repository of acme is trusted',
    'any branch and tag is trusted',
  ]);
});

test('a text for each', () => {
  expect(
    [
      github({ branch: 'main' }),
      github({ tag: 'v*' }, ids),
      github({ environment: 'production' }),
      github({ pullRequest: true }),
      github({ any: true }, { repository: '*', organizationId: '123456' }),
      gitlab('group/project', { branch: 'main' }, 'gitlab.example.com'),
    ].map(ciText),
  ).toEqual([
    'github:acme/api@main',
    'github:acme/api@tag:v* (123456/456789)',
    'github:acme/api#production',
    'github:acme/api (pull requests)',
    'github:acme/* (anything) (123456/*)',
    'gitlab:gitlab.example.com/group/project@main',
  ]);
});
