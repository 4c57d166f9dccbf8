// Which identity providers the account's IAM has.
// It must not know who makes them.
import type { OidcProviderPort } from '../plan/ports.js';
import { type Caller, unless } from './caller.js';
import { clientOptions, lazily, type Place } from './client.js';

export function oidcProviderPort(place: Place, caller: Caller): OidcProviderPort {
  const iam = lazily(place, async () => {
    const sdk = await import('./sdk/iam.js');
    return { sdk, client: new sdk.IAMClient(clientOptions(place)) };
  });
  return {
    async find(arn) {
      const { sdk, client } = await iam();
      const answer = await unless(
        ['NoSuchEntity', 'NoSuchEntityException'],
        caller.call('iam:GetOpenIDConnectProvider', () =>
          client.send(new sdk.GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn })),
        ),
      );
      return answer === undefined ? undefined : { audiences: answer.ClientIDList ?? [] };
    },
  };
}
