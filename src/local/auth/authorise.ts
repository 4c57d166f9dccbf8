// Decides in strict mode whether whoever calls may do what is asked, on the control plane and on the data plane.
// It must not know how requests come in, nor what operations do.
import { principalBehind } from '../iam/principal.js';
import { type ServiceContext, ServiceError } from '../service.js';
import { denialOf } from './decide.js';
import { actionOf, guardOf, keysOf, resourcesOf } from './resources.js';
import { cloudFormationSession } from './service-role.js';

export interface AskedCall {
  readonly service: string;
  readonly protocol?: 'query';
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly resource: (context: ServiceContext) => string;
}

/** Throws AccessDenied, or AccessDeniedException, in AWS's words. */
export type Authorise = (call: AskedCall, context: ServiceContext, userAgent: string | undefined) => void;

/** These decide themselves, by the trust policy of the role, or need no leave (STS API reference). */
const decided: ReadonlySet<string> = new Set([
  'sts:AssumeRole',
  'sts:AssumeRoleWithWebIdentity',
  'sts:GetCallerIdentity',
  'sts:GetSessionToken',
]);

/** How a request came (IAM user guide, "AWS global condition context keys"): a service that acts as its role is not "via" a service. */
function way({ invokedBy, actingRole }: ServiceContext): Record<string, string | readonly string[]> {
  if (invokedBy === undefined) return { 'aws:SourceIp': '127.0.0.1', 'aws:ViaAWSService': 'false' };
  if (actingRole !== undefined) return { 'aws:ViaAWSService': 'false' };
  return {
    'aws:ViaAWSService': 'true',
    'aws:CalledVia': [invokedBy],
    'aws:CalledViaFirst': invokedBy,
    'aws:CalledViaLast': invokedBy,
  };
}

/** What every request has here (the same page). */
function circumstances(
  context: ServiceContext,
  userAgent: string | undefined,
): Record<string, string | readonly string[]> {
  const now = context.now();
  return {
    ...way(context),
    'aws:CurrentTime': new Date(now).toISOString(),
    'aws:EpochTime': String(Math.floor(now / 1000)),
    'aws:RequestedRegion': context.region,
    ...(userAgent !== undefined && { 'aws:UserAgent': userAgent }),
  };
}

/** The message of a refusal of `action` on `resource`; nothing where it is allowed, or may be: a caller that is gone may do nothing. */
export function refusalOf(
  action: string,
  resource: string,
  context: ServiceContext,
  userAgent?: string,
  keys: Readonly<Record<string, string | readonly string[] | null>> = {},
): string | undefined {
  const principal = principalBehind(context.store, context.principal ?? '', context.region);
  if (principal === undefined) {
    return `User: ${context.callerArn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
  }
  const { policies, tags } = guardOf(resource, context);
  return denialOf({
    principal,
    action,
    resource,
    resourcePolicies: policies,
    resourceTags: tags,
    keys: { ...circumstances(context, userAgent), ...keys },
  });
}

export const authorise: Authorise = (call, context, userAgent) => {
  const { service, name, input, protocol } = call;
  if (decided.has(`${service}:${name}`)) return;
  const action = actionOf(service, name);
  const refuse = (message: string): never => {
    throw protocol === 'query'
      ? new ServiceError('AccessDenied', message, 403)
      : new ServiceError('AccessDeniedException', message);
  };
  const keys = keysOf(service, input);
  const resources = resourcesOf(service, name, input, context, () => call.resource(context));
  for (const resource of resources) {
    const message = refusalOf(action, resource, context, userAgent, keys);
    if (message !== undefined) refuse(message);
  }
  // Of another registry only repositories can be shared, and tokens are for all (ECR user guide, "Private repository policies").
  const { registryId } = input;
  const foreign = service === 'ecr' && typeof registryId === 'string' && registryId !== context.account;
  if (foreign && resources.every((resource) => resource === '*')) {
    refuse(
      `User: ${context.callerArn} is not authorized to perform: ${action} on resource: * because no resource-based policy allows the ${action} action`,
    );
  }
  const { RoleARN: role } = input;
  if (service === 'cloudformation' && typeof role === 'string') {
    const to = { 'iam:PassedToService': 'cloudformation.amazonaws.com' };
    const message = refusalOf('iam:PassRole', role, context, userAgent, to);
    if (message !== undefined) refuse(message);
    cloudFormationSession(role, context);
  }
};
