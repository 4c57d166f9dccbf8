// CloudFormation of the local cloud with the AWS CLI, boto3 and Terraform's AWS provider, and beside moto's where moto knows the types.
// It must not know how the local CloudFormation works inside.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { boto3Calls, boto3Operations, type Call } from '../support/calls.js';
import { type Answer, awsEagerly, awsOk, type Endpoint, type JsonObject, startMoto } from '../support/clients.js';
import { type LocalEcr, startLocal } from '../support/local.js';
import type { Finished, Server } from '../support/processes.js';
import { type TerraformRoot, terraformRoot } from '../support/terraform.js';
import { describeWith } from '../support/tools.js';

const region = 'eu-west-1';

/** A key, its alias, a repository under it, a role of CI's and its policy: what Slipway's companions are made of. */
const companions = (keep: number): string => `
AWSTemplateFormatVersion: "2010-09-09"
Description: images of payments
Parameters:
  Name: {Type: String, Default: payments, AllowedPattern: "[a-z]+", ConstraintDescription: small letters}
Conditions:
  Many: !Not [!Equals [!Ref Name, one]]
Resources:
  Provider:
    Type: AWS::IAM::OIDCProvider
    Properties:
      Url: https://token.actions.githubusercontent.com
      ClientIdList: [sts.amazonaws.com]
      ThumbprintList: [6938fd4d98bab03faadb97b34396831e3780aea1]
  Key:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      EnableKeyRotation: true
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - {Sid: Root, Effect: Allow, Principal: {AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root"}, Action: "kms:*", Resource: "*"}
  Alias:
    Type: AWS::KMS::Alias
    Properties: {AliasName: !Sub "alias/\${Name}", TargetKeyId: !GetAtt Key.Arn}
  Images:
    Type: AWS::ECR::Repository
    Properties:
      RepositoryName: !If [Many, !Join ["/", [!Ref Name, app]], app]
      ImageTagMutability: IMMUTABLE
      EncryptionConfiguration: {EncryptionType: KMS, KmsKey: !GetAtt Key.Arn}
      LifecyclePolicy:
        LifecyclePolicyText: '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":${keep}},"action":{"type":"expire"}}]}'
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub "\${Name}-ci"
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Federated: !Ref Provider}
            Action: sts:AssumeRoleWithWebIdentity
            Condition: {StringEquals: {"token.actions.githubusercontent.com:aud": sts.amazonaws.com}}
      Policies:
        - PolicyName: push
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {Effect: Allow, Action: "ecr:GetAuthorizationToken", Resource: "*"}
              - {Effect: Allow, Action: ["ecr:PutImage", "ecr:InitiateLayerUpload"], Resource: !GetAtt Images.Arn}
Outputs:
  RoleArn: {Value: !GetAtt Role.Arn}
  KeyArn: {Value: !GetAtt Key.Arn, Export: {Name: !Sub "\${Name}-key"}}
`;

describeWith({ tools: ['aws'] }, 'the AWS CLI on the local CloudFormation', () => {
  let local: LocalEcr;
  const folder = mkdtempSync(join(tmpdir(), 'slipway-cfn-'));
  const file = join(folder, 'template.yaml');
  const at = (): Endpoint => ({ endpoint: local.url, account: '888888888888', region });
  beforeAll(async () => {
    local = await startLocal();
  });
  afterAll(async () => {
    await local?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function deploy(text: string, more: readonly string[] = []): Promise<Finished> {
    writeFileSync(file, text);
    const args = ['--template-file', file, '--stack-name', 'images', '--capabilities', 'CAPABILITY_NAMED_IAM', ...more];
    return awsEagerly(at(), ['cloudformation', 'deploy', ...args]);
  }

  it('deploys, deploys again without changes, changes, and says what a failure was', async () => {
    const first = await deploy(companions(10), ['--tags', 'Team=payments']);
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toContain('Successfully created/updated stack - images');
    const again = await deploy(companions(10), ['--tags', 'Team=payments', '--no-fail-on-empty-changeset']);
    expect([again.code, `${again.stdout}${again.stderr}`]).toEqual([
      0,
      expect.stringContaining('No changes to deploy'),
    ]);
    const changed = await deploy(companions(20));
    expect(changed.code, changed.stderr).toBe(0);
    expect(await awsOk(at(), 'ecr', 'GetLifecyclePolicy', { repositoryName: 'payments/app' })).toMatchObject({
      lifecyclePolicyText: expect.stringContaining('"countNumber":20') as unknown,
    });
    const failed = await deploy(companions(0));
    expect(failed.code).not.toBe(0);
    const { StackEvents } = (await awsOk(at(), 'cloudformation', 'DescribeStackEvents', { StackName: 'images' })) as {
      StackEvents: { ResourceStatus: string; ResourceStatusReason?: string }[];
    };
    expect(StackEvents[0]?.ResourceStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(StackEvents.find(({ ResourceStatus }) => ResourceStatus === 'UPDATE_FAILED')?.ResourceStatusReason).toMatch(
      /^Resource handler returned message: "Invalid parameter at 'LifecyclePolicyText'/,
    );
    expect(await awsOk(at(), 'ecr', 'GetLifecyclePolicy', { repositoryName: 'payments/app' })).toMatchObject({
      lifecyclePolicyText: expect.stringContaining('"countNumber":20') as unknown,
    });
  }, 300_000);
});

const simple = JSON.stringify({
  // moto falls over without it.
  AWSTemplateFormatVersion: '2010-09-09',
  Parameters: { Name: { Type: 'String', Default: 'team' } },
  Resources: {
    Images: { Type: 'AWS::ECR::Repository', Properties: { RepositoryName: { 'Fn::Sub': '${Name}/app' } } },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: { 'Fn::Join': ['-', [{ Ref: 'Name' }, 'role']] },
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
      },
    },
  },
  Outputs: {
    Arn: { Value: { 'Fn::GetAtt': ['Images', 'Arn'] }, Export: { Name: 'arn' } },
    Role: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } },
    Name: { Value: { Ref: 'Images' } },
  },
});

