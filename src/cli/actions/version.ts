// Prints the version.
// It must not know where the version comes from.
import type { VersionArgs } from '../commands/version.js';
import { type ExitCode, exit } from '../exit.js';
import { printVersion } from '../print/version.js';
import type { Services } from '../services.js';

export async function showVersion({ global }: VersionArgs, services: Services): Promise<ExitCode> {
  printVersion(services.stdout, global.output === 'json');
  return exit.ok;
}
