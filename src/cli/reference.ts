// docs/cli.md, made from the commands' data.
// It must not know what any command does.
import type { CommandSpec } from './command.js';
import { exitMeanings } from './exit-meanings.js';
import { globalNames, globalOptions } from './globals.js';
import { describedOption, flagsOf, groupOrder, usageOf } from './help.js';

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return rows.length === 0 ? [] : [line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}

function section(spec: CommandSpec): readonly string[] {
  const lines = [
    `### \`slipway ${spec.name}\``,
    '',
    `${spec.summary[0]?.toUpperCase() ?? ''}${spec.summary.slice(1)}.`,
    '',
    '```',
    usageOf(spec),
    '```',
    '',
  ];
  for (const paragraph of spec.description) lines.push(paragraph, '');
  lines.push(
    ...tableOf(
      ['argument', ''],
      spec.operands.map((one) => [
        `\`${one.name}\``,
        one.choices === undefined ? one.description : `${one.description}: ${one.choices.join(', ')}`,
      ]),
    ),
    ...tableOf(
      ['option', ''],
      Object.values(spec.options).map((option) => [`\`${flagsOf(option)}\``, describedOption(option)]),
    ),
    ...(spec.tables ?? []).flatMap(({ title, rows }) =>
      tableOf(
        [title, ''],
        rows.map(([name, text]) => [`\`${name}\``, text]),
      ),
    ),
  );
  const common = globalNames
    .filter((name) => spec.globals.includes(name))
    .map((name) => `\`${globalOptions[name].flag}\``);
  if (common.length > 0) lines.push(`Takes ${common.join(', ')}. Formats: ${spec.formats.join(', ')}.`, '');
  lines.push('```sh', ...spec.examples.flatMap((one) => [`# ${one.text}`, one.command]), '```', '');
  const special = Object.keys(spec.exits ?? {}).length > 0;
  if (special)
    lines.push(
      ...tableOf(
        ['exit code', ''],
        exitMeanings(spec).map(([code, meaning]) => [code, meaning]),
      ),
    );
  lines.push(
    ...tableOf(
      ['member of `--output json`', ''],
      Object.entries(spec.json).map(([name, meaning]) => [`\`${name}\``, meaning]),
    ),
  );
  return lines;
}

export function referencePage(specs: readonly CommandSpec[]): string {
  const lines = [
    '# The command line',
    '',
    'Generated from `src/cli/commands/`; change it there and run `npm run generate`.',
    '',
    'Results go to stdout, progress and diagnostics to stderr. Colour appears on a terminal only; `NO_COLOR=1`, `FORCE_COLOR=1` and `--no-color` are honoured.',
    '',
    '## Options of every command',
    '',
    'They may stand before or after the command. A command to which one means nothing accepts and ignores it.',
    '',
    ...tableOf(
      ['option', ''],
      globalNames.map((name) => [`\`${flagsOf(globalOptions[name])}\``, globalOptions[name].description]),
    ),
    '## Exit codes',
    '',
    'The first that holds:',
    '',
    ...tableOf(
      ['code', ''],
      [
        ['130', 'interrupted by Ctrl-C'],
        ['1', 'an error, or partly applied'],
        [
          '3',
          'refused for safety: a hazard without consent, a stale plan, the wrong account, a lock, a question not answered with yes, nobody to ask',
        ],
        ['2', 'there is something to see: `drift`, and `plan --detailed-exitcode`'],
        ['0', 'done'],
      ],
    ),
    '## Consent',
    '',
    'Before it changes anything, `apply` shows the plan and asks. `--auto-approve` answers that question and no other: what may hurt is a hazard, and each needs `--accept HAZARD` or `--accept HAZARD:NAME`. Without it the run ends with 3 and shows the exact flag. Creating what the manifest says is never a hazard.',
    '',
    ...tableOf(
      ['hazard', 'what would happen'],
      [
        ['`delete-images`', 'a repository goes, and images with it'],
        ['`expire-images`', 'images that exist today expire under the new lifecycle policy'],
        ['`expire-in-use`', 'one of them is running somewhere, or that could not be found out'],
        ['`lose-access`', 'somebody who can pull or push today can no longer'],
        ['`open-access`', 'access beyond named accounts, principals and organisations'],
        ['`overwrite-shared`', 'something that others use too is written over'],
        ['`take-over`', 'a repository that exists and is not ours becomes ours'],
      ],
    ),
    '## JSON',
    '',
    'With `--output json` a command prints exactly one object on stdout. Its `version` is 1, and rises when a member changes its meaning or goes; new members may come at any time. A command that fails prints `{"version": 1, "diagnostics": […]}`: each has `code`, `severity`, `message`, and where known `mend`, `range` (file, line, column, endLine, endColumn) and `path`. Progress stays on stderr, and `--help` is text whatever `--output` says.',
    '',
    '### The plan',
    '',
    'The `plan` of `plan --output json`, `apply` and `destroy`, the `drift` of `drift`, and the file that `plan --out` writes hold the same object, typed as `Plan` in the package:',
    '',
    ...tableOf(
      ['member', ''],
      [
        ['`version`', 'its own version, 1'],
        ['`purpose`', '`apply`, `destroy` or `drift`'],
        ['`owner`', '`project` and `environment`'],
        ['`scope`', 'what was asked for: `only` and `prune`'],
        [
          '`registries[]`',
          '`account`, `region`, `partition`, `notes`, and `repositories[]` sorted by name, unchanged ones included',
        ],
        [
          '`….repositories[]`',
          '`name`, `key`, `arn`, `uri`, `action` (create, update, delete, unchanged, orphan, replace, foreign), `reason`, `changes[]`, `kept[]`, `unknown[]`; with `delete` its `deletion`, with `replace` the `steps` for a person',
        ],
        [
          '`….changes[]`',
          '`aspect` (tagMutability, scanOnPush, encryption, tags, lifecyclePolicy, repositoryPolicy), `before`, `after`; of policies also the `rules` or `statements` that differ, each with `id`, `action` (add, change, remove), `before`, `after`; `effect`: what becomes of existing images',
        ],
        ['`hazards[]`', '`kind`, `repository`, `reason`, `mustBeNamed`'],
        ['`summary`', 'how many of each action, and how many are not fully readable'],
      ],
    ),
    '## Environment variables',
    '',
    ...tableOf(
      ['variable', ''],
      [
        ['`AWS_…`', "the AWS SDK's own: credentials, profiles, Region, endpoints; with `--local` they are ignored"],
        ['`SLIPWAY_LOCAL_PORT`', 'the port of the local ECR, 4510 where not set'],
        ['`SLIPWAY_DEBUG=1`', 'shows where an unexpected error happened'],
        ['`NO_COLOR`, `FORCE_COLOR`', 'colour off or on, whatever the output is'],
        ['`GITHUB_OUTPUT`', 'the file `output --output github` appends to'],
      ],
    ),
  ];
  for (const group of groupOrder) {
    lines.push(`## ${group}`, '');
    for (const spec of specs.filter((one) => one.group === group)) lines.push(...section(spec));
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
