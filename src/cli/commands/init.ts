// `slipway init`, as data.
// It must not know how it is done: actions/init.ts does.
import { type ArgsOf, defineCommand } from '../command.js';

export const initCommand = defineCommand({
  name: 'init',
  group: 'Manifest',
  summary: 'writes a first manifest',
  description: [
    'Writes slipway.yaml with one environment and the repositories you name. On a terminal it asks for what is missing; elsewhere, and with --yes, it takes sensible values. It never overwrites a file and writes no other.',
  ],
  operands: [],
  options: {
    name: { kind: 'value', flag: '--name', value: 'NAME', description: "the project's name (default: the folder's)" },
    account: {
      kind: 'value',
      flag: '--account',
      value: 'ID',
      description: 'the AWS account, twelve digits (default: 000000000000, good for --local)',
    },
    region: {
      kind: 'value',
      flag: '--region',
      value: 'REGION',
      description: 'the AWS Region (default: AWS_REGION, or else eu-west-1)',
    },
    repository: {
      kind: 'list',
      flag: '--repository',
      value: 'NAME',
      description: 'a repository (repeatable; default: app)',
    },
    yes: { kind: 'flag', flag: '--yes', short: '-y', description: 'asks nothing' },
  },
  globals: ['project', 'environment', 'output', 'color'],
  formats: ['text', 'json'],
  json: {
    file: 'path of the manifest',
    project: "the project's name",
    environment: "the environment's name",
    repositories: 'their keys',
    next: 'commands that come next',
  },
  examples: [
    { command: 'slipway init', text: 'asks for four things' },
    {
      command: 'slipway init --yes --account 111111111111 --region eu-west-1 --repository api --repository worker',
      text: 'asks nothing',
    },
  ],
});

export type InitArgs = ArgsOf<typeof initCommand>;
