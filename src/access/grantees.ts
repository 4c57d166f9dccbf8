// Typed helpers for the grantees of a manifest that is built in TypeScript; each refuses on the spot what a manifest is refused for.
// It must not know statements, verbs nor how a manifest is read.
import { type GranteeShape, principalOf } from './principals.js';

/** One of them, in words of its own: which runs of a job are meant. */
export type GitHubJobs =
  | { readonly branch: string }
  | { readonly tag: string }
  | { readonly environment: string }
  | { readonly pullRequest: true }
  | { readonly any: true };

export type GitLabJobs = { readonly branch: string } | { readonly tag: string } | { readonly any: true };

/** The grantee as it is, once it is known to be one. Throws a SlipwayError with every problem. */
function checked<Shape extends GranteeShape>(shape: Shape): Shape {
  principalOf(shape);
  return shape;
}

/**
 * Grantees for `access` of a project, environment or repository: `access: {pull: [grantee.account('444444444444')]}`.
 * Their values are those of the manifest's long form.
 */
export const grantee = {
  /** Twelve digits; the account's administrators decide who in it may use the grant. */
  account: (account: string) => checked({ account }),
  /** The whole ARN. */
  role: (role: string) => checked({ role }),
  /** The whole ARN. */
  user: (user: string) => checked({ user }),
  /** `o-…`. */
  organization: (org: string) => checked({ org }),
  /** The organisation, and the unit `ou-…` or the root `r-…`; everyone in it and below it is meant. */
  unit: (organization: string, unit: string) => checked({ ou: `${organization}/${unit}` }),
  /** `lambda`; without a source, for the environment's account. */
  service: (service: string, source: { readonly sourceAccount?: string; readonly sourceArn?: string } = {}) =>
    checked({ service, ...source }),
  /** `OWNER/REPOSITORY` in GitHub's own spelling. `ids` are the numbers GitHub gave them, as text. */
  github: (
    repository: string,
    jobs: GitHubJobs,
    ids: { readonly orgId: string; readonly repoId: string } | object = {},
  ) => checked({ github: repository, ...jobs, ...ids }),
  /** `GROUP/PROJECT`. */
  gitlab: (project: string, jobs: GitLabJobs, host?: string) =>
    checked({ gitlab: project, ...jobs, ...(host === undefined ? {} : { host }) }),
} as const;
