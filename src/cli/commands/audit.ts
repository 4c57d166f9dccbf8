// `slipway audit`, as data.
// It must not know how it is done: actions/audit.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { failOn, parallelism, reaching, rollbackWindow, textOrJson } from './shared.js';

export const auditCommand = defineCommand({
  name: 'audit',
  group: 'Registry',
  summary: 'finds what is wrong with the registry as it is in AWS',
  description: [
    'Reads each repository that the environment declares, or that says it belongs to it, and judges what is there, whoever made it. It checks lifecycle policies: that there is one, and what it does against the images that exist, as `slipway lifecycle lint --images` does. It checks nothing else yet. Nothing is written.',
  ],
  operands: [],
  options: { failOn, rollbackWindow, parallelism },
  globals: reaching,
  formats: textOrJson,
  json: {
    audit:
      'project, environment, and of each registry its repositories: `name`, `key`, `state` (audited, missing or unread), `rules`, `images`, `diagnostics`',
    diagnostics: 'warnings of the manifest',
  },
  examples: [
    {
      command: 'slipway audit -e prod',
      text: 'every lifecycle policy against its images; ends with 2 where one is likely wrong',
    },
    { command: 'slipway audit -e prod --fail-on info --output json', text: 'every remark, for a program' },
  ],
  exits: {
    '1': 'something could not be read, or an error',
    '2': 'there is something to see, at or above --fail-on',
    '3': 'refused for safety, for instance the wrong account',
  },
});

export type AuditArgs = ArgsOf<typeof auditCommand>;
