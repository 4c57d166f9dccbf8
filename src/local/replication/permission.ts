// Whether a registry's policy lets another account copy images into it: an exact reading of a few statements.
// It must not know conditions: one that stands beside an Allow is not met, and one beside a Deny is.
import { parsePolicy, type Statement } from '../../access/index.js';
import { matchesWildcard } from '../images/mutability.js';

export interface Copying {
  readonly partition: string;
  /** Whose images they are. */
  readonly account: string;
  /** `ecr:ReplicateImage` or `ecr:CreateRepository`. */
  readonly action: string;
  /** ARN of the repository that receives them. */
  readonly resource: string;
}

/** `silent`: no statement speaks of it. */
export type Verdict = 'allowed' | 'denied' | 'silent';

/** As it may lie in a document, with the members that a repository's policy has no use for. */
type Fields = Statement & { readonly NotResource?: string | readonly string[] };

function listOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((one) => typeof one === 'string');
}

/** The account itself does it, so it is the account that a statement must name, not one of its roles. */
function names(principal: Statement['Principal'], { partition, account }: Copying): boolean {
  const self = ['*', account, `arn:${partition}:iam::${account}:root`];
  const named = typeof principal === 'string' ? [principal] : listOf(principal?.['AWS']);
  return named.some((one) => self.includes(one));
}

function matchesAny(patterns: unknown, text: string): boolean {
  return listOf(patterns).some((one) => matchesWildcard(one.toLowerCase(), text.toLowerCase()));
}

function speaksOf(statement: Fields, copying: Copying): boolean {
  const { Principal, NotPrincipal, Action, NotAction, Resource, NotResource } = statement;
  const principal = NotPrincipal === undefined ? names(Principal, copying) : !names(NotPrincipal, copying);
  const action = NotAction === undefined ? matchesAny(Action, copying.action) : !matchesAny(NotAction, copying.action);
  const resource =
    NotResource === undefined
      ? Resource === undefined || listOf(Resource).some((one) => matchesWildcard(one, copying.resource))
      : !listOf(NotResource).some((one) => matchesWildcard(one, copying.resource));
  return principal && action && resource;
}

/** What the policy of a registry says; nothing where it has none. */
export function verdictOf(policyText: string | undefined, copying: Copying): Verdict {
  if (policyText === undefined) return 'silent';
  const statements = parsePolicy(policyText).Statement.filter((one) => speaksOf(one, copying));
  if (statements.some(({ Effect }) => Effect === 'Deny')) return 'denied';
  const allowed = statements.some(({ Effect, Condition }) => Effect === 'Allow' && Condition === undefined);
  return allowed ? 'allowed' : 'silent';
}
