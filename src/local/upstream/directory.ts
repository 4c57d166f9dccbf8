// Where upstream registries are reached, and as whom: their own addresses, unless somebody named others; secrets by the names that
// Secrets Manager would know them by; registries of ECR itself in this very server.
// It must not know what is asked of an upstream.
import type { PullThroughRule } from '../ecr/registry/pull-through-cache.js';
import { type Credentials, UpstreamClient, type UpstreamPlace } from './client.js';
import { ecrCredentials } from './ecr-credentials.js';
import { Http, type HttpOptions } from './http.js';
import { type KnownUpstreams, knownUpstreams, type UpstreamOptions } from './options.js';

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
  readonly #known: KnownUpstreams;
  readonly #http: Http;
  readonly #clients = new Map<string, UpstreamClient>();

  /** Throws `local/bad-upstream` or `local/bad-secrets`. */
  constructor(options: DirectoryOptions) {
    this.#options = options;
    this.#known = knownUpstreams(options);
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

  /** For messages: the upstream of a rule, and where it is reached instead. */
  nameOf(rule: PullThroughRule): string {
    const address = this.#addressOf(rule);
    return address === undefined ? rule.upstreamRegistryUrl : `${rule.upstreamRegistryUrl} at ${address.origin}`;
  }

  /** True where a rule names a secret that nobody has told. */
  lacksSecret({ credentialArn }: PullThroughRule): boolean {
    return credentialArn !== undefined && this.#secretOf(credentialArn) === undefined;
  }

  #addressOf({ ecrRepositoryPrefix, upstreamRegistryUrl }: PullThroughRule): URL | undefined {
    return this.#known.addresses.get(ecrRepositoryPrefix) ?? this.#known.addresses.get(upstreamRegistryUrl);
  }

  #placeOf(rule: PullThroughRule): UpstreamPlace {
    const { upstreamRegistryUrl: host, credentialArn } = rule;
    const address = this.#addressOf(rule);
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
    const { secrets } = this.#known;
    return secrets.get(named) ?? secrets.get(named.replace(suffix, ''));
  }
}
