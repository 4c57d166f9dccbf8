// `slipway plan`, as data.
// It must not know how it is done: actions/plan.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { parallelism, prune, reaching, textOrJson } from './shared.js';

export const planCommand = defineCommand({
  name: 'plan',
  group: 'Registry',
  summary: 'shows what apply would change, and what that does',
  description: [
    'Compares the manifest with what is in AWS and changes nothing. Values stand side by side, policies are compared by statement and lifecycle policies by rule; what is not ours is shown and kept. What may hurt is listed with the flag that consents to it.',
  ],
  operands: [],
  options: {
    out: {
      kind: 'value',
      flag: '--out',
      value: 'FILE',
      completes: 'file',
      description: 'saves the plan, for `slipway apply FILE`',
    },
    prune,
    detailedExitcode: {
      kind: 'flag',
      flag: '--detailed-exitcode',
      description: 'ends with 2 where there is something to change',
    },
    parallelism,
  },
  globals: reaching,
  formats: textOrJson,
  json: {
    plan: 'the plan, with its own version',
    changes: 'whether there is something to change',
    consent: 'the --accept flags that apply would need',
    diagnostics: 'warnings',
  },
  examples: [
    { command: 'slipway plan -e prod', text: 'what would change in prod' },
    {
      command: 'slipway plan -e prod --out prod.plan && slipway apply prod.plan',
      text: 'applies exactly what was looked at, or nothing',
    },
    { command: 'slipway plan --local', text: 'the same against an ECR of this machine' },
  ],
  exits: {
    '2': 'there is something to change (with --detailed-exitcode)',
    '3': 'refused for safety, for instance the wrong account',
  },
});

export type PlanArgs = ArgsOf<typeof planCommand>;