const call = (operation: string, input: JsonObject, more: Partial<Call> = {}): Call => ({
  service: 'cloudformation',
  operation,
  input,
  ...more,
});

/** A stack's life, as both clouds tell it. */
const life: readonly Call[] = [
  call('CreateStack', {
    StackName: 'team',
    TemplateBody: simple,
    Capabilities: ['CAPABILITY_NAMED_IAM'],
    Tags: [{ Key: 'Team', Value: 'a' }],
  }),
  call('StackCreateComplete', { StackName: 'team' }, { waits: true }),
  call('DescribeStacks', { StackName: 'team' }),
  call('DescribeStackResources', { StackName: 'team' }),
  call('ListExports', {}),
  call('GetTemplateSummary', { TemplateBody: simple }),
  call('DescribeStacks', { StackName: 'none' }),
  call('UpdateStack', { StackName: 'team', TemplateBody: simple, Capabilities: ['CAPABILITY_NAMED_IAM'] }),
  call('DeleteStack', { StackName: 'team' }),
  call('StackDeleteComplete', { StackName: 'team' }, { waits: true }),
];

/** What both must say the same of, whatever else they say. */
function essence(answers: readonly Answer[]): unknown {
  const [, , stacks, resources, exported, summary, missing] = answers.map((one) => one.output ?? one.error);
  const { Stacks } = stacks as {
    Stacks: { StackStatus: string; Outputs: { OutputKey: string; OutputValue: string }[]; Tags: unknown }[];
  };
  const { StackResources } = resources as {
    StackResources: {
      LogicalResourceId: string;
      ResourceType: string;
      ResourceStatus: string;
      PhysicalResourceId: string;
    }[];
  };
  const { Exports } = exported as { Exports: { Name: string; Value: string }[] };
  const { Parameters, ResourceTypes } = summary as { Parameters: { ParameterKey: string }[]; ResourceTypes: string[] };
  return {
    status: Stacks[0]?.StackStatus,
    outputs: Object.fromEntries((Stacks[0]?.Outputs ?? []).map((one) => [one.OutputKey, one.OutputValue])),
    tags: Stacks[0]?.Tags,
    resources: StackResources.map((one) => [one.LogicalResourceId, one.ResourceType, one.ResourceStatus])
      .map((one) => one.join(' '))
      .sort(),
    names: StackResources.map((one) => one.PhysicalResourceId).sort(),
    exports: Exports.map(({ Name, Value }) => [Name, Value]),
    parameters: Parameters.map((one) => one.ParameterKey),
    types: [...ResourceTypes].sort(),
    missing: missing as unknown,
  };
}

describeWith({ tools: ['boto3', 'moto_server'] }, 'the local CloudFormation beside moto’s, by boto3', () => {
  let local: LocalEcr;
  let moto: Server;
  const account = '123456789012';
  beforeAll(async () => {
    [local, moto] = await Promise.all([startLocal(), startMoto()]);
  }, 60_000);
  afterAll(async () => {
    await local?.close();
    await moto?.stop();
  });

  it('says the same of a stack', async () => {
    const [ours, theirs] = await Promise.all([
      boto3Calls({ endpoint: local.url, account, region }, life),
      boto3Calls({ endpoint: moto.url, account, region }, life),
    ]);
    expect(essence(ours)).toEqual(essence(theirs));
    expect(ours[7]?.error).toEqual({ code: 'ValidationError', message: 'No updates are to be performed.' });
    expect(ours.at(-1)).toEqual({ output: {} });
  }, 120_000);

  it('knows every operation that boto3 knows, served or not', async () => {
    const known = await boto3Operations('cloudformation');
    const { cloudFormationOperations, unservedCloudFormation } = await import(
      '../../src/local/cloudformation/service.js'
    );
    const ours = [...Object.keys(cloudFormationOperations(() => ({}))), ...unservedCloudFormation];
    expect(known.filter((operation) => !ours.includes(operation))).toEqual([]);
  }, 60_000);
});

const root = (keep: number): string => `
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {}

resource "aws_cloudformation_stack" "images" {
  name          = "images"
  capabilities  = ["CAPABILITY_NAMED_IAM"]
  parameters    = { Name = "shop" }
  tags          = { Team = "shop" }
  template_body = file("\${path.module}/template-${keep}.yaml")
}

output "role" { value = aws_cloudformation_stack.images.outputs["RoleArn"] }
`;

describeWith(
  { tools: ['terraform', 'aws-provider'] },
  'Terraform’s aws_cloudformation_stack on the local CloudFormation',
  () => {
    let local: LocalEcr;
    let terraform: TerraformRoot;
    const files = (keep: number): Record<string, string> => ({
      [`template-${keep}.yaml`]: companions(keep),
      'main.tf': root(keep),
    });
    beforeAll(async () => {
      local = await startLocal();
      terraform = terraformRoot({ endpoint: local.url, account: '444444444444', region }, files(10));
      await terraform.init();
    }, 120_000);
    afterAll(async () => {
      await local?.close();
      terraform?.remove();
    });

    it('applies, plans again to nothing, changes and destroys', async () => {
      await terraform.apply();
      await terraform.plan('nothing');
      expect(await terraform.outputs()).toEqual({ role: 'arn:aws:iam::444444444444:role/shop-ci' });
      for (const [file, text] of Object.entries(files(20))) terraform.write(file, text);
      await terraform.apply();
      await terraform.destroy();
    }, 300_000);
  },
);
