// For each piece of infrastructure code in the two guides that Slipway was asked to make come true: the manifest that has its effect, and what
// differs, with the reason. The guides' own text is not kept here. It must not know how effects are read, nor who makes them.

/** The guides' own account and Region. */
export const account = '123456789012';
export const region = 'us-east-1';

interface Difference {
  readonly why: string;
  /** Effects of the guide's code alone, and of the manifest alone. */
  readonly guide?: readonly string[];
  readonly manifest?: readonly string[];
}

export interface Snippet {
  /** Where a reader finds it. */
  readonly title: string;
  readonly manifest: string;
  /** The effects that the guide's code is about, where it is a part of something. */
  readonly about?: RegExp;
  /** Whatever is not listed is equal. */
  readonly differences?: readonly Difference[];
}

interface Said {
  readonly name: string;
  readonly spec: string;
  readonly registry?: string;
}

/** The environment is `prod`, where the code has none of its own. */
function project({ name, spec, registry }: Said): string {
  const indented = (text: string) => text.trim().replaceAll(/^/gm, '  ');
  return `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: ${name}}
spec:
${indented(spec)}
${
  registry === undefined
    ? ''
    : `---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: registry}
spec:
${indented(registry)}
`
}`;
}

const environments = `environments: {prod: {account: "${account}", region: ${region}}}`;

/** The guide's code has none of the tags that Slipway puts on what it is not told about. */
const noTags = 'Environment: null, ManagedBy: null, Repository: null';

const actionsOn = (actions: readonly string[], resource: string): readonly string[] =>
  actions.map((action) => `role: Allow ecr:${action} on ${resource}`);
const arnOf = (name: string): string => `arn:aws:ecr:${region}:${account}:repository/${name}`;

const pushNeeds = 'a push needs these too: clients ask for layers and for the manifest that is there';
const leastPrivilege = 'a role may do what the manifest names, on the repositories that it names';

