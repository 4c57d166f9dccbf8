// What all roles have in common: their names, their paths, the bound on them.
// It must not know who takes them.
import type { PolicyDocument } from '../../access/model.js';
import { type CompanionContext, shortHash } from './context.js';
import type { CiRole, PullRole } from './model.js';

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

/** Characters that IAM takes, white space not counted ("IAM and AWS STS quotas"): in a role's inline policies together, and in its trust. */
const most = { permissions: 10_240, trust: 2048 };

/** What IAM would refuse of a role that is otherwise sound. */
export function roleProblems(role: CiRole | PullRole): readonly string[] {
  const size = (document: PolicyDocument) => JSON.stringify(document).replace(/\s/g, '').length;
  const [permissions, trust] = [size(role.permissions), size(role.trust)];
  return [
    ...(permissions > most.permissions
      ? [
          `role ${role.name} would need ${permissions} characters of permissions, and IAM takes ${most.permissions}: name fewer repositories, or put them into several projects`,
        ]
      : []),
    ...(trust > most.trust
      ? [
          `role ${role.name} would need ${trust} characters of trust, and IAM takes ${most.trust}: name fewer branches, or a pattern of them`,
        ]
      : []),
  ];
}
