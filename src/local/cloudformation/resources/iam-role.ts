// AWS::IAM::Role and AWS::IAM::RolePolicy.
// It must not know IAM beyond its API.
import type { Json } from '../../store/store.js';
import { type JsonMap, scalarText } from '../template/read.js';
import {
  differs,
  documentOf,
  fields,
  ifFound,
  nameOf,
  ownTags,
  parsed,
  type ResourceContext,
  type ResourceType,
  tagChanges,
  textOf,
  textsOf,
} from './type.js';

/** The inline policies by their names, as texts. */
function inline(properties: JsonMap): ReadonlyMap<string, string> {
  const policies = properties['Policies'];
  const list = Array.isArray(policies) ? (policies as readonly Json[]) : [];
  return new Map(
    list.map((one) => [String(fields(one)['PolicyName']), documentOf(fields(one) as JsonMap, 'PolicyDocument') ?? '']),
  );
}

function syncPolicies(context: ResourceContext, RoleName: string, before: JsonMap, after: JsonMap): void {
  const [had, wants] = [inline(before), inline(after)];
  for (const [PolicyName, PolicyDocument] of wants) {
    if (had.get(PolicyName) !== PolicyDocument)
      context.call('iam', 'PutRolePolicy', { RoleName, PolicyName, PolicyDocument });
  }
  for (const PolicyName of had.keys()) {
    if (!wants.has(PolicyName)) ifFound(() => context.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName }));
  }
  const [attached, attach] = [textsOf(before, 'ManagedPolicyArns'), textsOf(after, 'ManagedPolicyArns')];
  for (const PolicyArn of attach) {
    if (!attached.includes(PolicyArn)) context.call('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
  }
  for (const PolicyArn of attached) {
    if (!attach.includes(PolicyArn)) ifFound(() => context.call('iam', 'DetachRolePolicy', { RoleName, PolicyArn }));
  }
}

function names(answer: Record<string, unknown>, member: string, name?: string): readonly string[] {
  const list = answer[member];
  return Array.isArray(list) ? list.map((one) => String(name === undefined ? one : fields(one)[name])) : [];
}

