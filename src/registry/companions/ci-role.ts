// Roles for CI jobs without keys: one for each source repository that a grant names, with the trust and permissions of its grants.
// It must not know how a subject or a permission is written.
import {
  type CiAccess,
  type CiPrincipal,
  ciPolicyOf,
  ciText,
  providerArn,
  providerOf,
  subjectsOf,
  trustPolicyOf,
} from '../../access/index.js';
import { byText, sortedSet } from '../normalise.js';
import { repositoryArn } from '../place.js';
import { arnsEverywhere, type CompanionContext, type CompanionDefinition, resourceId, shortHash } from './context.js';
import type { CiRole } from './model.js';
import { issuerName } from './oidc-provider.js';
import { roleBasics } from './role.js';

/**
 * Jobs of one source repository share a role where they may do the same, so that one workflow needs one; where a branch may do more than
 * another, each has a role of its own, and its name says which.
 */
export const ciRole: CompanionDefinition<CiRole> = {
  stack: 'environment',
  derive(context) {
    const sources = new Map<string, CiAccess[]>();
    for (const access of context.ciAccess) {
      const name = sourceName(access.principal);
      sources.set(name, [...(sources.get(name) ?? []), access]);
    }
    return [...sources]
      .sort(([one], [other]) => byText(one, other))
      .flatMap(([source, all]) => {
        const groups = alike(all);
        const names = groups.map(refs);
        return groups.map((group, index) => {
          const name = names[index] ?? '';
          const isTwice = names.indexOf(name) !== names.lastIndexOf(name);
          const purpose =
            groups.length === 1 ? source : `${source}@${name}${isTwice ? `-${principalsHash(group)}` : ''}`;
          return roleOf(purpose, group, context);
        });
      });
  },
};

/** `github-acme.api`: a slash has no place in the name of a role. Where a group has a dot of its own, a hash keeps the two apart. */
function sourceName(principal: CiPrincipal): string {
  const { host } = providerOf(principal);
  const source = sourceOf(principal);
  const isPlain = !source.slice(0, source.lastIndexOf('/')).includes('.');
  return `${issuerName(host)}-${source.replaceAll('/', '.')}${isPlain ? '' : `-${shortHash(source)}`}`;
}

function sourceOf(principal: CiPrincipal): string {
  return principal.kind === 'gitlab' ? principal.project : `${principal.organization}/${principal.repository}`;
}

/** Those that may do the same, together; in an order that the manifest's does not change. */
function alike(all: readonly CiAccess[]): readonly (readonly CiAccess[])[] {
  const groups = new Map<string, CiAccess[]>();
  for (const access of all.toSorted((one, other) => byText(ciText(one.principal), ciText(other.principal)))) {
    const key = JSON.stringify(access.repositories);
    groups.set(key, [...(groups.get(key) ?? []), access]);
  }
  return [...groups.values()];
}

/** `main`, `production`: what tells one group of a source from the others. */
function refs(group: readonly CiAccess[]): string {
  const names = group.flatMap(({ principal: { ref } }) =>
    Object.entries(ref).map(([kind, name]) => (typeof name === 'string' ? name : kind)),
  );
  return sortedSet(names).join('-');
}

/** Keeps a branch `production` from an environment of that name, and a grant with ids from one without. */
function principalsHash(group: readonly CiAccess[]): string {
  return shortHash(JSON.stringify(group.map(({ principal }) => principal)));
}

function roleOf(purpose: string, group: readonly CiAccess[], context: CompanionContext): CiRole {
  const { owner, place, spec, tags } = context;
  const principals = group.map(({ principal }) => principal);
  const [first] = group;
  if (first === undefined) throw new TypeError('a role of CI is for somebody');
  const provider = providerOf(first.principal);
  const basics = roleBasics(purpose, context);
  return {
    kind: 'ci-role',
    id: resourceId('CiRole', purpose),
    title: `role ${basics.name}`,
    from: sortedSet(principals.map(ciText)),
    key: purpose,
    provider: provider.host,
    source: sourceOf(first.principal),
    subjects: sortedSet(principals.flatMap(subjectsOf)),
    ...basics,
    description: `Jobs of ${sourceOf(first.principal)} take it for ${owner.project} in ${owner.environment}`,
    maxSessionSeconds: (spec.roles?.maxSessionMinutes ?? 60) * 60,
    trust: trustPolicyOf(principals, providerArn(provider, place)),
    // ECR itself brings to the other Regions what is pushed to the first.
    permissions: ciPolicyOf(first.repositories, (name, verb) =>
      verb === 'push' ? [repositoryArn(place, name)] : arnsEverywhere(context, name),
    ),
    managedPolicies: [],
    tags,
  };
}
