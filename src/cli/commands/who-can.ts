// `slipway who-can`, as data.
// It must not know how it is done: actions/who-can.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { parallelism, reaching, textOrJson } from './shared.js';

export const whoCanCommand = defineCommand({
  name: 'who-can',
  group: 'Registry',
  summary: 'says who may pull, push or delete images, and why',
  description: [
    'Reads every policy that has a say and decides as IAM does: identity policies with those of groups, permissions boundaries, the policies of repositories and of the registry, service and resource control policies. Of one repository it tells who can and by which statement; of several it draws a table. It changes nothing.',
    'An answer is yes, no, yes under conditions that it names, or not known, with what could not be read: policies of other accounts never can be. Asked about somebody by --as, it tells each action that the verb takes and the statement that decides it, and ends with 0 only for a plain yes.',
    'Few calls are made: one for each repository, and for the account one for each thousand users, roles and policies (iam:GetAccountAuthorizationDetails). --without-organization leaves the policies of the organisation out, which most accounts may not read. See docs/guides/who-can.md.',
  ],
  operands: [
    {
      name: 'VERB',
      description: 'pull, push, or delete (images, not the repository)',
      required: true,
      choices: ['pull', 'push', 'delete'],
    },
    {
      name: 'REPO',
      description:
        "a repository's key, its name, or a pattern; an ARN needs no project (default: all of the environment)",
      required: false,
      completes: 'repository',
    },
  ],
  options: {
    as: {
      kind: 'list',
      flag: '--as',
      value: 'PRINCIPAL',
      description:
        'about whom: role/NAME, user/NAME, an ARN, an account, a service, or anyone, which is somebody of an account that nothing names (repeatable)',
    },
    planned: {
      kind: 'flag',
      flag: '--planned',
      description: 'as if the manifest were applied, rather than as things are',
    },
    withoutOrganization: {
      kind: 'flag',
      flag: '--without-organization',
      description: 'leaves policies of organisations out, those over other accounts too, and reads none',
    },
    iam: {
      kind: 'list',
      flag: '--iam',
      value: 'FILE',
      completes: 'file',
      description:
        'what `aws iam get-account-authorization-details` printed, of this account or another, instead of asking IAM (repeatable)',
    },
    policy: {
      kind: 'value',
      flag: '--policy',
      value: 'FILE',
      completes: 'file',
      description: "the repository's policy from a file, offline",
    },
    offline: {
      kind: 'flag',
      flag: '--offline',
      description: 'asks AWS nothing: the manifest and the files given are all there is',
    },
    all: { kind: 'flag', flag: '--all', description: 'lists those who cannot, too' },
    parallelism,
  },
  globals: reaching,
  formats: textOrJson,
  json: {
    verb: 'pull, push or delete',
    of: 'live or planned',
    account: "the registry's account",
    region: "the registry's Region",
    repositories: 'each with name, key, arn, state (there, planned, unknown)',
    missing: 'names of declared repositories that are not there yet',
    answers:
      'one for each principal and repository, those that are no with --all and --as only: principal, repository, answer (yes, no, yes-if, unknown), action, reason, sentence, statement, conditions, unread, atBest, and with --as actions',
    gaps: 'what could not be read: what, operation, reason',
    diagnostics: 'warnings',
  },
  examples: [
    { command: 'slipway who-can pull api -e prod', text: 'who can pull one repository, and why' },
    { command: 'slipway who-can push -e prod', text: 'a table of who can push what' },
    {
      command: 'slipway who-can push api -e prod --as role/ci',
      text: 'whether a role can, action by action; ends with 0 only for a plain yes',
    },
    {
      command: 'slipway who-can pull -e prod --planned',
      text: 'the table as it would be once the manifest is applied',
    },
    {
      command:
        'slipway who-can pull arn:aws:ecr:eu-west-1:222222222222:repository/app --policy policy.json --iam iam.json',
      text: 'offline, from what the AWS CLI has printed',
    },
  ],
  exits: {
    '1': 'an error, or something could not be read; with --as: an answer is not known',
    '2': 'with --as: an answer is no, or yes only under conditions',
    '3': 'refused for safety, for instance the wrong account',
  },
});

export type WhoCanArgs = ArgsOf<typeof whoCanCommand>;
