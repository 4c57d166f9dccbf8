// `slipway apply`, as data.
// It must not know how it is done: actions/apply.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { accept, autoApprove, breakLock, lockTimeout, parallelism, prune, reaching, textOrJson } from './shared.js';

export const applyCommand = defineCommand({
  name: 'apply',
  group: 'Registry',
  summary: 'makes the registry what the manifest says',
  description: [
    'Plans, shows the plan, asks, and carries it out. A failure stops only what depends on it; the end of the run says what was done, what was found as planned already, what failed and what was skipped. Running it again goes on from there.',
    'With FILE, a plan saved by `slipway plan --out`, nothing is asked: the file is the approval. It is refused where AWS has moved on since, in another place than it was made in (AWS, the local ECR, another endpoint), and in the folder of another project.',
    'Without a terminal and without --auto-approve nothing is changed. Ctrl-C finishes the calls under way and stops; a second one stops at once.',
  ],
  operands: [{ name: 'FILE', description: 'a saved plan', required: false, completes: 'file' }],
  options: { autoApprove, accept, prune, breakLock, lockTimeout, parallelism },
  globals: reaching,
  formats: textOrJson,
  json: {
    plan: 'what was to be done',
    outcome:
      'numbers of repositories and stacks done, already as planned, failed and skipped, and whether it was interrupted',
    failures: 'repository (or stack), region, step, operation, awsCode, message and skipped steps of each',
    skipped: 'repository, region and reason of each; `unbegun` is true where the run stopped before its turn',
    warnings: 'texts',
    diagnostics: 'warnings of the manifest, and of consent that was not needed',
  },
  examples: [
    { command: 'slipway apply -e dev', text: 'shows the plan and asks' },
    { command: 'slipway apply -e prod --auto-approve', text: 'for CI: does not ask, and still refuses hazards' },
    {
      command: 'slipway apply -e prod --accept take-over:payments/api',
      text: 'takes over a repository that exists already',
    },
    { command: 'slipway apply prod.plan', text: 'carries out a saved plan' },
  ],
  exits: {
    '1': 'an error, or not everything was done',
    '3': 'refused for safety: a hazard without consent, a saved plan that is out of date or out of place, the wrong account, a lock, a question not answered with yes, nobody to ask',
  },
});

export type ApplyArgs = ArgsOf<typeof applyCommand>;
