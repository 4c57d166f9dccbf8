// Who may do what: every answer, and what the answers are about.
// It must not know where policies were read, nor how answers are shown.
import { type Requester, type Verb, type VerbAnswer, whoCan } from '../../access/index.js';
import { type AccessSources, subjectsOf } from './subjects.js';

/** A repository that is asked about. */
export interface AccessRepository {
  /** The key in the manifest. */
  readonly key: string;
  readonly name: string;
  readonly arn: string;
  /** `planned`: it is yet to be made. `unknown`: it could not be read whether it exists. */
  readonly state: 'there' | 'planned' | 'unknown';
}

/** Something that could not be read, so that answers are unknown or somebody is left out. */
export interface AccessGap {
  /** For people: `the users and roles of account 222222222222`. */
  readonly what: string;
  readonly operation: string;
  readonly reason: string;
}

export interface AccessReport {
  readonly account: string;
  readonly region: string;
  readonly verb: Verb;
  readonly of: 'live' | 'planned';
  /** Sorted by name. */
  readonly repositories: readonly AccessRepository[];
  /** Declared, and not there yet: nobody can do anything with them. Only of what is live. */
  readonly missing: readonly string[];
  /** Users and roles by ARN, then whoever else policies name; or whom was asked about, in that order. */
  readonly principals: readonly Requester[];
  /** By principal, then by repository, in the orders above. */
  readonly answers: readonly (readonly VerbAnswer[])[];
  readonly gaps: readonly AccessGap[];
}

/** Decides it for each principal and each repository of `sources`, which are those of `about`, in the same order. */
export function decideAccess(
  verb: Verb,
  sources: AccessSources,
  about: Pick<AccessReport, 'of' | 'region' | 'repositories' | 'missing' | 'gaps'> & {
    readonly as?: readonly Requester[];
  },
): AccessReport {
  const { as, of, region, repositories, missing, gaps } = about;
  const subjects = subjectsOf(sources, as);
  const rows = whoCan(verb, subjects.repositories, subjects.principals);
  const width = repositories.length;
  return {
    account: sources.account,
    region,
    verb,
    of,
    repositories,
    missing,
    principals: subjects.principals.map(({ requester }) => requester),
    answers: subjects.principals.map((_, at) => rows.slice(at * width, (at + 1) * width).map(({ answer }) => answer)),
    gaps,
  };
}
