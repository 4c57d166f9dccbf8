// The resource that a call of IAM is about, as policies name it.
// It must not know what operations do.
// Source: service authorization reference, "Actions, resources, and condition keys for AWS Identity and Access Management (IAM)".
import type { ServiceContext } from '../service.js';
import { callersUser } from './keys.js';
import {
  type ArnKind,
  arnOf,
  groups,
  instanceProfiles,
  type Named,
  policies,
  roles,
  type Table,
  users,
} from './state.js';

const byMember: readonly (readonly [member: string, kind: ArnKind, table: Table<Named>])[] = [
  ['InstanceProfileName', 'instance-profile', instanceProfiles],
  ['GroupName', 'group', groups],
  ['UserName', 'user', users],
  ['RoleName', 'role', roles],
];

/** Operations on what is to be made name it by the path they are given. */
function named(
  context: ServiceContext,
  [, kind, table]: (typeof byMember)[number],
  name: string,
  path: unknown,
): string {
  const given = typeof path === 'string' ? path : '/';
  return arnOf(context, kind, table.find(context, name) ?? { path: given, name });
}

/** Calls about a user that name none are about the caller. */
const ofCaller = /^(GetUser|CreateAccessKey|ListAccessKeys|UpdateAccessKey|DeleteAccessKey)$/;

export function resourceOf(input: Record<string, unknown>, context: ServiceContext, operation = ''): string {
  for (const row of byMember) {
    const name = input[row[0]];
    if (typeof name === 'string' && name !== '') return named(context, row, name, input['Path']);
  }
  const { PolicyArn, PolicyName, OpenIDConnectProviderArn, Url, Path, PolicySourceArn } = input;
  if (typeof PolicyArn === 'string') return PolicyArn;
  if (typeof OpenIDConnectProviderArn === 'string') return OpenIDConnectProviderArn;
  if (typeof PolicySourceArn === 'string') return PolicySourceArn;
  if (typeof Url === 'string') {
    const url = Url.replace(/^https?:\/\//, '').replace(/\/+$/, '');
    return `arn:${context.partition}:iam::${context.account}:oidc-provider/${url}`;
  }
  if (typeof PolicyName === 'string') {
    const path = typeof Path === 'string' ? Path : '/';
    return arnOf(context, 'policy', policies.find(context, PolicyName) ?? { path, name: PolicyName });
  }
  const user = ofCaller.test(operation) ? callersUser(context) : undefined;
  return user === undefined ? '*' : arnOf(context, 'user', users.find(context, user) ?? { path: '/', name: user });
}
