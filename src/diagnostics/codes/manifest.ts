// The diagnostics of the room `manifest`.
import { type Definition, defineCodes } from '../definition.js';

/** Nearly every row is a mistake in the manifest. */
function mistake(title: string, meaning: string, mend: string): Definition {
  return { severity: 'error', fault: 'user', title, meaning, mend };
}

function doubt(title: string, meaning: string, mend: string): Definition {
  return { severity: 'warning', fault: 'user', title, meaning, mend };
}

export const manifestCodes = defineCodes({
  // Files and documents.
  'manifest/not-found': mistake(
    'no such file or folder',
    'The path that was given leads nowhere.',
    'give the path of a folder with a slipway.yaml, or of a manifest',
  ),
  'manifest/unreadable': mistake(
    'a file that cannot be read',
    'The system refused to read the file.',
    'look at the permissions of the file',
  ),
  'manifest/no-project': mistake(
    'no project',
    'Slipway looks for one YAML document of kind Project: it names the environments.',
    'write one with `slipway init`',
  ),
  'manifest/several-projects': mistake(
    'two projects in one folder',
    'A folder holds one document of kind Project.',
    'keep one, or move the other to a folder of its own',
  ),
  'manifest/planton-needs-project': mistake(
    "Planton's manifests without a project",
    "Planton's manifests do not name an AWS account. A small document of kind Project does.",
    'put a slipway.yaml beside them',
  ),
  'manifest/unknown-api-version': mistake(
    'an unknown apiVersion',
    'The document is of a kind of Slipway, but its apiVersion is not.',
    'write `apiVersion: ecr.slipway.dev/v1`',
  ),
  'manifest/unknown-kind': mistake(
    'an unknown kind',
    'With its apiVersion, Slipway knows the kinds Project, AwsEcrRepo and AwsEcrRegistry.',
    'write `kind: Project`, `kind: AwsEcrRepo` or `kind: AwsEcrRegistry`',
  ),
  'manifest/duplicate-registry': mistake(
    'two documents about one registry',
    'Beside one document of kind AwsEcrRegistry for all environments, each environment may have one of its own.',
    'put the two into one document, or name other `environments`',
  ),
  // YAML itself.
  'manifest/syntax': mistake(
    'not YAML',
    'The text cannot be read as YAML.',
    'mend the YAML; often a quote, a bracket or some indentation is missing just before',
  ),
  'manifest/duplicate-key': mistake(
    'a key given twice',
    'A map holds each key once; YAML does not say which of two would win.',
    'remove one of the two',
  ),
  'manifest/bad-key': mistake('a key that is no text', 'Keys of a manifest are plain text.', 'write the key as text'),
  'manifest/bad-alias': mistake(
    'an alias that leads nowhere',
    'An alias `*name` repeats what an earlier anchor `&name` names, and cannot stand within it.',
    'name an anchor that stands earlier in the same document',
  ),
  'manifest/too-many-aliases': mistake(
    'aliases that grow without bound',
    'Aliases of aliases can make a small file huge; Slipway stops at 100,000 values.',
    'write the repeated parts out, or use repositoryDefaults',
  ),
  'manifest/bad-merge': mistake(
    'a merge key without a map',
    'The merge key `<<` takes over the entries of a map.',
    'give it an alias of a map, `<<: *name`',
  ),
  // Fields.
  'manifest/unknown-field': mistake(
    'an unknown field',
    'The manifest has no such field at this place.',
    'see docs/manifest.md for the fields there are',
  ),
  'manifest/beyond-ecr': mistake(
    'a wish that ECR cannot fulfil',
    "The field asks for something that ECR's lifecycle policies have no means for.",
    'write the nearest that ECR can do, as the message says',
  ),
  'manifest/wrong-type': mistake(
    'a value of the wrong type',
    'The field takes another type of value. Text that looks like a number needs quotes in YAML.',
    'give a value of the type the message names',
  ),
  'manifest/missing-field': mistake('a missing field', 'The field is required here.', 'add the field'),
  'manifest/bad-value': mistake(
    'not one of the values there are',
    'The field takes one of a few words.',
    'write one of the values the message names',
  ),
  'manifest/bad-format': mistake(
    'a value of the wrong form',
    'The field takes text of a certain form.',
    'write it as the message says',
  ),
  'manifest/bad-length': mistake(
    'a text too short or too long',
    'AWS sets the length of this text.',
    'shorten or lengthen it',
  ),
  'manifest/out-of-range': mistake(
    'a number out of range',
    'ECR takes numbers within a range here.',
    'give a number within the range',
  ),
  'manifest/item-count': mistake(
    'too few or too many entries',
    'The list or map takes a certain number of entries.',
    'add or remove entries',
  ),
  'manifest/duplicate-item': mistake(
    'an entry given twice',
    'Each entry of this list may stand in it once.',
    'remove one of the two',
  ),
  'manifest/bad-grantee': mistake(
    'not a grantee',
    'A grantee is exactly one of account, role, user, org and service.',
    'write one of `account:`, `role:`, `user:`, `org:` and `service:`, each with its value',
  ),
  'manifest/one-of': mistake(
    'a choice not made, or made twice',
    'Of these fields exactly one must be there.',
    'give one of the fields the message names',
  ),
  'manifest/needs-field': mistake(
    'a field without the one it belongs to',
    'The field says more of another field, which is not there.',
    'add the other field, or remove this one',
  ),
  'manifest/bad-condition': mistake(
    'a condition of no known shape',
    'Conditions are a map from an operator to a map from a key to one value or a list.',
    'write `Operator: {prefix:Key: value}`, for instance `StringEquals: {aws:SourceAccount: "111111111111"}`',
  ),
  'manifest/field-not-here': mistake(
    'a field that means nothing here',
    'The field is about one repository, and this place is about many or about one environment.',
    'move it to the repository',
  ),
  'manifest/bad-set': mistake(
    'a --set that cannot be read',
    'A --set is PATH=VALUE; the path is that of a field below `spec`, the value is YAML.',
    'write for instance `--set repositories.api.scanOnPush=false`',
  ),
  // Settings that must fit each other.
  'manifest/kms-key-without-kms': mistake(
    'a KMS key without KMS',
    'With AES256, ECR encrypts with keys of its own and uses no KMS key.',
    'add `encryptionType: KMS`, or remove kmsKeyId',
  ),
  'manifest/kms-key-ignored': doubt(
    'a KMS key that is not used',
    'Planton passes the key over with AES256, and so does Slipway.',
    'set encryptionType to KMS, or remove kmsKeyId',
  ),
  'manifest/kms-key-region': mistake(
    'a KMS key of another Region',
    'ECR encrypts with a key of the Region the repository is in.',
    'name a key of the same Region, in an override of each environment where they differ',
  ),
  'manifest/kms-key-in-replica': mistake(
    'a KMS key that replicas do not have',
    "ECR encrypts with a key of the Region that the repository is in, and the environment's replicas are in others.",
    "leave `kmsKeyId` out (`encryptionType: KMS` alone takes Amazon's own key of each Region), or name an alias or a multi-Region key that every Region has",
  ),
  'manifest/replica-own-region': mistake(
    "a replica in the environment's own Region",
    'Replicas are other Regions of the account; the repositories are in that of the environment anyway.',
    'remove it, or name another Region',
  ),
  'manifest/duplicate-replica': mistake(
    'a Region that is a replica twice',
    'An environment has each of its replicas once.',
    'remove one of the two',
  ),
  'manifest/dsse-region': doubt(
    'KMS_DSSE outside GovCloud',
    'ECR offers two-layer encryption in the GovCloud Regions only (ECR user guide, "Encryption at rest").',
    'set encryptionType to KMS',
  ),
  'manifest/tag-patterns-contradict': mistake(
    'tag patterns that contradict imageImmutable',
    'mutableTagPatterns are exceptions from immutable tags, immutableTagPatterns from mutable ones.',
    'use the other list, or change imageImmutable',
  ),
  'manifest/tag-patterns-unused': doubt(
    'tag patterns that never act',
    'In every environment of the repository, tags are already what the patterns would make of them.',
    'remove the patterns, or set imageImmutable',
  ),
  'manifest/too-many-wildcards': mistake(
    'too many wildcards',
    'ECR takes at most two `*` in a tag pattern of a mutability exclusion.',
    'use at most two `*`',
  ),
  'manifest/lifecycle-alone': mistake(
    'a lifecycle field that stands alone',
    '`none` and `rules` each replace every other field of lifecyclePolicy.',
    'remove the other fields, or this one',
  ),
  // References and contradictions.
  'manifest/unknown-environment': mistake(
    'an unknown environment',
    'The project has no environment of that name.',
    "name one of the project's environments",
  ),
  'manifest/unknown-region': doubt(
    'an unknown Region',
    'Slipway knows no Region of that name. AWS opens new ones, so that this may be right; most often it is mistyped.',
    'correct the Region, or leave it where AWS has opened it since this version of Slipway',
  ),
  'manifest/empty-environments': mistake(
    'a repository in no environment',
    'An empty list of environments would make the repository exist nowhere.',
    'name an environment, or remove `environments` for all of them',
  ),
  'manifest/unknown-repository': mistake(
    'an unknown repository',
    'The project has no repository of that name.',
    "name one of the project's repositories",
  ),
  'manifest/not-in-environment': mistake(
    'a repository that is not in the environment',
    'The repository names its environments, and this is none of them.',
    'add the environment to the `environments` of the repository',
  ),
  'manifest/override-without-effect': doubt(
    'settings for a repository that is not there',
    'The environment has settings for a repository that does not exist in it.',
    'remove the entry, or add the environment to the `environments` of the repository',
  ),
  'manifest/contradiction': mistake(
    'a document that contradicts its project',
    'The organisation, environment or Region of a document must be that of its project and environment.',
    'change one of the two, or leave it out of the document',
  ),
  'manifest/duplicate-repository': mistake(
    'a repository declared twice',
    'Each key stands for one repository, be it in the short or the long form.',
    'rename or remove one of the two',
  ),
  'manifest/name-collision': mistake(
    'two repositories of one name',
    'ECR knows a repository by account, Region and name; two of the manifest would be one there.',
    'give one another name; with several environments in one account and Region, put `{env}` in `naming`',
  ),
  'manifest/no-repositories': doubt(
    'a project without repositories',
    'Nothing would be made.',
    'add one under `spec.repositories`',
  ),
  // Names and tags.
  'manifest/bad-naming': mistake(
    'a naming pattern that cannot be used',
    'The placeholders are {name}, {project}, {org} and {env}.',
    'use those placeholders, or set metadata.org for {org}',
  ),
  'manifest/bad-name': mistake(
    'not a name ECR takes',
    'A repository name has 2 to 256 lower-case letters and digits, with `.`, `_`, `__`, hyphens or `/` between them.',
    'change the key, `naming`, or set repositoryName',
  ),
  'manifest/bad-tag': mistake(
    'not a tag AWS takes',
    'A tag key has 1 to 128 characters, a value at most 256: letters, digits, spaces and `_ . : / = + - @`.',
    'change the tag',
  ),
  'manifest/reserved-tag': mistake(
    'a reserved tag',
    'Keys that begin with `aws:` belong to AWS, those that begin with `slipway:` say whose a repository is.',
    'use another key',
  ),
  'manifest/too-many-tags': mistake(
    'too many tags',
    'A repository has at most 50 tags; two are the ones that say whose it is.',
    'remove some',
  ),
  // Planton.
  'manifest/planton-reference': mistake(
    'a reference only Planton resolves',
    'A `valueFrom` names an output of another resource that Planton manages.',
    'write the value itself: `kmsKeyId: {value: arn:aws:kms:…}`',
  ),
  // What is running.
  'manifest/usage-reads-nothing': mistake(
    'a usage that looks nowhere',
    'A declared `usage` names where images run: with no source, everything would look unused.',
    'add `ecs: {}`, `lambda: {}`, `kubernetes` or `files`, or remove `usage`',
  ),
  'manifest/usage-accounts-unused': doubt(
    'accounts that nothing is read in',
    'The accounts of `usage` are those that ECS and Lambda are read in; clusters of Kubernetes and files have none.',
    'add `ecs: {}` or `lambda: {}`, or remove the accounts',
  ),
  'manifest/usage-wrong-role': mistake(
    'a role of another account',
    'The role to assume leads into its own account, where other things run than in the one that was named.',
    'name the account of the role, or another role',
  ),
});
