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
import { accessOf, granteesOf } from './grants.js';

export interface Granted {
  /** Names of repositories by verb, sorted. */
  readonly repositories: Readonly<Record<AccessVerb, readonly string[]>>;
  /** Organisations and units that are granted something as a whole: whether the principal is in them, AWS alone knows. */
  readonly perhaps: readonly string[];
}

/** An account stands for everybody in it, so that a grant to the account is one to its roles and users. */
export function grantedTo(project: Project, environment: string, who: Principal | CiPrincipal): Granted {
  const found: Record<AccessVerb, Set<string>> = {
    pull: new Set(),
    push: new Set(),
    read: new Set(),
    manage: new Set(),
  };
  const perhaps = new Set<string>();
  for (const repository of resolve(project, environment)) {
    for (const { grantee, verbs } of granteesOf(accessOf(repository.spec.access, repository))) {
      if (checkGrantee(grantee).length > 0) continue;
      const granted = principalOf(grantee);
      if (isSame(granted, who)) for (const verb of verbs) found[verb].add(repository.name);
      else if (granted.kind === 'org' && isSomebody(who)) perhaps.add(granted.id);
      else if (granted.kind === 'ou' && isSomebody(who)) perhaps.add(`${granted.organization}/${granted.unit}`);
    }
  }
  const list = (verb: AccessVerb) => [...found[verb]].toSorted();
  return {
    repositories: { pull: list('pull'), push: list('push'), read: list('read'), manage: list('manage') },
    perhaps: [...perhaps].toSorted(),
  };
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
