// `slipway cost`, as data.
// It must not know how it is done: actions/cost.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { parallelism, reaching, textOrJson } from './shared.js';

export const costCommand = defineCommand({
  name: 'cost',
  group: 'Registry',
  summary: 'shows what images cost to store, and what lifecycle policies save',
  description: [
    'Adds up the images of every repository of an environment, at the prices of its Region: bytes in standard storage and in the archive, dollars a month, and what the declared policy takes of it by its next run. The dearest comes first.',
    'What ECR tells of an image counts the layers it shares with others, too, so that the figure is an upper bound. With --layers the manifests are read, a hundred a call, and each layer counts once. To ECR that is a pull of every image: it is left out where a policy goes by pulls.',
  ],
  operands: [],
  options: {
    by: {
      kind: 'value',
      flag: '--by',
      value: 'repository|tag:KEY',
      completes: ['repository', 'tag:'],
      description: 'adds up by repository, or by the value of a tag that the manifest declares (default: repository)',
    },
    layers: {
      kind: 'flag',
      flag: '--layers',
      description: 'counts layers that images of a repository share once',
    },
    parallelism,
  },
  globals: reaching,
  formats: textOrJson,
  json: {
    cost: 'totals, prices and repositories, see docs/json-output.md',
    groups: 'with --by tag:KEY: value, repositories, images, bytes and dollars of each',
    diagnostics: 'warnings of the manifest',
  },
  examples: [
    { command: 'slipway cost -e prod', text: 'by repository, the dearest first' },
    { command: 'slipway cost -e prod --by tag:Team', text: 'by the value of the tag Team' },
    { command: 'slipway cost -e prod --layers --output json', text: 'to the byte, for a report' },
  ],
  exits: {
    '1': 'an error, or something could not be read',
    '3': 'refused for safety, for instance the wrong account',
  },
});

export type CostArgs = ArgsOf<typeof costCommand>;
