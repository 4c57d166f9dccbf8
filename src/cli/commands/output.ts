// `slipway output`, as data.
// It must not know how it is done: actions/output.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { parallelism, reaching } from './shared.js';

export const outputCommand = defineCommand({
  name: 'output',
  group: 'Registry',
  summary: 'prints repository URLs and ARNs, and those of roles and keys',
  description: [
    'Prints where to push to, as AWS tells it. With NAME, the URL of that repository alone. ARNs are in the other formats.',
    'The format `env` prints lines for a shell or an .env file; `github` appends them to the file that $GITHUB_OUTPUT names, or prints them where it is not set.',
  ],
  operands: [
    { name: 'NAME', description: 'a key of the manifest or a name in ECR', required: false, completes: 'repository' },
  ],
  options: { parallelism },
  globals: reaching,
  formats: ['text', 'json', 'env', 'github'],
  json: {
    project: "the project's name",
    environment: "the environment's name",
    repositories: 'by key: name, url, arn, account, region; url is null where it does not exist yet',
    roles: 'roles for CI and to pull with, by name: arn, and what takes it; none with NAME or --only',
    key: 'alias and arn of the key that Slipway makes; arn is null until it is made; null where there is none',
  },
  examples: [
    { command: 'slipway output -e prod', text: 'names and URLs' },
    { command: 'docker push "$(slipway output api -e prod):v1"', text: 'the URL of one repository' },
    { command: 'eval "$(slipway output -e prod --output env)"', text: 'SLIPWAY_API_URL and its like as variables' },
    { command: 'slipway output -e prod --output github', text: 'in a step of GitHub Actions' },
  ],
  exits: { '3': 'refused for safety, for instance the wrong account' },
});

export type OutputArgs = ArgsOf<typeof outputCommand>;
