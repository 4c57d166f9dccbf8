// The JSON form of every result: one object, its version first. docs/cli.md lists the members for each command.
// It must not know what the members mean.
import type { Sink } from '../services.js';

/** Raised when a member changes its meaning or goes; new members do not raise it. */
export const jsonVersion = 1;

export function printJson(sink: Sink, members: Readonly<Record<string, unknown>>): void {
  sink.write(`${JSON.stringify({ version: jsonVersion, ...members }, null, 2)}\n`);
}
