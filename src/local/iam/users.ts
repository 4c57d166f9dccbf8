// Users, and the groups they are in.
// It must not know access keys beyond that a user with some is not deleted.
import { checkedQuery } from '../query/check.js';
import type { Operation, ServiceContext } from '../service.js';
import { userOf } from './access-keys.js';
import { alreadyExists, deleteConflict, noSuchEntity, notFound, quotaExceeded } from './errors.js';
import {
  boundaryOperations,
  boundaryView,
  checkBoundary,
  groupKind,
  onHolder,
  policyOperations,
  userKind,
} from './holders.js';
import { uniqueId } from './ids.js';
import { callersUser, keysOfUser, removeAccessKey, writeAccessKey } from './keys.js';
import { pageOf, pageOfList } from './paging.js';
import * as shapes from './shapes.js';
import { arnOf, type Group, groups, timeOf, type User, users, type Where } from './state.js';
import { mergedTags, tagOperations } from './tags.js';

/** IAM user guide, "IAM and AWS STS quotas". */
const usersMost = 5000;
const groupsMost = 300;
const groupsOfUser = 10;

export function userSummary(context: ServiceContext, user: User): Record<string, unknown> {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: arnOf(context, 'user', user),
    CreateDate: timeOf(user.createdAt),
  };
}

function userView(context: ServiceContext, user: User): Record<string, unknown> {
  return {
    ...userSummary(context, user),
    ...boundaryView(user),
    ...(user.tags.length > 0 && { Tags: user.tags }),
  };
}

export function groupView(context: ServiceContext, group: Group): Record<string, unknown> {
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.id,
    Arn: arnOf(context, 'group', group),
    CreateDate: timeOf(group.createdAt),
  };
}

const CreateUser = checkedQuery(
  {
    kind: 'structure',
    members: {
      Path: shapes.path,
      UserName: shapes.newUserName,
      PermissionsBoundary: shapes.arn,
      Tags: shapes.tags,
    },
    required: ['UserName'],
  },
  ({ UserName: name, Path = '/', PermissionsBoundary: boundary, Tags }, context) => {
    if (users.taken(context, name)) throw alreadyExists(`User with name ${name} already exists.`);
    if (boundary !== undefined) checkBoundary(context, boundary);
    if (users.rows(context).length >= usersMost) throw quotaExceeded('UsersPerAccount', usersMost);
    const user: User = {
      name,
      path: Path,
      id: uniqueId('AIDA'),
      createdAt: context.now(),
      tags: mergedTags([], Tags),
      inline: [],
      attached: [],
      groups: [],
      ...(boundary !== undefined && { boundary }),
    };
    users.put(context, user);
    return { User: userView(context, user) };
  },
);

const GetUser = checkedQuery({ kind: 'structure', members: { UserName: shapes.userName } }, (input, context) => {
  if (input.UserName === undefined && callersUser(context) === undefined && context.callerArn.endsWith(':root')) {
    return { User: { UserId: context.account, Arn: context.callerArn, CreateDate: timeOf(0) } };
  }
  return { User: userView(context, userOf(context, input.UserName)) };
});

const listed = { kind: 'structure', members: { ...shapes.paging, PathPrefix: shapes.pathPrefix } } as const;

const ListUsers = checkedQuery(listed, (input, context) => {
  const { items, more } = pageOf(
    input,
    (after, limit) => users.rows(context, after, limit),
    ({ path }) => path.startsWith(input.PathPrefix ?? '/'),
  );
  return { Users: items.map((user) => userSummary(context, user)), ...more };
});

const UpdateUser = onHolder(
  userKind,
  { kind: 'structure', members: { NewPath: shapes.path, NewUserName: shapes.newUserName } },
  (user, { NewPath, NewUserName }, context) => {
    const after = { ...user, path: NewPath ?? user.path, name: NewUserName ?? user.name };
    const renamed = after.name.toLowerCase() !== user.name.toLowerCase();
    if (renamed && users.taken(context, after.name)) {
      throw alreadyExists(`User with name ${after.name} already exists.`);
    }
    const keys = keysOfUser(context, user.name);
    users.remove(context, user);
    users.put(context, after);
    for (const key of keys) {
      removeAccessKey(context.store, key);
      writeAccessKey(context.store, { ...key, user: after.name });
    }
    return {};
  },
);

const nothing = { kind: 'structure', members: {} } as const;

