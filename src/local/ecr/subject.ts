// How the timetable names a repository, or an image in one, and how what it names is found again when its time has come.
// It must not know any duty.
import type { Store } from '../store/store.js';
import { partitionOf } from '../wire/caller.js';
import type { EcrContext } from './operation.js';
import { type Repository, readRepository } from './repository.js';

/** `account/region/repository`. */
export function subjectOf(
  context: Pick<EcrContext, 'region'>,
  { account, name }: Pick<Repository, 'account' | 'name'>,
): string {
  return `${account}/${context.region}/${name}`;
}

/** `account/region/repository@digest`. */
export function imageSubjectOf(
  context: Pick<EcrContext, 'region'>,
  repository: Pick<Repository, 'account' | 'name'>,
  digest: string,
): string {
  return `${subjectOf(context, repository)}@${digest}`;
}

export interface Subject {
  /** Of the service itself: nobody calls. */
  readonly context: EcrContext;
  readonly repository: Repository;
  /** Empty where the subject is the repository. */
  readonly digest: string;
}

/** Nothing where the repository is gone. */
export function findSubject(given: { readonly store: Store; now(): number }, subject: string): Subject | undefined {
  const [, account = '', region = '', name = '', digest = ''] =
    /^([^/]+)\/([^/]+)\/([^@]+)(?:@(.+))?$/.exec(subject) ?? [];
  const { store } = given;
  const repository = readRepository(store, account, region, name);
  if (repository === undefined) return undefined;
  const now = (): number => given.now();
  return {
    context: { store, now, account, region, partition: partitionOf(region), callerArn: '' },
    repository,
    digest,
  };
}
