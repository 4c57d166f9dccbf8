// The two models of a registry: what is wanted, and what is there.
// A registry is one AWS account in one Region. Nothing here knows how either was come by.
import type { CiAccess, RegistryScope, Statement } from '../access/model.js';
import type { LifecyclePolicy } from '../lifecycle/model.js';
import type { CompanionStack, Value } from './companions/model.js';

export type Tags = Readonly<Record<string, string>>;
export type MutabilityMode = 'IMMUTABLE' | 'MUTABLE' | 'IMMUTABLE_WITH_EXCLUSION' | 'MUTABLE_WITH_EXCLUSION';

export interface TagMutability {
  readonly mode: MutabilityMode;
  /** WILDCARD filters, sorted; empty unless the mode ends in `_WITH_EXCLUSION`. */
  readonly exclusions: readonly string[];
}

/** What is live has a key that is known; what is wanted may have one that a stack has yet to make. */
export interface Encryption<Key extends Value = string> {
  readonly type: 'AES256' | 'KMS' | 'KMS_DSSE';
  /** Key ARN, key id or alias; absent with KMS means Amazon's own key for ECR. */
  readonly kmsKey?: Key;
}

/** Who a repository belongs to: the tags `slipway:project` and `slipway:environment`. */
export interface Owner {
  readonly project: string;
  readonly environment: string;
}

export interface DesiredRepository {
  /** The key in the manifest. */
  readonly key: string;
  /** The name in ECR. */
  readonly name: string;
  readonly tagMutability: TagMutability;
  readonly encryption: Encryption<Value>;
  readonly scanOnPush: boolean;
  /** All tags that Slipway puts on it, ownership tags included. Other tags on the repository are left alone. */
  readonly tags: Tags;
  /** `undefined`: not managed, not even read. `null`: managed, and there must be none. */
  readonly lifecyclePolicy: LifecyclePolicy | null | undefined;
  /** Our own statements, with our Sids; may be empty. Statements of others in the live policy are left alone. */
  readonly statements: readonly Statement[];
  readonly forceDelete: boolean;
}

export interface DesiredRegistryPolicy {
  /** Our own statements, with our Sids; may be empty. Those of others in the live policy are left alone. */
  readonly statements: readonly Statement[];
  /** Absent: not managed. */
  readonly scope?: RegistryScope;
}

/** That ECR copies every image of the registry's repositories to other Regions of the account. */
export interface DesiredReplication {
  /** Sorted; none: there shall be no rule of ours. */
  readonly regions: readonly string[];
}

export interface DesiredRegistry {
  readonly owner: Owner;
  readonly account: string;
  readonly region: string;
  /** With a replica: the Region of the environment's own registry, whose images ECR copies here. */
  readonly replicaOf?: string;
  readonly partition: string;
  /** Sorted by name. */
  readonly repositories: readonly DesiredRepository[];
  /** What CI jobs without keys may do, each with a role of its own; absent where no grant names one. */
  readonly ciAccess?: readonly CiAccess[];
  /** Absent: not managed, not even read. */
  readonly registryPolicy?: DesiredRegistryPolicy;
  /** Absent: not managed, not even read. */
  readonly replication?: DesiredReplication;
  /** The stacks of what stands beside the repositories, in the order in which they are made; most projects have none. */
  readonly companions: readonly CompanionStack[];
}

/** What a read brought. A denied or failed read is `unknown`, which is never the same as `absent`. */
export type Reading<T> =
  | { readonly state: 'present'; readonly value: T }
  | { readonly state: 'absent' }
  | { readonly state: 'unknown'; readonly operation: string; readonly reason: string }
  | { readonly state: 'unread' };

export interface ObservedRepository {
  readonly name: string;
  readonly arn: string;
  readonly uri: string;
  readonly registryId: string;
  readonly tagMutability: TagMutability;
  readonly encryption: Encryption;
  readonly scanOnPush: boolean;
  readonly tags: Reading<Tags>;
  /** The policy's text as ECR gave it. */
  readonly lifecyclePolicy: Reading<string>;
  /** The policy's text as ECR gave it. */
  readonly repositoryPolicy: Reading<string>;
}

export interface ObservedRegistry {
  readonly account: string;
  readonly region: string;
  /**
   * Every repository that is declared or says it is ours; by name. Repositories that are neither are not kept.
   */
  readonly repositories: ReadonlyMap<string, ObservedRepository>;
  /** Declared repositories of which it could not be read whether they exist; by name. */
  readonly unreadable: ReadonlyMap<string, { readonly operation: string; readonly reason: string }>;
  /** Names of the stacks whose tags say that they are ours, as far as the index of tags knows. */
  readonly stacks: readonly string[];
  /** Whether every repository of ours could be found; otherwise orphans may be missing, and this says why. */
  readonly orphansKnown: { readonly known: true } | { readonly known: false; readonly reason: string };
}
