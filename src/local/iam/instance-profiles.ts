// Instance profiles, as far as tools that make and delete roles ask for them.
// It must not know instances.
import { checkedQuery } from '../query/check.js';
import type { Operation, ServiceContext } from '../service.js';
import { alreadyExists, deleteConflict, notFound, quotaExceeded } from './errors.js';
import { onHolder, roleKind } from './holders.js';
import { uniqueId } from './ids.js';
import { pageOf, pageOfList } from './paging.js';
import { roleSummary } from './roles.js';
import * as shapes from './shapes.js';
import { arnOf, type InstanceProfile, instanceProfiles, roles, timeOf } from './state.js';
import { mergedTags, type Tagged, tagOperations } from './tags.js';

function view(context: ServiceContext, profile: InstanceProfile): Record<string, unknown> {
  const members = profile.roles.map((name) => roles.find(context, name)).filter((role) => role !== undefined);
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: arnOf(context, 'instance-profile', profile),
    CreateDate: timeOf(profile.createdAt),
    Roles: members.map((role) => roleSummary(context, role)),
    Tags: profile.tags,
  };
}

const tagged: Tagged<InstanceProfile> = {
  noun: 'InstanceProfile',
  list: 'ListInstanceProfileTags',
  member: 'InstanceProfileName',
  shape: { ...shapes.roleName, max: 128 as 64 },
  find(context, name) {
    const found = instanceProfiles.find(context, name);
    if (found === undefined) throw notFound(`Instance Profile ${name} cannot be found.`);
    return found;
  },
  put: (context, row) => instanceProfiles.put(context, row),
};

const byName = {
  kind: 'structure',
  members: { InstanceProfileName: shapes.instanceProfileName },
  required: ['InstanceProfileName'],
} as const;
const withRole = {
  kind: 'structure',
  members: { ...byName.members, RoleName: shapes.roleName },
  required: ['InstanceProfileName', 'RoleName'],
} as const;

const CreateInstanceProfile = checkedQuery(
  { ...byName, members: { ...byName.members, Path: shapes.path, Tags: shapes.tags } },
  ({ InstanceProfileName: name, Path = '/', Tags }, context) => {
    if (instanceProfiles.taken(context, name)) throw alreadyExists(`Instance Profile ${name} already exists.`);
    const profile: InstanceProfile = {
      name,
      path: Path,
      id: uniqueId('AIPA'),
      createdAt: context.now(),
      tags: mergedTags([], Tags),
      roles: [],
    };
    instanceProfiles.put(context, profile);
    return { InstanceProfile: view(context, profile) };
  },
);

const GetInstanceProfile = checkedQuery(byName, ({ InstanceProfileName }, context) => ({
  InstanceProfile: view(context, tagged.find(context, InstanceProfileName)),
}));

const ListInstanceProfiles = checkedQuery(
  { kind: 'structure', members: { ...shapes.paging, PathPrefix: shapes.pathPrefix } },
  (input, context) => {
    const { items, more } = pageOf(
      input,
      (after, limit) => instanceProfiles.rows(context, after, limit),
      ({ path }) => path.startsWith(input.PathPrefix ?? '/'),
    );
    return { InstanceProfiles: items.map((profile) => view(context, profile)), ...more };
  },
);

const DeleteInstanceProfile = checkedQuery(byName, ({ InstanceProfileName }, context) => {
  const profile = tagged.find(context, InstanceProfileName);
  if (profile.roles.length > 0) {
    throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
  }
  instanceProfiles.remove(context, profile);
  return {};
});

const AddRoleToInstanceProfile = checkedQuery(withRole, ({ InstanceProfileName, RoleName }, context) => {
  const profile = tagged.find(context, InstanceProfileName);
  const role = roleKind.find(context, RoleName);
  if (profile.roles.length > 0) throw quotaExceeded('InstanceSessionsPerInstanceProfile', 1);
  instanceProfiles.put(context, { ...profile, roles: [role.name] });
  return {};
});

const RemoveRoleFromInstanceProfile = checkedQuery(withRole, ({ InstanceProfileName, RoleName }, context) => {
  const profile = tagged.find(context, InstanceProfileName);
  if (!profile.roles.includes(RoleName)) {
    throw notFound(`Role ${RoleName} cannot be found in instance profile ${InstanceProfileName}.`);
  }
  instanceProfiles.put(context, { ...profile, roles: [] });
  return {};
});

const ListInstanceProfilesForRole = onHolder(
  roleKind,
  { kind: 'structure', members: shapes.paging },
  (role, input, context) => {
    const found = instanceProfiles
      .rows(context)
      .map(([, profile]) => profile)
      .filter((profile) => profile.roles.includes(role.name));
    const { items, more } = pageOfList(input, found, ({ name }) => name.toLowerCase());
    return { InstanceProfiles: items.map((profile) => view(context, profile)), ...more };
  },
);

export const instanceProfileOperations: readonly (readonly [name: string, Operation])[] = [
  ...Object.entries({
    CreateInstanceProfile,
    GetInstanceProfile,
    ListInstanceProfiles,
    DeleteInstanceProfile,
    AddRoleToInstanceProfile,
    RemoveRoleFromInstanceProfile,
    ListInstanceProfilesForRole,
  }),
  ...tagOperations(tagged),
];
