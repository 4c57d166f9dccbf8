// Tokens for registries: from a local ECR, or from AWS by way of the cache. Shared by `slipway login` and the credential helper.
// It must not know what is done with them, and loads nothing of the SDK unless AWS has to be asked.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fail } from '../diagnostics/index.js';
import {
  type Authorization,
  type AwsRegistry,
  type Environment,
  identityKey,
  type Obtained,
  obtain,
  type Patience,
  readAuthorization,
  TokenCache,
} from '../login/index.js';
import type { Services } from './services.js';

type World = Pick<Services, 'env' | 'clock' | 'signal'>;

export function homeOf(env: Environment): string {
  return env['HOME'] ?? homedir();
}

export function tokenCache(env: Environment): TokenCache {
  const cache = env['XDG_CACHE_HOME'];
  return new TokenCache(
    join(cache === undefined || cache === '' ? join(homeOf(env), '.cache') : cache, 'slipway', 'ecr'),
  );
}

/** Nothing where it cannot be read. */
export function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Where there is a token to fall back on, nobody is kept waiting. */
const hurried = { throttled: 2, failing: 2, unreachable: 1 };

/** What of a registry decides which token it takes; all registries of a Region take the same. */
export type Place = Partial<Pick<AwsRegistry, 'host' | 'region' | 'fips' | 'dualStack'>>;

/** The token of AWS for a registry, or for the caller's own where no place is named. Throws an `AwsFault`, `login/no-token` or `login/no-region`. */
export function awsToken(
  { host, ...place }: Place,
  { anew }: { readonly anew: boolean },
  world: World,
): Promise<Obtained> {
  const { env, clock, signal } = world;
  const { region, fips = false, dualStack = false } = place;
  const fetch = async (patience: Patience): Promise<Authorization> => {
    const { getAuthorization } = await import('../aws/authorization.js');
    const options = { fips, dualStack, clock, signal, ...(region === undefined ? {} : { region }) };
    const given = await getAuthorization(patience === 'short' ? { ...options, tries: hurried } : options);
    return (
      readAuthorization(given) ?? fail('login/no-token', 'the endpoint answered GetAuthorizationToken without a token')
    );
  };
  return obtain({
    cache: tokenCache(env),
    key: identityKey({ env, home: homeOf(env), read: textOf }, [region ?? null, fips, dualStack]),
    clock,
    random: Math.random,
    fetch,
    anew,
    ...(host === undefined ? {} : { host }),
  });
}
