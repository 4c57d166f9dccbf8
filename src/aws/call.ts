// One call to AWS, made to end well: paced, tried again where that helps, stopped by the caller's signal.
// It must not know any operation, nor what is sent.
//
// The SDK's own retries are off (one attempt). Its standard mode pays for retries from one budget a client, which runs dry
// when half of a thousand calls are throttled; its adaptive mode slows all operations down for the sake of one.
// What may be retried and the full jitter are standard mode's.
import type { Clock } from '../plan/ports.js';
import { faultOf, judge, retryAfter } from './faults.js';
import { generousPace, Pace, type PaceOptions } from './pace.js';

export interface RetryOptions {
  /** The most attempts of a call that is throttled: 20 make one failure in a million where half of all calls are. */
  readonly throttled: number;
  /** The most attempts of a call that meets 5xx or a broken connection. */
  readonly transient: number;
  /** The most attempts where nothing is reached at all, which is seldom mended by waiting. */
  readonly unreachable: number;
  /** The wait before attempt n is random below `base` · 2^(n-1), and never above `cap`. Milliseconds. */
  readonly base: number;
  readonly cap: number;
}

export const patientRetries: RetryOptions = { throttled: 20, transient: 14, unreachable: 5, base: 50, cap: 5000 };

export interface CallerOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Told of every request that is sent, retries included. */
  readonly onCall?: ((operation: string) => void) | undefined;
  readonly retries?: RetryOptions | undefined;
  readonly pace?: PaceOptions | undefined;
  /** From 0 up to 1. */
  readonly random?: (() => number) | undefined;
}

export interface Attempt {
  /** What `send` of an SDK client takes beside the command. */
  readonly http: { readonly abortSignal?: AbortSignal };
  /** An earlier attempt failed in a way that leaves open whether AWS did what it asked for. */
  readonly repeated: boolean;
}

export interface Caller {
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  /** Throws nothing but AwsFault. `operation` as IAM spells it. */
  call<T>(operation: string, send: (attempt: Attempt) => Promise<T>): Promise<T>;
}

/** One caller for one account and Region: its operations share nothing but the clock and the signal. */
export function createCaller(options: CallerOptions): Caller {
  const { clock, signal } = options;
  const retries = options.retries ?? patientRetries;
  const random = options.random ?? Math.random;
  const paces = new Map<string, Pace>();
  const http = signal === undefined ? {} : { abortSignal: signal };

  function paceOf(operation: string): Pace {
    const known = paces.get(operation);
    if (known !== undefined) return known;
    const made = new Pace(clock, options.pace ?? generousPace);
    paces.set(operation, made);
    return made;
  }

  function stopIfAborted(operation: string, attempts: number): void {
    if (signal?.aborted !== true) return;
    throw faultOf(operation, signal.reason, { kind: 'interrupted', retry: 'never', awsCode: 'AbortError' }, attempts);
  }

  async function call<T>(operation: string, send: (attempt: Attempt) => Promise<T>): Promise<T> {
    const pace = paceOf(operation);
    let repeated = false;
    for (let attempts = 1; ; attempts += 1) {
      stopIfAborted(operation, attempts);
      await pace.turn(signal);
      stopIfAborted(operation, attempts);
      options.onCall?.(operation);
      try {
        return await send({ http, repeated });
      } catch (error) {
        const verdict = judge(error, signal);
        if (verdict.retry === 'throttled') pace.throttled();
        if (verdict.retry === 'never' || attempts >= retries[verdict.retry]) {
          throw faultOf(operation, error, verdict, attempts);
        }
        repeated ||= verdict.retry === 'transient';
        const longest = Math.min(retries.cap, retries.base * 2 ** (attempts - 1));
        await clock.sleep(Math.max(random() * longest, Math.min(retries.cap, retryAfter(error))), signal);
      }
    }
  }

  return { clock, signal, call };
}
