// Roles: made, read, changed and deleted; each one made is another, whatever its name was before.
// It must not know how roles are assumed.
import { checkedQuery } from '../query/check.js';
import type { Operation, ServiceContext } from '../service.js';
import { encodePolicy, policySize } from './documents.js';
import { alreadyExists, deleteConflict, quotaExceeded } from './errors.js';
import { boundaryOperations, boundaryView, checkBoundary, onHolder, policyOperations, roleKind } from './holders.js';
import { uniqueId } from './ids.js';
import { pageOf } from './paging.js';
import * as shapes from './shapes.js';
import { arnOf, instanceProfiles, type Role, roles, timeOf } from './state.js';
import { mergedTags, tagOperations } from './tags.js';
import { shownTrust, trustOf } from './trust.js';

/** Of one account, and characters of a trust policy (IAM user guide, "IAM and AWS STS quotas"). */
const most = 1000;
const trustSize = 2048;

/** As lists show it. */
export function roleSummary(context: ServiceContext, role: Role): Record<string, unknown> {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: arnOf(context, 'role', role),
    CreateDate: timeOf(role.createdAt),
    AssumeRolePolicyDocument: encodePolicy(shownTrust(context, role)),
    ...(role.description !== undefined && { Description: role.description }),
    MaxSessionDuration: role.maxSessionDuration,
  };
}

function roleView(context: ServiceContext, role: Role): Record<string, unknown> {
  return {
    ...roleSummary(context, role),
    ...boundaryView(role),
    ...(role.tags.length > 0 && { Tags: role.tags }),
  };
}

function checkedTrust(text: string, context: ServiceContext): Pick<Role, 'trust' | 'trusted'> {
  const found = trustOf(text, context);
  if (policySize(text) > trustSize) throw quotaExceeded('ACLSizePerRole', trustSize);
  return found;
}

const CreateRole = checkedQuery(
  {
    kind: 'structure',
    members: {
      Path: shapes.path,
      RoleName: shapes.newRoleName,
      AssumeRolePolicyDocument: shapes.policyDocument,
      Description: shapes.description,
      MaxSessionDuration: shapes.maxSessionDuration,
      PermissionsBoundary: shapes.arn,
      Tags: shapes.tags,
    },
    required: ['RoleName', 'AssumeRolePolicyDocument'],
  },
  (input, context) => {
    const { RoleName: name, Description: description, PermissionsBoundary: boundary } = input;
    if (roles.taken(context, name)) throw alreadyExists(`Role with name ${name} already exists.`);
    const trust = checkedTrust(input.AssumeRolePolicyDocument, context);
    if (boundary !== undefined) checkBoundary(context, boundary);
    if (roles.rows(context).length >= most) throw quotaExceeded('RolesPerAccount', most);
    const role: Role = {
      name,
      path: input.Path ?? '/',
      id: uniqueId('AROA'),
      createdAt: context.now(),
      tags: mergedTags([], input.Tags),
      inline: [],
      attached: [],
      ...trust,
      maxSessionDuration: input.MaxSessionDuration ?? 3600,
      ...(description !== undefined && { description }),
      ...(boundary !== undefined && { boundary }),
    };
    roles.put(context, role);
    return { Role: roleView(context, role) };
  },
);

const nothing = { kind: 'structure', members: {} } as const;

const GetRole = onHolder(roleKind, nothing, (role, _, context) => ({
  Role: { ...roleView(context, role), RoleLastUsed: {} },
}));

const ListRoles = checkedQuery(
  { kind: 'structure', members: { ...shapes.paging, PathPrefix: shapes.pathPrefix } },
  (input, context) => {
    const { items, more } = pageOf(
      input,
      (after, limit) => roles.rows(context, after, limit),
      ({ path }) => path.startsWith(input.PathPrefix ?? '/'),
    );
    return { Roles: items.map((role) => roleSummary(context, role)), ...more };
  },
);

const UpdateRole = onHolder(
  roleKind,
  {
    kind: 'structure',
    members: { Description: shapes.description, MaxSessionDuration: shapes.maxSessionDuration },
  },
  (role, { Description, MaxSessionDuration }, context) => {
    const { description: before, ...rest } = role;
    const description = Description ?? before;
    roles.put(context, {
      ...rest,
      ...(description !== undefined && { description }),
      // "If you do not specify a value for this setting, the default value of one hour is applied" (API reference, UpdateRole).
      maxSessionDuration: MaxSessionDuration ?? 3600,
    });
    return {};
  },
);

const UpdateRoleDescription = onHolder(
  roleKind,
  { kind: 'structure', members: { Description: shapes.description }, required: ['Description'] },
  (role, { Description }, context) => {
    const after = { ...role, description: Description };
    roles.put(context, after);
    return { Role: roleView(context, after) };
  },
);

const UpdateAssumeRolePolicy = onHolder(
  roleKind,
  { kind: 'structure', members: { PolicyDocument: shapes.policyDocument }, required: ['PolicyDocument'] },
  (role, { PolicyDocument }, context) => {
    roles.put(context, { ...role, ...checkedTrust(PolicyDocument, context) });
    return {};
  },
);

const DeleteRole = onHolder(roleKind, nothing, (role, _, context) => {
  if (instanceProfiles.rows(context).some(([, profile]) => profile.roles.includes(role.name))) {
    throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
  }
  if (role.attached.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (role.inline.length > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
  roles.remove(context, role);
  return {};
});

export const roleOperations: readonly (readonly [name: string, Operation])[] = [
  ...Object.entries({
    CreateRole,
    GetRole,
    ListRoles,
    UpdateRole,
    UpdateRoleDescription,
    UpdateAssumeRolePolicy,
    DeleteRole,
  }),
  ...policyOperations(roleKind),
  ...boundaryOperations(roleKind),
  ...tagOperations(roleKind),
];
