// Makes statements, and what CI jobs may do, of the access that one repository has: its own lists and the grants by pattern.
// It must not know layers, files, other repositories, nor what is live.
import {
  type AccessVerb,
  breadthOf,
  type CiPrincipal,
  checkAccess,
  checkGrantee,
  checkVerb,
  ciText,
  compileAccess,
  isCi,
  type Principal,
  principalOf,
  providerOf,
  type Statement,
} from '../access/index.js';
import { type Diagnostic, diagnostic } from '../diagnostics/index.js';
import type { AccessSpec, Grantee, GrantLists, ResolvedRepository } from '../manifest/project.js';
import type { Issuer } from './companions/context.js';
import type { Owner } from './model.js';
import { matches, type Selectable } from './pattern.js';
import type { Place } from './place.js';

/** What holds for one repository: plain JSON, the same for all that have the same. */
export interface RepositoryAccess {
  /** The path below `access`, empty or `grants.0.`, and the lists there. */
  readonly sources: readonly (readonly [path: string, lists: Partial<GrantLists>])[];
  readonly broadTrust: boolean;
  readonly statements: AccessSpec['statements'];
}

export interface Granted {
  readonly statements: readonly Statement[];
  readonly jobs: readonly { readonly principal: CiPrincipal; readonly verb: AccessVerb }[];
}

export interface Grants {
  readonly value: Granted;
  /** Paths below `access`. */
  readonly found: readonly Diagnostic[];
}

export function accessOf(access: AccessSpec, repository: Selectable): RepositoryAccess {
  const { pull, push, pullAndPush, read, manage, grants, allowBroadTrust, statements } = access;
  const matching = grants.flatMap(({ repositories, ...lists }, index) =>
    repositories.some((pattern) => matches(pattern, repository)) ? [[`grants.${index}.`, lists] as const] : [],
  );
  return {
    sources: [['', { pull, push, pullAndPush, read, manage }], ...matching],
    broadTrust: allowBroadTrust !== undefined,
    statements,
  };
}

const verbsOf: Readonly<Record<keyof GrantLists, readonly AccessVerb[]>> = {
  pull: ['pull'],
  push: ['push'],
  pullAndPush: ['pull', 'push'],
  read: ['read'],
  manage: ['manage'],
};
const lists: readonly (keyof GrantLists)[] = ['pull', 'push', 'pullAndPush', 'read', 'manage'];

/** Every grantee, with what it is granted. */
export function granteesOf(
  access: RepositoryAccess,
): readonly { readonly grantee: Grantee; readonly verbs: readonly AccessVerb[] }[] {
  return access.sources.flatMap(([, source]) => granteesIn(source));
}

export function granteesIn(
  source: Partial<GrantLists>,
): readonly { readonly grantee: Grantee; readonly verbs: readonly AccessVerb[] }[] {
  return lists.flatMap((list) => (source[list] ?? []).map((grantee) => ({ grantee, verbs: verbsOf[list] })));
}

/** `production`: trust in CI jobs that is broad needs consent. */
export function grantsOf(access: RepositoryAccess, owner: Owner, place: Place, production: boolean): Grants {
  const found: Diagnostic[] = [];
  const principals: Record<AccessVerb, Principal[]> = { pull: [], push: [], read: [], manage: [] };
  const jobs: Granted['jobs'][number][] = [];
  for (const [start, source] of access.sources) {
    for (const list of lists) {
      for (const [index, grantee] of (source[list] ?? []).entries()) {
        const path = `${start}${list}.${index}`;
        const problems = checkGrantee(grantee, path);
        found.push(...problems);
        if (problems.length > 0) continue;
        const principal = principalOf(grantee, path);
        if (isCi(principal)) {
          found.push(...remarks(principal, path, production, access.broadTrust));
          jobs.push(...verbsOf[list].map((verb) => ({ principal, verb })));
          continue;
        }
        for (const verb of verbsOf[list]) {
          found.push(...checkVerb(principal, verb, path));
          principals[verb].push(principal);
        }
      }
    }
  }
  const { statements } = access;
  const bad = found.some(({ severity }) => severity === 'error');
  // Of grantees, each problem is known by now, with its place.
  const intent = bad ? { pull: [], push: [], statements } : { ...principals, statements };
  const further = checkAccess(intent, owner, place);
  if (bad || further.length > 0) return { value: { statements: [], jobs }, found: [...found, ...further] };
  return { value: { statements: compileAccess(intent, owner, place), jobs }, found };
}

/** Whose tokens the grants of an environment trust, each once, by host. Grants with mistakes are told of elsewhere. */
export function issuersOf(resolved: readonly ResolvedRepository[]): readonly Issuer[] {
  const issuers = new Map<string, Issuer>();
  for (const repository of resolved) {
    for (const { grantee } of granteesOf(accessOf(repository.spec.access, repository))) {
      if (grantee.github === undefined && grantee.gitlab === undefined) continue;
      if (checkGrantee(grantee).length > 0) continue;
      const principal = principalOf(grantee);
      if (!isCi(principal)) continue;
      const { host, audience } = providerOf(principal);
      issuers.set(host, { host, audience });
    }
  }
  return [...issuers.values()].sort((one, other) => (one.host < other.host ? -1 : 1));
}

/** What is to be said of trust in a CI job. */
function remarks(principal: CiPrincipal, path: string, production: boolean, consent: boolean): Diagnostic[] {
  const found: Diagnostic[] = [];
  const text = ciText(principal);
  const breadth = breadthOf(principal);
  if (breadth !== undefined && !consent)
    found.push(
      diagnostic(production ? 'access/broad-trust' : 'access/broad-trust-here', `${text}: ${breadth}`, { path }),
    );
  if (principal.kind === 'github' && principal.organizationId === undefined) {
    const { organization, repository } = principal;
    const api =
      repository === '*'
        ? `orgs/${organization} --jq .id`
        : `repos/${organization}/${repository} --jq ".owner.id, .id"`;
    found.push(
      diagnostic('access/github-ids', `${text} is trusted by the names of owner and repository alone`, {
        path,
        mend: `give orgId and repoId, which \`gh api ${api}\` prints, where the repository is of July 2026 or later`,
      }),
    );
  }
  return found;
}
