// `slipway schema`, as data.
// It must not know how it is done: actions/schema.ts does.
import { type ArgsOf, defineCommand } from '../command.js';

export const schemaCommand = defineCommand({
  name: 'schema',
  group: 'Manifest',
  summary: 'prints the JSON Schema of the manifest, for editors',
  description: [
    'Save it where your editor finds it; the YAML language server takes it from a comment in the first line of the manifest.',
  ],
  operands: [],
  options: {},
  globals: [],
  formats: ['text', 'json'],
  json: { '(no version)': 'the schema itself, whatever --output says' },
  examples: [
    {
      command: 'slipway schema > slipway.schema.json',
      text: 'then begin slipway.yaml with `# yaml-language-server: $schema=slipway.schema.json`',
    },
  ],
});

export type SchemaArgs = ArgsOf<typeof schemaCommand>;
