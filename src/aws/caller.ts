// One call to AWS with everything around it: its turn, its tries, its fault.
// It must not know operations or shapes.
import { AwsFault, type Clock } from '../plan/ports.js';
import { faultOf, readFailure } from './faults.js';
import { Pace } from './pace.js';

export interface CallerOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Hears of every try, by the operation as IAM spells it. */
  readonly onCall?: (operation: string) => void;
  /** How often one call is tried; 14 end right with all but one in 16,000 even when every second call is refused. */
  readonly tries?: number;
  /** Milliseconds: the first wait is at most `base`, doubling up to `cap`; each is a random part of that ("full jitter"). */
  readonly backoff?: { readonly base: number; readonly cap: number };
  /** From 0 up to, not including, 1. */
  readonly random?: () => number;
}

/**
 * Tries under our own hands rather than the SDK's: its retries would hide the throttling that sets the pace, and they try an
 * operation that an endpoint lacks as often as one that failed by chance.
 */
export class Caller {
  readonly #options: CallerOptions;
  readonly #pace: Pace;

  constructor(options: CallerOptions) {
    this.#options = options;
    this.#pace = new Pace(options.clock);
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  get signal(): AbortSignal | undefined {
    return this.#options.signal;
  }

  /** The answer, or an {@link AwsFault}. */
  async call<T>(operation: string, send: (abort: { readonly abortSignal?: AbortSignal }) => Promise<T>): Promise<T> {
    const {
      clock,
      signal,
      onCall,
      tries = 14,
      backoff = { base: 50, cap: 5000 },
      random = Math.random,
    } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      await this.#pace.turn(operation, signal);
      if (signal?.aborted === true) throw new AwsFault('interrupted', operation, 'AbortError', 'interrupted');
      onCall?.(operation);
      try {
        // Not passed on to a call under way: an interrupt ends cleanly between calls, never in the middle of a write.
        const answer = await send({});
        this.#pace.succeeded(operation);
        return answer;
      } catch (error) {
        const failed = readFailure(error);
        if (failed.throttled) this.#pace.throttled(operation);
        if (!failed.retryable || attempt >= tries) throw faultOf(operation, failed, error);
        await clock.sleep(random() * Math.min(backoff.cap, backoff.base * 2 ** (attempt - 1)), signal);
      }
    }
  }
}

/** The answer, or `undefined` where AWS says there is none under one of these codes. */
export async function unless<T>(codes: readonly string[], work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AwsFault && codes.includes(error.awsCode)) return undefined;
    throw error;
  }
}
