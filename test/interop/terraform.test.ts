// Terraform with the real AWS provider on the local ECR: one root, applied, planned again without changes, changed, destroyed.
// It must not know how the local ECR works inside.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Endpoint, type JsonObject, wire, wireOk } from '../support/clients.js';
import { type LocalEcr, startLocal } from '../support/local.js';
import { type TerraformRoot, terraformRoot } from '../support/terraform.js';
import { describeWith } from '../support/tools.js';

const account = '444444444444';
const region = 'eu-west-1';

/** The provider is told nothing: where to go and who calls is in the environment that `slipway local start` prints. */
const root = (keep: number): string => `
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  default_tags { tags = { ManagedBy = "terraform" } }
}

data "aws_caller_identity" "me" {}

resource "aws_ecr_repository" "plain" {
  name         = "tf/plain"
  force_delete = true
}

resource "aws_ecr_repository" "full" {
  name                 = "tf/full"
  image_tag_mutability = "IMMUTABLE"
  image_scanning_configuration { scan_on_push = true }
  encryption_configuration { encryption_type = "KMS" }
  tags = { Team = "payments", CostCenter = "4711" }
}

resource "aws_ecr_lifecycle_policy" "full" {
  repository = aws_ecr_repository.full.name
  policy = jsonencode({
    rules = [
      { rulePriority = 1, description = "untagged images go", selection = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 14 }, action = { type = "expire" } },
      { rulePriority = 2, selection = { tagStatus = "tagged", tagPatternList = ["v*"], countType = "imageCountMoreThan", countNumber = ${keep} }, action = { type = "expire" } },
      { rulePriority = 3, selection = { tagStatus = "tagged", tagPrefixList = ["pr-", "preview-"], countType = "imageCountMoreThan", countNumber = 5 }, action = { type = "expire" } },
    ]
  })
}

data "aws_iam_policy_document" "pull" {
  statement {
    sid       = "Pull"
    actions   = ["ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "ecr:BatchCheckLayerAvailability"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::555555555555:root", "arn:aws:iam::666666666666:role/node"]
    }
  }
}

resource "aws_ecr_repository_policy" "full" {
  repository = aws_ecr_repository.full.name
  policy     = data.aws_iam_policy_document.pull.json
}

resource "aws_ecr_registry_policy" "registry" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "Replicate", Effect = "Allow", Principal = { AWS = "arn:aws:iam::555555555555:root" }, Action = ["ecr:ReplicateImage"], Resource = ["arn:aws:ecr:${region}:\${data.aws_caller_identity.me.account_id}:repository/*"] }]
  })
}

resource "aws_ecr_registry_scanning_configuration" "registry" {
  scan_type = "ENHANCED"
  rule {
    scan_frequency = "SCAN_ON_PUSH"
    repository_filter {
      filter      = "tf/*"
      filter_type = "WILDCARD"
    }
  }
}

resource "aws_ecr_replication_configuration" "registry" {
  replication_configuration {
    rule {
      destination {
        region      = "us-east-1"
        registry_id = data.aws_caller_identity.me.account_id
      }
      repository_filter {
        filter      = "tf/"
        filter_type = "PREFIX_MATCH"
      }
    }
  }
}

resource "aws_ecr_pull_through_cache_rule" "quay" {
  ecr_repository_prefix = "quay"
  upstream_registry_url = "quay.io"
}

resource "aws_ecr_repository_creation_template" "quay" {
  prefix               = "quay"
  description          = "cached from quay.io"
  image_tag_mutability = "IMMUTABLE"
  applied_for          = ["PULL_THROUGH_CACHE"]
}

resource "aws_ecr_account_setting" "mounting" {
  name  = "BASIC_SCAN_TYPE_VERSION"
  value = "AWS_NATIVE"
}

data "aws_ecr_repository" "full" {
  name       = aws_ecr_repository.full.name
  depends_on = [aws_ecr_repository_policy.full]
}

output "url" { value = data.aws_ecr_repository.full.repository_url }
`;

describeWith({ tools: ['terraform', 'aws-provider'] }, 'Terraform with the AWS provider on the local ECR', () => {
  let local: LocalEcr;
  let at: Endpoint;
  let terraform: TerraformRoot;

  beforeAll(async () => {
    local = await startLocal();
    at = { endpoint: local.url, account, region };
    terraform = terraformRoot(at, { 'main.tf': root(50) });
    await terraform.init();
  }, 180_000);

  afterAll(async () => {
    await local?.close();
    terraform?.remove();
  });

  it('applies a repository, its policies, and the settings of a registry', async () => {
    await terraform.apply();
    const described = await wireOk(at, 'ecr', 'DescribeRepositories', { repositoryNames: ['tf/full'] });
    expect((described['repositories'] as JsonObject[])[0]).toMatchObject({
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: { encryptionType: 'KMS' },
    });
  }, 300_000);

  it('has nothing to do afterwards', async () => {
    await terraform.plan('nothing');
  }, 300_000);

  it('sees a change made behind its back, and its own change, and mends both', async () => {
    await wireOk(at, 'ecr', 'PutImageTagMutability', { repositoryName: 'tf/full', imageTagMutability: 'MUTABLE' });
    terraform.write('main.tf', root(60));
    const changed = await terraform.plan('changes');
    expect(changed).toContain('aws_ecr_repository.full');
    expect(changed).toContain('aws_ecr_lifecycle_policy.full');
    await terraform.apply();
    await terraform.plan('nothing');
  }, 300_000);

  it('destroys it all', async () => {
    await terraform.destroy();
    expect(await wireOk(at, 'ecr', 'DescribeRepositories')).toMatchObject({ repositories: [] });
    expect(await wire(at, 'ecr', 'GetRegistryPolicy')).toHaveProperty('error.code', 'RegistryPolicyNotFoundException');
    expect(await wireOk(at, 'ecr', 'DescribePullThroughCacheRules')).toMatchObject({ pullThroughCacheRules: [] });
  }, 300_000);
});
