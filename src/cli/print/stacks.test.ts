// What a plan says of the roles that a stack brings: who takes them, and what they may do then.
// It must not know how a plan is made.
import { expect, it } from 'vitest';
import { pullActions, pushActions } from '../../access/names.js';
import type { StackPlan } from '../../plan/stacks/model.js';
import type { Json } from '../../render/cloudformation/index.js';
import { paintFor } from '../text.js';
import { stackLines } from './stacks.js';

const canvas = { paint: paintFor(false), columns: 80, ascii: false, all: false };
const arn = (name: string) => `arn:aws:ecr:eu-west-1:222222222222:repository/${name}`;

function planOf(
  action: StackPlan['resources'][number]['action'],
  trust: readonly Json[],
  permissions: readonly Json[],
): StackPlan {
  const policy = { PolicyName: 'slipway', PolicyDocument: { Version: '2012-10-17', Statement: permissions } };
  const Properties = { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: trust }, Policies: [policy] };
  return {
    kind: 'environment',
    name: 'slipway-shop-prod',
    region: 'eu-west-1',
    action: 'create',
    resources: [{ id: 'Ci', type: 'AWS::IAM::Role', title: 'role ci', action, changes: [] }],
    referenced: [],
    template: {
      AWSTemplateFormatVersion: '2010-09-09',
      Description: '',
      Resources: { Ci: { Type: 'AWS::IAM::Role', Properties } },
      Outputs: {},
    },
    tags: {},
    before: null,
    outputs: {},
    unknown: [],
  };
}

const logIn = { Sid: 'LogIn', Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' };
const allow = (Action: readonly string[], Resource: readonly string[]) => ({ Effect: 'Allow', Action, Resource });
const host = 'token.actions.githubusercontent.com';
const job = {
  Effect: 'Allow',
  Principal: { Federated: `arn:aws:iam::222222222222:oidc-provider/${host}` },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: {
    StringEquals: { [`${host}:aud`]: 'sts.amazonaws.com', [`${host}:sub`]: 'repo:acme/shop:environment:production' },
  },
};

it('tells the jobs, and the repositories they may push to', () => {
  const plan = planOf('create', [job], [logIn, allow(pushActions, [arn('api'), arn('web')])]);
  expect(stackLines(plan, canvas).slice(1)).toEqual([
    '      + role ci',
    '          taken by  jobs of repo:acme/shop:environment:production',
    '          may       push to api and web',
  ]);
});

it('tells services, accounts and organisations, and what has no verb by its actions', () => {
  const trust = [
    { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' },
    { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::444444444444:root' }, Action: 'sts:AssumeRole' },
    {
      Effect: 'Allow',
      Principal: '*',
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } },
    },
  ];
  const permissions = [logIn, allow(pullActions, [arn('api')]), allow(['ecr:DescribeImages'], [arn('web')])];
  expect(
    stackLines(planOf('replace', trust, permissions), canvas)
      .slice(1)
      .map((line) => line.trim()),
  ).toEqual([
    '-/+ role ci (a new one takes its place)',
    'taken by  service ecs-tasks.amazonaws.com, account 444444444444 or',
    'everyone in organisation o-a1b2c3d4e5',
    'may       pull from api and ecr:DescribeImages on web',
  ]);
});

it('says nothing more of a role that goes', () => {
  expect(stackLines(planOf('delete', [job], [logIn]), canvas).slice(1)).toEqual(['      - role ci']);
});

it('tells what of a trust policy changed, where drift has it as text', () => {
  const text = (subject: string, ...more: readonly Json[]) => {
    const keys = { ...job.Condition.StringEquals, [`${host}:sub`]: subject };
    return JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ ...job, Condition: { StringEquals: keys } }, ...more],
    });
  };
  const added = { Sid: 'Mine', Effect: 'Allow', Principal: { AWS: '444444444444' }, Action: 'sts:AssumeRole' };
  const plan = planOf('update', [job], []);
  const changes = [
    { property: 'AssumeRolePolicyDocument', before: text('repo:acme/shop:*'), after: text('repo:acme/*', added) },
    { property: 'Description', before: '{"no": "policy"}', after: '{}' },
  ];
  const resources = plan.resources.map((one) => ({ ...one, changes }));
  expect(stackLines({ ...plan, action: 'update', resources }, canvas).slice(1)).toEqual([
    '      ~ role ci',
    '          ~ AssumeRolePolicyDocument',
    '              ~ statement 1',
    `                  if     - ${host}:sub StringEquals`,
    '                           repo:acme/shop:*',
    `                         + ${host}:sub StringEquals`,
    '                           repo:acme/*',
    '              + Mine',
    '                  allow account 444444444444 to sts:AssumeRole',
    '          ~ Description  {"no": "policy"} -> {}',
  ]);
});
