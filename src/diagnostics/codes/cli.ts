// The diagnostics of the room `cli`.
import { type Definition, defineCodes } from '../definition.js';

/** Most rows are a call that cannot be carried out as it was given. */
function misuse(title: string, meaning: string, mend: string): Definition {
  return { severity: 'error', fault: 'user', title, meaning, mend };
}

export const cliCodes = defineCodes({
  'cli/unknown-command': misuse(
    'no such command',
    'The first word after `slipway` is not one of its commands.',
    '`slipway --help` lists the commands',
  ),
  'cli/unknown-option': misuse(
    'no such option',
    'The command does not take this option. Slipway never ignores an option it does not know.',
    'the command with `--help` lists its options',
  ),
  'cli/bad-usage': misuse(
    'a call that does not fit the command',
    'An option lacks its value, a value is none of the choices, or an argument is missing or too many.',
    'the command with `--help` shows how it is called',
  ),
  'cli/missing-environment': misuse(
    'which environment',
    'The project has several environments, and the command works on one.',
    'name one with `-e`',
  ),
  'cli/not-approved': misuse(
    'not approved',
    'The question was not answered with yes, so nothing was changed.',
    'answer `yes` to go on',
  ),
  'cli/no-terminal': misuse(
    'nobody to ask',
    'The command asks before it changes anything, and there is no terminal to ask on.',
    'add `--auto-approve` where the plan has been looked at',
  ),
  'cli/saved-plan-is-fixed': misuse(
    'a saved plan and a choice of what to plan',
    'A saved plan says itself which environment and repositories it is for.',
    'leave out `--only`, `--set` and `--prune`, or plan anew',
  ),
  'cli/file-exists': misuse(
    'a file that is there already',
    'Slipway does not overwrite a file of yours.',
    'remove it, or work in another folder with `-C`',
  ),
  'cli/cannot-write': misuse(
    'a file that cannot be written',
    'The operating system refused to write it.',
    'check the path and its permissions',
  ),
  'cli/cannot-read': misuse(
    'a file that cannot be read',
    'The operating system refused to read it.',
    'check the path and its permissions',
  ),
  'cli/no-url': misuse(
    'a repository without a URL',
    'The repository does not exist in the environment yet, so it has no URL.',
    'make it with `slipway apply`',
  ),
  'cli/unreadable': misuse(
    'a repository that could not be read',
    'Whether the repository exists could not be found out, so its URL is not known.',
    'allow the operation that is named, or run the command again',
  ),
  'cli/bad-name': misuse(
    'not a name for it',
    'The value does not have the form that the manifest demands.',
    'give a value of the form that is shown',
  ),
  'cli/local-port': misuse(
    'the port of the local ECR is taken',
    'Something listens there that is not a local ECR of Slipway.',
    'stop it, or choose another port with `--port` or SLIPWAY_LOCAL_PORT',
  ),
  'cli/access-denied': misuse(
    'AWS denied a call',
    'The credentials in use may not make this call, and the command cannot go on without it.',
    'allow the operation to the identity in use',
  ),
  'cli/no-credentials': misuse(
    'no usable AWS credentials',
    'The AWS SDK found no credentials, or AWS does not accept them (any more).',
    'run `aws sso login`, set AWS_PROFILE or AWS_ACCESS_KEY_ID, or try `--local`, which needs no account',
  ),
  'cli/unknown-profile': misuse(
    'no such AWS profile',
    'AWS_PROFILE names a profile that the configuration files of AWS do not have, and there are no other credentials.',
    'correct AWS_PROFILE, or write the profile with `aws configure --profile NAME`',
  ),
  'cli/aws-unavailable': misuse(
    'AWS did not answer',
    'The call failed after all retries: throttling, an outage, or no network.',
    'run the command again; what was done stays done',
  ),
  'cli/aws-not-implemented': misuse(
    'an endpoint without this operation',
    'The endpoint in use is not AWS itself and lacks an operation that the command needs.',
    'check AWS_ENDPOINT_URL, or use another endpoint',
  ),
  'cli/aws-refused': misuse(
    'AWS refused a call',
    'AWS answered with an error that no retry can mend.',
    'read what AWS says, mend it, and run the command again',
  ),
  'cli/interrupted': misuse(
    'interrupted',
    'Somebody pressed Ctrl-C.',
    'run the command again: it goes on where this run ended',
  ),
  'cli/internal': {
    severity: 'error',
    fault: 'tool',
    title: 'an error nobody foresaw',
    meaning: 'Slipway met an exception that it does not know.',
    mend: 'SLIPWAY_DEBUG=1 shows where it happened',
  },
});
