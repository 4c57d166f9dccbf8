// What was protected and what no longer is, for people and for programs.
// It must not know how that is done.
import type { ProtectionEvent, ProtectionPlan, ProtectionStep, UsageReading } from '../../plan/index.js';
import type { Owner } from '../../registry/model.js';
import { type Canvas, count, hang, list, shellQuote, width } from '../text.js';
import { danglingLines, imageInBrief, pairLines, unknownLines, usersInBrief, usersOf, widestName } from './usage.js';
import { painted, title } from './view.js';

export interface ProtectionView {
  readonly owner: Owner;
  readonly place: { readonly account: string; readonly region: string };
  readonly readings: readonly UsageReading[];
  readonly plan: ProtectionPlan;
  readonly events: readonly ProtectionEvent[];
  readonly dryRun: boolean;
}

export interface ProtectionSummary {
  readonly protected: number;
  readonly released: number;
  readonly kept: number;
  readonly left: number;
  readonly failed: number;
}

function eventOf(
  { repository, digest }: ProtectionStep,
  events: readonly ProtectionEvent[],
): ProtectionEvent | undefined {
  return events.find(({ step }) => step.repository === repository && step.digest === digest);
}

/** In a dry run, what would be done counts as done. */
export function summaryOf(
  plan: ProtectionPlan,
  events: readonly ProtectionEvent[],
  dryRun: boolean,
): ProtectionSummary {
  const done = (action: ProtectionStep['action']) =>
    dryRun
      ? plan.steps.filter((step) => step.action === action).length
      : events.filter(({ step, outcome }) => step.action === action && outcome === 'done').length;
  const planned = (action: ProtectionStep['action']) => plan.steps.filter((step) => step.action === action).length;
  return {
    protected: done('protect'),
    released: done('release'),
    kept: planned('keep'),
    left: planned('leave') + events.filter(({ outcome }) => outcome === 'left').length,
    failed: planned('blocked') + events.filter(({ outcome }) => outcome === 'failed').length,
  };
}

export function imageJson(step: ProtectionStep, events: readonly ProtectionEvent[]): object {
  const { repository, digest, tag, tags, action, uses } = step;
  const event = eventOf(step, events);
  const reason = event?.reason ?? step.reason;
  return {
    repository,
    digest,
    tag,
    tags,
    action,
    outcome: event?.outcome ?? null,
    ...(reason === undefined ? {} : { reason }),
    usedBy: usersOf(uses),
  };
}

const marks = { protect: '+', release: '-', keep: '=', leave: '?', blocked: 'x' } as const;

function saidOf(step: ProtectionStep, event: ProtectionEvent | undefined): string {
  const reason = event?.reason ?? step.reason;
  if (event?.outcome === 'failed' || step.action === 'blocked') return `failed: ${reason ?? ''}`;
  if (event?.outcome === 'left' || step.action === 'leave') return `stays protected: ${reason ?? ''}`;
  if (step.action === 'release') return 'nothing uses it any more';
  return usersInBrief(usersOf(step.uses));
}

export function printProtection(
  { owner, place, readings, plan, events, dryRun }: ProtectionView,
  canvas: Canvas,
): string {
  const { paint, columns } = canvas;
  const blocks: (readonly string[])[] = [[title(owner, place, paint)]];
  // What is protected already and goes on being so is only counted.
  const shown = plan.steps.filter(({ action }) => action !== 'keep');
  for (const repository of new Set(shown.map((step) => step.repository))) {
    const steps = shown.filter((step) => step.repository === repository);
    const names = steps.map(imageInBrief);
    const nameWidth = Math.min(widestName, Math.max(...names.map(width)));
    blocks.push([
      `  ${paint.bold(repository)}`,
      ...steps.flatMap((step, index) => {
        const [first = '', ...rest] = pairLines(names[index] ?? '', saidOf(step, eventOf(step, events)), nameWidth, {
          ...canvas,
          columns: columns - 2,
        });
        return [`    ${painted(marks[step.action], paint)} ${first.slice(4)}`, ...rest.map((line) => `  ${line}`)];
      }),
    ]);
  }
  const left = plan.steps.filter(({ last }) => last === true);
  if (left.length > 0) blocks.push(lastTagLines(left, place.region, canvas));
  const idle = plan.refused.filter(({ why }) => why === 'no-policy' || why === 'missing');
  for (const { repository, reason } of idle) blocks.push(hang(`${repository}: `, reason, columns, paint.dim));
  blocks.push(danglingLines(plan.dangling, canvas), unknownLines(readings, canvas));
  const refused = plan.refused.some(({ why }) => why === 'no-rule');
  blocks.push(hang('', headline(summaryOf(plan, events, dryRun), dryRun, refused), columns, paint.bold));
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function lastTagLines(left: readonly ProtectionStep[], region: string, { paint, columns }: Canvas): readonly string[] {
  const [first] = left;
  if (first === undefined) return [];
  const command = `aws ecr batch-delete-image --region ${region} --repository-name ${shellQuote(first.repository)} --image-ids imageDigest=${first.digest}`;
  const which = left.length === 1 ? 'One image has' : `${left.length} images have`;
  return [
    ...hang(
      '',
      `${which} no other tag and stay${left.length === 1 ? 's' : ''}; whoever does not need ${left.length === 1 ? 'it' : 'them'} deletes with:`,
      columns,
    ),
    `  ${paint.cyan(command)}`,
  ];
}

function headline(
  { protected: added, released, kept, left, failed }: ProtectionSummary,
  dryRun: boolean,
  refused: boolean,
): string {
  const parts = [
    ...(added > 0 ? [`${count(added, 'image')} ${dryRun ? 'would be protected' : 'protected'}`] : []),
    ...(released > 0 ? [`${count(released, 'image')} ${dryRun ? 'would be released' : 'released'}`] : []),
    ...(kept > 0 ? [`${kept} protected already`] : []),
    ...(left > 0 ? [`${left} left as they are`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  if (parts.length > 0) return list(parts);
  return refused
    ? 'Nothing was done: no lifecycle policy here begins with the rule that keeps images in use'
    : 'Nothing to protect: no image of these repositories is in use';
}
