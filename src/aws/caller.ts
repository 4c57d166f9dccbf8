// One call to AWS with everything around it: its turn, its tries, its fault.
// It must not know operations or shapes.
import { AwsFault, type Clock, type FaultKind } from '../plan/ports.js';
import { faultOf, readFailure } from './faults.js';
import { Pace, type PaceOptions } from './pace.js';

export interface CallerOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Hears of every try, by the operation as IAM spells it. */
  readonly onCall?: (operation: string) => void;
  /** How often one call is tried, by what befell it last. */
  readonly tries?: Tries;
  readonly pace?: PaceOptions;
  /** Milliseconds: the first wait is at most `base`, doubling up to `cap`; each is a random part of that ("full jitter"). */
  readonly backoff?: { readonly base: number; readonly cap: number };
  /** From 0 up to, not including, 1. */
  readonly random?: () => number;
}

/**
 * Throttling: 20 tries fail one call in a million where every second one is refused, and a large apply makes thousands.
 * Failing: 5xx and broken connections. Unreachable: nobody listens, which waiting seldom mends.
 */
export interface Tries {
  readonly throttled: number;
  readonly failing: number;
  readonly unreachable: number;
}

const patience: Tries = { throttled: 20, failing: 14, unreachable: 5 };

/** What a try knows of those before it. */
export interface Attempt {
  /** An earlier try failed in a way that leaves open whether AWS did what it asked for. */
  readonly repeated: boolean;
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
    this.#pace = new Pace(options.clock, options.pace);
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  get signal(): AbortSignal | undefined {
    return this.#options.signal;
  }

  /** The answer, or an {@link AwsFault}. */
  async call<T>(operation: string, send: (attempt: Attempt) => Promise<T>): Promise<T> {
    const {
      clock,
      signal,
      onCall,
      tries = patience,
      backoff = { base: 50, cap: 5000 },
      random = Math.random,
    } = this.#options;
    const stop = () => {
      if (signal?.aborted === true) throw new AwsFault('interrupted', operation, 'AbortError', 'interrupted');
    };
    let repeated = false;
    for (let attempt = 1; ; attempt += 1) {
      stop();
      await this.#pace.turn(operation, signal);
      stop();
      onCall?.(operation);
      try {
        // Not passed on to a call under way: an interrupt ends cleanly between calls, never in the middle of a write.
        const answer = await send({ repeated });
        this.#pace.succeeded(operation);
        return answer;
      } catch (error) {
        const failed = readFailure(error);
        if (failed.again === 'throttled') this.#pace.throttled(operation);
        if (failed.again === 'never' || attempt >= tries[failed.again])
          throw faultOf(operation, failed, error, attempt);
        repeated ||= failed.again === 'failing';
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

export function isFault(error: unknown, kind: FaultKind): error is AwsFault {
  return error instanceof AwsFault && error.kind === kind;
}
