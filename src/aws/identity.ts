// Who is calling, by STS.
// It must not know which account is wanted.
import type { IdentityPort } from '../plan/ports.js';
import type { Caller } from './caller.js';
import { clientOptions, lazily, type Place } from './client.js';

export function identityPort(place: Place, caller: Caller): IdentityPort {
  const sts = lazily(place, async () => {
    const sdk = await import('./sdk/sts.js');
    return { sdk, client: new sdk.STSClient(clientOptions(place)) };
  });
  return {
    async callerIdentity() {
      const { sdk, client } = await sts();
      const answer = await caller.call('sts:GetCallerIdentity', () =>
        client.send(new sdk.GetCallerIdentityCommand({})),
      );
      return { account: answer.Account ?? '', arn: answer.Arn ?? '' };
    },
  };
}
