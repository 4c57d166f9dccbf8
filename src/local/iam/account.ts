// An account as a whole: everything in it and its policies, how much there is, and its alias.
// It must not know how any of it is changed.
import { checkedQuery } from '../query/check.js';
import type { Operation, ServiceContext } from '../service.js';
import { encodePolicy } from './documents.js';
import { boundaryView } from './holders.js';
import { pageOfList } from './paging.js';
import { allPolicies, policySummary, usesOf, versionView } from './policies.js';
import { roleSummary } from './roles.js';
import * as shapes from './shapes.js';
import {
  arnOf,
  groups,
  type Holder,
  instanceProfiles,
  oidcProviders,
  policies,
  roles,
  timeOf,
  users,
} from './state.js';
import { groupView, userSummary } from './users.js';

function policiesOf(noun: string, { inline, attached }: Holder): Record<string, unknown> {
  return {
    [`${noun}PolicyList`]: inline.map(({ name, text }) => ({ PolicyName: name, PolicyDocument: encodePolicy(text) })),
    AttachedManagedPolicies: attached.map((arn) => ({
      PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
      PolicyArn: arn,
    })),
  };
}

type Details = 'UserDetailList' | 'GroupDetailList' | 'RoleDetailList' | 'Policies';

interface Detail {
  readonly list: Details;
  readonly filter: string;
  readonly key: string;
  readonly view: () => Record<string, unknown>;
}

function profilesOf(context: ServiceContext, role: string): Record<string, unknown>[] {
  return instanceProfiles
    .rows(context)
    .filter(([, profile]) => profile.roles.includes(role))
    .map(([, profile]) => ({
      Path: profile.path,
      InstanceProfileName: profile.name,
      InstanceProfileId: profile.id,
      Arn: arnOf(context, 'instance-profile', profile),
      CreateDate: timeOf(profile.createdAt),
    }));
}

function detailsOf(context: ServiceContext): Detail[] {
  const uses = usesOf(context);
  return [
    ...users.rows(context).map(
      ([key, user]): Detail => ({
        list: 'UserDetailList',
        filter: 'User',
        key: `1/${key}`,
        view: () => ({
          ...userSummary(context, user),
          ...policiesOf('User', user),
          GroupList: user.groups,
          ...boundaryView(user),
          Tags: user.tags,
        }),
      }),
    ),
    ...groups.rows(context).map(
      ([key, group]): Detail => ({
        list: 'GroupDetailList',
        filter: 'Group',
        key: `2/${key}`,
        view: () => ({ ...groupView(context, group), ...policiesOf('Group', group) }),
      }),
    ),
    ...roles.rows(context).map(([key, role]): Detail => {
      const { Description: _, MaxSessionDuration: __, ...summary } = roleSummary(context, role);
      return {
        list: 'RoleDetailList',
        filter: 'Role',
        key: `3/${key}`,
        view: () => ({
          ...summary,
          ...policiesOf('Role', role),
          InstanceProfileList: profilesOf(context, role.name),
          ...boundaryView(role),
          RoleLastUsed: {},
          Tags: role.tags,
        }),
      };
    }),
    // Of AWS's policies those that are in use (API reference, GetAccountAuthorizationDetails: what is attached).
    ...allPolicies(context, 'All')
      .filter(({ own, arn }) => own || uses.attached.has(arn))
      .map(
        (policy): Detail => ({
          list: 'Policies',
          filter: policy.own ? 'LocalManagedPolicy' : 'AWSManagedPolicy',
          key: `4/${policy.own ? '0' : '1'}${policy.name.toLowerCase()}`,
          view: () => ({
            ...policySummary(policy, uses),
            PolicyVersionList: policy.versions.map((version) => versionView(policy, version, true)),
          }),
        }),
      ),
  ];
}

const GetAccountAuthorizationDetails = checkedQuery(
  {
    kind: 'structure',
    members: {
      ...shapes.paging,
      Filter: {
        kind: 'list',
        of: { kind: 'string', oneOf: ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'] },
      },
    },
  },
  (input, context) => {
    const wanted = new Set<string>(input.Filter ?? []);
    const all = detailsOf(context).filter(({ filter }) => wanted.size === 0 || wanted.has(filter));
    const { items, more } = pageOfList(input, all, ({ key }) => key);
    const lists: Record<Details, Record<string, unknown>[]> = {
      UserDetailList: [],
      GroupDetailList: [],
      RoleDetailList: [],
      Policies: [],
    };
    for (const { list, view } of items) lists[list].push(view());
    return { ...lists, ...more };
  },
);

const GetAccountSummary: Operation = (_input, context) => ({
  SummaryMap: new Map([
    ['Users', users.rows(context).length],
    ['Groups', groups.rows(context).length],
    ['Roles', roles.rows(context).length],
    ['Policies', policies.rows(context).length],
    ['InstanceProfiles', instanceProfiles.rows(context).length],
    ['Providers', oidcProviders.rows(context).length],
    ['UsersQuota', 5000],
    ['GroupsQuota', 300],
    ['RolesQuota', 1000],
    ['PoliciesQuota', 1500],
    ['InstanceProfilesQuota', 1000],
    ['AccessKeysPerUserQuota', 2],
    ['AttachedPoliciesPerRoleQuota', 10],
    ['AttachedPoliciesPerUserQuota', 10],
    ['AttachedPoliciesPerGroupQuota', 10],
    ['GroupsPerUserQuota', 10],
    ['PolicySizeQuota', 6144],
    ['VersionsPerPolicyQuota', 5],
    ['AssumeRolePolicySizeQuota', 2048],
    ['AccountMFAEnabled', 0],
    ['AccountAccessKeysPresent', 0],
    ['MFADevices', 0],
    ['MFADevicesInUse', 0],
  ]),
});

const ListAccountAliases: Operation = () => ({ AccountAliases: [], IsTruncated: false });

export const accountOperations: readonly (readonly [name: string, Operation])[] = Object.entries({
  GetAccountAuthorizationDetails,
  GetAccountSummary,
  ListAccountAliases,
});
