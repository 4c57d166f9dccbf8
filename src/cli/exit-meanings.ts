// What the exit codes of a command mean, for its help and docs/cli.md.
// It must not know the parser, nor what any command does.
import type { CommandSpec } from './command.js';

export function exitMeanings(spec: CommandSpec): readonly (readonly [string, string])[] {
  const meanings = new Map<string, string>([
    ['0', 'done'],
    ['1', 'an error'],
    ...Object.entries(spec.exits ?? {}),
    ['130', 'interrupted'],
  ]);
  return [...meanings].sort(([a], [b]) => Number(a) - Number(b));
}
