// `slipway protect`, as data.
// It must not know how it is done: actions/protect.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { parallelism, reaching, textOrJson } from './shared.js';

export const protectCommand = defineCommand({
  name: 'protect',
  group: 'Registry',
  summary: 'keeps images in use out of reach of lifecycle policies',
  description: [
    'Gives every image that something runs a tag of its own, slipway-in-use- and the beginning of its digest, which the first rule of the lifecycle policy keeps (lifecyclePolicy.protectInUse, on wherever usage is declared). Nothing is asked: the tag can only keep an image.',
    'Takes the tag off an image that nothing runs any more, but only when every source was read, and never when it is the last tag of the image, since ECR would delete the image with it. Made to be run on a schedule: it can be stopped and repeated at any point.',
  ],
  operands: [],
  options: {
    dryRun: { kind: 'flag', flag: '--dry-run', description: 'only says what would be done' },
    parallelism,
  },
  globals: reaching,
  formats: textOrJson,
  json: {
    project: "the project's name",
    environment: "the environment's name",
    dryRun: 'whether nothing was written',
    sources: 'as in `slipway usage`',
    images:
      'each with repository, digest, tag, tags, action (protect, release, keep, leave, blocked), outcome (done, left, failed, null), reason, usedBy',
    repositories:
      'those to which nothing was done, each with name, why (missing, unread, no-rule, no-policy) and reason',
    summary: 'how many: protected, released, kept, left, failed',
    diagnostics: 'warnings and errors',
  },
  examples: [
    { command: 'slipway protect -e prod --dry-run', text: 'what would be protected, and what no longer' },
    { command: 'slipway protect -e prod', text: 'does it; for a scheduled job' },
  ],
  exits: {
    '1': 'an error: something could not be read, or an image in use could not be protected',
    '3': 'refused: a lifecycle policy does not keep protected images, or the wrong account',
  },
});

export type ProtectArgs = ArgsOf<typeof protectCommand>;
