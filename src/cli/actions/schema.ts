// Prints the JSON Schema of the manifest.
// It must not know how it is made.
import { readFileSync } from 'node:fs';
import type { SchemaArgs } from '../commands/schema.js';
import { type ExitCode, exit } from '../exit.js';
import type { Services } from '../services.js';

export async function schema(_: SchemaArgs, services: Services): Promise<ExitCode> {
  // Three folders up is the package, from the source and from the program (dist/bin/program) alike.
  services.stdout.write(readFileSync(new URL('../../../schema/slipway.schema.json', import.meta.url), 'utf8'));
  return exit.ok;
}