export const role: ResourceType = {
  type: 'AWS::IAM::Role',
  properties: {
    RoleName: { kind: 'text', replaces: true },
    Path: { kind: 'text', replaces: true },
    AssumeRolePolicyDocument: { kind: 'document', required: true },
    Description: { kind: 'text' },
    ManagedPolicyArns: { kind: 'texts' },
    MaxSessionDuration: { kind: 'number' },
    PermissionsBoundary: { kind: 'text' },
    Policies: { kind: 'list' },
    Tags: { kind: 'list' },
  },
  attributes: ['Arn', 'RoleId'],
  name: { property: 'RoleName', max: 64 },
  iam: true,
  tagged: true,
  create(wanted, context) {
    const { properties } = wanted;
    const RoleName = nameOf(role, wanted, context);
    const given = (name: string): Record<string, unknown> =>
      properties[name] === undefined ? {} : { [name]: properties[name] };
    const { Role } = context.call('iam', 'CreateRole', {
      RoleName,
      AssumeRolePolicyDocument: documentOf(properties, 'AssumeRolePolicyDocument'),
      ...given('Path'),
      ...given('Description'),
      ...given('MaxSessionDuration'),
      ...given('PermissionsBoundary'),
      Tags: ownTags(wanted),
    });
    syncPolicies(context, RoleName, {}, properties);
    const { Arn, RoleId } = fields(Role);
    return { id: RoleName, attributes: { Arn: String(Arn), RoleId: String(RoleId) } };
  },
  update(made, before, after, context) {
    const RoleName = made.id;
    const { properties: had } = before;
    const { properties: wants } = after;
    if (differs(had, wants, 'AssumeRolePolicyDocument')) {
      const PolicyDocument = documentOf(wants, 'AssumeRolePolicyDocument');
      context.call('iam', 'UpdateAssumeRolePolicy', { RoleName, PolicyDocument });
    }
    if (differs(had, wants, 'Description', 'MaxSessionDuration')) {
      context.call('iam', 'UpdateRole', {
        RoleName,
        Description: textOf(wants, 'Description') ?? '',
        MaxSessionDuration: wants['MaxSessionDuration'] ?? 3600,
      });
    }
    if (differs(had, wants, 'PermissionsBoundary')) {
      const PermissionsBoundary = textOf(wants, 'PermissionsBoundary');
      if (PermissionsBoundary === undefined) context.call('iam', 'DeleteRolePermissionsBoundary', { RoleName });
      else context.call('iam', 'PutRolePermissionsBoundary', { RoleName, PermissionsBoundary });
    }
    syncPolicies(context, RoleName, had, wants);
    const { set, gone } = tagChanges(ownTags(before), ownTags(after));
    if (gone.length > 0) context.call('iam', 'UntagRole', { RoleName, TagKeys: gone });
    if (set.length > 0) context.call('iam', 'TagRole', { RoleName, Tags: set });
    return made;
  },
  /** What the role was given from elsewhere goes with it, policies that were attached by hand among them. */
  remove({ id: RoleName }, _properties, context) {
    for (const PolicyName of names(context.call('iam', 'ListRolePolicies', { RoleName }), 'PolicyNames')) {
      context.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName });
    }
    const attached = context.call('iam', 'ListAttachedRolePolicies', { RoleName });
    for (const PolicyArn of names(attached, 'AttachedPolicies', 'PolicyArn')) {
      context.call('iam', 'DetachRolePolicy', { RoleName, PolicyArn });
    }
    context.call('iam', 'DeleteRole', { RoleName });
  },
  read({ id: RoleName }, context) {
    const found = ifFound(() => context.call('iam', 'GetRole', { RoleName }));
    if (found === undefined) return undefined;
    const { Path, Description, MaxSessionDuration, AssumeRolePolicyDocument, PermissionsBoundary, Tags } = fields(
      found['Role'],
    );
    const policies = names(context.call('iam', 'ListRolePolicies', { RoleName }), 'PolicyNames').map((PolicyName) => {
      const { PolicyDocument } = context.call('iam', 'GetRolePolicy', { RoleName, PolicyName });
      return { PolicyName, PolicyDocument: parsed(decodeURIComponent(String(PolicyDocument))) };
    });
    const attached = context.call('iam', 'ListAttachedRolePolicies', { RoleName });
    return {
      RoleName,
      Path: String(Path),
      AssumeRolePolicyDocument: parsed(decodeURIComponent(String(AssumeRolePolicyDocument))),
      ...(Description !== undefined && { Description: scalarText(Description) }),
      MaxSessionDuration: Number(MaxSessionDuration),
      ...(PermissionsBoundary !== undefined && {
        PermissionsBoundary: String(fields(PermissionsBoundary)['PermissionsBoundaryArn']),
      }),
      ManagedPolicyArns: names(attached, 'AttachedPolicies', 'PolicyArn'),
      Policies: policies,
      Tags: Array.isArray(Tags)
        ? Tags.map((tag) => ({ Key: String(fields(tag)['Key']), Value: String(fields(tag)['Value']) }))
        : [],
    };
  },
};

export const rolePolicy: ResourceType = {
  type: 'AWS::IAM::RolePolicy',
  properties: {
    PolicyName: { kind: 'text', required: true, replaces: true },
    RoleName: { kind: 'text', required: true, replaces: true },
    PolicyDocument: { kind: 'document' },
  },
  attributes: [],
  iam: true,
  create({ properties }, context) {
    const [PolicyName, RoleName] = [textOf(properties, 'PolicyName'), textOf(properties, 'RoleName')];
    context.call('iam', 'PutRolePolicy', {
      RoleName,
      PolicyName,
      PolicyDocument: documentOf(properties, 'PolicyDocument'),
    });
    return { id: `${PolicyName ?? ''}|${RoleName ?? ''}`, attributes: {} };
  },
  update(made, _before, { properties }, context) {
    const [PolicyName, RoleName] = made.id.split('|');
    context.call('iam', 'PutRolePolicy', {
      RoleName,
      PolicyName,
      PolicyDocument: documentOf(properties, 'PolicyDocument'),
    });
    return made;
  },
  remove({ id }, _properties, context) {
    const [PolicyName, RoleName] = id.split('|');
    context.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName });
  },
  read({ id }, context) {
    const [PolicyName = '', RoleName = ''] = id.split('|');
    const live = ifFound(() => context.call('iam', 'GetRolePolicy', { RoleName, PolicyName }));
    if (live === undefined) return undefined;
    return { PolicyName, RoleName, PolicyDocument: parsed(decodeURIComponent(String(live['PolicyDocument']))) };
  },
};
