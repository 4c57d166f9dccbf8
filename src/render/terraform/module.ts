// The module that every environment uses: the code is the same for all of them, what differs is data.
// It must not know any environment.
import type { RenderedFile } from '../model.js';
import { attributes, code, membersOf } from './hcl.js';
import { versionsText } from './versions.js';

/** What the environments together need of it. */
export interface ModuleParts {
  readonly provider: '5' | '6';
  readonly lock: string;
  readonly roles: boolean;
  readonly key: boolean;
  /** Whether a repository names its key by an alias or an id. */
  readonly namedKeys: boolean;
}

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

/** HCL has no names for types: what a statement is made of stands wherever there are statements. */
function statements(depth: number, { resources }: { readonly resources: 'none' | 'any' | 'repositories' }): string {
  const indent = '  '.repeat(depth);
  const lines = [
    'sid        = optional(string)',
    'effect     = optional(string, "Allow")',
    'principals = optional(map(list(string)))',
    'actions    = list(string)',
    'resources  = optional(list(string))',
    'conditions = optional(map(map(list(string))))',
  ];
  const own = resources === 'repositories' ? ['repositories = optional(list(string))'] : [];
  const wide =
    own.length === 0
      ? lines
      : lines.map((line) => line.replace(/^(\w+) *=/, (_, name: string) => `${name.padEnd(12)} =`));
  return `list(object({\n${[...wide, ...own].map((line) => `${indent}  ${line}\n`).join('')}${indent}}))`;
}

/** Aligned as any other attributes. */
function repositoryAttributes(provider: ModuleParts['provider'], hasKey: boolean): string {
  return attributes(
    membersOf({
      name: code('string'),
      tag_mutability: code('optional(string, "IMMUTABLE")'),
      ...(provider === '5' ? {} : { tag_mutability_exclusions: code('optional(list(string), [])') }),
      encryption_type: code('optional(string, "AES256")'),
      kms_key: code('optional(string)'),
      ...(hasKey ? { use_registry_key: code('optional(bool, false)') } : {}),
      scan_on_push: code('optional(bool, true)'),
      force_delete: code('optional(bool, false)'),
      tags: code('optional(map(string), {})'),
    }),
    2,
  );
}

const variables = ({ provider, roles: hasRoles, key: hasKey }: ModuleParts): string => `\
variable "repositories" {
  description = <<-EOT
    The repositories, by a key that stays the same when a repository is renamed.

    - tag_mutability: whether a tag that was pushed can be moved to another image.${
      provider === '5'
        ? ''
        : `
    - tag_mutability_exclusions: patterns of tags that are the exception; only with a mode that ends in _WITH_EXCLUSION.`
    }
    - kms_key: ARN, id or alias; null with KMS: the key that AWS keeps for ECR.${
      hasKey
        ? `
    - use_registry_key: encrypts with the key of var.key.`
        : ''
    }
    - lifecycle_rules: in ECR's own terms; null: Terraform keeps no lifecycle policy.
    - policy_statements: the whole repository policy; none: Terraform keeps no policy. Principals: kinds (AWS, Service) to names;
      everyone is "*" to ["*"].
  EOT

  type = map(object({
${repositoryAttributes(provider, hasKey)}

    lifecycle_rules = optional(list(object({
      priority             = number
      description          = optional(string)
      tag_status           = string
      tag_patterns         = optional(list(string))
      tag_prefixes         = optional(list(string))
      storage_class        = optional(string)
      count_type           = string
      count_number         = number
      action               = optional(string, "expire")
      target_storage_class = optional(string)
    })))

    policy_statements = optional(${statements(2, { resources: 'none' })}, [])
  }))

  validation {
    condition = alltrue([
      for repository in values(var.repositories) :
      length(repository.name) >= 2 && length(repository.name) <= 256 &&
      can(regex("^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$", repository.name))
    ])
    error_message = "A name has 2 to 256 lower-case letters and digits, with single . _ - or / between them."
  }

  validation {
    condition     = length(distinct([for repository in values(var.repositories) : repository.name])) == length(var.repositories)
    error_message = "Two repositories have the same name."
  }

  validation {
    condition = alltrue([
      for repository in values(var.repositories) :
      contains([${provider === '5' ? '"IMMUTABLE", "MUTABLE"' : '"IMMUTABLE", "MUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"'}], repository.tag_mutability)
    ])
    error_message = "tag_mutability is IMMUTABLE${provider === '5' ? ' or MUTABLE' : ', MUTABLE, IMMUTABLE_WITH_EXCLUSION or MUTABLE_WITH_EXCLUSION'}."
  }
${
  provider === '5'
    ? ''
    : `
  validation {
    condition = alltrue([
      for repository in values(var.repositories) :
      endswith(repository.tag_mutability, "_WITH_EXCLUSION") == (length(repository.tag_mutability_exclusions) > 0) &&
      length(repository.tag_mutability_exclusions) <= 5
    ])
    error_message = "One to five tag_mutability_exclusions go with a tag_mutability that ends in _WITH_EXCLUSION, and with no other."
  }
