// The messages of the manifest as plain data, for the walker. Generated from proto/ by scripts/generate-manifest.ts.
// It must not be changed by hand.
import type { Table } from '../table.js';

export const schema: Table = {
  "Project": {
    "doc": "A set of ECR repositories that one team owns, in one or more environments.",
    "fields": [
      {
        "name": "apiVersion",
        "type": "string",
        "required": true,
        "rules": {
          "const": "ecr.slipway.dev/v1"
        },
        "doc": "Always `ecr.slipway.dev/v1`."
      },
      {
        "name": "kind",
        "type": "string",
        "required": true,
        "rules": {
          "const": "Project"
        },
        "doc": "Always `Project`."
      },
      {
        "name": "metadata",
        "type": "message",
        "message": "ProjectMetadata",
        "required": true,
        "doc": "What the project is called."
      },
      {
        "name": "spec",
        "type": "message",
        "message": "ProjectSpec",
        "required": true,
        "doc": "What the project consists of."
      }
    ]
  },
  "ProjectMetadata": {
    "doc": "What a project is called.",
    "fields": [
      {
        "name": "name",
        "type": "string",
        "required": true,
        "rules": {
          "minLen": 1,
          "maxLen": 63,
          "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
        },
        "wants": "lower-case letters and digits, with hyphens between them",
        "doc": "The project's name. It is part of the ownership tags in AWS, so changing it later means taking the repositories over.",
        "example": "payments"
      },
      {
        "name": "org",
        "type": "string",
        "rules": {
          "pattern": "^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$"
        },
        "wants": "lower-case letters and digits, with `.`, `_` and `-` between them",
        "doc": "The organisation the project belongs to; `{org}` in `naming`.",
        "example": "acme"
      }
    ]
  },
  "ProjectSpec": {
    "doc": "What a project consists of.",
    "fields": [
      {
        "name": "naming",
        "type": "string",
        "doc": "How a repository's ECR name is made: `{name}` is its key, `{project}`, `{org}` and `{env}` are what they say. A repository's own `repositoryName` wins.",
        "default": "{name}",
        "example": "\"{project}/{name}\""
      },
      {
        "name": "defaultTags",
        "type": "string",
        "many": "map",
        "doc": "AWS tags put on every repository, beside Slipway's own.",
        "example": "{Team: payments}"
      },
      {
        "name": "environments",
        "type": "message",
        "message": "Environment",
        "required": true,
        "many": "map",
        "minItems": 1,
        "keys": {
          "maxLen": 32,
          "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
        },
        "keyWants": "lower-case letters and digits, with hyphens between them",
        "doc": "Where the repositories live, by the environment's name."
      },
      {
        "name": "access",
        "type": "message",
        "message": "Access",
        "doc": "Who may pull and push, in every repository of every environment."
      },
      {
        "name": "repositoryDefaults",
        "type": "message",
        "message": "AwsEcrRepoSpec",
        "doc": "Settings for every repository, unless it says otherwise."
      },
      {
        "name": "usage",
        "type": "message",
        "message": "Usage",
        "doc": "Where to look for what is running, for every environment.",
        "example": "{ecs: {}, lambda: {}}"
      },
      {
        "name": "repositories",
        "type": "message",
        "message": "AwsEcrRepoSpec",
        "many": "map",
        "keys": {
          "maxLen": 256,
          "pattern": "^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$"
        },
        "keyWants": "letters and digits, with `.`, `_`, `/` and `-` between them",
        "doc": "The repositories, by name. `{}` is a repository that says nothing and takes the defaults.",
        "example": "{api: {}}"
      }
    ]
  },
  "Environment": {
    "doc": "One place where the project's repositories live: an AWS account and Region.",
    "fields": [
      {
        "name": "account",
        "type": "string",
        "required": true,
        "rules": {
          "pattern": "^[0-9]{12}$"
        },
        "wants": "twelve digits",
        "doc": "The AWS account, twelve digits, in quotes.",
        "example": "\"111111111111\""
      },
      {
        "name": "region",
        "type": "string",
        "required": true,
        "rules": {
          "pattern": "^[a-z]{2,}(-[a-z]+)+-[0-9]+$"
        },
        "wants": "a Region such as `eu-west-1`",
        "doc": "The AWS Region.",
        "example": "eu-west-1"
      },
      {
        "name": "preset",
        "type": "string",
        "rules": {
          "in": [
            "production",
            "staging",
            "development"
          ]
        },
        "doc": "A named set of defaults: `production` keeps the last 50 tagged images, `staging` 10, `development` 10 with mutable tags.",
        "example": "production"
      },
      {
        "name": "defaultTags",
        "type": "string",
        "many": "map",
        "doc": "AWS tags put on every repository of this environment."
      },
      {
        "name": "access",
        "type": "message",
        "message": "Access",
        "doc": "Who may pull and push, in every repository of this environment. Replaces the project's lists.",
        "example": "{pull: [\"account:444444444444\"]}"
      },
      {
        "name": "pull",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "Who may pull from every repository of this environment: short for `access: {pull: …}`.",
        "example": "[\"account:444444444444\"]"
      },
      {
        "name": "push",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "Who may push to every repository of this environment: short for `access: {push: …}`.",
        "example": "[\"github:acme/payments@main\"]"
      },
      {
        "name": "repositoryDefaults",
        "type": "message",
        "message": "AwsEcrRepoSpec",
        "doc": "Settings for every repository of this environment, unless the repository says otherwise."
      },
      {
        "name": "usage",
        "type": "message",
        "message": "Usage",
        "doc": "Where to look for what is running in this environment; it replaces the project's, member by member.",
        "example": "{kubernetes: [prod-eks]}"
      },
      {
        "name": "repositories",
        "type": "message",
        "message": "AwsEcrRepoSpec",
        "many": "map",
        "doc": "This environment's own settings for single repositories; they win over everything but `--set`."
      },
      {
        "name": "replicas",
        "type": "message",
        "message": "Replica",
        "many": "list",
        "maxItems": 25,
        "doc": "Other Regions of the account that have the same repositories with the same settings, and that ECR copies every image to that is pushed from then on. The rule that does so is in the registry's replication configuration, beside the rules of others. Without it that configuration is not even read; `[]` takes our rule out of it. Repositories in a Region that is not listed any more stay.",
        "example": "[{region: us-east-1}]"
      }
    ]
  },
  "Access": {
    "doc": "Who may do what with a repository's images. Slipway writes the repository policy, and for `github:` and `gitlab:` says which role a job needs.",
    "fields": [
      {
        "name": "pull",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "Who may pull images.",
        "example": "[\"account:444444444444\"]"
      },
      {
        "name": "push",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "Who may push images. Pushing never includes deleting, nor pulling layers.",
        "example": "[\"github:acme/api@main\"]"
      },
      {
        "name": "pullAndPush",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "Who may pull and push images: the same as standing in both lists.",
        "example": "[\"role:arn:aws:iam::333333333333:role/ci\"]"
      },
      {
        "name": "read",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "Who may look at images, scan findings and settings, without pulling.",
        "example": "[\"role:arn:aws:iam::333333333333:role/auditor\"]"
      },
      {
        "name": "manage",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "Who may look after images: `read`, and delete, archive, restore and scan them. Not what the manifest declares: no policy, tags, mutability or lifecycle rules.",
        "example": "[\"role:arn:aws:iam::333333333333:role/janitor\"]"
      },
      {
        "name": "grants",
        "type": "message",
        "message": "PatternGrant",
        "many": "list",
        "doc": "Grants for the repositories that a pattern matches, beside what the lists above come to for each of them.",
        "example": "[{repositories: [\"team-a/*\"], pull: [\"account:444444444444\"]}]"
      },
      {
        "name": "allowBroadTrust",
        "type": "message",
        "message": "BroadTrust",
        "doc": "Consent to trust in CI jobs that is broader than named branches, tags and environments; under preset `production` such trust is refused without it.",
        "example": "{reason: \"previews are built of every branch\"}"
      },
      {
        "name": "statements",
        "type": "message",
        "message": "PolicyStatement",
        "many": "list",
        "doc": "Statements in IAM's own terms, for what the lists above cannot say."
      }
    ]
  },
  "Grantee": {
    "doc": "A principal: exactly one of `account`, `role`, `user`, `org`, `ou`, `service`, `github` and `gitlab`. As a string: `account:444444444444`, `role:ARN`, `user:ARN`, `org:o-…`, `ou:o-…/ou-…`, `service:NAME`, `github:OWNER/REPOSITORY@BRANCH`, `github:OWNER/REPOSITORY@tag:TAG`, `github:OWNER/REPOSITORY#ENVIRONMENT`, `gitlab:GROUP/PROJECT@BRANCH`.",
    "exactlyOne": [
      [
        "account",
        "role",
        "user",
        "org",
        "service",
        "ou",
        "github",
        "gitlab"
      ]
    ],
    "fields": [
      {
        "name": "account",
        "type": "string",
        "rules": {
          "pattern": "^[0-9]{12}$"
        },
        "wants": "twelve digits",
        "doc": "An AWS account, twelve digits; its administrators decide who in it may use the grant.",
        "example": "\"444444444444\""
      },
      {
        "name": "role",
        "type": "string",
        "rules": {
          "pattern": "^arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+$"
        },
        "wants": "the whole ARN of a role",
        "doc": "The ARN of an IAM role.",
        "example": "arn:aws:iam::333333333333:role/ci"
      },
      {
        "name": "user",
        "type": "string",
        "rules": {
          "pattern": "^arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+$"
        },
        "wants": "the whole ARN of a user",
        "doc": "The ARN of an IAM user.",
        "example": "arn:aws:iam::333333333333:user/deployer"
      },
      {
        "name": "org",
        "type": "string",
        "rules": {
          "pattern": "^o-[a-z0-9]{10,32}$"
        },
        "wants": "`o-` and 10 to 32 lower-case letters or digits",
        "doc": "The id of an AWS organisation, `o-…`.",
        "example": "o-a1b2c3d4e5"
      },
      {
        "name": "service",
        "type": "string",
        "rules": {
          "pattern": "^[a-z0-9-]+(\\.[a-z0-9-]+)*$"
        },
        "wants": "the name of a service, such as `lambda`",
        "doc": "An AWS service, for instance `lambda` or `codebuild.amazonaws.com`; with `sourceAccount` or `sourceArn`.",
        "example": "lambda"
      },
      {
        "name": "ou",
        "type": "string",
        "rules": {
          "pattern": "^o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*$"
        },
        "wants": "the id of an organisation, `/`, and the id of a unit",
        "doc": "A unit of an AWS organisation, and all units below it: the organisation, a slash, and `ou-…` or the root `r-…`.",
        "example": "o-a1b2c3d4e5/ou-ab12-11111111"
      },
      {
        "name": "github",
        "type": "string",
        "rules": {
          "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?$"
        },
        "wants": "`OWNER/REPOSITORY`, with `@BRANCH`, `@tag:TAG` or `#ENVIRONMENT` after it",
        "doc": "Jobs of GitHub Actions, which show a token of GitHub's and have no key: `OWNER/REPOSITORY`, in GitHub's own spelling, and then `@BRANCH`, `@tag:TAG` or `#ENVIRONMENT`, or one of the fields below. `*` in a branch, tag or environment is a wildcard; `OWNER/*` is any repository of the owner.",
        "example": "acme/api@main"
      },
      {
        "name": "gitlab",
        "type": "string",
        "rules": {
          "pattern": "^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?$"
        },
        "wants": "`GROUP/PROJECT`, with `@BRANCH` or `@tag:TAG` after it",
        "doc": "Jobs of GitLab CI, which show a token of GitLab's and have no key: `GROUP/PROJECT`, with as many groups as there are, and then `@BRANCH` or `@tag:TAG`, or one of the fields below.",
        "example": "group/project@main"
      },
      {
        "name": "sourceAccount",
        "type": "string",
        "rules": {
          "pattern": "^[0-9]{12}$"
        },
        "wants": "twelve digits",
        "needs": "service",
        "doc": "With `service`: the account on whose behalf the service acts. Without it and without `sourceArn`, the environment's account."
      },
      {
        "name": "sourceArn",
        "type": "string",
        "rules": {
          "prefix": "arn:"
        },
        "needs": "service",
        "doc": "With `service`: the ARN, or a pattern of ARNs, of the resource for which the service acts."
      },
      {
        "name": "branch",
        "type": "string",
        "needs": "github or gitlab",
        "doc": "The branch whose jobs are meant. `*` and `?` are wildcards.",
        "example": "main"
      },
      {
        "name": "tag",
        "type": "string",
        "needs": "github or gitlab",
        "doc": "The tag whose jobs are meant. `*` and `?` are wildcards.",
        "example": "\"v*\""
      },
      {
        "name": "environment",
        "type": "string",
        "needs": "github",
        "doc": "The environment of GitHub whose jobs are meant. A job that names an environment is known by it alone, not by its branch.",
        "example": "production"
      },
      {
        "name": "pullRequest",
        "type": "bool",
        "rules": {
          "const": true
        },
        "needs": "github",
        "doc": "Jobs of pull requests: what they run, nobody need have read."
      },
      {
        "name": "any",
        "type": "bool",
        "rules": {
          "const": true
        },
        "needs": "github or gitlab",
        "doc": "All jobs of the repository: any branch, tag, environment and pull request."
      },
      {
        "name": "orgId",
        "type": "string",
        "rules": {
          "pattern": "^[1-9][0-9]{0,19}$"
        },
        "wants": "a number, in quotes",
        "needs": "github",
        "doc": "The number GitHub gave the owner, in quotes. GitHub repositories made since 15 July 2026 show both numbers in their tokens, so that they need `orgId` and `repoId`.",
        "example": "\"123456\""
      },
      {
        "name": "repoId",
        "type": "string",
        "rules": {
          "pattern": "^[1-9][0-9]{0,19}$"
        },
        "wants": "a number, in quotes",
        "needs": "github",
        "doc": "The number GitHub gave the repository, in quotes.",
        "example": "\"456789\""
      },
      {
        "name": "host",
        "type": "string",
        "rules": {
          "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)+$"
        },
        "wants": "a host name",
        "needs": "gitlab",
        "doc": "The GitLab that runs the jobs, where it is not `gitlab.com`.",
        "example": "gitlab.example.com"
      }
    ]
  },
  "PatternGrant": {
    "doc": "Grants for the repositories that a pattern matches.",
    "fields": [
      {
        "name": "repositories",
        "type": "string",
        "required": true,
        "many": "list",
        "minItems": 1,
        "unique": true,
        "rules": {
          "maxLen": 256,
          "pattern": "^[A-Za-z0-9._/*-]+$"
        },
        "wants": "letters and digits, with `.`, `_`, `/`, `-` and `*`",
        "doc": "Patterns of repositories, by their keys or their names in ECR. `*` stands for any run of characters, slashes included.",
        "example": "[\"team-a/*\"]"
      },
      {
        "name": "pull",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "Who may pull images."
      },
      {
        "name": "push",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "Who may push images."
      },
      {
        "name": "pullAndPush",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "Who may pull and push images."
      },
      {
        "name": "read",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "Who may look at images, scan findings and settings."
      },
      {
        "name": "manage",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "Who may look after images."
      }
    ]
  },
  "BroadTrust": {
    "doc": "Consent to broad trust in CI jobs.",
    "fields": [
      {
        "name": "reason",
        "type": "string",
        "required": true,
        "rules": {
          "minLen": 8,
          "maxLen": 500
        },
        "doc": "Why it is wanted: `explain` shows it to whoever asks.",
        "example": "previews are built of every branch"
      }
    ]
  },
  "PolicyStatement": {
    "doc": "One statement of a repository policy, in IAM's own terms.",
    "fields": [
      {
        "name": "name",
        "type": "string",
        "required": true,
        "rules": {
          "pattern": "^[A-Za-z][A-Za-z0-9]{0,63}$"
        },
        "wants": "1 to 64 letters and digits, beginning with a letter",
        "doc": "A name for the statement, unique in the repository; Slipway puts its own mark in front of it.",
        "example": "OfficeOnly"
      },
      {
        "name": "effect",
        "type": "string",
        "required": true,
        "rules": {
          "in": [
            "Allow",
            "Deny"
          ]
        },
        "doc": "`Allow` or `Deny`."
      },
      {
        "name": "principals",
        "type": "string",
        "many": "list",
        "minItems": 1,
        "required": true,
        "doc": "Whom it is about: account ids, ARNs of roles and users, `service:NAME`, or `*`."
      },
      {
        "name": "actions",
        "type": "string",
        "many": "list",
        "minItems": 1,
        "required": true,
        "rules": {
          "pattern": "^(\\*|ecr:[A-Za-z*?]+)$"
        },
        "wants": "an action of ECR, such as `ecr:BatchGetImage`",
        "doc": "Actions, for instance `ecr:BatchGetImage`."
      },
      {
        "name": "conditions",
        "type": "struct",
        "shape": "conditions",
        "doc": "IAM conditions: operator, then key, then one value or a list.",
        "example": "{IpAddress: {\"aws:SourceIp\": [\"203.0.113.0/24\"]}}"
      }
    ]
  },
  "AwsEcrRepoSpec": {
    "doc": "The settings of one ECR repository.",
    "fields": [
      {
        "name": "repositoryName",
        "type": "string",
        "rules": {
          "minLen": 2,
          "maxLen": 256,
          "pattern": "^[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*$"
        },
        "wants": "lower-case letters and digits, with `.`, `_`, `__`, `/` or hyphens between them",
        "doc": "The repository's name in ECR, when `naming` should not make it.",
        "example": "payments/batch"
      },
      {
        "name": "environments",
        "type": "string",
        "many": "list",
        "doc": "The environments the repository exists in; without it, in all of them.",
        "example": "[prod]"
      },
      {
        "name": "region",
        "type": "string",
        "doc": "The Region; when given it must be the environment's."
      },
      {
        "name": "imageImmutable",
        "type": "bool",
        "doc": "Whether a tag, once pushed, can never be moved to another image.",
        "default": true
      },
      {
        "name": "mutableTagPatterns",
        "type": "string",
        "many": "list",
        "maxItems": 5,
        "unique": true,
        "rules": {
          "maxLen": 128,
          "pattern": "^[0-9a-zA-Z._*-]{1,128}$"
        },
        "wants": "letters, digits, `.`, `_`, `-` and `*`",
        "doc": "Tags that may be moved although tags are immutable. `*` stands for any run of characters.",
        "example": "[latest, \"*-cache\"]"
      },
      {
        "name": "immutableTagPatterns",
        "type": "string",
        "many": "list",
        "maxItems": 5,
        "unique": true,
        "rules": {
          "maxLen": 128,
          "pattern": "^[0-9a-zA-Z._*-]{1,128}$"
        },
        "wants": "letters, digits, `.`, `_`, `-` and `*`",
        "doc": "Tags that may never be moved although tags are mutable (`imageImmutable: false`).",
        "example": "[\"v*\"]"
      },
      {
        "name": "encryptionType",
        "type": "string",
        "rules": {
          "in": [
            "AES256",
            "KMS",
            "KMS_DSSE"
          ]
        },
        "doc": "How images are encrypted. `AES256`: Amazon's keys; `KMS`: a key in KMS; `KMS_DSSE`: two layers, GovCloud only. ECR fixes it when the repository is created.",
        "default": "AES256"
      },
      {
        "name": "kmsKeyId",
        "type": "message",
        "message": "KmsKey",
        "shorthand": "id",
        "doc": "The KMS key, as ARN, key id or `alias/…`, or `{companion: key}` for a key that Slipway makes and keeps; only with `KMS` or `KMS_DSSE`. Without it, Amazon's own key for ECR.",
        "example": "{companion: key}"
      },
      {
        "name": "forceDelete",
        "type": "bool",
        "doc": "Whether `destroy` may delete the repository with the images in it.",
        "default": false
      },
      {
        "name": "scanOnPush",
        "type": "bool",
        "doc": "Whether ECR scans each image for known vulnerabilities when it is pushed.",
        "default": true
      },
      {
        "name": "lifecyclePolicy",
        "type": "message",
        "message": "LifecyclePolicy",
        "doc": "Which images go, and when."
      },
      {
        "name": "access",
        "type": "message",
        "message": "Access",
        "doc": "Who may pull and push, besides the principals that the account's own IAM policies allow."
      },
      {
        "name": "tags",
        "type": "string",
        "many": "map",
        "doc": "AWS tags.",
        "example": "{Service: api}"
      }
    ]
  },
  "KmsKey": {
    "doc": "A key in KMS: exactly one of `id` and `companion`. As a string: its `id`.",
    "exactlyOne": [
      [
        "id",
        "companion"
      ]
    ],
    "fields": [
      {
        "name": "id",
        "type": "string",
        "rules": {
          "minLen": 1
        },
        "wants": "the ARN of a key, its id, or `alias/…`",
        "doc": "The ARN of the key, its id, or `alias/…`.",
        "example": "arn:aws:kms:eu-west-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"
      },
      {
        "name": "companion",
        "type": "string",
        "rules": {
          "const": "key"
        },
        "doc": "Always `key`: the environment's own key, which is made when the first repository asks for it. `AwsEcrRegistry` tunes it.",
        "example": "key"
      }
    ]
  },
  "LifecyclePolicy": {
    "doc": "Which images go, and when. Say what to keep; Slipway writes ECR's rules. `rules` and `none` each stand alone, and replace what weaker layers say; `lifecyclePolicy: null` leaves the repository's policy to others.",
    "fields": [
      {
        "name": "expireUntaggedAfterDays",
        "type": "int32",
        "rules": {
          "lte": 3650,
          "gte": 1
        },
        "doc": "Days after which an image without a tag goes. `null` turns it off.",
        "default": 14
      },
      {
        "name": "maxImageCount",
        "type": "int32",
        "rules": {
          "lte": 100000,
          "gte": 1
        },
        "doc": "How many tagged images stay; the oldest go first. `null` turns it off, and so does `archive`.",
        "default": 30
      },
      {
        "name": "keep",
        "type": "message",
        "message": "Keep",
        "many": "list",
        "doc": "Images to keep longer than the rest. Entries with `forever` come before all others; among the others, the first that matches an image governs it."
      },
      {
        "name": "rules",
        "type": "message",
        "message": "LifecycleRule",
        "many": "list",
        "maxItems": 50,
        "doc": "ECR's own rules, typed, for what the other fields cannot say. They replace them all, `protectInUse` included."
      },
      {
        "name": "none",
        "type": "bool",
        "doc": "No lifecycle policy at all: images stay for ever."
      },
      {
        "name": "archive",
        "type": "message",
        "message": "Archive",
        "doc": "When tagged images that no entry of `keep` matches go to ECR's archive storage, and when they go from there. It takes the place of `maxImageCount`, since ECR lets one rule act on an image; a `maxImageCount` of a weaker layer gives way. Untagged images are not archived: `expireUntaggedAfterDays` is about them, and most are parts of an image for several architectures, which ECR does not archive while that image is there.",
        "example": "{notPulledForDays: 90}"
      },
      {
        "name": "protectInUse",
        "type": "bool",
        "doc": "Keeps images that `slipway protect` has marked as in use out of the reach of every rule.",
        "default": false
      }
    ]
  },
  "Keep": {
    "doc": "Keep images with certain tags: the newest, those of some days, or all.",
    "exactlyOne": [
      [
        "tags",
        "allOf"
      ],
      [
        "last",
        "forDays",
        "forever"
      ]
    ],
    "fields": [
      {
        "name": "tags",
        "type": "string",
        "many": "list",
        "unique": true,
        "doc": "Tag patterns; `*` stands for any run of characters. An image with any one of them counts, each pattern for itself.",
        "example": "[\"v*\"]"
      },
      {
        "name": "allOf",
        "type": "string",
        "many": "list",
        "unique": true,
        "doc": "Tag patterns of which an image must match every one, by the same tag or by several.",
        "example": "[\"v*\", \"*-arm64\"]"
      },
      {
        "name": "last",
        "type": "int32",
        "rules": {
          "lte": 1000000,
          "gte": 1
        },
        "doc": "How many images stay, the newest: for each pattern of `tags`, or for `allOf` together.",
        "example": "50"
      },
      {
        "name": "forDays",
        "type": "int32",
        "rules": {
          "lte": 36500,
          "gte": 1
        },
        "doc": "How many days after its push an image stays.",
        "example": "90"
      },
      {
        "name": "forever",
        "type": "bool",
        "rules": {
          "const": true
        },
        "doc": "`true`: every image stays, in archive too, whatever else it is tagged."
      }
    ]
  },
  "LifecycleRule": {
    "doc": "One rule in ECR's own terms.",
    "fields": [
      {
        "name": "rulePriority",
        "type": "int32",
        "required": true,
        "rules": {
          "gte": 1
        },
        "doc": "Lower numbers act first."
      },
      {
        "name": "description",
        "type": "string",
        "doc": "What the rule is for."
      },
      {
        "name": "selection",
        "type": "message",
        "message": "LifecycleSelection",
        "required": true,
        "doc": "Which images the rule is about."
      },
      {
        "name": "action",
        "type": "message",
        "message": "LifecycleAction",
        "required": true,
        "doc": "What happens to them."
      }
    ]
  },
  "LifecycleSelection": {
    "doc": "Which images a rule is about.",
    "fields": [
      {
        "name": "tagStatus",
        "type": "string",
        "required": true,
        "rules": {
          "in": [
            "tagged",
            "untagged",
            "any"
          ]
        },
        "doc": "`tagged`, `untagged` or `any`."
      },
      {
        "name": "tagPatternList",
        "type": "string",
        "many": "list",
        "doc": "Patterns of which an image must match **every** one. Only with `tagged`."
      },
      {
        "name": "tagPrefixList",
        "type": "string",
        "many": "list",
        "doc": "Prefixes of which an image must match **every** one. Only with `tagged`."
      },
      {
        "name": "storageClass",
        "type": "string",
        "rules": {
          "in": [
            "standard",
            "archive"
          ]
        },
        "doc": "`standard` or `archive`."
      },
      {
        "name": "countType",
        "type": "string",
        "required": true,
        "rules": {
          "in": [
            "imageCountMoreThan",
            "sinceImagePushed",
            "sinceImagePulled",
            "sinceImageTransitioned"
          ]
        },
        "doc": "`imageCountMoreThan`, `sinceImagePushed`, `sinceImagePulled` or `sinceImageTransitioned`."
      },
      {
        "name": "countUnit",
        "type": "string",
        "rules": {
          "in": [
            "days"
          ]
        },
        "doc": "`days`, with every count type but `imageCountMoreThan`."
      },
      {
        "name": "countNumber",
        "type": "int32",
        "required": true,
        "rules": {
          "gte": 1
        },
        "doc": "How many images, or how many days."
      }
    ]
  },
  "LifecycleAction": {
    "doc": "What happens to an image.",
    "fields": [
      {
        "name": "type",
        "type": "string",
        "required": true,
        "rules": {
          "in": [
            "expire",
            "transition"
          ]
        },
        "doc": "`expire` or `transition`."
      },
      {
        "name": "targetStorageClass",
        "type": "string",
        "rules": {
          "in": [
            "archive"
          ]
        },
        "doc": "`archive`, with `transition`."
      }
    ]
  },
  "Archive": {
    "doc": "When tagged images go to archive storage, and from there. Exactly one of the first three; an image in archive cannot be pulled until it is restored, and is charged for at least 90 days.",
    "exactlyOne": [
      [
        "notPulledForDays",
        "olderThanDays",
        "beyondLast"
      ]
    ],
    "fields": [
      {
        "name": "notPulledForDays",
        "type": "int32",
        "rules": {
          "lte": 36500,
          "gte": 1
        },
        "doc": "Days without a pull; an image that was never pulled counts from its push.",
        "example": "90"
      },
      {
        "name": "olderThanDays",
        "type": "int32",
        "rules": {
          "lte": 36500,
          "gte": 1
        },
        "doc": "Days since the push.",
        "example": "180"
      },
      {
        "name": "beyondLast",
        "type": "int32",
        "rules": {
          "lte": 100000,
          "gte": 1
        },
        "doc": "How many tagged images stay out of the archive, the newest.",
        "example": "30"
      },
      {
        "name": "expireAfterDays",
        "type": "int32",
        "rules": {
          "lte": 36500,
          "gte": 90
        },
        "doc": "Days in archive after which an image is gone for good, save those kept `forever` or in use. Left out: never.",
        "example": "365"
      }
    ]
  },
  "Usage": {
    "doc": "Where to look for what is running, so that no image in use goes. Declaring it turns `lifecyclePolicy.protectInUse` on. An environment's own members replace the project's one by one; `null` takes one away.",
    "fields": [
      {
        "name": "ecs",
        "type": "message",
        "message": "UsageEcs",
        "doc": "Services, tasks and recent task definitions of ECS. `{}` reads all clusters.",
        "example": "{}"
      },
      {
        "name": "lambda",
        "type": "message",
        "message": "UsageLambda",
        "doc": "Functions of Lambda that are made of images. `{}` reads all of them.",
        "example": "{}"
      },
      {
        "name": "kubernetes",
        "type": "message",
        "message": "UsageKubernetes",
        "many": "list",
        "shorthand": "context",
        "doc": "Clusters of Kubernetes, each by a context of a kubeconfig.",
        "example": "[prod-eks]"
      },
      {
        "name": "files",
        "type": "string",
        "many": "list",
        "unique": true,
        "rules": {
          "minLen": 1
        },
        "doc": "Plain files of image addresses, one a line, `#` begins a comment; paths are relative to the project's folder.",
        "example": "[running.txt]"
      },
      {
        "name": "accounts",
        "type": "message",
        "message": "UsageAccount",
        "many": "list",
        "doc": "The accounts that ECS and Lambda are read in; without it, the environment's own."
      }
    ]
  },
  "UsageEcs": {
    "doc": "What is read of ECS.",
    "fields": [
      {
        "name": "clusters",
        "type": "string",
        "many": "list",
        "unique": true,
        "rules": {
          "pattern": "^[A-Za-z0-9_*-]{1,255}$"
        },
        "wants": "letters, digits, `_`, `-` and `*`",
        "doc": "Names of clusters, `*` for any text; without it, all of them. A name that matches none is an error, not an empty answer.",
        "example": "[prod, \"batch-*\"]"
      },
      {
        "name": "revisions",
        "type": "int32",
        "rules": {
          "lte": 100,
          "gte": 0
        },
        "doc": "How many of the newest active task definitions of each family count as in use, whether anything runs them or not: what runs on a schedule has no task in between, and a rollback needs the one before.",
        "default": 1
      }
    ]
  },
  "UsageLambda": {
    "doc": "What is read of Lambda.",
    "fields": [
      {
        "name": "versions",
        "type": "string",
        "rules": {
          "in": [
            "all",
            "aliased"
          ]
        },
        "doc": "`all`: every published version counts. `aliased`: `$LATEST` and those that an alias leads to.",
        "default": "all"
      }
    ]
  },
  "UsageKubernetes": {
    "doc": "One cluster of Kubernetes. As a string: its context.",
    "fields": [
      {
        "name": "context",
        "type": "string",
        "required": true,
        "rules": {
          "minLen": 1
        },
        "doc": "The context's name in the kubeconfig.",
        "example": "prod-eks"
      },
      {
        "name": "kubeconfig",
        "type": "string",
        "doc": "The kubeconfig, relative to the project's folder; without it, `$KUBECONFIG` or else `~/.kube/config`. Only these two may start programs and read tokens from files, whether they are named here or not.",
        "example": "~/.kube/prod"
      },
      {
        "name": "namespaces",
        "type": "string",
        "many": "list",
        "unique": true,
        "rules": {
          "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
        },
        "wants": "lower-case letters and digits, with hyphens between them",
        "doc": "The namespaces to read; without it, all of them, which takes a ClusterRole.",
        "example": "[shop]"
      }
    ]
  },
  "UsageAccount": {
    "doc": "An account and Region in which things run.",
    "fields": [
      {
        "name": "account",
        "type": "string",
        "required": true,
        "rules": {
          "pattern": "^[0-9]{12}$"
        },
        "wants": "twelve digits",
        "doc": "The AWS account, twelve digits, in quotes.",
        "example": "\"333333333333\""
      },
      {
        "name": "region",
        "type": "string",
        "rules": {
          "pattern": "^[a-z]{2,}(-[a-z]+)+-[0-9]+$"
        },
        "wants": "a Region such as `eu-west-1`",
        "doc": "The AWS Region; without it, the environment's.",
        "example": "eu-west-1"
      },
      {
        "name": "profile",
        "type": "string",
        "doc": "A profile of the AWS configuration that leads into the account.",
        "example": "workloads"
      },
      {
        "name": "roleArn",
        "type": "string",
        "rules": {
          "pattern": "^arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+$"
        },
        "wants": "the whole ARN of a role",
        "doc": "A role in the account to assume, with the credentials in use or those of `profile`.",
        "example": "arn:aws:iam::333333333333:role/slipway-usage"
      }
    ]
  },
  "Replica": {
    "doc": "Another Region that an environment's repositories and images are in as well.",
    "fields": [
      {
        "name": "region",
        "type": "string",
        "required": true,
        "rules": {
          "pattern": "^[a-z]{2,}(-[a-z]+)+-[0-9]+$"
        },
        "wants": "a Region such as `us-east-1`",
        "doc": "The AWS Region.",
        "example": "us-east-1"
      }
    ]
  },
  "AwsEcrRepo": {
    "doc": "One ECR repository in a document of its own: the long form of an entry in a project's `repositories`.",
    "fields": [
      {
        "name": "apiVersion",
        "type": "string",
        "required": true,
        "rules": {
          "const": "ecr.slipway.dev/v1"
        },
        "doc": "Always `ecr.slipway.dev/v1`. Planton's manifests, with their own apiVersion, are read too."
      },
      {
        "name": "kind",
        "type": "string",
        "required": true,
        "rules": {
          "const": "AwsEcrRepo"
        },
        "doc": "Always `AwsEcrRepo`."
      },
      {
        "name": "metadata",
        "type": "message",
        "message": "RepositoryMetadata",
        "required": true,
        "doc": "What the repository is called in the project."
      },
      {
        "name": "spec",
        "type": "message",
        "message": "AwsEcrRepoSpec",
        "doc": "Its settings."
      }
    ]
  },
  "RepositoryMetadata": {
    "doc": "What a repository is called in the project.",
    "fields": [
      {
        "name": "name",
        "type": "string",
        "required": true,
        "rules": {
          "maxLen": 256,
          "pattern": "^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$"
        },
        "wants": "letters and digits, with `.`, `_`, `/` and `-` between them",
        "doc": "The repository's key in the project, `{name}` in `naming`.",
        "example": "batch"
      },
      {
        "name": "org",
        "type": "string",
        "doc": "The organisation; when given it must be the project's."
      },
      {
        "name": "env",
        "type": "string",
        "doc": "The one environment this document is for; when given it must be one of the project's."
      }
    ]
  },
  "AwsEcrRegistry": {
    "doc": "What a registry has once for each account and Region, beside its repositories. What it does not mention is not managed.",
    "fields": [
      {
        "name": "apiVersion",
        "type": "string",
        "required": true,
        "rules": {
          "const": "ecr.slipway.dev/v1"
        },
        "doc": "Always `ecr.slipway.dev/v1`."
      },
      {
        "name": "kind",
        "type": "string",
        "required": true,
        "rules": {
          "const": "AwsEcrRegistry"
        },
        "doc": "Always `AwsEcrRegistry`."
      },
      {
        "name": "metadata",
        "type": "message",
        "message": "RegistryMetadata",
        "required": true,
        "doc": "What the document is called."
      },
      {
        "name": "spec",
        "type": "message",
        "message": "AwsEcrRegistrySpec",
        "doc": "Its settings."
      }
    ]
  },
  "RegistryMetadata": {
    "doc": "What a document about a registry is called. The name is for people.",
    "fields": [
      {
        "name": "name",
        "type": "string",
        "required": true,
        "rules": {
          "maxLen": 63,
          "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
        },
        "wants": "lower-case letters and digits, with hyphens between them",
        "doc": "The name.",
        "example": "registry"
      }
    ]
  },
  "AwsEcrRegistrySpec": {
    "doc": "The settings of a registry. A document without `environments` is for all of them; one that names an environment wins there, member by member.",
    "fields": [
      {
        "name": "environments",
        "type": "string",
        "many": "list",
        "doc": "The environments the document is for; without it, all of them.",
        "example": "[prod]"
      },
      {
        "name": "companions",
        "type": "message",
        "message": "Companions",
        "doc": "How the roles, keys and identity providers are made that come to be by use: a `github:` grant, `kmsKeyId: {companion: key}`."
      },
      {
        "name": "registryPolicy",
        "type": "message",
        "message": "RegistryPolicy",
        "doc": "Who may do what with repositories of the registry by their names, those that no manifest declares among them: who may replicate into it, fill it through a pull-through cache, pull and push. Statements of others in the registry's policy stay. Without it the registry's policy is not even read; `{}` takes our statements out of it.",
        "example": "{grants: [{repositories: [\"mirror/*\"], replicate: [\"account:444444444444\"]}]}"
      }
    ]
  },
  "Companions": {
    "doc": "What stands beside the repositories, in stacks of CloudFormation that Slipway keeps: roles for CI, roles to pull with, the key, and the identity provider of GitHub or GitLab. Most come to be by use; here they are tuned.",
    "fields": [
      {
        "name": "accountRegion",
        "type": "string",
        "rules": {
          "pattern": "^[a-z]{2,}(-[a-z]+)+-[0-9]+$"
        },
        "wants": "a Region such as `eu-west-1`",
        "doc": "The Region whose CloudFormation holds the stack of the account (the identity providers, which have no Region of their own). Without it, that of the first environment in the account.",
        "example": "eu-west-1"
      },
      {
        "name": "oidcProviders",
        "type": "message",
        "message": "CompanionOidcProvider",
        "many": "map",
        "keys": {
          "maxLen": 255,
          "pattern": "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"
        },
        "keyWants": "`github`, `gitlab`, or a host",
        "doc": "Identity providers of CI, by `github`, `gitlab`, or the host of a GitLab of one's own.",
        "example": "{github: {existing: true}}"
      },
      {
        "name": "roles",
        "type": "message",
        "message": "CompanionRoles",
        "doc": "What all roles have in common, those of CI and those to pull with."
      },
      {
        "name": "key",
        "type": "message",
        "message": "CompanionKey",
        "doc": "The key that `kmsKeyId: {companion: key}` stands for."
      },
      {
        "name": "pullRoles",
        "type": "message",
        "message": "CompanionPullRole",
        "many": "map",
        "keys": {
          "maxLen": 32,
          "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
        },
        "keyWants": "at most 32 lower-case letters and digits, with hyphens between them",
        "doc": "Roles to pull with, by name; the name is part of the role's.",
        "example": "{tasks: {for: ecs-task-execution}}"
      }
    ]
  },
  "CompanionOidcProvider": {
    "doc": "The identity provider in IAM by which a CI system's tokens are known. An account has one for each issuer.",
    "fields": [
      {
        "name": "existing",
        "type": "bool",
        "doc": "Whether the account has it already and somebody else keeps it: it is then only referred to. Without it, Slipway looks: what exists is referred to, and what does not is made."
      },
      {
        "name": "audiences",
        "type": "string",
        "many": "list",
        "maxItems": 100,
        "unique": true,
        "rules": {
          "minLen": 1,
          "maxLen": 255
        },
        "doc": "Audiences that tokens may be for.",
        "default": [
          "sts.amazonaws.com"
        ],
        "example": "[sts.amazonaws.com]"
      },
      {
        "name": "thumbprints",
        "type": "string",
        "many": "list",
        "maxItems": 5,
        "unique": true,
        "rules": {
          "pattern": "^[0-9a-f]{40}$"
        },
        "wants": "40 hexadecimal digits in lower case",
        "doc": "SHA-1 thumbprints of the issuer's certificate. AWS needs none where a public authority signed it, as with GitHub and gitlab.com.",
        "example": "[6938fd4d98bab03faadb97b34396831e3780aea1]"
      }
    ]
  },
  "CompanionRoles": {
    "doc": "What the roles have in common.",
    "fields": [
      {
        "name": "path",
        "type": "string",
        "rules": {
          "maxLen": 512,
          "pattern": "^/([A-Za-z0-9+=,.@_-]+/)*$"
        },
        "wants": "a path that begins and ends with `/`",
        "doc": "The path of the roles in IAM. Changing it replaces them.",
        "default": "/",
        "example": "/ci/"
      },
      {
        "name": "namePrefix",
        "type": "string",
        "rules": {
          "pattern": "^[A-Za-z0-9+=,.@_-]{1,32}$"
        },
        "wants": "1 to 32 letters, digits and `+=,.@_-`",
        "doc": "What the names of the roles begin with. Changing it replaces them.",
        "default": "{project}-{environment}-{region}",
        "example": "payments-prod"
      },
      {
        "name": "permissionsBoundary",
        "type": "string",
        "rules": {
          "pattern": "^arn:aws(-[a-z]+)*:iam::([0-9]{12}|aws):policy/[^*]+$"
        },
        "wants": "the whole ARN of a managed policy",
        "doc": "The ARN of the managed policy that bounds what the roles may do, where the account asks for one.",
        "example": "arn:aws:iam::222222222222:policy/boundary"
      },
      {
        "name": "maxSessionMinutes",
        "type": "int32",
        "rules": {
          "lte": 720,
          "gte": 60
        },
        "doc": "How long the sessions of CI may last, in minutes.",
        "default": 60
      }
    ]
  },
  "CompanionKey": {
    "doc": "The key in KMS that encrypts the repositories of an environment. It rotates, it has an alias, and `destroy` leaves it without specific consent, since images die with their key.",
    "fields": [
      {
        "name": "alias",
        "type": "string",
        "rules": {
          "maxLen": 256,
          "pattern": "^alias/[A-Za-z0-9/_-]+$"
        },
        "wants": "`alias/` and letters, digits, `/`, `_` and `-`",
        "doc": "The alias, beginning with `alias/`. Without it, `alias/slipway/PROJECT/ENVIRONMENT`.",
        "example": "alias/payments-prod"
      },
      {
        "name": "rotationPeriodDays",
        "type": "int32",
        "rules": {
          "lte": 2560,
          "gte": 90
        },
        "doc": "Every how many days the key material is replaced; what it encrypted before stays readable.",
        "default": 365
      },
      {
        "name": "deletionWindowDays",
        "type": "int32",
        "rules": {
          "lte": 30,
          "gte": 7
        },
        "doc": "How many days pass between the deletion of the key and its end, in which it may be called back.",
        "default": 30
      },
      {
        "name": "administrators",
        "type": "string",
        "many": "list",
        "unique": true,
        "rules": {
          "pattern": "^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(role|user)/[^*]+$"
        },
        "wants": "the whole ARN of a role or user",
        "doc": "Roles and users that may administer the key though no policy of IAM says so. The account's own policies may in any case, so that it can never be locked out.",
        "example": "[\"arn:aws:iam::222222222222:role/security\"]"
      }
    ]
  },
  "CompanionPullRole": {
    "doc": "A role that something which runs pulls images with.",
    "fields": [
      {
        "name": "for",
        "type": "string",
        "required": true,
        "rules": {
          "in": [
            "ecs-task-execution",
            "eks-node",
            "eks-fargate-pod",
            "deploy"
          ]
        },
        "doc": "What takes the role. `ecs-task-execution`: ECS, to start tasks. `eks-node`: the nodes of an EKS cluster. `eks-fargate-pod`: EKS on Fargate. `deploy`: the principals in `trusted`, for instance the deployment of another account.",
        "example": "ecs-task-execution"
      },
      {
        "name": "repositories",
        "type": "string",
        "many": "list",
        "unique": true,
        "rules": {
          "minLen": 1,
          "maxLen": 256
        },
        "doc": "The repositories it may pull, by key or name in ECR, `*` for any text; without it, all of the environment's.",
        "example": "[api, \"web-*\"]"
      },
      {
        "name": "trusted",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "With `deploy`: who may take the role.",
        "example": "[\"account:444444444444\"]"
      },
      {
        "name": "externalId",
        "type": "string",
        "rules": {
          "maxLen": 1000,
          "pattern": "^[A-Za-z0-9+=,.@:/_-]{2,}$"
        },
        "wants": "at least 2 letters, digits and `+=,.@:/_-`",
        "needs": "trusted",
        "doc": "With `deploy`: what the other side must name when it takes the role.",
        "example": "deploy-4711"
      },
      {
        "name": "cluster",
        "type": "string",
        "rules": {
          "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$"
        },
        "wants": "the name of a cluster",
        "doc": "With `eks-fargate-pod`: the cluster's name; without it, any cluster of the account and Region.",
        "example": "shop"
      },
      {
        "name": "managedPolicies",
        "type": "string",
        "many": "list",
        "maxItems": 10,
        "unique": true,
        "rules": {
          "pattern": "^arn:aws(-[a-z]+)*:iam::([0-9]{12}|aws):policy/[^*]+$"
        },
        "wants": "the whole ARN of a managed policy",
        "doc": "Managed policies for what it must do besides, by ARN. Without it, what AWS's guide attaches: to `eks-node` AmazonEKSWorkerNodePolicy and AmazonEC2ContainerRegistryPullOnly, to `eks-fargate-pod` AmazonEKSFargatePodExecutionRolePolicy (the images of AWS's own add-ons are in accounts of AWS), to the others nothing.",
        "example": "[\"arn:aws:iam::aws:policy/CloudWatchLogsFullAccess\"]"
      }
    ]
  },
  "RegistryPolicy": {
    "doc": "What the policy of a registry shall say.",
    "fields": [
      {
        "name": "scope",
        "type": "string",
        "rules": {
          "in": [
            "V1",
            "V2"
          ]
        },
        "doc": "On which requests the whole policy decides, whoever wrote its statements: the account setting REGISTRY_POLICY_SCOPE of the Region. `V1`: replication, pull-through caches and the making of repositories. `V2`, what a new registry has: every request. Without it the setting stays as it is; to change it takes consent, since it is one for all who use the registry.",
        "example": "V2"
      },
      {
        "name": "grants",
        "type": "message",
        "message": "RegistryGrant",
        "many": "list",
        "doc": "Grants for the repositories that patterns match.",
        "example": "[{repositories: [\"mirror/*\"], replicate: [\"account:444444444444\"]}]"
      }
    ]
  },
  "RegistryGrant": {
    "doc": "Grants for the repositories of a registry that patterns match, those that are yet to be made among them.",
    "fields": [
      {
        "name": "repositories",
        "type": "string",
        "required": true,
        "many": "list",
        "minItems": 1,
        "unique": true,
        "rules": {
          "maxLen": 256,
          "pattern": "^[a-z0-9._/*-]+$"
        },
        "wants": "lower-case letters and digits, with `.`, `_`, `/`, `-` and `*`",
        "doc": "Patterns of names in ECR. `*` stands for any run of characters, slashes included; alone, for every repository.",
        "example": "[\"mirror/*\"]"
      },
      {
        "name": "replicate",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "Accounts whose registries may replicate images into this one, and make the repositories for them.",
        "example": "[\"account:444444444444\"]"
      },
      {
        "name": "pullThrough",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "Roles, users, or all of the registry's own account, that may pull through a cache what is not there yet: they may make its repositories and bring images in.",
        "example": "[\"role:arn:aws:iam::222222222222:role/build\"]"
      },
      {
        "name": "pull",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "Who may pull images. This and all below need scope V2."
      },
      {
        "name": "push",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "Who may push images. Pushing never includes deleting, nor making repositories."
      },
      {
        "name": "pullAndPush",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "Who may pull and push images."
      },
      {
        "name": "read",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "Who may look at images, scan findings and settings, without pulling."
      },
      {
        "name": "manage",
        "type": "message",
        "message": "Grantee",
        "many": "list",
        "shorthand": "grantee",
        "doc": "Who may look after images: `read`, and delete, archive, restore and scan them."
      }
    ]
  }
};
