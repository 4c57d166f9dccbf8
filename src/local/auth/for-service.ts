// What a service of AWS does in somebody's place, decided in strict mode: in the caller's name, or as the role it was handed.
// It must not know what the service does.
import { principalBehind } from '../iam/principal.js';
import type { ServiceContext } from '../service.js';
import { type AskedCall, authorise } from './authorise.js';
import { cloudFormationSession } from './service-role.js';

/** Throws the refusal; gives the context of whoever makes the call: the caller, or the session of the role the service was handed. */
export type AuthoriseForService = (call: AskedCall, context: ServiceContext) => ServiceContext;

export const authoriseForService: AuthoriseForService = (call, context) => {
  let acting = context;
  if (context.actingRole !== undefined) {
    const principal = cloudFormationSession(context.actingRole, context);
    const callerArn = principalBehind(context.store, principal, context.region)?.arn ?? context.callerArn;
    acting = { ...context, principal, callerArn };
  }
  authorise(call, acting, context.invokedBy);
  return acting;
};
