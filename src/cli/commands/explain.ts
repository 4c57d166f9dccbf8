// `slipway explain`, as data.
// It must not know how it is done: actions/explain.ts does.
import { type ArgsOf, defineCommand } from '../command.js';

export const explainCommand = defineCommand({
  name: 'explain',
  group: 'Manifest',
  summary: 'shows every setting of a repository and where it comes from',
  description: [
    "Prints each effective field of one repository in one environment, with the layer that decided it: built-in default, preset, project, environment, repository, the environment's override, or --set.",
  ],
  operands: [
    {
      name: 'NAME',
      description: "the repository's key in the manifest, or its name in ECR",
      required: true,
      completes: 'repository',
    },
  ],
  options: {},
  globals: ['project', 'environment', 'output', 'set', 'color'],
  formats: ['text', 'json'],
  json: {
    repository: 'its key',
    name: 'its name in ECR',
    environment: "the environment's name",
    fields: 'path, value and origin (layer, label, file, line, column) of each',
  },
  examples: [
    { command: 'slipway explain api -e prod', text: 'why does api keep 50 images in prod?' },
    {
      command: 'slipway explain api -e prod --set repositories.api.scanOnPush=false',
      text: 'what would change with this setting?',
    },
  ],
});

export type ExplainArgs = ArgsOf<typeof explainCommand>;
