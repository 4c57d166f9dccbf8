// The module that every environment uses: the code is the same for all of them, what differs is data.
// It must not know any environment.
import type { RenderedFile } from '../model.js';
import { type ModuleParts, variables } from './module-variables.js';
import { versionsText } from './versions.js';

export const modulePath = 'modules/registry';

export function moduleFiles(parts: ModuleParts): readonly RenderedFile[] {
  const files: readonly (readonly [name: string, text: string | undefined])[] = [
    ['key.tf', parts.key ? key : undefined],
    ['main.tf', main(parts)],
    ['outputs.tf', outputs(parts)],
    ['policies.tf', policies(parts)],
    ['roles.tf', parts.roles ? roles : undefined],
    ['variables.tf', variables(parts)],
    ['versions.tf', versionsText(parts)],
  ];
  return files.flatMap(([name, text]) => (text === undefined ? [] : [{ path: `${modulePath}/${name}`, text }]));
}

const main = ({ provider, key: hasKey, namedKeys }: ModuleParts): string => `\
# Written by \`slipway render terraform\`: change slipway.yaml and render again, rather than this file.

resource "aws_ecr_repository" "this" {
  for_each = var.repositories

  name                 = each.value.name
  image_tag_mutability = each.value.tag_mutability
  tags                 = each.value.tags

  # Without it, ECR itself refuses to delete a repository that holds images, so that a replacement stops before anything is lost.
  force_delete = each.value.force_delete

  # Fixed at creation: another type or another key means another repository.
  encryption_configuration {
    encryption_type = each.value.encryption_type
    kms_key         = ${kmsKey(hasKey, namedKeys)}
  }

  image_scanning_configuration {
    scan_on_push = each.value.scan_on_push
  }
${
  provider === '5'
    ? ''
    : `
  dynamic "image_tag_mutability_exclusion_filter" {
    for_each = each.value.tag_mutability_exclusions
    content {
      filter      = image_tag_mutability_exclusion_filter.value
      filter_type = "WILDCARD"
    }
  }
`
}}

# A change of rules is a replacement to this provider: it deletes the policy and puts the new one, and for a moment there is none. No image
# goes because of that: an absent policy expires nothing. A repository without rules here has no policy that Terraform knows of.
resource "aws_ecr_lifecycle_policy" "this" {
  for_each = {
    for key, repository in var.repositories : key => repository.lifecycle_rules
    if repository.lifecycle_rules != null
  }

  repository = aws_ecr_repository.this[each.key].name

  # ECR takes no nulls: a member that does not apply is left out.
  policy = jsonencode({
    rules = [
      for rule in each.value : {
        for member, value in {
          rulePriority = rule.priority
          description  = rule.description
          selection = {
            for member, value in {
              tagStatus      = rule.tag_status
              tagPatternList = rule.tag_patterns
              tagPrefixList  = rule.tag_prefixes
              storageClass   = rule.storage_class
              countType      = rule.count_type
              countUnit      = rule.count_type == "imageCountMoreThan" ? null : "days"
              countNumber    = rule.count_number
            } : member => value if value != null
          }
          action = {
            for member, value in {
              type               = rule.action
              targetStorageClass = rule.target_storage_class
            } : member => value if value != null
          }
        } : member => value if value != null
      }
    ]
  })
}

# The whole policy of a repository: a statement that somebody else adds to it is taken away by the next apply.
resource "aws_ecr_repository_policy" "this" {
  for_each = {
    for key, repository in var.repositories : key => repository
    if length(repository.policy_statements) > 0
  }

  repository = aws_ecr_repository.this[each.key].name
  policy     = local.policies["repository \${each.key}"]
}
${
  namedKeys
    ? `
# ECR tells a repository's key by its ARN; by any other name Terraform would see a difference in every plan, and replace the repository.
data "aws_kms_key" "named" {
  for_each = toset([
    for repository in values(var.repositories) : repository.kms_key
    if repository.kms_key != null && !can(regex("^arn:[^:]+:kms:[^:]+:[^:]+:key/", repository.kms_key))
  ])

  key_id = each.value
}
`
    : ''
}`;

function kmsKey(hasKey: boolean, namedKeys: boolean): string {
  const named = namedKeys
    ? 'try(data.aws_kms_key.named[each.value.kms_key].arn, each.value.kms_key)'
    : 'each.value.kms_key';
  return hasKey ? `each.value.use_registry_key ? one(aws_kms_key.this[*].arn) : ${named}` : named;
}

