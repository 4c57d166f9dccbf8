// Compiles what the manifest says of a registry's policy into least-privilege statements under our own Sids.
// It must not know what is live, other projects' statements, nor repositories: a pattern may match some that are yet to be made.
import { createHash } from 'node:crypto';
import { type Diagnostic, diagnostic } from '../diagnostics/index.js';
import { checkVerb } from './compile.js';
import { documentOf, policySizeProblem } from './merge.js';
import type { Principal, RegistryGrant, RegistryScope, RegistryVerb, Statement } from './model.js';
import { actionsOfScopeV1 } from './names.js';
import { canonicalStatement } from './normalise.js';
import { type AccessContext, grantParts, pascal } from './parts.js';
import { ownSid, type StatementOwner } from './sid.js';

/** In their order in a policy, and in messages. */
export const registryVerbs: readonly RegistryVerb[] = ['replicate', 'pullThrough', 'pull', 'push', 'read', 'manage'];

export interface RegistryAccess {
  /** Canonical, in a stable order; empty where something is wrong. */
  readonly statements: readonly Statement[];
  /** What is wrong: of the policy as a whole, for what is wrong with one principal `checkRegistryVerb` says. */
  readonly problems: readonly Diagnostic[];
}

/**
 * The statements of a registry's policy: as few as there are sets of repositories, sets of verbs and kinds of conditions. The order of the
 * intent does not show, and what is said twice is said once.
 */
export function compileRegistryAccess(
  grants: readonly RegistryGrant[],
  owner: StatementOwner,
  context: AccessContext,
): RegistryAccess {
  const sets = new Map<string, { patterns: readonly string[]; principals: Map<RegistryVerb, Principal[]> }>();
  for (const { repositories, principals } of grants) {
    const patterns = shortest(repositories);
    const key = patterns.join(' ');
    const set = sets.get(key) ?? { patterns, principals: new Map<RegistryVerb, Principal[]>() };
    sets.set(key, set);
    for (const verb of registryVerbs) {
      set.principals.set(verb, [...(set.principals.get(verb) ?? []), ...(principals[verb] ?? [])]);
    }
  }
  const statements = [...sets.values()]
    .sort((one, other) => (one.patterns.join(' ') < other.patterns.join(' ') ? -1 : 1))
    .flatMap(({ patterns, principals }) => {
      const Resource = patterns.map((pattern) => arnOf(pattern, context));
      return grantParts(Object.fromEntries(principals), context).map(({ purpose, statement }) =>
        canonicalStatement({ Sid: `${ownSid(owner)}${purpose}${placeIn(patterns)}`, ...statement, Resource }, context),
      );
    });
  const size = policySizeProblem(documentOf(statements), 'registry');
  return size === undefined ? { statements, problems: [] } : { statements: [], problems: [size] };
}

/** What is wrong with letting a principal do this with repositories of the registry. `scope`: as declared. */
export function checkRegistryVerb(
  principal: Principal,
  verb: RegistryVerb,
  path: string,
  { account, scope }: { readonly account: string; readonly scope?: RegistryScope },
): readonly Diagnostic[] {
  if (verb === 'replicate') {
    if (principal.kind === 'account' && principal.account !== account) return [];
    const why =
      principal.kind === 'account'
        ? 'a registry replicates between Regions of its own account without a grant'
        : 'images are replicated in the name of an account, not of a role, user, organisation or service';
    return [diagnostic('access/bad-replicator', why, { path })];
  }
  if (verb === 'pullThrough') {
    if (isOf(principal, account)) return [];
    return [
      diagnostic('access/pull-through-elsewhere', `the grant is for somebody else than account ${account}`, { path }),
    ];
  }
  const problems = checkVerb(principal, verb, path);
  if (scope !== 'V1' || problems.length > 0) return problems;
  return [diagnostic('access/needs-scope-v2', `under scope V1 the policy has no say in ${verb}`, { path })];
}

/** Whether scope V1 leaves one of the statements without a say. */
export function needsScopeV2(statements: readonly Statement[]): boolean {
  return statements.some(({ Action = [] }) => [Action].flat().some((action) => !actionsOfScopeV1.includes(action)));
}

function isOf(principal: Principal, account: string): boolean {
  if (principal.kind === 'account') return principal.account === account;
  return (principal.kind === 'role' || principal.kind === 'user') && principal.arn.split(':')[4] === account;
}

/** Sorted, without what another of them says already. */
function shortest(patterns: readonly string[]): readonly string[] {
  const all = [...new Set(patterns)].sort();
  return all.includes('*') ? ['*'] : all;
}

function arnOf(pattern: string, { partition, region, account }: AccessContext): string {
  return `arn:${partition}:ecr:${region}:${account}:repository/${pattern}`;
}

/** What keeps Sids apart that are for different repositories: the first pattern in letters, for people, and a hash of all. */
function placeIn(patterns: readonly string[]): string {
  const [first = ''] = patterns;
  if (first === '*') return '';
  const hash = createHash('sha256').update(patterns.join(' ')).digest('hex').slice(0, 8);
  return `In${pascal(first).slice(0, 32)}${hash}`;
}
