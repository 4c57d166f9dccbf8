// Runs `slipway who-can` as people do: offline, from a manifest and from what the AWS CLI prints.
// It must not know how access is decided.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Folder } from './testing/harness.js';

const account = '222222222222';
const project = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments, org: acme}
spec:
  naming: "{project}/{name}"
  environments:
    prod: {account: "${account}", region: eu-west-1}
  repositories:
    api: {access: {push: ["role:arn:aws:iam::${account}:role/ci"]}}
    web: {access: {pull: ["org:o-abcdefghij", "service:lambda", "role:arn:aws:iam::333333333333:role/eks-node"]}}
    worker: {}
`;

const managed = 'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly';
const read = ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const statement = (Action: unknown, more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more });
const document = (...statements: readonly object[]) => ({ Version: '2012-10-17', Statement: statements });
const role = (name: string, ...statements: readonly object[]) => ({
  RoleName: name,
  Arn: `arn:aws:iam::${account}:role/${name}`,
  RoleId: 'AROAEXAMPLE',
  RolePolicyList: [{ PolicyName: 'own', PolicyDocument: document(...statements) }],
  AttachedManagedPolicies: [],
});

const details = {
  UserDetailList: [
    {
      UserName: 'anna',
      Arn: `arn:aws:iam::${account}:user/anna`,
      UserId: 'AIDAEXAMPLE',
      GroupList: ['developers'],
      AttachedManagedPolicies: [],
    },
  ],
  GroupDetailList: [{ GroupName: 'developers', AttachedManagedPolicies: [{ PolicyArn: managed }] }],
  RoleDetailList: [
    role('ci', statement('ecr:GetAuthorizationToken')),
    role('idle'),
    role('admin', statement('*'), {
      Sid: 'OnlyWithMfa',
      Effect: 'Deny',
      Action: 'ecr:PutImage',
      Resource: '*',
      Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
    }),
  ],
  Policies: [
    {
      Arn: managed,
      DefaultVersionId: 'v2',
      PolicyVersionList: [
        { VersionId: 'v1', Document: document() },
        // As IAM itself writes it.
        { VersionId: 'v2', Document: encodeURIComponent(JSON.stringify(document(statement(read)))) },
      ],
    },
  ],
};

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
  folder.write('slipway.yaml', project);
  folder.write('iam.json', JSON.stringify(details));
});
afterEach(() => folder.remove());

const run = (...argv: readonly string[]) => folder.run(['who-can', ...argv]);
const offline = ['--offline', '--iam', 'iam.json'];

async function shown(...argv: readonly string[]): Promise<string> {
  const { stdout, stderr, code } = await run(...argv, ...offline);
  expect(stderr).toBe('');
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  return `${stdout}exit ${code}`;
}

describe('the table', () => {
  it('puts repositories together that all have the same answers for', async () => {
    expect(await shown('pull')).toMatchInlineSnapshot(`
      "Who can pull, once the manifest is applied
      payments in prod (222222222222, eu-west-1)

        A   payments/api and payments/worker
        B   payments/web

                                       A    B
        role/admin                     yes  yes
        user/anna                      yes  yes
        anybody with an AWS account    no   if
        role/eks-node of 333333333333  no   ?
        service lambda.amazonaws.com   no   if

        if  under conditions
        ?   as far as could be read; what stands in the way could not be
        \`slipway who-can pull REPO\` says which, and why

      Of 7 principals: 2 can pull at least one of 3 repositories, 2 under conditions,
      1 perhaps and 2 cannot
      exit 0"
    `);
  });

  it('has the names of the repositories above it where there is room', async () => {
    expect(await shown('pull', '--only', 'w*', '--all')).toMatchInlineSnapshot(`
      "Who can pull, once the manifest is applied
      payments in prod (222222222222, eu-west-1)

                                       payments/web  payments/worker
        role/admin                     yes           yes
        role/ci                        no            no
        role/idle                      no            no
        user/anna                      yes           yes
        anybody with an AWS account    if            no
        role/eks-node of 333333333333  ?             no
        service lambda.amazonaws.com   if            no

        if  under conditions
        ?   as far as could be read; what stands in the way could not be
        \`slipway who-can pull REPO\` says which, and why

      Of 7 principals: 2 can pull at least one of 2 repositories, 2 under conditions,
      1 perhaps and 2 cannot
      exit 0"
    `);
  });

  it('has a long name and its answers in one line', async () => {
    const stranger = 'role:arn:aws:iam::333333333333:role/eks-fargate-pods';
    folder.write('slipway.yaml', project.replace('    api:', `    batch: {access: {pull: ["${stranger}"]}}\n    api:`));
    expect(await shown('pull')).toMatch(/^ {2}role\/eks-fargate-pods of 333333333333 +no +\? +\?$/m);
  });

  it('goes on below where there are more columns than fit', async () => {
    const names = Array.from({ length: 30 }, (_, at) => `r${at}`);
    const grants = names.map((name, at) => `    ${name}: {access: {pull: ["account:4444444444${at + 10}"]}}`);
    folder.write('slipway.yaml', `${project.slice(0, project.indexOf('    api:'))}${grants.join('\n')}\n`);
    const text = await shown('pull');
    expect(text).toContain('  AD  payments/r9');
    expect(text.split('\n').filter((line) => line.startsWith('  account 444444444410'))).toHaveLength(3);
  });
});

