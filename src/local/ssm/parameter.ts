// An SSM parameter as the store keeps it, and the rules for its name.
// It must not know the operations, or the wire.
import type { Tag } from '../ecr/repository.js';
import { type ServiceContext, ServiceError, scope } from '../service.js';
import type { Json } from '../store/store.js';

export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly version: number;
  readonly tier: string;
  readonly dataType: string;
  readonly description?: string;
  readonly keyId?: string;
  readonly allowedPattern?: string;
  readonly tags: readonly Tag[];
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  readonly modifiedBy: string;
}

const kind = 'parameter';

export function readParameter(context: ServiceContext, name: string): Parameter | undefined {
  // Only writeParameter writes this kind.
  return context.store.get(kind, scope(context.account, context.region), name) as unknown as Parameter | undefined;
}

export function writeParameter(context: ServiceContext, parameter: Parameter): void {
  context.store.put(kind, scope(context.account, context.region), parameter.name, parameter as unknown as Json);
}

export function removeParameter(context: ServiceContext, name: string): boolean {
  return context.store.delete(kind, scope(context.account, context.region), name);
}

export function listParameters(
  context: ServiceContext,
  after?: string,
  limit?: number,
): [key: string, parameter: Parameter][] {
  const page = { ...(after !== undefined && { after }), ...(limit !== undefined && { limit }) };
  return context.store.list(kind, scope(context.account, context.region), page) as unknown as [string, Parameter][];
}

export function parameterArn(context: ServiceContext, name: string): string {
  return `arn:${context.partition}:ssm:${context.region}:${context.account}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
}

/** A name or an ARN, with an optional version behind a colon. */
export function parseReference(reference: string): { readonly name: string; readonly version: number | undefined } {
  const [, resource = reference] = /^arn:[^:]+:ssm:[^:]*:\d{12}:parameter(\/.+)$/.exec(reference) ?? [];
  const [, name = resource, version] = /^(.*):(\d{1,9})$/.exec(resource) ?? [];
  return { name, version: version === undefined ? undefined : Number(version) };
}

/** Throws ValidationException for a name that Parameter Store refuses (user guide, "Parameter name requirements"). */
export function checkName(name: string): void {
  const refuse = (message: string): never => {
    throw new ServiceError('ValidationException', message);
  };
  if (name.length < 1 || name.length > 2048) {
    refuse(
      "1 validation error detected: Value at 'name' failed to satisfy constraint: Member must have length between 1 and 2048",
    );
  }
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(name)) {
    refuse(
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  }
  if (name.includes('/') && !name.startsWith('/')) refuse('Parameter name must be a fully qualified name.');
  if (/^\/?(aws|ssm)/i.test(name)) refuse('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).');
  if (name.endsWith('/') || name.includes('//')) refuse('Parameter name must not hold an empty sub-path.');
  if (name.split('/').length - 1 > 15) {
    throw new ServiceError(
      'HierarchyLevelLimitExceededException',
      'A hierarchy can have a maximum of 15 levels. For more information, see Requirements and constraints for parameter names in the AWS Systems Manager User Guide.',
    );
  }
}
