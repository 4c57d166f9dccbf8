// The identity providers of an account: one for each issuer that a grant of any environment there trusts.
// It must not know whether an account has one already: that is looked up when a plan is made.
import type { OidcProviderSpec } from '../../manifest/project.js';
import { byText, sortedSet } from '../normalise.js';
import { projectTag } from '../ownership.js';
import { type CompanionDefinition, resourceId } from './context.js';
import type { OidcProvider } from './model.js';

/** Issuers that go by a name in the manifest; any other goes by its host. */
const names: Readonly<Record<string, string>> = {
  'token.actions.githubusercontent.com': 'github',
  'gitlab.com': 'gitlab',
};

export function issuerName(host: string): string {
  return names[host] ?? host;
}

export const oidcProvider: CompanionDefinition<OidcProvider> = {
  stack: 'account',
  derive({ owner, place, spec, ciAccess, neighbours, report }) {
    const hosts = sortedSet(neighbours.flatMap(({ issuers }) => issuers.map(({ host }) => host)));
    for (const name of Object.keys(spec.oidcProviders ?? {})) {
      if (!hosts.some((host) => issuerName(host) === name))
        report(`oidcProviders.${name}`, `no grant of an environment in the account trusts "${name}"`);
    }
    // An environment without grants to CI leaves the account to the others.
    if (ciAccess.length === 0) return [];
    return hosts
      .map((host): OidcProvider => {
        const tuned = neighbours.flatMap(({ spec: { oidcProviders = {} } }): readonly OidcProviderSpec[] => {
          const one = oidcProviders[issuerName(host)];
          return one === undefined ? [] : [one];
        });
        const asked = neighbours.flatMap(({ issuers }) => issuers.filter((one) => one.host === host));
        return {
          kind: 'oidc-provider',
          id: resourceId('OidcProvider', issuerName(host)),
          title: `identity provider ${host}`,
          from: [`companions.oidcProviders.${issuerName(host)}`],
          host,
          arn: `arn:${place.partition}:iam::${place.account}:oidc-provider/${host}`,
          audiences: sortedSet([
            ...asked.map(({ audience }) => audience),
            ...tuned.flatMap(({ audiences = [] }) => audiences),
          ]),
          thumbprints: sortedSet(tuned.flatMap(({ thumbprints = [] }) => thumbprints)),
          existing: tuned.some(({ existing }) => existing === true),
          // It is the account's, and so the project's: no environment owns it.
          tags: { ManagedBy: 'slipway', [projectTag]: owner.project },
        };
      })
      .sort((one, other) => byText(one.host, other.host));
  },
};