describe('one repository', () => {
  it('is told with reasons', async () => {
    expect(await shown('pull', 'web')).toMatchInlineSnapshot(`
      "Who can pull payments/web, once the manifest is applied
      payments in prod (222222222222, eu-west-1)

        yes  role/admin
             statement 1 of the identity policy role/admin: inline policy own

        yes  user/anna
             statement 1 of the identity policy AmazonEC2ContainerRegistryReadOnly

        if   anybody with an AWS account
             where aws:PrincipalOrgID is o-abcdefghij
             statement "Slipwaycdc8225aPullOrganization" of the repository policy
             payments/web

        ?    role/eks-node of 333333333333
             yes as far as could be read
             not read: identity policies of arn:aws:iam::333333333333:role/eks-node
             (333333333333 is another account than 222222222222)

        if   service lambda.amazonaws.com
             where aws:SourceArn is like
             arn:aws:lambda:eu-west-1:222222222222:function:*
             statement "Slipwaycdc8225aPullLambda" of the repository policy
             payments/web

      Of 7 principals: 2 can pull, 2 under conditions, 1 perhaps and 2 cannot
      exit 0"
    `);
  });

  it('that nobody can use', async () => {
    folder.write('iam.json', JSON.stringify({ RoleDetailList: [] }));
    expect(await shown('push', 'worker')).toMatchInlineSnapshot(`
      "Who can push payments/worker, once the manifest is applied
      payments in prod (222222222222, eu-west-1)

        Nobody who is known here

      Of 0 principals: 0 can push
      exit 0"
    `);
  });
});

