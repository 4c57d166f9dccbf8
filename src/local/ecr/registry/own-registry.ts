// The rule of operations that no policy can allow on another account's registry.
// It must not know any of them.
import { type EcrContext, EcrError } from '../operation.js';

/** They have no resource (IAM's service authorisation reference), so only the account's own identity policies count. */
export function ownRegistry(input: { readonly registryId?: string }, context: EcrContext, operation: string): void {
  if (input.registryId === undefined || input.registryId === context.account) return;
  throw new EcrError(
    'AccessDeniedException',
    `User: ${context.callerArn} is not authorized to perform: ecr:${operation} on resource: * because no resource-based policy allows the ecr:${operation} action`,
  );
}
