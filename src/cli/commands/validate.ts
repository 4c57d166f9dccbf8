// `slipway validate`, as data.
// It must not know how it is done: actions/validate.ts does.
import { type ArgsOf, defineCommand } from '../command.js';

export const validateCommand = defineCommand({
  name: 'validate',
  group: 'Manifest',
  summary: 'finds every mistake in the manifest, offline',
  description: [
    'Loads the project and compiles every environment, or the one that -e names. All problems are reported at once, each with its place. AWS is not asked, and no credentials are needed.',
  ],
  operands: [],
  options: { strict: { kind: 'flag', flag: '--strict', description: 'warnings are errors too' } },
  globals: ['project', 'environment', 'output', 'set', 'color'],
  formats: ['text', 'json'],
  json: {
    valid: 'whether there is no error',
    project: "the project's name",
    environments: 'name, account, region and number of repositories of each',
    diagnostics: 'warnings',
  },
  examples: [
    { command: 'slipway validate', text: 'checks the project in this folder' },
    { command: 'slipway validate -C infra/registries --strict', text: 'for CI: a warning fails the build' },
  ],
});

export type ValidateArgs = ArgsOf<typeof validateCommand>;
