// The progress of an apply, one line for each repository that is finished, and how it ended.
// It must not know how anything is applied.
import type { ApplyEvent, ApplyOutcome, RepositoryAction } from '../../plan/model.js';
import type { Sink } from '../services.js';
import { type Canvas, canvasOf, hang, list, repositories, width } from '../text.js';
import { type Mark, painted } from './view.js';

type Failed = Extract<ApplyEvent, { readonly type: 'repository-failed' }>;
type Skipped = Extract<ApplyEvent, { readonly type: 'repository-skipped' }>;

export interface ApplyReport {
  readonly failures: readonly Failed[];
  readonly skipped: readonly Skipped[];
  readonly warnings: readonly string[];
  readonly outcome: ApplyOutcome;
}

const past: Readonly<Record<RepositoryAction, string>> = {
  create: 'created',
  update: 'updated',
  delete: 'deleted',
  unchanged: 'unchanged',
  orphan: 'left',
  replace: 'changed but for its encryption',
  foreign: 'taken over',
};
const marks: Partial<Readonly<Record<RepositoryAction, Mark>>> = { create: '+', delete: '-' };
const going: Readonly<Record<RepositoryAction, string>> = {
  ...past,
  create: 'creating',
  update: 'updating',
  delete: 'deleting',
  foreign: 'taking over',
};

/** Shows events as they come, and keeps what the end needs. A line that is rewritten appears on a terminal only. */
export class ApplyProgress {
  readonly #sink: Sink;
  readonly #canvas: Canvas;
  readonly #running = new Map<string, string>();
  readonly #failures: Failed[] = [];
  readonly #skipped: Skipped[] = [];
  readonly #warnings: string[] = [];
  #outcome: ApplyOutcome = { done: 0, already: 0, failed: 0, skipped: 0, interrupted: false };
  #total = 0;
  #finished = 0;
  #live = false;
  #shown = '';

  constructor(sink: Sink) {
    this.#sink = sink;
    this.#canvas = canvasOf(sink);
  }

  #erase(): void {
    if (this.#live) this.#sink.write('\r\u001b[K');
    this.#live = false;
  }

