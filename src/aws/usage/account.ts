// The way into one account and Region that things run in: its credentials, and whether they are that account's.
// It must not know what is read there.
import { AwsFault, type Clock } from '../../plan/ports.js';
import { Caller, type CallerOptions } from '../caller.js';
import { type CredentialSource, clientOptions, type Place } from '../client.js';
import { identityPort } from '../identity.js';

export interface UsageAccount {
  readonly account: string;
  readonly region: string;
  readonly profile?: string;
  /** A role to assume, with the credentials of `profile` or else those in use. */
  readonly roleArn?: string;
}

export interface ReaderOptions extends Omit<CallerOptions, 'clock' | 'signal'> {
  readonly clock: Clock;
  /** Calls under way at once, in one account. */
  readonly concurrency: number;
}

/** One reading's clients and the caller they are used by. */
export interface Entry {
  readonly place: Place;
  readonly caller: Caller;
}

/**
 * Works in an account, and closes its connections afterwards. Credentials of another account are refused: what runs there would
 * be taken for what runs here, and everything here for unused.
 */
export async function within(
  { account, region, profile, roleArn }: UsageAccount,
  { concurrency, ...options }: ReaderOptions,
  signal: AbortSignal | undefined,
  work: (entry: Entry) => Promise<void>,
): Promise<void> {
  const base = { account, region, concurrency, ...(profile === undefined ? {} : { profile }) };
  const credentials = roleArn === undefined ? undefined : assumed(roleArn, { ...base, opened: [] });
  const place: Place = { ...base, opened: [], ...(credentials === undefined ? {} : { credentials }) };
  const caller = new Caller({ ...options, ...(signal === undefined ? {} : { signal }) });
  try {
    const identity = await identityPort(place, caller).callerIdentity();
    if (identity.account !== account) {
      const message = `the credentials are of account ${identity.account} (${identity.arn}), not of ${account}`;
      throw new AwsFault('credentials', 'sts:GetCallerIdentity', 'WrongAccount', message);
    }
    await work({ place, caller });
  } finally {
    for (const client of place.opened.splice(0)) client.destroy();
  }
}

/** Credentials of a role, asked for anew when they end. */
function assumed(roleArn: string, place: Place): CredentialSource {
  return async () => {
    const { AssumeRoleCommand, STSClient } = await import('../sdk/sts.js');
    const client = new STSClient(clientOptions(place));
    try {
      const answer = await client.send(
        new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'slipway-usage', DurationSeconds: 3600 }),
      );
      const { AccessKeyId = '', SecretAccessKey = '', SessionToken, Expiration } = answer.Credentials ?? {};
      return {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        ...(SessionToken === undefined ? {} : { sessionToken: SessionToken }),
        ...(Expiration === undefined ? {} : { expiration: Expiration }),
      };
    } finally {
      client.destroy();
    }
  };
}
