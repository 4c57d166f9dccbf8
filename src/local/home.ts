// The registry whose repositories have the short address, `localhost:4510/name`, unless a server is told another.
// It must not know servers.

/** Its account is that of a caller whose access key id names none. */
export const defaultHome = { account: '123456789012', region: 'us-east-1' } as const;
