// What an account has once, whatever its environments: identity providers, for code that keeps them apart from those.
// It must not know any target.
import type { CompanionStack, OidcProvider } from '../registry/companions/model.js';
import type { RenderedRegistry, RenderRequest } from './model.js';

/** Those that the account's stack makes: what exists, or what somebody else keeps, is none of them. */
export function providersMade(rendered: RenderedRegistry): {
  readonly stack: CompanionStack | undefined;
  readonly providers: readonly OidcProvider[];
} {
  const stack = rendered.desired.companions.find(({ kind }) => kind === 'account');
  const providers = (stack?.resources ?? []).flatMap((one) =>
    one.kind === 'oidc-provider' && !one.existing ? [one] : [],
  );
  return { stack, providers };
}

/** The first registry of each account, or the first that has something to say of what the account has once. */
export function accountsOf({ environments }: RenderRequest): ReadonlyMap<string, RenderedRegistry> {
  const found = new Map<string, RenderedRegistry>();
  for (const rendered of environments.flatMap(({ registries }) => registries.slice(0, 1))) {
    const { account } = rendered.desired;
    const known = found.get(account);
    if (
      known === undefined ||
      (providersMade(known).stack === undefined && providersMade(rendered).stack !== undefined)
    )
      found.set(account, rendered);
  }
  return found;
}
