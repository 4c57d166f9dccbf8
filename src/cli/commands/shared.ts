// Options that several commands share.
// It must not know what any command does.
import { hazardKinds } from '../../plan/model.js';
import type { OptionSpec } from '../command.js';

export const accept = {
  kind: 'list',
  flag: '--accept',
  value: 'HAZARD[:NAME]',
  completes: hazardKinds,
  description: `consents to a hazard, for one repository where NAME is given, its name or its key (repeatable): ${hazardKinds.join(', ')}`,
} as const satisfies OptionSpec;

export const autoApprove = {
  kind: 'flag',
  flag: '--auto-approve',
  description: 'does not ask; hazards still need --accept',
} as const satisfies OptionSpec;

export const breakLock = {
  kind: 'flag',
  flag: '--break-lock',
  description: 'takes the lock although somebody holds it; only where that run is known to be dead',
} as const satisfies OptionSpec;

export const failOn = {
  kind: 'value',
  flag: '--fail-on',
  value: 'SEVERITY',
  choices: ['info', 'warning', 'error'],
  description: 'from which severity on it ends with 2 (default: warning)',
} as const satisfies OptionSpec;

export const localServerPort = {
  kind: 'number',
  flag: '--port',
  value: 'PORT',
  minimum: 1,
  maximum: 65_535,
  description: 'its port (default: SLIPWAY_LOCAL_PORT, or else 4510)',
} as const satisfies OptionSpec;

export const lockTimeout = {
  kind: 'number',
  flag: '--lock-timeout',
  value: 'SECONDS',
  minimum: 0,
  maximum: 86_400,
  description: 'how long to wait for a lock that somebody holds (default: not at all)',
} as const satisfies OptionSpec;

export const parallelism = {
  kind: 'number',
  flag: '--parallelism',
  value: 'N',
  minimum: 1,
  maximum: 100,
  description: 'how many calls to AWS may be under way at once (default: 32)',
} as const satisfies OptionSpec;

export const prune = {
  kind: 'flag',
  flag: '--prune',
  description: 'also deletes repositories of this project and environment that the manifest no longer declares',
} as const satisfies OptionSpec;

export const rollbackWindow = {
  kind: 'number',
  flag: '--rollback-window',
  value: 'DAYS',
  minimum: 1,
  maximum: 3650,
  description: 'how far back a deployment must be able to go (default: 7, by which only rules for releases are judged)',
} as const satisfies OptionSpec;

export const reaching = ['project', 'environment', 'output', 'only', 'set', 'local', 'color'] as const;
export const textOrJson = ['text', 'json'] as const;
