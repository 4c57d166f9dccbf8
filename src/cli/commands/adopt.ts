// `slipway adopt`, as data.
// It must not know how it is done: actions/adopt.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { textOrJson } from './shared.js';

export const adoptCommand = defineCommand({
  name: 'adopt',
  group: 'Manifest',
  summary: 'writes the manifest of what another engine keeps',
  description: [
    'Reads repositories out of the state or plan of Terraform or OpenTofu, whatever module made them, or out of a template of CloudFormation or CDK, and writes a manifest that keeps every setting as it is: lifecycle rules as intent and statements as grants where those say exactly the same. AWS is not asked.',
    'The first plan of the manifest changes ownership tags alone. Take the repositories out of the other engine before you apply (`terraform state rm`, DeletionPolicy: Retain), or keep them there and let `slipway render` write its code.',
  ],
  operands: [
    {
      name: 'FILE',
      description: 'the state, the output of `terraform show -json`, or the template; - for standard input',
      required: true,
      completes: 'file',
    },
  ],
  options: {
    from: {
      kind: 'value',
      flag: '--from',
      value: 'ENGINE',
      choices: ['terraform', 'cloudformation'],
      description: 'what wrote the file (default: what it looks like)',
    },
    name: { kind: 'value', flag: '--name', value: 'NAME', description: "the project's name (default: the folder's)" },
    account: {
      kind: 'value',
      flag: '--account',
      value: 'ID',
      description: 'the AWS account, twelve digits, where the file does not say it',
    },
    region: {
      kind: 'value',
      flag: '--region',
      value: 'REGION',
      description: 'the AWS Region, where the file does not say it',
    },
    parameter: {
      kind: 'list',
      flag: '--parameter',
      value: 'NAME=VALUE',
      description: 'a parameter of the template (repeatable; default: its own default)',
    },
    out: {
      kind: 'value',
      flag: '--out',
      short: '-o',
      value: 'FILE',
      completes: 'file',
      description: 'the file to write; without it the manifest is printed',
    },
  },
  globals: ['project', 'environment', 'output', 'color'],
  formats: textOrJson,
  json: {
    manifest: 'its text',
    file: 'where it was written, absolute; null where it was not',
    environments: 'their names',
    repositories: 'their names',
    diagnostics: 'what was not taken over, or is known only to the engine',
  },
  examples: [
    {
      command: 'terraform show -json | slipway adopt --from terraform - -o slipway.yaml',
      text: 'what Terraform has made',
    },
    {
      command: 'slipway adopt template.yaml --account 111111111111 --region eu-west-1 -e prod',
      text: 'what a template declares',
    },
    {
      command: 'cdk synth | slipway adopt --from cloudformation - --account 111111111111 --region eu-west-1',
      text: 'what an app of CDK declares',
    },
  ],
});

export type AdoptArgs = ArgsOf<typeof adoptCommand>;
