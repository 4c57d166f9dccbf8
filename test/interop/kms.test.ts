// KMS of the local cloud with the AWS CLI, boto3 and Terraform's AWS provider: keys, aliases, rotation, grants, and repositories that use them.
// It must not know how the local KMS works inside.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boto3Calls, boto3Operations } from '../support/calls.js';
import { type Answer, awsCall, awsOk, type Endpoint, type JsonObject } from '../support/clients.js';
import { type LocalEcr, startLocal } from '../support/local.js';
import { type TerraformRoot, terraformRoot } from '../support/terraform.js';
import { describeWith } from '../support/tools.js';
import { check, having, like, type Step, titleOf } from './tour/step.js';

const region = 'eu-west-1';

function kms(
  shows: string,
  operation: string,
  input: JsonObject,
  more: Omit<Step, 'service' | 'shows' | 'operation' | 'input'> = {},
): Step {
  return { service: 'kms', shows, operation, input, ...more };
}

const keyArn = /^arn:aws:kms:eu-west-1:\d{12}:key\/[0-9a-f-]{36}$/;
const none = '00000000-0000-4000-8000-000000000000';

/** A life of a key, as far as members of answers at the first level lead from one call to the next. */
const life: readonly Step[] = [
  kms(
    'the key of AWS comes to be by its alias',
    'DescribeKey',
    { KeyId: 'alias/aws/ecr' },
    {
      output: { KeyMetadata: having({ KeyManager: 'AWS', KeyState: 'Enabled', Arn: like(keyArn) }) },
    },
  ),
  kms(
    'a key of one’s own',
    'CreateKey',
    { Description: 'images', Tags: [{ TagKey: 'Team', TagValue: 'payments' }] },
    {
      output: {
        KeyMetadata: having({
          Arn: like(keyArn),
          Enabled: true,
          KeyState: 'Enabled',
          KeySpec: 'SYMMETRIC_DEFAULT',
          KeyUsage: 'ENCRYPT_DECRYPT',
          Origin: 'AWS_KMS',
          MultiRegion: false,
        }),
      },
    },
  ),
  kms(
    'both',
    'ListKeys',
    {},
    { output: { Keys: [having({ KeyArn: like(keyArn) }), having({ KeyArn: like(keyArn) })] } },
  ),
  kms('one at a time', 'ListKeys', {}, { pageSize: 1, output: { Keys: [having({}), having({})] } }),
  kms(
    'a key that is not there',
    'DescribeKey',
    { KeyId: none },
    {
      error: { code: 'NotFoundException', message: `Key 'arn:aws:kms:eu-west-1:` },
    },
  ),
  kms(
    'an alias that is not there',
    'DescribeKey',
    { KeyId: 'alias/none' },
    {
      error: { code: 'NotFoundException', message: 'alias/none is not found.' },
    },
  ),
  kms(
    'a window that is too short',
    'ScheduleKeyDeletion',
    { KeyId: none, PendingWindowInDays: 6 },
    {
      error: {
        code: 'ValidationException',
        message:
          "Value '6' at 'pendingWindowInDays' failed to satisfy constraint: Member must have value greater than or equal to 7",
      },
    },
  ),
  kms(
    'a name of AWS’s',
    'CreateAlias',
    { AliasName: 'alias/aws/mine', TargetKeyId: none },
    { error: { code: 'NotAuthorizedException' } },
  ),
  kms(
    'a use that does not fit',
    'CreateKey',
    { KeySpec: 'RSA_2048', KeyUsage: 'GENERATE_VERIFY_MAC' },
    {
      error: {
        code: 'ValidationException',
        message: 'KeyUsage GENERATE_VERIFY_MAC is not compatible with KeySpec RSA_2048',
      },
    },
  ),
  kms(
    'a policy nobody could change',
    'CreateKey',
    {
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::999999999999:root' }, Action: 'kms:*', Resource: '*' },
        ],
      }),
    },
    {
      error: {
        code: 'MalformedPolicyDocumentException',
        message: 'The new key policy will not allow you to update the key policy in the future.',
      },
    },
  ),
];

describeWith({ tools: ['boto3'] }, 'boto3 on the local KMS', () => {
  let local: LocalEcr;
  let answers: Answer[] = [];
  beforeAll(async () => {
    local = await startLocal();
    answers = await boto3Calls({ endpoint: local.url, account: '333333333333', region }, life);
  }, 120_000);
  afterAll(() => local?.close());

  it.each(life.map((step, index) => ({ step, index, title: titleOf(step) })))('$title', ({ step, index }) => {
    check(step, answers[index]);
  });

  it('knows no operation that the local KMS has never heard of', async () => {
    const at = { endpoint: local.url, account: '333333333333', region };
    const known = await boto3Operations('kms');
    const answered = await boto3Calls(at, [
      { service: 'kms', operation: 'GenerateRandom', input: { NumberOfBytes: 1 } },
    ]);
    expect(answered[0]?.error?.code).toBe('UnsupportedOperationException');
    expect(known).toContain('ReplicateKey');
  }, 60_000);
});

