// Lets time pass: does what the timetable says, in order of time, as the clock goes on and when somebody moves it.
// It must not know what any duty does, nor when it is called upon.
import { setImmediate as turn } from 'node:timers/promises';
import { fail } from '../diagnostics/index.js';
import type { ClockReading, LocalClock } from './clock.js';
import { lastMoment } from './duration.js';
import type { Store } from './store/store.js';
import { bringForward, type Due, firstDue, schedule, unschedule } from './timetable.js';

/** What a duty counted, by name. */
export type Counts = Readonly<Record<string, number>>;

/**
 * Does one thing that is due, and may say what came of it in numbers, which are added up. In its last transaction it takes the entry off the timetable, or puts it on again for later:
 * a process that is killed before that does it again. When the signal fires it may leave the rest to the next start in the same way.
 */
export type Duty = (due: Due, signal: AbortSignal) => Counts | void | Promise<Counts | void>;

export interface TimekeeperOptions {
  readonly store: Store;
  readonly clock: LocalClock;
  readonly duties: ReadonlyMap<string, Duty>;
  readonly onDefect: (error: unknown, operation: string) => void;
}

/** What became of a wish to move the clock. */
export interface Passage extends ClockReading {
  /** How often each duty was done meanwhile. */
  readonly done: Readonly<Record<string, number>>;
  /** What came of it, by duty and subject; where nothing did, nothing is told. */
  readonly came: Readonly<Record<string, Readonly<Record<string, Counts>>>>;
}

type Done = Pick<Passage, 'done' | 'came'>;

/** What could not be done is tried again after this long. */
const respite = 3_600_000;
/** How long other work waits for duties at most, in milliseconds. */
const patience = 20;

export class Timekeeper {
  readonly #options: TimekeeperOptions;
  #tail: Promise<unknown> = Promise.resolve();
  readonly #end = new AbortController();

  constructor(options: TimekeeperOptions) {
    this.#options = options;
  }

  /** Does what is due by now. Resolves to when the next thing is, in milliseconds since the epoch. */
  catchUp(): Promise<number | undefined> {
    return this.#alone(async () => {
      await this.#doUntil(() => this.#options.clock.now());
      return firstDue(this.#options.store)?.at;
    });
  }

  /** Moves the clock ahead. Whatever is due on the way is done at its own time. */
  advance(milliseconds: number): Promise<Passage> {
    return this.#alone(() => this.#pass(this.#options.clock.now() + milliseconds));
  }

  /** The same to a given time. Throws `local/clock-backwards` where that is past. */
  set(time: number): Promise<Passage> {
    return this.#alone(() => this.#pass(time));
  }

  /** Back to the machine's time. What was to happen in so many hours still does. */
  reset(): Promise<Passage> {
    return this.#alone(() => {
      const { clock, store } = this.#options;
      store.transaction(() => {
        const back = clock.reset();
        if (back > 0) bringForward(store, back);
      });
      return Promise.resolve({ ...clock.reading(), done: {}, came: {} });
    });
  }

  /** Nothing more is begun; resolves when what is under way is done, or has left the rest for the next start. */
  async end(): Promise<void> {
    this.#end.abort();
    await this.#tail;
  }

  /** One after the other: time passes for all at once. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#tail.then(work);
    this.#tail = mine.catch(() => undefined);
    return mine;
  }

  async #pass(time: number): Promise<Passage> {
    const { clock } = this.#options;
    const start = clock.now();
    if (time < start) {
      fail(
        'local/clock-backwards',
        `${new Date(time).toISOString()} is before the clock's ${new Date(start).toISOString()}`,
      );
    }
    if (time > lastMoment) fail('local/bad-time', 'the clock does not go beyond the year 9999');
    clock.hold(start);
    try {
      // Written down first: whoever is killed on the way wakes up at the end of it, and does the rest then.
      clock.leap(time);
      const told = await this.#doUntil(
        () => time,
        (due) => clock.hold(Math.max(start, due.at)),
      );
      return { ...clock.reading(), now: time, ...told };
    } finally {
      clock.release();
    }
  }

  async #doUntil(end: () => number, reach: (due: Due) => void = () => undefined): Promise<Done> {
    const done: Record<string, number> = {};
    const came: Record<string, Record<string, Counts>> = {};
    let since = performance.now();
    for (;;) {
      const due = firstDue(this.#options.store);
      if (due === undefined || due.at > end() || this.#end.signal.aborted) return { done, came };
      reach(due);
      const counts = await this.#do(due);
      done[due.duty] = (done[due.duty] ?? 0) + 1;
      if (counts !== undefined && Object.values(counts).some((number) => number > 0)) {
        const subjects = (came[due.duty] ??= {});
        subjects[due.subject] = added(subjects[due.subject], counts);
      }
      if (performance.now() - since > patience) {
        // What the disk does not take is due again at once: it is told of, and left for later.
        await (this.#options.store.durable() ?? turn());
        since = performance.now();
      }
    }
  }

  async #do(due: Due): Promise<Counts | undefined> {
    const { store, duties, onDefect, clock } = this.#options;
    const put = (at: number | undefined): void =>
      store.transaction(() => {
        unschedule(store, due.duty, due.subject);
        if (at !== undefined) schedule(store, { ...due, at });
      });
    const duty = duties.get(due.duty);
    try {
      if (duty === undefined) throw new Error('nobody knows this duty');
      const counts = await duty(due, this.#end.signal);
      if (this.#end.signal.aborted) return undefined;
      const next = firstDue(store);
      if (next?.at === due.at && next.duty === due.duty && next.subject === due.subject) {
        throw new Error('it is still due');
      }
      return counts ?? undefined;
    } catch (error) {
      onDefect(error, `${due.duty} of ${due.subject}`);
      put(duty === undefined ? undefined : Math.max(due.at, clock.now()) + respite);
      return undefined;
    }
  }
}

function added(before: Counts = {}, counts: Counts): Counts {
  const sum: Record<string, number> = { ...before };
  for (const [name, number] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + number;
  return sum;
}
