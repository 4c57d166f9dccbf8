// Reads a CI job as the manifest writes it: `OWNER/REPOSITORY@BRANCH`, `…@tag:TAG`, `…#ENVIRONMENT`, or fields beside the name.
// It must not know tokens, policies, nor YAML.
import { type Diagnostic, diagnostic } from '../diagnostics/index.js';
import { checkCiPrincipal } from './ci.js';
import type { CiPrincipal, GitHubRef, GitLabRef } from './model.js';

/** The members of a grantee that are about a CI job. */
export interface CiGranteeShape {
  readonly github?: string;
  readonly gitlab?: string;
  readonly branch?: string;
  readonly tag?: string;
  readonly environment?: string;
  readonly pullRequest?: boolean;
  readonly any?: boolean;
  readonly orgId?: string;
  readonly repoId?: string;
  readonly host?: string;
}

export const ciFields = [
  'branch',
  'tag',
  'environment',
  'pullRequest',
  'any',
  'orgId',
  'repoId',
  'host',
] as const satisfies readonly (keyof CiGranteeShape)[];

const gitHubOnly = ['environment', 'pullRequest', 'orgId', 'repoId'] as const;

/** The principal, or everything wrong with it; `path` is put before the paths of the members. */
export function readCiGrantee(
  grantee: CiGranteeShape,
  kind: 'github' | 'gitlab',
  path: string,
): CiPrincipal | readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const report = (code: 'access/bad-grantee' | 'access/bad-ci-ref', field: string, message: string, mend?: string) => {
    const place = path === '' ? field : `${path}.${field}`;
    found.push(diagnostic(code, message, { path: place, ...(mend === undefined ? {} : { mend }) }));
  };
  const { name, ref: written } = split(grantee[kind] ?? '');
  const said = refsOf(grantee);
  const refs = [...(written === undefined ? [] : [written]), ...said.map(([, ref]) => ref)];
  for (const field of kind === 'github' ? (['host'] as const) : gitHubOnly) {
    if (grantee[field] === undefined) continue;
    const mend =
      field === 'environment'
        ? "GitLab's tokens name no environment in their subject; name the branch or tag that deploys there"
        : `remove ${field}`;
    report('access/bad-grantee', field, `${field} stands beside ${kind}, but goes with the other`, mend);
  }
  if (kind === 'gitlab' && written !== undefined && 'environment' in written)
    report(
      'access/bad-ci-ref',
      kind,
      `${JSON.stringify(grantee.gitlab ?? '')} names an environment, which GitLab's subject does not`,
      'name the branch or tag that deploys there, for instance `@main`',
    );
  const [ref, second] = refs;
  if (ref === undefined)
    report(
      'access/bad-ci-ref',
      kind,
      `${JSON.stringify(name)} says no branch, tag or environment`,
      `write which jobs are meant, for instance \`${kind}:${name}@main\`; \`any: true\` beside it is all of them`,
    );
  if (second !== undefined)
    report(
      'access/bad-ci-ref',
      said.at(-1)?.[0] ?? kind,
      `${JSON.stringify(name)} says twice which jobs are meant`,
      'name one here, and the other in a grant of its own',
    );
  if (ref === undefined || found.length > 0) return found;
  const principal = kind === 'github' ? gitHub(name, ref, grantee) : gitLab(name, ref, grantee);
  // What is written in the name has no field of its own to point at.
  const problems = checkCiPrincipal(principal, path).map((one) =>
    written === undefined ? one : { ...one, path: (one.path ?? '').replace(/\b(branch|tag|environment)$/, kind) },
  );
  return problems.length > 0 ? problems : principal;
}

function split(text: string): { readonly name: string; readonly ref?: GitHubRef } {
  const at = text.search(/[@#]/);
  if (at < 0) return { name: text };
  const name = text.slice(0, at);
  const rest = text.slice(at + 1);
  if (text[at] === '#') return { name, ref: { environment: rest } };
  return rest.startsWith('tag:') ? { name, ref: { tag: rest.slice('tag:'.length) } } : { name, ref: { branch: rest } };
}

function refsOf(grantee: CiGranteeShape): readonly (readonly [keyof CiGranteeShape, GitHubRef])[] {
  const { branch, tag, environment, pullRequest, any } = grantee;
  return [
    ...(branch === undefined ? [] : [['branch', { branch }] as const]),
    ...(tag === undefined ? [] : [['tag', { tag }] as const]),
    ...(environment === undefined ? [] : [['environment', { environment }] as const]),
    ...(pullRequest === true ? [['pullRequest', { pullRequest }] as const] : []),
    ...(any === true ? [['any', { any }] as const] : []),
  ];
}

function gitHub(name: string, ref: GitHubRef, { orgId, repoId }: CiGranteeShape): CiPrincipal {
  const slash = name.indexOf('/');
  return {
    kind: 'github',
    organization: name.slice(0, Math.max(slash, 0)),
    repository: name.slice(slash + 1),
    ref,
    ...(orgId === undefined ? {} : { organizationId: orgId }),
    ...(repoId === undefined ? {} : { repositoryId: repoId }),
  };
}

/** Environments and pull requests are refused before. */
function gitLab(project: string, ref: GitHubRef, { host }: CiGranteeShape): CiPrincipal {
  const known: GitLabRef = 'branch' in ref ? ref : 'tag' in ref ? ref : { any: true };
  return { kind: 'gitlab', project, ref: known, ...(host === undefined ? {} : { host }) };
}
