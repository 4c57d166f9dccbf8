// `slipway local clock`, as data.
// It must not know how it is done: actions/local-clock.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { localServerPort } from './shared.js';

export const localClockCommand = defineCommand({
  name: 'local clock',
  group: 'This machine',
  summary: 'shows and moves its clock',
  description: [
    'Every time that the local ECR tells comes from this clock. It goes on from where it is put, and stays there when the server is started again. Whatever is due on the way happens at its own time, in order: lifecycle policies run once a day, archived images come back, tokens expire.',
    'It does not go backwards, but for `reset`, which puts it back to the time of this machine.',
  ],
  operands: [
    {
      name: 'ACTION',
      description: 'what to do (default: show)',
      required: false,
      choices: ['show', 'advance', 'set', 'reset'],
    },
    {
      name: 'VALUE',
      description: 'for advance a length like 30d or 1h30m, for set a time like 2026-10-01T12:00:00Z',
      required: false,
    },
  ],
  options: { port: localServerPort },
  globals: ['output', 'color'],
  formats: ['text', 'json'],
  json: {
    now: 'what it says',
    machine: 'what the clock of this machine says',
    offsetMilliseconds: 'how far it was moved ahead of the machine',
    done: 'how often each kind of work was done on the way',
    lifecycle:
      'what lifecycle policies did on the way, by repository: account, region, repository, expired, expiredBytes, archived, archivedBytes',
  },
  examples: [
    { command: 'slipway local clock', text: 'what time it is there' },
    { command: 'slipway local clock advance 90d', text: 'three months later: what lifecycle policies took, and where' },
  ],
});

export type LocalClockArgs = ArgsOf<typeof localClockCommand>;
