// What the engine needs of the outside, for one account and Region. `aws/` implements it on the AWS SDK.
// Every method may throw an AwsFault; nothing else may come out of a port on purpose.
import type { Image } from '../lifecycle/model.js';
import type { Encryption, TagMutability, Tags } from '../registry/model.js';
import type { ReplicationRule } from '../registry/replication.js';

/**
 * Why a call failed, in the words the engine acts on.
 * `denied`: not allowed to. `not-implemented`: this endpoint lacks the operation; never retried.
 * `gone`: the repository (or policy) does not exist. `exists`: it exists already. `invalid`: AWS refuses the value.
 * `in-progress`: the same is being done already; later it may be asked for again.
 * `unavailable`: throttling, 5xx or network, after all retries. `interrupted`: the caller's signal fired.
 */
export type FaultKind =
  | 'denied'
  | 'not-implemented'
  | 'gone'
  | 'exists'
  | 'not-empty'
  | 'in-progress'
  | 'invalid'
  | 'unavailable'
  | 'interrupted'
  | 'credentials'
  | 'other';

/** A failed call to AWS. `operation` is as IAM spells it, for instance `ecr:PutLifecyclePolicy`. */
export class AwsFault extends Error {
  readonly kind: FaultKind;
  readonly operation: string;
  /** AWS's own name of the error, for instance `LifecyclePolicyNotFoundException`. */
  readonly awsCode: string;

  constructor(
    kind: FaultKind,
    operation: string,
    awsCode: string,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    this.name = 'AwsFault';
    this.kind = kind;
    this.operation = operation;
    this.awsCode = awsCode;
  }
}

/** A repository as DescribeRepositories tells of it. */
export interface RepositoryDescription {
  readonly name: string;
  readonly arn: string;
  readonly uri: string;
  readonly registryId: string;
  readonly tagMutability: TagMutability;
  readonly encryption: Encryption;
  readonly scanOnPush: boolean;
}

export interface NewRepository {
  readonly name: string;
  readonly tagMutability: TagMutability;
  readonly encryption: Encryption;
  readonly scanOnPush: boolean;
  readonly tags: Tags;
}

/** A manifest as it was pushed: the digest is that of these very bytes. */
export interface ImageManifest {
  readonly digest: string;
  readonly text: string;
  readonly mediaType?: string;
}

