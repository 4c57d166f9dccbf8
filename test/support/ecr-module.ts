// A stand-in for the module terraform-aws-modules/ecr/aws, which a test cannot fetch: the same resources at the same addresses, of the variables
// that our guide sets, as the module's documentation describes them. It is no copy of the module, and shows nothing of what else that does.
// It must not know the guide.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const main = `\
variable "repository_name" { type = string }
variable "repository_read_write_access_arns" {
  type    = list(string)
  default = []
}
variable "create_lifecycle_policy" {
  type    = bool
  default = true
}
variable "repository_lifecycle_policy" {
  type    = string
  default = ""
}

data "aws_iam_policy_document" "repository" {
  statement {
    sid = "PrivateReadOnly"
    principals {
      type        = "AWS"
      identifiers = var.repository_read_write_access_arns
    }
    actions = concat(
      ["ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      [for what in ["ImageScanFindings", "Images", "Repositories"] : "ecr:Describe\${what}"],
      [for what in ["LifecyclePolicy", "LifecyclePolicyPreview", "RepositoryPolicy"] : "ecr:Get\${what}"],
      [for what in ["Images", "TagsForResource"] : "ecr:List\${what}"],
    )
  }
  statement {
    sid = "ReadWrite"
    principals {
      type        = "AWS"
      identifiers = var.repository_read_write_access_arns
    }
    actions = [for what in ["PutImage", "InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload"] : "ecr:\${what}"]
  }
}

resource "aws_ecr_repository" "this" {
  count                = 1
  name                 = var.repository_name
  image_tag_mutability = "IMMUTABLE"
  image_scanning_configuration { scan_on_push = true }
}

resource "aws_ecr_repository_policy" "this" {
  count      = 1
  repository = aws_ecr_repository.this[0].name
  policy     = data.aws_iam_policy_document.repository.json
}

resource "aws_ecr_lifecycle_policy" "this" {
  count      = var.create_lifecycle_policy ? 1 : 0
  repository = aws_ecr_repository.this[0].name
  policy     = var.repository_lifecycle_policy
}
`;

/** Where `terraform init` looks for what it has installed: for the call of the module that has this name, it then fetches nothing. */
export function installEcrModule(folder: string, name: string, version: string): void {
  const Dir = join('.terraform', 'modules', name);
  mkdirSync(join(folder, Dir), { recursive: true });
  writeFileSync(join(folder, Dir, 'main.tf'), main);
  const Source = 'registry.terraform.io/terraform-aws-modules/ecr/aws';
  const Modules = [
    { Key: '', Source: '', Dir: '.' },
    { Key: name, Source, Version: version, Dir },
  ];
  writeFileSync(join(folder, '.terraform', 'modules', 'modules.json'), JSON.stringify({ Modules }));
}
