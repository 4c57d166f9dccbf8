// What GetAccountAuthorizationDetails tells, as principals with their policies.
// It must not know who reads it: the port does from IAM, and people give what `aws iam get-account-authorization-details` prints.
import { fail, pathOfOffset, readJson } from '../../diagnostics/index.js';
import type { Tags } from '../../registry/index.js';
import type { IamPrincipal, PolicyReading } from '../ports.js';

interface Inline {
  readonly PolicyName?: string | undefined;
  /** Text from IAM itself, an object from the AWS CLI. */
  readonly PolicyDocument?: unknown;
}

interface Attached {
  readonly PolicyArn?: string | undefined;
}

interface Entity {
  readonly Arn?: string | undefined;
  readonly AttachedManagedPolicies?: readonly Attached[] | undefined;
  readonly PermissionsBoundary?: { readonly PermissionsBoundaryArn?: string | undefined } | undefined;
  readonly Tags?: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined;
}

export interface UserDetails extends Entity {
  readonly UserName?: string | undefined;
  readonly UserId?: string | undefined;
  readonly UserPolicyList?: readonly Inline[] | undefined;
  readonly GroupList?: readonly string[] | undefined;
}

export interface RoleDetails extends Entity {
  readonly RoleName?: string | undefined;
  readonly RoleId?: string | undefined;
  readonly RolePolicyList?: readonly Inline[] | undefined;
}

export interface GroupDetails {
  readonly GroupName?: string | undefined;
  readonly GroupPolicyList?: readonly Inline[] | undefined;
  readonly AttachedManagedPolicies?: readonly Attached[] | undefined;
}

export interface ManagedPolicyDetails {
  readonly Arn?: string | undefined;
  readonly DefaultVersionId?: string | undefined;
  readonly PolicyVersionList?:
    | readonly { readonly VersionId?: string | undefined; readonly Document?: unknown }[]
    | undefined;
}

/** All pages together. */
export interface AuthorizationDetails {
  readonly UserDetailList: readonly UserDetails[];
  readonly GroupDetailList: readonly GroupDetails[];
  readonly RoleDetailList: readonly RoleDetails[];
  readonly Policies: readonly ManagedPolicyDetails[];
}

const lists = ['UserDetailList', 'GroupDetailList', 'RoleDetailList', 'Policies'] as const;

/** What `aws iam get-account-authorization-details --output json` prints. Throws `plan/unreadable-principals`. */
export function readAuthorizationDetails(text: string): readonly IamPrincipal[] {
  const reading = readJson(text);
  if ('syntax' in reading)
    return fail('plan/unreadable-principals', `it is no JSON: ${reading.syntax.message}`, {
      path: pathOfOffset(reading.syntax.offset),
    });
  const value = fieldsOf(reading.value);
  const found = lists.filter((name) => Array.isArray(value[name]));
  if (found.length === 0) fail('plan/unreadable-principals', `it has none of ${lists.join(', ')}`, { path: '' });
  const wrong = lists.find((name) => value[name] !== undefined && !found.includes(name));
  if (wrong !== undefined) fail('plan/unreadable-principals', `${wrong} is not a list`, { path: wrong });
  const members = (name: (typeof lists)[number]) => (value[name] ?? []) as readonly never[];
  try {
    return principalsOf({
      UserDetailList: members('UserDetailList'),
      GroupDetailList: members('GroupDetailList'),
      RoleDetailList: members('RoleDetailList'),
      Policies: members('Policies'),
    });
  } catch (cause) {
    // Somewhere in it something is of another kind than IAM ever tells.
    return fail('plan/unreadable-principals', 'its lists hold something else than IAM tells', { path: '', cause });
  }
}

