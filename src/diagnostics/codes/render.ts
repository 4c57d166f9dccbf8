// The diagnostics of the room `render`.
import { type Definition, defineCodes } from '../definition.js';

function mistake(title: string, meaning: string, mend: string): Definition {
  return { severity: 'error', fault: 'user', title, meaning, mend };
}

function loss(title: string, meaning: string, mend: string): Definition {
  return { severity: 'warning', fault: 'user', title, meaning, mend };
}

export const renderCodes = defineCodes({
  'render/unknown-target': mistake(
    'no such target',
    'Slipway writes the code of some engines, and this is none of them.',
    '`slipway render --help` lists them',
  ),
  'render/bad-option': mistake(
    'an option the target cannot take',
    'Each target has options of its own, given as `--with NAME=VALUE`.',
    '`slipway render --help` lists them',
  ),
  'render/file-in-the-way': mistake(
    'a file that Slipway did not write',
    'The folder holds a file of the same name that is not in the record of the last rendering, or was changed since.',
    'give another folder with `-o`, move the file away, or add `--overwrite`',
  ),
  'render/another-folder': mistake(
    'a folder that is for something else',
    'A folder is kept up to date for one target, and for one environment or all of them: what is not rendered any more is taken away.',
    'give another folder with `-o`, or add `--overwrite` where the other rendering may go',
  ),
  'render/whole-policy': loss(
    'statements of others would go',
    'The target writes the whole repository policy, where `slipway apply` keeps the statements that are not its own.',
    'take the statements into `access.statements`, or leave the repository to `slipway apply`',
  ),
});
