// The version, for people and programs.
// It must not know whether a command or an option asked for it.
import type { Sink } from '../services.js';
import { version } from '../version.js';
import { printJson } from './json.js';

export function printVersion(sink: Sink, json: boolean): void {
  if (json) printJson(sink, { slipway: version() });
  else sink.write(`${version()}\n`);
}
