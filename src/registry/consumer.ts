// What the grants of an environment give one principal: the other side of them, for whoever has to allow it there too.
// It must not know statements, policies of anybody, nor what is live.
import {
  type AccessVerb,
  type CiPrincipal,
  checkGrantee,
  ciText,
  isCi,
  type Principal,
  principalOf,
} from '../access/index.js';
import { type Project, resolve } from '../manifest/index.js';
import type { Grantee } from '../manifest/project.js';
import { accessOf, granteesIn, granteesOf } from './grants.js';

export interface Granted {
  /** Names of repositories by verb, sorted. */
  readonly repositories: Readonly<Record<AccessVerb, readonly string[]>>;
  /** Patterns of names by verb, sorted, by the policy of the registry. */
  readonly patterns: Readonly<Record<AccessVerb, readonly string[]>>;
  /** Whether it may replicate into the registry, or pull through its caches: that takes no policy of its own. */
  readonly copies: boolean;
  /** Organisations and units that are granted something as a whole: whether the principal is in them, AWS alone knows. */
  readonly perhaps: readonly string[];
}

/** An account stands for everybody in it, so that a grant to the account is one to its roles and users. */
export function grantedTo(project: Project, environment: string, who: Principal | CiPrincipal): Granted {
  const perhaps = new Set<string>();
  const names: (grantee: Grantee) => boolean = (grantee) => {
    if (checkGrantee(grantee).length > 0) return false;
    const granted = principalOf(grantee);
    if (isSame(granted, who)) return true;
    if (granted.kind === 'org' && isSomebody(who)) perhaps.add(granted.id);
    if (granted.kind === 'ou' && isSomebody(who)) perhaps.add(`${granted.organization}/${granted.unit}`);
    return false;
  };
  const repositories = new Found();
  for (const repository of resolve(project, environment)) {
    for (const { grantee, verbs } of granteesOf(accessOf(repository.spec.access, repository)))
      if (names(grantee)) repositories.add(verbs, repository.name);
  }
  const patterns = new Found();
  const policy = project.environments.get(environment)?.registry?.spec.registryPolicy;
  for (const { repositories: matched, ...lists } of policy?.grants ?? []) {
    for (const { grantee, verbs } of granteesIn(lists))
      if (names(grantee)) for (const pattern of matched) patterns.add(verbs, pattern);
  }
  const copiers = (policy?.grants ?? []).flatMap(({ replicate = [], pullThrough = [] }) => [
    ...replicate,
    ...pullThrough,
  ]);
  return {
    repositories: repositories.sorted(),
    patterns: patterns.sorted(),
    copies: copiers.some(names),
    perhaps: [...perhaps].toSorted(),
  };
}

class Found {
  readonly #names = {
    pull: new Set<string>(),
    push: new Set<string>(),
    read: new Set<string>(),
    manage: new Set<string>(),
  };

  add(verbs: readonly AccessVerb[], name: string): void {
    for (const verb of verbs) this.#names[verb].add(name);
  }

  sorted(): Record<AccessVerb, readonly string[]> {
    const list = (verb: AccessVerb) => [...this.#names[verb]].toSorted();
    return { pull: list('pull'), push: list('push'), read: list('read'), manage: list('manage') };
  }
}

function isSomebody({ kind }: Principal | CiPrincipal): boolean {
  return kind === 'account' || kind === 'role' || kind === 'user';
}

function isSame(granted: Principal | CiPrincipal, who: Principal | CiPrincipal): boolean {
  if (isCi(granted) || isCi(who)) return isCi(granted) && isCi(who) && jobText(granted) === jobText(who);
  if (granted.kind === 'account' && (who.kind === 'role' || who.kind === 'user'))
    return granted.account === who.arn.split(':')[4];
  if (granted.kind === 'service' && who.kind === 'service') return granted.service === who.service;
  return JSON.stringify(granted) === JSON.stringify(who);
}

/** The numbers of GitHub say nothing of which job is meant. */
export function jobText(job: CiPrincipal): string {
  if (job.kind === 'gitlab') return ciText(job);
  const { organizationId: _org, repositoryId: _repository, ...rest } = job;
  return ciText(rest);
}
