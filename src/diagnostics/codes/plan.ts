// The diagnostics of the room `plan`.
import { type Definition, defineCodes } from '../definition.js';

function row(title: string, meaning: string, mend: string): Definition {
  return { severity: 'error', fault: 'user', title, meaning, mend };
}

export const planCodes = defineCodes({
  'plan/wrong-account': row(
    'credentials of another account',
    'The environment names one AWS account, and the credentials in use belong to another. Nothing was read or written.',
    "use credentials of the environment's account, for instance with AWS_PROFILE",
  ),
  'plan/no-match': row(
    'a pattern that selects nothing',
    'A pattern of `--only` matches neither the name nor the key of any repository.',
    'name a repository by its name in ECR or its key in the manifest; `*` stands for any run of characters',
  ),
  'plan/consent-needed': row(
    'a hazard without consent',
    'The plan would do something that may hurt, and nobody has said that it may. Nothing was written.',
    'read what would happen, then give the flag that is named',
  ),
  'plan/consent-unused': {
    severity: 'warning',
    fault: 'user',
    title: 'consent to what does not happen',
    meaning: 'The plan has no such hazard for a repository of that name. The consent changes nothing.',
    mend: 'compare the name with the hazards that the plan lists, or leave it out',
  },
  'plan/unknown-hazard': row(
    'consent to an unknown hazard',
    'What may be accepted is a kind of hazard, or a kind and the name of a repository: `KIND:NAME`.',
    'name one of the kinds that the plan lists',
  ),
  'plan/locked': row(
    'somebody else is applying',
    'Another apply of the same project and environment holds the lock. Nothing was written.',
    'wait until it ends; if it never will, break the lock with `--break-lock`',
  ),
  'plan/stale': row(
    'a plan out of date',
    'Since the plan was made, the registry has changed in a way the plan did not foresee. Nothing was written.',
    'make a new plan',
  ),
  'plan/name-taken': row(
    'a role that exists already',
    'A stack is to be made, and a role of it exists already, outside of the stack: another engine or somebody by hand has made it. CloudFormation would roll the stack back. Nothing was written.',
    'let the engine that made the role go on applying all of it (docs/guides/keep-your-engine.md), or delete the role there and plan again; jobs that take it fail until it is made anew',
  ),
  'plan/replication-full': row(
    'no room for replication',
    'A registry has one replication configuration for all who use it: ten rules of a hundred filters, and 25 destinations. With ours it would have more.',
    'join or remove rules of others, name fewer replicas, or put repositories into another account',
  ),
  'plan/wrong-place': row(
    'a saved plan in another place',
    'The plan was made in AWS, on the local ECR or at another endpoint, and would be carried out elsewhere. Nothing was read or written there.',
    'apply it where it was made, or make a new plan',
  ),
  'plan/wrong-project': row(
    'a saved plan of another project',
    'The folder holds another project than the one the plan was made of. Nothing was read or written.',
    "apply it in its own project's folder, or name that with `-C`",
  ),
  'plan/unreadable-prediction': row(
    'not a prediction',
    'The text is not a prediction that this version of Slipway recorded, or it was changed since.',
    'record a new one with `slipway verify --record FILE`',
  ),
  'plan/not-recorded': row(
    'a repository that could not be recorded',
    'Its images or its lifecycle policy could not be read. The prediction says nothing of it; all else was recorded.',
    'allow ecr:DescribeImages and ecr:GetLifecyclePolicy, and record again',
  ),
  'plan/no-principal': row(
    'nobody of that name',
    'IAM of the account knows no user or role of that name, so that there is nobody to ask about.',
    'name a user or a role that exists, by its ARN or as `role/NAME`',
  ),
  'plan/unreadable-principals': row(
    'no principals in the file',
    'The file is not what `aws iam get-account-authorization-details --output json` prints.',
    'run `aws iam get-account-authorization-details --output json` and keep all that it prints',
  ),
  'plan/no-usage': row(
    'nothing says where images run',
    'The manifest declares no `usage` for this environment, so nothing is known of what is running, and nothing was looked at.',
    'declare it, for instance `usage: {ecs: {}, lambda: {}}`; docs/guides/in-use.md tells how',
  ),
  'plan/not-protective': row(
    'a lifecycle policy that would not keep protected images',
    'Its first rule for tagged images is not the one that keeps images with the tag of `slipway protect`, so that the tag would protect nothing. Nothing was written.',
    'set `lifecyclePolicy.protectInUse: true` (or put such a rule first among `rules`) and apply',
  ),
  'plan/not-protected': row(
    'an image that could not be protected or released',
    'The other images were done. What failed is tried again by the next run.',
    'look at the reason; allow ecr:DescribeImages, ecr:GetLifecyclePolicy, ecr:BatchGetImage, ecr:PutImage and ecr:BatchDeleteImage',
  ),
  'plan/unreadable': row(
    'not a plan',
    'The text is not a plan that this version of Slipway wrote, or it was changed since.',
    'make a new plan with `slipway plan --out FILE`',
  ),
  'plan/not-applicable': row(
    'a plan that only tells',
    'What `drift` finds is for reading: it runs from the manifest to what is there.',
    'make a plan with `slipway plan`',
  ),
});
