// Stacks in strict mode: in whose name their resources are made, what becomes of a stack whose principal may not, and who may hand over a role.
import {
  CloudFormationClient,
  ContinueUpdateRollbackCommand,
  CreateStackCommand,
  DescribeStackEventsCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { account, region, Stacks } from '../../../test/support/stacks.js';
import { type LocalEcr, startLocalEcr } from '../index.js';

let local: LocalEcr;
let iam: IAMClient;
let administrator: Stacks;

const options = (accessKeyId = '', secretAccessKey = '') => ({
  endpoint: local.url,
  region,
  maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey },
});
function keys(): ReturnType<typeof options> {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = local.variables({ account });
  return options(id, secret);
}

beforeEach(async () => {
  local = await startLocalEcr({ port: 0, auth: 'strict' });
  iam = new IAMClient(keys());
  administrator = new Stacks(new CloudFormationClient(keys()));
});
afterEach(() => local.close());

const allow = (...statements: object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements.map((one) => ({ Effect: 'Allow', ...one })) });
const may = (...Action: string[]): object => ({ Action, Resource: '*' });

async function stacksOf(UserName: string, ...statements: object[]): Promise<Stacks> {
  await iam.send(new CreateUserCommand({ UserName }));
  const PolicyDocument = allow(may('cloudformation:*'), ...statements);
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return new Stacks(new CloudFormationClient(options(AccessKey?.AccessKeyId, AccessKey?.SecretAccessKey)));
}

const arnOf = (role: string): string => `arn:aws:iam::${account}:role/${role}`;
async function role(RoleName: string, Service: string, ...actions: string[]): Promise<string> {
  const AssumeRolePolicyDocument = allow({ Principal: { Service }, Action: 'sts:AssumeRole' });
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const PolicyDocument = allow(may(...actions));
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument }));
  return arnOf(RoleName);
}

const cloudFormation = 'cloudformation.amazonaws.com';
const template = (tag?: string): object => ({
  Resources: {
    Images: {
      Type: 'AWS::ECR::Repository',
      Properties: { RepositoryName: 'app', ...(tag !== undefined && { ImageTagMutability: tag }) },
    },
  },
});
async function reasons(stacks: Stacks, StackName: string): Promise<string[]> {
  const { StackEvents = [] } = await stacks.client.send(new DescribeStackEventsCommand({ StackName }));
  return StackEvents.flatMap(({ ResourceStatus = '', ResourceStatusReason }) =>
    ResourceStatus.endsWith('_FAILED') ? [`${ResourceStatus} ${ResourceStatusReason ?? ''}`] : [],
  );
}
async function repositories(): Promise<string[]> {
  const { repositories: found = [] } = await new ECRClient(keys()).send(new DescribeRepositoriesCommand({}));
  return found.map(({ repositoryName = '' }) => repositoryName);
}
const refused = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: Error) => `${error.name}: ${error.message}`,
  );

describe('what a stack is made of', () => {
  it('is made in the name of whoever began it', async () => {
    const stacks = await stacksOf('ann', may('ecr:*'));
    expect(await stacks.create('images', template())).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });
    expect(await repositories()).toEqual(['app']);
    expect(await stacks.remove('images')).toMatchObject({ StackStatus: 'DELETE_COMPLETE' });
  });

  it('fails with the denial where that one may not, and the stack rolls back', async () => {
    const stacks = await stacksOf('bob', may('ecr:Describe*'));
    expect(await stacks.create('images', template())).toMatchObject({ StackStatus: 'ROLLBACK_COMPLETE' });
    expect(await reasons(stacks, 'images')).toEqual([
      expect.stringContaining(
        `CREATE_FAILED Resource handler returned message: "User: arn:aws:iam::${account}:user/bob is not authorized to perform: ecr:CreateRepository on resource: arn:aws:ecr:${region}:${account}:repository/app because no identity-based policy allows the ecr:CreateRepository action (AccessDeniedException; Status Code: 400)"`,
      ),
    ]);
    expect(await repositories()).toEqual([]);
  });

  it('goes only where that one may take it away', async () => {
    await administrator.create('images', template());
    const stacks = await stacksOf('bob', may('ecr:Describe*'));
    expect(await stacks.remove('images')).toMatchObject({ StackStatus: 'DELETE_FAILED' });
    expect((await reasons(stacks, 'images')).join('\n')).toContain('user/bob is not authorized to perform: ecr:Delete');
    expect(await repositories()).toEqual(['app']);
    expect(await administrator.remove('images')).toMatchObject({ StackStatus: 'DELETE_COMPLETE' });
  });

  it('is denied in the words of the services of the query protocol too', async () => {
    const stacks = await stacksOf('bob');
    const made = await stacks.create(
      'roles',
      {
        Resources: {
          Role: {
            Type: 'AWS::IAM::Role',
            Properties: {
              AssumeRolePolicyDocument: JSON.parse(
                allow({ Principal: { Service: cloudFormation }, Action: 'sts:AssumeRole' }),
              ) as object,
            },
          },
        },
      },
      { Capabilities: ['CAPABILITY_IAM'] },
    );
    expect(made).toMatchObject({ StackStatus: 'ROLLBACK_COMPLETE' });
    expect((await reasons(stacks, 'roles')).join('\n')).toMatch(
      /perform: iam:CreateRole .* \(AccessDenied; Status Code: 403\)"/,
    );
  });

  it('is made by way of CloudFormation, as conditions see it', async () => {
    const via = { ...may('ecr:*'), Condition: { StringEquals: { 'aws:CalledViaFirst': cloudFormation } } };
    expect(await (await stacksOf('ann', via)).create('images', template())).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
    });
    const direct = { ...may('ecr:*'), Condition: { Bool: { 'aws:ViaAWSService': 'false' } } };
    expect(await (await stacksOf('bob', direct)).create('others', template())).toMatchObject({
      StackStatus: 'ROLLBACK_COMPLETE',
    });
  });

  it('is helped on by whoever continues its rollback, in that one’s name', async () => {
    const stacks = await stacksOf('ann', may('ecr:*'));
    await stacks.create('images', template());
    const Deny = { Effect: 'Deny', Principal: { AWS: `arn:aws:iam::${account}:user/ann` } };
    const Statement = [{ ...Deny, Action: 'ecr:DeleteRepositoryPolicy' }];
    const RepositoryPolicyText = { Version: '2012-10-17', Statement };
    const changed = {
      Images: {
        Type: 'AWS::ECR::Repository',
        Properties: { RepositoryName: 'app', RepositoryPolicyText },
      },
      Again: { Type: 'AWS::ECR::Repository', DependsOn: 'Images', Properties: { RepositoryName: 'app' } },
    };
    // What the stack has changed, ann may not change back.
    expect(await stacks.update('images', { Resources: changed })).toMatchObject({
      StackStatus: 'UPDATE_ROLLBACK_FAILED',
    });
    const goOn = new ContinueUpdateRollbackCommand({ StackName: 'images' });
    await stacks.client.send(goOn);
    expect(await stacks.settled('images')).toMatchObject({ StackStatus: 'UPDATE_ROLLBACK_FAILED' });
    await administrator.client.send(goOn);
    expect(await stacks.settled('images')).toMatchObject({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
  });
});

