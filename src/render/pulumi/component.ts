// The component that every environment uses: the code is the same for all of them, what differs is data.
// It must not know any environment.

/** The text of `registry.ts`. */
export const registryComponent = `\
// Written by \`slipway render pulumi\`: change slipway.yaml and render again, rather than this file.
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** Which images go: a rule of a lifecycle policy, as ECR spells it. */
export interface LifecycleRule {
  /** ECR takes the rules in this order. */
  rulePriority: number;
  description?: string;
  selection: {
    tagStatus: 'tagged' | 'untagged' | 'any';
    tagPatternList?: string[];
    tagPrefixList?: string[];
    storageClass?: 'standard' | 'archive';
    countType:
      | 'imageCountMoreThan'
      | 'sinceImagePushed'
      | 'sinceImagePulled'
      | 'sinceImageTransitioned';
    countUnit?: 'days';
    countNumber: number;
  };
  action: { type: 'expire' } | { type: 'transition'; targetStorageClass: 'archive' };
}

/** A repository. */
export interface RepositoryArgs {
  /** Its name in ECR. */
  name: string;
  /** Whether tags can be moved. Default: \`IMMUTABLE\`. */
  tagMutability?: 'IMMUTABLE' | 'IMMUTABLE_WITH_EXCLUSION' | 'MUTABLE' | 'MUTABLE_WITH_EXCLUSION';
  /** Patterns of tags that are the exception. */
  tagMutabilityExclusions?: string[];
  /** Default: \`AES256\`. Fixed at creation. */
  encryptionType?: 'AES256' | 'KMS' | 'KMS_DSSE';
  /** ARN, id or alias of the key; without one it is Amazon's own. Fixed at creation. */
  kmsKey?: string;
  /** Whether it is encrypted with the registry's own key. */
  useRegistryKey?: boolean;
  /** Default: yes. */
  scanOnPush?: boolean;
  /** Whether it may be deleted with the images in it. Default: no. */
  forceDelete?: boolean;
  /** Those that the provider does not put on everything. */
  tags?: Record<string, string>;
  /** Absent: there is no lifecycle policy that this program knows of. */
  lifecycleRules?: LifecycleRule[];
  /** Who may do what. Absent: nobody outside of the account, and inside of it whom IAM lets. */
  policyStatements?: aws.iam.PolicyStatement[];
}

/** A role that CI jobs, platforms or other accounts take. */
export interface RoleArgs {
  name: string;
  /** Default: \`/\`. */
  path?: string;
  description: string;
  /** In seconds. Default: an hour. */
  maxSessionDuration?: number;
  /** ARN of a policy. */
  permissionsBoundary?: string;
  /** ARNs of policies. */
  managedPolicies?: string[];
  /** Who may take it. */
  trust: aws.iam.PolicyStatement[];
  /** What it may do. */
  permissions: aws.iam.PolicyStatement[];
  tags?: Record<string, string>;
}

/** The registry's own key. */
export interface KeyArgs {
  /** \`alias/…\`. */
  alias: string;
  description: string;
  /** Default: a year. */
  rotationPeriodInDays?: number;
  /** How long it can be had back once it is deleted. Default: 30 days. */
  deletionWindowInDays?: number;
  policyStatements: aws.iam.PolicyStatement[];
  tags?: Record<string, string>;
}

/** Ids of what exists and shall be taken over, by the keys of what it is. */
export interface Imports {
  repositories?: Record<string, string>;
  lifecyclePolicies?: Record<string, string>;
  repositoryPolicies?: Record<string, string>;
  roles?: Record<string, string>;
  rolePolicies?: Record<string, string>;
  /** By role and ARN of the policy, with a space between them. */
  roleAttachments?: Record<string, string>;
  key?: string;
  keyAlias?: string;
}

export interface RegistryArgs {
  /** By a key that stays the same as long as the repository is the same. */
  repositories: Record<string, RepositoryArgs>;
  roles?: Record<string, RoleArgs>;
  key?: KeyArgs;
  imports?: Imports;
}

/** The repositories of an account and Region, with their rules and grants, and what stands beside them. */
export class Registry extends pulumi.ComponentResource {
  /** ARNs of the repositories, by key. */
  readonly repositoryArns: pulumi.Output<Record<string, string>>;
  /** Where images are pushed to and pulled from, by key. */
  readonly repositoryUrls: pulumi.Output<Record<string, string>>;
  /** ARNs of the roles, by key: what CI jobs and platforms take. */
  readonly roleArns: pulumi.Output<Record<string, string>>;
  /** ARN of the registry's key; nothing where it has none. */
  readonly keyArn: pulumi.Output<string> | undefined;

  constructor(name: string, args: RegistryArgs, options?: pulumi.ComponentResourceOptions) {
    super('slipway:ecr:Registry', name, {}, options);
    const { imports = {} } = args;

    const key = args.key && this.makeKey(name, args.key, imports);
    const repositories: Record<string, aws.ecr.Repository> = {};
    for (const [id, repository] of Object.entries(args.repositories)) {
      repositories[id] = this.makeRepository(\`\${name}-\${id}\`, id, repository, key, imports);
    }
    const roles: Record<string, aws.iam.Role> = {};
    for (const [id, role] of Object.entries(args.roles ?? {})) {
      roles[id] = this.makeRole(\`\${name}-\${id}\`, id, role, imports);
    }

    this.repositoryArns = pulumi.output(mapValues(repositories, ({ arn }) => arn));
    this.repositoryUrls = pulumi.output(mapValues(repositories, (one) => one.repositoryUrl));
    this.roleArns = pulumi.output(mapValues(roles, ({ arn }) => arn));
    this.keyArn = key?.arn;
    this.registerOutputs({
      repositoryArns: this.repositoryArns,
      repositoryUrls: this.repositoryUrls,
      roleArns: this.roleArns,
      keyArn: this.keyArn,
    });
  }

  private makeRepository(
    name: string,
    id: string,
    args: RepositoryArgs,
    key: aws.kms.Key | undefined,
    imports: Imports,
  ): aws.ecr.Repository {
    const existing = imports.repositories?.[id];
    const kmsKey = args.useRegistryKey ? key?.arn : args.kmsKey && this.keyArnOf(args.kmsKey);
    const repository = new aws.ecr.Repository(
      name,
      {
        name: args.name,
        imageTagMutability: args.tagMutability ?? 'IMMUTABLE',
        imageTagMutabilityExclusionFilters: args.tagMutabilityExclusions?.map((filter) => ({
          filter,
          filterType: 'WILDCARD',
        })),
        // Fixed at creation: another type or another key means another repository.
        encryptionConfigurations: [{ encryptionType: args.encryptionType ?? 'AES256', kmsKey }],
        imageScanningConfiguration: { scanOnPush: args.scanOnPush ?? true },
        // Without it, ECR itself refuses to delete a repository that holds images: a replacement stops
        // there. Its policies are deleted before it, and come back with the next run that succeeds.
        forceDelete: args.forceDelete ?? false,
        tags: args.tags,
      },
      {
        parent: this,
        import: existing,
        // AWS is never told of it, so that it would stand in the way of an import.
        ignoreChanges: existing === undefined ? [] : ['forceDelete'],
        // Its name is taken as long as it is there.
        deleteBeforeReplace: true,
      },
    );

    if (args.lifecycleRules) {
      new aws.ecr.LifecyclePolicy(
        name,
        {
          repository: repository.name,
          policy: pulumi.jsonStringify({ rules: args.lifecycleRules }),
        },
        {
          parent: this,
          import: imports.lifecyclePolicies?.[id],
          // A change of rules is a replacement to the provider, and a repository has one policy: made first, the new
          // one would be deleted as the old. In between no image goes, since an absent policy expires nothing.
          deleteBeforeReplace: true,
        },
      );
    }

    // The whole policy: a statement that somebody else adds to it is taken away by the next update.
    if (args.policyStatements) {
      new aws.ecr.RepositoryPolicy(
        name,
        { repository: repository.name, policy: policyOf(args.policyStatements) },
        { parent: this, import: imports.repositoryPolicies?.[id] },
      );
    }
    return repository;
  }

  /** ECR tells a repository's key by its ARN; by any other name there would be a difference in every preview. */
  private keyArnOf(key: string): pulumi.Input<string> {
    return /^arn:[^:]+:kms:[^:]+:[^:]+:key\\//.test(key)
      ? key
      : aws.kms.getKeyOutput({ keyId: key }, { parent: this }).arn;
  }

  private makeRole(name: string, id: string, args: RoleArgs, imports: Imports): aws.iam.Role {
    const role = new aws.iam.Role(
      name,
      {
        name: args.name,
        path: args.path ?? '/',
        description: args.description,
        maxSessionDuration: args.maxSessionDuration ?? 3600,
        permissionsBoundary: args.permissionsBoundary,
        assumeRolePolicy: policyOf(args.trust),
        tags: args.tags,
      },
      { parent: this, import: imports.roles?.[id], deleteBeforeReplace: true },
    );
    new aws.iam.RolePolicy(
      name,
      { name: 'slipway', role: role.name, policy: policyOf(args.permissions) },
      { parent: this, import: imports.rolePolicies?.[id] },
    );
    for (const policyArn of args.managedPolicies ?? []) {
      new aws.iam.RolePolicyAttachment(
        // Without what all of them begin with: \`aws:policy/…\`.
        \`\${name}-\${policyArn.replace(/^arn:[^:]+:iam::/, '')}\`,
        { role: role.name, policyArn },
        { parent: this, import: imports.roleAttachments?.[\`\${id} \${policyArn}\`] },
      );
    }
    return role;
  }

  private makeKey(name: string, args: KeyArgs, imports: Imports): aws.kms.Key {
    const key = new aws.kms.Key(
      name,
      {
        description: args.description,
        enableKeyRotation: true,
        rotationPeriodInDays: args.rotationPeriodInDays ?? 365,
        deletionWindowInDays: args.deletionWindowInDays ?? 30,
        policy: policyOf(args.policyStatements),
        tags: args.tags,
      },
      {
        parent: this,
        import: imports.key,
        // Images die with their key. To destroy everything else: \`pulumi state unprotect\`, and delete the key from the state.
        protect: true,
        // AWS is told of it when the key is deleted, and tells nobody before: an imported key would differ in it for ever.
        ignoreChanges: ['deletionWindowInDays'],
      },
    );
    new aws.kms.Alias(
      name,
      { name: args.alias, targetKeyId: key.keyId },
      { parent: this, import: imports.keyAlias },
    );
    return key;
  }
}

function policyOf(statements: aws.iam.PolicyStatement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: '2012-10-17', Statement: statements });
}

function mapValues<T, U>(of: Record<string, T>, make: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [key, make(value)]));
}
`;

