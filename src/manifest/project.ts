// What a loaded project is: every document checked and shorthands expanded, nothing merged yet; and what it resolves to.
// It must not know lifecycle rules, policies or AWS: registry/ makes those of it.
import type { Diagnostic, SourceRange } from '../diagnostics/index.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A part of a repository's settings as one layer states it; `null` unsets. Shapes as in proto/, camelCase, shorthands expanded. */
export type SpecLayer = { readonly [field: string]: Json };

export type LayerKind =
  | 'built-in'
  | 'preset'
  | 'planton'
  | 'project'
  | 'environment'
  | 'repository'
  | 'override'
  | 'set';

/** Where an effective value comes from. */
export interface Origin {
  readonly layer: LayerKind;
  /** For people: `preset production`, `environment prod`, `--set`, `Planton's default`. */
  readonly label: string;
  readonly range?: SourceRange;
}

export interface ProjectEnvironment {
  readonly name: string;
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
  readonly preset?: 'production' | 'staging' | 'development';
  /** Where to look for what is running; absent: nowhere. */
  readonly usage?: UsageSpec;
  /** Other Regions with the same repositories, in the order of the manifest; absent: what is replicated is not managed. */
  readonly replicas?: readonly Replica[];
  /** What documents of kind AwsEcrRegistry say of it; absent: there are none. */
  readonly registry?: ProjectRegistry;
  readonly range: SourceRange;
}

export interface Replica {
  readonly region: string;
  readonly range: SourceRange;
}

export interface ProjectRegistry {
  readonly spec: RegistrySpec;
  /** Where a value stands, by dotted path within the spec; the nearest enclosing place otherwise. */
  locate(path: string): SourceRange | undefined;
}

/** Beside the repositories: a member that is absent is not managed. */
export interface RegistrySpec {
  readonly companions?: CompanionsSpec;
  readonly registryPolicy?: RegistryPolicySpec;
}

/** Without `scope`, the account setting is not managed; without grants, there shall be no statement of ours. */
export interface RegistryPolicySpec {
  readonly scope?: 'V1' | 'V2';
  readonly grants?: readonly RegistryGrantSpec[];
}

export interface RegistryGrantSpec extends Partial<GrantLists> {
  /** Patterns of names in ECR. */
  readonly repositories: readonly string[];
  readonly replicate?: readonly Grantee[];
  readonly pullThrough?: readonly Grantee[];
}

/** How companions are made. Each member, and each of theirs, may be absent: the default then holds. */
export interface CompanionsSpec {
  readonly accountRegion?: string;
  /** By `github`, `gitlab` or a host. */
  readonly oidcProviders?: Readonly<Record<string, OidcProviderSpec>>;
  readonly roles?: {
    readonly path?: string;
    readonly namePrefix?: string;
    readonly permissionsBoundary?: string;
    readonly maxSessionMinutes?: number;
  };
  readonly key?: {
    readonly alias?: string;
    readonly rotationPeriodDays?: number;
    readonly deletionWindowDays?: number;
    readonly administrators?: readonly string[];
  };
  readonly pullRoles?: Readonly<Record<string, PullRoleSpec>>;
}

export interface OidcProviderSpec {
  readonly existing?: boolean;
  readonly audiences?: readonly string[];
  readonly thumbprints?: readonly string[];
}

export interface PullRoleSpec {
  readonly for: 'ecs-task-execution' | 'eks-node' | 'eks-fargate-pod' | 'deploy';
  readonly repositories?: readonly string[];
  readonly trusted?: readonly Grantee[];
  readonly externalId?: string;
  readonly cluster?: string;
  readonly managedPolicies?: readonly string[];
}

/** The companion that a repository's key may be, by name. */
export interface CompanionKeyName {
  readonly companion: 'key';
}

/** Where to look for what is running. At least one of the first four is there. */
export interface UsageSpec {
  readonly ecs?: {
    /** Names, `*` for any text; absent: all. */
    readonly clusters?: readonly string[];
    /** Default 1. */
    readonly revisions?: number;
  };
  readonly lambda?: {
    /** Default `all`. */
    readonly versions?: 'all' | 'aliased';
  };
  readonly kubernetes?: readonly {
    readonly context: string;
    /** As it is written: relative to the project's folder, or with `~`. */
    readonly kubeconfig?: string;
    readonly namespaces?: readonly string[];
  }[];
  /** Relative to the project's folder. */
  readonly files?: readonly string[];
  /** Absent: the environment's own. */
  readonly accounts?: readonly {
    readonly account: string;
    readonly region?: string;
    readonly profile?: string;
    readonly roleArn?: string;
  }[];
}

export interface ProjectRepository {
  readonly key: string;
  /** Planton's documents keep Planton's own defaults. */
  readonly dialect: 'slipway' | 'planton';
  /** Names of the environments it exists in; absent: all. */
  readonly environments?: readonly string[];
  readonly range: SourceRange;
}

