// Drift for people: what is declared, and what AWS has instead.
// It must not know how drift is found.
import type { Plan, RepositoryAction, RepositoryPlan } from '../../plan/model.js';
import type { StackPlan } from '../../plan/stacks/model.js';
import { commandLine, type Run } from '../advice.js';
import { applyCommand } from '../commands/apply.js';
import { planCommand } from '../commands/plan.js';
import { type Canvas, callTable, count, hang, list, repositories } from '../text.js';
import {
  changeLines,
  exposureLines,
  hasForeignStatement,
  indent,
  isOpenToEveryone,
  keptLines,
  unknownLines,
} from './changes.js';
import { hasSettingChanges, isSettingsShown, settingsLines } from './settings.js';
import { isStackShown, stackLines } from './stacks.js';
import { headline, type Mark, title } from './view.js';

/** What happened in AWS, where a plan would say what is to be done about it. */
function fate(repository: RepositoryPlan): readonly [Mark, string] | undefined {
  switch (repository.action) {
    case 'delete':
      return ['-', 'does not exist in AWS'];
    case 'create':
    case 'update':
      return ['~', 'changed in AWS'];
    case 'replace':
      return ['-/+', 'changed in AWS, beyond what can be mended in place'];
    case 'orphan':
      return ['o', 'ours in AWS, but not declared'];
    case 'foreign':
      return ['?', 'declared, but it belongs to somebody else'];
    case 'unchanged':
      if (repository.unknown.length > 0) return ['?', 'could not be read whole'];
      return hasForeignStatement(repository) ? ['=', 'as declared, beside what is not ours'] : undefined;
  }
}

/** What could not be read is no drift, but it is shown. */
function isDrifted(repository: RepositoryPlan): boolean {
  return repository.action !== 'unchanged';
}

export function hasDrifted(drift: Plan): boolean {
  return drift.registries.some(
    ({ repositories: all, stacks, settings }) =>
      all.some(isDrifted) || stacks.some(isStackDrifted) || hasSettingChanges(settings),
  );
}

function isStackDrifted({ action }: StackPlan): boolean {
  return action !== 'unchanged' && action !== 'kept';
}

const stackFates: Partial<Readonly<Record<StackPlan['action'], string>>> = {
  delete: 'stack does not exist in AWS',
  update: 'stack changed in AWS',
};

/** What to do about it, each with the command that does it. `beside`: whether stacks or the registry itself drifted, too. */
function adviceLines(drifted: readonly RepositoryPlan[], beside: boolean, canvas: Canvas, run: Run): readonly string[] {
  const named = (action: RepositoryAction): readonly string[] =>
    drifted.filter((one) => one.action === action).map(({ name }) => name);
  const apply = (...options: string[]): string => commandLine(applyCommand, run, { options });
  const [orphans, foreign, replaced] = [named('orphan'), named('foreign'), named('replace')];
  // Beside the encryption, a repository that needs replacement may have changed in ways that apply mends.
  const mends =
    beside ||
    drifted.some(
      ({ action, changes }) =>
        action === 'update' ||
        action === 'delete' ||
        (action === 'replace' && changes.some(({ aspect }) => aspect !== 'encryption')),
    );
  const steps = replaced.length === 0 ? '' : `, with the steps that replace ${someOf(replaced)}`;
  const calls: (readonly [string, string])[] = [[commandLine(planCommand, run), `shows what would be done${steps}`]];
  if (mends) {
    const rest = replaced.length === 0 ? '' : `, but for the encryption of ${someOf(replaced)}`;
    calls.push([apply(), `makes it as declared again${rest}`]);
  }
  if (orphans.length > 0) calls.push([apply('--prune'), `also deletes ${someOf(orphans)}`]);
  for (const name of foreign) calls.push([apply('--accept', `take-over:${name}`), `takes over ${name}`]);
  return [canvas.paint.bold('Next'), ...callTable(calls, canvas)];
}

const mostNames = 3;

function someOf(names: readonly string[]): string {
  const more = names.length - mostNames;
  return list(more > 0 ? [...names.slice(0, mostNames), `${more} more`] : names);
}

