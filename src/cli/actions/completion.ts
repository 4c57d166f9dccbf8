// Prints a completion script.
// It must not know the shells' syntax: completion.ts does.
import type { CompletionArgs } from '../commands/completion.js';
import { completionScript, shells } from '../completion.js';
import { type ExitCode, exit } from '../exit.js';
import { printJson } from '../print/json.js';
import type { Services } from '../services.js';

export async function completion({ operands, global }: CompletionArgs, services: Services): Promise<ExitCode> {
  // The parser lets only these through.
  const shell = shells.find((one) => one === operands[0]) ?? 'bash';
  const script = completionScript(shell);
  if (global.output === 'json') printJson(services.stdout, { shell, script });
  else services.stdout.write(script);
  return exit.ok;
}
