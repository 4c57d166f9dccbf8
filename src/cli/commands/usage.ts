// `slipway usage`, as data.
// It must not know how it is done: actions/usage.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { parallelism, reaching, textOrJson } from './shared.js';

export const usageCommand = defineCommand({
  name: 'usage',
  group: 'Registry',
  summary: 'shows which images are in use, and by what',
  description: [
    "Reads what the manifest's usage declares (ECS, Lambda, Kubernetes, files) and matches it with the images of the environment's repositories: by tag, by digest, and through manifest lists. It changes nothing.",
    'A source that could not be read is told by its name and ends the command with 1: then an image without a user may be in use all the same. See docs/guides/in-use.md.',
  ],
  operands: [],
  options: { parallelism },
  globals: reaching,
  formats: textOrJson,
  json: {
    project: "the project's name",
    environment: "the environment's name",
    complete: 'whether every source and every repository could be read',
    sources: 'each with name, state (read, unknown), uses (how many), and with unknown operation and reason',
    repositories: 'each with key, name, state (read, unread, missing), images (how many), inUse, dangling',
    diagnostics: 'warnings',
  },
  examples: [
    { command: 'slipway usage -e prod', text: 'what runs, and which images of prod it uses' },
    { command: 'slipway usage -e prod --only api --output json', text: 'one repository, for a program' },
  ],
  exits: { '1': 'an error, or something could not be read', '3': 'refused for safety, for instance the wrong account' },
});

export type UsageArgs = ArgsOf<typeof usageCommand>;
