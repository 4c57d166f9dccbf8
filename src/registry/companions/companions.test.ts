// What companions a manifest comes to: by use, tuned, and the same whatever the order in which things are written.
import { describe, expect, it } from 'vitest';
import { isSlipwayError } from '../../diagnostics/index.js';
import { parseProject } from '../../manifest/index.js';
import { compile } from '../index.js';
import type { Companion } from './model.js';

const environments = `
  environments:
    dev: {account: "111111111111", region: us-east-1}
    prod: {account: "222222222222", region: eu-west-1, preset: production}
`;

function registryOf(repositories: string, registry = '', environment = 'prod') {
  const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments, org: acme}
spec:
  defaultTags: {Team: payments}${environments}
  repositories:
${repositories}
${registry === '' ? '' : `---\napiVersion: ecr.slipway.dev/v1\nkind: AwsEcrRegistry\nmetadata: {name: registry}\nspec:\n${registry}`}`;
  const [desired] = compile(parseProject([{ file: 'slipway.yaml', text, own: true }]), environment);
  if (desired === undefined) throw new Error('no registry');
  return desired;
}

function companionsIn(repositories: string, registry = '', environment = 'prod'): readonly Companion[] {
  return registryOf(repositories, registry, environment).companions.flatMap(({ resources }) => resources);
}

function problemsOf(repositories: string, registry: string): readonly string[] {
  try {
    registryOf(repositories, registry);
    return [];
  } catch (error) {
    if (!isSlipwayError(error)) throw error;
    return error.diagnostics.map(({ code, message, range }) => `${range?.line ?? 0}: ${code} ${message}`);
  }
}

const own = '    api: {encryptionType: KMS, kmsKeyId: {companion: key}}\n    worker: {}';

describe('companions', () => {
  it('a project that asks for none has none', () => {
    expect(registryOf('    api: {}').companions).toEqual([]);
  });

  it('a key comes to be by use, in a stack of its own, and the repository waits for it', () => {
    const desired = registryOf(own);
    expect(desired.companions.map(({ kind, name, region }) => [kind, name, region])).toEqual([
      ['key', 'slipway-key-payments-prod', 'eu-west-1'],
    ]);
    expect(desired.companions[0]?.resources).toEqual([
      {
        kind: 'encryption-key',
        id: 'Key',
        title: 'key alias/slipway/payments/prod',
        from: ['repositories.api.kmsKeyId'],
        alias: 'alias/slipway/payments/prod',
        description: 'Container images of payments in prod',
        rotationPeriodDays: 365,
        deletionWindowDays: 30,
        administrators: [],
        tags: {
          Environment: 'prod',
          ManagedBy: 'slipway',
          Team: 'payments',
          'slipway:environment': 'prod',
          'slipway:project': 'payments',
        },
      },
    ]);
    expect(desired.repositories.map(({ encryption }) => encryption)).toEqual([
      { type: 'KMS', kmsKey: { stack: 'key', output: 'KeyArn' } },
      { type: 'AES256' },
    ]);
  });

  it('the document for one environment wins over the one for all, member by member', () => {
    const registry = `  companions: {key: {alias: alias/common, rotationPeriodDays: 180}}
---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: prod}
spec: {environments: [prod], companions: {key: {alias: alias/prod}}}`;
    const tuned = (environment: string) => companionsIn(own, registry, environment)[0];
    expect(tuned('prod')).toMatchObject({ alias: 'alias/prod', rotationPeriodDays: 180 });
    expect(tuned('dev')).toMatchObject({ alias: 'alias/common', rotationPeriodDays: 180 });
  });

  it('two documents for one environment are refused', () => {
    const two = `  environments: [prod]
