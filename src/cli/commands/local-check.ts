// `slipway local check`, as data.
// It must not know how it is done: actions/local-check.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { localServerPort } from './shared.js';

export const localCheckCommand = defineCommand({
  name: 'local check',
  group: 'This machine',
  summary: 'verifies all that it keeps',
  description: [
    'Reads every layer and holds it against its digest, and every image, tag and index against what it names. It says which images suffer, and what brings them back. A server that runs answers others meanwhile; where none does, the data directory is checked itself.',
    'What belongs to no repository is no damage: it is collected in time. Nothing is changed, unless --set-aside is given.',
  ],
  operands: [],
  options: {
    port: localServerPort,
    data: {
      kind: 'value',
      flag: '--data',
      value: 'DIR',
      completes: 'folder',
      description: 'a data directory (default: of the server on the port, or else .slipway/local in the project)',
    },
    setAside: {
      kind: 'flag',
      flag: '--set-aside',
      description: 'moves layers with wrong bytes into the folder `damaged`, so that the next push brings them anew',
    },
  },
  globals: ['project', 'output', 'color'],
  formats: ['text', 'json'],
  json: {
    damaged: 'whether anything is; the command ends with 1 then',
    checked: 'how many `images`, `layers`, `blobs` and `bytes`',
    findings: '`code`, `severity`, `message`, `mend`, `digest` and the `images` that suffer',
    garbage: '`blobs` and `bytes` that belong to no repository',
    uploads: 'how many are under way',
    setAside: 'how many layers were set aside',
  },
  examples: [
    { command: 'slipway local check', text: 'after a crash of the machine, or before a backup' },
    { command: 'slipway local check --set-aside', text: 'then push again what it names' },
  ],
});

export type LocalCheckArgs = ArgsOf<typeof localCheckCommand>;
