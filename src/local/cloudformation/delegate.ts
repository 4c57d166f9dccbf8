// Calls operations of the other services of this cloud, in this process and in the caller's transaction; the fault switch is met on the
// way, and policies decide where they do for everybody.
// It must not know CloudFormation, nor any one operation.
import type { AuthoriseForService } from '../auth/for-service.js';
import type { Faults } from '../faults.js';
import { type Operation, type ServiceContext, ServiceError } from '../service.js';

interface Service {
  readonly name: string;
  readonly operations: ReadonlyMap<string, Operation>;
  /** Of services of the query protocol. */
  readonly version?: string;
  resourceOf(input: Record<string, unknown>, context: ServiceContext, operation: string): string;
}

/** `met` where the call has met the fault switch before. Throws the operation's refusals, or Delayed. */
export type Delegate = (
  service: string,
  operation: string,
  input: Readonly<Record<string, unknown>>,
  context: ServiceContext,
  met: boolean,
) => Record<string, unknown>;

/** The call is to be made again after so many milliseconds: nobody waits inside a transaction. */
export class Delayed extends Error {
  readonly milliseconds: number;

  constructor(milliseconds: number) {
    super('to be done later');
    this.milliseconds = milliseconds;
  }
}

function meet(faults: Faults, service: string, operation: string): void {
  const { kind, delay } = faults.meet(operation);
  switch (kind) {
    case 'throttle':
      throw new ServiceError('ThrottlingException', 'Rate exceeded');
    case 'deny':
      throw new ServiceError(
        'AccessDeniedException',
        `User is not authorized to perform: ${service}:${operation} because no identity-based policy allows the ${service}:${operation} action`,
      );
    case 'server-error':
    case 'drop':
    case 'drop-after':
      throw new ServiceError('ServerException', 'These errors are usually caused by a server-side issue.', 500);
    case undefined:
      if (delay > 0) throw new Delayed(delay);
  }
}

/** Everything may be done where `authorise` is left out. */
export function delegateTo(services: readonly Service[], faults: Faults, authorise?: AuthoriseForService): Delegate {
  const byName = new Map(services.map((service) => [service.name, service]));
  return (name, operation, input, asked, met) => {
    const service = byName.get(name);
    const run = service?.operations.get(operation);
    if (service === undefined || run === undefined) throw new Error(`no operation ${name}:${operation}`);
    if (!met) meet(faults, name, operation);
    const context = { ...asked, invokedBy: 'cloudformation.amazonaws.com' };
    const call = {
      service: name,
      name: operation,
      input,
      resource: (of: ServiceContext) => service.resourceOf({ ...input }, of, operation),
      ...(service.version !== undefined && { protocol: 'query' as const }),
    };
    return run({ ...input }, authorise?.(call, context) ?? context);
  };
}
