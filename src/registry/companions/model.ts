// What stands beside the repositories: typed resources, the stacks they are in, and values that a stack has yet to make.
// It must not know CloudFormation or any other target, nor what is live.
import type { PolicyDocument } from '../../access/model.js';

type Tags = Readonly<Record<string, string>>;

/**
 * `account`: what an account has once, whatever its environments. `key`: what outlives the environment, since images die with it.
 * `environment`: everything else. Made in this order, and taken away in the reverse.
 */
export const stackKinds = ['account', 'key', 'environment'] as const;

export type StackKind = (typeof stackKinds)[number];

/** A stack that holds companions. */
export interface CompanionStack {
  readonly kind: StackKind;
  readonly name: string;
  readonly region: string;
  readonly description: string;
  /** By which a stack is known as ours. That of the account belongs to the whole project. */
  readonly tags: Tags;
  /** Sorted by id; never empty. */
  readonly resources: readonly Companion[];
  /** Other environments of the project that it is for as well. */
  readonly sharedWith: readonly string[];
}

/** A value that AWS decides: an output of a stack, unknown until that stack is made. */
export interface StackValue {
  readonly stack: StackKind;
  readonly output: string;
}

/** Known, or unknown until a stack makes it. */
export type Value = string | StackValue;

export function isKnown(value: Value): value is string {
  return typeof value === 'string';
}

interface Resource {
  /** Its name within the stack: letters and digits. It stays the same as long as the thing does. */
  readonly id: string;
  /** In a few words, for plans: `role payments-prod-eu-west-1-github-acme-api`. */
  readonly title: string;
  /** Where in the manifest it comes from: paths such as `repositories.api.access.push.0`. */
  readonly from: readonly string[];
}

/** The identity provider in IAM by which tokens of a CI system are known. Its ARN follows from the account and the host. */
export interface OidcProvider extends Resource {
  readonly kind: 'oidc-provider';
  readonly host: string;
  readonly arn: string;
  /** Sorted. */
  readonly audiences: readonly string[];
  readonly thumbprints: readonly string[];
  /** The manifest says that somebody else keeps it: it is referred to, and never made. */
  readonly existing: boolean;
  readonly tags: Tags;
}

/** A key in KMS. What it is called follows from the manifest; its ARN is AWS's to give. */
export interface EncryptionKey extends Resource {
  readonly kind: 'encryption-key';
  /** `alias/…`. */
  readonly alias: string;
  readonly description: string;
  readonly rotationPeriodDays: number;
  readonly deletionWindowDays: number;
  /** ARNs, sorted. */
  readonly administrators: readonly string[];
  readonly tags: Tags;
}

interface Role extends Resource {
  /** At most 64 characters. */
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly description: string;
  readonly maxSessionSeconds: number;
  readonly permissionsBoundary?: string;
  readonly trust: PolicyDocument;
  /** What it may do: one inline policy. */
  readonly permissions: PolicyDocument;
  /** ARNs, sorted. */
  readonly managedPolicies: readonly string[];
  readonly tags: Tags;
}

/** What jobs of a CI system take, with nothing but their token. */
export interface CiRole extends Role {
  readonly kind: 'ci-role';
  /** `github-acme.api`: what the name ends in. */
  readonly key: string;
  /** The host of the provider. */
  readonly provider: string;
  /** The repository or project on that host. */
  readonly source: string;
  /** The subjects of tokens that may take it, as in the trust policy. */
  readonly subjects: readonly string[];
}

/** What a platform pulls images with, or another account's deployment. */
export interface PullRole extends Role {
  readonly kind: 'pull-role';
  /** Its name in the manifest. */
  readonly key: string;
  readonly use: 'ecs-task-execution' | 'eks-node' | 'eks-fargate-pod' | 'deploy';
}

export type Companion = OidcProvider | EncryptionKey | CiRole | PullRole;

export type CompanionKind = Companion['kind'];
