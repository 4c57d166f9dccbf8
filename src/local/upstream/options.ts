// What people say of upstream registries: other addresses, and secrets; checked before anything is asked of anybody.
// It must not know rules.
import { fail } from '../../diagnostics/index.js';
import type { Credentials } from './client.js';
import { isLoopback } from './http.js';

/** A secret for pull-through cache rules (user guide, "Storing your upstream repository credentials"). */
export interface UpstreamSecret {
  readonly username: string;
  readonly accessToken: string;
}

export interface UpstreamOptions {
  /**
   * Addresses to use, by the prefix of a rule (`docker-hub`) or by an upstream's host (`registry-1.docker.io`):
   * `http://127.0.0.1:5000`. Plain HTTP only on this machine.
   */
  readonly upstreams?: Readonly<Record<string, string>>;
  /** By name: `ecr-pullthroughcache/docker-hub`. */
  readonly upstreamSecrets?: Readonly<Record<string, UpstreamSecret>>;
}

const name = /^(?=.{2,253}$)[a-zA-Z0-9]+(?:[._/-]+[a-zA-Z0-9]+)*$/;

/** The address of an upstream; throws `local/bad-upstream` where none can be. */
function addressOf(key: string, text: string): URL {
  const refuse = (why: string): never => fail('local/bad-upstream', `the upstream "${key}" ${why}`);
  if (!name.test(key)) refuse('is neither a prefix nor a host');
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return refuse(`has the address "${text}", which is none`);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') refuse(`is not reached by ${url.protocol.slice(0, -1)}`);
  if (url.protocol === 'http:' && !isLoopback(url)) refuse(`is reached by plain HTTP, but not on this machine`);
  if (url.username !== '' || url.password !== '')
    refuse('has credentials in its address; they belong among the secrets');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') refuse('has more than scheme, host and port');
  return url;
}

function secretsOf(given: Readonly<Record<string, UpstreamSecret>>): ReadonlyMap<string, Credentials> {
  return new Map(
    Object.entries(given).map(([key, secret]) => {
      const { username, accessToken } = (secret ?? {}) as Partial<UpstreamSecret>;
      if (typeof username !== 'string' || typeof accessToken !== 'string') {
        fail('local/bad-secrets', `the secret "${key}" has no username and accessToken`);
      }
      // Basic credentials end a user's name at the first colon.
      if (username.includes(':')) fail('local/bad-secrets', `the secret "${key}" has a username with a colon`);
      return [key, { username, password: accessToken }];
    }),
  );
}

export interface KnownUpstreams {
  readonly addresses: ReadonlyMap<string, URL>;
  readonly secrets: ReadonlyMap<string, Credentials>;
}

/** Throws `local/bad-upstream` or `local/bad-secrets`. */
export function knownUpstreams({ upstreams = {}, upstreamSecrets = {} }: UpstreamOptions): KnownUpstreams {
  return {
    addresses: new Map(Object.entries(upstreams).map(([key, text]) => [key, addressOf(key, text)])),
    secrets: secretsOf(upstreamSecrets),
  };
}
