// Principals, grants and policy documents, in IAM's own terms.
// It must not know repositories, AWS clients or the manifest's text.

export type Principal =
  | { readonly kind: 'account'; readonly account: string }
  | { readonly kind: 'role' | 'user'; readonly arn: string }
  | { readonly kind: 'org'; readonly id: string }
  /** Everyone in an organisational unit and in those below it: `o-…`, and `ou-…` or the root `r-…`. */
  | { readonly kind: 'ou'; readonly organization: string; readonly unit: string }
  | {
      readonly kind: 'service';
      readonly service: string;
      readonly sourceAccount?: string;
      readonly sourceArn?: string;
    };

/** Which runs of a workflow. `*` and `?` in a name are wildcards; `any` is all there is of the repository. */
export type GitHubRef =
  | { readonly branch: string }
  | { readonly tag: string }
  | { readonly environment: string }
  | { readonly pullRequest: true }
  | { readonly any: true };

/** GitLab's subject names no environment (GitLab docs, "OpenID Connect (OIDC) Authentication Using ID Tokens"). */
export type GitLabRef = { readonly branch: string } | { readonly tag: string } | { readonly any: true };

/** A CI job that shows who it is by a token of its provider, and has no key. */
export type CiPrincipal =
  | {
      readonly kind: 'github';
      readonly organization: string;
      /** `*`: any repository of the organisation. */
      readonly repository: string;
      readonly ref: GitHubRef;
      /** Both or none, as decimal text: with them the immutable form of the subject is trusted too. */
      readonly organizationId?: string;
      readonly repositoryId?: string;
    }
  | {
      readonly kind: 'gitlab';
      /** `group/project`, with as many groups as there are. */
      readonly project: string;
      readonly ref: GitLabRef;
      /** Default `gitlab.com`. */
      readonly host?: string;
    };

/** `read`: look, but not pull. `manage`: delete, archive and scan images. See `names.ts` for the actions of each. */
export type AccessVerb = 'pull' | 'push' | 'read' | 'manage';

/**
 * What a registry's policy can let somebody do: what a repository's can, and beside it `replicate` (copy images into the registry from
 * another) and `pullThrough` (bring in what a pull-through cache does not have yet).
 */
export type RegistryVerb = AccessVerb | 'replicate' | 'pullThrough';

/** On which requests a registry's policy decides: the account setting REGISTRY_POLICY_SCOPE. */
export type RegistryScope = 'V1' | 'V2';

/** One grant of the policy of a registry. */
export interface RegistryGrant {
  /** Patterns of names in ECR; `*` stands for any run of characters. */
  readonly repositories: readonly string[];
  readonly principals: Partial<Readonly<Record<RegistryVerb, readonly Principal[]>>>;
}

/** What one CI principal may do in a registry: names of repositories by verb, sorted; every principal once. */
export interface CiAccess {
  readonly principal: CiPrincipal;
  readonly repositories: Readonly<Record<AccessVerb, readonly string[]>>;
}

/** What the manifest says of access to one repository. CI jobs are not in it: they need a role, not the policy. */
export interface AccessIntent {
  readonly pull: readonly Principal[];
  readonly push: readonly Principal[];
  readonly read?: readonly Principal[];
  readonly manage?: readonly Principal[];
  readonly statements: readonly {
    /** Becomes the purpose in the Sid. */
    readonly name: string;
    readonly effect: 'Allow' | 'Deny';
    /** Account ids, ARNs, `service:NAME` or `*`. */
    readonly principals: readonly string[];
    readonly actions: readonly string[];
    readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
  }[];
}

export type PrincipalElement = '*' | Readonly<Record<string, string | readonly string[]>>;

/** A policy statement as it stands in a document. Members we do not know are kept. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: PrincipalElement;
  readonly NotPrincipal?: PrincipalElement;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: readonly Statement[];
}
