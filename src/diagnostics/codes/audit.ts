// The diagnostics of the room `audit`.
import { defineCodes } from '../definition.js';

export const auditCodes = defineCodes({
  'audit/no-lifecycle-policy': {
    severity: 'warning',
    fault: 'user',
    title: 'a repository without a lifecycle policy',
    meaning:
      'Nothing ever leaves it: storage grows with every push, until the quota of images stops deployments. Information only, where the manifest says `none: true`.',
    mend: 'leave `lifecyclePolicy` to its default, or say what to keep, and run slipway apply',
  },
  'audit/unknown-policy': {
    severity: 'warning',
    fault: 'user',
    title: 'a lifecycle policy that Slipway cannot read',
    meaning: 'ECR took the policy, but it has members or values that this version of Slipway does not know.',
    mend: '`aws ecr get-lifecycle-policy` shows it; a newer Slipway may know it',
  },
  'audit/unread': {
    severity: 'error',
    fault: 'user',
    title: 'something could not be read',
    meaning: 'What could not be read is unknown, not absent, so nothing can be said of it.',
    mend: 'allow the operation to the identity in use, and run the audit again',
  },
});