function fieldsOf(value: unknown): { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** Sorted by ARN. `managed` has policies that the details lack. */
export function principalsOf(
  details: AuthorizationDetails,
  managed: ReadonlyMap<string, PolicyReading> = new Map(),
): readonly IamPrincipal[] {
  const texts = managedTexts(details.Policies);
  const managedOf = (arn: string): PolicyReading => {
    const name = policyName(arn);
    const text = texts.get(arn);
    return text === undefined ? (managed.get(arn) ?? untold(name)) : { name, text };
  };
  const attached = (list: readonly Attached[] = []) => list.map(({ PolicyArn = '' }) => managedOf(PolicyArn));
  const groups = new Map(
    details.GroupDetailList.map(({ GroupName = '', GroupPolicyList, AttachedManagedPolicies }) => [
      GroupName,
      [...inlineOf(`group/${GroupName}`, GroupPolicyList), ...attached(AttachedManagedPolicies)],
    ]),
  );
  const common = ({ Arn = '', Tags, PermissionsBoundary }: Entity) => {
    const boundary = PermissionsBoundary?.PermissionsBoundaryArn;
    return { arn: Arn, tags: tagsOf(Tags), ...(boundary === undefined ? {} : { boundary: managedOf(boundary) }) };
  };
  const users = details.UserDetailList.map((user): IamPrincipal => {
    const { UserName = '', UserId = '', UserPolicyList, GroupList = [], AttachedManagedPolicies } = user;
    const ofGroups = GroupList.flatMap((group) => groups.get(group) ?? [untold(`group/${group}`)]);
    const policies = [
      ...inlineOf(`user/${UserName}`, UserPolicyList),
      ...attached(AttachedManagedPolicies),
      ...ofGroups,
    ];
    return { kind: 'user', id: UserId, policies, ...common(user) };
  });
  const roles = details.RoleDetailList.map((role): IamPrincipal => {
    const { RoleName = '', RoleId = '', RolePolicyList, AttachedManagedPolicies } = role;
    const policies = [...inlineOf(`role/${RoleName}`, RolePolicyList), ...attached(AttachedManagedPolicies)];
    return { kind: 'role', id: RoleId, policies, ...common(role) };
  });
  return [...users, ...roles].sort((one, other) => (one.arn < other.arn ? -1 : 1));
}

/** Managed policies that somebody has, or is bounded by, and that the details do not tell. */
export function untoldPolicies(details: AuthorizationDetails): readonly string[] {
  const { UserDetailList, GroupDetailList, RoleDetailList, Policies } = details;
  const told = managedTexts(Policies);
  const named = [...UserDetailList, ...GroupDetailList, ...RoleDetailList].flatMap((one) => [
    ...(one.AttachedManagedPolicies ?? []).map(({ PolicyArn }) => PolicyArn),
    ...('PermissionsBoundary' in one ? [one.PermissionsBoundary?.PermissionsBoundaryArn] : []),
  ]);
  return [...new Set(named)].filter((arn) => arn !== undefined && !told.has(arn)).filter((arn) => arn !== undefined);
}

/** The text of each policy's version in force, by ARN. */
function managedTexts(policies: readonly ManagedPolicyDetails[]): ReadonlyMap<string, string> {
  return new Map(
    policies.flatMap(({ Arn = '', DefaultVersionId, PolicyVersionList = [] }) => {
      const version = PolicyVersionList.find(({ VersionId }) => VersionId === DefaultVersionId);
      return version?.Document === undefined ? [] : [[Arn, policyDocument(version.Document)] as const];
    }),
  );
}

/** `AmazonEC2ContainerRegistryPullOnly` of `arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly`. */
export function policyName(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** `owner`: `role/ci`. */
export function inlineName(owner: string, policy: string): string {
  return `${owner}: inline policy ${policy}`;
}

function inlineOf(owner: string, policies: readonly Inline[] = []): readonly PolicyReading[] {
  return policies.map(({ PolicyName = '', PolicyDocument }) => {
    const name = inlineName(owner, PolicyName);
    return PolicyDocument === undefined ? untold(name) : { name, text: policyDocument(PolicyDocument) };
  });
}

export function untold(name: string): PolicyReading {
  return { name, unreadable: 'IAM does not tell it' };
}

/** "Policies returned by this operation are URL-encoded compliant with RFC 3986"; not every endpoint does that. */
export function policyDocument(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value) ?? '';
  if (value.trimStart().startsWith('{')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

export function tagsOf(tags: Entity['Tags']): Tags {
  return Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
}
