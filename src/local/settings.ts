// How a local ECR was started, as far as one that would join it may have asked for something else.
// It must not know the command line beyond what its options are called, nor who asks.
import type { ProfileName } from './distribution/profile.js';

export interface Settings {
  readonly profile: ProfileName;
  readonly uriStyle: 'local' | 'aws';
  readonly quotas: boolean;
  /** An older server does not know it, and is open. */
  readonly auth?: 'open' | 'strict';
  /** Addresses by the prefix of a rule, or by an upstream's host. */
  readonly upstreams: Readonly<Record<string, string>>;
  /** The names alone: what they hold is told to nobody. */
  readonly upstreamSecrets: readonly string[];
  /** Addresses by an issuer's name. An older server does not know them. */
  readonly oidcIssuers?: Readonly<Record<string, string>>;
}

function addressesLacking(
  option: string,
  asked: Readonly<Record<string, string>>,
  has: Readonly<Record<string, string>> = {},
): string[] {
  return Object.entries(asked)
    .filter(([name, address]) => !sameAddress(address, has[name]))
    .map(([name, address]) => `${option} ${name}=${address}`);
}

function sameAddress(one: string, other: string | undefined): boolean {
  return other !== undefined && new URL(one).href === new URL(other).href;
}

/** What was asked for and is not so, as the options it would take. One that does not tell its settings lacks them all. */
export function lacking(asked: Partial<Settings>, has: Partial<Settings> = {}): readonly string[] {
  const { profile, uriStyle, quotas = false, auth, upstreams = {}, upstreamSecrets = [] } = asked;
  return [
    ...(profile === undefined || profile === has.profile ? [] : [`--profile ${profile}`]),
    ...(uriStyle === undefined || uriStyle === has.uriStyle ? [] : [`--uri-style ${uriStyle}`]),
    ...(auth === undefined || auth === (has.auth ?? 'open') ? [] : [`--auth ${auth}`]),
    ...(quotas && has.quotas !== true ? ['--quotas'] : []),
    ...addressesLacking('--upstream', upstreams, has.upstreams),
    ...upstreamSecrets
      .filter((name) => has.upstreamSecrets?.includes(name) !== true)
      .map((name) => `the secret '${name}' of --upstream-secrets`),
    ...addressesLacking('--oidc-issuer', asked.oidcIssuers ?? {}, has.oidcIssuers),
  ];
}
