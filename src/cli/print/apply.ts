// The progress of an apply, one line for each repository that is finished, and how it ended.
// It must not know how anything is applied.
import type { ApplyEvent, ApplyOutcome, RepositoryAction } from '../../plan/model.js';
import type { StackAction } from '../../plan/stacks/model.js';
import type { Sink } from '../services.js';
import { type Canvas, canvasOf, count, hang, list, repositories, width } from '../text.js';
import { type Mark, painted } from './view.js';

type Failed = Extract<ApplyEvent, { readonly type: 'repository-failed' }>;
type Skipped = Extract<ApplyEvent, { readonly type: 'repository-skipped' }>;
type StackFailed = Extract<ApplyEvent, { readonly type: 'stack-failed' }>;
type StackSkipped = Extract<ApplyEvent, { readonly type: 'stack-skipped' }>;

type SettingsFailed = Extract<ApplyEvent, { readonly type: 'settings-failed' }>;
type SettingsSkipped = Extract<ApplyEvent, { readonly type: 'settings-skipped' }>;

export interface ApplyReport {
  readonly failures: readonly (Failed | StackFailed | SettingsFailed)[];
  readonly skipped: readonly (Skipped | StackSkipped | SettingsSkipped)[];
  readonly warnings: readonly string[];
  readonly outcome: ApplyOutcome;
  /** How many of each number in the outcome are stacks. */
  readonly stacks: Counts;
  /** How many are registries: what they have once. */
  readonly settings: Counts;
}

type Counts = Readonly<Record<'done' | 'already' | 'failed' | 'skipped', number>>;

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

const stackMarks: Partial<Readonly<Record<StackAction, Mark>>> = { create: '+', delete: '-' };
const stackGoing: Readonly<Record<StackAction, string>> = {
  create: 'making stack',
  update: 'changing stack',
  delete: 'deleting stack',
  unchanged: 'looking at stack',
  kept: 'looking at stack',
  foreign: 'looking at stack',
  stuck: 'looking at stack',
};
const stackPast: Partial<Readonly<Record<StackAction, string>>> = {
  create: 'stack created',
  update: 'stack updated',
  delete: 'stack deleted',
};

function stackAt({ stack, region }: { readonly stack: string; readonly region: string }) {
  return { repository: stack, region };
}

const theRegistry = 'the registry';

function registryAt({ region }: { readonly region: string }) {
  return { repository: theRegistry, region };
}

/** Shows events as they come, and keeps what the end needs. A line that is rewritten appears on a terminal only. */
export class ApplyProgress {
  readonly #sink: Sink;
  readonly #canvas: Canvas;
  readonly #running = new Map<string, string>();
  readonly #failures: (Failed | StackFailed | SettingsFailed)[] = [];
  readonly #skipped: (Skipped | StackSkipped | SettingsSkipped)[] = [];
  readonly #stacks = { done: 0, already: 0, failed: 0, skipped: 0 };
  readonly #settings = { done: 0, already: 0, failed: 0, skipped: 0 };
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
    for (const one of this.#skipped) {
      const { reason } = one;
      if (one.type === 'repository-skipped' && one.unbegun === true) counts.set(reason, (counts.get(reason) ?? 0) + 1);
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
        this.#total = event.repositories + event.stacks + (event.settings ?? 0);
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
      case 'stack-started':
        this.#running.set(`${event.region} ${event.stack}`, `${stackGoing[event.action]} ${event.stack}`);
        break;
      case 'stack-event':
        this.#running.set(`${event.region} ${event.stack}`, `${event.stack}: ${event.resource} ${event.status}`);
        break;
      case 'stack-done':
        this.#stacks[event.already === true ? 'already' : 'done'] += 1;
        if (event.already === true) this.#finish(stackAt(event), '=', 'stack already as planned');
        else this.#finish(stackAt(event), stackMarks[event.action] ?? '~', stackPast[event.action] ?? event.action);
        break;
      case 'stack-failed':
        this.#stacks.failed += 1;
        this.#failures.push(event);
        this.#finish(stackAt(event), 'x', `stack failed: ${event.awsCode}`, paint.red);
        break;
      case 'stack-skipped':
        this.#stacks.skipped += 1;
        this.#skipped.push(event);
        this.#finish(stackAt(event), '.', `stack skipped: ${event.reason}`, paint.dim);
        break;
      case 'settings-started':
        this.#running.set(`${event.region} ${theRegistry}`, `updating ${theRegistry}`);
        break;
      case 'settings-done':
        this.#settings[event.already === true ? 'already' : 'done'] += 1;
        if (event.already === true) this.#finish(registryAt(event), '=', 'already as planned');
        else this.#finish(registryAt(event), '~', 'updated');
        break;
      case 'settings-failed':
        this.#settings.failed += 1;
        this.#failures.push(event);
        this.#finish(registryAt(event), 'x', `failed: ${event.operation}, ${event.awsCode}`, paint.red);
        break;
      case 'settings-skipped':
        this.#settings.skipped += 1;
        this.#skipped.push(event);
        this.#finish(registryAt(event), '.', `skipped: ${event.reason}`, paint.dim);
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
    return {
      failures: this.#failures,
      skipped: this.#skipped,
      warnings: this.#warnings,
      outcome: this.#outcome,
      stacks: this.#stacks,
      settings: this.#settings,
    };
  }
}

