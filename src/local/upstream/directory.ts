// Where upstream registries are reached, and as whom: their own addresses, unless somebody named others; secrets by the names that
// Secrets Manager would know them by; registries of ECR itself in this very server.
// It must not know what is asked of an upstream.
import { fail } from '../../diagnostics/index.js';
import type { PullThroughRule } from '../ecr/registry/pull-through-cache.js';
import { type Credentials, UpstreamClient, type UpstreamPlace } from './client.js';
import { ecrCredentials } from './ecr-credentials.js';
import { Http, type HttpOptions, isLoopback } from './http.js';

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

/** What Secrets Manager puts at the end of a name in an ARN. */
const suffix = /-[A-Za-z0-9]{6}$/;

const ecrHost = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com$/;

/** Clients remember what they have proven; there are at most 50 rules in a registry. */
const mostClients = 1_000;

export interface DirectoryOptions extends UpstreamOptions, HttpOptions {
  /** Of this server, on which the registries of ECR are that have no address of their own. */
  readonly self: () => string;
}

export class Directory {
  readonly #options: DirectoryOptions;
  readonly #addresses: ReadonlyMap<string, URL>;
  readonly #secrets: ReadonlyMap<string, Credentials>;
  readonly #http: Http;
  readonly #clients = new Map<string, UpstreamClient>();

  /** Throws `local/bad-upstream` or `local/bad-secrets`. */
  constructor(options: DirectoryOptions) {
    this.#options = options;
    this.#addresses = new Map(
      Object.entries(options.upstreams ?? {}).map(([key, text]) => [key, addressOf(key, text)]),
    );
    this.#secrets = secretsOf(options.upstreamSecrets ?? {});
    this.#http = new Http(options);
  }

  clientFor(rule: PullThroughRule): UpstreamClient {
    const id = [rule.ecrRepositoryPrefix, rule.upstreamRegistryUrl, rule.credentialArn ?? ''].join(' ');
    const known = this.#clients.get(id);
    if (known !== undefined) return known;
    if (this.#clients.size >= mostClients) this.#clients.clear();
    const client = new UpstreamClient(this.#placeOf(rule), this.#http, this.#options.signal);
    this.#clients.set(id, client);
    return client;
  }

  /** True where a rule names a secret that nobody has told. */
  lacksSecret({ credentialArn }: PullThroughRule): boolean {
    return credentialArn !== undefined && this.#secretOf(credentialArn) === undefined;
  }

  #placeOf({ ecrRepositoryPrefix, upstreamRegistryUrl: host, credentialArn }: PullThroughRule): UpstreamPlace {
    const address = this.#addresses.get(ecrRepositoryPrefix) ?? this.#addresses.get(host);
    const [, account, region] = ecrHost.exec(host) ?? [];
    if (account !== undefined && region !== undefined) {
      const base = address ?? new URL(this.#options.self());
      return { base, host, credentials: ecrCredentials({ base, account, region }, this.#http, this.#options.signal) };
    }
    const credentials = credentialArn === undefined ? undefined : this.#secretOf(credentialArn);
    return { base: address ?? new URL(`https://${host}`), credentials: () => Promise.resolve(credentials) };
  }

  #secretOf(arn: string): Credentials | undefined {
    const named = arn.split(':secret:')[1] ?? arn;
    return this.#secrets.get(named) ?? this.#secrets.get(named.replace(suffix, ''));
  }
}
