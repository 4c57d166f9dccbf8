// `slipway lifecycle lint`, as data.
// It must not know how it is done: actions/lifecycle-lint.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { failOn, rollbackWindow, textOrJson } from './shared.js';

export const lifecycleLintCommand = defineCommand({
  name: 'lifecycle lint',
  group: 'Registry',
  summary: "finds what is wrong with anybody's lifecycle policy",
  description: [
    'Says all that ECR would refuse in a lifecycle policy, at once and each at its line and column, with what ECR would answer; and what ECR accepts although hardly anybody means it: lists that demand every entry, rules that never act, counts that many branches share, ages that can take the last image, tags that no rule covers. No project, no credentials and no network are needed.',
    'The file is the policy as JSON, or what `aws ecr get-lifecycle-policy` prints, or anything with policies in it: a CloudFormation template as JSON, `terraform show -json`. With --images the policy is held against the images that exist, which `aws ecr describe-images --output json` prints: remarks are better founded then, tags without a rule are counted by family, and the pace of pushes tells how many images to keep.',
    'docs/diagnostics.md explains every remark, under `lifecycle/`.',
  ],
  operands: [{ name: 'POLICY', description: 'the file; - reads standard input', required: true, completes: 'file' }],
  options: {
    images: {
      kind: 'value',
      flag: '--images',
      value: 'FILE',
      completes: 'file',
      description: 'the images of the repository; - reads standard input',
    },
    rollbackWindow,
    failOn,
  },
  globals: ['output', 'color'],
  formats: textOrJson,
  json: {
    accepted: 'whether ECR takes every policy in the file',
    policies: 'each policy: `at` (where in the file), `refusal` (what ECR answers, or null), `rules` (how many)',
    diagnostics:
      'everything found, each with `range`, `path`, `text` (what it is about), and where there is one a `replacement`: rules',
    advice: 'with --images: how many images to keep, and the reasons',
  },
  examples: [
    {
      command: 'slipway lifecycle lint policy.json',
      text: 'a policy in a file; ends with 1 where ECR would refuse it',
    },
    {
      command: 'aws ecr get-lifecycle-policy --repository-name app | slipway lifecycle lint - --images images.json',
      text: 'the policy in place, against the images that `aws ecr describe-images` printed',
    },
    { command: 'slipway lifecycle lint policy.json --fail-on error', text: 'for CI that minds only what ECR refuses' },
  ],
  exits: { '1': 'ECR refuses a policy, or an error', '2': 'there is something to see, at or above --fail-on' },
});

export type LifecycleLintArgs = ArgsOf<typeof lifecycleLintCommand>;