export function printDrift(drift: Plan, canvas: Canvas, run: Run): string {
  const { paint, columns } = canvas;
  const blocks: string[] = [];
  for (const registry of drift.registries) {
    const lines: string[] = [];
    for (const stack of registry.stacks.filter(isStackShown)) {
      const [head = '', ...rest] = stackLines(stack, canvas);
      const told = stackFates[stack.action];
      const { reason } = stack.action === 'delete' ? {} : stack;
      const mark = stack.action === 'delete' ? '-' : '~';
      lines.push('', ...(told === undefined ? [head] : headline(mark, stack.name, told, reason, indent, canvas)));
      if (stack.action !== 'delete') lines.push(...rest);
    }
    if (isSettingsShown(registry.settings)) lines.push('', ...settingsLines(registry.settings, canvas, 'drift'));
    for (const repository of registry.repositories) {
      const head = fate(repository);
      if (head === undefined) continue;
      const reason = repository.action === 'delete' || repository.action === 'orphan' ? undefined : repository.reason;
      lines.push('', ...headline(head[0], repository.name, head[1], reason, indent, canvas));
      for (const change of repository.changes) lines.push(...changeLines(change, canvas));
      lines.push(...keptLines(repository.kept, canvas), ...unknownLines(repository.unknown, canvas));
    }
    for (const note of registry.notes) lines.push('', ...hang(` ${paint.blue('note:')} `, note, columns));
    if (lines.length === 0) continue;
    const legend = hasDrifted(drift) ? paint.dim(': declared -> in AWS') : '';
    blocks.push([title(drift.owner, registry, paint) + legend, ...lines].join('\n'));
  }
  blocks.push(...exposureLines(drift, canvas));
  const all = drift.registries.flatMap((registry) => registry.repositories);
  const drifted = all.filter(isDrifted);
  const stacks = drift.registries.flatMap((registry) => registry.stacks).filter(isStackDrifted);
  const unread =
    all.filter((one) => one.unknown.length > 0).length +
    drift.registries
      .flatMap(({ stacks: some, settings }) => [...some, ...(settings === undefined ? [] : [settings])])
      .filter((one) => one.unknown.length > 0).length;
  const registry = drift.registries.some(({ settings }) => hasSettingChanges(settings));
  const isOfRegistry = drift.registries.some(({ settings }) => settings !== undefined);
  const isRegistryOpen = drift.registries.some(({ settings }) => settings !== undefined && isOpenToEveryone(settings));
  const open = all.filter(isOpenToEveryone).length;
  const opened = [
    ...(open === 0 ? [] : [`${open} ${open === 1 ? 'is' : 'are'} open to everyone`]),
    ...(isRegistryOpen ? ['the registry is open to everyone'] : []),
  ];
  const place = `${drift.owner.project} in ${drift.owner.environment}`;
  const [text, tint] = verdict();
  blocks.push(hang('', text, columns, (line) => paint.bold(tint(line))).join('\n'));
  if (hasDrifted(drift)) blocks.push(adviceLines(drifted, registry || stacks.length > 0, canvas, run).join('\n'));
  return `${blocks.join('\n\n')}\n`;

  function verdict(): readonly [string, (line: string) => string] {
    const number = all.length === 0 && isOfRegistry ? 'the registry' : repositories(all.length);
    const inStacks = stacks.length === 0 ? '' : ` and ${count(stacks.length, 'stack')}`;
    if (registry && drifted.length + stacks.length === 0) return ['Drift in the registry itself', (line) => line];
    if (drifted.length + stacks.length > 0)
      return [
        `Drift in ${drifted.length} of ${number}${inStacks}${registry ? ', and in the registry itself' : ''}`,
        (line) => line,
      ];
    if (unread > 0)
      return [`No drift seen in ${place}, but ${unread} of ${number} could not be read whole`, paint.yellow];
    if (opened.length > 0) return [`No drift: ${number} of ${place} as declared, but ${list(opened)}`, paint.yellow];
    return [`No drift: ${number} of ${place} as declared`, paint.green];
  }
}
