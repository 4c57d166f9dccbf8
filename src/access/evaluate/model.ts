// What is asked of the evaluator, and what it answers.
// It must not know how either comes about.

/** Who makes a request. */
export type Requester = (
  | { readonly kind: 'user'; readonly arn: string }
  /** `arn` is the role's, with its path. Without `session` any session of it is meant. */
  | { readonly kind: 'role'; readonly arn: string; readonly session?: string }
  /** Of GetFederationToken. `arn` is `arn:aws:sts::…:federated-user/NAME`, `user` the ARN of the user who federated. */
  | { readonly kind: 'federated-user'; readonly arn: string; readonly user: string }
  /** The root user. */
  | { readonly kind: 'root'; readonly account: string; readonly partition: string }
  /** `lambda.amazonaws.com`. Its source is in the context: `aws:SourceArn`, `aws:SourceAccount`. */
  | { readonly kind: 'service'; readonly service: string }
  /** Somebody of an account, or of one that nothing names, of whom nothing is known but that the account lets them. */
  | { readonly kind: 'anyone'; readonly account?: string }
  /** Whoever holds a token of an OIDC or SAML provider, which is given by its ARN. */
  | { readonly kind: 'web-identity'; readonly provider: string }
) & {
  /** The unique id, for instance `AROA…`. */
  readonly id?: string;
  /** Tags of the user, or of the role and its session. Left out: not known. */
  readonly tags?: Readonly<Record<string, string>>;
  /** `null`: in none. Left out: not known. `path` is `o-…/r-…/ou-…/`. */
  readonly organization?: { readonly id: string; readonly path?: string } | null;
};

export interface AccessRequest {
  readonly requester: Requester;
  /** `ecr:BatchGetImage`. */
  readonly action: string;
  /** An ARN; of no account for an action that has no resource. */
  readonly resource: string;
  /** Left out: not known. */
  readonly resourceTags?: Readonly<Record<string, string>> | undefined;
  /** Values of condition keys, in any case; `null` where the request has none. */
  readonly context?: Readonly<Record<string, string | readonly string[] | null>>;
  /** What holds for a key that neither `context` nor the request itself fixes. A real request has nothing unknown. */
  readonly otherKeys?: 'unknown' | 'absent';
}

export type PolicyKind =
  | 'identity'
  | 'boundary'
  | 'session'
  | 'service-control'
  | 'resource-control'
  | 'repository'
  | 'registry'
  | 'key'
  | 'trust';

/** Where a statement stands. */
export interface StatementPlace {
  readonly policy: string;
  readonly kind: PolicyKind;
  /** From 0. */
  readonly index: number;
  readonly sid?: string;
}

/** Operators that are no negation of another. `Exists` asks for the key alone, as `Null` does the other way round. */
export type OperatorName =
  | 'StringEquals'
  | 'StringEqualsIgnoreCase'
  | 'StringLike'
  | `${'Numeric' | 'Date'}${'Equals' | 'LessThan' | 'LessThanEquals' | 'GreaterThan' | 'GreaterThanEquals'}`
  | 'Bool'
  | 'BinaryEquals'
  | 'IpAddress'
  | 'ArnLike'
  | 'Exists';

/**
 * Something a request must meet, or must not. `orAbsent`: a request without the key meets it. `every`: all values of the
 * request have to be among `values`, else one of them.
 */
export interface Requirement {
  /**
   * A condition key; `Resource` where a policy variable decides which resources are meant, `Principal` where the name of the
   * session does.
   */
  readonly key: string;
  readonly operator: OperatorName;
  readonly values: readonly string[];
  readonly every: boolean;
  readonly orAbsent: boolean;
  readonly met: boolean;
}

/** What has to hold for a yes. */
export type Need = Requirement | { readonly all: readonly Need[] } | { readonly any: readonly Need[] };

/** A policy, or one statement of it, that could not be read. */
export interface Unread {
  readonly policy: string;
  readonly kind: PolicyKind;
  readonly index?: number;
  readonly reason: string;
}

export type AccessReason =
  /** A Deny applies. */
  | 'explicit-deny'
  /** A Deny applies unless conditions keep it off. */
  | 'conditional-deny'
  | 'allowed-by-identity'
  | 'allowed-by-resource'
  /** The resource's policy lets the account: whom of it, its identity policies say. */
  | 'allowed-for-account'
  /** A boundary, a session policy or a policy of the organisation does not stand in the way. */
  | 'within-limits'
  /** An Allow applies under conditions. */
  | 'conditional-allow'
  | 'root-user'
  | 'needs-no-permission'
  /** No statement of these policies allows it. */
  | 'no-identity-allow'
  | 'no-resource-allow'
  | 'no-boundary-allow'
  | 'no-session-allow'
  | 'no-service-control-allow'
  | 'no-resource-control-allow'
  /** The resource's policy leaves it to the account, whose identity policies do not allow it. */
  | 'left-to-the-account'
  /** The conditions cannot hold together. */
  | 'conditions-contradict'
  | 'unread';

export interface AtBest {
  readonly answer: 'yes' | 'yes-if';
  /** With `yes-if`. */
  readonly conditions?: Need;
}

export interface AccessStep {
  readonly reason: AccessReason;
  readonly statement?: StatementPlace;
  readonly sentence: string;
}

export interface AccessAnswer {
  readonly answer: 'yes' | 'no' | 'yes-if' | 'unknown';
  /** Why, in one word and one sentence; the same as a step of the trail. */
  readonly decision: AccessStep;
  /** With `yes-if`. */
  readonly conditions?: Need;
  /** With `unknown`. */
  readonly unread: readonly Unread[];
  /** With `unknown`: what it is where all that is unread lets it. */
  readonly atBest?: AtBest;
  /** Every statement that took part, and every kind of policy that is missing one. */
  readonly trail: readonly AccessStep[];
}
