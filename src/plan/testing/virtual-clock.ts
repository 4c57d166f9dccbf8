// A clock for tests: short pauses pass by themselves once everything else had its turn, long ones when told to.
// It must not wait for real time.
import type { Clock } from '../ports.js';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Pauses up to this long pass by themselves, in milliseconds. */
const short = 10_000;
/** Turns of the event loop that everything else gets meanwhile. */
const turns = 30;

export class VirtualClock implements Clock {
  #now = Date.parse('2026-01-01T00:00:00Z');
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return this.#now;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    if (milliseconds <= short) {
      const until = this.#now + milliseconds;
      for (let turn = 0; turn < turns && !isAborted(signal); turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      this.#now = Math.max(this.#now, until);
      return;
    }
    await new Promise<void>((resolve) => {
      const sleeper = { until: this.#now + milliseconds, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        resolve();
      });
    });
  }

  /** Lets time pass, waking everybody whose time has come. */
  async advance(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
    for (const sleeper of this.#sleepers) {
      if (sleeper.until > this.#now) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Asked anew at each turn: the compiler takes a property it has seen once for settled. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
