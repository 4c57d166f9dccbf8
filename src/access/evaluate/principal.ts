// Reads Principal and NotPrincipal, and says whether they name who makes a request, and how closely.
// It must not know effects, conditions or other policies.
// Source: IAM user guide, "AWS JSON policy elements: Principal" and "NotPrincipal".
import { accountOfArn, nameOfArn, partitionOfArn } from './arn.js';
import type { Formula } from './formula.js';
import type { Requester, Requirement } from './model.js';

/**
 * How a statement names somebody. `direct`: the user, the session, the service, or everyone. `entity`: the role of a session, or
 * the user behind a federated one. `account`: the account alone, which leaves it to that account's identity policies.
 */
export type Grip = 'direct' | 'entity' | 'account';

export interface PrincipalMatch {
  readonly grip: Grip;
  /** True, or the name of the session that it takes. */
  readonly when: Formula;
}

export interface Principals {
  /** The closest one first. */
  readonly matches: (requester: Requester) => readonly PrincipalMatch[];
  /**
   * Whether a Deny for everyone but these leaves somebody alone. It has to name the one who asks and the account; else "the policy
   * might deny access to the entire account" (NotPrincipal, with Deny), and where AWS might, this does.
   */
  readonly spares: (requester: Requester) => boolean;
}

export function compilePrincipals(element: unknown): Principals | { readonly problem: string } {
  const names = namesOf(element);
  if (names === undefined) return { problem: 'the principal is neither "*" nor an object of names' };
  return { matches: (requester) => matchesOf(names, requester), spares: (requester) => sparesOf(names, requester) };
}

interface Names {
  everyone: boolean;
  /** ARNs, account ids and unique ids. */
  readonly aws: Set<string>;
  readonly services: Set<string>;
  readonly providers: Set<string>;
}

function namesOf(element: unknown): Names | undefined {
  const names: Names = { everyone: element === '*', aws: new Set(), services: new Set(), providers: new Set() };
  if (names.everyone) return names;
  if (typeof element !== 'object' || element === null || Array.isArray(element)) return undefined;
  for (const [kind, value] of Object.entries(element)) {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const name of list) {
      if (typeof name !== 'string') return undefined;
      // For whom `{"AWS": "*"}` stands beside everyone with an account, AWS does not say: here it is everyone. (?)
      if (kind === 'AWS' && name === '*') names.everyone = true;
      else if (kind === 'AWS') names.aws.add(rootOf(name) ?? name);
      else if (kind === 'Service') names.services.add(name.toLowerCase());
      else if (kind === 'Federated') names.providers.add(name);
    }
  }
  return names;
}

/** "The account ARN and the shortened account ID behave the same way." */
function rootOf(name: string): string | undefined {
  return /^arn:[^:]+:iam::(\d{12}):root$/.exec(name)?.[1];
}

function matchesOf(names: Names, requester: Requester): readonly PrincipalMatch[] {
  if (names.everyone) return [{ grip: 'direct', when: true }];
  switch (requester.kind) {
    case 'service':
      return found('direct', names.services.has(requester.service.toLowerCase()));
    case 'web-identity':
      return found('direct', names.providers.has(requester.provider));
    case 'root':
      return found('direct', names.aws.has(requester.account));
    case 'anyone':
      return found('account', hasAny(names, requester.account));
    case 'user':
      return [
        ...found('direct', hasAny(names, requester.arn, requester.id)),
        ...found('account', names.aws.has(accountOfArn(requester.arn))),
      ];
    case 'federated-user':
      return [
        ...found('direct', names.aws.has(requester.arn)),
        ...found('entity', hasAny(names, requester.user, requester.id)),
        ...found('account', names.aws.has(accountOfArn(requester.arn))),
      ];
    case 'role':
      return [
        ...sessionMatches(names, requester),
        ...found('entity', hasAny(names, requester.arn, requester.id)),
        ...found('account', names.aws.has(accountOfArn(requester.arn))),
      ];
  }
}

function found(grip: Grip, is: boolean): readonly PrincipalMatch[] {
  return is ? [{ grip, when: true }] : [];
}

/** An ARN or an id that is not known names nobody. */
function hasAny({ aws }: { readonly aws: ReadonlySet<unknown> }, ...ids: readonly (string | undefined)[]): boolean {
  return ids.some((id) => aws.has(id));
}

function sessionMatches(names: Names, role: Extract<Requester, { kind: 'role' }>): readonly PrincipalMatch[] {
  const sessions = sessionsOf(role.arn);
  if (role.session !== undefined) return found('direct', names.aws.has(`${sessions}${role.session}`));
  const values = [...names.aws].filter((name) => name.startsWith(sessions)).sort();
  if (values.length === 0) return [];
  const requirement: Requirement = {
    key: 'Principal',
    operator: 'ArnLike',
    values,
    every: false,
    orAbsent: false,
    met: true,
  };
  return [{ grip: 'direct', when: { open: requirement } }];
}

/** The ARN of a session has the name of its role without the path. */
function sessionsOf(role: string): string {
  return `arn:${partitionOfArn(role)}:sts::${accountOfArn(role)}:assumed-role/${nameOfArn(role)}/`;
}

/** A name, and what stands above it. */
function sparesOf(names: Names, requester: Requester): boolean {
  if (names.everyone) return true;
  const grips = new Set(matchesOf(names, requester).map(({ grip }) => grip));
  switch (requester.kind) {
    case 'service':
    case 'web-identity':
    case 'root':
    case 'anyone':
      return grips.has('direct');
    case 'user':
      return grips.has('direct') && grips.has('account');
    case 'role':
      // "We strongly recommend that you include both the ARN for a role and the ARN for the account containing that role."
      return grips.has('entity') && grips.has('account');
    case 'federated-user':
      return grips.has('direct') && grips.has('entity') && grips.has('account');
  }
}
