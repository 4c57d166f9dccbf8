// Shows and moves the clock of the local ECR.
// It must not know what happens as time passes.
import { fail } from '../../diagnostics/index.js';
import type { ClockAnswer } from '../../local/clock-control.js';
import { askControl, type Question } from '../../local/control-client.js';
import { formatDuration } from '../../local/duration.js';
import type { LocalClockArgs } from '../commands/local-clock.js';
import { type ExitCode, exit } from '../exit.js';
import { localPort } from '../local-server.js';
import { printJson } from '../print/json.js';
import type { Services } from '../services.js';
import { canvasOf, count, list } from '../text.js';

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

export async function clock({ operands, options, global }: LocalClockArgs, services: Services): Promise<ExitCode> {
  const [action = 'show', value] = operands;
  const port = localPort(options.port, services);
  const asked = question(action, value);
  const answer = (await askControl({ port, path: 'clock', ...asked, signal: services.signal })) as ClockAnswer;
  if (global.output === 'json') {
    printJson(services.stdout, { ...answer });
    return exit.ok;
  }
  const { paint } = canvasOf(services.stdout);
  const happened = work(answer.done);
  services.stdout.write(`${standing(answer)}\n${happened === '' ? '' : `${paint.dim(`meanwhile: ${happened}`)}\n`}`);
  return exit.ok;
}