  #line(text: string): void {
    this.#erase();
    this.#sink.write(`${text}\n`);
  }

  #status(): void {
    if (!this.#sink.isTTY) return;
    if (this.#running.size === 0) return this.#erase();
    const [first = ''] = this.#running.values();
    const more = this.#running.size > 1 ? ` and ${this.#running.size - 1} more` : '';
    const text = `${this.#counter(this.#finished)} ${first}${more} …`;
    if (this.#live && text === this.#shown) return;
    this.#erase();
    this.#sink.write(this.#canvas.paint.dim(text.slice(0, this.#canvas.columns - 1)));
    this.#shown = text;
    this.#live = true;
  }

  #counter(number: number): string {
    const all = String(this.#total);
    return `[${String(number).padStart(all.length)}/${all}]`;
  }

  /** The last line of a repository; what became of it stands below where the name is long. */
  #finish(
    { repository, region }: { readonly repository: string; readonly region: string },
    mark: Mark,
    what: string,
    tint: (text: string) => string = (text) => text,
  ): void {
    const { paint, columns } = this.#canvas;
    this.#running.delete(`${region} ${repository}`);
    this.#finished += 1;
    const counter = this.#counter(this.#finished);
    const head = `${paint.dim(counter)} ${painted(mark, paint)} ${repository}`;
    if (width(head) + 2 + width(what) <= columns) this.#line(`${head}  ${tint(what)}`);
    else for (const line of [head, ...hang(' '.repeat(counter.length + 3), what, columns, tint)]) this.#line(line);
  }

  #waiting(): void {
    const counts = new Map<string, number>();
    for (const { unbegun, reason } of this.#skipped) {
      if (unbegun === true) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
    const { paint } = this.#canvas;
    for (const [reason, number] of counts) {
      const why = `skipped: ${reason}`.replace(/ it began$/, number === 1 ? '$&' : ' they began');
      this.#line(paint.dim(`${repositories(number)} ${why}`));
    }
  }

  on(event: ApplyEvent): void {
    const { paint, columns } = this.#canvas;
    switch (event.type) {
      case 'started':
        this.#total = event.repositories;
        break;
      case 'warning':
        this.#warnings.push(event.message);
        this.#erase();
        for (const line of hang(paint.bold(paint.yellow('warning: ')), event.message, columns)) this.#line(line);
        break;
      case 'repository-started':
        this.#running.set(`${event.region} ${event.repository}`, `${going[event.action]} ${event.repository}`);
        break;
      case 'step-done':
        break;
      case 'repository-done':
        if (event.already === true) this.#finish(event, '=', 'already as planned');
        else this.#finish(event, marks[event.action] ?? '~', past[event.action]);
        break;
      case 'repository-failed':
        this.#failures.push(event);
        this.#finish(event, 'x', `failed: ${event.operation}, ${event.awsCode}`, paint.red);
        break;
      case 'repository-skipped':
        this.#skipped.push(event);
        // One line for each that merely waited would bury those that are half made.
        if (event.unbegun !== true) this.#finish(event, '.', `skipped: ${event.reason}`, paint.dim);
        break;
      case 'finished':
        this.#outcome = event.outcome;
        this.#erase();
        this.#waiting();
        return;
    }
    this.#status();
  }

  /** Removes the live line; also after an exception. */
  close(): void {
    this.#erase();
  }

  /** Whether changes may have been made. */
  get begun(): boolean {
    return this.#total > 0;
  }

  get report(): ApplyReport {
    return { failures: this.#failures, skipped: this.#skipped, warnings: this.#warnings, outcome: this.#outcome };
  }
}

/** What went wrong, for stderr; empty where nothing did. */
export function printFailures({ failures }: ApplyReport, canvas: Canvas): string {
  const { paint, columns } = canvas;
  const lines = failures.flatMap((one) => {
    const skipped = one.skipped.length === 0 ? [] : hang('  not done: ', list(one.skipped), columns, paint.dim);
    return [
      '',
      `${paint.bold(paint.red('failed'))} ${paint.bold(one.repository)} ${paint.dim(`(${one.region})`)}`,
      ...hang('  ', `${one.operation}: ${one.awsCode}`, columns),
      ...hang('  ', one.message, columns),
      ...skipped,
    ];
  });
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** The last line of an apply or destroy, for stdout. */
export function printOutcome({ outcome }: ApplyReport, purpose: 'apply' | 'destroy', canvas: Canvas): string {
  const { paint } = canvas;
  const verb = purpose === 'apply' ? 'Applied' : 'Destroyed';
  const some = outcome.done > 0 || outcome.already > 0;
  const silent = outcome.done === 0 && (some || outcome.failed > 0);
  const parts = silent ? [] : [`${repositories(outcome.done)} done`];
  if (outcome.already > 0)
    parts.push(`${parts.length === 0 ? repositories(outcome.already) : outcome.already} already as planned`);
  if (outcome.failed > 0) parts.push(`${parts.length === 0 ? repositories(outcome.failed) : outcome.failed} failed`);
  if (outcome.skipped > 0) parts.push(`${outcome.skipped} skipped`);
  const complete = outcome.failed === 0 && outcome.skipped === 0 && !outcome.interrupted;
  if (complete) return `\n${paint.bold(paint.green(`${verb}: ${parts.join(', ')}`))}\n`;
  const head = outcome.interrupted ? 'Interrupted' : `${some ? 'Partly' : 'Not'} ${verb.toLowerCase()}`;
  const next = 'run the command again: it goes on where this run ended';
  const advice = outcome.failed > 0 ? `mend the cause and ${next}` : next;
  return `\n${paint.bold(paint.red(`${head}: ${parts.join(', ')}`))}\n${hang('', advice, canvas.columns).join('\n')}\n`;
}
