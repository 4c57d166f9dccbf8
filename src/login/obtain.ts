// A token, from the cache while it is young, from AWS when it gets old, and from the cache again where AWS cannot be asked.
// It must not know AWS, or where the token is going.

import { takeLock } from './lock.js';
import type { Authorization, Clock } from './model.js';
import { hostIn } from './registry.js';
import type { Kept, TokenCache } from './token-cache.js';

/** `short`: there is a token to fall back on. */
export type Patience = 'short' | 'full';

export interface ObtainOptions {
  readonly cache: TokenCache;
  /** Of `identityKey`. */
  readonly key: string;
  /** The registry it is for; the one that the answer names where it is left out. */
  readonly host?: string;
  readonly clock: Clock;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  /** Asks AWS, with retries of its own. */
  readonly fetch: (patience: Patience) => Promise<Authorization>;
  /** Asks AWS although the one in the cache is young. */
  readonly anew?: boolean;
}

export interface Obtained extends Authorization {
  /** Why AWS could not be asked for a new one; the cached one is still good. */
  readonly stale?: unknown;
}

/** One that ends sooner may end before it has been used. Milliseconds. */
const margin = 5 * 60 * 1000;

/** Waits after a refresh that failed, at most; milliseconds. Each further one doubles them. */
const backoff = { first: 60_000, longest: 30 * 60_000 };

/** A token that lives for so long can be renewed at half of its life; machines that were started together drift apart. */
function refreshAt(now: number, expiresAt: number, random: number): number {
  return now + (expiresAt - now) * (0.5 - 0.1 * random);
}

export async function obtain(options: ObtainOptions): Promise<Obtained> {
  const { cache, key, clock, random, anew = false } = options;
  const young = (kept: Kept | undefined): kept is Kept =>
    kept !== undefined && isGood(kept, clock.now()) && clock.now() < kept.refreshAt;
  const found = cache.read(key);
  if (!anew && young(found)) return known(found, options);

  const good = found !== undefined && isGood(found, clock.now()) ? found : undefined;
  // Of many helpers started at once one asks AWS; the others wait for its answer, or go on with what they have.
  const patience = good === undefined ? 60_000 : 0;
  const release = await lockOrGoOn(cache.lockOf(key), { clock, random, patience, lifetime: 120_000 });
  try {
    const now = cache.read(key);
    if (young(now) && (!anew || now.requestedAt !== found?.requestedAt)) return known(now, options);
    if (release === undefined && good !== undefined && !anew) return good;
    return await renewed(good, options);
  } finally {
    release?.();
  }

  async function lockOrGoOn(...args: Parameters<typeof takeLock>): ReturnType<typeof takeLock> {
    try {
      return await takeLock(...args);
    } catch {
      // A home that cannot be written to costs calls, not the login.
      return undefined;
    }
  }

  function known(kept: Kept, at: ObtainOptions): Obtained {
    const hosts = hostsWith(kept.hosts, kept, at);
    if (hosts.length > kept.hosts.length) keep(at, { ...kept, hosts });
    return kept;
  }
}

function hostsWith(
  hosts: readonly string[],
  { proxyEndpoint }: Authorization,
  { host }: ObtainOptions,
): readonly string[] {
  return [...new Set([...hosts, host ?? hostIn(proxyEndpoint)])];
}

function isGood(kept: Kept, now: number): boolean {
  // One from the future is of a clock that was wrong.
  return kept.expiresAt - margin > now && kept.requestedAt <= now;
}

async function renewed(good: Kept | undefined, options: ObtainOptions): Promise<Obtained> {
  const { fetch, clock, random } = options;
  try {
    const fresh = await fetch(good === undefined ? 'full' : 'short');
    const now = clock.now();
    // Where the clock is wrong, a good token looks old: it is used, and not kept.
    if (fresh.expiresAt - margin > now) {
      keep(options, {
        ...fresh,
        hosts: hostsWith(good?.hosts ?? [], fresh, options),
        requestedAt: now,
        refreshAt: refreshAt(now, fresh.expiresAt, random()),
        failures: 0,
      });
    }
    return fresh;
  } catch (error) {
    if (good === undefined) throw error;
    const wait = Math.min(backoff.longest, backoff.first * 2 ** good.failures) * (0.5 + random() / 2);
    keep(options, {
      ...good,
      hosts: hostsWith(good.hosts, good, options),
      refreshAt: clock.now() + wait,
      failures: good.failures + 1,
    });
    return { ...good, stale: error };
  }
}

function keep({ cache, key, clock }: ObtainOptions, kept: Kept): void {
  try {
    cache.write(key, kept, clock.now());
  } catch {
    // As above.
  }
}
