// Whether whoever calls may do what a run of Slipway needs: its own policies, read and decided before anything is tried.
// It must not know which operations a run needs, nor how the answer is shown.
import { evaluateAccess, needWords, type PolicyDocument, type Requester } from '../../access/index.js';
import type { DesiredRegistry } from '../../registry/index.js';
import { type PortsFor, requireAccount } from '../plan.js';
import type { IamPort, IamPrincipal } from '../ports.js';
import { ignorance } from '../read.js';
import { subjectsOf } from './subjects.js';

/** One action on one resource that is not plainly allowed. */
export interface Doubt {
  readonly action: string;
  /** An ARN, or `*`. */
  readonly resource: string;
  /** Why, in a sentence; of what is allowed under conditions, the conditions. */
  readonly reason: string;
}

export interface Preflight {
  /** The ARN that STS tells. */
  readonly caller: string;
  /** Pairs of an action and a resource that were asked about. */
  readonly asked: number;
  readonly missing: readonly Doubt[];
  readonly unknown: readonly Doubt[];
}

/**
 * `needed` is a policy as `permissionsFor` gives it. Decided by identity policies and a permissions boundary: policies of the organisation, of
 * a session, of repositories and of keys are not looked at. Throws AwsFault where AWS cannot be asked at all.
 */
export async function preflight(
  needed: PolicyDocument,
  registry: DesiredRegistry,
  portsFor: PortsFor,
): Promise<Preflight> {
  const ports = await portsFor(registry);
  await requireAccount(ports, registry.account, registry.owner.environment);
  const { arn } = await ports.identity.callerIdentity();
  const requester = callerOf(arn);
  const { principals, principalsUnread } = await readCaller(requester, ports.iam);
  const [subject] = subjectsOf(
    {
      account: registry.account,
      repositories: [],
      principals,
      ...(principalsUnread === undefined ? {} : { principalsUnread }),
      organization: { state: 'none' },
    },
    [requester],
  ).principals;
  if (subject === undefined) throw new TypeError('whoever calls is somebody');
  const pairs = needed.Statement.flatMap(({ Action, Resource }) =>
    [Action ?? []].flat().flatMap((action) => [Resource ?? []].flat().map((resource) => ({ action, resource }))),
  );
  const missing: Doubt[] = [];
  const unknown: Doubt[] = [];
  for (const pair of pairs) {
    const { answer, decision, conditions } = evaluateAccess(
      { requester: subject.requester, ...pair },
      { requester: subject.policies, resource: { resource: [] } },
    );
    const why = decision.reason === 'no-identity-allow' ? 'no identity policy allows it' : decision.sentence;
    // The policy of a key may allow what identity policies do not.
    const isOfKey = pair.action.startsWith('kms:');
    if (answer === 'no' && !isOfKey) missing.push({ ...pair, reason: why });
    if (answer === 'no' && isOfKey) unknown.push({ ...pair, reason: "the key's own policy may allow it" });
    if (answer === 'unknown') unknown.push({ ...pair, reason: why });
    if (answer === 'yes-if' && conditions !== undefined)
      unknown.push({ ...pair, reason: `only where ${needWords(conditions)}` });
  }
  return { caller: arn, asked: pairs.length, missing, unknown };
}

/** Of an ARN that STS tells: a role there has a session, and no path. */
function callerOf(arn: string): Requester {
  const [, partition = 'aws', , , account = ''] = arn.split(':');
  const rest = arn.split(':').slice(5).join(':');
  if (rest === 'root') return { kind: 'root', account, partition };
  const [kind, name = '', session] = rest.split('/');
  if (kind === 'assumed-role' && session !== undefined)
    return { kind: 'role', arn: `arn:${partition}:iam::${account}:role/${name}`, session };
  if (kind === 'federated-user') return { kind, arn, user: arn };
  return { kind: 'user', arn };
}

async function readCaller(
  requester: Requester,
  iam: IamPort,
): Promise<{ readonly principals: readonly IamPrincipal[]; readonly principalsUnread?: string }> {
  if (requester.kind !== 'role' && requester.kind !== 'user') return { principals: [] };
  try {
    const found = await iam.principal(requester.kind, requester.arn.slice(requester.arn.lastIndexOf('/') + 1));
    return { principals: found === undefined ? [] : [found] };
  } catch (error) {
    const { operation, reason } = ignorance(error);
    return { principals: [], principalsUnread: `${operation}: ${reason}` };
  }
}