export const snippets = {
  repository: {
    title: 'ecr.tf: a repository with immutable tags',
    manifest: project({
      name: 'basic',
      spec: `
${environments}
repositories:
  my-application:
    lifecyclePolicy: {none: true}
    tags: {Application: my-application, Team: platform, ${noTags}}`,
    }),
  },
  lifecycle: {
    title: 'lifecycle_policy.tf: what to keep of production, staging and features',
    manifest: project({
      name: 'retention',
      spec: `
${environments}
repositories:
  production-api:
    imageImmutable: false
    scanOnPush: false
    tags: {${noTags}}
    lifecyclePolicy:
      expireUntaggedAfterDays: 7
      maxImageCount: null
      keep:
        - {tags: ["prod-*"], last: 10}
        - {tags: ["staging-*"], last: 5}
        - {tags: ["feature-*"], last: 3}`,
    }),
  },
  access: {
    title: 'ecr.tf, ecr_policy.tf, iam_cicd.tf: a key, other accounts, and a role for CI',
    manifest: project({
      name: 'shared',
      spec: `
${environments}
repositories:
  api-service:
    repositoryName: production/api-service
    encryptionType: KMS
    kmsKeyId: {companion: key}
    lifecyclePolicy: {none: true}
    tags: {Environment: production, ManagedBy: terraform, Repository: null}
    access:
      pull: ["account:987654321098", "account:876543210987"]
      push:
        - role:arn:aws:iam::${account}:role/github-actions-ecr-push
        - github:myorg/myrepo@main`,
      registry: `
companions:
  oidcProviders: {github: {existing: true}}
  key: {deletionWindowDays: 10}`,
    }),
    differences: [
      {
        why: pushNeeds,
        manifest: [
          ...['BatchCheckLayerAvailability', 'BatchGetImage'].map(
            (action) =>
              `repository production/api-service: Allow arn:aws:iam::${account}:role/github-actions-ecr-push ecr:${action}`,
          ),
          ...actionsOn(['BatchGetImage'], arnOf('production/api-service')),
        ],
      },
      {
        why: 'a key that ECR may use for whoever may use the repository, and that people find by its name',
        manifest: [
          'key: has an alias',
          ...['CreateGrant', 'Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey*', 'ReEncrypt*', 'RetireGrant'].map(
            (action) =>
              `key: Allow * kms:${action} on * if StringEquals kms:CallerAccount ${account} and StringEquals kms:ViaService ecr.${region}.amazonaws.com`,
          ),
        ],
      },
    ],
  },
  production: {
    title: 'modules/ecr and environments/production: two repositories through a module',
    manifest: project({
      name: 'modules',
      spec: `
naming: "{env}-{name}"
environments: {prod: {account: "${account}", region: ${region}, preset: production}}
defaultTags: {Environment: prod, ManagedBy: terraform, Project: container-registry, CostCenter: engineering, Team: platform}
repositoryDefaults:
  encryptionType: KMS
  lifecyclePolicy:
    rules:
      - rulePriority: 1
        description: Keep last 50 images
        selection: {tagStatus: any, countType: imageCountMoreThan, countNumber: 50}
        action: {type: expire}
repositories:
  api-service: {tags: {Repository: api-service}}
  background-worker: {tags: {Repository: background-worker}}`,
    }),
  },
  development: {
    title: 'modules/ecr and environments/dev: tags that can be moved',
    manifest: project({
      name: 'modules-dev',
      spec: `
naming: "dev-{name}"
environments: {prod: {account: "${account}", region: ${region}, preset: development}}
defaultTags: {Environment: dev, ManagedBy: terraform, Project: container-registry, AutoShutdown: "true"}
repositoryDefaults: {encryptionType: KMS, scanOnPush: false}
repositories:
  api-service:
    tags: {Repository: api-service}
    lifecyclePolicy:
      rules:
        - rulePriority: 1
          selection: {tagStatus: any, countType: imageCountMoreThan, countNumber: 10}
          action: {type: expire}`,
    }),
  },
  oidc: {
    title: 'oidc.tf: the identity provider of GitHub, and a role with a managed policy',
    manifest: project({
      name: 'oidc',
      spec: `
${environments}
repositories:
  app:
    environments: [prod]
    access:
      allowBroadTrust: {reason: the guide trusts every branch}
      pullAndPush: [{github: your-org/your-repo, any: true}]`,
      registry: `
companions:
  oidcProviders: {github: {thumbprints: [6938fd4d98bab03faadb97b34396831e3780aea1]}}`,
    }),
    about: /^(?:provider|role)/,
    differences: [
      {
        why: 'the managed policy reaches every repository of the account; and to push and pull is all that a build does',
        guide: ['role: attached arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser'],
        manifest: [
          ...actionsOn(['GetAuthorizationToken'], '*'),
          ...actionsOn(
            [
              'BatchCheckLayerAvailability',
              'BatchGetImage',
              'CompleteLayerUpload',
              'GetDownloadUrlForLayer',
              'InitiateLayerUpload',
              'PutImage',
              'UploadLayerPart',
            ],
            arnOf('app'),
          ),
        ],
      },
    ],
  },
  compliance: {
    title: 'a repository under a key of KMS, the last 50 images kept',
    manifest: project({
      name: 'compliance',
      spec: `
${environments}
repositories:
  service:
    repositoryName: project-a/prod-service
    encryptionType: KMS
    kmsKeyId: arn:aws:kms:${region}:${account}:key/prod-key
    tags: {${noTags}}
    lifecyclePolicy: {expireUntaggedAfterDays: 1, maxImageCount: 50}`,
    }),
    differences: [
      {
        why: 'ECR refuses a rule for tagged images without a list of tags',
        guide: ['repository project-a/prod-service: rule 1: expire tagged: imageCountMoreThan 50'],
        manifest: ['repository project-a/prod-service: rule 1: expire tagged *: imageCountMoreThan 50'],
      },
    ],
  },
  commandLine: {
    title: 'aws ecr create-repository: what it makes of a name alone',
    manifest: project({
      name: 'command-line',
      spec: `
${environments}
repositories:
  my-repo: {imageImmutable: false, scanOnPush: false, lifecyclePolicy: {none: true}, tags: {${noTags}}}`,
    }),
  },
  commandLineInFull: {
    title: 'aws ecr create-repository: every setting said',
    manifest: project({
      name: 'command-line-in-full',
      spec: `
${environments}
repositories:
  my-repo:
    repositoryName: in-full/my-repo
    encryptionType: KMS
    kmsKeyId: arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab
    lifecyclePolicy: {none: true}
    tags: {${noTags}}`,
    }),
  },
  construct: {
    title: 'a construct of CDK with two lifecycle rules',
    manifest: project({
      name: 'construct',
      spec: `
${environments}
repositories:
  my-app:
    repositoryName: construct/my-app
    imageImmutable: false
    scanOnPush: false
    tags: {${noTags}}
    lifecyclePolicy:
      rules:
        - rulePriority: 1
          selection: {tagStatus: untagged, countType: sinceImagePushed, countUnit: days, countNumber: 14}
          action: {type: expire}
        - rulePriority: 2
          selection: {tagStatus: any, countType: imageCountMoreThan, countNumber: 30}
          action: {type: expire}`,
    }),
  },
  pullRole: {
    title: 'IAM: the role of what runs',
    manifest: project({
      name: 'pull-role',
      spec: `
${environments}
repositories: {my-app: {repositoryName: pulled/my-app}}`,
      registry: 'companions: {pullRoles: {tasks: {for: ecs-task-execution}}}',
    }),
    about: /^role: Allow ecr:/,
    differences: [
      {
        why: leastPrivilege,
        guide: actionsOn(['BatchGetImage', 'GetDownloadUrlForLayer'], '*'),
        manifest: actionsOn(
          ['BatchCheckLayerAvailability', 'BatchGetImage', 'GetDownloadUrlForLayer'],
          arnOf('pulled/my-app'),
        ),
      },
    ],
  },
  pushRole: {
    title: 'IAM: the role of CI',
    manifest: project({
      name: 'push-role',
      spec: `
${environments}
repositories: {my-app: {access: {push: ["github:acme/my-app@main"]}}}`,
      registry: 'companions: {oidcProviders: {github: {existing: true}}}',
    }),
    about: /^role: Allow ecr:/,
    differences: [
      {
        why: 'a token to log in with is for the whole registry',
        guide: actionsOn(['GetAuthorizationToken'], arnOf('my-app')),
        manifest: actionsOn(['GetAuthorizationToken'], '*'),
      },
      { why: pushNeeds, manifest: actionsOn(['BatchCheckLayerAvailability', 'BatchGetImage'], arnOf('my-app')) },
    ],
  },
} as const satisfies Readonly<Record<string, Snippet>>;
