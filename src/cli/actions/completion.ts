// Prints a completion script.
// It must not know the shells' syntax: completion.ts does.
import type { Action, CommandSpec } from '../command.js';
import type { completionCommand } from '../commands/completion.js';
import { completionScript, shells } from '../completion.js';
import { exit } from '../exit.js';
import { printJson } from '../print/json.js';

type Options = (typeof completionCommand)['options'];

/** The scripts are made of all commands; they are handed in, since the catalog loads this file. */
export function completion(specs: readonly CommandSpec[]): Action<Options> {
  return async ({ operands, global }, services) => {
    // The parser lets only these through.
    const shell = shells.find((one) => one === operands[0]) ?? 'bash';
    const script = completionScript(shell, specs);
    if (global.output === 'json') printJson(services.stdout, { shell, script });
    else services.stdout.write(script);
    return exit.ok;
  };
}
