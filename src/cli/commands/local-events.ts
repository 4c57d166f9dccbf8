// `slipway local events`, as data.
// It must not know how it is done: actions/local-events.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { localServerPort } from './shared.js';

export const localEventsCommand = defineCommand({
  name: 'local events',
  group: 'This machine',
  summary: 'tells what happened in it',
  description: [
    'Events have the shape in which EventBridge delivers them: image pushes and deletions, scans, replication. With --trail they are the calls of the API as CloudTrail records them, those of container clients among them.',
    'Each has a place, a number that grows. Whoever has seen one goes on from there with --since and misses nothing; the last 100,000 of each kind are kept.',
  ],
  operands: [],
  options: {
    port: localServerPort,
    follow: { kind: 'flag', flag: '--follow', description: 'goes on with what happens, until Ctrl-C' },
    since: { kind: 'value', flag: '--since', value: 'PLACE', description: 'only what came after that place' },
    trail: { kind: 'flag', flag: '--trail', description: 'the calls of the API instead' },
  },
  globals: ['output', 'color'],
  formats: ['text', 'json'],
  json: {
    events: 'each with its `place` and its `event`; with --follow one object a line, `place` and `event` alone',
    last: 'the place of the last one, for --since; null where there is none',
  },
  examples: [
    { command: 'slipway local events --follow', text: 'watch pushes as they come' },
    { command: 'slipway local events --trail --output json', text: 'which calls a client made' },
  ],
});

export type LocalEventsArgs = ArgsOf<typeof localEventsCommand>;
