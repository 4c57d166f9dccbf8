// Which calls a repository's plan comes to, in their order.
// It must not make any of them.
import type { Change, Plan, RepositoryPlan, StepKind } from './model.js';
import { stepsOfSettings } from './settings/model.js';
import type { StackPlan } from './stacks/model.js';

/** Creation carries mutability, scanning, encryption and tags: a new repository takes three writes at most. */
export function stepsOf(repository: RepositoryPlan): readonly StepKind[] {
  switch (repository.action) {
    case 'unchanged':
    case 'orphan':
      return [];
    case 'delete':
      return ['delete'];
    case 'create':
      return [
        'create',
        ...inOrder(
          repository.changes.filter(({ aspect }) => aspect === 'lifecyclePolicy' || aspect === 'repositoryPolicy'),
        ),
      ];
    // What ECR cannot change is left to a person; everything else about the repository is brought up to date.
    case 'update':
    case 'replace':
    case 'foreign':
      return inOrder(repository.changes, repository.foreignStatements);
  }
}

/** Whether a run has anything to do with it. */
export function isWork(repository: RepositoryPlan): boolean {
  return stepsOf(repository).length > 0 || repository.action === 'replace';
}

/** Whether a run has anything to do with the stack. What is stuck is told of, too. */
export function isStackWork({ action }: StackPlan): boolean {
  return (
    action === 'create' || action === 'update' || action === 'delete' || action === 'stuck' || action === 'foreign'
  );
}

/** Whether there is anything to carry out. */
export function hasWork({ registries }: Plan): boolean {
  return registries.some(
    ({ repositories, stacks, settings }) =>
      repositories.some(isWork) || stacks.some(isStackWork) || stepsOfSettings(settings).length > 0,
  );
}

const order: readonly StepKind[] = [
  'put-tag-mutability',
  'put-scan-on-push',
  'tag',
  'untag',
  'put-lifecycle-policy',
  'delete-lifecycle-policy',
  'set-repository-policy',
  'delete-repository-policy',
];

function inOrder(changes: readonly Change[], foreign: RepositoryPlan['foreignStatements'] = []): readonly StepKind[] {
  const kinds = new Set(changes.flatMap((change) => stepsOfChange(change, foreign.length > 0)));
  return order.filter((kind) => kinds.has(kind));
}

function stepsOfChange(change: Change, shared: boolean): readonly StepKind[] {
  switch (change.aspect) {
    case 'tagMutability':
      return ['put-tag-mutability'];
    case 'scanOnPush':
      return ['put-scan-on-push'];
    case 'encryption':
      return [];
    case 'tags': {
      const values = Object.values(change.after);
      return [
        ...(values.some((value) => value !== null) ? ['tag' as const] : []),
        ...(values.includes(null) ? ['untag' as const] : []),
      ];
    }
    case 'lifecyclePolicy':
      return [change.after === null ? 'delete-lifecycle-policy' : 'put-lifecycle-policy'];
    case 'repositoryPolicy':
      // Either way the live policy is read again first, and what others wrote meanwhile stays.
      return [change.after.length === 0 && !shared ? 'delete-repository-policy' : 'set-repository-policy'];
  }
}
