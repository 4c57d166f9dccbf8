// Managed policies and their versions.
// It must not know what policies mean.
import { checkedQuery } from '../query/check.js';
import type { Operation, ServiceContext } from '../service.js';
import { checkPolicy, encodePolicy, policySize } from './documents.js';
import { alreadyExists, deleteConflict, limitExceeded, notFound, quotaExceeded } from './errors.js';
import { groupKind, roleKind, userKind } from './holders.js';
import { uniqueId } from './ids.js';
import { awsManagedPolicies, type FoundPolicy, ownPolicy, thePolicy } from './managed.js';
import { pageOfList } from './paging.js';
import * as shapes from './shapes.js';
import { type Holder, type ManagedPolicy, policies, timeOf, type Where } from './state.js';
import { mergedTags, type Tagged, tagOperations } from './tags.js';

/** IAM user guide, "IAM and AWS STS quotas". */
const most = 1500;
const size = 6144;
const versionsMost = 5;

interface Use {
  readonly word: 'user' | 'group' | 'role';
  readonly holder: Holder;
}

function holdersOf(where: Where): Use[] {
  return [userKind, groupKind, roleKind].flatMap(({ word, table }) =>
    table.rows(where).map(([, holder]) => ({ word, holder })),
  );
}

/** How often each policy is attached, and is a boundary, by ARN. */
function usesOf(where: Where): { readonly attached: Map<string, number>; readonly boundary: Map<string, number> } {
  const uses = { attached: new Map<string, number>(), boundary: new Map<string, number>() };
  const count = (counts: Map<string, number>, arn: string): void => void counts.set(arn, (counts.get(arn) ?? 0) + 1);
  for (const { holder } of holdersOf(where)) {
    for (const arn of holder.attached) count(uses.attached, arn);
    if (holder.boundary !== undefined) count(uses.boundary, holder.boundary);
  }
  return uses;
}

export function policySummary(policy: FoundPolicy, uses: ReturnType<typeof usesOf>): Record<string, unknown> {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.current,
    AttachmentCount: uses.attached.get(policy.arn) ?? 0,
    PermissionsBoundaryUsageCount: uses.boundary.get(policy.arn) ?? 0,
    IsAttachable: true,
    CreateDate: timeOf(policy.createdAt),
    UpdateDate: timeOf(policy.updatedAt),
  };
}

/** With what lists leave out (API reference, Policy). */
function policyView(policy: FoundPolicy, context: ServiceContext): Record<string, unknown> {
  return {
    ...policySummary(policy, usesOf(context)),
    ...(policy.description !== undefined && { Description: policy.description }),
    Tags: policy.tags,
  };
}

export function versionView(
  { current }: ManagedPolicy,
  { id, text, createdAt }: ManagedPolicy['versions'][number],
  withDocument: boolean,
): Record<string, unknown> {
  return {
    ...(withDocument && { Document: encodePolicy(text) }),
    VersionId: id,
    IsDefaultVersion: id === current,
    CreateDate: timeOf(createdAt),
  };
}

/** Every policy this account can attach, its own first, with keys to page by. */
export function allPolicies(context: ServiceContext, scope: 'All' | 'AWS' | 'Local'): readonly FoundPolicy[] {
  const own = scope === 'AWS' ? [] : policies.rows(context).map(([, row]) => ownPolicy(context, row));
  return [...own, ...(scope === 'Local' ? [] : awsManagedPolicies(context.partition))];
}

export { usesOf };

function checkDocument(text: string): void {
  checkPolicy(text, { kind: 'identity', newVersion: true });
  if (policySize(text) > size) throw limitExceeded(`Cannot exceed quota for PolicySize: ${size}`);
}

