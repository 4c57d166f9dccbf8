// Whether policies let a principal do something, and in which words AWS says that they do not.
// It must not know services, or how policies work together: the room `access` does.
// Source of the texts: IAM user guide, "Troubleshoot access denied error messages" and the denials of ECR that people have pasted.
import { type AccessStep, evaluateAccess, type PolicyKind, type ResourcePolicies } from '../../access/index.js';
import type { Principal } from '../iam/principal.js';

export interface Question {
  readonly principal: Pick<Principal, 'requester' | 'policies' | 'keys' | 'arn'>;
  /** `ecr:BatchGetImage`. */
  readonly action: string;
  /** An ARN, or `*`. */
  readonly resource: string;
  readonly resourcePolicies?: ResourcePolicies;
  readonly resourceTags?: Readonly<Record<string, string>>;
  /** Condition keys of the request. */
  readonly keys?: Readonly<Record<string, string | readonly string[] | null>>;
}

const kinds: Readonly<Record<PolicyKind, string>> = {
  identity: 'an identity-based policy',
  boundary: 'a permissions boundary',
  session: 'a session policy',
  'service-control': 'a service control policy',
  'resource-control': 'a resource control policy',
  repository: 'a resource-based policy',
  registry: 'a resource-based policy',
  key: 'a resource-based policy',
  trust: 'a resource-based policy',
};

/** What stands behind the resource. */
function because({ reason, statement }: AccessStep, action: string): string {
  switch (reason) {
    case 'explicit-deny':
    case 'conditional-deny':
      return `with an explicit deny in ${statement === undefined ? 'a policy' : kinds[statement.kind]}`;
    case 'no-resource-allow':
      return `because no resource-based policy allows the ${action} action`;
    case 'no-boundary-allow':
      return `because no permissions boundary allows the ${action} action`;
    case 'no-session-allow':
      return `because no session policy allows the ${action} action`;
    default:
      return `because no identity-based policy allows the ${action} action`;
  }
}

/** Nothing where it may; else the whole message of the refusal. A policy that cannot be read allows nothing. */
export function denialOf(question: Question): string | undefined {
  const { principal, action, resource, resourcePolicies, resourceTags = {}, keys = {} } = question;
  const { answer, decision } = evaluateAccess(
    {
      requester: principal.requester,
      action,
      resource,
      resourceTags,
      context: { ...principal.keys, ...keys },
      otherKeys: 'absent',
    },
    { requester: principal.policies, resource: resourcePolicies ?? { resource: [] } },
  );
  if (answer === 'yes') return undefined;
  return `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${because(decision, action)}`;
}
