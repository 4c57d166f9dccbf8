// `slipway verify`, as data.
// It must not know how it is done: actions/verify.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { parallelism, reaching, textOrJson } from './shared.js';

export const verifyCommand = defineCommand({
  name: 'verify',
  group: 'Registry',
  summary: 'compares what lifecycle policies took with what was predicted',
  description: [
    'With --record, writes down the policy in place and the images of every repository of the environment: from these everything follows that the policy will do. On a later day, with FILE, reads the images again and says what went as predicted, what is due and still there, what is gone although no rule takes it, and why that may be. It changes nothing.',
    'Time that has passed, images pushed since, tags that moved and pulls are accounted for, and so are the 24 hours that ECR takes. What came and went in between nobody can see.',
    'With --images, no registry is asked: the file is what `aws ecr describe-images --output json` prints, of one repository, and --policy names a file with its lifecycle policy.',
  ],
  operands: [{ name: 'FILE', description: 'a prediction that --record wrote', required: false, completes: 'file' }],
  options: {
    record: {
      kind: 'value',
      flag: '--record',
      value: 'FILE',
      completes: 'file',
      description: 'writes a prediction instead of verifying one',
    },
    images: {
      kind: 'value',
      flag: '--images',
      value: 'FILE',
      completes: 'file',
      description: 'takes the images from a file, and asks no registry',
    },
    policy: {
      kind: 'value',
      flag: '--policy',
      value: 'FILE',
      completes: 'file',
      description: 'the lifecycle policy of the images in a file, with --record',
    },
    now: {
      kind: 'value',
      flag: '--now',
      value: 'TIME',
      description: 'when the images in a file were read (default: now)',
    },
    parallelism,
  },
  globals: reaching,
  formats: textOrJson,
  json: {
    file: 'with --record: the file that was written',
    recorded: 'with --record: account, region, repository, policy, images, expiring, archiving of each',
    verification: 'with FILE: what was compared, see docs/json-output.md',
    diagnostics: 'warnings, and what could not be read',
  },
  examples: [
    { command: 'slipway verify -e prod --record prod.prediction', text: 'after an apply: what will go from now on' },
    { command: 'slipway verify prod.prediction', text: 'a day or a month later: whether it did' },
    {
      command: 'slipway verify prod.prediction --only api --images images.json',
      text: 'the same from a file, for one repository',
    },
  ],
  exits: {
    '1': 'an error, or something could not be read',
    '2': 'something is not as predicted',
    '3': 'refused for safety, for instance the wrong account or another place',
  },
});

export type VerifyArgs = ArgsOf<typeof verifyCommand>;
