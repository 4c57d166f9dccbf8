// The options that every command accepts.
// It must not know any command.
import type { GlobalName, OptionSpec } from './command.js';

export const globalOptions: Readonly<Record<GlobalName, OptionSpec>> = {
  project: {
    kind: 'value',
    flag: '--project',
    short: '-C',
    value: 'DIR',
    completes: 'folder',
    description: 'the project: a folder with slipway.yaml, or one file (default: here)',
  },
  environment: {
    kind: 'value',
    flag: '--env',
    short: '-e',
    value: 'NAME',
    completes: 'environment',
    description: 'the environment; may be left out where the project has only one',
  },
  output: { kind: 'value', flag: '--output', value: 'FORMAT', description: 'how results are printed' },
  only: {
    kind: 'list',
    flag: '--only',
    value: 'PATTERN',
    completes: 'repository',
    description: 'only repositories whose key or name matches, `*` for any text (repeatable)',
  },
  set: {
    kind: 'list',
    flag: '--set',
    value: 'PATH=VALUE',
    description: 'a setting that wins over the manifest, for instance repositories.api.scanOnPush=false (repeatable)',
  },
  local: {
    kind: 'flag',
    flag: '--local',
    description: 'work on the ECR of this machine; starts it where none is running',
  },
  color: {
    kind: 'flag',
    flag: '--no-color',
    description: 'no colour; NO_COLOR=1 does the same, FORCE_COLOR=1 the opposite',
  },
};

/** The order in which help lists them. */
export const globalNames = Object.keys(globalOptions) as readonly GlobalName[];