const CreatePolicy = checkedQuery(
  {
    kind: 'structure',
    members: {
      PolicyName: shapes.policyName,
      Path: shapes.path,
      PolicyDocument: shapes.policyDocument,
      Description: shapes.description,
      Tags: shapes.tags,
    },
    required: ['PolicyName', 'PolicyDocument'],
  },
  (input, context) => {
    const { PolicyName: name, PolicyDocument: text, Description: description } = input;
    if (policies.taken(context, name)) {
      throw alreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`);
    }
    checkDocument(text);
    if (policies.rows(context).length >= most) throw quotaExceeded('PoliciesPerAccount', most);
    const now = context.now();
    const policy: ManagedPolicy = {
      name,
      path: input.Path ?? '/',
      id: uniqueId('ANPA'),
      createdAt: now,
      updatedAt: now,
      tags: mergedTags([], input.Tags),
      versions: [{ id: 'v1', text, createdAt: now }],
      current: 'v1',
      lastVersion: 1,
      ...(description !== undefined && description !== '' && { description }),
    };
    policies.put(context, policy);
    return { Policy: policyView(ownPolicy(context, policy), context) };
  },
);

const byArn = { kind: 'structure', members: { PolicyArn: shapes.arn }, required: ['PolicyArn'] } as const;
const byVersion = {
  kind: 'structure',
  members: { PolicyArn: shapes.arn, VersionId: shapes.versionId },
  required: ['PolicyArn', 'VersionId'],
} as const;

/** One of this account, for policies of AWS are not to be changed. */
function ownOf(context: ServiceContext, arn: string): FoundPolicy {
  const found = thePolicy(context, arn);
  if (!found.own) throw notFound(`Policy ${arn} does not exist or is not attachable.`);
  return found;
}

function save(context: ServiceContext, policy: FoundPolicy): void {
  const { arn: _, own: __, ...row } = policy;
  policies.put(context, row);
}

function versionOf(policy: FoundPolicy, id: string): ManagedPolicy['versions'][number] {
  const found = policy.versions.find((version) => version.id === id);
  if (found === undefined) {
    throw notFound(`Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
  }
  return found;
}

const GetPolicy = checkedQuery(byArn, ({ PolicyArn }, context) => ({
  Policy: policyView(thePolicy(context, PolicyArn), context),
}));

const ListPolicies = checkedQuery(
  {
    kind: 'structure',
    members: {
      ...shapes.paging,
      Scope: { kind: 'string', oneOf: ['All', 'AWS', 'Local'] },
      OnlyAttached: { kind: 'boolean' },
      PathPrefix: shapes.pathPrefix,
      PolicyUsageFilter: { kind: 'string', oneOf: ['PermissionsPolicy', 'PermissionsBoundary'] },
    },
  },
  (input, context) => {
    const uses = usesOf(context);
    const wanted = ({ arn, path }: FoundPolicy): boolean => {
      const used = input.PolicyUsageFilter === 'PermissionsBoundary' ? uses.boundary : uses.attached;
      const asked = input.OnlyAttached === true || input.PolicyUsageFilter === 'PermissionsBoundary';
      return path.startsWith(input.PathPrefix ?? '/') && (!asked || used.has(arn));
    };
    const all = allPolicies(context, input.Scope ?? 'All').filter(wanted);
    const { items, more } = pageOfList(input, all, ({ own, name }) => `${own ? '0' : '1'}${name.toLowerCase()}`);
    return { Policies: items.map((policy) => policySummary(policy, uses)), ...more };
  },
);

const DeletePolicy = checkedQuery(byArn, ({ PolicyArn }, context) => {
  const policy = ownOf(context, PolicyArn);
  const { attached, boundary } = usesOf(context);
  if (attached.has(PolicyArn) || boundary.has(PolicyArn)) {
    throw deleteConflict('Cannot delete a policy attached to entities.');
  }
  if (policy.versions.length > 1) {
    throw deleteConflict(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    );
  }
  policies.remove(context, policy);
  return {};
});

const CreatePolicyVersion = checkedQuery(
  {
    kind: 'structure',
    members: { PolicyArn: shapes.arn, PolicyDocument: shapes.policyDocument, SetAsDefault: { kind: 'boolean' } },
    required: ['PolicyArn', 'PolicyDocument'],
  },
  ({ PolicyArn, PolicyDocument: text, SetAsDefault }, context) => {
    const policy = ownOf(context, PolicyArn);
    checkDocument(text);
    if (policy.versions.length >= versionsMost) {
      throw limitExceeded(
        `A managed policy can have up to ${versionsMost} versions. Before you create a new version, you must delete an existing version.`,
      );
    }
    const lastVersion = policy.lastVersion + 1;
    const version = { id: `v${lastVersion}`, text, createdAt: context.now() };
    const current = SetAsDefault === true ? version.id : policy.current;
    const after = {
      ...policy,
      versions: [...policy.versions, version],
      lastVersion,
      current,
      updatedAt: context.now(),
    };
    save(context, after);
    return { PolicyVersion: versionView(after, version, false) };
  },
);

const GetPolicyVersion = checkedQuery(byVersion, ({ PolicyArn, VersionId }, context) => {
  const policy = thePolicy(context, PolicyArn);
  return { PolicyVersion: versionView(policy, versionOf(policy, VersionId), true) };
});

const ListPolicyVersions = checkedQuery(
  { kind: 'structure', members: { ...byArn.members, ...shapes.paging }, required: ['PolicyArn'] },
  (input, context) => {
    const policy = thePolicy(context, input.PolicyArn);
    // The newest first.
    const { items, more } = pageOfList(input, policy.versions, ({ id }) =>
      String(1_000_000 - Number(id.slice(1))).padStart(7, '0'),
    );
    return { Versions: items.map((version) => versionView(policy, version, false)), ...more };
  },
);

const DeletePolicyVersion = checkedQuery(byVersion, ({ PolicyArn, VersionId }, context) => {
  const policy = ownOf(context, PolicyArn);
  const { id } = versionOf(policy, VersionId);
  if (id === policy.current) throw deleteConflict('Cannot delete the default version of a policy.');
  save(context, { ...policy, versions: policy.versions.filter((version) => version.id !== id) });
  return {};
});

const SetDefaultPolicyVersion = checkedQuery(byVersion, ({ PolicyArn, VersionId }, context) => {
  const policy = ownOf(context, PolicyArn);
  save(context, { ...policy, current: versionOf(policy, VersionId).id, updatedAt: context.now() });
  return {};
});

const ListEntitiesForPolicy = checkedQuery(
  {
    kind: 'structure',
    members: {
      ...byArn.members,
      ...shapes.paging,
      EntityFilter: {
        kind: 'string',
        oneOf: ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'],
      },
      PathPrefix: shapes.pathPrefix,
      PolicyUsageFilter: { kind: 'string', oneOf: ['PermissionsPolicy', 'PermissionsBoundary'] },
    },
    required: ['PolicyArn'],
  },
  (input, context) => {
    const { arn } = thePolicy(context, input.PolicyArn);
    const usage = input.PolicyUsageFilter;
    const found = holdersOf(context).filter(
      ({ word, holder }) =>
        ((usage !== 'PermissionsBoundary' && holder.attached.includes(arn)) ||
          (usage !== 'PermissionsPolicy' && holder.boundary === arn)) &&
        holder.path.startsWith(input.PathPrefix ?? '/') &&
        (input.EntityFilter === undefined || input.EntityFilter.toLowerCase() === word),
    );
    const { items, more } = pageOfList(input, found, ({ word, holder }) => `${word}/${holder.name}`);
    const of = (word: Use['word'], noun: string): Record<string, unknown>[] =>
      items
        .filter((use) => use.word === word)
        .map(({ holder }) => ({ [`${noun}Name`]: holder.name, [`${noun}Id`]: holder.id }));
    return {
      PolicyGroups: of('group', 'Group'),
      PolicyUsers: of('user', 'User'),
      PolicyRoles: of('role', 'Role'),
      ...more,
    };
  },
);

const tagged: Tagged<FoundPolicy> = {
  noun: 'Policy',
  list: 'ListPolicyTags',
  member: 'PolicyArn',
  shape: shapes.arn,
  find: thePolicy,
  put(context, policy) {
    ownOf(context, policy.arn);
    save(context, policy);
  },
};

export const managedPolicyOperations: readonly (readonly [name: string, Operation])[] = [
  ...Object.entries({
    CreatePolicy,
    GetPolicy,
    ListPolicies,
    DeletePolicy,
    CreatePolicyVersion,
    GetPolicyVersion,
    ListPolicyVersions,
    DeletePolicyVersion,
    SetDefaultPolicyVersion,
    ListEntitiesForPolicy,
  }),
  ...tagOperations(tagged),
];
