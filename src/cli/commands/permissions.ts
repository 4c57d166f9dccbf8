// `slipway permissions`, as data.
// It must not know how policies are made: actions/permissions.ts does.
import { permissionLevels } from '../../plan/permissions.js';
import { type ArgsOf, defineCommand } from '../command.js';
import { parallelism, reaching, textOrJson } from './shared.js';

export const permissionsCommand = defineCommand({
  name: 'permissions',
  group: 'Registry',
  summary: 'prints the IAM policies that Slipway, or a grantee, needs',
  description: [
    'Prints the identity policy with which Slipway can be run on an environment, and nothing else: to read (drift, output), to plan, or to apply. It is made of the operations that the engine calls and of what the manifest declares.',
    'With --for it prints the other side of the grants: the policy that the other account attaches to its role or user, since across accounts both sides have to allow; for a CI job, the trust policy of its role beside the permissions.',
    'With --check it asks AWS who is calling, reads the policies of that user or role, and says which of the actions needed it lacks, before anything is tried. Policies of the organisation, of sessions, of repositories and of keys are not looked at.',
  ],
  operands: [],
  options: {
    forCommand: {
      kind: 'value',
      flag: '--for-command',
      value: 'COMMAND',
      choices: permissionLevels,
      description: 'what it is for: read, plan or apply (default: apply, which includes the others)',
    },
    for: {
      kind: 'value',
      flag: '--for',
      value: 'PRINCIPAL',
      completes: ['account:', 'role:', 'user:', 'org:', 'ou:', 'github:', 'gitlab:'],
      description: 'a principal as in the manifest, or its ARN: what it needs on its own side',
    },
    check: {
      kind: 'flag',
      flag: '--check',
      description: 'says what of it whoever is calling lacks, instead of printing it',
    },
    parallelism,
  },
  globals: reaching,
  formats: textOrJson,
  json: {
    policies: 'name and document of each: permissions, and with a CI job trust',
    notes: 'what a policy cannot say, a sentence each',
    check: 'with --check instead of policies: caller, asked, missing and unknown (each action, resource, reason)',
    diagnostics: 'warnings of the manifest',
  },
  examples: [
    { command: 'slipway permissions -e prod', text: 'what apply needs' },
    { command: 'slipway permissions -e prod --for-command plan', text: 'what a pull request needs' },
    { command: 'slipway permissions -e prod --for account:444444444444', text: 'what that account attaches' },
    { command: 'slipway permissions -e prod --check', text: 'whether the credentials at hand suffice for apply' },
  ],
  exits: {
    '1': 'an error, or nothing is granted to the principal; with --check: it could not be told of every action',
    '2': 'with --check: an action is lacking',
    '3': 'refused for safety, for instance the wrong account',
  },
});

export type PermissionsArgs = ArgsOf<typeof permissionsCommand>;
