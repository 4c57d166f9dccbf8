// The clock's own addresses: show it, advance it, set it, put it back to the machine's time.
// It must not know what happens meanwhile.
import { fail } from '../diagnostics/index.js';
import type { LocalClock } from './clock.js';
import type { ControlAddress } from './control.js';
import { parseDuration, parseMoment } from './duration.js';
import { lifecycleDuty } from './lifecycle/schedule.js';
import type { Counts, Passage, Timekeeper } from './timekeeper.js';

/** Ten years: every day of them is gone through. */
const farthest = 10 * 366 * 86_400_000;

/** What each of the addresses answers. */
export interface ClockAnswer {
  /** ISO 8601. */
  readonly now: string;
  /** ISO 8601; what the machine's clock says. */
  readonly machine: string;
  readonly offsetMilliseconds: number;
  /** How often each duty was done on the way. */
  readonly done: Readonly<Record<string, number>>;
  /** What lifecycle policies did on the way, by repository; those where nothing happened are left out. An older server does not tell it. */
  readonly lifecycle?: readonly LifecycleToll[];
}

/** What policies did to one repository. What refers to an image is counted with it; bytes are ECR's, shared layers in each image. */
export interface LifecycleToll {
  readonly account: string;
  readonly region: string;
  readonly repository: string;
  readonly expired: number;
  readonly expiredBytes: number;
  readonly archived: number;
  readonly archivedBytes: number;
}

function tollOf([subject, counts]: readonly [string, Counts]): LifecycleToll {
  const [account = '', region = '', ...name] = subject.split('/');
  const { expired = 0, expiredBytes = 0, archived = 0, archivedBytes = 0 } = counts;
  return { account, region, repository: name.join('/'), expired, expiredBytes, archived, archivedBytes };
}

function answer({ now, machine, offset, done, came }: Passage): ClockAnswer {
  return {
    now: new Date(now).toISOString(),
    machine: new Date(machine).toISOString(),
    offsetMilliseconds: offset,
    done,
    lifecycle: Object.entries(came[lifecycleDuty] ?? {})
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(tollOf),
  };
}

/** Milliseconds to advance by; throws `local/bad-time`. */
export function durationOf(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) fail('local/bad-time', `"${text.slice(0, 100)}" is no length of time`);
  if (milliseconds > farthest) fail('local/bad-time', `"${text.slice(0, 100)}" is more than ten years at once`);
  return milliseconds;
}

/** Milliseconds since the epoch; throws `local/bad-time`. */
export function momentOf(text: string): number {
  return parseMoment(text) ?? fail('local/bad-time', `"${text.slice(0, 100)}" is no time`);
}

function wish(body: string | undefined): { readonly advance?: string; readonly set?: string } {
  let value: unknown;
  try {
    value = JSON.parse(body ?? '');
  } catch {
    fail('local/bad-time', 'the body is not JSON');
  }
  const { advance, set, ...rest } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  if (Object.keys(rest).length === 0) {
    if (typeof advance === 'string' && set === undefined) return { advance };
    if (typeof set === 'string' && advance === undefined) return { set };
  }
  fail('local/bad-time', 'the body has neither "advance" nor "set" with a text');
}

export function clockAddresses(clock: LocalClock, timekeeper: Timekeeper): Map<string, ControlAddress> {
  return new Map<string, ControlAddress>([
    ['GET /_slipway/clock', () => answer({ ...clock.reading(), done: {}, came: {} })],
    [
      'POST /_slipway/clock',
      async (body) => {
        const { advance, set } = wish(body);
        if (advance !== undefined) return answer(await timekeeper.advance(durationOf(advance)));
        const time = momentOf(set ?? '');
        if (time - clock.now() > farthest) fail('local/bad-time', `"${set ?? ''}" is more than ten years ahead`);
        return answer(await timekeeper.set(time));
      },
    ],
    ['DELETE /_slipway/clock', async () => answer(await timekeeper.reset())],
  ]);
}
