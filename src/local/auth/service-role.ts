// The role that CloudFormation was handed: whether it can act as it, and the session in which it does.
// It must not know what the role may do, nor who handed it over.
import { compiled } from '../iam/compiled.js';
import { serviceSession } from '../iam/principal.js';
import { parseArn, roles } from '../iam/state.js';
import { effectiveTrust } from '../iam/trust.js';
import { type ServiceContext, ServiceError } from '../service.js';
import { denialOf } from './decide.js';

/** The reference of a service's session in a role; nothing where there is no such role in the account, or it does not trust the service. */
function sessionIn(arn: string, service: string, sessionName: string, context: ServiceContext): string | undefined {
  const parts = parseArn(arn);
  const role =
    parts?.kind === 'role' && parts.account === context.account ? roles.find(context, parts.name) : undefined;
  if (parts === undefined || role === undefined || role.path !== parts.path) return undefined;
  const denial = denialOf({
    principal: { requester: { kind: 'service', service }, policies: { identity: [] }, keys: {}, arn: service },
    action: 'sts:AssumeRole',
    resource: arn,
    resourcePolicies: { resource: [compiled('trust', role.name, effectiveTrust(role))] },
    keys: { 'aws:SourceAccount': context.account },
  });
  return denial === undefined ? serviceSession(context.account, role, sessionName) : undefined;
}

/** The role's session that CloudFormation opens. Throws ValidationError, in the words people have pasted from CreateStack. */
export function cloudFormationSession(arn: string, context: ServiceContext): string {
  // The name of the session as CloudTrail tells it.
  const session = sessionIn(arn, 'cloudformation.amazonaws.com', 'AWSCloudFormation', context);
  if (session === undefined) throw new ServiceError('ValidationError', `Role ${arn} is invalid or cannot be assumed`);
  return session;
}
