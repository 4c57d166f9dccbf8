// The construct library of a rendered app: how a repository, a key, a role and their stacks are made, the same for every project.
// It must not know what is in a registry.

/** `lib/registry.ts`. */
export const libraryText = `\
// How a container registry is made: repositories, the key and the roles beside them, and the stacks that they are in.
// Written by \`slipway render cdk\`, the same for every environment. It must not know any of them.
import {
  CfnDeletionPolicy,
  CfnOutput,
  Duration,
  RemovalPolicy,
  Stack,
  type StackProps,
  Tags,
} from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** Tags by their keys. */
export type TagMap = Readonly<Record<string, string>>;

/** A rule of a lifecycle policy: what the CDK has words for, and what it has none for yet (aws/aws-cdk#36824). */
export interface ImageRule extends ecr.LifecycleRule {
  /** Rules are taken in this order, the lowest first; an image is acted on by one of them alone. */
  readonly rulePriority: number;

  /**
   * From when on \`maxImageAge\` counts. What was never pulled counts from its push.
   *
   * @default 'pushed'
   */
  readonly since?: 'pushed' | 'pulled' | 'archived';

  /**
   * Images go to the archive instead of being deleted.
   *
   * @default false
   */
  readonly archive?: boolean;

  /**
   * Which images it looks at: those that can be pulled, or those in the archive.
   *
   * @default 'standard'
   */
  readonly storageClass?: 'standard' | 'archive';
}

/** What a repository is told. Left out is what is right for most. */
export interface ContainerRepositoryProps {
  /** Its name in ECR: \`payments/api\`. */
  readonly repositoryName: string;

  /**
   * Whether a tag can be moved to another image.
   *
   * @default ecr.TagMutability.IMMUTABLE
   */
  readonly tagMutability?: ecr.TagMutability.IMMUTABLE | ecr.TagMutability.MUTABLE;

  /**
   * Patterns of tags for which the opposite of \`tagMutability\` holds: \`latest\`, \`*-cache\`.
   *
   * @default - no exceptions
   */
  readonly tagExceptions?: readonly string[];

  /**
   * Whether an image is scanned when it is pushed.
   *
   * @default true
   */
  readonly scanOnPush?: boolean;

  /**
   * How images are encrypted. It cannot be changed later.
   *
   * @default - AES256, with ECR's own key
   */
  readonly encryption?: ecr.CfnRepository.EncryptionConfigurationProperty;

  /**
   * Which images go, and when.
   *
   * @default - images stay until somebody deletes them
   */
  readonly lifecycleRules?: readonly ImageRule[];

  /**
   * Statements of the repository policy: who may do what from outside of the account.
   *
   * @default - nobody but the account itself
   */
  readonly access?: readonly iam.PolicyStatementProps[];

  /**
   * Whether the repository goes with its stack, and the images in it too. Otherwise it stays.
   *
   * @default false
   */
  readonly forceDelete?: boolean;

  /**
   * Tags beside those of the stack.
   *
   * @default - none
   */
  readonly tags?: TagMap;
}

/**
 * A repository for container images. Its tags do not move, what is pushed is scanned, and it outlives its stack.
 *
 * The construct's id is the logical id in the template: as long as it stays, the repository does, wherever the code moves.
 */
export class ContainerRepository extends Construct {
  readonly repository: ecr.Repository;
  readonly repositoryName: string;

  constructor(scope: Construct, id: string, props: ContainerRepositoryProps) {
    super(scope, id);
    this.repositoryName = props.repositoryName;
    const { tagMutability = ecr.TagMutability.IMMUTABLE, tagExceptions = [], lifecycleRules = [] } = props;
    const hasExceptions = tagExceptions.length > 0;
    const isPlain = lifecycleRules.every(isPlainRule);
    const forceDelete = props.forceDelete ?? false;

    this.repository = new ecr.Repository(this, 'Repository', {
      repositoryName: props.repositoryName,
      imageTagMutability: hasExceptions ? withExceptions[tagMutability] : tagMutability,
      imageTagMutabilityExclusionFilters: hasExceptions
        ? tagExceptions.map((pattern) => ecr.ImageTagMutabilityExclusionFilter.wildcard(pattern))
        : undefined,
      imageScanOnPush: props.scanOnPush ?? true,
      lifecycleRules: isPlain ? [...lifecycleRules] : [],
      // Not \`autoDeleteImages\`, which deploys a function for what CloudFormation does by itself.
      emptyOnDelete: forceDelete,
      removalPolicy: forceDelete ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    for (const statement of props.access ?? []) {
      this.repository.addToResourcePolicy(new iam.PolicyStatement(statement));
    }
    addTags(this, props.tags);

    const resource = this.repository.node.defaultChild as ecr.CfnRepository;
    resource.overrideLogicalId(id);
    // Whatever happens to a repository that is replaced: its images are not what shall go.
    resource.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
    // \`ecr.Repository\` takes no alias of a key, and no KMS_DSSE.
    if (props.encryption !== undefined) resource.encryptionConfiguration = props.encryption;
    if (!isPlain) resource.lifecyclePolicy = { lifecyclePolicyText: policyText(lifecycleRules) };
  }
}

const withExceptions = {
  [ecr.TagMutability.IMMUTABLE]: ecr.TagMutability.IMMUTABLE_WITH_EXCLUSION,
  [ecr.TagMutability.MUTABLE]: ecr.TagMutability.MUTABLE_WITH_EXCLUSION,
};

/** Whether \`ecr.Repository\` can say it. */
function isPlainRule({ since = 'pushed', archive = false, storageClass }: ImageRule): boolean {
  return since === 'pushed' && !archive && storageClass === undefined;
}

const countTypes = {
  pushed: 'sinceImagePushed',
  pulled: 'sinceImagePulled',
  archived: 'sinceImageTransitioned',
};

/** A lifecycle policy as ECR reads it. */
function policyText(rules: readonly ImageRule[]): string {
  return JSON.stringify({
    rules: rules.map(({ rulePriority, description, maxImageAge, maxImageCount, since = 'pushed', ...rule }) => {
      const { tagPatternList, tagPrefixList, storageClass } = rule;
      const tagStatus = rule.tagStatus ?? (tagPatternList || tagPrefixList ? ecr.TagStatus.TAGGED : ecr.TagStatus.ANY);
      const count = maxImageAge
        ? { countType: countTypes[since], countUnit: 'days', countNumber: maxImageAge.toDays() }
        : { countType: 'imageCountMoreThan', countNumber: maxImageCount };
      return {
        rulePriority,
        description,
        selection: { tagStatus, tagPatternList, tagPrefixList, storageClass, ...count },
        action: rule.archive ? { type: 'transition', targetStorageClass: 'archive' } : { type: 'expire' },
      };
    }),
  });
}

/** What a key is told. */
export interface RegistryKeyProps {
  /** \`alias/…\`. */
  readonly alias: string;
  readonly description: string;
  /** The whole policy of the key. */
  readonly policy: readonly iam.PolicyStatementProps[];
  readonly rotationPeriod: Duration;
  /** How long the key can be had back after somebody has deleted it. */
  readonly pendingWindow: Duration;
  /** Under which name stacks of repositories import it; they keep it from being deleted. */
  readonly exportName: string;
  readonly tags?: TagMap;
}

/** A key for images, which rotates and outlives its stack: images die with their key. */
export class RegistryKey extends Construct {
  /** For other stacks of the same account and Region. */
  readonly importedArn: string;

  constructor(scope: Construct, id: string, props: RegistryKeyProps) {
    super(scope, id);
    const key = new kms.Key(this, 'Key', {
      description: props.description,
      enableKeyRotation: true,
      rotationPeriod: props.rotationPeriod,
      pendingWindow: props.pendingWindow,
      policy: documentOf(props.policy),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const alias = new kms.Alias(this, 'Alias', { aliasName: props.alias, targetKey: key });
    addTags(this, props.tags);

    (key.node.defaultChild as kms.CfnKey).overrideLogicalId(id);
    (alias.node.defaultChild as kms.CfnAlias).overrideLogicalId(\`\${id}Alias\`);
    const arn = output(this, \`\${id}Arn\`, 'ARN of the key', key.keyArn, props.exportName);
    this.importedArn = arn.importValue;
  }
}

/** What a role is told. */
export interface RegistryRoleProps {
  readonly roleName: string;
  readonly description: string;

  /** Statements of the trust policy: who takes the role. */
  readonly trust: readonly iam.PolicyStatementProps[];

  /** What it may do. */
  readonly permissions: readonly iam.PolicyStatementProps[];

  /**
   * ARNs of managed policies.
   *
   * @default - none
   */
  readonly managedPolicies?: readonly string[];

  /**
   * The ARN of the policy that bounds what it may do.
   *
   * @default - none
   */
  readonly permissionsBoundary?: string;

  /** @default '/' */
  readonly path?: string;

  /**
   * How long a session lasts at most.
   *
   * @default Duration.hours(1)
   */
  readonly maxSessionDuration?: Duration;

  readonly tags?: TagMap;
}

/** A role that images are pushed or pulled with: a job of a CI system takes it, or a platform. */
export class RegistryRole extends Construct {
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: RegistryRoleProps) {
    super(scope, id);
    const managed = (arn: string, name: string) => iam.ManagedPolicy.fromManagedPolicyArn(this, name, arn);
    this.role = new iam.Role(this, 'Role', {
      roleName: props.roleName,
      path: props.path ?? '/',
      description: props.description,
      assumedBy: new Trusted(props.trust),
      inlinePolicies: { slipway: documentOf(props.permissions) },
      managedPolicies: (props.managedPolicies ?? []).map((arn, index) => managed(arn, \`Managed\${index}\`)),
      permissionsBoundary:
        props.permissionsBoundary === undefined ? undefined : managed(props.permissionsBoundary, 'Boundary'),
      maxSessionDuration: props.maxSessionDuration ?? Duration.hours(1),
    });
    addTags(this, props.tags);
    (this.role.node.defaultChild as iam.CfnRole).overrideLogicalId(id);
    output(this, \`\${id}Arn\`, \`ARN of the role \${props.roleName}\`, this.role.roleArn);
  }
}

/** Whom a role trusts, as whole statements: \`assumedBy\` alone cannot give each of them conditions of its own. */
class Trusted extends iam.PrincipalBase {
  readonly policyFragment = new iam.PrincipalPolicyFragment({});
  readonly #statements: readonly iam.PolicyStatementProps[];

  constructor(statements: readonly iam.PolicyStatementProps[]) {
    super();
    this.#statements = statements;
  }

  override addToAssumeRolePolicy(document: iam.PolicyDocument): void {
    document.addStatements(...this.#statements.map((one) => new iam.PolicyStatement(one)));
  }

  dedupeString(): undefined {
    return undefined;
  }
}

/** What the identity provider of a CI system is told. */
export interface CiProviderProps {
  readonly url: string;
  /** For whom its tokens are. */
  readonly audiences: readonly string[];
  /** @default - IAM asks the authority of the issuer's certificate */
  readonly thumbprints?: readonly string[];
  readonly tags?: TagMap;
}

/** The identity provider of a CI system, of which an account has one. It outlives its stack: others may trust it by then. */
export class CiProvider extends Construct {
  constructor(scope: Construct, id: string, props: CiProviderProps) {
    super(scope, id);
    const provider = new iam.OidcProviderNative(this, 'Provider', {
      url: props.url,
      clientIds: [...props.audiences],
      thumbprints: props.thumbprints === undefined ? undefined : [...props.thumbprints],
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    addTags(this, props.tags);
    (provider.node.defaultChild as iam.CfnOIDCProvider).overrideLogicalId(id);
    output(this, \`\${id}Arn\`, \`ARN of the identity provider \${props.url}\`, provider.oidcProviderArn);
  }
}

/** What a stack is told, beside what every stack of the CDK is. */
export interface RegistryStackProps extends StackProps {
  /** Tags of everything in it. \`tags\` would be those of the stack itself. */
  readonly resourceTags?: TagMap;
}

/** A stack whose resources are tagged. */
export class RegistryStack extends Stack {
  constructor(scope: Construct, id: string, { resourceTags, ...props }: RegistryStackProps) {
    super(scope, id, props);
    addTags(this, resourceTags);
  }

  /** Tells where to push and pull, once for each repository. A template takes 200 outputs. */
  protected outputUris(): void {
    for (const child of this.node.children) {
      if (child instanceof ContainerRepository) {
        const { id } = child.node;
        output(child, \`\${id}Uri\`, \`Where to push and pull \${child.repositoryName}\`, child.repository.repositoryUri);
      }
    }
  }
}

function documentOf(statements: readonly iam.PolicyStatementProps[]): iam.PolicyDocument {
  return new iam.PolicyDocument({ statements: statements.map((one) => new iam.PolicyStatement(one)) });
}

function addTags(scope: Construct, tags: TagMap = {}): void {
  for (const [key, value] of Object.entries(tags)) Tags.of(scope).add(key, value);
}

function output(scope: Construct, id: string, description: string, value: string, exportName?: string): CfnOutput {
  const made = new CfnOutput(scope, 'Output', { description, value, exportName });
  made.overrideLogicalId(id);
  return made;
}
`;
