// CI principals: which of them can be trusted at all, how broad a trust is, and words for them.
// It must not know policies, AWS, nor how a principal was written in the manifest.
import { type Diagnostic, type DiagnosticCode, diagnostic } from '../diagnostics/index.js';
import type { CiPrincipal, GitHubRef } from './model.js';

/** Letters of any case, digits, `-`; and `_`, which names of managed users have (GitHub docs, "Username considerations"). */
const gitHubOwner = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?$/;
const gitHubRepository = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;
const gitHubId = /^[1-9][0-9]{0,19}$/;
/** Groups and the project, each beginning with a letter, a digit or `_` (GitLab docs, "Reserved project and group names"). */
const gitLabProject = /^[A-Za-z0-9_][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]*){1,20}$/;
/** IAM names a provider by the address of its issuer without `https://`; a port is not taken (IAM, CreateOpenIDConnectProvider). */
const hostName = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/;

const mostOfName = 255;
/** The start of a policy variable. */
const variable = '\u0024{';

/** What is wrong with a CI principal; the paths are those of its members, after `path`. */
export function checkCiPrincipal(principal: CiPrincipal, path = ''): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const check = (good: boolean, code: DiagnosticCode, field: string, message: string, mend?: string) => {
    if (good) return;
    const place = [path, field].filter((part) => part !== '').join('.');
    found.push(diagnostic(code, message, { path: place, ...(mend === undefined ? {} : { mend }) }));
  };
  if (principal.kind === 'gitlab') {
    const { project, host } = principal;
    check(gitLabProject.test(project), 'access/bad-ci-name', 'gitlab', `${shown(project)} is no project of GitLab`);
    check(host === undefined || hostName.test(host), 'access/bad-ci-name', 'host', `${shown(host)} is no host name`);
  } else {
    const { organization, repository, organizationId, repositoryId } = principal;
    check(
      gitHubOwner.test(organization),
      'access/bad-ci-name',
      'github',
      `${shown(organization)} is no owner on GitHub`,
    );
    check(
      repository === '*' || gitHubRepository.test(repository),
      'access/bad-ci-name',
      'github',
      `${shown(repository)} is no repository on GitHub`,
    );
    for (const [field, id] of [
      ['orgId', organizationId],
      ['repoId', repositoryId],
    ] as const)
      check(id === undefined || gitHubId.test(id), 'access/bad-ci-name', field, `${shown(id)} is no id of GitHub`);
    check(
      (organizationId === undefined) === (repositoryId === undefined) || repository === '*',
      'access/bad-ci-name',
      organizationId === undefined ? 'repoId' : 'orgId',
      'orgId and repoId go together',
      'give both: `gh api repos/OWNER/NAME --jq ".owner.id, .id"` prints them',
    );
    check(
      repositoryId === undefined || repository !== '*',
      'access/bad-ci-name',
      'repoId',
      'repoId is the id of one repository, and `*` is any',
      'remove repoId, or name the repository',
    );
  }
  for (const [field, name] of Object.entries(principal.ref)) {
    if (typeof name !== 'string') continue;
    const problem = field === 'environment' ? environmentProblem(name) : refProblem(name);
    check(problem === undefined, 'access/bad-ci-ref', field, `the ${field} ${shown(name)} ${problem}`);
  }
  return found;
}

/** The rules of `git check-ref-format`, beside `*` and `?`, which are wildcards here. */
function refProblem(name: string): string | undefined {
  const common = textProblem(name);
  if (common !== undefined) return common;
  if (name.startsWith('refs/')) return 'begins with "refs/", which the subject adds by itself';
  if (/[~^\\[ ]/.test(name)) return 'has a character that git does not take';
  if (/(^|\/)\.|\.\.|@\{|\.lock(\/|$)|\.$|^@$/.test(name)) return 'is no name that git takes';
  return name.startsWith('/') || name.endsWith('/') || name.includes('//') ? 'has an empty part' : undefined;
}

function environmentProblem(name: string): string | undefined {
  return textProblem(name) ?? (name.trim() === name ? undefined : 'begins or ends with a space');
}

function textProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (name.length > mostOfName) return `has more than ${mostOfName} characters`;
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(name)) return 'has a control character';
  // A colon parts the members of a subject: a name with one could read as another member.
  if (name.includes(':')) return 'has a colon, which parts the members of a subject';
  // IAM would put the value of a policy variable there (IAM user guide, "IAM policy elements: Variables and tags").
  return name.includes(variable) ? `has "${variable}", which IAM reads as a variable` : undefined;
}

function shown(text: string | undefined): string {
  const quoted = JSON.stringify(text ?? '');
  return quoted.length <= 82 ? quoted : `${quoted.slice(0, 78)}…"`;
}

/**
 * Why a trust is broad: who may push to any branch of the CI repository, or open a pull request, decides alone what runs.
 * `undefined` for a trust in named branches, tags and environments. A pattern of branches with a fixed start is named.
 */
export function breadthOf(principal: CiPrincipal): string | undefined {
  if (principal.kind === 'github' && principal.repository === '*')
    return `any repository of ${principal.organization} is trusted`;
  const { ref } = principal;
  if ('any' in ref)
    return principal.kind === 'gitlab'
      ? 'any branch and tag is trusted'
      : 'any branch, tag, environment and pull request is trusted';
  if ('pullRequest' in ref) return 'any pull request is trusted, before anybody has read it';
  const [field = '', name = ''] = Object.entries(ref)[0] ?? [];
  return /^[*?]/.test(name) ? `any ${field} is trusted` : undefined;
}

/** `github:acme/api@main`; one text for each principal, so that it serves as a key too. */
export function ciText(principal: CiPrincipal): string {
  if (principal.kind === 'gitlab') {
    const host = principal.host === undefined ? '' : `${principal.host}/`;
    return `gitlab:${host}${principal.project}${refText(principal.ref)}`;
  }
  const { organization, repository, organizationId, repositoryId, ref } = principal;
  const ids = organizationId === undefined ? '' : ` (${organizationId}/${repositoryId ?? '*'})`;
  return `github:${organization}/${repository}${refText(ref)}${ids}`;
}

function refText(ref: GitHubRef): string {
  if ('branch' in ref) return `@${ref.branch}`;
  if ('tag' in ref) return `@tag:${ref.tag}`;
  if ('environment' in ref) return `#${ref.environment}`;
  return 'pullRequest' in ref ? ' (pull requests)' : ' (anything)';
}
