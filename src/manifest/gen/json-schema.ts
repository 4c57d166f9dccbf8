// The JSON Schema of the manifest, for `slipway schema`. Generated from proto/ by scripts/generate-manifest.ts.
// It must not be changed by hand.

export const jsonSchema: { readonly [key: string]: unknown } = {
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Slipway manifest",
  "description": "Amazon ECR repositories, declared: a Project, one repository of it, or what a registry has beside them.",
  "type": "object",
  "required": [
    "apiVersion",
    "kind"
  ],
  "properties": {
    "kind": {
      "enum": [
        "Project",
        "AwsEcrRepo",
        "AwsEcrRegistry"
      ]
    }
  },
  "allOf": [
    {
      "if": {
        "properties": {
          "kind": {
            "const": "Project"
          }
        },
        "required": [
          "kind"
        ]
      },
      "then": {
        "$ref": "#/$defs/Project"
      }
    },
    {
      "if": {
        "properties": {
          "kind": {
            "const": "AwsEcrRepo"
          }
        },
        "required": [
          "kind"
        ]
      },
      "then": {
        "$ref": "#/$defs/AwsEcrRepo"
      }
    },
    {
      "if": {
        "properties": {
          "kind": {
            "const": "AwsEcrRegistry"
          }
        },
        "required": [
          "kind"
        ]
      },
      "then": {
        "$ref": "#/$defs/AwsEcrRegistry"
      }
    }
  ],
  "$defs": {
    "Project": {
      "type": "object",
      "description": "A set of ECR repositories that one team owns, in one or more environments.",
      "properties": {
        "apiVersion": {
          "type": "string",
          "const": "ecr.slipway.dev/v1",
          "description": "Always `ecr.slipway.dev/v1`."
        },
        "kind": {
          "type": "string",
          "const": "Project",
          "description": "Always `Project`."
        },
        "metadata": {
          "$ref": "#/$defs/ProjectMetadata",
          "description": "What the project is called."
        },
        "spec": {
          "$ref": "#/$defs/ProjectSpec",
          "description": "What the project consists of."
        }
      },
      "additionalProperties": false,
      "required": [
        "apiVersion",
        "kind",
        "metadata",
        "spec"
      ]
    },
    "ProjectMetadata": {
      "type": "object",
      "description": "What a project is called.",
      "properties": {
        "name": {
          "type": "string",
          "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
          "minLength": 1,
          "maxLength": 63,
          "description": "The project's name. It is part of the ownership tags in AWS, so changing it later means taking the repositories over.",
          "examples": [
            "payments"
          ]
        },
        "org": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$",
          "description": "The organisation the project belongs to; `{org}` in `naming`.",
          "examples": [
            "acme"
          ]
        }
      },
      "additionalProperties": false,
      "required": [
        "name"
      ]
    },
    "ProjectSpec": {
      "type": "object",
      "description": "What a project consists of.",
      "properties": {
        "naming": {
          "type": [
            "string",
            "null"
          ],
          "description": "How a repository's ECR name is made: `{name}` is its key, `{project}`, `{org}` and `{env}` are what they say. A repository's own `repositoryName` wins.",
          "default": "{name}",
          "examples": [
            "{project}/{name}"
          ]
        },
        "defaultTags": {
          "type": [
            "object",
            "null"
          ],
          "additionalProperties": {
            "type": [
              "string",
              "null"
            ]
          },
          "description": "AWS tags put on every repository, beside Slipway's own.",
          "examples": [
            {
              "Team": "payments"
            }
          ]
        },
        "environments": {
          "type": "object",
          "additionalProperties": {
            "$ref": "#/$defs/Environment"
          },
          "propertyNames": {
            "type": "string",
            "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
            "maxLength": 32
          },
          "minProperties": 1,
          "description": "Where the repositories live, by the environment's name."
        },
        "access": {
          "anyOf": [
            {
              "$ref": "#/$defs/Access"
            },
            {
              "type": "null"
            }
          ],
          "description": "Who may pull and push, in every repository of every environment."
        },
        "repositoryDefaults": {
          "anyOf": [
            {
              "$ref": "#/$defs/AwsEcrRepoSpec"
            },
            {
              "type": "null"
            }
          ],
          "description": "Settings for every repository, unless it says otherwise."
        },
        "usage": {
          "anyOf": [
            {
              "$ref": "#/$defs/Usage"
            },
            {
              "type": "null"
            }
          ],
          "description": "Where to look for what is running, for every environment.",
          "examples": [
            {
              "ecs": {},
              "lambda": {}
            }
          ]
        },
        "repositories": {
          "type": [
            "object",
            "null"
          ],
          "additionalProperties": {
            "anyOf": [
              {
                "$ref": "#/$defs/AwsEcrRepoSpec"
              },
              {
                "type": "null"
              }
            ]
          },
          "propertyNames": {
            "type": "string",
            "pattern": "^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$",
            "maxLength": 256
          },
          "description": "The repositories, by name. `{}` is a repository that says nothing and takes the defaults.",
          "examples": [
            {
              "api": {}
            }
          ]
        }
      },
      "additionalProperties": false,
      "required": [
        "environments"
      ]
    },
    "Environment": {
      "type": "object",
      "description": "One place where the project's repositories live: an AWS account and Region.",
      "properties": {
        "account": {
          "type": "string",
          "pattern": "^[0-9]{12}$",
          "description": "The AWS account, twelve digits, in quotes.",
          "examples": [
            "111111111111"
          ]
        },
        "region": {
          "type": "string",
          "pattern": "^[a-z]{2,}(-[a-z]+)+-[0-9]+$",
          "description": "The AWS Region.",
          "examples": [
            "eu-west-1"
          ]
        },
        "preset": {
          "type": [
            "string",
            "null"
          ],
          "enum": [
            "production",
            "staging",
            "development",
            null
          ],
          "description": "A named set of defaults: `production` keeps the last 50 tagged images, `staging` 10, `development` 10 with mutable tags.",
          "examples": [
            "production"
          ]
        },
        "defaultTags": {
          "type": [
            "object",
            "null"
          ],
          "additionalProperties": {
            "type": [
              "string",
              "null"
            ]
          },
          "description": "AWS tags put on every repository of this environment."
        },
        "access": {
          "anyOf": [
            {
              "$ref": "#/$defs/Access"
            },
            {
              "type": "null"
            }
          ],
          "description": "Who may pull and push, in every repository of this environment. Replaces the project's lists.",
          "examples": [
            {
              "pull": [
                "account:444444444444"
              ]
            }
          ]
        },
        "pull": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "Who may pull from every repository of this environment: short for `access: {pull: …}`.",
          "examples": [
            [
              "account:444444444444"
            ]
          ]
        },
        "push": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "Who may push to every repository of this environment: short for `access: {push: …}`.",
          "examples": [
            [
              "github:acme/payments@main"
            ]
          ]
        },
        "repositoryDefaults": {
          "anyOf": [
            {
              "$ref": "#/$defs/AwsEcrRepoSpec"
            },
            {
              "type": "null"
            }
          ],
          "description": "Settings for every repository of this environment, unless the repository says otherwise."
        },
        "usage": {
          "anyOf": [
            {
              "$ref": "#/$defs/Usage"
            },
            {
              "type": "null"
            }
          ],
          "description": "Where to look for what is running in this environment; it replaces the project's, member by member.",
          "examples": [
            {
              "kubernetes": [
                "prod-eks"
              ]
            }
          ]
        },
        "repositories": {
          "type": [
            "object",
            "null"
          ],
          "additionalProperties": {
            "anyOf": [
              {
                "$ref": "#/$defs/AwsEcrRepoSpec"
              },
              {
                "type": "null"
              }
            ]
          },
          "description": "This environment's own settings for single repositories; they win over everything but `--set`."
        },
        "replicas": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "$ref": "#/$defs/Replica"
          },
          "maxItems": 25,
          "description": "Other Regions of the account that have the same repositories with the same settings, and that ECR copies every image to that is pushed from then on. The rule that does so is in the registry's replication configuration, beside the rules of others. Without it that configuration is not even read; `[]` takes our rule out of it. Repositories in a Region that is not listed any more stay.",
          "examples": [
            [
              {
                "region": "us-east-1"
              }
            ]
          ]
        }
      },
      "additionalProperties": false,
      "required": [
        "account",
        "region"
      ]
    },
    "Access": {
      "type": "object",
      "description": "Who may do what with a repository's images. Slipway writes the repository policy, and for `github:` and `gitlab:` says which role a job needs.",
      "properties": {
        "pull": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "Who may pull images.",
          "examples": [
            [
              "account:444444444444"
            ]
          ]
        },
        "push": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "Who may push images. Pushing never includes deleting, nor pulling layers.",
          "examples": [
            [
              "github:acme/api@main"
            ]
          ]
        },
        "pullAndPush": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "Who may pull and push images: the same as standing in both lists.",
          "examples": [
            [
              "role:arn:aws:iam::333333333333:role/ci"
            ]
          ]
        },
        "read": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "Who may look at images, scan findings and settings, without pulling.",
          "examples": [
            [
              "role:arn:aws:iam::333333333333:role/auditor"
            ]
          ]
        },
        "manage": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "Who may look after images: `read`, and delete, archive, restore and scan them. Not what the manifest declares: no policy, tags, mutability or lifecycle rules.",
          "examples": [
            [
              "role:arn:aws:iam::333333333333:role/janitor"
            ]
          ]
        },
        "grants": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "$ref": "#/$defs/PatternGrant"
          },
          "description": "Grants for the repositories that a pattern matches, beside what the lists above come to for each of them.",
          "examples": [
            [
              {
                "repositories": [
                  "team-a/*"
                ],
                "pull": [
                  "account:444444444444"
                ]
              }
            ]
          ]
        },
        "allowBroadTrust": {
          "anyOf": [
            {
              "$ref": "#/$defs/BroadTrust"
            },
            {
              "type": "null"
            }
          ],
          "description": "Consent to trust in CI jobs that is broader than named branches, tags and environments; under preset `production` such trust is refused without it.",
          "examples": [
            {
              "reason": "previews are built of every branch"
            }
          ]
        },
        "statements": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "$ref": "#/$defs/PolicyStatement"
          },
          "description": "Statements in IAM's own terms, for what the lists above cannot say."
        }
      },
      "additionalProperties": false
    },
    "Grantee": {
      "type": "object",
      "description": "A principal: exactly one of `account`, `role`, `user`, `org`, `ou`, `service`, `github` and `gitlab`. As a string: `account:444444444444`, `role:ARN`, `user:ARN`, `org:o-…`, `ou:o-…/ou-…`, `service:NAME`, `github:OWNER/REPOSITORY@BRANCH`, `github:OWNER/REPOSITORY@tag:TAG`, `github:OWNER/REPOSITORY#ENVIRONMENT`, `gitlab:GROUP/PROJECT@BRANCH`.",
      "properties": {
        "account": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^[0-9]{12}$",
          "description": "An AWS account, twelve digits; its administrators decide who in it may use the grant.",
          "examples": [
            "444444444444"
          ]
        },
        "role": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+$",
          "description": "The ARN of an IAM role.",
          "examples": [
            "arn:aws:iam::333333333333:role/ci"
          ]
        },
        "user": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+$",
          "description": "The ARN of an IAM user.",
          "examples": [
            "arn:aws:iam::333333333333:user/deployer"
          ]
        },
        "org": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^o-[a-z0-9]{10,32}$",
          "description": "The id of an AWS organisation, `o-…`.",
          "examples": [
            "o-a1b2c3d4e5"
          ]
        },
        "service": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^[a-z0-9-]+(\\.[a-z0-9-]+)*$",
          "description": "An AWS service, for instance `lambda` or `codebuild.amazonaws.com`; with `sourceAccount` or `sourceArn`.",
          "examples": [
            "lambda"
          ]
        },
        "ou": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*$",
          "description": "A unit of an AWS organisation, and all units below it: the organisation, a slash, and `ou-…` or the root `r-…`.",
          "examples": [
            "o-a1b2c3d4e5/ou-ab12-11111111"
          ]
        },
        "github": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?$",
          "description": "Jobs of GitHub Actions, which show a token of GitHub's and have no key: `OWNER/REPOSITORY`, in GitHub's own spelling, and then `@BRANCH`, `@tag:TAG` or `#ENVIRONMENT`, or one of the fields below. `*` in a branch, tag or environment is a wildcard; `OWNER/*` is any repository of the owner.",
          "examples": [
            "acme/api@main"
          ]
        },
        "gitlab": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?$",
          "description": "Jobs of GitLab CI, which show a token of GitLab's and have no key: `GROUP/PROJECT`, with as many groups as there are, and then `@BRANCH` or `@tag:TAG`, or one of the fields below.",
          "examples": [
            "group/project@main"
          ]
        },
        "sourceAccount": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^[0-9]{12}$",
          "description": "With `service`: the account on whose behalf the service acts. Without it and without `sourceArn`, the environment's account."
        },
        "sourceArn": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^arn:",
          "description": "With `service`: the ARN, or a pattern of ARNs, of the resource for which the service acts."
        },
        "branch": {
          "type": [
            "string",
            "null"
          ],
          "description": "The branch whose jobs are meant. `*` and `?` are wildcards.",
          "examples": [
            "main"
          ]
        },
        "tag": {
          "type": [
            "string",
            "null"
          ],
          "description": "The tag whose jobs are meant. `*` and `?` are wildcards.",
          "examples": [
            "v*"
          ]
        },
        "environment": {
          "type": [
            "string",
            "null"
          ],
          "description": "The environment of GitHub whose jobs are meant. A job that names an environment is known by it alone, not by its branch.",
          "examples": [
            "production"
          ]
        },
        "pullRequest": {
          "type": [
            "boolean",
            "null"
          ],
          "enum": [
            true,
            null
          ],
          "description": "Jobs of pull requests: what they run, nobody need have read."
        },
        "any": {
          "type": [
            "boolean",
            "null"
          ],
          "enum": [
            true,
            null
          ],
          "description": "All jobs of the repository: any branch, tag, environment and pull request."
        },
        "orgId": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^[1-9][0-9]{0,19}$",
          "description": "The number GitHub gave the owner, in quotes. GitHub repositories made since 15 July 2026 show both numbers in their tokens, so that they need `orgId` and `repoId`.",
          "examples": [
            "123456"
          ]
        },
        "repoId": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^[1-9][0-9]{0,19}$",
          "description": "The number GitHub gave the repository, in quotes.",
          "examples": [
            "456789"
          ]
        },
        "host": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)+$",
          "description": "The GitLab that runs the jobs, where it is not `gitlab.com`.",
          "examples": [
            "gitlab.example.com"
          ]
        }
      },
      "additionalProperties": false,
      "oneOf": [
        {
          "required": [
            "account"
          ],
          "properties": {
            "account": {
              "not": {
                "enum": [
                  null,
                  []
                ]
              }
            }
          }
        },
        {
          "required": [
            "role"
          ],
          "properties": {
            "role": {
              "not": {
                "enum": [
                  null,
                  []
                ]
              }
            }
          }
        },
        {
          "required": [
            "user"
          ],
          "properties": {
            "user": {
              "not": {
                "enum": [
                  null,
                  []
                ]
              }
            }
          }
        },
        {
          "required": [
            "org"
          ],
          "properties": {
            "org": {
              "not": {
                "enum": [
                  null,
                  []
                ]
              }
            }
          }
        },
        {
          "required": [
            "service"
          ],
          "properties": {
            "service": {
              "not": {
                "enum": [
                  null,
                  []
                ]
              }
            }
          }
        },
        {
          "required": [
            "ou"
          ],
          "properties": {
            "ou": {
              "not": {
                "enum": [
                  null,
                  []
                ]
              }
            }
          }
        },
        {
          "required": [
            "github"
          ],
          "properties": {
            "github": {
              "not": {
                "enum": [
                  null,
                  []
                ]
              }
            }
          }
        },
        {
          "required": [
            "gitlab"
          ],
          "properties": {
            "gitlab": {
              "not": {
                "enum": [
                  null,
                  []
                ]
              }
            }
          }
        }
      ],
      "allOf": [
        {
          "if": {
            "required": [
              "sourceAccount"
            ],
            "properties": {
              "sourceAccount": {
                "not": {
                  "type": "null"
                }
              }
            }
          },
          "then": {
            "required": [
              "service"
            ],
            "properties": {
              "service": {
                "not": {
                  "type": "null"
                }
              }
            }
          }
        },
        {
          "if": {
            "required": [
              "sourceArn"
            ],
            "properties": {
              "sourceArn": {
                "not": {
                  "type": "null"
                }
              }
            }
          },
          "then": {
            "required": [
              "service"
            ],
            "properties": {
              "service": {
                "not": {
                  "type": "null"
                }
              }
            }
          }
        },
        {
          "if": {
            "required": [
              "branch"
            ],
            "properties": {
              "branch": {
                "not": {
                  "type": "null"
                }
              }
            }
          },
          "then": {
            "anyOf": [
              {
                "required": [
                  "github"
                ],
                "properties": {
                  "github": {
                    "not": {
                      "type": "null"
                    }
                  }
                }
              },
              {
                "required": [
                  "gitlab"
                ],
                "properties": {
                  "gitlab": {
                    "not": {
                      "type": "null"
                    }
                  }
                }
              }
            ]
          }
        },
        {
          "if": {
            "required": [
              "tag"
            ],
            "properties": {
              "tag": {
                "not": {
                  "type": "null"
                }
              }
            }
          },
          "then": {
            "anyOf": [
              {
                "required": [
                  "github"
                ],
                "properties": {
                  "github": {
                    "not": {
                      "type": "null"
                    }
                  }
                }
              },
              {
                "required": [
                  "gitlab"
                ],
                "properties": {
                  "gitlab": {
                    "not": {
                      "type": "null"
                    }
                  }
                }
              }
            ]
          }
        },
        {
          "if": {
            "required": [
              "environment"
            ],
            "properties": {
              "environment": {
                "not": {
                  "type": "null"
                }
              }
            }
          },
          "then": {
            "required": [
              "github"
            ],
            "properties": {
              "github": {
                "not": {
                  "type": "null"
                }
              }
            }
          }
        },
        {
          "if": {
            "required": [
              "pullRequest"
            ],
            "properties": {
              "pullRequest": {
                "not": {
                  "type": "null"
                }
              }
            }
          },
          "then": {
            "required": [
              "github"
            ],
            "properties": {
              "github": {
                "not": {
                  "type": "null"
                }
              }
            }
          }
        },
        {
          "if": {
            "required": [
              "any"
            ],
            "properties": {
              "any": {
                "not": {
                  "type": "null"
                }
              }
            }
          },
          "then": {
            "anyOf": [
              {
                "required": [
                  "github"
                ],
                "properties": {
                  "github": {
                    "not": {
                      "type": "null"
                    }
                  }
                }
              },
              {
                "required": [
                  "gitlab"
                ],
                "properties": {
                  "gitlab": {
                    "not": {
                      "type": "null"
                    }
                  }
                }
              }
            ]
          }
        },
        {
          "if": {
            "required": [
              "orgId"
            ],
            "properties": {
              "orgId": {
                "not": {
                  "type": "null"
                }
              }
            }
          },
          "then": {
            "required": [
              "github"
            ],
            "properties": {
              "github": {
                "not": {
                  "type": "null"
                }
              }
            }
          }
        },
        {
          "if": {
            "required": [
              "repoId"
            ],
            "properties": {
              "repoId": {
                "not": {
                  "type": "null"
                }
              }
            }
          },
          "then": {
            "required": [
              "github"
            ],
            "properties": {
              "github": {
                "not": {
                  "type": "null"
                }
              }
            }
          }
        },
        {
          "if": {
            "required": [
              "host"
            ],
            "properties": {
              "host": {
                "not": {
                  "type": "null"
                }
              }
            }
          },
          "then": {
            "required": [
              "gitlab"
            ],
            "properties": {
              "gitlab": {
                "not": {
                  "type": "null"
                }
              }
            }
          }
        }
      ]
    },
    "PatternGrant": {
      "type": "object",
      "description": "Grants for the repositories that a pattern matches.",
      "properties": {
        "repositories": {
          "type": "array",
          "items": {
            "type": "string",
            "pattern": "^[A-Za-z0-9._/*-]+$",
            "maxLength": 256
          },
          "minItems": 1,
          "uniqueItems": true,
          "description": "Patterns of repositories, by their keys or their names in ECR. `*` stands for any run of characters, slashes included.",
          "examples": [
            [
              "team-a/*"
            ]
          ]
        },
        "pull": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "Who may pull images."
        },
        "push": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "Who may push images."
        },
        "pullAndPush": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "Who may pull and push images."
        },
        "read": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "Who may look at images, scan findings and settings."
        },
        "manage": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "Who may look after images."
        }
      },
      "additionalProperties": false,
      "required": [
        "repositories"
      ]
    },
    "BroadTrust": {
      "type": "object",
      "description": "Consent to broad trust in CI jobs.",
      "properties": {
        "reason": {
          "type": "string",
          "minLength": 8,
          "maxLength": 500,
          "description": "Why it is wanted: `explain` shows it to whoever asks.",
          "examples": [
            "previews are built of every branch"
          ]
        }
      },
      "additionalProperties": false,
      "required": [
        "reason"
      ]
    },
    "PolicyStatement": {
      "type": "object",
      "description": "One statement of a repository policy, in IAM's own terms.",
      "properties": {
        "name": {
          "type": "string",
          "pattern": "^[A-Za-z][A-Za-z0-9]{0,63}$",
          "description": "A name for the statement, unique in the repository; Slipway puts its own mark in front of it.",
          "examples": [
            "OfficeOnly"
          ]
        },
        "effect": {
          "type": "string",
          "enum": [
            "Allow",
            "Deny"
          ],
          "description": "`Allow` or `Deny`."
        },
        "principals": {
          "type": "array",
          "items": {
            "type": "string"
          },
          "minItems": 1,
          "description": "Whom it is about: account ids, ARNs of roles and users, `service:NAME`, or `*`."
        },
        "actions": {
          "type": "array",
          "items": {
            "type": "string",
            "pattern": "^(\\*|ecr:[A-Za-z*?]+)$"
          },
          "minItems": 1,
          "description": "Actions, for instance `ecr:BatchGetImage`."
        },
        "conditions": {
          "type": [
            "object",
            "null"
          ],
          "additionalProperties": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
              "anyOf": [
                {
                  "type": [
                    "string",
                    "number",
                    "boolean"
                  ]
                },
                {
                  "type": "array",
                  "minItems": 1,
                  "items": {
                    "type": [
                      "string",
                      "number",
                      "boolean"
                    ]
                  }
                }
              ]
            }
          },
          "description": "IAM conditions: operator, then key, then one value or a list.",
          "examples": [
            {
              "IpAddress": {
                "aws:SourceIp": [
                  "203.0.113.0/24"
                ]
              }
            }
          ]
        }
      },
      "additionalProperties": false,
      "required": [
        "name",
        "effect",
        "principals",
        "actions"
      ]
    },
    "AwsEcrRepoSpec": {
      "type": "object",
      "description": "The settings of one ECR repository.",
      "properties": {
        "repositoryName": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*$",
          "minLength": 2,
          "maxLength": 256,
          "description": "The repository's name in ECR, when `naming` should not make it.",
          "examples": [
            "payments/batch"
          ]
        },
        "environments": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "type": "string"
          },
          "description": "The environments the repository exists in; without it, in all of them.",
          "examples": [
            [
              "prod"
            ]
          ]
        },
        "region": {
          "type": [
            "string",
            "null"
          ],
          "description": "The Region; when given it must be the environment's."
        },
        "imageImmutable": {
          "type": [
            "boolean",
            "null"
          ],
          "description": "Whether a tag, once pushed, can never be moved to another image.",
          "default": true
        },
        "mutableTagPatterns": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "type": "string",
            "pattern": "^[0-9a-zA-Z._*-]{1,128}$",
            "maxLength": 128
          },
          "maxItems": 5,
          "uniqueItems": true,
          "description": "Tags that may be moved although tags are immutable. `*` stands for any run of characters.",
          "examples": [
            [
              "latest",
              "*-cache"
            ]
          ]
        },
        "immutableTagPatterns": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "type": "string",
            "pattern": "^[0-9a-zA-Z._*-]{1,128}$",
            "maxLength": 128
          },
          "maxItems": 5,
          "uniqueItems": true,
          "description": "Tags that may never be moved although tags are mutable (`imageImmutable: false`).",
          "examples": [
            [
              "v*"
            ]
          ]
        },
        "encryptionType": {
          "type": [
            "string",
            "null"
          ],
          "enum": [
            "AES256",
            "KMS",
            "KMS_DSSE",
            null
          ],
          "description": "How images are encrypted. `AES256`: Amazon's keys; `KMS`: a key in KMS; `KMS_DSSE`: two layers, GovCloud only. ECR fixes it when the repository is created.",
          "default": "AES256"
        },
        "kmsKeyId": {
          "anyOf": [
            {
              "type": "string",
              "minLength": 1
            },
            {
              "$ref": "#/$defs/KmsKey"
            },
            {
              "type": "null"
            }
          ],
          "description": "The KMS key, as ARN, key id or `alias/…`, or `{companion: key}` for a key that Slipway makes and keeps; only with `KMS` or `KMS_DSSE`. Without it, Amazon's own key for ECR.",
          "examples": [
            {
              "companion": "key"
            }
          ]
        },
        "forceDelete": {
          "type": [
            "boolean",
            "null"
          ],
          "description": "Whether `destroy` may delete the repository with the images in it.",
          "default": false
        },
        "scanOnPush": {
          "type": [
            "boolean",
            "null"
          ],
          "description": "Whether ECR scans each image for known vulnerabilities when it is pushed.",
          "default": true
        },
        "lifecyclePolicy": {
          "anyOf": [
            {
              "$ref": "#/$defs/LifecyclePolicy"
            },
            {
              "type": "null"
            }
          ],
          "description": "Which images go, and when."
        },
        "access": {
          "anyOf": [
            {
              "$ref": "#/$defs/Access"
            },
            {
              "type": "null"
            }
          ],
          "description": "Who may pull and push, besides the principals that the account's own IAM policies allow."
        },
        "tags": {
          "type": [
            "object",
            "null"
          ],
          "additionalProperties": {
            "type": [
              "string",
              "null"
            ]
          },
          "description": "AWS tags.",
          "examples": [
            {
              "Service": "api"
            }
          ]
        }
      },
      "additionalProperties": false
    },
    "KmsKey": {
      "type": "object",
      "description": "A key in KMS: exactly one of `id` and `companion`. As a string: its `id`.",
      "properties": {
        "id": {
          "type": [
            "string",
            "null"
          ],
          "minLength": 1,
          "description": "The ARN of the key, its id, or `alias/…`.",
          "examples": [
            "arn:aws:kms:eu-west-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"
          ]
        },
        "companion": {
          "type": [
            "string",
            "null"
          ],
          "enum": [
            "key",
            null
          ],
          "description": "Always `key`: the environment's own key, which is made when the first repository asks for it. `AwsEcrRegistry` tunes it.",
          "examples": [
            "key"
          ]
        }
      },
      "additionalProperties": false,
      "oneOf": [
        {
          "required": [
            "id"
          ],
          "properties": {
            "id": {
              "not": {
                "enum": [
                  null,
                  []
                ]
              }
            }
          }
        },
        {
          "required": [
            "companion"
          ],
          "properties": {
            "companion": {
              "not": {
                "enum": [
                  null,
                  []
                ]
              }
            }
          }
        }
      ]
    },
    "LifecyclePolicy": {
      "type": "object",
      "description": "Which images go, and when. Say what to keep; Slipway writes ECR's rules. `rules` and `none` each stand alone, and replace what weaker layers say; `lifecyclePolicy: null` leaves the repository's policy to others.",
      "properties": {
        "expireUntaggedAfterDays": {
          "type": [
            "integer",
            "null"
          ],
          "minimum": 1,
          "maximum": 3650,
          "description": "Days after which an image without a tag goes. `null` turns it off.",
          "default": 14
        },
        "maxImageCount": {
          "type": [
            "integer",
            "null"
          ],
          "minimum": 1,
          "maximum": 100000,
          "description": "How many tagged images stay; the oldest go first. `null` turns it off, and so does `archive`.",
          "default": 30
        },
        "keep": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "$ref": "#/$defs/Keep"
          },
          "description": "Images to keep longer than the rest. Entries with `forever` come before all others; among the others, the first that matches an image governs it."
        },
        "rules": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "$ref": "#/$defs/LifecycleRule"
          },
          "maxItems": 50,
          "description": "ECR's own rules, typed, for what the other fields cannot say. They replace them all, `protectInUse` included."
        },
        "none": {
          "type": [
            "boolean",
            "null"
          ],
          "description": "No lifecycle policy at all: images stay for ever."
        },
        "archive": {
          "anyOf": [
            {
              "$ref": "#/$defs/Archive"
            },
            {
              "type": "null"
            }
          ],
          "description": "When tagged images that no entry of `keep` matches go to ECR's archive storage, and when they go from there. It takes the place of `maxImageCount`, since ECR lets one rule act on an image; a `maxImageCount` of a weaker layer gives way. Untagged images are not archived: `expireUntaggedAfterDays` is about them, and most are parts of an image for several architectures, which ECR does not archive while that image is there.",
          "examples": [
            {
              "notPulledForDays": 90
            }
          ]
        },
        "protectInUse": {
          "type": [
            "boolean",
            "null"
          ],
          "description": "Keeps images that `slipway protect` has marked as in use out of the reach of every rule.",
          "default": false
        }
      },
      "additionalProperties": false
    },
    "Keep": {
      "type": "object",
      "description": "Keep images with certain tags: the newest, those of some days, or all.",
      "properties": {
        "tags": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "type": "string"
          },
          "uniqueItems": true,
          "description": "Tag patterns; `*` stands for any run of characters. An image with any one of them counts, each pattern for itself.",
          "examples": [
            [
              "v*"
            ]
          ]
        },
        "allOf": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "type": "string"
          },
          "uniqueItems": true,
          "description": "Tag patterns of which an image must match every one, by the same tag or by several.",
          "examples": [
            [
              "v*",
              "*-arm64"
            ]
          ]
        },
        "last": {
          "type": [
            "integer",
            "null"
          ],
          "minimum": 1,
          "maximum": 1000000,
          "description": "How many images stay, the newest: for each pattern of `tags`, or for `allOf` together.",
          "examples": [
            50
          ]
        },
        "forDays": {
          "type": [
            "integer",
            "null"
          ],
          "minimum": 1,
          "maximum": 36500,
          "description": "How many days after its push an image stays.",
          "examples": [
            90
          ]
        },
        "forever": {
          "type": [
            "boolean",
            "null"
          ],
          "enum": [
            true,
            null
          ],
          "description": "`true`: every image stays, in archive too, whatever else it is tagged."
        }
      },
      "additionalProperties": false,
      "allOf": [
        {
          "oneOf": [
            {
              "required": [
                "tags"
              ],
              "properties": {
                "tags": {
                  "not": {
                    "enum": [
                      null,
                      []
                    ]
                  }
                }
              }
            },
            {
              "required": [
                "allOf"
              ],
              "properties": {
                "allOf": {
                  "not": {
                    "enum": [
                      null,
                      []
                    ]
                  }
                }
              }
            }
          ]
        },
        {
          "oneOf": [
            {
              "required": [
                "last"
              ],
              "properties": {
                "last": {
                  "not": {
                    "enum": [
                      null,
                      []
                    ]
                  }
                }
              }
            },
            {
              "required": [
                "forDays"
              ],
              "properties": {
                "forDays": {
                  "not": {
                    "enum": [
                      null,
                      []
                    ]
                  }
                }
              }
            },
            {
              "required": [
                "forever"
              ],
              "properties": {
                "forever": {
                  "not": {
                    "enum": [
                      null,
                      []
                    ]
                  }
                }
              }
            }
          ]
        }
      ]
    },
    "LifecycleRule": {
      "type": "object",
      "description": "One rule in ECR's own terms.",
      "properties": {
        "rulePriority": {
          "type": "integer",
          "minimum": 1,
          "maximum": 2147483647,
          "description": "Lower numbers act first."
        },
        "description": {
          "type": [
            "string",
            "null"
          ],
          "description": "What the rule is for."
        },
        "selection": {
          "$ref": "#/$defs/LifecycleSelection",
          "description": "Which images the rule is about."
        },
        "action": {
          "$ref": "#/$defs/LifecycleAction",
          "description": "What happens to them."
        }
      },
      "additionalProperties": false,
      "required": [
        "rulePriority",
        "selection",
        "action"
      ]
    },
    "LifecycleSelection": {
      "type": "object",
      "description": "Which images a rule is about.",
      "properties": {
        "tagStatus": {
          "type": "string",
          "enum": [
            "tagged",
            "untagged",
            "any"
          ],
          "description": "`tagged`, `untagged` or `any`."
        },
        "tagPatternList": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "type": "string"
          },
          "description": "Patterns of which an image must match **every** one. Only with `tagged`."
        },
        "tagPrefixList": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "type": "string"
          },
          "description": "Prefixes of which an image must match **every** one. Only with `tagged`."
        },
        "storageClass": {
          "type": [
            "string",
            "null"
          ],
          "enum": [
            "standard",
            "archive",
            null
          ],
          "description": "`standard` or `archive`."
        },
        "countType": {
          "type": "string",
          "enum": [
            "imageCountMoreThan",
            "sinceImagePushed",
            "sinceImagePulled",
            "sinceImageTransitioned"
          ],
          "description": "`imageCountMoreThan`, `sinceImagePushed`, `sinceImagePulled` or `sinceImageTransitioned`."
        },
        "countUnit": {
          "type": [
            "string",
            "null"
          ],
          "enum": [
            "days",
            null
          ],
          "description": "`days`, with every count type but `imageCountMoreThan`."
        },
        "countNumber": {
          "type": "integer",
          "minimum": 1,
          "maximum": 2147483647,
          "description": "How many images, or how many days."
        }
      },
      "additionalProperties": false,
      "required": [
        "tagStatus",
        "countType",
        "countNumber"
      ]
    },
    "LifecycleAction": {
      "type": "object",
      "description": "What happens to an image.",
      "properties": {
        "type": {
          "type": "string",
          "enum": [
            "expire",
            "transition"
          ],
          "description": "`expire` or `transition`."
        },
        "targetStorageClass": {
          "type": [
            "string",
            "null"
          ],
          "enum": [
            "archive",
            null
          ],
          "description": "`archive`, with `transition`."
        }
      },
      "additionalProperties": false,
      "required": [
        "type"
      ]
    },
    "Archive": {
      "type": "object",
      "description": "When tagged images go to archive storage, and from there. Exactly one of the first three; an image in archive cannot be pulled until it is restored, and is charged for at least 90 days.",
      "properties": {
        "notPulledForDays": {
          "type": [
            "integer",
            "null"
          ],
          "minimum": 1,
          "maximum": 36500,
          "description": "Days without a pull; an image that was never pulled counts from its push.",
          "examples": [
            90
          ]
        },
        "olderThanDays": {
          "type": [
            "integer",
            "null"
          ],
          "minimum": 1,
          "maximum": 36500,
          "description": "Days since the push.",
          "examples": [
            180
          ]
        },
        "beyondLast": {
          "type": [
            "integer",
            "null"
          ],
          "minimum": 1,
          "maximum": 100000,
          "description": "How many tagged images stay out of the archive, the newest.",
          "examples": [
            30
          ]
        },
        "expireAfterDays": {
          "type": [
            "integer",
            "null"
          ],
          "minimum": 90,
          "maximum": 36500,
          "description": "Days in archive after which an image is gone for good, save those kept `forever` or in use. Left out: never.",
          "examples": [
            365
          ]
        }
      },
      "additionalProperties": false,
      "oneOf": [
        {
          "required": [
            "notPulledForDays"
          ],
          "properties": {
            "notPulledForDays": {
              "not": {
                "enum": [
                  null,
                  []
                ]
              }
            }
          }
        },
        {
          "required": [
            "olderThanDays"
          ],
          "properties": {
            "olderThanDays": {
              "not": {
                "enum": [
                  null,
                  []
                ]
              }
            }
          }
        },
        {
          "required": [
            "beyondLast"
          ],
          "properties": {
            "beyondLast": {
              "not": {
                "enum": [
                  null,
                  []
                ]
              }
            }
          }
        }
      ]
    },
    "Usage": {
      "type": "object",
      "description": "Where to look for what is running, so that no image in use goes. Declaring it turns `lifecyclePolicy.protectInUse` on. An environment's own members replace the project's one by one; `null` takes one away.",
      "properties": {
        "ecs": {
          "anyOf": [
            {
              "$ref": "#/$defs/UsageEcs"
            },
            {
              "type": "null"
            }
          ],
          "description": "Services, tasks and recent task definitions of ECS. `{}` reads all clusters.",
          "examples": [
            {}
          ]
        },
        "lambda": {
          "anyOf": [
            {
              "$ref": "#/$defs/UsageLambda"
            },
            {
              "type": "null"
            }
          ],
          "description": "Functions of Lambda that are made of images. `{}` reads all of them.",
          "examples": [
            {}
          ]
        },
        "kubernetes": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "minLength": 1
              },
              {
                "$ref": "#/$defs/UsageKubernetes"
              }
            ]
          },
          "description": "Clusters of Kubernetes, each by a context of a kubeconfig.",
          "examples": [
            [
              "prod-eks"
            ]
          ]
        },
        "files": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "type": "string",
            "minLength": 1
          },
          "uniqueItems": true,
          "description": "Plain files of image addresses, one a line, `#` begins a comment; paths are relative to the project's folder.",
          "examples": [
            [
              "running.txt"
            ]
          ]
        },
        "accounts": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "$ref": "#/$defs/UsageAccount"
          },
          "description": "The accounts that ECS and Lambda are read in; without it, the environment's own."
        }
      },
      "additionalProperties": false
    },
    "UsageEcs": {
      "type": "object",
      "description": "What is read of ECS.",
      "properties": {
        "clusters": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_*-]{1,255}$"
          },
          "uniqueItems": true,
          "description": "Names of clusters, `*` for any text; without it, all of them. A name that matches none is an error, not an empty answer.",
          "examples": [
            [
              "prod",
              "batch-*"
            ]
          ]
        },
        "revisions": {
          "type": [
            "integer",
            "null"
          ],
          "minimum": 0,
          "maximum": 100,
          "description": "How many of the newest active task definitions of each family count as in use, whether anything runs them or not: what runs on a schedule has no task in between, and a rollback needs the one before.",
          "default": 1
        }
      },
      "additionalProperties": false
    },
    "UsageLambda": {
      "type": "object",
      "description": "What is read of Lambda.",
      "properties": {
        "versions": {
          "type": [
            "string",
            "null"
          ],
          "enum": [
            "all",
            "aliased",
            null
          ],
          "description": "`all`: every published version counts. `aliased`: `$LATEST` and those that an alias leads to.",
          "default": "all"
        }
      },
      "additionalProperties": false
    },
    "UsageKubernetes": {
      "type": "object",
      "description": "One cluster of Kubernetes. As a string: its context.",
      "properties": {
        "context": {
          "type": "string",
          "minLength": 1,
          "description": "The context's name in the kubeconfig.",
          "examples": [
            "prod-eks"
          ]
        },
        "kubeconfig": {
          "type": [
            "string",
            "null"
          ],
          "description": "The kubeconfig, relative to the project's folder; without it, `$KUBECONFIG` or else `~/.kube/config`. Only these two may start programs and read tokens from files, whether they are named here or not.",
          "examples": [
            "~/.kube/prod"
          ]
        },
        "namespaces": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "type": "string",
            "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
          },
          "uniqueItems": true,
          "description": "The namespaces to read; without it, all of them, which takes a ClusterRole.",
          "examples": [
            [
              "shop"
            ]
          ]
        }
      },
      "additionalProperties": false,
      "required": [
        "context"
      ]
    },
    "UsageAccount": {
      "type": "object",
      "description": "An account and Region in which things run.",
      "properties": {
        "account": {
          "type": "string",
          "pattern": "^[0-9]{12}$",
          "description": "The AWS account, twelve digits, in quotes.",
          "examples": [
            "333333333333"
          ]
        },
        "region": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^[a-z]{2,}(-[a-z]+)+-[0-9]+$",
          "description": "The AWS Region; without it, the environment's.",
          "examples": [
            "eu-west-1"
          ]
        },
        "profile": {
          "type": [
            "string",
            "null"
          ],
          "description": "A profile of the AWS configuration that leads into the account.",
          "examples": [
            "workloads"
          ]
        },
        "roleArn": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+$",
          "description": "A role in the account to assume, with the credentials in use or those of `profile`.",
          "examples": [
            "arn:aws:iam::333333333333:role/slipway-usage"
          ]
        }
      },
      "additionalProperties": false,
      "required": [
        "account"
      ]
    },
    "Replica": {
      "type": "object",
      "description": "Another Region that an environment's repositories and images are in as well.",
      "properties": {
        "region": {
          "type": "string",
          "pattern": "^[a-z]{2,}(-[a-z]+)+-[0-9]+$",
          "description": "The AWS Region.",
          "examples": [
            "us-east-1"
          ]
        }
      },
      "additionalProperties": false,
      "required": [
        "region"
      ]
    },
    "AwsEcrRepo": {
      "type": "object",
      "description": "One ECR repository in a document of its own: the long form of an entry in a project's `repositories`.",
      "properties": {
        "apiVersion": {
          "type": "string",
          "const": "ecr.slipway.dev/v1",
          "description": "Always `ecr.slipway.dev/v1`. Planton's manifests, with their own apiVersion, are read too."
        },
        "kind": {
          "type": "string",
          "const": "AwsEcrRepo",
          "description": "Always `AwsEcrRepo`."
        },
        "metadata": {
          "$ref": "#/$defs/RepositoryMetadata",
          "description": "What the repository is called in the project."
        },
        "spec": {
          "anyOf": [
            {
              "$ref": "#/$defs/AwsEcrRepoSpec"
            },
            {
              "type": "null"
            }
          ],
          "description": "Its settings."
        }
      },
      "additionalProperties": false,
      "required": [
        "apiVersion",
        "kind",
        "metadata"
      ]
    },
    "RepositoryMetadata": {
      "type": "object",
      "description": "What a repository is called in the project.",
      "properties": {
        "name": {
          "type": "string",
          "pattern": "^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$",
          "maxLength": 256,
          "description": "The repository's key in the project, `{name}` in `naming`.",
          "examples": [
            "batch"
          ]
        },
        "org": {
          "type": [
            "string",
            "null"
          ],
          "description": "The organisation; when given it must be the project's."
        },
        "env": {
          "type": [
            "string",
            "null"
          ],
          "description": "The one environment this document is for; when given it must be one of the project's."
        }
      },
      "additionalProperties": false,
      "required": [
        "name"
      ]
    },
    "AwsEcrRegistry": {
      "type": "object",
      "description": "What a registry has once for each account and Region, beside its repositories. What it does not mention is not managed.",
      "properties": {
        "apiVersion": {
          "type": "string",
          "const": "ecr.slipway.dev/v1",
          "description": "Always `ecr.slipway.dev/v1`."
        },
        "kind": {
          "type": "string",
          "const": "AwsEcrRegistry",
          "description": "Always `AwsEcrRegistry`."
        },
        "metadata": {
          "$ref": "#/$defs/RegistryMetadata",
          "description": "What the document is called."
        },
        "spec": {
          "anyOf": [
            {
              "$ref": "#/$defs/AwsEcrRegistrySpec"
            },
            {
              "type": "null"
            }
          ],
          "description": "Its settings."
        }
      },
      "additionalProperties": false,
      "required": [
        "apiVersion",
        "kind",
        "metadata"
      ]
    },
    "RegistryMetadata": {
      "type": "object",
      "description": "What a document about a registry is called. The name is for people.",
      "properties": {
        "name": {
          "type": "string",
          "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
          "maxLength": 63,
          "description": "The name.",
          "examples": [
            "registry"
          ]
        }
      },
      "additionalProperties": false,
      "required": [
        "name"
      ]
    },
    "AwsEcrRegistrySpec": {
      "type": "object",
      "description": "The settings of a registry. A document without `environments` is for all of them; one that names an environment wins there, member by member.",
      "properties": {
        "environments": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "type": "string"
          },
          "description": "The environments the document is for; without it, all of them.",
          "examples": [
            [
              "prod"
            ]
          ]
        },
        "companions": {
          "anyOf": [
            {
              "$ref": "#/$defs/Companions"
            },
            {
              "type": "null"
            }
          ],
          "description": "How the roles, keys and identity providers are made that come to be by use: a `github:` grant, `kmsKeyId: {companion: key}`."
        },
        "registryPolicy": {
          "anyOf": [
            {
              "$ref": "#/$defs/RegistryPolicy"
            },
            {
              "type": "null"
            }
          ],
          "description": "Who may do what with repositories of the registry by their names, those that no manifest declares among them: who may replicate into it, fill it through a pull-through cache, pull and push. Statements of others in the registry's policy stay. Without it the registry's policy is not even read; `{}` takes our statements out of it.",
          "examples": [
            {
              "grants": [
                {
                  "repositories": [
                    "mirror/*"
                  ],
                  "replicate": [
                    "account:444444444444"
                  ]
                }
              ]
            }
          ]
        }
      },
      "additionalProperties": false
    },
    "Companions": {
      "type": "object",
      "description": "What stands beside the repositories, in stacks of CloudFormation that Slipway keeps: roles for CI, roles to pull with, the key, and the identity provider of GitHub or GitLab. Most come to be by use; here they are tuned.",
      "properties": {
        "accountRegion": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^[a-z]{2,}(-[a-z]+)+-[0-9]+$",
          "description": "The Region whose CloudFormation holds the stack of the account (the identity providers, which have no Region of their own). Without it, that of the first environment in the account.",
          "examples": [
            "eu-west-1"
          ]
        },
        "oidcProviders": {
          "type": [
            "object",
            "null"
          ],
          "additionalProperties": {
            "anyOf": [
              {
                "$ref": "#/$defs/CompanionOidcProvider"
              },
              {
                "type": "null"
              }
            ]
          },
          "propertyNames": {
            "type": "string",
            "pattern": "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$",
            "maxLength": 255
          },
          "description": "Identity providers of CI, by `github`, `gitlab`, or the host of a GitLab of one's own.",
          "examples": [
            {
              "github": {
                "existing": true
              }
            }
          ]
        },
        "roles": {
          "anyOf": [
            {
              "$ref": "#/$defs/CompanionRoles"
            },
            {
              "type": "null"
            }
          ],
          "description": "What all roles have in common, those of CI and those to pull with."
        },
        "key": {
          "anyOf": [
            {
              "$ref": "#/$defs/CompanionKey"
            },
            {
              "type": "null"
            }
          ],
          "description": "The key that `kmsKeyId: {companion: key}` stands for."
        },
        "pullRoles": {
          "type": [
            "object",
            "null"
          ],
          "additionalProperties": {
            "$ref": "#/$defs/CompanionPullRole"
          },
          "propertyNames": {
            "type": "string",
            "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
            "maxLength": 32
          },
          "description": "Roles to pull with, by name; the name is part of the role's.",
          "examples": [
            {
              "tasks": {
                "for": "ecs-task-execution"
              }
            }
          ]
        }
      },
      "additionalProperties": false
    },
    "CompanionOidcProvider": {
      "type": "object",
      "description": "The identity provider in IAM by which a CI system's tokens are known. An account has one for each issuer.",
      "properties": {
        "existing": {
          "type": [
            "boolean",
            "null"
          ],
          "description": "Whether the account has it already and somebody else keeps it: it is then only referred to. Without it, Slipway looks: what exists is referred to, and what does not is made."
        },
        "audiences": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255
          },
          "maxItems": 100,
          "uniqueItems": true,
          "description": "Audiences that tokens may be for.",
          "default": [
            "sts.amazonaws.com"
          ],
          "examples": [
            [
              "sts.amazonaws.com"
            ]
          ]
        },
        "thumbprints": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "type": "string",
            "pattern": "^[0-9a-f]{40}$"
          },
          "maxItems": 5,
          "uniqueItems": true,
          "description": "SHA-1 thumbprints of the issuer's certificate. AWS needs none where a public authority signed it, as with GitHub and gitlab.com.",
          "examples": [
            [
              "6938fd4d98bab03faadb97b34396831e3780aea1"
            ]
          ]
        }
      },
      "additionalProperties": false
    },
    "CompanionRoles": {
      "type": "object",
      "description": "What the roles have in common.",
      "properties": {
        "path": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^/([A-Za-z0-9+=,.@_-]+/)*$",
          "maxLength": 512,
          "description": "The path of the roles in IAM. Changing it replaces them.",
          "default": "/",
          "examples": [
            "/ci/"
          ]
        },
        "namePrefix": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^[A-Za-z0-9+=,.@_-]{1,32}$",
          "description": "What the names of the roles begin with. Changing it replaces them.",
          "default": "{project}-{environment}-{region}",
          "examples": [
            "payments-prod"
          ]
        },
        "permissionsBoundary": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^arn:aws(-[a-z]+)*:iam::([0-9]{12}|aws):policy/[^*]+$",
          "description": "The ARN of the managed policy that bounds what the roles may do, where the account asks for one.",
          "examples": [
            "arn:aws:iam::222222222222:policy/boundary"
          ]
        },
        "maxSessionMinutes": {
          "type": [
            "integer",
            "null"
          ],
          "minimum": 60,
          "maximum": 720,
          "description": "How long the sessions of CI may last, in minutes.",
          "default": 60
        }
      },
      "additionalProperties": false
    },
    "CompanionKey": {
      "type": "object",
      "description": "The key in KMS that encrypts the repositories of an environment. It rotates, it has an alias, and `destroy` leaves it without specific consent, since images die with their key.",
      "properties": {
        "alias": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^alias/[A-Za-z0-9/_-]+$",
          "maxLength": 256,
          "description": "The alias, beginning with `alias/`. Without it, `alias/slipway/PROJECT/ENVIRONMENT`.",
          "examples": [
            "alias/payments-prod"
          ]
        },
        "rotationPeriodDays": {
          "type": [
            "integer",
            "null"
          ],
          "minimum": 90,
          "maximum": 2560,
          "description": "Every how many days the key material is replaced; what it encrypted before stays readable.",
          "default": 365
        },
        "deletionWindowDays": {
          "type": [
            "integer",
            "null"
          ],
          "minimum": 7,
          "maximum": 30,
          "description": "How many days pass between the deletion of the key and its end, in which it may be called back.",
          "default": 30
        },
        "administrators": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "type": "string",
            "pattern": "^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(role|user)/[^*]+$"
          },
          "uniqueItems": true,
          "description": "Roles and users that may administer the key though no policy of IAM says so. The account's own policies may in any case, so that it can never be locked out.",
          "examples": [
            [
              "arn:aws:iam::222222222222:role/security"
            ]
          ]
        }
      },
      "additionalProperties": false
    },
    "CompanionPullRole": {
      "type": "object",
      "description": "A role that something which runs pulls images with.",
      "properties": {
        "for": {
          "type": "string",
          "enum": [
            "ecs-task-execution",
            "eks-node",
            "eks-fargate-pod",
            "deploy"
          ],
          "description": "What takes the role. `ecs-task-execution`: ECS, to start tasks. `eks-node`: the nodes of an EKS cluster. `eks-fargate-pod`: EKS on Fargate. `deploy`: the principals in `trusted`, for instance the deployment of another account.",
          "examples": [
            "ecs-task-execution"
          ]
        },
        "repositories": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "type": "string",
            "minLength": 1,
            "maxLength": 256
          },
          "uniqueItems": true,
          "description": "The repositories it may pull, by key or name in ECR, `*` for any text; without it, all of the environment's.",
          "examples": [
            [
              "api",
              "web-*"
            ]
          ]
        },
        "trusted": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "With `deploy`: who may take the role.",
          "examples": [
            [
              "account:444444444444"
            ]
          ]
        },
        "externalId": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^[A-Za-z0-9+=,.@:/_-]{2,}$",
          "maxLength": 1000,
          "description": "With `deploy`: what the other side must name when it takes the role.",
          "examples": [
            "deploy-4711"
          ]
        },
        "cluster": {
          "type": [
            "string",
            "null"
          ],
          "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$",
          "description": "With `eks-fargate-pod`: the cluster's name; without it, any cluster of the account and Region.",
          "examples": [
            "shop"
          ]
        },
        "managedPolicies": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "type": "string",
            "pattern": "^arn:aws(-[a-z]+)*:iam::([0-9]{12}|aws):policy/[^*]+$"
          },
          "maxItems": 10,
          "uniqueItems": true,
          "description": "Managed policies for what it must do besides, by ARN. Without it, what AWS's guide attaches: to `eks-node` AmazonEKSWorkerNodePolicy and AmazonEC2ContainerRegistryPullOnly, to `eks-fargate-pod` AmazonEKSFargatePodExecutionRolePolicy (the images of AWS's own add-ons are in accounts of AWS), to the others nothing.",
          "examples": [
            [
              "arn:aws:iam::aws:policy/CloudWatchLogsFullAccess"
            ]
          ]
        }
      },
      "additionalProperties": false,
      "required": [
        "for"
      ],
      "allOf": [
        {
          "if": {
            "required": [
              "externalId"
            ],
            "properties": {
              "externalId": {
                "not": {
                  "type": "null"
                }
              }
            }
          },
          "then": {
            "required": [
              "trusted"
            ],
            "properties": {
              "trusted": {
                "not": {
                  "type": "null"
                }
              }
            }
          }
        }
      ]
    },
    "RegistryPolicy": {
      "type": "object",
      "description": "What the policy of a registry shall say.",
      "properties": {
        "scope": {
          "type": [
            "string",
            "null"
          ],
          "enum": [
            "V1",
            "V2",
            null
          ],
          "description": "On which requests the whole policy decides, whoever wrote its statements: the account setting REGISTRY_POLICY_SCOPE of the Region. `V1`: replication, pull-through caches and the making of repositories. `V2`, what a new registry has: every request. Without it the setting stays as it is; to change it takes consent, since it is one for all who use the registry.",
          "examples": [
            "V2"
          ]
        },
        "grants": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "$ref": "#/$defs/RegistryGrant"
          },
          "description": "Grants for the repositories that patterns match.",
          "examples": [
            [
              {
                "repositories": [
                  "mirror/*"
                ],
                "replicate": [
                  "account:444444444444"
                ]
              }
            ]
          ]
        }
      },
      "additionalProperties": false
    },
    "RegistryGrant": {
      "type": "object",
      "description": "Grants for the repositories of a registry that patterns match, those that are yet to be made among them.",
      "properties": {
        "repositories": {
          "type": "array",
          "items": {
            "type": "string",
            "pattern": "^[a-z0-9._/*-]+$",
            "maxLength": 256
          },
          "minItems": 1,
          "uniqueItems": true,
          "description": "Patterns of names in ECR. `*` stands for any run of characters, slashes included; alone, for every repository.",
          "examples": [
            [
              "mirror/*"
            ]
          ]
        },
        "replicate": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "Accounts whose registries may replicate images into this one, and make the repositories for them.",
          "examples": [
            [
              "account:444444444444"
            ]
          ]
        },
        "pullThrough": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "Roles, users, or all of the registry's own account, that may pull through a cache what is not there yet: they may make its repositories and bring images in.",
          "examples": [
            [
              "role:arn:aws:iam::222222222222:role/build"
            ]
          ]
        },
        "pull": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "Who may pull images. This and all below need scope V2."
        },
        "push": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "Who may push images. Pushing never includes deleting, nor making repositories."
        },
        "pullAndPush": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "Who may pull and push images."
        },
        "read": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "Who may look at images, scan findings and settings, without pulling."
        },
        "manage": {
          "type": [
            "array",
            "null"
          ],
          "items": {
            "anyOf": [
              {
                "type": "string",
                "pattern": "^(account:[0-9]{12}|role:arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[^*]+|user:arn:aws(-[a-z]+)*:iam::[0-9]{12}:user/[^*]+|org:o-[a-z0-9]{10,32}|service:[a-z0-9-]+(\\.[a-z0-9-]+)*|ou:o-[a-z0-9]{10,32}/(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})(/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})*|github:[A-Za-z0-9][A-Za-z0-9_-]*/([*]|[A-Za-z0-9._-]+)([@#].*)?|gitlab:[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+([@#].*)?)$"
              },
              {
                "$ref": "#/$defs/Grantee"
              }
            ]
          },
          "description": "Who may look after images: `read`, and delete, archive, restore and scan them."
        }
      },
      "additionalProperties": false,
      "required": [
        "repositories"
      ]
    }
  }
};
