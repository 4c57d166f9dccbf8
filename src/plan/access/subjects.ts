// Makes what was read into the principals and repositories that the evaluator takes.
// It must not know where any of it was read.
import {
  accountOf,
  type CompiledPolicy,
  compilePolicy,
  type PolicyKind,
  type PrincipalSubject,
  type RepositorySubject,
  type Requester,
  type ResourcePolicies,
  requestersIn,
  requesterWords,
  unreadablePolicy,
} from '../../access/index.js';
import type { Tags } from '../../registry/index.js';
import type { IamPrincipal, OrganizationLevel, PolicyReading } from '../ports.js';

export interface AccessSources {
  readonly account: string;
  readonly repositories: readonly {
    readonly arn: string;
    /** Left out: it has none. */
    readonly policy?: PolicyReading;
    /** Left out: not known, or no policy asks for them. */
    readonly tags?: Tags;
  }[];
  /** Of the registry; left out where it has none. */
  readonly registryPolicy?: PolicyReading;
  readonly registryScope?: 'V1' | 'V2';
  /** Those whose policies are known; of other accounts too. */
  readonly principals: readonly IamPrincipal[];
  /** Why those of the account could not be read. */
  readonly principalsUnread?: string;
  readonly organization: OrganizationKnown;
}

/** Whether, and how, an organisation limits the account. */
export type OrganizationKnown =
  /** It does not: there is none. Other accounts may be in one all the same. */
  | { readonly state: 'none' }
  /** Nobody asks what any organisation says, of this account or of another. */
  | { readonly state: 'left-out' }
  /** `levels` is empty for the management account, which no policy of it limits. */
  | { readonly state: 'member'; readonly id: string; readonly levels: readonly OrganizationLevel[] }
  /** What is known of it all the same, and why no more is. */
  | { readonly state: 'unreadable'; readonly id?: string; readonly reason: string };

export interface AccessSubjects {
  readonly repositories: readonly RepositorySubject[];
  readonly principals: readonly PrincipalSubject[];
}

/** `as`: whom to ask about; left out, everybody who is known, and whomever policies of the repositories name. */
export function subjectsOf(sources: AccessSources, as?: readonly Requester[]): AccessSubjects {
  const policies = new Policies();
  return {
    repositories: repositoriesOf(sources, policies),
    principals: (as ?? everybody(sources)).map((requester) => subjectOf(requester, sources, policies)),
  };
}

/** Policies, each read once: most roles of an account share theirs, and most repositories. */
class Policies {
  readonly #known = new Map<string, CompiledPolicy>();

