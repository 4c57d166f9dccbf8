// AWS::IAM::ManagedPolicy, and AWS::IAM::Policy, which is inline in roles and users.
// It must not know IAM beyond its API.
import { type JsonMap, scalarText } from '../template/read.js';
import {
  differs,
  documentOf,
  fields,
  ifFound,
  nameOf,
  parsed,
  type ResourceContext,
  type ResourceType,
  textOf,
  textsOf,
} from './type.js';

/** Who may have a policy: the property that lists them, and what operations call them. */
const holders = [
  ['Roles', 'Role'],
  ['Users', 'User'],
] as const;

function attach(context: ResourceContext, PolicyArn: string, before: JsonMap, after: JsonMap): void {
  for (const [property, noun] of holders) {
    const [had, wants] = [textsOf(before, property), textsOf(after, property)];
    for (const name of wants.filter((one) => !had.includes(one))) {
      context.call('iam', `Attach${noun}Policy`, { [`${noun}Name`]: name, PolicyArn });
    }
    for (const name of had.filter((one) => !wants.includes(one))) {
      ifFound(() => context.call('iam', `Detach${noun}Policy`, { [`${noun}Name`]: name, PolicyArn }));
    }
  }
}

/** The versions that are not the default, oldest first. */
function oldVersions(context: ResourceContext, PolicyArn: string): readonly string[] {
  const { Versions } = context.call('iam', 'ListPolicyVersions', { PolicyArn });
  return (Array.isArray(Versions) ? Versions : [])
    .map(fields)
    .filter(({ IsDefaultVersion }) => IsDefaultVersion !== true)
    .map(({ VersionId }) => String(VersionId))
    .sort((one, other) => Number(one.slice(1)) - Number(other.slice(1)));
}

export const managedPolicy: ResourceType = {
  type: 'AWS::IAM::ManagedPolicy',
  properties: {
    ManagedPolicyName: { kind: 'text', replaces: true },
    Description: { kind: 'text', replaces: true },
    Path: { kind: 'text', replaces: true },
    PolicyDocument: { kind: 'document', required: true },
    Roles: { kind: 'texts' },
    Users: { kind: 'texts' },
    Groups: { kind: 'texts' },
  },
  attributes: ['PolicyArn', 'PolicyId'],
  name: { property: 'ManagedPolicyName', max: 128 },
  iam: true,
  create(wanted, context) {
    const { properties } = wanted;
    const description = textOf(properties, 'Description');
    const path = textOf(properties, 'Path');
    const { Policy } = context.call('iam', 'CreatePolicy', {
      PolicyName: nameOf(managedPolicy, wanted, context),
      PolicyDocument: documentOf(properties, 'PolicyDocument'),
      ...(description !== undefined && { Description: description }),
      ...(path !== undefined && { Path: path }),
    });
    const { Arn, PolicyId } = fields(Policy);
    const arn = String(Arn);
    attach(context, arn, {}, properties);
    return { id: arn, attributes: { PolicyArn: arn, PolicyId: String(PolicyId) } };
  },
  update(made, { properties: before }, { properties: after }, context) {
    const PolicyArn = made.id;
    if (differs(before, after, 'PolicyDocument')) {
      // A policy has five versions at most.
      const [oldest, ...rest] = oldVersions(context, PolicyArn);
      if (oldest !== undefined && rest.length >= 3)
        context.call('iam', 'DeletePolicyVersion', { PolicyArn, VersionId: oldest });
      const PolicyDocument = documentOf(after, 'PolicyDocument');
      context.call('iam', 'CreatePolicyVersion', { PolicyArn, PolicyDocument, SetAsDefault: true });
    }
    attach(context, PolicyArn, before, after);
    return made;
  },
  remove({ id: PolicyArn }, properties, context) {
    attach(context, PolicyArn, properties, {});
    for (const VersionId of oldVersions(context, PolicyArn))
      context.call('iam', 'DeletePolicyVersion', { PolicyArn, VersionId });
    context.call('iam', 'DeletePolicy', { PolicyArn });
  },
  read({ id: PolicyArn }, context) {
    const found = ifFound(() => context.call('iam', 'GetPolicy', { PolicyArn }));
    if (found === undefined) return undefined;
    const { DefaultVersionId, Path, Description, PolicyName } = fields(found['Policy']);
    const { PolicyVersion } = context.call('iam', 'GetPolicyVersion', { PolicyArn, VersionId: DefaultVersionId });
    const { PolicyRoles, PolicyUsers } = context.call('iam', 'ListEntitiesForPolicy', { PolicyArn });
    const named = (list: unknown, name: string): readonly string[] =>
      Array.isArray(list) ? list.map((one) => String(fields(one)[name])) : [];
    return {
      ManagedPolicyName: String(PolicyName),
      Path: String(Path),
      ...(Description !== undefined && { Description: scalarText(Description) }),
      PolicyDocument: parsed(decodeURIComponent(String(fields(PolicyVersion)['Document']))),
      Roles: named(PolicyRoles, 'RoleName'),
      Users: named(PolicyUsers, 'UserName'),
    };
  },
};

function putInline(context: ResourceContext, before: JsonMap, after: JsonMap): void {
  const [nameBefore, PolicyName] = [textOf(before, 'PolicyName'), textOf(after, 'PolicyName')];
  const PolicyDocument = documentOf(after, 'PolicyDocument');
  for (const [property, noun] of holders) {
    const wants = textsOf(after, property);
    for (const name of wants)
      context.call('iam', `Put${noun}Policy`, { [`${noun}Name`]: name, PolicyName, PolicyDocument });
    for (const name of textsOf(before, property)) {
      if (wants.includes(name) && nameBefore === PolicyName) continue;
      ifFound(() => context.call('iam', `Delete${noun}Policy`, { [`${noun}Name`]: name, PolicyName: nameBefore }));
    }
  }
}

export const policy: ResourceType = {
  type: 'AWS::IAM::Policy',
  properties: {
    PolicyName: { kind: 'text', required: true },
    PolicyDocument: { kind: 'document', required: true },
    Roles: { kind: 'texts' },
    Users: { kind: 'texts' },
    Groups: { kind: 'texts' },
  },
  attributes: ['Id'],
  iam: true,
  create({ properties }, context) {
    putInline(context, {}, properties);
    const id = `${context.stackName}-${textOf(properties, 'PolicyName') ?? ''}`;
    return { id, attributes: { Id: id } };
  },
  update(made, { properties: before }, { properties: after }, context) {
    putInline(context, before, after);
    return made;
  },
  remove: (_made, properties, context) => putInline(context, properties, {}),
};
