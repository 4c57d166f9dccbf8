// What goes into the module: its variables with their types, descriptions and validations.
// It must not know any environment, nor what the module makes of them.
import { attributes, code, membersOf } from './hcl.js';

/** What the environments together need of it. */
export interface ModuleParts {
  readonly provider: '5' | '6';
  readonly lock: string;
  readonly roles: boolean;
  readonly key: boolean;
  /** Whether a repository names its key by an alias or an id. */
  readonly namedKeys: boolean;
}

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

/** The text of `variables.tf`. */
export const variables = ({ provider, roles: hasRoles, key: hasKey }: ModuleParts): string => `\
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
