// Principals, grants and policy documents, in IAM's own terms.
// It must not know repositories, AWS clients or the manifest's text.

export type Principal =
  | { readonly kind: 'account'; readonly account: string }
  | { readonly kind: 'role' | 'user'; readonly arn: string }
  | { readonly kind: 'org'; readonly id: string }
  | {
      readonly kind: 'service';
      readonly service: string;
      readonly sourceAccount?: string;
      readonly sourceArn?: string;
    };

/** What the manifest says of access to one repository. */
export interface AccessIntent {
  readonly pull: readonly Principal[];
  readonly push: readonly Principal[];
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
