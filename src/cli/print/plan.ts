// A plan for people: what becomes of each repository, what that does, what needs consent, and the totals.
// It must not know how a plan is made or carried out.
import { grouped, reasonText } from '../../plan/consent.js';
import type { Hazard, Plan, RegistryPlan, RepositoryPlan } from '../../plan/model.js';
import { isStackWork } from '../../plan/steps.js';
import { unreadIn } from '../../plan/unread.js';
import { commandLine, type Run } from '../advice.js';
import { applyCommand } from '../commands/apply.js';
import { type Canvas, count, folded, hang, list, repositories, stacked } from '../text.js';
import {
  changeLines,
  exposureLines,
  hasForeignStatement,
  indent,
  isOpenToEveryone,
  keptLines,
  remarkLines,
  unknownLines,
} from './changes.js';
import { hasSettingChanges, isSettingsShown, settingsLines } from './settings.js';
import { isStackShown, stackLines } from './stacks.js';
import { headline, type Mark, painted, title } from './view.js';

function fate(repository: RepositoryPlan): readonly [Mark, string] {
  switch (repository.action) {
    case 'create':
      return ['+', 'create'];
    case 'update':
      return ['~', 'update'];
    case 'delete': {
      const images = repository.deletion?.images;
      if (images === undefined || images === 0) return ['-', 'delete'];
      return [
        '-',
        images === null ? 'delete, with an unknown number of images' : `delete, with ${count(images, 'image')}`,
      ];
    }
    case 'replace':
      return ['-/+', 'replace (refused)'];
    case 'orphan':
      return ['o', 'orphan: ours, but no longer declared; --prune deletes it'];
    case 'foreign':
      return [
        '?',
        repository.changes.length === 0
          ? 'not ours, left alone'
          : 'not ours: left alone without consent to take it over',
      ];
    case 'unchanged':
      return [
        '=',
        repository.unknown.length > 0 ? 'unchanged as far as can be seen' : 'unchanged, beside what is not ours',
      ];
  }
}

/** A command at the end of a step stands alone, to be copied, with the options of this run. */
function stepLines(step: string, first: string, columns: number, run: Run): readonly string[] {
  const [, prose, command] = /^(.*?): ((?:skopeo|slipway) .*)$/.exec(step) ?? [];
  if (prose === undefined || command === undefined) return hang(first, step, columns);
  // A step says itself which repositories it is about.
  const apply = commandLine(applyCommand, { ...run, global: { ...run.global, only: [] } });
  const under = ' '.repeat(first.length);
  const lines = folded(
    command.replace(/^slipway apply/, () => apply),
    columns - first.length,
  );
  return [...hang(first, `${prose}:`, columns), ...lines.map((line) => under + line)];
}

function repositoryLines(repository: RepositoryPlan, canvas: Canvas, run: Run): readonly string[] {
  const { columns } = canvas;
  const [mark, what] = fate(repository);
  // What an orphan is needs no second explanation.
  const reason = repository.action === 'orphan' ? undefined : repository.reason;
  const lines = [...headline(mark, repository.name, what, reason, indent, canvas)];
  const whole = repository.action === 'create' || repository.action === 'delete';
  for (const change of repository.changes) lines.push(...changeLines(change, canvas, whole));
  lines.push(...keptLines(repository.kept, canvas), ...unknownLines(repository.unknown, canvas));
  const steps = repository.steps ?? [];
  if (steps.length > 0) {
    lines.push(`${indent}what to do instead`);
    steps.forEach((step, index) => lines.push(...stepLines(step, `${indent}  ${index + 1}. `, columns, run)));
  }
  return lines;
}

/** Unchanged repositories are counted, not listed, unless something is unknown or somebody else grants access too. */
function isShown(repository: RepositoryPlan): boolean {
  return repository.action !== 'unchanged' || repository.unknown.length > 0 || hasForeignStatement(repository);
}

function registryLines(registry: RegistryPlan, plan: Plan, canvas: Canvas, run: Run): readonly string[] {
  const { paint, columns } = canvas;
  // Not pushed one and all: a call takes no more than some hundred thousand arguments, and a plan may have more lines.
  const lines = [
    title(plan.owner, registry, paint),
    ...stacked([
      ...registry.stacks.filter(isStackShown).map((one) => stackLines(one, canvas)),
      ...(isSettingsShown(registry.settings) ? [settingsLines(registry.settings, canvas)] : []),
      ...registry.repositories.filter(isShown).map((one) => repositoryLines(one, canvas, run)),
    ]),
  ];
  for (const note of registry.notes) lines.push('', ...hang(` ${paint.blue('note:')} `, note, columns));
  return lines;
}

