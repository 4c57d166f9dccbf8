// Exercises compile.ts, principals.ts and sid.ts: intent in, exact statements and exact diagnostics out.
// It must not know the manifest's text.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Diagnostic, isSlipwayError } from '../diagnostics/index.js';
import { checkAccess, compileAccess } from './compile.js';
import { validatePolicyText } from './document.js';
import { documentOf, policyText } from './merge.js';
import type { AccessIntent, Principal } from './model.js';
import { manageActions, readActions } from './names.js';
import { canonicalStatement } from './normalise.js';
import { checkGrantee, type GranteeShape, principalOf } from './principals.js';
import { isOwnStatement, isSlipwayRuntimeSid, isSlipwaySid, ownSid } from './sid.js';

const owner = { project: 'payments', environment: 'prod' };
const context = { account: '111111111111', region: 'eu-west-1', partition: 'aws' };
const prefix = 'Slipwaycdc8225a';
const nothing: AccessIntent = { pull: [], push: [], statements: [] };
const compile = (intent: Partial<AccessIntent>) => compileAccess({ ...nothing, ...intent }, owner, context);
const brief = (found: readonly Diagnostic[]) => found.map(({ code, path, message }) => `${code} ${path} ${message}`);
const check = (intent: Partial<AccessIntent>) => brief(checkAccess({ ...nothing, ...intent }, owner, context));

const account: Principal = { kind: 'account', account: '444444444444' };
const role: Principal = { kind: 'role', arn: 'arn:aws:iam::333333333333:role/node' };
const user: Principal = { kind: 'user', arn: 'arn:aws:iam::333333333333:user/me' };
const org: Principal = { kind: 'org', id: 'o-aaaaaaaaaa' };
const unit = (organization: string, path: string): Principal => ({ kind: 'ou', organization, unit: path });
const service = (name: string, rest: object = {}): Principal => ({ kind: 'service', service: name, ...rest });
const pull = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const push = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:CompleteLayerUpload',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
];

test('units of organisations are named by their paths, and never without their organisation', () => {
  const units = [unit('o-bbbbbbbbbb', 'r-ab12/ou-ab12-22222222'), unit('o-aaaaaaaaaa', 'ou-ab12-11111111')];
  expect(compile({ pull: units })).toEqual([
    {
      Sid: `${prefix}PullUnits`,
      Effect: 'Allow',
      Principal: '*',
      Action: pull,
      Condition: {
        'ForAnyValue:StringLike': {
          'aws:PrincipalOrgPaths': ['o-aaaaaaaaaa/*/ou-ab12-11111111/*', 'o-bbbbbbbbbb/r-ab12/ou-ab12-22222222/*'],
        },
        StringEquals: { 'aws:PrincipalOrgID': ['o-aaaaaaaaaa', 'o-bbbbbbbbbb'] },
      },
    },
  ]);
  expect(check({ push: units.slice(1) })).toEqual([
    'access/push-by-organization push.0 everyone in unit ou-ab12-11111111 could push',
  ]);
  expect(principalOf({ ou: 'o-bbbbbbbbbb/r-ab12/ou-ab12-22222222' })).toEqual(units[0]);
  expect(principalOf({ ou: 'o-aaaaaaaaaa/ou-ab12-11111111' })).toEqual(units[1]);
  expect(checkGrantee({ ou: 'ou-ab12-11111111' }, 'pull.0').map(({ code, path }) => [code, path])).toEqual([
    ['access/bad-organization', 'pull.0.ou'],
  ]);
});

const pullAndPush = [...new Set([...pull, ...push])].sort();

