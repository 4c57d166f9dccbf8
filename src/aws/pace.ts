// How fast each operation may be called: as fast as we can until AWS says "slow down", then at a rate that finds its own level.
// It must not know which calls there are, nor what else can go wrong with them.
import type { Clock } from '../plan/ports.js';

/** Calls a second to which an operation is never slowed below: a standstill would help nobody. */
const slowest = 10;
/** Above this the limit is lifted: no operation of ECR that Slipway calls has a published rate (user guide, "Service quotas"). */
const unlimited = 1000;
/** A burst of refusals is one message, not many. */
const deafMilliseconds = 500;

interface Level {
  /** Calls a second; `undefined` while nothing has been throttled. */
  rate: number | undefined;
  nextAt: number;
  heardAt: number;
  windowStart: number;
  inWindow: number;
}

/** A token bucket of depth one for each operation: halves when throttled, grows by about ten calls a second each second. */
export class Pace {
  readonly #clock: Clock;
  readonly #levels = new Map<string, Level>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits for this operation's turn. */
  async turn(operation: string, signal?: AbortSignal): Promise<void> {
    const level = this.#level(operation);
    const now = this.#clock.now();
    if (now - level.windowStart >= 1000) {
      level.windowStart = now;
      level.inWindow = 0;
    }
    level.inWindow += 1;
    if (level.rate === undefined) return;
    const at = Math.max(now, level.nextAt);
    level.nextAt = at + 1000 / level.rate;
    if (at > now) await this.#clock.sleep(at - now, signal);
  }

  /** AWS said that this operation is called too fast. */
  throttled(operation: string): void {
    const level = this.#level(operation);
    const now = this.#clock.now();
    if (now - level.heardAt < deafMilliseconds) return;
    level.heardAt = now;
    level.rate = Math.max(slowest, (level.rate ?? Math.min(unlimited, level.inWindow)) / 2);
  }

  succeeded(operation: string): void {
    const level = this.#level(operation);
    if (level.rate === undefined) return;
    level.rate += 10 / level.rate;
    if (level.rate >= unlimited) level.rate = undefined;
  }

  /** Calls a second, or `undefined` while there is no limit. */
  rateOf(operation: string): number | undefined {
    return this.#level(operation).rate;
  }

  #level(operation: string): Level {
    let level = this.#levels.get(operation);
    if (level === undefined) {
      level = {
        rate: undefined,
        nextAt: 0,
        heardAt: Number.NEGATIVE_INFINITY,
        windowStart: this.#clock.now(),
        inWindow: 0,
      };
      this.#levels.set(operation, level);
    }
    return level;
  }
}
