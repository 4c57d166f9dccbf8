// The diagnostics of the room `local`.
import { defineCodes } from '../definition.js';

export const localCodes = defineCodes({
  'local/port-in-use': {
    severity: 'error',
    fault: 'user',
    title: 'The port is taken',
    meaning: 'Something else listens on the port the local ECR was to use; the message names what answered there.',
    mend: 'end what listens there, or choose another port with --port',
  },
  'local/cannot-listen': {
    severity: 'error',
    fault: 'user',
    title: 'The port cannot be opened',
    meaning: 'The operating system refused the port, for instance because it is privileged.',
    mend: 'choose another port with --port',
  },
  'local/data-locked': {
    severity: 'error',
    fault: 'user',
    title: 'The data directory is in use',
    meaning: 'Another running local ECR holds the data directory. One process at a time may write to it.',
    mend: 'stop the other local ECR, or choose another directory with --data',
  },
  'local/data-unusable': {
    severity: 'error',
    fault: 'user',
    title: 'The data directory cannot be used',
    meaning:
      'The directory cannot be made or its store cannot be opened: permissions, a full disk, or a file that is no store.',
    mend: 'choose another directory with --data, or mend the permissions; deleting its state.db starts afresh',
  },
  'local/data-newer': {
    severity: 'error',
    fault: 'user',
    title: 'The data directory belongs to a newer Slipway',
    meaning: 'A newer version has written the store in a form that this version does not know.',
    mend: 'update Slipway, or choose another directory with --data',
  },
  'local/start-failed': {
    severity: 'error',
    fault: 'tool',
    title: 'The local ECR did not start',
    meaning: 'The background process ended, or did not answer in time; the message ends with what it printed last.',
    mend: 'run `slipway local start --foreground` to see what happens',
  },
  'local/stop-failed': {
    severity: 'error',
    fault: 'tool',
    title: 'The local ECR did not stop',
    meaning: 'The server was asked to end and still answers.',
    mend: 'end the process whose id the message names',
  },
  'local/bad-fault': {
    severity: 'error',
    fault: 'user',
    title: 'A fault for tests is not well formed',
    meaning: 'The list of faults holds an entry with a member that is unknown, missing or out of range.',
    mend: 'correct the entry that the message names',
  },
});