describeWith({ tools: ['aws'] }, 'the AWS CLI on the local KMS', () => {
  let local: LocalEcr;
  const at = (): Endpoint => ({ endpoint: local.url, account: '888888888888', region });
  beforeAll(async () => {
    local = await startLocal();
  });
  afterAll(() => local?.close());

  it('takes a key through its life, and a repository with it', async () => {
    const { KeyMetadata } = (await awsOk(at(), 'kms', 'CreateKey', { Description: 'images' })) as {
      KeyMetadata: { KeyId: string; Arn: string };
    };
    const { KeyId, Arn } = KeyMetadata;
    await awsOk(at(), 'kms', 'CreateAlias', { AliasName: 'alias/images', TargetKeyId: KeyId });
    const { repository } = (await awsOk(at(), 'ecr', 'CreateRepository', {
      repositoryName: 'app',
      encryptionConfiguration: { encryptionType: 'KMS', kmsKey: 'alias/images' },
    })) as { repository: { encryptionConfiguration: JsonObject } };
    expect(repository.encryptionConfiguration).toEqual({ encryptionType: 'KMS', kmsKey: Arn });
    expect(await awsOk(at(), 'kms', 'ListGrants', { KeyId })).toMatchObject({
      Grants: [
        { GranteePrincipal: 'ecr.eu-west-1.amazonaws.com', Operations: ['Decrypt', 'GenerateDataKey', 'RetireGrant'] },
      ],
    });
    await awsOk(at(), 'kms', 'DisableKey', { KeyId });
    expect(await awsCall(at(), 'ecr', 'InitiateLayerUpload', { repositoryName: 'app' })).toEqual({
      error: { code: 'KmsException', message: `${Arn} is disabled.` },
    });
    expect(
      await awsCall(at(), 'ecr', 'CreateRepository', {
        repositoryName: 'other',
        encryptionConfiguration: { encryptionType: 'KMS', kmsKey: KeyId },
      }),
    ).toEqual({ error: { code: 'KmsException', message: `${Arn} is disabled.` } });
    await awsOk(at(), 'kms', 'EnableKey', { KeyId });
    expect(await awsOk(at(), 'kms', 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })).toMatchObject({
      KeyId: Arn,
      KeyState: 'PendingDeletion',
      PendingWindowInDays: 7,
    });
    expect(await awsCall(at(), 'ecr', 'InitiateLayerUpload', { repositoryName: 'app' })).toEqual({
      error: { code: 'KmsException', message: `${Arn} is pending deletion.` },
    });
    await local.clock.advance(7 * 86_400_000);
    expect(await awsCall(at(), 'kms', 'DescribeKey', { KeyId })).toEqual({
      error: { code: 'NotFoundException', message: `Key '${Arn}' does not exist` },
    });
    const { Aliases } = await awsOk(at(), 'kms', 'ListAliases');
    expect(Aliases).not.toContainEqual(having({ AliasName: 'alias/images' }));
    expect(await awsCall(at(), 'ecr', 'InitiateLayerUpload', { repositoryName: 'app' })).toEqual({
      error: { code: 'KmsException', message: `Key '${Arn}' does not exist` },
    });
  }, 120_000);
});

/** As platform teams write it, with the settings the provider knows. */
const root = (period: number): string => `
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  default_tags { tags = { ManagedBy = "terraform" } }
}

data "aws_caller_identity" "me" {}

resource "aws_kms_key" "images" {
  description             = "images of payments"
  deletion_window_in_days = 7
  enable_key_rotation     = true
  rotation_period_in_days = ${period}
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "Root", Effect = "Allow", Principal = { AWS = "arn:aws:iam::\${data.aws_caller_identity.me.account_id}:root" }, Action = "kms:*", Resource = "*" },
    ]
  })
  tags = { Team = "payments" }
}

resource "aws_kms_key" "plain" {}

resource "aws_kms_alias" "images" {
  name          = "alias/payments-images"
  target_key_id = aws_kms_key.images.key_id
}

resource "aws_kms_grant" "ci" {
  name              = "ci"
  key_id            = aws_kms_key.images.key_id
  grantee_principal = "arn:aws:iam::\${data.aws_caller_identity.me.account_id}:role/ci"
  operations        = ["Decrypt", "GenerateDataKey"]
}

resource "aws_ecr_repository" "app" {
  name = "app"
  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.images.arn
  }
}

data "aws_kms_alias" "ecr" { name = "alias/aws/ecr" }
data "aws_kms_key" "images" { key_id = aws_kms_alias.images.arn }

output "aws" { value = data.aws_kms_alias.ecr.target_key_arn }
output "mine" { value = data.aws_kms_key.images.arn }
`;

describeWith({ tools: ['terraform', 'aws-provider'] }, 'Terraform’s AWS provider on the local KMS', () => {
  let local: LocalEcr;
  let terraform: TerraformRoot;

  beforeAll(async () => {
    local = await startLocal();
    terraform = terraformRoot({ endpoint: local.url, account: '444444444444', region }, { 'main.tf': root(180) });
    await terraform.init();
  }, 120_000);
  afterAll(async () => {
    await local?.close();
    terraform?.remove();
  });

  describe('keys, an alias, a grant and a repository', () => {
    it('are made, and planned again without changes', async () => {
      await terraform.apply();
      await terraform.plan('nothing');
      expect(await terraform.outputs()).toMatchObject({ aws: like(keyArn), mine: like(keyArn) });
    }, 240_000);

    it('are changed and go', async () => {
      terraform.write('main.tf', root(365));
      await terraform.apply();
      await terraform.plan('nothing');
      await terraform.destroy();
    }, 240_000);
  });
});
