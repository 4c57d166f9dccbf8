// `slipway destroy`, as data.
// It must not know how it is done: actions/apply.ts does.
import { type ArgsOf, defineCommand } from '../command.js';
import { accept, autoApprove, breakLock, lockTimeout, parallelism, reaching, textOrJson } from './shared.js';

export const destroyCommand = defineCommand({
  name: 'destroy',
  group: 'Registry',
  summary: 'deletes the repositories and roles of one environment',
  description: [
    'Deletes the repositories that belong to this project and environment, and no others. A repository that holds images is deleted only where the manifest says `forceDelete: true` and the loss is consented to with --accept delete-images:NAME.',
    'Roles go with them. The key that Slipway made stays, since images die with it, and so does the identity provider, which others may trust: --accept delete-key:STACK and --accept delete-provider:STACK take them too.',
  ],
  operands: [],
  options: { autoApprove, accept, breakLock, lockTimeout, parallelism },
  globals: reaching,
  formats: textOrJson,
  json: {
    plan: 'what was to be done',
    outcome:
      'numbers of repositories and stacks done, already as planned, failed and skipped, and whether it was interrupted',
    failures: 'repository (or stack), region, step, operation, awsCode, message and skipped steps of each',
    skipped: 'repository, region and reason of each; `unbegun` is true where the run stopped before its turn',
    warnings: 'texts',
    diagnostics: 'warnings of the manifest',
  },
  examples: [
    { command: 'slipway destroy -e dev', text: 'shows what would go and asks' },
    { command: 'slipway destroy -e dev --only api --auto-approve', text: 'one repository, without a question' },
  ],
  exits: {
    '1': 'an error, or not everything was done',
    '3': 'refused for safety: images without consent, the wrong account, a lock, a question not answered with yes, nobody to ask',
  },
});

export type DestroyArgs = ArgsOf<typeof destroyCommand>;