/** A whole project. Made by `loadProject`; resolved with `resolve(project, environment)`. */
export interface Project {
  readonly name: string;
  readonly org?: string;
  /** The folder it was loaded from, absolute. */
  readonly directory: string;
  /** In the order of the manifest. */
  readonly environments: ReadonlyMap<string, ProjectEnvironment>;
  readonly repositories: ReadonlyMap<string, ProjectRepository>;
  /** Found while loading; errors are thrown instead. */
  readonly warnings: readonly Diagnostic[];
  /** The layers of one repository in one environment, weakest first. For `resolve`. */
  layersOf(repository: string, environment: string): readonly Layer[];
  /** The naming pattern, for instance `{project}/{name}`. */
  readonly naming: string;
}

export interface Layer {
  readonly kind: LayerKind;
  readonly label: string;
  readonly values: SpecLayer;
  /** Where a value stands, by dotted path within `values`, for instance `lifecyclePolicy.keep.0.tags`; the nearest enclosing place otherwise. */
  locate(path: string): SourceRange | undefined;
}

/** Exactly one of the first eight. */
export interface Grantee {
  readonly account?: string;
  readonly role?: string;
  readonly user?: string;
  readonly org?: string;
  readonly ou?: string;
  readonly service?: string;
  /** `OWNER/REPOSITORY`, and what stands after it in the short form. */
  readonly github?: string;
  readonly gitlab?: string;
  readonly sourceAccount?: string;
  readonly sourceArn?: string;
  readonly branch?: string;
  readonly tag?: string;
  readonly environment?: string;
  readonly pullRequest?: true;
  readonly any?: true;
  readonly orgId?: string;
  readonly repoId?: string;
  readonly host?: string;
}

/** Who may do what, by verb. */
export interface GrantLists {
  readonly pull: readonly Grantee[];
  readonly push: readonly Grantee[];
  readonly pullAndPush: readonly Grantee[];
  readonly read: readonly Grantee[];
  readonly manage: readonly Grantee[];
}

export interface PatternGrantSpec extends Partial<GrantLists> {
  readonly repositories: readonly string[];
}

/** Who may do what with one repository. */
export interface AccessSpec extends GrantLists {
  /** All that were stated, also those that do not match the repository. */
  readonly grants: readonly PatternGrantSpec[];
  readonly allowBroadTrust?: { readonly reason: string };
  readonly statements: readonly PolicyStatementSpec[];
}

export interface LifecycleRuleSpec {
  readonly rulePriority: number;
  readonly description?: string;
  readonly selection: {
    readonly tagStatus: 'tagged' | 'untagged' | 'any';
    readonly tagPatternList?: readonly string[];
    readonly tagPrefixList?: readonly string[];
    readonly storageClass?: 'standard' | 'archive';
    readonly countType: 'imageCountMoreThan' | 'sinceImagePushed' | 'sinceImagePulled' | 'sinceImageTransitioned';
    readonly countUnit?: 'days';
    readonly countNumber: number;
  };
  readonly action: { readonly type: 'expire' | 'transition'; readonly targetStorageClass?: 'archive' };
}

/** One of `tags` and `allOf`, one of `last`, `forDays` and `forever`. */
export interface KeepSpec {
  readonly tags?: readonly string[];
  readonly allOf?: readonly string[];
  readonly last?: number;
  readonly forDays?: number;
  readonly forever?: true;
}

/** One of the first three. */
export interface ArchiveSpec {
  readonly notPulledForDays?: number;
  readonly olderThanDays?: number;
  readonly beyondLast?: number;
  readonly expireAfterDays?: number;
}

export interface LifecycleSpec {
  /** `true`: no policy at all. */
  readonly none?: boolean;
  readonly expireUntaggedAfterDays?: number;
  readonly maxImageCount?: number;
  readonly keep?: readonly KeepSpec[];
  readonly archive?: ArchiveSpec;
  readonly protectInUse?: boolean;
  /** Replaces all fields above but `none`. */
  readonly rules?: readonly LifecycleRuleSpec[];
}

export interface PolicyStatementSpec {
  readonly name: string;
  readonly effect: 'Allow' | 'Deny';
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** The settings that hold for a repository in an environment, after all layers. */
export interface EffectiveSpec {
  readonly imageImmutable: boolean;
  readonly mutableTagPatterns: readonly string[];
  readonly immutableTagPatterns: readonly string[];
  readonly encryptionType: 'AES256' | 'KMS' | 'KMS_DSSE';
  readonly kmsKeyId?: string | CompanionKeyName;
  readonly forceDelete: boolean;
  readonly scanOnPush: boolean;
  /** Absent: not managed (a Planton manifest that says nothing). */
  readonly lifecyclePolicy?: LifecycleSpec;
  readonly access: AccessSpec;
  /** Without Slipway's own tags. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface ResolvedRepository {
  readonly key: string;
  /** The name in ECR. */
  readonly name: string;
  readonly dialect: 'slipway' | 'planton';
  readonly spec: EffectiveSpec;
  /** Where each effective value comes from, by dotted path (`lifecyclePolicy.maxImageCount`, `tags.Team`, `repositoryName`); lists have one origin. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** Where a value stands, by dotted path, within lists too; the nearest enclosing place otherwise. */
  locate(path: string): SourceRange;
  readonly range: SourceRange;
}
