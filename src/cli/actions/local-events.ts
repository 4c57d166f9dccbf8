// Tells what happened in the local ECR, and goes on telling.
// It must not know what an event means.
import { fail } from '../../diagnostics/index.js';
import { readControl } from '../../local/control-client.js';
import type { StreamLine } from '../../local/events/stream.js';
import type { LocalEventsArgs } from '../commands/local-events.js';
import { type ExitCode, exit } from '../exit.js';
import { localPort } from '../local-server.js';
import { eventLine } from '../print/events.js';
import { jsonVersion, printJson } from '../print/json.js';
import type { Services } from '../services.js';
import { canvasOf } from '../text.js';

/** Places have sixteen digits; people leave the zeros out. */
function placeOf(text: string): string {
  if (!/^\d{1,16}$/.test(text)) fail('local/bad-place', `"${text}" is no place`);
  return text.padStart(16, '0');
}

export async function events({ options, global }: LocalEventsArgs, services: Services): Promise<ExitCode> {
  const query = new URLSearchParams({ log: options.trail ? 'trail' : 'events', follow: String(options.follow) });
  if (options.since !== undefined) query.set('since', placeOf(options.since));
  const port = localPort(options.port, services);
  const lines = readControl({ port, method: 'GET', path: `events?${query.toString()}`, signal: services.signal });
  const json = global.output === 'json';
  const { paint } = canvasOf(services.stdout);
  const gathered: Exclude<StreamLine, { missing: unknown }>[] = [];
  let last: string | null = options.since === undefined ? null : placeOf(options.since);
  for await (const value of lines) {
    const line = value as StreamLine;
    if ('missing' in line) {
      const { after, before } = line.missing;
      services.stderr.write(`what lay between ${Number(after)} and ${Number(before)} is no longer kept\n`);
      continue;
    }
    last = line.place;
    if (!json) services.stdout.write(`${eventLine(line.place, line.event, paint)}\n`);
    else if (options.follow) services.stdout.write(`${JSON.stringify({ version: jsonVersion, ...line })}\n`);
    else gathered.push(line);
  }
  if (json && !options.follow) printJson(services.stdout, { events: gathered, last });
  // Ctrl-C is how one stops following: nothing was interrupted.
  return exit.ok;
}
