// `slipway version`, as data.
// It must not know how it is done: actions/version.ts does.
import { type ArgsOf, defineCommand } from '../command.js';

export const versionCommand = defineCommand({
  name: 'version',
  group: 'Help',
  summary: 'prints the version',
  description: ['`slipway --version` does the same.'],
  operands: [],
  options: {},
  globals: ['output'],
  formats: ['text', 'json'],
  json: { slipway: 'the version' },
  examples: [{ command: 'slipway version --output json', text: 'for a program' }],
});

export type VersionArgs = ArgsOf<typeof versionCommand>;
