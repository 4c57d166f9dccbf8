// `slipway adopt`, as data.
// It must not know how it is done: actions/adopt.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { textOrJson } from './shared.js';

export const adoptCommand = defineCommand({
  name: 'adopt',
  group: 'Manifest',
  summary: 'writes the manifest of what is there already',
  description: [
    'Reads repositories out of AWS, out of the state or plan of Terraform or OpenTofu, whatever module made them, or out of a template of CloudFormation or CDK, and writes a manifest that keeps every setting as it is: lifecycle rules as intent and statements as grants where those say exactly the same. Nothing in AWS is changed, and with a FILE it is not even asked.',
    'The first plan of the manifest tags the repositories as owned, and words rules and grants in its own way beside the statements that are there: what they do stays. Take the repositories out of the other engine before you apply (`terraform state rm`, DeletionPolicy: Retain), or keep them there and let `slipway render` write its code.',
  ],
  operands: [
    {
      name: 'FILE',
      description:
        'the state, the output of `terraform show -json`, or the template; - for standard input; none for AWS',
      required: false,
      completes: 'file',
    },
  ],
  options: {
    from: {
      kind: 'value',
      flag: '--from',
      value: 'ENGINE',
      choices: ['aws', 'terraform', 'cloudformation'],
      description: 'where to look (default: what the file looks like; without one, aws)',
    },
    name: { kind: 'value', flag: '--name', value: 'NAME', description: "the project's name (default: the folder's)" },
    account: {
      kind: 'value',
      flag: '--account',
      value: 'ID',
      description: 'the AWS account, twelve digits, where the file does not say it; with aws, the one it must be',
    },
    region: {
      kind: 'value',
      flag: '--region',
      value: 'REGION',
      description: 'the AWS Region, where the file does not say it (with aws, default: AWS_REGION)',
    },
    parameter: {
      kind: 'list',
      flag: '--parameter',
      value: 'NAME=VALUE',
      description: 'a parameter of the template (repeatable; default: its own default)',
    },
    keepRules: {
      kind: 'flag',
      flag: '--keep-rules',
      description:
        'lifecycle rules word for word, with priorities and descriptions, instead of intent that does the same',
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
  globals: ['project', 'environment', 'output', 'only', 'local', 'color'],
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
      command: 'slipway adopt --from aws --region eu-west-1 -o slipway.yaml',
      text: 'what was made in the console',
    },
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