`
}
  validation {
    condition = alltrue([
      for repository in values(var.repositories) :
      contains(["AES256", "KMS", "KMS_DSSE"], repository.encryption_type) &&
      (repository.encryption_type != "AES256" || repository.kms_key == null)
    ])
    error_message = "encryption_type is AES256, KMS or KMS_DSSE, and AES256 takes no kms_key."
  }

  validation {
    condition = alltrue([
      for rules in values(var.repositories)[*].lifecycle_rules :
      length(rules) > 0 && length(distinct(rules[*].priority)) == length(rules)
      if rules != null
    ])
    error_message = "A lifecycle policy has a rule at least, and no two of the same priority."
  }

  validation {
    condition = alltrue(flatten([
      for rules in values(var.repositories)[*].lifecycle_rules : [
        for rule in rules :
        contains(["tagged", "untagged", "any"], rule.tag_status) &&
        (rule.tag_status == "tagged") == (rule.tag_patterns != null || rule.tag_prefixes != null)
      ]
      if rules != null
    ]))
    error_message = "tag_status is tagged, untagged or any; tagged takes tag_patterns or tag_prefixes, and the others do not."
  }

  validation {
    condition = alltrue(flatten([
      for rules in values(var.repositories)[*].lifecycle_rules : [
        for rule in rules :
        contains(["imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned"], rule.count_type) &&
        rule.count_number >= 1 &&
        (rule.action == "expire" ? rule.target_storage_class == null : rule.action == "transition" && rule.target_storage_class == "archive")
      ]
      if rules != null
    ]))
    error_message = "count_type is one of ECR's, count_number is at least 1, and action is expire, or transition with target_storage_class archive."
  }
}
${
  hasRoles
    ? `
variable "account_id" {
  description = "The account that the registry is in."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account has twelve digits."
  }
}

variable "region" {
  description = "The Region that the registry is in."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+(-[a-z]+)+-[0-9]+$", var.region))
    error_message = "A Region looks like eu-west-1."
  }
}

variable "partition" {
  description = "The partition of the Region: how its ARNs begin."
  type        = string
  default     = "aws"

  validation {
    condition     = can(regex("^aws(-[a-z]+)*$", var.partition))
    error_message = "A partition is aws, or begins with aws-."
  }
}

variable "roles" {
  description = <<-EOT
    Roles that push and pull, by a key of their own.

    - trust: the statements by which the role is taken.
    - permissions: what it may do; repositories are keys of var.repositories, resources are ARNs of anything else.
  EOT

  type = map(object({
    name                 = string
    path                 = optional(string, "/")
    description          = optional(string)
    max_session_duration = optional(number, 3600)
    permissions_boundary = optional(string)
    managed_policies     = optional(list(string), [])
    tags                 = optional(map(string), {})

    trust = ${statements(2, { resources: 'any' })}

    permissions = ${statements(2, { resources: 'repositories' })}
  }))

  default = {}

  validation {
    condition     = alltrue([for role in values(var.roles) : can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", role.name))])
    error_message = "The name of a role has 1 to 64 letters, digits and + = , . @ _ -."
  }

  validation {
    condition     = alltrue([for role in values(var.roles) : role.max_session_duration >= 3600 && role.max_session_duration <= 43200])
    error_message = "A session takes one hour to twelve, in seconds."
  }
}
`
    : ''
}${
  hasKey
    ? `
variable "key" {
  description = "The key that images are encrypted with where a repository has use_registry_key; null: there is none."

  type = object({
    alias                   = string
    description             = optional(string)
    rotation_period_in_days = optional(number, 365)
    deletion_window_in_days = optional(number, 30)
    tags                    = optional(map(string), {})

    policy_statements = ${statements(2, { resources: 'any' })}
  })

  default = null

  validation {
    condition     = var.key == null ? true : can(regex("^alias/[A-Za-z0-9/_-]+$", var.key.alias))
    error_message = "An alias is alias/ and letters, digits, / _ and -."
  }

  validation {
    condition     = var.key == null ? true : var.key.rotation_period_in_days >= 90 && var.key.rotation_period_in_days <= 2560
    error_message = "A key rotates every 90 to 2560 days."
  }

  validation {
    condition     = var.key == null ? true : var.key.deletion_window_in_days >= 7 && var.key.deletion_window_in_days <= 30
    error_message = "KMS waits 7 to 30 days before it deletes a key."
  }
}
`
    : ''
}`;