describe('somebody', () => {
  it('who can: action by action', async () => {
    expect(await shown('push', 'api', '--as', 'role/ci')).toMatchInlineSnapshot(`
      "Who can push payments/api, once the manifest is applied
      payments in prod (222222222222, eu-west-1)

        yes  role/ci
             yes  ecr:GetAuthorizationToken
                  statement 1 of the identity policy role/ci: inline policy own
             yes  ecr:BatchCheckLayerAvailability, ecr:InitiateLayerUpload,
                  ecr:UploadLayerPart, ecr:CompleteLayerUpload, ecr:PutImage and
                  ecr:BatchGetImage (which some clients ask for)
                  statement "Slipwaycdc8225aPush" of the repository policy
                  payments/api

      Yes
      exit 0"
    `);
  });

  it('who can under conditions', async () => {
    expect(await shown('push', 'api', '--as', 'role/admin')).toMatchInlineSnapshot(`
      "Who can push payments/api, once the manifest is applied
      payments in prod (222222222222, eu-west-1)

        if   role/admin
             where aws:MultiFactorAuthPresent is not false, nor absent
             statement "OnlyWithMfa" of the identity policy role/admin: inline policy
             own
             yes  ecr:GetAuthorizationToken, ecr:BatchCheckLayerAvailability,
                  ecr:InitiateLayerUpload, ecr:UploadLayerPart,
                  ecr:CompleteLayerUpload and ecr:BatchGetImage (which some clients
                  ask for)
                  statement 1 of the identity policy role/admin: inline policy own
             if   ecr:PutImage
                  statement "OnlyWithMfa" of the identity policy role/admin: inline
                  policy own denies this where aws:MultiFactorAuthPresent is false, or
                  is absent

      Yes, under conditions
      exit 2"
    `);
  });

  it('who cannot, and somebody of whom it is not known', async () => {
    const stranger = 'arn:aws:iam::333333333333:role/eks-node';
    expect(await shown('pull', 'web', '--as', 'role/idle', '--as', stranger)).toMatchInlineSnapshot(`
      "Who can pull payments/web, once the manifest is applied
      payments in prod (222222222222, eu-west-1)

        no   role/idle
             no   ecr:GetAuthorizationToken, ecr:BatchGetImage,
                  ecr:GetDownloadUrlForLayer and ecr:BatchCheckLayerAvailability
                  (which some clients ask for)
                  no identity policy of arn:aws:iam::222222222222:role/idle allows
                  this

        ?    role/eks-node of 333333333333
             yes as far as could be read
             not read: identity policies of arn:aws:iam::333333333333:role/eks-node
             (333333333333 is another account than 222222222222)
             ?    ecr:GetAuthorizationToken, ecr:BatchGetImage,
                  ecr:GetDownloadUrlForLayer and ecr:BatchCheckLayerAvailability
                  (which some clients ask for)
                  identity policies of arn:aws:iam::333333333333:role/eks-node could
                  not be read: 333333333333 is another account than 222222222222

      Of 2 principals: 0 can pull, 1 perhaps and 1 cannot
      exit 1"
    `);
  });

  it.each([
    ['0: yes', 0, ['push', 'api', '--as', 'role/ci']],
    ['2: no', 2, ['push', 'web', '--as', 'role/ci']],
    ['2: one of two', 2, ['push', '--as', 'role/ci']],
    ['2: under conditions', 2, ['push', 'api', '--as', 'role/admin']],
    ['1: not known', 1, ['pull', 'web', '--as', 'arn:aws:iam::333333333333:role/eks-node']],
    ['1: nobody', 1, ['pull', 'web', '--as', 'Anna']],
  ])('ends with %s', async (_, code, argv) => {
    expect((await run(...argv, ...offline)).code).toBe(code);
  });
});

describe('files', () => {
  const arn = `arn:aws:ecr:eu-west-1:${account}:repository/legacy/app`;
  const policy = document({ Sid: 'Open', Effect: 'Allow', Principal: '*', Action: 'ecr:*' });

  it.each([
    ['a policy', policy],
    ['what the AWS CLI prints around it', { repositoryName: 'legacy/app', policyText: JSON.stringify(policy) }],
  ])('%s, of a repository that no manifest declares', async (_, value) => {
    folder.remove();
    folder = new Folder();
    folder.write('policy.json', JSON.stringify(value));
    const { stdout, code } = await run('pull', arn, '--policy', 'policy.json');
    expect(code).toBe(0);
    expect(stdout).toContain(
      `Who can pull legacy/app  (${account}, eu-west-1)\n\n  yes  anybody with an AWS account\n       statement "Open" of the repository policy legacy/app\n`,
    );
  });

  it('stand for the live policy, beside which the manifest is held with --planned', async () => {
    folder.write('policy.json', JSON.stringify(policy));
    const live = await run('push', 'worker', '--policy', 'policy.json', '--output', 'json');
    expect(JSON.parse(live.stdout)).toMatchObject({ of: 'live', answers: [{ answer: 'yes' }] });
    const planned = await run('push', 'api', '--policy', 'policy.json', '--planned', '--output', 'json');
    expect(JSON.parse(planned.stdout)).toMatchObject({
      of: 'planned',
      answers: [
        { principal: { kind: 'anyone' }, answer: 'yes' },
        { principal: { kind: 'role' }, answer: 'unknown' },
      ],
    });
  });

  it.each([
    ['{"a": 1,}', '--iam', 'plan/unreadable-principals'],
    ['{"a": 1}', '--iam', 'plan/unreadable-principals'],
    ['{"RoleDetailList": {}}', '--iam', 'plan/unreadable-principals'],
    ['{"RoleDetailList": [], "Policies": 7}', '--iam', 'plan/unreadable-principals'],
    ['{"RoleDetailList": [null]}', '--iam', 'plan/unreadable-principals'],
    ['[]', '--iam', 'plan/unreadable-principals'],
    ...['[]', '', 'null', 'Allow', '{"a": 1}', '{"policyText": 7}', '{"policyText": "{"}', '{"Statement": 7}'].map(
      (text) => [text, '--policy', 'access/unreadable-policy'],
    ),
  ])('that are something else are refused: %s for %s', async (text, flag, code) => {
    folder.write('file.json', text);
    const { stderr, code: exit } = await run('pull', 'api', '--offline', flag, 'file.json');
    expect(exit).toBe(1);
    expect(stderr).toContain(`error[${code}]`);
    expect(stderr).toContain(' --> file.json:1:');
    expect(stderr).toContain(flag === '--policy' ? '= help: give the policy, or what' : '= help: run');
  });

  it('with the policy of one repository are not for several', async () => {
    folder.write('policy.json', JSON.stringify(policy));
    expect((await run('pull', '--policy', 'policy.json')).stderr).toContain('name the repository');
  });
});

