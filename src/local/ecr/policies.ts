// A repository's lifecycle policy and its permissions policy: put, get, delete.
// It must not know how a policy is validated or evaluated; the rooms lifecycle and access do.
import { validatePolicyText } from '../../access/document.js';
import type { Statement } from '../../access/model.js';
import { validateLifecyclePolicyText } from '../../lifecycle/validate.js';
import { checked } from './check.js';
import { type EcrContext, EcrError, type EcrOperation, invalidMember, invalidParameter } from './operation.js';
import { findRepository, type Repository, writeRepository } from './repository.js';
import { shapes } from './shapes.js';
import { expandPrincipals, jacksonPretty, lifecycleText } from './texts.js';

function identity(repository: Repository): { registryId: string; repositoryName: string } {
  return { registryId: repository.account, repositoryName: repository.name };
}

const PutLifecyclePolicy = checked(shapes.PutLifecyclePolicy, (input, context) => {
  const verdict = validateLifecyclePolicyText(input.lifecyclePolicyText);
  if (!verdict.valid) throw invalidParameter(verdict.message);
  const { lifecycleEvaluatedAt: _, ...repository } = findRepository(context, input);
  const lifecyclePolicyText = lifecycleText(verdict.policy.rules);
  writeRepository(context, { ...repository, lifecyclePolicyText });
  return { ...identity(repository), lifecyclePolicyText };
});

/** As ECR gives it back; throws LifecyclePolicyNotFoundException. */
export function lifecyclePolicyTextOf({ name, account, lifecyclePolicyText }: Repository): string {
  if (lifecyclePolicyText !== undefined) return lifecyclePolicyText;
  throw new EcrError(
    'LifecyclePolicyNotFoundException',
    `Lifecycle policy does not exist for the repository with name '${name}' in the registry with id '${account}'`,
  );
}

function storedLifecycle(repository: Repository): Record<string, unknown> {
  return {
    ...identity(repository),
    lifecyclePolicyText: lifecyclePolicyTextOf(repository),
    // A policy that has never run was evaluated at the epoch (CloudTrail's samples).
    lastEvaluatedAt: (repository.lifecycleEvaluatedAt ?? 0) / 1000,
  };
}

const GetLifecyclePolicy = checked(shapes.GetLifecyclePolicy, (input, context) =>
  storedLifecycle(findRepository(context, input)),
);

const DeleteLifecyclePolicy = checked(shapes.DeleteLifecyclePolicy, (input, context) => {
  const repository = findRepository(context, input);
  const answer = storedLifecycle(repository);
  const { lifecyclePolicyText: _, lifecycleEvaluatedAt: __, ...rest } = repository;
  writeRepository(context, rest);
  return answer;
});

function list(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

/** IAM's wildcards, case-insensitive, in time that a hostile pattern cannot stretch: only the last star is gone back to. */
function matches(pattern: string, text: string): boolean {
  const wanted = pattern.toLowerCase();
  const given = text.toLowerCase();
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < given.length; ) {
    if (wanted[at] === '*') {
      star = at++;
      resume = index;
    } else if (wanted[at] === '?' || wanted[at] === given[index]) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else return false;
  }
  return /^\**$/.test(wanted.slice(at));
}

/** Whether a statement without conditions keeps this very caller from ever changing the policy again. */
function locksOut(statement: Statement, context: EcrContext): boolean {
  if (statement.Effect !== 'Deny' || statement.Condition !== undefined || statement.Principal === undefined)
    return false;
  const principals = statement.Principal === '*' ? ['*'] : list(statement.Principal['AWS']);
  const self = ['*', context.account, `arn:${context.partition}:iam::${context.account}:root`, context.callerArn];
  if (!principals.some((one) => self.includes(one))) return false;
  const setting = 'ecr:SetRepositoryPolicy';
  if (statement.NotAction !== undefined) return !list(statement.NotAction).some((one) => matches(one, setting));
  return list(statement.Action).some((one) => matches(one, setting));
}

const SetRepositoryPolicy = checked(shapes.SetRepositoryPolicy, (input, context) => {
  const verdict = validatePolicyText(input.policyText);
  if (!verdict.valid) throw invalidMember('PolicyText', 'Invalid repository policy provided');
  const repository = findRepository(context, input);
  if (
    input.force !== true &&
    repository.account === context.account &&
    verdict.document.Statement.some((statement) => locksOut(statement, context))
  ) {
    // The guard is documented, its text is not: this is KMS's for the same case.
    throw invalidMember(
      'PolicyText',
      'The new repository policy will not allow you to update the repository policy in the future.',
    );
  }
  const document: unknown = JSON.parse(input.policyText);
  const policyText = jacksonPretty(expandPrincipals(document, context.partition));
  writeRepository(context, { ...repository, policyText });
  return { ...identity(repository), policyText };
});

function storedPolicy(repository: Repository): Record<string, unknown> {
  if (repository.policyText === undefined) {
    throw new EcrError(
      'RepositoryPolicyNotFoundException',
      `Repository policy does not exist for the repository with name '${repository.name}' in the registry with id '${repository.account}'`,
    );
  }
  return { ...identity(repository), policyText: repository.policyText };
}

const GetRepositoryPolicy = checked(shapes.GetRepositoryPolicy, (input, context) =>
  storedPolicy(findRepository(context, input)),
);

const DeleteRepositoryPolicy = checked(shapes.DeleteRepositoryPolicy, (input, context) => {
  const repository = findRepository(context, input);
  const answer = storedPolicy(repository);
  const { policyText: _, ...rest } = repository;
  writeRepository(context, rest);
  return answer;
});

export const policyOperations = {
  PutLifecyclePolicy,
  GetLifecyclePolicy,
  DeleteLifecyclePolicy,
  SetRepositoryPolicy,
  GetRepositoryPolicy,
  DeleteRepositoryPolicy,
} satisfies Record<string, EcrOperation>;
