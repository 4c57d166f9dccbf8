// The same project for both tools: N repositories, each with a lifecycle policy, a repository policy and tags.
// It must not know how it is run or measured.

/** Slipway's manifest. */
export function slipwayManifest(account: string, region: string, size: number): string {
  const repositories = Array.from({ length: size }, (_, index) => `    ${name(index)}: {}\n`).join('');
  return `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: bench}
spec:
  naming: "{project}/{name}"
  defaultTags: {Team: payments, CostCenter: "4711"}
  environments:
    bench: {account: "${account}", region: ${region}, preset: production}
  access: {pull: ["account:444444444444", "role:arn:aws:iam::333333333333:role/eks-node"]}
  repositories:
${repositories}`;
}

function name(index: number): string {
  return `service-${String(index).padStart(5, '0')}`;
}

/** Terraform's root. Skipped checks are those that would leave the machine. */
export function terraformRoot(endpoint: string, account: string, region: string, size: number): string {
  return `terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region                      = "${region}"
  access_key                  = "${account}"
  secret_key                  = "local"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
  default_tags {
    tags = { Team = "payments", CostCenter = "4711", ManagedBy = "terraform", Environment = "bench" }
  }
  endpoints {
    ecr = "${endpoint}"
    sts = "${endpoint}"
  }
}

resource "aws_ecr_repository" "each" {
  count                = ${size}
  name                 = format("bench/service-%05d", count.index)
  image_tag_mutability = "IMMUTABLE"
  image_scanning_configuration { scan_on_push = true }
}

resource "aws_ecr_lifecycle_policy" "each" {
  count      = ${size}
  repository = aws_ecr_repository.each[count.index].name
  policy = jsonencode({ rules = [
    { rulePriority = 1, description = "untagged images go after 14 days", selection = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 14 }, action = { type = "expire" } },
    { rulePriority = 2, description = "the last 50 tagged images stay", selection = { tagStatus = "tagged", tagPatternList = ["*"], countType = "imageCountMoreThan", countNumber = 50 }, action = { type = "expire" } },
  ] })
}

resource "aws_ecr_repository_policy" "each" {
  count      = ${size}
  repository = aws_ecr_repository.each[count.index].name
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Sid = "Pull", Effect = "Allow", Principal = { AWS = ["arn:aws:iam::444444444444:root", "arn:aws:iam::333333333333:role/eks-node"] }, Action = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"] },
  ] })
}
`;
}