describe('Sids', () => {
  test('carry project and environment', () => {
    expect(ownSid(owner)).toBe(prefix);
    expect(ownSid({ project: 'paymentsp', environment: 'rod' })).not.toBe(prefix);
    expect(isOwnStatement({ Sid: `${prefix}Pull`, Effect: 'Allow' }, owner)).toBe(true);
    expect(isOwnStatement({ Sid: `${prefix}Pull`, Effect: 'Allow' }, { ...owner, environment: 'dev' })).toBe(false);
    expect(isOwnStatement({ Sid: `x${prefix}`, Effect: 'Allow' }, owner)).toBe(false);
    expect(isOwnStatement({ Effect: 'Allow' }, owner)).toBe(false);
  });
  test("tell Slipway's from others, and running handlers' from ours", () => {
    expect(
      [
        `${prefix}Pull`,
        'Slipway0123abcdPush',
        'Slipway0123abc',
        'SlipwayRuntimeQuarantine',
        'xSlipway0123abcd',
        undefined,
      ].map(isSlipwaySid),
    ).toEqual([true, true, false, false, false, false]);
    expect(['SlipwayRuntimeQuarantine', prefix, 'xSlipwayRuntime', undefined].map(isSlipwayRuntimeSid)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('grants', () => {
  test('nobody', () => {
    expect(compile({})).toEqual([]);
  });
  test('principals of one verb together', () => {
    expect(compile({ pull: [role, account, user, account], push: [role] })).toEqual([
      {
        Sid: `${prefix}Pull`,
        Effect: 'Allow',
        Principal: { AWS: [user.arn, 'arn:aws:iam::444444444444:root'] },
        Action: pull,
      },
      { Sid: `${prefix}PullPush`, Effect: 'Allow', Principal: { AWS: role.arn }, Action: pullAndPush },
    ]);
  });
  test('each verb has its actions, and whoever manages reads', () => {
    const statements = compile({ push: [user], read: [account, role], manage: [role], pull: [org] });
    expect(statements.map(({ Sid, Principal, Action }) => [Sid?.slice(prefix.length), Principal, Action])).toEqual([
      ['PullOrganization', '*', pull],
      ['Push', { AWS: user.arn }, push],
      ['Read', { AWS: 'arn:aws:iam::444444444444:root' }, readActions],
      ['Manage', { AWS: role.arn }, manageActions],
    ]);
    const notGranted = ['ecr:BatchDeleteImage', 'ecr:SetRepositoryPolicy', 'ecr:DeleteRepository', 'ecr:TagResource'];
    for (const actions of [pull, push, readActions])
      expect(actions.filter((action) => notGranted.includes(action))).toEqual([]);
    expect(manageActions.filter((action) => notGranted.includes(action))).toEqual(['ecr:BatchDeleteImage']);
  });
  test('organisations by condition', () => {
    expect(compile({ pull: [org, { kind: 'org', id: 'o-bbbbbbbbbb' }] })).toEqual([
      {
        Sid: `${prefix}PullOrganization`,
        Effect: 'Allow',
        Principal: '*',
        Action: pull,
        Condition: { StringEquals: { 'aws:PrincipalOrgID': ['o-aaaaaaaaaa', 'o-bbbbbbbbbb'] } },
      },
    ]);
  });
  test("Lambda with the functions' ARN", () => {
    expect(compile({ pull: [service('lambda.amazonaws.com')] })).toEqual([
      {
        Sid: `${prefix}PullLambda`,
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:lambda:eu-west-1:111111111111:function:*' } },
      },
    ]);
    const several = compile({
      pull: [
        service('lambda.amazonaws.com', { sourceAccount: '222222222222' }),
        service('lambda.amazonaws.com', { sourceArn: 'arn:aws:lambda:eu-west-1:111111111111:function:api' }),
      ],
    });
    expect(several.map(({ Sid, Condition }) => [Sid, Condition])).toEqual([
      [
        `${prefix}PullLambda`,
        {
          ArnLike: {
            'aws:SourceArn': [
              'arn:aws:lambda:eu-west-1:111111111111:function:api',
              'arn:aws:lambda:eu-west-1:222222222222:function:*',
            ],
          },
        },
      ],
    ]);
  });
  test('other services with their source', () => {
    const arn = 'arn:aws:codebuild:eu-west-1:111111111111:project/x';
    const statements = compile({
      pull: [
        service('codebuild.amazonaws.com'),
        service('codebuild.amazonaws.com', { sourceAccount: '222222222222' }),
        service('codebuild.amazonaws.com', { sourceArn: arn }),
        service('codebuild.amazonaws.com', { sourceArn: arn, sourceAccount: '222222222222' }),
        service('delivery.logs.amazonaws.com'),
      ],
      push: [service('codebuild.amazonaws.com')],
    });
    expect(statements.map(({ Sid, Action, Condition }) => [Sid?.slice(prefix.length), Action, Condition])).toEqual([
      ['PullCodebuild', pull, { StringEquals: { 'aws:SourceAccount': '222222222222' } }],
      ['PullCodebuildSource', pull, { ArnLike: { 'aws:SourceArn': arn } }],
      [
        'PullCodebuildSource222222222222',
        pull,
        { ArnLike: { 'aws:SourceArn': arn }, StringEquals: { 'aws:SourceAccount': '222222222222' } },
      ],
      ['PullDeliveryLogs', pull, { StringEquals: { 'aws:SourceAccount': '111111111111' } }],
      ['PullPushCodebuild', pullAndPush, { StringEquals: { 'aws:SourceAccount': '111111111111' } }],
    ]);
  });
  test('EMR Serverless with the ARN of its applications', () => {
    expect(compile({ pull: [service('emr-serverless.amazonaws.com')] })).toEqual([
      {
        Sid: `${prefix}PullEmrServerless`,
        Effect: 'Allow',
        Principal: { Service: 'emr-serverless.amazonaws.com' },
        Action: ['ecr:BatchGetImage', 'ecr:DescribeImages', 'ecr:GetDownloadUrlForLayer'],
        Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:emr-serverless:eu-west-1:111111111111:/applications/*' } },
      },
    ]);
  });
  test('the partition is in the ARNs', () => {
    const china = compileAccess({ ...nothing, pull: [account, service('lambda.amazonaws.com')] }, owner, {
      ...context,
      partition: 'aws-cn',
    });
    expect(china.map(({ Principal, Condition }) => Condition ?? Principal)).toEqual([
      { AWS: 'arn:aws-cn:iam::444444444444:root' },
      { ArnLike: { 'aws:SourceArn': 'arn:aws-cn:lambda:eu-west-1:111111111111:function:*' } },
    ]);
  });
  test('who may not push', () => {
    const lambda = service('lambda.amazonaws.com');
    expect(check({ pull: [org], push: [role, org, lambda], read: [org, lambda], manage: [org] })).toEqual([
      'access/push-by-organization push.1 everyone in organisation o-aaaaaaaaaa could push',
      'access/push-by-service push.2 lambda.amazonaws.com does not push images',
      'access/service-verb read.1 lambda.amazonaws.com does not read images',
      'access/push-by-organization manage.0 everyone in organisation o-aaaaaaaaaa could delete images',
    ]);
  });
});

describe('statements of the manifest', () => {
  const raw = { name: 'deny-old-tls', effect: 'Deny', principals: ['*'], actions: ['*'] } as const;
  test('become what they say, under our Sid', () => {
    expect(
      compile({
        statements: [
          { ...raw, conditions: { numericlessthan: { 'aws:TlsVersion': '1.2' } } },
          {
            name: 'ci',
            effect: 'Allow',
            principals: ['222222222222', role.arn, 'service:codebuild'],
            actions: ['PutImage', 'ECR:batchgetimage', 'ecr:List*'],
          },
          {
            name: 'Wide 2',
            effect: 'Allow',
            principals: ['*', 'service:x.amazonaws.com'],
            actions: ['ecr:ListImages'],
          },
        ],
      }),
    ).toEqual([
      {
        Sid: `${prefix}DenyOldTls`,
        Effect: 'Deny',
        Principal: '*',
        Action: 'ecr:*',
        Condition: { NumericLessThan: { 'aws:tlsversion': '1.2' } },
      },
      {
        Sid: `${prefix}Ci`,
        Effect: 'Allow',
        Principal: { AWS: ['arn:aws:iam::222222222222:root', role.arn], Service: 'codebuild.amazonaws.com' },
        Action: ['ecr:BatchGetImage', 'ecr:List*', 'ecr:PutImage'],
      },
      {
        Sid: `${prefix}Wide2`,
        Effect: 'Allow',
        Principal: { AWS: '*', Service: 'x.amazonaws.com' },
        Action: 'ecr:ListImages',
      },
    ]);
    expect(
      compile({
        statements: [{ name: 'x', effect: 'Allow', principals: ['service:lambda'], actions: ['PutImage'] }],
      })[0]?.Principal,
    ).toEqual({ Service: 'lambda.amazonaws.com' });
  });
  test('problems, all at once, each at its place', () => {
    const bad = {
      name: '1st',
      effect: 'Allow',
      principals: ['me', 'service:a b', role.arn],
      actions: ['GetAuthorizationToken', 'ecr:PutImagee', 's3:GetObject', 'ecr:DescribeReg*', 'ecr:Describe*'],
      conditions: { Equals: { 'aws:x': 'y' }, Bool: { SecureTransport: 'false' } },
    } as const;
    expect(
      check({ push: [org], statements: [raw, bad, { name: 'empty', effect: 'Allow', principals: [], actions: [] }] }),
    ).toEqual([
      'access/push-by-organization push.0 everyone in organisation o-aaaaaaaaaa could push',
      'access/bad-statement-name statements.1.name "1st" cannot be part of a Sid',
      'access/bad-principal statements.1.principals.0 "me" is not a principal',
      'access/bad-principal statements.1.principals.1 "service:a b" is not a principal',
      'access/action-without-repository statements.1.actions.0 "GetAuthorizationToken" is not about one repository',
      'access/bad-action statements.1.actions.1 "ecr:PutImagee" is not an action of ECR; did you mean "ecr:PutImage"?',
      'access/bad-action statements.1.actions.2 "s3:GetObject" is not an action of ECR',
      'access/action-without-repository statements.1.actions.3 "ecr:DescribeReg*" is not about one repository',
      'access/bad-condition statements.1.conditions.Equals statement "1st": Condition uses the unknown operator "Equals"',
      'access/bad-condition statements.1.conditions.Bool.SecureTransport statement "1st": Condition.Bool has "SecureTransport", which is not a condition key',
      'access/empty-statement statements.2.principals statement "empty" names no principal',
      'access/empty-statement statements.2.actions statement "empty" names no action',
    ]);
  });
  test('names', () => {
    const named = (name: string) => check({ statements: [{ ...raw, name }] });
    expect(named('a'.repeat(64))).toEqual([]);
    for (const name of ['', 'a'.repeat(65), 'a.b', '-a'])
      expect(named(name)).toEqual([`access/bad-statement-name statements.0.name "${name}" cannot be part of a Sid`]);
    expect(
      check({ pull: [account], statements: [raw, { ...raw, name: 'DenyOldTls' }, { ...raw, name: 'pull' }] }),
    ).toEqual([
      'access/duplicate-statement statements.1.name more than one statement is named "DenyOldTls"',
      'access/duplicate-statement statements.2.name more than one statement is named "Pull"',
    ]);
  });
  test('size', () => {
    const roles = (count: number): Principal[] =>
      Array.from({ length: count }, (_, at) => ({
        kind: 'role',
        arn: `arn:aws:iam::333333333333:role/${String(at).padStart(60, '0')}`,
      }));
    expect(check({ pull: roles(100) })).toEqual([]);
    const tooLarge = policyText(
      documentOf([
        canonicalStatement(
          {
            Sid: `${prefix}Pull`,
            Effect: 'Allow',
            Principal: { AWS: roles(110).flatMap((one) => ('arn' in one ? [one.arn] : [])) },
            Action: pull,
          },
          context,
        ),
      ]),
    ).length;
    expect(check({ pull: roles(110) })).toEqual([
      `access/policy-too-large undefined the repository policy has ${tooLarge} characters, more than the 10240 of ECR`,
    ]);
    expect(() => compile({ pull: roles(110) })).toThrow('access/policy-too-large');
  });
});

test('whatever compiles is canonical, and ECR takes it', () => {
  const principal = fc.constantFrom<Principal>(
    account,
    role,
    user,
    org,
    service('lambda.amazonaws.com'),
    service('codebuild.amazonaws.com', { sourceAccount: '222222222222' }),
  );
  fc.assert(
    fc.property(fc.array(principal), fc.array(fc.constantFrom(account, role, user)), (pulling, pushing) => {
      const statements = compile({ pull: pulling, push: pushing });
      expect(statements.map((one) => canonicalStatement(one, context))).toEqual(statements);
      expect(
        compile({ pull: pulling.toReversed(), push: pushing.toReversed() })
          .map((one) => JSON.stringify(one))
          .sort(),
      ).toEqual(statements.map((one) => JSON.stringify(one)).sort());
      const text = policyText(documentOf(statements));
      expect(validatePolicyText(text).valid).toBe(statements.length > 0);
      expect(text).not.toContain('Delete');
      expect(text).not.toContain('GetAuthorizationToken');
    }),
  );
});

describe('grantees', () => {
  const problems = (grantee: GranteeShape, path?: string) =>
    checkGrantee(grantee, path).map(({ code, path: place, message, mend }) => [code, place, message, mend]);
  test.each<[GranteeShape, Principal]>([
    [{ account: '444444444444' }, account],
    [{ role: role.arn }, role],
    [{ user: user.arn }, user],
    [{ org: 'o-aaaaaaaaaa' }, org],
    [{ service: 'lambda' }, service('lambda.amazonaws.com')],
    [{ service: 'Lambda.amazonaws.com' }, service('lambda.amazonaws.com')],
    [
      { service: 'codebuild.amazonaws.com.cn', sourceAccount: '222222222222' },
      service('codebuild.amazonaws.com.cn', { sourceAccount: '222222222222' }),
    ],
    [
      { service: 'lambda', sourceArn: 'arn:aws:lambda:*:222222222222:function:x' },
      service('lambda.amazonaws.com', { sourceArn: 'arn:aws:lambda:*:222222222222:function:x' }),
    ],
  ])('%j', (grantee, principal) => {
    expect(principalOf(grantee)).toEqual(principal);
    expect(checkGrantee(grantee)).toEqual([]);
  });
  test.each<[GranteeShape, string, string, string]>([
    [{}, 'access/bad-grantee', '', 'the grantee names nobody'],
    [{ account: '1', role: 'x' }, 'access/bad-grantee', '', 'the grantee names account and role at once'],
    [{ account: '44444444444' }, 'access/bad-account', 'account', '"44444444444" is not an account id'],
    [{ role: 'node' }, 'access/bad-arn', 'role', '"node" is not the ARN of a role'],
    [
      { role: 'arn:aws:iam::333333333333:user/me' },
      'access/bad-arn',
      'role',
      '"arn:aws:iam::333333333333:user/me" is not the ARN of a role',
    ],
    [
      { role: 'arn:aws:iam::333333333333:role/*' },
      'access/bad-arn',
      'role',
      '"arn:aws:iam::333333333333:role/*" is not the ARN of a role',
    ],
    [
      { user: 'arn:aws:iam::333333333333:role/x' },
      'access/bad-arn',
      'user',
      '"arn:aws:iam::333333333333:role/x" is not the ARN of a user',
    ],
    [{ org: 'o-short' }, 'access/bad-organization', 'org', '"o-short" is not an organisation id'],
    [
      { org: `o-${'a'.repeat(33)}` },
      'access/bad-organization',
      'org',
      `"o-${'a'.repeat(33)}" is not an organisation id`,
    ],
    [{ service: 'lambda.example.com' }, 'access/bad-service', 'service', '"lambda.example.com" is not a service'],
    [{ service: 'lambda', sourceAccount: '1' }, 'access/bad-account', 'sourceAccount', '"1" is not an account id'],
    [
      { service: 'lambda', sourceArn: 'arn:aws:lambda:eu-west-1:*:function:x' },
      'access/bad-arn',
      'sourceArn',
      '"arn:aws:lambda:eu-west-1:*:function:x" is not an ARN with a region and an account',
    ],
  ])('%j is refused', (grantee, code, place, message) => {
    expect(problems(grantee).map((one) => one.slice(0, 3))).toEqual([[code, place, message]]);
    expect(problems(grantee, 'access.pull.0').map(([, path]) => path)).toEqual([
      place === '' ? 'access.pull.0' : `access.pull.0.${place}`,
    ]);
  });
  test('a source beside anything but a service', () => {
    expect(problems({ role: 'x', sourceArn: 'y' }, 'p')).toEqual([
      [
        'access/bad-grantee',
        'p.sourceArn',
        'sourceArn stands beside role, but goes with a service only',
        'remove sourceArn',
      ],
      [
        'access/bad-arn',
        'p.role',
        '"x" is not the ARN of a role',
        'give the whole ARN, for instance `arn:aws:iam::111111111111:role/ci`',
      ],
    ]);
  });
  test.each([
    [
      'ecs-tasks',
      'ECS pulls as the task execution role; grant pull to that role, for instance `role: arn:aws:iam::111111111111:role/ecsTaskExecutionRole`',
    ],
    [
      'ecs',
      'ECS pulls as the task execution role; grant pull to that role, for instance `role: arn:aws:iam::111111111111:role/ecsTaskExecutionRole`',
    ],
    ['ec2.amazonaws.com', 'EC2 pulls as the role of the instance; grant pull to that role'],
    ['eks.amazonaws.com', 'EKS pulls as the role of the node; grant pull to that role'],
    ['eks-fargate-pods', 'EKS on Fargate pulls as the pod execution role; grant pull to that role'],
  ])('%s has no effect', (name, mend) => {
    expect(problems({ service: name })).toEqual([
      [
        'access/service-does-not-pull',
        'service',
        `a grant to ${name.replace('.amazonaws.com', '')}.amazonaws.com has no effect`,
        mend,
      ],
    ]);
    expect(() => principalOf({ service: name }, 'pull.0')).toThrow('access/service-does-not-pull');
  });
  test('what is thrown is ours', () => {
    try {
      principalOf({}, 'pull.3');
      expect.unreachable();
    } catch (error) {
      expect(isSlipwayError(error) && brief(error.diagnostics)).toEqual([
        'access/bad-grantee pull.3 the grantee names nobody',
      ]);
    }
  });
});