const DeleteUser = onHolder(userKind, nothing, (user, _, context) => {
  if (keysOfUser(context, user.name).length > 0) {
    throw deleteConflict('Cannot delete entity, must delete access keys first.');
  }
  if (user.groups.length > 0) throw deleteConflict('Cannot delete entity, must remove users from group first.');
  if (user.attached.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (user.inline.length > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
  users.remove(context, user);
  return {};
});

const CreateGroup = checkedQuery(
  { kind: 'structure', members: { Path: shapes.path, GroupName: shapes.groupName }, required: ['GroupName'] },
  ({ GroupName: name, Path = '/' }, context) => {
    if (groups.taken(context, name)) throw alreadyExists(`Group with name ${name} already exists.`);
    if (groups.rows(context).length >= groupsMost) throw quotaExceeded('GroupsPerAccount', groupsMost);
    const group: Group = {
      name,
      path: Path,
      id: uniqueId('AGPA'),
      createdAt: context.now(),
      tags: [],
      inline: [],
      attached: [],
    };
    groups.put(context, group);
    return { Group: groupView(context, group) };
  },
);

function membersOf(where: Where, group: string): readonly User[] {
  return users
    .rows(where)
    .map(([, user]) => user)
    .filter((user) => user.groups.includes(group));
}

const GetGroup = onHolder(groupKind, { kind: 'structure', members: shapes.paging }, (group, input, context) => {
  const { items, more } = pageOfList(input, membersOf(context, group.name), ({ name }) => name.toLowerCase());
  return { Group: groupView(context, group), Users: items.map((user) => userSummary(context, user)), ...more };
});

const ListGroups = checkedQuery(listed, (input, context) => {
  const { items, more } = pageOf(
    input,
    (after, limit) => groups.rows(context, after, limit),
    ({ path }) => path.startsWith(input.PathPrefix ?? '/'),
  );
  return { Groups: items.map((group) => groupView(context, group)), ...more };
});

const UpdateGroup = onHolder(
  groupKind,
  { kind: 'structure', members: { NewPath: shapes.path, NewGroupName: shapes.groupName } },
  (group, { NewPath, NewGroupName }, context) => {
    const after = { ...group, path: NewPath ?? group.path, name: NewGroupName ?? group.name };
    const renamed = after.name.toLowerCase() !== group.name.toLowerCase();
    if (renamed && groups.taken(context, after.name)) {
      throw alreadyExists(`Group with name ${after.name} already exists.`);
    }
    const members = membersOf(context, group.name);
    groups.remove(context, group);
    groups.put(context, after);
    for (const user of members) {
      users.put(context, { ...user, groups: user.groups.map((name) => (name === group.name ? after.name : name)) });
    }
    return {};
  },
);

const DeleteGroup = onHolder(groupKind, nothing, (group, _, context) => {
  if (membersOf(context, group.name).length > 0) {
    throw deleteConflict('Cannot delete entity, must remove users from group first.');
  }
  if (group.attached.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (group.inline.length > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
  groups.remove(context, group);
  return {};
});

const member = { kind: 'structure', members: { UserName: shapes.userName }, required: ['UserName'] } as const;

const AddUserToGroup = onHolder(groupKind, member, (group, { UserName }, context) => {
  const user = users.find(context, UserName);
  if (user === undefined) throw noSuchEntity('user', UserName);
  if (user.groups.includes(group.name)) return {};
  if (user.groups.length >= groupsOfUser) throw quotaExceeded('GroupsPerUser', groupsOfUser);
  users.put(context, { ...user, groups: [...user.groups, group.name] });
  return {};
});

const RemoveUserFromGroup = onHolder(groupKind, member, (group, { UserName }, context) => {
  const user = users.find(context, UserName);
  if (user === undefined) throw noSuchEntity('user', UserName);
  users.put(context, { ...user, groups: user.groups.filter((name) => name !== group.name) });
  return {};
});

const ListGroupsForUser = onHolder(userKind, { kind: 'structure', members: shapes.paging }, (user, input, context) => {
  const found = user.groups.map((name) => groups.find(context, name)).filter((group) => group !== undefined);
  const { items, more } = pageOfList(input, found, ({ name }) => name.toLowerCase());
  return { Groups: items.map((group) => groupView(context, group)), ...more };
});

/** What a user may have besides, and has not here: tools ask for it before they delete one. */
const GetLoginProfile = onHolder(userKind, nothing, ({ name }) => {
  throw notFound(`Login Profile for User ${name} cannot be found.`);
});

function none(member: string): Operation {
  return checkedQuery(
    { kind: 'structure', members: { UserName: shapes.userName, ...shapes.paging } },
    ({ UserName }, context) => {
      if (UserName !== undefined) userKind.find(context, UserName);
      return { [member]: [], IsTruncated: false };
    },
  );
}

export const userOperations: readonly (readonly [name: string, Operation])[] = [
  ...Object.entries({
    CreateUser,
    GetUser,
    ListUsers,
    UpdateUser,
    DeleteUser,
    CreateGroup,
    GetGroup,
    ListGroups,
    UpdateGroup,
    DeleteGroup,
    AddUserToGroup,
    RemoveUserFromGroup,
    ListGroupsForUser,
    GetLoginProfile,
    DeleteLoginProfile: GetLoginProfile,
    ListMFADevices: none('MFADevices'),
    ListVirtualMFADevices: checkedQuery({ kind: 'structure', members: {} }, () => ({
      VirtualMFADevices: [],
      IsTruncated: false,
    })),
    ListSSHPublicKeys: none('SSHPublicKeys'),
    ListSigningCertificates: none('Certificates'),
    ListServiceSpecificCredentials: none('ServiceSpecificCredentials'),
  }),
  ...policyOperations(userKind),
  ...boundaryOperations(userKind),
  ...tagOperations(userKind),
  ...policyOperations(groupKind),
];
