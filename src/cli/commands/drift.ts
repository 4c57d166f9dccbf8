// `slipway drift`, as data.
// It must not know how it is done: actions/drift.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { parallelism, reaching, textOrJson } from './shared.js';

export const driftCommand = defineCommand({
  name: 'drift',
  group: 'Registry',
  summary: 'finds what was changed in AWS behind the manifest',
  description: [
    'Looks at the same things as plan, seen from AWS: what is declared, and what is there instead. What only looks different (an account id and its root ARN, the order of principals, the layout of JSON) is no drift.',
  ],
  operands: [],
  options: { parallelism },
  globals: reaching,
  formats: textOrJson,
  json: {
    drifted: 'whether something differs',
    drift: 'what differs, as in a plan: `before` is live, `after` is declared',
    diagnostics: 'warnings',
  },
  examples: [
    { command: 'slipway drift -e prod', text: 'for a nightly job: ends with 2 where something differs' },
    { command: 'slipway drift -e prod --output json', text: 'the same for a program' },
  ],
  exits: { '2': 'something differs', '3': 'refused for safety, for instance the wrong account' },
});

export type DriftArgs = ArgsOf<typeof driftCommand>;
