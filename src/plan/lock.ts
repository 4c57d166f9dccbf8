// Keeps two applies of one environment apart: a parameter that is created without overwrite, renewed, and removed.
// It must not know what is done under the lock, nor ask the machine anything: who runs and who is alive is told to it.
import { fail } from '../diagnostics/index.js';
import type { Owner } from '../registry/index.js';
import { AwsFault, type Clock, type ParameterPort } from './ports.js';
import { ignorance } from './read.js';

export interface LockOptions {
  /** Who applies, for people: `user@host`. */
  readonly holder: string;
  readonly host: string;
  readonly pid: number;
  /** Whether a process of this host still runs. */
  readonly isAlive: (pid: number) => boolean;
  /** How long to wait for somebody else; without it, a held lock is refused at once. */
  readonly waitMilliseconds?: number;
}

/** What the parameter holds, as JSON. Times are ISO 8601. */
export interface LockInfo {
  readonly holder: string;
  readonly host: string;
  readonly pid: number;
  readonly since: string;
  readonly expires: string;
  /** Tells two runs of one process apart. */
  readonly id: string;
}

/** Long enough for a slow network, short enough that nobody waits for the dead until tomorrow. */
const lifetime = 15 * 60_000;
const renewal = 5 * 60_000;
const poll = 2_000;
/** Overwriting is no test-and-set: whoever takes over waits this long and looks whether it is still the holder. */
const settle = 1_000;

export function lockName({ project, environment }: Owner): string {
  return `/slipway/${project}/${environment}/lock`;
}

export interface LockPorts {
  readonly parameters: ParameterPort;
  readonly clock: Clock;
}

/** A lock that is held. */
export interface HeldLock {
  /** Whether it still is; somebody may have broken it. */
  held(): boolean;
  release(): Promise<void>;
}

/**
 * Takes the lock, or refuses with its holder's name. `undefined`, after a warning, where parameters cannot be used:
 * the caller then goes on without. A lock that has expired or whose process is dead is taken over with a warning.
 */
export async function acquireLock(
  ports: LockPorts,
  owner: Owner,
  options: LockOptions,
  warn: (message: string) => void,
  signal?: AbortSignal,
): Promise<HeldLock | undefined> {
  const { parameters, clock } = ports;
  const name = lockName(owner);
  const id = crypto.randomUUID();
  const since = clock.now();
  const text = () => lockText(options, id, since, clock.now());
  let told = false;
  for (;;) {
    try {
      if (await parameters.create(name, text())) return hold(ports, name, id, text, warn);
    } catch (error) {
      const { operation, reason } = ignorance(error);
      warn(`no lock could be taken (${operation}: ${reason}), so another apply at the same time would not be noticed`);
      return undefined;
    }
    const info = await current(parameters, name);
    if (info === undefined) continue;
    // Ours: the answer to our own call was lost, and it was made once more.
    if (info.id === id) return hold(ports, name, id, text, warn);
    const over = whyOver(info, options, clock.now());
    if (over !== undefined) {
      warn(`the lock of ${nameOf(info)} ${over} and is taken over`);
      try {
        await parameters.overwrite(name, text());
      } catch (error) {
        const { operation, reason } = ignorance(error);
        warn(`the lock could not be taken over (${operation}: ${reason})`);
        return undefined;
      }
      await clock.sleep(settle, signal);
      if ((await current(parameters, name))?.id === id) return hold(ports, name, id, text, warn);
      continue;
    }
    const left = since + (options.waitMilliseconds ?? 0) - clock.now();
    if (left <= 0) {
      fail(
        'plan/locked',
        `environment "${owner.environment}" of "${owner.project}" is being applied by ${nameOf(info)}`,
      );
    }
    if (!told) warn(`waiting for ${nameOf(info)}`);
    told = true;
    await clock.sleep(Math.min(poll, left), signal);
    if (signal?.aborted === true)
      throw new AwsFault('interrupted', 'ssm:PutParameter', 'Interrupted', 'interrupted while waiting for the lock');
  }
}

/** Removes the lock whoever holds it, and tells who did; `undefined` where there was none. */
export async function breakLock(
  { parameters }: Pick<LockPorts, 'parameters'>,
  owner: Owner,
): Promise<LockInfo | undefined> {
  const name = lockName(owner);
  const text = await parameters.get(name);
  if (text === undefined) return undefined;
  await parameters.remove(name);
  return infoOf(text);
}

function lockText({ holder, host, pid }: LockOptions, id: string, since: number, now: number): string {
  const info: LockInfo = {
    holder,
    host,
    pid,
    since: new Date(since).toISOString(),
    expires: new Date(now + lifetime).toISOString(),
    id,
  };
  return JSON.stringify(info);
}

const unknownHolder: LockInfo = { holder: 'somebody', host: '', pid: 0, since: '', expires: '', id: '' };

async function current(parameters: ParameterPort, name: string): Promise<LockInfo | undefined> {
  try {
    const text = await parameters.get(name);
    return text === undefined ? undefined : infoOf(text);
  } catch (error) {
    // Somebody holds it; who, we may not know.
    ignorance(error);
    return unknownHolder;
  }
}

/** A text that is not ours still is a lock. */
function infoOf(text: string): LockInfo {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) {
      const fields = { ...value } as Readonly<Record<string, unknown>>;
      const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '');
      const pid = typeof fields.pid === 'number' ? fields.pid : 0;
      const [holder, since, id] = [text('holder') || 'somebody', text('since'), text('id')];
      return { holder, host: text('host'), pid, since, expires: text('expires'), id };
    }
  } catch {
    // Said below.
  }
  return { ...unknownHolder };
}

function whyOver(info: LockInfo, options: LockOptions, now: number): string | undefined {
  if (Date.parse(info.expires) <= now) return 'had expired';
  if (info.host === options.host && info.host !== '' && !options.isAlive(info.pid))
    return 'was left by a process that is dead';
  return undefined;
}

function nameOf({ holder, pid, since }: LockInfo): string {
  return `${holder}${pid === 0 ? '' : ` (process ${pid})`}${since === '' ? '' : ` since ${since}`}`;
}

function hold(
  { parameters, clock }: LockPorts,
  name: string,
  id: string,
  text: () => string,
  warn: (message: string) => void,
): HeldLock {
  const released = new AbortController();
  let held = true;
  /** Runs `act` on the lock if it still is ours. */
  const mine = async (act: () => Promise<void>, purpose: string) => {
    try {
      const info = await current(parameters, name);
      if (info?.id === id) return await act();
      // A holder we may not read is most likely still us.
      if (info === unknownHolder) return await act();
      held = false;
      warn('the lock was broken by somebody else');
    } catch (error) {
      const { operation, reason } = ignorance(error);
      warn(`the lock could not be ${purpose} (${operation}: ${reason})`);
    }
  };
  const renewing = (async () => {
    for (;;) {
      await clock.sleep(renewal, released.signal);
      if (released.signal.aborted || !held) return;
      await mine(() => parameters.overwrite(name, text()), 'renewed');
    }
  })();
  // Its failure is reported by release; until then nobody may be left with an unhandled rejection.
  renewing.catch(() => undefined);
  return {
    held: () => held,
    async release() {
      released.abort();
      await renewing;
      if (held) await mine(() => parameters.remove(name), 'released');
      held = false;
    },
  };
}
