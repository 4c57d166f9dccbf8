// Pull, push and delete: which actions each is made of, and whether somebody may do it to a repository.
// It must not know how one action is decided.

import { answerOf, decide, unreadPart } from './evaluate.js';
import { all, type Formula, solve } from './formula.js';
import type { AccessAnswer, AccessRequest, AccessStep, AtBest, Need, Requester, Unread } from './model.js';
import type { RequesterPolicies, ResourcePolicies } from './policy.js';
import { areConsistent } from './requirements.js';

export type Verb = 'pull' | 'push' | 'delete';

const token = 'ecr:GetAuthorizationToken';

/**
 * `needed` by every client; `asked` by some, that go on where it is denied or ask for it only now and then.
 * Amazon ECR user guide, "Pushing an image to a private repository" (required IAM permissions) and "AWS managed policies for
 * Amazon ECR" (AmazonEC2ContainerRegistryPullOnly). What a request on the registry's address needs is in docs/local-fidelity.md.
 */
const verbs: Readonly<Record<Verb, { readonly needed: readonly string[]; readonly asked: readonly string[] }>> = {
  pull: {
    needed: [token, 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    asked: ['ecr:BatchCheckLayerAvailability'],
  },
  push: {
    needed: [
      token,
      'ecr:BatchCheckLayerAvailability',
      'ecr:InitiateLayerUpload',
      'ecr:UploadLayerPart',
      'ecr:CompleteLayerUpload',
      'ecr:PutImage',
    ],
    asked: ['ecr:BatchGetImage'],
  },
  delete: { needed: ['ecr:BatchDeleteImage'], asked: [] },
};

export interface ActionAnswer extends AccessAnswer {
  readonly action: string;
  /** Without it the verb fails. */
  readonly needed: boolean;
}

export interface VerbAnswer {
  readonly answer: AccessAnswer['answer'];
  /** The action that decides: the first that is denied, unknown or conditional, in this order, or else the first on the repository. */
  readonly action: string;
  readonly decision: AccessStep;
  /** With `yes-if`. */
  readonly conditions?: Need | undefined;
  /** With `unknown`. */
  readonly unread: readonly Unread[];
  /** With `unknown`: what it is where all that is unread lets it. */
  readonly atBest?: AtBest | undefined;
  readonly actions: readonly ActionAnswer[];
}

/** Somebody, and the policies that go with them. */
export interface PrincipalSubject {
  readonly requester: Requester;
  readonly policies: RequesterPolicies;
}

/** A repository, and the policies that go with it. */
export interface RepositorySubject {
  readonly arn: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly policies: ResourcePolicies;
}

/** What else is known of the requests. */
export type Circumstances = Pick<AccessRequest, 'context' | 'otherKeys'>;

export function canPull(who: PrincipalSubject, repository: RepositorySubject, known: Circumstances = {}): VerbAnswer {
  return can('pull', who, repository, known);
}

export function canPush(who: PrincipalSubject, repository: RepositorySubject, known: Circumstances = {}): VerbAnswer {
  return can('push', who, repository, known);
}

export function canDelete(who: PrincipalSubject, repository: RepositorySubject, known: Circumstances = {}): VerbAnswer {
  return can('delete', who, repository, known);
}

const gravity: readonly AccessAnswer['answer'][] = ['no', 'unknown', 'yes-if', 'yes'];

/** The less, the graver. */
function gravityOf({ action, answer }: ActionAnswer): number {
  // That somebody gets a token says nothing of the repository.
  return action === token && answer === 'yes' ? gravity.length : gravity.indexOf(answer);
}

export function can(
  verb: Verb,
  who: PrincipalSubject,
  repository: RepositorySubject,
  known: Circumstances,
): VerbAnswer {
  const { needed, asked } = verbs[verb];
  const formulas: Formula[] = [];
  const actions: ActionAnswer[] = [];
  for (const action of [...needed, ...asked]) {
    // A service reads images without logging in (Lambda developer guide, "Amazon ECR permissions").
    if (action === token && who.requester.kind === 'service') continue;
    const request: AccessRequest = {
      requester: who.requester,
      action,
      resource: repository.arn,
      resourceTags: repository.tags,
      ...known,
    };
    const decision = decide(request, { requester: who.policies, resource: repository.policies });
    const isNeeded = needed.includes(action);
    if (isNeeded) formulas.push(decision.formula);
    actions.push({ action, needed: isNeeded, ...answerOf(decision) });
  }
  const solution = solve(all(formulas), areConsistent);
  const { action, decision, answer } = actions
    .filter((one) => one.needed)
    .reduce((gravest, one) => (gravityOf(one) < gravityOf(gravest) ? one : gravest));
  return {
    answer: solution.answer,
    action,
    // Each action alone may be possible, and all of them not.
    decision: solution.answer === 'no' && answer !== 'no' ? contradiction : decision,
    ...(solution.answer === 'yes-if' ? { conditions: solution.need } : {}),
    ...unreadPart(solution),
    actions,
  };
}

const contradiction: AccessStep = {
  reason: 'conditions-contradict',
  sentence: 'no request can meet the conditions of all the actions that it takes',
};