describe('a stack with a role', () => {
  it('acts as that role, whatever its caller may, until the last call', async () => {
    const RoleARN = await role('deploy', cloudFormation, 'ecr:*');
    const stacks = await stacksOf('ann', may('iam:PassRole'));
    expect(await stacks.create('images', template(), { RoleARN })).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });
    expect(await stacks.update('images', template('IMMUTABLE'))).toMatchObject({ StackStatus: 'UPDATE_COMPLETE' });
    expect(await stacks.remove('images')).toMatchObject({ StackStatus: 'DELETE_COMPLETE' });
  });

  it('fails where the role may not, whatever its caller may', async () => {
    const RoleARN = await role('deploy', cloudFormation, 'ssm:*');
    expect(await administrator.create('images', template(), { RoleARN })).toMatchObject({
      StackStatus: 'ROLLBACK_COMPLETE',
    });
    expect((await reasons(administrator, 'images')).join('\n')).toContain(
      `User: arn:aws:sts::${account}:assumed-role/deploy/AWSCloudFormation is not authorized to perform: ecr:CreateRepository`,
    );
  });

  it('fails once the role is gone', async () => {
    const RoleARN = await role('deploy', cloudFormation, 'ecr:*');
    await administrator.create('images', template(), { RoleARN });
    await iam.send(new DeleteRolePolicyCommand({ RoleName: 'deploy', PolicyName: 'own' }));
    await iam.send(new DeleteRoleCommand({ RoleName: 'deploy' }));
    expect(await administrator.remove('images')).toMatchObject({ StackStatus: 'DELETE_FAILED' });
    expect((await reasons(administrator, 'images')).join('\n')).toContain(
      `Role ${RoleARN} is invalid or cannot be assumed`,
    );
  });
});

describe('handing a role to CloudFormation', () => {
  const create = (stacks: Stacks, RoleARN: string): Promise<string> =>
    refused(
      stacks.client.send(
        new CreateStackCommand({ StackName: 'images', TemplateBody: JSON.stringify(template()), RoleARN }),
      ),
    );

  it('asks for iam:PassRole on it', async () => {
    const RoleARN = await role('deploy', cloudFormation, 'ecr:*');
    expect(await create(await stacksOf('bob', may('ecr:*')), RoleARN)).toBe(
      `AccessDenied: User: arn:aws:iam::${account}:user/bob is not authorized to perform: iam:PassRole on resource: ${RoleARN} because no identity-based policy allows the iam:PassRole action`,
    );
    const passes = (service: string): object => ({
      Action: 'iam:PassRole',
      Resource: RoleARN,
      Condition: { StringEquals: { 'iam:PassedToService': service } },
    });
    expect(await create(await stacksOf('joe', passes('ecs-tasks.amazonaws.com')), RoleARN)).toMatch(/^AccessDenied/);
    expect(await create(await stacksOf('ann', passes(cloudFormation)), RoleARN)).toBe('accepted');
    await administrator.settled('images');
  });

  it.each([
    ['is not there', undefined],
    ['trusts another service', 'ecs-tasks.amazonaws.com'],
  ])('is refused where the role %s', async (_, service) => {
    const RoleARN = service === undefined ? arnOf('nobody') : await role('deploy', service, 'ecr:*');
    expect(await create(administrator, RoleARN)).toBe(
      `ValidationError: Role ${RoleARN} is invalid or cannot be assumed`,
    );
  });
});
