// The token of ECR's registries. Apart from the other ports, so that the credential helper need not load those.
// It must not know who logs in where.
import type { Clock } from '../plan/ports.js';
import { Caller, type Tries } from './caller.js';
import { clientOptions, lazily, type Place, quietSdk } from './client.js';

export interface AuthorizationOptions {
  /** The SDK's own rules choose one where it is left out. */
  readonly region?: string;
  /** Hosts of these kinds have endpoints of their own. */
  readonly fips?: boolean;
  readonly dualStack?: boolean;
  readonly tries?: Tries;
  readonly signal?: AbortSignal;
  readonly clock: Clock;
}

/** As the API gives it; the time in milliseconds since the epoch. */
export interface GivenAuthorization {
  readonly authorizationToken: string | undefined;
  readonly expiresAt: number | undefined;
  readonly proxyEndpoint: string | undefined;
}

/** Throws an `AwsFault`. One token serves every registry the caller may reach (API reference), so none is named. */
export async function getAuthorization(options: AuthorizationOptions): Promise<GivenAuthorization> {
  quietSdk();
  const { region, fips = false, dualStack = false, clock, tries, signal } = options;
  const place: Place = { account: '', region: region ?? '', concurrency: 1, opened: [] };
  const caller = new Caller({
    clock,
    ...(tries === undefined ? {} : { tries }),
    ...(signal === undefined ? {} : { signal }),
  });
  const ecr = lazily(place, async () => {
    const sdk = await import('./sdk/ecr.js');
    const { region: named, ...common } = clientOptions(place);
    return {
      sdk,
      client: new sdk.ECRClient({
        ...common,
        ...(named === '' ? {} : { region: named }),
        ...(fips ? { useFipsEndpoint: true } : {}),
        ...(dualStack ? { useDualstackEndpoint: true } : {}),
      }),
    };
  });
  try {
    const { sdk, client } = await ecr();
    const answer = await caller.call('ecr:GetAuthorizationToken', () =>
      client.send(new sdk.GetAuthorizationTokenCommand({})),
    );
    const [data] = answer.authorizationData ?? [];
    return {
      authorizationToken: data?.authorizationToken,
      expiresAt: data?.expiresAt?.getTime(),
      proxyEndpoint: data?.proxyEndpoint,
    };
  } finally {
    for (const client of place.opened) client.destroy();
  }
}