/** The text of `registry-settings.ts`. */
export const registrySettingsComponent = `\
// Written by \`slipway render pulumi\`: change slipway.yaml and render again, rather than this file.
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** A rule by which ECR copies images. */
export interface ReplicationRule {
  destinations: { region: string; registryId: string }[];
  /** Absent: every repository. */
  repositoryFilters?: { filter: string; filterType: 'PREFIX_MATCH' }[];
}

/** What a registry has once, for all who use it. */
export interface RegistrySettingsArgs {
  /** What the policy decides on. Absent: as it is. */
  policyScope?: 'V1' | 'V2';
  /** Absent: there is no policy that this program knows of. */
  policy?: aws.iam.PolicyDocument;
  /** Absent: there are no rules that this program knows of. */
  replicationRules?: ReplicationRule[];
}

/** The policy of a registry and its rules of replication. Each is written whole: what others add is taken away. */
export class RegistrySettings extends pulumi.ComponentResource {
  /** \`after\`: what has to be there before images are copied. */
  constructor(
    name: string,
    args: RegistrySettingsArgs & { after: pulumi.Resource[] },
    options?: pulumi.ComponentResourceOptions,
  ) {
    super('slipway:ecr:RegistrySettings', name, {}, options);
    const scope =
      args.policyScope &&
      new aws.ecr.AccountSetting(
        name,
        { name: 'REGISTRY_POLICY_SCOPE', value: args.policyScope },
        { parent: this },
      );
    if (args.policy) {
      new aws.ecr.RegistryPolicy(
        name,
        { policy: pulumi.jsonStringify(args.policy) },
        // Under the scope V1 ECR takes no statement that needs V2.
        { parent: this, dependsOn: scope ? [scope] : [] },
      );
    }
    if (args.replicationRules) {
      new aws.ecr.ReplicationConfiguration(
        name,
        { replicationConfiguration: { rules: args.replicationRules } },
        { parent: this, dependsOn: args.after },
      );
    }
    this.registerOutputs({});
  }
}
`;

