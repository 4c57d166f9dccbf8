// Shows and moves the clock of the local ECR.
// It must not know what happens as time passes.
import { fail } from '../../diagnostics/index.js';
import type { ClockAnswer, LifecycleToll } from '../../local/clock-control.js';
import { askControl, type Question } from '../../local/control-client.js';
import { formatDuration } from '../../local/duration.js';
import type { LocalClockArgs } from '../commands/local-clock.js';
import { type ExitCode, exit } from '../exit.js';
import { localPort } from '../local-server.js';
import { printJson } from '../print/json.js';
import type { Services } from '../services.js';
import { bytes, type Canvas, canvasOf, count, hang, list, repositories, table } from '../text.js';

function question(action: string, value: string | undefined): Pick<Question, 'method' | 'body'> {
  const needs = action === 'advance' || action === 'set';
  if (needs !== (value !== undefined)) {
    fail(
      'cli/bad-usage',
      needs ? `${action} needs a value` : `${action} takes no value, and "${value ?? ''}" was given`,
      {
        mend: needs ? `add it, for instance: slipway local clock ${example(action)}` : 'leave it out',
      },
    );
  }
  if (action === 'show') return { method: 'GET' };
  return action === 'reset' ? { method: 'DELETE' } : { method: 'POST', body: { [action]: value } };
}

function example(action: string): string {
  return action === 'advance' ? 'advance 30d' : 'set 2027-01-01';
}

function standing({ now, offsetMilliseconds }: ClockAnswer): string {
  if (Math.abs(offsetMilliseconds) < 1000) return `${now}, the time of this machine`;
  const side = offsetMilliseconds > 0 ? 'ahead of' : 'behind';
  return `${now}, ${formatDuration(offsetMilliseconds)} ${side} this machine`;
}

/** What was done on the way, in words. */
function work(done: ClockAnswer['done']): string {
  const words: Readonly<Record<string, (times: number) => string>> = {
    lifecycle: (times) => count(times, 'run of a lifecycle policy', 'runs of lifecycle policies'),
    'lifecycle-preview': (times) => count(times, 'preview'),
    'lifecycle-preview-expiry': (times) => `${count(times, 'preview')} expired`,
    'image-activation': (times) => `${count(times, 'image')} restored`,
    'image-scan': (times) => `${count(times, 'image')} scanned`,
    'scan-enrolment': (times) =>
      count(times, 'registry that is scanned otherwise', 'registries that are scanned otherwise'),
    'backfill-expiry': (times) => `${count(times, 'backfill')} forgotten`,
  };
  return list(Object.entries(done).map(([duty, times]) => words[duty]?.(times) ?? `${duty} ${times} times`));
}

/** Repositories that are named; the others are counted. */
const named = 10;

/** `12 images, 1.2 GB`; nothing where it is none. */
function load(number: number, size: number): string {
  return number === 0 ? '' : `${count(number, 'image')}, ${bytes(size)}`;
}

/** What lifecycle policies took, in all and from which repositories. */
function toll(taken: readonly LifecycleToll[], { paint, columns }: Canvas): readonly string[] {
  if (taken.length === 0) return [];
  const lines: string[] = [];
  const places = new Set(taken.map(({ account, region }) => `${account}, ${region}`));
  const kinds = [
    ['expired', 'expiredBytes'],
    ['archived', 'archivedBytes'],
  ] as const;
  for (const [number, size] of kinds) {
    const sum = (member: typeof number | typeof size): number => taken.reduce((total, one) => total + one[member], 0);
    if (sum(number) === 0) continue;
    lines.push(paint.bold(`${number} by lifecycle policies: ${load(sum(number), sum(size))}`));
    const those = taken
      .filter((one) => one[number] > 0)
      .sort((one, other) => other[number] - one[number] || (nameOf(one) < nameOf(other) ? -1 : 1));
    const rows = those.slice(0, named).map((one) => {
      const cells = [`  ${one.repository}`, load(one[number], one[size])];
      return places.size > 1 ? [...cells, paint.dim(`(${one.account}, ${one.region})`)] : cells;
    });
    lines.push(...table(rows));
    if (those.length > named) {
      const more = `and ${repositories(those.length - named)} more; --output json names every one`;
      lines.push(...hang('  ', more, columns, paint.dim));
    }
  }
  return lines;
}

function nameOf({ account, region, repository }: LifecycleToll): string {
  return `${repository} ${account} ${region}`;
}

export async function clock({ operands, options, global }: LocalClockArgs, services: Services): Promise<ExitCode> {
  const [action = 'show', value] = operands;
  const port = localPort(options.port, services);
  const asked = question(action, value);
  const answer = (await askControl({ port, path: 'clock', ...asked, signal: services.signal })) as ClockAnswer;
  if (global.output === 'json') {
    printJson(services.stdout, { ...answer });
    return exit.ok;
  }
  const canvas = canvasOf(services.stdout);
  const happened = work(answer.done);
  const lines = [
    standing(answer),
    ...(happened === '' ? [] : hang('', `meanwhile: ${happened}`, canvas.columns, canvas.paint.dim)),
    ...toll(answer.lifecycle ?? [], canvas),
  ];
  services.stdout.write(`${lines.join('\n')}\n`);
  return exit.ok;
}
