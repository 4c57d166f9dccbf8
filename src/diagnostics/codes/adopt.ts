// The diagnostics of the room `adopt`.
import { type Definition, defineCodes } from '../definition.js';

function mistake(title: string, meaning: string, mend: string): Definition {
  return { severity: 'error', fault: 'user', title, meaning, mend };
}

function remark(title: string, meaning: string, mend: string): Definition {
  return { severity: 'warning', fault: 'user', title, meaning, mend };
}

export const adoptCodes = defineCodes({
  'adopt/not-readable': mistake(
    'a file of another kind',
    'The text is not what the engine writes.',
    'give the file that the message names',
  ),
  'adopt/nothing-found': mistake(
    'no repository in it',
    'The file declares no private repository of ECR.',
    'give the state, plan or template that has them; of nested stacks, each by itself',
  ),
  'adopt/unknown-place': mistake(
    'no account or Region',
    'A manifest says in which account and Region its repositories are, and the file does not.',
    'name them with `--account` and `--region`',
  ),
  'adopt/bad-value': mistake(
    'a value that ECR does not take',
    'What was found has a value that no repository can have, so that no manifest can say it.',
    'mend it in the file that was read',
  ),
  'adopt/unreadable': mistake(
    'a repository that cannot be read whole',
    'A manifest without what could not be read would take it away.',
    'allow the operation that the message names, or leave the repository out with `--only`',
  ),
  'adopt/unknown-value': remark(
    'a value that only the engine knows',
    'It is decided while the engine runs, so that it cannot be taken into a manifest.',
    'give the state instead of a plan, or the value with `--parameter`, or complete the manifest by hand',
  ),
  'adopt/conditional': remark(
    'a repository that is made under a condition',
    'The manifest that is written has it always.',
    'remove it from the manifest where the condition does not hold',
  ),
  'adopt/left-out': remark(
    'not taken over',
    'The manifest that is written does not speak of it: it stays with the engine that keeps it.',
    'leave it there, or add to the manifest what says the same',
  ),
  'adopt/statement-left-out': remark(
    'a statement that stays somebody else’s',
    'The manifest cannot say it. Slipway keeps statements that are not its own, so that it goes on to hold.',
    'word it so that principals and actions are listed, or leave it',
  ),
  'adopt/nearly-a-grant': {
    severity: 'info',
    fault: 'user',
    title: 'a statement that is nearly a grant',
    meaning:
      'It allows all but one or two actions of a grant, so that the manifest keeps it in IAM’s own terms: the grant would allow those, too.',
    mend: 'grant it in place of the statement, if those actions may be allowed',
  },
});