  of(kind: PolicyKind, reading: PolicyReading): CompiledPolicy {
    const key = JSON.stringify([kind, reading]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made =
      'text' in reading
        ? compilePolicy(kind, reading.name, reading.text)
        : unreadablePolicy(kind, reading.name, reading.unreadable);
    this.#known.set(key, made);
    return made;
  }
}

function repositoriesOf(sources: AccessSources, policies: Policies): readonly RepositorySubject[] {
  const { registryPolicy, registryScope, organization, account } = sources;
  const shared = {
    ...(registryScope === undefined ? {} : { registryScope }),
    ...controls('resource-control', organization, account, policies),
  };
  const ofRegistry = registryPolicy === undefined ? [] : [policies.of('registry', registryPolicy)];
  // Equal policies are the same object, by which the matrix knows that answers are the same.
  const known = new Map<CompiledPolicy | undefined, ResourcePolicies>();
  return sources.repositories.map(({ arn, policy, tags }) => {
    const own = policy === undefined ? undefined : policies.of('repository', policy);
    const made = known.get(own) ?? { resource: [...(own === undefined ? [] : [own]), ...ofRegistry], ...shared };
    known.set(own, made);
    return { arn, ...(tags === undefined ? {} : { tags }), policies: made };
  });
}

function everybody({ account, repositories, registryPolicy, principals }: AccessSources) {
  const inside = principals.map(requesterOf);
  const known = new Set(principals.map(({ arn }) => arn));
  const named = new Map<string, Requester>();
  for (const reading of [...repositories.map(({ policy }) => policy), registryPolicy]) {
    if (reading === undefined || !('text' in reading)) continue;
    for (const requester of requestersIn(parsed(reading.text), account)) {
      // A session adds to its role, which is asked about as any session of it.
      const { session, ...whole } = { session: undefined, ...requester };
      if ('arn' in whole && known.has(whole.arn) && session === undefined) continue;
      named.set(JSON.stringify(requester), requester);
    }
  }
  return [...inside, ...[...named.values()].sort(byWords)];
}

function requesterOf({ kind, arn }: IamPrincipal): Requester {
  return { kind, arn };
}

function byWords(one: Requester, other: Requester): number {
  const [left, right] = [`${one.kind} ${requesterWords(one)}`, `${other.kind} ${requesterWords(other)}`];
  return Number(left > right) - Number(left < right);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function subjectOf(requester: Requester, sources: AccessSources, policies: Policies): PrincipalSubject {
  const { account, organization, principalsUnread = 'IAM knows nobody of that name' } = sources;
  const home = accountOf(requester);
  const isInside = home === account;
  const reason = isInside ? principalsUnread : `${home} is another account than ${account}`;
  const found = 'arn' in requester ? principalNamed(requester, sources) : undefined;
  const limits = isInside
    ? controls('service-control', organization, account, policies)
    : found === undefined || organization.state === 'left-out'
      ? {}
      : { serviceControl: [[unreadablePolicy('service-control', `service control policies over ${home}`, reason)]] };
  const known: Requester = {
    ...requester,
    ...(found === undefined ? {} : { id: found.id, ...(found.tags === undefined ? {} : { tags: found.tags }) }),
    ...(isInside ? membership(organization, account) : {}),
  };
  if (requester.kind !== 'role' && requester.kind !== 'user' && requester.kind !== 'federated-user')
    return { requester: known, policies: { identity: [], ...limits } };
  if (found === undefined) {
    const name = `identity policies of ${requesterWords(requester)}`;
    return { requester: known, policies: { identity: [unreadablePolicy('identity', name, reason)], ...limits } };
  }
  return {
    // The ARN of a session has no path: that of its role has.
    requester: requester.kind === 'role' ? { ...known, kind: 'role', arn: found.arn } : known,
    policies: {
      identity: found.policies.map((one) => policies.of('identity', one)),
      ...(found.boundary === undefined ? {} : { boundary: policies.of('boundary', found.boundary) }),
      ...limits,
    },
  };
}

/** Of whom a requester has its policies. No two roles of an account have one name. */
function principalNamed(
  requester: Extract<Requester, { readonly arn: string }>,
  { principals }: AccessSources,
): IamPrincipal | undefined {
  if (requester.kind === 'federated-user') return undefined;
  const { kind, arn } = requester;
  if (requester.kind === 'user' || requester.session === undefined) return principals.find((one) => one.arn === arn);
  const [start, name] = [arn.slice(0, arn.indexOf(':role/') + 6), arn.slice(arn.lastIndexOf('/'))];
  return principals.find(
    (one) => one.kind === kind && one.arn.startsWith(start) && `/${one.arn.slice(start.length)}`.endsWith(name),
  );
}

function membership(organization: OrganizationKnown, account: string): Pick<Requester, 'organization'> {
  switch (organization.state) {
    case 'none':
    case 'left-out':
      return { organization: null };
    case 'unreadable':
      return organization.id === undefined ? {} : { organization: { id: organization.id } };
    case 'member': {
      const units = organization.levels.map(({ target }) => target).filter((target) => target !== account);
      const path = units.length === 0 ? {} : { path: `${[organization.id, ...units].join('/')}/` };
      return { organization: { id: organization.id, ...path } };
    }
  }
}

function controls(
  kind: 'service-control' | 'resource-control',
  organization: OrganizationKnown,
  account: string,
  policies: Policies,
): { serviceControl?: CompiledPolicy[][]; resourceControl?: CompiledPolicy[][] } {
  const name = kind === 'service-control' ? 'serviceControl' : 'resourceControl';
  if (organization.state === 'none' || organization.state === 'left-out') return {};
  if (organization.state === 'unreadable') {
    const words = kind === 'service-control' ? 'service control policies' : 'resource control policies';
    return { [name]: [[unreadablePolicy(kind, `${words} over account ${account}`, organization.reason)]] };
  }
  const levels = organization.levels.map((level) => level[name]).filter((level) => level.length > 0);
  return levels.length === 0 ? {} : { [name]: levels.map((level) => level.map((one) => policies.of(kind, one))) };
}