const policies = ({ roles: hasRoles, key: hasKey }: ModuleParts): string => `\
locals {
  # The statements of every policy in this module, by what the policy is of. A repository's own policy names no resource: it is the
  # repository.
  statements = merge(
    { for key, repository in var.repositories : "repository \${key}" => repository.policy_statements },
${hasRoles ? roleStatements : ''}${hasKey ? '    { for key in var.key[*] : "key" => key.policy_statements },\n' : ''}\
  )

  # The same as IAM spells it. Members that do not apply are left out; everyone is a bare "*".
  policies = {
    for policy, statements in local.statements : policy => jsonencode({
      Version = "2012-10-17"
      Statement = [
        for statement in statements : {
          for member, value in {
            Sid       = statement.sid
            Effect    = statement.effect
            Principal = jsondecode(try(contains(keys(statement.principals), "*"), false) ? "\\"*\\"" : jsonencode(statement.principals))
            Action    = statement.actions
            Resource  = statement.resources
            Condition = statement.conditions
          } : member => value if value != null
        }
      ]
    })
  }
}
`;

const roleStatements = `\
    { for key, role in var.roles : "trust \${key}" => role.trust },
    {
      for key, role in var.roles : "permissions \${key}" => [
        for statement in role.permissions : merge(statement, {
          resources = statement.repositories == null ? statement.resources : [
            for repository in statement.repositories : "\${local.repository_arn}/\${var.repositories[repository].name}"
          ]
        })
      ]
    },
`;

const roles = `\
locals {
  # Said rather than asked for, so that a plan shows permissions in full before the repositories exist.
  repository_arn = "arn:\${var.partition}:ecr:\${var.region}:\${var.account_id}:repository"
}

resource "aws_iam_role" "this" {
  for_each = var.roles

  name                 = each.value.name
  path                 = each.value.path
  description          = each.value.description
  max_session_duration = each.value.max_session_duration
  permissions_boundary = each.value.permissions_boundary
  assume_role_policy   = local.policies["trust \${each.key}"]
  tags                 = each.value.tags
}

resource "aws_iam_role_policy" "this" {
  for_each = var.roles

  name   = "slipway"
  role   = aws_iam_role.this[each.key].name
  policy = local.policies["permissions \${each.key}"]
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = {
    for attachment in flatten([
      for key, role in var.roles : [for policy in role.managed_policies : { role = key, policy = policy }]
    ]) : "\${attachment.role} \${attachment.policy}" => attachment
  }

  role       = aws_iam_role.this[each.value.role].name
  policy_arn = each.value.policy
}
`;

const key = `\
resource "aws_kms_key" "this" {
  count = var.key == null ? 0 : 1

  description             = var.key.description
  enable_key_rotation     = true
  rotation_period_in_days = var.key.rotation_period_in_days
  deletion_window_in_days = var.key.deletion_window_in_days
  policy                  = local.policies["key"]
  tags                    = var.key.tags

  # Images die with their key. To destroy everything else: \`terraform state rm\` the key and its alias first.
  lifecycle {
    prevent_destroy = true

    # AWS is told of it when the key is deleted, and tells nobody before: an imported key would differ in it for ever.
    ignore_changes = [deletion_window_in_days]
  }
}

resource "aws_kms_alias" "this" {
  count = var.key == null ? 0 : 1

  name          = var.key.alias
  target_key_id = aws_kms_key.this[0].key_id
}
`;

const outputs = ({ roles: hasRoles, key: hasKey }: ModuleParts): string => `\
output "repository_arns" {
  description = "ARNs of the repositories, by key."
  value       = { for key, repository in aws_ecr_repository.this : key => repository.arn }
}

output "repository_urls" {
  description = "Where images are pushed to and pulled from, by key."
  value       = { for key, repository in aws_ecr_repository.this : key => repository.repository_url }
}
${
  hasRoles
    ? `
output "role_arns" {
  description = "ARNs of the roles, by key."
  value       = { for key, role in aws_iam_role.this : key => role.arn }
}
`
    : ''
}${
  hasKey
    ? `
output "key_arn" {
  description = "ARN of the registry's key; null where it has none."
  value       = one(aws_kms_key.this[*].arn)
}
`
    : ''
}`;
