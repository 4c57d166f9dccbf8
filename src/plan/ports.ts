// What the engine needs of the outside, for one account and Region. `aws/` implements it on the AWS SDK.
// Every method may throw an AwsFault; nothing else may come out of a port on purpose.
import type { Image } from '../lifecycle/model.js';
import type { Encryption, TagMutability, Tags } from '../registry/model.js';

/**
 * Why a call failed, in the words the engine acts on.
 * `denied`: not allowed to. `not-implemented`: this endpoint lacks the operation; never retried.
 * `gone`: the repository (or policy) does not exist. `exists`: it exists already. `invalid`: AWS refuses the value.
 * `unavailable`: throttling, 5xx or network, after all retries. `interrupted`: the caller's signal fired.
 */
export type FaultKind =
  | 'denied'
  | 'not-implemented'
  | 'gone'
  | 'exists'
  | 'not-empty'
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

export interface EcrPort {
  /** All repositories of the registry, 1,000 a page. */
  listRepositories(): AsyncIterable<readonly RepositoryDescription[]>;
  /** Up to 100 by name in one call; `undefined` when any of them does not exist (ECR then answers for none). */
  describeRepositories(names: readonly string[]): Promise<readonly RepositoryDescription[] | undefined>;
  /** The text, or `undefined` when there is none. Fault `gone` when the repository does not exist. */
  getLifecyclePolicy(name: string): Promise<string | undefined>;
  getRepositoryPolicy(name: string): Promise<string | undefined>;
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
  /** Pages of images, active and archived, with every time ECR tells. */
  describeImages(name: string): AsyncIterable<readonly Image[]>;
}

export interface TaggingPort {
  /** Tags by ARN of the repositories that carry all of `filter`, in bulk. This index lags behind ECR. */
  repositoriesWithTags(filter: Tags): AsyncIterable<ReadonlyMap<string, Tags>>;
}

export interface IdentityPort {
  callerIdentity(): Promise<{ readonly account: string; readonly arn: string }>;
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
  readonly clock: Clock;
  /** How many calls may be under way at once. */
  readonly concurrency: number;
}
