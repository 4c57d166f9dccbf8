// The diagnostics of the room `access`.
import { type Definition, defineCodes } from '../definition.js';

/** Most rows are mistakes in the manifest. */
function mistake(title: string, meaning: string, mend: string): Definition {
  return { severity: 'error', fault: 'user', title, meaning, mend };
}

export const accessCodes = defineCodes({
  'access/bad-grantee': mistake(
    'a grantee of no known shape',
    'A grantee is exactly one of account, role, user, org, ou or service; sourceAccount and sourceArn go with a service only.',
    'name one of `account:`, `role:`, `user:`, `org:`, `ou:` or `service:`',
  ),
  'access/bad-requester': mistake(
    'nobody that a request could come from',
    'Who is asked about is named by an ARN (of a role, a user, a session), an account id, `role/NAME` or `user/NAME` of the account, a service, or `anyone`, which stands for somebody of an account that nothing names.',
    'name for instance `role/ci`, `arn:aws:iam::111111111111:user/anna`, `444444444444`, `lambda` or `anyone`',
  ),
  'access/bad-account': mistake(
    'not an account id',
    'An AWS account id has twelve digits.',
    'give the twelve digits, in quotes so that leading zeros stay',
  ),
  'access/bad-arn': mistake(
    'not the ARN of a principal',
    'A role or user is named by its whole ARN, without wildcards: AWS takes none in a principal.',
    'give the whole ARN, for instance `arn:aws:iam::111111111111:role/ci`',
  ),
  'access/bad-organization': mistake(
    'not an organisation id',
    'An organisation id is `o-` and 10 to 32 lower-case letters or digits; a unit is its organisation, a slash, and `ou-…` or the root `r-…`.',
    'give the id that `aws organizations describe-organization` prints',
  ),
  'access/bad-service': mistake(
    'not a service',
    'A service principal looks like `lambda.amazonaws.com`; its first part alone will do.',
    'name the service, for instance `lambda`',
  ),
  'access/bad-ci-name': mistake(
    'not a repository of GitHub or GitLab',
    'A trust names the CI repository exactly, as its tokens do: owner and name on GitHub, groups and project on GitLab. A name with a wildcard or a colon could let in the jobs of somebody else.',
    'write the name as its page shows it, for instance `github:acme/api@main` or `gitlab:group/project@main`',
  ),
  'access/bad-ci-ref': mistake(
    'not a branch, tag or environment',
    "A trust names branches, tags or environments as the job's token does, without `refs/heads/`; `*` and `?` are wildcards. What git cannot name, or what could read as another part of the subject, is refused.",
    'write the name of the branch, `tag:` and the name of a tag, or `#` and the name of an environment',
  ),
  'access/service-does-not-pull': mistake(
    'a grant without effect',
    'The service does not pull images under its own name, so a grant to it does nothing.',
    'grant pull to the role that really pulls',
  ),
  'access/push-by-organization': mistake(
    'everyone in the organisation could push or delete',
    'Whoever can push decides what runs, and whoever can delete decides that it does not. A whole organisation, or a unit of one, is too wide for that, and Slipway does not write it as a grant.',
    'name the accounts or roles that do it; `access` of the project or of a repository takes a statement of your own as well, under `statements`',
  ),
  'access/push-by-service': mistake(
    'a service that does not push',
    'AWS services do not push images under their own name, except CodeBuild.',
    'grant push to the role the service works with',
  ),
  'access/service-verb': mistake(
    'a service that neither reads nor manages',
    'AWS services pull images, and CodeBuild pushes them; none looks at or after the images of others under its own name.',
    'grant it to the role the service works with',
  ),
  'access/bad-replicator': mistake(
    'nobody whose registry could replicate into this one',
    'Images are replicated from the registry of another account, in the name of that account. Within one account no grant is needed.',
    'name the other account, for instance `account:444444444444`',
  ),
  'access/pull-through-elsewhere': mistake(
    'a pull-through cache filled by others',
    "The first pull through a cache makes a repository and brings an image in from elsewhere: roles and users of the registry's own account may be let do that, or the account itself.",
    'name roles or users of the account; others pull what the cache has once `pull` is granted to them',
  ),
  'access/needs-scope-v2': mistake(
    'a grant that scope V1 has no say in',
    'Under scope V1 the policy of a registry decides on replication, on pull-through caches and on the making of repositories, and ECR takes no statement about anything else.',
    'set `registryPolicy: {scope: V2}`, or grant it with `access` of the project or its repositories',
  ),
  'access/job-in-registry-policy': mistake(
    'a CI job in the policy of a registry',
    'A CI job without keys is let in by a role that Slipway makes for it, with what `access` grants it. The policy of a registry cannot name it.',
    'grant it with `access` of the project, the environment or a repository',
  ),
  'access/bad-action': mistake(
    'not an action of ECR',
    'A statement of a repository policy names actions of ECR.',
    'name actions of ECR, for instance `ecr:BatchGetImage`',
  ),
  'access/action-without-repository': mistake(
    'an action that is not about a repository',
    'The action applies to a whole registry, so a repository policy cannot grant it.',
    'grant it in the identity policy of the caller, with `Resource: "*"`',
  ),
  'access/bad-principal': mistake(
    'not a principal',
    'The principals of a statement are account ids, ARNs of roles and users, `service:NAME`, or `*`.',
    'write an account id, an ARN, `service:NAME` or `*`',
  ),
  'access/bad-condition': mistake(
    'not a condition',
    'A condition is an operator of IAM, such as `StringEquals`, over keys such as `aws:SourceAccount`.',
    'write `Operator: {prefix:Key: value}` with an operator that IAM knows',
  ),
  'access/empty-statement': mistake(
    'a statement that says nothing',
    'A statement needs at least one principal and one action.',
    'name at least one principal and one action',
  ),
  'access/bad-statement-name': mistake(
    'a statement without a usable name',
    'The name becomes part of the Sid, which is how Slipway finds its statements again.',
    'use letters and digits, beginning with a letter, at most 64',
  ),
  'access/duplicate-statement': mistake(
    'two statements of one name',
    'Two statements would have the same Sid, and ECR refuses that.',
    'rename one of the two',
  ),
  'access/policy-too-large': mistake(
    'a policy too large',
    "ECR takes at most 10,240 characters of a repository's or a registry's policy, statements of others included.",
    'grant to accounts or to the organisation instead of many roles, or remove grants',
  ),
  'access/broad-trust': mistake(
    'trust in any branch or repository',
    'Whoever can push a branch or open a pull request there could push images that production runs. Under preset production a trust names branches, tags and environments.',
    'name them, for instance `github:acme/api@main` or `github:acme/api#production`; or consent with `access: {allowBroadTrust: {reason: …}}`',
  ),
  'access/broad-trust-here': {
    severity: 'warning',
    fault: 'user',
    title: 'trust in any branch or repository, outside production',
    meaning:
      'Whoever can push a branch or open a pull request there can push images. Outside preset production that is often meant; under it, it is refused.',
    mend: 'name branches, tags or environments, or say why with `access: {allowBroadTrust: {reason: …}}`',
  },
  'access/github-ids': {
    severity: 'warning',
    fault: 'user',
    title: 'trust by names alone',
    meaning:
      'GitHub repositories made since 15 July 2026, and those that opted in, show the numbers of owner and repository in their tokens, and a trust by names alone does not let them in. Numbers also outlive a rename.',
    mend: 'give orgId and repoId beside the name',
  },
  'access/pattern-matches-nothing': {
    severity: 'warning',
    fault: 'user',
    title: 'a grant for no repository',
    meaning:
      'A grant by pattern holds for the repositories whose key or name in ECR the pattern matches, and this one matches none.',
    mend: 'correct the pattern; `*` stands for any run of characters, slashes included',
  },
  'access/nothing-granted': mistake(
    'nothing is granted to it',
    'No grant of the environment names the principal or its account, so that no policy on its side would give it access.',
    'add it to `access` of the project, the environment or a repository',
  ),
  'access/open-to-everyone': {
    severity: 'warning',
    fault: 'user',
    title: 'a repository that somebody else opened to everyone',
    meaning:
      'A statement of the repository policy that is not ours names nobody: no account, principal, organisation, VPC or VPC endpoint is demanded, and no Deny beside it keeps strangers out. Slipway keeps what others wrote and asks no consent for it, but this you should know.',
    mend: 'have whoever wrote the statement name accounts or the organisation, or take it out',
  },
  'access/open-to-others': {
    severity: 'info',
    fault: 'user',
    title: 'access that somebody else granted',
    meaning:
      'A statement of the repository policy that is not ours lets in accounts, organisations, networks or services from outside the account of the repository. Slipway keeps what others wrote.',
    mend: 'declare the access in the manifest where it is wanted; else have whoever wrote the statement take it out',
  },
  'access/unreadable-policy': mistake(
    'a policy that cannot be read',
    'The policy in place, of a repository or of the registry, is not a policy document. Slipway does not replace what it cannot read.',
    'look at it with `aws ecr get-repository-policy` or `get-registry-policy`, and mend or delete it there',
  ),
});
