// The diagnostics of the room `render`.
import { type Definition, defineCodes } from '../definition.js';

function mistake(title: string, meaning: string, mend: string): Definition {
  return { severity: 'error', fault: 'user', title, meaning, mend };
}

function loss(title: string, meaning: string, mend: string): Definition {
  return { severity: 'warning', fault: 'user', title, meaning, mend };
}

function note(title: string, meaning: string, mend: string): Definition {
  return { severity: 'info', fault: 'user', title, meaning, mend };
}

export const renderCodes = defineCodes({
  'render/unknown-target': mistake(
    'no such target',
    'Slipway writes the code of some engines, and this is none of them.',
    '`slipway render --help` lists them',
  ),
  'render/bad-option': mistake(
    'an option the target cannot take',
    'Each target has options of its own, given as `--with NAME=VALUE`.',
    '`slipway render --help` lists them',
  ),
  'render/file-in-the-way': mistake(
    'a file that Slipway did not write',
    'The folder holds a file of the same name that is not in the record of the last rendering, or was changed since.',
    'give another folder with `-o`, move the file away, or add `--overwrite`',
  ),
  'render/another-folder': mistake(
    'a folder that is for something else',
    'A folder is kept up to date for one target, and for one environment or all of them: what is not rendered any more is taken away.',
    'give another folder with `-o`, or add `--overwrite` where the other rendering may go',
  ),
  'render/whole-policy': loss(
    'statements of others would go',
    'The target writes the whole repository policy, where `slipway apply` keeps the statements that are not its own.',
    'take the statements into `access.statements`, or leave the repository to `slipway apply`',
  ),
  'render/empty-environment': note(
    'an environment with nothing in it',
    'The manifest has no repository for it. Some engines get an empty program, which takes away what they made before; for others (stacks, objects in a cluster) there is no file.',
    'where the engine has made something of it before, see that it is deleted there',
  ),
  'render/whole-registry': loss(
    'a document of all who use the registry belongs to the engine',
    'A registry has one policy and one replication configuration. An engine owns each as a whole, where `slipway apply` keeps what others have written in it: what somebody adds later is taken away by the next run.',
    'render with `--import`, which keeps what is there; let nobody but this code write it, or leave it to `slipway apply`',
  ),
  'render/replication-full': loss(
    'a replication configuration that ECR does not take',
    'ECR takes ten rules of a hundred filters each and 25 destinations. An engine finds that out last, after everything else is made.',
    'spread the repositories over environments in accounts of their own, or leave `replicas` out',
  ),
  'render/shared-registry': loss(
    'two environments in one registry',
    'A registry has one policy and one replication configuration, and an engine owns each as a whole: of two environments in one account and Region, the code of each would take away what that of the other has written. Terraform and CloudFormation (as stacks) get such a registry as code of its own, of what all environments say; other engines do not.',
    'leave `registryPolicy` and `replicas` of these environments to `slipway apply`, or give each environment an account or a Region of its own',
  ),
  'render/no-registry-settings': loss(
    'what a registry has once is left out',
    'The policy of the registry, or its scope, is not in the code of this target.',
    'set a scope once for each account and Region with `aws ecr put-account-setting --name REGISTRY_POLICY_SCOPE --value V2`; leave the policy to `slipway apply`, in a project of its own where an engine keeps the rest',
  ),
  'render/no-replication': loss(
    'replicas are left out',
    "The code of this target makes the environment's own registry alone: neither the repositories in its replicas, nor the rule that copies images there.",
    'leave the environment to `slipway apply`, or render it with a target that has replicas (docs/render.md)',
  ),
  'render/provider-of-others': loss(
    'an identity provider that is there already',
    'An account has one identity provider for each issuer. `slipway apply` refers to one that exists; an engine would make it again and fail, or adopt and change it.',
    'say `existing: true` for it, unless this very code has made it',
  ),
  'render/empty-tag': loss(
    'a tag without a value',
    'ECR takes a tag whose value is empty; the schema of AWS::ECR::Repository asks for a character at least, and the template is refused.',
    'give the tag a value, or take it away',
  ),
  'render/unmanaged-lifecycle': loss(
    'a lifecycle policy of others would go',
    'The manifest leaves the lifecycle policy of a repository to somebody else. The engine knows no such thing: what its code does not have, it takes away.',
    'say the policy in `lifecyclePolicy`, or `none: true` where there shall be none',
  ),
  'render/key-by-alias': note(
    'a key by its alias',
    'ECR tells of the key by its ARN, and engines such as CloudFormation compare texts: they find a difference where there is none.',
    'give the ARN of the key in `kmsKeyId`, with replicas that of a multi-Region key (`key/mrk-…`), or leave it out for the key that AWS keeps for ECR',
  ),
  'render/rotation-period': loss(
    'a key that is renewed at another time',
    'The engine turns the rotation of a key on, but cannot say its period: KMS renews it after 365 days.',
    'leave `rotationPeriodDays` at 365, or the key to `slipway apply`',
  ),
  'render/replacement': loss(
    'a repository that would be replaced',
    'ECR cannot change the encryption of a repository, so an engine puts a new one in its place. Under the same name that fails, and images would be lost with the old one.',
    'let the manifest say the encryption that the repository has',
  ),
  'render/outputs-left-out': note(
    'outputs that found no room',
    'A template of CloudFormation takes 200 outputs. Addresses follow from the account, the Region and the name of the repository; ARNs too.',
    'nothing needs to be done; `--with capacity=100` makes stacks in which all have room',
  ),
  'render/cannot-import': loss(
    'what cannot be taken over',
    'CloudFormation takes a repository over only where it is in no other stack, and keeps of its policies only what a template has. What could not be read, the existence of a stack among it, is not known.',
    'see to what the message names, and render again with `--import`',
  ),
  'render/companions-not-imported': note(
    'roles and keys that nobody looked for',
    'Stacks that `slipway apply` has made are gone on with under their names. Roles, keys and identity providers that were made otherwise are not looked for.',
    'where they exist, `aws cloudformation create-change-set --import-existing-resources` takes over those that have a name',
  ),
  'render/import-overlooks': loss(
    'a repository that is not as its code says',
    'The CDK takes a resource over without looking at it: CloudFormation then believes that it is as the code says, and no later deployment changes what differs.',
    'run `slipway apply` first, so that taking over changes nothing',
  ),
  'render/one-region': loss(
    'a role for one Region',
    'IAM has one role of a name in an account. The stacks of a StackSet in further Regions would make it again, and fail.',
    'leave `companions.roles.namePrefix` out, or put the Region into it',
  ),
  'render/replica-left-out': loss(
    'a Region that StackSets do not go to',
    'ECR copies images to every replica. Where it finds no repository it makes one, with settings of its own.',
    'name the Region in `--with regions=…`, or leave that option out: StackSets then go to the Regions of the manifest',
  ),
  'render/needs-provider-6': loss(
    'patterns that version 5 does not have',
    'Version 5 of the AWS provider knows no exceptions of tag mutability: the repository gets its plain mode.',
    'write it with `--with provider=6`',
  ),
  'render/tags-of-others': loss(
    'tags of others would go',
    'The engine takes every tag off that its code does not have, but for keys that are ignored everywhere. This key is declared for something else, so it cannot be ignored.',
    'declare the tag in `tags` of the repository',
  ),
  'render/import-differs': loss(
    'something that is otherwise than the manifest says',
    'Pulumi takes over only what is as its program says it: the import of this repository, or of its policy, would fail.',
    'run `slipway apply` first, or let the manifest say what is there; then render again',
  ),
  'render/left-behind': loss(
    'a policy that would stay',
    'An engine takes away what it made and no more. This policy is there, and the manifest says that there shall be none.',
    'run `slipway apply` once before the engine takes over, or delete the policy by hand',
  ),
  'render/unread': loss(
    'something that could not be read',
    'Whether it exists is not known, so it is not taken over: if it does, the engine finds it in its way, or writes over it.',
    'render again with credentials that may read it',
  ),
  'render/never-deletes': loss(
    'code that deletes nothing',
    'The target makes and changes what the manifest says. It keeps no list of what it made, so it knows of nothing that is no longer wanted, and `forceDelete` has no say.',
    'delete by hand (`aws ecr delete-repository --force`), or leave the repository to `slipway apply` and `slipway destroy`',
  ),
  'render/no-ci-grant': loss(
    'a repository that no workflow pushes to',
    'Workflows push what the manifest grants: no grant to push to this repository names a repository on the CI system.',
    'grant it: `access: {push: ["github:OWNER/NAME@main"]}`, or `gitlab:GROUP/PROJECT@main`',
  ),
  'render/no-trigger': loss(
    'a grant that no workflow stands for',
    'A workflow is one repository, and pushes from branches, tags and environments. A grant to any repository of an organisation names none, and what a pull request holds nobody has read.',
    'name the repository and its branch, tag or environment; or give `--with source=OWNER/NAME` a repository that a grant names',
  ),
  'render/several-roles': loss(
    'a job that can be of one role only',
    'Grants to one repository that let different refs do different things have a role each, and the name of an environment takes the place of the ref in a token. A job has one token.',
    'let the grants of a repository name refs alone or one environment alone, each with the same rights',
  ),
  'render/no-promotion': loss(
    'images that cannot be promoted',
    'Promotion copies by digest out of the repository of the environment before, with the token of the very job that pushes. That token may push here, but not pull there.',
    'grant it in the environment before, for instance `environments.dev.pull: ["github:OWNER/NAME#production"]`',
  ),
  'render/no-gate': note(
    'a promotion that nobody is asked for',
    'A grant to a branch or tag lets its jobs promote as soon as the build is done. An environment of GitHub can ask somebody first, and its name is in the token that the role trusts.',
    'where somebody shall be asked, grant `github:OWNER/NAME#production` instead of `@main`; on GitLab, leave `--with promotion=manual`',
  ),
  'render/no-scan-gate': loss(
    'images that go on without a look at their findings',
    'The gate reads the findings of the scan. To push does not include that, and what is not scanned has none.',
    'grant `read` beside `push` and leave `scanOnPush` on, or say `--with fail-at=off`',
  ),
});
