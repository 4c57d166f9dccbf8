// What every client of the SDK is made with: Region, credentials, connections.
// It must not know a service.

export interface Place {
  readonly account: string;
  readonly region: string;
  /** The local ECR: everything goes there, and the account is the access key id. */
  readonly local?: { readonly endpoint: string };
  readonly profile?: string;
  readonly concurrency: number;
}

/** The SDK warns on standard error about Node 20 unless this says not to; it must stand before the first import. */
export function quietSdk(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
}

/** Options shared by all clients. Without `local` the SDK's own rules hold: environment, profiles, endpoints. */
export function clientOptions({ account, region, local, profile, concurrency }: Place): {
  region: string;
  maxAttempts: number;
  requestHandler: object;
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
  profile?: string;
} {
  const agent = { keepAlive: true, maxSockets: concurrency };
  return {
    region,
    // Tries are counted by Caller.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 5000, requestTimeout: 60_000, httpAgent: agent, httpsAgent: agent },
    ...(local === undefined
      ? {}
      : { endpoint: local.endpoint, credentials: { accessKeyId: account, secretAccessKey: 'local' } }),
    ...(profile === undefined || local !== undefined ? {} : { profile }),
  };
}

/** Makes a client when it is first needed, once. */
export function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