/** What went wrong, for stderr; empty where nothing did. */
export function printFailures({ failures }: ApplyReport, canvas: Canvas): string {
  const { paint, columns } = canvas;
  const lines = failures.flatMap((one) => {
    const name =
      one.type === 'stack-failed' ? one.stack : one.type === 'settings-failed' ? theRegistry : one.repository;
    const undone = one.type === 'stack-failed' ? [] : one.skipped;
    const skipped = undone.length === 0 ? [] : hang('  not done: ', list(undone), columns, paint.dim);
    return [
      '',
      `${paint.bold(paint.red('failed'))} ${paint.bold(name)} ${paint.dim(`(${one.region})`)}`,
      ...hang('  ', `${one.operation}: ${one.awsCode}`, columns),
      ...hang('  ', one.message, columns),
      ...skipped,
    ];
  });
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** The last line of an apply or destroy, for stdout. */
export function printOutcome(
  { outcome, stacks, settings }: ApplyReport,
  purpose: 'apply' | 'destroy',
  canvas: Canvas,
): string {
  const { paint } = canvas;
  const verb = purpose === 'apply' ? 'Applied' : 'Destroyed';
  const some = outcome.done > 0 || outcome.already > 0;
  const silent = outcome.done === 0 && (some || outcome.failed > 0);
  /** Stacks, and the registry itself, are named beside repositories where there are any. */
  const things = (kind: keyof Counts): string => {
    const [stack, registry] = [stacks[kind], settings[kind]];
    const rest = outcome[kind] - stack - registry;
    const named = [...(stack === 0 ? [] : [count(stack, 'stack')]), ...(registry === 0 ? [] : [theRegistry])];
    return list(rest === 0 && named.length > 0 ? named : [...named, repositories(rest)]);
  };
  const parts = silent ? [] : [`${things('done')} done`];
  if (outcome.already > 0) parts.push(`${parts.length === 0 ? things('already') : outcome.already} already as planned`);
  if (outcome.failed > 0) parts.push(`${parts.length === 0 ? things('failed') : outcome.failed} failed`);
  if (outcome.skipped > 0) parts.push(`${outcome.skipped} skipped`);
  const complete = outcome.failed === 0 && outcome.skipped === 0 && !outcome.interrupted;
  if (complete) return `\n${paint.bold(paint.green(`${verb}: ${parts.join(', ')}`))}\n`;
  const head = outcome.interrupted ? 'Interrupted' : `${some ? 'Partly' : 'Not'} ${verb.toLowerCase()}`;
  const next = 'run the command again: it goes on where this run ended';
  const advice = outcome.failed > 0 ? `mend the cause and ${next}` : next;
  return `\n${paint.bold(paint.red(`${head}: ${parts.join(', ')}`))}\n${hang('', advice, canvas.columns).join('\n')}\n`;
}
