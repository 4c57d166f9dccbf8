// Terraform with the real AWS provider on the local IAM: everything a registry's access is made of, applied, planned again without
// changes, changed, and destroyed.
// It must not know how the local IAM works inside.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalEcr, startLocal } from '../support/local.js';
import { type TerraformRoot, terraformRoot } from '../support/terraform.js';
import { describeWith } from '../support/tools.js';

const account = '444444444444';
const region = 'eu-west-1';

/** `branch` is whom the CI role trusts: what the second apply changes. */
const root = (branch: string): string => `
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  default_tags { tags = { ManagedBy = "terraform" } }
}

data "aws_caller_identity" "me" {}
data "aws_partition" "here" {}

resource "aws_iam_openid_connect_provider" "github" {
  url             = "https://token.actions.githubusercontent.com"
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = ["6938fd4d98bab03faadb97b34396831e3780aea1"]
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.github.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }
    condition {
      test     = "StringLike"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:acme/payments:ref:refs/heads/${branch}"]
    }
  }
}

resource "aws_iam_policy" "boundary" {
  name   = "ci-boundary"
  path   = "/limits/"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "ecr:*", Resource = "*" }] })
}

resource "aws_iam_role" "ci" {
  name                 = "github-actions-ecr-push"
  path                 = "/ci/"
  description          = "pushes from ${branch}"
  max_session_duration = ${branch === 'main' ? 3600 : 7200}
  permissions_boundary = aws_iam_policy.boundary.arn
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  tags                 = { Team = "payments" }
}

resource "aws_iam_role_policy" "push" {
  name = "push"
  role = aws_iam_role.ci.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "ecr:GetAuthorizationToken", Resource = "*" },
      { Effect = "Allow", Action = ["ecr:PutImage", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload"], Resource = "arn:aws:ecr:${region}:\${data.aws_caller_identity.me.account_id}:repository/payments/*" },
    ]
  })
}

resource "aws_iam_policy" "pull" {
  name        = "pull"
  description = "pulls"
  policy      = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "Pull", Effect = "Allow", Action = ["ecr:BatchGetImage"], Resource = ["arn:aws:ecr:*:*:repository/${branch}"] }] })
}

resource "aws_iam_role_policy_attachment" "pull" {
  role       = aws_iam_role.ci.name
  policy_arn = aws_iam_policy.pull.arn
}

resource "aws_iam_role_policy_attachment" "aws" {
  role       = aws_iam_role.ci.name
  policy_arn = "arn:\${data.aws_partition.here.partition}:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser"
}

resource "aws_iam_role" "node" {
  name_prefix        = "node-"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }] })
}

resource "aws_iam_instance_profile" "node" {
  name = "node"
  role = aws_iam_role.node.name
}

resource "aws_iam_user" "deployer" {
  name          = "deployer"
  path          = "/machines/"
  force_destroy = true
  tags          = { Team = "payments" }
}

resource "aws_iam_access_key" "deployer" {
  user = aws_iam_user.deployer.name
}

resource "aws_iam_user_policy" "deployer" {
  name   = "assume"
  user   = aws_iam_user.deployer.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Resource = aws_iam_role.ci.arn }] })
}

resource "aws_iam_user_policy_attachment" "deployer" {
  user       = aws_iam_user.deployer.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
}

resource "aws_iam_group" "pushers" {
  name = "pushers"
}

resource "aws_iam_group_policy" "pushers" {
  name   = "push"
  group  = aws_iam_group.pushers.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "ecr:PutImage", Resource = "*" }] })
}

resource "aws_iam_group_policy_attachment" "pushers" {
  group      = aws_iam_group.pushers.name
  policy_arn = aws_iam_policy.pull.arn
}

resource "aws_iam_user_group_membership" "deployer" {
  user   = aws_iam_user.deployer.name
  groups = [aws_iam_group.pushers.name]
}

data "aws_iam_role" "ci" {
  name       = "github-actions-ecr-push"
  depends_on = [aws_iam_role.ci]
}

data "aws_iam_policy" "power" {
  name = "AmazonEC2ContainerRegistryPowerUser"
}

output "role" { value = data.aws_iam_role.ci.arn }
output "power" { value = data.aws_iam_policy.power.arn }
`;

describeWith({ tools: ['terraform', 'aws-provider'] }, 'Terraform with the AWS provider on the local IAM', () => {
  let local: LocalEcr;
  let terraform: TerraformRoot;

  beforeAll(async () => {
    local = await startLocal();
    terraform = terraformRoot({ endpoint: local.url, account, region }, { 'main.tf': root('main') });
    await terraform.init();
  }, 180_000);

  afterAll(async () => {
    await local?.close();
    terraform?.remove();
  });

  it('applies providers, roles, policies, users and groups', async () => {
    const out = await terraform.apply();
    expect(out).toContain(`role = "arn:aws:iam::${account}:role/ci/github-actions-ecr-push"`);
    expect(out).toContain('power = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser"');
  }, 300_000);

  it('has nothing to do afterwards', async () => {
    await terraform.plan('nothing');
  }, 300_000);

  it('changes trust, policies and the role in place', async () => {
    terraform.write('main.tf', root('release'));
    expect(await terraform.apply()).toMatch(/0 added, [1-9] changed, 0 destroyed/);
    await terraform.plan('nothing');
  }, 300_000);

  it('destroys it all', async () => {
    await terraform.destroy();
    expect(local.calls()).toMatchObject({ ListInstanceProfilesForRole: 2, DeleteRole: 2, DeleteUser: 1 });
  }, 300_000);
});
