// Puts on the timetable the policies of a data directory that was written before there was one.
// It must not know when a policy runs.
import { listRepositories, repositoryKind } from '../ecr/repository.js';
import { subjectOf } from '../ecr/subject.js';
import type { Store } from '../store/store.js';
import { keepPolicyScheduled } from './schedule.js';

const marker = ['adopted', 'lifecycle', 'policies'] as const;
const slice = 1000;

export function adoptPolicies(store: Store, now: () => number): void {
  if (store.get(...marker) === true) return;
  store.transaction(() => {
    for (const scope of store.scopes(repositoryKind)) {
      const [account = '', region = ''] = scope.split('/');
      for (let after: string | undefined; ; ) {
        const repositories = listRepositories(store, account, region, after, slice);
        for (const [, repository] of repositories) {
          const text = repository.lifecyclePolicyText;
          if (text !== undefined) keepPolicyScheduled(store, subjectOf({ region }, repository), text, now());
        }
        after = repositories.at(-1)?.[0];
        if (repositories.length < slice) break;
      }
    }
    store.put(...marker, true);
  });
}