it('a repository that nobody declares, and an ARN of something else, are refused', async () => {
  expect((await run('pull', 'apy', '--offline')).stderr).toContain('did you mean "api"');
  expect((await run('pull', 'arn:aws:s3:::bucket')).stderr).toContain('is not the ARN of a repository');
});

it('as JSON every answer is there, with its statement, its conditions and what could not be read', async () => {
  const { stdout, code } = await run('pull', 'web', ...offline, '--output', 'json');
  expect(code).toBe(0);
  const { answers, ...rest } = JSON.parse(stdout) as { answers: object[] };
  expect(rest).toMatchObject({ version: 1, project: 'payments', environment: 'prod', verb: 'pull', of: 'planned' });
  // Those who cannot are left out: of a thousand principals nearly all.
  expect(answers).toHaveLength(5);
  expect(answers.slice(2, 4)).toMatchInlineSnapshot(`
    [
      {
        "action": "ecr:BatchGetImage",
        "answer": "yes-if",
        "conditions": {
          "need": {
            "every": false,
            "key": "aws:PrincipalOrgID",
            "met": true,
            "operator": "StringEquals",
            "orAbsent": false,
            "values": [
              "o-abcdefghij",
            ],
          },
          "words": "aws:PrincipalOrgID is o-abcdefghij",
        },
        "principal": {
          "kind": "anyone",
        },
        "reason": "conditional-allow",
        "repository": "payments/web",
        "sentence": "statement "Slipwaycdc8225aPullOrganization" of the repository policy payments/web allows ecr:BatchGetImage on arn:aws:ecr:eu-west-1:222222222222:repository/payments/web where aws:PrincipalOrgID is o-abcdefghij",
        "statement": {
          "index": 1,
          "kind": "repository",
          "policy": "payments/web",
          "sid": "Slipwaycdc8225aPullOrganization",
        },
      },
      {
        "action": "ecr:GetAuthorizationToken",
        "answer": "unknown",
        "atBest": {
          "answer": "yes",
        },
        "principal": {
          "arn": "arn:aws:iam::333333333333:role/eks-node",
          "kind": "role",
        },
        "reason": "unread",
        "repository": "payments/web",
        "sentence": "identity policies of arn:aws:iam::333333333333:role/eks-node could not be read: 333333333333 is another account than 222222222222",
        "statement": null,
        "unread": [
          {
            "kind": "identity",
            "policy": "identity policies of arn:aws:iam::333333333333:role/eks-node",
            "reason": "333333333333 is another account than 222222222222",
          },
        ],
      },
    ]
  `);
});
