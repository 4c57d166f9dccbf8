// How fast each operation may be called: as fast as we can until AWS says "slow down", then at a rate that finds its own level.
// It must not know which calls there are, nor what else can go wrong with them.
import type { Clock } from '../plan/ports.js';

export interface PaceOptions {
  /** Calls a second below which an operation is never slowed: a standstill would help nobody. */
  readonly slowest: number;
  /** Above this the limit is lifted: no operation of ECR that Slipway calls has a published rate (user guide, "Service quotas"). */
  readonly unlimited: number;
  /** Calls a second won back in each second of calls at the full rate. */
  readonly recovery: number;
  /** A burst of refusals within this time is one message, not many. */
  readonly deafMilliseconds: number;
}

export const usualPace: PaceOptions = { slowest: 10, unlimited: 1000, recovery: 25, deafMilliseconds: 1000 };

interface Level {
  /** Calls a second; `undefined` while nothing has been throttled. */
  rate: number | undefined;
  nextAt: number;
  heardAt: number;
  windowStart: number;
  inWindow: number;
}

/** A token bucket of depth one for each operation: halves when throttled, recovers by a fixed amount a second. */
export class Pace {
  readonly #clock: Clock;
  readonly #options: PaceOptions;
  readonly #levels = new Map<string, Level>();

  constructor(clock: Clock, options: PaceOptions = usualPace) {
    this.#clock = clock;
    this.#options = options;
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
    const { slowest, unlimited, deafMilliseconds } = this.#options;
    if (now - level.heardAt < deafMilliseconds) return;
    level.heardAt = now;
    level.rate = Math.max(slowest, (level.rate ?? Math.min(unlimited, level.inWindow)) / 2);
  }

  succeeded(operation: string): void {
    const level = this.#level(operation);
    if (level.rate === undefined) return;
    level.rate += this.#options.recovery / level.rate;
    if (level.rate >= this.#options.unlimited) level.rate = undefined;
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