function hazardLines(hazards: readonly Hazard[], canvas: Canvas): readonly string[] {
  if (hazards.length === 0) return [];
  const { paint, columns } = canvas;
  const groups = grouped(hazards);
  const lines = [
    paint.bold(
      paint.red(groups.length === 1 ? 'One hazard needs your consent' : `${groups.length} hazards need your consent`),
    ),
  ];
  for (const { hazard, flag, reasons } of groups) {
    lines.push('', `  ${painted('!', paint)} ${paint.bold(hazard.kind)}  ${hazard.repository}`);
    for (const one of reasons) lines.push(...hang(indent, reasonText(one), columns));
    lines.push(`${indent}${paint.cyan(flag)}`);
  }
  return lines;
}

/** Whether there is something to see: what apply would do, could do with consent, or cannot do. */
export function hasChanges(plan: Plan): boolean {
  return plan.registries.some(
    ({ repositories: all, stacks, settings }) =>
      stacks.some(isStackWork) ||
      hasSettingChanges(settings) ||
      all.some((one) => one.action === 'delete' || one.action === 'create' || one.changes.length > 0),
  );
}

function totals(plan: Plan): string {
  const { summary } = plan;
  const parts: string[] = [];
  const dying = plan.registries.flatMap(({ stacks }) => stacks).filter(({ action }) => action === 'delete').length;
  if (summary.stacks > dying) parts.push(`${count(summary.stacks - dying, 'stack')} to bring about`);
  if (dying > 0) parts.push(`${count(dying, 'stack')} to delete`);
  if (plan.registries.some(({ settings }) => hasSettingChanges(settings))) parts.push('the registry to update');
  if (summary.create > 0) parts.push(`${summary.create} to create`);
  if (summary.update > 0) parts.push(`${summary.update} to update`);
  // Beside stacks that go, a number alone could be of either.
  if (summary.delete > 0) parts.push(`${dying > 0 ? repositories(summary.delete) : summary.delete} to delete`);
  if (summary.replace > 0) parts.push(`${summary.replace} to replace by hand`);
  const rest: string[] = [];
  if (summary.unchanged > 0) rest.push(`${summary.unchanged} unchanged`);
  if (summary.orphan > 0) rest.push(count(summary.orphan, 'orphan'));
  if (summary.foreign > 0) rest.push(`${summary.foreign} not ours`);
  if (summary.unknown > 0) rest.push(`${summary.unknown} not fully readable`);
  const idle = plan.hazards.length > 0 ? 'Nothing to do without your consent' : 'Nothing to do';
  if (parts.length === 0) return `${idle}${rest.length === 0 ? '' : `: ${list(rest)}`}`;
  return `Plan: ${[parts.join(', '), ...rest].join('; ')}`;
}

/** Ends with a line feed. `run`: for the commands among the steps of a replacement. */
export function printPlan(plan: Plan, canvas: Canvas, run: Run): string {
  const shown = plan.registries.some(
    (registry) =>
      registry.notes.length > 0 ||
      registry.repositories.some(isShown) ||
      registry.stacks.some(isStackShown) ||
      isSettingsShown(registry.settings),
  );
  const blocks: (readonly string[])[] = shown
    ? plan.registries.map((registry) => registryLines(registry, plan, canvas, run))
    : [];
  if (plan.hazards.length > 0) blocks.push(hazardLines(plan.hazards, canvas));
  blocks.push(exposureLines(plan, canvas), remarkLines(plan, canvas));
  const place = plan.registries.map((registry) => `${registry.account}, ${registry.region}`).join('; ');
  const open = plan.registries.flatMap((registry) => registry.repositories).filter(isOpenToEveryone).length;
  const isRegistryOpen = plan.registries.some(({ settings }) => settings !== undefined && isOpenToEveryone(settings));
  const exposed = `${open === 0 ? '' : `; ${open} open to everyone`}${isRegistryOpen ? '; the registry open to everyone' : ''}`;
  const isOfRegistry = plan.purpose !== 'destroy' && plan.registries.some(({ settings }) => settings !== undefined);
  const clean =
    (plan.summary.unchanged > 0 || isOfRegistry) &&
    !hasChanges(plan) &&
    plan.summary.orphan + plan.summary.foreign + plan.summary.unknown === 0 &&
    unreadIn(plan).length === 0;
  const last = clean
    ? `Nothing to do: ${plan.summary.unchanged === 0 ? 'the registry' : repositories(plan.summary.unchanged)} of ${plan.owner.project} in ${plan.owner.environment} (${place}) as declared`
    : totals(plan);
  blocks.push(hang('', last + exposed, canvas.columns, canvas.paint.bold));
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}