---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: again}
spec: {environments: [dev, prod]}`;
    expect(problemsOf(own, two)).toEqual([
      '21: manifest/duplicate-registry two documents of kind AwsEcrRegistry are for environment "prod"; the first is in line 15',
    ]);
  });

  it('a role for tasks of ECS pulls its repositories, and no other account can borrow the service', () => {
    const [role] = companionsIn(
      '    api: {}\n    worker: {}',
      '  companions: {pullRoles: {tasks: {for: ecs-task-execution, repositories: [api]}}, roles: {path: /x/, permissionsBoundary: "arn:aws:iam::222222222222:policy/edge"}}',
    );
    expect(role).toMatchObject({
      kind: 'pull-role',
      name: 'payments-prod-eu-west-1-tasks',
      path: '/x/',
      arn: 'arn:aws:iam::222222222222:role/x/payments-prod-eu-west-1-tasks',
      permissionsBoundary: 'arn:aws:iam::222222222222:policy/edge',
      trust: {
        Statement: [
          {
            Principal: { Service: 'ecs-tasks.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': '222222222222' },
              ArnLike: { 'aws:SourceArn': 'arn:aws:ecs:eu-west-1:222222222222:*' },
            },
          },
        ],
      },
      permissions: {
        Statement: [
          { Action: 'ecr:GetAuthorizationToken', Resource: '*' },
          { Resource: ['arn:aws:ecr:eu-west-1:222222222222:repository/api'] },
        ],
      },
      managedPolicies: [],
    });
  });

  it('nodes and pods of EKS get what AWS attaches, deployments only whom they trust', () => {
    const roles = companionsIn(
      '    api: {}',
      `  companions:
    pullRoles:
      nodes: {for: eks-node}
      pods: {for: eks-fargate-pod, cluster: shop}
      deploy: {for: deploy, trusted: ["account:444444444444", "org:o-abcdefghij"], externalId: deploy-1}`,
    );
    expect(
      roles.map((role) => (role.kind === 'pull-role' ? [role.key, role.managedPolicies, role.trust.Statement] : [])),
    ).toEqual([
      [
        'deploy',
        [],
        [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { AWS: ['arn:aws:iam::444444444444:root'] },
            Condition: { StringEquals: { 'sts:ExternalId': 'deploy-1' } },
          },
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: '*',
            Condition: { StringEquals: { 'aws:PrincipalOrgID': ['o-abcdefghij'], 'sts:ExternalId': 'deploy-1' } },
          },
        ],
      ],
      [
        'nodes',
        [
          'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly',
          'arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy',
        ],
        [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } }],
      ],
      [
        'pods',
        ['arn:aws:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy'],
        [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { Service: 'eks-fargate-pods.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': '222222222222' },
              ArnLike: { 'aws:SourceArn': 'arn:aws:eks:eu-west-1:222222222222:fargateprofile/shop/*' },
            },
          },
        ],
      ],
    ]);
  });

  it('what cannot be made is told with its place', () => {
    const registry = `  companions:
    pullRoles:
      a: {for: deploy}
      b: {for: eks-node, cluster: shop}
      c: {for: deploy, trusted: ["service:lambda"]}
      d: {for: ecs-task-execution, repositories: [nothing]}`;
    expect(problemsOf('    api: {}', registry)).toEqual([
      '19: registry/bad-companion "a" is for deployments and trusts nobody: name them in `trusted`',
      '20: registry/bad-companion cluster goes with `for: eks-fargate-pod` alone',
      '21: registry/bad-companion service takes no role of deployments: name an account, a role, a user or an org',
      '22: registry/bad-companion no repository matches "nothing"',
    ]);
  });

  it('a grant to GitHub makes a role for its source, the provider of the account, and no statement for it', () => {
    const api = '    api: {access: {push: ["github:acme/api@main", "github:acme/api#production"]}}\n    web: {}';
    const desired = registryOf(api);
    expect(desired.companions.map(({ kind, name }) => [kind, name])).toEqual([
      ['account', 'slipway-account-payments'],
      ['environment', 'slipway-payments-prod'],
    ]);
    const [provider, role] = desired.companions.flatMap(({ resources }) => resources);
    expect(provider).toMatchObject({
      kind: 'oidc-provider',
      arn: 'arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com',
      audiences: ['sts.amazonaws.com'],
      existing: false,
    });
    expect(role).toMatchObject({
      kind: 'ci-role',
      name: 'payments-prod-eu-west-1-github-acme.api',
      source: 'acme/api',
      subjects: ['repo:acme/api:environment:production', 'repo:acme/api:ref:refs/heads/main'],
      maxSessionSeconds: 3600,
      trust: { Statement: [{ Action: 'sts:AssumeRoleWithWebIdentity' }] },
    });
    const text = JSON.stringify(role);
    expect(text).toContain('"ecr:GetAuthorizationToken"');
    expect(text).toContain('arn:aws:ecr:eu-west-1:222222222222:repository/api');
    expect(text).not.toContain('repository/web');
    expect(text).not.toContain('BatchDeleteImage');
    expect(desired.repositories.map(({ statements }) => statements)).toEqual([[], []]);
  });

  it('no two roles of a source share a name, whatever their branches, tags and environments are called', () => {
    const roles = companionsIn(
      [
        '    api: {access: {push: ["github:acme/api#production"]}}',
        '    app: {access: {push: ["github:acme/api@production"]}}',
        '    web: {access: {push: ["github:acme/api@tag:production"]}}',
        '    old: {access: {push: ["github:acme/api@main"]}}',
        '    new: {access: {push: [{github: acme/api, branch: main, orgId: "1", repoId: "2"}]}}',
        '    one: {access: {push: ["github:acme/api@release"]}}',
      ].join('\n'),
    ).flatMap((one) => (one.kind === 'ci-role' ? [one] : []));
    expect(roles).toHaveLength(6);
    for (const member of ['name', 'id', 'key', 'arn'] as const)
      expect(new Set(roles.map((role) => role[member])).size, member).toBe(6);
    // What is alone in its name keeps it.
    expect(roles.map(({ key }) => key)).toContain('github-acme.api@release');
    const reached = roles.map(({ permissions }) => /repository\/(\w+)/.exec(JSON.stringify(permissions))?.[1]);
    expect(reached.toSorted()).toEqual(['api', 'app', 'new', 'old', 'one', 'web']);
  });

  it('what the account has once is made for all environments in it, in the Region of the first', () => {
    const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments:
    dev: {account: "222222222222", region: us-east-1, access: {push: ["gitlab:acme/api@main"]}}
    prod: {account: "222222222222", region: eu-west-1, access: {push: ["github:acme/api@main"]}}
    far: {account: "333333333333", region: eu-west-1, access: {push: ["gitlab:acme/api@main"]}}
  repositories: {api: {repositoryName: "api"}}
`;
    const project = parseProject([
      {
        file: 'slipway.yaml',
        text: text.replace('repositoryName: "api"', '').replace('spec:', 'spec:\n  naming: "{env}/{name}"'),
        own: true,
      },
    ]);
    const account = (environment: string) => compile(project, environment)[0]?.companions[0];
    expect(account('prod')).toMatchObject({ kind: 'account', region: 'us-east-1', sharedWith: ['dev'] });
    expect(account('prod')?.resources).toEqual(account('dev')?.resources);
    expect(account('prod')?.resources).toHaveLength(2);
    expect(account('far')).toMatchObject({ sharedWith: [], resources: [{ host: 'gitlab.com' }] });
  });

  it('a provider that is tuned and trusted by nobody is a mistake', () => {
    expect(problemsOf('    api: {}', '  companions: {oidcProviders: {github: {existing: true}}}')).toEqual([
      '17: registry/bad-companion no grant of an environment in the account trusts "github"',
    ]);
  });

  it('a role that IAM would refuse for its size is refused before', () => {
    const many = Array.from({ length: 200 }, (_, index) => `    service-of-a-long-name-${index}: {}`).join('\n');
    expect(problemsOf(many, '  companions: {pullRoles: {tasks: {for: ecs-task-execution}}}')).toEqual([
      expect.stringMatching(
        /registry\/bad-companion role payments-prod-eu-west-1-tasks would need \d+ characters of permissions, and IAM takes 10240/,
      ),
    ]);
    const branches = Array.from({ length: 60 }, (_, index) => `"github:acme/api@release-of-the-year-${index}"`).join(
      ', ',
    );
    expect(problemsOf(`    api: {access: {push: [${branches}]}}`, '  companions: {}')).toEqual([
      expect.stringMatching(
        /would need \d+ characters of trust, and IAM takes 2048: name fewer branches, or a pattern of them/,
      ),
    ]);
  });
});
