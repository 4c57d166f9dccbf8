// What all roles have in common: their names, their paths, the bound on them.
// It must not know who takes them.
import type { CompanionContext } from './context.js';
import { shortHash } from './context.js';

/** IAM, CreateRole: RoleName. */
const longest = 64;
const illegal = /[^A-Za-z0-9+=,.@_-]+/g;

/** What every role carries, but for what it is for. */
export function roleBasics(purpose: string, { owner, place, spec }: CompanionContext) {
  const { path = '/', namePrefix, permissionsBoundary } = spec.roles ?? {};
  const prefix = namePrefix ?? `${owner.project}-${owner.environment}-${place.region}`;
  const name = fitting(`${prefix}-${purpose}`);
  return {
    name,
    path,
    arn: `arn:${place.partition}:iam::${place.account}:role${path}${name}`,
    ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
  };
}

/** A name that IAM takes. What had to be changed or cut keeps its difference in a hash. */
export function fitting(name: string): string {
  const legal = name.replace(illegal, '-');
  if (legal === name && name.length <= longest) return name;
  const hash = `-${shortHash(name)}`;
  return `${legal.slice(0, longest - hash.length).replace(/-+$/, '')}${hash}`;
}
