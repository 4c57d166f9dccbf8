// `slipway render`, as data.
// It must not know how it is done: actions/render.ts does.
import type { TargetOption } from '../../render/model.js';
import { targets } from '../../render/targets.js';
import { type ArgsOf, defineCommand } from '../command.js';
import { parallelism, textOrJson } from './shared.js';

const definitions = targets.map(({ definition }) => definition);

function rowOf([name, { description, default: value, choices }]: readonly [string, TargetOption]): [string, string] {
  const said = choices === undefined ? description : `${description}: ${choices.join(', ')}`;
  return [name, value === '' ? said : `${said} (default: ${value})`];
}

export const renderCommand = defineCommand({
  name: 'render',
  group: 'Registry',
  summary: 'writes the registry as the code of another engine',
  description: [
    `Writes what apply would make as code of your own engine. Targets: ${definitions
      .map(({ name, summary }) => `${name} (${summary})`)
      .join('; ')}.`,
    'Without -e every environment is written. Without -o everything is printed. A folder that was written before is brought up to date: files of yours, and those you changed, are never overwritten, and what is no longer needed is taken away.',
    'What a target cannot express is listed on stderr; with --strict it ends with 2 then. docs/render.md has the whole table.',
  ],
  operands: [
    {
      name: 'TARGET',
      description: 'what to write it for',
      required: true,
      choices: definitions.map(({ name }) => name),
    },
  ],
  options: {
    out: {
      kind: 'value',
      flag: '--out',
      short: '-o',
      value: 'DIR',
      completes: 'folder',
      description: 'the folder to write to; without it everything is printed',
    },
    with: {
      kind: 'list',
      flag: '--with',
      value: 'NAME=VALUE',
      completes: definitions.flatMap(({ options }) => Object.keys(options).map((key) => `${key}=`)),
      description: 'an option of the target, as below (repeatable)',
    },
    import: {
      kind: 'flag',
      flag: '--import',
      description: 'looks at what exists, and writes code that takes it over instead of making it',
    },
    check: {
      kind: 'flag',
      flag: '--check',
      description: 'writes nothing; ends with 2 where the folder is not up to date',
    },
    strict: { kind: 'flag', flag: '--strict', description: 'ends with 2 where something cannot be expressed' },
    overwrite: { kind: 'flag', flag: '--overwrite', description: 'overwrites files that Slipway did not write, too' },
    parallelism,
  },
  tables: definitions
    .filter(({ options }) => Object.keys(options).length > 0)
    .map(({ name, options }) => ({ title: `--with, for ${name}`, rows: Object.entries(options).map(rowOf) })),
  globals: ['project', 'environment', 'output', 'set', 'local', 'color'],
  formats: textOrJson,
  json: {
    target: 'its name',
    folder: 'where the files are, absolute; null where none was given',
    files: 'path, state (created, changed, unchanged, removed, printed) and, without -o, text of each',
    next: 'commands that put the files to use',
    diagnostics: 'what cannot be expressed, with code and path in the manifest',
  },
  examples: [
    { command: 'slipway render terraform -e prod -o infra', text: 'a root for prod and its module' },
    { command: 'slipway render terraform -o infra --import', text: 'takes over what exists: the first plan is empty' },
    { command: 'slipway render cloudformation -e prod', text: 'the template of prod on stdout' },
    { command: 'slipway render terraform -o infra --check', text: 'in CI: is the committed code up to date?' },
  ],
  exits: {
    '2': 'the folder is not up to date (with --check), or something cannot be expressed (with --strict)',
  },
});

export type RenderArgs = ArgsOf<typeof renderCommand>;