/** The text of `identity-providers.ts`. */
export const identityProvidersComponent = `\
// Written by \`slipway render pulumi\`: change slipway.yaml and render again, rather than this file.
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** An identity provider in IAM, by which tokens of a CI system are known. */
export interface IdentityProviderArgs {
  url: string;
  /** Whom the tokens are for. */
  audiences: string[];
  /** Absent: IAM asks the issuer's certificate authority. */
  thumbprints?: string[];
  tags?: Record<string, string>;
  /** The ARN of one that exists and shall be taken over. */
  importId?: string;
}

/** The identity providers of an account, of which it has one for each issuer. */
export class IdentityProviders extends pulumi.ComponentResource {
  /** By what they are called here. */
  readonly arns: pulumi.Output<Record<string, string>>;

  constructor(
    name: string,
    providers: Record<string, IdentityProviderArgs>,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super('slipway:ecr:IdentityProviders', name, {}, options);
    const arns: Record<string, pulumi.Output<string>> = {};
    for (const [id, { url, audiences, thumbprints, tags, importId }] of Object.entries(providers)) {
      const provider = new aws.iam.OpenIdConnectProvider(
        \`\${name}-\${id}\`,
        { url, clientIdLists: audiences, thumbprintLists: thumbprints, tags },
        {
          parent: this,
          import: importId,
          // Roles that are not in this program may trust it by now: \`pulumi state unprotect\`, and look who does.
          protect: true,
        },
      );
      arns[id] = provider.arn;
    }
    this.arns = pulumi.output(arns);
    this.registerOutputs({ arns: this.arns });
  }
}
`;
