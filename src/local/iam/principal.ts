// Who is behind credentials: the user, the session or the root user, with its ARN, its tags and the policies that it has now.
// It must not know how requests are signed, nor what is asked.
import type { CompiledPolicy, Requester, RequesterPolicies } from '../../access/index.js';
import type { Tag } from '../ecr/repository.js';
import type { ServiceContext } from '../service.js';
import type { Store } from '../store/store.js';
import { readSession, type Session, type SessionPolicies } from '../sts/sessions.js';
import { partitionOf } from '../wire/caller.js';
import { administratorName } from './administrator.js';
import { compiled } from './compiled.js';
import { type AccessKey, readAccessKey } from './keys.js';
import { currentText, findPolicy } from './managed.js';
import { arnOf, groups, type Holder, type Role, roles, users } from './state.js';

export interface Principal {
  readonly account: string;
  readonly partition: string;
  /** As GetCallerIdentity tells it. */
  readonly arn: string;
  readonly userId: string;
  readonly requester: Requester;
  readonly policies: RequesterPolicies;
  /** Condition keys of every request it makes. */
  readonly keys: Readonly<Record<string, string | readonly string[] | null>>;
  readonly session?: Session;
  /** Finds it again: see `principalBehind`. */
  readonly reference: string;
}

/** What a signature is verified by. */
export interface Credential {
  readonly secret: string;
  /** Only with it the credential is whole. */
  readonly token?: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
  /** Of the principal. */
  readonly reference: string;
}

type Place = { readonly store: Store; readonly account: string; readonly partition: string };

const everything = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});

