// Holds the port of IAM against an IAM that nobody here mocks: that of the local ECR's own cloud.
// It must not know what policies mean.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalEcr, startLocalEcr } from '../local/index.js';
import { type AwsPorts, awsPorts } from './ports.js';

const account = '111111111111';
const pullOnly = 'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly';
const text = (action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }],
});

let server: LocalEcr;
let ports: AwsPorts;
let called: string[] = [];

beforeAll(async () => {
  server = await startLocalEcr({ memory: true, port: 0 });
  ports = awsPorts({
    account,
    region: 'eu-west-1',
    local: { endpoint: server.url },
    backoff: { base: 1, cap: 4 },
    onCall: (operation) => called.push(operation),
  });
  const sdk = await import('@aws-sdk/client-iam');
  const client = new sdk.IAMClient({
    region: 'eu-west-1',
    endpoint: server.url,
    credentials: { accessKeyId: account, secretAccessKey: 'local' },
  });
  const { Policy } = await client.send(
    new sdk.CreatePolicyCommand({ PolicyName: 'limit', PolicyDocument: text('ecr:*') }),
  );
  const limit = Policy?.Arn ?? '';
  await client.send(new sdk.CreateGroupCommand({ GroupName: 'developers' }));
  await client.send(
    new sdk.PutGroupPolicyCommand({ GroupName: 'developers', PolicyName: 'read', PolicyDocument: text('ecr:List*') }),
  );
  await client.send(
    new sdk.CreateUserCommand({ UserName: 'anna', PermissionsBoundary: limit, Tags: [{ Key: 'team', Value: 'red' }] }),
  );
  await client.send(new sdk.AddUserToGroupCommand({ GroupName: 'developers', UserName: 'anna' }));
  await client.send(new sdk.CreateRoleCommand({ RoleName: 'ci', Path: '/build/', AssumeRolePolicyDocument: trust }));
  await client.send(
    new sdk.PutRolePolicyCommand({ RoleName: 'ci', PolicyName: 'push', PolicyDocument: text('ecr:PutImage') }),
  );
  await client.send(new sdk.AttachRolePolicyCommand({ RoleName: 'ci', PolicyArn: pullOnly }));
  client.destroy();
});
afterAll(async () => {
  ports.close();
  await server.close();
});

const anna = {
  kind: 'user',
  arn: `arn:aws:iam::${account}:user/anna`,
  id: expect.stringMatching(/^AIDA/) as string,
  tags: { team: 'red' },
  policies: [{ name: 'group/developers: inline policy read', text: text('ecr:List*') }],
  boundary: { name: 'limit', text: text('ecr:*') },
};
const ci = {
  kind: 'role',
  arn: `arn:aws:iam::${account}:role/build/ci`,
  id: expect.stringMatching(/^AROA/) as string,
  tags: {},
  policies: [
    { name: 'role/ci: inline policy push', text: text('ecr:PutImage') },
    { name: 'AmazonEC2ContainerRegistryPullOnly', text: expect.stringContaining('ecr:BatchGetImage') as string },
  ],
};

test('everybody in one call, with the policies of groups, boundaries and AWS', async () => {
  called = [];
  expect(await ports.iam.principals()).toEqual([ci, anna]);
  expect(called).toEqual(['iam:GetAccountAuthorizationDetails']);
});

test('whether there is a role of a name, whatever its path, with one call', async () => {
  called = [];
  expect(await ports.iam.roleArn('ci')).toBe(`arn:aws:iam::${account}:role/build/ci`);
  expect(await ports.iam.roleArn('anna')).toBeUndefined();
  expect(called).toEqual(['iam:GetRole', 'iam:GetRole']);
});

test('one of them by its name, with a few calls', async () => {
  expect(await ports.iam.principal('user', 'anna')).toEqual(anna);
  called = [];
  expect(await ports.iam.principal('role', 'ci')).toEqual(ci);
  expect([...called].sort()).toEqual([
    'iam:GetPolicy',
    'iam:GetPolicyVersion',
    'iam:GetRole',
    'iam:GetRolePolicy',
    'iam:ListAttachedRolePolicies',
    'iam:ListRolePolicies',
  ]);
  expect(await ports.iam.principal('role', 'anna')).toBeUndefined();
});
