// Whether a registry's policy lets an account copy images into it.
// It must not know how policies are evaluated, nor what is copied.
import { compilePolicy, evaluateAccess } from '../../access/index.js';

export interface Copying {
  readonly partition: string;
  /** Whose images they are. */
  readonly account: string;
  /** `ecr:ReplicateImage` or `ecr:CreateRepository`. */
  readonly action: string;
  /** ARN of the repository that receives them. */
  readonly resource: string;
}

/**
 * The account itself does it, so it is the account that a statement must name, not one of its roles. In its own registry nobody
 * needs leave, but may be denied it. Of conditions, those are met that hang on the account, the Region and the repository's ARN:
 * there is no organisation here, no network and no source.
 */
export function permits(policyText: string | undefined, { partition, account, action, resource }: Copying): boolean {
  const policies = policyText === undefined ? [] : [compilePolicy('registry', 'registry policy', policyText)];
  const { answer } = evaluateAccess(
    { requester: { kind: 'root', account, partition }, action, resource, otherKeys: 'absent' },
    { requester: { identity: [] }, resource: { resource: policies } },
  );
  return answer === 'yes';
}