function tagsOf(tags: readonly Tag[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

function managed(place: Place, kind: 'identity' | 'boundary' | 'session', arns: readonly string[]): CompiledPolicy[] {
  return arns.flatMap((arn) => {
    const policy = findPolicy(place, arn);
    return policy === undefined ? [] : [compiled(kind, policy.name, currentText(policy))];
  });
}

function identityOf(place: Place, holder: Holder): CompiledPolicy[] {
  return [
    ...holder.inline.map(({ name, text }) => compiled('identity', name, text)),
    ...managed(place, 'identity', holder.attached),
  ];
}

/** A boundary that is gone allows nothing. */
function boundaryOf(place: Place, { boundary }: Holder): Pick<RequesterPolicies, 'boundary'> {
  if (boundary === undefined) return {};
  return { boundary: managed(place, 'boundary', [boundary])[0] ?? compiled('boundary', boundary, '{}') };
}

function sessionOf(place: Place, policies: SessionPolicies | undefined): Pick<RequesterPolicies, 'session'> {
  if (policies === undefined) return {};
  return {
    session: [
      ...policies.texts.map((text) => compiled('session', 'session policy', text)),
      ...managed(place, 'session', policies.arns),
    ],
  };
}

/** A user id of IAM's form that stays the same for an account. */
function administratorId(account: string): string {
  return `AIDA${account.replace(/[0189]/g, 'X')}LOCAL`;
}

export function administrator(account: string, partition: string): Principal {
  const arn = `arn:${partition}:iam::${account}:user/${administratorName}`;
  const userId = administratorId(account);
  return {
    account,
    partition,
    arn,
    userId,
    requester: { kind: 'user', arn, id: userId, tags: {}, organization: null },
    policies: { identity: [compiled('identity', 'AdministratorAccess', everything)] },
    keys: { 'aws:MultiFactorAuthPresent': null, 'aws:TokenIssueTime': null },
    reference: `administrator/${account}`,
  };
}

function userPrincipal(place: Place, name: string, id: string | undefined): Principal | undefined {
  const { account, partition } = place;
  const user = users.find(place, name);
  // Whoever was given the name later is somebody else.
  if (user === undefined || (id !== undefined && user.id !== id)) return undefined;
  const arn = arnOf(place, 'user', user);
  const ofGroups = user.groups.flatMap((group) => {
    const found = groups.find(place, group);
    return found === undefined ? [] : identityOf(place, found);
  });
  return {
    account,
    partition,
    arn,
    userId: user.id,
    requester: { kind: 'user', arn, id: user.id, tags: tagsOf(user.tags), organization: null },
    policies: { identity: [...identityOf(place, user), ...ofGroups], ...boundaryOf(place, user) },
    keys: { 'aws:MultiFactorAuthPresent': null, 'aws:TokenIssueTime': null },
    reference: `user/${account}/${user.id}/${user.name}`,
  };
}

function sessionKeys({ issuedAt }: Session): Record<string, string | null> {
  return {
    'aws:MultiFactorAuthPresent': 'false',
    'aws:TokenIssueTime': new Date(issuedAt).toISOString(),
  };
}

/** Whoever acts as a role, by the name of a session. */
function rolePrincipal(place: Place, role: Role, name: string, tags: Readonly<Record<string, string>>) {
  const { account, partition } = place;
  return {
    account,
    partition,
    arn: `arn:${partition}:sts::${account}:assumed-role/${role.name}/${name}`,
    userId: `${role.id}:${name}`,
    requester: {
      kind: 'role',
      arn: arnOf(place, 'role', role),
      id: role.id,
      session: name,
      tags: { ...tagsOf(role.tags), ...tags },
      organization: null,
    },
    policies: { identity: identityOf(place, role), ...boundaryOf(place, role) },
  } satisfies Partial<Principal>;
}

/** The reference of a session that a service of AWS opens for itself in a role of the account: nobody has its credentials. */
export function serviceSession(account: string, { id, name }: Role, sessionName: string): string {
  return `role/${account}/${id}/${name}/${sessionName}`;
}

function servicePrincipal(place: Place, id: string, name: string, sessionName: string): Principal | undefined {
  const role = roles.find(place, name);
  if (role === undefined || role.id !== id) return undefined;
  return {
    ...rolePrincipal(place, role, sessionName, {}),
    keys: { 'aws:MultiFactorAuthPresent': null, 'aws:TokenIssueTime': null },
    reference: serviceSession(place.account, role, sessionName),
  };
}

function sessionPrincipal(store: Store, session: Session): Principal | undefined {
  const { account, partition } = session;
  const place: Place = { store, account, partition };
  const common = { account, partition, session, reference: `session/${session.id}` };
  if (session.kind === 'user') {
    const user = ownerOf(place, session.user);
    return user === undefined ? undefined : { ...user, ...common, keys: { ...user.keys, ...sessionKeys(session) } };
  }
  if (session.kind === 'federated') {
    const user = ownerOf(place, session.user);
    if (user === undefined) return undefined;
    const arn = `arn:${partition}:sts::${account}:federated-user/${session.name}`;
    return {
      ...common,
      arn,
      userId: `${account}:${session.name}`,
      requester: { kind: 'federated-user', arn, user: user.arn, tags: {}, organization: null },
      policies: { ...user.policies, ...sessionOf(place, session.policies) },
      keys: sessionKeys(session),
    };
  }
  const role = roles.find(place, session.role);
  if (role === undefined || role.id !== session.roleId) return undefined;
  const assumed = rolePrincipal(place, role, session.name, session.tags);
  return {
    ...assumed,
    ...common,
    policies: { ...assumed.policies, ...sessionOf(place, session.policies) },
    keys: {
      ...sessionKeys(session),
      'aws:SourceIdentity': session.sourceIdentity ?? null,
      'aws:FederatedProvider': session.provider ?? null,
    },
  };
}

/** The user of a session of its own; the administrator is no user of IAM. */
function ownerOf(place: Place, name: string | undefined): Principal | undefined {
  if (name === undefined) return undefined;
  return (
    userPrincipal(place, name, undefined) ??
    (name === administratorName ? administrator(place.account, place.partition) : undefined)
  );
}

/** What an access key id stands for; nothing where nobody has it. */
export function findCredential(store: Store, id: string): Credential | undefined {
  if (id.startsWith('ASIA')) {
    const session = readSession(store, id);
    return (
      session && {
        secret: session.secret,
        token: session.token,
        expiresAt: session.expiresAt,
        reference: `session/${id}`,
      }
    );
  }
  const key: AccessKey | undefined = readAccessKey(store, id);
  return key?.active === true && key.user !== undefined
    ? { secret: key.secret, reference: `user/${key.account}//${key.user}` }
    : undefined;
}

/**
 * The principal that a reference was made for, as it is now: its policies are read each time. Nothing where it is gone. `region` is
 * where it calls, which tells the partition.
 */
export function principalBehind(store: Store, reference: string, region: string): Principal | undefined {
  const [kind, account = '', id = '', name = '', sessionName = ''] = reference.split('/');
  const partition = partitionOf(region);
  switch (kind) {
    case 'administrator':
      return administrator(account, partition);
    case 'user':
      return userPrincipal({ store, account, partition }, name, id === '' ? undefined : id);
    case 'role':
      return servicePrincipal({ store, account, partition }, id, name, sessionName);
    case 'session': {
      const session = readSession(store, account);
      return session === undefined ? undefined : sessionPrincipal(store, session);
    }
    default:
      return undefined;
  }
}

/** Who calls an operation; nothing where it is gone meanwhile. */
export function callerOf({ store, account, region, principal }: ServiceContext): Principal | undefined {
  return principalBehind(store, principal ?? `administrator/${account}`, region);
}
