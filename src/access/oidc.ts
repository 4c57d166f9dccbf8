// What lets a CI job without keys in: the subject of its token, the trust policy of a role, and what the role may do.
// It must not know stacks, role names, whether the provider exists already, nor the manifest.
import { ciText } from './ci.js';
import type { AccessVerb, CiAccess, CiPrincipal, GitHubRef, PolicyDocument, Statement } from './model.js';
import { verbActions } from './names.js';

const gitHubHost = 'token.actions.githubusercontent.com';

/** An OIDC provider as IAM knows it. */
export interface OidcProvider {
  /** The issuer's address without `https://`: the end of the provider's ARN, and the start of its condition keys. */
  readonly host: string;
  readonly url: string;
  /** The audience that a job's token is for, and the client id of the provider. */
  readonly audience: string;
}

/**
 * The provider whose tokens a principal shows. Audiences: what aws-actions/configure-aws-credentials asks for, and what
 * GitLab's guide for AWS has a job ask for ("Configure OpenID Connect in AWS"): the address of the GitLab itself.
 */
export function providerOf(principal: CiPrincipal): OidcProvider {
  if (principal.kind === 'github')
    return { host: gitHubHost, url: `https://${gitHubHost}`, audience: 'sts.amazonaws.com' };
  const host = principal.host ?? 'gitlab.com';
  return { host, url: `https://${host}`, audience: `https://${host}` };
}

export function providerArn(provider: OidcProvider, place: { readonly account: string; readonly partition: string }) {
  return `arn:${place.partition}:iam::${place.account}:oidc-provider/${provider.host}`;
}

/**
 * The values of `sub` that a job of the principal shows, exactly as the provider writes them: IAM compares them with regard
 * to case. GitHub: "OpenID Connect reference", and `repo:ORG@ID/REPO@ID` for repositories made since 15 July 2026
 * (aws-actions/configure-aws-credentials, README). GitLab: "OpenID Connect (OIDC) Authentication Using ID Tokens".
 */
export function subjectsOf(principal: CiPrincipal): readonly string[] {
  if (principal.kind === 'gitlab') {
    const { ref } = principal;
    const rest =
      'any' in ref ? '*' : 'tag' in ref ? `ref_type:tag:ref:${ref.tag}` : `ref_type:branch:ref:${ref.branch}`;
    return [`project_path:${principal.project}:${rest}`];
  }
  const { organization, repository, organizationId, repositoryId } = principal;
  const context = gitHubContext(principal.ref);
  const old = `repo:${organization}/${repository}:${context}`;
  if (organizationId === undefined) return [old];
  const withIds = repository === '*' ? '*' : `${repository}@${repositoryId ?? ''}`;
  return [old, `repo:${organization}@${organizationId}/${withIds}:${context}`];
}

function gitHubContext(ref: GitHubRef): string {
  if ('branch' in ref) return `ref:refs/heads/${ref.branch}`;
  if ('tag' in ref) return `ref:refs/tags/${ref.tag}`;
  if ('environment' in ref) return `environment:${ref.environment}`;
  return 'pullRequest' in ref ? 'pull_request' : '*';
}

/**
 * The trust policy of a role that the principals may assume, all of one provider. Exact subjects stand under StringEquals,
 * those with a wildcard in a statement of their own under StringLike: both in one would have to hold together.
 */
export function trustPolicyOf(principals: readonly CiPrincipal[], federated: string): PolicyDocument {
  const [first] = principals;
  if (first === undefined) throw new TypeError('a trust policy trusts somebody');
  const { host, audience } = providerOf(first);
  const stranger = principals.find((one) => providerOf(one).host !== host);
  if (stranger !== undefined) throw new TypeError(`${ciText(stranger)} shows no token of ${host}`);
  const subjects = [...new Set(principals.flatMap(subjectsOf))].sort();
  const isPattern = (subject: string) => /[*?]/.test(subject);
  const exact = subjects.filter((subject) => !isPattern(subject));
  const patterns = subjects.filter(isPattern);
  const aud = { [`${host}:aud`]: audience };
  const statement = (Sid: string, Condition: NonNullable<Statement['Condition']>): Statement => ({
    Sid,
    Effect: 'Allow',
    Principal: { Federated: federated },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition,
  });
  return {
    Version: '2012-10-17',
    Statement: [
      ...(exact.length === 0
        ? []
        : [statement('NamedJobs', { StringEquals: { ...aud, [`${host}:sub`]: oneOrMany(exact) } })]),
      ...(patterns.length === 0
        ? []
        : [statement('JobsByPattern', { StringEquals: aud, StringLike: { [`${host}:sub`]: oneOrMany(patterns) } })]),
    ],
  };
}

/** Verbs in the order their statements have. */
const verbs = ['pull', 'push', 'read', 'manage'] as const;

/** `arnOf` gives a repository's ARN by its name. Logging in has no resource but `*`; everything else names repositories. */
export function ciPolicyOf(
  repositories: CiAccess['repositories'],
  arnsOf: (repository: string, verb: AccessVerb) => readonly string[],
): PolicyDocument {
  return { Version: '2012-10-17', Statement: identityStatements(repositories, arnsOf) };
}

function identityStatements(
  repositories: CiAccess['repositories'],
  arnsOf: (repository: string, verb: AccessVerb) => readonly string[],
): Statement[] {
  const granted = verbs.filter((verb) => repositories[verb].length > 0);
  // Reading and managing go through the API alone.
  const logsIn = granted.some((verb) => verb === 'pull' || verb === 'push');
  return [
    ...(logsIn ? [{ Sid: 'LogIn', Effect: 'Allow' as const, Action: 'ecr:GetAuthorizationToken', Resource: '*' }] : []),
    ...granted.map((verb) => ({
      Sid: sids[verb],
      Effect: 'Allow' as const,
      Action: verbActions[verb],
      Resource: oneOrMany([...new Set(repositories[verb].flatMap((name) => arnsOf(name, verb)))].sort()),
    })),
  ];
}

const sids: Readonly<Record<AccessVerb, string>> = { pull: 'Pull', push: 'Push', read: 'Read', manage: 'Manage' };

function oneOrMany(values: readonly string[]): string | readonly string[] {
  const [only] = values;
  return values.length === 1 && only !== undefined ? only : values;
}
