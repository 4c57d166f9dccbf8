// `slipway lifecycle read`, as data.
// It must not know how it is done: actions/lifecycle-read.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { textOrJson } from './shared.js';

export const lifecycleReadCommand = defineCommand({
  name: 'lifecycle read',
  group: 'Manifest',
  summary: 'says a lifecycle policy in the words of the manifest',
  description: [
    'Prints what to put into the manifest: what to keep and what goes, where that says exactly what the policy does to every image; else its rules, typed. In words of intent, priorities and descriptions become those of Slipway, and rules that never act are left out.',
    'FILE holds a policy, or what `aws ecr get-lifecycle-policy` prints.',
  ],
  operands: [{ name: 'FILE', description: 'the policy', required: true, completes: 'file' }],
  options: {},
  globals: ['output', 'color'],
  formats: textOrJson,
  json: {
    exact: 'whether intent says exactly what the policy does; else these are its rules',
    inTheWay: 'priorities of rules of which any one alone prevents intent; often none',
    lifecyclePolicy: 'the value for the manifest',
  },
  examples: [
    { command: 'slipway lifecycle read policy.json', text: 'from the JSON that a Terraform module was given' },
    {
      command: 'aws ecr get-lifecycle-policy --repository-name api | slipway lifecycle read /dev/stdin',
      text: 'of a repository that is there',
    },
  ],
});

export type LifecycleReadArgs = ArgsOf<typeof lifecycleReadCommand>;