export interface EcrPort {
  /** All repositories of the registry, 1,000 a page. */
  listRepositories(): AsyncIterable<readonly RepositoryDescription[]>;
  /** Up to 100 by name in one call; `undefined` when any of them does not exist (ECR then answers for none). */
  describeRepositories(names: readonly string[]): Promise<readonly RepositoryDescription[] | undefined>;
  /** The text, or `undefined` when there is none. Fault `gone` when the repository does not exist. */
  getLifecyclePolicy(name: string): Promise<string | undefined>;
  getRepositoryPolicy(name: string): Promise<string | undefined>;
  /** The text, or `undefined` where the registry has none. */
  getRegistryPolicy(): Promise<string | undefined>;
  /** Which requests the registry policy decides on: account setting REGISTRY_POLICY_SCOPE. */
  registryPolicyScope(): Promise<'V1' | 'V2'>;
  putRegistryPolicy(text: string): Promise<void>;
  /** Fault `gone` where the registry has none. */
  deleteRegistryPolicy(): Promise<void>;
  putRegistryPolicyScope(scope: 'V1' | 'V2'): Promise<void>;
  /** To which registries images are copied: every rule, whoever wrote it. */
  replicationRules(): Promise<readonly ReplicationRule[]>;
  /** Replaces all of them. */
  putReplicationRules(rules: readonly ReplicationRule[]): Promise<void>;
  listTags(arn: string): Promise<Tags>;
  createRepository(repository: NewRepository): Promise<RepositoryDescription>;
  deleteRepository(name: string, force: boolean): Promise<void>;
  putTagMutability(name: string, mutability: TagMutability): Promise<void>;
  putScanOnPush(name: string, scanOnPush: boolean): Promise<void>;
  putLifecyclePolicy(name: string, text: string): Promise<void>;
  deleteLifecyclePolicy(name: string): Promise<void>;
  setRepositoryPolicy(name: string, text: string): Promise<void>;
  deleteRepositoryPolicy(name: string): Promise<void>;
  tag(arn: string, tags: Tags): Promise<void>;
  untag(arn: string, keys: readonly string[]): Promise<void>;
  /**
   * Pages of images, active and archived, with every time ECR tells. `answeredBy` hears which account's registry each page comes from,
   * where the answer says so.
   */
  describeImages(name: string, answeredBy?: (registryId: string) => void): AsyncIterable<readonly Image[]>;
  /**
   * Digests of the children of manifest lists, by digest of the list, in calls of 100 lists; a list that is gone is left out. To ECR it
   * is a pull of the list.
   */
  childrenOf(name: string, lists: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /**
   * The layers and the configuration of images, by digest of the image, in calls of 100; what is gone, or is no image, is left out. To ECR
   * it is a pull of each.
   */
  layersOf(name: string, images: readonly string[]): Promise<ReadonlyMap<string, readonly Layer[]>>;
  /** Begins ECR's own preview of a policy. Fault `in-progress` while an earlier one is being made. */
  startLifecyclePreview(name: string, text: string): Promise<void>;
  /** One page of what ECR's own preview found; `token` is `next` of the page before. Fault `gone` where none was begun. */
  getLifecyclePreview(name: string, token?: string): Promise<PreviewPage>;
  /** The tags an image has at this moment; `undefined` where there is no such image. */
  imageTags(name: string, digest: string): Promise<readonly string[] | undefined>;
  /**
   * An image's manifest, byte for byte; `undefined` where there is no such image, or where it is archived. ECR takes it for a pull, as it
   * does every BatchGetImage (API reference, ImageDetail, `lastRecordedPullTime`).
   */
  getManifest(name: string, digest: string): Promise<ImageManifest | undefined>;
  /**
   * Gives one more tag to an image that is there; that it has it already is no fault. Fault `exists` where another image has the tag and
   * may not lose it.
   */
  addImageTag(name: string, manifest: ImageManifest, tag: string): Promise<void>;
  /**
   * Takes a tag off, **and deletes the image with its last tag** (API reference, BatchDeleteImage). `false` where there is no such tag, or
   * where it is the last one of an image that a manifest list names, which ECR keeps.
   */
  removeImageTag(name: string, tag: string): Promise<boolean>;
}

/** A layer, or the configuration, of an image as its manifest tells of it. */
export interface Layer {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** What ECR's own preview says of one image: nothing is said of images that stay. */
export interface PreviewedImage {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly action: 'expire' | 'archive';
  readonly rulePriority: number;
}

export interface PreviewPage {
  readonly status: 'IN_PROGRESS' | 'COMPLETE' | 'EXPIRED' | 'FAILED';
  /** Of the policy that it is about. */
  readonly text: string;
  readonly images: readonly PreviewedImage[];
  readonly next?: string;
}

export interface TaggingPort {
  /** Tags by ARN of the repositories and stacks that carry all of `filter`, in bulk. This index lags behind ECR. */
  resourcesWithTags(filter: Tags): AsyncIterable<ReadonlyMap<string, Tags>>;
}

export interface IdentityPort {
  callerIdentity(): Promise<{ readonly account: string; readonly arn: string }>;
}

/** A policy as IAM or Organizations tells of it. `name` is for people: `inline policy push`, `AmazonEC2ContainerRegistryPullOnly`. */
export type PolicyReading =
  | { readonly name: string; readonly text: string }
  /** It is there, and could not be read. */
  | { readonly name: string; readonly unreadable: string };

/** A user or a role, with all that its own account's IAM says of what it may do. */
export interface IamPrincipal {
  readonly kind: 'user' | 'role';
  readonly arn: string;
  /** The unique id: `AIDA…`, `AROA…`. */
  readonly id: string;
  /** Left out: not told. */
  readonly tags?: Tags;
  /** Inline and attached ones, of a user those of its groups too. */
  readonly policies: readonly PolicyReading[];
  readonly boundary?: PolicyReading;
}

/** IAM of the account. It has no Region. */
export interface IamPort {
  /** Every user and role, sorted by ARN, in pages of a thousand: one call of IAM for a small account. */
  principals(): Promise<readonly IamPrincipal[]>;
  /** One of them with a few calls, by its name, which is one of its account's whatever its path; `undefined` where there is no such. */
  principal(kind: IamPrincipal['kind'], name: string): Promise<IamPrincipal | undefined>;
  /** Of the role of that name, whatever its path, with one call; `undefined` where there is none. */
  roleArn(name: string): Promise<string | undefined>;
}

/** One level over an account: the organisation's root, a unit, or the account itself. */
export interface OrganizationLevel {
  /** `r-…`, `ou-…`, or the account. */
  readonly target: string;
  /** Empty where the organisation has not enabled policies of this kind: else there is one at least. */
  readonly serviceControl: readonly PolicyReading[];
  readonly resourceControl: readonly PolicyReading[];
}

export interface OrganizationPort {
  /** The organisation of the account; `null` where it is in none. Any account may ask. */
  organization(): Promise<{ readonly id: string; readonly managementAccount: string } | null>;
  /** From the root down to the account. The management account may ask, and those it has delegated this to. */
  levelsOver(account: string): Promise<readonly OrganizationLevel[]>;
}

/** A stack as DescribeStacks tells of it. */
export interface StackDescription {
  readonly name: string;
  /** The ARN: it stays when the stack is gone, and the name may be another's by then. */
  readonly id: string;
  /** CloudFormation's own word: `UPDATE_COMPLETE`. */
  readonly status: string;
  readonly reason?: string;
  readonly tags: Tags;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface NewChangeSet {
  readonly stack: string;
  readonly name: string;
  /** Whether the stack is made by it. */
  readonly makes: boolean;
  readonly description: string;
  /** JSON. */
  readonly template: string;
  readonly tags: Tags;
}

/** What CloudFormation would do to one resource. */
export interface StackEffect {
  /** The resource's name in the template. */
  readonly resource: string;
  readonly type: string;
  /** `Dynamic`: it depends on what the others become. */
  readonly action: 'Add' | 'Modify' | 'Remove' | 'Import' | 'Dynamic';
  /** With `Modify`: whether a new one takes its place. */
  readonly replacement: 'True' | 'False' | 'Conditional';
}

export interface ChangeSet {
  readonly state: 'making' | 'ready' | 'empty' | 'failed';
  readonly reason?: string;
  readonly effects: readonly StackEffect[];
}

export interface StackEvent {
  readonly id: string;
  /** The resource's name in the template; the stack's own name where it is about the stack. */
  readonly resource: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

/** A resource that is not as its template says. */
export interface ResourceDrift {
  readonly resource: string;
  readonly type: string;
  readonly deleted: boolean;
  /** Values are text, as CloudFormation shows them. */
  readonly differences: readonly { readonly path: string; readonly expected: string; readonly actual: string }[];
}

/** CloudFormation of one Region. Every write is answered at once, and done later: who wants to know looks at the stack. */
export interface StackPort {
  /** `undefined` where there is none by that name. */
  describe(name: string): Promise<StackDescription | undefined>;
  /** The template as it was handed in. */
  template(name: string): Promise<string>;
  /** Fault `exists` where the stack has a change set of that name. */
  createChangeSet(changeSet: NewChangeSet): Promise<void>;
  describeChangeSet(stack: string, name: string): Promise<ChangeSet>;
  executeChangeSet(stack: string, name: string): Promise<void>;
  /** Deleting what is not there is no fault. */
  deleteChangeSet(stack: string, name: string): Promise<void>;
  /** Deleting what is not there is no fault. */
  deleteStack(name: string): Promise<void>;
  /** What happened after the event of that id, oldest first; by the stack's id, which serves when it is gone. */
  events(id: string, after?: string): Promise<readonly StackEvent[]>;
  /** Begins to look for drift, and gives what to ask for it by. */
  detectDrift(name: string): Promise<string>;
  driftDetection(id: string): Promise<{ readonly state: 'running' | 'done' | 'failed'; readonly reason?: string }>;
  driftedResources(name: string): Promise<readonly ResourceDrift[]>;
}

/** Identity providers of the account's IAM. */
export interface OidcProviderPort {
  /** `undefined` where the account has none of that ARN. */
  find(arn: string): Promise<{ readonly audiences: readonly string[] } | undefined>;
}

/** String parameters, as SSM keeps them. */
export interface ParameterPort {
  get(name: string): Promise<string | undefined>;
  /** Creates the parameter; `false` when it exists already. */
  create(name: string, value: string): Promise<boolean>;
  overwrite(name: string, value: string): Promise<void>;
  /** Deleting what is not there is no fault. */
  remove(name: string): Promise<void>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after that many milliseconds, or at once when the signal fires. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The ports of one registry. */
export interface RegistryPorts {
  readonly account: string;
  readonly region: string;
  readonly ecr: EcrPort;
  readonly tagging: TaggingPort;
  readonly identity: IdentityPort;
  readonly parameters: ParameterPort;
  readonly iam: IamPort;
  readonly organizations: OrganizationPort;
  readonly stacks: StackPort;
  readonly oidcProviders: OidcProviderPort;
  readonly clock: Clock;
  /** How many calls may be under way at once. */
  readonly concurrency: number;
}
